"""The browser: `python -m benchmarks.browser`.

Pages on loopback that make their text by scripts, from a file and from data that they fetch; what
is waited for a page to be quiet is part of the time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.http import Admission, Door, allowed_hosts
from autogpt.web.browser import WebBrowser, Wish
from tests.http.servers import Reply, Request, reply, serving
from tests.web.site import html, path_with_geckodriver, site

ROUNDS = 15
SCRIPT = """
fetch('/data').then(answer => answer.json()).then(lines => {
  for (const line of lines) {
    const p = document.createElement('p');
    p.textContent = line;
    document.querySelector('main').append(p);
  }
});
"""


def pages(request: Request) -> Reply:
    """What the server answers."""
    data = "[" + ", ".join(f'"Line {number} of the text."' for number in range(100)) + "]"
    return site(
        {
            "/": lambda _: html("<title>Page</title><main></main><script src=/script></script>"),
            "/script": lambda _: reply(SCRIPT.encode(), Content_Type="text/javascript"),
            "/data": lambda _: reply(data.encode(), Content_Type="application/json"),
        }
    )(request)


def measured(kind: str, path: str) -> tuple[float, float, float]:
    """Seconds for the first page, and the median and the longest of those after it. Raises CommandError."""
    with serving(pages) as server:
        own = f"localhost:{server.port}"
        door = Door(admission=Admission(hosts=allowed_hosts([own])))
        browser = WebBrowser(Wish(kind, environ={"PATH": path}), door)
        try:
            times = []
            for number in range(ROUNDS + 1):
                begun = time.perf_counter()
                assert "Line 99" in browser.load(f"http://{own}/?{number}").html
                times.append(time.perf_counter() - begun)
        finally:
            browser.close()
    return times[0], statistics.median(times[1:]), max(times[1:])


def main() -> None:
    """Print the table."""
    print(
        "| a page on loopback that scripts make, 100 lines | median | longest | at most | the first, with the start |"
    )
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = path_with_geckodriver(Path(folder))
        for kind in ("chrome", "firefox"):
            try:
                first, median, longest = measured(kind, path)
            except CommandError as missing:
                print(f"| {kind} | {missing} | | 500 ms | |")
                continue
            print(f"| {kind} | {median * 1000:.0f} ms | {longest * 1000:.0f} ms | 500 ms | {first:.1f} s |")


if __name__ == "__main__":
    main()
