"""Parse the usual ways to ask for a check. The rest, and whatever is wrong, is left to `cli` and so to click.

To import click and to tell it of all options takes a tenth of the time of a short check.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from disclosure_check.run import FORMATS, Asked

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS = {"--isolated": "isolated", "--no-cache": "no_cache", "--quiet": "quiet", "--statistics": "statistics"}
_VALUES = {
    "--cache-dir": "cache_dir", "--claims": "claims", "--color": "color", "--fail-on": "fail_on", "--format": "format", "--jobs": "jobs",
    "--lang": "lang", "--nlp": "nlp", "--platform": "platform", "--stdin-filename": "stdin_filename", "--today": "today",
}  # fmt: skip
_LISTS = {"--brand": "brands", "--connection": "connections", "--ignore": "ignore", "--rules": "packs", "--select": "select"}
_CHOICES = {
    "--claims": ("auto", "always", "never"),
    "--color": ("auto", "always", "never"),
    "--fail-on": ("error", "warning", "info", "never"),
    "--format": FORMATS,
    "--nlp": ("cues", "model"),
}


def parse(arguments: Sequence[str]) -> Asked | None:
    """Return what the arguments of the program ask for, as `cli` would, or None if that is for `cli` to say."""
    if arguments[:1] != ["check"] or sys.platform == "win32":  # where click expands wildcards
        return None
    found: dict[str, Any] = {}
    paths: list[str] = []
    rest = iter(arguments[1:])
    for argument in rest:
        name, has_value, value = argument.partition("=")
        if argument == "-" or not argument.startswith("-"):
            paths.append(argument)
        elif argument in _FLAGS:
            found[_FLAGS[argument]] = True
        elif name in _VALUES or name in _LISTS:
            value = value if has_value else next(rest, "-")
            if not _is_valid(name, value):
                return None
            if name in _LISTS:
                found[_LISTS[name]] = (*found.get(_LISTS[name], ()), value)
            else:
                found[_VALUES[name]] = int(value) if name == "--jobs" else value
        else:
            return None
    return Asked(tuple(paths), **found) if paths else None


def _is_valid(name: str, value: str) -> bool:
    """Return whether a value is surely one that `cli` takes."""
    if name == "--jobs":
        return value.isascii() and value.isdigit() and int(value) > 0
    if name == "--cache-dir":
        return os.path.isdir(value) and os.access(value, os.R_OK)
    return value in _CHOICES[name] if name in _CHOICES else not value.startswith("-")
