"""Read the inline markup of AsciiDoc: what a reader sees of a paragraph, its links and its footnotes.

One pass from left to right, without recursion: what is opened (bold text, the text of a link) waits on a stack for its end,
which was looked up when it was opened. Every failed search is remembered, so that the time stays linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from disclosure_check.model import CODE_MARK, Include
from disclosure_check.readers.entities import decode_entity
from disclosure_check.readers.html import feed
from disclosure_check.readers.stretches import Stretches, Writer, conceal

if TYPE_CHECKING:
    from collections.abc import Callable

    from disclosure_check.readers.html import Walker

_SCHEME = r"(?:https?|ftp|irc)://"
_OWN_MACROS = """
anchor asciimath btn footnote footnoteref icon image indexterm indexterm2 kbd latexmath link mailto menu pass stem xref
"""
_MACRO_NAMES = "|".join(sorted(_OWN_MACROS.split(), key=len, reverse=True))
_INTERESTING = re.compile(
    rf"(?P<escape>\\)(?=[*_`#^~\[{{<(+$&]|{_SCHEME}|(?:{_MACRO_NAMES}):)"
    r"|(?P<attribute>\{(?:(?:set|counter2?):[^{}\n]{1,200}|\w[\w-]{0,200})\})"
    r"|(?P<break>[ \t]\+(?=\n|\Z))"
    r"|(?P<pass>\+{1,3}|\$\$)"
    r"|(?P<entity>&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<curly>[\"']`(?=\S))"
    r"|(?P<quote>\*\*?|__?|``?|\#\#?|\^|~)"
    r"|(?P<reference><<)"
    rf"|(?P<url><?{_SCHEME})"
    rf"|(?P<macro>(?<![\w:])(?:{_MACRO_NAMES}):(?!:))"
    r"|(?P<index>\(\(\(?)"
    r"|(?P<bracket>\[)"
)
_URL = re.compile(r"[^\s\[\]<>\"]+")
_TARGET = re.compile(r"(?:\+\+(?P<plain>[^\n]*?)\+\+|(?P<bare>[^\s\[\]]*))\[")
_NAME_BEFORE = re.compile(r"(?<![\w:-])[A-Za-z][\w-]*\Z")
_SPAN_ATTRIBUTES = re.compile(r"\[([^\[\]\n]{0,200})\](\*\*?|__?|``?|##?)")
_ANCHOR = re.compile(r"\[\[\[?[\w:][^\[\]\n]{0,200}\]\]\]?")
_ENDS = {
    "*": re.compile(r"(?<=\S)\*(?!\w)"),
    "_": re.compile(r"(?<=\S)_(?!\w)"),
    "#": re.compile(r"(?<=\S)#(?!\w)"),
    "`": re.compile(r"(?<=\S)`(?![\w\"'`])"),
    "**": re.compile(r"\*\*"),
    "__": re.compile(r"__"),
    "##": re.compile(r"##"),
    "``": re.compile(r"``"),
    "^": re.compile(r"(?<=\S)\^"),
    "~": re.compile(r"(?<=\S)~"),
    "+": re.compile(r"(?<=\S)\+(?!\w)"),
    "++": re.compile(r"\+\+"),
    "+++": re.compile(r"\+\+\+"),
    "$$": re.compile(r"\$\$"),
    '"`': re.compile('(?<=\\S)`"(?!\\w)'),
    "'`": re.compile("(?<=\\S)`'(?!\\w)"),
    "]": re.compile(r"(?<!\\)\]"),
    ">>": re.compile(r">>"),
    "))": re.compile(r"\)\)"),
    ")))": re.compile(r"\)\)\)"),
}
_BRACKET = re.compile(r"\\.|\[|\]", re.DOTALL)
_TEXT_ATTRIBUTES = re.compile(r",[ \t]*[\w-]+=|,[ \t]*(?:role|window|opts|options|title)\b")
_NAMED_ONLY = re.compile(r"[\w-]+=")
_REFERENCE = re.compile(r"\{(\w[\w-]*)\}")
_LINK_IN_VALUE = re.compile(rf"(?:link:)?({_SCHEME}[^\s\[\]]+)\[([^\[\]]*)\]")
_SMALL = frozenset({"small"})
MAX_VALUE = 10_000  # characters of an attribute's value, with the values in it
_CHARACTERS = {
    "amp": "&",
    "apos": "'",
    "asterisk": "*",
    "backslash": "\\",
    "backtick": "`",
    "blank": "",
    "brvbar": "\u00a6",
    "caret": "^",
    "cpp": "C++",
    "deg": "\u00b0",
    "empty": "",
    "endsb": "]",
    "gt": ">",
    "ldquo": "\u201c",
    "lsquo": "\u2018",
    "lt": "<",
    "nbsp": "\u00a0",
    "plus": "+",
    "quot": '"',
    "rdquo": "\u201d",
    "rsquo": "\u2019",
    "sp": " ",
    "startsb": "[",
    "tilde": "~",
    "two-colons": "::",
    "two-semicolons": ";;",
    "vbar": "|",
    "wj": "\u2060",
    "zwsp": "\u200b",
}


class Attributes(Struct):
    """The attributes of a document, as far as it was read, with the place of each value."""

    values: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    budget: int = 100_000  # characters that values may still bring

    def set(self, name: str, value: str, start: int, end: int) -> None:
        """Set an attribute; the names of others in its value are replaced by what they stand for now."""
        self.values[name.lower()] = (self.fill(value)[:MAX_VALUE], start, end)

    def get(self, name: str) -> str | None:
        """Return what a name stands for, or None if the document doesn't say."""
        found = self.values.get(name.lower())
        value = found[0] if found else _CHARACTERS.get(name.lower())
        if value is not None:
            self.budget -= len(value)
        return value if self.budget >= 0 else None

    def fill(self, text: str) -> str:
        """Return `text` with the values of the attributes that are named in it."""
        return _REFERENCE.sub(lambda match: found if (found := self.get(match[1])) is not None else match[0], text) if "{" in text else text


def read_inline(walker: Walker, stretches: Stretches, attributes: Attributes, *, hard_breaks: bool = False) -> list[tuple[int, int]]:
    """Show the text of `stretches`, and return where its footnotes stand in it, as offsets of its text."""
    inline = _Inline(walker, stretches, attributes, hard_breaks=hard_breaks)
    inline.read(0, len(inline.text))
    return inline.footnotes


def read_part(walker: Walker, stretches: Stretches, attributes: Attributes, start: int, end: int) -> None:
    """Show a part of the text of `stretches`, such as a footnote; footnotes inside it aren't shown."""
    _Inline(walker, stretches, attributes, hard_breaks=False).read(start, end)


class _Inline(Writer):
    """Read one paragraph."""

    def __init__(self, walker: Walker, stretches: Stretches, attributes: Attributes, *, hard_breaks: bool) -> None:
        super().__init__(walker, stretches)
        self.attributes = attributes
        self.footnotes: list[tuple[int, int]] = []
        self._hard_breaks = hard_breaks
        self._open: list[tuple[int, int, Callable[[int], None]]] = []  # where it ends, where the text goes on, what to do there
        self._fails: dict[str, int] = {}  # by end-string, up to where there is none
        self._no_target = 0  # before here no macro has a bracket
        self._done = 0  # up to here everything was shown

    def read(self, start: int, end: int) -> None:
        self._done = position = start
        while True:
            limit = self._open[-1][0] if self._open else end
            match = _INTERESTING.search(self.text, position, limit) if position < limit else None
            if match:
                position = max(self._read(match, limit) or match.end(), position + 1)
                continue
            self.plain(self._done, limit)
            if not self._open:
                return
            _, self._done, action = self._open.pop()
            action(limit)
            position = self._done

    def plain(self, start: int, end: int) -> None:
        if not self._hard_breaks:
            self.show(start, end)
            return
        while (line_end := self.text.find("\n", start, end)) >= 0:
            self.show(start, line_end)
            self.walker.line_break(self.stretches.end(line_end), self.stretches.place(line_end + 1))
            start = line_end + 1
        self.show(start, end)

    def _upto(self, position: int) -> None:
        """Show what stands before a piece of markup."""
        self.plain(self._done, position)
        self._done = position

    def _pass(self, start: int, end: int) -> int:
        """Show what stands before `[start, end)`, but not that."""
        self._upto(start)
        self.touch(start, end)
        self._done = end
        return end

    def _find(self, sign: str, start: int, limit: int) -> re.Match[str] | None:
        """Return the end-string behind `start`, or None if there is none before `limit`."""
        if self._fails.get(sign, -1) >= limit:
            return None
        found = _ENDS[sign].search(self.text, start, limit)
        if not found:
            self._fails[sign] = limit
        return found

    def _read(self, match: re.Match[str], limit: int) -> int | None:
        """Read the markup at a match, and return where to go on; None if it is none."""
        at, to = match.span()
        kind = match.lastgroup
        if kind == "escape":
            return self._escape(at)
        if kind == "attribute":
            return self._attribute(match[0][1:-1], at, to, limit)
        if kind == "break":
            self._upto(at)
            self.walker.line_break(self.stretches.place(at), self.stretches.end(to))
            self._done = to
            return to
        if kind == "pass":
            return self._passthrough(match[0], at, to, limit)
        if kind == "entity":
            text = decode_entity(match[0])
            if text:
                self._upto(at)
                self.mark(text, at, to)
                self._done = to
            return to
        if kind == "curly":
            return self._curly(match[0], at, to, limit)
        if kind == "quote":
            return self._quote(match[0], at, at, limit, "")
        if kind == "reference":
            return self._cross_reference(at, to, limit)
        if kind == "url":
            return self._url(at, limit)
        if kind == "macro":
            return self._macro(match[0][:-1], at, to, limit)
        if kind == "index":
            return self._index_term(match[0], at, to, limit)
        return self._bracket(at, limit)

    def _escape(self, at: int) -> int:
        self._pass(at, at + 1)
        follower = re.compile(r"\*+|_+|`+|#+|\++|\{|\[\[?|<<?|\(+|\$\$|.[a-z0-9]*:?", re.DOTALL).match(self.text, at + 1)
        return follower.end() if follower else at + 2

    def _attribute(self, name: str, at: int, to: int, limit: int) -> int | None:
        if ":" in name:
            return self._pass(at, to)
        value = self.attributes.get(name)
        if value is None:
            self._upto(at)
            self.mark(CODE_MARK, at, to)
            self.walker.page.includes.append(Include(name, *self.places(at, to)))
            self._done = to
            return to
        target = re.match(rf"{_SCHEME}\S+\Z", value)
        if target:
            url = _URL.match(self.text, to, limit)
            stop = url.end() if url else to
            if self.text.startswith("[", stop):
                place = self.attributes.values[name.lower()][1:] if stop == to else self.places(at, stop)
                return self._link(value + self.attributes.fill(self.text[to:stop]), place, at, stop, limit)
        self._upto(at)
        shown = _LINK_IN_VALUE.sub(lambda link: link[2] or link[1], value)
        if shown:
            self.mark(shown, at, to)
        for link in _LINK_IN_VALUE.finditer(value):
            self.open_link(link[1], self.places(at, to), at)
            self.close_link(to)
        self._done = to
        return to

    def _passthrough(self, sign: str, at: int, to: int, limit: int) -> int | None:
        is_constrained = sign == "+"
        if is_constrained and (self._follows_word(at) or self.text[to : to + 1].isspace()):
            return None
        end = self._find(sign, to + 1, limit)
        if not end:
            return None
        self._upto(at)
        if sign == "+++":
            self._html(to, end.start())
        else:
            self.show(to, end.start())
        self._done = end.end()
        return end.end()

    def _html(self, start: int, end: int) -> None:
        if start < end:
            place, stop = self.places(start, end)
            feed(self.walker, self.walker.page.source[place:stop], place)

    def _follows_word(self, at: int, also: str = ";:}") -> bool:
        """Return whether a word stands before `at`, so that a single sign there opens nothing."""
        before = self.text[at - 1] if at else " "
        return before.isalnum() or before == "_" or before in also

    def _curly(self, sign: str, at: int, to: int, limit: int) -> int | None:
        end = None if self._follows_word(at) else self._find(sign, to + 1, limit)
        if not end:
            return None
        left, right = ("\u201c", "\u201d") if sign[0] == '"' else ("\u2018", "\u2019")
        self._upto(at)
        self.mark(left, at, to)
        self._done = to
        self._open.append((end.start(), end.end(), lambda stop: self.mark(right, stop, stop + 2)))
        return to

    def _quote(self, sign: str, at: int, begin: int, limit: int, attributes: str) -> int | None:
        """Open bold, italic, marked or raised text at `at`, whose attributes begin at `begin`; drop its signs."""
        to = at + len(sign)
        end = None
        if len(sign) == 2:
            end = self._find(sign, to + 1, limit)
            if not end:
                sign, to = sign[0], at + 1
        if not end:
            is_raised = sign in "^~"
            if self.text[to : to + 1].isspace() or (not is_raised and self._follows_word(begin, "&;:\"'`}" if sign == "`" else ";:}")):
                return None
            end = self._find(sign, to + 1, limit)
            if not end or (is_raised and re.search(r"\s", self.text[to : min(end.start(), to + 200)])):
                return None
        self._upto(begin)
        self.touch(begin, end.end())
        self._done = to
        if sign[0] == "`":
            self.code(begin, end.end())
            self._done = end.end()
            return end.end()
        roles = _SMALL & set(re.split(r"[.,\s]+", attributes))
        if roles:
            conceal(self.walker, "small", f"[{attributes}]", self.stretches.place(begin))
            self._open.append((end.start(), end.end(), lambda _: self.walker.pop_aside()))
        else:
            self._open.append((end.start(), end.end(), lambda _: None))
        return to

    def _cross_reference(self, at: int, to: int, limit: int) -> int | None:
        end = self._find(">>", to, limit) if re.match(r"[\w#/.:{]", self.text[to : to + 1]) else None
        if not end:
            return None
        comma = self.text.find(",", to, end.start())
        self._upto(at)
        self.touch(at, end.end())
        if comma < 0:
            self.mark(CODE_MARK, at, end.end())
            self._done = end.end()
            return end.end()
        self._done = comma + 1
        self._open.append((end.start(), end.end(), lambda _: None))
        return comma + 1

    def _url(self, at: int, limit: int) -> int:
        """Read a URL that stands in the text, with or without a text of its own."""
        start = at + (self.text[at] == "<")
        found = _URL.match(self.text, start, limit)
        end = found.end() if found else start + 1
        if start > at:
            if self.text.startswith(">", end):
                self._pass(at, start)
                self._upto(end)
                self._done = end + 1
                return end + 1
        elif self.text.startswith("[", end):
            url = self.attributes.fill(self.text[start:end])
            linked = self._link(url, self.places(start, end), at, end, limit)
            if linked is not None:
                return linked
        return end

    def _link(self, url: str, place: tuple[int, int], at: int, bracket: int, limit: int, *, shows_target: bool = True) -> int | None:
        """Open the link that begins at `at` and whose text stands in the bracket; one without a text shows its URL."""
        end = self._find("]", bracket + 1, limit)
        if not end:
            return None
        start, stop = self._link_text(bracket + 1, end.start())
        self._upto(at)
        self.touch(at, end.end())
        if start == stop and not shows_target:
            self._done = at
            self._upto(bracket)
            self._done = end.end()
            return end.end()
        self.open_link(url, place, start if start < stop else at)
        if start == stop:
            self.mark(url, at, bracket)
            self.close_link(bracket)
            self._done = end.end()
            return end.end()
        self._done = start
        self._open.append((stop, end.end(), self.close_link))
        return start

    def _link_text(self, start: int, end: int) -> tuple[int, int]:
        """Return where the text of a link stands among its attributes."""
        text = self.text[start:end]
        quoted = re.match(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:,|\Z)', text)
        if quoted:
            return start + quoted.start(1), start + quoted.end(1)
        if "=" in text or "," in text:
            if _NAMED_ONLY.match(text):
                return start, start
            named = _TEXT_ATTRIBUTES.search(text)
            end = start + named.start() if named else end
        if self.text.endswith("^", start, end):
            end -= 1
        return start, end

    def _macro(self, name: str, at: int, to: int, limit: int) -> int | None:
        if name == "pass":
            return self._pass_macro(at, to, limit)
        if to < self._no_target:
            return None
        target = _TARGET.match(self.text, to, limit)
        if not target:
            word = re.compile(r"[^\s\[\]]*").match(self.text, to, limit)
            self._no_target = word.end() if word else to
            return None
        bracket = target.end() - 1
        group = "bare" if target["plain"] is None else "plain"
        where = target.span(group)
        if name in ("link", "mailto"):
            scheme = "mailto:" if name == "mailto" else ""
            url = scheme + self.attributes.fill(target[group])
            if not target[group]:
                return None
            return self._target_link(url, where, at, bracket, limit)
        if name in ("footnote", "footnoteref"):
            return self._footnote(at, bracket, limit)
        end = self._find("]", bracket + 1, limit)
        if not end:
            return None
        start, stop = bracket + 1, end.start()
        if name in ("xref", "indexterm2", "btn"):
            self._upto(at)
            self.touch(at, end.end())
            if start == stop:
                self.mark(CODE_MARK, at, end.end())
                self._done = end.end()
                return end.end()
            self._done = start
            self._open.append((stop, end.end(), lambda _: None))
            return start
        self._pass(at, end.end())
        if name == "image":
            self._alt(start, stop)
        elif name in ("kbd", "menu", "stem", "asciimath", "latexmath"):
            self.mark(CODE_MARK, at, end.end())
        return end.end()

    def _target_link(self, url: str, where: tuple[int, int], at: int, bracket: int, limit: int) -> int | None:
        end = self._find("]", bracket + 1, limit)
        if not end:
            return None
        place = self.places(*where)
        start, stop = self._link_text(bracket + 1, end.start())
        if start < stop:
            return self._link(url, place, at, bracket, limit)
        self._pass(at, where[0])
        self.open_link(url, place, where[0])
        self._upto(where[1])
        self.close_link(where[1])
        self._done = end.end()
        return end.end()

    def _alt(self, start: int, end: int) -> None:
        span = alt_of(self.text, start, end)
        if span:
            self.walker.keep_value("alt", *self.places(*span))

    def _pass_macro(self, at: int, to: int, limit: int) -> int | None:
        flags = re.compile(r"([a-z,]{0,30})\[").match(self.text, to, limit)
        end = self._find("]", flags.end(), limit) if flags else None
        if not flags or not end:
            return None
        self._upto(at)
        self.touch(at, end.end())
        self._done = end.end()
        if "q" in flags[1] or "n" in flags[1]:
            self._done = flags.end()
            self._open.append((end.start(), end.end(), lambda _: None))
            return flags.end()
        if "c" in flags[1] or "v" in flags[1]:
            self.show(flags.end(), end.start())
        else:
            self._html(flags.end(), end.start())
        return end.end()

    def _footnote(self, at: int, bracket: int, limit: int) -> int | None:
        """Keep a footnote for the end of the paragraph; it may hold links, with brackets of their own."""
        if self._fails.get("[]", -1) >= limit:
            return None
        depth = 0
        for sign in _BRACKET.finditer(self.text, bracket, limit):
            depth += {"[": 1, "]": -1}.get(sign[0], 0)
            if depth == 0:
                if bracket + 1 < sign.start():
                    self.footnotes.append((bracket + 1, sign.start()))
                return self._pass(at, sign.end())
        self._fails["[]"] = limit
        return None

    def _index_term(self, sign: str, at: int, to: int, limit: int) -> int | None:
        end = self._find(sign.replace("(", ")"), to, limit)
        if not end:
            return None
        if len(sign) == 3:
            return self._pass(at, end.end())
        self._pass(at, to)
        self._open.append((end.start(), end.end(), lambda _: None))
        return to

    def _bracket(self, at: int, limit: int) -> int | None:
        """Read what a bracket begins: an anchor, the attributes of a text in signs, the end of a macro of the site's own."""
        anchor = _ANCHOR.match(self.text, at, limit)
        if anchor:
            return self._pass(at, anchor.end())
        attributes = _SPAN_ATTRIBUTES.match(self.text, at, limit)
        if attributes:
            return self._quote(attributes[2], attributes.start(2), at, limit, attributes[1])
        colon = self.text.rfind(":", max(self._done, at - 300), at)
        if colon < 0 or re.search(r"[\s\[\]]", self.text[colon:at]):
            return None
        begin = max(self._done, colon - 60)
        macro = _NAME_BEFORE.search(self.text[begin:colon])
        end = self._find("]", at + 1, limit) if macro else None
        if not macro or not end:
            return None
        start = begin + macro.start()
        self._upto(start)
        self.mark(CODE_MARK, start, end.end())
        self.walker.page.includes.append(Include(macro[0], *self.places(start, end.end())))
        self._done = end.end()
        return end.end()


def alt_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the description of an image stands among the attributes `text[start:end]`."""
    inside = text[start:end]
    named = re.search(r'(?:^|,)\s*alt=(?:"([^"]*)"|([^,"]*))', inside)
    first = re.match(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"=]*))(?=,|\s*\Z)', inside)
    found = named or first
    if not found:
        return None
    group = 1 if found[1] is not None else 2
    span = start + found.start(group), start + found.end(group)
    return span if text[slice(*span)].strip() else None
