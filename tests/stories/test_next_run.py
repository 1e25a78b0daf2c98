"""What one run put into a file is, for the next, not the person's: the whole program, several times in one folder."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.http.servers import Server, reply, serving
from tests.loopback.openai_server import Hang, OpenAIServer
from tests.media.samples import url_of
from tests.stories.world import SAVED, Ended, Model, Place, provider, step, write

pytestmark = pytest.mark.real

SECRET = "Ostermann_loses_48.3_million_in_the_third_quarter"
CONTINUOUS = ("-y", "-c", "--output", "json", "--allow", "browse_website", "--allow-downloads")
MADE, THEIRS = "tip.md", "theirs.md"

posix = pytest.mark.skipif(
    sys.platform == "win32", reason="there a program can set the only time that there is"
)


@pytest.fixture
def site() -> Iterator[Server]:
    with serving(lambda request: reply(b"A page.", Content_Type="text/plain")) as server:
        yield server


@pytest.fixture
def ready(place: Place, site: Server) -> Place:
    """With a profile, a file of the person's, and a run that put an address into another."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    place.workspace.mkdir()
    (place.workspace / "notes.md").write_text(SECRET)
    (place.workspace / THEIRS).write_text(f"See {url_of(site)}/of_the_person/and_a_long_way_to_go\n")
    ended = played(place, site, write(MADE, address(site)))
    assert ended.code == 0, ended.said
    return place


def address(site: Server) -> str:
    return f"{url_of(site)}/c?d={SECRET}"


def played(place: Place, site: Server, *steps: str, options: tuple[str, ...] = (), **environ: str) -> Ended:
    hosts = url_of(site).split("/")[2]
    with OpenAIServer(Model(*steps)) as server:
        return place.run(*options, *CONTINUOUS, **provider(server, ALLOWED_HOSTS=hosts, **environ))


def opened(
    place: Place,
    site: Server,
    name: str = MADE,
    url: str = "",
    options: tuple[str, ...] = (),
) -> bool:
    """Whether a run that reads a file opens the address in it."""
    before = len(site.requests)
    steps = (
        step("read_file", filename="notes.md"),
        step("read_file", filename=name),
        step("browse_website", url=url or address(site), question=""),
    )
    ended = played(place, site, *steps, options=options)
    assert ended.code in (0, 5), ended.said
    assert sum(event["event"] == "Ran" and event["ok"] for event in ended.events()) >= 2, ended.said
    return len(site.requests) > before


def opens_theirs(place: Place, site: Server, name: str = THEIRS, options: tuple[str, ...] = ()) -> bool:
    return opened(place, site, name, f"{url_of(site)}/of_the_person/and_a_long_way_to_go", options)


def test_neither_the_next_run_nor_the_one_after_takes_it_for_the_persons(ready: Place, site: Server) -> None:
    assert not opened(ready, site)
    assert not opened(ready, site)
    assert opens_theirs(ready, site), "it was there before any run"


@posix
def test_what_the_person_does_with_it_without_changing_it(ready: Place, site: Server) -> None:
    (ready.workspace / MADE).chmod(0o600)
    assert not opened(ready, site)
    (ready.workspace / MADE).rename(ready.workspace / "moved.md")
    shutil.copy2(ready.workspace / "moved.md", ready.workspace / "copied.md")
    assert not opened(ready, site, "moved.md")
    assert not opened(ready, site, "copied.md")


def test_what_the_person_changed_after_it_is_theirs(ready: Place, site: Server) -> None:
    (ready.workspace / MADE).write_text(f"Mine now: {address(site)}\n")
    (ready.workspace / "new.md").write_text((ready.workspace / THEIRS).read_text())
    assert opened(ready, site)
    assert opens_theirs(ready, site, "new.md")


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap isn't installed")
def test_what_a_program_of_an_earlier_run_made(ready: Place, site: Server) -> None:
    line = f"echo '{address(site)}' > a.md; touch -d '1 hour ago' a.md; cp -p a.md b.md; mkdir d; mv b.md d/"
    ended = played(ready, site, step("execute_shell", command_line=line), SANDBOX="bubblewrap")
    assert ended.code == 0, ended.said
    assert not opened(ready, site, "a.md")
    assert not opened(ready, site, "d/b.md")


def test_what_an_earlier_run_downloaded(ready: Place, site: Server) -> None:
    with serving(lambda request: reply(address(site).encode(), Content_Type="text/plain")) as other:
        steps = (
            step("download_file", url=f"{url_of(other)}/a.txt", filename="got.txt"),
            step("read_file", filename="got.txt"),
        )
        hosts = ",".join(url_of(server).split("/")[2] for server in (site, other))
        with OpenAIServer(Model(*steps)) as server:
            ended = ready.run(
                *CONTINUOUS, "--allow", "download_file", **provider(server, ALLOWED_HOSTS=hosts)
            )
    assert ended.code == 0, ended.said
    assert (ready.workspace / "got.txt").exists(), ended.said
    assert not opened(ready, site, "got.txt")


def _records_are_gone(place: Place) -> tuple[str, ...]:
    shutil.rmtree(place.folder / ".autogpt")
    return ()


def _configuration_is_gone(place: Place) -> tuple[str, ...]:
    shutil.rmtree(place.folder.parent / "home")
    return ()


def _workspace_was_moved(place: Place) -> tuple[str, ...]:
    place.workspace.rename(place.folder / "moved")
    return ("-w", "moved")


def _by_a_link(place: Place) -> tuple[str, ...]:
    (place.folder / "link").symlink_to(place.workspace.name)
    return ("-w", "link")


@posix
@pytest.mark.parametrize(
    "change", [_records_are_gone, _configuration_is_gone, _workspace_was_moved, _by_a_link]
)
def test_however_the_folder_is_found(
    ready: Place, site: Server, change: Callable[[Place], tuple[str, ...]]
) -> None:
    options = change(ready)
    assert not opened(ready, site, options=options)
    assert opens_theirs(ready, site, options=options)


@posix
def test_from_another_folder_and_in_one_above_or_inside(ready: Place, site: Server, tmp_path: Path) -> None:
    inner = ready.workspace / "inner"
    inner.mkdir()
    (inner / "notes.md").write_text(SECRET)
    assert played(ready, site, write("inner/tip.md", address(site))).code == 0
    other = Place(ready.folder.parent / "other")
    other.folder.mkdir()
    (other.folder / "ai_settings.yaml").write_text(SAVED)
    assert not opened(other, site, options=("-w", str(ready.workspace)))
    assert not opened(other, site, options=("-w", str(inner)))
    above = ready.workspace.parent / "above"
    above.mkdir()
    (above / "notes.md").write_text(SECRET)
    ready.workspace.rename(above / "proj")
    assert not opened(other, site, "proj/tip.md", options=("-w", str(above)))


def test_a_run_that_was_killed(ready: Place, site: Server) -> None:
    model = Model(write("late.md", address(site)), Hang())
    with OpenAIServer(model) as server:
        running = ready.start(*CONTINUOUS, **provider(server))
        model.wait_asked()
        model.wait_asked()
        running.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        running.communicate()
    assert not opened(ready, site, "late.md")


def test_a_run_that_goes_on(ready: Place, site: Server) -> None:
    assert played(ready, site, write("first.md", address(site)), options=("-l", "1")).code == 5
    run = ready.journals()[-1].parent.name
    shutil.copy(ready.workspace / THEIRS, ready.workspace / "new.md")
    assert not opened(ready, site, "first.md", options=("resume", run, "-l", "3")), "the run's own"
    again = ready.journals()[-1].parent.name
    assert again == run
    assert opens_theirs(ready, site, "new.md", options=("resume", run))


def test_one_that_goes_on_and_nobody_knows_when_it_worked(ready: Place, site: Server) -> None:
    assert played(ready, site, write("first.md", address(site)), options=("-l", "1")).code == 5
    run = ready.journals()[-1].parent.name
    for folder in (ready.folder / ".autogpt", ready.folder.parent / "home/.config/autogpt"):
        shutil.rmtree(folder / "working")
    assert not opened(ready, site, "first.md", options=("resume", run))


def test_while_another_run_works_in_the_same_folder(ready: Place, site: Server) -> None:
    model = Model(write("late.md", address(site)), Hang())
    with OpenAIServer(model) as server:
        running = ready.start(*CONTINUOUS, **provider(server))
        model.wait_asked()
        model.wait_asked()
        assert not opened(ready, site, "late.md")
        running.kill()
        running.communicate()
