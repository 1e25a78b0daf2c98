"""Says aloud what the agent thinks: `speaker` holds the queue, the other modules are voices.

A voice that makes sound out of text is given to a `player`; one that speaks by itself is not.
"""
