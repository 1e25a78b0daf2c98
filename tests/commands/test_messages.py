"""Tweets and mails: what is checked before, what is sent, to real servers on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any
from urllib.parse import quote

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.command import commands_of
from autogpt.commands.messages import MailCommands, TweetCommands
from autogpt.commands.tweets import PUBLISHED, Twitter, weighted_length
from autogpt.core.actions import Action
from autogpt.core.errors import CommandError
from autogpt.core.policy import Policy, Preset, Verdict, ruling
from autogpt.mail import LONGEST_BODY, Letter, Mailbox, is_address, is_this_machine
from autogpt.terminal.approval import approval
from tests.http.servers import Request, reply, serving
from tests.media.samples import door_to, url_of

KEYS = ("ck-1", "cs-2", "at-3", "as-4")
POSTED = reply(
    b'{"data": {"id": "1445880548472328192", "text": "hi"}}', "201 Created", Content_Type="application/json"
)


def no_secret(text: str) -> bool:
    return False


# -- tweets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        ("ünïcödé “quoted” – fine…", 25),
        ("cafe\u0301", 4),
        ("日本語", 6),
        ("한국", 4),
        ("https://example.com/" + "x" * 200, 23),
        ("see https://a.co and http://b.org/x?y=1#z.", 4 + 23 + 5 + 23),
        ("at example.com/path today", 3 + 23 + 6),
        ("v1.2 and e.g. nothing", 21),
        ("mail ann@example.com", 20),
        ("👍", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("☺", 2),
        ("a" * 278 + "👍", 280),
    ],
)
def test_tweets_are_as_long_as_twitter_counts(text: str, length: int) -> None:
    assert weighted_length(text) == length


class Posted:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def post(self, text: str) -> str:
        self.texts.append(text)
        return "https://x.com/i/status/1"


def test_a_tweet_that_is_too_long_is_not_sent() -> None:
    account = Posted()
    family = TweetCommands(account, no_secret)
    assert family.send_tweet(" hello ") == "Tweeted: https://x.com/i/status/1"
    for text, said in (("x" * 281, "281 characters"), ("語" * 141, "282 characters"), ("  ", "empty")):
        with pytest.raises(CommandError, match=said):
            family.send_tweet(text)
    assert account.texts == ["hello"]


def test_a_tweet_goes_through_the_door_signed() -> None:
    with serving(lambda request: POSTED) as server:
        account = Twitter(door_to(server), url_of(server), KEYS)
        assert account.post("hi there & ünïcode") == "https://x.com/i/status/1445880548472328192"
    (request,) = server.requests
    assert request.line == "POST /2/tweets HTTP/1.1"
    assert json.loads(request.body) == {"text": "hi there & ünïcode"}
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    _check_signature(request)


def _check_signature(request: Request) -> None:
    """By oauthlib's own verification, for the published address (RFC 5849, 3.4)."""
    from oauthlib.oauth1.rfc5849 import signature  # type: ignore[import-untyped,unused-ignore]

    given_ = dict(re.findall(r'(\w+)="([^"]*)"', request.headers["authorization"]))
    assert (given_["oauth_consumer_key"], given_["oauth_token"]) == ("ck-1", "at-3")
    params = [(name, value) for name, value in given_.items() if name != "oauth_signature"]
    base = signature.signature_base_string(
        "POST",
        signature.base_string_uri(f"{PUBLISHED}/2/tweets"),
        signature.normalize_parameters(params),
    )
    import base64
    import hashlib
    import hmac
    from urllib.parse import unquote

    made = base64.b64encode(hmac.new(b"cs-2&as-4", base.encode(), hashlib.sha1).digest()).decode()
    assert unquote(given_["oauth_signature"]) == made


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(b'{"title": "Unauthorized", "detail": "Unauthorized"}', "401 Unauthorized"), "only the user"),
        (reply(b'{"detail": "You are not permitted"}', "403 Forbidden"), "only the user"),
        (reply(b'{"errors": [{"message": "duplicate content"}]}', "400 Bad Request"), "duplicate content"),
        (reply(b"{}", "429 Too Many Requests"), "fewer tweets"),
        (reply(b"<html>", "503 Service Unavailable"), "is unknown"),
        (reply(b"<html>"), "is unknown"),
        (reply(b'{"data": {}}'), "is unknown"),
        (reply(b'{"data": {"id": "1\\u001b[2J"}}'), "is unknown"),
    ],
)
def test_what_twitter_refuses_is_said(answer: bytes, said: str) -> None:
    with serving(lambda request: answer) as server:
        account = Twitter(door_to(server), url_of(server), KEYS)
        with pytest.raises(CommandError, match=said) as caught:
            account.post("hi")
    assert len(server.requests) == 1
    assert not any(key in str(caught.value) for key in KEYS)


def test_twitter_is_reached_by_the_door_only() -> None:
    from autogpt.http import Door

    def resolve(host: str, port: int) -> list[str]:
        assert host == "api.twitter.com"
        return ["127.0.0.1"]

    account = Twitter(Door(resolve=resolve), PUBLISHED, KEYS)
    with pytest.raises(CommandError, match=r"'api\.twitter\.com' is not reached"):
        account.post("hi")


# -- mail ----------------------------------------------------------------------------------------


@dataclass
class Postbox:
    """What a mail server took. `refuses` are addresses that it doesn't know."""

    letters: list[tuple[Envelope, Mail]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    answer: str = "250 OK"
    accepted: bytes = b"right"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append((envelope, message_from_bytes(envelope.content, policy=default)))
        return self.answer

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == self.accepted, handled=False)


Start = Callable[..., int]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def start(postbox: Postbox) -> Iterator[Start]:
    """Start a mail server on loopback; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def starting(ssl_context: ssl.SSLContext | None = None, **options: Any) -> int:
        async def open_() -> asyncio.Server:
            def made() -> SMTP:
                return SMTP(postbox, hostname="mail.test", authenticator=postbox.login, loop=loop, **options)

            return await loop.create_server(made, "127.0.0.1", 0, ssl=ssl_context)

        server = asyncio.run_coroutine_threadsafe(open_(), loop).result(20)
        servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def close() -> None:
        for server in servers:
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    yield starting
    asyncio.run_coroutine_threadsafe(close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def serving_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> Callable[[], ssl.SSLContext]:
    def context() -> ssl.SSLContext:
        made = ssl.create_default_context()
        authority.configure_trust(made)
        return made

    return context


LETTER = Letter.of(
    "ann@example.com, bob@example.org", "Grüße", "Dear Ann,\n\n.\nthat was the dot. Ünïcode ☕\n"
)


@pytest.mark.real
def test_a_mail_arrives_as_it_was_written_over_starttls(
    start: Start, postbox: Postbox, authority: trustme.CA
) -> None:
    port = start(tls_context=serving_context(authority), require_starttls=True, auth_required=True)
    mailbox = Mailbox(
        "localhost", port, "starttls", "me@example.com", "me", "right", context=trusting(authority)
    )
    number = mailbox.send(LETTER)
    ((envelope, mail),) = postbox.letters
    assert postbox.logins == [("me", "right")]
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "me@example.com",
        ["ann@example.com", "bob@example.org"],
    )
    assert mail["From"] == "me@example.com"
    assert mail["To"] == "ann@example.com, bob@example.org"
    assert mail["Subject"] == "Grüße"
    assert mail["Message-ID"] == number
    assert number.endswith("@example.com>")
    assert mail["Date"]
    body = mail.get_content()  # type: ignore[attr-defined]
    assert body.replace("\r\n", "\n") == LETTER.body


@pytest.mark.real
def test_a_mail_goes_over_tls_from_the_first_byte(
    start: Start, postbox: Postbox, authority: trustme.CA
) -> None:
    controller_port = start(ssl_context=serving_context(authority))
    Mailbox("localhost", controller_port, "tls", "me@example.com", context=trusting(authority)).send(LETTER)
    assert len(postbox.letters) == 1


@pytest.mark.real
@pytest.mark.parametrize("fault", ["unknown authority", "another name", "no encryption"])
def test_a_server_that_can_not_be_trusted_gets_nothing(
    fault: str, start: Start, postbox: Postbox, authority: trustme.CA
) -> None:
    stranger = trustme.CA(key_type=trustme.KeyType.ECDSA)
    contexts: dict[str, Callable[[], ssl.SSLContext | None]] = {
        "unknown authority": lambda: serving_context(stranger),
        "another name": lambda: serving_context(authority, "elsewhere.example"),
        "no encryption": lambda: None,
    }
    context = contexts[fault]()
    port = start(tls_context=context) if context else start()
    mailbox = Mailbox("localhost", port, "starttls", "me@example.com", "me", "right", trusting(authority))
    with pytest.raises(CommandError) as caught:
        mailbox.send(LETTER)
    assert (postbox.letters, postbox.logins) == ([], [])
    assert "right" not in str(caught.value)


@pytest.mark.real
def test_what_a_server_refuses_is_said(start: Start, postbox: Postbox) -> None:
    port = start()
    mailbox = Mailbox("localhost", port, "none", "me@example.com")
    postbox.refuses = frozenset({"bob@example.org"})
    with pytest.raises(CommandError, match=r"did not take these addresses: bob@example\.org"):
        mailbox.send(LETTER)
    postbox.refuses = frozenset({"ann@example.com", "bob@example.org"})
    with pytest.raises(CommandError, match="takes none of the addresses"):
        mailbox.send(LETTER)
    postbox.refuses, postbox.answer = frozenset(), "554 looks like spam"
    with pytest.raises(CommandError, match=r"status 554.*looks like spam"):
        mailbox.send(LETTER)


@pytest.mark.real
def test_a_login_that_is_refused_is_the_users_affair(
    start: Start, postbox: Postbox, authority: trustme.CA
) -> None:
    port = start(tls_context=serving_context(authority), require_starttls=True)
    mailbox = Mailbox("localhost", port, "starttls", "me@example.com", "me", "wrong-one", trusting(authority))
    with pytest.raises(CommandError, match="refuses the login") as caught:
        mailbox.send(LETTER)
    assert "wrong-one" not in str(caught.value) + repr(mailbox)


@pytest.mark.real
@pytest.mark.parametrize("password", ["right", "a long pass phrase with / and + and ~ in it", "abcd1234"])
def test_a_server_that_tells_the_password_is_not_repeated(
    start: Start, postbox: Postbox, password: str
) -> None:
    postbox.accepted = password.encode()
    mailbox = Mailbox("localhost", start(auth_require_tls=False), "none", "me@example.com", "me", password)
    coded = base64.b64encode(f"\0me\0{password}".encode()).decode()
    for told in (
        password,
        password.upper(),
        quote(password),
        base64.b64encode(password.encode()).decode(),
        base64.urlsafe_b64encode(password.encode()).decode().rstrip("="),
        coded,
        f"{coded[:-4]}\r\n554 {coded[-4:]}",
        "x" * 280 + coded,
        " ".join(password),
        password.encode().hex(),
        json.dumps({"auth": password}),
    ):
        postbox.answer = (
            f"554-no mail from 5{chr(13)}{chr(10)}554 {told}" if "\r" not in told else f"554-{told}"
        )
        with pytest.raises(
            CommandError, match=r"status 554.*not shown, since the password is in it"
        ) as caught:
            mailbox.send(LETTER)
        assert password not in str(caught.value)
    assert postbox.logins.count(("me", password)) == 11
    postbox.answer = "554 looks like spam"
    with pytest.raises(CommandError, match=r"status 554.*looks like spam"):
        mailbox.send(LETTER)


@pytest.mark.real
def test_a_password_that_can_not_be_sent_is_said(start: Start, postbox: Postbox) -> None:
    mailbox = Mailbox("localhost", start(auth_require_tls=False), "none", "me@example.com", "me", "ünïcode")
    with pytest.raises(CommandError, match="letters beyond ASCII") as caught:
        mailbox.send(LETTER)
    assert "ü" not in str(caught.value)


def test_a_server_that_is_not_there_is_said() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CommandError, match="could not be handed"):
        Mailbox("localhost", port, "none", "me@example.com").send(LETTER)


@pytest.mark.parametrize(
    "address", ["ann@example.com", "a.b+c@sub.example.co.uk", "x_1'y@xn--bcher-kva.example", "a@b.c"]
)
def test_addresses_are_taken(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "ann", "ann@", "@example.com", "ann@localhost", "ann@exa mple.com", "Ann <ann@example.com>", ".a@b.cc",
        "a..b@c.de", "a@b@c.de", "a@b..c", "a@-b.de", "ann@example.com\nBcc: x@y.z", "ann@example.com\r", "ann@example.com\n",
        "a" * 65 + "@b.de", "a@" + "b." * 130 + "de", "ann@[127.0.0.1]", '"a b"@c.de', "änn@example.com", "a,b@c.de", "a;b@c.de",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not is_address(address)


@pytest.mark.parametrize(
    ("to", "subject", "body", "said"),
    [
        ("", "s", "b", "no address"),
        (" , ", "s", "b", "no address"),
        ("ann@example.com, nobody", "s", "b", "'nobody' is not a mail address"),
        ("ann@example.com\r\nBcc: eve@evil.example", "s", "b", "not a mail address"),
        ("a@b.cc\n", "s\r\nBcc: eve@evil.example", "b", "line break"),
        ("a@b.cc", "s\nX: y", "b", "line break"),
        ("a@b.cc", "s\x00", "b", "line break"),
        ("a@b.cc", "s\u2028t", "b", "line break"),
        ("a@b.cc", " ", "b", "subject is empty"),
        ("a@b.cc", "s" * 251, "b", "251 characters"),
        ("a@b.cc", "s", " \n", "body is empty"),
        ("a@b.cc", "s", "x\n" * LONGEST_BODY, "characters"),
        ("a@b.cc", "s", "x" * 1_801, "Break it up"),
        ("a@b.cc", "s", "\ud800", "broken characters"),
        ("a@b.cc", "s", "a\0b", "NUL"),
        (", ".join(f"a{n}@b.cc" for n in range(21)), "s", "b", "too many"),
    ],
)
def test_a_letter_that_can_not_be_sent_as_it_is_is_refused(
    to: str, subject: str, body: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        Letter.of(to, subject, body)


@given(to=st.text(max_size=40), subject=st.text(max_size=60), body=st.text(max_size=200))
def test_no_letter_gets_a_header_in(to: str, subject: str, body: str) -> None:
    try:
        letter = Letter.of(f"ann@example.com,{to}" if to.strip() else "ann@example.com", subject, body)
    except CommandError:
        return
    sent = message_from_bytes(
        Mailbox("h", 25, "none", "me@example.com")._message(letter).as_bytes(), policy=default
    )
    assert [name.lower() for name in sent] == [
        "from", "to", "subject", "date", "message-id", "content-type", "content-transfer-encoding", "mime-version",
    ]  # fmt: skip
    assert sent["To"] == ", ".join(letter.to)


class Sent:
    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> str:
        self.letters.append(letter)
        return "<1@example.com>"


def test_a_secret_is_neither_tweeted_nor_mailed() -> None:
    def holds(text: str) -> bool:
        return "sk-live" in text

    posted, sent = Posted(), Sent()
    with pytest.raises(CommandError, match="secrets"):
        TweetCommands(posted, holds).send_tweet("my key is sk-live-1")
    for to, subject, body in (
        ("a@b.cc", "s", "x sk-live-1"),
        ("a@b.cc", "sk-live-1", "b"),
        ("sk-live-1@b.cc", "s", "b"),
    ):
        with pytest.raises(CommandError, match="secrets"):
            MailCommands(sent, holds).send_email(to, subject, body)
    assert (posted.texts, sent.letters) == ([], [])
    assert "message <1@example.com>" in MailCommands(sent, holds).send_email("a@b.cc", "s", "b")


@pytest.mark.parametrize("preset", list(Preset))
def test_the_person_is_asked_in_every_preset_but_trusted(preset: Preset) -> None:
    families = (TweetCommands(Posted(), no_secret), MailCommands(Sent(), no_secret))
    for command in (command for family in families for command in commands_of(family)):
        verdict = ruling(Policy(preset=preset), Action(command.spec.name, {}), command.spec).verdict
        assert verdict is (Verdict.ALLOW if preset is Preset.TRUSTED else Verdict.ASK)


def test_what_is_sent_was_shown_whole() -> None:
    body = "".join(f"line {number} " + "word " * 300 + "\n" for number in range(13))
    letter = Letter.of("ann@example.com", "s" * 250, body)
    long = "\n".join(str(number) for number in range(3_000))
    for action in (
        Action("send_email", {"to": letter.to[0], "subject": letter.subject, "body": letter.body}),
        Action("send_email", {"to": "ann@example.com", "subject": "s", "body": long}),
        Action("send_tweet", {"tweet_text": "語" * 140}),
    ):
        shown = "\n".join(line.text.removeprefix("│ │ ") for line in approval(action).must)
        for value in action.args.values():
            assert value.rstrip("\n") in shown.replace("‹1 blank›", " ")
        assert "characters more" not in shown


def test_only_loopback_is_this_machine() -> None:
    assert all(map(is_this_machine, ("localhost", "127.0.0.1", "127.1.2.3", "::1")))
    assert not any(map(is_this_machine, ("mail.example", "10.0.0.1", "localhost.evil.example", "")))
