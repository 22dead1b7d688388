"""Find the signals of a post: wordings that show or explain a connection, and links, each with its assertion.

Comes in: the folded prose with its layout, and the rulebook. Goes out: `Annotations`. What they amount to together
is left to `evaluate`. This path never imports spaCy.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.lazily import lazily
from disclosure_check.model import LINK_MARK, Aside, Link, Span
from disclosure_check.normalize import INVISIBLE, Prose, normalize
from disclosure_check.prefilter import COMMENTS, TIMEOUT, matcher
from disclosure_check.segment import Layout, part_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from disclosure_check.links import LinkFact, UrlMatch
    from disclosure_check.model import Beside, Markup, Moment, Platform, Post
    from disclosure_check.prefilter import Lead
    from disclosure_check.rulebook import Cues, Rulebook, SignalKind

CLOSERS = {"(": ")", "[": "]", "*": "*", "\u2020": "\u2020", '"': '"'}  # a bracket that a match opens and doesn't close is no part of it
OPENERS = frozenset(CLOSERS)
_LINK_CONDITIONS = frozenset({"vanity-link", "creator-link", "invitation-link"})  # a signal that counts only with such a link in it
WINDOW = 300  # folded characters on both sides of a wording that can bear on it
BEFORE_TAG = lazily(r"\S+ (?:(?:an?|any|paid|the|sponsored|hidden|secret) )*$")  # all that reaches to a hashtag: "not an #ad"
HEADLINE_LINKS = ("external-url", "external_url", "externalUrl", "link", "linked_url", "link_url")  # keys of a front matter
REACH = 45  # folded characters that a cue reaches to the right: about eight words


class Signal(Struct, frozen=True):
    """A wording found in a post."""

    kind: SignalKind
    at: int  # folded offsets, within the body or the aside it was found in
    to: int
    start: int  # original offsets
    end: int
    assertion: str = "affirmed"  # affirmed, negated, asked, quoted, attributed, hypothetical
    disguise: str | None = None  # what had to be undone to read it
    channel: str = "body"  # or the channel of the aside
    reason: str = ""  # why the aside is not seen
    words: str = ""  # of a signal in words beside the text, whose offsets mean nothing there


class LinkSignal(Struct, frozen=True):
    """A link together with what its address says."""

    link: Link
    fact: LinkFact | None
    at: int  # folded offset of what the reader sees of it
    to: int


class Annotations(Struct, frozen=True):
    """All that was found in a post."""

    prose: Prose
    layout: Layout
    signals: tuple[Signal, ...]  # in order of their place
    links: tuple[LinkSignal, ...]
    own_end: int  # folded offset behind which stand the comments of readers
    moments: tuple[Moment, ...] = ()  # of a transcript


def annotate(post: Post, markup: Markup, platform: Platform, rulebook: Rulebook) -> Annotations:
    """Return the signals and links of `post`.

    Raises InputError if an expression takes too long on this post.
    """
    prose = normalize(markup.pieces, partial(_find_urls, rulebook))
    urls = (*_headline_links(post), *markup.links, *prose.links)
    finder = rulebook.prefilter().finder(_conditions(post, platform) | _LINK_CONDITIONS if urls else _conditions(post, platform))
    tries = list(finder.find(prose.text, prose.lower))
    layout = Layout(prose.text, tuple(prose.offsets.folded(start) for start in part_starts(post, platform)))
    own_end = _own_end(markup, prose, tries)
    links = tuple(link for link in _link_signals(urls, prose, rulebook) if link.at < own_end) if urls else ()
    signals = list(_signals(prose, tries, layout, rulebook, links))
    quotes = [Span(block.start, block.end) for block in markup.blocks if block.quoted]
    signals = [_in_quote(signal, quotes) if signal.at < own_end else replace(signal, assertion="attributed") for signal in signals]
    for aside in markup.asides:
        signals += _aside_signals(post, aside, platform, rulebook)
    for words in post.beside:
        signals += _beside_signals(post, words, platform, rulebook)
    return Annotations(prose, layout, tuple(signals), links, own_end, markup.moments)


def _own_end(markup: Markup, prose: Prose, tries: Sequence[tuple[Lead, list[int]]]) -> int:
    """Return where the author's words end: at a heading such as "Comments", below which readers write."""
    heads = [lead.pattern for lead, _ in tries if lead.kind.topic == COMMENTS]
    for block in markup.blocks if heads else ():
        if block.kind == "heading":
            at, to = prose.offsets.folded(block.start), prose.offsets.folded(block.end)
            if any(pattern.compiled().fullmatch(prose.text[at:to].strip()) for pattern in heads):
                return at
    return len(prose.text) + 1


def _find_urls(rulebook: Rulebook, text: str) -> list[UrlMatch]:
    if not ("/" in text or "?" in text or "slash" in text.lower()):  # a sign without which nothing is a URL
        return []
    from disclosure_check.links import find_urls

    return find_urls(text, rulebook.links())


def _conditions(post: Post, platform: Platform) -> frozenset[str]:
    """Return which conditions of signals hold, of those that a post's words and links don't decide."""
    is_declared = any(kind != "none" for kind in post.connections)
    return frozenset((platform.form, "declared") if is_declared else (platform.form,))


def _link_signals(links: Iterable[Link], prose: Prose, rulebook: Rulebook) -> Iterator[LinkSignal]:
    from disclosure_check.links import classify_url

    found = []
    for link in links:
        at, to = prose.offsets.folded(link.text_start), prose.offsets.folded(link.text_end)
        while at < len(prose.text) and prose.text[at] in " \n\u2005":  # emoji at its beginning are folded into the gap before it
            at += 1
        found.append(LinkSignal(link, classify_url(link.url, rulebook.links()), at, max(to, at + 1)))
    yield from sorted(found, key=lambda signal: (signal.at, signal.link.start))


def _headline_links(post: Post) -> Iterator[Link]:
    """Yield the links that a link blog puts on a post's headline: its front matter names them."""
    for key in HEADLINE_LINKS:
        url = post.keys.get(key)
        at = post.text.find(url, 0, post.body_start) if isinstance(url, str) and "://" in url else -1
        if isinstance(url, str) and at >= 0:
            yield Link(url, at, at + len(url), at, at + len(url))


def _signals(
    prose: Prose, tries: Iterable[tuple[Lead, list[int]]], layout: Layout, rulebook: Rulebook, links: tuple[LinkSignal, ...]
) -> Iterator[Signal]:
    found: list[Signal] = []
    for _, group in groupby(tries, key=lambda found: id(found[0].kind)):  # a pack's signal may have the id of another one
        patterns = list(group)
        kind = patterns[0][0].kind
        if kind.role == "context" or (kind.when & _LINK_CONDITIONS and not links):
            continue
        spans = _without_overlaps(span for lead, starts in patterns for span in _matches(lead, starts, prose.text))
        for span in spans:
            if kind.when & _LINK_CONDITIONS and not _holds_fitting_link(span, kind, links):
                continue
            is_tag = prose.text[span.start] == "#"  # a tag belongs to all that stands before it
            around = _around(layout.paragraph(span.start) if is_tag else layout.sentence(span.start), span)
            context = prose.text[around.start : around.end]
            if any(void.compiled().search(context, timeout=TIMEOUT) for void in kind.unless):
                continue
            found.append(_signal(kind, span, prose, layout, rulebook.cues))
    yield from sorted(found, key=lambda signal: (signal.at, signal.to, signal.kind.id))


def _matches(lead: Lead, starts: Sequence[int], text: str) -> Iterator[Span]:
    done = 0
    match = matcher(lead, lead.pattern)
    for place in starts:
        if place < done or (found := match(text, place)) is None:
            continue
        start, end = found.span()
        done = max(end, start + 1)
        while start < end and text[start] in " \n\u2005":
            start += 1
        while end > start and text[end - 1] in " \n\u2005":
            end -= 1
        if (
            text[start : start + 1] in OPENERS
            and text.count(text[start], start, end) == 1
            and CLOSERS[text[start]] not in text[start + 1 : end]
        ):
            start += 1
        if start < end:
            yield Span(start, end)


def _without_overlaps(spans: Iterator[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _holds_fitting_link(span: Span, kind: SignalKind, links: tuple[LinkSignal, ...]) -> bool:
    from disclosure_check.creator_links import fits

    inside = [link.link.url for link in links if span.start <= link.at < span.end]
    return any(fits(url, kind.when, [link.link.url for link in links]) for url in inside)


def _around(sentence: Span, span: Span) -> Span:
    """Return the part of a sentence that can bear on `span`: a text without full stops is one long sentence."""
    return Span(max(sentence.start, span.start - WINDOW), max(span.end, min(sentence.end, span.end + WINDOW)))


def _signal(kind: SignalKind, span: Span, prose: Prose, layout: Layout, cues: Cues) -> Signal:
    original = prose.offsets.span(span.start, span.end)
    disguise = next(
        (oddity for at, oddity in prose.oddities if span.start <= at < span.end and (oddity != INVISIBLE or at > span.start)), None
    )
    return Signal(kind, span.start, span.end, original.start, original.end, assess(kind, span, prose, layout, cues), disguise)


def _in_quote(signal: Signal, quotes: list[Span]) -> Signal:
    if signal.kind.role == "connection" and any(quote.start <= signal.start < quote.end for quote in quotes):
        return replace(signal, assertion="quoted")
    return signal


def _aside_signals(post: Post, aside: Aside, platform: Platform, rulebook: Rulebook) -> Iterator[Signal]:
    prose = normalize(aside.pieces, partial(_find_urls, rulebook))
    tries = rulebook.prefilter().finder(_conditions(post, platform)).find(prose.text, prose.lower)
    for signal in _signals(prose, tries, Layout(prose.text), rulebook, ()):
        if signal.kind.role == "disclosure":
            yield replace(signal, channel=aside.channel, reason=aside.reason)


def _beside_signals(post: Post, beside: Beside, platform: Platform, rulebook: Rulebook) -> Iterator[Signal]:
    from disclosure_check.readers.text import parse_text

    aside = Aside("hidden", "", parse_text(beside.text).pieces)
    for signal in _aside_signals(post, aside, platform, rulebook):
        words = " ".join(beside.text[signal.start : signal.end].split())
        yield replace(signal, channel=beside.channel, start=post.body_start, end=post.body_start, words=words)


def assess(kind: SignalKind, span: Span, prose: Prose, layout: Layout, cues: Cues) -> str:
    """Return what the words around folded `span` make of it: "affirmed", "negated", "asked", ...

    A cue reaches to the right up to REACH characters, the end of its sentence or line, or a terminating word.
    """
    text = prose.text
    sentence = layout.sentence(span.start)
    if _is_quoted(text, layout.paragraph(span.start), span):
        return "quoted"
    if kind.role == "denial":
        return "affirmed"
    start = max(sentence.start, span.start - REACH)
    if text[span.start] == "#":  # what a sentence denies, the tag behind it doesn't
        last = BEFORE_TAG().search(text, start, span.start)
        start = last.start() if last else span.start
    before = _reaching(text[start : span.end], span.start - start, cues)
    inside = _reaching(text[span.start : span.end], span.end - span.start, cues)
    for assertion, patterns in cues.forward.items():
        reach = before + inside if assertion == "negated" else before
        if any(pattern.compiled().search(reach) for pattern in patterns):
            return assertion
    after = text[span.end : min(sentence.end, span.end + 15)]
    for assertion, patterns in cues.backward.items():
        if any(pattern.compiled().match(after) for pattern in patterns):
            return assertion
    return _by_sentence(kind, span, sentence, text, cues)


def _reaching(text: str, length: int, cues: Cues) -> str:
    """Return the first `length` characters of `text`, blank where no cue can reach from: before a terminating word, and look-alikes."""
    ends = [stop.end() for pattern in cues.terminate for stop in pattern.compiled().finditer(text) if stop.end() <= length]
    text = text[:length]
    for pattern in cues.pseudo:
        text = pattern.compiled().sub(lambda match: " " * len(match.group()), text)
    last = max(ends, default=0)
    return " " * last + text[last:]


def _by_sentence(kind: SignalKind, span: Span, sentence: Span, text: str, cues: Cues) -> str:
    sentence = _around(sentence, span)
    whole = text[sentence.start : sentence.end + 1]
    leads = not text[sentence.start : span.start].strip(" \n\u2005\"'([*-0123456789/).:")  # behind the number of a part, too
    for assertion, patterns in cues.sentence.items():
        if assertion == "asked" and (leads or kind.role != "disclosure"):
            continue
        if any(pattern.compiled().search(whole) for pattern in patterns):
            return assertion
    return "affirmed"


def _is_quoted(text: str, paragraph: Span, span: Span) -> bool:
    paragraph = _around(paragraph, span)
    opening = text.rfind('"', paragraph.start, span.start)
    if opening < 0 or opening + 1 >= len(text) or text[opening + 1].isspace():
        return False
    if opening > paragraph.start and text[opening - 1].isalnum():
        return False  # a closing quotation mark, or inches
    closing = text.find('"', span.end, paragraph.end)
    return closing >= 0 and LINK_MARK not in text[opening : span.start]
