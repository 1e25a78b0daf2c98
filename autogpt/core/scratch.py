"""The folder of the workspace in which the agent keeps what is of use to itself alone: results, code that it ran."""

SCRATCH = "auto_gpt_scratch"
"""Commands and programs read there as anywhere in the workspace; it is in no commit, and listings only name it."""
