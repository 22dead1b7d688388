"""Make a post's words safe and measurable for a terminal: no control characters, known widths, long lines clipped."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

ELLIPSIS = "…"
_TAB = "    "
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


class Cell(Struct, frozen=True):
    """What stands on the terminal for one code point, and how many columns it takes."""

    shown: str
    width: int


class Excerpt(Struct, frozen=True):
    """A line of a post, clipped to a width, with the place of the words to underline in columns."""

    text: str
    indent: int  # columns before the words
    width: int  # columns of the words, at least 1


def printable(text: str) -> str:
    """Return `text` with everything that could steer or confuse a terminal made visible."""
    text = text.replace("\n", " ")
    return text if _is_plain(text) else "".join(cell.shown for cell in to_cells(text))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def to_cells(text: str) -> list[Cell]:
    """Return one cell for each code point of `text`."""
    if _is_plain(text):
        return [Cell(character, 1) for character in text]
    cells: list[Cell] = []
    for index, character in enumerate(text):
        cells.append(_cell(character, text[index - 1] if index else "", cells[-1].width if cells else 0))
    return cells


def excerpt(line: str, start: int, end: int, columns: int) -> Excerpt:
    """Return the part of `line` around its words `[start, end)` that fits into `columns`, words first.

    A word that doesn't fit itself loses its end.
    """
    # A line can have millions of characters; only those near the words can be shown.
    first, last = max(0, start - columns), min(len(line), start + 2 * columns)
    cells = to_cells(line[first:last])
    start, end = start - first, min(end - first, len(cells))
    room = columns - 2 * len(ELLIPSIS)
    low, high = _window([cell.width for cell in cells], start, end, room)
    before = ELLIPSIS if first or low else ""
    after = ELLIPSIS if last < len(line) or high < len(cells) else ""
    return Excerpt(
        text=before + "".join(cell.shown for cell in cells[low:high]) + after,
        indent=len(before) + sum(cell.width for cell in cells[low:start]),
        width=max(1, sum(cell.width for cell in cells[start : min(end, high)])),
    )


def _window(widths: list[int], start: int, end: int, room: int) -> tuple[int, int]:
    """Return the stretch of cells to show: as much of `[start, end)` as fits, then what is around it, evenly."""
    low = high = start
    used = 0
    while high < end and used + widths[high] <= room:
        used += widths[high]
        high += 1
    if high == end:
        grown = True
        while grown:
            grown = False
            if low > 0 and used + widths[low - 1] <= room:
                low -= 1
                used += widths[low]
                grown = True
            if high < len(widths) and used + widths[high] <= room:
                used += widths[high]
                high += 1
                grown = True
    # A combining mark belongs to the letter before it.
    while high < len(widths) and widths[high] == 0:
        high += 1
    while 0 < low < len(widths) and widths[low] == 0:
        low += 1
    return min(low, start), high


def _cell(character: str, before: str, width_before: int) -> Cell:
    if character == "\t":
        return Cell(_TAB, len(_TAB))
    if character == _EMOJI_STYLE:
        return Cell(character, 1 if width_before == 1 else 0)  # "❤" is narrow, "❤️" is wide
    category = unicodedata.category(character)
    if category in ("Mn", "Me") or (character == _JOINER and before > "\u02ff"):
        return Cell(character, 0)
    if before == _JOINER or (ord(character) in _SKIN_TONES and width_before == 2):
        return Cell(character, 0)  # one picture with what stands before it
    # A new line of our own, an escape sequence or a right-to-left override would show words that aren't there.
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        shown = f"<U+{ord(character):04X}>"
        return Cell(shown, len(shown))
    return Cell(character, 2 if unicodedata.east_asian_width(character) in "WF" else 1)
