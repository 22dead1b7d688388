"""Find the URLs of a text, and say what a URL shows by itself about an affiliate commission.

Comes in: a text, or one URL. Goes out: `UrlMatch`es, or a `LinkFact`. Nothing is fetched; the facts about networks are
data (`rules/affiliate_links.jsonl`). What a fact means for a post is left to `annotate` and `evaluate`.
"""

from __future__ import annotations

import binascii
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from msgspec import Struct, field

from disclosure_check.errors import RuleError
from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Strength = Literal["strong", "medium", "weak"]
LinkRole = Literal[
    "affiliate",  # belongs to an affiliate or referral program
    "music",  # a music-store, app-store or release link: a commission is possible, and rarely the point
    "opaque",  # a short link that may hide an affiliate link; a strong one (geni.us) nearly always does
    "hub",  # the author's page of links, which may hold affiliate ones
    "platform",  # a short link that its platform makes of every link: shows nothing
    "hint",  # shows nothing alone; with a second signal (an offer, a code) it does
]

_STRENGTHS = ("strong", "medium", "weak")
_ROLES = ("affiliate", "music", "opaque", "hub", "platform", "hint", "ordinary")
_FIELDS = frozenset({"network", "strength", "role", "on", "paths", "params", "unless", "from"})
_MAX_HOPS = 3
_MAX_NEXT = 4  # destinations followed from one URL
_MAX_PARAMS = 100
_MAX_LENGTH = 4096  # characters of a URL in text
_MAX_BRACKETS = 8  # open at the same place of a URL

_URL = lazily(r"(?:([a-z][a-z0-9+.-]*):)?/{2,}([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_OTHER_SCHEME = lazily(r"(?!https?:)[a-z][a-z0-9+-]*:(?!\d)", re.IGNORECASE)
_NESTED_START = lazily(r"(?:https?:)?//[\w%\[-]|www\.", re.IGNORECASE)
_NESTED_IN_PATH = lazily(r"(?<=/)(https?:/.*)", re.IGNORECASE | re.DOTALL)
_DIGITS = lazily(r"\d+")

_DOT = r"(?:\.|\[\.\]|\(\.\)| ?[\[(]dot[\])] ?| dot )"
_SLASH = r"(?:/| ?[\[(](?:/|slash)[\])] ?| slash (?=\w))"
_LABEL = r"[a-z0-9][a-z0-9-]{0,62}+"
_START = lazily(
    rf"(?P<scheme>h(?:tt|xx)ps?(?:\[://\]|\[?:\]?//)(?=[\w\[%]))"
    rf"|(?<![\w@.\-/])(?P<www>www\.(?=[\w-]{{1,63}}\.\w))"
    rf"|(?<![\w@.\-/:=%&])(?P<host>{_LABEL}(?:{_DOT}{_LABEL}){{1,4}})(?:(?P<slash>{_SLASH})|(?=\?\w))",
    re.IGNORECASE,
)
# What the beginning of each URL has: "://", "www.", or the last dot of a host with its label; at most so far behind its start.
_SIGN = lazily(rf"[:.\])dD](?i:\]?//|(?<=www\.)|(?:(?<=\.)|(?<=[\])]) ?|ot[\])]? ?){_LABEL}(?:{_SLASH}|\?\w))")
_MAX_BEFORE_SIGN = 5 * 63 + 5 * 7
# "?url=https://..." and "/web/2020/https://..." are one URL; "amzn.to/3bLnd3rhttps://..." is two.
# Outside the host, a script without spaces (Chinese, Japanese, Thai ...) is the sentence going on.
_RUN = lazily(
    r"(?:[\w-]{1,63}\.){0,6}(?:[!#$%&'()*+,\-./0-9:;=?@A-GI-Z\[\]_a-gi-z~\u00c0-\u02ff\u0370-\u0dff\u1000-\u177f\u1800-\u1fff]++"
    r"|[hH](?:(?<=[=/?&#].)|(?!(?:[tT]{2}|[xX]{2})[pP][sS]?\[?:\]?//)))*+"
)
_NOT_URL = lazily(r"&(?:gt|lt|quot|nbsp|#\d{1,5});|[-_=*~]{4,}")  # entities, and lines drawn with characters
_SPELLED_PATH = lazily(r"[\w-]+(?: slash [\w-]+)*", re.IGNORECASE)
_SPELLED_SLASH = lazily(r" ?[\[(](?:/|slash)[\])] ?| slash ", re.IGNORECASE)
_SPELLED_DOT = lazily(r" ?[\[(](?:\.|dot)[\])] ?| dot ", re.IGNORECASE)
_SCHEME = lazily(r"h(?:tt|xx)p(s?)(?:\[://\]|\[?:\]?//)", re.IGNORECASE)
_GLUED_LABEL = lazily(r"(?<=[A-Za-z0-9_-])[A-Z][a-z]{2,}:+$")
_CAMEL_PAGE = lazily(r"(?<=/)(?:[A-Z][a-z]+)+:+$")  # "/OurStory:" is a page with punctuation, not a glued label
_CLOSERS = {")": "(", "]": "["}


class UrlMatch(NamedTuple):
    """A URL in running text: `[start, end)` in code points of that text, and the URL with its disguises undone."""

    start: int
    end: int
    url: str


class LinkFact(Struct, frozen=True):
    """What a URL shows by itself."""

    network: str  # "Amazon Associates"
    strength: Strength
    role: LinkRole
    host: str  # the host at which it matched, lower case, without port
    via: tuple[str, ...] = ()  # hosts of the redirects before it


class _ParamTest(Struct, frozen=True):
    name: str  # lower case
    operator: Literal["", "=", "!=", "~"]  # any value, one of these values, none of these values, an expression
    values: tuple[str, ...]  # lower case

    def holds(self, found: dict[str, str]) -> bool:
        value = found.get(self.name)
        if value is None:
            return False
        if self.operator == "":
            return True
        value = _unquote(value).lower()
        if self.operator == "~":
            return _matches(self.values[0], value)
        return (value in self.values) == (self.operator == "=")


class _Row(Struct, frozen=True):
    network: str
    strength: Strength
    role: str  # a LinkRole, or "ordinary"
    paths: tuple[str, ...]
    params: tuple[_ParamTest, ...]
    unless: tuple[_ParamTest, ...]

    @property
    def rank(self) -> tuple[int, int]:
        return _ROLES.index(self.role), _STRENGTHS.index(self.strength)


class LinkData(Struct, frozen=True):
    """The facts about links, indexed so that a URL costs a few dict look-ups."""

    hosts: dict[str, tuple[_Row, ...]] = field(default_factory=dict)  # by host suffix, as in the field "on" of the data
    params: dict[str, tuple[_Row, ...]] = field(default_factory=dict)  # rows for any host, by lower-case parameter
    segments: dict[str, tuple[_Row, ...]] = field(default_factory=dict)  # rows for any host, by the first path segment
    destinations: frozenset[str] = frozenset()  # parameters that hold the next URL of a redirect
    ordinary_labels: frozenset[str] = frozenset()  # first labels of a network's own sites
    ordinary_segments: frozenset[str] = frozenset()  # first path segments of a network's own pages
    shapes: dict[str, str] = field(default_factory=dict)  # by host: an expression for the path of a whole link
    bare_domains: frozenset[str] = frozenset()  # top-level domains of hosts that are URLs without "http"
    spelled_domains: frozenset[str] = frozenset()  # those of them that are no English words
    labels: tuple[str, ...] = ()  # words that, with a colon, people put before a link
    openers: tuple[str, ...] = ()  # words with which a call to action begins


NO_LINK_DATA = LinkData()
_LISTS = ("destinations", "ordinary_labels", "ordinary_segments", "bare_domains", "spelled_domains", "labels", "openers")


class _Parts(NamedTuple):
    host: str
    path: str
    params: dict[str, str]  # lower-case name -> first value that isn't empty, still encoded
    query: str


def load_link_data(path: Path, base: LinkData = NO_LINK_DATA) -> LinkData:
    """Return the facts of a JSON Lines file, whose first row says what the fields mean, added to those of `base`.

    Raises RuleError if the file can't be read or a row is not of that form.
    """
    data = LinkData(dict(base.hosts), dict(base.params), dict(base.segments), shapes=dict(base.shapes))
    lists: dict[str, Any] = {name: getattr(base, name) for name in _LISTS}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: the facts about links can't be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            for name, values in _add_row(row, data).items():
                lists[name] = lists[name] | values if isinstance(values, frozenset) else (*lists[name], *values)
        except (ValueError, TypeError, KeyError, AttributeError, re.error) as error:
            raise RuleError(f"{path}:{number}: this row is not a fact about links: {error}") from error
    return LinkData(data.hosts, data.params, data.segments, shapes=data.shapes, **lists)


def classify_url(url: str, data: LinkData) -> LinkFact | None:
    """Return the most telling fact about `url` or about the URLs nested in it, or None.

    A role of affiliate tells more than music, opaque, hub, platform and hint, in this order; then the strength decides.
    Any string is accepted.
    """
    best: tuple[int, int] | None = None
    fact: LinkFact | None = None
    pending: list[tuple[str, tuple[str, ...]]] = [(url, ())]
    for _ in range(_MAX_HOPS + 1):
        following: list[tuple[str, tuple[str, ...]]] = []
        for current, via in pending:
            parts = _split(current)
            if parts is None:
                continue
            rows = list(_matching_rows(parts, data))
            if any(row.role == "ordinary" for row in rows):
                continue
            for row in rows:
                if best is None or row.rank < best:
                    best = row.rank
                    fact = LinkFact(row.network, row.strength, cast("LinkRole", row.role), parts.host, via)
            if best == (0, 0):
                return fact
            hops = (*via, parts.host) if parts.host else via
            following += [(nested, hops) for nested in _nested(current, parts, data)]
        if not following:
            break
        pending = following[:_MAX_NEXT]
    return fact


def _unquote(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote  # slow to import, and most posts have no percent sign

    return unquote(text)


def find_urls(text: str, data: LinkData = NO_LINK_DATA) -> list[UrlMatch]:
    """Return the URLs of running text in order, without overlaps.

    Found are `http://...`, `www....`, a host with a path ("amzn.to/3bLnd3r") if it ends in a usual domain or `data`
    knows it, and what was written to hide one of these ("hxxps://amzn[.]to/x", "amzn dot to slash x"). A URL ends at
    its last character that isn't punctuation of the sentence, where the next URL begins, or, if lost line breaks have
    glued a label to it, where the shape of its host's links (in `data`) or a capitalized "Label:" says so.
    """
    found: list[UrlMatch] = []
    at = 0
    while (sign := _SIGN().search(text, at)) is not None:
        start = _START().search(text, max(at, sign.start() - _MAX_BEFORE_SIGN))
        if start is None:
            break
        at = start.end()
        if start["host"] is not None:
            match = _bare_url(text, start, data)
        else:
            end = _end(text, start.start(), start.end(), data)
            match = UrlMatch(start.start(), end, _repair(text[start.start() : end])) if end > start.end() else None
        if match is not None:
            found.append(match)
            at = match.end
    return found


def _bare_url(text: str, start: re.Match[str], data: LinkData) -> UrlMatch | None:
    host = _SPELLED_DOT().sub(".", start["host"]).lower()
    spelled = " " in start["host"]
    known = any(key in data.hosts for key in _suffixes(host))
    if not known and host.rpartition(".")[2] not in (data.spelled_domains if spelled else data.bare_domains):
        return None
    if start["slash"] is not None and start["slash"].lower() == " slash ":
        path = _SPELLED_PATH().match(text, start.end())
        end = path.end() if path else start.end()
    else:
        end = _end(text, start.start(), start.end(), data)
    if end <= start.end():
        return None
    return UrlMatch(start.start(), end, _repair(text[start.start() : end]))


def _end(text: str, start: int, body: int, data: LinkData) -> int:
    """Return where the URL ends that begins at `start` and whose scheme, "www." or host ends at `body`."""
    run = _RUN().match(text, body, body + _MAX_LENGTH)
    end = run.end() if run else body
    if other := _NOT_URL().search(text, body, end):
        end = other.start()
    end = _cut_at_shape(text, start, end, data)
    end = _cut_at_label(text, body, end, data)
    end = _cut_at_bracket(text, body, end)
    emphasis = text[start - 1] if start and text[start - 1] in "_~" else ""
    while end > body and (text[end - 1] in ".,:;!?'*&(" or text[end - 1] == emphasis):
        end -= 1
    return end - 2 if text.endswith("'s", body, end) else end


def _cut_at_shape(text: str, start: int, end: int, data: LinkData) -> int:
    url = text[start : min(end, start + 300)]
    scheme = _SCHEME().match(url)
    at = scheme.end() if scheme else 0
    host, slash, _ = url[at:].partition("/")
    if not slash:
        return end
    for key in _suffixes(_SPELLED_DOT().sub(".", host).lower()):
        if shape := data.shapes.get(key):
            whole = re.compile(shape).match(text, start + at + len(host) + 1, end)
            return whole.end() if whole and text[whole.end() : whole.end() + 1] not in ("?", "/", "&") else end
    return end


def _cut_at_label(text: str, start: int, end: int, data: LinkData) -> int:
    """Return `end`, or where a label or sentence begins that a lost line break has glued to the URL.

    "youtu.be/AbCdEfGhIjKInstagram: https://..." and "brand.example/shopUse code SAM10" are such.
    """
    if text.endswith(":", start, end):
        label_end = end
        while label_end > start and text[label_end - 1] == ":":
            label_end -= 1
        if text.endswith(data.labels, start, label_end):
            longest = max((label for label in data.labels if text.endswith(label, start, label_end)), key=len)
            return label_end - len(longest) if label_end - len(longest) > start else end
        if not _CAMEL_PAGE().search(text, max(start, end - 60), end):
            glued = _GLUED_LABEL().search(text, max(start, end - 60), end)
            return glued.start() if glued else end
    elif text[end : end + 1].isspace() and text.endswith(data.openers, start, end):
        at = end - max(len(word) for word in data.openers if text.endswith(word, start, end))
        if at > start and (text[at - 1].islower() or text[at - 1].isdigit()):
            return at
    return end


def _cut_at_bracket(text: str, start: int, end: int) -> int:
    """Return `end`, or the place of the first bracket that has no partner in the URL."""
    open_brackets: list[tuple[str, int]] = []
    for at in range(start, end):
        character = text[at]
        if character in "([":
            open_brackets.append((character, at))
            if len(open_brackets) > _MAX_BRACKETS:
                break
        elif character in _CLOSERS and (not open_brackets or open_brackets.pop()[0] != _CLOSERS[character]):
            return at
    return open_brackets[0][1] if open_brackets else end


def _repair(url: str) -> str:
    """Undo what was written to hide a URL: "hxxps[:]//amzn[.]to/x" is "https://amzn.to/x"."""
    scheme = _SCHEME().match(url)
    if scheme and scheme[0].lower() not in ("http://", "https://"):
        url = f"http{scheme[1].lower()}://{url[scheme.end() :]}"
    if "[" in url or "(" in url or " " in url:
        url = _SPELLED_SLASH().sub("/", _SPELLED_DOT().sub(".", url))
    return url


def _add_row(row: dict[str, Any], data: LinkData) -> dict[str, Any]:
    """Index one row; return the lists that it defines, by the name of their field in `LinkData`."""
    if "about" in row:
        return {}
    if "destinations" in row:
        return {"destinations": frozenset(row["destinations"])}
    if "ordinary" in row:
        return {f"ordinary_{kind}": frozenset(row["ordinary"][kind]) for kind in ("labels", "segments")}
    if "domains" in row:
        return {f"{kind}_domains": frozenset(row["domains"][kind]) for kind in ("bare", "spelled")}
    if "glued" in row:
        return {kind: tuple(row["glued"][kind]) for kind in ("labels", "openers")}
    if "shape" in row:
        re.compile(row["shape"])
        data.shapes.update(dict.fromkeys(row["on"], row["shape"]))
        return {}
    if unknown := row.keys() - _FIELDS:
        raise ValueError(f'"{min(unknown)}" is not one of {", ".join(sorted(_FIELDS))}')
    fact = _row(row)
    keys: list[tuple[dict[str, tuple[_Row, ...]], str]]
    if hosts := row.get("on"):
        keys = [(data.hosts, host) for host in hosts]
    elif fact.params:
        keys = [(data.params, test.name) for test in fact.params]
    else:
        keys = [(data.segments, re.split(r"[^a-z0-9_-]", path[1:])[0]) for path in fact.paths]
    for index, key in keys:
        if fact not in index.get(key, ()):
            index[key] = (*index.get(key, ()), fact)
    return {}


def _row(row: dict[str, Any]) -> _Row:
    strength, role = row["strength"], row.get("role", "affiliate")
    if strength not in _STRENGTHS:
        raise ValueError(f'strength "{strength}" is not one of {", ".join(_STRENGTHS)}')
    if role not in _ROLES:
        raise ValueError(f'role "{role}" is not one of {", ".join(_ROLES)}')
    if not (row.get("on") or row.get("params") or row.get("paths")):
        raise ValueError("a row needs on, paths or params")
    return _Row(
        network=row["network"],
        strength=strength,
        role=role,
        paths=tuple(row.get("paths", ())),
        params=tuple(map(_param_test, row.get("params", ()))),
        unless=tuple(map(_param_test, row.get("unless", ()))),
    )


def _param_test(text: str) -> _ParamTest:
    for operator in ("!=", "~", "="):
        name, found, value = text.partition(operator)
        if found:
            values = (value,) if operator == "~" else tuple(value.lower().split(","))
            return _ParamTest(name.lower(), cast("Any", operator), values)
    return _ParamTest(text.lower(), "", ())


def _split(url: str) -> _Parts | None:
    """Take a URL apart the way a browser does, which is kinder than a parser of the standard; None for other schemes."""
    url = url.strip()
    if "\\" in url or "\n" in url or "\t" in url or "\r" in url:
        url = url.replace("\\", "/").replace("\n", "").replace("\t", "").replace("\r", "")
    if (match := _URL().match(url)) is None:
        if url[:1] in "/?#.":
            match = _URL().match("//." + url)  # relative to a site that we don't know
        elif not _OTHER_SCHEME().match(url):
            match = _URL().match("//" + url)
        if match is None:
            return None
    scheme, authority, path, query, fragment = match.groups("")
    if scheme and scheme.lower() not in ("http", "https"):
        return None
    return _Parts(_host(authority), path, _params(query, fragment), query)


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2]
    if "%" in host:
        host = _unquote(host)
    if not host.startswith("["):
        host = host.partition(":")[0]
    if not host.isascii():
        host = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    return host.rstrip(".").lower()


def _params(query: str, fragment: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in (query, fragment.rpartition("?")[2]):
        if "=" not in text:
            continue
        # ";" is the old separator, and splits "&amp;tag=x" that nobody decoded.
        for pair in text.replace(";", "&").split("&", _MAX_PARAMS):
            name, _, value = pair.partition("=")
            if value:
                found.setdefault((_unquote(name) if "%" in name else name).lower(), value)
    return found


def _matching_rows(parts: _Parts, data: LinkData) -> Iterator[_Row]:
    path = _unquote(parts.path) if "%" in parts.path else parts.path
    segment = path[1:].partition("/")[0].lower()
    for key in _suffixes(parts.host):
        for row in data.hosts.get(key, ()):
            if row.paths or row.params:
                if _holds(row, path, parts.params):
                    yield row
            elif row.role == "ordinary" or _leads_somewhere(parts, segment, data):
                yield row
    for name in parts.params:
        for row in data.params.get(name, ()):
            if _holds(row, path, parts.params):
                yield row
    for row in data.segments.get(segment, ()):
        if _holds(row, path, parts.params):
            yield row


def _leads_somewhere(parts: _Parts, segment: str, data: LinkData) -> bool:
    """Say whether a URL at a network's host is a link of its users, not the network's home page, help or blog."""
    if segment in data.ordinary_segments or parts.host.partition(".")[0] in data.ordinary_labels:
        return False
    return bool(segment) or any(not name.startswith("utm_") for name in parts.params)


def _holds(row: _Row, path: str, params: dict[str, str]) -> bool:
    return (
        (not row.paths or any(_matches(expression, path) for expression in row.paths))
        and (not row.params or any(test.holds(params) for test in row.params))
        and not any(test.holds(params) for test in row.unless)
    )


def _matches(expression: str, text: str) -> bool:
    try:  # compiled when it is first needed, so a wrong one shows here
        return re.match(expression, text, re.IGNORECASE) is not None
    except re.error as error:
        raise RuleError(f'the facts about links have "{expression}", which is not a regular expression: {error}') from error


def _suffixes(host: str) -> Iterator[str]:
    """Yield the keys under which a host may stand: its suffixes, "*.", ".*" and "#" as in the field "on" of the data."""
    labels = host.split(".")[-6:]
    country = _public_suffix_length(labels)
    for at in range(len(labels) - 1):
        suffix = ".".join(labels[at:])
        yield suffix
        if at and labels[:at] != ["www"]:
            yield "*." + suffix
        if at + country < len(labels):
            yield ".".join(labels[at : len(labels) - country]) + ".*"
        if suffix[1:2].isdigit():
            yield _DIGITS().sub("#", suffix)


def _public_suffix_length(labels: list[str]) -> int:
    """Return how many labels a country's or general suffix takes ("com", "de", "co.uk", "com.au"); a large number if none."""
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com"):
        return 2
    return 1 if len(labels[-1]) == 2 or labels[-1] == "com" else len(labels)


def _nested(url: str, parts: _Parts, data: LinkData) -> list[str]:
    """Return the URLs that a redirect would go to: in a parameter, as the whole query, or in the path."""
    found = []
    for name, value in parts.params.items():
        if name in data.destinations and (nested := _destination(value)):
            if nested is value and (at := parts.query.find(value)) >= 0:
                nested = parts.query[at:]  # not encoded, so the parameters behind it are its own
            found.append(nested)
    if not found and parts.query and (nested := _destination(parts.query)):
        found.append(nested)
    if not found and "http" in parts.path:
        plain = _NESTED_IN_PATH().search(url, len(parts.host))
        if in_path := plain or _NESTED_IN_PATH().search(_unquote(parts.path)):
            found.append(in_path[1])
    return found[:_MAX_NEXT]


def _destination(value: str) -> str | None:
    """Return the URL that a parameter's value is, plain, encoded once or twice, or in base64."""
    for _ in range(3):
        if _NESTED_START().match(value):
            return value
        if "%" not in value:
            break
        value = _unquote(value)
    if value.startswith("aHR0c"):  # "http"
        text = value.replace("-", "+").replace("_", "/")
        try:
            return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
        except ValueError:
            return None
    return None
