#!/usr/bin/env bash
# Writes requirements.txt and requirements-dev.txt anew from the ranges in
# pyproject.toml: exact versions with the hashes of their files, for every
# supported Python and system. Needs uv (pip install uv) and the network.
# A version that is locked already stays, unless it no longer fits or you pass
# --upgrade or --upgrade-package NAME.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export UV_CUSTOM_COMPILE_COMMAND=scripts/lock.sh

uv pip compile --quiet --universal --python-version 3.10 --generate-hashes "$@" \
    pyproject.toml --output-file requirements.txt
uv pip compile --quiet --universal --python-version 3.10 --generate-hashes "$@" \
    --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
