"""Servers on this machine's loopback, for tests, stories and benchmarks. Standard library only."""
