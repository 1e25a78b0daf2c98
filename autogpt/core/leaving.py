"""Whether an address carries away what the agent has read of the person's.

A page can tell a model to put what it knows into an address, and a request to that address is all it
takes. How it is spelt doesn't matter here: once anything private was read in the run, an address is
free only if the web or the person gave it word for word. Of any other, the characters count that
stand in nothing that they gave, and an allowance of so many may go to a site, and so many leave in a
run, all requests summed; what is more is asked about. Words of a search are counted likewise, for all search
engines together.

Counted is what a reader could tell apart, about a byte for a character: a word that stands
everywhere counts 1, so does a package that the person's own manifest names where everybody knows the host (once
one was asked for, others count nothing in an address of that shape), one of the web's text 2 (several joined 3), an address that goes on from a given
one 2 and what is new in it; a letter of a script that needs two bytes counts 2. What was sent once is known
from then on, and to send it again counts 1.

What the person was shown and said yes to uses up nothing.

Private is what came from files, programs and notes. What the web gave isn't, nor is a file that the agent
made of it before it had read anything private, nor what files and programs give in a workspace that held nothing
when the program started, as long as the person says nothing in the run: a file may be theirs from then on. Of what stands in a private text, an address is the
person's where the file that holds it is unchanged since before the run.

What follows from it is `decide`'s business; `Leave.led` judges where servers lead, while a command runs.

Which of a page's links is opened says something too: it counts 1, but for the one that follows the last, for results
of a search, and for sites that everybody knows.

Not promised: that the allowance itself carries nothing. A word that looks like a key or a password and was read
never counts as allowed, as it stands; known secrets of the settings never get past the http door.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.addresses import (
    address_of,
    bare_host,
    host_of,
    in_order,
    named_in,
    origin_of,
    parents_of,
    site_of,
    urls_in,
)
from autogpt.core.events import Ran
from autogpt.core.overlap import quotes
from autogpt.core.packages import NO_PACKAGES, Packages
from autogpt.core.policy import argument_kind
from autogpt.core.well_known import HOSTS, WORDS

FOR_A_SITE = 24
"""Characters that neither the web nor the person gave and that may go to one site in a run."""

FOR_A_RUN = 64
"""The same for all sites together."""

SOURCE = "From "
"""What a line begins with by which a result of the memory names a page; no line of a text in it begins so."""

OWN_NOTE = "A note"
"""What such a line begins with before a note of the agent's own."""

TAKEN_OVER = f"{OWN_NOTE} in the words of "
"""What it begins with before a note whose words are not the agent's own, and before their source."""

PROGRAM = "a program"
"""What is given as the source of what programs print."""

SEARCH = "a search engine"
"""What the words of all searches go to, as one site."""

_ELSEWHERE = 2
_AGAIN = 1
_CHOSEN = 1
_COMMON = 1
_OF_THE_WEB = 2
_SEVERAL = 1
_MUCH_SAID = 10_000
"""Characters of the person's words, from which on to choose one of them says more."""

_MOST_KEPT = 2_000_000
"""Characters of the web's texts that are remembered; beyond that the oldest are given up."""

_MOST_URLS = 50_000
_MOST_KEYS = 20_000
_WEB = frozenset({Touch.NETWORK, Touch.FETCHING})
_PROCESSES = frozenset({Touch.PROCESSES, Touch.HOST})
_IN_THE_WORKSPACE = frozenset({Touch.FILES, Touch.PROCESSES})
_SENSITIVE = _PROCESSES | {Touch.MONEY, Touch.OUTSIDE, Touch.FILES}
_MAKES_WHOLE = "write_to_file"
_CLONES = "clone_repository"
_LISTS = "list_files"


@dataclass(frozen=True, slots=True)
class Given:
    """Addresses that were given or asked for: as they are, as pages, and all that they could begin with.

    Those of a page stand in an `order`; which of them is opened is for the model to choose.
    """

    urls: frozenset[str]
    order: tuple[str, ...]
    pages: frozenset[str] = field(compare=False)
    beginnings: frozenset[str] = field(compare=False)

    @classmethod
    def of(cls, urls: Iterable[str], order: tuple[str, ...] = ()) -> Given:
        """These addresses."""
        urls = frozenset(url.strip() for url in urls)
        addresses = [address_of(url) for url in urls]
        begun = {one for address in addresses for one in address.beginnings()}
        begun |= {name for address in addresses for name in parents_of(address.host)}
        return cls(urls, order, frozenset(address.key for address in addresses), frozenset(begun))


@dataclass(frozen=True, slots=True)
class Outside:
    """A text from outside and where it came from. Its words are `plain` if no model has made it of other words."""

    source: str
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent has read and asked for, as far as it matters for what may leave.

    `private`: anything of the person's was read. `spoke`: they said something in the run. `ours` are files that
    hold nothing of the person's. `packages` are names and versions in manifests of theirs.
    `asked` is what was asked for, `last` the last page of it, `made` what counted of the addresses
    among it, `spent` what of the allowance is used up, by site.
    """

    private: bool = False
    spoke: bool = False
    given: tuple[Given, ...] = ()
    said: str = ""
    outside: tuple[Outside, ...] = ()
    ours: frozenset[str] = frozenset()
    packages: Packages = NO_PACKAGES
    keys: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    last: str = ""
    made: Mapping[str, int] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)

    # -- what is known ---------------------------------------------------------------------------

    def told(self, texts: Iterable[str]) -> Known:
        """With the person's own words, and the addresses in them that they are not against."""
        said = [sentence for text in texts for sentence in _sentences(text)]
        named = frozenset[str]().union(*map(named_in, said))
        return replace(self._with_given(named), said="\n".join(filter(None, (self.said, *said))))

    def after_word(self) -> Known:
        """Once the person said something in the run."""
        return replace(self, spoke=True)

    def after_asking(
        self,
        urls: Iterable[str],
        queries: Iterable[str],
        exempt: Callable[[str], bool],
        *,
        approved: bool = False,
    ) -> Known:
        """Once these requests are made, `approved` if the person said yes to them. They allowed what was too much."""
        urls, queries = tuple(urls), tuple(queries)
        asked = {address_of(url).key for url in urls} | {_asked_query(query) for query in queries}
        last = address_of(urls[-1]).key if urls else self.last
        if not self.private:
            return replace(self, asked=self.asked | asked, last=last)._with_given(urls)
        prices = [self._priced(url) for url in urls if not exempt(url)] + [
            (SEARCH, self._query_price(query)) for query in queries
        ]
        known = self if approved or self._over(prices) else self._charged(prices)
        made = {url.strip(): self._carries(url) for url in urls}
        made = {url: price for url, price in made.items() if price}
        packages = known.packages
        for url in urls:
            packages = packages.after_asking(_at_known_host(url))
        known = replace(known, asked=known.asked | asked, last=last, made={**known.made, **made})
        return replace(known, packages=packages)._with_given(urls)

    def after_leading(self, ways: Iterable[str]) -> Known:
        """Once servers have led on, each way being two addresses with a blank between."""
        known = self
        for way in ways:
            first, _, url = way.partition(" ")
            known = known._charged([(site_of(host_of(url)), known._led_price(first, url))])
        return known

    def after(self, action: Action, spec: CommandSpec | None, ran: Ran) -> Known:
        """With the result of a command."""
        if spec is None:
            return self._with_private(ran.result)
        if _reads_the_web(spec):
            return self._after_web(action, spec, ran)
        if Touch.MEMORY in spec.touches:
            return self._after_memory(ran) if spec.reads_only else self
        known = self._with_given(ran.own)
        if ran.packages:
            known = replace(known, packages=known.packages.plus(ran.packages))
        if not spec.touches or not (spec.touches & _PROCESSES or _shows(spec, ran)):
            made = ran.ok and not self.private and spec.name == _MAKES_WHOLE
            return replace(known, ours=known.ours | _paths(action, spec)) if made else known
        source = _source(action, spec)
        known = known._with_outside(Outside(source, ran.result, plain=False))
        if not self._is_all_ours(action, spec, ran):
            return known._with_private(ran.result)
        return known if self.private else known._with_given(urls_in(ran.result), in_order(ran.result))

    def _after_web(self, action: Action, spec: CommandSpec, ran: Ran) -> Known:
        asked = [text for name, text in _texts(action.args) if not _is_address(name, text, spec)]
        searched = any(name == "query" for name, _ in _texts(action.args))
        given = urls_in(ran.result)
        if self.private:
            # What was asked for is echoed in the answer, and a page can have it put into an address there.
            given = given - frozenset(ran.made) if ran.ok else frozenset()
            given = frozenset(url for url in given if not any(url in text for text in asked))
        known = self._with_given(given, () if searched else in_order(ran.result))
        source = next((url for _, url in urls_of(action, spec)), "a web search")
        plain = ran.ok and (not self.private or not any(asked) or searched)
        text = ran.result
        if plain and self.private:
            # What was sent comes back in an answer.
            for one in (*asked, *(unquote(url) for _, url in urls_of(action, spec) if self._carries(url))):
                text = _without_words(text, one)
        known = known._with_outside(Outside(source, text, plain))
        if ran.ok and not self.private:
            whole = frozenset({ran.full_result}) if ran.full_result else frozenset[str]()
            got = _fetched(action, spec, source) if Touch.FETCHING in spec.touches else frozenset[str]()
            known = replace(known, ours=known.ours | got | whole)
        return known._with_private(ran.result) if ran.inside else known

    def _after_memory(self, ran: Ran) -> Known:
        pages = frozenset(_PAGE.findall(ran.result)) if ran.ok else frozenset[str]()
        notes = re.search(rf"^{OWN_NOTE}", ran.result, re.MULTILINE)
        known = self._with_given(pages) if pages else self
        for source, text in _SOURCED.findall(ran.result):
            known = known._with_outside(Outside(source, text, plain=False))
        return known._with_private(ran.result) if ran.ok and notes else known

    def _is_all_ours(self, action: Action, spec: CommandSpec, ran: Ran) -> bool:
        """Whether what was read, or all that is listed, holds nothing of the person's."""
        if ran.fresh and not self.private and not self.spoke and spec.touches <= _IN_THE_WORKSPACE:
            return True
        if spec.touches & _PROCESSES:
            return False
        paths = _paths(action, spec)
        if paths and all(map(self._is_ours, paths)):
            return True
        if spec.name != _LISTS:
            return False
        listed = [line.rpartition("  ")[0] or line for line in ran.result.splitlines()[1:]]
        return all(self._is_ours(name.strip("'\"")) for name in listed if name.strip())

    def _is_ours(self, path: str) -> bool:
        path = path.removeprefix("./").rstrip("/")
        above = (path[: found.end()] for found in re.finditer("/", f"{path}/"))
        return path in self.ours or any(folder in self.ours for folder in above) or f"{path}/" in self.ours

    def _with_given(self, urls: Iterable[str], order: tuple[str, ...] = ()) -> Known:
        new = frozenset(urls)
        if not new or any(new <= one.urls and (not one.order or order) for one in self.given):
            return self
        given = (*self.given, Given.of(new, order))
        while sum(len(one.urls) for one in given) > _MOST_URLS and len(given) > 1:
            given = given[1:]
        return replace(self, given=given)

    def _with_outside(self, new: Outside) -> Known:
        if not new.text or not (new.source or new.plain) or new in self.outside:
            return self
        outside = (*self.outside, new)
        total = sum(len(one.text) for one in outside)
        while total > _MOST_KEPT and len(outside) > 1:
            total -= len(outside[0].text)
            outside = outside[1:]
        return replace(self, outside=outside)

    def _with_private(self, text: str) -> Known:
        keys, secrets = _keys(text)
        room = max(0, _MOST_KEYS - len(self.keys))
        return replace(
            self,
            private=True,
            keys=self.keys | frozenset(sorted(keys)[:room]),
            secrets=self.secrets | frozenset(sorted(secrets)[:room]),
        )

    def _charged(self, prices: Iterable[tuple[str, int]]) -> Known:
        spent = dict(self.spent)
        for site, price in prices:
            if price:
                spent[site] = spent.get(site, 0) + price
        return replace(self, spent=spent)

    # -- what is judged --------------------------------------------------------------------------

    def source_of(self, text: str) -> str:
        """Where a text comes from that stands, wholly or for the most part, in one from outside; "" if it doesn't."""
        return next(
            (one.source for one in reversed(self.outside) if one.source and quotes(text, one.text)), ""
        )

    def is_given(self, url: str) -> bool:
        """Whether the web or the person gave this address, word for word, or it was asked for before."""
        url = url.strip()
        return any(url in one.urls for one in self.given)

    def key_in(self, text: str) -> str:
        """The word that looks like a key or a password, was read, and stands in an address; "" if none."""
        said = letters(unquote(text)), letters(text)
        return next((key for key in sorted(self.keys) if any(key in one for one in said)), "")

    def secret_in(self, query: str) -> str:
        """The key or password among what was read that a search would tell; "" if none."""
        said = {letters(word) for word in query.split()} | {letters(query)}
        return next((one for one in sorted(self.secrets) if any(one in word for word in said)), "")

    def price(self, url: str) -> int:
        """The characters that count of an address; of very many only that they are too many."""
        url = url.strip()
        address = address_of(url)
        parts = _at_known_host(url)
        again = _AGAIN if address.key in self.asked and not parts else 0
        if self.is_given(url):
            return again or self._choice(url)
        if any(address.key in one.pages for one in self.given):
            return 0 if parts else _AGAIN
        if self.packages.has_shape_of(parts):
            return 0
        packages = self.packages if parts else NO_PACKAGES
        rest = address.key
        host = bare_host(address.host)
        for begun in address.beginnings():
            if begun in HOSTS or any(begun in one.beginnings for one in self.given):
                return _ELSEWHERE + self._pieces_price(rest[len(begun) :], packages)
        known = next((name for name in parents_of(host) if self._is_host(name)), "")
        labels = address.host.removesuffix(f".{known}") if known else address.host
        if known == address.host:
            labels = ""
        return _ELSEWHERE + self._pieces_price(f"{labels}{address.rest}", packages)

    def _choice(self, url: str) -> int:
        """What it says to open just this one of a page's links: nothing where it is the next, or who gave it can't see."""
        if any(url in one.urls and not one.order for one in self.given):
            return 0
        if any(name in HOSTS for name in parents_of(host_of(url))):
            return 0
        for one in self.given:
            if url in one.order:
                at = one.order.index(url)
                if len(one.order) == 1 or (at and address_of(one.order[at - 1]).key == self.last):
                    return 0
        return _CHOSEN

    def left_for(self, site: str) -> int:
        """How many characters may still go to a site."""
        return max(0, min(FOR_A_SITE - self.spent.get(site, 0), FOR_A_RUN - sum(self.spent.values())))

    def left_in_words(self, site: str) -> str:
        """How many that are, and of which of the two limits."""
        limit = f"{FOR_A_SITE} that one site may be told"
        if FOR_A_RUN - sum(self.spent.values()) < FOR_A_SITE - self.spent.get(site, 0):
            limit = f"{FOR_A_RUN} that may leave in a whole run"
        return f"{self.left_for(site)} are left of the {limit}"

    def _is_host(self, name: str) -> bool:
        return name in HOSTS or any(name in one.beginnings for one in self.given)

    def _priced(self, url: str) -> tuple[str, int]:
        return site_of(bare_host(address_of(url).host)), self.price(url)

    def _over(self, prices: Iterable[tuple[str, int]]) -> tuple[str, int, str] | None:
        """The site, its characters and in words those that are left, where requests together are too much."""
        after = self
        for site, price in prices:
            if price > after.left_for(site):
                return site, price, after.left_in_words(site)
            after = after._charged([(site, price)])
        return None

    def _led_price(self, first: str, url: str) -> int:
        """What counts of where a server leads: no more than it was told itself."""
        if self.is_given(url) or site_of(host_of(first)) == site_of(host_of(url)):
            return 0
        return min(self._carries(first), self.price(url))

    def _carries(self, url: str) -> int:
        """What of an address is neither the web's nor the person's, also where it was asked for before."""
        url = url.strip()
        return self.made[url] if url in self.made else 0 if self.is_given(url) else self.price(url)

    def _query_price(self, query: str) -> int:
        if _asked_query(query) in self.asked:
            return _AGAIN
        return self._sum(query.split(), self.packages)

    def new_words(self, queries: Iterable[str], most: int = 8) -> tuple[str, ...]:
        """The words of searches that count more than one that stands everywhere."""
        words = dict.fromkeys(word for query in queries for word in query.split())
        counted = (word for word in words if self._sum([word], self.packages) > _COMMON)
        return tuple(islice((word[:60] for word in counted), most))

    def _pieces_price(self, rest: str, packages: Packages) -> int:
        segments = _PIECES.split(rest)
        empty = sum(not segment for segment in segments[1:-1])
        return empty + self._sum((segment for segment in segments if segment), packages)

    def _sum(self, segments: Iterable[str], packages: Packages) -> int:
        """What segments count together; `packages` count as words that stand everywhere."""
        total = 0
        for segment in segments:
            most = FOR_A_RUN + 1 - total
            total += _COMMON if packages.has(segment) else self._segment_price(segment, most)
            if total > FOR_A_RUN:
                break
        return total

    def _segment_price(self, segment: str, most: int) -> int:
        parts = _INNER.split(segment)
        long = len(parts) > 1 and _size(segment) > _OF_THE_WEB + _SEVERAL
        if long and (known := self._known_price(segment)):
            return known + _SEVERAL
        total = sum(not part for part in parts[1:-1])
        for part in parts:
            known = self._known_price(part) if len(part) > 1 else 0
            total += min(_size(part), known) if known else _size(part)
            if total >= most:
                break
        return total

    def _known_price(self, word: str) -> int:
        """What a word counts that was given; 0 for one that wasn't."""
        if word.lower() in WORDS and word in (word.lower(), word.capitalize(), word.upper()):
            return _COMMON
        if _stands_in(word, self.said):
            return _COMMON if len(self.said) < _MUCH_SAID else _OF_THE_WEB
        if any(one.plain and _stands_in(word, one.text) for one in self.outside):
            return _OF_THE_WEB
        return 0


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Leave:
    """What may leave at one moment of a run. `exempt` says whether a rule of the person's names an address."""

    known: Known = NOTHING_KNOWN
    exempt: Callable[[str], bool] = lambda url: False

    def why_not(self, action: Action, spec: CommandSpec) -> str:
        """Why an action must be asked about, in words for the person and the model; "" if it needn't be."""
        known = self.known
        if not known.private:
            return ""
        made = [(name, url) for name, url in urls_of(action, spec) if not self.exempt(url)]
        queries = tuple(queries_of(action, spec))
        for _, url in made:
            if not known.is_given(url) and known.key_in(url):
                return f"the address holds a word that looks like a key or a password, and was read in this run. {_INSTEAD}"
        if any(map(known.secret_in, queries)):
            return (
                "the search would tell a word that looks like a key or a password, and was read in this run. "
                "Search with other words."
            )
        prices = [known._priced(url) for _, url in made]
        prices += [(SEARCH, known._query_price(query)) for query in queries]
        over = known._over(prices)
        if over is None:
            return ""
        site, price, left = over
        what = "the words of the search" if site == SEARCH else "the address"
        why = (
            f"something private was read in this run, and {what} could carry it away: {_many(price)} of "
            f"what goes to {site[:100] or 'it'!r} were given by neither the web nor the person, and {left}. "
        )
        if site == SEARCH:
            new = ", ".join(known.new_words(queries))
            return f"{why}Search with words of the task or of pages that were read, or with fewer of these: {new}."
        name, url = next(
            (name, url) for name, url in made if site_of(bare_host(address_of(url).host)) == site
        )
        rule = f"{action.command}({name}={origin_of(url) or 'https://HOST'}/*)"
        return f"{why}{_INSTEAD} The person can open a site with --allow '{rule}'"

    def led(self, first: str, url: str, before: Iterable[str] = ()) -> tuple[int, str]:
        """What it counts to follow a server from one address to another, and why it is not followed, or "".

        `before` are the ways that were gone since this was made.
        """
        if not self.known.private or self.exempt(url):
            return 0, ""
        known = self.known.after_leading(before)
        price, site = known._led_price(first, url), site_of(host_of(url))
        if price <= known.left_for(site):
            return price, ""
        return price, (
            f"The address leads on to another site, {url[:500]}, and {_many(price)} that neither the web nor "
            f"the person gave would go there with it, where {known.left_for(site)} are left. It was not followed. "
            "If it is wanted, open that address itself."
        )


_INSTEAD = "Use an address that a page, a search or the person gave, word for word."


def urls_of(action: Action, spec: CommandSpec) -> Iterator[tuple[str, str]]:
    """The addresses that an action sends requests to, each with the argument that holds it."""
    if spec.touches & _WEB:
        yield from ((name, text) for name, text in _texts(action.args) if _is_address(name, text, spec))


def queries_of(action: Action, spec: CommandSpec) -> Iterator[str]:
    """What an action has a search engine, or another service that it names no address of, look for."""
    if Touch.NETWORK not in spec.touches:
        return
    texts = list(_texts(action.args))
    addressed = any(_is_address(name, text, spec) for name, text in texts) or spec.touches & _SENSITIVE
    yield from (text for name, text in texts if name == "query" or not addressed)


def _reads_the_web(spec: CommandSpec) -> bool:
    """Whether what a command gives back is the web's, and not made of files or by programs."""
    if not spec.touches & _WEB or spec.touches & _PROCESSES:
        return False
    return Touch.FILES not in spec.touches or Touch.FETCHING in spec.touches


def _shows(spec: CommandSpec, ran: Ran) -> bool:
    """Whether a command that runs no program shows what files hold: what changes one does where that fails."""
    return spec.reads_only == ran.ok and spec.name != _MAKES_WHOLE


def _is_address(name: str, text: str, spec: CommandSpec) -> bool:
    return argument_kind(name, spec) == "url" or text.lstrip()[:8].lower().startswith("http")


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts in arguments, each with the name of the argument."""
    if isinstance(value, str):
        if value:
            yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, name or str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, name)


def _paths(action: Action, spec: CommandSpec | None) -> frozenset[str]:
    return frozenset(
        text.removeprefix("./").rstrip("/")
        for name, text in _texts(action.args)
        if argument_kind(name, spec) == "path"
    )


def _source(action: Action, spec: CommandSpec) -> str:
    """What a private text is called as a source: the file, if one was read, or a program that printed it."""
    if spec.touches & _PROCESSES:
        return PROGRAM
    read_one = spec.reads_only and spec.touches == {Touch.FILES}
    return next(iter(sorted(_paths(action, spec))), "") if read_one else ""


def _fetched(action: Action, spec: CommandSpec, url: str) -> frozenset[str]:
    """The file that was got from the web, or, with a slash at its end, the folder that wasn't there before."""
    paths = _paths(action, spec)
    if spec.name == _CLONES:
        repository = address_of(url).rest.rpartition("/")[2].removesuffix(".git")
        return frozenset(f"{path}/" for path in paths or {repository} if path not in ("", "."))
    return paths


def _at_known_host(url: str) -> tuple[str, ...]:
    """Host and parts of the path of an address at a host that everybody knows; nothing of any other."""
    address = address_of(url)
    known = any(name in HOSTS for name in parents_of(bare_host(address.host)))
    return (address.host, *filter(None, _PIECES.split(address.rest))) if known else ()


def _asked_query(query: str) -> str:
    return "?" + " ".join(query.split())


def _many(price: int) -> str:
    what = "character" if price == 1 else "characters"
    return f"{price} {what}" if price <= FOR_A_RUN else f"more than {FOR_A_RUN} {what}"


# -- the person's words --------------------------------------------------------------------------

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_AGAINST = re.compile(
    r"\b(?:never|not|don'?t|cannot|can'?t|mustn'?t|shouldn'?t|won'?t|nothing|nobody|avoid\w*|without|except|excluding|"
    r"ignore|instead of|rather than|no|nie|niemals|nicht|nichts|kein\w*|vermeide\w*|ohne|statt|jamais|ne|pas|sans|évit\w*|"
    r"nunca|jamás|evit\w*|sin|nada|non|mai|senza|não|sem|nooit|niet|geen|aldrig|inte|никогда|не)\b|不要|别|勿|禁止|しない",
    re.IGNORECASE,
)
_NOT_AGAINST = re.compile(
    r"\b(?:don'?t|do not|never|please do not|nicht) (?:forget|miss|hesitate|vergessen)\b|\bnot only\b|\bno matter\b|"
    r"\bwhether or not\b|\bif (?:there is )?not(?:hing)?\b|\bnicht nur\b",
    re.IGNORECASE,
)


def _sentences(text: str) -> Iterator[str]:
    """What the person says, but for sentences that name an address and are against something."""
    for sentence in _SENTENCE.split(text.replace("\u2019", "'")):
        against = _AGAINST.search(_NOT_AGAINST.sub(" ", _without_addresses(sentence)))
        if sentence.strip() and not (against and named_in(sentence)):
            yield sentence


def _without_addresses(sentence: str) -> str:
    return re.sub(r"\S*(?:://|\bwww\.|\.\w)\S*", " ", sentence)


# -- words ---------------------------------------------------------------------------------------

_PIECES = re.compile("[/?&=#]")
_INNER = re.compile(r"%20|[.\-_+~,;:!()@*'$|\s]")
_NO_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, as it is, or in small letters or with a capital there in whatever case."""
    if word in (word.lower(), word.capitalize()):
        word, text = word.lower(), _lowered(text)
    if _NO_BLANKS.search(word):
        return word in text
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            return True
        at = text.find(word, at + 1)
    return False


@lru_cache(maxsize=64)
def _lowered(text: str) -> str:
    return text.lower()


def _without_words(text: str, words: str) -> str:
    for word in sorted({*words.split(), *_INNER.split(words)}, key=len, reverse=True):
        if len(word) > 1:
            text = re.sub(rf"(?i)(?<![^\W_]){re.escape(word)}(?![^\W_])", " ", text)
    return text


@lru_cache(maxsize=64)
def letters(text: str) -> str:
    """Letters and digits of a text, without case."""
    return re.sub(r"[\W_]+", "", text.casefold())


_PAGE = re.compile(rf"^{SOURCE}(https?://\S+)", re.MULTILINE)
_SOURCED = re.compile(rf"^(?:{SOURCE}|{TAKEN_OVER})(\S.*?) \([^()]*\):$((?:\n(?: .*)?)+)", re.MULTILINE)


# -- what looks like a key -----------------------------------------------------------------------

_ASSIGNED = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private|secret)[_-]?key|credentials?)"
    r"[\"']?\s{0,8}[:=]\s{0,8}[\"']?([^\s\"',;]{6,80})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+){0,8}")
_CHANGE = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_SHORTEST_SECRET = 6
_SHORTEST_MIX = 8
_SHORTEST_CERTAIN = 12
"""Shorter ones are names of models and parts just as well."""

_LEAST_CHANGES = 3


def _keys(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words that look like keys or passwords, and those that can hardly be anything else."""
    assigned, mixes = frozenset(_assigned(text)), frozenset(_mixes(text))
    return assigned | mixes, assigned | {mix for mix in mixes if len(mix) >= _SHORTEST_CERTAIN}


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
