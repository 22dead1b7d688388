"""Many values in one file, of which a run reads the few that it needs.

A file is a body of values, and a head, which is read at once and tells where they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from mmap import mmap
    from pathlib import Path

    Body = bytes | bytearray | mmap

LENGTH = 4  # bytes that tell how long something is: before a value, behind the head


def put(values: Mapping[str, bytes], body: bytearray) -> dict[str, int]:
    """Add values to a body, and return where each stands."""
    places = {}
    for key, value in values.items():
        places[key] = len(body)
        body += len(value).to_bytes(LENGTH, "little") + value
    return places


def value_at(place: int, body: Body) -> bytes:
    """Return the value that stands at a place of a body."""
    start = place + LENGTH
    return bytes(body[start : start + int.from_bytes(body[place:start], "little")])


def write_file(path: Path, body: bytes | bytearray, head: bytes) -> None:
    """Write a file of a body and its head; one that is there is replaced, since a run may have it open."""
    beside = path.with_name(f"{path.name}.tmp")
    beside.write_bytes(b"".join((body, head, len(head).to_bytes(LENGTH, "little"))))
    beside.replace(path)


def read_file(path: str) -> tuple[Body, bytes]:
    """Return the body and the head of a file. What isn't asked for of the body isn't read."""
    from mmap import ACCESS_READ, mmap

    with open(path, "rb") as file:
        whole = mmap(file.fileno(), 0, access=ACCESS_READ)
    length = int.from_bytes(whole[-LENGTH:], "little")
    return whole, whole[-LENGTH - length : -LENGTH]
