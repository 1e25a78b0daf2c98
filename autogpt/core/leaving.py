"""Whether a URL carries away what the agent has read of the person's.

A page can tell a model to put what it knows into an address, and a request to that address is
all it takes. So what comes from the workspace (results of commands that do not read the web) is
remembered, and a URL that holds a long piece of it is noticed: as it is, however blanks and
punctuation were changed, percent-encoded, in base64, base32 or hexadecimal, backwards. The whole
URL counts, its host's name too. What follows from it is `decide`'s business.

A URL carries nothing away if the web itself gave it (it stands in a page or a search result that
was asked for without such a piece), or if it stands word for word in a file that was read before
the run changed anything: that is the person's own list of links. Once something was changed or a
program ran, the agent could have written that URL itself. The memory holds texts of other runs, which
had read other things: of what it gives back only the addresses of pages that were read are the web's.

Words that a search engine gets may be anything that was read, but for what looks like a key or a password.

Not promised: to notice pieces shorter than `LEAST` letters and digits (words that look like keys
or passwords count from six or eight on), text that was translated, summarised or encrypted, or a
text sent in many small pieces. Known secrets of the settings never get past the http door.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.policy import argument_kind

LEAST = 16
"""Letters and digits in a row that are no chance."""

SOURCE = "From "
"""What a line begins with by which a result of the memory names a page; no line of a text in it begins so."""

_BLOCK = LEAST // 2
_SHORTEST_SECRET = 6
_MOST_KEPT = 4_000_000
"""Characters that are remembered; beyond that the oldest texts are given up."""

_MOST_URLS = 50_000
_MOST_SEARCHES = 2_000

_MOST_URL = 20_000
_WEB = frozenset({Touch.NETWORK, Touch.FETCHING})
_PROCESSES = frozenset({Touch.PROCESSES, Touch.HOST})
_CHANGES = _PROCESSES | {Touch.FILES}


@dataclass(frozen=True, slots=True)
class Text:
    """A result, letters and digits alone, and its every eighth piece of eight, to be found fast.

    `keys` are words in it that look like keys or passwords, `secrets` those that can hardly be anything
    else, `urls` the addresses in it if it was read before the run had changed anything.
    """

    letters: str
    blocks: frozenset[str]
    keys: frozenset[str]
    secrets: frozenset[str]
    urls: frozenset[str]

    @classmethod
    def of(cls, result: str, *, untouched: bool) -> Text:
        """What a command gave back."""
        plain = letters(result)
        blocks = frozenset(plain[at : at + _BLOCK] for at in range(0, len(plain) - _BLOCK + 1, _BLOCK))
        assigned, mixes = frozenset(_assigned(result)), frozenset(_mixes(result))
        secrets = assigned | {mix for mix in mixes if len(mix) >= _SHORTEST_CERTAIN}
        return cls(plain, blocks, assigned | mixes, secrets, _urls(result) if untouched else frozenset())


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent has read: of the person's, and the addresses that the web itself gave."""

    texts: tuple[Text, ...] = ()
    web: frozenset[str] = frozenset()
    changed: bool = False

    def after(self, action: Action, spec: CommandSpec | None, ok: bool, result: str) -> Known:
        """With the result of a command."""
        if spec is not None and spec.touches & _WEB and not spec.touches & _PROCESSES:
            # What was asked for is echoed in the answer, and a page can have it put into a URL there.
            if not ok or len(self.web) > _MOST_URLS or any(map(self._found_in, _leaves(action.args))):
                return self
            return replace(self, web=self.web | _urls(result))
        remembered = spec is not None and Touch.MEMORY in spec.touches
        changed = self.changed or spec is None or bool(not spec.reads_only and spec.touches & _CHANGES)
        text = Text.of(result, untouched=not changed and not remembered)
        web = self.web
        if remembered and ok and len(web) <= _MOST_URLS:
            web |= frozenset(_SOURCE.findall(result))
        return replace(
            self, web=web, texts=_with(self.texts, text) if text.letters else self.texts, changed=changed
        )

    def carried_by(self, url: str) -> str:
        """The piece of what is known that a URL holds, letters and digits alone; "" if none."""
        url = url.strip()
        return "" if url in self.web else self._found_in(url)

    def told_by(self, query: str) -> str:
        """The key or password among what is known that a search would tell; "" if none."""
        said = {letters(word) for word in query.split()} | {letters(query)}
        secrets = frozenset[str]().union(*(text.secrets for text in self.texts))
        return next((secret for secret in sorted(secrets) if any(secret in one for one in said)), "")

    def _found_in(self, url: str) -> str:
        texts = [text for text in self.texts if url not in text.urls]
        if not texts:
            return ""
        spellings = _spellings(url)
        starts = {one[at : at + _SHORTEST_SECRET] for one in spellings for at in range(len(one))}
        for text in texts:
            for key in text.keys:
                if key[:_SHORTEST_SECRET] in starts and any(key in one for one in spellings):
                    return key
        pieces = {one[at : at + _BLOCK] for one in spellings for at in range(len(one) - _BLOCK + 1)}
        for text in texts:
            if not pieces.isdisjoint(text.blocks) and (piece := _common(spellings, text)):
                return piece
        return ""


_SOURCE = re.compile(rf"^{SOURCE}(https?://\S+)", re.MULTILINE)


def _with(kept: tuple[Text, ...], new: Text) -> tuple[Text, ...]:
    """The newest that together are not too large."""
    # By their letters first: most differ there, and comparing all of each takes long in a long run.
    if any(one.letters == new.letters and one == new for one in kept):
        return kept
    kept = (*kept, new)
    total = sum(len(text.letters) for text in kept)
    while total > _MOST_KEPT:
        total -= len(kept[0].letters)
        kept = kept[1:]
    return kept


_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}]{1,4000}", re.IGNORECASE)


def _urls(text: str) -> frozenset[str]:
    """The addresses that stand in a text, as they are, and without the punctuation behind them."""
    found = set()
    for url in _URL.findall(text):
        found |= {url, url.rstrip(".,;:!?)]*_")}
    return frozenset(found)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)


NOTHING_KNOWN = Known()


def urls_of(action: Action, spec: CommandSpec) -> Iterator[tuple[str, str]]:
    """The addresses that an action sends requests to, each with the argument that holds it."""
    if not spec.touches & _WEB:
        return
    for name, value in action.args.items():
        for text in value if isinstance(value, list) else [value]:
            is_url = argument_kind(name, spec) == "url" or str(text).lstrip()[:8].lower().startswith("http")
            if isinstance(text, str) and is_url:
                yield name, text


def queries_of(action: Action, spec: CommandSpec) -> Iterator[str]:
    """What an action has a search engine look for."""
    if spec.touches & _WEB:
        yield from (
            value for name, value in action.args.items() if name == "query" and isinstance(value, str)
        )


_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"https?://([^/?#\s\"'<>)\]]+)|\bwww\.[\w.-]+\w", re.IGNORECASE)
# Names without https:// before them only with endings that are not those of files.
_BARE_HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|int|info|io|dev|app)\b", re.IGNORECASE)


def host_of(url: str) -> str:
    """The host of a URL as it is compared; "" where there is none."""
    found = re.match(r"\s*https?://([^/?#\\]+)", url, re.IGNORECASE)
    return _host(found[1]) if found else ""


def hosts_in(texts: Iterable[str]) -> frozenset[str]:
    """The hosts that the person's own words name."""
    return frozenset(
        _host(found[1] or found[0]) if pattern is _HOST else _host(found[0])
        for text in texts
        for pattern in (_HOST, _BARE_HOST)
        for found in pattern.finditer(text)
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as a rule for it names them; "" where there is none."""
    found = re.match(r"\s*(https?://[^/?#@\\\s'\"*]{1,100})(?:[/?#]|$)", url, re.IGNORECASE)
    return found[1].lower() if found else ""


def _host(text: str) -> str:
    if text.startswith("["):  # an address of IPv6
        return text.lower().partition("]")[0] + "]"
    return text.lower().rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")


@lru_cache(maxsize=64)
def letters(text: str) -> str:
    """Letters and digits of a text, without case."""
    return re.sub(r"[\W_]+", "", text.casefold())


_ASSIGNED = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private|secret)[_-]?key|credentials?)"
    r"[\"']?\s{0,8}[:=]\s{0,8}[\"']?([^\s\"',;]{6,80})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+){0,8}")
_CHANGE = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_SHORTEST_MIX = 8
_SHORTEST_CERTAIN = 12
"""Shorter ones are names of models and parts just as well."""

_LEAST_CHANGES = 3


def _assigned(text: str) -> Iterator[str]:
    """Words that stand behind a name such as `password`."""
    for found in _ASSIGNED.finditer(text):
        value = letters(found[1])
        if len(value) >= _SHORTEST_SECRET and re.search(r"\d", value) and re.search(r"[^\W\d]", value):
            yield value


def _mixes(text: str) -> Iterator[str]:
    """Words that look like keys: letters among digits."""
    for found in _WORD.finditer(text):
        if (
            len(found[0]) < _SHORTEST_MIX
            or len(_CHANGE.findall(re.sub("[-_]", "", found[0]))) < _LEAST_CHANGES
        ):
            continue
        parts = re.split("[-_]", found[0][:200].casefold())
        for start in range(len(parts)):
            for end in range(start + 1, len(parts) + 1):
                mix = "".join(parts[start:end])
                if len(mix) >= _SHORTEST_MIX and len(_CHANGE.findall(mix)) >= _LEAST_CHANGES:
                    yield mix


def _common(spellings: Iterable[str], text: Text) -> str:
    """A piece of at least `LEAST` characters that a spelling and a text have in common.

    Such a piece holds one of the text's blocks, so only around those does each place count.
    """
    searches = 0
    for spelling in spellings:
        for at in range(len(spelling) - _BLOCK + 1):
            block = spelling[at : at + _BLOCK]
            if block not in text.blocks:
                continue
            if not block.isascii():  # so many Chinese characters are a sentence
                return block
            for start in range(max(0, at - LEAST + _BLOCK), min(at, len(spelling) - LEAST) + 1):
                searches += 1
                # So much that is nearly the same is no chance either, and to look on would take long.
                if searches > _MOST_SEARCHES or spelling[start : start + LEAST] in text.letters:
                    return spelling[start : start + LEAST]
    return ""


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_BASE32 = re.compile(r"[A-Za-z2-7]{16,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")


def _spellings(url: str) -> list[str]:
    """What a URL may say: decoded in the ways that are usual, letters and digits alone."""
    plain = [url[:_MOST_URL]]
    for _ in range(3):
        plain.append(unquote(plain[-1]))
    plain.append(plain[-1].replace("+", " "))
    # The values of a query joined: a text may be dealt out to several.
    plain.append("".join(re.findall(r"[=]([^&=#]*)", plain[-1])))
    plain.append("".join(re.findall(r"[=/]([^/&=#?]*)", plain[-2])))
    found = {letters(text): None for text in plain}
    # Text that is taken apart by dots or slashes for an encoding's sake is put together again.
    for text in dict.fromkeys((*plain, *(re.sub(r"[./&=?:-]", "", text) for text in plain))):
        for decoded in _decoded(text):
            found[letters(decoded)] = None
    backwards = [text[::-1] for text in found]
    return [text for text in dict.fromkeys((*found, *backwards)) if len(text) >= _SHORTEST_SECRET]


def _decoded(text: str) -> Iterator[str]:
    for run in _HEX.findall(text):
        yield bytes.fromhex(run).decode("utf-8", "ignore")
    for run in _BASE64.findall(text):
        standard = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            part = standard[start:]
            yield _from(base64.b64decode, part[: len(part) // 4 * 4])
            yield _from(base64.b64decode, part + "=" * (-len(part) % 4))
    for run in _BASE32.findall(text):
        for start in range(8):
            part = run[start:].upper()
            yield _from(base64.b32decode, part[: len(part) // 8 * 8])
            yield _from(base64.b32decode, part + "=" * (-len(part) % 8))


def _from(decode: Callable[[str], bytes], part: str) -> str:
    try:
        return decode(part).decode("utf-8", "ignore")
    except (binascii.Error, ValueError):
        return ""
