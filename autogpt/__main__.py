"""`python -m autogpt`."""

from autogpt.cli import main

if __name__ == "__main__":
    main()
