"""How long a tweet is, as Twitter counts it, and posting one with tweepy.

The count is that of twitter-text's configuration v3: characters of the ranges below weigh one,
all others two; an emoji, however many code points it is made of, two; a link 23, whatever its
length. Which bare words count as links depends on a list of top-level domains; here every word
that looks like a host with a path or a usual ending does.

tweepy signs the request (OAuth 1.0a) and reads the answer. What it sends goes through the http
door, by an adapter of the `requests` library that it uses.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from autogpt.core.errors import CommandError
from autogpt.http import Door, Response

if TYPE_CHECKING:
    import requests

LONGEST = 280
LINK = 23

PUBLISHED = "https://api.twitter.com"
"""Where tweepy sends to."""

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one (twitter-text, config/v3.json)."""

_LINK = re.compile(
    r"https?://[^\s<>\"']+"
    r"|(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    r"(?:com|org|net|edu|gov|io|ai|app|dev|info|biz|co|me|tv|xyz|uk|de|fr|es|it|nl|eu|jp|cn|in|br|ru|ch|at|au|ca|us)"
    r"(?![\w.-]*@)(?:\b(?:/[^\s<>\"']*)?)",
    re.IGNORECASE,
)


def weighted_length(text: str) -> int:
    """The length of a tweet."""
    import regex  # type: ignore[import-untyped,unused-ignore]

    plain = unicodedata.normalize("NFC", text)
    total, rest = 0, []
    place = 0
    for link in _LINK.finditer(plain):
        rest.append(plain[place : link.start()])
        total += LINK
        place = link.end()
    rest.append(plain[place:])
    for part in rest:
        for cluster in regex.findall(r"\X", part):
            total += 2 if _is_emoji(cluster) else sum(map(_weight, cluster))
    return total


def _is_emoji(cluster: str) -> bool:
    import regex  # type: ignore[import-untyped,unused-ignore]

    return bool(
        regex.match(
            r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}", cluster
        )
        or (len(cluster) > 1 and cluster.endswith("\u20e3"))
        or (len(cluster) > 1 and regex.match(r"\p{Extended_Pictographic}", cluster))
    )


def _weight(character: str) -> int:
    code = ord(character)
    return 1 if any(first <= code <= last for first, last in _LIGHT) else 2


class Twitter:
    """One account, by its four keys.

    `url` replaces the published address; requests stay signed for that one, as a gateway to it needs.
    """

    def __init__(self, door: Door, url: str, keys: tuple[str, str, str, str]) -> None:
        self._door = door
        self._url = url.rstrip("/")
        self._keys = keys
        self._client: Any = None

    def _opened(self) -> Any:
        import tweepy  # type: ignore[import-untyped,unused-ignore]

        consumer, consumer_secret, access, access_secret = self._keys
        client = tweepy.Client(
            consumer_key=consumer,
            consumer_secret=consumer_secret,
            access_token=access,
            access_token_secret=access_secret,
        )
        session = client.session
        session.trust_env = False
        session.adapters.clear()
        session.mount(f"{PUBLISHED}/", _adapter(self._door, self._url))
        return client

    def post(self, text: str) -> str:
        """Post a tweet; its address. Raises CommandError."""
        import tweepy

        try:
            self._client = self._client or self._opened()
            answer: Any = self._client.create_tweet(text=text, user_auth=True)
        except tweepy.TooManyRequests:
            raise CommandError(
                "Twitter asks for fewer tweets. It was not sent; do something else first."
            ) from None
        except tweepy.HTTPException as error:
            raise CommandError(_refused(error)) from None
        except (tweepy.TweepyException, ValueError, KeyError, TypeError):
            raise CommandError(_UNKNOWN) from None
        data = getattr(answer, "data", None)
        number = data.get("id") if isinstance(data, dict) else None
        if not isinstance(number, str) or not number.isdecimal():
            raise CommandError(_UNKNOWN)
        return f"https://x.com/i/status/{number}"


_UNKNOWN = (
    "Twitter's answer could not be read: whether the tweet was sent is unknown. Don't send it again blindly."
)


def _refused(error: Any) -> str:
    status = error.response.status_code
    said = "; ".join(map(str, error.api_messages or error.api_errors))[:300]
    told = f" It says: {said}" if said else ""
    if status in (401, 403):
        return f"Twitter refused the tweet (status {status}).{told} If it is about keys or rights, only the user can change that."
    if status >= 500:
        return f"Twitter has failed (status {status}).{told} Whether the tweet was sent is unknown."
    return f"Twitter refused the tweet (status {status}).{told}"


def _adapter(door: Door, url: str) -> requests.adapters.BaseAdapter:
    import requests
    from requests.adapters import BaseAdapter
    from requests.structures import CaseInsensitiveDict

    class ByDoor(BaseAdapter):
        """Sends what `requests` has made ready through the http door."""

        def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
            given = {name: _text(value) for name, value in request.headers.items()}
            headers = {name: value for name, value in given.items() if name.lower() not in _DOORS_OWN}
            body = request.body.encode() if isinstance(request.body, str) else request.body
            address = (request.url or "").replace(PUBLISHED, url, 1)
            return self._read(
                door.request(request.method or "GET", address, headers=headers, body=body), request
            )

        def close(self) -> None:
            """Nothing is kept open."""

        def _read(self, came: Response, request: requests.PreparedRequest) -> requests.Response:
            answer = requests.Response()
            answer.status_code = came.status
            answer.headers = CaseInsensitiveDict(came.headers)
            answer._content = came.body
            answer.url, answer.request, answer.encoding = came.final_url, request, "utf-8"
            answer.reason = ""
            return answer

    return ByDoor()


_DOORS_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent"})


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
