"""The rule data, ready to check posts with: rules, signals, cues, platforms and facts about links.

Comes in: the project's own rules and the user's packs. Goes out: a `Rulebook`. The own rules are read from one
compiled file where that is current (`write_compiled`), else from their TOML files; both give the same.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import InputError, RuleError
from disclosure_check.lazily import Unpacked, lazily
from disclosure_check.model import CONNECTIONS, Family, Platform, Reference, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import regex

    from disclosure_check.claim_rules import ClaimBook
    from disclosure_check.links import LinkData
    from disclosure_check.prefilter import Prefilter

    Known = Callable[[], Mapping[str, bytes]]  # patterns that were compiled before, by their sources

EXPRESSIONS_NAME = "expressions.bin"  # beside it: patterns as `regex` compiles them, which takes fifty times as long as reading them
Grade = Literal["adequate", "ambiguous", "inadequate"]

FOLDED_SPACE = "[ \u2005\n]"  # what a space in a pattern matches: between words, around emoji, over a line end
LINKS_FILE = "affiliate_links.jsonl"
COMPILED_FILE = os.path.join(os.path.dirname(__file__), "rulebook.json")
COMPILED_FORMAT = 7  # of all these files, which a checkout may have from before its code changed
CLAIMS_NAME = "claims.bin"  # beside it, and apart, since a post without a connection needs none of it
LATE_TYPES = ("claim", "process")
CONTEXT_TOPICS_OF_OWN = ("own-offer", "own-work", "own-label")  # what makes an offer the author's own


class Expression:
    """A pattern of the rule data, expanded and compiled when it is first needed, since most posts need few of them."""

    __slots__ = ("_compiled", "_known", "_words", "is_trusted", "source")

    def __init__(self, source: str, words: Mapping[str, str | list[str]], *, is_trusted: bool = True, known: Known | None = None) -> None:
        """Take the source; `is_trusted` says that tests of the project show it to be fast on any short text.

        `known` gives patterns that were compiled before, by their sources.
        """
        self.source = source
        self.is_trusted = is_trusted
        self._words = words
        self._known = known
        self._compiled: regex.Pattern[str] | None = None

    def of(self, source: str, words: Mapping[str, str] | None = None) -> Expression:
        """Return another pattern with the same word groups, but for `words`."""
        return Expression(source, {**self._words, **words} if words else self._words, is_trusted=self.is_trusted, known=self._known)

    def expanded(self, words: Mapping[str, str] | None = None) -> str:
        """Return the source with its word groups, or those of `words`, written out."""
        return expand(self.source, {**self._words, **words} if words else self._words)

    def compiled(self) -> regex.Pattern[str]:
        """Return the compiled pattern: any case, unless it says `(?-i:...)`."""
        if self._compiled is None:
            self._compiled = self._from_known()
        if self._compiled is None:
            import regex

            self._compiled = regex.compile(self.expanded(), regex.IGNORECASE)
        return self._compiled

    def _from_known(self) -> regex.Pattern[str] | None:
        pickled = self._known().get(self.source) if self._known is not None else None
        if pickled is None:
            return None
        import pickle

        found: regex.Pattern[str] = pickle.loads(pickled)  # noqa: S301 - a file of the package, as its code is
        return found


class SignalKind(Struct, frozen=True):
    """One family of wordings: what they say, and how to find them."""

    id: str
    role: str  # one of rule_files.ROLES
    topic: str  # the finer name that rules refer to, such as "shorthand"
    shows: tuple[str, ...]  # connections that the wording shows
    grade: Grade | None  # of a disclosure
    covers: frozenset[str]  # connections that a disclosure explains
    placement: Literal["fold", "adjacent"]  # how readers come upon it: at the start, or beside what it explains
    when: frozenset[str]  # "declared": counts only if a connection is declared; "short", "long" ...: only on such platforms
    patterns: tuple[Expression, ...]
    unless: tuple[Expression, ...]  # that void the signal if they match in its sentence; of a tag, in its paragraph


class Repair(Struct, frozen=True):
    """One way to mend what a rule finds; `repairs` knows the operations."""

    operation: str  # one of rule_files.OPERATIONS
    text: str  # the words to write; "" where the words found are moved as they are
    pattern: Callable[[], re.Pattern[str]] | None  # the part of the words found that it is about; without it, all of them
    states_connection: bool  # what it writes says that a connection exists, which somebody must have declared
    everywhere: bool  # replaces the words in other disclosures of the same topic, too


class Example(Struct, frozen=True):
    """A post that a rule is to find something in, or nothing."""

    facts: Mapping[str, Any]  # the fields of a JSONL record, with "text"
    at: str | None  # the exact words found
    why: str
    known_gap: bool
    fixed: str | None = None  # the text once the fix or the suggestion is made


class Rule(Struct, frozen=True):
    """What is required or forbidden, how bad its breach is, and what to tell the author."""

    id: str
    name: str
    type: Literal["require", "forbid", "claim", "process"]
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
    repairs: tuple[Repair, ...] = ()  # the first that comes out right is offered


class Cues(Struct, frozen=True):
    """Words that negate, ask, quote or attribute what stands near them."""

    forward: Mapping[str, tuple[Expression, ...]]  # assertion -> expressions whose reach runs to the right
    backward: Mapping[str, tuple[Expression, ...]]  # ... to the left
    pseudo: tuple[Expression, ...]  # look like cues and are none
    terminate: tuple[Expression, ...]  # end a reach
    sentence: Mapping[str, tuple[Expression, ...]]  # assertion -> expressions that decide for their whole sentence


class Rulebook(Struct, frozen=True):
    """All loaded rule data."""

    rules: tuple[Rule, ...]  # those about disclosure; with examples, all
    names: Mapping[str, str]  # of all rules, by id
    signals: tuple[SignalKind, ...]
    cues: Cues
    platforms: Mapping[str, Platform]  # by name and alias
    prefilter: Callable[[], Prefilter]  # of the signals that are searched for in every post
    links: Callable[[], LinkData]  # read when the first link is met
    claims: Callable[[], ClaimBook]  # read when the first post is met whose claims count
    repairs: Mapping[str, tuple[Repair, ...]]  # of the rules that have any, by id


def rules_folder() -> str:
    """Return where the project's own rules lie: in the installed package, or beside it in a checkout."""
    package = os.path.dirname(__file__)
    packaged = os.path.join(package, "rules")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(package), "rules")


def rules_dir() -> Path:
    """Return `rules_folder()` as a `Path`."""
    from pathlib import Path

    return Path(rules_folder())


def load_rulebook(packs: Sequence[Path] = (), *, examples: bool = False) -> Rulebook:
    """Return the project's own rules and those of `packs`; the own ones with their examples only if asked.

    Raises RuleError with path and line for a file that breaks the format, and for an id that two files use.
    """
    own = rules_folder()
    compiled = None if examples or packs else _read_compiled(own)
    own_links = cache(partial(_read_links, os.path.join(own, LINKS_FILE)))
    all_links = None
    if compiled is not None:
        data, names = compiled["pack"], compiled["names"]
        known: Known | None = cache(partial(_read_expressions, str(compiled.get("expressions"))))
        claims: Callable[[], ClaimBook] = cache(partial(_read_claims, own))
    else:
        from disclosure_check.rule_files import read_pack

        data = read_pack(rules_dir(), check=False)
        known = None
    for table in data["rules"]:
        table["path"] = _path_of(table, own)
    own_signals = len(data["signals"])
    for pack in packs:
        _add_pack(data, pack)
        if (pack / LINKS_FILE).is_file():  # read now, so that a fault in it is told at once
            all_links = _read_links(str(pack / LINKS_FILE), all_links or own_links())
    words = data["words"]
    signals = tuple(_signal(table, words, is_own=number < own_signals, known=known) for number, table in enumerate(data["signals"]))
    rules = tuple(sorted((_rule(table) for table in data["rules"]), key=lambda rule: rule.id))
    if compiled is None:
        names = {rule.id: rule.name for rule in rules}
        claims = cache(partial(_make_claims, data, [rule for rule in rules if rule.type in LATE_TYPES]))
    return Rulebook(
        rules=rules if examples else tuple(rule for rule in rules if rule.type not in LATE_TYPES),
        names=names,
        signals=signals,
        cues=_cues(data["cues"], words, known),
        platforms=_platforms(data["platforms"]),
        prefilter=cache(partial(_prefilter, signals, own_signals, compiled, own)),
        links=(lambda: all_links) if all_links else own_links,
        claims=claims,
        repairs={rule.id: rule.repairs for rule in rules if rule.repairs},
    )


def _path_of(table: Mapping[str, Any], folder: str) -> str:
    """Return the path of the rule file in `folder` that a table stands in."""
    return os.path.join(folder, *table["path"].split("/"))


def _beside(name: str) -> str:
    """Return the path of a file beside the compiled rules."""
    return os.path.join(os.path.dirname(COMPILED_FILE), name)


def _prefilter(signals: Sequence[SignalKind], own_signals: int, compiled: Mapping[str, Any] | None, own: str) -> Prefilter:
    """Return the prefilter of `signals`, of which the first are the project's own, and known to the compiled rules."""
    from disclosure_check.prefilter import Prefilter

    compiled = compiled or _read_compiled(own)
    if compiled is None:
        return Prefilter(signals)
    prefilter = Prefilter(signals[:own_signals], compiled["leads"])
    return prefilter.extended(signals[own_signals:]) if signals[own_signals:] else prefilter


def with_kinds(rulebook: Rulebook, kinds: Sequence[SignalKind]) -> Rulebook:
    """Return the rulebook with more signals."""
    own = rulebook.prefilter
    return replace(rulebook, signals=(*rulebook.signals, *kinds), prefilter=cache(lambda: own().extended(kinds)))


def write_compiled(folder: Path, file: str = COMPILED_FILE) -> None:
    """Write the rules of `folder` into files that load fast; `load_rulebook` uses them as long as they are current."""
    import json
    from pathlib import Path

    from msgspec.msgpack import encode

    from disclosure_check.claim_rules import compile_claims
    from disclosure_check.packed import put, write_file
    from disclosure_check.prefilter import leads_of, table_of_signals
    from disclosure_check.rule_files import read_pack

    target = Path(file)
    pack = read_pack(folder, check=False)
    for rule in pack["rules"]:
        rule |= {"invalid": [], "valid": []}
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(folder.rglob("*.toml"))}
    names = {rule["id"]: rule["name"] for rule in pack["rules"]}
    late = sorted((rule for rule in pack["rules"] if rule["type"] in LATE_TYPES), key=lambda rule: str(rule["id"]))
    claims, body = compile_claims(pack.pop("vocabulary"), late, pack.pop("claim_cues"))
    texts = put({rule["id"]: encode(rule) for rule in late}, body)
    write_file(target.with_name(CLAIMS_NAME), body, encode((claims, texts), order="deterministic"))
    pack["rules"] = [rule for rule in pack["rules"] if rule["type"] not in LATE_TYPES]
    signals = [_signal(table, pack["words"], is_own=True) for table in pack["signals"]]
    leads = table_of_signals(signals)
    parts = [part for lead in leads_of(signals, leads) for part in (lead.before, lead.rest) if part is not None]
    expressions = _write_expressions(signals, _cues(pack["cues"], pack["words"]), parts, target.with_name(EXPRESSIONS_NAME))
    whole = {
        "format": COMPILED_FORMAT,
        "sizes": sizes,
        "names": names,
        "pack": pack,
        "leads": leads,
        "expressions": expressions,
    }
    target.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def _write_expressions(signals: Sequence[SignalKind], cues: Cues, parts: Sequence[Expression], target: Path) -> str:
    """Write the compiled patterns, and return a mark that tells of another `regex` or another file."""
    import pickle
    from binascii import crc32

    from msgspec.msgpack import encode

    from disclosure_check.packed import put, write_file

    patterns = [pattern for kind in signals for pattern in (*kind.patterns, *kind.unless)]
    patterns += [pattern for group in (cues.forward, cues.backward, cues.sentence) for found in group.values() for pattern in found]
    patterns += [*cues.pseudo, *cues.terminate, *parts]
    body = bytearray()
    places = put({pattern.source: pickle.dumps(pattern.compiled()) for pattern in patterns}, body)
    head = encode((crc32(body), places))
    write_file(target, body, head)
    return _mark_of(head)


def _mark_of(head: bytes) -> str:
    from binascii import crc32

    import regex

    return f"regex {regex.__version__} {sys.byteorder} {crc32(head)}"


def _read_expressions(mark: str) -> Mapping[str, bytes]:
    """Return the compiled patterns by their sources; none if they were made by another `regex`."""
    from msgspec.msgpack import decode

    from disclosure_check.packed import read_file, value_at

    try:
        body, head = read_file(_beside(EXPRESSIONS_NAME))
    except (OSError, ValueError):
        return {}
    if _mark_of(head) != mark:
        return {}
    _, places = decode(head)
    return Unpacked(places, lambda place: value_at(place, body))


def _read_claims(own: str) -> ClaimBook:
    from msgspec.msgpack import decode

    from disclosure_check.claim_rules import CompiledClaims, load_claims
    from disclosure_check.packed import read_file, value_at

    def rule(place: int) -> Rule:
        table = decode(value_at(place, body))
        return _rule(table | {"path": _path_of(table, own)})

    body, head = read_file(_beside(CLAIMS_NAME))
    compiled, texts = decode(head, type=tuple[CompiledClaims, dict[str, int]])
    return load_claims(compiled, body, Unpacked(texts, rule))


def _make_claims(data: Mapping[str, Any], rules: Sequence[Rule]) -> ClaimBook:
    from disclosure_check.claim_rules import compile_claims, load_claims

    tables = sorted((table for table in data["rules"] if table["type"] in LATE_TYPES), key=lambda table: str(table["id"]))
    return load_claims(*compile_claims(data["vocabulary"], tables, data["claim_cues"]), {rule.id: rule for rule in rules})


def _read_links(path: str, base: LinkData | None = None) -> LinkData:
    from pathlib import Path

    from disclosure_check.links import NO_LINK_DATA, load_link_data

    return load_link_data(Path(path), base or NO_LINK_DATA)


def _read_compiled(folder: str) -> dict[str, Any] | None:
    """Return the compiled rules, or None if there are none or a rule file has another size or is newer."""
    from msgspec.json import decode

    try:
        with open(COMPILED_FILE, "rb") as file:
            compiled_at = os.stat(file.fileno()).st_mtime_ns
            compiled = decode(file.read())
        stats = dict(_rule_files(folder))
    except (OSError, ValueError):
        return None
    is_current = (
        compiled.get("format") == COMPILED_FORMAT
        and {place: stat.st_size for place, stat in stats.items()} == compiled["sizes"]
        and os.path.isfile(_beside(CLAIMS_NAME))
    )
    if not is_current or any(stat.st_mtime_ns > compiled_at for stat in stats.values()):
        return None
    found: dict[str, Any] = compiled
    return found


def _rule_files(folder: str, place: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield each TOML file below `folder`, with its stat: at every start, so by the fastest way there is."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _rule_files(entry.path, f"{place}{entry.name}/")
        elif entry.name.endswith(".toml"):
            yield f"{place}{entry.name}", entry.stat()


def _add_pack(data: dict[str, Any], folder: Path) -> None:
    """Add a user's pack to `data`."""
    from disclosure_check.rule_files import fail, read_pack, words_used

    pack = read_pack(folder)
    used = {table["id"]: table["path"] for table in data["rules"]}
    for table in (*pack["rules"], *pack["signals"]):
        table["path"] = str(folder / table["path"])
    for table in pack["rules"]:
        if table["id"] in used:
            raise RuleError(f"{table['path']}:1: rule id {table['id']} is already used by {used[table['id']]}; give it an id of its own")
    if pack["cues"] or pack["claim_cues"]:
        raise RuleError(f"{folder}: a pack can't change the cues, which hold for all rules; leave the file with [cues] or [claim_cues] out")
    for name in sorted(set(pack["words"]) & set(data["words"])):
        raise RuleError(f"{folder}: the word group {name!r} exists already, and patterns that use it would change; choose another name")
    words = data["words"] | pack["words"]
    for name, value in pack["words"].items():
        _check_words(folder, name, value, words, words_used)
    for table in pack["signals"]:
        for key in ("patterns", "unless"):
            for pattern in table.get(key, []):
                _check_pattern(table, key, pattern, words, fail, words_used)
    for name in sorted(set(pack["vocabulary"]) & set(data["vocabulary"])):
        raise RuleError(f"{folder}: the vocabulary {name!r} exists already, and claims that use it would change; choose another name")
    data["words"] = words
    data["vocabulary"] = data["vocabulary"] | pack["vocabulary"]
    _check_vocabularies(folder, pack, data["vocabulary"])
    for key in ("rules", "signals", "platforms"):
        data[key] = [*data[key], *pack[key]]


def _check_words(
    folder: Path,
    name: str,
    value: str | list[str],
    words: Mapping[str, str | list[str]],
    words_used: Callable[[str], list[str]],
    above: tuple[str, ...] = (),
) -> None:
    """Raise RuleError if the word group `name` uses one that doesn't exist, or itself."""
    for used in words_used(" ".join([value] if isinstance(value, str) else value)):
        if used not in words:
            raise RuleError(f"{folder}: the word group {name!r} uses {{{used}}}, which is not defined under [words]")
        if used in (name, *above):
            raise RuleError(f"{folder}: the word group {used!r} uses itself")
        _check_words(folder, used, words[used], words, words_used, (name, *above))


def _check_vocabularies(folder: Path, pack: Mapping[str, Any], vocabularies: Mapping[str, Any]) -> None:
    """Raise RuleError if a claim rule or a vocabulary of `pack` names a vocabulary that isn't there."""
    from disclosure_check.claim_rules import missing_vocabularies, vocabularies_in

    for table in pack["rules"]:
        for name in missing_vocabularies(table, vocabularies):
            raise RuleError(
                f"{table['path']}:1: no vocabulary {name!r} is defined; write a [vocabulary.{name}] table, or (words|in brackets)"
            )
    for name, table in pack["vocabulary"].items():
        for used in vocabularies_in(table):
            if used not in vocabularies or used == name:
                raise RuleError(f"{folder}: the vocabulary {name!r} uses {{{used}}}, which is not another vocabulary")


def _check_pattern(
    table: Mapping[str, Any], key: str, pattern: str, words: Mapping[str, str | list[str]], fail: Any, words_used: Any
) -> None:
    from pathlib import Path

    import regex

    path = Path(table["path"])
    for name in words_used(pattern):
        if name not in words:
            raise fail(path, key, f"signal {table['id']}: no word group {name!r} is defined under [words]")
    try:
        Expression(pattern, words).compiled()
    except regex.error as error:
        raise fail(path, key, f"signal {table['id']}: {pattern!r} is not a regular expression ({error})") from error


def unknown_platform(name: str, rulebook: Rulebook) -> InputError:
    """Return the error for a platform that no profile has, naming the nearest one."""
    import difflib

    near = difflib.get_close_matches(name, rulebook.platforms, n=1)
    guess = f', perhaps "{near[0]}"' if near else ""
    known = ", ".join(sorted({platform.name for platform in rulebook.platforms.values()}))
    return InputError(f'unknown platform "{name}"; use one of these{guess}: {known}')


def expand(pattern: str, words: Mapping[str, str | list[str]]) -> str:
    """Return `pattern` with each `{name}` replaced by its word group and each space by one of the folded spaces."""
    import regex

    spaced = regex.sub(r"(\[\^?\]?[^\]]*\])| ", lambda match: match.group(1) or FOLDED_SPACE, pattern)
    return regex.sub(r"\{([a-z_]+)\}", lambda match: _word_group(words[match.group(1)], words), spaced)


def _word_group(value: str | list[str], words: Mapping[str, str | list[str]]) -> str:
    if isinstance(value, str):
        return f"(?:{expand(value, words)})"
    return "(?:" + "|".join(expand(word, words) for word in sorted(value, key=lambda word: (-len(word), word))) + ")"


def _signal(table: Mapping[str, Any], words: Mapping[str, str | list[str]], *, is_own: bool, known: Known | None = None) -> SignalKind:
    covers = table.get("covers", [])
    return SignalKind(
        id=table["id"],
        role=table["role"],
        topic=table.get("topic", table["id"]),
        shows=tuple(table.get("shows", [])),
        grade=table.get("grade"),
        covers=frozenset(CONNECTIONS if covers == ["any"] else covers),
        placement=table.get("placement", "fold"),
        when=frozenset(table.get("when", [])),
        patterns=tuple(Expression(pattern, words, is_trusted=is_own, known=known) for pattern in table["patterns"]),
        unless=tuple(Expression(pattern, words, known=known) for pattern in table.get("unless", [])),
    )


def plain_kind(id: str, role: str, phrases: Sequence[str], connections: Sequence[str] = (), grade: Grade = "adequate") -> SignalKind:
    """Return a family of wordings that are just these words, for a repository's own terms; no connections are all of them."""
    kinds = tuple(connections or CONNECTIONS)
    return SignalKind(
        id=id,
        role=role,
        topic=id if role in ("context", "disclosure") else "own-term",
        shows=kinds if role == "connection" else (),
        grade=grade if role == "disclosure" else None,
        covers=frozenset(kinds if role == "disclosure" else ()),
        placement="fold",
        when=frozenset(),
        patterns=tuple(Expression(_literally(phrase), {}) for phrase in phrases),
        unless=(),
    )


def _literally(phrase: str) -> str:
    return rf"(?<!\w){' '.join(map(re.escape, phrase.split()))}(?!\w)"


def _cues(data: Mapping[str, Any], words: Mapping[str, str | list[str]], known: Known | None = None) -> Cues:
    def expressions(patterns: Iterable[str]) -> tuple[Expression, ...]:
        return tuple(Expression(pattern, words, known=known) for pattern in patterns)

    def group(name: str) -> dict[str, tuple[Expression, ...]]:
        return {assertion: expressions(patterns) for assertion, patterns in data.get(name, {}).items()}

    return Cues(
        group("forward"), group("backward"), expressions(data.get("pseudo", [])), expressions(data.get("terminate", [])), group("sentence")
    )


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(
        **{key: table[key].strip() for key in ("id", "name", "type", "severity", "summary", "message", "remedy", "why", "limits", "path")},
        family=table.get("family", "disclosure"),
        match=table["match"],
        references=_references(table["references"]),
        invalid=tuple(_example(example) for example in table.get("invalid", ())),
        valid=tuple(_example(example) for example in table.get("valid", ())),
        repairs=tuple(_repair(repair) for repair in table.get("fix", ())),
    )


def _repair(table: Mapping[str, Any]) -> Repair:
    pattern = lazily(table["pattern"], re.IGNORECASE) if "pattern" in table else None
    return Repair(table["operation"], table.get("text", ""), pattern, table.get("states_connection", False), table.get("everywhere", False))


def _references(tables: Iterable[dict[str, Any]]) -> tuple[Reference, ...]:
    return tuple(Reference(**table) for table in tables)


def _example(table: Mapping[str, Any]) -> Example:
    facts = {key: value for key, value in table.items() if key not in ("at", "why", "known_gap", "fixed")}
    return Example(facts, table.get("at"), table.get("why", ""), table.get("known_gap", False), table.get("fixed"))


def _platforms(tables: Iterable[Mapping[str, Any]]) -> dict[str, Platform]:
    platforms: dict[str, Platform] = {}
    for table in tables:
        facts = dict(table)
        references, aliases = _references(facts.pop("references", [])), tuple(facts.pop("aliases", []))
        platform = Platform(**facts, aliases=aliases, references=references)
        platforms |= dict.fromkeys((platform.name, *aliases), platform)
    return platforms
