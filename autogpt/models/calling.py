"""Calls that give one whole answer (pictures, sound, vectors), by the same client as the models.

A call runs on a thread of its own, so that Ctrl-C and the deadline work at every moment, and with a
client of its own, which is closed after it. Paying, and what to make of an answer, is the caller's.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from autogpt.core.ports import Watcher
from autogpt.models import cancelling, light_import
from autogpt.models.answer import read_error
from autogpt.models.endpoint import AzureEndpoint, Endpoint, Patience, client
from autogpt.models.errors import Cancelled, Fault, ModelFault

_MOST_BYTES = 64_000_000
_TRIES = 3
_LONGEST_WAIT = 20.0
_SLICE = 0.2

_T = TypeVar("_T")


def tried(
    call: Callable[[], _T],
    again: frozenset[Fault],
    *,
    watcher: Watcher | None = None,
    sleep: Callable[[float], None] = cancelling.pause,
) -> _T:
    """Make a call, up to three times where it fails in a way that is worth it. Raises what the last raised."""
    for tries in range(1, _TRIES + 1):
        try:
            return call()
        except ModelFault as fault:
            wait = _wait(fault, tries)
            if fault.fault not in again or tries == _TRIES or wait is None:
                raise
            if watcher is not None:
                watcher.call_waiting(wait, fault.fault.value)
        sleep(wait)
    raise AssertionError("the last try returns or raises")


class Caller:
    """Makes calls to an endpoint. Safe to share between threads."""

    def __init__(
        self, endpoint: Endpoint | AzureEndpoint, *, watcher: Watcher | None, patience: Patience
    ) -> None:
        self._endpoint = endpoint
        self._watcher = watcher
        self._patience = patience

    def once(self, model: str, call: Callable[[Any], object]) -> object:
        """What `call` makes of the `openai` client. Raises ModelFault, ContextOverflow, and Cancelled for Ctrl-C."""
        if self._watcher is not None:
            self._watcher.call_started(model)
        try:
            return self._awaited(model, call)
        finally:
            if self._watcher is not None:
                self._watcher.call_ended()

    def _awaited(self, model: str, call: Callable[[Any], object]) -> object:
        cut = _Cut()
        ended: queue.SimpleQueue[tuple[object, Exception | None]] = queue.SimpleQueue()

        def work() -> None:
            try:
                openai = client(light_import.openai(), self._endpoint, self._patience, cut.trace, _MOST_BYTES)
                try:
                    ended.put((call(openai), None))
                finally:
                    with suppress(Exception):
                        openai.close()
            except Exception as error:
                ended.put((None, error))

        threading.Thread(target=work, name="one call", daemon=True).start()
        until = time.monotonic() + self._patience.call
        try:
            while True:
                cancelling.check()
                try:
                    # Short waits, because on Windows a long one can't be interrupted.
                    answer, error = ended.get(timeout=_SLICE)
                except queue.Empty:
                    if time.monotonic() > until:
                        said = f"no answer after {self._patience.call:g} s"
                        raise ModelFault(Fault.TIMEOUT, said, model=model) from None
                    continue
                if error is None:
                    return answer
                raise read_error(error, model)
        except KeyboardInterrupt:
            raise Cancelled() from None
        finally:
            cut.abort()


class _Cut:
    """Ends a call from another thread: the HTTP library's next step raises, and its socket is shut."""

    def __init__(self) -> None:
        self._cut = False
        self._socket: socket.socket | None = None

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
        if self._cut and name.endswith(".started") and "close" not in name:
            raise ConnectionAbortedError("the call was cancelled")

    def abort(self) -> None:
        self._cut = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _wait(fault: ModelFault, tries: int) -> float | None:
    """Seconds before another try; None where the provider asks for too many."""
    try:
        asked = float(fault.retry_after or 0)
    except ValueError:
        return None
    return max(asked, 2.0 ** (tries - 1)) if 0 <= asked <= _LONGEST_WAIT else None
