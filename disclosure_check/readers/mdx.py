"""Find what MDX adds to Markdown: imports and exports, JSX tags, expressions in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.lazily import lazily
from disclosure_check.model import CODE_MARK
from disclosure_check.readers.entities import decode_value
from disclosure_check.readers.html import HTML_NAMES, Attribute, Mask, Tag
from disclosure_check.readers.templates import code_end

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MODULE_LINE = lazily(
    r"""^(?:import\s+(?:[\w*{][^'"\n]*(?:\n(?!\r\n)[^'"\n]+){0,40}?\sfrom\s+)?["'][^"'\n]+["']|export\s+(?:(?:default|const|let|var|function|async|class)\b|[{*]))""",
    re.MULTILINE,
)
_COMMENT = lazily(r"(?<!\{)\{/\*.{0,2000}?\*/\}", re.DOTALL)
_COMPONENT = lazily(r"<(?<![^\s>]<)([A-Z][\w.]*)(?=[\s/>])")
_BLANK_LINE = lazily(r"\n[ \t]*\r?\n")
_INTERESTING = lazily(r"[<{\\]")
_TAG_NAME = lazily(r"<(/?)([A-Za-z][\w.-]*(?::[A-Za-z][\w.-]*)?)?")
_ATTRIBUTE_NAME = lazily(r"\s*([A-Za-z_$@:][\w$@:.-]*)\s*(=?)\s*")
_END_OF_TAG = lazily(r"\s*(/?)\s*>")
_QUOTE = lazily(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(>[> \t]*)")
_STYLE_ENTRY = lazily(r"""["']?([A-Za-z-]+)["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([-\d.]+))""")
_STRING = lazily(r"""\{\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)'|`([^`\\$]*)`)\s*\}""")
_RAW = lazily(r"</(?:script|style)\s*>", re.IGNORECASE)
_MAX_EXPRESSION = 20_000
_MAX_BLANKS = 200  # blank lines in a statement
_MAX_INDENT = 200  # characters before a tag in which its line begins, if that matters
_MAX_FAILURES = 50  # stray braces; behind that many the file isn't MDX in earnest, and looking on would cost squares


def looks_like_mdx(text: str, start: int, code: Callable[[], Sequence[tuple[int, int]]]) -> bool:
    """Return whether a Markdown text is clearly MDX: it imports or exports, or it uses a component or JSX's comments."""
    for sign, words in ((_MODULE_LINE, ("import", "export")), (_COMMENT, ("{/*",))):
        if any(word in text for word in words) and any(code_end(match.start(), code()) is None for match in sign().finditer(text, start)):
            return True
    closed: dict[str, bool] = {}
    for match in _COMPONENT().finditer(text, start):
        name = match[1]
        if name.lower() in HTML_NAMES or code_end(match.start(), code()):
            continue
        if name not in closed:
            closed[name] = f"</{name}>" in text
        if closed[name]:
            return True
        end = text.find(">", match.end())
        if end > 0 and text[end - 1] == "/":
            return True
    return False


def find_mdx(text: str, start: int, code: Sequence[tuple[int, int]]) -> list[Mask]:
    """Return what is no prose in an MDX text: modules, tags (with their meaning), expressions, comments."""
    masks = _module_masks(text, start, code)
    scanner = _Scanner(text, code)
    modules = iter([*masks, Mask(len(text), len(text))])
    module = next(modules)
    position = start
    while match := _INTERESTING().search(text, position):
        position = match.start()
        while module.end <= position < len(text):
            module = next(modules)
        if module.start <= position:
            position = module.end
            continue
        block = scanner.code_end(position)
        if block:
            position = block
        elif text[position] == "\\":
            position += 2
        else:
            mask = scanner.expression(position) if text[position] == "{" else scanner.tag(position)
            if mask:
                masks.append(mask)
            position = mask.end if mask else position + 1
    return sorted(masks, key=lambda mask: mask.start)


def _module_masks(text: str, start: int, code: Sequence[tuple[int, int]]) -> list[Mask]:
    masks: list[Mask] = []
    failures = 0
    for match in _MODULE_LINE().finditer(text, start):
        if code_end(match.start(), code) or (masks and match.start() < masks[-1].end):
            continue
        end = match.end()
        first_end = blanks = 0
        while True:
            blank = _BLANK_LINE().search(text, end)
            end = blank.start() if blank else len(text)
            statement = text[match.start() : end]
            first_end = first_end or end
            if _is_whole(statement):
                break
            blanks += 1
            if not blank or len(statement) > _MAX_EXPRESSION or blanks > _MAX_BLANKS or failures > _MAX_FAILURES:
                end = first_end  # a bracket in a string or in prose
                failures += 1
                break
            end = blank.end()
        masks.append(Mask(match.start(), end))
    return masks


def _is_whole(statement: str) -> bool:
    """Return whether a statement closes all that it opens."""
    pairs = (("{", "}"), ("(", ")"), ("[", "]"))
    return statement.count("`") % 2 == 0 and all(statement.count(opener) <= statement.count(closer) for opener, closer in pairs)


class _Scanner:
    """Read one tag or expression; keeps count of those that never end."""

    def __init__(self, text: str, code: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._code = code
        self._failures = 0

    def code_end(self, position: int) -> int | None:
        """Return where the code or HTML comment ends that stands at `position`, or None."""
        if self._text.startswith("<!--", position):
            end = self._text.find("-->", position)
            return end + 3 if end >= 0 else len(self._text)
        return code_end(position, self._code)

    def expression(self, position: int) -> Mask | None:
        end = self._braces_end(position)
        if end is None:
            return None
        string = _STRING().fullmatch(self._text, position, end)
        shown = (string[1] or string[2] or string[3] or None) if string else CODE_MARK
        if self._text.startswith("/*", position + 1):
            shown = None
        return Mask(position, end, text=" " if shown and not shown.strip() else shown)

    def tag(self, position: int) -> Mask | None:
        """Return the JSX tag at `position` as a mask, or None if there is none."""
        text = self._text
        name = _TAG_NAME().match(text, position)
        if not name or (name[2] is None and not text.startswith(">", name.end())) or text.startswith(("://", "@"), name.end()):
            return None
        attributes: list[Attribute] = []
        marks = self._quote_marks(position)
        end = self._past_marks(name.end(), marks)
        while not (tag_end := _END_OF_TAG().match(text, end)):
            following = self._attribute(end, attributes)
            if following is None:
                return None
            end = self._past_marks(following, marks)
        tag = Tag(name[2] or "", position, tag_end.end(), tuple(attributes), bool(name[1]), bool(tag_end[1]))
        if tag.name.lower() in ("script", "style") and not tag.closing and not tag.self_closing:
            raw_end = _RAW().search(text, tag.end)
            return Mask(position, raw_end.end() if raw_end else tag.end)
        return Mask(position, tag.end, tag=tag)

    def _quote_marks(self, position: int) -> re.Pattern[str] | None:
        """Return what stands between the lines of a tag at `position` inside a block quote, or None outside of one."""
        line_end = self._text.rfind("\n", max(0, position - _MAX_INDENT), position)
        quote = _QUOTE().match(self._text, line_end + 1, position) if line_end >= 0 or position <= _MAX_INDENT else None
        return re.compile(r"\s*\n" + r"[ \t]*>" * quote[1].count(">")) if quote else None

    def _past_marks(self, position: int, marks: re.Pattern[str] | None) -> int:
        match = marks.match(self._text, position) if marks else None
        return match.end() if match else position

    def _attribute(self, position: int, attributes: list[Attribute]) -> int | None:
        """Read one attribute into `attributes`, and return where it ends; None if there is none."""
        text = self._text
        name = _ATTRIBUTE_NAME().match(text, position)
        if not name:
            spread = re.compile(r"\s*(?=\{)").match(text, position)
            return self._braces_end(spread.end()) if spread else None
        start = name.end()
        key = "class" if name[1] == "className" else name[1]
        if not name[2]:
            attributes.append(Attribute(key, "", start, start))
            return name.end(1)
        quote = text[start : start + 1]
        if quote in ('"', "'") and quote:
            end = text.find(quote, start + 1)
            if end < 0 or end - start > _MAX_EXPRESSION:
                return None
            attributes.append(Attribute(key, decode_value(text, start + 1, end), start + 1, end))
            return end + 1
        if quote != "{":
            return None
        closed = self._braces_end(start)
        if closed is None:
            return None
        attributes.extend(_braced_attribute(text, key, start, closed))
        return closed

    def _braces_end(self, position: int) -> int | None:
        """Return where the brace at `position` is closed, with strings and comments passed over, or None."""
        if self._failures >= _MAX_FAILURES:
            return None
        depth = 0
        pattern = re.compile(r"""[{}]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|/\*.*?\*/""", re.DOTALL)
        for match in pattern.finditer(self._text, position, position + _MAX_EXPRESSION):
            if match[0] == "{":
                depth += 1
            elif match[0] == "}":
                depth -= 1
                if depth == 0:
                    return match.end()
        self._failures += 1
        return None


def _braced_attribute(text: str, name: str, start: int, end: int) -> list[Attribute]:
    """Return the attribute whose value is the expression between `start` and `end`, if its value can be told."""
    string = _STRING().fullmatch(text, start, end)
    if string and string.lastindex:
        group = string.lastindex
        return [Attribute(name, string[group], string.start(group), string.end(group))]
    if name == "style":
        entries = []
        for entry in _STYLE_ENTRY().finditer(text, start, end):
            key = re.sub(r"[A-Z]", lambda capital: "-" + capital[0].lower(), entry[1])
            value = entry[2] or entry[3] or entry[4] or ""
            unit = "px" if entry[4] and key not in ("opacity", "zoom", "line-height", "font-weight", "z-index") else ""
            entries.append(f"{key}:{value}{unit}")
        return [Attribute(name, ";".join(entries), start, end)]
    value = text[start + 1 : end - 1].strip()
    if name in ("hidden", "open"):
        return [] if value == "false" else [Attribute(name, "", end, end)]
    if name in ("class", "id"):
        return [Attribute("class", "", end, end)]
    return []
