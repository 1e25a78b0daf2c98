"""Pictures on terminals: only where they can be shown, only what is one, nothing in them obeyed."""

from __future__ import annotations

import base64
import io
import re

import pytest

from autogpt.terminal.console import Console, Look
from autogpt.terminal.pictures import MOST_BYTES, Protocol, inline, protocol_of
from tests.media.samples import png

LIVE = Look(terminal=True, colour=True, live=True, width=80)
KITTY = {"TERM": "xterm-kitty"}
ITERM = {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}


@pytest.mark.parametrize(
    ("environ", "protocol"),
    [
        (KITTY, Protocol.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Protocol.KITTY),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Protocol.KITTY),
        (ITERM, Protocol.ITERM),
        ({"TERM_PROGRAM": "WezTerm"}, Protocol.ITERM),
        ({"LC_TERMINAL": "iTerm2"}, Protocol.ITERM),
        ({"TERM": "xterm-256color"}, None),
        ({}, None),
        (KITTY | {"TMUX": "/tmp/tmux"}, None),
        (ITERM | {"STY": "1.pts"}, None),
        ({"TERM": "screen-256color", "LC_TERMINAL": "iTerm2"}, None),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, None),
    ],
)
def test_a_terminal_says_itself_what_it_can(environ: dict[str, str], protocol: Protocol | None) -> None:
    assert protocol_of(environ) is protocol


def test_kitty_gets_a_large_picture_in_pieces_that_make_it_whole() -> None:
    data = png() + bytes(range(256)) * 200
    drawn = inline(data, Protocol.KITTY)
    pieces = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", drawn)
    assert "".join(f"\x1b_G{keys};{text}\x1b\\" for keys, text in pieces) + "\n" == drawn
    assert base64.b64decode("".join(text for _, text in pieces)) == data
    assert all(len(text) <= 4096 for _, text in pieces)
    assert [keys[-3:] for keys, _ in pieces] == ["m=1"] * (len(pieces) - 1) + ["m=0"]
    assert "q=2" in pieces[0][0]


def test_iterm_gets_a_picture_in_one_piece() -> None:
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07\n", inline(png(), Protocol.ITERM))
    assert found is not None
    assert base64.b64decode(found[2]) == png()
    assert f"size={len(png())}" in found[1]


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg/>", b"\x1b]52;c;cm0=\x07", b"\x89PNG", b"P6 1 1 255 abc", png() + b"\0" * MOST_BYTES],
)
def test_what_is_no_picture_or_too_large_draws_nothing(data: bytes) -> None:
    for protocol in Protocol:
        assert inline(data, protocol) == ""


def test_kitty_gets_png_only() -> None:
    assert inline(b"\xff\xd8\xff\xe0jpeg", Protocol.KITTY) == ""
    assert inline(b"\xff\xd8\xff\xe0jpeg", Protocol.ITERM) != ""


@pytest.mark.parametrize(
    ("look", "environ", "drawn"),
    [
        (LIVE, KITTY, True),
        (LIVE, ITERM, True),
        (LIVE, {"TERM": "xterm"}, False),
        (Look(terminal=True), KITTY, False),  # plain
        (Look(), KITTY, False),  # a pipe
    ],
)
def test_a_console_draws_only_on_a_terminal_that_can(
    look: Look, environ: dict[str, str], drawn: bool
) -> None:
    stream = io.StringIO()
    Console(stream, look, environ).picture(png())
    assert ("\x1b" in stream.getvalue()) is drawn
    assert bool(stream.getvalue()) is drawn


def test_nothing_is_drawn_into_a_question() -> None:
    stream = io.StringIO()
    console = Console(stream, LIVE, KITTY)
    with console.asking():
        console.picture(png())
    assert stream.getvalue() == ""
