"""Commands that steer the run itself."""


class ControlCommands:
    """Ending the task, and doing nothing."""
