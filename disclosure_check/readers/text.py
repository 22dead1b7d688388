"""Read plain text: captions, posts, descriptions, as they come from an export."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.readers.flow import Flow, Page

if TYPE_CHECKING:
    from disclosure_check.model import Markup

_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# What exports leave of HTML; other entities in a plain text are what its author typed.
_ENTITIES = {"&amp;": "&", "&#39;": "'", "&#x27;": "'", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0"}
_ENTITY = re.compile("|".join(_ENTITIES))
# Authors put these on a line of its own to keep an app from dropping an empty one.
_BLANK = " \t\u00a0\u00ad\u034f\u115f\u1160\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANK += "\u200b\u200c\u200d\u200e\u200f\u202f\u205f\u2060\u2800\u3000\u3164\ufe0f\ufeff"


def parse_text(text: str, start: int = 0) -> Markup:
    """Return the lines and paragraphs of a plain text that begins at `start`."""
    page = Page(text)
    flow = page.flow
    position = start
    lines_back = 0  # line ends since the last line with something on it
    while position < len(text):
        match = _LINE_END.search(text, position)
        line_end = match.start() if match else len(text)
        line_start = position
        position = match.end() if match else len(text)
        if text[line_start:line_end].strip(_BLANK):
            if lines_back > 1:
                page.start_block("paragraph", quoted=False)
            flow.gap("\n\n" if lines_back > 1 else "\n", 0, 0)
            _line(flow, text, line_start, line_end)
            page.touch(line_start, line_end)
            lines_back = 0
        lines_back += 1
    return page.markup()


def _line(flow: Flow, text: str, start: int, end: int) -> None:
    position = start
    for match in _ENTITY.finditer(text, start, end):
        flow.chars(position, match.start())
        flow.literal(_ENTITIES[match[0]], match.start(), match.end())
        position = match.end()
    flow.chars(position, end)
