"""The memory that needs nothing set up: two kinds of files in a folder of its own.

Texts are in SQLite, with an index of their words (FTS5, BM25); vectors, where there is an embedder,
in files beside it (`vectors`). What the database says counts: vectors are written first, and what it
doesn't know of is not there, so that a process may die at any moment. Several processes may use one
memory. By words and by meaning is searched apart, and the two lists are merged by reciprocal rank
fusion (Cormack, Clarke and Büttcher 2009, with their constant 60). Vectors of another model are left
alone: texts that have no others are found by words.

Nothing is on disk until the first text is kept. A file that a newer version wrote, that is damaged,
or that is something else is never changed or deleted but by `wipe`. Not promised: that files on a
network file system without locks survive two processes at once.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from autogpt.core.messages import NO_USAGE, Usage
from autogpt.memories.port import Added, Embedder, Entry, Finding, Found, Kind, Unusable
from autogpt.memories.vectors import VectorFile, unit
from autogpt.memories.words import asked, indexed

if TYPE_CHECKING:
    from sqlite3 import Connection

MOST_ENTRIES = 100_000
"""Texts that a memory holds: with vectors of 1536 numbers about 0.9 GB."""

LONGEST_TEXT = 8_000
LONGEST_SOURCE = 2_000
"""Characters; what is longer is cut."""

NAME = "texts.sqlite3"

_FORMAT = 1
_OURS = 0x4175744D
"""SQLite's application id: `AutM`."""

_SCHEMA: Mapping[str, str] = {
    "entries": "CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE,"
    " text TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, space INTEGER, place INTEGER)",
    "by_vector": "CREATE INDEX by_vector ON entries (space, place)",
    "spaces": "CREATE TABLE spaces (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
    " dimensions INTEGER NOT NULL, vectors INTEGER NOT NULL, UNIQUE (name, dimensions))",
    "words": "CREATE VIRTUAL TABLE words USING fts5(text, source, content='',"
    " tokenize=\"porter unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")",
}
_OF_SQLITE = {
    ("table", name)
    for name in ("sqlite_sequence", "words_config", "words_data", "words_docsize", "words_idx")
}
"""What SQLite and FTS5 make for themselves."""

_PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""

_FUSED = 50
"""How many of each list are merged."""

_CONSTANT = 60
_LEAST_OF_BEST = 0.15
"""Texts with a smaller share of the best text's score have only words in common that all texts have."""

_AT_ONCE = 500
"""Values in one question; SQLite takes 999 everywhere."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many texts a memory holds, how many of them with vectors, and how many bytes it takes on disk."""

    texts: int
    with_vectors: int
    bytes: int


class _Busy(Unusable):
    """Another process is writing for too long."""


class LocalMemory:
    """A memory in `folder`, of at most `most_entries` texts. `embedder` is None where texts are found by words only.

    `warn` takes a line for the person.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder | None = None,
        *,
        warn: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.time,
        most_entries: int = MOST_ENTRIES,
    ) -> None:
        self.folder = folder
        self._embedder = embedder
        self._warn = warn
        self._clock = clock
        self._most_entries = most_entries
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._files: dict[int, VectorFile] = {}
        self._told = False

    # -- the port --------------------------------------------------------------------------------

    def add(self, entries: Sequence[Entry]) -> Added:
        """See `port.Memory.add`."""
        new = {_digest(entry): entry for entry in map(_bounded, entries) if entry.text.strip()}
        if not new:
            return Added(0)
        space = self._space()
        with self._used(create=True) as database:
            assert database is not None
            known = _known(database, new)
            self._check_room(database, len(new) - len(known))
        unembedded = [digest for digest in new if not space or known.get(digest) != space]
        vectors, usage = self._embedded(space, [new[digest].text for digest in unembedded])
        with self._used(create=True) as database:
            assert database is not None
            with _transaction(database):
                count = self._put(database, new, space, dict(zip(unembedded, vectors, strict=False)))
        return Added(count, usage)

    def find(self, query: str, most: int) -> Finding:
        """See `port.Memory.find`."""
        with self._used() as database:
            if database is None:
                return Finding(())
            spaces = {name for (name,) in database.execute("SELECT name FROM spaces")}
        space = self._space() if spaces else ""
        texts = [_clean(query)[:LONGEST_TEXT]] if space in spaces and query.strip() else []
        vectors, usage = self._embedded(space, texts)
        with self._used() as database:
            if database is None:
                return Finding((), usage)
            lists = [_by_words(database, query)]
            if vectors and vectors[0] is not None:
                lists.append(self._by_meaning(database, space, vectors[0]))
            return Finding(tuple(_entries(database, _fused(lists)[:most])), usage)

    def close(self) -> None:
        """See `port.Memory.close`."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # -- for the person --------------------------------------------------------------------------

    def there(self) -> bool:
        """Whether there is anything on disk."""
        return bool(self._paths())

    def newest(self, most: int) -> list[Found]:
        """The texts that were kept last, the newest first. Raises Unusable."""
        with self._used() as database:
            if database is None:
                return []
            rows = database.execute("SELECT id FROM entries ORDER BY id DESC LIMIT ?", (most,))
            return _entries(database, [row[0] for row in rows])

    def size(self) -> Size:
        """How large the memory is. Raises Unusable."""
        with self._used() as database:
            if database is None:
                return Size(0, 0, 0)
            texts, vectors = database.execute("SELECT count(*), count(place) FROM entries").fetchone()
            return Size(texts, vectors, sum(_bytes(path) for path in self._paths()))

    def wipe(self) -> None:
        """Forget everything; also what can't be read. Other processes may go on using it. Raises Unusable."""
        try:
            with self._used() as database:
                if database is not None:
                    _empty(database)
        except _Busy:
            raise
        except Unusable:
            self.close()
            for path in self._paths():
                with _in_words(path):
                    path.unlink(missing_ok=True)
        self.close()
        for path in self._paths():
            if path.suffix == ".f32":
                with _in_words(path):
                    path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        """The memory's own files."""
        names = [NAME, f"{NAME}-journal", f"{NAME}-wal", f"{NAME}-shm"]
        vectors = sorted(self.folder.glob("vectors-*.f32")) if self.folder.is_dir() else []
        return [path for name in names if (path := self.folder / name).exists()] + vectors

    # -- embeddings ------------------------------------------------------------------------------

    def _space(self) -> str:
        return self._embedder.space if self._embedder is not None else ""

    def _embedded(self, space: str, texts: Sequence[str]) -> tuple[list[array[float] | None], Usage]:
        """Vectors of length 1, or none."""
        if not space or not texts or self._embedder is None:
            return [], NO_USAGE
        vectors, usage = self._embedder.embed(texts)
        if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1:
            return [], usage
        return [unit(vector) for vector in vectors], usage

    def _by_meaning(self, database: Connection, space: str, vector: array[float]) -> list[int]:
        row = database.execute(
            "SELECT id, CAST(vectors AS INTEGER) FROM spaces WHERE name = ? AND dimensions = ?",
            (space, len(vector)),
        ).fetchone()
        if row is None:
            return []
        number, vectors = row
        file = self._file(number, len(vector))
        if file.rows() < vectors:
            self._tell(f"{file.path} is missing, or not whole: what it held is found by words only.")
        try:
            places = file.nearest(vector, vectors, _FUSED)
        except ImportError as error:
            self._tell(f"numpy can't be imported ({error}): the memory finds by words only.")
            return []
        found = dict(
            database.execute(
                f"SELECT place, id FROM entries WHERE space = ? AND place IN ({_marks(places)})",
                (number, *places),
            )
        )
        return [found[place] for place in places if place in found]

    def _tell(self, line: str) -> None:
        if not self._told:
            self._told = True
            self._warn(" ".join(line.split()))

    def _file(self, number: int, dimensions: int) -> VectorFile:
        if number not in self._files:
            self._files[number] = VectorFile(self.folder / f"vectors-{number}.f32", dimensions)
        return self._files[number]

    # -- writing ---------------------------------------------------------------------------------

    def _put(
        self,
        database: Connection,
        new: Mapping[bytes, Entry],
        space: str,
        vectors: Mapping[bytes, array[float] | None],
    ) -> int:
        known = _known(database, new)
        fresh = [digest for digest in new if digest not in known]
        self._check_room(database, len(fresh))
        now = self._clock()
        for digest in fresh:
            entry = new[digest]
            cursor = database.execute(
                "INSERT INTO entries (digest, text, source, kind, at) VALUES (?, ?, ?, ?, ?)",
                (digest, entry.text, entry.source, entry.kind, now),
            )
            database.execute(
                "INSERT INTO words (rowid, text, source) VALUES (?, ?, ?)",
                (cursor.lastrowid, indexed(entry.text), indexed(entry.source)),
            )
        placed = {
            digest: vector
            for digest, vector in vectors.items()
            if vector is not None and known.get(digest) != space
        }
        if placed:
            self._place(database, space, placed)
        return len(fresh)

    def _check_room(self, database: Connection, more: int) -> None:
        (held,) = database.execute("SELECT count(*) FROM entries").fetchone()
        if more and held + more > self._most_entries:
            raise Unusable(
                f"The memory is full ({held:,} texts): nothing more is kept. `autogpt memory wipe` empties it, "
                "MEMORY_INDEX names another."
            )

    def _place(self, database: Connection, space: str, placed: Mapping[bytes, array[float]]) -> None:
        """Write vectors behind those that count, and count them."""
        dimensions = len(next(iter(placed.values())))
        database.execute(
            "INSERT OR IGNORE INTO spaces (name, dimensions, vectors) VALUES (?, ?, 0)", (space, dimensions)
        )
        number, vectors = database.execute(
            "SELECT id, CAST(vectors AS INTEGER) FROM spaces WHERE name = ? AND dimensions = ?",
            (space, dimensions),
        ).fetchone()
        self._file(number, dimensions).write(vectors, list(placed.values()))
        database.executemany(
            "UPDATE entries SET space = ?, place = ? WHERE digest = ?",
            [(number, place, digest) for place, digest in enumerate(placed, vectors)],
        )
        database.execute("UPDATE spaces SET vectors = vectors + ? WHERE id = ?", (len(placed), number))

    # -- opening ---------------------------------------------------------------------------------

    @contextmanager
    def _used(self, *, create: bool = False) -> Iterator[Connection | None]:
        """The database, by one thread at a time; None where there is none and none is to be made."""
        path = self.folder / NAME
        with self._lock, _in_words(path):
            if self._connection is None:
                self._connection = self._opened(path, create=create)
            yield self._connection

    def _opened(self, path: Path, *, create: bool) -> Connection | None:
        if not path.exists() and not path.is_symlink():
            if not create:
                return None
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | (os.O_CREAT if create else 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unusable(f"{path} is no file: there is no memory in this run.")
        finally:
            os.close(descriptor)
        try:
            from sqlite3 import connect
        except ImportError:
            raise Unusable("This Python was built without SQLite, so there is no local memory.") from None
        database = connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            # The folder may come from somebody else.
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            if not _is_ours(database, path):
                if not create:
                    database.close()
                    return None
                with _transaction(database):
                    if not _is_ours(database, path):
                        _make(database)
        except BaseException:
            database.close()
            raise
        return database


def folder_of(state: Path, index: str) -> Path:
    """The folder of the memory called `index`, below the folder of the program's own files."""
    safe = quote(index, safe="").replace(".", "%2E")
    if len(safe) > 100:
        safe = safe[:80] + blake2b(index.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return state / "memory" / safe


# -- the database ------------------------------------------------------------------------------------


def _is_ours(database: Connection, path: Path) -> bool:
    """Whether the file is such a memory; False for an empty one. Raises Unusable for anything else."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (application,) = database.execute("PRAGMA application_id").fetchone()
    schema = {
        name: (kind, sql) for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master")
    }
    if not schema and not version and not application:
        return False
    if application == _OURS and version > _FORMAT:
        raise Unusable(
            f"The memory {path} was written by a newer version of this program, so there is none in this run. "
            "MEMORY_INDEX names another."
        )
    ours = application == _OURS and all(schema.get(name, ("", ""))[1] == sql for name, sql in _SCHEMA.items())
    rest = {(kind, name) for name, (kind, sql) in schema.items() if name not in _SCHEMA and sql is not None}
    if not ours or rest - _OF_SQLITE:
        raise Unusable(
            f"{path} is no memory of this program, so there is none in this run. MEMORY_INDEX names another."
        )
    return True


def _make(database: Connection) -> None:
    for sql in _SCHEMA.values():
        database.execute(sql)
    database.execute(f"PRAGMA application_id = {_OURS}")
    database.execute(f"PRAGMA user_version = {_FORMAT}")


def _empty(database: Connection) -> None:
    database.execute("PRAGMA secure_delete = ON")
    with _transaction(database):
        database.execute("DELETE FROM entries")
        database.execute("DELETE FROM spaces")
        database.execute("INSERT INTO words (words) VALUES ('delete-all')")
    # What is free stays in the file where another process keeps it busy.
    with suppress(Exception):
        database.execute("VACUUM")


@contextmanager
def _transaction(database: Connection) -> Iterator[None]:
    """All or nothing, one process at a time."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with suppress(Exception):
            database.execute("ROLLBACK")
        raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What goes wrong with files, in a line for the person. Raises Unusable."""
    try:
        yield
    except OSError as error:
        raise Unusable(
            f"The memory {path} can't be used ({error.strerror or error}): nothing is kept or found there."
        ) from error
    except OverflowError as error:  # a place in a file that no file has
        raise Unusable(_explained(path, error, str(error))) from error
    except Exception as error:
        # By name: sqlite3 is imported when a memory is opened, not before.
        if type(error).__module__ != "sqlite3":
            raise
        said = str(error)
        if "locked" in said or "busy" in said:
            raise _Busy(
                f"Another process has been writing in the memory {path} for too long: try again."
            ) from error
        raise Unusable(_explained(path, error, said)) from error


def _explained(path: Path, error: Exception, said: str) -> str:
    if "fts5" in said and "module" in said:
        return "This Python's SQLite has no full-text search (FTS5), so there is no local memory."
    if "full" in said:
        return f"The disk is full: nothing is kept in the memory {path}."
    if type(error).__name__ == "OperationalError" and "decode" not in said:
        return f"The memory {path} can't be used ({said}): nothing is kept or found there."
    return (
        f"The memory {path} is damaged ({said}), so there is none in this run. It is left as it is: "
        "`autogpt memory wipe` removes it, MEMORY_INDEX names another."
    )


def _known(database: Connection, digests: Iterable[bytes]) -> dict[bytes, str]:
    """Those that are kept, with the space in which each has a vector, "" for none."""
    wanted = list(digests)
    known: dict[bytes, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = database.execute(
            "SELECT digest, coalesce(name, '') FROM entries LEFT JOIN spaces ON spaces.id = space "
            f"WHERE digest IN ({_marks(some)})",
            some,
        )
        known.update(rows)
    return known


def _by_words(database: Connection, query: str) -> list[int]:
    words = asked(_clean(query))
    if not words:
        return []
    match = " OR ".join(f'"{word}"' for word in words)
    rows = database.execute(
        "SELECT rowid, bm25(words, 1.0, 0.5) AS score FROM words WHERE words MATCH ? ORDER BY score LIMIT ?",
        (match, _FUSED),
    ).fetchall()
    # SQLite's scores are below zero, the best the lowest.
    return [number for number, score in rows if score <= rows[0][1] * _LEAST_OF_BEST]


def _fused(lists: Iterable[Sequence[int]]) -> list[int]:
    """The entries of several lists, the best first: those that stand high in one, or well in both."""
    scores: dict[int, float] = {}
    for found in lists:
        for rank, entry in enumerate(found, 1):
            scores[entry] = scores.get(entry, 0.0) + 1 / (_CONSTANT + rank)
    return sorted(scores, key=lambda entry: -scores[entry])


def _entries(database: Connection, numbers: Sequence[int]) -> list[Found]:
    rows = database.execute(
        f"SELECT id, text, source, kind, at FROM entries WHERE id IN ({_marks(numbers)})", numbers
    )
    found = {row[0]: _read(*row[1:]) for row in rows}
    return [found[number] for number in numbers if number in found]


def _read(text: Any, source: Any, kind: Any, at: Any) -> Found:
    """A row. Whatever the file holds, what comes out is what was promised."""
    is_page: Kind = "page" if kind == "page" else "note"
    entry = Entry(str(text)[:LONGEST_TEXT], str(source)[:LONGEST_SOURCE], is_page)
    return Found(entry, float(at) if isinstance(at, int | float) else 0.0)


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


# -- texts -------------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    """Text that SQLite takes: without NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def _bounded(entry: Entry) -> Entry:
    return Entry(_clean(entry.text)[:LONGEST_TEXT], _clean(entry.source)[:LONGEST_SOURCE], entry.kind)


def _digest(entry: Entry) -> bytes:
    """The same for the same text from the same source."""
    return blake2b(f"{entry.source}\x00{entry.text}".encode(), digest_size=16).digest()
