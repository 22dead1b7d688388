"""Find the signals of a post: wordings that show or explain a connection, and links, each with its assertion.

Comes in: the folded prose with its layout, and the rulebook. Goes out: `Annotations`. What they amount to together
is left to `evaluate`. This path never imports spaCy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from disclosure_check.errors import InputError
from disclosure_check.links import classify_url, find_urls
from disclosure_check.model import LINK_MARK, Span
from disclosure_check.normalize import Prose, normalize
from disclosure_check.rulebook import compile_pattern
from disclosure_check.segment import Layout, segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.links import LinkFact
    from disclosure_check.model import Aside, Link, Markup, Platform, Post
    from disclosure_check.rulebook import Cues, Rulebook, SignalKind

TIMEOUT = 5.0  # seconds one expression may take on one post
_LINK_CONDITIONS = frozenset({"vanity-link", "creator-link", "invitation-link"})  # a signal that counts only with such a link in it
WINDOW = 300  # folded characters: no wording is longer, so a match begins at most so far before its anchor
REACH = 45  # folded characters that a cue reaches to the right: about eight words


@dataclass(frozen=True, slots=True)
class Signal:
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


@dataclass(frozen=True, slots=True)
class LinkSignal:
    """A link together with what its address says."""

    link: Link
    fact: LinkFact | None
    at: int  # folded offset of what the reader sees of it
    to: int


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that was found in a post."""

    prose: Prose
    layout: Layout
    signals: tuple[Signal, ...]  # in order of their place
    links: tuple[LinkSignal, ...]


def annotate(post: Post, markup: Markup, platform: Platform, rulebook: Rulebook) -> Annotations:
    """Return the signals and links of `post`.

    Raises InputError if an expression takes too long on this post.
    """
    prose = normalize(markup.pieces, lambda text: find_urls(text, rulebook.links))
    layout = segment(prose)
    links = tuple(_link_signals(markup, prose, rulebook))
    signals = list(_signals(post, prose, layout, platform, rulebook, links))
    quotes = [Span(block.start, block.end) for block in markup.blocks if block.quoted]
    signals = [_in_quote(signal, quotes) for signal in signals]
    for aside in markup.asides:
        signals += _aside_signals(post, aside, platform, rulebook)
    return Annotations(prose, layout, tuple(signals), links)


def _link_signals(markup: Markup, prose: Prose, rulebook: Rulebook) -> Iterator[LinkSignal]:
    found = []
    for link in (*markup.links, *prose.links):
        at, to = prose.offsets.folded(link.text_start), prose.offsets.folded(link.text_end)
        found.append(LinkSignal(link, classify_url(link.url, rulebook.links), at, max(to, at + 1)))
    yield from sorted(found, key=lambda signal: (signal.at, signal.link.start))


def _signals(
    post: Post, prose: Prose, layout: Layout, platform: Platform, rulebook: Rulebook, links: tuple[LinkSignal, ...]
) -> Iterator[Signal]:
    found: list[Signal] = []
    handles = handles_of(post, links)
    for kind in rulebook.signals:
        if _applies(kind, post, platform) and (windows := _windows(kind, prose)):
            spans = _without_overlaps(span for pattern in kind.patterns for window in windows for span in _matches(pattern, prose.text, window, kind.id))
            for span in spans:
                if kind.when & _LINK_CONDITIONS and not _holds_fitting_link(span, kind, links, handles):
                    continue
                sentence = layout.sentence(span.start)
                context = prose.text[sentence.start : max(sentence.end, span.end)]
                if any(compile_pattern(void).search(context, timeout=TIMEOUT) for void in kind.unless):
                    continue
                found.append(_signal(kind, span, prose, layout, rulebook.cues))
    yield from sorted(found, key=lambda signal: (signal.at, signal.to, signal.kind.id))


def _applies(kind: SignalKind, post: Post, platform: Platform) -> bool:
    if not kind.when or kind.when & _LINK_CONDITIONS:
        return True
    return platform.form in kind.when or ("declared" in kind.when and any(kind != "none" for kind in post.connections))


def _windows(kind: SignalKind, prose: Prose) -> list[Span]:
    """Return where in the text a match of `kind` can begin: around its anchors, so that most text is never searched."""
    if not any(anchor.strip("_") in prose.lower for anchor in kind.anchors):
        return []
    windows: list[Span] = []
    for anchor in compile_pattern(_anchor_pattern(kind.anchors)).finditer(prose.lower):
        start, end = max(0, anchor.start() - WINDOW), anchor.start() + 1
        if windows and start <= windows[-1].end:
            windows[-1] = Span(windows[-1].start, end)
        else:
            windows.append(Span(start, end))
    return windows


@lru_cache(maxsize=1024)
def _anchor_pattern(anchors: tuple[str, ...]) -> str:
    """Return an expression for any of `anchors`; "_" stands for the border of a word."""
    return "|".join(re.escape(anchor).replace("_", r"\b") for anchor in anchors)


def _matches(pattern: str, text: str, window: Span, name: str) -> Iterator[Span]:
    try:
        for match in compile_pattern(pattern).finditer(text, window.start, min(len(text), window.end + 2 * WINDOW), timeout=TIMEOUT):
            start, end = match.span()
            if start >= window.end:
                break
            while start < end and text[start] in " \n\u2005":
                start += 1
            while end > start and text[end - 1] in " \n\u2005":
                end -= 1
            if start < end:
                yield Span(start, end)
    except TimeoutError as error:
        raise InputError(f"signal {name} took more than {TIMEOUT:g} s; split the text or report its rule pack") from error


def _without_overlaps(spans: Iterator[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _holds_fitting_link(span: Span, kind: SignalKind, links: tuple[LinkSignal, ...], handles: frozenset[str]) -> bool:
    inside = [link.link.url for link in links if span.start <= link.at < span.end]
    if "invitation-link" in kind.when:
        return any(compile_pattern(_INVITATION).search(url) for url in inside)
    if "creator-link" in kind.when:
        return any(names_creator(url, handles) for url in inside)
    return any(is_vanity(url) or names_creator(url, handles) for url in inside)


_ACCOUNTS = "facebook fb instagram patreon pinterest soundcloud tiktok twitch twitter x youtube".replace(" ", "|")
_ACCOUNT = rf"^(?:https?://)?(?:[\w-]+\.)*(?:{_ACCOUNTS})\.\w+/"
_SITES = (
    "apple bit buymeacoffee discord discordapp ebay etsy facebook fb github google instagram ko-fi linkedin medium paypal patreon pinterest "
    "reddit snapchat soundcloud spotify spoti substack t threads tiktok tumblr twitch twitter vimeo vk wikipedia x youtu youtube"
)
_SOCIAL = rf"^(?:https?://)?(?:[\w-]+\.)*(?:{_SITES.replace(' ', '|')})\.\w+/"
_ORDINARY_PAGES = (
    "about app apps blog books buy c careers channel collections contact courses deals docs donate download dp events free gift gifts help home index "
    "jobs join login menu merch news offers order p playlist podcast pricing privacy product products promo register sale sales shop signup start store "
    "subscribe terms tickets trial user watch"
)
_VANITY = (
    rf"^(?:https?://)?(?:www\.)?[\w-]+\.[\w.-]+/(?!(?:{_ORDINARY_PAGES.replace(' ', '|')})/?$)(?P<name>[A-Za-z][A-Za-z0-9_-]{{2,24}})/?(?:\?[^/]*)?$"
)


# An address that carries somebody's own invitation: "/join/OI9Q2GEQ", "?ref=dana", "/r/dana81".
_INVITATION = (
    r"/(?:join|invite|invited|r|ref|refer|referral|referrals|i|signup|register)/(?=[\w-]*[A-Z0-9])[\w-]{4,}/?(?:[^\w/]|$)"
    r"|[?&](?:ref|referral|referrer|refcode|ref_code|referralcode|referral_code|invite|invitecode|invite_code|inviter|r|rid|refid)=[^&]{3,}"
)


def is_vanity(url: str) -> bool:
    """Return whether `url` looks made for one creator: a shop's host with one short word behind it."""
    return bool(compile_pattern(_VANITY).search(url)) and not compile_pattern(_SOCIAL).search(url)


def names_creator(url: str, handles: frozenset[str]) -> bool:
    """Return whether the path of `url` carries a name under which the post's author is known."""
    path = url.split("//")[-1].partition("/")[2].split("?")[0]
    name = "".join(letter for letter in path.lower() if letter.isalnum())
    host = url.split("//")[-1].partition("/")[0].lower().replace("-", "")
    if len(name) < 3 or compile_pattern(_SOCIAL).search(url) and "bit.ly" not in host:
        return False
    return any((handle in name or name in handle and len(name) >= 5) and handle not in host for handle in handles)


def handles_of(post: Post, links: tuple[LinkSignal, ...]) -> frozenset[str]:
    """Return the names under which a post's author is known: the accounts it links to, in lower case letters and digits.

    Only names of at least four characters tell anybody apart.
    """
    accounts = [link.link.url.split("?")[0].rstrip("/").rpartition("/")[2] for link in links if compile_pattern(_ACCOUNT).search(link.link.url)]
    plain = ["".join(letter for letter in account.lower() if letter.isalnum()) for account in accounts]
    return frozenset(name for name in plain if 4 <= len(name) <= 30)


def _signal(kind: SignalKind, span: Span, prose: Prose, layout: Layout, cues: Cues) -> Signal:
    original = prose.offsets.span(span.start, span.end)
    disguise = next((oddity for at, oddity in prose.oddities if span.start <= at < span.end), None)
    return Signal(kind, span.start, span.end, original.start, original.end, assess(kind, span, prose, layout, cues), disguise)


def _in_quote(signal: Signal, quotes: list[Span]) -> Signal:
    if signal.kind.role == "connection" and any(quote.start <= signal.start < quote.end for quote in quotes):
        return replace(signal, assertion="quoted")
    return signal


def _aside_signals(post: Post, aside: Aside, platform: Platform, rulebook: Rulebook) -> Iterator[Signal]:
    prose = normalize(aside.pieces, lambda text: find_urls(text, rulebook.links))
    layout = segment(prose)
    for signal in _signals(post, prose, layout, platform, rulebook, ()):
        if signal.kind.role == "disclosure":
            yield replace(signal, channel=aside.channel, reason=aside.reason)


def assess(kind: SignalKind, span: Span, prose: Prose, layout: Layout, cues: Cues) -> str:
    """Return what the words around folded `span` make of it: "affirmed", "negated", "asked", ...

    A cue reaches to the right up to REACH characters, the end of its sentence or line, or a terminating word.
    """
    text = prose.text
    sentence = layout.sentence(span.start)
    if kind.role == "denial":
        return "affirmed"
    if _is_quoted(text, layout.paragraph(span.start), span):
        return "quoted"
    before = _reaching(text[max(sentence.start, span.start - REACH) : span.start], cues)
    inside = _reaching(text[span.start : span.end], cues)
    for assertion, patterns in cues.forward.items():
        reach = before + inside if assertion == "negated" else before
        if any(compile_pattern(pattern).search(reach) for pattern in patterns):
            return assertion
    after = text[span.end : min(sentence.end, span.end + 15)]
    for assertion, patterns in cues.backward.items():
        if any(compile_pattern(pattern).match(after) for pattern in patterns):
            return assertion
    return _by_sentence(kind, span, sentence, text, cues)


def _reaching(text: str, cues: Cues) -> str:
    """Return `text` with everything blanked that no cue can reach from: before a terminating word, and look-alikes."""
    for pattern in cues.pseudo:
        text = compile_pattern(pattern).sub(lambda match: " " * len(match.group()), text)
    ends = [stop.end() for pattern in cues.terminate for stop in compile_pattern(pattern).finditer(text)]
    last = max(ends, default=0)
    return " " * last + text[last:]


def _by_sentence(kind: SignalKind, span: Span, sentence: Span, text: str, cues: Cues) -> str:
    whole = text[sentence.start : max(sentence.end, span.end) + 1]
    leads = not text[sentence.start : span.start].strip(" \n\u2005\"'([*-")
    for assertion, patterns in cues.sentence.items():
        if assertion == "asked" and (leads or kind.role != "disclosure"):
            continue
        if any(compile_pattern(pattern).search(whole) for pattern in patterns):
            return assertion
    return "affirmed"


def _is_quoted(text: str, paragraph: Span, span: Span) -> bool:
    opening = text.rfind('"', paragraph.start, span.start)
    if opening < 0 or opening + 1 >= len(text) or text[opening + 1].isspace():
        return False
    if opening > paragraph.start and text[opening - 1].isalnum():
        return False  # a closing quotation mark, or inches
    closing = text.find('"', span.end, paragraph.end)
    return closing >= 0 and LINK_MARK not in text[opening : span.start]
