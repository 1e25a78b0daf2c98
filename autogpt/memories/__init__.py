"""Memories: stores of texts that are found again by their words and their meaning."""
