"""What is particular to the local memory: its files, what may be wrong with them, looking and wiping."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from autogpt.memories.local import NAME, LocalMemory, folder_of
from autogpt.memories.port import Entry, Unusable
from tests.memories.meanings import Meanings

TEA = Entry("Tea is steeped.", "https://tea.example/", "page")


def memory(tmp_path: Path, *texts: str) -> Path:
    """A folder with a memory that holds these texts, and TEA."""
    folder = tmp_path / "m"
    with closing(LocalMemory(folder, Meanings())) as made:
        made.add([TEA, *map(Entry, texts)])
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_nothing_is_on_disk_until_something_is_kept(tmp_path: Path) -> None:
    made = LocalMemory(tmp_path / "state" / "m", Meanings())
    made.find("tea", 3)
    made.add([])
    made.add([Entry(" ")])
    assert made.size().texts == 0
    assert made.newest(5) == []
    made.wipe()
    made.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another thing there")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = memory(tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_adding_rewrites_nothing(tmp_path: Path) -> None:
    folder = memory(tmp_path, *(f"tea number {number}" for number in range(50)))
    before = (folder / "vectors-1.f32").read_bytes()
    with closing(LocalMemory(folder, Meanings())) as made:
        made.add([Entry("more tea")])
    after = (folder / "vectors-1.f32").read_bytes()
    assert after.startswith(before)
    assert len(after) == len(before) + 4 * 4


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("auto-gpt", "auto-gpt"),
        ("../../etc", "%2E%2E%2F%2E%2E%2Fetc"),
        ("..", "%2E%2E"),
        ("a/b\\c:d", "a%2Fb%5Cc%3Ad"),
        ("索引", "%E7%B4%A2%E5%BC%95"),
    ],
)
def test_an_index_never_leads_elsewhere(tmp_path: Path, index: str, expected: str) -> None:
    assert folder_of(tmp_path, index) == tmp_path / "memory" / expected


def test_long_names_of_an_index_stay_apart(tmp_path: Path) -> None:
    one, other = folder_of(tmp_path, "x" * 500), folder_of(tmp_path, "x" * 501)
    assert one != other
    assert len(one.name) <= 100


# -- what may be wrong -------------------------------------------------------------------------------


def newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as database:
        database.execute("PRAGMA user_version = 99")


def no_database(folder: Path) -> None:
    (folder / NAME).write_bytes(b"these are no texts" * 100)


def half_a_database(folder: Path) -> None:
    whole = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(whole[: len(whole) // 2])


def scribbled_over(folder: Path) -> None:
    data = bytearray((folder / NAME).read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    (folder / NAME).write_bytes(bytes(data))


def another_program(folder: Path) -> None:
    (folder / NAME).unlink()
    with closing(sqlite3.connect(folder / NAME)) as database:
        database.execute("CREATE TABLE accounts (name TEXT)")
        database.commit()


def with_a_trigger(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as database:
        database.execute("CREATE TRIGGER words_data AFTER INSERT ON entries BEGIN DELETE FROM entries; END")
        database.commit()


def a_folder(folder: Path) -> None:
    (folder / NAME).unlink()
    (folder / NAME).mkdir()


def a_link(folder: Path) -> None:
    (folder / NAME).rename(folder.parent / "elsewhere")
    (folder / NAME).symlink_to(folder.parent / "elsewhere")


def a_pipe(folder: Path) -> None:
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME)


WRONGS = [newer, no_database, half_a_database, scribbled_over, another_program, with_a_trigger, a_folder]
if sys.platform != "win32":
    WRONGS += [a_link, a_pipe]


@pytest.mark.parametrize("harm", WRONGS)
def test_what_can_not_be_used_is_one_line_and_stays_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = memory(tmp_path, *(f"tea number {number}" for number in range(200)))
    harm(folder)
    is_file = (folder / NAME).is_file()
    before = (folder / NAME).read_bytes() if is_file else b""
    uses: list[Callable[[LocalMemory], object]] = [
        lambda made: made.add([Entry("more tea")]),
        lambda made: made.find("tea", 5),
        lambda made: made.newest(5),
        lambda made: made.size(),
    ]
    for use in uses:
        with closing(LocalMemory(folder, Meanings())) as made, pytest.raises(Unusable) as caught:
            use(made)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400
        assert str(folder / NAME) in str(caught.value)
    assert not is_file or (folder / NAME).read_bytes() == before


@pytest.mark.parametrize("harm", [newer, no_database, half_a_database, another_program])
def test_wiping_helps_whatever_is_wrong(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    folder = memory(tmp_path)
    harm(folder)
    with closing(LocalMemory(folder, Meanings())) as made:
        made.wipe()
        assert made.find("tea", 5).found == ()
        assert made.add([TEA]).new == 1
        assert made.find("infusion", 5).found[0].entry == TEA


@pytest.mark.parametrize("left", [0, 5, 16])
def test_vectors_that_are_lost_are_told_and_words_do(tmp_path: Path, left: int) -> None:
    folder = memory(tmp_path, "A ship sails.", "Boats and tea.")
    path = folder / "vectors-1.f32"
    data = path.read_bytes()
    path.unlink()
    if left:
        path.write_bytes(data[:left])
    told: list[str] = []
    with closing(LocalMemory(folder, Meanings(), warn=told.append)) as made:
        assert made.find("steeped", 5).found[0].entry == TEA
        assert made.find("ship sails", 5).found[0].entry.text == "A ship sails."
        assert len(told) == 1
        assert "vectors-1.f32" in told[0]
        made.add([Entry("one more boat")])
        assert made.find("vessel", 1).found[0].entry.text == "one more boat"


@pytest.mark.parametrize("count", ["'many'", "-5", "NULL + 1.5", "X'00'", "1e300"])
def test_a_count_that_is_none_is_no_traceback(tmp_path: Path, count: str) -> None:
    folder = memory(tmp_path)
    with closing(sqlite3.connect(folder / NAME)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        with suppress(sqlite3.IntegrityError):
            database.execute(f"UPDATE spaces SET vectors = {count}")
        database.commit()
    with closing(LocalMemory(folder, Meanings())) as made:
        with suppress(Unusable):
            made.add([Entry("more tea")])
        assert made.find("steeped", 5).found[0].entry == TEA


def test_vectors_full_of_rubbish_do_no_harm(tmp_path: Path) -> None:
    folder = memory(tmp_path, "A ship sails.")
    (folder / "vectors-1.f32").write_bytes(b"\xff" * 32)
    with closing(LocalMemory(folder, Meanings())) as made:
        assert made.find("steeped", 5).found[0].entry == TEA


def test_a_process_that_never_ends_writing_is_waited_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = memory(tmp_path)
    monkeypatch.setattr("autogpt.memories.local._PATIENCE", 0.05)
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(LocalMemory(folder)) as made:
            with pytest.raises(Unusable, match="Another process"):
                made.add([Entry("more")])
            with pytest.raises(Unusable, match="Another process"):
                made.wipe()
            other.execute("ROLLBACK")
            assert made.add([Entry("more")]).new == 1
            assert made.find("steeped", 1).found[0].entry == TEA


def test_a_full_memory_says_so_and_still_finds(tmp_path: Path) -> None:
    meanings = Meanings()
    with closing(LocalMemory(tmp_path / "m", meanings, most_entries=3)) as made:
        made.add([TEA, Entry("two"), Entry("three")])
        assert made.add([TEA]).new == 0
        assert len(meanings.asked) == 1
        with pytest.raises(Unusable, match="full"):
            made.add([Entry("four")])
        assert len(meanings.asked) == 1  # nothing is paid for what can't be kept
        assert made.find("steeped", 1).found[0].entry == TEA
        assert made.size().texts == 3


def test_a_python_without_sqlite_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    with pytest.raises(Unusable, match="without SQLite"):
        LocalMemory(tmp_path / "m").add([TEA])


def test_without_numpy_words_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = memory(tmp_path)
    monkeypatch.setitem(sys.modules, "numpy", None)
    told: list[str] = []
    with closing(LocalMemory(folder, Meanings(), warn=told.append)) as made:
        for _ in range(2):
            assert made.find("steeped", 5).found[0].entry == TEA
    assert len(told) == 1
    assert "numpy" in told[0]


# -- looking and wiping ------------------------------------------------------------------------------


def test_the_newest_come_first(tmp_path: Path) -> None:
    folder = memory(tmp_path, "second", "third")
    with closing(LocalMemory(folder)) as made:
        assert [one.entry.text for one in made.newest(2)] == ["third", "second"]
        assert abs(made.newest(1)[0].at - time.time()) < 60


def test_the_size_is_told(tmp_path: Path) -> None:
    folder = memory(tmp_path, "second")
    with closing(LocalMemory(folder)) as made:
        made.add([Entry("third")])
        size = made.size()
    assert (size.texts, size.with_vectors) == (3, 2)
    assert size.bytes == sum(path.stat().st_size for path in folder.iterdir())


def test_what_is_wiped_is_gone_from_the_disk(tmp_path: Path) -> None:
    folder = memory(tmp_path, "the passphrase is xyzzyplugh", *(f"tea {number}" for number in range(100)))
    with closing(LocalMemory(folder)) as made:
        made.wipe()
        assert made.size().texts == 0
    left = files(folder)
    assert list(left) == [NAME]
    assert b"xyzzyplugh" not in left[NAME]
    assert b"steep" not in left[NAME]


def test_another_process_goes_on_after_a_wipe(tmp_path: Path) -> None:
    folder = memory(tmp_path, "A ship sails.")
    with closing(LocalMemory(folder, Meanings())) as other:
        assert len(other.find("infusion and vessel", 5).found) == 2
        with closing(LocalMemory(folder)) as made:
            made.wipe()
        assert other.find("infusion and vessel", 5).found == ()
        other.add([Entry("new tea")])
        assert other.find("infusion and vessel", 5).found[0].entry.text == "new tea"
