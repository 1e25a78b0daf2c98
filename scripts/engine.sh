#!/usr/bin/env bash
# A container engine and a small image for the tests, without any registry.
#
#   eval "$(bash scripts/engine.sh start)"   sets DOCKER_HOST and AUTOGPT_TEST_IMAGE
#   bash scripts/engine.sh stop              ends an engine that start began, and removes its files
#
# An engine that already answers is used as it is, and only gets the image. Otherwise one
# is started, as root, with files of its own and no network; where that can't be, nothing
# is set, standard error says why, and the tests of containers skip. The image is made of
# this machine's own Python and shell.

set -euo pipefail

folder=${AUTOGPT_TEST_ENGINE:-/tmp/autogpt-test-engine}
image=autogpt-test-image

say() { echo "engine: $*" >&2; }

leave() {
    say "the tests of containers will be skipped: $*"
    exit 0
}

answers() { docker version >/dev/null 2>&1; }

run_engine() {
    [ "$(uname -s)" = Linux ] || leave "no container engine answers"
    [ "$(id -u)" -eq 0 ] || leave "no container engine answers, and only root can start one"
    command -v dockerd >/dev/null || leave "no container engine answers, and dockerd isn't installed"
    mkdir -p "$folder"
    export DOCKER_HOST=unix://$folder/docker.sock
    answers && return # ours, from an earlier start
    local driver
    for driver in overlay2 vfs; do
        setsid dockerd --storage-driver="$driver" --iptables=false --ip6tables=false --bridge=none \
            --ip-forward=false --data-root "$folder/data" --exec-root "$folder/exec" \
            --pidfile "$folder/pid" -H "$DOCKER_HOST" >"$folder/log" 2>&1 </dev/null &
        local process=$! tries=0
        while [ "$tries" -lt 150 ] && kill -0 "$process" 2>/dev/null; do
            answers && return
            sleep 0.2
            tries=$((tries + 1))
        done
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    leave "dockerd doesn't come up here; the end of its log: $(tail -n 1 "$folder/log")"
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
    python=$(readlink -f /usr/bin/python3 || true)
    [ -x "$python" ] || python=$(readlink -f "$(python3 -c 'import sys; print(sys.executable)')")
    library=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    root=$(mktemp -d)
    trap 'rm -rf -- "$root"' EXIT
    chmod 755 "$root"
    mkdir -p "$root"/{bin,etc,lib,lib64,proc,sys,dev,tmp,usr/bin,usr/lib,usr/lib64}
    for name in bin lib lib64; do
        [ -L "/$name" ] && rmdir "$root/$name" && cp -a "/$name" "$root/$name"
    done
    for name in sh cat chmod cp env head id ln ls mkdir mount rm sleep touch; do
        copy "$(PATH=/usr/bin:/bin command -v "$name")"
    done
    copy "$python"
    ln -sf "$python" "$root/usr/bin/python3"
    mkdir -p "$root$library"
    tar -C "$library" --exclude=./test --exclude=./site-packages --exclude=./dist-packages \
        --exclude='./config-*' --exclude=./idlelib --exclude=./ensurepip -c . | tar -C "$root$library" -x
    copy "$library"/lib-dynload/*.so
    printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
    tar -C "$root" --owner=0 --group=0 -c . | docker import - "$image" >/dev/null
}

case ${1-} in
start)
    command -v docker >/dev/null || leave "the program docker isn't installed"
    answers || run_engine
    make_image
    echo "export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock} AUTOGPT_TEST_IMAGE=$image"
    ;;
stop)
    if [ -f "$folder/pid" ]; then
        process=$(cat "$folder/pid")
        kill "$process" 2>/dev/null || true
        while kill -0 "$process" 2>/dev/null; do sleep 0.1; done
    fi
    if [ -d "$folder" ]; then
        grep -o "$folder[^ ]*" /proc/self/mounts | sort -r | xargs -r -n 1 umount -l || true
        rm -rf -- "$folder"
    fi
    ;;
*)
    sed -n '2,11p' "$0" >&2
    exit 2
    ;;
esac
