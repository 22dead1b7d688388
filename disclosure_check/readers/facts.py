"""Check the facts declared about a post, from a record or from front matter, and make the post of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import InputError
from disclosure_check.model import CONNECTIONS, FORMATS, Beside, Format, Post
from disclosure_check.spoken import SPOKEN_MEDIA

# A page that has one of these names somebody who pays.
_SPONSOR_KEYS = ("sponsor", "sponsors", "sponsored", "sponsored_by", "sponsoredBy")
# What is written for these platforms is written in Markdown.
_CHANNELS: tuple[Literal["description", "overlay", "alt"], ...] = ("description", "overlay", "alt")
_CHILDREN = ("children", "kids")  # other audiences have no rules of their own
_MARKDOWN_PLATFORMS = frozenset({"blog", "newsletter", "podcast"})


class Facts(Struct, frozen=True):
    """What is declared about a post; None or () where nothing is."""

    id: str | None = None
    title: str | None = None
    platform: str | None = None
    lang: str | None = None
    medium: str | None = None
    connections: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    platform_label: bool | None = None
    page_sponsor: bool = False
    date: str | None = None
    format: Format | None = None
    audience: str | None = None
    beside: tuple[Beside, ...] = ()


def read_facts(table: Mapping[str, object], place: str) -> Facts:
    """Return the facts of a record or of a front matter's `disclosure` table; keys it doesn't know are ignored.

    Raises InputError, which begins with `place`, if a value has the wrong type or isn't one of those allowed.
    """
    label = table.get("platform_label")
    if label is not None and not isinstance(label, bool):
        raise InputError(f"{place}: platform_label is {_show(label)}; true or false is needed")
    format_ = _string(table, "format", place)
    if format_ is not None and format_ not in FORMATS:
        raise InputError(f"{place}: format {_show(format_)} is not one of {', '.join(FORMATS)}")
    return Facts(
        id=_string(table, "id", place),
        title=_string(table, "title", place),
        platform=_string(table, "platform", place),
        lang=_lang(table, place),
        medium=_string(table, "medium", place),
        connections=_connections(table, place),
        brands=_strings(table, "brand", place),
        platform_label=label,
        date=_string(table, "date", place),
        format=format_,
        audience="children" if str(table.get("audience")).strip().lower() in _CHILDREN else None,
        beside=_beside(table, place, is_spoken=format_ == "subtitles" or str(table.get("medium")).strip().lower() in SPOKEN_MEDIA),
    )


def read_page_facts(front_matter: Mapping[str, object], place: str) -> Facts:
    """Return the facts of a whole front matter: its `disclosure` table, and its own title, date and lang.

    A site's own `disclosure: true` or `disclosure: some text` isn't ours and declares nothing. A sponsor that the page
    names is a payment, whether or not its layout shows it.
    """
    table = front_matter.get("disclosure")
    merged = dict(table) if isinstance(table, Mapping) else {}
    for key in ("title", "date", "lang"):
        value = front_matter.get(key)
        if key not in merged and (isinstance(value, str | int | float)):
            merged[key] = value
    return replace(read_facts(merged, place), page_sponsor=any(front_matter.get(key) for key in _SPONSOR_KEYS))


def make_post(text: str, path: str, *, facts: Facts, defaults: Facts, record_line: int | None = None, id_: str | None = None) -> Post:
    """Return the post that the facts describe, with `defaults` where they are silent.

    A format that nobody declared follows from the platform.
    The front matter of a Markdown or HTML text is read for what `facts` doesn't say. Raises InputError if it is broken.
    """
    platform = facts.platform or defaults.platform
    is_markdown = platform is not None and platform.strip().lower() in _MARKDOWN_PLATFORMS
    format_ = facts.format or defaults.format or ("markdown" if is_markdown else "text")
    body_start = 0
    page = Facts()
    front_matter: dict[str, object] = {}
    if format_ not in ("text", "subtitles"):
        from disclosure_check.readers.front_matter import read_front_matter

        front_matter, body_start = read_front_matter(text, path)
        if format_ in ("rst", "asciidoc"):
            from disclosure_check.readers.headers import read_header

            header, body_start = read_header(text, body_start, format_)
            front_matter = {**header, **front_matter}
        if front_matter:
            page = read_page_facts(front_matter, f"{path}:1" if record_line is None else path)
    platform = facts.platform or page.platform or defaults.platform
    labels = (facts.platform_label, page.platform_label, defaults.platform_label)
    return Post(
        id=facts.id or page.id or id_ or path,
        text=text,
        path=path,
        format=format_,
        platform=platform,
        title=facts.title or page.title or defaults.title,
        lang=facts.lang or page.lang or defaults.lang,
        medium=facts.medium or page.medium or defaults.medium,
        connections=facts.connections or page.connections or defaults.connections,
        brands=facts.brands or page.brands or defaults.brands,
        platform_label=next((label for label in labels if label is not None), False),
        keys=front_matter,
        page_sponsor=page.page_sponsor,
        date=facts.date or page.date or defaults.date,
        record_line=record_line,
        body_start=body_start,
        audience=facts.audience or page.audience or defaults.audience,
        beside=facts.beside or page.beside,
    )


def _beside(table: Mapping[str, object], place: str, *, is_spoken: bool) -> tuple[Beside, ...]:
    """Return the words beside the text; a description counts beside what is said, elsewhere the field is about something else."""
    channels = _CHANNELS if is_spoken else _CHANNELS[1:]
    return tuple(Beside(channel, text) for channel in channels for text in _strings(table, channel, place) if text.strip())


def _show(value: object) -> str:
    shown = f'"{value}"' if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _string(table: Mapping[str, object], key: str, place: str) -> str | None:
    value = table.get(key)
    if value is None or value == "":
        return None
    # An id or a title may look like a number to JSON and YAML.
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, bool) and key == "title":
        value = str(value)
    if not isinstance(value, str):
        raise InputError(f"{place}: {key} is {_show(value)}; a string is needed")
    return value


def _lang(table: Mapping[str, object], place: str) -> str | None:
    # YAML 1.1 reads the code of Norwegian as "no, false".
    return "no" if table.get("lang") is False else _string(table, "lang", place)


def _strings(table: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, table.get(key + "s"))
    items = value if isinstance(value, list) else [value]
    found = []
    for item in items:
        if isinstance(item, str | int | float) and not isinstance(item, bool):
            found.append(str(item))
        elif item is not None:
            raise InputError(f"{place}: {key} is {_show(value)}; a string or a list of strings is needed")
    return tuple(item for item in found if item)


def _connections(table: Mapping[str, object], place: str) -> tuple[str, ...]:
    words = [word.strip().lower() for item in _strings(table, "connection", place) for word in item.split(",")]
    connections = tuple(dict.fromkeys(word for word in words if word))
    for connection in connections:
        if connection not in CONNECTIONS and connection != "none":
            raise InputError(f"{place}: connection {_show(connection)} is not one of {', '.join(CONNECTIONS)} or none")
    if "none" in connections and len(connections) > 1:
        raise InputError(
            f'{place}: connection says "none" beside {", ".join(c for c in connections if c != "none")}; keep one or the other'
        )
    return connections
