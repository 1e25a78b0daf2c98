"""`python -m autogpt`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded leaves like any other."""
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
