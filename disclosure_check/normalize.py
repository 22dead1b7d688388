"""Turn the visible pieces of a post into one folded text to match against, with a way back to the original.

Comes in: the pieces that a reader of the post sees. Goes out: `Prose`, whose text has compatibility forms, styled
letters, look-alikes, quotes, white space and invisible characters folded, and each bare URL replaced by LINK_MARK.
What the words mean is left to `annotate`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.lazily import lazily
from disclosure_check.model import CODE_MARK, LINK_MARK, Link, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EMOJI_MARK = "\u2005"  # stands for emoji between words: a phrase runs through it, and a label may end at it

# What each folded character was, where that matters to a reader: an invisible character inside a word, a letter of
# another script, letters that many fonts and screen readers don't render as letters.
INVISIBLE = "invisible characters"
LOOK_ALIKE = "look-alike letters"
STYLED = "ornamental letters"
SPACED = "spaced-out letters"

_INVISIBLES = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u3164"
) | {chr(code) for block in (range(0x202A, 0x202F), range(0x2066, 0x2070)) for code in block}
_DROPPED = frozenset("\ufe0e\ufe0f\u20e3\u2122\u00ae\u00a9\u2120")  # emoji selectors, keycaps, trademark signs
_PLAIN = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u02bc": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "\u2022", "\u00b7": "\u2022", "\u25cf": "\u2022", "\u25aa": "\u2022", "\u2044": "/",
}  # fmt: skip
_CONFUSABLES = dict(
    zip(
        "аеорсухіјѕһԁԛԝӏАВЕКМНОРСТХУІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοινρυκɑɡıᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
        "aeopcyxijshdqwlABEKMHOPCTXYIJSABEZHIKMNOPTYXaoivpukagiABCDEFGHIJKLMNOPRSTUVWYZ",
        strict=True,
    )
)
_CONFUSABLE_WORD = lazily(rf"[\w#@]*[{''.join(_CONFUSABLES)}][\w]*")
_SMALL_CAPITALS = lazily(r"[ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ]")
_UNUSUAL = re.compile(r"[^\x20-\x5f\x61-\x7e\n\ufffb]")
_SPACED_LETTERS = lazily(r"(?<!\w)[A-Za-z0-9](?: [A-Za-z0-9])+(?: {2,3}[A-Za-z0-9](?: [A-Za-z0-9])+)*(?!\w)")
_WHITE_SPACE = re.compile(rf"[ \n{EMOJI_MARK}]*\n[ \n.\-_{EMOJI_MARK}•]*\n[ {EMOJI_MARK}]*|[ \n{EMOJI_MARK}]{{2,}}")


class OffsetMap(Struct, frozen=True):
    """The way from offsets of a folded text back to the original, as runs of equal treatment.

    Run `i` begins at folded offset `at[i]`; it stands for the original `[start[i], end[i])`. In a run that is `exact`
    each character stands for one; otherwise all its characters stand for the whole.
    """

    at: tuple[int, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    exact: tuple[bool, ...]

    def span(self, at: int, to: int) -> Span:
        """Return the original span of folded `[at, to)`; `at < to` and both lie in the folded text."""
        first = bisect_right(self.at, at) - 1
        last = bisect_right(self.at, to - 1) - 1
        start = self.start[first] + (at - self.at[first] if self.exact[first] else 0)
        end = self.start[last] + (to - self.at[last]) if self.exact[last] else self.end[last]
        return Span(start, max(start, end))

    def folded(self, offset: int) -> int:
        """Return the folded offset of the first character that stands for original `offset` or for what follows it."""
        run = bisect_right(self.end, offset)
        if run >= len(self.at):
            return self.at[-1] + (self.end[-1] - self.start[-1] if self.exact[-1] else 1) if self.at else 0
        inside = max(0, offset - self.start[run]) if self.exact[run] else 0
        return self.at[run] + inside


class Prose(Struct, frozen=True):
    """The folded text of a post and where its characters come from."""

    text: str  # folded; " " and EMOJI_MARK between words, "\n" between lines, "\n\n" between paragraphs
    lower: str  # the same in lower case, of the same length
    offsets: OffsetMap
    oddities: tuple[tuple[int, str], ...]  # folded offsets at which a disguise was undone, and which
    links: tuple[Link, ...]  # bare URLs found in the prose


class _Writer:
    """Collects folded text together with its offset runs; adjacent exact runs melt into one."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.at: list[int] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.exact: list[bool] = []

    def add(self, text: str, start: int, end: int) -> None:
        if not text:
            return
        exact = len(text) == end - start
        if exact and self.exact and self.exact[-1] and self.end[-1] == start and self.start[-1] + self.length - self.at[-1] == start:
            self.end[-1] = end
        else:
            self.at.append(self.length)
            self.start.append(start)
            self.end.append(end)
            self.exact.append(exact)
        self.parts.append(text)
        self.length += len(text)

    def offsets(self) -> OffsetMap:
        return OffsetMap(tuple(self.at), tuple(self.start), tuple(self.end), tuple(self.exact))


def normalize(pieces: Iterable[Piece], find_urls: Callable[[str], Iterable[tuple[int, int, str]]]) -> Prose:
    """Return the folded prose of `pieces`.

    `find_urls` gives the bare URLs of a folded text as (start, end, url) in order.
    """
    folded, offsets, oddities = _fold_characters(pieces)
    return _fold_words(folded, offsets, oddities, find_urls)


def _fold_characters(pieces: Iterable[Piece]) -> tuple[str, OffsetMap, dict[int, str]]:
    writer = _Writer()
    oddities: dict[int, str] = {}
    for piece in pieces:
        if len(piece.text) != piece.end - piece.start:
            for character in piece.text:
                text, oddity = _fold_character(character) if _UNUSUAL.match(character) else (character, None)
                if oddity:
                    oddities[writer.length] = oddity
                writer.add(text, piece.start, piece.end)
            continue
        done = 0
        for unusual in _UNUSUAL.finditer(piece.text):
            at = unusual.start()
            writer.add(piece.text[done:at], piece.start + done, piece.start + at)
            text, oddity = _fold_character(unusual.group())
            if oddity:
                oddities[writer.length] = oddity
            writer.add(text, piece.start + at, piece.start + at + 1)
            done = at + 1
        writer.add(piece.text[done:], piece.start + done, piece.end)
    return "".join(writer.parts), writer.offsets(), oddities


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> tuple[str, str | None]:
    if character in _PLAIN:
        return _PLAIN[character], None
    if character in _INVISIBLES:
        return "", INVISIBLE
    if character in _DROPPED:
        return "", None
    if character in "\u2028\u2029\x85\r\x0b\x0c":
        return "\n", None
    category = unicodedata.category(character)
    if category == "Mn":
        return "", None
    if category in ("Zs", "Cc") or character == "\u2800":  # a blank Braille cell is a spacer in captions
        return " ", None
    if character == "\u0130":  # its lower case has two characters
        return "I", None
    if character == "\u2139":  # an information sign, for readers no letter
        return EMOJI_MARK, None
    plain = unicodedata.normalize("NFKC", character).replace("\u2044", "/")  # the slash of fractions
    if plain != character and plain.strip() and not any(unicodedata.category(part) == "Mn" for part in plain):
        return plain, STYLED if plain.isalpha() and plain.isascii() and _is_ornamental(character) else None
    if category in ("So", "Sk", "Cn", "Co", "Cs") and character not in {CODE_MARK, LINK_MARK}:
        return EMOJI_MARK, None
    return character, None


def _is_ornamental(character: str) -> bool:
    name = unicodedata.name(character, "")
    plain_styles = ("FULLWIDTH", "LIGATURE", "ROMAN NUMERAL")
    if any(style in name for style in plain_styles):
        return False
    if name.startswith("MATHEMATICAL"):
        return any(style in name for style in ("FRAKTUR", "SCRIPT", "DOUBLE-STRUCK"))
    return any(
        style in name
        for style in (
            "MODIFIER",
            "SUPERSCRIPT",
            "SUBSCRIPT",
            "CIRCLED",
            "SQUARED",
            "PARENTHESIZED",
            "SCRIPT",
            "BLACK-LETTER",
            "DOUBLE-STRUCK",
        )
    )


def _fold_words(
    folded: str, offsets: OffsetMap, oddities: dict[int, str], find_urls: Callable[[str], Iterable[tuple[int, int, str]]]
) -> Prose:
    writer = _Writer()
    odd: list[tuple[int, str]] = []
    links: list[Link] = []
    pending = sorted(oddities)
    done = next_odd = 0

    def keep(upto: int) -> None:
        nonlocal done, next_odd
        while next_odd < len(pending) and pending[next_odd] < upto:
            if pending[next_odd] >= done:
                odd.append((writer.length + pending[next_odd] - done, oddities[pending[next_odd]]))
            next_odd += 1
        while done < upto:
            run = bisect_right(offsets.at, done) - 1
            stop = min(upto, offsets.at[run + 1] if run + 1 < len(offsets.at) else len(folded))
            span = offsets.span(done, stop)
            writer.add(folded[done:stop], span.start, span.end)
            done = stop

    for start, end, text, oddity, url in _replacements(folded, find_urls):
        if start < done:
            continue
        keep(start)
        span = offsets.span(start, end)
        if oddity:
            odd.append((writer.length, oddity))
        if url is not None:
            links.append(Link(url, span.start, span.end, span.start, span.end))
        writer.add(text, span.start, span.end)
        done = end
    keep(len(folded))
    text = "".join(writer.parts)
    return Prose(
        text, text.lower() if len(text.lower()) == len(text) else text.casefold()[: len(text)], writer.offsets(), tuple(odd), tuple(links)
    )


def _replacements(
    folded: str, find_urls: Callable[[str], Iterable[tuple[int, int, str]]]
) -> list[tuple[int, int, str, str | None, str | None]]:
    found: list[tuple[int, int, str, str | None, str | None]] = []
    for start, end, url in find_urls(folded):
        found.append((start, end, LINK_MARK, None, url))
    if not folded.isascii():
        found += _look_alikes(folded)
    for spaced in _SPACED_LETTERS().finditer(folded):
        words = [word.replace(" ", "") for word in spaced.group().split("  ")]
        if sum(map(len, words)) >= 4:
            found.append((spaced.start(), spaced.end(), " ".join(word for word in words if word), SPACED, None))
    for space in _WHITE_SPACE.finditer(folded):
        gap = space.group()
        kind = "\n\n" if gap.count("\n") > 1 else "\n" if "\n" in gap else EMOJI_MARK if EMOJI_MARK in gap else " "
        if kind != gap:
            found.append((space.start(), space.end(), kind, None, None))
    found.sort(key=lambda item: (item[0], -item[1]))
    return found


def _look_alikes(folded: str) -> list[tuple[int, int, str, str | None, str | None]]:
    found: list[tuple[int, int, str, str | None, str | None]] = []
    for word in _CONFUSABLE_WORD().finditer(folded):
        letters = word.group()
        is_tag = letters.startswith("#") and all(letter in _CONFUSABLES for letter in letters[1:])
        if (
            not any("a" <= letter <= "z" or "A" <= letter <= "Z" for letter in letters)
            and not _SMALL_CAPITALS().search(letters)
            and not is_tag
        ):
            continue  # a word of another script, not an English word in disguise
        for at, letter in enumerate(letters, word.start()):
            if letter in _CONFUSABLES:
                found.append((at, at + 1, _CONFUSABLES[letter], LOOK_ALIKE, None))
    return found
