"""Say where findings stand in the files that people open: paths from the repository's root, lines and columns of the file.

A post that is a whole file has lines and columns of its own in it. A record stands on lines of its file, but its text is
written there in other ways than it reads, and so is the text of a mail: only the lines where these begin are known.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from disclosure_check.model import Post
    from disclosure_check.positions import Lines

STDIN = "-"


class FilePlace(Struct, frozen=True):
    """A stretch of a file: lines from 1; columns from 1 in code points, the last one behind the end."""

    line: int
    end_line: int
    column: int | None = None  # None: whole lines
    end_column: int | None = None


def reads_as_written(post: Post) -> bool:
    """Return whether the text of a post is the text of its file, so that its lines and columns are those of the file."""
    return post.record_line is None and not post.path.lower().endswith(".eml")


def place_in_file(post: Post, lines: Lines, start: int, end: int) -> FilePlace:
    """Return where `[start, end)` of the post's text stands in its file; of a record and a mail, the lines of the whole."""
    if not reads_as_written(post):
        first = post.record_line or 1
        return FilePlace(first, max(first, post.record_end or first))
    first_place, last_place = lines.place(start), lines.place(end)
    return FilePlace(first_place.line, last_place.line, first_place.column, last_place.column)


def repository_root(folder: Path) -> Path:
    """Return the nearest folder at or above `folder` that holds `.git`, else `folder` itself."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)


def path_in_repository(path: str, root: Path) -> str:
    """Return `path` from `root`, with slashes; a file outside of it keeps its absolute path, and standard input its "-"."""
    if path == STDIN:
        return path
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # Path.absolute() keeps "..", and resolve() follows links
    # A link within the repository is shown by its own name; one that leads into it, by where it leads.
    for place in (absolute, _resolved(absolute)):
        if place.is_relative_to(root):
            return place.relative_to(root).as_posix()
    return absolute.as_posix()


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (ValueError, OSError, RuntimeError):  # no name that a file can have, or links in a circle
        return path
