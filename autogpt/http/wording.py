"""What went wrong with a request, in words from which a model can learn what to try next."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from autogpt.core.errors import CommandError
from autogpt.http.decoding import Bomb, Undecodable
from autogpt.http.urls import Target
from autogpt.http.wire import ProxyRefused, TooMuch, TooSlow


@contextmanager
def in_words(target: Target) -> Iterator[None]:
    """Turn whatever a connection raises into a CommandError."""
    try:
        yield
    except (OSError, http.client.HTTPException, ProxyRefused, TooMuch, TooSlow, Undecodable, Bomb) as error:
        raise CommandError(f"{_what(error, target)}") from error


def _what(error: Exception, target: Target) -> str:
    host, url = repr(target.host), _short(target.url)
    match error:
        case socket.gaierror():
            return f"There is no host {host}, or its name can't be looked up now. Check how it is spelt."
        case TooSlow():
            return f"{url}: waited too long for {error}. Try again later, or another source."
        case TooMuch():
            return f"{url} sends more in {error} than is taken. Look for a smaller page on the same subject."
        case Bomb():
            return f"{url} sends data that grows without measure when it is unpacked. It was dropped; use another source."
        case Undecodable():
            return f"What {url} sent {error}. Try again, or use another source."
        case ProxyRefused(status=status):
            return f"The person's proxy did not connect to {host} (status {status}). Use another source, or tell the person."
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of {host} can't be trusted ({error.verify_message}), so nothing was sent. "
                "Use another source."
            )
        case ssl.SSLError():
            return f"No secure connection to {host} could be made ({error.reason or 'TLS failed'}). Use another source."
        case ConnectionRefusedError():
            return f"{target.host_and_port} refuses connections: nothing is served there now. Check host and port."
        case TimeoutError():
            return f"{target.host_and_port} does not answer. Try again later, or use another source."
        case http.client.IncompleteRead() | ConnectionError():
            return f"The connection to {host} broke off before everything had come. Try again, or use another source."
        case http.client.HTTPException():
            return (
                f"{url} answers with something that is not HTTP. Check host and port, or use another source."
            )
        case _:
            why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
            return f"{host} can't be reached ({why}). Try again later, or use another source."


def too_large(target: Target, limit: int) -> CommandError:
    """More came than was wanted."""
    return CommandError(
        f"{_short(target.url)} holds more than the {limit / 1e6:,.0f} MB that are read of one page. "
        "Look for a smaller page on the same subject."
    )


def broke_off(target: Target, came: int, promised: int) -> CommandError:
    """The connection ended before its time."""
    return CommandError(
        f"{_short(target.url)}: the connection broke off after {came:,} of {promised:,} bytes. Try again."
    )


def refused(status: int, url: str, retry_after: float | None = None) -> str:
    """What a status of 400 or more means for who asked."""
    shown = _short(url)
    match status:
        case 401 | 407:
            return f"{shown} wants a login (status {status}). Use another source."
        case 403 | 451:
            return f"{shown} refuses to show this page (status {status}). Use another source."
        case 404 | 410:
            return f"There is no page {shown} (status {status}). Check the URL, or look for it from the site's start page."
        case 429 | 503:
            seconds = "" if retry_after is None else f"{retry_after:,.0f}"
            when = f"for {seconds} second{'s' * (seconds != '1')}" if seconds else "for a while"
            why = "too many requests" if status == 429 else "it is overloaded or under repair"
            return f"{shown} asks to be left alone {when} ({why}, status {status}). Do something else first, or use another source."
        case _ if status >= 500:
            return (
                f"The server of {shown} has failed (status {status}). Try again later, or use another source."
            )
        case _:
            return f"{shown} refuses the request (status {status}). Check the URL, or use another source."


def _short(url: str) -> str:
    return url if len(url) <= 200 else f"{url[:200]}…"
