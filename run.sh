#!/usr/bin/env bash
# Starts Auto-GPT; the options are those of `python -m autogpt` (try ./run.sh --help).
# The first start installs what it needs into .venv, beside this file. The agent
# runs in this folder, wherever you call it from: its files are kept here. Paths that
# you give as options start where you are.

set -euo pipefail
AUTOGPT_STARTED_AS=$(printf %q "$0") # what the program says to type, to go on
AUTOGPT_CALLED_FROM=$PWD
export AUTOGPT_STARTED_AS AUTOGPT_CALLED_FROM
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
bash scripts/install.sh .venv requirements.txt
unset PYTHONHOME PYTHONPATH
exec .venv/bin/python scripts/start.py "$@"
