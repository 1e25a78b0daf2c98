"""The main text of a web page, with its links numbered, and nothing of the menus around it.

`lxml` reads the page, however broken; what is main text is judged here, in time that grows
with the page and no faster: by the page's own marks (main, article, nav, roles), by the
names of classes, and by how much of a block is links. Why no library does this: docs/design.md.

Not promised: that nothing of the main text is lost. What looks like a list of links is kept
where dropping it would leave little; text that the page marks as hidden is always dropped
(what only a style sheet hides can't be told). Scripts are not run.
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

MAX_HTML = 2_000_000
"""Characters of a page that are read; more takes too long."""

MOST_LINKS = 5_000
_HARDLY_ANY = 250
"""Characters of text with which a page has hardly any."""

_MOST_FRAMES = 20
_LONGEST_HREF = 4_000
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

    `scripted` says that there is hardly any text, and scripts that might make some; `frames` are the
    pages that it shows inside itself where it has hardly any text of its own, `refresh` the one
    that it sends its reader to at once.
    """

    title: str
    text: str
    links: tuple[Link, ...]
    scripted: bool = False
    frames: tuple[str, ...] = ()
    refresh: str = ""


def prepare() -> None:
    """Load what reads pages, which takes a moment; good to do while a request is under way."""
    import lxml.etree  # type: ignore[import-untyped]  # noqa: F401


def read_page(html: str, url: str) -> Page:
    """The main text of a page at `url`."""
    document = _parsed(html)
    if document is None:
        return Page("", _lines(_TAG.sub(" ", _without_unseen(html[:MAX_HTML]))), ())
    title = _squeezed(str(document.xpath("string((//title)[1])")))[:300]
    base = _base(document, url)
    outline = _Outline(document, title)
    main = outline.main()
    links = _Links(base, url)
    text = _text(main, outline.dropped(main), links)
    whole = outline.size(main)
    if len(text) < min(400, whole) or len(text) < whole * 0.2:
        links = _Links(base, url)
        text = _text(outline.body, outline.unseen, links)
    elif main is not outline.body and (heading := outline.heading_outside(main)):
        text = f"# {heading}\n{text}"
    text = text or _lines(_TAG.sub(" ", _without_unseen(html[:MAX_HTML])))
    hardly_any = len(text) < _HARDLY_ANY
    return Page(
        title,
        text,
        links.found(),
        scripted=hardly_any and "<script" in html.lower(),
        frames=_frames(document, base) if hardly_any else (),
        refresh=_refresh(document, base),
    )


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
_TEXT_TAG = re.compile(r"<(/?)(script|style|title)(?=[\s/>])", re.IGNORECASE)


def _without_unseen(html: str) -> str:
    """HTML without the insides of scripts, styles and titles, whatever tags stand in their texts."""
    kept, at, inside = [], 0, ""
    for found in _TEXT_TAG.finditer(html):
        closes, name = bool(found[1]), found[2].lower()
        if not inside and not closes:
            kept.append(html[at : found.start()])
            inside = name
        elif closes and name == inside:
            at, inside = found.start(), ""
    return " ".join(kept if inside else [*kept, html[at:]])


_LONG_TAG = re.compile(r"<([A-Za-z][^\s/<>]{0,50})[^<>]{2000,}>?")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/=]+")
_MOST_ATTRIBUTES = 300


def _with_few_attributes(tag: re.Match[str]) -> str:
    """A tag, without attributes if there are very many: libxml2 compares each with all others."""
    words = _BETWEEN_ATTRIBUTES.split(_QUOTED.sub("", tag[0]))
    return tag[0] if len(words) <= 2 * _MOST_ATTRIBUTES else f"<{tag[1]}>"


def _parsed(html: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    html = _LONG_TAG.sub(_with_few_attributes, html[:MAX_HTML])
    content = html.replace("\0", "").encode("utf-8", "replace")
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


def _frames(document: Any, base: str) -> tuple[str, ...]:
    found = (_sent_from(base, frame.get("src")) for frame in document.iter("frame", "iframe"))
    return tuple(dict.fromkeys(url for url in islice(found, _MOST_FRAMES) if url))


_REFRESH = re.compile(r"\s*([0-9]{1,3})[.0-9]*\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']{1,4000})", re.IGNORECASE)
_SOON = 5  # seconds


def _refresh(document: Any, base: str) -> str:
    for element in islice(document.iter("meta"), 200):
        if (element.get("http-equiv") or "").strip().lower() == "refresh":
            found = _REFRESH.match((element.get("content") or "")[:5_000])
            if found and int(found[1]) <= _SOON:
                return _sent_from(base, found[2])
    return ""


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
    | {"navbox", "catlinks", "siteheader", "topbar", "jump", "noprint", "editsection", "respond"}
)
_LINES = frozenset(
    {"p", "pre", "code", "td", "th", "tr", "li", "a", "span", "b", "i", "em", "strong", "cite", "label"}
)
_MENUS = frozenset({"ul", "ol", "div", "section", "p", "table", "dl", "td"})
_SMALL_CHROME_WORDS = frozenset({"skip", "jump", "noprint", "editsection", "headerlink", "permalink"})
"""Words of classes that say it of single lines too."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.0-9]*[1-9])", re.I
)


_ICON = 40
"""Characters; what is hidden from those who listen, and longer, is text."""


def _is_plain_button(element: Any) -> bool:
    """Whether it is a button, but none that opens the text below it."""
    return element.tag == "button" and not any(
        one.tag in _HEADINGS or one.tag == "summary" for one in islice(element.iterancestors(), 3)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:1_000].casefold())


class _Outline:
    """How much text, and how much of it in links, each element of a page holds."""

    def __init__(self, document: Any, title: str) -> None:
        self._title = set(_words(title))
        bodies = document.findall(".//body")
        self.body: Any = bodies[0] if bodies else document
        self._elements: list[Any] = [one for one in self.body.iter() if isinstance(one.tag, str)]
        self.unseen: set[Any] = set()
        self._text: dict[Any, int] = {}
        self._linked: dict[Any, int] = {}
        self._count: dict[Any, int] = {}
        self._titled: set[Any] = set()
        """What holds the page's own heading."""
        self._heading: Any = None
        self._measure()
        self._hide()

    def size(self, element: Any) -> int:
        """Characters of text in an element."""
        return self._text.get(element, 0)

    def _measure(self) -> None:
        skipped: set[Any] = set()
        for element in self._elements:
            parent = element.getparent()
            if parent in skipped or element.tag in _UNSEEN or _is_plain_button(element):
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
            if element in self._titled or (element.tag == "h1" and self._is_heading(element)):
                self._titled |= {element, parent}
            tail = 0 if parent in skipped else len(_squeezed(element.tail))
            self._text[parent] = self._text.get(parent, 0) + text + tail
            self._linked[parent] = self._linked.get(parent, 0) + linked
            self._count[parent] = self._count.get(parent, 0) + count

    def _is_heading(self, element: Any) -> bool:
        """Whether it says what the page's title says; a site's own name is often a heading too."""
        words = _words("".join(islice(element.itertext(), _MOST_PIECES)))
        own = not self._title or sum(word in self._title for word in words) * 2 > len(words)
        if own and words:
            self._heading = element  # the first comes last
        return own

    def heading_outside(self, main: Any) -> str:
        """The page's own heading, where it isn't in `main`."""
        heading = self._heading
        if heading is None or heading in self.unseen or any(one is main for one in heading.iterancestors()):
            return ""
        return _squeezed("".join(islice(heading.itertext(), _MOST_PIECES)))[:300]

    def _hide(self) -> None:
        """What a person does not see is no part of the page; but some pages hide all until a script runs."""
        for element in self._elements:
            hidden = (
                element.get("hidden") is not None
                # Hidden from those who listen: names of icons, and panels that a click opens.
                or (element.get("aria-hidden") == "true" and self.size(element) < _ICON)
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
        named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
        words = {word.lower() for word in _WORD.findall(named)}
        known = _SMALL_CHROME_WORDS if tag in _LINES else _CHROME_WORDS
        return not words.isdisjoint(known) and element not in self._titled

    def _is_menu(self, element: Any) -> bool:
        """Whether it is nothing but short links."""
        if element.tag not in _MENUS:
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
        if not href or len(href) > _LONGEST_HREF or href.lstrip().startswith("#"):
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
        return _sent_from(self._base, href)

    def found(self) -> tuple[Link, ...]:
        """All of them."""
        return tuple(
            Link(text or _last_part(address), address)
            for address, text in zip(self._numbers, self._texts, strict=True)
        )


def _sent_from(base: str, href: str | None) -> str:
    """A link's address as it would be asked for; "" where it is none of the web's."""
    if not href or len(href) > _LONGEST_HREF:
        return ""
    try:
        return _sent(urljoin(base, href.strip()))
    except ValueError:
        return ""


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
