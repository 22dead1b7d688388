"""Read the content of a WordPress post: HTML with shortcodes and block comments, in which blank lines part paragraphs.

Comes in: the content as the database holds it. Goes out: what a reader sees. A shortcode or a block that the server
fills is no prose; its name is kept as an include, since what it shows may hold a disclosure. Which shortcodes a site has
isn't in the content, so words in brackets are told from them by how they are written.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from disclosure_check.model import CODE_MARK, Include, Markup
from disclosure_check.readers.flow import Page
from disclosure_check.readers.html import Mask, Walker, feed
from disclosure_check.readers.templates import blank_masks, code_end

if TYPE_CHECKING:
    from collections.abc import Sequence

_BRACKETS = re.compile(r"\[(?P<closing>/?)(?P<name>[A-Za-z][\w-]*+)(?P<rest>[^\[\]<]*+)\]")
# name="value", name=value, or a value in quotes behind the name or a number; but not [said he: "a = b"]
_ARGUMENTS = re.compile(r"""\s(?:(?:[^="“”″]*\s)?[\w-]+(?:\s*=\s*(?:["'“”″]|&(?:quot|\#)|(?<==)[\w/\#]))|\s*(?:\d+\s+)?["“”″])""")
_LINE_START = re.compile(r"(?:\A|[\r\n]|<(?:p|div|li)\b[^<>]*>|-->)[ \t]*\Z")
_LINE_END = re.compile(r"[ \t]*(?:\Z|[\r\n]|</(?:p|div|li)>|<br|<!--)", re.IGNORECASE)
# Beside these WordPress makes no paragraphs, and they begin a line anyway.
_LINE_BREAKS = re.compile(r"\n\s*+(?!</?(?:li|[uod]l|dt|dd|table|t[rdh]|tbody|thead|tfoot)\b)", re.IGNORECASE)
_BLOCK = re.compile(r"<!--\s+(?P<closing>/?)wp:(?P<name>[a-z][\w-]*(?:/[a-z][\w-]*)?)")
_REUSED = re.compile(r'"ref"\s*:\s*(\d{1,18})')
_MARGIN = 200  # characters before a shortcode that show whether it stands alone
_CODE = frozenset({"bash", "code", "css", "html", "javascript", "js", "php", "python", "sourcecode", "sql", "xml"})
# WordPress' own and Jetpack's for players and pictures: shortcodes wherever they stand, with a bare address too.
_KNOWN = frozenset({"audio", "caption", "embed", "gallery", "playlist", "soundcloud", "tweet", "video", "vimeo", "youtube"})
# In brackets these are more often what the author says than a shortcode.
_SAID = frozenset({"ad", "advert", "advertisement", "affiliate", "gifted", "paid", "pr", "promo", "promotion", "sponsored"})

_Stretch = tuple[int, int]


def parse_wordpress(text: str, start: int = 0) -> Markup:
    """Return what a reader sees of a WordPress post's content that begins at `start`."""
    page = Page(text)
    comments, dynamic, has_blocks = _find_comments(text, start)
    shortcodes, page.includes = _find_shortcodes(text, start, comments)
    page.includes += dynamic
    breaks = [] if has_blocks else _find_breaks(text, start, (comments, [(mask.start, mask.end) for mask in shortcodes]))
    walker = Walker(page, masks=sorted((*shortcodes, *breaks), key=lambda mask: mask.start))
    feed(walker, blank_masks(text, start, shortcodes), start)
    walker.pass_masks(len(text))
    walker.pop(1, len(text))
    return page.markup()


def _find_comments(text: str, start: int) -> tuple[list[_Stretch], list[Include], bool]:
    """Return the comments, the blocks that the server may fill, and whether there are blocks at all."""
    comments: list[_Stretch] = []
    dynamic: list[Include] = []
    has_blocks = False
    position = start
    while (position := text.find("<!--", position)) >= 0:
        end = text.find("-->", position + 4) + 3
        if end < 3:
            comments.append((position, len(text)))
            break
        block = _BLOCK.match(text, position, end)
        if block:
            has_blocks = True
            is_filled = text.endswith("/-->", position, end) or "/" in block["name"]
            if is_filled and not block["closing"]:
                reused = _REUSED.search(text, block.end(), end) if block["name"] == "block" else None
                dynamic.append(Include(f"block/{reused[1]}" if reused else block["name"], position, end))
        comments.append((position, end))
        position = end
    return comments, dynamic, has_blocks


def _find_breaks(text: str, start: int, passed: tuple[Sequence[_Stretch], ...]) -> list[Mask]:
    """Return the line breaks and blank lines, which WordPress turns into `<br>` and `<p>` in a post without blocks."""
    return [
        Mask(match.start(), match.end(), text="\n\n" if match[0].count("\n") > 1 else "\n")
        for match in _LINE_BREAKS.finditer(text, start)
        if not any(code_end(match.start(), stretches) for stretches in passed)
    ]


def _find_shortcodes(text: str, start: int, comments: Sequence[_Stretch]) -> tuple[list[Mask], list[Include]]:
    masks: list[Mask] = []
    includes: list[Include] = []
    if "[" not in text:
        return masks, includes
    found = [match for match in _BRACKETS.finditer(text, start) if not code_end(match.start(), comments)]
    ends: dict[str, list[_Stretch]] = {}
    for match in found:
        if match["closing"] and not match["rest"].strip():
            ends.setdefault(match["name"], []).append(match.span())
    opened: set[str] = set()
    position = start
    for match in found:
        name, rest = match["name"], match["rest"]
        is_escaped = text.startswith("[", match.start() - 1) and match.start() > start and text.startswith("]", match.end())
        if match.start() < position or is_escaped:
            continue
        if match["closing"]:
            if name in opened:
                masks.append(Mask(*match.span()))
            continue
        if rest and not (rest[0].isspace() or rest == "/"):
            continue  # "[disclosure: a gift]", "[it's mine]"
        end = _next_end(ends.get(name, ()), match.end())
        is_known = name in _KNOWN and (not rest.strip() or "://" in rest)
        has_signs = is_known or end is not None or "_" in name or rest.endswith("/") or _ARGUMENTS.match(rest) is not None
        if not has_signs and rest.strip():
            continue  # "[affiliate link]"
        includes.append(Include(name, *match.span()))
        if not has_signs and not _stands_for_itself(text, match):
            continue
        if end is not None:
            opened.add(name)
        position = match.end()
        if end is not None and name in _CODE:
            position = end[1]
            masks.append(Mask(match.start(), position, text=CODE_MARK))
        else:
            masks.append(Mask(*match.span(), text=CODE_MARK if end is None else None))
    return masks, includes


def _next_end(ends: Sequence[_Stretch], position: int) -> _Stretch | None:
    index = bisect_left(ends, (position, position))
    return ends[index] if index < len(ends) else None


def _stands_for_itself(text: str, match: re.Match[str]) -> bool:
    """Return whether a bare word in brackets is a shortcode: in lower case, alone in its paragraph or block of shortcodes."""
    before = text[max(0, match.start() - _MARGIN) : match.start()]
    if before.rstrip().endswith("<!-- wp:shortcode -->"):
        return True
    if match["name"] in _SAID or not match["name"].islower():
        return False
    is_first = match.start() <= _MARGIN or before.strip() != ""
    return bool(is_first and _LINE_START.search(before) and _LINE_END.match(text, match.end()))
