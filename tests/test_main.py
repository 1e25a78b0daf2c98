"""How the process begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent

INTERRUPTED = """
import sys

class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt

sys.meta_path.insert(0, AtImport())
from autogpt.__main__ import main
main()
"""


def test_ctrl_c_while_the_program_is_loaded_leaves_quietly() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=CHECKOUT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")
