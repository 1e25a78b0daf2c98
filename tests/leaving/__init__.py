"""What leaves: leaks and honest requests, played by the program's own parts against a small web."""
