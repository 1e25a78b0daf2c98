"""Which addresses are on the public internet, and which hosts are addresses in disguise.

Judged by tables of our own, because what Python's `ipaddress` calls global differs from
version to version. Source: IANA's special-purpose address registries for IPv4 and IPv6
(RFC 6890 and its successors), and the cloud providers' documentation of their metadata
services.

Not promised: that a public address belongs to a public machine. A network that routes
public addresses to private machines looks like the internet from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address


class Reach(Enum):
    """Where an address leads."""

    PUBLIC = "public"
    PRIVATE = "private"
    """This machine or its network: only where the person allows that."""
    METADATA = "metadata"
    """Gives out the credentials of a cloud machine: only where the person named the very host."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`what` completes the sentence "it is …"."""

    reach: Reach
    what: str


PUBLIC = Judgement(Reach.PUBLIC, "public")

_LOOPBACK = "this machine itself (loopback)"
_PRIVATE = "an address of a private network"
_SHARED = "an address that a provider shares out among customers (CGNAT)"
_LINK = "a link-local address, where cloud machines get their credentials"
_SPECIAL = "an address reserved for special purposes"
_METADATA = "a cloud provider's metadata service"


def _table4(*rows: tuple[str, Reach, str]) -> tuple[tuple[IPv4Network, Judgement], ...]:
    return tuple((IPv4Network(network), Judgement(reach, what)) for network, reach, what in rows)


def _table6(*rows: tuple[str, Reach, str]) -> tuple[tuple[IPv6Network, Judgement], ...]:
    return tuple((IPv6Network(network), Judgement(reach, what)) for network, reach, what in rows)


# The first row that fits counts.
_IPV4 = _table4(
    ("169.254.0.0/16", Reach.METADATA, _LINK),
    ("168.63.129.16/32", Reach.METADATA, _METADATA),  # Azure's, on a public address
    ("100.100.100.200/32", Reach.METADATA, _METADATA),  # Alibaba
    ("192.0.0.192/32", Reach.METADATA, _METADATA),  # Oracle
    ("127.0.0.0/8", Reach.PRIVATE, _LOOPBACK),
    ("0.0.0.0/8", Reach.PRIVATE, _LOOPBACK),  # Linux connects 0.0.0.0 to itself
    ("10.0.0.0/8", Reach.PRIVATE, _PRIVATE),
    ("172.16.0.0/12", Reach.PRIVATE, _PRIVATE),
    ("192.168.0.0/16", Reach.PRIVATE, _PRIVATE),
    ("100.64.0.0/10", Reach.PRIVATE, _SHARED),
    ("192.0.0.0/24", Reach.PRIVATE, _SPECIAL),
    ("192.0.2.0/24", Reach.PRIVATE, _SPECIAL),  # documentation
    ("198.51.100.0/24", Reach.PRIVATE, _SPECIAL),
    ("203.0.113.0/24", Reach.PRIVATE, _SPECIAL),
    ("192.88.99.0/24", Reach.PRIVATE, _SPECIAL),  # relays of 6to4, given up
    ("198.18.0.0/15", Reach.PRIVATE, _SPECIAL),  # measurements of networks
    ("224.0.0.0/4", Reach.PRIVATE, "a multicast address"),
    ("240.0.0.0/4", Reach.PRIVATE, _SPECIAL),
)

_IPV6 = _table6(
    ("fd00:ec2::/32", Reach.METADATA, _METADATA),  # Amazon
    ("fd20:ce::254/128", Reach.METADATA, _METADATA),  # Google
    ("fe80::/10", Reach.METADATA, _LINK),
    ("::1/128", Reach.PRIVATE, _LOOPBACK),
    ("::/128", Reach.PRIVATE, _LOOPBACK),
    ("fc00::/7", Reach.PRIVATE, _PRIVATE),
    ("fec0::/10", Reach.PRIVATE, _PRIVATE),  # site-local, given up
    ("ff00::/8", Reach.PRIVATE, "a multicast address"),
    ("2001::/23", Reach.PRIVATE, _SPECIAL),  # Teredo, ORCHID, measurements of networks
    ("2001:db8::/32", Reach.PRIVATE, _SPECIAL),  # documentation
    ("3fff::/20", Reach.PRIVATE, _SPECIAL),
    ("2002::/16", Reach.PRIVATE, _SPECIAL),  # 6to4
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def judged(address: Address) -> Judgement:
    """Where an address leads. One that stands for an IPv4 address leads where that does."""
    if isinstance(address, IPv4Address):
        return next((judgement for network, judgement in _IPV4 if address in network), PUBLIC)
    if address in _MAPPED or address in _NAT64:
        # On networks with IPv6 only, every IPv4 address looks so (RFC 6052).
        return judged(IPv4Address(int(address) & 0xFFFFFFFF))
    for network, judgement in _IPV6:
        if address in network:
            return judgement
    if address not in _GLOBAL_UNICAST or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP or address.scope_id:
        return Judgement(Reach.PRIVATE, _SPECIAL)
    return PUBLIC


def judged_text(text: str) -> Judgement:
    """The same for an address as a resolver gives it; what can't be read is not public."""
    try:
        return judged(ip_address(text))
    except ValueError:
        return Judgement(Reach.PRIVATE, _SPECIAL)


_METADATA_NAMES = frozenset(
    {"metadata", "instance-data", "metadata.goog", "metadata.google.internal", "metadata.azure.com"}
    | {
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "metadata.platformequinix.com",
        "metadata.packet.net",
    }
)
_LOCAL_ENDINGS = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa")


def judged_name(name: str) -> Judgement:
    """Where a host's name leads by itself, before anybody has looked it up."""
    if name in _METADATA_NAMES or name.startswith("instance-data."):
        return Judgement(Reach.METADATA, _METADATA)
    if name == "localhost" or name.endswith(".localhost"):
        return Judgement(Reach.PRIVATE, _LOOPBACK)
    if "." not in name or name.endswith(tuple(f".{ending}" for ending in _LOCAL_ENDINGS)):
        return Judgement(Reach.PRIVATE, "a name of a private network")
    return PUBLIC


_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def literal(host: str) -> Address | None:
    """The address that a URL's host spells, in any notation, or None for a name.

    IPv4 as the URL Standard reads it: decimal, octal and hexadecimal, one to four parts.
    IPv6 in brackets. Raises ValueError for what ends in a number and is no address.
    """
    if host.startswith("["):
        if not host.endswith("]") or "%" in host:
            raise ValueError(host)
        return IPv6Address(host[1:-1])
    parts = host.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4:
        raise ValueError(host)
    *leading, last = (_number(part) for part in parts)
    if any(number > 255 for number in leading) or last >= 256 ** (5 - len(parts)):
        raise ValueError(host)
    return IPv4Address(sum(number << 8 * (3 - place) for place, number in enumerate(leading)) + last)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        raise ValueError(text)
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    return int(text, 8) if text.startswith("0") else int(text)
