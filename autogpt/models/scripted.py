"""A model that answers from a script: for the demonstration, for tests, for writers of plugins.

A script is a list of replies, in YAML or JSON; at the top of a file it may stand under
`replies`. A reply is

- a text, given as it is;
- a mapping, given as JSON: `{thoughts: {…}, command: {name: …, args: {…}}}`;
- a mapping with `reply`, and with it, if wanted, `finish` (stop, length, filter) and
  `usage` (prompt_tokens, cached_tokens, completion_tokens);
- a mapping with `error`: a kind of provider error by its name in `errors.Fault`
  (`rate_limit`, `no_credit`, …), or `context_overflow` with, if wanted, `window`.

Not promised: that the replies fit what they are asked. The model doesn't read prompts.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from autogpt.core.errors import ContextOverflow, ProviderError, UsageError
from autogpt.core.messages import Completion, Finish, Message, Usage
from autogpt.core.ports import Watcher
from autogpt.models.errors import Fault, ModelFault
from autogpt.models.tokens import estimate, prompt_tokens

Scripted = str | Mapping[str, Any]
"""One reply of a script."""

_ENVELOPE = {"reply", "finish", "usage", "error", "window"}
_FINISHES: tuple[Finish, ...] = ("stop", "length", "filter")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made."""

    messages: tuple[Message, ...]
    reply_tokens: int
    as_reply: bool


class ScriptedModel:
    """`ports.Model` that gives the replies of a script, in order. Safe to share between threads.

    Raises ProviderError when the script has no more replies, and UsageError for a script
    that can't be read. `calls` are the calls that were made.
    """

    def __init__(
        self, replies: Iterable[Scripted], *, name: str = "scripted", watcher: Watcher | None = None
    ) -> None:
        self.name = name
        self.calls: list[Call] = []
        self._replies = [_checked(reply, number) for number, reply in enumerate(replies, 1)]
        self._watcher = watcher
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path, *, after: int = 0, watcher: Watcher | None = None) -> ScriptedModel:
        """The script in a YAML or JSON file, from behind its first `after` replies. Raises UsageError."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError) as error:
            raise UsageError(f"the script {path} can't be read: {error}") from error
        return cls(_parsed(text, path)[after:], name=f"scripted ({path.name})", watcher=watcher)

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`. The whole reply is given, however many tokens were asked for."""
        with self._lock:
            self.calls.append(Call(tuple(messages), reply_tokens, as_reply))
            if len(self.calls) > len(self._replies):
                raise ProviderError(f"the script has no more replies (it had {len(self._replies)})")
            reply = self._replies[len(self.calls) - 1]
        if self._watcher is None:
            return self._answer(reply, messages)
        self._watcher.call_started(self.name)
        try:
            completion = self._answer(reply, messages)
            for line in completion.text.splitlines(keepends=True):
                self._watcher.call_streamed(line)
            return completion
        finally:
            self._watcher.call_ended()

    def assert_complete(self) -> None:
        """Raise AssertionError if replies are left over."""
        left = len(self._replies) - len(self.calls)
        if left > 0:
            raise AssertionError(f"{left} of {len(self._replies)} scripted replies were never asked for")

    def _answer(self, reply: Mapping[str, Any], messages: Sequence[Message]) -> Completion:
        error = reply.get("error")
        if error == "context_overflow":
            raise ContextOverflow(reply.get("window"))
        if error is not None:
            raise ModelFault(Fault[error.upper()], "as the script says", model=self.name)
        text = reply["reply"]
        counted = reply.get("usage") or {}
        usage = Usage(
            prompt_tokens=counted.get("prompt_tokens", prompt_tokens(estimate, messages)),
            cached_tokens=counted.get("cached_tokens", 0),
            completion_tokens=counted.get("completion_tokens", estimate(text)),
            cost=Decimal(0),
        )
        return Completion(text, reply.get("finish", "stop"), usage, self.name)


def _parsed(text: str, path: Path) -> list[Scripted]:
    if path.suffix.lower() == ".json":
        try:
            script = json.loads(text)
        except ValueError as error:
            raise UsageError(f"the script {path} is not JSON: {error}") from error
    else:
        import yaml

        try:
            script = yaml.safe_load(text)
        except yaml.YAMLError as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"the script {path} is not YAML: {reason}") from error
    if isinstance(script, Mapping) and "replies" in script:
        script = script["replies"]
    if not isinstance(script, list):
        raise UsageError(f"the script {path} is not a list of replies")
    return script


def _checked(reply: Scripted, number: int) -> Mapping[str, Any]:
    """A reply in its longest form. Raises UsageError for one that can't be meant."""
    if isinstance(reply, str):
        return {"reply": reply}
    if not isinstance(reply, Mapping):
        raise UsageError(f"reply {number} of the script is neither a text nor a mapping")
    if not ({"reply", "error"} & reply.keys() and reply.keys() <= _ENVELOPE):
        return {"reply": _as_json(reply, number)}
    error = reply.get("error")
    if error is not None and error != "context_overflow" and str(error).upper() not in Fault.__members__:
        raise UsageError(f"reply {number} of the script has an unknown error: {error}")
    if reply.get("finish", "stop") not in _FINISHES:
        raise UsageError(f"reply {number} of the script ends in an unknown way: {reply['finish']}")
    text = reply.get("reply", "")
    return {**reply, "reply": text if isinstance(text, str) else _as_json(text, number)}


def _as_json(value: object, number: int) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (TypeError, ValueError) as error:
        # YAML makes dates of what looks like one.
        raise UsageError(
            f"reply {number} of the script can't be JSON (put quotes around dates): {error}"
        ) from error
