"""What costs nothing until it is used: most posts need few of a module's regular expressions, and little of the rule data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Key = TypeVar("Key")
Value = TypeVar("Value")


def lazily(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """Return a function that compiles `pattern` on its first call and returns it."""
    return cache(lambda: re.compile(pattern, flags))


class Unpacked(Mapping[Key, Value]):
    """A mapping whose values are made of packed ones when they are asked for."""

    def __init__(self, packed: Mapping[Key, Any], unpack: Callable[[Any], Value]) -> None:
        """Take the packed values, and what makes values of them, which are never None."""
        self._packed = packed
        self._unpack = unpack
        self._values: dict[Key, Value] = {}

    def __getitem__(self, key: Key) -> Value:
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = self._unpack(self._packed[key])
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._packed

    def __iter__(self) -> Iterator[Key]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def get(self, key: Key, default: Any = None) -> Any:
        """Return the value of a key, or `default`."""
        return self[key] if key in self._packed else default
