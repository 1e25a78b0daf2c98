"""Auto-GPT: a command-line agent that works on a task by itself.

Importing this package does nothing: no file is read, no socket opened, no
heavy library loaded. Start at `autogpt.cli` (what a person types) or
`autogpt.core.loop` (what the agent does).
"""

__version__ = "1.0.0"
