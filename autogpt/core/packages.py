"""Packages that the person's own manifests name, and which of them were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autogpt.core.manifests import package_key

_A_PACKAGE = "*"


@dataclass(frozen=True, slots=True)
class Packages:
    """`names`, and the `shapes` of the addresses at which one was asked for.

    An address is given by its host and the parts of its path. Its shape is the same without the packages.
    """

    names: frozenset[str] = frozenset()
    shapes: frozenset[tuple[str, ...]] = frozenset()

    def plus(self, names: Iterable[str]) -> Packages:
        """With those of another manifest, or another part of it."""
        return replace(self, names=self.names | frozenset(map(package_key, names)))

    def has(self, part: str) -> bool:
        """Whether a part of an address is a package, or one with its version."""
        return bool(self.names) and all(
            package_key(one) in self.names for one in part.removeprefix("@").split("@")
        )

    def after_asking(self, address: Sequence[str]) -> Packages:
        """Once this address of a host that everybody knows was asked for."""
        shape = self._shape(address)
        return self if _A_PACKAGE not in shape else replace(self, shapes=self.shapes | {shape})

    def has_shape_of(self, address: Sequence[str]) -> bool:
        """Whether an address asks for packages as one did that was asked for before."""
        return bool(self.shapes) and self._shape(address) in self.shapes

    def _shape(self, address: Sequence[str]) -> tuple[str, ...]:
        return tuple(_A_PACKAGE if number and self.has(part) else part for number, part in enumerate(address))


NO_PACKAGES = Packages()
