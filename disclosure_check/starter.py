"""Write the text of a configuration that fits a repository: what was seen becomes tables, with comments that say what to check.

Comes in: the `Survey` of a repository and its templates. Goes out: the text. A guess is commented out, with its reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.layouts import find_called, find_layout, shown_around, shown_in_place
from disclosure_check.model import CONNECTIONS
from disclosure_check.survey import site_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from disclosure_check.layouts import Shown, Site, Template
    from disclosure_check.survey import FactSeen, Survey

_NAMED_LIKE_ONE = re.compile(r"affiliat|sponsor|disclos|disclaim|advertorial|\bads?\b|paid", re.IGNORECASE)


class Rendered(Struct, frozen=True):
    """An entry for `[[renders]]`: something that shows readers a disclosure, or seems to."""

    name: str
    is_layout: bool
    shown: Shown
    posts: int  # that use it
    paths: tuple[str, ...] = ()  # of the posts that get a layout without naming it


def find_rendered(seen: Survey, site: Site, root: Path) -> list[Rendered]:
    """Return what shows readers a disclosure: shortcodes, includes and components first, then the layouts of posts."""
    found: list[Rendered] = []
    called = {name for template in site.templates for _, name in template.calls}
    names = dict(seen.includes)
    for template in site.templates:
        if template.kind != "layout" and not any(find_called(name, site) is template for name in names):
            name = template.stem if template.kind in ("shortcode", "component") else template.name
            if template.kind == "shortcode" or (name not in called and template.path not in called):
                names.setdefault(name, 0)
    for name, posts in sorted(names.items()):
        template_ = find_called(name, site)
        if template_ is not None:
            found += [Rendered(name, is_layout=False, shown=shown, posts=posts) for shown in shown_in_place(template_, site)]
    for value, posts in sorted(seen.layouts.items()):
        layout = find_layout(value, site)
        if layout is not None:
            found += [Rendered(value, is_layout=True, shown=shown, posts=posts) for shown in shown_around(layout, site)]
    if any(not page.keys.get("layout") for page in seen.pages):
        for name, layout, paths in _default_layouts(seen, site, root):
            for shown in shown_around(layout, site):
                found = _with_default(found, Rendered(name, is_layout=True, shown=shown, posts=0, paths=paths))
    return found


def _with_default(found: list[Rendered], default: Rendered) -> list[Rendered]:
    """Return the entries with one for a layout that posts get without naming it; those that name it may share the entry."""
    for index, item in enumerate(found):
        if item.is_layout and item.name == default.name and item.shown == default.shown and not item.paths:
            return [*found[:index], replace(item, paths=default.paths), *found[index + 1 :]]
    return [*found, default]


def _default_layouts(seen: Survey, site: Site, root: Path) -> Iterator[tuple[str, Template, tuple[str, ...]]]:
    """Yield the layouts that posts get without naming one, with the globs of these posts, as far as the files say it."""
    if seen.generator == "Hugo":
        content = f"{site_folder(seen.generator_file)}content/"
        of_posts = [template for template in site.templates if template.kind == "layout" and template.stem in ("single", "page")]
        by_section = {Path(template.path).parent.name: template for template in reversed(of_posts)}  # the site's own go over its themes'
        sections = sorted(set(by_section) - {"_default", "layouts"})
        default = by_section.get("_default") or by_section.get("layouts")
        if default is not None:
            yield default.stem, default, (f"/{content}", *(f"!/{content}{section}/" for section in sections))
        yield from ((by_section[section].stem, by_section[section], (f"/{content}{section}/",)) for section in sections)
    elif seen.generator == "Jekyll":
        for values, path, type_ in _jekyll_defaults(root, seen.generator_file or ""):
            name = values.get("layout")
            layout = find_layout(name, site) if isinstance(name, str) else None
            if type_ in ("posts", "") and layout is not None:
                folder = "_posts/" if type_ == "posts" else "*"
                yield str(name), layout, (f"/{path.strip('/')}/**/{folder}" if path.strip("/") else folder,)


def _jekyll_defaults(root: Path, file: str) -> Iterator[tuple[Mapping[str, object], str, str]]:
    import yaml

    try:
        loaded = yaml.safe_load((root / file).read_text(encoding="utf-8-sig")) if file.endswith(("yml", "yaml")) else None
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return
    defaults = loaded.get("defaults") if isinstance(loaded, dict) else None
    for item in defaults if isinstance(defaults, list) else []:
        scope, values = (item.get("scope"), item.get("values")) if isinstance(item, dict) else (None, None)
        if isinstance(values, dict):
            scope = scope if isinstance(scope, dict) else {}
            path, type_ = scope.get("path"), scope.get("type")
            if not (isinstance(path, str) and "*" in path):
                yield values, path if isinstance(path, str) else "", type_ if isinstance(type_, str) else ""


def render_config(seen: Survey, site: Site, rendered: Sequence[Rendered], *, baseline: str | None) -> str:
    """Return a configuration for a repository, whose comments say what was seen and what to check."""
    blocks = [
        "\n".join(_head(seen)),
        "\n".join(_general(seen, baseline)),
        "\n".join(_excluded(seen)),
        "\n\n".join(_fact_tables(seen)),
        "\n\n".join(_render_tables(seen, site, rendered)),
        "\n".join(_further()),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(seen: Survey) -> Iterator[str]:
    yield "# What disclosure-check has to know about this repository. Every key: docs/configuration.md, or"
    yield "# `disclosure-check schema config` for your editor. Globs are those of .gitignore and start from this folder."
    yield "#"
    made_by = f"{seen.generator} ({commented(seen.generator_file or '')})" if seen.generator else "no site generator"
    folders = ", ".join(f"{commented(folder)} ({count:,})" for folder, count in list(seen.folders.items())[:8])
    yield f"# `disclosure-check init` saw: {made_by}; {many(len(seen.pages), 'post')}{f' in {folders}' if folders else ''};"
    networks = ", ".join(f"{commented(name)} ({count:,})" for name, count in Counter(seen.networks).most_common(4))
    linking = sum(1 for page in seen.pages if page.links)
    yield f"# {many(seen.links, 'affiliate link')} in {many(linking, 'post')}{f': {networks}' if networks else ''}."
    yield "# Lines with # before a key are guesses: look, and take the # away where they are right."


def _general(seen: Survey, baseline: str | None) -> Iterator[str]:
    del seen
    yield "# Where posts that don't say it appear. A Markdown or HTML file is a blog post without this."
    yield '# platform = "blog"'
    yield ""
    yield '# What makes the exit code 1: "error" (without this), "warning", "info" or "never".'
    yield '# fail-on = "error"'
    yield ""
    yield "# The findings that were there when you began; `disclosure-check baseline prune` takes out what is gone."
    yield f"baseline = {to_toml(baseline)}" if baseline else '# baseline = "disclosure-check.baseline"'


def _excluded(seen: Survey) -> Iterator[str]:
    if not seen.left_out:
        yield "# Files that a walk of a folder leaves out; a file that is named itself is always checked."
        yield '# exclude = ["drafts/"]'
        return
    yield "# Files that a walk of a folder leaves out, as they seem to be no posts; a file that is named itself is always checked."
    yield "exclude = ["
    for item in seen.left_out:
        yield f"  {to_toml(item.glob)},  # {commented(item.why)}"
    yield "]"


def _fact_tables(seen: Survey) -> Iterator[str]:
    if not seen.facts:
        yield _example(
            "No key, tag, layout or folder looks like a sponsorship. If posts say it in a way of your own, tell it like this:",
            "[[facts]]",
            "keys = { sponsored = true }",
            'connection = "paid"',
        )
    for fact in seen.facts:
        yield "\n".join(_fact_table(fact))


def _fact_table(fact: FactSeen) -> Iterator[str]:
    posts = many(fact.posts, "post")
    if not fact.key:
        yield f"# {posts} in the folder {commented(str(fact.value))}. Is each of them {_STATED[fact.connection]}?"
    elif fact.shown:
        yield f"# {posts} with the key `{commented(fact.key)}` (values: {commented(fact.shown)}). Does it mean that the post is {_STATED[fact.connection]}?"
    else:
        yield f"# {posts} with `{commented(str(fact.value))}` in `{commented(fact.key)}`. Does it mean that the post is {_STATED[fact.connection]}?"
    if fact.connection == "affiliate":
        yield f"# {fact.with_links:,} of them hold an affiliate link."
    if not fact.is_sure:
        yield "# A guess by its name; it may mean something else, so it counts only when you take the # away."
    mark = "" if fact.is_sure else "# "
    yield f"{mark}[[facts]]"
    if fact.key:
        value = "true" if fact.value is True else to_toml(str(fact.value))
        yield f"{mark}keys = {{ {_toml_key(fact.key)} = {value} }}"
    else:
        yield f"{mark}paths = [{to_toml(f'/{fact.value}/')}]"
    yield f"{mark}connection = {to_toml(fact.connection)}"
    if fact.brand_key:
        yield f"{mark}brand-key = {to_toml(fact.brand_key)}"


_STATED = {
    "paid": "paid for",
    "affiliate": "one with affiliate links",
    "gift": "about something given",
    "loan": "about something lent",
    "travel": "about a trip that was paid for",
    "discount": "one with a code that gives the author something",
}


def _render_tables(seen: Survey, site: Site, rendered: Sequence[Rendered]) -> Iterator[str]:
    groups: dict[tuple[object, ...], list[Rendered]] = {}
    for item in rendered:
        shown = item.shown
        groups.setdefault((shown.source, shown.line, shown.where, tuple(shown.keys.items()), shown.doubts, item.is_layout), []).append(item)
    for group in groups.values():
        yield "\n".join((*_rendercommented(group), "\n\n".join("\n".join(_render_table(item)) for item in group)))
    for name, posts in sorted(seen.includes.items()):
        if _NAMED_LIKE_ONE.search(name) and not any(item.name == name and not item.is_layout for item in rendered):
            known = find_called(name, site)
            where = f"{commented(known.path)} holds no words of one" if known else "its template isn't in this repository"
            yield _example(
                f"`{commented(name)}`, used in {many(posts, 'post')}, is named like a disclosure, but {where}.",
                "If it shows readers one, take the # away and say where: in place, at the top, or at the bottom.",
                "[[renders]]",
                f"name = {to_toml(name)}",
                'where = "place"',
            )
    if not site.templates and seen.generator:
        yield (
            f"# No templates of {seen.generator} are in this repository (a theme from elsewhere?), so what its layouts show readers was not read.\n"
            "# If one shows a disclosure, tell it like this:\n"
            '# [[renders]]\n# layout = "post"\n# where = "bottom"'
        )
    elif not rendered:
        made = "templates of this repository" if site.templates else "repository"
        yield _example(
            f"No words of a disclosure were found in the {made}. If a shortcode, include, component or layout shows one:",
            "[[renders]]",
            'name = "affiliate-disclosure"',
            'where = "place"',
        )


def _rendercommented(group: list[Rendered]) -> Iterator[str]:
    shown = group[0].shown
    kind = "layout" if group[0].is_layout else "shortcode, include or component"
    names = ", ".join(
        f"`{commented(item.name)}` ({many(item.posts, 'post')}{' and those that name no layout' * bool(item.paths)})" for item in group
    )
    yield f'# "{commented(shown.words)}"'
    yield f"# says {commented(shown.source)}:{shown.line}, which readers see by the {kind} {names}."
    for doubt in shown.doubts:
        yield f"# In doubt, so it counts only when you take the # away: {commented(doubt)}."
    if not shown.doubts:
        place = {"top": "above the post", "bottom": "below the post, which is late", "place": "where it stands in the post"}[shown.where]
        yield f"# It seems to stand {place}. Check that readers see it there."
    if shown.is_unclear:
        yield "# Its words are unclear to readers, so each post with it gets a warning: see `disclosure-check explain DC202`."


def _render_table(item: Rendered) -> Iterator[str]:
    shown = item.shown
    mark = "# " if shown.doubts else ""
    yield f"{mark}[[renders]]"
    yield f"{mark}{'layout' if item.is_layout else 'name'} = {to_toml(item.name)}"
    if item.paths:
        yield f"{mark}paths = [{', '.join(map(to_toml, item.paths))}]"
    if shown.keys:
        yield f"{mark}keys = {{ {', '.join(f'{_toml_key(key)} = {_toml_value(value)}' for key, value in shown.keys.items())} }}"
    if shown.covers < frozenset(CONNECTIONS):
        kinds = [kind for kind in CONNECTIONS if kind in shown.covers]
        yield f"{mark}covers = [{', '.join(map(to_toml, kinds))}]"
    yield f"{mark}where = {to_toml(shown.where)}"
    if shown.is_unclear:
        yield f"{mark}unclear = true"


def _further() -> Iterator[str]:
    yield "# Your own brands, whose offers are no connection, and the brands that you write about:"
    yield "# [brands.Acme]"
    yield '# handles = ["acme"]'
    yield "# own = true"


def _example(*lines: str) -> str:
    return "\n".join(f"# {line}" for line in lines)


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def commented(text: str) -> str:
    """Return text from the repository without what would end or steer a comment."""
    from disclosure_check.reports.terminal import printable

    return printable(" ".join(text.split()))[:160]


def to_toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else to_toml(key)


def _toml_value(value: object) -> str:
    return to_toml(value) if isinstance(value, str) else json.dumps(value)
