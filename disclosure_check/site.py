"""Apply a repository's configuration to a post: what its keys and folders say, what its layouts show, what its words mean.

Comes in: a post and the `Config`. Goes out: the post with these facts, the settings that hold for it, and its annotations
with the disclosures that the site renders.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from disclosure_check.config import Settings
from disclosure_check.model import CONNECTIONS, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pathspec import GitIgnoreSpec

    from disclosure_check.annotate import Annotations, Signal
    from disclosure_check.config import BrandNames, Config, Renderer, SiteFact, Term, Where
    from disclosure_check.model import Markup, Post
    from disclosure_check.rulebook import Rulebook

RENDERED = "rendered"  # the topic of a disclosure that the site shows


def matches(config: Config, globs: tuple[str, ...], path: str) -> bool:
    """Return whether a path, as the user wrote it, matches one of the globs, which start from the configuration's folder."""
    if not globs:
        return False
    try:
        inside = os.path.relpath(Path(path).resolve(), config.folder.resolve())
    except ValueError:  # on another drive
        return False
    return not inside.startswith("..") and _spec(globs).match_file(inside)


@lru_cache(maxsize=512)
def _spec(globs: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(globs)


def settings_for(config: Config, path: str) -> Settings:
    """Return what holds for the posts of a file: the general settings, and over them those of each override that matches, in order."""
    settings = config.settings
    for override in config.overrides:
        if matches(config, override.paths, path):
            settings = _over(settings, override.settings)
    return settings


def _over(below: Settings, above: Settings) -> Settings:
    return Settings(
        platform=above.platform or below.platform,
        connections=above.connections or below.connections,
        brands=above.brands or below.brands,
        lang=above.lang or below.lang,
        medium=above.medium or below.medium,
        claims=above.claims or below.claims,
        select=above.select or below.select,
        ignore=(*below.ignore, *above.ignore),
        severity={**below.severity, **above.severity},
    )


def describe(post: Post, config: Config) -> Post:
    """Return the post with what the repository's own keys and folders say about it, where nothing was declared."""
    facts = [fact for fact in config.facts if _holds(fact, post, config)]
    settings = settings_for(config, post.path)
    post = replace(
        post,
        platform=post.platform or _first(fact.platform for fact in facts) or settings.platform,
        connections=post.connections or _kinds(facts) or settings.connections,
        brands=post.brands or tuple(name for fact in facts for name in _brands_of(fact, post)) or settings.brands,
        lang=post.lang or _first(fact.lang for fact in facts) or settings.lang,
        medium=post.medium or _first(fact.medium for fact in facts) or settings.medium,
        platform_label=post.platform_label or any(fact.platform_label for fact in facts),
    )
    return post if post.brands or not config.brands else replace(post, brands=tuple(_named(post, config.brands)))


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _kinds(facts: Iterable[SiteFact]) -> tuple[str, ...]:
    said = {kind for fact in facts for kind in fact.connections}
    return tuple(kind for kind in CONNECTIONS if kind in said) or (("none",) if said else ())


def _brands_of(fact: SiteFact, post: Post) -> tuple[str, ...]:
    named = _value(post.keys, fact.brand_key) if fact.brand_key else None
    return tuple(str(name) for name in (named if isinstance(named, list) else [named]) if name) or fact.brands


def _holds(fact: SiteFact, post: Post, config: Config) -> bool:
    if fact.paths and not matches(config, fact.paths, post.path):
        return False
    return _has_all(post.keys, fact.keys)


def _has_all(keys: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    return all(_has(keys, key, value) for key, value in wanted.items())


def _has(keys: Mapping[str, object], key: str, wanted: object) -> bool:
    """Return whether a front matter has a key with the wanted value, alone or in a list; true is any value but an empty one."""
    found = _value(keys, key)
    items = found if isinstance(found, list) else [found]
    if isinstance(wanted, bool):
        return any(item not in (None, False, "", "false", 0) for item in items) is wanted
    return any(str(item).casefold() == str(wanted).casefold() for item in items if item is not None)


def _value(keys: Mapping[str, object], key: str) -> object:
    """Return the value of a key; "a.b" is b in the table a."""
    found: object = keys
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _named(post: Post, brands: Iterable[BrandNames]) -> Iterator[str]:
    text = post.text[post.body_start :]
    for brand in brands:
        if _names(brand.words).search(text):
            yield brand.name


@lru_cache(maxsize=512)
def _names(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@#])(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def with_terms(rulebook: Rulebook, config: Config) -> Rulebook:
    """Return the rulebook with the repository's own terms, brands and numbers of platforms.

    Raises ConfigError for a platform that has no profile.
    """
    from disclosure_check.rulebook import CONTEXT_TOPICS_OF_OWN, plain_kind, with_kinds

    kinds = [
        plain_kind(f"term-{number}", term.means, term.words, term.connections)
        for number, term in enumerate(config.terms)
        if term.means != "nothing"
    ]
    own = tuple(word for brand in config.brands if brand.is_own for word in brand.words)
    kinds += [plain_kind(topic, "context", own) for topic in CONTEXT_TOPICS_OF_OWN if own]
    platforms = dict(rulebook.platforms)
    for name, numbers in config.platforms.items():
        if name.casefold() not in platforms:
            raise _no_platform(name, config, rulebook)
        changed = replace(platforms[name.casefold()], **numbers)
        platforms |= {alias: changed for alias, platform in rulebook.platforms.items() if platform.name == changed.name}
    return replace(with_kinds(rulebook, kinds) if kinds else rulebook, platforms=platforms)


def with_rendered(found: Annotations, post: Post, markup: Markup, config: Config) -> Annotations:
    """Return the annotations with the disclosures that the site's layouts and includes show, and without words that mean nothing here."""
    rendered = [
        _rendered(renderer.where, Span(include.start, include.end), renderer, found, post)
        for include in markup.includes
        for renderer in config.renders
        if not renderer.is_layout and _same_name(renderer.name, include.name) and _has_all(post.keys, renderer.keys)
    ]
    start, end = Span(post.body_start, post.body_start), Span(len(post.text), len(post.text))
    rendered += [
        _rendered(renderer.where, start if renderer.where == "top" else end, renderer, found, post)
        for renderer in config.renders
        if renderer.is_layout and _gets_layout(post, renderer, config) and _has_all(post.keys, renderer.keys)
    ]
    kept = [signal for signal in found.signals if not _means_nothing(signal, found, config.terms)]
    return replace(found, signals=tuple(sorted((*kept, *rendered), key=lambda signal: (signal.at, signal.to, signal.kind.id))))


def _gets_layout(post: Post, renderer: Renderer, config: Config) -> bool:
    named = _value(post.keys, "layout")
    return renderer.name == named if named else matches(config, renderer.paths, post.path)


def _rendered(where: Where, span: Span, renderer: Renderer, found: Annotations, post: Post) -> Signal:
    from disclosure_check.annotate import Signal
    from disclosure_check.rulebook import plain_kind

    kind = plain_kind(RENDERED, "disclosure", (), tuple(renderer.covers), "ambiguous" if renderer.is_unclear else "adequate")
    if where == "top":
        return Signal(kind, 0, 0, post.body_start, post.body_start)
    if where == "bottom":
        return Signal(kind, len(found.prose.text), len(found.prose.text), span.start, span.end)
    at = found.prose.offsets.folded(span.start)
    return Signal(kind, at, max(at, found.prose.offsets.folded(span.end)), span.start, span.end)


def _same_name(wanted: str, name: str) -> bool:
    """Return whether an include is meant: by its whole name, or without folder and ending."""
    return wanted == name or wanted == name.rpartition("/")[2] or wanted == name.rpartition("/")[2].rpartition(".")[0]


def _means_nothing(signal: Signal, found: Annotations, terms: Iterable[Term]) -> bool:
    words = [word for term in terms if term.means == "nothing" for word in term.words]
    around = [Span(match.start(), match.end()) for match in _names(tuple(words)).finditer(found.prose.text)] if words else []
    return any(span.start <= signal.at and signal.to <= span.end for span in around)


def _no_platform(name: str, config: Config, rulebook: Rulebook) -> Exception:
    from disclosure_check.errors import ConfigError
    from disclosure_check.options import unknown

    return ConfigError(f"{config.path}: [platforms.{name}]: {unknown('platform', name, rulebook.platforms)}")
