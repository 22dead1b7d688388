"""Find the template tags of site generators in a source: Hugo's shortcodes, Liquid, Nunjucks, kramdown's attributes,
Docusaurus' admonitions; and displayed formulas and the signs around highlighted words.

The tags are no prose. Their names are kept, since what they render may hold a disclosure; what a tag renders isn't known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from disclosure_check.lazily import lazily
from disclosure_check.model import CODE_MARK, Include
from disclosure_check.readers.html import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILLER = "\ue000"  # takes a tag's place while Markdown is parsed; it binds like a letter
_SIGN_FILLER = "\u2020"  # takes the place of attributes, which bind like a sign: *this!*{.big} ends there

_INLINE_OPENER_PATTERN = (
    r"\{(?:[{%#]|:(?=[:\s.#\w])|\.(?=[\w-][^{}\n]{0,500}\}))"
    r"|=(?:(?<![\w=]=)=(?=[^\s=][^=\n]{0,200}==)|(?<=[^\s=]=)=(?![\w=]))"
)
_INLINE_OPENER = lazily(_INLINE_OPENER_PATTERN)
_OPENER = lazily(rf"{_INLINE_OPENER_PATTERN}|^[ \t>]*\$\$(?=[ \t]*\r?$)|^[ \t]*:::+[ \t]*[\w-]*", re.MULTILINE)
_REST_OF_LINE = lazily(r"[ \t]*(?:[\r\n]|\Z)")
_HIGHLIGHT = lazily(r"(?<![\w=])==[^\s=](?:[^=\n]{0,199}[^\s=])?==(?![\w=])")
_HEADING_ID = lazily(r"\{#[\w-]+\}")
_BLANK_LINE = lazily(r"\n[ \t]*\r?\n")
_NAME = lazily(r"""[-<%\s]*([^\s"'|>%}(]+)""")
_INCLUDE = lazily(r"""(?:include|include_relative|include_cached|render|partial|component)[\s(]+["']?([^\s"'%}),]+)""")
_CONTROL_FLOW = """
assign block break capture case continue cycle decrement define else elseif elsif end endassign endblock endcapture endcase endfor
endif endmacro endset endunless extends for from if import increment layout liquid macro range set toc unless when with
"""
_NO_INCLUDES = frozenset(_CONTROL_FLOW.split())
_CODE = frozenset({"raw", "highlight", "codeblock", "code", "verbatim", "prism"})
_COMMENT = frozenset({"comment"})
_MAX_LENGTH = 5_000  # a longer "tag" is two stray braces


class _Closers:
    """Find the next closing string; what was found once isn't searched again, so that many openers stay linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, int] = {}

    def find(self, closer: str, position: int) -> int:
        found = self._next.get(closer, position - 1)
        if 0 <= found < position or closer not in self._next:
            found = self._next[closer] = self._text.find(closer, position)
        return found


def find_template_tags(
    text: str, start: int, code: Callable[[], Sequence[tuple[int, int]]], *, is_mdx: bool = False
) -> tuple[list[Mask], list[Include]]:
    """Return the template tags behind `start` as masks, and what they include.

    A tag that begins inside a stretch of `code()` (sorted, apart) is an example and is left alone. In MDX, `{{…}}` is an
    expression.
    """
    masks: list[Mask] = []
    includes: list[Include] = []
    if not any(sign in text for sign in ("{", ":::", "$$", "==")):
        return masks, includes
    closers = _Closers(text)
    position = start
    highlight_end = -1  # where the signs stand that end the open highlight
    openers = _OPENER() if ":::" in text or "$$" in text else _INLINE_OPENER()
    while opener := openers.search(text, position):
        example_end = code_end(opener.start(), code())
        position = example_end or opener.end()
        if not example_end and ":::" in opener[0]:
            masks.append(Mask(*opener.span()))  # the fence of a Docusaurus admonition
            continue
        if not example_end and opener[0] == "==":
            if opener.start() == highlight_end:
                masks.append(Mask(*opener.span()))
            elif _HIGHLIGHT().match(text, opener.start()):
                masks.append(Mask(*opener.span()))
                highlight_end = text.index("==", opener.end())
            continue
        if not example_end and "$$" in opener[0]:
            math_start = opener.start() + opener[0].index("$")
            math_end = closers.find("$$", opener.end()) + 2
            if math_end > 1 and math_end - math_start <= _MAX_LENGTH and not _BLANK_LINE().search(text, math_start, math_end):
                masks.append(Mask(math_start, math_end, text=CODE_MARK))
                position = math_end
            continue
        if example_end or (is_mdx and not text.startswith(("{{<", "{{%", "{%"), opener.start())):
            continue
        end = _tag_end(text, opener.start(), closers)
        if end is None:
            continue
        name, include = _tag_name(text[opener.start() : end])
        is_tag = text[opener.start() + 1] in "{%"
        if include and is_tag:
            includes.append(Include(include, opener.start(), end))
        shown = CODE_MARK if is_tag else None
        if name in _CODE or name in _COMMENT:
            shown = CODE_MARK if name in _CODE else None
            end = _region_end(end, name, closers)
        elif text.startswith("{::comment}", opener.start()):
            closed = closers.find("{:/comment}", end)
            end = closed + len("{:/comment}") if closed >= 0 else end
        masks.append(Mask(opener.start(), end, text=shown))
        position = end
    return masks, includes


def code_end(position: int, code: Sequence[tuple[int, int]]) -> int | None:
    """Return where the stretch of `code` (sorted, apart) ends that holds `position`, or None."""
    index = bisect_right(code, position, key=lambda stretch: stretch[0]) - 1
    return code[index][1] if index >= 0 and position < code[index][1] else None


def _tag_end(text: str, start: int, closers: _Closers) -> int | None:
    """Return where the tag that begins at `start` ends, or None if it isn't one."""
    opener = text[start : start + 3]
    if text.startswith(("{{/*", "{{- /*"), start):
        closer = "*/"
    elif opener in ("{{<", "{{%"):
        closer = opener[2].replace("<", ">") + "}}"
    elif opener.startswith("{{"):
        closer = "}}"
    else:
        is_comment = opener.startswith("{#") and not _HEADING_ID().match(text, start)
        closer = "%}" if opener.startswith("{%") else "#}" if is_comment else "}"
    found = closers.find(closer, start + 2)
    if found < 0 or found - start > _MAX_LENGTH:
        return None
    end = found + len(closer)
    if closer == "*/":
        end = closers.find("}}", end) + 2
        return end if end > 1 else None
    inner = text[start:end]
    # Handlebars writes {{{raw}}}; the third brace belongs to the tag.
    if closer == "}}" and text.startswith("}", end) and inner.startswith("{{{"):
        end += 1
    if closer in ("}}", "}") and "\n" in inner and (closer == "}" or _BLANK_LINE().search(inner)):
        return None
    return end


def _tag_name(tag: str) -> tuple[str, str | None]:
    """Return a tag's own name, and the name of what it includes if it is more than control flow."""
    if tag.startswith(("{{/*", "{{</*", "{{%/*", "{:", "{#", "{.")):
        return "", None
    match = _NAME().match(tag, 2)
    if not match:
        return "", None
    name = match[1]
    if name.startswith(("/", "end")):
        return name, None
    include = _INCLUDE().match(tag, match.start(1))
    if include:
        return name, include[1]
    return name, None if name.endswith(":") or name in _NO_INCLUDES | _CODE | _COMMENT else name


def _region_end(position: int, name: str, closers: _Closers) -> int:
    """Return where the region ends that a tag such as `{% raw %}` opened; without an end tag it is the tag alone."""
    for before, opener, behind in (("{%", "end", "%}"), ("{{<", "/", ">}}"), ("{{%", "/", "%}}")):
        spellings = [f"{before}{dash}{space}{opener}{gap}{name}" for dash in ("", "-") for space in (" ", "") for gap in ("", " ")]
        found = [start for spelling in spellings if (start := closers.find(spelling, position)) >= 0]
        if found:
            end = closers.find(behind, min(found))
            if end >= 0:
                return end + len(behind)
    return position


def blank_masks(text: str, start: int, masks: Sequence[Mask]) -> str:
    """Return `text[start:]` with the masks overwritten, in the same length.

    Tags that are alone on their lines leave them blank, others leave a word that means nothing.
    """
    parts = []
    position = start
    index = 0
    while index < len(masks):
        last = index
        while last + 1 < len(masks) and not text[masks[last].end : masks[last + 1].start].strip(" \t"):
            last += 1
        group_start, group_end = masks[index].start, masks[last].end
        parts.append(text[position:group_start])
        if _is_alone(text, group_start, group_end):
            parts.append("".join(c if c in "\r\n" else " " for c in text[group_start:group_end]))
        else:
            for mask, follower in zip(masks[index : last + 1], [*masks[index + 1 : last + 1], None], strict=True):
                filler = _SIGN_FILLER if text.startswith(("{:", "{."), mask.start) else FILLER
                parts.append(filler * (mask.end - mask.start))
                parts.append(text[mask.end : follower.start] if follower else "")
        position = group_end
        index = last + 1
    parts.append(text[position:])
    return "".join(parts)


def _is_alone(text: str, start: int, end: int) -> bool:
    """Return whether nothing else stands on the lines of `text[start:end]`."""
    while start and text[start - 1] in " \t":
        start -= 1
    return (start == 0 or text[start - 1] in "\r\n") and bool(_REST_OF_LINE().match(text, end))
