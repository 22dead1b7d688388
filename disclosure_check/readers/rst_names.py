"""Collect the names that a reStructuredText document defines: targets, substitutions, roles of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.readers.rst_inline import Names, Substitution, plain_name, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.readers.stretches import Line

_TARGET = re.compile(r"\.\.[ \t]+_(?![ _])(?:`((?:[^`\\]|\\.)+)`|((?:[^:\\]|\\.|:(?![ \t]|\Z))+)):(?:[ \t]+|\Z)")
_ANONYMOUS = re.compile(r"(?:__|\.\.[ \t]+__:)(?:[ \t]+|\Z)")
_SUBSTITUTION = re.compile(r"\.\.[ \t]+\|(?! )((?:[^|\\]|\\.)+)\|[ \t]+([\w:.-]+)::(?:[ \t]+|\Z)")
_ROLE = re.compile(r"\.\.[ \t]+role::[ \t]+([\w:.+-]+)[ \t]*(?:\([ \t]*([\w:.+-]+)[ \t]*\))?\Z")
_EMBEDDED = re.compile(r"`([^`<>]+)\s<([^<>`]+)>`_(?!_)")
_OPTION = re.compile(r":[\w-]+:(?:[ \t]|\Z)")
_CODE = re.compile(r"(?:0x|x|\\x|U\+|u|\\u)([0-9a-fA-F]+)\Z|&#x([0-9a-fA-F]+);\Z|([0-9]+)\Z")


def read_names(source: str, lines: list[Line]) -> Names:
    """Return the names that stand in `lines`, with what they stand for; the first of several definitions counts."""
    names = Names(budget=100_000 + len(source))
    definitions: list[tuple[str, str, list[tuple[int, int]]]] = []
    waiting: list[str] = []  # names of targets without a URL: they share that of the next
    for text, block in _explicit_blocks(source, lines):
        target = _TARGET.match(text)
        anonymous = None if target else _ANONYMOUS.match(text)
        head = target or anonymous
        if head:
            stretches = _behind(block, head.end())
            if not stretches:
                waiting += [plain_name(target[1] or target[2])] if target else []
                continue
            own = [*waiting, plain_name(target[1] or target[2])] if target else waiting
            _add_target(names, source, own, stretches, is_anonymous=not target)
        elif substitution := _SUBSTITUTION.match(text):
            definitions.append((plain_name(substitution[1]), substitution[2].lower(), _behind(block, substitution.end())))
        elif role := _ROLE.match(text):
            _add_role(names, role[1].lower(), (role[2] or "").lower(), " ".join(source[start:end] for start, end in block[1:]))
        waiting = []
    for embedded in _EMBEDDED.finditer(source) if "`_" in source else ():
        url = embedded[2]
        if not url.endswith("_"):
            names.targets.setdefault(plain_name(embedded[1]), ("".join(url.split()), *embedded.span(2)))
    for name, directive, stretches in definitions:
        names.substitutions.setdefault(name, _substitution(source, directive, stretches, names))
    return names


def _explicit_blocks(source: str, lines: list[Line]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield the first line of each block of explicit markup, with the places of all its lines up to a blank one."""
    for at, line in enumerate(lines):
        if not source.startswith(("..", "__"), line.start):
            continue
        end = at + 1
        while end < len(lines) and not lines[end].after_blank and lines[end].indent > line.indent:
            end += 1
        yield source[line.start : line.end], [(inner.start, inner.end) for inner in lines[at:end]]


def _behind(block: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    start, end = block[0]
    return [(start + length, end), *block[1:]] if start + length < end else block[1:]


def _add_target(names: Names, source: str, own: list[str], stretches: list[tuple[int, int]], *, is_anonymous: bool) -> None:
    url = "".join("".join(source[start:end].split()) for start, end in stretches)
    alias = None
    if url.endswith("_") and not url.endswith("\\_"):
        alias = plain_name(" ".join(source[start:end] for start, end in stretches)[:-1].strip("`"))
    url = re.sub(r"\\(.)", r"\1", url)
    place = (stretches[0][0], stretches[-1][1])
    for name in own:
        if name in names.targets or name in names.aliases:
            continue
        if alias is None:
            names.targets[name] = (url, *place)
        else:
            names.aliases[name] = alias
    if is_anonymous:
        names.anonymous.append((url if alias is None else "\0" + alias, *place))


def _add_role(names: Names, role: str, base: str, options: str) -> None:
    if base == "raw":
        (names.raw_roles if re.search(r":format:.*\bhtml", options) else names.silent_roles).add(role)
    elif base in ("code", "literal", "math"):
        names.code_roles.add(role)


def _substitution(source: str, directive: str, stretches: list[tuple[int, int]], names: Names) -> Substitution:
    if directive == "replace":
        # Names of other substitutions in it stay unknown: nobody can build a bomb of them.
        text, links = plain_text(source, stretches, Names(targets=names.targets, aliases=names.aliases, budget=0))
        return Substitution(text, links)
    if directive == "unicode":
        shown = [source[start:end] for start, end in stretches if not _OPTION.match(source[start:end])]
        return Substitution("".join(_character(word) for word in " ".join(shown).partition(" .. ")[0].split()))
    if directive == "image":
        return Substitution(None)
    from disclosure_check.model import CODE_MARK

    return Substitution(CODE_MARK)


def _character(word: str) -> str:
    code = _CODE.match(word)
    if not code:
        return word
    number = int(code[1] or code[2], 16) if code[1] or code[2] else int(code[3][:9])
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else word
