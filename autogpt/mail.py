"""The door for mail: one letter in plain text by the person's own SMTP server.

The server's certificate is verified, always; without encryption only a server on this machine
is spoken to. A letter is made by the standard library's `email`, which folds and encodes headers,
and from values that can hold no line break: nobody gets a header or a recipient in that the
person did not see. What it does not promise: that a letter which the server took arrives.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Literal

from autogpt.core.errors import CommandError
from autogpt.core.redact import spellings_of

Security = Literal["starttls", "tls", "none"]

MOST_RECIPIENTS = 20
LONGEST_SUBJECT = 250
LONGEST_BODY = 20_000
LONGEST_LINE = 1_800
"""Characters. All that is sent was seen by the person: the terminal shows so much of it whole."""

TIMEOUT = 30.0
"""Seconds for each answer of the server."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
"""A mailbox without a name or quotes (RFC 5321, 4.1.2 `Dot-string`), at a host with a dot."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def is_address(text: str) -> bool:
    """Whether a text is one mail address, and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that can be sent: what is in it was checked."""

    to: tuple[str, ...]
    subject: str
    body: str

    @classmethod
    def of(cls, to: str, subject: str, body: str) -> Letter:
        """Check what a model wrote. Raises CommandError, in words that teach."""
        addresses = tuple(dict.fromkeys(part.strip() for part in to.split(",") if part.strip()))
        if not addresses:
            raise CommandError("There is no address in `to`. Give one such as ann@example.com.")
        for address in addresses:
            if not is_address(address):
                raise CommandError(
                    f"{address[:100]!r} is not a mail address. Write ann@example.com, without a name; "
                    "separate several by commas. Nothing was sent."
                )
        if len(addresses) > MOST_RECIPIENTS or len(to) > LONGEST_LINE:
            raise CommandError(
                f"{len(addresses)} addresses are too many; at most {MOST_RECIPIENTS} are taken at once."
            )
        if _CONTROL.search(subject):
            raise CommandError(
                "The subject has a line break or control character in it. Write it in one line."
            )
        if not subject.strip():
            raise CommandError("The subject is empty. Say in a few words what the mail is about.")
        for name, text, most in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
            if len(text) > most:
                raise CommandError(
                    f"The {name} has {len(text):,} characters; at most {most:,} are taken. Shorten it."
                )
            if any(len(line) > LONGEST_LINE for line in text.splitlines()):
                raise CommandError(
                    f"A line of the {name} has more than {LONGEST_LINE:,} characters. Break it up."
                )
            try:
                text.encode()
            except UnicodeEncodeError:
                raise CommandError(f"The {name} has broken characters in it. Write it anew.") from None
        if "\0" in body:
            raise CommandError("The body has a NUL character in it. Write it as plain text.")
        if not body.strip():
            raise CommandError("The body is empty. Write what you have to say.")
        return cls(addresses, subject.strip(), body)


def usual_context() -> ssl.SSLContext:
    """Certificates are verified by the system's own store."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An account at a server. `user` may be empty where no login is asked for.

    `context` is there to be replaced in tests.
    """

    host: str
    port: int
    security: Security
    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    context: Callable[[], ssl.SSLContext] = usual_context

    def send(self, letter: Letter) -> str:
        """Send a letter; its message number. Raises CommandError."""
        message = self._message(letter)
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(message, self.address, list(letter.to))
        except smtplib.SMTPAuthenticationError as error:
            raise CommandError(
                f"The mail server refuses the login (status {error.smtp_code}). Only the user can change that."
            ) from None
        except UnicodeEncodeError:
            raise CommandError(
                "The user name or password for mail has letters beyond ASCII, which can't be sent: nothing was sent. "
                "Only the user can change that."
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise CommandError(
                f"The mail server takes none of the addresses: {', '.join(error.recipients)}."
            ) from None
        except smtplib.SMTPResponseException as error:
            said = self._plain(error.smtp_error)
            raise CommandError(
                f"The mail server refused the mail (status {error.smtp_code}). It says: {said}"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise CommandError(
                f"The certificate of {self.host} can't be trusted ({error.verify_message}): nothing was sent. "
                "Only the user can change that."
            ) from None
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise CommandError(
                f"The mail could not be handed to {self.host}:{self.port} ({_why(error)}). Whether it was sent is "
                "unknown if this came late; try again later, or tell the user."
            ) from None
        if refused:
            raise CommandError(
                f"Sent, but the server did not take these addresses: {', '.join(refused)}. Don't send it to the others again."
            )
        return str(message["Message-ID"])

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self.context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.security == "starttls":
                server.starttls(context=self.context())
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.address
        message["To"] = ", ".join(letter.to)
        message["Subject"] = letter.subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        message.set_content(letter.body, charset="utf-8")
        return message

    def _plain(self, said: bytes | str) -> str:
        """What the server says, in one line. Some tell what they were sent: nothing then, if that is the password."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        words = _CONTROL.sub(" ", text).split()
        if self.password and _tells(self.password, "".join(words)):
            return "(not shown, since the password is in it)"
        return " ".join(words)[:300]


_TELLING = 8
"""Characters in a row of a spelling of the password that are too much to be shown."""


def _tells(password: str, text: str) -> bool:
    """Whether a text without blanks holds a password or a long part of it, also in base64 or hexadecimal."""
    bare = "".join(_CONTROL.sub(" ", password).split())
    spellings = {spelling for each in (password, bare) for spelling in spellings_of(each)}
    folded = text.casefold()
    return any(
        spelling[start : start + _TELLING].casefold() in folded
        for spelling in (*spellings, password.encode("utf-8", "replace").hex())
        if spelling
        for start in range(max(1, len(spelling) - _TELLING + 1))
    )


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no encryption or no login"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def is_this_machine(host: str) -> bool:
    """Whether a server's name says that it is on this machine."""
    return host.lower() in ("localhost", "::1") or host.startswith("127.")
