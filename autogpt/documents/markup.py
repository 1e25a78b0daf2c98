"""Readable text out of HTML and RTF."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from autogpt.documents.bounds import Taken

MAX_HTML = 5_000_000
"""Characters of HTML that are read; more takes too long."""

_HTML_START = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def is_html(text: str, name: str) -> bool:
    """Whether text is an HTML page, by its beginning, or by its name if there are tags in it."""
    start = text[:10_000].lstrip()
    while start.startswith(("<?xml", "<!--")):
        start = start.partition("?>" if start.startswith("<?xml") else "-->")[2].lstrip()
    if _HTML_START.match(start):
        return True
    return name.lower().endswith((".html", ".htm", ".xhtml")) and "<" in text


_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "canvas"})
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    }
)


_KEPT_SPACE = "\x01"
"""Stands for a space of preformatted text while lines are made."""


_TAG = re.compile(r"<[^<>]*>")
_LONG_TAG = re.compile(r"<([A-Za-z][^\s/<>]{0,50})[^<>]{1000,}>?")


def readable(html: str) -> str:
    """The readable text of an HTML page: a line for each block, table cells separated by tabs.

    Of a very long page only the beginning is read.
    """
    # lxml by itself: html.parser takes minutes for some 100 kB of unclosed tags, and a tree of
    # Beautiful Soup's takes ten times the memory.
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    # Nothing here looks at attributes, and libxml2 compares each of a tag with all others of it.
    content = _LONG_TAG.sub(r"<\1>", html[:MAX_HTML]).replace("\0", "").encode("utf-8", "replace")
    try:
        page = etree.fromstring(content, parser)
    except etree.ParserError:
        page = None
    text = ""
    # libxml2 gives up below some thousand levels, and leaves out what comes then.
    if page is not None and not any("depth" in entry.message for entry in parser.error_log):
        text = _lines("".join(_pieces(etree.iterwalk(page, events=("start", "end")))))
    return text or _lines(_TAG.sub(" ", html[:MAX_HTML]))


def _lines(text: str) -> str:
    # Blanks are made one before they are looked for around tabs, which takes the square of their number.
    lines = (re.sub(r" ?\t ?", "\t", re.sub(r"  +", " ", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line).replace(_KEPT_SPACE, " ")


def _pieces(walk: Any) -> Iterator[str]:
    """The texts of a page in order, with a line break at both ends of each block."""
    preformatted = 0
    for event, element in walk:
        block = element.tag in _BLOCKS
        if event == "start":
            preformatted += element.tag == "pre"
            yield "\t" if element.tag in ("td", "th") else "\n" if block else ""
            yield "- " if element.tag == "li" else ""
            if element.tag in _UNSEEN:
                walk.skip_subtree()
            else:
                yield _spaced(element.text, preformatted)
        else:
            preformatted -= element.tag == "pre"
            yield "\n" if block else ""
            yield _spaced(element.tail, preformatted)


def _spaced(text: str | None, preformatted: int) -> str:
    if preformatted:
        return (text or "").replace("\t", " " * 4).replace(" ", _KEPT_SPACE)
    return re.sub(r"\s+", " ", text or "")


_RTF_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|.", re.IGNORECASE
)
_RTF_UNSEEN = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata"}
)
_RTF_SIGNS = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "emdash": "—", "endash": "–"}


def read_rtf(data: bytes, taken: Taken) -> None:
    """Text of RTF by its control words. Source: Rich Text Format specification 1.9.1."""
    text = data.decode("latin-1")
    page = re.search(r"\\ansicpg(\d+)", text[:1000])
    encoding = _known(f"cp{page.group(1)}" if page else "cp1252")
    groups: list[bool] = []
    hidden = False
    skip = 0  # characters that repeat a Unicode one for old readers
    coded = bytearray()
    for token in _RTF_TOKEN.finditer(text):
        word, number, code, symbol, brace, plain = token.groups()
        if code and not hidden:
            if skip:
                skip -= 1
            else:
                coded.append(int(code, 16))
            continue
        if coded:  # letters of two bytes come as two codes
            taken.add(coded.decode(encoding, "replace"))
            coded.clear()
        if brace == "{":
            groups.append(hidden)
        elif brace == "}":
            hidden = groups.pop() if groups else False
        elif word in _RTF_UNSEEN or symbol == "*":
            hidden = True
        elif hidden:
            continue
        elif word == "u" and number:
            taken.add(chr(int(number) % 65536))
            skip = 1
        elif word in _RTF_SIGNS:
            taken.add(_RTF_SIGNS[word])
        elif symbol and symbol in "\\{}~":
            taken.add("\u00a0" if symbol == "~" else symbol)
        elif plain:
            taken.add(plain[skip:])
            skip = 0
    taken.add(coded.decode(encoding, "replace"))


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "cp1252"
