#!/usr/bin/env bash
# Starts Auto-GPT; the options are those of `python -m autogpt` (try ./run.sh --help).
# The first start installs what it needs into .venv, beside this file. The agent
# runs in this folder, wherever you call it from: relative paths start here.

set -euo pipefail
AUTOGPT_STARTED_AS=$(printf %q "$0") # what the program says to type, to go on
export AUTOGPT_STARTED_AS
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
bash scripts/install.sh .venv requirements.txt
unset PYTHONHOME PYTHONPATH
exec .venv/bin/python -m autogpt "$@"
