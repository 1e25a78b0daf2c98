"""Whatever a model and a person do to files in whatever order: nothing is lost that was not named."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.commands.seen import Seen
from autogpt.core.actions import Action
from autogpt.core.events import Ran
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock

NAMES = st.sampled_from(["a.txt", "link", "r\u00e9.txt", "re\u0301.txt"])
FILES = ["a.txt", "d/c.csv", "r\u00e9.txt"]
TARGETS = st.sampled_from(["a.txt", "d/c.csv", "d", "../out/mine.txt", "gone.txt"])
TEXTS = st.sampled_from(["x", "one\ntwo\n", "\né", "文\r\n"])
CONTENTS = st.sampled_from(
    [
        b"",
        b"x",
        b"one\r\ntwo\r\n",
        "\ufeffx\n".encode(),
        "文字在这里\n".encode("gb18030"),
        b"\x89PNG\r\n\x1a\n\0\0",
        b"%PDF-1.4\n",
    ]
)


class Person(RuleBasedStateMachine):
    """A person and a model at work in one folder. `known` is what the model knows files to hold, by real paths."""

    def __init__(self) -> None:
        super().__init__()
        self.held = tempfile.TemporaryDirectory()
        self.top = Path(self.held.name).resolve()
        self.root = self.top / "ws"
        (self.top / "out").mkdir()
        (self.top / "out" / "mine.txt").write_bytes(b"mine")
        self.workspace = Workspace(self.root)
        self.known: dict[Path, bytes] = {}

    def teardown(self) -> None:
        self.held.cleanup()

    @initialize()
    def start(self) -> None:
        seen = Seen()
        families = [FileCommands(self.workspace, seen), PatchCommands(self.workspace, seen)]
        self.registry = Registry(families, workspace=self.workspace, clock=StoppedClock(), seen=seen)
        (self.root / "d").mkdir(exist_ok=True)

    def call(self, command: str, **args: object) -> Ran:
        return self.registry.run(self.registry.canonical(Action(command, args)))

    def state(self) -> tuple[dict[Path, bytes], dict[Path, str]]:
        files, links = {}, {}
        for folder, folders, names in os.walk(self.top):
            for name in (*folders, *names):
                path = Path(folder, name)
                if path.is_symlink():
                    links[path] = os.readlink(path)
                elif path.is_file():
                    files[path] = path.read_bytes()
        return files, links

    def real(self, name: str) -> Path:
        """The file that a name means; of two that read the same the one that is there."""
        path = self.root / name
        if not os.path.lexists(path):
            same = [
                self.root / other
                for other in ("r\u00e9.txt", "re\u0301.txt")
                if name in ("r\u00e9.txt", "re\u0301.txt")
            ]
            path = next((other for other in same if os.path.lexists(other)), path)
        return Path(os.path.realpath(path))

    # -- what others do --

    @rule(name=st.sampled_from(FILES), content=CONTENTS)
    def the_person_saves(self, name: str, content: bytes) -> None:
        if not (self.root / name).is_symlink() and (self.root / name).parent.is_dir():
            (self.root / name).write_bytes(content)

    @rule(name=st.sampled_from(["link", "a.txt"]), leads_to=TARGETS)
    def the_person_links(self, name: str, leads_to: str) -> None:
        path = self.root / name
        if not os.path.lexists(path):
            path.symlink_to(leads_to)

    # -- what the model does --

    @rule(name=NAMES)
    def read(self, name: str) -> None:
        before = self.state()
        self.call("read_file", filename=name)
        assert self.state() == before
        real = self.real(name)
        if real.is_relative_to(self.root) and real in before[0]:
            self.known[real] = before[0][real]

    @rule(name=NAMES, text=TEXTS, command=st.sampled_from(["write_to_file", "append_to_file"]))
    def write(self, name: str, text: str, command: str) -> None:
        (files, links), real = self.state(), self.real(name)
        ran = self.call(command, filename=name, text=text)
        now_files, now_links = self.state()
        assert now_links == links
        changed = {path for path in files.keys() | now_files.keys() if files.get(path) != now_files.get(path)}
        assert changed <= {real}
        assert ran.ok or not changed
        assert ran.changed is bool(changed)
        before = files.get(real)
        if before is not None and before.startswith((b"\x89PNG", b"%PDF-")):
            assert not changed
        if changed and command == "append_to_file" and before is not None:
            assert now_files[real].startswith(before)
        if changed and command == "write_to_file" and real in self.known:
            assert self.known[real] == before, "what others had changed was overwritten unnoticed"
        if not ran.ok and "has changed since" in ran.result and before is not None:
            self.known[real] = before
        elif ran.ok and (command == "write_to_file" or before is None or self.known.get(real) == before):
            self.known[real] = now_files[real]

    @rule(name=NAMES)
    def patch(self, name: str) -> None:
        (files, links), real = self.state(), self.real(name)
        ran = self.call("patch_file", filename=name, edits=[{"search": "one", "replace": "ONE"}])
        now_files, now_links = self.state()
        changed = {path for path in files.keys() | now_files.keys() if files.get(path) != now_files.get(path)}
        assert now_links == links
        assert changed <= {real}
        if changed:
            assert now_files[real] == files[real].replace(b"one", b"ONE")
            if self.known.get(real) == files[real]:
                self.known[real] = now_files[real]
        assert ran.changed is bool(changed)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (files, links), real = self.state(), self.real(name)
        path = self.root / name
        is_link = path.is_symlink()
        ran = self.call("delete_file", filename=name)
        now_files, now_links = self.state()
        if is_link:
            assert ran.ok
            assert now_files == files, "what a link led to was lost"
            assert set(links) - set(now_links) == {path}
            return
        gone = set(files) - set(now_files)
        assert now_links == links
        assert gone == ({real} if ran.ok and real in files else set())
        assert all(now_files[one] == files[one] for one in now_files)
        if gone and real in self.known:
            assert self.known[real] == files[real], "what others had changed was deleted unnoticed"
        if gone:
            self.known.pop(real, None)
        elif "has changed since" in ran.result:
            self.known[real] = files[real]

    @rule(name=st.sampled_from(FILES), content=CONTENTS, text=TEXTS, deletes=st.booleans())
    def the_person_saves_meanwhile(self, name: str, content: bytes, text: str, deletes: bool) -> None:
        """The order that matters most comes about by chance too seldom."""
        self.read(name)
        self.the_person_saves(name, content)
        if deletes:
            self.delete(name)
        else:
            self.write(name, text, "write_to_file")

    @invariant()
    def what_is_outside_stays(self) -> None:
        assert (self.top / "out" / "mine.txt").read_bytes() == b"mine"
        assert [path.name for path in (self.top / "out").iterdir()] == ["mine.txt"]


TestInAnyOrder = Person.TestCase
TestInAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestInAnyOrder = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")(TestInAnyOrder)
