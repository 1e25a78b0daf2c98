#!/usr/bin/env bash
# Container engines, a small image and wheels for the tests, without any registry of images.
#
#   eval "$(bash scripts/engine.sh start)"   sets DOCKER_HOST, AUTOGPT_TEST_IMAGE, AUTOGPT_TEST_PODMAN
#   bash scripts/engine.sh stop              ends engines that start began, and removes their files
#   bash scripts/engine.sh wheels            prints the folder of the wheels of requirements.txt for
#                                            the image's Python; downloads them when they changed
#
# An engine that already answers is used as it is, and only gets the image. Otherwise one is
# started, as root, with all its files in the folder AUTOGPT_TEST_ENGINE. It lives in namespaces
# of its own: it changes nothing of this machine's network or mounts, its containers reach one
# another and nothing else, and the kernel takes all of it away when it is killed. The image is
# made of this machine's own Python, shell and small tools. Where something can't be, nothing is
# printed, standard error says why, and the tests of containers skip.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin:/sbin
unset PYTHONHOME PYTHONPATH

folder=${AUTOGPT_TEST_ENGINE:-/var/tmp/autogpt-test-engine}
image=autogpt-test-image

say() { echo "engine: $*" >&2; }

leave() {
    say "tests of containers will be skipped: $*"
    exit 0
}

answers() { docker version >/dev/null 2>&1; }

system_python() {
    local python
    python=$(readlink -f /usr/bin/python3 || true)
    [ -x "$python" ] || python=$(readlink -f "$(python3 -c 'import sys; print(sys.executable)')")
    echo "$python"
}

run_engine() {
    local program driver
    [ "$(uname -s)" = Linux ] || leave "no container engine answers"
    [ "$(id -u)" -eq 0 ] || leave "no container engine answers, and only root can start one"
    for program in dockerd unshare ip; do
        command -v "$program" >/dev/null || leave "no container engine answers, and $program isn't installed"
    done
    own_folder || leave "$folder belongs to somebody else"
    export DOCKER_HOST=unix://$folder/docker.sock
    answers && return # ours, from an earlier start
    for driver in overlay2 vfs; do
        end_engine docker
        launch docker dockerd --storage-driver="$driver" --iptables=false --ip6tables=false --userland-proxy=false \
            --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$(control_group)" \
            --data-root "$folder/docker/data" --exec-root "$folder/docker/exec" --pidfile "$folder/docker/pid" \
            --host "$DOCKER_HOST" && return
    done
    leave "dockerd doesn't come up here; the end of its log: $(log_end docker)"
}

# Prints the address of Podman's socket.
run_podman() {
    local program runtime podman without="the tests with Podman will be skipped"
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ] || { say "$without: only root can start it" && return; }
    for program in podman conmon unshare ip; do
        command -v "$program" >/dev/null || { say "$without: $program isn't installed" && return; }
    done
    runtime=$(command -v runc || command -v crun) || { say "$without: neither runc nor crun is installed" && return; }
    own_folder || { say "$without: $folder belongs to somebody else" && return; }
    podman=unix://$folder/podman.sock
    if ! DOCKER_HOST=$podman answers; then
        end_engine podman
        mkdir "$folder/podman"
        printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "%s"\n' "${runtime##*/}" \
            >"$folder/podman/containers.conf"
        # The names of its folders must not be longer than 50 letters.
        DOCKER_HOST=$podman CONTAINERS_CONF=$folder/podman/containers.conf launch podman \
            podman --root "$folder/podman/root" --runroot "$folder/podman/run" --tmpdir "$folder/podman/tmp" \
            system service --time=0 "$podman" ||
            { say "$without: it doesn't come up here; the end of its log: $(log_end podman)" && return; }
    fi
    docker save "$image" | DOCKER_HOST=$podman docker load >/dev/null ||
        { say "$without: it doesn't take the image" && return; }
    echo "$podman"
}

own_folder() {
    [ -d "$folder" ] || mkdir -m 700 "$folder"
    [ -O "$folder" ] && [ ! -L "$folder" ] && folder=$(cd -- "$folder" && pwd -P)
}

log_end() { tail -n 1 "$folder/$1.log" | cut -c 1-300; }

# `launch NAME COMMAND...` succeeds when the engine at DOCKER_HOST answers; gives up after 30 seconds.
launch() {
    local name=$1 process tries=0
    shift
    # The outer unshare waits for the inner process, the first one of its own process
    # namespace, and takes it along when it ends: with it die the engine and all containers.
    # Slave: what is mounted in there stays in there.
    setsid unshare --net --mount --propagation slave --pid --fork --kill-child=KILL --mount-proc \
        sh -c 'ip link set lo up && exec "$@"' engine env --chdir="$folder" "$@" >"$folder/$name.log" 2>&1 </dev/null &
    process=$!
    echo "$process" >"$folder/$name.process"
    while [ "$tries" -lt 300 ] && kill -0 "$process" 2>/dev/null; do
        answers && return 0
        sleep 0.1
        tries=$((tries + 1))
    done
    return 1
}

# The control group of Docker's containers.
control_group() {
    local sum
    sum=$(printf '%s' "$folder" | sha256sum)
    echo "autogpt-tests-${sum:0:8}"
}

# Those of an engine by its name; Podman's is one for the whole machine, where others may have theirs too.
control_groups() {
    local group=libpod_parent
    [ "$1" = podman ] || group=$(control_group)
    shift
    find /sys/fs/cgroup -depth -type d -path "*/$group*" "$@" 2>/dev/null
}

# `end_engine NAME` ends what start began under that name.
end_engine() {
    local process ids tries=0 host=unix://$folder/$1.sock
    process=$(cat "$folder/$1.process" 2>/dev/null || echo 0)
    # Only the process that this script started in this folder, whatever has its number now.
    if grep -qsF "$folder/$1.sock" "/proc/$process/cmdline"; then
        ids=$(DOCKER_HOST=$host docker ps --all --quiet 2>/dev/null || true)
        # shellcheck disable=SC2086 # one word a container
        [ -z "$ids" ] || DOCKER_HOST=$host docker rm --force $ids >/dev/null 2>&1 || true
        pkill -TERM -P "$process" || true
        while [ "$tries" -lt 100 ] && kill -0 "$process" 2>/dev/null; do
            sleep 0.1
            tries=$((tries + 1))
        done
        kill -KILL "$process" 2>/dev/null || true
    fi
    # Its control groups can be removed as soon as the last process in them is gone.
    tries=0
    while [ "$tries" -lt 50 ] && [ -n "$(control_groups "$1" -print -quit)" ]; do
        control_groups "$1" -exec rmdir {} + || sleep 0.1
        tries=$((tries + 1))
    done
    rm -rf -- "${folder:?}/$1" "$folder/$1".{process,sock}
}

# Programs with the libraries that they need, at the places that they have here.
copy() {
    local file
    for file in "$@"; do
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
        { ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true; } | sort -u | while read -r library; do
            mkdir -p "$root$(dirname "$library")"
            cp -L "$library" "$root$library"
        done
    done
}

make_image() {
    docker image inspect "$image" >/dev/null 2>&1 && return
    local python library name
    python=$(system_python)
    library=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    root=$(mktemp -d)
    trap 'rm -rf -- "$root"' EXIT
    chmod 755 "$root"
    mkdir -p "$root"/{bin,etc,lib,lib64,proc,sys,dev,run,tmp,var/tmp,usr/bin,usr/lib,usr/lib64}
    chmod 1777 "$root/tmp" "$root/var/tmp"
    for name in bin lib lib64; do
        [ -L "/$name" ] && rmdir "$root/$name" && cp -a "/$name" "$root/$name"
    done
    for name in sh cat chmod cp env find grep head id ln ls mkdir mount mv rm rmdir sleep stat touch; do
        copy "$(PATH=/usr/bin:/bin command -v "$name")"
    done
    copy "$python"
    ln -sf "$python" "$root/usr/bin/python3"
    mkdir -p "$root$library"
    tar -C "$library" --exclude=./test --exclude=./site-packages --exclude=./dist-packages \
        --exclude='./config-*' --exclude=./idlelib -c . | tar -C "$root$library" -x
    copy "$library"/lib-dynload/*.so
    # What wheels may expect of any Linux (PEP 600), and what Debian's venv needs beside the library.
    /sbin/ldconfig -p |
        grep -oE '/[^ ]*/lib(anl|dl|gcc_s|m|nss_(dns|files)|pthread|resolv|rt|stdc\+\+|util|z)\.so\.[0-9]+$' |
        while read -r name; do copy "$name"; done
    if [ -d /usr/share/python-wheels ]; then
        mkdir -p "$root/usr/share" && cp -rL /usr/share/python-wheels "$root/usr/share/"
    fi
    printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
    tar -C "$root" --owner=0 --group=0 -c . | docker import - "$image" >/dev/null
    rm -rf -- "$root"
    trap - EXIT
}

wheels() {
    local python version sum target part
    python=$(system_python)
    version=$("$python" -I -c 'import sys; print(*sys.version_info[:2], sep=".")')
    sum=$("$python" -I -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:12])' requirements.txt)
    target=$PWD/.venv-test/wheels-$version-$sum
    if [ ! -d "$target" ]; then
        part=$target.$$
        mkdir -p "$part/wheels"
        if ! { "$python" -m venv "$part/venv" && "$part/venv/bin/python" -m pip download --quiet \
            --disable-pip-version-check --require-hashes --only-binary :all: \
            --dest "$part/wheels" --requirement requirements.txt; } >"$part/log" 2>&1 </dev/null; then
            say "tests of the image will be skipped, for its wheels can't be had: $(tail -n 1 "$part/log")"
            rm -rf -- "$part"
            return
        fi
        find .venv-test -maxdepth 1 -name 'wheels-*' ! -name "${part##*/}" -exec rm -rf {} +
        mv "$part/wheels" "$target"
        rm -rf -- "$part"
    fi
    echo "$target"
}

case ${1-} in
start)
    command -v docker >/dev/null || leave "the program docker isn't installed"
    answers || run_engine
    make_image
    podman=$(run_podman)
    echo "export DOCKER_HOST='${DOCKER_HOST:-unix:///var/run/docker.sock}' AUTOGPT_TEST_IMAGE=$image" \
        ${podman:+"AUTOGPT_TEST_PODMAN='$podman'"}
    ;;
stop)
    # An engine of the person's keeps nothing of the tests.
    if [ ! -f "$folder/docker.process" ] && command -v docker >/dev/null && answers; then
        docker image rm "$image" >/dev/null 2>&1 || true
    fi
    if [ -d "$folder" ] && [ -O "$folder" ]; then
        folder=$(cd -- "$folder" && pwd -P)
        end_engine podman
        end_engine docker
        rm -rf -- "$folder"
    fi
    ;;
wheels) wheels ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' scripts/engine.sh >&2
    exit 2
    ;;
esac
