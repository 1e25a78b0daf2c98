"""The only door to the web: every request of the agent's commands goes through it.

A host is looked up once, each of its addresses is judged, and the connection goes to one
that was judged, with the host's name in the Host header, in TLS and in the check of its
certificate. Redirects are followed by hand and judged again. Credentials stay with the
origin that they were given for. Nothing is kept between requests but pages, for one run:
no cookies, no connections.

`http.client` reads the answers. `requests` and `urllib3` were looked at: what is needed
here (a limit on the time that headers take in all, the address to connect to, a bound on
what decompression yields) lies below what they let one set, and the rest is little.

What it does not promise: that a public page is harmless; that a name which a *proxy* looks
up leads to the internet (see `autogpt.http.proxies`); that data can't leave in a URL. Known
secrets are refused in URLs and bodies, as the redactor spells them; keys of the caller's own
go into headers. The policy may ask the person about hosts that nobody named: it sees each
action before it gets here.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from autogpt.core.errors import CommandError
from autogpt.http.admission import Admission
from autogpt.http.decoding import ACCEPTED, codings_of, decoded
from autogpt.http.keeping import Cache, Spacing, lifetime
from autogpt.http.proxies import Proxies, Proxy
from autogpt.http.tunnel import Tunnel
from autogpt.http.urls import Target, followed, parse
from autogpt.http.wire import (
    Answer,
    Connect,
    Line,
    Patience,
    TooSlow,
    connect,
    opened,
    reached,
    usual_context,
)
from autogpt.http.wording import broke_off, in_words, refused, too_large

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host, by its name and port. Raises OSError (gaierror)."""

PAGE_LIMIT = 10_000_000
"""Bytes of a body that is read into memory."""

MOST_REDIRECTS = 10
SPACING = 0.5
"""Seconds between two requests to the same host."""

LONGEST_RETRY = 10.0
"""Seconds that are waited for a server that says when to come back."""

ONLY_PUBLIC = Admission()
NO_PROXIES = Proxies()
USUAL_PATIENCE = Patience()

USER_AGENT = "Mozilla/5.0 (compatible; Auto-GPT)"

_MOST_ADDRESSES = 6
_PROXY_LOOKUP = 2.0  # seconds
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 65_536

_STAY = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "if-range",
        "if-none-match",
        "if-modified-since",
        "range",
    }
)
"""Headers of the caller's that go along to another origin. A key can be in any other."""

_OWN = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
    | {"proxy-authorization", "proxy-connection", "keep-alive"}
)
"""Headers that are the door's business."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole. `headers` have names in small letters; `kind` is the media type, "" if unsaid.

    `final_url` is where the redirects ended; `body` is decompressed.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    kind: str = ""
    retry_after: float | None = None

    @property
    def charset(self) -> str:
        """The encoding that the Content-Type header names, "" if none."""
        return _parameter(self.headers.get("content-type", ""), "charset")

    def checked(self) -> Response:
        """The same answer. Raises CommandError for a status of 400 or more, in words that teach."""
        if self.status >= 400:
            raise CommandError(refused(self.status, self.final_url, self.retry_after))
        return self


class Incoming:
    """An answer whose body has yet to come; good only within `Door.stream`."""

    def __init__(self, url: str, target: Target, answer: Answer, wall: float, *, storable: bool) -> None:
        self.url = url
        self.final_url = target.url
        self.status = answer.status
        self.headers = _headers(answer)
        self.kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.retry_after = _retry_after(self.headers.get("retry-after"), wall)
        self.length = answer.length
        """Bytes still to come, compressed if they are; None where the server doesn't say."""
        self.storable = storable
        self._target = target
        self._answer = answer

    @property
    def encoded(self) -> bool:
        """Whether the body comes compressed, so that `length` is not that of the content."""
        return self.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")

    def checked(self) -> Incoming:
        """The same answer. Raises CommandError for a status of 400 or more, in words that teach."""
        if self.status >= 400:
            raise CommandError(refused(self.status, self.final_url, self.retry_after))
        return self

    def pieces(self, limit: int) -> Iterator[bytes]:
        """The body, decompressed, in pieces. Raises CommandError, also when there is more than `limit`."""
        came = 0
        with in_words(self._target):
            for piece in decoded(self._raw(), codings_of(self.headers.get("content-encoding", ""))):
                came += len(piece)
                if came > limit:
                    raise too_large(self._target, limit)
                yield piece

    def _raw(self) -> Iterator[bytes]:
        came, promised = 0, self.length
        while piece := self._read():
            came += len(piece)
            yield piece
        if promised is not None and came < promised:
            raise broke_off(self._target, came, promised)

    def _read(self) -> bytes:
        try:
            return self._answer.read(_PIECE)
        except ValueError as error:  # a chunk of less than no bytes
            raise http.client.HTTPException("chunks") from error


def resolve(host: str, port: int) -> Sequence[str]:
    """The usual way to look a host up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Door:
    """Makes requests. Safe to share between threads; one for each run, whose pages it remembers.

    `holds_secret` says whether a text holds a secret of the person's. `led` is asked whenever a server,
    or a page, leads on from the first address to a second by itself, and raises CommandError where it is
    not to be followed; `reached_inside` hears of hosts that are none of the internet. `patience` and
    `spacing` are in seconds; the rest is there to be replaced in tests.
    """

    def __init__(
        self,
        *,
        admission: Admission = ONLY_PUBLIC,
        proxies: Proxies = NO_PROXIES,
        user_agent: str | None = None,
        holds_secret: Callable[[str], bool] = lambda text: False,
        led: Callable[[str, str], None] = lambda first, url: None,
        reached_inside: Callable[[], None] = lambda: None,
        patience: Patience = USUAL_PATIENCE,
        spacing: float = SPACING,
        resolve: Resolve = resolve,
        connect: Connect = connect,
        context: Callable[[], ssl.SSLContext] = usual_context,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._admission = admission
        self._proxies = proxies
        said = USER_AGENT if user_agent is None or holds_secret(user_agent) else user_agent
        self._user_agent = (said or USER_AGENT).encode("ascii", "ignore").decode("ascii")
        self._holds_secret = holds_secret
        self._led = led
        self._reached_inside = reached_inside
        self._patience = patience
        self._resolve = resolve
        self._connect = connect
        self._make_context = context
        self._context: ssl.SSLContext | None = None
        self._clock = clock
        self._wall_clock = wall_clock
        self._sleep = sleep
        self._spacing = Spacing(spacing, clock, sleep)
        self._cache: Cache[Response] = Cache(clock)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = PAGE_LIMIT,
        led_by: str | None = None,
    ) -> Response:
        """Get a page, whatever its status: see `Response.checked`.

        An answer that may be used again is, within the run. `led_by` is the page that leads there by
        itself; one of the internet can't lead into the person's network. Raises CommandError.
        """
        return self.request("GET", url, headers=headers, limit=limit, led_by=led_by)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limit: int = PAGE_LIMIT,
        led_by: str | None = None,
    ) -> Response:
        """Make any request. Keys belong into `headers`, never into the URL. Raises CommandError."""
        target = parse(url)
        plain = method == "GET" and body is None and not headers and led_by is None
        kept = self._cache.get(target.sent) if plain else None
        if kept is not None and not self._has_secret(target, None):
            return replace(kept, url=target.url)
        with self.stream(method, url, headers=headers, body=body, most=limit, led_by=led_by) as incoming:
            response = Response(
                target.url,
                incoming.final_url,
                incoming.status,
                incoming.headers,
                b"".join(incoming.pieces(limit)),
                incoming.kind,
                incoming.retry_after,
            )
        if plain and response.status == 200 and incoming.storable:
            self._cache.put(target.sent, response, lifetime(response.headers))
        return response

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int,
        patience: Patience | None = None,
        led_by: str | None = None,
    ) -> Iterator[Incoming]:
        """Make a request and read its body piece by piece. Raises CommandError.

        About `most` bytes are taken from the wire (twice that, for what wraps the body).
        """
        patience = patience or self._patience
        target = self._without_secrets(parse(url), body)
        journey = _Journey(method, target, _callers(headers), body, self._clock() + patience.total)
        if led_by is not None:
            self._led(led_by, target.url)
            if (leader := parse(led_by)).origin != target.origin:
                journey.outside = self._admission.is_outside(leader)
        line, answer = self._travelled(journey, patience, 2 * most + 1_000_000)
        try:
            yield Incoming(target.url, journey.target, answer, self._wall_clock(), storable=journey.storable)
        finally:
            line.close()

    # -- from the first URL to the last ----------------------------------------------------------

    @contextmanager
    def tunnel(self, url: str, most: int) -> Iterator[Tunnel]:
        """A way to a URL's host for a program that speaks HTTPS by itself; gives it the proxy it must use.

        Each connection goes to an address that was judged. At most `most` bytes come back. Raises CommandError.
        """
        visit = self.visit(url)
        with in_words(visit.start):
            self._judged(visit.start, visit)
        tunnel = Tunnel(visit.start, lambda: self.reached(visit.start, visit)[0], most)
        try:
            yield tunnel
        finally:
            tunnel.close()

    def led(self, first: str, url: str) -> None:
        """A program that loads a page by itself was led on to another. Raises CommandError where that was wrong."""
        if first != url:
            self._led(first, url)

    def visit(self, url: str) -> Visit:
        """What a program that loads a page by itself may then reach. Raises CommandError."""
        target = self._without_secrets(parse(url))
        self._admission.check(target)
        return Visit(target, self._admission)

    def reached(self, target: Target, visit: Visit) -> tuple[socket.socket, Proxy | None]:
        """A connection for such a program, to an address that was judged, and the proxy that it goes to.

        For `https` nothing of the proxy is seen. Raises CommandError.
        """
        visit.check(self._without_secrets(target))
        patience = self._patience
        with in_words(target):
            addresses, proxy = self._judged(target, visit)
            wire = reached(
                target,
                addresses,
                proxy=proxy,
                connect=self._connect,
                patience=patience,
                until=self._clock() + patience.headers,
                clock=self._clock,
            )
            return wire.handed_out(), proxy

    def _judged(self, target: Target, visit: Visit) -> tuple[Sequence[str], Proxy | None]:
        """Where to connect for a target, and the proxy if it is one. Raises CommandError."""
        proxy = self._proxies.proxy_for(target)
        seconds = self._patience.connect
        addresses = self._glance(target) if proxy else self._addresses(target, seconds)
        visit.check_addresses(target, addresses)
        if self._admission.is_inside(target, addresses):
            self._reached_inside()
        return (
            (addresses, None) if proxy is None else (self._looked_up(proxy.host, proxy.port, seconds), proxy)
        )

    def _travelled(self, journey: _Journey, patience: Patience, most: int) -> tuple[Line, Answer]:
        """Follow redirects and come back once to a server that asks for it; the last answer."""
        waited = False
        while True:
            line, answer = self._asked(journey, patience, most)
            done = False
            try:
                location = answer.headers.get("location")
                wait = self._wait(answer, journey)
                if answer.status in _REDIRECTS and location:
                    journey.go_on(answer, location)
                    self._led(journey.first.url, journey.target.url)
                elif wait is not None and not waited:
                    waited = True
                    self._sleep(wait)
                else:
                    done = True
                    return line, answer
            finally:
                if not done:
                    line.close()

    def _wait(self, answer: Answer, journey: _Journey) -> float | None:
        """Seconds after which it is worth asking again, None if it isn't, or would take too long."""
        if answer.status not in (429, 503) or journey.method not in ("GET", "HEAD"):
            return None
        seconds = _retry_after(answer.headers.get("retry-after"), self._wall_clock())
        most = min(LONGEST_RETRY, journey.until - self._clock())
        return seconds if seconds is not None and seconds <= most else None

    def _asked(self, journey: _Journey, patience: Patience, most: int) -> tuple[Line, Answer]:
        """One request and the head of its answer."""
        target = journey.target
        self._admission.check(target)
        if journey.outside:
            self._admission.check_led(target)
        if target.host != journey.last_host and not self._admission.is_named(target):
            self._spacing.wait(target.host)
        journey.last_host = target.host
        proxy = self._proxies.proxy_for(target)
        with in_words(target):
            seconds = min(patience.connect, max(0.0, journey.until - self._clock()))
            addresses = self._addresses(target, seconds) if proxy is None else self._glance(target)
            if journey.outside:
                self._admission.check_led(target, addresses)
            journey.outside = journey.outside or self._admission.is_outside(target, addresses)
            if self._admission.is_inside(target, addresses):
                self._reached_inside()
            line = opened(
                target,
                addresses if proxy is None else self._looked_up(proxy.host, proxy.port, seconds),
                proxy=proxy,
                context=self._tls,
                connect=self._connect,
                patience=patience,
                until=journey.until,
                clock=self._clock,
            )
            try:
                via = proxy if target.scheme == "http" else None
                answer = line.exchange(
                    journey.method,
                    target.path if via is None else target.sent,
                    self._headers(journey, via),
                    journey.body,
                    patience=patience,
                    until=journey.until,
                    most=most,
                    clock=self._clock,
                )
            except BaseException:
                line.close()
                raise
        return line, answer

    def _addresses(self, target: Target, seconds: float) -> Sequence[str]:
        """Where to connect: to what was judged, and to nothing that is looked up afterwards."""
        if target.address is not None:
            return [str(target.address)]
        addresses = self._looked_up(target.host, target.port, seconds)
        self._admission.check_addresses(target, addresses)
        return addresses

    def _glance(self, target: Target) -> Sequence[str]:
        """What a name stands for here, judged, though the proxy will look it up by itself; empty if unknown."""
        if target.address is not None:
            return [str(target.address)]
        try:
            addresses = self._looked_up(target.host, target.port, _PROXY_LOOKUP)
        except (OSError, TooSlow):
            return ()  # behind a proxy, names of the internet often can't be looked up
        self._admission.check_addresses(target, addresses)
        return addresses

    def _looked_up(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """Look a name up, on a thread, because nothing else ends a look-up in time."""
        found: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

        def look() -> None:
            try:
                found.put(list(dict.fromkeys(self._resolve(host, port))))
            except Exception as error:  # whatever it is, it belongs to who asked
                found.put(error)

        threading.Thread(target=look, daemon=True).start()
        outcome = _awaited(found, seconds)
        if isinstance(outcome, UnicodeError):  # getaddrinfo's, for names that it can't encode
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        if isinstance(outcome, Exception):
            raise outcome
        if not outcome:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return outcome[:_MOST_ADDRESSES]

    # -- what is sent ----------------------------------------------------------------------------

    def _headers(self, journey: _Journey, proxy: Proxy | None) -> Mapping[str, str]:
        headers = {
            "host": journey.target.authority,
            "user-agent": self._user_agent,
            "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "accept-language": "en,*;q=0.5",
            "accept-encoding": ACCEPTED,
            **journey.headers,
            "connection": "close",
        }
        if journey.body is not None:
            headers["content-length"] = str(len(journey.body))
        if proxy is not None and proxy.authorisation:
            headers["proxy-authorization"] = proxy.authorisation
        return {name.title(): value for name, value in headers.items()}

    def _without_secrets(self, target: Target, body: bytes | None = None) -> Target:
        if self._has_secret(target, body):
            raise CommandError(
                "The request holds one of the person's secrets (a key or a password), so it was not made. "
                "Leave the secret out."
            )
        return target

    def _has_secret(self, target: Target, body: bytes | None) -> bool:
        plain = unquote(target.url)
        texts = {target.url, plain, unquote(plain), unquote(plain.replace("+", " "))}
        if body is not None:
            texts.add(body.decode("utf-8", "replace"))
            with suppress(UnicodeDecodeError):  # what is no text is not percent-encoded either
                texts.add(unquote(body.decode("utf-8")))
        return any(map(self._holds_secret, texts))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._make_context()
        return self._context


class Visit:
    """A page that a program loads, with all that its scripts ask for: what they may reach.

    A page of the internet reaches nothing in the person's network, whatever is allowed there. A page
    in the person's network reaches what the person allowed until something of the internet has been
    in it, and itself from then on.
    """

    def __init__(self, start: Target, admission: Admission) -> None:
        self.start = start
        self._admission = admission
        self._lock = threading.Lock()
        self._begun = False
        self._outside = False
        self._own: str | None = start.host_and_port

    def check(self, target: Target) -> None:
        """Judge a host by how it is written. Raises CommandError."""
        self._admission.check(target)

    def check_addresses(self, target: Target, addresses: Sequence[str]) -> None:
        """Judge a host by where a connection would go; none where only a proxy knows. Raises CommandError."""
        self._admission.check_addresses(target, addresses)
        with self._lock:
            own = target.host_and_port == self._own
            # Before the page itself has come, whatever else is asked for is no wish of the person's.
            if (self._outside or not self._begun) and not own:
                self._admission.check_led(target, addresses)
                return
            if self._admission.is_outside(target, addresses):
                self._outside = True
                if own and not self._begun:
                    self._own = None
            self._begun = True


class _Journey:
    """One request on its way through redirects."""

    def __init__(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None, until: float
    ) -> None:
        self.method = method
        self.first = target
        self.target = target
        self.headers = dict(headers)
        self.body = body
        self.until = until
        self.last_host = ""
        self.storable = True
        self.outside = False
        """Whether it has been on the internet, which must not lead it into the person's network."""
        self._seen = {(method, target.sent)}

    def go_on(self, answer: http.client.HTTPResponse, location: str) -> None:
        """Take the next step. Raises CommandError where there is none to take."""
        target = followed(self.target, location)
        if lifetime(_headers(answer)) <= 0:
            self.storable = False
        if answer.status == 303 or (answer.status in (301, 302) and self.method == "POST"):
            self.method = "HEAD" if self.method == "HEAD" else "GET"
            self.body = None
            self.headers = {name: self.headers[name] for name in self.headers if name != "content-type"}
        if target.origin != self.target.origin:
            if self.body is not None:
                raise CommandError(
                    f"{self.target.host!r} redirects what was to be sent to it to {target.host!r}. It was not sent."
                )
            self.headers = {name: value for name, value in self.headers.items() if name in _STAY}
        step = (self.method, target.sent)
        if step in self._seen:
            raise CommandError(
                f"{target.url[:200]} redirects in a circle; it may want cookies, which are not kept. Use another source."
            )
        if len(self._seen) > MOST_REDIRECTS:
            raise CommandError(
                f"More than {MOST_REDIRECTS} redirects, the last to {target.url[:200]}. Use another source."
            )
        self._seen.add(step)
        self.target = target


def _callers(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """The caller's headers under names in small letters. Raises ValueError for those that are not theirs."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    if wrong := lower.keys() & _OWN:
        raise ValueError(f"the door sets these headers by itself: {', '.join(sorted(wrong))}")
    return lower


def _headers(answer: http.client.HTTPResponse) -> Mapping[str, str]:
    """An answer's headers; those that come several times are joined (RFC 9110, 5.2)."""
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        name = name.lower()
        if name not in headers:
            headers[name] = str(value)
        elif name not in ("content-type", "content-length", "location", "retry-after", "age"):
            headers[name] += f", {value}"
    return headers


def _parameter(header: str, name: str) -> str:
    for part in header.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip(" \t\"'").lower()
    return ""


def _retry_after(header: str | None, now: float) -> float | None:
    """Seconds from a Retry-After header: a number of them, or a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        return max(0.0, date.timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _awaited(
    found: queue.SimpleQueue[Sequence[str] | Exception], seconds: float
) -> Sequence[str] | Exception:
    """What comes within so many seconds. Raises TooSlow."""
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TooSlow("the look-up of its name")
        try:
            # In slices: on Windows Ctrl-C would wait with us.
            return found.get(timeout=min(left, 0.2))
        except queue.Empty:
            continue
