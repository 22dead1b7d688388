"""Look at a content repository: its generator, its posts, and the keys, tags, layouts and folders that look like facts.

Comes in: a folder. Goes out: a `Survey`. What is only likely is marked so; what a template shows is read by `layouts`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from disclosure_check.model import Post
    from disclosure_check.rulebook import Rulebook

# In this order: a repository that builds its pages with Astro may still hold the file of its old generator.
GENERATORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Docusaurus", ("docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs", "docusaurus.config.cjs")),
    ("Gatsby", ("gatsby-config.js", "gatsby-config.ts", "gatsby-config.mjs")),
    ("Astro", ("astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.cjs")),
    ("Eleventy", (".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts")),
    ("Next", ("next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs")),
    ("Hugo", ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default")),
    ("Jekyll", ("_config.yml", "_config.yaml", "_config.toml")),
)
_HUGO_CONFIGS = ("config.toml", "config.yaml", "config.yml", "config.json")  # other tools have files of these names
_HUGO_FOLDERS = ("content", "archetypes", "layouts", "themes")

# Folders of templates, of what a build makes, of data: nothing in them is a post.
_NEVER = frozenset(
    {
        "_data", "_includes", "_layouts", "_plugins", "_sass", "_site", "bower_components", "node_modules", "scripts", "test", "tests",
        "vendor", "shortcodes", "partials", "__tests__",
    }
)  # fmt: skip
_NEVER_ON_TOP = frozenset(
    {"archetypes", "bin", "build", "dist", "exampleSite", "i18n", "layouts", "out", "resources", "templates", "themes", "tools"}
)
_FILES_AS_THEY_ARE = frozenset({"assets", "css", "js", "public", "static"})  # on top; a text in them is a post if it has a title
_CONTENT = frozenset({"_drafts", "_posts", "articles", "blog", "content", "docs", "newsletter", "newsletters", "pages", "posts"})
_DEEPER = frozenset({"app", "apps", "packages", "site", "src", "web", "website", "www"})  # what is in them has more telling names
_META = lazily(
    r"(?:readme|license|licence|contributing|changelog|changes|code_of_conduct|security|authors|contributors|notice|copyright|todo|claude|agents|gemini"
    r"|robots|humans|ads|app-ads|llms|llms-full|requirements[\w-]*|cname|spec|prd|pull_request_template|issue_template|404)(?:\.[a-z-]+)*\.(?:md|markdown|mdx|txt|rst|adoc|html?)",
    re.IGNORECASE,
)
PROSE = frozenset({".md", ".markdown", ".mdx", ".html", ".htm", ".txt", ".rst", ".adoc", ".asciidoc"})
TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
_TEXT_COLUMN = lazily(r"(?:^|[,;\t\"{])\s*\"?text\"?\s*(?:[,;\t:]|$)", re.IGNORECASE)
_TEMPLATE_TAG = lazily(r"\{%|\{\{")

# What keys say by their names, without case, "_" and "-"; "?" is said with a doubt.
_KEYS: tuple[tuple[str, str, str], ...] = (
    (
        r"(?:is|has)?sponsored(?:post|content|by)?|sponsor(?:s|ship|name)?|advertorial|paid(?:partnership|post|content|promotion)|paidby",
        "paid",
        "",
    ),
    (r"(?:is)?(?:ad|advert|advertisement)|paid|promoted|promo|partner(?:s|ship|post)?|(?:is)?collab(?:oration)?|brand(?:ed)?", "paid", "?"),
    (r"(?:has|is|contains|uses|show)?affiliates?(?:links?|disclosure|disclaimer|notice)?", "affiliate", ""),
    (r"(?:show|has)?(?:disclosure|disclaimer)s?", "affiliate", "?"),
    (r"(?:is|was)?gifted|(?:pr|press|review)(?:sample|copy)|freesample", "gift", ""),
    (r"gift|sample|arc|freebie", "gift", "?"),
    (r"(?:press|review)?loan(?:ed|er)?", "loan", "?"),
    (r"(?:press|sponsored)trip", "travel", ""),
    (r"(?:is|was)?hosted", "travel", "?"),
    (r"(?:discount|coupon|promo)codes?", "discount", "?"),
)
# What tags, categories, layouts and folders say.
_VALUES: tuple[tuple[str, str, str], ...] = (
    (
        r"sponsored(?:posts?|content|articles?|reviews?)?|advertorials?|paid(?:posts?|partnerships?|content|promotion)|brandedcontent|partnercontent",
        "paid",
        "",
    ),
    (
        r"ads?|advert(?:isement|ising)?s?|sponsors?|sponsorships?|partners?(?:posts?)?|partnerships?|collabs?|collaborations?|promoted",
        "paid",
        "?",
    ),
    (r"affiliatelinks?|containsaffiliatelinks", "affiliate", ""),
    (r"affiliates?", "affiliate", "?"),
    (r"gifted|prsamples?|presssamples?|reviewcop(?:y|ies)", "gift", ""),
    (r"presstrips?|sponsoredtravel", "travel", ""),
    (r"pressloans?", "loan", ""),
)
_LISTS = (
    "tags",
    "tag",
    "categories",
    "category",
    "keywords",
    "topics",
    "labels",
    "type",
    "kind",
    "post_type",
    "postType",
    "layout",
    "template",
)
_NO = frozenset({"", "false", "no", "none", "null", "0", "n/a", "-"})
_FLAG_WORDS = frozenset({"true", "yes", "y", "1", "on"})
_SAME = lazily(r"[\s_-]+")
ANY = True  # of a key: any value but an empty one
ENOUGH = 0.5  # of the posts with a doubtful "affiliate" that hold an affiliate link make it a fact


class Page(Struct, frozen=True):
    """What is kept of a post."""

    path: str  # from the folder
    keys: Mapping[str, object]
    links: int  # of affiliate programs
    includes: tuple[str, ...]


class FactSeen(Struct, frozen=True):
    """A key, a value or a folder that looks like a connection of the posts that have it."""

    key: str  # "" for a folder
    value: object  # True, or the value of the key; of a folder, its path
    connection: str
    posts: int
    with_links: int  # of them, with affiliate links
    is_sure: bool
    shown: str  # values seen, for people
    brand_key: str | None = None


class LeftOut(Struct, frozen=True):
    """A glob for files that a check would read in vain, and why."""

    path: str  # of a file, or, with a slash at its end, of a folder
    why: str

    @property
    def glob(self) -> str:
        return f"/{_escaped(self.path)}"


class Survey(Struct, frozen=True):
    """What a repository holds."""

    generator: str | None
    generator_file: str | None
    pages: tuple[Page, ...]
    folders: Mapping[str, int]  # posts by the folder that a check names, most first; "." are those beside it
    facts: tuple[FactSeen, ...]
    layouts: Mapping[str, int]  # posts by their layout
    includes: Mapping[str, int]  # posts by what they include
    networks: Mapping[str, int]  # affiliate links by program
    left_out: tuple[LeftOut, ...]
    failures: tuple[str, ...]  # what could not be read, one sentence each
    other_files: Mapping[str, int] = field(default_factory=dict)  # collections and transcripts, by ending

    @property
    def links(self) -> int:
        return sum(page.links for page in self.pages)


def survey(root: Path, rulebook: Rulebook, shown_root: str) -> Survey:
    """Return what the repository in a folder holds; `shown_root` is the folder as the user wrote it, for messages."""
    from disclosure_check.readers.files import ReadFailure, find_files, read_paths

    generator, config = find_generator(root)
    site = site_folder(config)
    pages: list[Page] = []
    networks: Counter[str] = Counter()
    failures: list[str] = []
    files: dict[str, str] = {}  # each that a check would read: why not, or ""
    others: Counter[str] = Counter()
    for name in find_files(shown_root):
        if isinstance(name, ReadFailure):
            failures.append(name.message)
            continue
        path = PurePosixPath(name if shown_root == "." else name.removeprefix(shown_root.rstrip("/") + "/"))
        in_site = PurePosixPath(str(path).removeprefix(site))
        why = _why_not(in_site, root / path, generator)
        if not why and path.suffix.lower() in PROSE:
            for post in read_paths([name]):
                if isinstance(post, ReadFailure):
                    why = "empty" if "there is no text in it" in post.message else ""
                    failures += [] if why else [post.message]
                elif _is_post(post, in_site, generator):
                    why = "in another language" if not (post.lang or "en").lower().startswith("en") else ""
                    if not why:
                        pages.append(_page(post, str(path), rulebook, networks, failures))
                else:
                    why = "no post of the site"
        elif not why:
            others[path.suffix.lower()] += 1
        files[str(path)] = why
    folders = _folders(site, pages, [path for path, why in files.items() if not why and PurePosixPath(path).suffix.lower() not in PROSE])
    return Survey(
        generator,
        config,
        tuple(pages),
        folders,
        tuple(_facts(pages)),
        Counter(str(page.keys["layout"]) for page in pages if isinstance(page.keys.get("layout"), str) and page.keys["layout"]),
        Counter(name for page in pages for name in dict.fromkeys(page.includes)),
        networks,
        tuple(_left_out(files)),
        tuple(failures),
        others,
    )


def find_generator(root: Path) -> tuple[str | None, str | None]:
    """Return the name of the site generator, and the file that shows it, in the folder or in one directly within."""
    found = _generator_in(root)
    if found[0] is None:
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and not folder.name.startswith(".") and folder.name not in _NEVER:
                name, file = _generator_in(folder)
                if name is not None:
                    return name, f"{folder.name}/{file}"
    return found


def _generator_in(root: Path) -> tuple[str | None, str | None]:
    for name, files in GENERATORS:
        for file in files:
            if (root / file).exists():
                return name, file
    for file in _HUGO_CONFIGS:
        if (root / file).is_file() and any((root / folder).is_dir() for folder in _HUGO_FOLDERS):
            return "Hugo", file
    return None, None


def _why_not(path: PurePosixPath, file: Path, generator: str | None) -> str:
    """Return why a file that a check would read is no post, or ""; `path` counts from the site's folder, if it lies in it."""
    folders = path.parts[:-1]
    if set(folders) & _NEVER or (folders and folders[0] in _NEVER_ON_TOP and generator is not None):
        return "templates, data or output"
    if _META().fullmatch(path.name) and (not folders or path.stem.lower() == "readme"):
        return "about the repository"
    if path.suffix.lower() in TABLES:
        try:
            with file.open("rb") as stream:
                head = stream.readline(4096).decode("utf-8-sig", errors="replace")
        except OSError:
            return ""
        return "" if _TEXT_COLUMN().search(head) else "a table without a column `text`"
    return ""


def _is_post(post: Post, path: PurePosixPath, generator: str | None) -> bool:
    """Return whether a text is one of the site's posts and pages."""
    if path.parts[0] in _FILES_AS_THEY_ARE and generator is not None:
        return "title" in post.keys
    in_content = bool(set(path.parts[:-1]) & _CONTENT)
    if path.suffix.lower() in (".html", ".htm") and generator is not None:
        return in_content and bool(post.keys) and not _TEMPLATE_TAG().search(post.text, post.body_start)
    return generator is None or in_content or bool(post.keys)


def _page(post: Post, path: str, rulebook: Rulebook, networks: Counter[str], failures: list[str]) -> Page:
    from disclosure_check.errors import DisclosureCheckError
    from disclosure_check.links import classify_url, find_urls
    from disclosure_check.normalize import normalize
    from disclosure_check.readers.markup import parse

    try:
        markup = parse(post)
    except DisclosureCheckError as error:
        failures.append(f"{post.path}: {error}")
        return Page(path, post.keys, 0, ())
    data = rulebook.links()
    links = (*markup.links, *normalize(markup.pieces, lambda text: find_urls(text, data)).links)
    facts = [fact for link in links if (fact := classify_url(link.url, data)) and fact.role == "affiliate" and fact.strength != "weak"]
    networks.update(fact.network for fact in facts)
    return Page(path, post.keys, len(facts), tuple(include.name for include in markup.includes))


def site_folder(generator_file: str | None) -> str:
    """Return the folder of the site, with a slash, or "" where it is the one that was looked at."""
    folder = (generator_file or "").removesuffix("config/_default").rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _folders(site: str, pages: Iterable[Page], others: Iterable[str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for path in (*(page.path for page in pages), *others):
        inside = site if path.startswith(site) else ""
        folder = _folder(PurePosixPath(path.removeprefix(inside)))
        counts[f"{inside}{folder}" if folder != "." else inside.rstrip("/") or "."] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _folder(path: PurePosixPath) -> str:
    """Return the folder to check for the sake of a post: the topmost one with a telling name."""
    parts = path.parts[:-1]
    deep = 0
    while deep < len(parts) - 1 and parts[deep] in _DEEPER:
        deep += 1
    return "/".join(parts[: deep + 1]) or "."


# --- facts ------------------------------------------------------------------------------------------------------------


def _facts(pages: list[Page]) -> Iterator[FactSeen]:
    """Yield what looks like a connection: keys, then values, then folders, each by its name."""
    yield from _key_facts(pages)
    having: dict[tuple[str, str, str, str], list[Page]] = defaultdict(list)
    for page in pages:
        for key in _LISTS:
            for item in _items(page.keys.get(key)):
                if isinstance(item, str) and (meant := _meaning(item, _VALUES)):
                    having[key, item.casefold(), *meant].append(page)
    for (key, value, connection, doubt), found in sorted(having.items()):
        yield _fact(key, value, connection, found, doubt, "")
    inside: dict[tuple[str, str, str], list[Page]] = defaultdict(list)
    for page in pages:
        parts = PurePosixPath(page.path).parts[:-1]
        for depth, part in enumerate(parts):
            if meant := _meaning(part.lstrip("_"), _VALUES):
                inside["/".join(parts[: depth + 1]), *meant].append(page)
                break
    for (folder, connection, doubt), found in sorted(inside.items()):
        yield _fact("", folder, connection, found, doubt, "")


def _key_facts(pages: list[Page]) -> Iterator[FactSeen]:
    having: dict[tuple[str, str, str], list[tuple[Page, object]]] = defaultdict(list)
    for page in pages:
        for key, value in _flat_keys(page.keys):
            if meant := _meaning(key.rpartition(".")[2], _KEYS):
                having[key, *meant].append((page, value))
    for (key, connection, doubt), found in sorted(having.items()):
        values = [value for _, value in found]
        on = [(page, value) for page, value in found if not _is_off(value)]
        if not on:
            continue
        # A word such as "no" is a value to the reader of the key, who only knows of empty ones and of false.
        off_words = any(isinstance(value, str) and _is_off(value) and value.strip() for value in values)
        shown = ", ".join(f"{_plain(value)}" for value, _ in Counter(_plain(value) for value in values).most_common(4))
        brand_key = _brand_key(key, [value for _, value in on]) if connection == "paid" else None
        yield _fact(key, ANY, connection, [page for page, _ in on], doubt or ("?" if off_words else ""), shown, brand_key)


def _flat_keys(keys: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in keys.items():
        if key == "disclosure" and isinstance(value, dict):  # ours
            continue
        yield key, value
        if isinstance(value, dict) and key in ("params", "extra", "meta", "data"):
            yield from ((f"{key}.{inner}", item) for inner, item in value.items())


def _fact(key: str, value: object, connection: str, pages: list[Page], doubt: str, shown: str, brand_key: str | None = None) -> FactSeen:
    with_links = sum(1 for page in pages if page.links)
    is_sure = not doubt or (connection == "affiliate" and with_links >= ENOUGH * len(pages))
    return FactSeen(key, value, connection, len(pages), with_links, is_sure, shown, brand_key)


def _meaning(name: str, known: tuple[tuple[str, str, str], ...]) -> tuple[str, str] | None:
    folded = _SAME().sub("", name[:60]).casefold()
    return next(((connection, doubt) for pattern, connection, doubt in known if re.fullmatch(pattern, folded)), None)


def _items(value: object) -> list[object]:
    """Return the values of a key; Jekyll's tags may be words in a row."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _is_off(value: object) -> bool:
    return value in (None, False, 0, [], {}) or (isinstance(value, str) and value.strip().casefold() in _NO)


def _plain(value: object) -> str:
    shown = (
        "a table"
        if isinstance(value, dict)
        else "a list"
        if isinstance(value, list)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    return " ".join(shown.split())[:40] or "nothing"


def _brand_key(key: str, values: list[object]) -> str | None:
    """Return the key that names the brand, if these values are names."""
    if all(isinstance(value, dict) and isinstance(value.get("name"), str) for value in values):
        return f"{key}.name"
    names = [
        value
        for value in values
        if isinstance(value, str) and value.casefold() not in _FLAG_WORDS and "://" not in value and len(value) < 60
    ]
    return key if names and len(names) == len(values) else None


# --- what to leave out ------------------------------------------------------------------------------------------------


def _left_out(files: Mapping[str, str]) -> Iterator[LeftOut]:
    """Yield globs for the files that are no posts: whole folders where nothing else is in them, else the files."""
    wanted: set[str] = set()
    for path, why in files.items():
        if not why:
            wanted.update(str(folder) for folder in PurePosixPath(path).parents)
    reasons: dict[str, set[str]] = {}
    for path, why in files.items():
        if why:
            around = [str(folder) for folder in reversed(PurePosixPath(path).parents) if str(folder) != "."]
            whole = next((folder for folder in around if folder not in wanted), None)
            reasons.setdefault(f"{whole}/" if whole else path, set()).add(why)
    for path, whys in sorted(reasons.items()):
        yield LeftOut(path, ", ".join(sorted(whys)))


def _escaped(path: str) -> str:
    return re.sub(r"([\\*?\[\]!#])", r"\\\1", path)
