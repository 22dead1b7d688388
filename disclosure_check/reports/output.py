"""Open what a report is written to: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from disclosure_check.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A lone surrogate can't be UTF-8. Written this way it is what JSON writes for it anyway.
_ERRORS = "backslashreplace"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # what a write says to a disk that takes no more


@contextmanager
def open_output(path: Path | None, *, is_json: bool, is_error_stream: bool = False) -> Iterator[TextIO]:
    """Yield the stream to write to; a file is replaced only when all was written.

    Without a file it is standard output, or with `is_error_stream` standard error.

    JSON and the other formats for programs (`is_json`) are always UTF-8 with LF; text on standard output keeps the terminal's encoding.
    Raises ConfigError if the file can't be written, or not to its end.
    """
    if path is None and is_error_stream:
        yield sys.stderr
        return
    try:
        with _opened(path, is_json=is_json) as stream:
            yield stream
            stream.flush()
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        raise ConfigError(
            f"{path or 'standard output'}: can't write the whole report ({error.strerror}); make room, or name another file"
        ) from error


@contextmanager
def _opened(path: Path | None, *, is_json: bool) -> Iterator[TextIO]:
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8" if is_json else None, errors=_ERRORS, newline="\n" if is_json else None)
        yield sys.stdout
    elif path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", errors=_ERRORS, newline="\n") as stream:  # a device or a pipe
            yield stream
    else:
        with _replaced(path.resolve()) as stream:
            yield stream


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        stream = beside.open("x", encoding="utf-8", errors=_ERRORS, newline="\n")
    except OSError as error:
        raise ConfigError(f"{path}: can't write the report here ({error.strerror}); name another file with --output") from error
    try:
        with stream:
            yield stream
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
