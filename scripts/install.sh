#!/usr/bin/env bash
# install.sh VENV REQUIREMENTS: makes the virtual environment VENV hold what the
# locked file REQUIREMENTS lists. Run it in the checkout's folder. It says nothing
# when there is nothing to do; all that it says goes to stderr.
#
# Finds a Python (or takes the one that the variable PYTHON names) and leaves the
# rest to install.py. Works in bash 3.2, which is what macOS has.

set -euo pipefail
venv=$1
requirements=$2
unset PYTHONHOME PYTHONPATH # another Python's libraries must not get in the way

if [ -x "$venv/bin/python" ] &&
    "$venv/bin/python" -I -S scripts/install.py --check "$venv" "$requirements" 2>/dev/null; then
    exit 0
fi

PATH=$PATH:/opt/homebrew/bin:/usr/local/bin # macOS leaves these out in some windows
if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3 python3.13 python3.12 python3.11 python3.10 python3.14 python
fi
for candidate in "$@"; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 </dev/null; then
        exec "$candidate" -I scripts/install.py "$venv" "$requirements"
    fi
done

found=$("$1" --version 2>/dev/null </dev/null) || found="no $1"
case $(uname -s) in
Darwin) advice="brew install python@3.13 (or take the installer from https://www.python.org/downloads/)" ;;
*) advice="sudo apt-get install -y python3 python3-venv (or what your system has in its place)" ;;
esac
echo "Auto-GPT needs Python 3.10 or newer, and here is: $found. Type: $advice" >&2
exit 1
