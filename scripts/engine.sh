#!/usr/bin/env bash
# A Docker engine for tests, where none runs: Linux, root, docker.io from apt.
#
#   engine.sh prepare        download what the tests' images are made of, once: a small
#                            Debian or Ubuntu with Python, and the wheels of requirements.txt
#   engine.sh start FOLDER   start an engine that keeps everything in FOLDER; prints its DOCKER_HOST
#   engine.sh image NAME     put the prepared system into the engine that DOCKER_HOST names
#   engine.sh wheels         print the folder of prepared wheels
#   engine.sh stop FOLDER    end that engine and everything in it, and delete FOLDER
#
# `start` and `stop` may be repeated. The engine lives in namespaces of its own: it changes
# nothing of this machine's network or mounts, its containers reach one another and nothing
# else, and when it is killed the kernel takes all of it away. Needs no image registry.
# When something can't be done it says why in one line and ends with 1.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin:/sbin
cache=${AUTOGPT_TEST_CACHE:-/var/cache/autogpt-tests}

refuse() {
    echo "engine.sh: $*" >&2
    exit 1
}

need() {
    local program
    [ "$(uname -s)" = Linux ] || refuse "an engine is started on Linux only"
    [ "$(id -u)" -eq 0 ] || refuse "only root can start an engine"
    for program in "$@"; do
        command -v "$program" >/dev/null || refuse "$program is not installed"
    done
}

# The system's own Python, which is the one that the base image has too.
python() {
    env -u PYTHONHOME -u PYTHONPATH /usr/bin/python3 "$@"
}

base_file() {
    # shellcheck disable=SC1091
    echo "$cache/base-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")-$(uname -m).tar"
}

wheels_folder() {
    local version sum
    version=$(python -c 'import sys; print(*sys.version_info[:2], sep=".")')
    sum=$(sha256sum requirements.txt)
    echo "$cache/wheels-$version-${sum:0:12}"
}

prepare_base() {
    local file=$1 folder suite
    suite=${file##*/base-} && suite=${suite%%-*}
    folder=$(mktemp -d "$cache/base.XXXXXX")
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder' '$file.part'" EXIT
    debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$folder/root" >"$folder/log" 2>&1 ||
        refuse "debootstrap failed: $(grep -v '^I:' "$folder/log" | tail -n 1)"
    rm -rf "$folder"/root/var/cache/apt/* "$folder"/root/var/lib/apt/lists/* "$folder"/root/dev/* \
        "$folder"/root/usr/share/doc/* "$folder"/root/usr/share/man/* "$folder"/root/usr/share/locale/*
    tar --numeric-owner -C "$folder/root" -cf "$file.part" .
    mv "$file.part" "$file"
    rm -rf "$folder"
    trap - EXIT
}

prepare_wheels() {
    local folder=$1 part=$1.part
    rm -rf "$part" "$cache"/wheels-*
    mkdir -p "$part/wheels"
    python -m venv "$part/venv" >"$part/log" 2>&1 &&
        "$part/venv/bin/python" -m pip download --quiet --disable-pip-version-check --require-hashes \
            --only-binary :all: --dest "$part/wheels" --requirement requirements.txt >>"$part/log" 2>&1 ||
        refuse "the wheels can't be downloaded: $(tail -n 1 "$part/log")"
    mv "$part/wheels" "$folder"
    rm -rf "$part"
}

prepare() {
    local file folder
    need debootstrap tar sha256sum flock
    mkdir -p "$cache"
    [ -O "$cache" ] && [ ! -L "$cache" ] || refuse "$cache belongs to somebody else"
    exec 9>"$cache/lock"
    flock 9
    file=$(base_file)
    folder=$(wheels_folder)
    [ -f "$file" ] || prepare_base "$file"
    [ -d "$folder" ] || prepare_wheels "$folder"
}

answers() {
    DOCKER_HOST=unix://$1/docker.sock docker version >/dev/null 2>&1
}

start() {
    local folder=$1 driver
    need dockerd docker unshare ip flock
    mkdir -p -m 700 "$folder"
    [ -O "$folder" ] && [ ! -L "$folder" ] || refuse "$folder belongs to somebody else"
    folder=$(cd -- "$folder" && pwd -P)
    [ "${#folder}" -le 60 ] || refuse "$folder is too long a name for the sockets in it"
    exec 9>"$folder/lock"
    flock 9
    if ! answers "$folder"; then
        for driver in overlay2 vfs; do
            end "$folder"
            launch "$folder" "$driver" && break
        done
    fi
    answers "$folder" || refuse "dockerd does not start: $(tail -n 1 "$folder/log" | cut -c 1-300)"
    echo "unix://$folder/docker.sock"
}

# Succeeds when the engine answers. Bounded by 20 seconds.
launch() {
    local folder=$1 driver=$2 process _
    # The outer unshare waits for the inner process, the first one of its own process
    # namespace, and takes it along when it ends: with it die dockerd and all containers.
    # --propagation slave: what is mounted in there stays in there.
    setsid unshare --net --mount --propagation slave --pid --fork --kill-child=KILL --mount-proc \
        sh -c 'ip link set lo up && exec "$@"' engine \
        dockerd --storage-driver="$driver" --iptables=false --ip6tables=false \
        --userland-proxy=false --data-root "$folder/data" --exec-root "$folder/exec" \
        --pidfile "$folder/dockerd.pid" --host "unix://$folder/docker.sock" \
        >"$folder/log" 2>&1 </dev/null 9>&- &
    process=$!
    echo "$process" >"$folder/process"
    for _ in $(seq 200); do
        answers "$folder" && return 0
        kill -0 "$process" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

end() {
    local folder=$1 process ids _
    process=$(cat "$folder/process" 2>/dev/null) || return 0
    # Only a process that this script started in this folder.
    if grep -qsF "$folder/docker.sock" "/proc/$process/cmdline"; then
        ids=$(DOCKER_HOST=unix://$folder/docker.sock docker ps --quiet 2>/dev/null) || ids=""
        # shellcheck disable=SC2086 # one word a container
        [ -z "$ids" ] || DOCKER_HOST=unix://$folder/docker.sock docker kill $ids >/dev/null 2>&1 || :
        pkill -TERM -P "$process" || :
        for _ in $(seq 100); do
            kill -0 "$process" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$process" 2>/dev/null || :
    fi
    rm -f "$folder/process"
    rm -rf "$folder/data" "$folder/exec" "$folder/dockerd.pid" "$folder/docker.sock"
}

case ${1-} in
prepare) prepare ;;
start) start "${2:?the folder}" ;;
image)
    need docker
    [ -f "$(base_file)" ] || refuse "there is no prepared base image: run scripts/engine.sh prepare"
    docker image inspect "${2:?the name}" >/dev/null 2>&1 ||
        docker import "$(base_file)" "$2" >/dev/null
    ;;
wheels)
    folder=$(wheels_folder)
    [ -d "$folder" ] || refuse "there are no prepared wheels: run scripts/engine.sh prepare"
    echo "$folder"
    ;;
stop)
    if [ -d "${2:?the folder}" ]; then
        folder=$(cd -- "$2" && pwd -P)
        exec 9>"$folder/lock"
        flock 9
        end "$folder"
        rm -rf "$folder"
    fi
    ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' scripts/engine.sh >&2
    exit 2
    ;;
esac
