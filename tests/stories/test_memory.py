"""Whole runs that keep what they read, later runs that find it, and the person who looks at it and wipes it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.servers import reply, serving
from tests.loopback.openai_server import Answer, OpenAIServer, Request, error, vectors
from tests.media.samples import url_of
from tests.memories.meanings import Meanings
from tests.stories.world import DONE, KEY, SAVED, Ended, Model, Place, provider, step

pytestmark = pytest.mark.real

PAGE = f"<html><title>On tea</title><body><p>Green leaves are steeped at eighty degrees.</p><p>{KEY}</p></body></html>"
CONTINUOUS = ("-y", "-c", "--output", "json")


@pytest.fixture
def ready(place: Place) -> Place:
    """With a profile, so that nothing needs to be asked."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    return place


@contextmanager
def site() -> Iterator[str]:
    """A page on this machine: its address."""
    with serving(lambda request: reply(PAGE.encode(), Content_Type="text/html")) as server:
        yield f"{url_of(server)}/tea"


def subjects(request: Request) -> Answer:
    """Embeddings by what texts are about."""
    made, _ = Meanings().embed(request.body["input"])
    numbers = dict(zip(request.body["input"], made, strict=True))
    return vectors(request, numbers.__getitem__)


def played(
    place: Place, *steps: str, embeddings: Callable[[Request], Answer] | None = None, **environ: str
) -> tuple[Ended, OpenAIServer]:
    """A run of these steps, and the server that it asked."""
    with OpenAIServer(Model(*steps), embeddings=embeddings, models=("a-model", "an-embedder")) as server:
        if embeddings is None:
            server.models = ("a-model",)
        return place.run(*CONTINUOUS, **provider(server, **environ)), server


def results(place: Place) -> list[str]:
    return [event["result"] for event in place.recorded() if event["event"] == "Ran"]


def read_and_note(place: Place, server: OpenAIServer | None = None) -> str:
    """A run that reads a page and makes a note: the page's address."""
    with site() as url:
        steps = (
            step("browse_website", url=url, question="How hot?"),
            step("memory_add", text="The captain wants the invoice number 4711."),
        )
        host = url.split("/")[2]
        if server is None:
            ended, _ = played(place, *steps, ALLOWED_HOSTS=host)
        else:
            server.answers_with(Model(*steps))
            ended = place.run(*CONTINUOUS, **provider(server, ALLOWED_HOSTS=host))
    assert ended.code == 0, ended.said
    first, second, _ = results(place)
    assert first.endswith("Kept in memory (1 part): search_memory.")
    assert second == "Noted."
    return url


def test_a_later_run_finds_what_was_read_by_its_words(ready: Place) -> None:
    url = read_and_note(ready)
    ended, server = played(ready, step("recall", query="at which degrees are leaves steeped"), DONE)
    assert ended.code == 0
    found = results(ready)[0]
    assert found.startswith(f"From {url} (20")
    assert "  Green leaves are steeped at eighty degrees." in found
    assert "4711" not in found
    # What was found stands in the prompt as data.
    last = server.requests[-1].messages
    assert any(f"Command search_memory returned: <result>From {url}" in each["content"] for each in last)
    assert ready.leaks(KEY) == []


def test_a_later_run_finds_it_by_its_meaning_where_there_are_embeddings(ready: Place) -> None:
    with OpenAIServer(embeddings=subjects, models=("a-model", "an-embedder")) as server:
        read_and_note(ready, server)
        assert len(server.embedded) == 2
        server.answers_with(Model(step("search_memory", query="brew an infusion")))
        assert ready.run(*CONTINUOUS, **provider(server)).code == 0
        assert "steeped at eighty" in results(ready)[0]
        assert list(server.embedded[-1].body["input"]) == ["brew an infusion"]
        assert KEY not in str([request.body for request in server.embedded])
        found = next(event for event in ready.recorded() if event["event"] == "Ran")
        assert found["usage"]["prompt_tokens"] > 0
    # With no embeddings any more, words do.
    played(ready, step("search_memory", query="steeped leaves"))
    assert "steeped at eighty" in results(ready)[0]


def test_embeddings_that_fail_fail_nothing_and_are_told_once(ready: Place) -> None:
    refused = error(500, "the model is broken")
    with site() as url:
        ended, _ = played(
            ready,
            step("browse_website", url=url),
            step("memory_add", text="a note"),
            step("search_memory", query="leaves"),
            embeddings=lambda request: refused,
            ALLOWED_HOSTS=url.split("/")[2],
        )
    assert ended.code == 0
    assert ended.err.count("finds by words only in this run") == 1
    assert "steeped" in results(ready)[2]


@pytest.mark.parametrize(
    "how", [("-m", "no_memory"), {"MEMORY_BACKEND": "none"}, {"DISABLED_COMMAND_CATEGORIES": "memory"}]
)
def test_without_a_memory_nothing_is_kept(ready: Place, how: tuple[str, ...] | dict[str, str]) -> None:
    with (
        site() as url,
        OpenAIServer(Model(step("browse_website", url=url), step("memory_add", text="x"))) as server,
    ):
        options = (*CONTINUOUS, *how) if isinstance(how, tuple) else CONTINUOUS
        environ = how if isinstance(how, dict) else {}
        ended = ready.run(*options, **provider(server, ALLOWED_HOSTS=url.split("/")[2], **environ))
    assert ended.code == 0
    assert results(ready)[0].endswith("eighty degrees.\n***")
    assert "search_memory" not in server.requests[0].prompt
    assert not (ready.folder / ".autogpt" / "memory").exists()


def test_who_goes_on_as_it_is_told_keeps_no_more_than_before(ready: Place) -> None:
    with OpenAIServer(Model(step("list_files"))) as server:
        ended = ready.run("-y", "-c", "-l", "1", "-m", "no_memory", **provider(server))
    assert ended.code == 5
    assert "--continuous --continuous-limit 1 --use-memory no_memory" in ended.out


@pytest.mark.parametrize("backend", ["redis", "pinecone", "milvus", "weaviate"])
def test_backends_that_come_later_say_so_and_the_local_one_is_used(ready: Place, backend: str) -> None:
    with OpenAIServer(Model(step("memory_add", text="a note on tea"))) as server:
        ended = ready.run(*CONTINUOUS, "--use-memory", backend, **provider(server))
    assert ended.code == 0
    (line,) = [line for line in ended.err.splitlines() if backend in line]
    assert "comes later" in line
    assert "local memory is used" in line
    assert "a note on tea" in ready.run("memory", "list").out


def test_a_damaged_memory_is_one_line_and_the_run_goes_on(ready: Place) -> None:
    read_and_note(ready)
    (path,) = ready.folder.glob(".autogpt/memory/*/texts.sqlite3")
    path.write_bytes(b"rubbish" * 5_000)
    with site() as url:
        ended, _ = played(
            ready,
            step("search_memory", query="tea"),
            step("browse_website", url=url),
            step("memory_add", text="a note"),
            ALLOWED_HOSTS=url.split("/")[2],
        )
    assert ended.code == 0
    assert ended.err.count("is damaged") == 1, ended.said
    assert "Traceback" not in ended.said
    searched, read, noted, *_ = results(ready)
    assert "Go on without" in searched
    assert "steeped" in read
    assert "Kept in memory" not in read
    assert "write it to a file" in noted
    assert path.read_bytes() == b"rubbish" * 5_000
    told = ready.run("memory", "list")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert ready.run("memory", "wipe", "--yes").code == 0
    assert "is empty" in ready.run("memory", "list").out


def test_the_person_looks_and_wipes(ready: Place) -> None:
    assert "is empty" in ready.run("memory", "list").out
    assert "nothing to wipe" in ready.run("memory", "wipe").out
    assert not (ready.folder / ".autogpt").exists()
    url = read_and_note(ready)
    listed = ready.run("memory", "list")
    assert listed.code == 0
    assert "2 texts, 0.1 MB, in .autogpt/memory/auto-gpt" in listed.out.replace("\\", "/")
    assert listed.out.index("4711") < listed.out.index(url)
    assert KEY not in listed.out
    found = ready.run("memory", "search", "steeped", "leaves")
    assert "eighty degrees" in found.out
    assert "4711" not in found.out
    assert "nothing on this" in ready.run("memory", "search", "zeppelin").out
    refused = ready.run("memory", "wipe")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert ready.run("memory", "wipe", "--yes").code == 0
    assert "is empty" in ready.run("memory", "list").out
    # Another index is another memory.
    assert "is empty" in ready.run("memory", "list", MEMORY_INDEX="other").out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_wiping_asks_first(ready: Place) -> None:
    from tests.stories.person import sit_down

    read_and_note(ready)
    for answer, code, left in (("n", 7, True), ("y", 0, False)):
        with sit_down(ready, "memory", "wipe") as person:
            person.sees("Forget all that is in", "[y/N]").types(answer)
            assert person.ends() == code
        assert ("4711" in ready.run("memory", "list").out) is left


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another thing there")
def test_only_the_owner_can_read_it(ready: Place) -> None:
    read_and_note(ready)
    memory = ready.folder / ".autogpt" / "memory"
    reached: list[Path] = [memory.parent, *memory.rglob("*.sqlite3")]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in reached)
