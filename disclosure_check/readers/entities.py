"""Decode HTML entities and Markdown's backslash escapes, each with its place in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTITY = r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31})"
_SPECIAL = lazily(r"[&\\\n\r]")
_IN_TEXT = lazily(ENTITY + ";?")
# "?a=1&copy=2" is a query, not a copyright sign: in an attribute only a closed entity counts.
_IN_VALUE_PATTERN = f"(?P<entity>{ENTITY};)|(?P<space>(?<!\\s)\\s*[\\n\\r]\\s*)"
_IN_VALUE = lazily(_IN_VALUE_PATTERN)
_IN_MARKDOWN = lazily(_IN_VALUE_PATTERN + r"|\\(?P<escaped>[!-/:-@\[-`{-~])")


def decode_entity(entity: str) -> str | None:
    """Return the characters of an entity such as `&#97;` or `&amp`, or None if it is none."""
    from html import unescape

    text = unescape(entity)
    return None if text == entity or not text else text


def value_parts(source: str, start: int, end: int, *, escapes: bool = False) -> Iterator[tuple[str | None, int, int]]:
    """Yield the parts of an attribute's value or a link's title as `(text, start, end)`.

    The text is None where the characters of the source stand for themselves.
    With `escapes`, Markdown's backslash escapes are removed too.
    """
    position = start
    for match in (_IN_MARKDOWN if escapes else _IN_VALUE)().finditer(source, start, end):
        text: str | None
        part_start = match.start()
        if match["entity"]:
            text = decode_entity(match["entity"])
            if text is None:
                continue
        elif match["space"]:
            text = " "
        else:
            text = None
            part_start += 1
        yield None, position, match.start()
        yield text, part_start, match.end()
        position = match.end()
    yield None, position, end


def decode_value(source: str, start: int, end: int, *, escapes: bool = False) -> str:
    """Return an attribute's value or a link's destination as plain characters."""
    value = source[start:end]
    if not _SPECIAL().search(value):
        return value
    return "".join(source[s:e] if text is None else text for text, s, e in value_parts(source, start, end, escapes=escapes))


def decode_text_entities(source: str, start: int, end: int) -> Iterator[tuple[str | None, int, int]]:
    """Yield the parts of running HTML text as `(text, start, end)`; None where the source stands for itself."""
    position = start
    for match in _IN_TEXT().finditer(source, start, end):
        text = decode_entity(match[0])
        if text is not None:
            yield None, position, match.start()
            yield text, match.start(), match.end()
            position = match.end()
    yield None, position, end
