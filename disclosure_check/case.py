"""A post with all that is needed to judge it, and the questions about nearness that judging asks again and again.

Offsets `at`/`to` are those of the folded text; `start`/`end` those of the original.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.model import Span
from disclosure_check.segment import depth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disclosure_check.annotate import Annotations, LinkSignal, Signal
    from disclosure_check.model import Platform, Post
    from disclosure_check.rulebook import Expression, Rulebook

BESIDE = 300  # folded characters: farther apart than this is not beside, even without a line break
ABOVE = 500  # a label this far above what it explains still stands with it
MOST = 200  # disclosures of a post, and triggers of a connection, that are judged; only machines write more
SHOWN_URL = 30  # characters: platforms shorten a bare URL to about so many
HEADING = 40  # a paragraph no longer than this heads the next


class Trigger(Struct, frozen=True):
    """Something in the post that shows a connection."""

    at: int
    to: int
    start: int
    end: int
    topic: str
    label: str  # for the evidence: "connection.code", "link.affiliate"


class Connection(Struct, frozen=True):
    """One kind of connection that a post declares or shows."""

    kind: str  # one of model.CONNECTIONS
    declared: bool
    triggers: tuple[Trigger, ...]  # in order of place; () when it is only declared


class Breach(Struct, frozen=True):
    """One way in which the disclosure of a connection falls short."""

    name: str  # one of rule_files.BREACHES
    topic: str
    connection: Connection
    span: Span  # original
    note: str
    disclosure: Signal | None = None


class Case(Struct, frozen=True, dict=True):
    """A post with its annotations, its platform and the rules."""

    post: Post
    platform: Platform
    found: Annotations
    rulebook: Rulebook
    contexts: dict[str, tuple[Expression, ...]]  # the expressions of the rule data's "context" signals, by topic
    disclosures: tuple[Signal, ...]  # what the post affirms as a disclosure, wherever it stands; at most MOST

    @property
    def text(self) -> str:
        return self.found.prose.text

    @cached_property
    def links_at(self) -> Mapping[int, list[LinkSignal]]:
        """The links by the folded offset at which a reader sees them."""
        links: dict[int, list[LinkSignal]] = {}
        for link in self.found.links:
            links.setdefault(link.at, []).append(link)
        return links

    def has(self, topic: str, start: int = 0, end: int | None = None) -> bool:
        """Return whether words of a context stand in folded `[start, end)`."""
        end = len(self.text) if end is None else end
        return any(pattern.compiled().search(self.text, start, end) for pattern in self.contexts.get(topic, ()))

    def matches(self, topic: str, words: str) -> bool:
        """Return whether `words` are just the words of a context."""
        return any(pattern.compiled().fullmatch(words) for pattern in self.contexts.get(topic, ()))

    def words(self, signal: Signal) -> str:
        return signal.words or self.text[signal.at : signal.to]

    def depth(self, signal: Signal | Trigger) -> float:
        """Return how deep a signal lies, in folds of the platform; in a part of a thread, counted from the part's beginning."""
        part = self.found.layout.part(signal.at)
        urls = sum(part.start <= link.at < signal.at for link in self.found.links if link.link.start == link.link.text_start)
        shown = self.post if part.end - part.start >= len(self.text) else self._part(part)
        return depth(shown, self.platform, signal.start, signal.at - part.start + urls * SHOWN_URL)

    def _part(self, part: Span) -> Post:
        """Return the post with its text cut to a part of it."""
        found = self.found.prose.offsets
        end = found.span(part.start, max(part.start + 1, part.end)).end
        return replace(self.post, text=self.post.text[:end], body_start=found.span(part.start, part.start + 1).start)


def make_case(post: Post, platform: Platform, found: Annotations, rulebook: Rulebook) -> Case:
    """Return the case of a post."""
    contexts: dict[str, tuple[Expression, ...]] = {}
    for kind in rulebook.signals:
        if kind.role == "context":
            contexts[kind.topic] = (*contexts.get(kind.topic, ()), *kind.patterns)
    case = Case(post, platform, found, rulebook, contexts, ())
    linked = disclosure_link(case)
    told = [
        signal
        for signal in found.signals
        if signal.kind.role == "disclosure"
        and signal.assertion == "affirmed"
        and not (linked and linked.start <= signal.start < linked.end)  # the words of a link to a disclosure disclose nothing
    ]
    return replace(case, disclosures=tuple(told[:MOST]))


def is_affiliate(link: LinkSignal) -> bool:
    """Return whether the address of a link is proof or a good sign of a commission."""
    return link.fact is not None and link.fact.role == "affiliate" and link.fact.strength in ("strong", "medium")


def disclosure_link(case: Case) -> Span | None:
    """Return the original span of a link that is only called "Disclosure", "Legal" or the like."""
    for link in case.found.links:
        words = case.text[link.at : link.to].strip()
        if words and case.matches("disclosure-link", words):
            return Span(link.link.text_start, link.link.text_end)
    return None


def is_beside(case: Case, disclosure: Signal, trigger: Trigger) -> bool:
    """Return whether both stand in one line or paragraph, not far apart and not among the credits."""
    if disclosure.at - trigger.to > BESIDE or trigger.at - disclosure.to > BESIDE:
        return False
    layout = case.found.layout
    return layout.paragraph(disclosure.at) == layout.paragraph(trigger.at) and not is_among_credits(case, disclosure)


def is_with(case: Case, disclosure: Signal, trigger: Trigger) -> bool:
    """Return whether a label stands beside `trigger` or directly above it."""
    layout = case.found.layout
    if is_beside(case, disclosure, trigger) or layout.line(disclosure.at) == layout.line(trigger.at):
        return True
    return 0 <= trigger.at - disclosure.to <= ABOVE


def is_among_credits(case: Case, disclosure: Signal) -> bool:
    """Return whether a disclosure stands among names, addresses and unsubscribe lines."""
    line, paragraph = case.found.layout.line(disclosure.at), case.found.layout.paragraph(disclosure.at)
    return case.has("credits", max(0, line.start - 120), disclosure.at) or case.has("credits-block", paragraph.start, disclosure.at)


def has_offer_beside(case: Case, disclosure: Signal) -> bool:
    """Return whether a link, code or offer stands in the paragraph of a disclosure or in the block that it heads."""
    layout = case.found.layout
    paragraph = layout.paragraph(disclosure.at)
    end = layout.paragraph(min(paragraph.end, len(case.text))).end
    if paragraph.end - paragraph.start <= HEADING:
        end = layout.paragraph(min(end + HEADING, len(case.text))).end
    places = [link.at for link in case.found.links]
    places += [signal.at for signal in case.found.signals if signal.kind.role == "connection"]
    return any(paragraph.start <= place < end for place in places)
