"""Packages that the person's own manifests name, and which of them were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autogpt.core.manifests import package_key

_A_PACKAGE = "*"


@dataclass(frozen=True, slots=True)
class Packages:
    """`names` in the manifests' order, `shapes` of the addresses at which one was asked for, and the `last` one.

    An address is given by its host and the parts of its path. Its shape is the same without the packages.
    """

    names: tuple[str, ...] = ()
    shapes: frozenset[tuple[str, ...]] = frozenset()
    last: str = ""

    def plus(self, names: Iterable[str]) -> Packages:
        """With those of another manifest, or another part of it."""
        return replace(self, names=tuple(dict.fromkeys((*self.names, *map(package_key, names)))))

    def has(self, part: str) -> bool:
        """Whether a part of an address is a package, or one with its version."""
        return bool(self.names) and all(
            package_key(one) in self.names for one in part.removeprefix("@").split("@")
        )

    def after_asking(self, address: Sequence[str]) -> Packages:
        """Once this address of a host that everybody knows was asked for."""
        asked = self._asked_for(address)
        if not asked:
            return self
        return replace(self, shapes=self.shapes | {self._shape(address)}, last=asked[0])

    def choice(self, address: Sequence[str]) -> int | None:
        """How many packages an address chooses to ask for, nothing where it is the next one's turn.

        None where no address of its shape was asked for before.
        """
        asked = self._asked_for(address)
        if not asked or self._shape(address) not in self.shapes:
            return None
        following = self.names.index(self.last) + 1 if self.last else 0
        return 0 if asked == [*self.names[following : following + 1]] else len(asked)

    def _asked_for(self, address: Sequence[str]) -> list[str]:
        return [package_key(part) for part in address[1:] if self.has(part)]

    def _shape(self, address: Sequence[str]) -> tuple[str, ...]:
        return tuple(_A_PACKAGE if number and self.has(part) else part for number, part in enumerate(address))


NO_PACKAGES = Packages()
