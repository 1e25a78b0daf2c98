"""Shows a picture among the lines of a terminal that can: kitty's and iTerm2's protocols.

Sources: "Terminal graphics protocol" of kitty (sw.kovidgoyal.net/kitty/graphics-protocol) and
"Inline Images Protocol" of iTerm2 (iterm2.com/documentation-images.html). Which terminal it is, it
says itself by its usual variables; within tmux or screen nothing is shown, for they swallow it.
Only bytes that begin as a picture does are sent, and as base64, so that nothing in them is obeyed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from enum import Enum

MOST_BYTES = 4_000_000
ROWS = 16
"""Height on the screen."""

_PIECE = 4_096
"""Characters of one piece, as kitty's protocol wants them."""


class Protocol(str, Enum):
    """How a terminal takes pictures."""

    KITTY = "kitty"
    ITERM = "iTerm2"


def protocol_of(environ: Mapping[str, str]) -> Protocol | None:
    """What the terminal says that it can; None if nothing, or if something stands between."""
    term = environ.get("TERM", "").lower()
    if environ.get("TMUX") or environ.get("STY") or term.startswith(("screen", "tmux")):
        return None
    program = environ.get("TERM_PROGRAM", "")
    if environ.get("KITTY_WINDOW_ID") or term in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return Protocol.KITTY
    if program in ("iTerm.app", "WezTerm") or environ.get("LC_TERMINAL") == "iTerm2":
        return Protocol.ITERM
    return None


def inline(data: bytes, protocol: Protocol) -> str:
    """What makes the terminal show a picture; empty for what it can't show."""
    if not data or len(data) > MOST_BYTES:
        return ""
    is_png = data.startswith(b"\x89PNG\r\n\x1a\n")
    match protocol:
        case Protocol.KITTY:
            return _kitty(data) if is_png else ""
        case Protocol.ITERM:
            return _iterm(data) if is_png or data.startswith((b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) else ""


def _kitty(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    out = []
    for number, piece in enumerate(pieces):
        more = int(number < len(pieces) - 1)
        # q=2: the terminal's answer would look like typing.
        keys = f"a=T,f=100,r={ROWS},q=2,m={more}" if number == 0 else f"m={more}"
        out.append(f"\x1b_G{keys};{piece}\x1b\\")
    return "".join(out) + "\n"


def _iterm(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    return f"\x1b]1337;File=inline=1;size={len(data)};height={ROWS};preserveAspectRatio=1:{text}\x07\n"
