"""Find which connections a post declares or shows.

A signal shows one when the author affirms it of this text: not when an article narrates somebody else's gift, when
the offer is the author's own, or when "code" is a word of a programming text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from disclosure_check.case import MOST, Connection, Trigger, is_affiliate
from disclosure_check.model import CONNECTIONS, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.annotate import LinkSignal, Signal
    from disclosure_check.case import Case

LABEL = 60  # folded characters between a link and the label that belongs to it
BLOCK_PARAGRAPHS = 3  # that a heading such as "Sponsors" speaks for
LONGEST_BLOCK = 1500  # folded characters
LONGEST_HEADING = 100
COMPANY_TOPICS = ("bare-gift", "brand-x-name", "partnership", "promo", "role", "shorthand")  # what companies say in other senses
OWN_RELEASE = 1500  # folded characters: who tells of books of one's own lists them below
LONGEST_SENTENCE = 1000  # folded characters on both sides of a word that are read as its sentence
OWN_BEFORE, OWN_AFTER = 300, 200  # folded characters around an offer in which "my shop" makes it the author's own


def find_connections(case: Case) -> list[Connection]:
    """Return the connections of a post, in the order of `model.CONNECTIONS`."""
    declared = set(case.post.connections)
    if case.post.platform_label and not declared:
        declared = {"paid"}  # the platform's label declares it
    shown: dict[str, list[Trigger]] = {}
    for kind, trigger in (*_by_words(case), *_by_links(case)):
        shown.setdefault(kind, []).append(trigger)
    if case.post.page_sponsor and not declared:
        shown.setdefault("paid", [])
    if declared == {"none"}:
        shown = {kind: triggers for kind, triggers in shown.items() if kind not in ("discount", "contest")}
    return [
        Connection(kind, kind in declared, tuple(sorted(shown.get(kind, ()), key=lambda trigger: trigger.at)[:MOST]))
        for kind in CONNECTIONS
        if kind in declared or kind in shown
    ]


def _by_words(case: Case) -> Iterator[tuple[str, Trigger]]:
    shown: Counter[str] = Counter()
    for signal in case.found.signals:
        if signal.assertion != "affirmed" or signal.channel != "body" or not signal.kind.shows:
            continue
        if all(shown[kind] >= MOST for kind in signal.kind.shows):
            continue  # earlier triggers are enough
        if (signal.kind.role == "connection" or signal.kind.topic in COMPANY_TOPICS) and case.is_company:
            continue
        if (
            signal.kind.role in ("connection", "disclosure", "pointer")
            and not _is_own_offer(case, signal)
            and not _is_narrated(case, signal)
            and not _is_between_creators(case, signal)
        ):
            shown.update(signal.kind.shows)
            for kind in signal.kind.shows:
                yield kind, _trigger(signal)
    for signal in case.disclosures:
        if signal.kind.topic == "affiliate-label" and signal.channel == "body" and _labels_a_link(case, signal):
            yield "affiliate", _trigger(signal)


def _by_links(case: Case) -> Iterator[tuple[str, Trigger]]:
    for link in islice(affiliate_links(case), MOST):
        yield "affiliate", Trigger(link.at, link.to, link.link.start, link.link.end, "link", "link.affiliate")


def affiliate_links(case: Case) -> Iterator[LinkSignal]:
    """Yield the links that show a commission: not those to the author's own work, nor those in a sponsor's block."""
    blocks = list(_sponsor_blocks(case))
    for link in case.found.links:
        if is_affiliate(link) and not _is_own_work(case, link) and not any(block.start <= link.at < block.end for block in blocks):
            yield link


def _trigger(signal: Signal) -> Trigger:
    return Trigger(signal.at, signal.to, signal.start, signal.end, signal.kind.topic, f"{signal.kind.role}.{signal.kind.topic}")


def _is_own_offer(case: Case, signal: Signal) -> bool:
    if signal.kind.role != "connection" or "discount" not in signal.kind.shows:
        return False
    line, paragraph = case.found.layout.line(signal.at), case.found.layout.paragraph(signal.at)
    if case.has("own-label", max(line.start, signal.at - 60), signal.at):
        return True
    if case.has("own-offer", max(0, signal.at - OWN_BEFORE), min(line.end, signal.to + OWN_AFTER)):
        return True
    needs_offer = case.platform.form == "article" and signal.kind.topic == "code"
    return needs_offer and not case.has("offer", max(paragraph.start, signal.at - OWN_AFTER), min(paragraph.end, signal.to + OWN_AFTER))


def _is_between_creators(case: Case, signal: Signal) -> bool:
    """Whether "#collab" tells of a video made with other creators, not for a brand."""
    return signal.kind.topic == "shorthand" and "collab" in case.words(signal).lower() and case.is_between_creators


def _is_narrated(case: Case, signal: Signal) -> bool:
    """Whether an article or a talk tells of gifts and payments that have nothing to do with this text or its author."""
    if case.platform.form not in ("article", "audio") or signal.kind.role != "disclosure" or signal.kind.topic in ("ad", "sponsored"):
        return False
    if signal.at <= case.first_word:
        return False  # a label at the very beginning
    sentence = case.found.layout.sentence(signal.at)
    start, end = max(sentence.start, signal.at - LONGEST_SENTENCE), min(max(sentence.end, signal.to), signal.to + LONGEST_SENTENCE)
    return not case.has("about-the-author", start, end)


def _labels_a_link(case: Case, label: Signal) -> bool:
    """Whether a bare "(affiliate link)" stands beside or right above a link, which it then shows to be one."""
    line = case.found.layout.line(label.at)
    below = case.found.layout.line(min(line.end, len(case.text) - 1))
    first = bisect_left(case.found.links, line.start, key=_place)
    end = bisect_left(case.found.links, min(below.end, label.to + LABEL + 1), key=_place)
    return any(label.at - case.found.links[number].to <= LABEL for number in reversed(range(first, end)))


def _place(link: LinkSignal) -> int:
    return link.at


def _is_own_work(case: Case, link: LinkSignal) -> bool:
    line = case.found.layout.line(link.at)
    if case.platform.form == "article" and case.has("own-release", max(0, link.at - OWN_RELEASE), link.at):
        return True
    return case.has("own-work", max(line.start, link.at - OWN_BEFORE), min(line.end, link.to + 60))


def _sponsor_blocks(case: Case) -> Iterator[Span]:
    """Yield the folded blocks under a heading that says "Sponsors" or "Sponsored"."""
    layout = case.found.layout
    for disclosure in case.disclosures:
        heading = layout.paragraph(disclosure.at)
        if disclosure.kind.topic not in ("payment", "sponsored", "ad") or heading.end - heading.start > LONGEST_HEADING:
            continue
        if not case.matches("sponsor-heading", case.text[heading.start : heading.end].strip(" \n:*#").lower()):
            continue
        end = heading.end
        for _ in range(BLOCK_PARAGRAPHS):
            end = layout.paragraph(min(end, len(case.text) - 1)).end
        yield Span(heading.start, min(end, heading.end + LONGEST_BLOCK))
