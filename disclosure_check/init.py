"""Set a content repository up: look at it, and write a configuration that fits, the hook, and, if asked, a baseline.

Comes in: a folder. Goes out: the files, and a summary for people. A file that is there stays as it is.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_check import config as configuration
from disclosure_check import hook_entry
from disclosure_check.errors import ConfigError
from disclosure_check.layouts import find_called, find_layout, shown_around, shown_in_place
from disclosure_check.model import CONNECTIONS
from disclosure_check.survey import site_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from disclosure_check.layouts import Shown, Site, Template
    from disclosure_check.reports.text import Style
    from disclosure_check.survey import FactSeen, Survey

SUBSTANTIATION = "substantiation.toml"
MOST_SHOWN = 5  # failures in the summary
_NAMED_LIKE_ONE = re.compile(r"affiliat|sponsor|disclos|disclaim|advertorial|\bads?\b|paid", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An entry for `[[renders]]`: something that shows readers a disclosure, or seems to."""

    name: str
    is_layout: bool
    shown: Shown
    posts: int  # that use it
    paths: tuple[str, ...] = ()  # of the posts that get a layout without naming it


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a file."""

    path: str
    state: str  # "written", "left", "added", "print"
    note: str


# --- what is written --------------------------------------------------------------------------------------------------


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
    made_by = f"{seen.generator} ({_comment(seen.generator_file or '')})" if seen.generator else "no site generator"
    folders = ", ".join(f"{_comment(folder)} ({count:,})" for folder, count in list(seen.folders.items())[:8])
    yield f"# `disclosure-check init` saw: {made_by}; {_many(len(seen.pages), 'post')}{f' in {folders}' if folders else ''};"
    networks = ", ".join(f"{_comment(name)} ({count:,})" for name, count in Counter(seen.networks).most_common(4))
    linking = sum(1 for page in seen.pages if page.links)
    yield f"# {_many(seen.links, 'affiliate link')} in {_many(linking, 'post')}{f': {networks}' if networks else ''}."
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
    yield f"baseline = {_toml(baseline)}" if baseline else '# baseline = "disclosure-check.baseline"'


def _excluded(seen: Survey) -> Iterator[str]:
    if not seen.left_out:
        yield "# Files that a walk of a folder leaves out; a file that is named itself is always checked."
        yield '# exclude = ["drafts/"]'
        return
    yield "# Files that a walk of a folder leaves out, as they seem to be no posts; a file that is named itself is always checked."
    yield "exclude = ["
    for item in seen.left_out:
        yield f"  {_toml(item.glob)},  # {_comment(item.why)}"
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
    posts = _many(fact.posts, "post")
    if not fact.key:
        yield f"# {posts} in the folder {_comment(str(fact.value))}. Is each of them {_STATED[fact.connection]}?"
    elif fact.shown:
        yield f"# {posts} with the key `{_comment(fact.key)}` (values: {_comment(fact.shown)}). Does it mean that the post is {_STATED[fact.connection]}?"
    else:
        yield f"# {posts} with `{_comment(str(fact.value))}` in `{_comment(fact.key)}`. Does it mean that the post is {_STATED[fact.connection]}?"
    if fact.connection == "affiliate":
        yield f"# {fact.with_links:,} of them hold an affiliate link."
    if not fact.is_sure:
        yield "# A guess by its name; it may mean something else, so it counts only when you take the # away."
    mark = "" if fact.is_sure else "# "
    yield f"{mark}[[facts]]"
    if fact.key:
        value = "true" if fact.value is True else _toml(str(fact.value))
        yield f"{mark}keys = {{ {_toml_key(fact.key)} = {value} }}"
    else:
        yield f"{mark}paths = [{_toml(f'/{fact.value}/')}]"
    yield f"{mark}connection = {_toml(fact.connection)}"
    if fact.brand_key:
        yield f"{mark}brand-key = {_toml(fact.brand_key)}"


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
        yield "\n".join((*_render_comment(group), "\n\n".join("\n".join(_render_table(item)) for item in group)))
    for name, posts in sorted(seen.includes.items()):
        if _NAMED_LIKE_ONE.search(name) and not any(item.name == name and not item.is_layout for item in rendered):
            known = find_called(name, site)
            where = f"{_comment(known.path)} holds no words of one" if known else "its template isn't in this repository"
            yield _example(
                f"`{_comment(name)}`, used in {_many(posts, 'post')}, is named like a disclosure, but {where}.",
                "If it shows readers one, take the # away and say where: in place, at the top, or at the bottom.",
                "[[renders]]",
                f"name = {_toml(name)}",
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


def _render_comment(group: list[Rendered]) -> Iterator[str]:
    shown = group[0].shown
    kind = "layout" if group[0].is_layout else "shortcode, include or component"
    names = ", ".join(
        f"`{_comment(item.name)}` ({_many(item.posts, 'post')}{' and those that name no layout' * bool(item.paths)})" for item in group
    )
    yield f'# "{_comment(shown.words)}"'
    yield f"# says {_comment(shown.source)}:{shown.line}, which readers see by the {kind} {names}."
    for doubt in shown.doubts:
        yield f"# In doubt, so it counts only when you take the # away: {_comment(doubt)}."
    if not shown.doubts:
        place = {"top": "above the post", "bottom": "below the post, which is late", "place": "where it stands in the post"}[shown.where]
        yield f"# It seems to stand {place}. Check that readers see it there."


def _render_table(item: Rendered) -> Iterator[str]:
    shown = item.shown
    mark = "# " if shown.doubts else ""
    yield f"{mark}[[renders]]"
    yield f"{mark}{'layout' if item.is_layout else 'name'} = {_toml(item.name)}"
    if item.paths:
        yield f"{mark}paths = [{', '.join(map(_toml, item.paths))}]"
    if shown.keys:
        yield f"{mark}keys = {{ {', '.join(f'{_toml_key(key)} = {_toml_value(value)}' for key, value in shown.keys.items())} }}"
    if shown.covers < frozenset(CONNECTIONS):
        kinds = [kind for kind in CONNECTIONS if kind in shown.covers]
        yield f"{mark}covers = [{', '.join(map(_toml, kinds))}]"
    yield f"{mark}where = {_toml(shown.where)}"


def _further() -> Iterator[str]:
    yield "# Your own brands, whose offers are no connection, and the brands that you write about:"
    yield "# [brands.Acme]"
    yield '# handles = ["acme"]'
    yield "# own = true"


def _example(*lines: str) -> str:
    return "\n".join(f"# {line}" for line in lines)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _comment(text: str) -> str:
    """Return text from the repository without what would end or steer a comment."""
    from disclosure_check.reports.terminal import printable

    return printable(" ".join(text.split()))[:160]


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml_value(value: object) -> str:
    return _toml(value) if isinstance(value, str) else json.dumps(value)


# --- writing ----------------------------------------------------------------------------------------------------------


def write_new(path: Path, text: str) -> bool:
    """Write a file that isn't there yet, and return whether it wasn't. Raises ConfigError if it can't be written."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); name a folder that you may write to") from error
    return True


def has_config(folder: Path) -> Path | None:
    """Return the configuration that a folder itself holds."""
    found = configuration.find_config(folder.resolve())
    return folder / found.name if found is not None and found.parent == folder.resolve() else None


def repository_of(folder: Path) -> Path | None:
    """Return the root of the git repository around a folder."""
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), None)


def set_hook(folder: Path, seen: Survey, *, change: bool) -> tuple[Written, str]:
    """Write the hook's entry, and return what became of it, with the entry for pasting if it was not written.

    A file that is there is changed only if `change` is set; and one above `folder` is made only then.
    """
    root = repository_of(folder) or folder.resolve()
    inner = folder.resolve().relative_to(root).as_posix()
    within = "" if inner == "." else f"{inner}/"
    left_out = [item.path for item in seen.left_out]
    entry = hook_entry.render_entry(
        sorted(seen.folders), left_out, within=within, config=f"{within}{configuration.FILE}" if within else None
    )
    target = folder / hook_entry.FILE if root == folder.resolve() else Path(os.path.relpath(root / hook_entry.FILE))
    if not target.exists():
        if within and not change:
            return Written(str(target), "print", "the repository's root is above; paste this into its file there, or add --hook"), entry
        write_new(target, hook_entry.render_file(entry))
        return Written(str(target), "written", "run `pre-commit install` once, so that git calls it"), ""
    try:
        text = target.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{target}: can't be read ({error}); save it as UTF-8") from error
    if hook_entry.has_hook(text):
        return Written(str(target), "left", "it has the hook already"), ""
    changed = hook_entry.add_entry(text, entry) if change else None
    if changed is None:
        note = "its `repos` can't be added to safely; paste this below them" if change else "paste this below its `repos:`, or add --hook"
        return Written(str(target), "print", note), entry
    try:
        target.write_bytes(changed.encode())
    except OSError as error:
        raise ConfigError(f"{target}: can't be written ({error.strerror}); check its permissions") from error
    return Written(str(target), "added", "an entry at the end of `repos`; all else is as it was"), ""


# --- telling ----------------------------------------------------------------------------------------------------------


def render_summary(seen: Survey, rendered: Sequence[Rendered], written: Sequence[Written], entry: str, command: str, style: Style) -> str:
    """Return what was seen and done, for people."""
    made_by = f"{seen.generator} ({seen.generator_file})" if seen.generator else "none known"
    folders = ", ".join(f"{folder} ({count:,})" for folder, count in list(seen.folders.items())[:6])
    sure = [fact for fact in seen.facts if fact.is_sure]
    shows = [item for item in rendered if not item.shown.doubts]
    rows = [
        ("Generator", made_by),
        ("Posts", f"{len(seen.pages):,}{f' in {folders}' if folders else ''}"),
        ("Affiliate links", f"{seen.links:,} in {_many(sum(1 for page in seen.pages if page.links), 'post')}"),
        ("Facts", _told(_fact_name(fact) for fact in sure) + _doubtful(len(seen.facts) - len(sure))),
        ("Disclosures", _told(f"{item.name} ({item.shown.where})" for item in shows) + _doubtful(len(rendered) - len(shows))),
    ]
    lines = [f"{style(f'{name}:', bold=True)}{' ' * (17 - len(name))}{_comment(value)}" for name, value in rows]
    lines.append("")
    colors = {"written": "green", "added": "green", "left": "yellow", "print": "yellow"}
    words = {"written": "written", "added": "changed", "left": "left as it is", "print": "left as it is"}
    lines += [
        f"{style(words[item.state], fg=colors[item.state])} {_comment(item.path)}{f': {item.note}' if item.note else ''}"
        for item in written
    ]
    if entry:
        lines += ["", entry.rstrip("\n")]
    if seen.failures:
        lines += ["", style(f"{_many(len(seen.failures), 'file')} can't be read, so a check ends with exit code 2:", fg="red")]
        lines += [f"  {_comment(message)}" for message in seen.failures[:MOST_SHOWN]]
        if len(seen.failures) > MOST_SHOWN:
            lines.append(f"  and {len(seen.failures) - MOST_SHOWN:,} more")
    lines += ["", f"Next: read the comments in {configuration.FILE}, then run {style(command, bold=True)}"]
    return "\n".join(lines) + "\n"


def _fact_name(fact: FactSeen) -> str:
    if not fact.key:
        return f"{fact.value}/ = {fact.connection}"
    return f"{fact.key}{'' if fact.value is True else f': {fact.value}'} = {fact.connection}"


def _told(items: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(items)) or "none for sure"


def _doubtful(count: int) -> str:
    return f"; {count:,} in doubt, see the comments in the file" if count else ""


def init(
    folder: Path,
    *,
    with_hook: bool,
    make_baseline: Callable[[Path, Path], str] | None,
    style: Style,
) -> str:
    """Look at a folder, write what is missing, and return the summary.

    `make_baseline` writes a baseline from the posts in a folder to a file, and returns what to tell of it; None: none is wanted.
    Raises ConfigError if a file can't be written, or if posts can't be checked for the baseline; what was written stays.
    """
    from disclosure_check.baseline import FILE as BASELINE
    from disclosure_check.layouts import read_site
    from disclosure_check.rulebook import load_rulebook
    from disclosure_check.survey import survey

    rulebook = load_rulebook()
    shown_folder = str(folder)
    seen = survey(folder, rulebook, shown_folder)
    site = read_site(folder, rulebook)
    rendered = find_rendered(seen, site, folder)
    written: list[Written] = []
    target, present = folder / configuration.FILE, has_config(folder)
    if present is not None:
        written.append(Written(str(present), "left", "the configuration is in it"))
    else:
        write_new(target, render_config(seen, site, rendered, baseline=None))
        configuration.load_config(target)
        written.append(Written(str(target), "written", "its comments say what was seen, and what to check"))
    template = (Path(__file__).parent / "templates" / SUBSTANTIATION).read_text(encoding="utf-8")
    is_new = write_new(folder / SUBSTANTIATION, template)
    note = "put your approved claims in, if you have any" if is_new else ""
    written.append(Written(str(folder / SUBSTANTIATION), "written" if is_new else "left", note))
    hook, entry = set_hook(folder, seen, change=with_hook)
    written.append(hook)
    if make_baseline is not None:
        file = folder / BASELINE
        if file.exists():
            written.append(Written(str(file), "left", "add to it with `disclosure-check baseline create --force`"))
        else:
            told = make_baseline(folder, file)
            if present is None:
                target.write_text(render_config(seen, site, rendered, baseline=BASELINE), encoding="utf-8", newline="\n")
            else:
                told += f"; add baseline = {_toml(BASELINE)} to {present}"
            written.append(Written(str(file), "written", told))
    named = f" --config {present or target}" if folder.resolve() != Path.cwd() else ""
    return render_summary(seen, rendered, written, entry, f"disclosure-check check {shown_folder}{named}", style)
