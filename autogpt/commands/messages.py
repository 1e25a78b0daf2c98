"""Commands that speak to other people under the person's name: a tweet, a mail.

The policy asks about both in every preset but `trusted`, and the person sees them whole. Here is
checked what can be checked before: lengths, addresses, that nothing secret is in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from autogpt.commands.command import command
from autogpt.commands.tweets import LONGEST as LONGEST_TWEET
from autogpt.commands.tweets import weighted_length
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError
from autogpt.mail import Letter

_OUTSIDE = (Touch.NETWORK, Touch.OUTSIDE)

HoldsSecret = Callable[[str], bool]


class Poster(Protocol):
    """An account that posts."""

    def post(self, text: str) -> str:
        """Post a text; its address. Raises CommandError."""
        ...


class Sender(Protocol):
    """An account that sends mail."""

    def send(self, letter: Letter) -> str:
        """Send it; its message number. Raises CommandError."""
        ...


class TweetCommands:
    """Posts on Twitter (X)."""

    def __init__(self, poster: Poster, holds_secret: HoldsSecret) -> None:
        self._poster = poster
        self._holds_secret = holds_secret

    @command(aliases=("tweet", "post_tweet", "create_tweet"), touches=_OUTSIDE)
    def send_tweet(self, tweet_text: str) -> str:
        """Post a tweet of at most 280 characters under the user's name."""
        text = tweet_text.strip()
        if not text:
            raise CommandError("The tweet is empty.")
        length = weighted_length(text)
        if length > LONGEST_TWEET:
            raise CommandError(
                f"The tweet counts {length} characters, and {LONGEST_TWEET} are allowed (a link counts 23, an emoji "
                "and a Chinese, Japanese or Korean character 2 each). It was not sent. Shorten it."
            )
        _check_secrets(text, self._holds_secret)
        return f"Tweeted: {self._poster.post(text)}"


class MailCommands:
    """Sends mail."""

    def __init__(self, sender: Sender, holds_secret: HoldsSecret) -> None:
        self._sender = sender
        self._holds_secret = holds_secret

    @command(aliases=("email", "send_mail", "mail"), touches=_OUTSIDE)
    def send_email(self, to: str, subject: str, body: str) -> str:
        """Send an email in plain text under the user's name; several addresses in to are separated by commas."""
        letter = Letter.of(to, subject, body)
        _check_secrets(f"{to}\n{subject}\n{body}", self._holds_secret)
        number = self._sender.send(letter)
        return f"Sent to {', '.join(letter.to)} (message {number})."


def _check_secrets(text: str, holds_secret: HoldsSecret) -> None:
    if holds_secret(text):
        raise CommandError(
            "It holds one of the user's secrets (a key or a password), so it was not sent. Leave the secret out."
        )
