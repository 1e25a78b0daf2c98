"""What was read in the workspace leaves in no address: the whole program, unattended, and after a resume."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.servers import Server, redirect, reply, serving
from tests.loopback.openai_server import OpenAIServer
from tests.media.samples import url_of
from tests.stories.world import SAVED, Model, Place, provider, step

pytestmark = pytest.mark.real

SECRET = "Ostermann loses 48.3 million in the third quarter"
CONTINUOUS = ("-y", "-c", "--output", "json", "--allow", "browse_website")


@pytest.fixture
def ready(place: Place) -> Place:
    """With a profile and a file of the person's."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    workspace = place.folder / "auto_gpt_workspace"
    workspace.mkdir(exist_ok=True)
    (workspace / "notes.md").write_text(SECRET)
    return place


@pytest.fixture
def site() -> Iterator[Server]:
    with serving(lambda request: reply(b"<p>A page.</p>", Content_Type="text/html")) as server:
        yield server


def results(place: Place, kind: str) -> list[str]:
    return [
        str(event.get("result") or event.get("why")) for event in place.recorded() if event["event"] == kind
    ]


def test_an_address_that_was_made_up_is_denied_and_the_model_told_what_to_do(
    ready: Place, site: Server
) -> None:
    url = url_of(site)
    steps = (
        step("read_file", filename="notes.md"),
        step("browse_website", url=f"{url}/{SECRET.replace(' ', '_')}", question=""),
        step("browse_website", url=f"{url}/wiki", question=""),
    )
    with OpenAIServer(Model(*steps)) as server:
        ended = ready.run(*CONTINUOUS, **provider(server, ALLOWED_HOSTS=url.split("/")[2]))
    assert ended.code == 0, ended.said
    assert [request.path for request in site.requests] == ["/wiki"]
    (why,) = results(ready, "Denied")
    assert "Use an address that a page, a search or the person gave, word for word." in why


def test_what_was_used_up_is_used_up_after_a_resume(ready: Place, site: Server) -> None:
    url = url_of(site)
    hosts = {"ALLOWED_HOSTS": url.split("/")[2]}
    first = (
        step("read_file", filename="notes.md"),
        step("browse_website", url=f"{url}/abcdef", question=""),
    )
    with OpenAIServer(Model(*first)) as server:
        ended = ready.run(*CONTINUOUS, "--continuous-limit", "2", **provider(server, **hosts))
        assert [request.path for request in site.requests] == ["/abcdef"], ended.said
        server.answers_with(Model(step("browse_website", url=f"{url}/zyxwvutsr", question="")))
        run = next(event["id"] for event in ready.recorded() if event["event"] == "Header")
        ended = ready.run("resume", run, *CONTINUOUS, **provider(server, **hosts))
    assert [request.path for request in site.requests] == ["/abcdef"], ended.said
    assert any("could carry it away" in why for why in results(ready, "Denied"))


def test_a_server_hands_nothing_on_to_another_site(ready: Place, site: Server) -> None:
    there = url_of(site).replace("127.0.0.1", "localhost")
    with serving(lambda request: redirect(f"{there}{request.path}")) as first:
        url = url_of(first)
        hosts = f"{url.split('/')[2]},{there.split('/')[2]}"
        steps = (
            step("read_file", filename="notes.md"),
            step("browse_website", url=f"{url}/{SECRET.replace(' ', '_')}", question=""),
        )
        with OpenAIServer(Model(*steps)) as server:
            allowed = ("--allow", f"browse_website(url={url}/*)")
            ended = ready.run(*CONTINUOUS, *allowed, **provider(server, ALLOWED_HOSTS=hosts))
    assert ended.code == 0, ended.said
    assert len(first.requests) == 1
    assert site.requests == []
    assert any("It was not followed" in result for result in results(ready, "Ran"))
