"""A spare model for when the provider withdraws the one in use."""

from __future__ import annotations

from collections.abc import Sequence

from autogpt.core.messages import Completion, Message
from autogpt.core.ports import Model, Watcher
from autogpt.models.errors import Fault, ModelFault


class Fallback:
    """`ports.Model` that goes over to `spare` for good once `model` is not there any more.

    Only for a model that is withdrawn or that the key may not use: a provider that is
    down is not helped by another of its models, and a spare that costs more is used
    only where nothing else goes. The person is told.
    """

    def __init__(
        self, model: Model, spare: Model, *, spare_name: str, watcher: Watcher | None = None
    ) -> None:
        self._model = model
        self._spare = spare
        self._spare_name = spare_name
        self._watcher = watcher
        self._withdrawn = False

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`."""
        if not self._withdrawn:
            try:
                return self._model.complete(messages, reply_tokens=reply_tokens, as_reply=as_reply)
            except ModelFault as fault:
                if fault.fault is not Fault.NO_MODEL:
                    raise
                self._withdrawn = True
                if self._watcher is not None:
                    self._watcher.call_waiting(0.0, f"{fault.said}; going on with {self._spare_name}")
        return self._spare.complete(messages, reply_tokens=reply_tokens, as_reply=as_reply)
