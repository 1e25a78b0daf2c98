"""The main text of a web page, with its links numbered, and nothing of the menus around it.

`lxml` reads the page, however broken; what is main text is judged here, in time that grows
with the page and no faster: by the page's own marks (main, article, nav, roles), by the
names of classes, and by how much of a block is links. Libraries for this were measured:
one takes half a second for the first page of a run and drops headings of tables and names
in discussions, another never ends on a page of nested boxes.

Not promised: that nothing of the main text is lost. What looks like a list of links is kept
where dropping it would leave little; text that a person could not see is always dropped.
Scripts are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from autogpt.core.errors import CommandError
from autogpt.http import Target, parse

MAX_HTML = 3_000_000
"""Characters of a page that are read; more takes too long."""

MOST_LINKS = 5_000
_LONGEST_LINK_TEXT = 120
_MOST_PIECES = 50


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, absolute and without a fragment, and what it says."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page as one reads it. In `text`, `[1]` stands behind the text of `links[0]`, and so on.

    `scripted` says that there is hardly any text, and scripts that might make some.
    """

    title: str
    text: str
    links: tuple[Link, ...]
    scripted: bool = False


def read_page(html: str, url: str) -> Page:
    """The main text of a page at `url`."""
    document = _parsed(html)
    if document is None:
        return Page("", _lines(_TAG.sub(" ", html[:MAX_HTML])), ())
    title = _squeezed(str(document.xpath("string((//title)[1])")))[:300]
    outline = _Outline(document)
    main = outline.main()
    numbers = _Links(_base(document, url), url)
    text = _text(main, outline.dropped(main), numbers)
    whole = outline.size(main)
    if len(text) < min(400, whole) or len(text) < whole * 0.2:
        numbers = _Links(_base(document, url), url)
        text = _text(outline.body, outline.unseen, numbers)
    text = text or _lines(_TAG.sub(" ", _INVISIBLE.sub(" ", html[:MAX_HTML])))
    scripted = len(text) < 250 and "<script" in html.lower()
    return Page(title, text, numbers.found(), scripted)


def hyperlinks(html: str, url: str) -> tuple[Link, ...]:
    """All links of a page at `url`, each address once, with the first text that it has."""
    document = _parsed(html)
    if document is None:
        return ()
    links = _Links(_base(document, url), url)
    for element in document.iter("a", "area"):
        links.number(element)
    return links.found()


# -- reading ------------------------------------------------------------------------------------

_TAG = re.compile(r"<[^<>]*>")
_INVISIBLE = re.compile(r"<(script|style)\b[^>]*>[^<]*", re.IGNORECASE)


def _parsed(html: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = html[:MAX_HTML].replace("\0", "").encode("utf-8", "replace")
    try:
        return etree.fromstring(content, parser)
    except etree.ParserError:  # nothing in it
        return None


def _base(document: Any, url: str) -> str:
    for element in document.iter("base"):
        if href := element.get("href"):
            with suppress(ValueError):
                return str(urljoin(url, href.strip()))
            break
    return url


_UNSEEN = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "canvas",
        "head",
        "select",
        "button",
    }
    | {"video", "audio", "map", "datalist", "textarea", "dialog"}
)
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_CHROME_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "menu"}
    | {"menubar", "toolbar"}
)
_CHROME_WORDS = frozenset(
    {
        "nav",
        "navbar",
        "navigation",
        "menu",
        "menubar",
        "sidebar",
        "footer",
        "breadcrumb",
        "breadcrumbs",
        "cookie",
    }
    | {"cookies", "consent", "gdpr", "newsletter", "subscribe", "subscription", "share", "sharing", "social"}
    | {
        "related",
        "recommended",
        "recommendations",
        "promo",
        "promotion",
        "advert",
        "advertisement",
        "ads",
        "ad",
    }
    | {"sponsored", "banner", "popup", "modal", "pagination", "pager", "skip", "toolbar", "masthead", "login"}
    | {"signup", "copyright", "imprint", "legal", "widget", "teaser", "teasers", "outbrain", "taboola"}
    | {"navbox", "catlinks", "siteheader", "topbar", "jump"}
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.0-9]*[1-9])", re.I
)


class _Outline:
    """How much text, and how much of it in links, each element of a page holds."""

    def __init__(self, document: Any) -> None:
        bodies = document.findall(".//body")
        self.body: Any = bodies[0] if bodies else document
        self._elements: list[Any] = [one for one in self.body.iter() if isinstance(one.tag, str)]
        self.unseen: set[Any] = set()
        self._text: dict[Any, int] = {}
        self._linked: dict[Any, int] = {}
        self._count: dict[Any, int] = {}
        self._titled: set[Any] = set()
        self._measure()
        self._hide()

    def size(self, element: Any) -> int:
        """Characters of text in an element."""
        return self._text.get(element, 0)

    def _measure(self) -> None:
        skipped: set[Any] = set()
        for element in self._elements:
            parent = element.getparent()
            if parent in skipped or element.tag in _UNSEEN:
                skipped.add(element)
                self.unseen.add(element)
        for element in reversed(self._elements):
            own = 0 if element in skipped else len(_squeezed(element.text))
            text = self._text.get(element, 0) + own
            linked = text if element.tag == "a" else self._linked.get(element, 0)
            count = self._count.get(element, 0) + (element.tag == "a")
            self._text[element], self._linked[element], self._count[element] = text, linked, count
            parent = element.getparent()
            if element is self.body or parent is None:
                continue
            if element.tag == "h1" or element in self._titled:
                self._titled.add(parent)
            tail = 0 if parent in skipped else len(_squeezed(element.tail))
            self._text[parent] = self._text.get(parent, 0) + text + tail
            self._linked[parent] = self._linked.get(parent, 0) + linked
            self._count[parent] = self._count.get(parent, 0) + count

    def _hide(self) -> None:
        """What a person does not see is no part of the page; but some pages hide all until a script runs."""
        for element in self._elements:
            hidden = (
                element.get("hidden") is not None
                or element.get("aria-hidden") == "true"
                or _HIDDEN_STYLE.search(element.get("style") or "")
            )
            if hidden and self.size(element) <= self.size(self.body) / 2:
                self.unseen.add(element)

    def main(self) -> Any:
        """The element that holds the main text."""
        whole = self.size(self.body)
        marked = [one for one in self._elements if one.tag == "main" or one.get("role") == "main"]
        articles = [
            one for one in self._elements if one.tag == "article" or one.get("itemprop") == "articleBody"
        ]
        for candidates, share in ((marked, 0.2), (articles, 0.5)):
            largest = max(candidates, key=self.size, default=None)
            if largest is not None and largest not in self.unseen and self.size(largest) > whole * share:
                return largest
        return self.body

    def dropped(self, main: Any) -> set[Any]:
        """The elements in `main` that are no main text."""
        whole = max(1, self.size(main))
        inside = main is not self.body
        dropped = set(self.unseen)
        articles: set[Any] = set()
        for element in main.iter():
            if element.tag == "article" or element.getparent() in articles:
                articles.add(element)
            if element is main or element in dropped or not isinstance(element.tag, str):
                continue
            share = self.size(element) / whole
            if (self._is_chrome(element, inside or element in articles) and share < 0.4) or (
                self._is_menu(element) and share < 0.3
            ):
                dropped.add(element)
        return dropped

    def _is_chrome(self, element: Any, inside: bool) -> bool:
        """Whether it says itself that it is something around the page."""
        tag = element.tag
        if tag in _CHROME_TAGS or (element.get("role") or "").lower() in _CHROME_ROLES:
            return True
        if tag == "header" and not inside:
            return element not in self._titled
        if tag in ("p", "pre", "code", "td", "th", "tr", "li", "a", "span", "b", "i", "em", "strong"):
            return False
        named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
        words = {word.lower() for word in _WORD.findall(named)}
        return bool(words & _CHROME_WORDS) and element not in self._titled

    def _is_menu(self, element: Any) -> bool:
        """Whether it is nothing but short links."""
        if element.tag not in ("ul", "ol", "div", "section", "p", "table", "dl"):
            return False
        text, count = self.size(element), self._count.get(element, 0)
        return count >= 4 and self._linked[element] > 0.8 * text and text / count < 25


# -- links --------------------------------------------------------------------------------------


_SITE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


class _Links:
    """Numbers for the addresses that links lead to, in their order on the page."""

    def __init__(self, base: str, url: str) -> None:
        self._base = base
        self._own = _sent(url)
        self._site = _SITE.match(base)
        self._known: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []

    def number(self, element: Any) -> int | None:
        """The number of a link's address, from 1; None where it leads nowhere else on the web."""
        href = element.get("href")
        if not href or len(href) > 4_000 or href.lstrip().startswith("#"):
            return None
        address = self._known.get(href)
        if address is None:
            address = self._known[href] = self._address(href.strip())
        if not address or address == self._own:
            return None
        text = _link_text(element)
        number = self._numbers.get(address)
        if number is None:
            if len(self._texts) >= MOST_LINKS:
                return None
            self._texts.append(text)
            number = self._numbers[address] = len(self._texts)
        elif not self._texts[number - 1]:
            self._texts[number - 1] = text
        return number

    def _address(self, href: str) -> str:
        """Where it leads from here; "" for nowhere."""
        if self._site is not None and href.startswith("/") and not href.startswith(("//", "/\\")):
            return _sent(self._site[0] + href)  # what urljoin would make of it, much faster
        try:
            return _sent(urljoin(self._base, href))
        except ValueError:
            return ""

    def found(self) -> tuple[Link, ...]:
        """All of them."""
        return tuple(
            Link(text or _last_part(address), address)
            for address, text in zip(self._numbers, self._texts, strict=True)
        )


def _sent(url: str) -> str:
    try:
        target: Target = parse(url)
    except CommandError:
        return ""
    return target.sent


def _link_text(element: Any) -> str:
    text = _squeezed("".join(islice(element.itertext(), _MOST_PIECES)))
    if not text:
        pictures = [image.get("alt") or "" for image in islice(element.iter("img"), _MOST_PIECES)]
        text = _squeezed(element.get("aria-label") or element.get("title") or " ".join(pictures))
    return text if len(text) <= _LONGEST_LINK_TEXT else f"{text[:_LONGEST_LINK_TEXT]}…"


def _last_part(address: str) -> str:
    path = address.partition("?")[0].rstrip("/")
    return path.rpartition("/")[2]


# -- writing ------------------------------------------------------------------------------------

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
    }
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend"}
    | {
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
    }
    | {"tr", "ul"}
)
_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}
_KEPT_SPACE = "\x01"
"""Stands for a space of preformatted text while lines are made."""


def _text(top: Any, left_out: set[Any], links: _Links) -> str:
    return _lines("".join(_pieces(top, left_out, links)))


def _pieces(top: Any, left_out: set[Any], links: _Links) -> Iterator[str]:
    """The texts of an element in order, a line break at both ends of each block."""
    from lxml import etree

    preformatted = 0
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        block = tag in _BLOCKS
        if event == "start":
            if element in left_out:
                walk.skip_subtree()
                continue
            preformatted += tag == "pre"
            yield "\t" if tag in ("td", "th") else "\n" if block else ""
            yield "- " if tag == "li" else _HEADINGS.get(tag, "")
            yield _spaced(element.text, preformatted)
        else:
            if element not in left_out:
                preformatted -= tag == "pre"
                if tag == "a" and (number := links.number(element)) is not None:
                    yield f" [{number}]"
                yield "\n" if block else ""
            if element is not top:
                yield _spaced(element.tail, preformatted)


def _spaced(text: str | None, preformatted: int) -> str:
    if not text:
        return ""
    text = text.replace(_KEPT_SPACE, " ")
    if preformatted:
        return text.replace("\t", " " * 4).replace(" ", _KEPT_SPACE)
    return re.sub(r"\s+", " ", text)


def _lines(text: str) -> str:
    lines = (re.sub(r" *\t *", "\t", re.sub(r"  +", " ", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip("-# ")).replace(_KEPT_SPACE, " ")


def _squeezed(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


# -- encodings ----------------------------------------------------------------------------------

_META = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})|<\?xml\b[^>]{0,100}?encoding=["']([A-Za-z0-9_.-]{2,30})""",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"utf-?(8|16|32)|iso-?8859|windows-?12|cp[0-9]|koi8|gb|big5|shift|sjis|euc|mac|latin|l[0-9]|us-ascii|ascii|tis-?620"
)
# What pages mean by a name, after the Encoding Standard of the WHATWG.
_MEANT = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb-2312", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}


def encoding_said(body: bytes, charset: str) -> str | None:
    """The encoding that a page says it has: by its mark, the header's `charset`, or in its beginning.

    None where it says nothing that is known; its bytes must then tell.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    said = _META.search(body[:4_096])
    within = (said[1] or said[2]).decode("ascii").lower() if said else ""
    # A page that could be read far enough to find this is not in UTF-16.
    for name in (charset, "utf-8" if within.startswith("utf-16") else within):
        name = name.strip().lower()
        meant = _MEANT.get(name, name)
        if _KNOWN.match(meant):
            try:
                b"".decode(meant)
            except LookupError:
                continue
            return meant
    return None
