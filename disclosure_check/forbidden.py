"""Find what rules of type `forbid` name: contradictions, legalese, opaque links, needless notices, bare thread parts."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.disclosures import PILE
from disclosure_check.model import Span
from disclosure_check.spoken import find_gap, is_live, is_spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from disclosure_check.annotate import LinkSignal, Signal
    from disclosure_check.case import Breach, Case, Connection

SHOPPING = 150  # folded characters before a link in which a word such as "shop" makes it one to buy from
UNDISCLOSED = ("absent", "elsewhere", "hyperlinked", "hidden", "alt-only")  # breaches that leave a reader without a word
UNSEARCHED = ("newsletter",)  # platforms of articles that no search engine reads
LETTERS = 3  # a brand's first word with more letters than this names it: "Acme" of "Acme Lamps"
COMMON_CAPITALS = frozenset(
    [
        "Ad",
        "All",
        "And",
        "But",
        "Every",
        "For",
        "Get",
        "Here",
        "How",
        "Its",
        "Most",
        "Not",
        "Now",
        "One",
        "Some",
        "The",
        "Then",
        "There",
        "These",
        "They",
        "This",
        "Those",
        "What",
        "When",
        "Why",
        "With",
        "You",
    ]
)


class Offence(Struct, frozen=True):
    """Something a rule forbids, at its place."""

    span: Span  # original
    connection: Connection | None
    note: str


class Inquiry(Struct, frozen=True):
    """What a rule looks into: a post, its judged connections, and the rule's own match table."""

    case: Case
    judged: list[tuple[Connection, list[Breach]]]
    match: Mapping[str, Any]


def find_offences(inquiry: Inquiry) -> Iterator[Offence]:
    """Yield what the rule of `inquiry` forbids; its `match["signal"]` is one of FORBIDDEN."""
    yield from FORBIDDEN[inquiry.match["signal"]](inquiry)


def _contradictions(inquiry: Inquiry) -> Iterator[Offence]:
    case = inquiry.case
    undisclosed = [connection for connection, breaches in inquiry.judged if any(breach.name in UNDISCLOSED for breach in breaches)]
    is_told = any(signal.kind.grade == "adequate" for signal in case.disclosures)  # "they didn't pay me, but gave me ..."
    for denial in case.found.signals:
        if denial.kind.role != "denial" or denial.assertion != "affirmed":
            continue
        denied = [
            connection for connection, _ in inquiry.judged if connection.kind in denial.kind.shows and _contradicts(denial, connection)
        ]
        if denial.kind.topic == "denial-paid" and not is_told:
            denied += [connection for connection in undisclosed if connection.kind in ("discount", "affiliate") and connection.triggers]
        if denied:
            yield Offence(Span(denial.start, denial.end), denied[0], "denies what the post shows or declares")


def _contradicts(denial: Signal, connection: Connection) -> bool:
    if connection.declared:
        return True
    if denial.kind.topic != "denial-paid" or connection.kind != "paid":
        return False
    others = (trigger for trigger in connection.triggers if trigger.to <= denial.at or trigger.at >= denial.to)
    return any(trigger.topic in ("ad", "sponsored", "payment") for trigger in others)


def _wordings(inquiry: Inquiry) -> Iterator[Offence]:
    case = inquiry.case
    seen: set[Span] = set()
    topics = inquiry.match.get("topics", ())
    for signal in case.found.signals:
        if signal.kind.role != "wording" or signal.assertion != "affirmed" or signal.kind.topic not in topics:
            continue
        sentence = case.found.layout.sentence(signal.at)
        if sentence not in seen:
            seen.add(sentence)
            yield Offence(Span(signal.start, signal.end), None, "words of lawyers")


def _opaque_links(inquiry: Inquiry) -> Iterator[Offence]:
    case = inquiry.case
    opaque = [
        link for link in case.found.links if link.fact is not None and link.fact.role == "opaque" and not _is_account_line(case, link)
    ]
    if not opaque or case.disclosures or set(case.post.connections) == {"none"}:
        return
    is_denied = any(signal.kind.role == "denial" for signal in case.found.signals)
    is_list = len(opaque) >= PILE and not is_denied and not case.has("own-offer") and any(_is_shopping(case, link) for link in opaque)
    if is_list == ("links" in inquiry.match):
        yield Offence(Span(opaque[0].link.start, opaque[0].link.end), None, f"{len(opaque)} short links hide where they lead")


def _is_shopping(case: Case, link: LinkSignal) -> bool:
    return case.has("shopping", max(0, link.at - SHOPPING), link.at)


def _is_account_line(case: Case, link: LinkSignal) -> bool:
    """Whether a short link stands where people link their accounts, videos and texts, not things to buy."""
    line = case.found.layout.line(link.at)
    return case.has("account-line", max(line.start, link.at - 60), link.at)


def _needless_notices(inquiry: Inquiry) -> Iterator[Offence]:
    case = inquiry.case
    has_commission = any(connection.kind == "affiliate" for connection, _ in inquiry.judged)
    if has_commission or case.platform.form != "article" or case.found.links:
        return
    for signal in case.disclosures:
        if signal.kind.topic in ("commission", "affiliate-label") and signal.channel == "body":
            yield Offence(Span(signal.start, signal.end), None, "no affiliate link was found")
            return


def _thread_parts(inquiry: Inquiry) -> Iterator[Offence]:
    case = inquiry.case
    parts = case.found.layout.parts
    disclosed = [signal.at for signal in case.disclosures if signal.channel == "body"]
    if not parts or not inquiry.judged or not disclosed:
        return
    names = _names(case, parts)
    offers = sorted((trigger.at, trigger.to) for connection, _ in inquiry.judged for trigger in connection.triggers)
    for start, end in zip(parts, (*parts[1:], len(case.text)), strict=True):
        if any(start <= at < end for at in disclosed):
            continue
        named = next((name for name in names if name in case.text[start:end]), None)
        at = case.text.index(named, start) if named else -1
        place = (at, at + len(named)) if named else next(((at, to) for at, to in offers if start <= at < end), None)
        if place:
            yield Offence(case.found.prose.offsets.span(*place), inquiry.judged[0][0], "this part sells, but carries no disclosure")


def _names(case: Case, parts: tuple[int, ...]) -> list[str]:
    """Return the brands that are known, else the names that more than one part of a thread uses."""
    if case.post.brands:
        first_words = (brand.split()[0] for brand in case.post.brands if brand.strip())
        return [*case.post.brands, *(word for word in first_words if len(word) > LETTERS and word not in COMMON_CAPITALS)]
    seen: Counter[str] = Counter()
    for start, end in zip(parts, (*parts[1:], len(case.text)), strict=True):
        seen.update(set(re.findall(r"(?<![\w@])(?:@\w[\w.]*\w|[A-Z][a-z]\w+)", case.text[start:end])))
    return sorted(name for name, count in seen.items() if count > 1 and name not in COMMON_CAPITALS)


def _unrepeated(inquiry: Inquiry, *, live: bool) -> Iterator[Offence]:
    """Yield a disclosure after which a recording goes on too long, if nothing else is wrong with it."""
    case = inquiry.case
    if not is_spoken(case.post) or is_live(case.post) is not live:
        return
    for connection, breaches in inquiry.judged:
        gap = find_gap(case, connection) if not breaches else None
        if gap is not None:
            signal, seconds = gap
            yield Offence(Span(signal.start, signal.end), connection, f"the next {round(seconds / 60)} minutes go without one")
            return


def _late_starts(inquiry: Inquiry) -> Iterator[Offence]:
    """Yield a payment that is disclosed in good words and in sight, but only at the end of a short or captioned post."""
    case = inquiry.case
    paid = next((connection for connection, breaches in inquiry.judged if connection.kind == "paid" and not breaches), None)
    if paid is None or case.platform.form not in ("short", "long") or is_spoken(case.post):
        return
    good = [
        signal
        for signal in case.disclosures
        if "paid" in signal.kind.covers and signal.channel == "body" and signal.kind.grade == "adequate"
    ]
    if good and good[0].at > max(60, len(case.text) * 0.85):
        yield Offence(Span(good[0].start, good[0].end), paid, "it stands at the end")


def _unqualified_links(inquiry: Inquiry) -> Iterator[Offence]:
    """Yield the first affiliate link in HTML whose `rel` tells a search engine nothing about payment."""
    case = inquiry.case
    if case.platform.form != "article" or case.platform.name in UNSEARCHED or "</a" not in case.post.text.lower():
        return
    from disclosure_check.repairs import is_strong, is_unqualified, opening

    bare = [
        link.link
        for link in case.found.links
        if is_strong(link) and is_unqualified(link.link) and opening(link.link, case.post.text) is not None
    ]
    if bare:
        links = "1 affiliate link has" if len(bare) == 1 else f"{len(bare)} affiliate links have"
        yield Offence(Span(bare[0].start, bare[0].end), None, f"{links} neither of the two values")


FORBIDDEN: dict[str, Callable[[Inquiry], Iterator[Offence]]] = {
    "denial": _contradictions,
    "late-start": _late_starts,
    "needless-notice": _needless_notices,
    "opaque-link": _opaque_links,
    "thread-part": _thread_parts,
    "unqualified-link": _unqualified_links,
    "unrepeated-live": partial(_unrepeated, live=True),
    "unrepeated-long": partial(_unrepeated, live=False),
    "wording": _wordings,
}
