"""Scripted ways to go in circles, scripted honest work, and the ladder that they climb."""
