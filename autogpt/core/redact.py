"""Takes secrets out of text: values that are known, and strings shaped like well-known keys.

What it does not promise: a secret without a known value and without a known
shape (a bare 32-digit hexadecimal key, a password in prose) stays; so does one
that was split, reversed, encrypted or written in an encoding not listed at
`spellings_of`. Hashes, UUIDs and base64 data are left alone on purpose.

Time is linear in the text: every pattern either starts at a literal and is
bounded, or can't be entered twice within the run of characters that it reads.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

MARK = "***"
"""What stands where a secret was."""

SHORTEST = 6
"""Known secrets with fewer characters are not looked for: they would blot out ordinary words."""

Span = tuple[int, int]


class Redactor:
    """Replaces secrets in text by `***`. Doing it twice changes nothing more."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {
            each for secret in secrets if len(secret.strip()) >= SHORTEST for each in spellings_of(secret)
        }
        self._spellings = tuple(sorted(spellings, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        # A key can come to light when what it touched is gone; that it happens twice is contrived.
        for _ in range(4):
            known = [span for spelling in self._spellings for span in _occurrences(spelling, text)]
            redacted = _blot(text, [*known, *_shaped(text)])
            if redacted == text:
                break
            text = redacted
        return text

    def knows(self, text: str) -> bool:
        """Whether the text holds a known secret, in one of the spellings that would be replaced.

        Strings that are only shaped like keys don't count: signed links hold such strings too.
        """
        return any(spelling in text for spelling in self._spellings)

    def redact_json(self, value: Any) -> Any:
        """A copy of a JSON value, redacted in every string and every key, at any depth."""
        if isinstance(value, str):
            return self(value)
        copy: list[Any] = [value]
        unfinished: list[list[Any] | dict[str, Any]] = [copy]
        while unfinished:
            container = unfinished.pop()
            slots: Iterable[tuple[Any, Any]] = (
                container.items() if isinstance(container, dict) else enumerate(container)
            )
            for slot, inner in list(slots):
                if isinstance(inner, str):
                    container[slot] = self(inner)
                elif isinstance(inner, dict):
                    container[slot] = {self(str(key)): each for key, each in inner.items()}
                    unfinished.append(container[slot])
                elif isinstance(inner, (list, tuple)):
                    container[slot] = list(inner)
                    unfinished.append(container[slot])
        return copy[0]

    def __repr__(self) -> str:
        return "Redactor(***)"


def spellings_of(secret: str) -> set[str]:
    """The ways in which a secret turns up: as it is, for URLs, in JSON, in base64."""
    secret = secret.strip()
    in_url = {
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
    }
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_json |= {json.dumps(each)[1:-1] for each in in_json} | {each.replace("/", "\\/") for each in in_json}
    lower = {re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), each) for each in in_url}
    return {secret} | in_url | lower | in_json | _in_base64(secret.encode("utf-8", "replace"))


def _in_base64(secret: bytes) -> set[str]:
    """What every base64 text that holds the secret holds too, wherever in it the secret begins.

    Three bytes make four characters, so there are three alignments; characters
    that mix in bits of the neighbours are left out.
    """
    spellings = set()
    for lead in range(3):
        text = base64.b64encode(bytes(lead) + secret).decode("ascii")
        stable = text[-(-lead * 8 // 6) : (lead + len(secret)) * 8 // 6]
        spellings |= {stable, stable.replace("+", "-").replace("/", "_")}
    return spellings


def _occurrences(needle: str, text: str) -> Iterator[Span]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))


def _blot(text: str, spans: list[Span]) -> str:
    """Replace spans, overlapping and touching ones together, by one mark each."""
    if not spans:
        return text
    pieces, done = [], 0
    covered = -1
    for start, end in sorted(spans):
        if start > covered:
            pieces += [text[done:start], MARK]
        done = covered = max(covered, end)
    pieces.append(text[done:])
    return "".join(pieces)


class _Shape(NamedTuple):
    """What a kind of key looks like. Its group `key` is what is blotted out, else the whole match.

    `anchor` is a literal without which there is no such key, so that most shapes cost
    one substring search. `real` tells keys from look-alikes.
    """

    anchor: str
    pattern: str
    real: Callable[[str], bool] = bool


def _keys(
    prefixes: str, tail: str, *, inside: str = "A-Za-z0-9", real: Callable[[str], bool] = bool
) -> tuple[_Shape, ...]:
    """Keys that start with one of some literals, and neither begin nor end in the middle of a word.

    `inside` is the class of characters that may not stand right before the key. An escaped
    newline or tab and a percent-encoded character before it are not part of a word. The
    literal comes first in the pattern because `re` then searches for it quickly.
    """
    shapes = []
    for prefix in prefixes.split():
        literal = re.escape(prefix)
        start = rf"(?:(?<![{inside}]{literal})|(?<=\\[nrt]{literal})|(?<=%[0-9A-Fa-f]{{2}}{literal}))"
        shapes.append(_Shape(prefix, f"{literal}{start}{tail}(?![A-Za-z0-9])", real))
    return tuple(shapes)


def _mixed(key: str) -> bool:
    """Has digits and letters of both cases, as a random key of 20 or more characters has."""
    return all(re.search(kind, key) for kind in ("[0-9]", "[a-z]", "[A-Z]"))


def _unbroken(key: str) -> bool:
    """Has a long run of letters and digits, which CSS classes and file names don't have."""
    return bool(re.search("[A-Za-z0-9]{20}", key)) or (len(key) >= 40 and _mixed(key))


def _has_digit(key: str) -> bool:
    return bool(re.search("[0-9]", key))


def _has_body(block: str) -> bool:
    """A PEM block with something in it, not a mention of its first line."""
    return bool(re.search("[A-Za-z0-9+/=]{16}", block))


def _no_placeholder(password: str) -> bool:
    """Not `$PASSWORD`, `${PASSWORD}`, `{password}`, `%s`, `%(password)s`, `***`."""
    return not re.fullmatch(r"\$\w+|\$?\{+[^{}]*\}+|\$\([^()]*\)|%s|%\(\w+\)s|[xX.*]+", password)


# Between the lines of a PEM block: also quoted, listed, escaped, in a table.
_GAP = r"""(?:[\s"',>|]|\\{1,4}[nrt"'])"""

# Sources: the providers' documentation and public rule sets of secret scanners (GitHub secret
# scanning, gitleaks, detect-secrets), reduced to shapes that hardly occur by chance.
_SHAPES: tuple[_Shape, ...] = (
    # OpenAI and those who copied it: Anthropic sk-ant-, OpenRouter sk-or-, DeepSeek
    *_keys("sk-", "[A-Za-z0-9_-]{20,}", real=_unbroken),
    *_keys("sk_live_ sk_test_ rk_live_ rk_test_", "[A-Za-z0-9]{16,}"),  # Stripe
    *_keys("whsec_", "[A-Za-z0-9+/]{20,}=*"),
    *_keys("sk_", "[0-9a-f]{40,}"),  # ElevenLabs
    *_keys("pcsk_", "[A-Za-z0-9_]{40,}"),  # Pinecone
    *_keys("AKIA ASIA", "[A-Z0-9]{16}"),  # AWS
    *(
        _Shape(
            anchor,
            rf"[Aa][Ww][Ss]_?[Ss](?:ecret|ECRET)_?[Aa]{anchor}_?[Kk](?:ey|EY)"
            r"""\\?["']?\s{0,8}[=:]\s{0,8}\\?["']?(?P<key>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])""",
        )
        for anchor in ("ccess", "CCESS")
    ),
    *_keys("ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{30,}"),  # GitHub
    *_keys("github_pat_", "[A-Za-z0-9_]{22,}"),
    *_keys("glpat-", "[A-Za-z0-9_-]{20,}"),  # GitLab
    *_keys("AIza", "[A-Za-z0-9_-]{35,}", real=_mixed),  # Google
    *_keys("ya29. GOCSPX-", "[A-Za-z0-9_-]{20,}"),
    *_keys("xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xapp-", "[A-Za-z0-9-]{10,}", real=_has_digit),  # Slack
    _Shape(
        "hooks.slack.com", r"hooks\.slack\.com\\?/(?:services|workflows)\\?/(?P<key>[A-Za-z0-9\\/_-]{20,})"
    ),
    _Shape("/webhooks/", r"/api/webhooks/[0-9]{5,25}/(?P<key>[A-Za-z0-9_-]{40,})"),  # Discord
    *_keys("hf_", "[A-Za-z0-9]{30,}"),  # Hugging Face
    *_keys("gsk_ xai-", "[A-Za-z0-9]{40,}"),  # Groq, xAI
    *_keys("pplx-", "[A-Za-z0-9]{32,}"),  # Perplexity
    *_keys("r8_", "[A-Za-z0-9]{37,}"),  # Replicate
    *_keys("tvly-", "[A-Za-z0-9-]{20,}", real=_unbroken),  # Tavily
    *_keys("npm_", "[A-Za-z0-9]{36,}"),
    *_keys("pypi-AgE", "[A-Za-z0-9_-]{50,}"),
    *_keys("dop_v1_", "[0-9a-f]{64}"),  # DigitalOcean
    *_keys("SG.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", inside="A-Za-z0-9_.-"),  # SendGrid
    _Shape(":AA", r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33,}"),  # Telegram
    *_keys("AGE-SECRET-KEY-", "[A-Z0-9]{50,}"),
    # Twitter's application-only bearer token. Zero bytes in base64 are runs of A as well.
    *_keys("A" * 20, "[A-Za-z0-9%]{60,120}(?![%+/=])", inside="A-Za-z0-9+/", real=_mixed),
    # A JSON Web Token: two JSON objects in base64, and a signature
    *_keys("eyJ", r"[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}", inside="A-Za-z0-9_-"),
    _Shape("earer", r"[Bb]earer\s{1,4}(?P<key>[A-Za-z0-9._~+/-]{20,}={0,2})(?![A-Za-z0-9])", _has_digit),
    _Shape(
        "asic",
        r"""uthorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?[Bb]asic\s{1,4}(?P<key>[A-Za-z0-9+/_-]{8,}={0,2})""",
    ),
    _Shape(
        "PRIVATE KEY",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:{_GAP}{{1,8}}[A-Za-z-]{{3,20}}: [^\s\\]{{0,100}}(?: [^\s\\]{{1,100}}){{0,5}})*"
        rf"(?:{_GAP}{{1,16}}[A-Za-z0-9+/=]{{16,}})*"
        rf"(?:{_GAP}{{0,16}}[A-Za-z0-9+/=]{{0,80}}{_GAP}{{0,16}}"
        r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
        _has_body,
    ),
    # The password in a URL. It goes up to the last @ before the path.
    _Shape("@", r""":\\?/\\?/[^\s\\/?#@:"'<>`]*:(?P<key>[^\s\\/?#"'<>`]+)@""", _no_placeholder),
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_ALSO_IN_EXAMPLES = frozenset({"@", "earer", "asic"})
"""Anchors of shapes that manuals and tests are full of."""


def holds_key(text: str) -> bool:
    """Whether the text holds something shaped like a key that is hardly an example."""
    certain = (shape for shape in _SHAPES if shape.anchor not in _ALSO_IN_EXAMPLES)
    return next(_shaped(text, certain), None) is not None


def _shaped(text: str, shapes: Iterable[_Shape] = _SHAPES) -> Iterator[Span]:
    """Where the text holds something shaped like a key."""
    for shape in shapes:
        if shape.anchor in text:
            pattern = _compiled(shape.pattern)
            group = "key" if "key" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                if shape.real(match[group]):
                    yield match.span(group)
