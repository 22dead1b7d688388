"""Judge how well each connection of a post is disclosed: by which words, where, and whether readers see them.

Of all disclosures that could explain a connection the best one counts; what is wrong with it are its breaches.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from disclosure_check.case import (
    ABOVE,
    BESIDE,
    MOST,
    Breach,
    Connection,
    has_offer_beside,
    is_among_credits,
    is_beside,
    is_with,
)
from disclosure_check.model import SEVERITIES, Span
from disclosure_check.spoken import FAR_LATE, is_spoken, lateness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disclosure_check.annotate import Signal
    from disclosure_check.case import Case, Trigger
    from disclosure_check.model import Severity

SHORT_POST = 2000  # characters: up to here a note below the links is likely to be read
FAR = 1.8  # folds: about twice the fold
STORY_MEDIA = ("story", "stories", "story frames")  # in which all is on the picture
PILE = 3  # so many tags and links in a row are a pile
BLOCK_TOPICS = ("sponsored", "payment", "brought", "presented")  # may label a block of an article only
SPONSOR_TOPICS = ("partnership", "presented", "sponsor-word")  # ambiguous, but they tell that somebody pays
UNTOLD = ("absent", "absent-from-excerpt", "far-bare-label", "inadequate", "far-below-link", "elsewhere", "hyperlinked")


def judge(
    case: Case, connections: list[Connection], severities: Callable[[Breach], list[Severity]]
) -> list[tuple[Connection, list[Breach]]]:
    """Return each connection with the breaches of its best disclosure; [] where it is well disclosed.

    `severities` tells what the rules make of a breach. A connection left untold beside one that is clearly disclosed is
    a lesser breach.
    """
    judged = [(connection, _best(case, connection, severities)) for connection in connections]
    is_clear = any(_weight(breaches, severities)[0] < len(SEVERITIES) and _is_told(case, connection) for connection, breaches in judged)
    if not is_clear:
        return judged
    return [(connection, breaches if connection.declared else [_beside(breach) for breach in breaches]) for connection, breaches in judged]


def _beside(breach: Breach) -> Breach:
    if breach.name not in UNTOLD:
        return breach
    note = "another connection is disclosed, this one is not"
    return Breach("absent-beside-disclosed", breach.topic, breach.connection, breach.span, note, breach.disclosure)


def _is_told(case: Case, connection: Connection) -> bool:
    return any(
        connection.kind in disclosure.kind.covers and (disclosure.kind.grade == "adequate" or disclosure.kind.topic in SPONSOR_TOPICS)
        for disclosure in case.disclosures
    )


def _best(case: Case, connection: Connection, severities: Callable[[Breach], list[Severity]]) -> list[Breach]:
    best: tuple[tuple[int, int, bool], list[Breach]] | None = None
    for disclosure in case.disclosures:
        if connection.kind in disclosure.kind.covers and not _says_nothing_of(case, connection, disclosure):
            breaches = _breaches(case, connection, disclosure)
            weight = (*_weight(breaches, severities), disclosure.kind.grade != "adequate")
            if best is None or weight < best[0]:
                best = weight, breaches
    return [_absence(case, connection)] if best is None else best[1]


def _weight(breaches: list[Breach], severities: Callable[[Breach], list[Severity]]) -> tuple[int, int]:
    ranks = [len(SEVERITIES) - SEVERITIES.index(severity) for breach in breaches for severity in severities(breach)]
    return max(ranks, default=0), len(ranks)


def _says_nothing_of(case: Case, connection: Connection, disclosure: Signal) -> bool:
    """Whether words that could explain a code stand elsewhere: a link's label, or the label of a sponsor's block."""
    if connection.kind != "discount" or connection.declared:
        return False
    if disclosure.kind.topic == "affiliate-label":
        return not any(is_beside(case, disclosure, trigger) for trigger in connection.triggers)
    if case.platform.form != "article" or disclosure.kind.topic not in BLOCK_TOPICS:
        return False
    if disclosure.at < ABOVE or case.has("about-this-post", disclosure.at, disclosure.to):
        return False
    return not any(abs(trigger.at - disclosure.at) <= 2 * ABOVE for trigger in connection.triggers)


def _breaches(case: Case, connection: Connection, disclosure: Signal) -> list[Breach]:
    found = [*_wording(case, connection, disclosure), *_visibility(case, disclosure)]
    if disclosure.channel == "body":
        found += _by_time(case, connection, disclosure) if is_spoken(case.post) else _placement(case, connection, disclosure)
    # Words beside the text have no place in it.
    span = _span_of(case, connection) if disclosure.words else Span(disclosure.start, disclosure.end)
    return [Breach(name, disclosure.kind.topic, connection, span, note, disclosure) for name, note in found]


# --- words ---------------------------------------------------------------------------------------------------------


def _wording(case: Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    kind = disclosure.kind
    if kind.topic == "foreign":
        if case.post.lang is not None or case.is_in_english:
            yield "foreign-language", "the post is in English, this is not"
    elif kind.topic == "affiliate-label":
        is_near = _is_near(case, disclosure, connection)
        yield ("bare-label" if is_near else "far-bare-label"), "it names the link, but not that you earn from it"
    elif kind.topic == "brand-role":
        if case.platform.form != "short":
            yield "ambiguous", "room for plainer words: this platform has no short limit"
    elif kind.topic == "brought":
        if case.platform.form == "article" and not has_offer_beside(case, disclosure):
            yield "ambiguous", "on an article these words may mean that somebody only funded it"
    elif kind.grade in ("ambiguous", "inadequate"):
        yield kind.grade, "readers may not take these words as a disclosure"
    if case.post.audience == "children" and kind.grade == "adequate":
        words = case.words(disclosure)
        if _has_words(case, "grown-up-word", words) and not _has_words(case, "child-word", words):
            yield "beyond-children", "children don't know these words"


def _has_words(case: Case, topic: str, words: str) -> bool:
    return any(pattern.compiled().search(words) for pattern in case.contexts.get(topic, ()))


def _is_near(case: Case, label: Signal, connection: Connection) -> bool:
    """Whether a bare label stands with the first or with most of the links it explains."""
    beside = [is_with(case, label, trigger) for trigger in connection.triggers]
    return not beside or beside[0] or sum(beside) * 2 >= len(beside)


def _visibility(case: Case, disclosure: Signal) -> Iterator[tuple[str, str]]:
    if disclosure.channel == "overlay":
        if is_spoken(case.post):
            yield "overlay-only", "nobody says it"
    elif disclosure.channel == "description":
        yield "description-only", "nobody says it"
    elif disclosure.channel != "body":
        channel = {"alt": "alt-only", "title": "alt-only"}.get(disclosure.channel, disclosure.channel)
        yield channel, f"readers don't see it: {disclosure.reason}" if disclosure.reason else "most readers don't see it"
    if disclosure.disguise:
        yield "disguised", f"written with {disclosure.disguise}"


# --- place ---------------------------------------------------------------------------------------------------------


def _by_time(case: Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    """Judge a spoken disclosure by when it comes."""
    late = lateness(case, connection, disclosure)
    if late is not None:
        yield ("far-late-spoken" if late > FAR_LATE else "late-spoken"), f"it comes after {late:.0%} of what is said about it"


def _placement(case: Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    if any(words.channel == "overlay" for words in case.post.beside) and (case.post.medium or "").lower() in STORY_MEDIA:
        yield "beside-picture", "the words on the picture don't say it"
    piled = _pile_position(case, disclosure)
    if piled and disclosure.kind.grade == "adequate":
        yield piled, "among other tags readers skip it"
    if connection.kind in ("affiliate", "discount") and connection.triggers:
        yield from _by_adjacency(case, connection, disclosure)
    else:
        yield from _by_fold(case, connection, disclosure)


def _pile_position(case: Case, disclosure: Signal) -> str | None:
    if not case.words(disclosure).startswith("#"):
        return None
    piles = case.found.layout.piles
    number = bisect_right(piles, disclosure.at, key=lambda pile: pile.start) - 1
    if number < 0 or disclosure.at >= piles[number].end:
        return None
    pile = piles[number]
    if pile.start not in case.lost_among:
        case.lost_among[pile.start] = [item.start for item in pile.items[:MOST] if _is_pile_item(case, item)]
    others = case.lost_among[pile.start]
    if len(others) + 1 < PILE:
        return None
    if others[0] < disclosure.at:
        return "piled"
    is_own_line = case.found.layout.line(pile.start).end <= pile.end + 1 and pile.start > 0
    return None if is_own_line and _is_shown_whole(case) else "leading-pile"


def _is_pile_item(case: Case, item: Span) -> bool:
    """Whether an item is one that a disclosure gets lost among: not a mention, a disclosure, or a platform's own link."""
    if case.text[item.start] == "@":
        return False
    facts = [link.fact for link in case.links_at.get(item.start, ())]
    if any(fact is not None and fact.role == "platform" for fact in facts):
        return False
    return not any(at < item.end and to > item.start for at, to in case.adequate)


def _is_shown_whole(case: Case) -> bool:
    limit = case.platform.shown_whole_up_to
    return case.platform.fold is None or (limit is not None and len(case.post.text) - case.post.body_start <= limit)


def _by_fold(case: Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    folds = case.depth(disclosure) if disclosure.kind.topic != "brand-role" else 0.0  # a tag is what it is, wherever it stands
    if case.platform.form == "article" and connection.kind in ("gift", "loan", "travel"):
        folds /= 2  # a review tells where its object came from where it begins with the object, not always in its first lines
    is_block = case.platform.form in ("article", "audio") and has_offer_beside(case, disclosure)
    if folds > 1 and not (is_block and not case.has("about-this-post", disclosure.at, disclosure.to)):
        is_late = folds > FAR and not _is_in_passing(case, connection, disclosure)
        yield ("far-past-fold" if is_late else "past-fold"), f"{case.platform.title} cuts the post before it"


def _is_in_passing(case: Case, connection: Connection, disclosure: Signal) -> bool:
    """Whether a long text tells of a gift only where it comes to it, and shows no other sign of a tie: it may be somebody's breakfast."""
    if connection.declared or case.platform.form != "article" or connection.kind not in ("gift", "loan", "travel"):
        return False
    return all(trigger.at == disclosure.at for trigger in connection.triggers) and not case.has(
        "about-this-post", disclosure.at, disclosure.to
    )


def _by_adjacency(case: Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    """Judge an explanation by where it stands to what it explains: before or beside is fine, below is not."""
    unexplained = [trigger for trigger in connection.triggers if not _is_explained(case, disclosure, trigger)]
    if not unexplained:
        return
    first = connection.triggers[0]
    is_lost = (
        len(unexplained) * 2 > len(connection.triggers)
        and (len(case.post.text) - case.post.body_start > SHORT_POST or case.depth(disclosure) > 1)
        and not (any(0 <= disclosure.at - trigger.to <= BESIDE for trigger in connection.triggers) and case.depth(first) > 1)
    )
    is_lost = is_lost or _is_about_links_only(case, connection, disclosure) or is_among_credits(case, disclosure)
    yield ("far-below-link" if is_lost else "below-link"), "the link comes first"


def _is_about_links_only(case: Case, connection: Connection, disclosure: Signal) -> bool:
    """Whether a commission is told of links somewhere below, while a code stands by itself."""
    if connection.kind != "discount" or disclosure.kind.topic != "commission" or not case.has_affiliate_links:
        return False
    sentence = case.found.layout.sentence(disclosure.at)
    mentions_code = "code" in case.text[sentence.start : sentence.end].lower()
    return not mentions_code and not any(is_with(case, disclosure, trigger) for trigger in connection.triggers)


def _is_explained(case: Case, disclosure: Signal, trigger: Trigger) -> bool:
    if disclosure.kind.topic == "affiliate-label":
        return True  # whether it is near is judged by its wording
    return disclosure.at < trigger.to or is_beside(case, disclosure, trigger)


# --- nothing -------------------------------------------------------------------------------------------------------


def _absence(case: Case, connection: Connection) -> Breach:
    """Say what a connection without any disclosure has instead of one."""
    topic = connection.triggers[0].topic if connection.triggers else "declared"
    span = _span_of(case, connection)
    lesser = _lesser_tie(case) if connection.declared and connection.kind in ("paid", "equity", "employee") else None
    pointer = next((signal for signal in case.found.signals if signal.kind.role == "pointer" and signal.assertion == "affirmed"), None)
    if case.post.platform_label and connection.declared:
        return Breach("label-only", topic, connection, span, "only the platform's own label says so")
    if case.post.page_sponsor and not connection.declared and not connection.triggers:
        return Breach("front-matter-only", topic, connection, span, "the front matter names a sponsor, the text doesn't")
    if lesser:
        return Breach("lesser-kind", lesser.kind.topic, connection, Span(lesser.start, lesser.end), "a lesser tie is said", lesser)
    if case.disclosure_link:
        return Breach("hyperlinked", topic, connection, case.disclosure_link, "the disclosure is behind a link")
    if pointer:
        return Breach("elsewhere", topic, connection, Span(pointer.start, pointer.end), "the disclosure is somewhere else", pointer)
    if _is_excerpt(case):
        return Breach("absent-from-excerpt", topic, connection, span, "no words say it in this excerpt, which lacks its beginning")
    return Breach("absent", topic, connection, span, "no words in the post say it")


def _lesser_tie(case: Case) -> Signal | None:
    for signal in case.disclosures:
        if signal.channel == "body" and (signal.kind.grade == "adequate" or signal.kind.topic == "bare-gift"):
            return signal
    return None


def _is_excerpt(case: Case) -> bool:
    """Whether the text of a talk begins in the middle of it, so that the start of an ad read may be cut off."""
    return (case.platform.form == "audio" or is_spoken(case.post)) and case.text.lstrip("\n ").startswith(("...", "[...", "(..."))


def _span_of(case: Case, connection: Connection) -> Span:
    """Return the words to point at: the trigger, else a named brand or mention, else the first line."""
    if connection.triggers:
        return Span(connection.triggers[0].start, connection.triggers[0].end)
    brand = next((brand for brand in case.post.brands if brand in case.text), None)
    mention = re.search(r"(?<!\w)@\w[\w.]*\w", case.text)
    line = case.text.strip().split("\n")[0][:100]
    words = brand or (mention.group() if mention else line)
    if not words:
        return Span(case.post.body_start, case.post.body_start)
    at = case.text.index(words)
    return case.found.prose.offsets.span(at, at + len(words))
