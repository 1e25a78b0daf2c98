# The agent in a container: `docker-compose build`, then `docker-compose run --rm auto-gpt`.
# See docs/start.md. The program and its libraries are root's and read-only to the agent.

ARG BASE=python:3.12-slim

FROM ${BASE} AS libraries
COPY requirements.txt /tmp/requirements.txt
RUN python3 -m venv /opt/autogpt \
    && /opt/autogpt/bin/python -m pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt

FROM ${BASE}
COPY --from=libraries /opt/autogpt /opt/autogpt
COPY autogpt /opt/program/autogpt
RUN /opt/autogpt/bin/python -m compileall -q /opt/program

# The caller's number, so that the files in the volumes belong to the person.
ARG AGENT_UID=1000
ARG AGENT_GID=1000
RUN mkdir -p /agent/auto_gpt_workspace /agent/.autogpt /agent/settings \
    && chown -R ${AGENT_UID}:${AGENT_GID} /agent
USER ${AGENT_UID}:${AGENT_GID}
WORKDIR /agent

ENV HOME=/agent \
    PYTHONPATH=/opt/program \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1

ENTRYPOINT ["/opt/autogpt/bin/python", "-m", "autogpt"]
