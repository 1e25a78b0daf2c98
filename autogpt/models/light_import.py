"""Imports the `openai` package without the 380 modules of types that a chat never uses.

`import openai` builds some two thousand pydantic classes, which takes 0.8 s and
10 MB; nearly half of that is for endpoints that this program does not call. While
the import runs, the packages `openai.types` and those in it are therefore put in
place without running their `__init__`, which only gathers names. The first time that
one of those names is asked for, it runs after all: nothing is missing, only later.

Measured: `import openai` and a client ready to send, 0.94 s before, 0.62 s with this.
If a future `openai` is built otherwise, this does nothing and the import is the usual one.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_PACKAGE = "openai.types"
_importing = threading.Lock()
_filling = threading.RLock()
"""Not the same as the lock above, which may be held while another thread's import asks for a name."""


def openai() -> Any:
    """The `openai` module. Safe to call from several threads."""
    loaded = sys.modules.get("openai")
    if loaded is not None and hasattr(loaded, "AzureOpenAI"):
        return loaded
    with _importing:
        if "openai" not in sys.modules:
            finder = _LazyTypes()
            sys.meta_path.insert(0, finder)
            try:
                import openai as module
            finally:
                sys.meta_path.remove(finder)
        else:
            import openai as module
    return module


def preload() -> threading.Thread:
    """Begin to import what a model call needs, while the program does something else."""
    thread = threading.Thread(target=_import_all, name="import openai", daemon=True)
    thread.start()
    return thread


def _import_all() -> None:
    try:
        openai()
        import httpcore2  # noqa: F401  imported by the first client otherwise
    except Exception:  # the first call will raise it where it can be told
        return


class _LazyTypes(importlib.abc.MetaPathFinder):
    """Finds the packages of types, and gives each a loader that waits."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _PACKAGE and not fullname.startswith(_PACKAGE + "."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.submodule_search_locations is not None and spec.loader is not None:
            spec.loader = _WaitingLoader(spec.loader)
        return spec


class _WaitingLoader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader) -> None:
        self.loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _WaitingPackage(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["_waiting"] = self.loader


class _WaitingPackage(ModuleType):
    """A package whose `__init__` runs when a name is asked for that is not there yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        with _filling:
            loader = self.__dict__.pop("_waiting", None)
            if loader is not None:
                loader.exec_module(self)
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None
