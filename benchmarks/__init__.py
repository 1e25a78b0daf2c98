"""Measures what the program costs: `python -m benchmarks.all` runs everything."""
