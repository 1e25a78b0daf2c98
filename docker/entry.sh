#!/bin/sh
# Where the container starts: looks whether the agent can keep what it makes, then becomes
# the program. All options are the program's.

home=/agent
cd "$home" || exit 2

if ! [ -w . ]; then
    owner=$(stat -c %u .)
    group=$(stat -c %g .)
    self=$(id -u)
    echo "The folder that is mounted at $home belongs to user number $owner, and this container runs as number $self: it can't write there." >&2
    if [ "$owner" -eq 0 ]; then
        echo "Make the folder yours (sudo chown $self:$(id -g) FOLDER); with rootless Podman, set PODMAN_USERNS=keep-id." >&2
    else
        echo "Put AGENT_UID=$owner and AGENT_GID=$group into .env for compose, or give --user $owner:$group." >&2
    fi
    exit 2
fi
if ! grep -q " $home " /proc/self/mounts; then
    echo "Nothing is mounted at $home: what the agent makes is gone when the container is. (-v \"\$PWD/agent:$home\" keeps it.)" >&2
fi

# The mounted folder is the program's own: the settings in it are used as in its checkout.
export AUTOGPT_OWN_FOLDER="$home"

# What the program says to type, to go on; compose names itself.
export AUTOGPT_STARTED_AS="${AUTOGPT_STARTED_AS:-autogpt}"

# -I: neither the current folder nor a variable can put code in the program's way.
exec /opt/autogpt/bin/python -I -u -X utf8 -m autogpt "$@"
