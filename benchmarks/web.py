"""Reading the web: `python -m benchmarks.web`.

What a page costs besides the model, how long one of twenty pieces takes when the model takes half a
second for each call, and how much of twenty pages of different kinds is found again. Servers are on
loopback; the model is a scripted server that speaks OpenAI's format.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from autogpt.commands.browse import BrowseCommands
from autogpt.core.budget import Price
from autogpt.core.limits import Window, window_of
from autogpt.core.messages import Message
from autogpt.core.ports import Model
from autogpt.http import Admission, Door, allowed_hosts
from autogpt.models.endpoint import Endpoint
from autogpt.models.metered import Ledger, Metered
from autogpt.models.openai import OpenAIModel
from autogpt.models.scripted import ScriptedModel
from autogpt.models.tokens import measure
from autogpt.web.pages import read_page
from tests.http.servers import reply, serving
from tests.loopback.openai_server import OpenAIServer, Reply, Request
from tests.web.saved_pages import measured, saved_pages

COUNT = measure("gpt-4o").plain
LATENCY = 0.5
PIECES = 20
ROUNDS = 15


def page_of(kilobytes: int) -> str:
    """A page of that size, like the largest of the saved ones."""
    huge = next(page.html for page in saved_pages() if page.name == "huge")
    start, end = huge.index("<h2"), huge.index("</article>")
    body = huge[start:end]
    while len(huge[:start]) + len(body) < kilobytes * 1_000:
        body += huge[start:end]
    return (
        huge[:start] + body[: kilobytes * 1_000 - len(huge[:start]) - 100] + "</article></main></body></html>"
    )


@contextmanager
def browsing(html: str, model: Model, window: Window, piece_tokens: int) -> Iterator[Callable[[], float]]:
    """A function that reads the page once, from a new door, and says how many seconds that took."""
    admission = Admission(hosts=allowed_hosts(["localhost"]))
    with serving(lambda request: reply(html.encode(), Content_Type="text/html; charset=utf-8")) as server:

        def once() -> float:
            begun = time.perf_counter()
            commands = BrowseCommands(Door(admission=admission), model, window, COUNT, piece_tokens)
            commands.browse_website(f"http://localhost:{server.port}/", "What was repaired?")
            return time.perf_counter() - begun

        yield once


def plain() -> tuple[float, float]:
    """Milliseconds for a page of 200 kB besides the model: the first of a process, and the median of later ones."""
    model = ScriptedModel(["An answer."] * 100_000)
    with browsing(page_of(200), model, window_of(128_000), 3_000) as once:
        first = once()
        return first * 1_000, statistics.median(once() for _ in range(ROUNDS)) * 1_000


def pieces() -> tuple[int, float]:
    """Calls for the parts of a page, and seconds from the request to the merged answer."""
    text = "".join(f"<p>{'Words of this piece are many and not short. ' * 45}</p>" for _ in range(PIECES))
    calls = 0

    def answer(request: Request) -> Reply:
        nonlocal calls
        calls += "<page>" in request.messages[1]["content"]
        time.sleep(LATENCY)
        return Reply("A note on this part.")

    with OpenAIServer(answer) as server:
        model = OpenAIModel("gpt-4o", Endpoint(server.url, "k"))
        metered = Metered(model, Ledger(Decimal(10)), Price(Decimal(1), Decimal(1), Decimal(1)), COUNT)
        with browsing(f"<html><body>{text}</body></html>", metered, window_of(128_000), 600) as once:
            model.complete([Message("system", "x"), Message("user", "warm")], reply_tokens=10)
            seconds = statistics.median(once() for _ in range(3))
        model.close()
    return calls // 3, seconds


def extraction() -> tuple[int, float, float, float]:
    """How many pages, the shares of main text kept and boilerplate dropped, and the least that was kept of one."""
    shares = [measured(page, read_page(page.html, "https://example.com/").text) for page in saved_pages()]
    kept, dropped = zip(*shares, strict=True)
    return len(shares), statistics.mean(kept), statistics.mean(dropped), min(kept)


def first_import() -> float:
    """Milliseconds to load what reads pages; a thread does it while the request is under way."""
    code = "import time; b = time.perf_counter(); from autogpt.web.pages import prepare; prepare(); print(time.perf_counter() - b)"
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code],
                capture_output=True,
                text=True,
                check=True,
                cwd=Path(__file__).parent.parent,
            ).stdout
        )
        for _ in range(5)
    ]
    return statistics.median(times) * 1_000


def main() -> None:
    """Print the table."""
    first, later = plain()
    calls, seconds = pieces()
    count, kept, dropped, least = extraction()
    print("| | measured | at most / at least |")
    print("|---|---|---|")
    print(f"| a page of 200 kB by plain request, besides the model | {later:.0f} ms | 150 ms |")
    print(f"| the same, the first of a process | {first:.0f} ms | |")
    print(f"| loading what reads pages, on a thread during the first request | {first_import():.0f} ms | |")
    print(f"| a page of {calls} pieces, a model that takes 500 ms for each call | {seconds:.2f} s | 1.5 s |")
    print(f"| main text kept, mean of {count} pages (the least of one) | {kept:.1%} ({least:.1%}) | 95 % |")
    print(f"| boilerplate dropped, mean of {count} pages | {dropped:.1%} | 90 % |")


if __name__ == "__main__":
    main()
