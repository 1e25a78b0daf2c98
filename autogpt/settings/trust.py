"""What the files of a folder would change, in words for the person who is asked whether they may.

A `Claim` is one such thing. Whether it holds is for others to say: the person's answers are kept by
`trust_record`, and nobody's answer is no. Nothing here reads or asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from autogpt.settings.kinds import PROXY, URL
from autogpt.settings.texts import visible
from autogpt.settings.variables import Variable

LONGEST = 1_000
"""Characters of a value that can be shown whole; who is asked must have seen what is meant."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`words` complete the sentence "This folder's files would …", `name` is for a line that lists several.

    `judged` is all that was judged, value and circumstances: another text needs another answer. A yes to
    the `wider` one is a yes to this as well. What isn't `askable` never holds by an answer.
    """

    name: str
    words: str
    judged: str
    wider: str = ""
    askable: bool = True

    @property
    def digest(self) -> str:
        """What is kept of `judged`."""
        return _digest(self.name, self.judged)

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests whose yes is a yes to this."""
        return tuple(_digest(self.name, text) for text in (self.judged, self.wider) if text)

    def is_address(self, address: str) -> bool:
        """Whether this is about the models' address, and that is it."""
        return self.name == "OPENAI_API_BASE_URL" and self.judged.partition("\0")[0] == address


Accepts = Callable[[Claim], bool]
"""Whether a claim holds."""

Doubted = Callable[[Path], bool]
"""Whether a file of this name, if it is there, may have come from the agent's work."""


def nobody(claim: Claim) -> bool:
    """Nothing holds but what is harmless."""
    return False


def none_doubted(path: Path) -> bool:
    """No agent has worked here."""
    return False


def everything(claim: Claim) -> bool:
    """All holds: the folder is the program's own."""
    return True


def _digest(name: str, text: str) -> str:
    return sha256(f"{name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """The key that goes to an address, by its variable's name, where it comes from elsewhere than the address."""

    name: str
    where: str


def claim_of(variable: Variable, text: str, default: str, key: Sent | None) -> Claim:
    """What a value of the folder's `.env` would do that doesn't simply hold. `text` is as it stands there."""
    return Claim(
        variable.name,
        _words(variable, text, default, key),
        _sending(text, key),
        _sending(text, Sent(variable.key, "")) if variable.key and key is None else "",
        variable.grade.askable and len(text) <= LONGEST,
    )


def typed_key_claim(name: str, key: str) -> Claim:
    """A key in the file that the person typed, and the program wrote there: theirs, whatever stands beside it."""
    return Claim(f"{name} (typed)", "", key)


def azure_claim(address: str, judged: str, file: str, key: Sent | None) -> Claim:
    """What the use of Azure would do. An empty `address` is not known."""
    to = shown_address(address) if address else "Azure"
    return Claim(
        "USE_AZURE",
        f"send what the agent reads{_and_key(key)} to {to}, as {visible(file, LONGEST)} says",
        _sending(judged, key),
        _sending(judged, Sent("OPENAI_API_KEY", "")) if key is None else "",
        len(address) <= LONGEST,
    )


def _sending(text: str, key: Sent | None) -> str:
    return f"{text}\0{key.name if key else ''}"


def _and_key(key: Sent | None) -> str:
    return f", and your {key.name} ({key.where})," if key else ""


def shown(variable: Variable, text: str) -> str:
    """A value as it may be shown: whole, but for passwords and what looks like a key."""
    return shown_address(text) if variable.kind in (URL, PROXY) else visible(text, LONGEST)


def shown_address(text: str) -> str:
    """An address likewise; a letter of another script that looks like a Latin one is spelled out."""
    bare = re.sub(r"^([a-z0-9+]*://)?[^/@\s]*@", r"\1***@", text, flags=re.IGNORECASE)
    return visible(bare, LONGEST).encode("ascii", "backslashreplace").decode("ascii")


_WOULD: Mapping[str, str] = {
    "OPENAI_API_BASE_URL": "send what the agent reads{key} to {value}",
    "SMART_LLM_PRICE": "reckon your budget with {value} as the smart model's price",
    "FAST_LLM_PRICE": "reckon your budget with {value} as the fast model's price",
    "AUTHORISE_COMMAND_KEY": "make {value} the key that lets a command run",
    "EXIT_KEY": "make {value} the key that leaves",
    "AI_SETTINGS_FILE": "read and write the agent's profile in {value}",
    "PROMPT_SETTINGS_FILE": "take the agent's instructions from {value}",
    "WORKSPACE_DIRECTORY": "let the agent work in {value}",
    "RESTRICT_TO_WORKSPACE": "let the agent read, change and delete all your files, not only those of its workspace",
    "SHELL_COMMAND_CONTROL": "judge programs by the list of those that may be started, not of those that may not",
    "SHELL_DENYLIST": "let the agent start programs that it may not start by default: only {value} would be denied",
    "SHELL_ALLOWLIST": "let the agent start {value}",
    "SANDBOX_IMAGE": "run the agent's programs in the image {value}",
    "SANDBOX_NETWORK": "let the agent's programs reach the network",
    "HEADLESS_BROWSER": "open the browser in a window, without the wall around it",
    "ALLOW_PRIVATE_NETWORK": "let the agent reach this machine's own services and your local network",
    "ALLOWED_HOSTS": "let the agent reach {value} in your network",
    "ALLOW_DOWNLOADS": "let the agent download files",
    "HTTP_PROXY": "send requests through the proxy {value}",
    "HTTPS_PROXY": "send requests through the proxy {value}",
    "ALL_PROXY": "send requests through the proxy {value}",
    "NO_PROXY": "reach {value} without your proxy",
    "GOOGLE_SEARCH_URL": "send what the agent searches for to {value}",
    "SD_WEBUI_URL": "ask {value} for pictures",
    "GTTS_URL": "send what is said aloud to {value}",
    "ELEVENLABS_URL": "send what is said aloud to {value}",
    "STREAMELEMENTS_URL": "send what is said aloud to {value}",
    "HUGGINGFACE_URL": "send descriptions of pictures, and recordings, to {value}",
    "TWITTER_API_URL": "send your tweets through {value}",
    "EMAIL_SMTP_HOST": "send your mail through {value}",
    "EMAIL_SMTP_PORT": "send your mail through port {value}",
    "EMAIL_SMTP_SECURITY": "send your mail unencrypted",
}


def _words(variable: Variable, text: str, default: str, key: Sent | None) -> str:
    value = shown(variable, text)
    instead = f" instead of {default}" if default else ""
    would = _WOULD.get(variable.name, f"set {variable.name} to {{value}}{instead}")
    if "{key}" not in would:
        would += "{key}"
    return would.format_map({"value": value, "key": _and_key(key)}).rstrip(",")


def link_claim(name: str, leads_to: str) -> Claim:
    """A name of the program's own that is a link, or stands behind one."""
    return Claim(f"{name} (a link)", f"use {visible(leads_to, LONGEST)} as {name}, which is a link", leads_to)


def came_name(path: Path) -> str:
    """The name of the claim of a file that came while the agent worked."""
    return f"{path} (made during a run)"


def came_claim(path: Path, holds: Iterable[str], text: str) -> Claim:
    """A file of settings that came into the folder while the agent worked there."""
    what = visible(", ".join(holds), LONGEST) or "nothing"
    return Claim(came_name(path), f"use {visible(str(path))}, which came during a run here ({what})", text)


LONGEST_PROMPT = 6_000
"""Characters of instructions that can be shown whole."""


def prompt_claim(name: str, texts: Mapping[str, tuple[str, ...]]) -> Claim:
    """Lines that the folder would put into the agent's instructions, by their heading."""
    rows = [f"give the agent instructions, from {visible(name, LONGEST)}:"]
    for heading, lines in texts.items():
        rows.append(f"  {heading}:" if lines else f"  {heading}: none at all")
        rows += [f"    {visible(line, LONGEST)}" for line in lines]
    words = "\n".join(rows)
    whole = len(words) <= LONGEST_PROMPT and all(
        len(text) <= LONGEST for lines in texts.values() for text in lines
    )
    return Claim(name, words, repr(sorted(texts.items())), askable=whole)


def budget_claim(name: str, before: Any, now: Any) -> Claim:
    """A profile that would cost more than the person once said."""
    amount = "no limit" if now is None else f"${now}"
    return Claim(
        f"api_budget ({name})",
        f"raise the budget of ${before}, which you set, to {amount}",
        f"{before}\0{now}",
    )
