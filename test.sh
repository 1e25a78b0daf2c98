#!/usr/bin/env bash
# Installs what the tests need into .venv-test, and runs them.
#
#   ./test.sh                  everything: the fast part, then the slow and real one
#   ./test.sh --fast           only the fast part (under a minute)
#   ./test.sh tests/core -x    what you name, with any options of pytest
#
# No test reaches outside this machine. One that hangs is ended by its time limit.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

# System packages that tests need, beyond Python: added here by name, installed
# where apt and the right to use it are there. Tests skip, and say so, what is missing.
system_packages="bubblewrap busybox catatonit chromium chromium-driver docker.io docker-compose espeak-ng firefox-esr
git iproute2 podman python3-venv uidmap"

missing=""
for package in $system_packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the system packages$missing ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # one word a package
    { apt-get install -y $missing || { apt-get update && apt-get install -y $missing; }; } >/dev/null </dev/null ||
        echo "Not all of them could be installed." >&2
fi

bash scripts/install.sh .venv-test requirements-dev.txt
unset PYTHONHOME PYTHONPATH

# For tests of containers: an engine of this run's own unless one answers, and what images are made of.
with_engine() {
    AUTOGPT_TEST_ENGINE=$(mktemp -d /var/tmp/autogpt-engine.XXXXXX)
    export AUTOGPT_TEST_ENGINE
    trap 'bash scripts/engine.sh stop' EXIT
    eval "$(bash scripts/engine.sh start)"
    [ -z "${AUTOGPT_TEST_IMAGE:-}" ] || bash scripts/engine.sh wheels >/dev/null
}

# Processes side by side: as many as there are cores, at most four.
run() {
    .venv-test/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal "$@" </dev/null
}

fast=(-m "not slow and not real" --timeout 60)
slow=(-m "slow or real" --timeout 600 --session-timeout 2100)

case ${1-} in
"")
    failed=0
    echo "The fast part:"
    run "${fast[@]}" || failed=$?
    echo "The slow and real part:"
    with_engine
    run "${slow[@]}" || { code=$? && [ "$code" -eq 5 ]; } || failed=$code # 5: there is none yet
    exit "$failed"
    ;;
--fast)
    shift
    run "${fast[@]}" "$@"
    ;;
*)
    exec .venv-test/bin/python -m pytest "$@"
    ;;
esac
