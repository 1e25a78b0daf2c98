"""The only door to the web: see `autogpt.http.door` for what it promises.

Everything else in this package is behind it: which hosts may be reached (`addresses`,
`admission`), URLs read strictly (`urls`), connections with limits (`wire`, `decoding`),
proxies, ways for programs that connect by themselves (`relay` for a browser, `tunnel` for git),
what a run remembers (`keeping`), and the sentences for what goes wrong (`wording`).
"""

from autogpt.http.admission import Admission, allowed_hosts
from autogpt.http.door import PAGE_LIMIT, Door, Incoming, Response, Visit
from autogpt.http.proxies import Proxies
from autogpt.http.tunnel import Tunnel
from autogpt.http.urls import Target, parse
from autogpt.http.wire import Patience

__all__ = [
    "PAGE_LIMIT",
    "Admission",
    "Door",
    "Incoming",
    "Patience",
    "Proxies",
    "Response",
    "Target",
    "Tunnel",
    "Visit",
    "allowed_hosts",
    "parse",
]
