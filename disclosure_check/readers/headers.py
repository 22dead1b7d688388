"""Read what the header of a reStructuredText or AsciiDoc document declares about the post.

reStructuredText: the field list at its beginning or behind its title (`:date: 2026-03-01`), and Nikola's comments
(`.. date: 2026-03-01`). AsciiDoc: the attributes before and below its title.
"""

from __future__ import annotations

import re
from typing import Literal

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(r":(?![: ])((?:[^:\\\s]|\\.| (?=\S)|:(?![ \t`]|$)){1,200}):(?:[ \t]+(.*))?$")
_METADATA = re.compile(r"\.\.[ \t]+([A-Za-z][\w-]*):(?![:\w])[ \t]*(.*)$")
_COMMENT = re.compile(r"\.\.(?:[ \t]|$)")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*$")
_ATTRIBUTE = re.compile(r":(!?)([A-Za-z0-9_][\w-]*)(!?):(?:[ \t]+(.*))?$")
_REVISION = re.compile(r"(?:v?[0-9][\w.]*,[ \t]*)?([0-9]{4}-[0-9]{2}-[0-9]{2})\b")
_DISCLOSURE = "disclosure-"


def read_header(text: str, start: int, format_: Literal["rst", "asciidoc"]) -> tuple[dict[str, object], int]:
    """Return the facts of the header at `start` as those of a front matter, and where the prose begins.

    That is behind the header; but a title that readers see is prose, and where it stands above the rest, the prose begins with
    it. `disclosure-connection` and its like become the keys of a `disclosure` table.
    """
    fields, body_start = (_rst_fields if format_ == "rst" else _asciidoc_fields)(text, start)
    facts: dict[str, object] = {}
    table: dict[str, object] = {}
    for name, value in fields.items():
        if name.startswith(_DISCLOSURE):
            table[name.removeprefix(_DISCLOSURE).replace("-", "_")] = value
        elif value:
            facts[name] = value
    if isinstance(brands := table.get("brand"), str) and ";" in brands:
        table["brand"] = [brand.strip() for brand in brands.split(";")]
    label = table.get("platform_label")
    if label is not None:
        table["platform_label"] = {"": True, "true": True, "yes": True, "false": False, "no": False}.get(str(label).lower(), label)
    if table:
        facts["disclosure"] = table
    return facts, body_start


class _Lines:
    """Go through the lines of a text."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self.start = start
        self.end = start
        self.line = ""
        self.next()

    def next(self) -> None:
        """Go to the next line; behind the last one, `line` is empty and `is_over`."""
        self.start = self.end
        match = _LINE.match(self._text, self.start)
        self.end = match.end() if match else len(self._text)
        self.line = self._text[self.start : self.end].rstrip()

    def is_over(self) -> bool:
        return self.start >= len(self._text)


def _rst_fields(text: str, start: int) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    title: str | None = None
    body_start = start
    lines = _Lines(text, start + text.startswith("\ufeff", start))
    while not lines.is_over():
        field = _FIELD.match(lines.line) or _METADATA.match(lines.line)
        if field:
            name, value = field[1], field[2] or ""
            lines.next()
            parts = [value.strip()]
            while not lines.is_over() and lines.line[:1] in (" ", "\t"):
                parts.append(lines.line.strip())
                lines.next()
            fields.setdefault(name.strip().lower(), " ".join(part for part in parts if part))
            body_start = lines.start if title is None else body_start
        elif not lines.line:
            lines.next()
        elif _COMMENT.match(lines.line) and "::" not in lines.line:
            lines.next()
            while not lines.is_over() and lines.line[:1] in (" ", "\t"):
                lines.next()
        elif title is None and (title := _rst_title(lines)):
            continue
        else:
            break
    if title:
        fields.setdefault("title", title)
    return fields, body_start


def _rst_title(lines: _Lines) -> str | None:
    """Return the title that begins on this line and pass it, or None if there is none."""
    first = lines.line
    is_overlined = bool(_ADORNMENT.match(first))
    if is_overlined:
        lines.next()
    title = lines.line.strip()
    lines.next()
    under = lines.line
    if not title or not _ADORNMENT.match(under) or len(under) < min(4, len(title)) or (is_overlined and under != first):
        return None
    lines.next()
    return title


def _asciidoc_fields(text: str, start: int) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    title: str | None = None
    body_start = start
    lines = _Lines(text, start + text.startswith("\ufeff", start))
    comment = ""
    while not lines.is_over():
        line = lines.line
        attribute = _ATTRIBUTE.match(line)
        line_start = lines.start
        lines.next()
        if comment or (line.startswith("////") and not line.strip("/")):
            comment = "" if comment == line else comment or line
        elif line.startswith("//"):
            continue
        elif attribute:
            _set(fields, attribute, lines)
            body_start = lines.start if title is None else body_start
        elif not line:
            if title is not None:
                break
        elif title is None and (found := re.match(r"[=#][ \t]+(\S.*)", line)):
            title = found[1]
            body_start = line_start
        elif title is None:
            break
        elif revision := _REVISION.match(line):
            fields.setdefault("revdate", revision[1])
    for name in ("page-date", "revdate", "docdate"):
        if name in fields:
            fields.setdefault("date", fields[name])
    for name in [name for name in fields if name.startswith("page-")]:
        fields.setdefault(name.removeprefix("page-"), fields[name])
    if title:
        fields.setdefault("title", title)
    return fields, body_start


def _set(fields: dict[str, str], attribute: re.Match[str], lines: _Lines) -> None:
    name, value = attribute[2].lower(), (attribute[4] or "").strip()
    parts = []
    while value.endswith("\\") and not lines.is_over() and lines.line:
        parts.append(value[:-1].rstrip())
        value = lines.line.strip()
        lines.next()
    value = " ".join([*parts, value])
    if attribute[1] or attribute[3]:
        fields.pop(name, None)
    else:
        fields[name] = value
