"""Whether an object in a reply is the model's own word, or one that it quotes, turns down or asks about.

Not its own word is what stands in quotation marks or a quotation of Markdown, behind a list sign, in tags
that are no form of a call, what the words before or behind it refuse, and what they ask about. Closing
remarks are nothing of that, nor is a refusal of something else ("I won't touch the other files").

Once anything from outside was read, doubt counts too (`wary`): words that report what somebody else says
or wants, any denial or question behind the object, an object in the middle of other words. To ask the
model again costs a call; to run what it only showed could cost more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from autogpt.core import quoting_words as words
from autogpt.core.reply_objects import Found


class Standing(Enum):
    """How an object stands in a reply."""

    OWN = "own"
    QUOTED = "quoted"
    DECLINED = "declined"
    ASKED = "asked about"
    DOUBTFUL = "doubtful"


_NEAR = 3_000
"""Characters of the words before and behind an object that are looked at."""


def standings(found: Sequence[Found], *, wary: bool) -> list[Standing]:
    """How each object stands; `wary` where anything from outside was read."""
    if not any(one.before.strip() or one.after.strip() for one in found):
        return [Standing.OWN] * len(found)
    inside = _inside_tags(found, wary)
    alone = not any(_words(one.before) or _words(one.after) for one in found)
    return [
        Standing.QUOTED
        if tagged
        else _standing(one, wary, alone, first=one is found[0], last=one is found[-1])
        for one, tagged in zip(found, inside, strict=True)
    ]


def _standing(one: Found, wary: bool, alone: bool, *, first: bool, last: bool) -> Standing:
    lead, rest = _lead(one.before), _rest(one.after, last)
    line = _line(one.before) if first or "\n" in one.before else ""
    if _BEHIND_A_SIGN.fullmatch(line) or (not alone and _in_quotation_marks(lead, one.after)):
        return Standing.QUOTED
    rest_words = _folded(_words(rest))
    standing = _by_what_follows(rest_words)
    if standing is Standing.OWN and not one.named:
        standing = _by_what_precedes(lead, wary, inline=_is_inline(one.before))
    if standing is not Standing.OWN or not wary:
        return standing
    remarks = _without_closings(rest_words)
    if words.DOUBTS.occurs(remarks) or _IN_A_LIST.match(line):
        return Standing.DOUBTFUL
    in_the_middle = _words(lead) and not one.named and not all(map(_explains, _sentences(remarks)))
    return Standing.DOUBTFUL if in_the_middle else Standing.OWN


# --- Words around it ------------------------------------------------------------


def _by_what_follows(rest: str) -> Standing:
    if words.REFUSES.occurs(rest) or words.EXPOSES.occurs(rest):
        return Standing.DECLINED
    asking = (one for one in _sentences(rest) if not words.OFFERS.occurs(one))
    return Standing.ASKED if any(map(words.ASKS.occurs, asking)) else Standing.OWN


def _is_inline(before: str) -> bool:
    """Whether code begins behind these words, in their line."""
    line = before[-_NEAR:].rpartition("\n")[2].rstrip(" \t")
    return line.endswith("`") and not line.endswith("``") and bool(line.strip("` \t"))


def _by_what_precedes(lead: str, wary: bool, *, inline: bool) -> Standing:
    """By the sentence that leads up to the object, or its last clause where that says whose word it is.

    `inline` says that it stands as code in the line of these words.
    """
    text = _folded(_words(lead))
    introduces = inline or _INTRODUCES.search(text) is not None
    sentence = next(reversed(_sentences(text)), "")
    if inline and any(map(words.REFUSES.occurs, _sentences(text))):
        return Standing.DECLINED
    clause = next(reversed([part for part in _CLAUSE.split(sentence) if part.strip()]), "")
    reported = words.REPORTS.occurs(clause) and not words.PERSONS.occurs(clause)
    if words.OWN.occurs(clause) and not reported and not words.REFUSES.occurs(clause):
        return Standing.OWN
    if words.REFUSES.occurs(sentence) and (introduces or words.POINTS_ON.occurs(sentence)):
        return Standing.DECLINED
    if introduces and words.EXPOSES.occurs(sentence):
        return Standing.DECLINED
    if words.ASKS.occurs(sentence) and introduces:
        return Standing.ASKED
    reports = words.REPORTS.occurs(sentence) and not words.PERSONS.occurs(sentence)
    return Standing.DOUBTFUL if wary and introduces and reports else Standing.OWN


def _without_closings(rest: str) -> str:
    return "\n".join(
        one for one in _sentences(rest) if not (words.CLOSES.begins(one) or words.OFFERS.occurs(one))
    )


def _explains(sentence: str) -> bool:
    return words.EXPLAINS.begins(sentence)


def _sentences(text: str) -> list[str]:
    return [stripped for one in _SENTENCE.findall(text) if (stripped := one.strip(" \t\r\n*_#-–—>"))]


_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"(?:[^.!?。！？؟…।\n]|[.!?](?=[\w/]))+[.!?。！？؟…।]*")
_CLAUSE = re.compile(
    r"[,;，；、:：–—]\s*|\s(?:and|but|und|aber|sondern|y|pero|et|mais|и|но|а|e|ma|mas|en|maar|ale|ve|ama)\s"
)
_INTRODUCES = re.compile(r"(?:[:：]|[^\s.!?。！？؟…।)\]])[\s*_]*\Z")

# --- Marks around it ------------------------------------------------------------

_FENCE_OPENS = re.compile(r"(?:`{1,10}|~{3,10})[ \t]*[\w+#.-]{0,20}\s*\Z")
_FENCE_CLOSES = re.compile(r"\A[\s})\];,]*(?:`{1,10}|~{3,10})?")
_FENCED = re.compile(r"^[ \t>]*(`{3,10}|~{3,10}).*?(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_MARKUP = re.compile(r"<[|｜][^<>\n]{0,60}[|｜]>|</?[a-zA-Z][^<>\n]{0,80}>")

_LIST_SIGN = r"(?:[-*+•‣◦·–—]|[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.):、）\]]|[①-⓿]|#\d+)"
_BEHIND_A_SIGN = re.compile(
    rf"[ \t]*(?:{_LIST_SIGN}[ \t]+)?(?:>[ \t]*)+.*|[ \t]*{_LIST_SIGN}[ \t]+(?:\[.\][ \t]+)?"
)
_IN_A_LIST = re.compile(rf"[ \t]*{_LIST_SIGN}[ \t]+\S")

_QUOTES = {
    "“": "”“",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "‘": "’",
    "‚": "‘’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "﹁": "﹂",
    "〝": "〞〟",
    '"': '"',
    "'": "'",
    "＂": "＂",
}
"""What closes a quotation, by what opens it."""


def _in_quotation_marks(lead: str, after: str) -> bool:
    """Whether a quotation that is open before the object ends behind it."""
    rest = after[:_NEAR].lstrip(" \t\r\n`~}])")
    opening = lead[-1:]
    if rest and rest[0] in _QUOTES.get(opening, ""):
        return True
    before, behind = lead.rpartition("\n\n")[2], rest.partition("\n\n")[0]
    for opens, closes in _QUOTES.items():
        if opens in "'‘‚”»" or opens not in before:
            continue
        if opens in closes:
            if before.count(opens) % 2 and opens in behind:
                return True
        elif before.rfind(opens) > max(map(before.rfind, closes)) and any(one in behind for one in closes):
            return True
    return False


def _lead(before: str) -> str:
    """The words before an object, without the fence that opens just before it."""
    return _FENCED.sub("", _up_to_fence(before)).rstrip()


def _line(before: str) -> str:
    """What stands before an object, or the fence around it, in the same line."""
    return _up_to_fence(before).rpartition("\n")[2]


def _up_to_fence(before: str) -> str:
    near = before[-_NEAR:]
    opening = _FENCE_OPENS.search(near)
    return near[: opening.start()] if opening else near


def _rest(after: str, last: bool) -> str:
    """The words behind an object, without those that lead on to the next one."""
    near = after[:_NEAR]
    rest = _FENCED.sub("", near[_closed(near) :])
    if last:
        return rest
    rest = _lead(rest)
    *sentences, leads_on = _sentences(rest) or [""]
    return "\n".join(sentences) if leads_on.endswith((":", "：")) else rest


def _closed(text: str) -> int:
    closing = _FENCE_CLOSES.match(text)
    return closing.end() if closing else 0


def _words(text: str) -> str:
    """A text without markup, or "" where no letter is left."""
    plain = _MARKUP.sub(" ", text)
    return plain if _LETTER.search(plain) else ""


def _folded(text: str) -> str:
    return text.casefold().replace("’", "'").replace("‘", "'")


# --- Tags around it -------------------------------------------------------------

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]{0,40})(?:\s[^<>]{0,200})?>")
_OWN_TAGS = re.compile(
    r"(?:(?:final|next|my)?_?(?:response|reply|answer|step)|final|call|assistant|json\w*|parameter|arguments|args|s|bos|eos"
    r"|(?!\w*(?:result|response|output)s?\Z)[\w:]*(?:tool|function|command|action|invoke|ability)\w*)\Z",
    re.IGNORECASE,
)
_DOUBTFUL_TAGS = re.compile(
    r"(?:output|message|content|code|pre|draft|data|xml|p|b|i|em|strong|details)\Z", re.I
)


def _inside_tags(found: Sequence[Found], wary: bool) -> Iterator[bool]:
    """For each object, whether it stands in a tag that is no form of a call."""
    tags = [_TAG.findall(one.before) for one in found]
    tags.append(_TAG.findall(found[-1].after))
    closings = [{name.lower() for slash, name in each if slash} for each in tags]
    open_tags: list[str] = []
    for number in range(len(found)):
        for slash, name in tags[number]:
            _note(open_tags, name.lower(), closes=bool(slash))
        later = set().union(*closings[number + 1 :])
        yield any(name in later and _is_foreign(name, wary) for name in open_tags)


def _note(open_tags: list[str], name: str, *, closes: bool) -> None:
    if not closes:
        open_tags.append(name)
    elif name in open_tags:
        del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name) :]


def _is_foreign(name: str, wary: bool) -> bool:
    return not _OWN_TAGS.match(name) and (wary or not _DOUBTFUL_TAGS.match(name))
