# The agent in a container: see docs/containers.md.
#
#   docker-compose run --rm auto-gpt [options]
#   docker build -t auto-gpt . && docker run -it --rm -v "$PWD/agent:/agent" auto-gpt [options]
#
# The program and its libraries are root's, and read-only to the agent, which is not root
# and writes in /agent alone. Nothing secret is needed to build it, and nothing of the
# checkout gets in beside what .dockerignore names.

# Any image of Debian or Ubuntu with Python 3.10 or newer and its venv.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
# Options for pip, such as --index-url. If you put the wheels of requirements.txt into the
# folder wheels (pip download -d wheels -r requirements.txt), it can be --no-index.
ARG PIP_OPTIONS=""
COPY requirements.txt wheels* /tmp/build/
# The pip that installs stays behind in this stage.
RUN python3 -m venv /tmp/pip && python3 -m venv --without-pip /opt/autogpt \
    && /tmp/pip/bin/python -m pip --python /opt/autogpt/bin/python install --disable-pip-version-check \
        --no-cache-dir --no-compile --require-hashes --only-binary :all: \
        --find-links /tmp/build ${PIP_OPTIONS} -r /tmp/build/requirements.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/autogpt/lib \
    && /opt/autogpt/bin/python -c 'import sysconfig; open(sysconfig.get_path("purelib") + "/autogpt.pth", "w").write("/opt/program\n")' \
    && chmod -R a+rX,go-w /opt/autogpt
COPY autogpt /opt/program/autogpt
COPY docker/entry.sh /opt/program/entry.sh
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /opt/program \
    && chmod -R a+rX,go-w /opt/program && chmod 755 /opt/program/entry.sh

FROM ${BASE_IMAGE}
# What the agent's commands use of the system. "" leaves it out, and makes the image 0.8 GB smaller.
ARG SYSTEM_PACKAGES="chromium chromium-driver git"
RUN if [ -n "${SYSTEM_PACKAGES}" ]; then \
        apt-get update \
        && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${SYSTEM_PACKAGES} \
        && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log; \
    fi
# Any user may work in /agent, for the caller's number is not known yet. It is meant to be
# covered by a volume; a fresh one takes these rights over.
RUN mkdir /agent && chmod 1777 /agent
COPY --from=build /opt/autogpt /opt/autogpt
COPY --from=build /opt/program /opt/program

# AUTOGPT_CONTAINER tells the program that the container is the wall around what it runs.
ENV AUTOGPT_CONTAINER=1 \
    HOME=/tmp \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1
# The number that `--user` (compose: AGENT_UID, AGENT_GID) replaces by the caller's.
USER 1000:1000
WORKDIR /agent
# No HEALTHCHECK: the agent is no service. It is there for as long as somebody talks to it,
# and says with its exit code how it ended; there is nothing to probe, and nothing to restart.
ENTRYPOINT ["/opt/program/entry.sh"]
