"""Read posts from files, folders and standard input; what can't be read is a failure, and the others go on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import InputError
from disclosure_check.readers.facts import Facts, make_post
from disclosure_check.readers.records import MAX_POST_BYTES, ReadFailure, read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from disclosure_check.model import Format, Post

__all__ = ["ReadFailure", "Reading", "find_sources", "read_paths", "read_source", "read_stream"]

HEAD = 4096  # bytes that show what a file is
_USUAL_BYTES = 2**16  # of a post; to ask for the most at once would make room for all of them
_FORMATS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".rst": "rst",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".srt": "subtitles",
    ".vtt": "subtitles",
}
_TABLES = frozenset({".csv", ".tsv"})
_COLLECTIONS = frozenset({".jsonl", ".ndjson", ".eml"}) | _TABLES  # files that hold posts as records or parts
_EXPORTS = frozenset({".xml", ".json"})  # of a blog, or anything else: a folder's are looked into first


class Reading(Struct, frozen=True):
    """How the files of a run are read."""

    columns: Mapping[str, str] | None = None  # our names of a record's fields to a file's own
    defaults: Facts = Facts()  # for posts that don't declare their own
    stdin_filename: str | None = None  # whose format standard input has


def read_paths(
    paths: Sequence[str],
    *,
    stdin_filename: str | None = None,
    columns: Mapping[str, str] | None = None,
    defaults: Facts | None = None,
    is_excluded: Callable[[str], bool] | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Post | ReadFailure]:
    """Yield the posts of the files and folders in `paths`, in order; see `find_sources` and `Reading`. `stdin` is read in place of standard input."""
    reading = Reading(columns, defaults or Facts(), stdin_filename)
    for source in find_sources(paths, columns, is_excluded):
        if isinstance(source, ReadFailure):
            yield source
        else:
            yield from read_source(source, reading, stdin)


def find_sources(
    paths: Sequence[str], columns: Mapping[str, str] | None = None, is_excluded: Callable[[str], bool] | None = None
) -> Iterator[str | ReadFailure]:
    """Yield the files that `paths` name or that lie in their folders, in order, and a failure for a folder that can't be read; "-" is standard input.

    Folders are walked in sorted order, without what `.gitignore` names, hidden folders, and files of other formats. A
    file that is named itself is always read, as text if its extension is unknown. `is_excluded` tells of a path, as
    shown, whether a folder's walk leaves it out.
    """
    for path in paths:
        if path != "-" and os.path.isdir(path):
            for found in find_files(path, is_excluded):
                if isinstance(found, ReadFailure) or not _is_table_of_data(found, columns):
                    yield found
        else:
            yield path


def read_source(source: str, reading: Reading, stdin: BinaryIO | None = None) -> Iterator[Post | ReadFailure]:
    """Yield the posts of a file, or of standard input."""
    if source == "-":
        yield from read_stream(stdin or sys.stdin.buffer, reading.stdin_filename or "-", reading.columns, reading.defaults)
    else:
        yield from _read_file(source, reading.columns, reading.defaults)


def is_one_post(source: str) -> bool:
    """Return whether a source is a file that holds a single post, by its name."""
    extension = _extension(source)
    return source != "-" and extension not in _COLLECTIONS and extension not in _EXPORTS


def _extension(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _read_file(path: str, columns: Mapping[str, str] | None, defaults: Facts) -> Iterator[Post | ReadFailure]:
    try:
        with open(path, "rb") as stream:
            yield from read_stream(stream, path, columns, defaults)
    except FileNotFoundError:
        yield ReadFailure(path, None, f"{path}: no such file or folder; check the path")
    except OSError as error:
        yield _unreadable(path, error)


def _unreadable(path: str, error: OSError) -> ReadFailure:
    return ReadFailure(path, None, f"{path}: can't be read ({error.strerror or error}); check its permissions")


def read_stream(stream: BinaryIO, path: str, columns: Mapping[str, str] | None, defaults: Facts) -> Iterator[Post | ReadFailure]:
    """Yield the posts of a file's bytes; its extension tells the format, else `defaults` may."""
    extension = _extension(path)
    if extension in _COLLECTIONS or extension in _EXPORTS:
        is_empty = True
        for found in _read_collection(stream, path, extension, columns, defaults):
            is_empty = False
            yield found
        if is_empty:
            yield ReadFailure(path, 1, f"{path}:1: no posts in it, so nothing was checked; put one in, or leave the file out")
        return
    data = stream.read(_USUAL_BYTES)
    if len(data) == _USUAL_BYTES:
        data += stream.read(MAX_POST_BYTES + 1 - _USUAL_BYTES)
    try:
        text = _decode(data, path)
        yield make_post(text, path, facts=Facts(), defaults=replace(defaults, format=_FORMATS.get(extension, defaults.format or "text")))
    except InputError as error:
        yield ReadFailure(path, _line_of(str(error), path), str(error))


def _read_collection(
    stream: BinaryIO, path: str, extension: str, columns: Mapping[str, str] | None, defaults: Facts
) -> Iterator[Post | ReadFailure]:
    if extension in (".csv", ".tsv"):
        from disclosure_check.readers.tables import read_table

        return read_table(stream, path, columns=columns, defaults=defaults)
    if extension == ".eml":
        from disclosure_check.readers.mail import read_mail

        return read_mail(stream, path, defaults=defaults)
    if extension == ".xml":
        from disclosure_check.readers.wordpress import read_wordpress

        return read_wordpress(stream, path, defaults=defaults)
    if extension == ".json":
        from disclosure_check.readers.ghost import read_ghost

        return read_ghost(stream, path, defaults=defaults)
    return read_records(stream, path, columns=columns, defaults=defaults)


def _line_of(message: str, path: str) -> int | None:
    """Return the line that a message names behind its path."""
    number = message.removeprefix(f"{path}:").partition(":")[0]
    return int(number) if number.isdecimal() else None


def _decode(data: bytes, path: str) -> str:
    if len(data) > MAX_POST_BYTES:
        raise InputError(f"{path}: more than {MAX_POST_BYTES // 2**20} MB of text; split it into its posts")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}:1: the text is UTF-16; save the file as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise InputError(f"{path}:1: there is no text in it, so nothing was checked; write the post into it, or leave it out")
    nul = data.find(b"\0")
    if nul >= 0:
        if data[:400].count(b"\0") * 3 > len(data[:400]):
            raise InputError(f"{path}:1: the text seems to be UTF-16; save the file as UTF-8")
        line = data.count(b"\n", 0, nul) + 1
        raise InputError(f"{path}:{line}: not a text (NUL byte at byte {nul + 1}); only text files can be checked")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise InputError(f"{path}:{line}: not UTF-8 (byte 0x{byte:02x} at byte {error.start + 1}); save the file as UTF-8") from error


class _Ignore(Struct, frozen=True):
    """The ignore file of a folder."""

    folder: Path  # absolute
    spec: GitIgnoreSpec


class _Folder(Struct, frozen=True):
    """A folder to walk, with the ignore files that hold for it, outermost first."""

    shown: str  # as the user wrote it
    path: Path  # absolute
    ignores: tuple[_Ignore, ...]


def find_files(path: str, is_excluded: Callable[[str], bool] | None = None) -> Iterator[str | ReadFailure]:
    """Yield the files of a folder that may hold posts, in order, and a failure for a folder that can't be read; see `read_paths`."""
    from pathlib import Path

    seen: set[tuple[int, int]] = set()
    root = Path(path).resolve()
    pending = [_Folder("" if path == "." else path.rstrip("/") + "/", root, _outer_ignores(root))]
    while pending:
        folder = pending.pop()
        try:
            status = folder.path.stat()
            children = sorted(folder.path.iterdir())
        except OSError as error:
            yield _unreadable(folder.shown, error)
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue  # a link back to a folder that was walked already
        seen.add((status.st_dev, status.st_ino))
        ignores = (*folder.ignores, *_read_ignore(folder.path, folder.path / ".gitignore"))
        inner = []
        for child in children:
            shown = folder.shown + child.name
            if is_excluded is not None and is_excluded(shown):
                continue
            if _is_folder(child):
                if not child.name.startswith(".") and not _is_ignored(child, ignores, is_folder=True):
                    inner.append(_Folder(shown + "/", child, ignores))
            elif _is_post(child) and not _is_ignored(child, ignores, is_folder=False):
                yield shown
        pending.extend(reversed(inner))


def _is_post(path: Path) -> bool:
    """Return whether a file of a folder is one of ours; a broken link is, a pipe isn't."""
    extension = path.suffix.lower()
    if extension in _EXPORTS:
        return _is_export(_head(path), extension)
    if extension not in _FORMATS and extension not in _COLLECTIONS:
        return False
    try:
        return path.is_file() or not path.exists()
    except OSError:
        return True


def is_known(path: str) -> bool:
    """Return whether the extension of a file tells how it is read."""
    return _extension(path) in _COLLECTIONS | _EXPORTS | _FORMATS.keys()


def may_hold_posts(path: str, head: bytes, columns: Mapping[str, str] | None = None) -> bool:
    """Return whether the walk of a folder would read a file of this name that begins with `head` (HEAD bytes)."""
    extension = _extension(path)
    if extension in _EXPORTS:
        return _is_export(head, extension)
    if extension in _TABLES:
        return _is_table_of_posts(head, columns)
    return is_known(path)


def _is_export(head: bytes, extension: str) -> bool:
    """Return whether a file begins like the export of a blog."""
    if extension == ".xml":
        from disclosure_check.readers.wordpress import is_wordpress

        return is_wordpress(head)
    from disclosure_check.readers.ghost import is_ghost

    return is_ghost(head)


def _is_table_of_data(path: str, columns: Mapping[str, str] | None) -> bool:
    """Return whether a file is a table without a column that may hold posts, as data files of a site are."""
    if _extension(path) not in _TABLES:
        return False
    head = _head(path)
    return bool(head.strip()) and not _is_table_of_posts(head, columns)


def _is_table_of_posts(head: bytes, columns: Mapping[str, str] | None) -> bool:
    from disclosure_check.readers.tables import is_table_of_posts

    return is_table_of_posts(head, columns)


def _head(path: Path | str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _outer_ignores(folder: Path) -> tuple[_Ignore, ...]:
    """Return the ignore files above a folder, from its repository's root down; none outside a repository."""
    found: list[_Ignore] = []
    for parent in (folder, *folder.parents):
        if parent != folder:
            found[:0] = _read_ignore(parent, parent / ".gitignore")
        if (parent / ".git").exists():
            return (*_read_ignore(parent, parent / ".git" / "info" / "exclude"), *found)
    return ()


def _read_ignore(folder: Path, path: Path) -> list[_Ignore]:
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
    from pathspec import GitIgnoreSpec

    return [_Ignore(folder, GitIgnoreSpec.from_lines(lines))]


def _is_ignored(path: Path, ignores: tuple[_Ignore, ...], *, is_folder: bool) -> bool:
    """Return whether git would ignore `path`: the deepest ignore file that says something about it decides."""
    for ignore in reversed(ignores):
        relative = path.relative_to(ignore.folder).as_posix() + ("/" if is_folder else "")
        verdict = ignore.spec.check_file(relative).include
        if verdict is not None:
            return verdict
    return False
