"""A brand's approved claims, and how a claim of a post stands to them.

Comes in: `substantiation.toml`, then the words of a claim with its sentence and post. Goes out: a `Judgement`, and the
faults of the evidence files. How two wordings are compared is left to `claim_matching`. "Today" is the caller's.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from disclosure_check.claim_matching import (
    Allowed,
    Claim,
    Comparison,
    compare,
    compare_pattern,
    content_keys,
    find_claims,
    fold,
    name_pattern,
    single_figure,
    states,
    tag_endings,
    take_apart,
)
from disclosure_check.errors import ConfigError
from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import regex

Status = Literal["backed", "expired", "qualifier-missing", "figure-differs", "stronger-than-approved", "other-product", "not-on-file"]
# From the best to the worst: of several approved claims, the one counts that a post comes nearest to.
STATUSES: tuple[Status, ...] = (
    "backed",
    "expired",
    "qualifier-missing",
    "figure-differs",
    "stronger-than-approved",
    "other-product",
    "not-on-file",
)
PATTERN_SECONDS = 1.0  # the longest time that an approved pattern may take for a sentence


class ProofDocument(Struct, frozen=True):
    """A document that proves a claim."""

    title: str
    kind: str  # the kind of study, in the brand's words
    url: str | None
    path: str | None  # from the folder of the substantiation file
    sha256: str | None  # lower case; stands with a path
    date: dt.date
    expires: dt.date | None  # the last day on which it counts
    reviewer: str
    line: int = 1  # of its path, or where it begins, in the substantiation file


class Qualifier(Struct, frozen=True):
    """Words without which a claim isn't approved."""

    words: str
    anywhere: bool = False  # in the post; else in the claim's sentence or the next


class ApprovedClaim(Struct, frozen=True):
    """A claim that a brand has approved, with its proof."""

    id: str
    brand: str
    product: str  # "" for everything of the brand
    wordings: tuple[str, ...]
    pattern: str | None  # a regular expression over the folded sentence
    figures: tuple[str, ...]  # figures that a post may add to the wordings
    qualifiers: tuple[Qualifier, ...]
    evidence: tuple[ProofDocument, ...]
    line: int = 1  # of its pattern, or where it begins, in the substantiation file


class Substantiation(Struct, frozen=True, eq=False):
    """A substantiation file, ready to judge claims by."""

    path: Path
    claims: tuple[ApprovedClaim, ...]
    today: dt.date
    wordings: tuple[tuple[str, tuple[int, ...]], ...]  # each once, with the claims that approve it
    index: Mapping[str, tuple[int, ...]]  # wordings by the rarest stem of each
    patterns: tuple[int, ...]  # claims with a pattern
    names: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # brands and products by their first word


class Fault(Struct, frozen=True):
    """An evidence file that isn't what the substantiation file says."""

    kind: Literal["missing", "altered"]
    claim: str  # id
    path: str  # as written
    line: int  # of the path in the substantiation file


class Judgement(Struct, frozen=True):
    """How a claim of a post stands to the approved claims."""

    status: Status
    claim: ApprovedClaim | None  # the approved claim that it is nearest to
    note: str  # one short sentence for a person


NOT_ON_FILE = Judgement("not-on-file", None, "no approved claim says this")


def load_substantiation(path: Path, today: dt.date) -> Substantiation:
    """Return the approved claims of a file, to be judged as of `today`.

    Raises ConfigError with path, line and remedy for a file that can't be read or that says something impossible.
    """
    text = _read(path)
    data = _parse(path, text)
    lines = _Lines(text)
    for place, problem in _problems(data):
        raise ConfigError(f"{path}:{lines.of(*place)}: {problem}")
    tables = data.get("claims", [])
    for place, problem in _impossible(tables, path.parent, today, lines):
        raise ConfigError(f"{path}:{lines.of(*place)}: {problem}")
    claims = tuple(_claim(table, number, lines) for number, table in enumerate(tables))
    return _indexed(path, claims, today)


def faults(substantiation: Substantiation) -> list[Fault]:
    """Return the evidence files that are missing or whose SHA-256 sum is another, in the order of the file."""
    found = []
    sums: dict[str, str | None] = {}
    for claim in substantiation.claims:
        for document in claim.evidence:
            if document.path is None:
                continue
            if document.path not in sums:
                sums[document.path] = _sum_of(substantiation.path.parent / document.path)
            known = sums[document.path]
            if known != document.sha256:
                found.append(Fault("missing" if known is None else "altered", claim.id, document.path, document.line))
    return found


def judge_claim(words: str, sentence: str, text: str, brands: tuple[str, ...], substantiation: Substantiation) -> Judgement:
    """Return how a claim stands to the approved claims: the best of all that could be meant.

    `words` are the claim's own, `sentence` is the one they stand in, `text` the whole post. Of a claim that occurs
    several times in the sentence, the worst place counts. Raises ConfigError for an approved pattern that takes too long.
    """
    context = _context(sentence, text, brands, substantiation)
    judged = (_judge_place(claim, context, substantiation) for claim in find_claims(words, sentence) if claim.inside)
    return max(judged, key=lambda judgement: STATUSES.index(judgement.status), default=NOT_ON_FILE)


class _Context(Struct, frozen=True):
    """What a claim is judged with, besides its sentence."""

    sentence: str
    text: str
    brands: tuple[str, ...]
    products: frozenset[str]  # products of the file that the post or its declared brands name, flat
    owners: frozenset[str]  # the brands of these products
    named: frozenset[str]  # brands of the file that the post names
    declared: frozenset[str]  # those that its declared brands name, by themselves or by a product
    shown: tuple[str, ...]  # all these products and brands, as the file writes them


def _context(sentence: str, text: str, brands: tuple[str, ...], substantiation: Substantiation) -> _Context:
    known, named, declared = _owners(substantiation), _names_in(substantiation, text), _names_in(substantiation, "\n".join(brands))
    products = frozenset(name for name in named | declared if name in known.products)
    return _Context(
        sentence,
        text,
        brands,
        products,
        frozenset(owner for name in products for owner in known.owners[name]),
        frozenset(name for name in named if name in known.brands),
        declared | {owner for name in declared for owner in known.owners.get(name, ())},
        tuple(written[name] for written in (known.products, known.brands) for name in sorted(named | declared) if name in written),
    )


class _Candidate(Struct, frozen=True):
    """An approved claim in one of its wordings, and whether the post is about its product."""

    nearness: int  # 0: its product is named, 1: its brand is, 2: neither, 3: another one is
    number: int
    wording: str | None  # None for the pattern
    other: str  # says which other product the post is about


def _judge_place(claim: Claim, context: _Context, substantiation: Substantiation) -> Judgement:
    best, compared = NOT_ON_FILE, dict[tuple[str, Allowed], Comparison]()
    for candidate in sorted(_candidates(claim, context, substantiation), key=lambda candidate: (candidate.nearness, candidate.number)):
        if best.status == "backed" or (candidate.other and _rank(best) <= STATUSES.index("other-product")):
            break  # those that follow can't be better
        approved = substantiation.claims[candidate.number]
        judgement = _judge(
            approved, candidate, _compare(approved, candidate, claim, context, compared, substantiation.path), context, substantiation
        )
        if _rank(judgement) < _rank(best) or (best.claim is None and judgement.claim is not None):
            best = judgement
    return best


def _rank(judgement: Judgement) -> int:
    return STATUSES.index(judgement.status)


def _candidates(claim: Claim, context: _Context, substantiation: Substantiation) -> Iterator[_Candidate]:
    said = {word.key for word in claim.sentence.words if word.kind == "content"}
    said |= {f"verb {word.key}" for word in claim.sentence.words if word.kind == "verb"}
    found = {number for key in said for number in substantiation.index.get(key, ())}
    for wording, claims in [substantiation.wordings[number] for number in sorted(found)] + [(None, substantiation.patterns)]:
        for number in claims:
            nearness, other = _product(substantiation.claims[number], context, substantiation)
            yield _Candidate(nearness, number, wording, other)


def _compare(
    approved: ApprovedClaim,
    candidate: _Candidate,
    claim: Claim,
    context: _Context,
    compared: dict[tuple[str, Allowed], Comparison],
    path: Path,
) -> Comparison:
    others = context.shown if candidate.other else ()  # so that "Calm Tea reduces gas" is seen to be the claim of another product
    allowed = _allowed(approved, (*context.brands, *others), claim.sentence.text, candidate.wording or "")
    if candidate.wording is None:
        return compare_pattern(_matcher(approved, path), claim, allowed)
    key = candidate.wording, allowed
    if key not in compared:
        compared[key] = compare(take_apart(candidate.wording), claim, allowed)
    return compared[key]


def _judge(
    approved: ApprovedClaim, candidate: _Candidate, comparison: Comparison, context: _Context, substantiation: Substantiation
) -> Judgement:
    shown = f'"{candidate.wording}"' if candidate.wording else f"the pattern of {approved.id}"
    if comparison.standing == "uncovered":
        near = bool(comparison.difference) and not candidate.other
        return Judgement("not-on-file", approved, f"nearest approved: {shown}; {comparison.difference}") if near else NOT_ON_FILE
    if candidate.other:
        return Judgement("other-product", approved, f"approved for {_name(approved)}: {shown}; {candidate.other}")
    if comparison.standing != "covered":
        status: Status = "stronger-than-approved" if comparison.standing == "stronger" else "figure-differs"
        return Judgement(status, approved, f"approved: {shown}; {comparison.difference}")
    for qualifier in approved.qualifiers:
        if not _is_qualified(qualifier, context):
            return Judgement("qualifier-missing", approved, f'approved: {shown} with "{qualifier.words}"; the post leaves that out')
    current = [document for document in approved.evidence if document.expires is None or document.expires >= substantiation.today]
    if not current:
        last = max(approved.evidence, key=lambda document: document.expires or dt.date.min)
        return Judgement("expired", approved, f'approved: {shown}; its proof "{last.title}" expired on {last.expires}')
    return Judgement("backed", approved, f'approved: {shown}; proof on file: "{current[0].title}"')


# --- products and qualifiers

_NAME_WORD = re.compile(r"[^\W_]+")


def _name(approved: ApprovedClaim) -> str:
    return f"{approved.brand} {approved.product}".strip()


@lru_cache(maxsize=50_000)
def _name_words(name: str) -> tuple[str, ...]:
    return tuple(_NAME_WORD.findall(fold(name)))


@lru_cache(maxsize=50_000)
def _flat(name: str) -> str:
    return "".join(_name_words(name))


def _product(approved: ApprovedClaim, context: _Context, substantiation: Substantiation) -> tuple[int, str]:
    """Return how near the post's product is to the approved one, as in `_Candidate`, and which other one it is about."""
    brand, product = _flat(approved.brand), _flat(approved.product)
    known, by_brand, rivals = _owners(substantiation), brand in context.named or brand in context.declared, context.named - {brand}
    if not by_brand and rivals and not (product in context.products and known.owners[product] == {brand}):
        return 3, f"the post names {known.brands[min(rivals)]}"
    if not by_brand and context.brands:
        return 3, f"the post is for {', '.join(context.brands)}"
    if product in context.products or (not product and (by_brand or brand in context.owners)):
        return 0, ""
    if context.products:
        return 3, f"the post names {known.products[min(context.products)]}"
    return (1 if by_brand else 2), ""


class _Owners(Struct, frozen=True):
    products: dict[str, str]  # flat name: as written
    brands: dict[str, str]
    owners: dict[str, set[str]]  # flat product: flat brands


@lru_cache(maxsize=8)
def _owners(substantiation: Substantiation) -> _Owners:
    owners: dict[str, set[str]] = {}
    for claim in substantiation.claims:
        if claim.product:
            owners.setdefault(_flat(claim.product), set()).add(_flat(claim.brand))
    return _Owners(
        {_flat(claim.product): claim.product for claim in substantiation.claims if claim.product},
        {_flat(claim.brand): claim.brand for claim in substantiation.claims},
        owners,
    )


@lru_cache(maxsize=256)
def _names_in(substantiation: Substantiation, text: str) -> frozenset[str]:
    """Return the flat names of the brands and products that `text` names, the longest at each place."""
    folded = fold(text)
    words = [word.removesuffix("'s") for word in re.findall(r"[^\W_]+(?:'s)?", folded)]
    found, at = set(), 0
    while at < len(words):
        size = max((len(name) for name in substantiation.names.get(words[at], ()) if tuple(words[at : at + len(name)]) == name), default=0)
        if size:
            found.add("".join(words[at : at + size]))
        at += max(size, 1)
    known = _owners(substantiation)
    for tag in re.findall(r"[#@][\w.]+", folded):  # tags glue words: "#DailyFiber", "@gutsyfoods", "#GutsyPartner"
        flat = "".join(_NAME_WORD.findall(tag))
        beginnings = [flat[:size] for size in range(len(flat), 0, -1) if flat[size:] in tag_endings()]
        found |= {name for name in beginnings if name in known.products or name in known.brands}
    return frozenset(found)


def _allowed(approved: ApprovedClaim, others: tuple[str, ...], sentence: str, wording: str) -> Allowed:
    """Return what the claim may say besides the wording; a name that stands in neither text is left out."""
    shown = f"{sentence}\n{fold(wording)}"
    names = [name for name in (_name(approved), approved.product, approved.brand, *others) if _name_words(name)]
    names = [name for name in names if _name_words(name)[0] in shown]
    base = _allowed_words(approved.figures, approved.qualifiers)
    return replace(base, names=tuple(map(name_pattern, names))) if names else base


@lru_cache(maxsize=20_000)
def _allowed_words(figures: tuple[str, ...], qualifiers: tuple[Qualifier, ...]) -> Allowed:
    statements = [take_apart(qualifier.words) for qualifier in qualifiers]
    own = [figure for text in figures if (figure := single_figure(text))]
    return Allowed(
        words=frozenset(word.key for statement in statements for word in statement.words if word.kind in ("content", "widens")),
        figures=(*own, *(figure for statement in statements for figure in statement.figures)),
        any_matched_figure=not own,
    )


def _is_qualified(qualifier: Qualifier, context: _Context) -> bool:
    needed, sentence = take_apart(qualifier.words), fold(context.sentence)
    if states(needed, take_apart(sentence)):
        return True
    near = f"{sentence}\n{_next_sentence(sentence, fold(context.text))}"
    return states(needed, take_apart(context.text if qualifier.anywhere else near))


_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+")


def _next_sentence(sentence: str, text: str) -> str:
    """Return the sentence behind `sentence` in `text`, both folded; of several such places, behind the first."""
    _, found, rest = text.partition(sentence)
    return _SENTENCE_END.split(rest.lstrip(".!?\"') \n"), maxsplit=1)[0] if found else ""


def _matcher(approved: ApprovedClaim, path: Path) -> Callable[[str], Iterable[tuple[int, int]]]:
    def find(text: str) -> list[tuple[int, int]]:
        try:
            return [found.span() for found in _compiled(approved.pattern or "").finditer(text, timeout=PATTERN_SECONDS) if found[0]]
        except TimeoutError as error:
            raise ConfigError(
                f"{path}:{approved.line}: the pattern of claim {approved.id} takes longer than {PATTERN_SECONDS:g} s; make it simpler"
            ) from error

    return find


@lru_cache(maxsize=20_000)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    return regex.compile(pattern, regex.IGNORECASE | regex.VERSION0)


# --- reading


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}:1: can't be read ({error.strerror}); give the path of a substantiation file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}:1: not UTF-8 (byte {error.start}); save the file as UTF-8") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ConfigError(f"{path}:{line}: not valid TOML: {error}; correct the line") from error
    except RecursionError as error:
        raise ConfigError(f"{path}:1: the tables are nested too deeply; write each claim as a [[claims]] table") from error


_Place = tuple[int | None, int | None, str]  # the number of a claim, of its document, and a key


class _Lines:
    """Where the tables and keys of a substantiation file stand; `tomllib` doesn't tell."""

    def __init__(self, text: str) -> None:
        self._at: dict[_Place, int] = {}
        claim: int | None = None
        document: int | None = None
        quote = ""  # of the multi-line string that a line is in
        in_list = False  # of documents as inline tables
        for number, line in enumerate(text.split("\n"), 1):
            if quote:
                quote = "" if quote in line else quote
                continue
            header = _HEADER().match(line)
            if header:
                name, in_list = re.sub(r"[\s\"']", "", header[1]), False
                if name == "claims":
                    claim, document = (0 if claim is None else claim + 1), None
                elif name == "claims.evidence":
                    document = 0 if document is None else document + 1
                self._note(claim, document, "" if name in ("claims", "claims.evidence") else name.rpartition(".")[2], number)
            in_list = in_list or bool(_DOCUMENTS().match(line))
            for part in _KEY().finditer(line) if in_list else [found for found in [_KEY().match(line)] if found]:
                if in_list and part[1]:
                    document = 0 if document is None else document + 1
                self._note(claim, document, part[2], number)
            in_list = in_list and not line.split("#")[0].rstrip().endswith("]")
            quote = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")

    def _note(self, claim: int | None, document: int | None, key: str, number: int) -> None:
        self._at.setdefault((claim, document, key), number)
        self._at.setdefault((claim, document, ""), number)
        self._at.setdefault((None, None, key), number)

    def of(self, claim: int | None, document: int | None = None, key: str = "") -> int:
        """Return the line of a key, else of the table it is missing in."""
        places: list[_Place] = [(claim, document, key), (claim, document, ""), (claim, None, "evidence"), (claim, None, "")]
        return next((self._at[place] for place in places if place in self._at), 1)


_HEADER = lazily(r"\s*\[\[?([^\[\]=]+)\]\]?\s*(?:#|$)")
_DOCUMENTS = lazily(r"\s*evidence\s*=\s*\[")
_KEY = lazily(r"(?:\s*|.*?)(\{?)\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*(?:=|\.)")


def _problems(data: Mapping[str, Any]) -> Iterator[tuple[_Place, str]]:
    """Yield where the file breaks its JSON Schema, and how, in the order of the file."""
    plain = _without_dates(data)
    errors = sorted(
        _validator().iter_errors(plain), key=lambda error: [f"{part:09}" if isinstance(part, int) else part for part in error.absolute_path]
    )
    for error in errors:
        yield _place(error), _plainly(error)


def _without_dates(value: Any) -> Any:
    """Return the data with dates as strings, as the schema sees them."""
    if isinstance(value, dict):
        return {key: _without_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_dates(item) for item in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


def _place(error: Any) -> _Place:
    path = list(error.absolute_path)
    claim = path[1] if len(path) > 1 else None
    document = path[3] if len(path) > 3 and path[2] == "evidence" else None
    names = [part for part in path if isinstance(part, str)]
    key = names[-1] if names and names[-1] not in ("claims", *(("evidence",) if document is not None else ())) else ""
    if error.validator == "additionalProperties":
        key = _extra(error)
    return claim, document, key


def _extra(error: Any) -> str:
    return str(next(name for name in error.instance if name not in error.schema["properties"]))


def _plainly(error: Any) -> str:
    from difflib import get_close_matches

    path = list(error.absolute_path)
    names = [part for part in path if isinstance(part, str)]
    key, table = (names[-1] if names else "the file"), f"[[{'.'.join(names)}]]" if names else "the file"
    if error.validator == "additionalProperties":
        known, extra = sorted(error.schema["properties"]), _extra(error)
        near = get_close_matches(extra, known, n=1)
        hint = f"did you mean {near[0]!r}? The keys are" if near else "the keys are"
        return f"unknown key {extra!r} in {table}; {hint} {', '.join(known)}"
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"the key {missing!r} is missing in {table}; add {missing} = {_EXAMPLES[missing]}"
    if error.validator == "pattern":
        return f"{key} {error.instance!r} is {_WRONG[key][0]}; write it as {_WRONG[key][1]}"
    if error.validator in ("minItems", "minLength"):
        return f"{key} is empty; give at least one" if error.validator == "minItems" else f"{key} is empty; write it or leave the key out"
    if error.validator == "anyOf":
        return 'a qualifier is a string, or a table such as { words = "with diet and exercise", anywhere = true }'
    kinds = {"array": "a list, such as [...]", "boolean": "true or false", "object": "a table", "string": "a string in quotes"}
    return f"{key} {error.instance!r} must be {kinds[error.validator_value]}"


_EXAMPLES = {
    "id": '"bloating-4-weeks"',
    "brand": '"Gutsy"',
    "evidence": "[...] or an [[claims.evidence]] table",
    "title": '"Trial report"',
    "kind": '"randomized controlled trial"',
    "date": "2026-01-31",
    "reviewer": '"A. Name"',
    "words": '"with diet and exercise"',
}
_WRONG = {
    "id": ("no id", "letters, digits, dots, hyphens and underscores, such as bloating-4-weeks"),
    "brand": ("no name", "posts do"),
    "product": ("no name", "posts do, or leave it out for all products of the brand"),
    "url": ("no web address", "https://..."),
    "sha256": ("no SHA-256 sum", "64 hexadecimal digits"),
    "date": ("no date", "year-month-day, such as 2026-01-31"),
    "expires": ("no date", "year-month-day, such as 2026-01-31"),
}


@cache
def _validator() -> Any:
    import json

    import jsonschema

    schema = json.loads((Path(__file__).parent / "schema" / "substantiation.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _claim(table: Mapping[str, Any], number: int, lines: _Lines) -> ApprovedClaim:
    return ApprovedClaim(
        id=table["id"],
        brand=table["brand"],
        product=table.get("product", ""),
        wordings=tuple(table.get("wordings", ())),
        pattern=table.get("pattern"),
        figures=tuple(table.get("figures", ())),
        qualifiers=tuple(
            Qualifier(item) if isinstance(item, str) else Qualifier(item["words"], item.get("anywhere", False))
            for item in table.get("qualifiers", ())
        ),
        evidence=tuple(_document(item, lines.of(number, at, "path")) for at, item in enumerate(table["evidence"])),
        line=lines.of(number, None, "pattern"),
    )


def _document(table: Mapping[str, Any], line: int) -> ProofDocument:
    expires = table.get("expires")
    return ProofDocument(
        title=table["title"],
        kind=table["kind"],
        url=table.get("url"),
        path=table.get("path"),
        sha256=table["sha256"].lower() if "sha256" in table else None,
        date=_day(table["date"]),
        expires=None if expires is None else _day(expires),
        reviewer=table["reviewer"],
        line=line,
    )


def _day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _impossible(tables: Sequence[Mapping[str, Any]], folder: Path, today: dt.date, lines: _Lines) -> Iterator[tuple[_Place, str]]:
    """Yield what fits the schema and can't be meant all the same, in the order of the file."""
    ids: dict[str, int] = {}
    said: dict[tuple[str, str, str], int] = {}
    root = _root(folder)
    for number, table in enumerate(tables):
        if table["id"] in ids:
            line = lines.of(ids[table["id"]], None, "id")
            yield (number, None, "id"), f"id {table['id']!r} is already used in line {line}; give each claim an id of its own"
        ids[table["id"]] = number
        if not table.get("wordings") and "pattern" not in table:
            yield (number, None, ""), f"claim {table['id']!r} has neither wordings nor a pattern; add wordings = [...]"
        for key, wording in _wordings(table):
            same = (_flat(table["brand"]), _flat(table.get("product", "")), wording if key == "pattern" else fold(wording))
            if same in said:
                line = lines.of(said[same], None, key)
                yield (number, None, key), f'"{wording}" is already on file for this product in line {line}; keep one of the two'
            said[same] = number
        yield from (((number, None, key), problem) for key, problem in _word_problems(table))
        for at, document in enumerate(table["evidence"]):
            yield from (((number, at, key), problem) for key, problem in _document_problems(document, folder, root, today))


def _wordings(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("wordings", wording) for wording in table.get("wordings", ()))
    if "pattern" in table:
        yield "pattern", table["pattern"]


def _word_problems(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    import regex

    for wording in table.get("wordings", ()):
        if not content_keys(take_apart(wording)):
            yield "wordings", f'wording "{wording}" has no word that says what is claimed; write the claim out'
    try:
        _compiled(table.get("pattern", "x"))
    except regex.error as error:
        yield "pattern", f"pattern {table['pattern']!r} is no regular expression ({error}); correct it"
    for figure in table.get("figures", ()):
        if single_figure(figure) is None:
            yield "figures", f'figure "{figure}" is not one figure; write a number with its unit, such as "4 weeks"'
    for item in table.get("qualifiers", ()):
        words = item if isinstance(item, str) else item["words"]
        if not content_keys(take_apart(words)) and not take_apart(words).figures:
            yield "qualifiers", f'qualifier "{words}" has no word to look for; write it out'


def _document_problems(table: Mapping[str, Any], folder: Path, root: Path, today: dt.date) -> Iterator[tuple[str, str]]:
    for key in ("date", "expires"):
        try:
            _day(table.get(key, today))
        except ValueError:
            yield key, f'{key} "{table[key]}" is no day of the calendar; correct it'
            return
    day, expires = _day(table["date"]), _day(table.get("expires", dt.date.max))
    if day > today:
        yield "date", f"date {day} is in the future (today is {today}); give the day of the document"
    if expires < day:
        yield "expires", f"expires {expires} is before the document's date, {day}; give the last day on which it counts"
    if "url" not in table and "path" not in table:
        yield "", f'"{table["title"]}" has neither a url nor a path; say where the document is'
    if "path" in table:
        problem = _path_problem(table["path"], folder, root)
        if problem:
            yield "path", f'path "{table["path"]}" {problem}'
        if "sha256" not in table:
            yield "path", f'path "{table["path"]}" has no sha256 beside it; add the sum of the file, as sha256sum prints it'
    elif "sha256" in table:
        yield "sha256", "sha256 is the sum of a file; add its path"


def _root(folder: Path) -> Path:
    """Return the folder that evidence must be in: the repository around `folder`, else `folder` itself; without links."""
    start = folder.resolve()
    return next((place for place in (start, *start.parents) if (place / ".git").exists()), start)


@lru_cache(maxsize=20_000)
def _path_problem(path: str, folder: Path, root: Path) -> str:
    if not path.isprintable():
        return "has a control character in it; correct it"
    if path.startswith("/") or PureWindowsPath(path).drive:
        return "is absolute; give it from the folder of this file"
    if "\\" in path:
        return "has backslashes; write forward slashes"
    if ".." in path.split("/"):
        return 'leads out by ".."; put the document in the folder of this file or below it'
    try:
        inside = (folder / path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that leads to itself
        return "leads nowhere; correct the link"
    return "" if inside else f"leads out of {root.name}/ by a link; put the document itself there"


def _sum_of(path: Path) -> str | None:
    import hashlib

    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _indexed(path: Path, claims: tuple[ApprovedClaim, ...], today: dt.date) -> Substantiation:
    by_wording: dict[str, list[int]] = {}
    for number, claim in enumerate(claims):
        for wording in claim.wordings:
            by_wording.setdefault(wording, []).append(number)
    counts = Counter(key for wording in by_wording for key in set(content_keys(take_apart(wording))))
    index: dict[str, list[int]] = {}
    for number, wording in enumerate(by_wording):
        index.setdefault(min(content_keys(take_apart(wording)), key=lambda key: (counts[key], key)), []).append(number)
    names: dict[str, list[tuple[str, ...]]] = {}
    for name in dict.fromkeys(name for claim in claims for name in (claim.brand, claim.product) if name):
        words = _name_words(name)
        names.setdefault(words[0], []).append(words)
    return Substantiation(
        path=path,
        claims=claims,
        today=today,
        wordings=tuple((wording, tuple(numbers)) for wording, numbers in by_wording.items()),
        index={key: tuple(numbers) for key, numbers in index.items()},
        patterns=tuple(number for number, claim in enumerate(claims) if claim.pattern is not None),
        names={word: tuple(found) for word, found in names.items()},
    )
