"""Read a site's templates for words of a disclosure: which shortcodes, includes, components and layouts show one.

Comes in: the folder of a site. Goes out: its `Template`s, and for one of them what it `Shown`s: the words, where they
stand around the post, and the keys of the front matter on which they depend. Templates are programs; what can't be told
without running them is said as a doubt, never guessed.
"""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from disclosure_check.config import Where
    from disclosure_check.rulebook import Rulebook

Kind = Literal["shortcode", "include", "layout", "component"]

MAX_BYTES = 200_000  # of a template; longer ones are bundles
MAX_TEMPLATES = 3_000
MAX_DEPTH = 6  # includes within includes
MAX_PARTS = 500  # tags of a sort in a template, and statements that a layout shows: more are no site's
SHOWN_WORDS = 90  # characters of the words that people are shown
OUTPUT = frozenset({"_site", ".git", "bower_components", "build", "dist", "node_modules", "out", "resources", "vendor"})
_MARKUP = (".html", ".htm", ".njk", ".liquid", ".hbs", ".webc", ".j2", ".md", ".markdown", ".shtml")
_CODE = (".jsx", ".tsx", ".js", ".astro", ".vue", ".svelte", ".mdx")

_CANDIDATE = lazily(r"sponsor|affiliat|commission|advert|partner|paid|earn|gifted|associate|\bad\b", re.IGNORECASE)
_AD_SLOT = lazily(r"adsbygoogle|googletag|data-ad-|carbonads|ezoic|mediavine|pubads", re.IGNORECASE)
_TAG = lazily(  # the next opener ends an attempt, so that openers without an end cost little
    r"\{%-?(?P<block>(?:[^{%]|%(?!\})|\{(?!%)){0,2000}?)-?%\}|\{\{[-<%]?(?P<value>(?:[^{}]|\{(?!\{)|\}(?!\})){0,2000}?)[->%]?\}\}"
)
_COMMENT_OPENER = lazily(r"<!--|\{#|\{\{-?\s{0,9}/\*|\{/\*|\{%-?\s{0,9}comment\s{0,9}-?%\}")
_COMMENT_CLOSERS = (("<!--", "-->"), ("{#", "#}"), ("{{", "}}"), ("{/", "*/}"), ("{%", "endcomment"))
_FRONT_MATTER = lazily(r"\A\ufeff?---[ \t]*\r?\n(?P<keys>.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_CODE_HEAD = lazily(r"\A(?:(?!(?:return|=>)\s*\(?\s*<).)*", re.DOTALL)
_ATTRIBUTE = lazily(r"=\{[^{}]*\}")
_OPEN_BRACE = lazily(r"""\{[^{}<>"'`]{0,200}?(?:&&|\?)\s{0,40}\(?(?=\s{0,40}<)""")
_BRACED_TEST = lazily(r"\{[ \t]{0,9}(?P<test>[^{}<>\n]{1,200}?)\s{0,9}(?:&&|\?(?![.?]))\s{0,40}\(?\s{0,40}<")
_CONTENT = lazily(
    r"\{\{-?\s*(?:\$?\.Content|content)\b[^}]{0,200}\}\}|\{%-?\s*block\s+content\b|\{\{-?\s*block\s+\"main\"|\{\{-?\s*\.Render\b"
    r"|<slot\b|\{\s*(?:props\.)?children\s*\}|\{@render\s+children|<Content\b|<MDXContent\b|<MDXRenderer\b|dangerouslySetInnerHTML|v-html"
)
_CALL = lazily(
    r"\{%-?\s*(?:include|include_cached|include_relative|render|partial|component)\s+[\"']?(?P<liquid>[^\s\"'%},]+)"
    r"|\b(?:partial|partialCached|template)\s+\"(?P<go>[^\"]+)\""
    r"|<(?P<jsx>[A-Z][\w.]*)(?=[\s/>])"
)
_EXTENDS = lazily(r"\{%-?\s*extends\s+[\"']([^\"']+)")
_LAYOUT_KEY = lazily(r"^layout:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


class Statement(Struct, frozen=True):
    """Words of a disclosure in a template."""

    at: int
    line: int
    words: str  # the sentence, shortened
    covers: frozenset[str]
    is_label: bool = False  # "Advertisement" and the like, which stands over display ads, too
    is_unclear: bool = False  # readers may not take them as a disclosure
    doubts: tuple[str, ...] = ()  # why they may not be what they look like


class Condition(Struct, frozen=True):
    """A stretch of a template that is shown only under a condition."""

    start: int
    end: int
    keys: Mapping[str, object] | None  # of the front matter; None: it can't be told
    text: str


class Template(Struct, frozen=True):
    """A file that the site is made with."""

    path: str  # from the site's folder
    kind: Kind
    statements: tuple[Statement, ...]
    calls: tuple[tuple[int, str], ...]  # where other templates are put in, by name
    conditions: tuple[Condition, ...]
    content: int | None  # where the post's text goes
    parent: str | None  # the layout around it

    @property
    def name(self) -> str:
        return Path(self.path).name

    @property
    def stem(self) -> str:
        return self.name.partition(".")[0]


class Site(Struct, frozen=True):
    """The templates of a site, the site's own before those of its themes."""

    templates: tuple[Template, ...] = ()
    by_stem: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)


class Shown(Struct, frozen=True):
    """A disclosure that a template shows readers."""

    source: str  # the template that holds the words
    line: int
    words: str
    covers: frozenset[str]
    where: Where
    keys: Mapping[str, object] = field(default_factory=dict)  # of the front matter, on which it depends
    doubts: tuple[str, ...] = ()
    is_unclear: bool = False


def read_site(root: Path, rulebook: Rulebook) -> Site:
    """Return the templates of the site in a folder. What can't be read as UTF-8 is left out."""
    found = []
    for path in sorted(_template_files(root), key=lambda path: ("themes/" in path, path))[:MAX_TEMPLATES]:
        kind = _kind(path)
        try:
            file = root / path
            text = file.read_text(encoding="utf-8-sig") if file.stat().st_size <= MAX_BYTES else ""
        except (OSError, UnicodeDecodeError):
            continue
        if kind is not None and text.strip():
            found.append(_template(path, kind, text, rulebook))
    by_stem: dict[str, tuple[Template, ...]] = {}
    for template in found:
        for stem in dict.fromkeys((template.stem, PurePosixPath(template.path).stem, PurePosixPath(template.path).parent.name)):
            by_stem[stem] = (*by_stem.get(stem, ()), template)
    return Site(tuple(found), by_stem)


def _template_files(root: Path) -> Iterator[str]:
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in OUTPUT and not name.startswith("."))
        for name in files:
            if name.lower().endswith((*_MARKUP, *_CODE)):
                path = Path(folder, name).relative_to(root).as_posix()
                if _kind(path) is not None:
                    yield path


def _kind(path: str) -> Kind | None:
    parts = path.split("/")[:-1]
    if any(part in ("shortcodes", "_shortcodes") for part in parts):
        return "shortcode"
    if "_layouts" in parts or ("layouts" in parts and not {"partials", "_partials"} & set(parts)):
        return None if path.endswith((".md", ".markdown")) and "_layouts" not in parts else "layout"
    if {"_includes", "partials", "_partials"} & set(parts):
        return "include"
    if {"components", "theme"} & set(parts) and path.endswith(_CODE):
        return "component"
    return None


def _template(path: str, kind: Kind, text: str, rulebook: Rulebook) -> Template:
    head = _FRONT_MATTER().match(text)
    bare = _without_comments(text)
    parent = _EXTENDS().search(bare) or (_LAYOUT_KEY().search(head["keys"]) if head else None)
    content = _CONTENT().search(_without_head(path, bare))
    return Template(
        path,
        kind,
        tuple(_statements(path, bare, rulebook)) if _CANDIDATE().search(bare) else (),
        tuple((match.start(), match["liquid"] or match["go"] or match["jsx"]) for match in islice(_CALL().finditer(bare), MAX_PARTS)),
        tuple(islice(_conditions(bare), MAX_PARTS)),
        content.start() if content else None,
        parent[1] if parent else None,
    )


def _without_comments(text: str) -> str:
    """Return a template, in the same length, with its comments blank."""
    parts = []
    position = 0
    gone: set[str] = set()  # closers that don't come any more
    for opener in _COMMENT_OPENER().finditer(text):
        closer = next(closer for begin, closer in _COMMENT_CLOSERS if opener[0].startswith(begin))
        if opener.start() < position or closer in gone:
            continue
        end = text.find(closer, opener.end())
        if end < 0:
            gone.add(closer)
            continue
        parts += [text[position : opener.start()], re.sub(r"[^\r\n]", " ", text[opener.start() : end + len(closer)])]
        position = end + len(closer)
    return "".join([*parts, text[position:]])


def _blank(match: re.Match[str]) -> str:
    return "".join(character if character in "\r\n" else " " for character in match[0])


def _blank_attribute(match: re.Match[str]) -> str:
    return '=""' + _blank(match)[3:] if len(match[0]) > 2 else match[0]


def _without_head(path: str, text: str) -> str:
    """Return a component, in the same length, without the code before its first tag."""
    return _CODE_HEAD().sub(_blank, text, count=1) if path.endswith((".jsx", ".tsx", ".js")) else text


def _prose(path: str, text: str) -> str:
    """Return a template's text, in the same length, without what a program reads."""
    text = _without_head(path, text)
    text = _FRONT_MATTER().sub(_blank, text, count=1)
    text = _TAG().sub(_blank, text)
    if path.endswith(_CODE):
        text = _OPEN_BRACE().sub(_blank, _ATTRIBUTE().sub(_blank_attribute, text))
    return text


def _statements(path: str, text: str, rulebook: Rulebook) -> Iterator[Statement]:
    from disclosure_check.annotate import annotate
    from disclosure_check.errors import InputError
    from disclosure_check.model import Post
    from disclosure_check.readers.html import parse_html

    post = Post(path, _prose(path, text), path, format="html")
    try:
        found = annotate(post, parse_html(post.text, 0), rulebook.platforms["blog"], rulebook)
    except InputError:
        return
    for signal in found.signals:
        kind = signal.kind
        if kind.role != "disclosure" or signal.assertion != "affirmed" or signal.channel not in ("body", "small", "hidden", "collapsed"):
            continue
        doubts = []
        if signal.channel in ("hidden", "collapsed"):
            doubts.append(f"these words are {signal.channel} ({signal.reason})")
        line = text.count("\n", 0, signal.start) + 1
        is_label = kind.topic == "ad" or _AD_SLOT().search(text) is not None
        yield Statement(
            signal.start,
            line,
            _sentence(post.text, signal.start, signal.end),
            kind.covers,
            is_label,
            kind.grade != "adequate",
            tuple(doubts),
        )


def _sentence(text: str, start: int, end: int) -> str:
    """Return the words around a span, without tags, up to the borders of their element or sentence."""
    before = re.split(r"[<>]|[.!?]\s", text[max(0, start - 200) : start])[-1]
    after = re.split(r"<(?!/?(?:a|b|em|i|strong|span)\b)|(?<=[.!?])\s", text[end : end + 300])[0]
    words = " ".join(re.sub(r"<[^>]*>?", "", f"{before}{text[start:end]}{after}").split())
    return words if len(words) <= SHOWN_WORDS else words[: SHOWN_WORDS - 1] + "…"


# --- conditions -------------------------------------------------------------------------------------------------------

_PAGE = r"(?:\$?\.Page\.Params|\$?\.Params|page|post|frontmatter|frontMatter|entry\.data|post\.data|data|metadata|meta|props)\??\."
_KEY = rf"(?:{_PAGE}(?P<key>[A-Za-z_][\w-]*)|\(?\$?\.Param\s+\"(?P<param>[\w-]+)\"\)?|(?P<bare>[A-Za-z_][\w-]*))"
_VALUE = r"(?:\"(?P<string>[^\"]*)\"|'(?P<single>[^']*)'|(?P<flag>true|false)|(?P<number>\d+))"
_TESTS = (
    (lazily(rf"\(?{_KEY}\)?"), "set"),
    (lazily(rf"{_KEY}\s*={{2,3}}\s*{_VALUE}"), "is"),
    (lazily(rf"eq\s+\(?{_KEY}\)?\s+{_VALUE}"), "is"),
    (lazily(rf"{_KEY}\s*(?:contains|\|>?\s*includes)\s*{_VALUE}"), "is"),
    (lazily(rf"{_KEY}\??\.includes\({_VALUE}\)"), "is"),
    (lazily(rf"in\s+\(?{_KEY}\)?\s+{_VALUE}"), "is"),
    (lazily(r"isset\s+\$?\.(?:Page\.)?Params\s+\"(?P<key>[\w-]+)\"(?P<param>)(?P<bare>)"), "set"),
)
_NOT = lazily(r"(?:not\s+|!\s*)(?P<rest>.*)", re.DOTALL)


def _read_condition(text: str) -> dict[str, object] | None:
    """Return the keys that a condition asks for, or None if it asks for anything else."""
    text = text.strip()
    if text in (".IsPage", "$.IsPage"):
        return {}
    negated = _NOT().fullmatch(text)
    if negated:
        return _negated(_read_condition(negated["rest"].strip(" ()")))
    if " and " in text and " or " not in text:
        parts = [_read_condition(part) for part in text.split(" and ")]
        return None if None in parts else {key: value for part in parts if part for key, value in part.items()}
    for pattern, sort in _TESTS:
        match = pattern().fullmatch(text)
        if match:
            key = match["key"] or match["param"] or match["bare"]
            if key in ("site", "content", "include", "true", "false", "layout"):
                return None
            if sort == "set":
                return {key: True}
            if match["flag"]:
                return {key: match["flag"] == "true"}
            return {key: int(match["number"]) if match["number"] else match["string"] or match["single"] or ""}
    return None


def _negated(keys: dict[str, object] | None) -> dict[str, object] | None:
    if keys is None or len(keys) != 1:
        return None
    ((key, value),) = keys.items()
    return {key: not value} if isinstance(value, bool) else None


def _conditions(text: str) -> Iterator[Condition]:
    """Yield the stretches of a template that depend on something: Liquid's, Nunjucks', Go's and JSX's."""
    stack: list[tuple[int, str, dict[str, object] | None]] = []
    for match in _TAG().finditer(text):
        words = (match["block"] or match["value"] or "").strip(" -\n\t")
        word, _, rest = words.partition(" ")
        is_go = match["block"] is None
        if word in ("if", "unless", "with", "case", "ifchanged") or (is_go and word in ("range", "block", "define")):
            keys: dict[str, object] | None = None
            if word in ("if", "unless", "with"):
                keys = _read_condition(rest.partition(":=")[2] or rest)
                keys = _negated(keys) if word == "unless" else keys
            elif word in ("block", "define"):
                keys = {}
            stack.append((match.end(), words, keys))
        elif word in ("else", "elsif", "elseif", "elif", "when") and stack:
            start, told, keys = stack.pop()
            yield Condition(start, match.start(), keys, told)
            is_plain = word == "else" and not rest and told.startswith(("if ", "with "))
            stack.append((match.end(), f"else of {told}", _negated(keys) if is_plain else None))
        elif (word in ("endif", "endunless", "endcase", "endwith") or (is_go and word == "end")) and stack:
            start, told, keys = stack.pop()
            yield Condition(start, match.start(), keys, told)
    for match in islice(_BRACED_TEST().finditer(text), MAX_PARTS):
        yield Condition(match.end() - 1, _brace_end(text, match.start()), _read_condition(match["test"]), match["test"])


def _brace_end(text: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start, start + 20_000):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.start()
    return start + 20_000


# --- what a template shows --------------------------------------------------------------------------------------------


def shown_in_place(template: Template, site: Site) -> list[Shown]:
    """Return the disclosures that a shortcode, an include or a component shows where a post puts it in."""
    return _merged([_shown(found, "place") for found in islice(_flat(template, site), MAX_PARTS)])


def shown_around(layout: Template, site: Site, *, depth: int = 0) -> list[Shown]:
    """Return the disclosures that a layout, and the layouts around it, show above or below a post."""
    content = _content_of(layout, site)
    shown = []
    for found in islice(_flat(layout, site), MAX_PARTS):
        where: Where = "top" if content is not None and found.at < content else "bottom"
        doubts = () if content is not None else ("whether this stands above or below the post can't be told",)
        shown.append(_shown(replace(found, doubts=(*found.doubts, *doubts)), where))
    parent = _parent(layout, site)
    if parent is not None and depth < MAX_DEPTH:
        shown += shown_around(parent, site, depth=depth + 1)
    return _merged(shown)


class _Found(Struct, frozen=True):
    """A statement, seen from the template that shows it."""

    at: int  # in that template
    source: str
    statement: Statement
    keys: Mapping[str, object]
    doubts: tuple[str, ...]


def _flat(template: Template, site: Site, depth: int = 0) -> Iterator[_Found]:
    for statement in template.statements:
        keys, doubts = _under(template, statement.at)
        yield _Found(statement.at, template.path, statement, keys, (*statement.doubts, *doubts))
    if depth >= MAX_DEPTH:
        return
    for at, name in template.calls:
        called = find_called(name, site)
        if called is None or called.path == template.path:
            continue
        keys, doubts = _under(template, at)
        for found in _flat(called, site, depth + 1):
            yield replace(found, at=at, keys={**keys, **found.keys}, doubts=(*found.doubts, *doubts))


def _under(template: Template, at: int) -> tuple[dict[str, object], tuple[str, ...]]:
    keys: dict[str, object] = {}
    doubts = []
    for condition in template.conditions:
        if condition.start <= at < condition.end:
            if condition.keys is None:
                doubts.append(f"it depends on a condition that only the site knows: {' '.join(condition.text.split())[:SHOWN_WORDS]}")
            else:
                keys |= condition.keys
    return keys, tuple(doubts)


def _shown(found: _Found, where: Where) -> Shown:
    statement = found.statement
    # What depends on a post's own key is about the post.
    doubts = ("this may label a display ad, not the post",) if statement.is_label and not found.keys else ()
    return Shown(
        found.source, statement.line, statement.words, statement.covers, where, found.keys, (*found.doubts, *doubts), statement.is_unclear
    )


def _merged(shown: Sequence[Shown]) -> list[Shown]:
    """Return one disclosure for each place and set of keys: the sure ones, or else a doubtful one; a lower place adds nothing to a higher one."""
    groups: dict[tuple[object, ...], Shown] = {}
    order = {"top": 0, "place": 1, "bottom": 2}
    for item in sorted(shown, key=lambda item: (len(item.doubts), item.is_unclear, order[item.where])):
        keys = tuple(sorted((key, str(value)) for key, value in item.keys.items()))
        higher = [known for (known_keys, _), known in groups.items() if known_keys in ((), keys) and not known.doubts]
        if any(item.covers <= known.covers and (item.doubts or order[known.where] <= order[item.where]) for known in higher):
            continue
        known = groups.get((keys, item.where))
        if known is None:
            groups[keys, item.where] = item
        elif not item.doubts and not item.is_unclear:
            groups[keys, item.where] = replace(known, covers=known.covers | item.covers)
    return list(groups.values())


def _content_of(template: Template, site: Site, depth: int = 0) -> int | None:
    if template.content is not None or depth >= MAX_DEPTH:
        return template.content
    for at, name in template.calls:
        called = find_called(name, site)
        if called is not None and called.path != template.path and _content_of(called, site, depth + 1) is not None:
            return at
    return None


def _parent(layout: Template, site: Site) -> Template | None:
    if layout.parent is not None:
        found = find_layout(layout.parent, site)
        return None if found is None or found.path == layout.path else found
    if layout.stem == "baseof" or "/layouts/" not in f"/{layout.path}" or not layout.path.endswith(".html"):
        return None
    bases = [template for template in site.templates if template.kind == "layout" and template.stem == "baseof"]
    near = [template for template in bases if Path(template.path).parent == Path(layout.path).parent]
    return next(iter(near or bases), None)


def find_called(name: str, site: Site) -> Template | None:
    """Return the shortcode, include or component of a name, as posts and templates call it."""
    wanted = name.removeprefix("./").removeprefix("/")
    wanted = wanted.rpartition(".")[2] if wanted[:1].isupper() else wanted
    return _find(wanted, site, is_layout=False)


def find_layout(value: str, site: Site) -> Template | None:
    """Return the layout that a front matter means by a value: a name, with or without folders and ending, or a path."""
    return _find(re.sub(r"^(?:\.{1,2}/|[~@]/|/)+", "", value), site, is_layout=True)


def _find(wanted: str, site: Site, *, is_layout: bool) -> Template | None:
    last = wanted.rpartition("/")[2]
    known = [
        template
        for stem in dict.fromkeys((last, last.rpartition(".")[0], last.partition(".")[0]))
        for template in site.by_stem.get(stem, ())
        if (template.kind == "layout") is is_layout
    ]
    for ending in (wanted, f"{wanted}.*", f"{wanted}/index.*"):
        for template in known:
            if PurePosixPath(f"/{template.path}").match(f"**/{ending}") or PurePosixPath(template.path).match(ending):
                return template
    return None
