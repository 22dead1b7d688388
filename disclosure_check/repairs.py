"""Work out how the text of a post can be mended for a finding: the edits that its rule's `[[fix]]` tables ask for.

Comes in: a post's findings, and a way to judge another text of it. Goes out: the findings, each with its `fix` or
`suggestion`. An operation only proposes edits; what counts is that the engine, asked about the mended text, no longer
has the finding and has no new one, and that links and visible words are what they were.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.case import Case
from disclosure_check.connections import affiliate_links
from disclosure_check.model import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from disclosure_check.annotate import Annotations, LinkSignal
    from disclosure_check.model import Finding, Link, Markup, Piece, Platform, Post
    from disclosure_check.rulebook import Repair, Rulebook

MOST = 8  # findings of a post for which a repair is worked out; each costs a check or two
BUDGET = 2_000_000  # characters that are checked anew for the repairs of a post; no text but a hostile one needs as many
MOST_LINKS = 2_000  # that get a label; only machines write more
LONGEST_TAG = 20_000  # characters of an HTML start tag
LONGEST_GAP = 2_000  # characters between a link's address or words and its end
_HREF = re.compile(r"""\bhref\s{0,20}=\s{0,20}(["']?)\Z""", re.IGNORECASE)
_CLOSING = re.compile(r"</a\s*>", re.IGNORECASE)
_LABELLED = re.compile(r"[^\w\n]{0,8}paid links?\b", re.IGNORECASE)
_TITLE = re.compile(r"""[^\S\n]*(?:"(?:[^"\\]|\\.){0,500}"|'(?:[^'\\]|\\.){0,500}'|\((?:[^()\\]|\\.){0,500}\))?\s*\)""")
_ATTRIBUTE = re.compile(r"""\s(rel)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?(?=[\s/>])""", re.IGNORECASE)
_BRACKETS = {"(": ")", "[": "]"}
_EMPHASIS = "*_"
_WRAPPING = "([" + _EMPHASIS
_OPENED = re.compile(r"<(b|strong|i|em|span|small|u|mark)(?:\s[^<>]*)?>\Z", re.IGNORECASE)
_MAY_FOLLOW = "#\uff03@.!?…<|•"  # a tag, when it is taken out
_LINE_ENDS = "\r\n"


class Judged(Struct, frozen=True):
    """A text of a post, and what the engine makes of it."""

    post: Post
    markup: Markup
    found: Annotations
    findings: tuple[Finding, ...]


def with_fixes(judged: Judged, platform: Platform, rulebook: Rulebook, judge: Callable[[Post], Judged]) -> tuple[Finding, ...]:
    """Return the findings of `judged`; those that can be mended have a `fix`, or a `suggestion` if nobody declared what it would say."""
    case = Case(judged.post, platform, judged.found, rulebook)
    tries = iter(range(max(1, BUDGET // (len(judged.post.text) + 1))))
    mended: dict[tuple[str, int, int], Finding] = {}
    for finding in [finding for finding in judged.findings if finding.rule in rulebook.repairs][:MOST]:
        for repair in rulebook.repairs[finding.rule]:
            proposals = (edits for edits in _proposals(repair, finding, judged, case) if edits and next(tries, None) is not None)
            edits = next((edits for edits in proposals if _is_right(edits, finding, judged, judge)), None)
            if edits is not None:
                safe = _is_known(repair, case)
                mended[finding.rule, finding.start, finding.end] = (
                    replace(finding, fix=edits) if safe else replace(finding, suggestion=edits)
                )
                break
    return tuple(mended.get((finding.rule, finding.start, finding.end), finding) for finding in judged.findings)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits made; they must not overlap."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


# --- may it be applied, and is it right? ----------------------------------------------------------------------------


def _is_known(repair: Repair, case: Case) -> bool:
    """Whether the words say nothing that isn't known: the connection is declared, or each address proves it."""
    declared = [kind for kind in case.post.connections if kind != "none"]
    if repair.operation == "beside-link":
        links = list(affiliate_links(case))
        is_proven = all(link.fact is not None and link.fact.strength == "strong" for link in links)
        return "none" not in case.post.connections and (is_proven or "affiliate" in declared)
    return bool(declared) or not repair.states_connection


def _is_right(edits: tuple[Edit, ...], finding: Finding, before: Judged, judge: Callable[[Post], Judged]) -> bool:
    quotes = [block for block in before.markup.blocks if block.quoted]
    if any(edit.start <= quote.end and quote.start < max(edit.end, edit.start + 1) for edit in edits for quote in quotes):
        return False  # what others wrote stays as they wrote it
    post = before.post
    after = judge(replace(post, text=apply_edits(post.text, edits)))
    had, has = Counter(found.rule for found in before.findings), Counter(found.rule for found in after.findings)
    had[finding.rule] -= 1
    return not has - had and _reads_the_same(edits, before, after)


def _reads_the_same(edits: tuple[Edit, ...], before: Judged, after: Judged) -> bool:
    """Whether markup, links and visible words are what they were but for the words of the edits."""
    if [link.link.url for link in before.found.links] != [link.link.url for link in after.found.links]:
        return False
    if [_words(aside.pieces) for aside in before.markup.asides] != [_words(aside.pieces) for aside in after.markup.asides]:
        return False
    had, has = _characters(_words(before.markup.pieces)), _characters(_words(after.markup.pieces))
    added = _characters(edit.text for edit in edits)
    taken = _characters(before.post.text[edit.start : edit.end] for edit in edits)
    return not has - (had + added) and not had - (has + taken)


def _words(pieces: Iterable[Piece]) -> tuple[str, ...]:
    return tuple(piece.text for piece in pieces)


def _characters(texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        found.update("".join(text.split()))
    return found


# --- operations -----------------------------------------------------------------------------------------------------


def _proposals(repair: Repair, finding: Finding, judged: Judged, case: Case) -> Iterator[tuple[Edit, ...]]:
    """Yield the edits that an operation comes to, the best first."""
    words = repair.pattern().search(finding.match) if repair.pattern else None
    text = _filled(repair.text, judged.post)
    if (repair.pattern and words is None) or text is None:
        return
    first, last = words.span() if words else (0, len(finding.match))
    if repair.operation == "replace":
        edit = Edit(finding.start + first, finding.start + last, _as_written(finding.match[first:last], text))
        others = tuple(_elsewhere(repair, text, finding, case)) if repair.everywhere else ()
        if others:
            yield tuple(sorted((edit, *others), key=lambda edit: edit.start))
        yield (edit,)
    elif repair.operation == "append":
        yield (Edit(finding.end, finding.end, text.upper() if finding.match.isupper() else text),)
    elif repair.operation == "move-to-front":
        yield from _moves(finding, text, judged, case)
    elif repair.operation == "put-in-front":
        yield from ((edit,) for edit in _in_front(text, judged, case))
    elif repair.operation == "beside-link":
        yield _beside_links(text, judged.post, affiliate_links(case))
    else:
        yield _link_relations(text, judged.post, (link.link for link in affiliate_links(case) if is_strong(link)))


def _elsewhere(repair: Repair, text: str, finding: Finding, case: Case) -> Iterator[Edit]:
    """Yield the edits that replace the same sort of words where other disclosures of the same topic hold them."""
    topics = {signal.kind.topic for signal in case.disclosures if signal.start == finding.start}
    for signal in case.disclosures:
        if signal.channel == "body" and signal.kind.topic in topics and signal.start >= finding.end:
            words = case.post.text[signal.start : signal.end]
            found = repair.pattern().search(words) if repair.pattern else None
            if found:
                yield Edit(signal.start + found.start(), signal.start + found.end(), _as_written(found[0], text))


def is_strong(link: LinkSignal) -> bool:
    """Return whether an address by itself proves a commission."""
    return link.fact is not None and link.fact.role == "affiliate" and link.fact.strength == "strong"


def _filled(text: str, post: Post) -> str | None:
    """Return the words of a repair with the brand's name in them; None if it isn't known which."""
    if "{brand}" not in text:
        return text
    name = re.sub(r"[\W_]", "", post.brands[0]) if len(post.brands) == 1 else ""
    return text.replace("{brand}", name) if name else None


def _as_written(old: str, new: str) -> str:
    """Return `new` in the letters of `old`: all capitals, or a capital at its beginning."""
    letters = [letter for letter in old if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return new.upper()
    at = next((at for at, letter in enumerate(new) if letter.isalpha()), len(new))
    return new[:at] + new[at : at + 1].upper() + new[at + 1 :] if letters and letters[0].isupper() else new


# --- to the front ---------------------------------------------------------------------------------------------------


def _moves(finding: Finding, text: str, judged: Judged, case: Case) -> Iterator[tuple[Edit, ...]]:
    removal = _removal(finding, judged.post)
    label = text or finding.match
    if removal is None or any(link.link.text_start <= finding.start < link.link.text_end for link in judged.found.links):
        return
    for edit in _in_front(label if label.startswith(("#", "\uff03")) else f"{label}:", judged, case):
        if edit.start < removal.start:
            yield edit, removal


def _in_front(label: str, judged: Judged, case: Case) -> Iterator[Edit]:
    """Yield how a label can be put before the first words of a post: at the head of its first paragraph, or as one of its own."""
    post, blocks = judged.post, judged.markup.blocks
    if case.found.layout.parts or post.parts or post.format == "subtitles":
        return
    if post.format == "text":
        at = next((at for at in range(post.body_start, len(post.text)) if not post.text[at].isspace()), None)
        if at is not None:
            yield Edit(at, at, f"{label} ")
        return
    block = next((block for block in blocks if block.kind != "heading" and block.start >= post.body_start), None)
    if block is None:
        return
    at = block.start
    if post.format == "html":
        visible = next((piece for piece in judged.markup.pieces if block.start <= piece.start < block.end and piece.text.strip()), None)
        if visible is None or block.quoted or block.kind != "paragraph" or _is_linked(visible.start, judged):
            return
        at = visible.start + (len(visible.text) - len(visible.text.lstrip()) if len(visible.text) == visible.end - visible.start else 0)
        yield Edit(at, at, f"{label} ")
        return
    while at < block.end and post.text[at].isspace():
        at += 1
    if block.kind == "paragraph" and not block.quoted:
        yield Edit(at, at, f"{label} ")
    while at > post.body_start and post.text[at - 1] not in _LINE_ENDS:
        at -= 1
    ends = "\r\n" if "\r\n" in post.text else "\n"
    yield Edit(at, at, f"{label.rstrip(':')}{ends}{ends}")


def _is_linked(at: int, judged: Judged) -> bool:
    return any(link.link.text_start <= at < link.link.text_end for link in judged.found.links)


def _removal(finding: Finding, post: Post) -> Edit | None:
    """Return the edit that takes a label out with the white space that it leaves; None if other words hang on it."""
    text, start, end = post.text, finding.start, finding.end
    start, end = _with_wrapping(text, start, end, post)
    first, last = _line(text, start, end, post.body_start)
    before, after = text[first:start], text[end:last]
    if post.format == "html":
        opened, closed = re.search(r"<p(?:\s[^<>]*)?>\s*\Z", text[max(0, start - 500) : start], re.IGNORECASE), None
        closed = re.match(r"\s*</p>[^\S\n]*\n?", text[end : end + 500], re.IGNORECASE)
        if opened and closed:
            return Edit(start - len(opened[0]), end + closed.end(), "")
    if not before.strip(f" \t{_EMPHASIS}") and not after.strip(f" \t.!{_EMPHASIS}"):
        return _whole_line(text, first, last, post.body_start)
    following = after.lstrip(" \t")
    if finding.match.startswith(("#", "\uff03")):
        if following and following[0] not in _MAY_FOLLOW and unicodedata.category(following[0]) != "So":
            return None
    elif following.strip(" \t.!") or before.rstrip()[-1:].isalnum() or before.rstrip()[-1:] in ",:;-\u2013\u2014\"'\u201c":
        return None
    else:
        end += len(after) - len(after.lstrip(" \t.!"))
    if text[end:last].strip() and not text.startswith("</", end):
        return Edit(start, end + len(text[end:last]) - len(text[end:last].lstrip(" \t")), "")
    return Edit(first + len(before.rstrip(" \t")), end, "")


def _with_wrapping(text: str, start: int, end: int, post: Post) -> tuple[int, int]:
    """Return a stretch with the brackets and the emphasis that hold nothing else."""
    while start > post.body_start and end < len(text):
        opened = (
            _OPENED.search(text, max(post.body_start, start - 100), start) if post.format != "text" and text[start - 1] == ">" else None
        )
        if text[end] in (_BRACKETS.get(text[start - 1]), text[start - 1]) and text[start - 1] in _WRAPPING:
            start, end = start - 1, end + 1
        elif opened and text[end : end + len(opened[1]) + 3].lower() == f"</{opened[1].lower()}>":
            start, end = opened.start(), end + len(opened[1]) + 3
        else:
            break
    return start, end


def _line(text: str, start: int, end: int, least: int) -> tuple[int, int]:
    """Return where the line begins on which `start` stands, and where the line ends on which `end` stands, without its line break."""
    while start > least and text[start - 1] not in _LINE_ENDS:
        start -= 1
    while end < len(text) and text[end] not in _LINE_ENDS:
        end += 1
    return start, end


def _whole_line(text: str, first: int, last: int, least: int) -> Edit:
    """Return the edit that takes out a line with the blank lines behind it, or before it if it is the last."""
    head, tail = text[least:first], text[last:]
    if not tail.strip():
        words = len(head.rstrip(" \t\r\n"))
        gap = re.compile(r"[\r\n]").search(head, words)
        return Edit(least + (gap.start() if gap else len(head)), last, "")
    blank = re.match(r"(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*", tail)
    return Edit(first, last + (blank.end() if blank else 0), "")


# --- at links -------------------------------------------------------------------------------------------------------


def _beside_links(text: str, post: Post, links: Iterable[LinkSignal]) -> tuple[Edit, ...]:
    """Return the edits that put a label behind each link; () if one of them has no place for it."""
    edits: dict[int, Edit] = {}
    for signal in links:
        at = _end_of(signal.link, post)
        if at is None or len(edits) == MOST_LINKS:
            return ()
        if _LABELLED.match(post.text, at):
            continue
        start = min(signal.link.start, signal.link.text_start)
        is_bracketed = post.text[max(0, start - 1) : start] == "(" and post.text[at : at + 1] == ")"
        gap = " " if post.text[at : at + 1].isalnum() else ""  # a line break was lost
        edits[at] = Edit(at, at, f", {text}" if is_bracketed else f" ({text}){gap}")
    return tuple(edits[at] for at in sorted(edits))


def _end_of(link: Link, post: Post) -> int | None:
    """Return where the markup of a link ends, so that words can follow; None if that can't be told."""
    text = post.text
    if link.start < post.body_start:
        return None  # on the headline, which only the front matter makes
    if opening(link, text) is not None:
        behind = max(link.end, link.text_end)
        closing = _CLOSING.search(text, behind, behind + LONGEST_GAP)
        return closing.end() if closing else None
    if (link.start, link.end) == (link.text_start, link.text_end):
        is_bracketed = text[link.start - 1 : link.start] == "<" and text[link.end : link.end + 1] == ">"
        return link.end + 1 if is_bracketed and post.format != "text" else link.end
    if post.format == "markdown":
        return _end_in_markdown(link, text)
    if post.format == "rst":
        is_embedded = link.start > link.text_end and text[link.end : link.end + 1] == ">"
        return _matched(r">`__?|`?__?", text, link.end if is_embedded else link.text_end)
    if post.format == "asciidoc":
        return _matched(r"\[(?:[^\]\\]|\\.){0,1000}\]", text, link.end) if text[link.end : link.end + 1] == "[" else None
    return None


def _end_in_markdown(link: Link, text: str) -> int | None:
    if 0 <= link.start - link.text_end <= LONGEST_GAP and "\n\n" not in text[link.text_end : link.start]:
        at = link.end + (text[link.end : link.end + 1] == ">")
        inline = _TITLE.match(text, at)
        if inline:
            return inline.end()
    return _matched(r"[^\[\]\n]{0,40}\](?:\[[^\[\]]{0,200}\])?", text, link.text_end)


def _matched(pattern: str, text: str, at: int) -> int | None:
    match = re.compile(pattern).match(text, at)
    return match.end() if match else None


def opening(link: Link, text: str) -> int | None:
    """Return where the `<a` begins whose address a link is, or None if it isn't written in HTML."""
    before = text[max(0, link.start - 60) : link.start]
    if not _HREF.search(before):
        return None
    at = max(text.rfind("<a", max(0, link.start - LONGEST_TAG), link.start), text.rfind("<A", max(0, link.start - LONGEST_TAG), link.start))
    return at if at >= 0 and text[at + 2 : at + 3].isspace() else None


def _link_relations(token: str, post: Post, links: Iterable[Link]) -> tuple[Edit, ...]:
    """Return the edits that add a token to the `rel` of each link written in HTML that has neither it nor "nofollow"."""
    edits: dict[int, Edit] = {}
    for link in links:
        at = opening(link, post.text)
        if at is not None and is_unqualified(link):
            edits[at] = _relation(token, link, post.text, at)
    return tuple(edits[at] for at in sorted(edits))


def is_unqualified(link: Link) -> bool:
    """Return whether the `rel` of a link tells a search engine nothing about payment."""
    return not {"sponsored", "nofollow"} & set(link.rel)


def _relation(token: str, link: Link, text: str, at: int) -> Edit:
    quote = _HREF.search(text[max(0, link.start - 60) : link.start])
    mark = quote[1] if quote else ""
    end = link.end + len(mark)
    for first, last in ((at, link.start), (end, _end_of_tag(text, end))):
        found = _ATTRIBUTE.search(text, first, min(len(text), last + 1))
        if found is None:
            continue
        value = next((group for group in (2, 3, 4) if found[group] is not None), None)
        if value is None:
            return Edit(found.start(1), found.end(), f'rel="{token}"')
        words = " ".join([*found[value].split(), token])
        return Edit(found.start(value), found.end(value), words if value != 4 else f'"{words}"')
    return Edit(end, end, f' rel="{token}"' if mark != "'" else f" rel='{token}'")


def _end_of_tag(text: str, at: int) -> int:
    """Return where the start tag ends that `at` stands in, between its attributes."""
    match = re.compile(r"""(?:[^"'>]|"[^"]*"|'[^']*')*""").match(text, at, at + LONGEST_TAG)
    return match.end() if match else at
