"""What the person answered when they were asked about the files of a folder.

Kept in their own configuration folder, a file a folder, readable by them alone: never in the
folder that it is about, whose files come from who knows where. Only hashes of what was judged
are kept. A file that is missing, damaged or of a newer version is no answer at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from autogpt.core.errors import UsageError
from autogpt.settings.texts import read_text, resolved, write_text
from autogpt.settings.trust import Claim, came_name

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Said:
    """What a profile said when the person saw or made it: its budget in US dollars, None for no limit."""

    budget: Decimal | None


class TrustRecord:
    """The answers about one folder. `configuration` is None where the system names no place for them."""

    def __init__(self, configuration: Path | None, folder: Path) -> None:
        self._folder = str(resolved(folder))
        name = sha256(os.path.normcase(self._folder).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._path = configuration / "folders" / f"{name}.json" if configuration else None
        self._answers: dict[str, bool] = {}
        self._profiles: dict[str, Any] = {}
        self._came: set[str] = set()
        self._read()

    def answer(self, claim: Claim) -> bool | None:
        """What the person said to this; None if they were not asked yet."""
        if any(self._answers.get(digest) is True for digest in claim.digests):
            return True
        return self._answers.get(claim.digest)

    @property
    def knows_folder(self) -> bool:
        """Whether the person was asked about this folder before."""
        return bool(self._answers)

    def accepts(self, claim: Claim) -> bool:
        """Whether the person said yes to this."""
        return claim.askable and self.answer(claim) is True

    def profile(self, path: Path) -> Said | None:
        """What the person last saw in the profile there; None if they saw none."""
        kept: Any = self._profiles.get(str(resolved(path)))
        try:
            budget = kept["budget"]
            return Said(None if budget is None else Decimal(str(budget)))
        except (TypeError, KeyError, InvalidOperation):
            return None

    def keep(self, answers: dict[Claim, bool], profiles: dict[Path, Said] | None = None) -> bool:
        """Add what the person said. False where it can't be kept: then it holds for this start alone."""
        self._answers.update({claim.digest: yes for claim, yes in answers.items()})
        accepted = {claim.name for claim, yes in answers.items() if yes}
        self._came = {name for name in self._came if came_name(Path(name)) not in accepted}
        for path, said in (profiles or {}).items():
            budget = None if said.budget is None else str(said.budget)
            self._profiles[str(resolved(path))] = {"budget": budget}
        return self._write()

    def is_doubted(self, path: Path) -> bool:
        """Whether a file, if it is there, may have come from the agent's work."""
        return str(path) in self._came

    def doubt(self, paths: Iterable[Path]) -> None:
        """These may come, or have come, from the agent's work: at its begin those that it could make."""
        self._read()  # a run is long, and the person may have answered elsewhere
        if new := {str(path) for path in paths} - self._came:
            self._came |= new
            self._write()

    def trust_absent(self) -> None:
        """No agent works here now: what has not come is the person's, when it comes."""
        self._read()
        if gone := {name for name in self._came if not os.path.lexists(name)}:
            self._came -= gone
            self._write()

    def _read(self) -> None:
        try:
            text = read_text(self._path) if self._path else None
            kept = json.loads(text) if text else {}
        except (UsageError, ValueError, RecursionError):
            return
        if not isinstance(kept, dict) or kept.get("format") != _FORMAT or kept.get("folder") != self._folder:
            return
        answers, profiles = kept.get("answers"), kept.get("profiles")
        if isinstance(answers, dict):
            self._answers = {name: yes for name, yes in answers.items() if isinstance(yes, bool)}
        if isinstance(profiles, dict):
            self._profiles = profiles
        came = kept.get("came")
        if isinstance(came, list):
            self._came = {name for name in came if isinstance(name, str)}

    def _write(self) -> bool:
        if self._path is None:
            return False
        kept = {
            "format": _FORMAT,
            "folder": self._folder,
            "answers": self._answers,
            "profiles": self._profiles,
            "came": sorted(self._came),
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self._path, json.dumps(kept, indent=1) + "\n", private=True)
        except (OSError, UsageError):
            return False
        return True
