"""The pure part: what the agent is and how it decides.

Only the standard library; no input or output, no clock, no randomness.
Everything here can be called twice with the same arguments and gives the
same answer.
"""
