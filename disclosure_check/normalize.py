"""Turn the visible pieces of a post into one folded text to match against, with a way back to the original.

Comes in: the pieces that a reader of the post sees. Goes out: `Prose`, whose text has compatibility forms, styled
letters, look-alikes, quotes, white space and invisible characters folded, and each bare URL replaced by LINK_MARK.
What the words mean is left to `annotate`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import deque
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.lazily import lazily
from disclosure_check.model import CODE_MARK, LINK_MARK, Link, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
_CONFUSABLE = lazily(f"[{''.join(_CONFUSABLES)}]")
_WORD = lazily(r"[\w#@]+")
_CONFUSABLE_WORD = lazily(rf"[\w#@]*[{''.join(_CONFUSABLES)}][\w]*")
_SMALL_CAPITALS = lazily(r"[ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ]")
_UNUSUAL = re.compile(r"[^\x20-\x5f\x61-\x7e\n\ufffb]")
_SPACED_LETTERS = lazily(r"(?<!\w)[A-Za-z0-9](?: [A-Za-z0-9])+(?: {2,3}[A-Za-z0-9](?: [A-Za-z0-9])+)*(?!\w)")
_SPACED_SIGN = re.compile(r" [A-Za-z0-9] {1,3}[A-Za-z0-9] ")  # without it there are no four spaced letters in a row
_SPACES = f" \n{EMOJI_MARK}"
_WHITE_SPACE = lazily(rf"[{_SPACES}]*\n[{_SPACES}.\-_•]*\n[ {EMOJI_MARK}]*|[{_SPACES}]{{2,}}")
# One of these is in each of them, unless it is a single line end or two; each sign begins with a character to look for.
_GAP_SIGNS = tuple(map(re.compile, (rf" [{_SPACES}]", EMOJI_MARK, rf"\n\n?[ .\-_•{EMOJI_MARK}]|\n\n\n")))


class OffsetMap(Struct, frozen=True):
    """The way from offsets of a folded text back to the original, as runs of equal treatment.

    Run `i` begins at folded offset `at[i]`; it stands for the original `[start[i], end[i])`. In a run that is `exact`
    each character stands for one; otherwise all its characters stand for the whole.
    """

    at: tuple[int, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    exact: tuple[bool, ...]
    length: int  # of the folded text

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
        if run == len(self.at):
            return self.length
        inside = max(0, offset - self.start[run]) if self.exact[run] else 0
        return self.at[run] + inside


class Prose(Struct, frozen=True):
    """The folded text of a post and where its characters come from."""

    text: str  # folded; " " and EMOJI_MARK between words, "\n" between lines, "\n\n" between paragraphs
    lower: str  # the same in lower case, of the same length
    offsets: OffsetMap
    oddities: tuple[tuple[int, str], ...]  # folded offsets at which a disguise was undone, and which
    links: tuple[Link, ...]  # bare URLs found in the prose


def normalize(pieces: Iterable[Piece], find_urls: Callable[[str], Iterable[tuple[int, int, str]]]) -> Prose:
    """Return the folded prose of `pieces`.

    `find_urls` gives the bare URLs of a folded text as (start, end, url) in order.
    """
    folded, offsets, oddities = _fold_characters(pieces)
    return _fold_words(folded, offsets, oddities, find_urls)


def _fold_characters(pieces: Iterable[Piece]) -> tuple[str, OffsetMap, dict[int, str]]:
    shown = [piece for piece in pieces if piece.text]
    raw = "".join([piece.text for piece in shown])
    offsets = _piece_offsets(shown)
    parts: list[str] = []
    edits: list[tuple[int, int, int]] = []
    oddities: dict[int, str] = {}
    done = shift = 0
    for unusual in _UNUSUAL.finditer(raw):
        at = unusual.start()
        text, oddity = _fold_character(unusual[0])
        parts += (raw[done:at], text)
        done = at + 1
        if oddity:
            oddities[at + shift] = oddity
        if len(text) != 1:
            edits.append((at, done, len(text)))
            shift += len(text) - 1
    if not parts:
        return raw, offsets, oddities
    parts.append(raw[done:])
    return "".join(parts), _edited(offsets, edits), oddities


def _piece_offsets(pieces: list[Piece]) -> OffsetMap:
    lengths = [len(piece.text) for piece in pieces]
    *at, total = accumulate(lengths, initial=0)
    exact = [piece.end - piece.start == length for piece, length in zip(pieces, lengths, strict=True)]
    return OffsetMap(tuple(at), tuple([piece.start for piece in pieces]), tuple([piece.end for piece in pieces]), tuple(exact), total)


def _edited(offsets: OffsetMap, edits: list[tuple[int, int, int]]) -> OffsetMap:
    """Return the offsets of a text after `edits`, in order and apart: (start, end, size) says that `[start, end)` became `size` characters."""
    if not edits:
        return offsets
    at: list[int] = []
    start: list[int] = []
    end: list[int] = []
    exact: list[bool] = []
    done = shift = 0
    for edit_start, edit_end, size in (*edits, (offsets.length, offsets.length, 0)):
        if done < edit_start:
            first = bisect_right(offsets.at, done) - 1
            behind = bisect_left(offsets.at, edit_start)
            span = offsets.span(done, edit_start)
            at.append(done + shift)
            at += [place + shift for place in offsets.at[first + 1 : behind]]
            start.append(span.start)
            start += offsets.start[first + 1 : behind]
            end += offsets.end[first : behind - 1]
            end.append(span.end)
            exact += offsets.exact[first:behind]
        if size:
            span = offsets.span(edit_start, edit_end)
            at.append(edit_start + shift)
            start.append(span.start)
            end.append(span.end)
            exact.append(span.end - span.start == size)
        shift += size - (edit_end - edit_start)
        done = edit_end
    return OffsetMap(tuple(at), tuple(start), tuple(end), tuple(exact), offsets.length + shift)


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
    parts: list[str] = []
    edits: list[tuple[int, int, int]] = []
    odd: list[tuple[int, str]] = []
    links: list[Link] = []
    pending = deque(oddities.items())
    done = shift = 0
    for start, end, text, oddity, url in _replacements(folded, find_urls):
        if start < done:
            continue
        while pending and pending[0][0] < end:
            at, kept = pending.popleft()
            if at < start:
                odd.append((at + shift, kept))
        if oddity:
            odd.append((start + shift, oddity))
        if url is not None:
            span = offsets.span(start, end)
            links.append(Link(url, span.start, span.end, span.start, span.end))
        parts += (folded[done:start], text)
        edits.append((start, end, len(text)))
        shift += len(text) - (end - start)
        done = end
    odd += [(at + shift, kept) for at, kept in pending if at < len(folded)]
    parts.append(folded[done:])
    text = "".join(parts)
    lower = text.lower()
    return Prose(
        text,
        lower if len(lower) == len(text) else text.casefold()[: len(text)],
        _edited(offsets, edits),
        tuple(odd),
        tuple(links),
    )


def _replacements(
    folded: str, find_urls: Callable[[str], Iterable[tuple[int, int, str]]]
) -> list[tuple[int, int, str, str | None, str | None]]:
    found: list[tuple[int, int, str, str | None, str | None]] = []
    for start, end, url in find_urls(folded):
        found.append((start, end, LINK_MARK, None, url))
    if not folded.isascii() and _CONFUSABLE().search(folded):
        found += _look_alikes(folded)
    if _SPACED_SIGN.search(folded):
        for spaced in _SPACED_LETTERS().finditer(folded):
            words = [word.replace(" ", "") for word in spaced.group().split("  ")]
            if sum(map(len, words)) >= 4:
                found.append((spaced.start(), spaced.end(), " ".join(word for word in words if word), SPACED, None))
    found += [(start, end, kind, None, None) for start, end, kind in _gaps(folded)]
    found.sort(key=lambda item: (item[0], -item[1]))
    return found


def _gaps(folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield the white space that isn't in its final form, and that form."""
    done = 0
    for sign in sorted([found.start() for signs in _GAP_SIGNS for found in signs.finditer(folded)]):
        if sign < done:
            continue
        start = sign
        while start > done and folded[start - 1] in _SPACES:
            start -= 1
        space = _WHITE_SPACE().match(folded, start)
        if space is None:
            continue
        done = space.end()
        gap = space[0]
        kind = "\n\n" if gap.count("\n") > 1 else "\n" if "\n" in gap else EMOJI_MARK if EMOJI_MARK in gap else " "
        if kind != gap:
            yield start, done, kind


def _look_alikes(folded: str) -> list[tuple[int, int, str, str | None, str | None]]:
    found: list[tuple[int, int, str, str | None, str | None]] = []
    for run in _WORD().finditer(folded):
        word = _CONFUSABLE_WORD().match(folded, *run.span())
        if word is None:
            continue
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
