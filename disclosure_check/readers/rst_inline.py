"""Read the inline markup of reStructuredText: what a reader sees of a paragraph, and its links.

The rules of recognition are those of the specification (and of docutils): a start-string stands behind white space or
an opening mark and before no white space, an end-string the other way round; markup doesn't nest; a backslash makes a
character plain and swallows white space. Every failed search is remembered, so that the time stays linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from disclosure_check.model import CODE_MARK
from disclosure_check.readers.flow import Page
from disclosure_check.readers.html import Walker, feed
from disclosure_check.readers.stretches import Stretches, Writer

if TYPE_CHECKING:
    from disclosure_check.model import Link

# The punctuation of other scripts that the specification allows as well, as far as posts have it.
_BEFORE = "\\s'\"(<\\[{\\-/:\u00a1\u00ab\u00bb\u00b7\u00bf\u2010-\u201f\u2020-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff1f\uff3b-\uff5d"
_AFTER = _BEFORE.replace("(<\\[{", ")>\\]}") + "\\x00.,;!?\\\\"
_END = f"(?=[{_AFTER}]|\\Z)"
_FREE = "(?<![\\s\\x00])"  # an end-string isn't escaped and follows no white space
_START = re.compile(
    rf"(?<![^{_BEFORE}])(?P<open>``|\*\*|\*(?!\*)|_`|\||`(?!`))(?=\S)"
    rf"|(?<![^{_BEFORE}])(?P<note>\[(?:[0-9]+|\#[\w.+-]{{0,100}}|\*|[\w.:+-]{{1,100}})\]_){_END}"
    rf"|(?P<reference>(?<=[^\W_])__?){_END}"
    r"|(?P<escape>\x00)"
)
_ROLE = r":(?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*:"
_ENDS = {
    "``": re.compile(rf"(?<=\S)``{_END}"),
    "**": re.compile(rf"{_FREE}\*\*{_END}"),
    "*": re.compile(rf"{_FREE}\*{_END}"),
    "_`": re.compile(rf"{_FREE}`{_END}"),
    "`": re.compile(rf"{_FREE}`(?P<suffix>{_ROLE}|__?|){_END}"),
    "|": re.compile(rf"{_FREE}\|(?P<suffix>__?|){_END}"),
}
_ROLE_BEFORE = re.compile(rf"(?:^|(?<=[{_BEFORE}]))({_ROLE})\Z")
_NAME_BEFORE = re.compile(rf"(?:^|(?<=[{_BEFORE}]))(?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*\Z")
_MAX_NAME = 80  # characters of a role or of a name without backquotes
_TARGET = re.compile(r"(?:^|\s)<([^<>]+)>\Z")
_EXPLANATION = re.compile(r"\s*\(([^()]+)\)\Z")
_PAIRS = dict(zip("\"'(<[{\u201c\u2018\u00ab", "\"')>]}\u201d\u2019\u00bb", strict=True))
_CODE_ROLE_NAMES = """
attr c class code command cpp data envvar exc file func js kbd keyword literal makevar math meth mimetype mod obj option program
py regexp samp token
"""
_CODE_ROLES = frozenset(_CODE_ROLE_NAMES.split())
_ELSEWHERE_ROLES = frozenset({"cite", "doc", "eq", "footcite", "numref", "ref"})  # their text is that of what they point to


class Substitution(Struct):
    """What a `|name|` stands for."""

    text: str | None  # None: something that isn't known, or an image
    links: tuple[Link, ...] = ()


class Names(Struct):
    """What the names in a document stand for; a URL comes with its place."""

    targets: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    anonymous: list[tuple[str, int, int]] = field(default_factory=list)
    substitutions: dict[str, Substitution] = field(default_factory=dict)
    raw_roles: set[str] = field(default_factory=set)  # roles that pass HTML through
    code_roles: set[str] = field(default_factory=set)
    silent_roles: set[str] = field(default_factory=set)  # roles for another output than HTML
    used: int = 0  # anonymous targets
    budget: int = 100_000  # characters that substitutions may still bring

    def find(self, name: str) -> tuple[str, int, int] | None:
        """Return the target of a name, through at most ten other names."""
        for _ in range(10):
            if name in self.targets:
                return self.targets[name]
            if name not in self.aliases:
                return None
            name = self.aliases[name]
        return None


def plain_name(name: str) -> str:
    """Return a reference name as names are compared: in lower case, white space folded, without escapes."""
    return " ".join(re.sub(r"[\\\x00](.)", r"\1", name).lower().split())


def read_inline(walker: Walker, stretches: Stretches, names: Names) -> None:
    """Show the text of `stretches`."""
    _Inline(walker, stretches, names).read()


def plain_text(source: str, stretches: list[tuple[int, int]], names: Names) -> tuple[str, tuple[Link, ...]]:
    """Return the text and the links that a reader would see of `stretches`."""
    page = Page(source)
    read_inline(Walker(page), Stretches(source, stretches), names)
    markup = page.markup()
    return "".join(piece.text for piece in markup.pieces), markup.links


class _Inline(Writer):
    """Read one paragraph."""

    def __init__(self, walker: Walker, stretches: Stretches, names: Names) -> None:
        super().__init__(walker, stretches)
        self.names = names
        # A backslash becomes a NUL, which no text has, so that one character tells whether the next is escaped.
        self.text = re.sub(r"\\(.|\Z)", "\0\\1", self.text, flags=re.DOTALL)
        self._fails: set[str] = set()  # start-strings without an end-string from here on

    def read(self) -> None:
        done = position = 0
        while match := _START.search(self.text, position):
            at = match.start()
            position = match.end()
            if match["escape"]:
                self.show(done, at)
                done = self._escape(at)
                position = max(position, done)
                continue
            if match["open"]:
                end = self._markup(match["open"], at, done)
            elif match["note"]:
                self.show(done, at)
                self.touch(at, position)
                end = position
            else:
                end = self._reference(match, done)
            if end is not None:
                done = position = end
        self.show(done, len(self.text))

    def _escape(self, at: int) -> int:
        """Drop a backslash, with the white space behind it; return from where on the text is shown."""
        escaped = self.text[at + 1 : at + 2]
        return at + 2 if not escaped or escaped.isspace() else at + 1

    def shown(self, start: int, end: int) -> None:
        """Show text in which only backslashes mean something."""
        while (at := self.text.find("\0", start, end)) >= 0:
            self.show(start, at)
            start = self._escape(at)
            if start == at + 1 and start < end:
                self.show(start, start + 1)
                start += 1
        self.show(start, end)

    def _markup(self, opener: str, at: int, done: int) -> int | None:
        """Show the markup that begins at `at`, and what stands before it; return where it ends, None if it is none."""
        inside = at + len(opener)
        follower = self.text[inside : inside + 1]
        if opener in self._fails or (at and _PAIRS.get(self.text[at - 1]) == follower):
            return None
        end = _ENDS[opener].search(self.text, inside + 1)
        if not end:
            self._fails.add(opener)
            return None
        role = None
        start = at
        if opener == "`":
            before = _ROLE_BEFORE.search(self.text[max(done, at - _MAX_NAME) : at]) if self.text[at - 1 : at] == ":" else None
            if before:
                role = before[1][1:-1]
                start = at - len(before[1])
        self.show(done, start)
        self.touch(start, end.end())
        if opener == "``":
            self.code(start, end.end())
        elif opener == "|":
            self._substitution(start, inside, end)
        elif opener == "`":
            suffix = end["suffix"]
            if suffix.startswith("_"):
                self._phrase_reference(inside, end.start(), is_anonymous=suffix == "__")
            else:
                self._role((role or suffix.strip(":")).lower(), inside, end.start(), (start, end.end()))
        else:
            self.shown(inside, end.start())
        return end.end()

    def _substitution(self, start: int, inside: int, end: re.Match[str]) -> None:
        name = plain_name(self.text[inside : end.start()])
        found = self.names.substitutions.get(name, Substitution(CODE_MARK))
        target = self._target(end["suffix"], name)
        if target:
            self.open_link(target[0], target[1:], start)
        shown = found.text or ""
        self.names.budget -= len(shown)
        if self.names.budget < 0:
            shown = CODE_MARK
        if shown:
            self.mark(shown, start, end.end())
        for link in found.links:
            self.open_link(link.url, (link.start, link.end), start)
            self.close_link(end.end())
        if target:
            self.close_link(end.end())

    def _target(self, suffix: str, name: str) -> tuple[str, int, int] | None:
        """Return the target of a reference with this suffix."""
        if suffix == "__":
            self.names.used += 1
            anonymous = self.names.anonymous
            found = anonymous[self.names.used - 1] if self.names.used <= len(anonymous) else None
            return self.names.find(found[0][1:]) if found and found[0].startswith("\0") else found
        return self.names.find(name) if suffix else None

    def _phrase_reference(self, start: int, end: int, *, is_anonymous: bool) -> None:
        content = self.text[start:end]
        embedded = _TARGET.search(content)
        if not embedded:
            self._linked(self._target("__" if is_anonymous else "_", plain_name(content)), start, end)
            return
        at, to = start + embedded.start(1), start + embedded.end(1)
        text_end = start + embedded.start()
        inner = embedded[1]
        target: tuple[str, int, int] | None
        if inner.endswith("_") and not inner.endswith("\0_"):
            target = self.names.find(plain_name(inner[:-1]))
        else:
            target = (re.sub(r"\x00(.)|\s", r"\1", inner), *self.places(at, to))
        if text_end > start:
            self._linked(target, start, text_end)
        else:
            self._linked(target, at, to)

    def _linked(self, target: tuple[str, int, int] | None, start: int, end: int) -> None:
        if target:
            self.open_link(target[0], target[1:], start)
        self.shown(start, end)
        if target:
            self.close_link(end)

    def _role(self, role: str, start: int, end: int, whole: tuple[int, int]) -> None:
        names = self.names
        if role in names.silent_roles:
            return
        if role in names.raw_roles:
            place, stop = self.places(start, end)
            feed(self.walker, self.walker.page.source[place:stop], place)
            return
        if role in _CODE_ROLES or role in names.code_roles or role.partition(":")[0] in _CODE_ROLES:
            self.mark(CODE_MARK, *whole)
            return
        content = self.text[start:end]
        titled = _TARGET.search(content)
        if titled and titled.start():
            self.shown(start, start + titled.start())
        elif role in _ELSEWHERE_ROLES:
            self.mark(CODE_MARK, *whole)
        elif role == "abbr" and (explained := _EXPLANATION.search(content)) and explained.start():
            self.shown(start, start + explained.start())
            self.walker.keep_value("title", *self.places(start + explained.start(1), start + explained.end(1)))
        else:
            self.shown(start, end)

    def _reference(self, match: re.Match[str], done: int) -> int | None:
        """Show a name with an underscore behind it as the link that it is."""
        at = match.start()
        begin = max(done, at - _MAX_NAME)
        name = _NAME_BEFORE.search(self.text[begin:at])
        if not name or "://" in self.text[begin:at].rpartition(" ")[2]:
            return None
        start = begin + name.start()
        target = self._target(match["reference"], plain_name(name[0]))
        self.show(done, start)
        self._linked(target, start, at)
        self.touch(start, match.end())
        return match.end()
