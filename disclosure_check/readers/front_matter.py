"""Read the front matter of a post: YAML between `---`, TOML between `+++`, or a JSON object, at the very beginning."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, cast

from disclosure_check.errors import InputError
from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from yaml import SafeLoader

_FENCE = lazily(r"(---|\+\+\+)[ \t]*(\r\n|\n|\r|$)")
_YAML_END = lazily(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_TOML_END = lazily(r"^\+\+\+[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_JSON_START = lazily(r"\{\s*(?:\"|\}\s*\n)")
_KEY_LINE = lazily(r"[A-Za-z_][\w-]*[ \t]*[:=](?:[ \t]|$)|[ \t]+\S|-[ \t]|#")
_TOML_PLACE = lazily(r"\s*\(at line (\d+), column (\d+)\)")
_MAX_LENGTH = 1_000_000


def read_front_matter(text: str, path: str) -> tuple[dict[str, object], int]:
    """Return the facts of the front matter and the offset where the body begins; `({}, 0)` without front matter.

    Dates are returned as ISO 8601 strings. Raises InputError, with `path:line`, if the front matter is broken.
    """
    start = 1 if text.startswith("\ufeff") else 0
    if text.startswith(("---", "+++"), start) and (fence := _FENCE().match(text, start)):
        return _fenced(text, path, fence)
    if text.startswith("{", start) and _JSON_START().match(text, start):
        return _json(text, path, start)
    return {}, 0


def _fenced(text: str, path: str, fence: re.Match[str]) -> tuple[dict[str, object], int]:
    is_yaml = fence[1] == "---"
    end = (_YAML_END() if is_yaml else _TOML_END()).search(text, fence.end())
    if not end:
        if _looks_like_keys(text, fence.end()):
            raise InputError(f'{path}:1: the front matter never ends; close it with a line "{fence[1]}"')
        return {}, 0
    content = text[fence.end() : end.start()]
    if len(content) > _MAX_LENGTH:
        raise InputError(f"{path}:1: the front matter is longer than a million characters; is its closing line missing?")
    loaded = _yaml(content, path) if is_yaml else _toml(content, path)
    if loaded is None:
        return {}, end.end()
    if isinstance(loaded, dict):
        return {str(key): _plain(value) for key, value in loaded.items()}, end.end()
    if isinstance(loaded, str):
        return {}, 0  # prose between two thematic breaks
    raise InputError(f"{path}:2: the front matter is a list; one key and its value per line is needed")


def _looks_like_keys(text: str, position: int) -> bool:
    lines = []
    for line in text[position : position + 2_000].splitlines():
        if not line.strip():
            break
        lines.append(line)
    keys = sum(1 for line in lines if re.match(r"[A-Za-z_][\w-]*[ \t]*[:=]", line))
    return keys >= 2 and all(_KEY_LINE().match(line) for line in lines)


def _yaml(content: str, path: str) -> object:
    import yaml

    loader = None
    try:
        loader = _yaml_loader()(content)
        loaded: object = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 2 + (mark.line if mark else 0)
        what = error.problem or "it can't be read"
        raise InputError(f"{path}:{line}: the front matter is not valid YAML ({what}); quote values that hold : or #") from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        what = str(error).splitlines()[0] if str(error) else "it can't be read"
        raise InputError(f"{path}:2: the front matter is not valid YAML ({what}); write one key and its value per line") from error
    finally:
        if loader is not None:
            loader.dispose()
    return loaded


@cache
def _yaml_loader() -> type[SafeLoader]:
    """Return PyYAML's safe loader without its dates, so that a date stays what the author wrote, even an impossible one."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:timestamp"]
        for first, entries in base.yaml_implicit_resolvers.items()
    }
    return cast("type[SafeLoader]", type("FrontMatterLoader", (base,), {"yaml_implicit_resolvers": resolvers}))


def _toml(content: str, path: str) -> object:
    import tomllib

    try:
        # TOML takes no lone carriage return.
        return tomllib.loads(content.replace("\r\n", "\n").replace("\r", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = _TOML_PLACE().search(str(error))
        line = 1 + int(place[1]) if place else 2
        what = _TOML_PLACE().sub("", str(error))
        raise InputError(f'{path}:{line}: the front matter is not valid TOML ({what}); write key = "value" on each line') from error


def _json(text: str, path: str, start: int) -> tuple[dict[str, object], int]:
    import json

    try:
        loaded, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}:{error.lineno}: the front matter is not valid JSON ({error.msg} at column {error.colno});"
            ' write it as {"key": "value", …}'
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}:1: the front matter is not valid JSON ({error})") from error
    return {str(key): value for key, value in loaded.items()}, end


def _plain(value: object) -> object:
    """Return a value with dates as strings, one level deep: deeper ones are nobody's facts."""
    if isinstance(value, dict):
        return {str(key): _iso(item) for key, item in value.items()}
    return _iso(value)


def _iso(value: object) -> object:
    if isinstance(value, str):
        return value
    from datetime import date, datetime, time

    return value.isoformat() if isinstance(value, date | datetime | time) else value
