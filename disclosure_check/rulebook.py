"""Load the rule data: rules, signals, cues, platforms and facts about links, from TOML files under `rules/`.

Comes in: directories (packs). Goes out: a `Rulebook`. A pack holds data only; nothing in it is executed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from disclosure_check.errors import InputError, RuleError
from disclosure_check.links import NO_LINK_DATA, LinkData, load_link_data
from disclosure_check.model import CONNECTIONS, SEVERITIES, Family, Platform, Reference, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import regex

Grade = Literal["adequate", "ambiguous", "inadequate"]

# What can be wrong with the disclosure of a connection; `evaluate` finds these, rules say what they are worth.
BREACHES = (
    "absent",
    "absent-beside-disclosed",
    "alt-only",
    "ambiguous",
    "bare-label",
    "below-link",
    "collapsed",
    "disguised",
    "elsewhere",
    "far-bare-label",
    "far-below-link",
    "far-past-fold",
    "foreign-language",
    "hidden",
    "hyperlinked",
    "inadequate",
    "label-only",
    "leading-pile",
    "lesser-kind",
    "not-first",
    "part-undisclosed",
    "past-fold",
    "piled",
    "small",
)
FOLDED_SPACE = "[ \u2005\n]"  # what a space in a pattern matches: between words, around emoji, over a line end
LINKS_FILE = "affiliate_links.jsonl"
ROLES = ("connection", "disclosure", "denial", "pointer", "wording", "context")


@dataclass(frozen=True, slots=True)
class SignalKind:
    """One family of wordings: what they say, and how to find them."""

    id: str
    role: str  # one of ROLES
    topic: str  # the finer name that rules refer to, such as "shorthand"
    shows: tuple[str, ...]  # connections that the wording shows
    grade: Grade | None  # of a disclosure
    covers: frozenset[str]  # connections that a disclosure explains
    placement: Literal["fold", "adjacent"]  # how readers come upon it: at the start, or beside what it explains
    when: frozenset[str]  # "declared": counts only if a connection is declared; "short", "long" ...: only on such platforms
    anchors: tuple[str, ...]  # lower-case strings one of which stands in every match
    patterns: tuple[str, ...]  # expanded regular expressions
    unless: tuple[str, ...]  # expressions that, matching in the same sentence, void the signal


@dataclass(frozen=True, slots=True)
class Example:
    """A post that a rule is to find something in, or nothing."""

    facts: Mapping[str, Any]  # the fields of a JSONL record, with "text"
    at: str | None  # the exact words found
    why: str
    known_gap: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What is required or forbidden, how bad its breach is, and what to tell the author."""

    id: str
    name: str
    type: Literal["require", "forbid"]
    family: Family
    severity: Severity
    summary: str
    message: str
    remedy: str
    why: str
    limits: str
    match: Mapping[str, Any]
    references: tuple[Reference, ...]
    invalid: tuple[Example, ...]
    valid: tuple[Example, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Cues:
    """Words that negate, ask, quote or attribute what stands near them; expanded regular expressions."""

    forward: Mapping[str, tuple[str, ...]]  # assertion -> expressions whose reach runs to the right
    backward: Mapping[str, tuple[str, ...]]  # ... to the left
    pseudo: tuple[str, ...]  # look like cues and are none
    terminate: tuple[str, ...]  # end a reach
    sentence: Mapping[str, tuple[str, ...]]  # assertion -> expressions that decide for their whole sentence


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All loaded rule data."""

    rules: tuple[Rule, ...]
    signals: tuple[SignalKind, ...]
    cues: Cues
    platforms: Mapping[str, Platform]  # by name and alias
    links: LinkData


def rules_dir() -> Path:
    """Return where the project's own rules lie: in the installed package, or beside it in a checkout."""
    packaged = Path(__file__).parent / "rules"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "rules"


@lru_cache(maxsize=8192)
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Return the compiled expression: any case, unless it says `(?-i:...)`."""
    import regex

    return regex.compile(pattern, regex.IGNORECASE)


def load_rulebook(packs: Sequence[Path] = ()) -> Rulebook:
    """Return the project's own rules and those of `packs`.

    Raises RuleError with path and line for a file that breaks the format, and for an id that two files use.
    """
    words: dict[str, str] = {}
    signals: list[tuple[Path, dict[str, Any]]] = []
    rules: dict[str, Rule] = {}
    cues: dict[str, Any] = {}
    platforms: dict[str, Platform] = {}
    links = NO_LINK_DATA
    for pack in (rules_dir(), *packs):
        if not pack.is_dir():
            raise RuleError(f"{pack}: no such folder; give the folder of a rule pack")
        if (pack / LINKS_FILE).is_file():
            links = load_link_data(pack / LINKS_FILE)
        for path in sorted(pack.rglob("*.toml")):
            data = _read_toml(path)
            if "signals" in data or "words" in data:
                words |= {name: _word_group(value) for name, value in data.get("words", {}).items()}
                signals += [(path, table) for table in data.get("signals", [])]
            elif "cues" in data:
                cues |= data["cues"]
            elif "platforms" in data:
                platforms |= _platforms(path, data["platforms"])
            else:
                rule = _rule(path, data)
                if rule.id in rules:
                    raise RuleError(f"{path}:1: rule id {rule.id} is already used by {rules[rule.id].path}; give it an id of its own")
                rules[rule.id] = rule
    kinds = tuple(_signal(path, table, words) for path, table in signals)
    return Rulebook(tuple(rules[id] for id in sorted(rules)), kinds, _cues(cues, words), platforms, links)


def unknown_platform(name: str, rulebook: Rulebook) -> InputError:
    """Return the error for a platform that no profile has, naming the nearest one."""
    import difflib

    near = difflib.get_close_matches(name, rulebook.platforms, n=1)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    known = ", ".join(sorted({platform.name for platform in rulebook.platforms.values()}))
    return InputError(f'unknown platform "{name}"{guess} The platforms are {known}.' if guess else f'unknown platform "{name}"; the platforms are {known}')


def expand(pattern: str, words: Mapping[str, str]) -> str:
    """Return `pattern` with each `{name}` replaced by its word group and each space by one of the folded spaces."""
    import regex

    def word(match: regex.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            raise KeyError(name)
        return expand(words[name], words)

    spaced = regex.sub(r"(\[\^?\]?[^\]]*\])| ", lambda match: match.group(1) or FOLDED_SPACE, pattern)
    return regex.sub(r"\{([a-z_]+)\}", word, spaced)


def _word_group(value: str | list[str]) -> str:
    if isinstance(value, str):
        return f"(?:{value})"
    return "(?:" + "|".join(sorted(value, key=lambda word: (-len(word), word))) + ")"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}:1: not UTF-8 (byte {error.start}); save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = message.split("at line ")[1].split(",")[0] if "at line " in message else "1"
        raise RuleError(f"{path}:{line}: not valid TOML: {message}") from error


def _line_of(path: Path, key: str) -> int:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.split("=")[0].strip() == key:
            return number
    return 1


def _fail(path: Path, key: str, problem: str) -> RuleError:
    return RuleError(f"{path}:{_line_of(path, key)}: {problem}")


_SIGNAL_KEYS = {"id", "role", "topic", "shows", "grade", "covers", "placement", "when", "anchors", "patterns", "unless"}


def _signal(path: Path, table: dict[str, Any], words: Mapping[str, str]) -> SignalKind:
    name = table.get("id", "?")
    unknown = sorted(set(table) - _SIGNAL_KEYS)
    if unknown:
        raise _fail(path, unknown[0], f"signal {name}: unknown key {unknown[0]!r}; the keys are {', '.join(sorted(_SIGNAL_KEYS))}")
    if table.get("role") not in ROLES:
        raise _fail(path, "role", f"signal {name}: role {table.get('role')!r} is not one of {', '.join(ROLES)}")
    covers = table.get("covers", [])
    try:
        patterns = tuple(expand(pattern, words) for pattern in table["patterns"])
        unless = tuple(expand(pattern, words) for pattern in table.get("unless", []))
    except KeyError as error:
        raise _fail(path, "patterns", f"signal {name}: no word group {error.args[0]!r} is defined under [words]") from error
    return SignalKind(
        id=name,
        role=table["role"],
        topic=table.get("topic", name),
        shows=tuple(table.get("shows", [])),
        grade=table.get("grade"),
        covers=frozenset(CONNECTIONS if covers == ["any"] else covers),
        placement=table.get("placement", "fold"),
        when=frozenset(table.get("when", [])),
        anchors=tuple(table.get("anchors", [])),
        patterns=patterns,
        unless=unless,
    )


def _cues(data: Mapping[str, Any], words: Mapping[str, str]) -> Cues:
    def group(name: str) -> dict[str, tuple[str, ...]]:
        return {kind: tuple(expand(pattern, words) for pattern in patterns) for kind, patterns in data.get(name, {}).items()}

    return Cues(
        forward=group("forward"),
        backward=group("backward"),
        pseudo=tuple(expand(pattern, words) for pattern in data.get("pseudo", [])),
        terminate=tuple(expand(pattern, words) for pattern in data.get("terminate", [])),
        sentence=group("sentence"),
    )


_RULE_KEYS = {
    "id", "name", "type", "family", "severity", "summary", "message", "remedy", "why", "limits",
    "match", "references", "invalid", "valid",
}  # fmt: skip
_MATCH_KEYS = {"breach", "topics", "connections", "signal", "with", "forms", "links"}


def _rule(path: Path, data: dict[str, Any]) -> Rule:
    for key in sorted(set(data) - _RULE_KEYS):
        raise _fail(path, key, f"unknown key {key!r}; the keys are {', '.join(sorted(_RULE_KEYS))}")
    for key in sorted(_RULE_KEYS - set(data) - {"family"}):
        raise _fail(path, key, f"the key {key!r} is missing")
    if data["severity"] not in SEVERITIES:
        raise _fail(path, "severity", f"severity {data['severity']!r} is not one of {', '.join(SEVERITIES)}")
    if data["type"] not in ("require", "forbid"):
        raise _fail(path, "type", f"type {data['type']!r} is not one of require, forbid")
    if not data["references"]:
        raise _fail(path, "references", "a rule needs at least one reference: no citation, no rule")
    match = data["match"]
    for key in sorted(set(match) - _MATCH_KEYS):
        raise _fail(path, key, f"unknown key {key!r} in [match]; the keys are {', '.join(sorted(_MATCH_KEYS))}")
    if data["type"] == "require" and match.get("breach") not in BREACHES:
        raise _fail(path, "breach", f"breach {match.get('breach')!r} is not one of {', '.join(BREACHES)}")
    return Rule(
        **{key: data[key].strip() for key in ("id", "name", "type", "severity", "summary", "message", "remedy", "why", "limits")},
        family=data.get("family", "disclosure"),
        match=match,
        references=_references(path, data["references"]),
        invalid=tuple(_example(table) for table in data["invalid"]),
        valid=tuple(_example(table) for table in data["valid"]),
        path=str(path),
    )


def _references(path: Path, tables: Iterable[dict[str, Any]]) -> tuple[Reference, ...]:
    try:
        return tuple(Reference(**table) for table in tables)
    except TypeError as error:
        raise _fail(path, "title", f"a reference has title, section, url, force, read and may have quote, quoted_from ({error})") from error


def _example(table: Mapping[str, Any]) -> Example:
    facts = {key: value for key, value in table.items() if key not in ("at", "why", "known_gap")}
    return Example(facts, table.get("at"), table.get("why", ""), table.get("known_gap", False))


def _platforms(path: Path, tables: Iterable[dict[str, Any]]) -> dict[str, Platform]:
    platforms: dict[str, Platform] = {}
    for table in tables:
        facts = dict(table)
        references = _references(path, facts.pop("references", []))
        aliases = tuple(facts.pop("aliases", []))
        try:
            platform = Platform(**facts, aliases=aliases, references=references)
        except TypeError as error:
            raise _fail(path, "name", f"platform {facts.get('name')!r}: {error}") from error
        for name in (platform.name, *aliases):
            platforms[name] = platform
    return platforms
