"""Read the configuration of a content repository: `disclosure-check.toml`, or `[tool.disclosure-check]` in `pyproject.toml`.

Comes in: a file. Goes out: a `Config`. What it means for a post is left to `site`. The JSON Schema beside it is for
editors; a test keeps both alike.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from msgspec import Struct, field

from disclosure_check.errors import ConfigError
from disclosure_check.loading import SHARED_FILE
from disclosure_check.model import CONNECTIONS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LEVELS = (*SEVERITIES, "off")

SHARED_TABLE = "disclosure-check"  # below [tool]
Found = TypeVar("Found")
Where = Literal["top", "place", "bottom"]
Meaning = Literal["disclosure", "connection", "nothing"]


class Settings(Struct, frozen=True):
    """What may hold for all posts, or for those of an `[[overrides]]` table; None or () where nothing is said."""

    platform: str | None = None
    connections: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    lang: str | None = None
    medium: str | None = None
    claims: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)  # by rule id, name or beginning of an id: one of LEVELS


class Override(Struct, frozen=True):
    """Settings for the files that match one of `paths`."""

    paths: tuple[str, ...]  # globs from the folder of the configuration
    settings: Settings


class SiteFact(Struct, frozen=True):
    """What a repository's own keys or folders say about a post."""

    keys: Mapping[str, object]  # of the front matter, all of which must hold; true: any value but an empty one
    paths: tuple[str, ...]  # globs, one of which must match, if there are any
    connections: tuple[str, ...]
    brands: tuple[str, ...]
    brand_key: str | None  # the key that names the brand
    platform: str | None
    medium: str | None
    lang: str | None
    platform_label: bool | None


class Renderer(Struct, frozen=True):
    """A shortcode, include, component or layout that shows readers a disclosure."""

    name: str  # "affiliate-disclosure", "ad.html", "Notice"; of a layout, the value of the front matter's `layout`
    covers: frozenset[str]  # connections
    where: Where
    is_layout: bool
    keys: Mapping[str, object] = field(default_factory=dict)  # of the front matter, all of which must hold; otherwise nothing is shown
    paths: tuple[str, ...] = ()  # globs of the posts that get the layout without naming one
    is_unclear: bool = False  # readers may not take its words as a disclosure


class BrandNames(Struct, frozen=True):
    """A brand, and how posts write it."""

    name: str
    words: tuple[str, ...]  # names, handles and hashtags, as written
    is_own: bool  # the repository's own: its offers are no connection


class Term(Struct, frozen=True):
    """Words that mean something of their own in this repository."""

    words: tuple[str, ...]
    means: Meaning
    connections: tuple[str, ...]  # that a disclosure covers or a connection shows; () is any


class Suppression(Struct, frozen=True):
    """A finding that somebody has looked at and accepted."""

    path: str  # a glob
    rule: str
    text: str  # that the finding's words hold, or that hold them
    reason: str
    line: int  # in the configuration


class Config(Struct, frozen=True):
    """A configuration, ready to be applied."""

    path: Path | None = None  # None: there is none
    settings: Settings = Settings()
    packs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    nlp: str | None = None
    substantiation: str | None = None
    baseline: str | None = None
    fail_on: str | None = None
    rule_pages: str | None = None  # the address of the folder in which the pages of the rules are published
    overrides: tuple[Override, ...] = ()
    facts: tuple[SiteFact, ...] = ()
    renders: tuple[Renderer, ...] = ()
    brands: tuple[BrandNames, ...] = ()
    terms: tuple[Term, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    platforms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # numbers of a platform's profile that differ here

    @property
    def folder(self) -> Path:
        """The folder that its globs and paths start from."""
        return self.path.parent if self.path else Path()


def load_config(path: Path) -> Config:
    """Return the configuration in a file.

    Raises ConfigError with path, line and remedy for a file that can't be read, an unknown key, or a wrong value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}); name a configuration file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}:1: not UTF-8 (byte {error.start}); save the file as UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ConfigError(f"{path}:{line}: not valid TOML: {error}; correct the line") from error
    except RecursionError as error:
        raise ConfigError(f"{path}:1: the tables are nested too deeply; write each as a table of its own") from error
    is_shared = path.name == SHARED_FILE
    if is_shared:
        tool = data.get("tool")
        data = tool.get(SHARED_TABLE, {}) if isinstance(tool, dict) else {}
    return _config(path, _Table(path, text, data, f"tool.{SHARED_TABLE}" if is_shared else ""))


class _Table:
    """A table of the file, whose keys are asked for one by one; those that nobody asked for are unknown."""

    def __init__(self, path: Path, text: str, data: object, name: str, number: int = 0) -> None:
        self.path, self.text, self.name, self.number = path, text, name, number
        if not isinstance(data, dict):
            raise self.error("", f"{name or 'the file'} is {_show(data)}; a table is needed")
        self.data: dict[str, object] = data
        self._asked: list[str] = []

    def error(self, key: str, problem: str) -> ConfigError:
        return ConfigError(f"{self.path}:{self.line(key)}: {problem}")

    def line(self, key: str = "") -> int:
        """Return the line of a key of this table, or of the table itself; `tomllib` doesn't tell."""
        return _line_of(self.text, self.name, self.number, key)

    def get(self, key: str) -> object:
        self._asked.append(key)
        return self.data.get(key)

    def string(self, key: str, allowed: Sequence[str] = ()) -> str | None:
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"{key} is {_show(value)}; a string is needed")
        if allowed and value not in allowed:
            raise self.error(key, f"{key} is {_show(value)}; {_choice(value, allowed)}")
        return value

    def needed(self, key: str, example: str, allowed: Sequence[str] = ()) -> str:
        value = self.string(key, allowed)
        if value is None:
            raise self.error("", f"the key {key!r} is missing in [[{self.name}]]; add {key} = {example}")
        return value

    def flag(self, key: str) -> bool | None:
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(key, f"{key} is {_show(value)}; true or false is needed")
        return value

    def strings(self, key: str, allowed: Sequence[str] = ()) -> tuple[str, ...]:
        """Return a list of strings, or a string alone as a list of one."""
        value = self.get(key)
        items = value if isinstance(value, list) else [] if value is None else [value]
        for item in items:
            if not isinstance(item, str) or not item.strip():
                raise self.error(key, f"{key} is {_show(value)}; a string or a list of strings is needed")
            if allowed and item not in allowed:
                raise self.error(key, f"{key} holds {_show(item)}; {_choice(item, allowed)}")
        return tuple(items)

    def table(self, key: str) -> _Table:
        value = self.get(key)
        return _Table(self.path, self.text, {} if value is None else value, f"{self.name}.{key}".lstrip("."))

    def tables(self, key: str) -> list[_Table]:
        value = self.get(key)
        items = [] if value is None else value
        if not isinstance(items, list):
            raise self.error(key, f"{key} is {_show(value)}; write it as [[{f'{self.name}.{key}'.lstrip('.')}]]")
        return [_Table(self.path, self.text, item, f"{self.name}.{key}".lstrip("."), number) for number, item in enumerate(items)]

    def close(self) -> None:
        """Raise ConfigError for a key that nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                where = f"[{self.name}]" if self.name else "the file"
                raise self.error(key, f"unknown key {key!r} in {where}; {_choice(key, sorted(self._asked))}")


def _choice(given: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(given, known, n=1)
    return f"{f'did you mean {near[0]!r}? ' if near else ''}there are {', '.join(known)}"


def _show(value: object) -> str:
    shown = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


_HEADER = r"^[ \t]*\[\[?[ \t]*{name}[ \t]*\]\]?[ \t]*(?:#.*)?$"


def _line_of(text: str, table: str, number: int, key: str) -> int:
    """Return the line of `key` in the `number`th table of a name, as well as can be told without a parser that keeps lines."""
    name = r"[ \t]*\.[ \t]*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in table.split("."))
    start = 0
    if table:
        headers = list(re.finditer(_HEADER.format(name=name), text, re.MULTILINE))
        if headers:
            start = headers[min(number, len(headers) - 1)].start()
        else:  # an inline table, or tables whose names begin with this one's
            inline = re.search(rf"^[ \t]*{name}[ \t]*(?:=|\.)|^[ \t]*\[\[?[ \t]*{name}[ \t]*\.", text, re.MULTILINE)
            last = re.search(rf"^[ \t]*[\"']?{re.escape(table.rpartition('.')[2])}[\"']?[ \t]*=", text, re.MULTILINE)
            start = inline.start() if inline else last.start() if last else 0
    if key:
        within = re.compile(
            rf"(?:^|[{{,])[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*(?:=|\.)|^[ \t]*\[\[?[^\]\n]*\b{re.escape(key)}[\"']?[ \t]*\]",
            re.MULTILINE,
        )
        found = within.search(text, start)
        if found:
            return text.count("\n", 0, found.start() + len(found.group()) - len(found.group().lstrip())) + 1
    return text.count("\n", 0, start) + 1


def _config(path: Path, table: _Table) -> Config:
    config = Config(
        path=path,
        settings=_settings(table),
        packs=table.strings("rules"),
        exclude=table.strings("exclude"),
        columns=_columns(table.table("columns")),
        nlp=table.string("nlp", ("cues", "model")),
        substantiation=table.string("substantiation"),
        baseline=table.string("baseline"),
        fail_on=table.string("fail-on", (*SEVERITIES, "never")),
        rule_pages=_address(table, "rule-pages"),
        overrides=tuple(map(_override, table.tables("overrides"))),
        facts=tuple(map(_fact, table.tables("facts"))),
        renders=tuple(map(_renderer, table.tables("renders"))),
        brands=tuple(_each(table.table("brands"), _brand)),
        terms=tuple(map(_term, table.tables("terms"))),
        suppressions=tuple(map(_suppression, table.tables("suppress"))),
        platforms=dict(_each(table.table("platforms"), _platform)),
    )
    table.close()
    return config


def _each(table: _Table, read: Callable[[str, _Table], Found]) -> list[Found]:
    return [read(name, table.table(name)) for name in table.data]


def _settings(table: _Table) -> Settings:
    return Settings(
        platform=table.string("platform"),
        connections=_connections(table),
        brands=table.strings("brand"),
        lang=table.string("lang"),
        medium=table.string("medium"),
        claims=table.string("claims", ("auto", "always", "never")),
        select=table.strings("select"),
        ignore=table.strings("ignore"),
        severity=_severity(table.table("severity")),
    )


def _connections(table: _Table) -> tuple[str, ...]:
    kinds = table.strings("connection", (*CONNECTIONS, "none"))
    if "none" in kinds and len(kinds) > 1:
        raise table.error("connection", 'connection says "none" beside other kinds; keep one or the other')
    return kinds


def _severity(table: _Table) -> dict[str, str]:
    return {rule: table.needed(rule, '"warning"', LEVELS) for rule in table.data}


def _address(table: _Table, key: str) -> str | None:
    address = table.string(key)
    if address is not None and re.match(r"https?://[^\s/]+[^\s]*$", address) is None:
        raise table.error(key, f"{key} is {_show(address)}; an address is needed that begins with https://")
    return address


def _columns(table: _Table) -> dict[str, str]:
    fields = (
        "id", "text", "title", "platform", "lang", "medium", "connection", "brand", "platform_label", "date", "format",
        "parts", "transcript", "description", "overlay", "alt", "audience",
    )  # fmt: skip
    found = {field: name for field in fields if (name := table.string(field)) is not None}
    table.close()
    return found


def _override(table: _Table) -> Override:
    override = Override(_paths(table), _settings(table))
    table.close()
    return override


def _paths(table: _Table) -> tuple[str, ...]:
    paths = table.strings("paths")
    if not paths:
        raise table.error("", f"the key 'paths' is missing in [[{table.name}]]; add paths = [\"content/news/**\"]")
    return paths


def _fact(table: _Table) -> SiteFact:
    fact = SiteFact(
        keys=_keys(table),
        paths=table.strings("paths"),
        connections=_connections(table),
        brands=table.strings("brand"),
        brand_key=table.string("brand-key"),
        platform=table.string("platform"),
        medium=table.string("medium"),
        lang=table.string("lang"),
        platform_label=table.flag("platform-label"),
    )
    table.close()
    if not fact.keys and not fact.paths:
        raise table.error("", f"[[{table.name}]] holds for no posts; add keys = {{ sponsored = true }}, or paths = [...]")
    return fact


def _keys(table: _Table) -> dict[str, object]:
    keys = table.table("keys").data
    for key, value in keys.items():
        if not isinstance(value, str | int | float | bool):
            raise table.error(key, f"{key} is {_show(value)}; a string, a number, true or false is needed")
    return keys


def _renderer(table: _Table) -> Renderer:
    kinds = table.strings("covers", CONNECTIONS)
    name, layout = table.string("name"), table.string("layout")
    if (name is None) == (layout is None):
        raise table.error("", f'[[{table.name}]] needs a name or a layout, and only one; name = "affiliate-disclosure"')
    renderer = Renderer(
        name=name or layout or "",
        covers=frozenset(kinds or CONNECTIONS),
        where=cast("Where", table.string("where", ("top", "place", "bottom")) or ("place" if name else "top")),
        is_layout=layout is not None,
        keys=_keys(table),
        paths=table.strings("paths"),
        is_unclear=bool(table.flag("unclear")),
    )
    table.close()
    if renderer.is_layout and renderer.where == "place":
        raise table.error("where", 'a layout has no place in the text; write where = "top" or "bottom"')
    if renderer.paths and not renderer.is_layout:
        raise table.error("paths", "paths are the posts that get a layout without naming one; take them out, or name a layout")
    return renderer


def _brand(name: str, table: _Table) -> BrandNames:
    handles = tuple(f"@{handle.removeprefix('@')}" for handle in table.strings("handles"))
    hashtags = tuple(f"#{tag.removeprefix('#')}" for tag in table.strings("hashtags"))
    brand = BrandNames(name, tuple(dict.fromkeys((name, *table.strings("names"), *handles, *hashtags))), bool(table.flag("own")))
    table.close()
    return brand


def _term(table: _Table) -> Term:
    words = table.strings("words")
    if not words:
        raise table.error("", f"the key 'words' is missing in [[{table.name}]]; add words = [\"partner post\"]")
    term = Term(
        words,
        cast("Meaning", table.needed("means", '"disclosure"', ("disclosure", "connection", "nothing"))),
        table.strings("connection", CONNECTIONS),
    )
    table.close()
    if term.means == "connection" and not term.connections:
        raise table.error("", f'[[{table.name}]] shows no connection; add connection = ["paid"]')
    return term


def _suppression(table: _Table) -> Suppression:
    suppression = Suppression(
        path=table.needed("path", '"captions/**"'),
        rule=table.needed("rule", '"DC301"'),
        text=table.needed("text", '"the words found"'),
        reason=table.needed("reason", '"why it may stay"'),
        line=table.line(),
    )
    table.close()
    return suppression


def _platform(name: str, table: _Table) -> tuple[str, dict[str, Any]]:
    numbers: dict[str, Any] = {}
    for key in ("fold", "fold_lines", "shown_whole_up_to", "limit", "title_limit"):
        value = table.get(key)
        if value is not None:
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise table.error(key, f"{key} is {_show(value)}; a whole number above 0 is needed")
            numbers[key] = value
    table.close()
    return name, numbers
