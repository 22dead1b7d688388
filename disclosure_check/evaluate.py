"""Judge what a post's signals amount to: which connections show, whether each is disclosed, and whether that is seen.

Comes in: a post with its annotations and the rules. Goes out: findings. Every judgement is a *breach* with a name
(`rulebook.BREACHES`); what a breach is worth, and the words to say it with, are rule data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_check.model import CONNECTIONS, SEVERITIES, Evidence, Finding, Span
from disclosure_check.segment import depth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from disclosure_check.annotate import Annotations, LinkSignal, Signal
    from disclosure_check.model import Platform, Post
    from disclosure_check.rulebook import Rule, Rulebook

BESIDE = 300  # folded characters: farther apart than this is not beside, even without a line break
ABOVE = 500  # a bare label this far above what it explains still stands with it
SHORT_POST = 2000  # characters: up to here a note below the links is likely to be read
ERROR = len(SEVERITIES)  # the weight of a breach that is an error
LABEL = 60  # folded characters between a link and the label that belongs to it
HEADING = 40  # folded characters: a paragraph no longer than this heads the next
UNDISCLOSED = ("absent", "elsewhere", "hyperlinked", "hidden", "alt-only")  # breaches that leave a reader without a word
COMMON_WORDS = frozenset("the and to of is it my for in this with you that on was are have i a we so but at me".split())
FAR = 1.8  # folds: about twice the fold
PILE = 3  # so many tags, mentions and links in a row are a pile

PLAIN_KINDS = {
    "paid": "a payment",
    "gift": "a gift",
    "affiliate": "a commission",
    "discount": "a discount code or offer",
    "employee": "a job",
    "consultant": "work for the brand",
    "family": "a family or personal tie",
    "equity": "ownership",
    "contest": "a contest entry or prize",
    "travel": "a hosted trip or stay",
    "loan": "a loan or early access",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something in the post that shows a connection."""

    at: int  # folded
    to: int
    start: int  # original
    end: int
    topic: str
    label: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One kind of connection that a post declares or shows."""

    kind: str  # one of CONNECTIONS
    declared: bool
    triggers: tuple[Trigger, ...]  # () when it is only declared


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which the disclosure of a connection falls short."""

    name: str  # one of rulebook.BREACHES
    topic: str
    connection: Connection
    span: Span  # original
    note: str
    disclosure: Signal | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A post with all that is needed to judge it."""

    post: Post
    platform: Platform
    found: Annotations
    rulebook: Rulebook

    @property
    def text(self) -> str:
        return self.found.prose.text

    def disclosures(self) -> Iterator[Signal]:
        return (signal for signal in self.found.signals if signal.kind.role == "disclosure" and signal.assertion == "affirmed")


def evaluate(post: Post, platform: Platform, found: Annotations, rulebook: Rulebook) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return the kinds of connection that the post declares or shows, and the findings in the order of their place."""
    case = _Case(post, platform, found, rulebook)
    connections = list(_connections(case))
    judged = [(connection, _judge(case, connection)) for connection in connections]
    breaches = _downgrade(case, judged)
    findings = [_finding(case, rule, breach) for breach in breaches for rule in _rules_for(case, breach)]
    findings += _forbidden(case, connections, judged)
    kinds = tuple(kind for kind in CONNECTIONS if any(connection.kind == kind for connection in connections))
    return kinds, _ordered(findings)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    unique: dict[tuple[int, int, str], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.start, finding.end, finding.rule), finding)
    return tuple(unique[key] for key in sorted(unique, key=lambda key: (key[0], key[2], key[1])))


# --- which connections show ----------------------------------------------------------------------------------------


def _connections(case: _Case) -> Iterator[Connection]:
    declared = set(case.post.connections)
    shown: dict[str, list[Trigger]] = {}
    for signal in case.found.signals:
        if signal.assertion == "affirmed" and signal.channel == "body" and signal.kind.role in ("connection", "disclosure", "pointer"):
            for kind in signal.kind.shows:
                if not _is_own_offer(case, signal) and not _is_narrated(case, signal):
                    shown.setdefault(kind, []).append(_trigger(signal))
    for link in case.found.links:
        if is_affiliate(link) and not _is_own_work(case, link) and not _is_in_sponsor_block(case, link):
            shown.setdefault("affiliate", []).append(Trigger(link.at, link.to, link.link.start, link.link.end, "link", "link.affiliate"))
    for signal in case.disclosures():
        if signal.kind.topic == "affiliate-label" and signal.channel == "body" and _labels_a_link(case, signal):
            shown.setdefault("affiliate", []).append(_trigger(signal))
    if declared == {"none"}:
        shown = {kind: triggers for kind, triggers in shown.items() if kind not in ("discount", "contest")}
    for kind in CONNECTIONS:
        if kind in declared or kind in shown:
            yield Connection(kind, kind in declared, tuple(sorted(shown.get(kind, ()), key=lambda trigger: trigger.at)))


def _is_narrated(case: _Case, signal: Signal) -> bool:
    """Whether an article or a talk tells of gifts and payments that have nothing to do with this text or its author."""
    if case.platform.form not in ("article", "audio") or signal.kind.role != "disclosure" or signal.kind.topic in ("ad", "sponsored"):
        return False
    if not case.text[: signal.at].strip(" \n*_#>"):
        return False  # a label at the very beginning
    sentence = case.found.layout.sentence(signal.at)
    return not _has_context(case, "about-the-author", sentence.start, max(sentence.end, signal.to))


def is_affiliate(link: LinkSignal) -> bool:
    return link.fact is not None and link.fact.role == "affiliate" and link.fact.strength in ("strong", "medium")


def _is_own_work(case: _Case, link: LinkSignal) -> bool:
    line = case.found.layout.line(link.at)
    return _has_context(case, "own-work", max(line.start, link.at - 120), min(line.end, link.to + 40))


def _labels_a_link(case: _Case, label: Signal) -> bool:
    """Whether a bare "(affiliate link)" stands beside a link, which it then shows to be one."""
    line = case.found.layout.line(label.at)
    below = case.found.layout.line(min(line.end, len(case.text) - 1))
    return any(line.start <= link.at < below.end and link.at - label.to <= LABEL and label.at - link.to <= LABEL for link in case.found.links)


def _is_in_sponsor_block(case: _Case, link: LinkSignal) -> bool:
    """Whether a link stands in the list under a heading that says "Sponsors"."""
    layout = case.found.layout
    for disclosure in case.disclosures():
        heading = layout.paragraph(disclosure.at)
        below = layout.paragraph(min(heading.end, len(case.text) - 1))
        says_so = disclosure.kind.topic == "payment" and case.text[heading.start : heading.end].strip(" \n:*#").lower().endswith(("sponsor", "sponsors"))
        if says_so and heading.start <= link.at < below.end:
            return True
    return False


def _trigger(signal: Signal) -> Trigger:
    return Trigger(signal.at, signal.to, signal.start, signal.end, signal.kind.topic, f"{signal.kind.role}.{signal.kind.topic}")


def _is_own_offer(case: _Case, signal: Signal) -> bool:
    """Whether a code or offer is for the author's own shop, or is no offer but a word of a programming text."""
    if signal.kind.role != "connection" or "discount" not in signal.kind.shows:
        return False
    line, paragraph = case.found.layout.line(signal.at), case.found.layout.paragraph(signal.at)
    if _has_context(case, "own-label", max(line.start, signal.at - 60), signal.at):
        return True
    if _has_context(case, "own-offer", max(0, signal.at - 300), min(paragraph.end, signal.to + 200)):
        return True
    needs_offer = case.platform.form == "article" and signal.kind.topic == "code"
    return needs_offer and not _has_context(case, "offer", max(paragraph.start, signal.at - 200), min(paragraph.end, signal.to + 200))


def _has_context(case: _Case, topic: str, start: int, end: int) -> bool:
    return any(pattern.search(case.text, start, end) for pattern in _context(case, topic))


def _context(case: _Case, topic: str) -> list:
    return [pattern.compiled() for kind in case.rulebook.signals if kind.role == "context" and kind.topic == topic for pattern in kind.patterns]


# --- whether each is disclosed -------------------------------------------------------------------------------------


def _judge(case: _Case, connection: Connection) -> list[Breach]:
    """Return the breaches of the best disclosure of `connection`; [] if it is well disclosed."""
    best: list[Breach] | None = None
    for disclosure in case.disclosures():
        if connection.kind in disclosure.kind.covers and not _is_weak_proof(case, connection, disclosure):
            breaches = _breaches(case, connection, disclosure)
            if best is None or _weight(case, breaches) < _weight(case, best):
                best = breaches
    return [_absence(case, connection)] if best is None else best


def _is_weak_proof(case: _Case, connection: Connection, disclosure: Signal) -> bool:
    """Whether a labelled sponsor's block of an article says nothing about a code elsewhere in it."""
    if connection.kind != "discount" or connection.declared:
        return False
    if disclosure.kind.topic == "affiliate-label":
        return not any(_is_beside(case, disclosure, trigger) for trigger in connection.triggers)
    if case.platform.form != "article":
        return False
    if disclosure.kind.topic not in ("sponsored", "payment", "brought", "presented"):
        return False
    words = case.text[disclosure.at : disclosure.to]
    if disclosure.at < ABOVE or any(pattern.search(words) for pattern in _context(case, "about-this-post")):
        return False
    return not any(abs(trigger.at - disclosure.at) <= 2 * ABOVE for trigger in connection.triggers)


def _weight(case: _Case, breaches: list[Breach]) -> tuple[int, int]:
    ranks = [len(SEVERITIES) - SEVERITIES.index(rule.severity) for breach in breaches for rule in _rules_for(case, breach)]
    return (max(ranks, default=0), len(ranks))


def _breaches(case: _Case, connection: Connection, disclosure: Signal) -> list[Breach]:
    names = [*_wording(case, connection, disclosure), *_visibility(disclosure)]
    if not names or disclosure.channel == "body":
        names += _placement(case, connection, disclosure)
    span = Span(disclosure.start, disclosure.end)
    return [Breach(name, disclosure.kind.topic, connection, span, note, disclosure) for name, note in names]


def _wording(case: _Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    kind = disclosure.kind
    if kind.topic == "foreign":
        if case.post.lang is not None or _reads_as_english(case.text):
            yield "foreign-language", "the post is in English, this is not"
    elif kind.topic == "affiliate-label":
        near = _is_near(case, disclosure, connection)
        yield ("bare-label" if near else "far-bare-label"), "it names the link, but not that you earn from it"
    elif kind.topic == "brand-role":
        if case.platform.form != "short":
            yield "ambiguous", "room for plainer words: this platform has no short limit"
    elif kind.topic == "brought":
        if case.platform.form == "article" and not _has_link_beside(case, disclosure):
            yield "ambiguous", "on an article these words may mean that somebody only funded it"
    elif kind.grade in ("ambiguous", "inadequate"):
        yield kind.grade, "readers may not take these words as a disclosure"


def _reads_as_english(text: str) -> bool:
    """Whether a text of undeclared language has about as many of the commonest English words as English has."""
    words = re.findall(r"\w+", text.lower())
    return sum(word in COMMON_WORDS for word in words) * 8 >= len(words)


def _is_near(case: _Case, label: Signal, connection: Connection) -> bool:
    """Whether a bare label stands with the first or with most of the links it explains."""
    beside = [_is_with(case, label, trigger) for trigger in connection.triggers]
    return not beside or beside[0] or sum(beside) * 2 >= len(beside)


def _visibility(disclosure: Signal) -> Iterator[tuple[str, str]]:
    if disclosure.channel != "body":
        channel = {"alt": "alt-only", "title": "alt-only"}.get(disclosure.channel, disclosure.channel)
        yield channel, f"readers don't see it: {disclosure.reason}" if disclosure.reason else "most readers don't see it"
    if disclosure.disguise:
        yield "disguised", f"written with {disclosure.disguise}"


def _placement(case: _Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    if disclosure.channel != "body":
        return
    piled = _pile_position(case, disclosure)
    if piled and disclosure.kind.grade == "adequate":
        yield piled, "among other tags readers skip it"
    if connection.kind in ("affiliate", "discount") and connection.triggers and (disclosure.kind.placement == "adjacent" or "fold" not in _fold_kinds(case)):
        yield from _by_adjacency(case, connection, disclosure)
    elif connection.kind in ("affiliate", "discount") and any(_is_with(case, disclosure, trigger) for trigger in connection.triggers):
        return
    else:
        yield from _by_fold(case, disclosure)


def _fold_kinds(case: _Case) -> frozenset[str]:
    return frozenset({"fold"})


def _pile_position(case: _Case, disclosure: Signal) -> str | None:
    if not case.text[disclosure.at : disclosure.to].startswith("#"):
        return None
    for pile in case.found.layout.piles:
        if not pile.start <= disclosure.at < pile.end:
            continue
        others = [item for item in pile.items if not _is_disclosure(case, item) and not _is_mention_or_platform(case, item)]
        if len(others) + 1 >= PILE:
            if any(item.start < disclosure.at for item in others):
                return "piled"
            own_line = case.found.layout.line(pile.start).end <= pile.end + 1 and pile.start > 0
            return None if own_line and not case.platform.fold else "leading-pile"
    return None


def _is_mention_or_platform(case: _Case, item: Span) -> bool:
    """Whether an item of a pile is no tag: a mention, or the link that a platform adds to a post by itself."""
    if case.text[item.start] == "@":
        return True
    facts = [link.fact for link in case.found.links if link.at == item.start]
    return any(fact is not None and fact.role == "platform" for fact in facts)


def _is_disclosure(case: _Case, item: Span) -> bool:
    return any(signal.at < item.end and signal.to > item.start for signal in case.disclosures() if signal.kind.grade == "adequate")


def _by_fold(case: _Case, disclosure: Signal) -> Iterator[tuple[str, str]]:
    folds = _depth(case, disclosure)
    if folds <= 1 or (case.platform.form in ("article", "audio") and _is_local(case, disclosure)):
        return
    yield ("past-fold" if folds <= FAR else "far-past-fold"), f"{case.platform.title} cuts the post before it"


def _depth(case: _Case, disclosure: Signal) -> float:
    return depth(case.post, case.platform, disclosure.start, disclosure.at)


def _is_local(case: _Case, disclosure: Signal) -> bool:
    """Whether a sponsor is named where the sponsor's own link, code or offer stands: a labelled block of an article."""
    words = case.text[disclosure.at : disclosure.to]
    about_the_whole = any(pattern.search(words) for pattern in _context(case, "about-this-post"))
    return _has_link_beside(case, disclosure) and not about_the_whole


def _has_link_beside(case: _Case, disclosure: Signal) -> bool:
    paragraph = case.found.layout.paragraph(disclosure.at)
    follows = case.found.layout.paragraph(min(paragraph.end, len(case.text)))
    if paragraph.end - paragraph.start <= HEADING:  # the label is a heading of its own: its block is what follows
        follows = case.found.layout.paragraph(min(follows.end + HEADING, len(case.text)))
    links = (link for link in case.found.links if paragraph.start <= link.at < follows.end)
    codes = (signal for signal in case.found.signals if signal.kind.role == "connection" and paragraph.start <= signal.at < follows.end)
    return any(True for _ in links) or any(True for _ in codes)


def _by_adjacency(case: _Case, connection: Connection, disclosure: Signal) -> Iterator[tuple[str, str]]:
    unexplained = [trigger for trigger in connection.triggers if not _is_explained(case, disclosure, trigger)]
    if not unexplained:
        return
    length = len(case.post.text) - case.post.body_start
    hidden = _depth(case, disclosure) > 1 or length > SHORT_POST
    first = connection.triggers[0]
    links_hidden_too = depth(case.post, case.platform, first.start, first.at) > 1
    follows = links_hidden_too and any(0 <= disclosure.at - trigger.to <= BESIDE for trigger in connection.triggers)
    mostly_explained = len(unexplained) * 2 <= len(connection.triggers)
    far = _is_among_credits(case, disclosure) or (hidden and not follows and not mostly_explained)
    yield ("far-below-link" if far else "below-link"), "the link comes first"


def _is_explained(case: _Case, disclosure: Signal, trigger: Trigger) -> bool:
    """Whether an explanation stands before `trigger`, or beside it in the same line or paragraph."""
    if disclosure.kind.topic == "affiliate-label":
        return True  # whether it is near is judged by its wording
    if disclosure.at < trigger.to:
        return True
    return _is_beside(case, disclosure, trigger)


def _is_beside(case: _Case, disclosure: Signal, trigger: Trigger) -> bool:
    if disclosure.at - trigger.to > BESIDE or trigger.at - disclosure.to > BESIDE:
        return False
    layout = case.found.layout
    return layout.paragraph(disclosure.at) == layout.paragraph(trigger.at) and not _is_among_credits(case, disclosure)


def _is_with(case: _Case, disclosure: Signal, trigger: Trigger) -> bool:
    """Whether a label stands beside `trigger` or directly above it."""
    layout = case.found.layout
    if _is_beside(case, disclosure, trigger) or layout.line(disclosure.at) == layout.line(trigger.at):
        return True
    return 0 <= trigger.at - disclosure.to <= ABOVE


def _is_among_credits(case: _Case, disclosure: Signal) -> bool:
    line = case.found.layout.line(disclosure.at)
    above = case.text[max(0, line.start - 120) : disclosure.at]
    return any(pattern.search(above) for pattern in _context(case, "credits"))


def _absence(case: _Case, connection: Connection) -> Breach:
    """Say what a connection without any disclosure has instead of one."""
    span = _span_of(case, connection)
    topic = connection.triggers[0].topic if connection.triggers else "declared"
    lesser = [signal for signal in case.disclosures() if signal.kind.grade == "adequate" and signal.channel == "body"]
    pointer = next((s for s in case.found.signals if s.kind.role == "pointer" and s.assertion == "affirmed"), None)
    linked = _disclosure_link(case)
    if case.post.platform_label and connection.declared:
        return Breach("label-only", topic, connection, span, "only the platform's own label says so")
    if connection.declared and lesser and connection.kind in ("paid", "equity", "employee"):
        return Breach("lesser-kind", lesser[0].kind.topic, connection, Span(lesser[0].start, lesser[0].end), "a lesser tie is said", lesser[0])
    if linked:
        return Breach("hyperlinked", topic, connection, linked, "the disclosure is behind a link")
    if pointer:
        return Breach("elsewhere", topic, connection, Span(pointer.start, pointer.end), "the disclosure is somewhere else", pointer)
    return Breach("absent", topic, connection, span, "no words in the post say it")


def _disclosure_link(case: _Case) -> Span | None:
    for link in case.found.links:
        words = case.text[link.at : link.to]
        if any(pattern.fullmatch(words.strip()) for pattern in _context(case, "disclosure-link")):
            return Span(link.link.text_start, link.link.text_end)
    return None


def _span_of(case: _Case, connection: Connection) -> Span:
    """Return the words to point at: the trigger, else a named brand or mention, else the first line."""
    if connection.triggers:
        return Span(connection.triggers[0].start, connection.triggers[0].end)
    places = [case.text.find(brand) for brand in case.post.brands if brand in case.text]
    mention = re.search(r"(?<!\w)@\w[\w.]+", case.text)
    if places:
        brand = next(brand for brand in case.post.brands if brand in case.text)
        return case.found.prose.offsets.span(places[0], places[0] + len(brand))
    if mention:
        return case.found.prose.offsets.span(*mention.span())
    line = case.text.strip().split("\n")[0]
    if not line:
        return Span(case.post.body_start, case.post.body_start)
    at = case.text.index(line)
    return case.found.prose.offsets.span(at, at + min(len(line), 100))


def _downgrade(case: _Case, judged: list[tuple[Connection, list[Breach]]]) -> list[Breach]:
    """Return all breaches; a connection undisclosed beside a clearly disclosed one is a lesser breach."""
    clear = {connection.kind for connection, breaches in judged if _weight(case, breaches)[0] < ERROR and _is_told(case, connection)}
    result: list[Breach] = []
    for connection, breaches in judged:
        if clear and not connection.declared:
            breaches = [_beside(breach) if breach.name in ("absent", "far-bare-label", "inadequate", "far-below-link", "elsewhere", "hyperlinked") else breach for breach in breaches]
        result += breaches
    return result


def _is_told(case: _Case, connection: Connection) -> bool:
    return any(connection.kind in disclosure.kind.covers and disclosure.kind.grade == "adequate" for disclosure in case.disclosures())


def _beside(breach: Breach) -> Breach:
    return Breach("absent-beside-disclosed", breach.topic, breach.connection, breach.span, "another connection is disclosed, this one is not", breach.disclosure)


# --- what is forbidden ---------------------------------------------------------------------------------------------


def _forbidden(case: _Case, connections: list[Connection], judged: list[tuple[Connection, list[Breach]]]) -> Iterator[Finding]:
    for rule in case.rulebook.rules:
        if rule.type == "forbid":
            check = _FORBIDDEN.get(rule.match["signal"])
            undisclosed = [connection for connection, breaches in judged if any(breach.name in UNDISCLOSED for breach in breaches)]
            for span, connection, note in check(case, connections, undisclosed, rule) if check else ():
                yield _render(case, rule, span, connection, (Evidence(rule.match["signal"], note, span.start, span.end),))


def _contradictions(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection, str]]:
    kinds = {connection.kind: connection for connection in connections}
    for denial in case.found.signals:
        if denial.kind.role != "denial" or denial.kind.topic not in rule.match.get("topics", [denial.kind.topic]):
            continue
        denied = [kinds[kind] for kind in denial.kind.shows if kind in kinds and _contradicts(case, denial, kinds[kind])]
        denied += [connection for connection in undisclosed if connection.kind in ("discount", "affiliate") and connection.triggers]
        if denied:
            yield Span(denial.start, denial.end), denied[0], "denies what the post shows or declares"


def _contradicts(case: _Case, denial: Signal, connection: Connection) -> bool:
    if connection.declared:
        return True
    others = [trigger for trigger in connection.triggers if trigger.to <= denial.at or trigger.at >= denial.to]
    return connection.kind == "paid" and any(trigger.topic in ("ad", "sponsored", "payment", "paid") for trigger in others)


def _wordings(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection | None, str]]:
    seen: set[Span] = set()
    for signal in case.found.signals:
        sentence = case.found.layout.sentence(signal.at)
        wanted = signal.kind.role == "wording" and signal.assertion == "affirmed" and signal.kind.topic in rule.match.get("topics", ())
        if wanted and sentence not in seen:
            seen.add(sentence)
            yield Span(signal.start, signal.end), None, "found"


def _opaque_links(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection | None, str]]:
    opaque = [link for link in case.found.links if link.fact is not None and link.fact.role == "opaque" and not _is_account_line(case, link)]
    if not opaque or any(True for _ in case.disclosures()) or set(case.post.connections) == {"none"}:
        return
    denied = any(signal.kind.role == "denial" for signal in case.found.signals)
    own = any(pattern.search(case.text) for pattern in _context(case, "own-offer"))
    in_list = len(opaque) >= PILE and not denied and not own and any(pattern.search(case.text) for pattern in _context(case, "shopping"))
    if in_list == ("list" in rule.match.get("links", ())):
        first = opaque[0].link
        yield Span(first.start, first.end), None, f"{len(opaque)} short links hide where they lead"


def _is_account_line(case: _Case, link: LinkSignal) -> bool:
    """Whether a short link stands where people link their accounts, videos and texts, not things to buy."""
    line = case.found.layout.line(link.at)
    return _has_context(case, "account-line", max(line.start, link.at - 60), link.at)


def _needless_notices(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection | None, str]]:
    if any(connection.kind == "affiliate" for connection in connections) or case.platform.form != "article":
        return
    if any(link.fact is not None for link in case.found.links) or case.found.links:
        return
    for signal in case.disclosures():
        if signal.kind.topic in ("commission", "affiliate-label") and signal.channel == "body":
            yield Span(signal.start, signal.end), None, "no affiliate link was found"
            return


def _thread_parts(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection | None, str]]:
    parts = case.found.layout.parts
    disclosed = list(case.disclosures())
    if not parts or not connections or not disclosed:
        return
    names = _names(case, parts)
    for index, start in enumerate(parts):
        end = parts[index + 1] if index + 1 < len(parts) else len(case.text)
        part = case.text[start:end]
        if any(start <= signal.at < end for signal in disclosed):
            continue
        named = next((name for name in names if name in part), None)
        if named:
            at = start + part.index(named)
            yield case.found.prose.offsets.span(at, at + len(named)), connections[0], "this part sells, but carries no disclosure"
            return


def _names(case: _Case, parts: tuple[int, ...]) -> list[str]:
    """Return the names that more than one part of a thread uses, or the brands that are known."""
    if case.post.brands:
        return list(case.post.brands)
    pieces = [case.text[start : parts[index + 1] if index + 1 < len(parts) else len(case.text)] for index, start in enumerate(parts)]
    seen: dict[str, int] = {}
    for piece in pieces:
        for name in {match.group().strip() for match in re.finditer(r"(?<![\w@])(?:@\w+|[A-Z][a-z]\w+)", piece)}:
            seen[name] = seen.get(name, 0) + 1
    common = {"The", "This", "That", "And", "But", "Get", "Ad", "Here", "One", "They", "You", "What", "How", "Why", "When", "Not", "All", "Now", "Then", "For", "Its", "Most", "Some", "There", "These", "Those", "With", "Every"}
    return sorted(name for name, count in seen.items() if count > 1 and name not in common)


def _late_starts(case: _Case, connections: list[Connection], undisclosed: list[Connection], rule: Rule) -> Iterator[tuple[Span, Connection | None, str]]:
    """A payment disclosed in good words and seen, but not in the first words of a short or captioned post."""
    if case.platform.form not in ("short", "long"):
        return
    paid = next((connection for connection in connections if connection.kind == "paid"), None)
    if paid is None:
        return
    good = [signal for signal in case.disclosures() if "paid" in signal.kind.covers and signal.channel == "body" and not _weight(case, _breaches(case, paid, signal))[0]]
    if good and min(signal.at for signal in good) > len(case.text) * 0.85 and min(signal.at for signal in good) > 60:
        yield Span(good[0].start, good[0].end), paid, "it stands at the end"


_FORBIDDEN = {
    "denial": _contradictions,
    "wording": _wordings,
    "opaque-link": _opaque_links,
    "needless-notice": _needless_notices,
    "thread-part": _thread_parts,
    "late-start": _late_starts,
}


# --- findings ------------------------------------------------------------------------------------------------------


def _rules_for(case: _Case, breach: Breach) -> list[Rule]:
    """Return the most specific rule about `breach`, as a list of one, or [] if no rule minds it."""
    fitting = [rule for rule in case.rulebook.rules if rule.type == "require" and _fits(rule, breach, case)]
    return sorted(fitting, key=lambda rule: (-len(rule.match), rule.id))[:1]


def _fits(rule: Rule, breach: Breach, case: _Case) -> bool:
    match = rule.match
    return (
        match["breach"] == breach.name
        and breach.topic in match.get("topics", (breach.topic,))
        and breach.connection.kind in match.get("connections", (breach.connection.kind,))
        and case.platform.form in match.get("forms", (case.platform.form,))
    )


def _finding(case: _Case, rule: Rule, breach: Breach) -> Finding:
    evidence = [Evidence(trigger.label, PLAIN_KINDS[breach.connection.kind], trigger.start, trigger.end) for trigger in breach.connection.triggers[:5]]
    if breach.connection.declared:
        evidence.append(Evidence("declared", f"the author declares {PLAIN_KINDS[breach.connection.kind]}"))
    if breach.disclosure is not None:
        evidence.append(Evidence(f"disclosure.{breach.topic}", breach.note, breach.disclosure.start, breach.disclosure.end))
    else:
        evidence.append(Evidence("absent", breach.note))
    return _render(case, rule, breach.span, breach.connection, tuple(evidence))


def _render(case: _Case, rule: Rule, span: Span, connection: Connection | None, evidence: tuple[Evidence, ...]) -> Finding:
    words = {
        "match": _shortened(case.post.text[span.start : span.end]),
        "connection": PLAIN_KINDS[connection.kind] if connection else "a connection",
        "position": str(span.start - case.post.body_start + 1),
        "platform": case.platform.title,
        "fold": str(case.platform.fold or ""),
        "brand": case.post.brands[0] if case.post.brands else "BRAND",
    }
    return Finding(
        rule=rule.id,
        name=rule.name,
        family=rule.family,
        severity=rule.severity,
        message=_filled(rule.message, words),
        remedy=_filled(rule.remedy, words),
        start=span.start,
        end=span.end,
        match=case.post.text[span.start : span.end],
        evidence=evidence,
        references=rule.references,
    )


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:77] + "..."


def _filled(template: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        template = template.replace("{" + name + "}", value)
    return template
