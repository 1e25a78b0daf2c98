"""Readable text out of mails as files (`.eml`): who, when and what about, the text, and what is attached.

The parts are taken apart here, and Python's own library reads headers one by one, shortened: its parser takes
hours for some headers and for parts in parts that are made for that.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import Message

from autogpt.documents.bounds import Taken
from autogpt.documents.encoding import decode, encoding_of
from autogpt.documents.markup import readable

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_READ = (*_SHOWN, "Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
_LONGEST_HEAD, _LONGEST_HEADER = 200_000, 2_000
_MOST_PARTS, _DEEPEST = 200, 8
_MOST_NAMED = 50
_SLOW = frozenset({"punycode", "idna"})
"""Encodings that no mail is in, and that take the square of a text's length."""

_HEADER = re.compile(rb"[!-9;-~]{1,80}:")
_LINE_END = re.compile(rb"\r?\n")
_END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n")


def is_letter(data: bytes, name: str) -> bool:
    """Whether a file is a mail: by its name, and a header in its first line."""
    return name.lower().endswith(".eml") and _HEADER.match(data.lstrip()[:100]) is not None


def read_letter(data: bytes, taken: Taken) -> None:
    """The headers that say what it is, the text or else the HTML's, and the names of what is attached."""
    data = data.lstrip()
    head, _ = _split(data)
    for name in _SHOWN:
        if value := _value(head, name):
            taken.add(f"{name}: {value}\n")
    plain, pages, attached = [], [], []
    for number, (part, body) in enumerate(_leaves(data)):
        kind, filename = part.get_content_type(), _filename(part)
        wanted = not filename and (part.get_content_disposition() or "inline") == "inline"
        if number >= _MOST_PARTS:
            attached.append("more, which were not looked at")
            break
        if wanted and kind == "text/plain":
            plain.append(_text(part, body))
        elif wanted and kind == "text/html":
            pages.append(_text(part, body))
        else:
            attached.append(f"{filename or 'without a name'} ({kind}, {len(_decoded(part, body)):,} bytes)")
        taken.go_on()
    texts = [text for text in plain if text.strip()] or [readable("\n".join(pages))]
    taken.add("\n" + "\n\n".join(text.strip().replace("\r\n", "\n") for text in texts) + "\n")
    if attached:
        more = f"; and {len(attached) - _MOST_NAMED} more" if len(attached) > _MOST_NAMED else ""
        taken.add(f"\n[Attached, and not shown: {'; '.join(attached[:_MOST_NAMED])}{more}]\n")


def _leaves(data: bytes) -> Iterator[tuple[Message, bytes]]:
    """The parts that hold no other parts, in their order, as head and body."""
    waiting = [(data, 0)]
    while waiting:
        part, depth = waiting.pop()
        head, body = _split(part)
        boundary = head.get_boundary() if head.get_content_maintype() == "multipart" else None
        if boundary and depth < _DEEPEST:
            edge = re.escape(boundary.encode("utf-8", "replace"))
            pieces = re.split(
                rb"(?:^|\r?\n)--" + edge + rb"(?:--)?[ \t]{0,20}(?=\r?\n|$)", body, maxsplit=_MOST_PARTS
            )
            # What stands before the first edge is for old programs.
            waiting += [
                (_LINE_END.sub(b"", piece, count=1), depth + 1) for piece in pieces[:0:-1] if piece.strip()
            ]
        else:
            yield head, body


def _split(data: bytes) -> tuple[Message, bytes]:
    """The headers that matter, and what comes after the empty line."""
    head = Message()
    if (at_once := _LINE_END.match(data)) is not None:  # there are none
        return head, data[at_once.end() :]
    end = _END_OF_HEAD.search(data)
    top, body = (data[: end.start()], data[end.end() :]) if end else (data, b"")
    text = top[:_LONGEST_HEAD].decode("utf-8", "replace")
    for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines():
        name, colon, value = line[: _LONGEST_HEADER + 100].partition(":")
        known = next((one for one in _READ if one.lower() == name.strip().lower()), None)
        if colon and known and known not in head:
            head[known] = value.strip()[:_LONGEST_HEADER]
    return head, body


def _value(head: Message, name: str) -> str:
    """A header in plain letters."""
    raw = str(head.get(name, ""))
    with suppress(Exception):  # whatever the library stumbles over: then as it stands there
        return " ".join(str(make_header(decode_header(raw))).split())
    return raw


def _filename(part: Message) -> str:
    with suppress(Exception):
        name = part.get_filename() or ""
        return " ".join(str(make_header(decode_header(name))).split())[:200]
    return ""


def _decoded(part: Message, body: bytes) -> bytes:
    how = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    with suppress(binascii.Error, ValueError):
        if how == "base64":
            return binascii.a2b_base64(body)
        if how == "quoted-printable":
            return quopri.decodestring(body)
    return body


def _text(part: Message, body: bytes) -> str:
    content = _decoded(part, body)
    with suppress(LookupError, ValueError):
        said = codecs.lookup(str(part.get_content_charset() or "")).name
        if said not in _SLOW:
            return content.decode(said, "replace")
    return decode(content)[0] if encoding_of(content) else ""
