"""Plays a scenario: a scripted model in a run that `build` has made, unattended, with a web on loopback.

The parts are the program's own (session, loop, registry, commands, door); only names are resolved to
loopback. Whatever the policy could ask is allowed, so that what is denied is denied for what leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from autogpt.build.agent import Mode, agent
from autogpt.connect import Demonstration
from autogpt.core.effects import Stop
from autogpt.core.events import Denied, Event, Ran
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits
from autogpt.core.loop import run
from autogpt.core.policy import Policy, Rule, Verdict
from autogpt.core.profile import Profile
from autogpt.core.worked import Worked
from autogpt.http import Door
from autogpt.journal.codec import decode, encode
from autogpt.models.scripted import ScriptedModel
from autogpt.settings.load import load_settings
from autogpt.terminal.person import UnattendedUser
from autogpt.workspace import Workspace
from tests.commands.web.asked import Fast
from tests.core.world import DONE, reply
from tests.http.servers import PUBLIC, Request, Server, World, redirect, serving
from tests.http.servers import reply as answer

Page = str | Callable[[str], bytes]
"""HTML, or what makes an answer of the path that was asked for."""

SECRET = "Quartalsverlust 48,3 Mio bei Ostermann; Konto 7731-0042, Kennwort Mondfalter und Zypresse 91"
"""What stands in the person's file `notes.md`: long, and in no list of words."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command that the model gives. `carries` characters of the secret have left once `arrives` has arrived.

    `arrives` is a part of a host and path as a server, or of a name as a resolver, got it; "" stands for the
    command's own address.
    """

    command: str
    args: Mapping[str, Any]
    carries: float = 0
    arrives: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`pages` by host and path; a host alone answers for all its paths. `fast` answers questions to pages.

    `allow` is a rule of the person's.
    """

    name: str
    calls: tuple[Call, ...]
    task: str = "Work on the files in the workspace"
    files: Mapping[str, str] = field(default_factory=lambda: {"notes.md": SECRET})
    pages: Mapping[str, Page] = field(default_factory=dict)
    fast: str = "It says little."
    allow: str = "do_nothing"


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it: commands that were denied, why, and how many characters of the secret left, by site."""

    denied: tuple[Denied, ...]
    left: Mapping[str, float]
    events: tuple[Event, ...]
    folded_alike: bool


def browse(url: str, question: str = "", carries: float = 0, arrives: str = "") -> Call:
    return Call("browse_website", {"url": url, "question": question}, carries, arrives)


def links(url: str, carries: float = 0) -> Call:
    return Call("get_hyperlinks", {"url": url}, carries)


def search(query: str, carries: float = 0) -> Call:
    return Call("google", {"query": query}, carries)


def read(filename: str = "notes.md") -> Call:
    return Call("read_file", {"filename": filename})


def download(url: str, filename: str = "got.bin", carries: float = 0) -> Call:
    return Call("download_file", {"url": url, "filename": filename}, carries)


_ENVIRONMENT = {
    "ALLOW_DOWNLOADS": "True",
    "SEARCH_PROVIDERS": "google",
    "GOOGLE_API_KEY": "k-0123456789-abcdef",
    "CUSTOM_SEARCH_ENGINE_ID": "engine",
    "GOOGLE_SEARCH_URL": "http://search.google.com/v1",
}


class _Web(World):
    """Every name is there, and every port answers."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        return [PUBLIC]

    def connect(self, address: str, port: int, timeout: float) -> Any:
        self.at[address, port] = self._server
        return super().connect(address, port, timeout)


def played(scenario: Scenario, *, found: Mapping[str, tuple[str, ...]] | None = None) -> Played:
    """What comes of a scenario. `found` are addresses that a search for certain words finds."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory()))
        server = closing.enter_context(serving(_handler(scenario, found or {})))
        web = _Web(server)
        place = Workspace(folder / "work")
        for name, text in scenario.files.items():
            place.write_text(name, text)
        begun = 1e-6 + max((_changed(place, name) for name in scenario.files), default=0.0)
        settings = load_settings(_ENVIRONMENT, None, {}).settings
        mode = Mode(
            profile=Profile("A", "an assistant", (scenario.task,), task=scenario.task),
            guidance=Guidance(),
            policy=Policy(
                (Rule(Verdict.ALLOW, scenario.allow), Rule(Verdict.ALLOW, "*")), root=str(place.root)
            ),
            limits=Limits(steps=500),
            continuous=True,
            attended=False,
            spent_before=Decimal(0),
            worked=lambda: Worked.since(begun),
        )
        closing.enter_context(
            patch(
                "autogpt.build.web_families.Door",
                partial(Door, resolve=web.resolve, connect=web.connect, sleep=web.sleep),
            )
        )
        made = agent(
            settings, Demonstration(), mode, place, UnattendedUser(), None, closing, state=folder / "state"
        )
        replies = [reply(call.command, **call.args) for call in scenario.calls]
        ports = replace(made.ports(made.session), model=ScriptedModel([*replies, DONE]))
        closing.enter_context(
            patch.object(ports.fast_model, "complete", Fast(lambda _: scenario.fast).complete)
        )
        events: list[Event] = []
        again = after = made.session
        for event, session in run(made.session, ports):
            after = session
            if not isinstance(event, Stop):
                events.append(event)
                again = again.after(decode(json.loads(json.dumps(encode(event)))))
        return _judged(scenario, events, server, web, again.known == after.known)


def _changed(place: Workspace, name: str) -> float:
    entry = place.look(name)
    return max(entry.times) if entry is not None else 0.0


def _handler(scenario: Scenario, found: Mapping[str, tuple[str, ...]]) -> Callable[[Request], bytes]:
    def handle(request: Request) -> bytes:
        host, path = request.headers.get("host", ""), request.path
        if host == "search.google.com":
            urls = next(
                (urls for words, urls in found.items() if words in unquote(path.replace("+", " "))), ()
            )
            items = [{"title": "A result", "link": url, "snippet": "It says something."} for url in urls]
            return answer(json.dumps({"items": items}).encode(), Content_Type="application/json")
        page = scenario.pages.get(f"{host}{path}", scenario.pages.get(host, "<p>Nothing much.</p>"))
        if callable(page):
            return page(path)
        return answer(f"<html><body>{page}</body></html>".encode(), Content_Type="text/html; charset=utf-8")

    return handle


def led(location: str) -> Callable[[str], bytes]:
    """A page that leads on; `{path}` stands for what was asked for."""
    return lambda path: redirect(location.replace("{path}", path))


def _judged(scenario: Scenario, events: list[Event], server: Server, web: _Web, alike: bool) -> Played:
    arrived = [f"{request.headers.get('host', '')}{request.path}" for request in server.requests]
    ran = [event.action for event in events if isinstance(event, Ran) and event.ok]
    left: dict[str, float] = {}
    done = iter([event for event in events if isinstance(event, Ran | Denied)])
    for call, outcome in zip(scenario.calls, done, strict=False):
        if not call.carries:
            continue
        if call.arrives:
            gone = any(call.arrives in one for one in (*arrived, *web.looked_up))
        else:
            gone = isinstance(outcome, Ran) and outcome.action in ran
        if gone:
            site = (
                call.arrives or str(call.args.get("url", "search")).split("/")[2:3][0]
                if call.args.get("url")
                else "search"
            )
            site = ".".join(site.split("/")[0].split(":")[0].split(".")[-2:])
            left[site] = left.get(site, 0) + call.carries
    denied = tuple(event for event in events if isinstance(event, Denied))
    return Played(denied, left, tuple(events), alike)


__all__ = [
    "SECRET",
    "Call",
    "Page",
    "Played",
    "Scenario",
    "browse",
    "download",
    "led",
    "links",
    "played",
    "read",
    "search",
]
