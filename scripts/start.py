"""Starts the program from its checkout, for run.sh.

As `python -m autogpt` would, but Python itself takes nothing from the current folder on the way there.
"""

import sys
from os.path import abspath, dirname

sys.path[0] = dirname(dirname(abspath(__file__)))

from autogpt.__main__ import main  # noqa: E402

main()
