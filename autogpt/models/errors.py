"""What can go wrong with a provider: try again or not, and what the person should do.

One table (`TABLE`) and the reading of errors into it. The reading looks at what the
error *says* before its status, because providers disagree about statuses: no credit
left arrives as 429, 402 or 403, a prompt that is too long as 400, 413, 422 or 500.
Errors that are in no row are `UNKNOWN`: tried again a little, then told as they are.

Phrasings of "too long" are those of OpenAI, Azure, vLLM, llama.cpp, Ollama, LM Studio,
OpenRouter, Anthropic's and Google's compatible servers.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from autogpt.core.errors import ContextOverflow, ProviderError
from autogpt.core.messages import NO_USAGE, Usage


class Fault(str, Enum):
    """The kinds of provider errors."""

    RATE_LIMIT = "rate limit"
    NO_CREDIT = "no credit"
    WRONG_KEY = "wrong key"
    FORBIDDEN = "forbidden"
    NO_MODEL = "no such model"
    FILTERED = "content filter"
    BAD_REQUEST = "bad request"
    TOO_LARGE = "request too large"
    OVERLOADED = "overloaded"
    SERVER = "server error"
    REFUSED = "connection refused"
    NO_HOST = "unknown host"
    TLS = "no secure connection"
    CUT = "connection cut"
    TIMEOUT = "no answer in time"
    MALFORMED = "malformed answer"
    UNKNOWN = "unknown error"


@dataclass(frozen=True, slots=True)
class Row:
    """`tries` is the most calls to make in all (1: don't try again).

    `begun`: the provider may have worked, and so may bill the prompt.
    """

    tries: int
    advice: str
    begun: bool = False


TABLE: Mapping[Fault, Row] = {
    Fault.RATE_LIMIT: Row(
        20, "the provider limits how often you may call: wait, or ask it for a higher limit"
    ),
    Fault.NO_CREDIT: Row(1, "the account has no credit left: add credit or a payment method, then resume"),
    Fault.WRONG_KEY: Row(
        1, "the key was refused: check OPENAI_API_KEY (or the server's own key), then resume"
    ),
    Fault.FORBIDDEN: Row(1, "the key may not do this: check the account's rights and region, then resume"),
    Fault.NO_MODEL: Row(1, "choose another model with SMART_LLM_MODEL or FAST_LLM_MODEL, then resume"),
    Fault.FILTERED: Row(1, "the provider's content filter refused the prompt: put the task in other words"),
    Fault.BAD_REQUEST: Row(
        1, "the server does not understand the request: check the model's name and the address"
    ),
    Fault.TOO_LARGE: Row(1, "the server takes no requests of this size: lower SMART_TOKEN_LIMIT"),
    Fault.OVERLOADED: Row(20, "the provider is overloaded: resume later"),
    Fault.SERVER: Row(10, "the provider has a fault of its own: resume later", begun=True),
    Fault.REFUSED: Row(
        6, "nothing answers there: start the server, or check its address (OPENAI_API_BASE_URL, azure.yaml)"
    ),
    Fault.NO_HOST: Row(
        6,
        "the name is not known: check the network connection, and the address if you set one "
        "(OPENAI_API_BASE_URL, azure.yaml)",
    ),
    Fault.TLS: Row(1, "check the address (http or https), the clock and, behind a proxy, SSL_CERT_FILE"),
    Fault.CUT: Row(10, "the connection breaks off: check the network and any proxy", begun=True),
    Fault.TIMEOUT: Row(4, "the server is too slow or hangs: check it, or choose a smaller model", begun=True),
    Fault.MALFORMED: Row(
        4,
        "what answers there is no compatible server: check its address (OPENAI_API_BASE_URL, azure.yaml)",
        begun=True,
    ),
    Fault.UNKNOWN: Row(3, "resume later; if it lasts, check the provider's status page", begun=True),
}


class ModelFault(ProviderError):
    """One failed call. Its text is the one line for the person.

    `said` is what the provider said, shortened. `retry_after` is in seconds or, as a
    time, an HTTP date; `parameter` names what a 400 complained of. `arrived` is the
    part of the reply that had come; `usage` is what the failed calls were billed, as
    far as that is known.
    """

    def __init__(
        self,
        fault: Fault,
        said: str = "",
        *,
        status: int | None = None,
        model: str = "",
        retry_after: str | None = None,
        parameter: str | None = None,
    ) -> None:
        self.fault = fault
        self.said = shorten(said)
        self.status = status
        self.model = model
        self.retry_after = retry_after
        self.parameter = parameter
        self.arrived = ""
        self.usage: Usage = NO_USAGE
        self.of_account = fault in (Fault.NO_CREDIT, Fault.WRONG_KEY, Fault.FORBIDDEN)
        super().__init__(self.line())

    @property
    def row(self) -> Row:
        """What to do about it."""
        return TABLE[self.fault]

    @property
    def begun(self) -> bool:
        """Whether the provider may have worked on the prompt, and may bill it."""
        return bool(self.arrived) or (self.row.begun and self.status is None)

    def line(self) -> str:
        """One line for the person: what happened, and what to do next."""
        status = f" ({self.status})" if self.status else ""
        said = f": {self.said}" if self.said else ""
        what = f"the model {self.model}" if self.model else "the model"
        return f"{what}: {self.fault.value}{status}{said} - {self.row.advice}"


class Cancelled(KeyboardInterrupt):
    """The person interrupted a call. `arrived` is the part of the reply that had come."""

    def __init__(self, arrived: str = "") -> None:
        super().__init__()
        self.arrived = arrived
        self.usage: Usage = NO_USAGE


_LONGEST_LINE = 300


def shorten(text: str) -> str:
    """One line of at most 300 printable characters, with anything that looks like a key taken out."""
    line = _KEY.sub("***", " ".join(text[:5_000].split()))
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


_KEY = re.compile(r"\b(sk|gsk|xai|pk|hf)[-_][A-Za-z0-9*_-]{8,}|(?<=Bearer )\S+|\b[0-9a-fA-F]{32,}\b")

_OVERFLOW = re.compile(
    r"context_length_exceeded"
    r"|exceed_context_size"
    r"|maximum context length"
    r"|(exceed|larger|longer|greater|over)\w*\b.{0,60}\bcontext (size|length|window|limit)"
    r"|context (size|length|window|limit)\b.{0,60}\b(exceed|overflow|reached|too (small|short))"
    r"|exceeds? the (model'?s )?(available |maximum )?(context|input|sequence)"
    r"|reached (the )?context (size|length|window|limit)"
    r"|prompt is too long"
    r"|prompt .{0,40}too (long|large)"
    r"|input (is too long|length .{0,60}exceed|token count .{0,40}exceeds)"
    r"|too many (input )?tokens"
    r"|max_model_len|max_seq_len|n_ctx"
    r"|not enough context|initial prompt is greater than the context"
    r"|reduce the length of the (messages|prompt|input)"
    r"|string_above_max_length",
    re.IGNORECASE | re.DOTALL,
)
_NOT_OVERFLOW = re.compile(
    r"max_(completion_)?tokens is too large|tokens per min|TPM|rate.?limit", re.IGNORECASE
)

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"
_WINDOW = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"maximum context length (?:is|of)(?: only)? {_NUMBER}",
        rf"\"?n_ctx\"?\s*[:=]\s*{_NUMBER}",
        rf"(?:available |maximum )?context (?:size|length|window|limit)\s*(?:of|is|:|=|\()+\s*(?:only )?{_NUMBER}",
        rf"max_(?:model|seq)_len\w*\s*(?:of|is|:|=|\()*\s*{_NUMBER}",
        rf"(?:maximum|limit|max(?:imum)? (?:allowed|number of tokens|input)?(?: tokens)?)\s*(?:of|is|:|=|\()+\s*{_NUMBER}",
        rf">\s*{_NUMBER}\s*(?:maximum|max)",
        rf"tokens allowed\s*\(?{_NUMBER}",
        rf"only {_NUMBER} tokens",
        rf"{_NUMBER}[- ]tokens? (?:context|window|limit)",
    )
)

_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded your current quota|billing_hard_limit|billing_not_active"
    r"|insufficient[_ ](credits?|balance|funds)|(no|out of|not enough|add) credits?\b|credit balance"
    r"|payment required|account is not active|quota_exceeded|spending limit",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|deploymentnotfound|model_deprecated|model [^.]{0,120}(does not exist|not found|not exist"
    r"|has been (deprecated|retired|decommissioned)|is (deprecated|not available|no longer)|not supported)"
    r"|(no such|unknown|invalid|unsupported) model|no models? loaded|try pulling it first",
    re.IGNORECASE | re.DOTALL,
)
_PARAMETER = re.compile(
    r"unsupported_(parameter|value)|unknown_parameter|unsupported parameter", re.IGNORECASE
)
_FILTERED = re.compile(
    r"content_filter|content_policy|responsibleaipolicy|content management policy|safety system|usage polic"
    r"|flagged",
    re.IGNORECASE,
)
_WRONG_KEY = re.compile(
    r"invalid_api_key|incorrect api key|invalid (api )?key|api key (is )?(invalid|expired)", re.I
)
_RATE_LIMIT = re.compile(r"rate.?limit|too many requests|throttl", re.IGNORECASE)
_OVERLOADED = re.compile(r"overloaded|at capacity|loading model|no capacity", re.IGNORECASE)
_SERVER = re.compile(r"server_error|internal error|internal server", re.IGNORECASE)

_BY_STATUS: Mapping[int, Fault] = {
    400: Fault.BAD_REQUEST,
    401: Fault.WRONG_KEY,
    402: Fault.NO_CREDIT,
    403: Fault.FORBIDDEN,
    404: Fault.NO_MODEL,
    405: Fault.BAD_REQUEST,
    407: Fault.FORBIDDEN,
    408: Fault.TIMEOUT,
    409: Fault.OVERLOADED,
    410: Fault.NO_MODEL,
    413: Fault.TOO_LARGE,
    422: Fault.BAD_REQUEST,
    424: Fault.SERVER,
    425: Fault.OVERLOADED,
    429: Fault.RATE_LIMIT,
    498: Fault.OVERLOADED,
    503: Fault.OVERLOADED,
    504: Fault.TIMEOUT,
    520: Fault.SERVER,
    522: Fault.TIMEOUT,
    524: Fault.TIMEOUT,
    529: Fault.OVERLOADED,
}


def from_answer(
    status: int | None, body: object, headers: Mapping[str, str], model: str = ""
) -> ModelFault | ContextOverflow:
    """Read an error that the provider sent: a status with a body, or an error inside a stream.

    `body` is the decoded JSON, or the text where it is none. `status` is `None` (or 200)
    for errors that arrive after the reply had begun.
    """
    error = _error_object(body)
    said = _message(error)
    evidence = said[:5_000]
    if not isinstance(error, str):
        others = {name: value for name, value in error.items() if value != said}
        evidence += " " + json.dumps(others, default=str)[:5_000]
    if _OVERFLOW.search(evidence) and not _NOT_OVERFLOW.search(evidence):
        return ContextOverflow(named_window(evidence))
    parameter = error.get("param") if isinstance(error, Mapping) else None
    return ModelFault(
        _fault(status if status and status >= 400 else None, evidence),
        said or "no explanation",
        status=status,
        model=model,
        retry_after=_retry_after(headers),
        parameter=parameter if isinstance(parameter, str) else None,
    )


def _fault(status: int | None, evidence: str) -> Fault:
    if _NO_CREDIT.search(evidence) and status in (None, 400, 402, 403, 429):
        return Fault.NO_CREDIT
    if _FILTERED.search(evidence) and status in (None, 400, 403, 422):
        return Fault.FILTERED
    if status == 404 and not _NO_MODEL.search(evidence):
        # A page that isn't there, rather than a model: the address is wrong.
        return Fault.NO_MODEL if "model" in evidence.lower() else Fault.BAD_REQUEST
    if _PARAMETER.search(evidence) and status in (400, 422):
        return Fault.BAD_REQUEST
    if _NO_MODEL.search(evidence) and status in (None, 400, 403, 404, 422):
        return Fault.NO_MODEL
    if _WRONG_KEY.search(evidence) and status in (None, 400, 403):
        return Fault.WRONG_KEY
    if _OVERLOADED.search(evidence) and (status is None or status >= 500):
        return Fault.OVERLOADED
    if status is None:
        if _RATE_LIMIT.search(evidence):
            return Fault.RATE_LIMIT
        return Fault.SERVER if _SERVER.search(evidence) else Fault.UNKNOWN
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return Fault.SERVER if status >= 500 else Fault.UNKNOWN


def named_window(text: str) -> int | None:
    """The window in tokens that an error names, if it names a believable one."""
    for pattern in _WINDOW:
        found = pattern.search(text)
        if found:
            window = int(found[1].replace(",", ""))
            if 128 <= window <= 100_000_000:
                return window
    return None


def from_connection(error: BaseException, model: str = "") -> ModelFault:
    """Read an error of the connection: nothing, or not all, came from the provider."""
    chain = list(_causes(error))
    said = next((str(cause) for cause in reversed(chain) if str(cause)), type(error).__name__)
    return ModelFault(_connection_fault(chain), said, model=model)


def _connection_fault(chain: list[BaseException]) -> Fault:
    for cause in chain:
        name = type(cause).__name__
        if isinstance(cause, socket.gaierror):
            return Fault.NO_HOST
        if isinstance(cause, ssl.SSLError) and not isinstance(
            cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)
        ):
            return Fault.TLS
        if isinstance(cause, ConnectionRefusedError):
            return Fault.REFUSED
        if isinstance(cause, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
            return Fault.CUT
        if isinstance(cause, TimeoutError) or name in {
            "ReadTimeout",
            "ConnectTimeout",
            "WriteTimeout",
            "APITimeoutError",
        }:
            return Fault.TIMEOUT
        if name in {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError", "TooManyRedirects"}:
            return Fault.BAD_REQUEST
        if name in {"RemoteProtocolError", "ReadError", "WriteError", "SSLEOFError", "SSLZeroReturnError"}:
            return Fault.CUT
        if name in {"DecodingError", "JSONDecodeError", "UnicodeDecodeError"}:
            return Fault.MALFORMED
        if name == "ConnectError":
            text = str(cause).lower()
            if "certificate" in text or "ssl" in text:
                return Fault.TLS
            if "name" in text and ("resol" in text or "known" in text):
                return Fault.NO_HOST
    return Fault.REFUSED if any(type(c).__name__ == "ConnectError" for c in chain) else Fault.UNKNOWN


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, the first cause first; wrappers tell less than what they wrap."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 12 and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return reversed(chain)


def _error_object(body: object) -> Mapping[str, object] | str:
    """The part of an answer that says what went wrong; servers nest it differently."""
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, Mapping) and isinstance(body.get("error"), (Mapping, str, list)):
            body = body["error"]
        else:
            break
    if isinstance(body, Mapping):
        return body
    return body if isinstance(body, str) else ""


def _message(error: Mapping[str, object] | str) -> str:
    if isinstance(error, str):
        return without_markup(error)
    for key in ("message", "detail", "error", "msg", "title"):
        value = error.get(key)
        if isinstance(value, str) and value:
            return value
        if value:
            return json.dumps(value, default=str)[:1_000]
    return json.dumps(error, default=str)[:1_000] if error else ""


_MARKUP = re.compile(r"<(!doctype|html|head|body|title|p|div|h1|center)\b", re.IGNORECASE)


def without_markup(text: str) -> str:
    """An HTML error page as a few words."""
    if not _MARKUP.search(text[:1_000]):
        return text
    title = re.search(r"<title>([^<]{1,200})</title>", text[:20_000], re.IGNORECASE)
    return f"a web page, {title[1].strip()!r}" if title else "a web page"


def _retry_after(headers: Mapping[str, str]) -> str | None:
    """`retry-after-ms` as seconds, else Retry-After as it is: seconds, or an HTTP date."""
    lower = {name.lower(): value for name, value in headers.items()}
    milliseconds = lower.get("retry-after-ms", "")
    try:
        return str(float(milliseconds) / 1000)
    except ValueError:
        return lower.get("retry-after")
