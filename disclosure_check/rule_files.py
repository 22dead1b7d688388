"""Read the TOML files of a rule pack into plain data, and refuse what breaks the format at its line.

Comes in: a folder. Goes out: tables of words, signals, cues, platforms and rules, as JSON could hold them. What they
mean is left to `rulebook`. A pack holds data only; nothing in it is executed.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_check.errors import RuleError
from disclosure_check.model import CONNECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What can be wrong with the disclosure of a connection; `evaluate` finds these, rules say what they are worth.
BREACHES = (
    "absent",
    "absent-beside-disclosed",
    "absent-from-excerpt",
    "alt-only",
    "ambiguous",
    "bare-label",
    "below-link",
    "beside-picture",
    "beyond-children",
    "collapsed",
    "description-only",
    "disguised",
    "elsewhere",
    "far-bare-label",
    "far-below-link",
    "far-late-spoken",
    "far-past-fold",
    "foreign-language",
    "front-matter-only",
    "hidden",
    "hyperlinked",
    "inadequate",
    "label-only",
    "late-spoken",
    "leading-pile",
    "lesser-kind",
    "overlay-only",
    "past-fold",
    "piled",
    "small",
)
ROLES = ("connection", "context", "denial", "disclosure", "pointer", "wording")
GRADES = ("adequate", "ambiguous", "inadequate")
FORMS = ("article", "audio", "listing", "long", "short")
CONDITIONS = ("creator-link", "declared", "invitation-link", "vanity-link", *FORMS)
PLACEMENTS = ("adjacent", "fold")
_PLATFORM_KEYS = (
    "aliases",
    "fold",
    "fold_lines",
    "form",
    "label",
    "limit",
    "name",
    "references",
    "shown_whole_up_to",
    "threads",
    "title",
    "title_limit",
)
# What can be done about a finding; `repairs` does it.
OPERATIONS = ("append", "beside-link", "move-to-front", "put-in-front", "relate-link", "replace")
PLACEHOLDERS = ("brand", "connection", "fold", "match", "platform", "position")
_SIGNAL_KEYS = ("covers", "grade", "id", "patterns", "placement", "role", "shows", "topic", "unless", "when")
_WORD = re.compile(r"\{([a-z_]+)\}")


def read_pack(folder: Path, *, check: bool = True) -> dict[str, Any]:
    """Return the data of a pack: {"words", "signals", "cues", "platforms", "rules"}; tables keep their "path" in it.

    Raises RuleError with path and line for a file that breaks the format, and for a rule id that two files use. With
    `check=False` only TOML itself is checked: for files that the tests have checked.
    """
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder; give the folder of a rule pack")
    pack: dict[str, Any] = {"words": {}, "signals": [], "cues": {}, "platforms": [], "rules": [], "vocabulary": {}, "claim_cues": {}}
    for path in sorted(folder.rglob("*.toml")):
        place, data = path.relative_to(folder).as_posix(), _read_toml(path)
        if "signals" in data or "words" in data:
            pack["words"] |= data.get("words", {})
            pack["signals"] += [(_checked_signal(path, table) if check else table) | {"path": place} for table in data.get("signals", [])]
        elif "cues" in data:
            pack["cues"] |= data["cues"]
        elif "vocabulary" in data or "claim_cues" in data:
            for name in pack["vocabulary"].keys() & data.get("vocabulary", {}).keys() if check else ():
                raise fail(path, f"vocabulary.{name}", f"the vocabulary {name!r} is already defined in another file of the pack")
            pack["vocabulary"] |= {
                name: _checked_vocabulary(path, name, table) if check else table for name, table in data.get("vocabulary", {}).items()
            }
            pack["claim_cues"] |= data.get("claim_cues", {})
        elif "strength" in data:
            continue  # read by `claim_matching`
        elif "platforms" in data:
            pack["platforms"] += [_checked_platform(path, table) if check else table for table in data["platforms"]]
        else:
            pack["rules"].append((_checked_rule(path, data) if check else data) | {"path": place})
    if check:
        _check_ids(folder, pack["rules"])
    return pack


def fail(path: Path, key: str, problem: str) -> RuleError:
    """Return the error about `key` of a file, at the line on which the key stands first."""
    return RuleError(f"{path}:{_line_of(path, key)}: {problem}")


def words_used(pattern: str) -> list[str]:
    """Return the word groups that a pattern names."""
    return _WORD.findall(pattern)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{path}:1: can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}:1: not UTF-8 (byte {error.start}); save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise RuleError(f"{path}:{found.group(1) if found else 1}: not valid TOML: {error}") from error


def _line_of(path: Path, key: str) -> int:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.split("=")[0].strip(" []") == key:
            return number
    return 1


def _check_ids(folder: Path, rules: list[dict[str, Any]]) -> None:
    seen: dict[str, str] = {}
    for rule in rules:
        if rule["id"] in seen:
            raise RuleError(
                f"{folder / rule['path']}:1: rule id {rule['id']} is already used by {folder / seen[rule['id']]}; give it an id of its own"
            )
        seen[rule["id"]] = rule["path"]


def _checked_vocabulary(path: Path, name: str, table: Any) -> dict[str, Any]:
    for key, entries in table.items() if isinstance(table, dict) else [("", None)]:
        if key not in ("words", "nouns", "verbs"):
            raise fail(path, key, f"vocabulary {name}: unknown key {key!r}; the keys are nouns, verbs, words")
        if not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
            raise fail(path, key, f'vocabulary {name}: {key} must be a list of phrases, such as {key} = ["dry skin"]')
    checked: dict[str, Any] = table
    return checked


def _checked_signal(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    name = table.get("id", "?")
    for key in sorted(set(table) - set(_SIGNAL_KEYS)):
        raise fail(path, key, f"signal {name}: unknown key {key!r}; the keys are {', '.join(_SIGNAL_KEYS)}")
    for key in ("id", "role", "patterns"):
        if key not in table:
            raise fail(path, "signals", f"signal {name}: the key {key!r} is missing")
    for key in ("covers", "patterns", "shows", "unless", "when"):
        if not isinstance(table.get(key, []), list):
            raise fail(path, key, f"signal {name}: {key} must be a list, such as {key} = [...]")
    choices = [("role", table["role"], ROLES), ("grade", table.get("grade", GRADES[0]), GRADES)]
    choices += [("placement", table.get("placement", PLACEMENTS[0]), PLACEMENTS)]
    choices += [("when", condition, CONDITIONS) for condition in table.get("when", [])]
    for key, value, known in choices:
        if value not in known:
            raise fail(path, key, f"signal {name}: {key} {value!r} is not one of {', '.join(known)}")
    for key in ("shows", "covers"):
        for kind in table.get(key, []):
            if kind not in CONNECTIONS and not (key == "covers" and kind == "any"):
                raise fail(path, key, f"signal {name}: {key} {kind!r} is not one of {', '.join(CONNECTIONS)}")
    return table


def _checked_platform(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    name = table.get("name", "?")
    for key in sorted(set(table) - set(_PLATFORM_KEYS)):
        raise fail(path, key, f"platform {name}: unknown key {key!r}; the keys are {', '.join(_PLATFORM_KEYS)}")
    for key in ("name", "title", "form"):
        if key not in table:
            raise fail(path, "name", f"platform {name}: the key {key!r} is missing")
    if table["form"] not in FORMS:
        raise fail(path, "form", f"platform {name}: form {table['form']!r} is not one of {', '.join(FORMS)}")
    return table


def _checked_rule(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    for key, problem in _problems(table):
        raise fail(path, key, problem)
    if table["type"] == "claim":
        _check_compositions(path, table["match"])
    for repair in table.get("fix", []):
        _check_repair(path, repair)
    for key in ("message", "remedy"):
        for word in words_used(table[key]):
            if word not in PLACEHOLDERS:
                raise fail(path, key, f"unknown placeholder {{{word}}} in the {key}; there are {', '.join(PLACEHOLDERS)}")
    return table


def _check_repair(path: Path, repair: Mapping[str, Any]) -> None:
    try:
        re.compile(repair.get("pattern", ""))
    except re.error as error:
        raise fail(path, "pattern", f"pattern {repair['pattern']!r} is not a regular expression ({error})") from error
    if repair["operation"] != "move-to-front" and not repair.get("text"):
        raise fail(path, "operation", f'the operation {repair["operation"]!r} needs words to write, such as text = "#ad"')
    for word in words_used(repair.get("text", "")):
        if word != "brand":
            raise fail(path, "text", f"unknown placeholder {{{word}}} in the text of a fix; there is brand")


def _check_compositions(path: Path, match: Mapping[str, Any]) -> None:
    from disclosure_check.claim_rules import CONDITIONS, parse_composition

    for key in ("claim", *CONDITIONS):
        for text in match.get(key, []):
            for part in text.split("&") if key != "claim" else [text]:
                try:
                    parse_composition(part)
                except ValueError as error:
                    raise fail(path, key, f"{key} {text!r}: {error}") from error


def _problems(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of a rule table by its JSON Schema, wrong values before what only follows from them."""
    errors = sorted(
        _validator().iter_errors(table), key=lambda error: (error.validator != "enum", [str(part) for part in error.absolute_path])
    )
    for error in errors:
        keys = [str(part) for part in error.absolute_path if not isinstance(part, int)]
        if error.validator == "minItems" and keys != ["references"]:
            continue  # a pack in the making may have few examples; `test` tells
        yield _plainly(error, keys)


def _plainly(error: Any, keys: list[str]) -> tuple[str, str]:
    key, table = keys[-1] if keys else "id", f" in [{keys[0]}]" if keys else ""
    if error.validator == "enum":
        return key, f'{key} "{error.instance}" is not one of {", ".join(str(value) for value in error.validator_value)}'
    if error.validator == "additionalProperties":
        extra = next(name for name in error.instance if name not in error.schema.get("properties", ()))
        return extra, f"unknown key {extra!r}{table}; the keys are {', '.join(sorted(error.schema.get('properties', ())))}"
    if error.validator == "required":
        return key, f"the key {error.message.split()[0]} is missing{table}"
    if error.validator == "minItems":
        return key, "a rule needs at least one reference: no citation, no rule"
    return key, f"{key}: {error.message}"


@cache
def _validator() -> Any:
    import jsonschema

    schema = json.loads((Path(__file__).parent / "schema" / "rule.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)
