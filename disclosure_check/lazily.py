"""Regular expressions that cost nothing until they are used: most posts need few of a module's many."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def lazily(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """Return a function that compiles `pattern` on its first call and returns it."""
    return cache(lambda: re.compile(pattern, flags))
