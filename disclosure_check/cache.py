"""Keep reports from one run to the next.

Comes in: a folder, and what the results depend on beside the posts. Goes out: what was kept for the same post, options,
rules and code. Whatever is wrong with the folder or its file, results are only made anew. Nothing of it is ever run.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from disclosure_check import __version__
from disclosure_check.model import Accepted, ClaimRecord, Finding, PostReport, View

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from disclosure_check.check import Options
    from disclosure_check.model import Post

FOLDER_VARIABLE = "DISCLOSURE_CHECK_CACHE_DIR"
FILE, HINTS = "results.sqlite3", "slow-posts"
SCHEMA = 1  # of the file and of what is kept in it
APPLICATION = 0x64637265  # marks the file as ours
MOST_BYTES = 100 * 1024 * 1024
MOST_HINTS = 16 * 1024
HINT = 8  # bytes
LONG = 10_000  # characters; the check of a longer post takes longer than opening the file
WORTH_KEEPING = 1000  # characters; once the file is open, a shorter post without claims is checked as fast as it is looked up
BUSY = 0.2  # seconds to wait for another process
BATCH = 500  # results that are written at once
DEPENDENCIES = ("pyahocorasick", "pyromark", "regex", "pyyaml", "spacy", "en_core_web", "text2num", "snowballstemmer", "pint")


class CacheSetup(Struct, frozen=True):
    """Where results are kept, and the rule packs and options that they depend on."""

    folder: str
    packs: tuple[Path, ...]
    options: Options


class _Kept(Struct, frozen=True, array_like=True):
    """A report without its post."""

    platform: str
    connections: tuple[str, ...]
    findings: tuple[Finding, ...]
    claims: tuple[ClaimRecord, ...]
    accepted: tuple[Accepted, ...]
    notes: tuple[str, ...]
    view: View | None


def cache_folder(named: str | None = None) -> str | None:
    """Return the folder of the cache: as named, as the environment says, or the user's own; None if the user has no home."""
    if named is not None:
        return named
    if set_ := os.environ.get(FOLDER_VARIABLE):
        return set_
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~\\AppData\\Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = os.path.join(os.path.expanduser(base), "disclosure-check")
    return folder if os.path.isabs(folder) else None


def prepare(setup: CacheSetup) -> None:
    """Make the file of the cache, if it can be made; who opens it next tells what is wrong with it."""
    cache = Cache(setup)
    if cache._database is not None:  # noqa: SLF001 - its own module
        cache.close()


class Cache:
    """What was found out before. The file is opened when something is looked up or written, which most checks of one post never do."""

    def __init__(self, setup: CacheSetup) -> None:
        self.trouble: str | None = None  # why nothing more is looked up or kept, as a sentence
        self.is_for_many = False  # so many posts are checked that opening the file pays in any case
        self._setup = setup
        self._path = os.path.join(setup.folder, FILE)
        self._new: dict[bytes, bytes] = {}
        self._used: list[bytes] = []
        self._new_hints: list[bytes] = []
        self._is_closed = False

    def report(self, post: Post) -> PostReport | None:
        """Return the report that was kept for a post, whose facts are those that the check goes by."""
        if not (self.is_for_many and len(post.text) >= WORTH_KEEPING) and _hint(post) not in self._hints:
            return None
        found = self._get(self._key_of(post))
        if found is None:
            return None
        try:
            kept = self._decoder.decode(found)
        except msgspec.DecodeError as error:
            self._give_up(error)
            return None
        return PostReport(
            post,
            kept.platform,
            kept.connections,
            kept.findings,
            claims=kept.claims,
            accepted=kept.accepted,
            notes=kept.notes,
            view=kept.view,
        )

    def keep(self, report: PostReport, *, with_claims: bool) -> None:
        """Keep a report if making it took longer than looking it up will; `with_claims` says that claims were judged for it."""
        asked = report.post
        is_slow = with_claims or len(asked.text) >= LONG
        if report.error is not None or not (is_slow or (self.is_for_many and len(asked.text) >= WORTH_KEEPING)):
            return
        kept = _Kept(report.platform, report.connections, report.findings, report.claims, report.accepted, report.notes, report.view)
        self._put(self._key_of(asked), self._encoder.encode(kept))
        if is_slow and (hint := _hint(asked)) not in self._hints:
            self._new_hints.append(hint)

    def flush(self) -> None:
        """Write what is new."""
        if self._new or self._used:
            self._write()
        if self._new_hints and self.trouble is None:
            self._write_hints()

    def close(self) -> None:
        """Write what is new, and close the file; nothing is looked up or kept any more."""
        self.flush()
        self._is_closed = True
        if "_database" in self.__dict__ and self._database is not None:
            self._database.close()

    # --- keys

    @cached_property
    def _digest(self) -> bytes:
        """All that results depend on beside the post: version, code, rules, packs, options and the libraries that read and match."""
        from disclosure_check.rulebook import rules_folder

        package = os.path.dirname(__file__)
        facts = (
            __version__,
            SCHEMA,
            sys.version,
            sorted(_stamps(package)),
            sorted(_stamps(rules_folder())),
            _digest_of(self._setup.packs),
            sorted(_libraries()),
            os.getcwd() if self._setup.options.config is not None else "",  # the configuration speaks of paths
            self._setup.options,
        )
        return _hash(msgspec.json.encode(facts, enc_hook=_encoded, order="deterministic"))

    def _key_of(self, post: Post) -> bytes:
        # Where a post stands changes nothing that is found in it, unless a configuration speaks of paths.
        path = post.path if self._setup.options.config is not None else ""
        return _hash(self._digest, self._encoder.encode(replace(post, id="", path=path, record_line=None, record_end=None)))

    @cached_property
    def _encoder(self) -> msgspec.msgpack.Encoder:
        return msgspec.msgpack.Encoder(enc_hook=_encoded)

    @cached_property
    def _decoder(self) -> msgspec.msgpack.Decoder[_Kept]:
        return msgspec.msgpack.Decoder(_Kept)

    # --- hints: which posts are worth opening the file for

    @cached_property
    def _hints(self) -> bytes:
        try:
            with open(os.path.join(self._setup.folder, HINTS), "rb") as file:
                return file.read(2 * MOST_HINTS * HINT)
        except OSError:
            return b""

    def _write_hints(self) -> None:
        hints, self._new_hints = b"".join(self._new_hints), []
        with suppress(OSError):
            path = os.path.join(self._setup.folder, HINTS)
            with open(path, "ab") as file:
                file.write(hints)
                size = file.tell()
            if size > MOST_HINTS * HINT:
                beside = f"{path}.{os.getpid()}.tmp"
                with open(path, "rb") as file, open(beside, "wb") as kept:
                    kept.write(file.read()[-MOST_HINTS * HINT // 2 :])
                os.replace(beside, path)

    # --- the file

    @cached_property
    def _database(self) -> sqlite3.Connection | None:
        import sqlite3

        try:
            os.makedirs(self._setup.folder, mode=0o700, exist_ok=True)
            return _open_patiently(self._path)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        if self.trouble is None:
            self.trouble = (
                f"{self._path}: this cache can't be used ({error}), so posts are checked anew; delete it, or see --cache-dir and --no-cache"
            )

    def _get(self, key: bytes) -> bytes | None:
        if key in self._new:
            return self._new[key]
        if self.trouble is not None or self._is_closed or self._database is None:
            return None
        import sqlite3

        try:
            row = self._database.execute("SELECT value, sum, used FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        if row is None:
            return None
        value, sum_, used = row
        if not isinstance(value, bytes) or _hash(key, value)[:8] != sum_:
            self._give_up(ValueError("it holds something else than was written"))
            return None
        if used != _today():
            self._used.append(key)
        return value

    def _put(self, key: bytes, value: bytes) -> None:
        if self.trouble is None and not self._is_closed:
            self._new[key] = value
            if len(self._new) >= BATCH:
                self.flush()

    def _write(self) -> None:
        new, used, day = self._new, self._used, _today()
        self._new, self._used = {}, []
        if self.trouble is not None or self._is_closed or (database := self._database) is None:
            return
        import sqlite3

        try:
            with database:
                database.executemany(
                    "INSERT OR REPLACE INTO kept (key, value, sum, used) VALUES (?, ?, ?, ?)",
                    ((key, value, _hash(key, value)[:8], day) for key, value in new.items()),
                )
                database.executemany("UPDATE kept SET used = ? WHERE key = ?", ((day, key) for key in used))
            _make_room(database, MOST_BYTES)
        except sqlite3.Error as error:
            self._give_up(error)


def _open_patiently(path: str) -> sqlite3.Connection:
    """Return the file of the cache; SQLite itself doesn't wait for another process that makes the file just now."""
    import sqlite3
    from time import sleep

    for _ in range(10):
        try:
            return _open(path)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(BUSY / 10)
    return _open(path)


def _open(path: str) -> sqlite3.Connection:
    """Return the file of the cache, made anew if there is none or it is an older version's. Raises sqlite3.Error if it is something else."""
    import sqlite3

    database = sqlite3.connect(path, timeout=BUSY)
    try:
        database.execute("PRAGMA synchronous = OFF")  # only a crash of the system can spoil the file then, and it holds nothing that lasts
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (schema,) = database.execute("PRAGMA user_version").fetchone()
        if (application, schema) == (APPLICATION, SCHEMA):
            return database
        is_empty = database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if application != APPLICATION and not is_empty:
            raise sqlite3.DatabaseError("it is a database of something else")  # noqa: TRY301 - closed below like all others
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute("BEGIN IMMEDIATE")
            if database.execute("PRAGMA user_version").fetchone() != (SCHEMA,):  # nobody else was faster
                database.execute("DROP TABLE IF EXISTS kept")
                database.execute("CREATE TABLE kept (key BLOB PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL, used INTEGER NOT NULL)")
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        database.close()
        raise
    return database


def _make_room(database: sqlite3.Connection, most: int) -> None:
    """Take out what was used longest ago until the file holds at most `most` bytes."""
    while (size := _size(database)) > most:
        with database:
            done = database.execute(
                "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM kept ORDER BY used, rowid LIMIT (SELECT 1 + count(*) / 4 FROM kept))"
            )
        if not done.rowcount:
            return
        database.execute("PRAGMA incremental_vacuum").fetchall()
        if _size(database) >= size:
            return


def _size(database: sqlite3.Connection) -> int:
    pages, free, bytes_ = (int(database.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * bytes_


def _hint(post: Post) -> bytes:
    """Return a few bytes that tell a post from most others; that two have the same costs time and nothing else."""
    text = post.text.encode(errors="surrogatepass")
    return crc32(text).to_bytes(4, "little") + (len(text) & 0xFFFFFFFF).to_bytes(4, "little")


def _hash(*parts: bytes) -> bytes:
    from disclosure_check.digest import blake2b

    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def _today() -> int:
    from time import time

    return int(time() // 86400)


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield each file of code or data below a folder, with its size and time of change."""
    for entry in os.scandir(folder):
        if entry.name.startswith(("__pycache__", ".")):
            continue
        if entry.is_dir():
            yield from _stamps(entry.path)
        else:
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns


def _digest_of(packs: Sequence[Path]) -> str:
    if not packs:
        return ""
    from disclosure_check.reports.json_report import digest_packs

    return digest_packs(packs)


def _libraries() -> Iterator[str]:
    """Yield the names of the installed libraries that results depend on, with their versions."""
    for place in sys.path:
        with suppress(OSError):
            for entry in os.scandir(place or "."):
                if entry.name.endswith((".dist-info", ".egg-info")) and entry.name.lower().startswith(DEPENDENCIES):
                    yield entry.name


def _encoded(value: Any) -> Any:
    pattern = getattr(value, "pattern", None)
    return str(pattern) if isinstance(pattern, str) else repr(value)
