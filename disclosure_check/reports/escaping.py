"""Put words into Markdown so that they read as they are written: no markup, no HTML, no end of a cell or a fence."""

from __future__ import annotations

import re

# Also what GitHub (`$`, formulas) and MDX (`{`, expressions) read into a text.
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~${}]")
_START_OF_BLOCK = re.compile(r"(?:[#+=:-]|\d+(?=[.)]))")
_BACKTICKS = re.compile(r"`+")


def escape_markdown(text: str) -> str:
    """Return one line of Markdown that shows `text`; line ends become spaces."""
    line = _MARKUP.sub(r"\\\g<0>", " ".join(text.splitlines()))
    if line[:1].isspace():
        return f"&#{ord(line[0])};{line[1:]}"
    start = _START_OF_BLOCK.match(line)
    if start is None:
        return line
    # A number begins a list by the mark behind it, everything else by itself.
    cut = start.end() if line[0].isdigit() else 0
    return f"{line[:cut]}\\{line[cut:]}"


def fence(text: str) -> str:
    """Return a block of code that shows `text` line by line."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}text\n{text}\n{marks}"
