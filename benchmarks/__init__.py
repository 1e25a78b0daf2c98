"""Measurements, each one command that prints a small table."""
