"""Check what a user asks for against the rulebook: platforms, connections and rules by name, with the nearest name for a typo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from disclosure_check.check import Options
from disclosure_check.errors import ConfigError
from disclosure_check.model import CONNECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from disclosure_check.config import Config, Settings
    from disclosure_check.rulebook import Rulebook
    from disclosure_check.substantiation import Substantiation


def build_options(
    rulebook: Rulebook,
    *,
    platform: str | None = None,
    connections: Iterable[str] = (),
    brands: Iterable[str] = (),
    lang: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    claims: Literal["auto", "always", "never"] | None = None,
    nlp: Literal["cues", "model"] = "cues",
    substantiation: Path | None = None,
    today: str | None = None,
    config: Config | None = None,
    with_view: bool = False,
) -> Options:
    """Return the options, checked against the rulebook.

    `connections`, `select` and `ignore` are as typed: each item may hold several names with commas between.
    Raises ConfigError with what would be right for a name that doesn't exist.
    """
    return Options(
        platform=_checked_platform(platform, rulebook),
        connections=_checked_kinds(split_names(connections)),
        brands=tuple(brands),
        lang=lang,
        select=tuple(id for name in split_names(select) for id in find_rules(rulebook, name)),
        ignore=tuple(id for name in split_names(ignore) for id in find_rules(rulebook, name)),
        claims=claims,
        nlp=_checked_nlp(nlp, claims),
        substantiation=_approved(substantiation, today),
        config=None if config is None else _by_ids(config, rulebook),
        with_view=with_view,
    )


def _by_ids(config: Config, rulebook: Rulebook) -> Config:
    """Return the configuration with rules named by their ids, and platforms by their own names.

    Raises ConfigError for a rule or platform that doesn't exist.
    """
    try:
        return replace(
            config,
            settings=_settings_by_ids(config.settings, rulebook),
            overrides=tuple(replace(override, settings=_settings_by_ids(override.settings, rulebook)) for override in config.overrides),
            facts=tuple(replace(fact, platform=_checked_platform(fact.platform, rulebook)) for fact in config.facts),
            suppressions=tuple(replace(item, rule=find_rules(rulebook, item.rule)[0]) for item in config.suppressions),
        )
    except ConfigError as error:
        raise ConfigError(f"{config.path}: {error}") from error


def _settings_by_ids(settings: Settings, rulebook: Rulebook) -> Settings:
    return replace(
        settings,
        platform=_checked_platform(settings.platform, rulebook),
        select=tuple(id for name in settings.select for id in find_rules(rulebook, name)),
        ignore=tuple(id for name in settings.ignore for id in find_rules(rulebook, name)),
        severity={id: level for name, level in settings.severity.items() for id in find_rules(rulebook, name)},
    )


def _checked_platform(name: str | None, rulebook: Rulebook) -> str | None:
    if name is None:
        return None
    if name.casefold() not in rulebook.platforms:
        raise ConfigError(unknown("platform", name, rulebook.platforms, {known.name for known in rulebook.platforms.values()}))
    return rulebook.platforms[name.casefold()].name


def _checked_nlp(nlp: Literal["cues", "model"], claims: str | None) -> Literal["cues", "model"]:
    """Return `nlp`. Raises ConfigError now, not at the first claim, if the model is asked for and isn't there."""
    if nlp == "model" and claims != "never":
        from disclosure_check.nlp import find_model

        find_model()
    return nlp


def _approved(path: Path | None, today: str | None) -> Substantiation | None:
    import datetime as dt

    try:
        day = dt.date.fromisoformat(today) if today else dt.datetime.now(tz=dt.UTC).date()
    except ValueError as error:
        raise ConfigError(f"--today {today} is no date; write it as 2026-05-31") from error
    if path is None:
        return None
    from disclosure_check.substantiation import load_substantiation

    return load_substantiation(path, day)


def split_names(items: Iterable[str]) -> list[str]:
    """Return the names in `items`, each of which may hold several with commas between."""
    return [name.strip() for item in items for name in item.split(",") if name.strip()]


def find_rules(rulebook: Rulebook, name: str) -> list[str]:
    """Return the ids of the rules that `name` means: an id, the start of one such as "DC3", or a rule's name.

    Raises ConfigError if there is no such rule.
    """
    wanted = name.casefold()
    found = [
        id
        for id, known in rulebook.names.items()
        if wanted == known.casefold() or (wanted.startswith("dc") and id.casefold().startswith(wanted))
    ]
    if not found:
        known = [known for pair in rulebook.names.items() for known in pair]
        raise ConfigError(f"{unknown('rule', name, known)}; `disclosure-check rules` lists them all")
    return found


def unknown(what: str, name: str, known: Collection[str], listed: Collection[str] = ()) -> str:
    """Return the sentence that says that there is no such `what`, with the nearest known name and those to list."""
    from difflib import get_close_matches

    by_folded = {item.casefold(): item for item in known}
    near = get_close_matches(name.casefold(), by_folded, n=1)
    hint = f"; did you mean {by_folded[near[0]]!r}?" if near else ""
    choice = f" (one of {', '.join(sorted(listed))})" if listed else ""
    return f"there is no {what} {name!r}{choice}{hint}"


def _checked_kinds(names: Collection[str]) -> tuple[str, ...]:
    kinds = (*CONNECTIONS, "none")
    for name in names:
        if name not in kinds:
            raise ConfigError(unknown("connection", name, kinds, kinds))
    if "none" in names and len(set(names)) > 1:
        raise ConfigError("none says that there is no connection; it can't stand with other kinds")
    return tuple(kind for kind in kinds if kind in names)
