"""The families for pictures, recordings, messages and questions, as far as the person set them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from autogpt.build.means import Means
from autogpt.build.web_families import door
from autogpt.commands.asking import AskingCommands
from autogpt.commands.audio import AudioCommands, Transcribe
from autogpt.commands.images import ImageCommands, Make, SeeingCommands
from autogpt.core.errors import UsageError
from autogpt.core.messages import NO_USAGE, Usage
from autogpt.http import Door, Patience, parse
from autogpt.http.door import USUAL_PATIENCE
from autogpt.media.huggingface import HuggingFace
from autogpt.media.kinds import Kind
from autogpt.media.sdwebui import StableDiffusion
from autogpt.models.media import OpenAIMedia
from autogpt.settings import Secret, Settings

PATIENT = Patience(headers=240.0, idle=60.0, total=300.0)
"""Pictures take their time."""

PUBLISHED = frozenset(
    {
        "router.huggingface.co",
        "translate.google.com",
        "api.elevenlabs.io",
        "api.streamelements.com",
        "api.twitter.com",
    }
)
"""Hosts of the addresses that are used unless the person names others: never to be found in a private network."""


def door_to(
    settings: Settings, url: str, holds_secret: Callable[[str], bool], patience: Patience = USUAL_PATIENCE
) -> Door:
    """A way to one provider: its host may be private if the person named it, no other because of it."""
    target = parse(url)
    also = frozenset[str]() if target.host in PUBLISHED else frozenset({target.host_and_port})
    return door(settings, holds_secret, also, patience)


def image_commands(means: Means) -> Iterator[object]:
    """`generate_image`, where something makes pictures."""
    make = _maker(means)
    if make is not None:
        yield ImageCommands(means.place, make, means.settings.images.size, means.person.picture)


def seeing_commands(means: Means) -> Iterator[object]:
    """`describe_image`, where a model sees."""
    if means.seeing is not None:
        yield SeeingCommands(means.place, means.seeing, means.window)


def audio_commands(means: Means) -> Iterator[object]:
    """`read_audio_from_file`, where something listens."""
    transcribe = _transcriber(means)
    if transcribe is not None:
        yield AudioCommands(means.place, transcribe)


def tweet_commands(means: Means) -> Iterator[object]:
    """`send_tweet`, with all four keys."""
    accounts = means.settings.accounts
    keys = (
        accounts.twitter_consumer_key,
        accounts.twitter_consumer_secret,
        accounts.twitter_access_token,
        accounts.twitter_access_token_secret,
    )
    if None in keys:
        return
    if find_spec("tweepy") is None:
        means.person.warn(
            "Twitter's keys are set, but its library is missing: install tweepy (.venv/bin/python -m pip install "
            "tweepy, or pip's extra `twitter`)."
        )
        return
    from autogpt.commands.messages import TweetCommands
    from autogpt.commands.tweets import Twitter

    way = door_to(means.settings, accounts.twitter_api_url, means.holds_secret)
    first, second, third, fourth = map(_revealed, keys)
    account = Twitter(way, accounts.twitter_api_url, (first, second, third, fourth))
    yield TweetCommands(account, means.holds_secret)


def mail_commands(means: Means) -> Iterator[object]:
    """`send_email`, with a server and an address. Raises UsageError for settings that can't be used."""
    accounts = means.settings.accounts
    if accounts.email_smtp_host is None or accounts.email_address is None:
        return
    from autogpt.commands.messages import MailCommands
    from autogpt.mail import Mailbox, is_address, is_this_machine

    if not is_address(accounts.email_address):
        raise UsageError(
            f"EMAIL_ADDRESS: {accounts.email_address!r} is not a mail address such as you@example.com."
        )
    port = accounts.email_smtp_port
    security = accounts.email_smtp_security or ("tls" if port == 465 else "starttls")
    if security == "none" and not is_this_machine(accounts.email_smtp_host):
        raise UsageError(
            "EMAIL_SMTP_SECURITY=none is for a mail server on this machine only: use starttls or tls."
        )
    password = _revealed(accounts.email_password)
    user = accounts.email_user or (accounts.email_address if password else "")
    mailbox = Mailbox(
        accounts.email_smtp_host,
        port,
        "tls" if security == "tls" else "none" if security == "none" else "starttls",
        accounts.email_address,
        user,
        password,
    )
    yield MailCommands(mailbox, means.holds_secret)


def asking_commands(means: Means) -> Iterator[object]:
    """`ask_user`, where a person is there."""
    if means.person.ask is not None:
        yield AskingCommands(means.person.ask)


def _maker(means: Means) -> Make | None:
    chosen, media = means.settings.images, means.media
    match chosen.provider or ("dalle" if media is not None and media.is_openais else ""):
        case "dalle" if media is not None:
            return _openai_maker(media, chosen.openai_model)
        case "huggingface":
            return _huggingface_maker(_huggingface(means), chosen.huggingface_image_model)
        case "sdwebui":
            way = door_to(means.settings, chosen.sd_webui_url, means.holds_secret, PATIENT)
            server = StableDiffusion(way, chosen.sd_webui_url, _revealed(chosen.sd_webui_auth))
            return lambda prompt, size: (server.image(prompt, size), NO_USAGE)
        case _:
            return None


def _openai_maker(media: OpenAIMedia, model: str) -> Make:
    def make(prompt: str, size: int) -> tuple[bytes, Usage]:
        made = media.image(model, prompt, size)
        return made.data, made.usage

    return make


def _huggingface_maker(account: HuggingFace | None, model: str) -> Make | None:
    if account is None:
        return None
    return lambda prompt, size: (account.image(model, prompt, size), NO_USAGE)


def _transcriber(means: Means) -> Transcribe | None:
    speech, media = means.settings.speech, means.media
    account, model = _huggingface(means), speech.huggingface_audio_to_text_model
    provider = speech.audio_to_text_provider
    if provider is None and account is not None and model is not None:
        provider = "huggingface"
    if provider is None and media is not None and media.is_openais:
        provider = "openai"
    if provider == "huggingface":
        if account is None or model is None:
            means.person.warn(
                "AUDIO_TO_TEXT_PROVIDER is huggingface, but HUGGINGFACE_API_TOKEN or HUGGINGFACE_AUDIO_TO_TEXT_MODEL "
                "is not set: recordings can't be read."
            )
            return None
        listener, listened = account, model
        return lambda data, kind: (listener.transcript(listened, data, kind), NO_USAGE)
    return _openai_transcriber(media, speech.openai_audio_to_text_model) if provider and media else None


def _openai_transcriber(media: OpenAIMedia, model: str) -> Transcribe:
    def transcribe(data: bytes, kind: Kind) -> tuple[str, Usage]:
        made = media.transcript(model, f"recording.{kind.ending}", data)
        return made.text, made.usage

    return transcribe


def _huggingface(means: Means) -> HuggingFace | None:
    """The account; none without a token, unless the address is one of the person's own."""
    accounts = means.settings.accounts
    token = _revealed(accounts.huggingface_api_token)
    if not token and parse(accounts.huggingface_url).host in PUBLISHED:
        return None
    way = door_to(means.settings, accounts.huggingface_url, means.holds_secret, PATIENT)
    return HuggingFace(way, accounts.huggingface_url, token, say=means.person.say)


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()
