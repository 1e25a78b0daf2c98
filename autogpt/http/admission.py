"""Which hosts the agent may reach: those of the public internet, and those that the person named.

A host is judged by its name and, once it is looked up, by each of its addresses. One bad
address is enough: a name that leads to the internet and to this machine at once is a trap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autogpt.core.errors import CommandError, UsageError
from autogpt.http.addresses import Judgement, Reach, judged, judged_name, judged_text
from autogpt.http.urls import Target, host_of


@dataclass(frozen=True, slots=True)
class Admission:
    """What may be reached besides the public internet.

    `private_network` opens this machine and its network, but never the services that give
    out a cloud machine's credentials. `hosts` are `name` or `name:port`; see `allowed_hosts`.
    """

    private_network: bool = False
    hosts: frozenset[str] = frozenset()

    def is_named(self, target: Target) -> bool:
        """Whether the person allowed this very host."""
        return target.host in self.hosts or target.host_and_port in self.hosts

    def check(self, target: Target) -> None:
        """Judge a host by how it is written. Raises CommandError."""
        judgement = judged(target.address) if target.address is not None else judged_name(target.host)
        if not self._admits(judgement, target):
            raise CommandError(_refused(target, f"it is {judgement.what}"))

    def check_addresses(self, target: Target, addresses: Sequence[str]) -> None:
        """Judge a host by what it was found to be. Raises CommandError."""
        for address in addresses:
            judgement = judged_text(address)
            if not self._admits(judgement, target):
                raise CommandError(
                    _refused(target, f"its name stands for {address}, which is {judgement.what}")
                )

    def check_led(self, target: Target, addresses: Sequence[str] = ()) -> None:
        """Judge a host to which the internet leads: it never opens the person's network. Raises CommandError."""
        try:
            Admission().check(target)
            Admission().check_addresses(target, addresses)
        except CommandError as error:
            raise CommandError(
                f"A page of the internet leads to {target.host!r}, in the person's own network, and that is not "
                "followed. If it is wanted, open that address itself."
            ) from error

    def is_outside(self, target: Target, addresses: Sequence[str] = ()) -> bool:
        """Whether a host is of the internet, and none that the person named."""
        return not self.is_inside(target, addresses) and not self.is_named(target)

    def is_inside(self, target: Target, addresses: Sequence[str] = ()) -> bool:
        """Whether a host is none of the internet."""
        try:
            self.check_led(target, addresses)
        except CommandError:
            return True
        return False

    def _admits(self, judgement: Judgement, target: Target) -> bool:
        if judgement.reach is Reach.PUBLIC or self.is_named(target):
            return True
        return judgement.reach is Reach.PRIVATE and self.private_network


def _refused(target: Target, why: str) -> str:
    return (
        f"{target.host!r} is not reached: {why}. Only hosts of the public internet are. Use another source, or "
        f"tell the person, who can put {target.host} into ALLOWED_HOSTS."
    )


_ENTRY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?")


def allowed_hosts(entries: Iterable[str]) -> frozenset[str]:
    """The setting ALLOWED_HOSTS: exact names or addresses, each with or without a port. Raises UsageError."""
    hosts = set()
    for entry in entries:
        bare = f"[{entry}]" if entry.count(":") > 1 and not entry.startswith("[") else entry
        found = _ENTRY.fullmatch(bare)
        try:
            if found is None or not found[1]:
                raise CommandError(entry)
            host, _ = host_of(found[1])
        except CommandError:
            raise UsageError(
                f"ALLOWED_HOSTS: {entry!r} is not a host. Give exact names or addresses, such as "
                "localhost:8080, 192.168.1.5 (no wildcards, no https://)."
            ) from None
        if found[2]:
            host = f"[{host}]:{int(found[2])}" if ":" in host else f"{host}:{int(found[2])}"
        hosts.add(host)
    return frozenset(hosts)
