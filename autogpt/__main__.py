"""`python -m autogpt`: the first of the program's own code that runs.

Until the import path is clean, only modules are imported that Python itself has loaded already.
"""

import os
import sys


def leave_start_folder() -> None:
    """Take the current folder off the import path: what lies in it is the person's files, or anybody's.

    It gets there by `python -m`, and by an empty place in PYTHONPATH (`:/somewhere`). A folder that
    Python's own libraries are in stays. Only for the program itself: importing the package changes nothing.
    """
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:  # gone, which is said later
        return
    own = {os.path.realpath(os.path.dirname(os.__file__)), *_site_packages(sys.path)}
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != here or here in own]


def _site_packages(entries: list[str]) -> set[str]:
    named = ("site-packages", "dist-packages")
    return {os.path.realpath(entry) for entry in entries if os.path.basename(entry) in named}


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded leaves like any other."""
    leave_start_folder()
    try:
        from autogpt import cli
    except KeyboardInterrupt:
        sys.exit(7)
    try:
        cli.main()
    except SystemExit as end:
        cli.end_at_once(end.code)
        raise


if __name__ == "__main__":
    main()
