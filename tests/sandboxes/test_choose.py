"""Which sandbox is taken, and what the person is told."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from autogpt.core.errors import UsageError
from autogpt.sandboxes import bubblewrap, container_engine
from autogpt.sandboxes.choose import Choice, Wish, choose, is_in_container
from autogpt.sandboxes.port import Command

posix = pytest.mark.skipif(os.name == "nt", reason="about other systems' sandboxes")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with neither an engine nor bubblewrap."""
    monkeypatch.setattr(container_engine, "_usual_hosts", lambda environ: iter(()))
    monkeypatch.setattr(bubblewrap, "SYSTEM_PATH", "/nowhere")


def chosen(place: Path, wish: Wish, *, in_container: bool = False, **environ: str) -> Choice:
    choice = choose(wish, place, environ, in_container=in_container)
    if choice.sandbox:
        choice.sandbox.close()
    assert "\n" not in choice.line
    assert choice.line.endswith(".")
    return choice


def error(place: Path, wish: Wish, **environ: str) -> str:
    with pytest.raises(UsageError) as caught:
        choose(wish, place, environ, in_container=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


@posix
@pytest.mark.usefixtures("bare")
class TestNothingThere:
    def test_no_program_runs(self, tmp_path: Path) -> None:
        choice = chosen(tmp_path, Wish())
        assert choice.sandbox is None
        assert "can't run programs" in choice.line
        assert "EXECUTE_LOCAL_COMMANDS=True" in choice.line
        assert list(tmp_path.iterdir()) == []

    def test_the_host_if_the_person_allowed_it(self, tmp_path: Path) -> None:
        choice = chosen(tmp_path, Wish(host_allowed=True))
        assert choice.sandbox
        assert choice.sandbox.name == "host"
        assert "this machine itself" in choice.line

    def test_the_host_inside_a_container(self, tmp_path: Path) -> None:
        choice = chosen(tmp_path, Wish(), in_container=True)
        assert choice.sandbox
        assert choice.sandbox.name == "host"
        assert "container that the agent is in" in choice.line

    def test_what_was_named_is_never_replaced(self, tmp_path: Path) -> None:
        assert "bwrap" in error(tmp_path, Wish("bubblewrap", host_allowed=True))
        assert "no container engine" in error(tmp_path, Wish("docker", host_allowed=True))
        assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("kind", ["auto", "host"])
def test_no_place_for_temporary_files(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_engine, "_usual_hosts", lambda environ: iter(()))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "nowhere"))
    if kind == "host":
        assert "no temporary files can be made" in error(tmp_path, Wish("host", host_allowed=True))
    else:
        choice = chosen(tmp_path, Wish(host_allowed=True))
        assert choice.sandbox is None
        assert "no temporary files can be made (No such file or directory)." in choice.line


@posix
def test_what_is_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "exists", lambda path: path == "/.dockerenv")
    assert is_in_container({})
    assert not is_in_container({"DISTROBOX_ENTER_PATH": "/usr/bin/distrobox-enter"})
    monkeypatch.setattr(os.path, "exists", lambda path: path in ("/run/.containerenv", "/run/.toolboxenv"))
    assert not is_in_container({"AUTOGPT_CONTAINER": "1"})
    monkeypatch.setattr(os.path, "exists", lambda _: False)
    assert is_in_container({"AUTOGPT_CONTAINER": "1"})


def test_the_host_must_be_allowed_twice(tmp_path: Path) -> None:
    assert "EXECUTE_LOCAL_COMMANDS=True" in error(tmp_path, Wish("host"))


@posix
def test_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    told = error(tmp_path, Wish("docker"), DOCKER_HOST=f"unix://{tmp_path}/no.sock")
    assert "no container engine is running at unix://" in told
    assert "no.sock (DOCKER_HOST)" in told


def test_an_engine_elsewhere_cannot_see_the_workspace(tmp_path: Path) -> None:
    assert "another machine" in error(tmp_path, Wish("docker"), DOCKER_HOST="tcp://10.1.2.3:2375")
    assert "another machine" in error(tmp_path, Wish("docker"), DOCKER_HOST="ssh://you@server")


@pytest.mark.real
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux")
def test_bubblewrap_where_no_engine_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_engine, "_usual_hosts", lambda environ: iter(()))
    choice = choose(Wish(), tmp_path, {}, in_container=False)
    if choice.sandbox is None:
        pytest.skip(choice.line)
    try:
        assert (
            choice.line == "Programs run in bubblewrap, without the network (no container engine is running)."
        )
        assert choice.sandbox.run(Command(("true",))).output.total == 0
    finally:
        choice.sandbox.close()


@pytest.mark.real
@pytest.mark.skipif("AUTOGPT_TEST_IMAGE" not in os.environ, reason="no engine (see scripts/engine.sh)")
def test_containers_where_an_engine_answers(tmp_path: Path) -> None:
    choice = chosen(
        tmp_path, Wish(image=os.environ["AUTOGPT_TEST_IMAGE"]), DOCKER_HOST=os.environ["DOCKER_HOST"]
    )
    assert choice.sandbox
    assert choice.sandbox.name == "docker"
    told = error(
        tmp_path, Wish("docker", image="autogpt-no-such-image"), DOCKER_HOST=os.environ["DOCKER_HOST"]
    )
    assert "autogpt-no-such-image isn't here and couldn't be fetched" in told
