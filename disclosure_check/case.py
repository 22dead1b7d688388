"""A post with all that is needed to judge it, and the questions about nearness that judging asks again and again.

Offsets `at`/`to` are those of the folded text; `start`/`end` those of the original.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import islice
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
COMMON_WORDS = frozenset(
    [
        "the",
        "and",
        "to",
        "of",
        "is",
        "it",
        "my",
        "for",
        "in",
        "this",
        "with",
        "you",
        "that",
        "on",
        "was",
        "are",
        "have",
        "i",
        "a",
        "we",
        "so",
        "but",
        "at",
        "me",
    ]
)


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

    @property
    def text(self) -> str:
        return self.found.prose.text

    @cached_property
    def contexts(self) -> Mapping[str, tuple[Expression, ...]]:
        """The expressions of the rule data's "context" signals, by topic."""
        contexts: dict[str, tuple[Expression, ...]] = {}
        for kind in self.rulebook.signals:
            if kind.role == "context":
                contexts[kind.topic] = (*contexts.get(kind.topic, ()), *kind.patterns)
        return contexts

    @cached_property
    def disclosure_link(self) -> Span | None:
        """The original span of a link that is only called "Disclosure", "Legal" or the like."""
        for link in self.found.links:
            words = self.text[link.at : link.to].strip()
            if words and self.matches("disclosure-link", words):
                return Span(link.link.text_start, link.link.text_end)
        return None

    @cached_property
    def disclosures(self) -> tuple[Signal, ...]:
        """What the post affirms as a disclosure, wherever it stands; at most MOST."""
        linked = self.disclosure_link  # the words of a link to a disclosure disclose nothing
        told = (
            signal
            for signal in self.found.signals
            if signal.kind.role == "disclosure"
            and signal.assertion == "affirmed"
            and not (linked and linked.start <= signal.start < linked.end)
        )
        return tuple(islice(told, MOST))

    @cached_property
    def first_word(self) -> int:
        """The folded offset of the first character that is no markup."""
        return len(self.text) - len(self.text.lstrip(" \n*_#>[("))

    @cached_property
    def is_in_english(self) -> bool:
        """Whether a text of undeclared language has about as many of the commonest English words as English has."""
        words = re.findall(r"\w+", self.text.lower())
        return sum(word in COMMON_WORDS for word in words) * 8 >= len(words)

    @cached_property
    def is_company(self) -> bool:
        """Whether a company speaks for itself."""
        return self.has("company-voice") and not self.has("first-person")

    @cached_property
    def is_between_creators(self) -> bool:
        """Whether the post tells of a video made with other creators."""
        return self.has("between-creators")

    @cached_property
    def has_affiliate_links(self) -> bool:
        return any(is_affiliate(link) for link in self.found.links)

    @cached_property
    def offers(self) -> list[int]:
        """The folded offsets of links, codes and offers, in order."""
        signals = (signal.at for signal in self.found.signals if signal.kind.role == "connection")
        return sorted((*(link.at for link in self.found.links), *signals))

    @cached_property
    def links_at(self) -> Mapping[int, list[LinkSignal]]:
        """The links by the folded offset at which a reader sees them."""
        links: dict[int, list[LinkSignal]] = {}
        for link in self.found.links:
            links.setdefault(link.at, []).append(link)
        return links

    @cached_property
    def bare_links(self) -> list[int]:
        """The folded offsets of the links that a reader sees as URLs, in order."""
        return [link.at for link in self.found.links if link.link.start == link.link.text_start]

    @cached_property
    def adequate(self) -> list[tuple[int, int]]:
        """The folded places of the disclosures in good words."""
        return [(signal.at, signal.to) for signal in self.disclosures if signal.kind.grade == "adequate"]

    @cached_property
    def lost_among(self) -> dict[int, list[int]]:
        """What `disclosures` found of piles, by their places: the places of the items among which a disclosure gets lost."""
        return {}

    @cached_property
    def credits(self) -> dict[int, bool]:
        """What `is_among_credits` has found, by folded offset."""
        return {}

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
        urls = max(0, bisect_left(self.bare_links, signal.at) - bisect_left(self.bare_links, part.start))
        shown = self.post if part.end - part.start >= len(self.text) else self._part(part)
        return depth(shown, self.platform, signal.start, signal.at - part.start + urls * SHOWN_URL)

    def _part(self, part: Span) -> Post:
        """Return the post with its text cut to a part of it."""
        found = self.found.prose.offsets
        end = found.span(part.start, max(part.start + 1, part.end)).end
        return replace(self.post, text=self.post.text[:end], body_start=found.span(part.start, part.start + 1).start)


def is_affiliate(link: LinkSignal) -> bool:
    """Return whether the address of a link is proof or a good sign of a commission."""
    return link.fact is not None and link.fact.role == "affiliate" and link.fact.strength in ("strong", "medium")


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
    at = disclosure.at
    if at not in case.credits:
        line, paragraph = case.found.layout.line(at), case.found.layout.paragraph(at)
        case.credits[at] = case.has("credits", max(0, line.start - 120), at) or case.has("credits-block", paragraph.start, at)
    return case.credits[at]


def has_offer_beside(case: Case, disclosure: Signal) -> bool:
    """Return whether a link, code or offer stands in the paragraph of a disclosure or in the block that it heads."""
    layout = case.found.layout
    paragraph = layout.paragraph(disclosure.at)
    end = layout.paragraph(min(paragraph.end, len(case.text))).end
    if paragraph.end - paragraph.start <= HEADING:
        end = layout.paragraph(min(end + HEADING, len(case.text))).end
    return bisect_left(case.offers, paragraph.start) < bisect_left(case.offers, end)
