"""Find candidates for claims: words of the vocabularies that stand together the way a rule composes them.

Comes in: the folded prose with its layout, and the claim rules. Goes out: candidates, found broadly. Whether the words
assert something of a product is left to `judge`. This path never imports spaCy.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from disclosure_check.claim_rules import ClaimBook, ClaimRule, Composition, Condition, Vocabulary
    from disclosure_check.normalize import Prose
    from disclosure_check.segment import Layout

    Choice = tuple[int, int, ClaimRule, Composition]  # as in `ClaimBook.by_first`

LONGEST_SENTENCE = 1500  # folded characters; a longer one is cut, and words on both sides of the cut are not put together
MOST_WORDS = 20_000  # words and hashtags for which it is kept what they come to
SHORT_QUESTION = 2  # words: "Acne?" belongs to the "Gone." behind it
NUMBER, TICKER = "<n>", "<ticker>"  # stand for any number, and for "$ACME", in the phrases of a vocabulary
NUMBER_WORDS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "eighteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "billion",
        "couple",
        "dozen",
        "several",
        "half",
    ]
)
_WORDS = lazily(
    r"\$[a-z][a-z0-9]{1,9}\b|#(?!\d+\b)\w[\w-]*|@\w[\w.]*|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*|(?<!\w)-|-(?!\w)|(?<=\d)-(?=\d)|[^\w\s-]"
)
# A hyphen within a word parts it in two: "eco-friendly" is "eco friendly".
_CAMEL = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BARRIERS = frozenset(
    [";", "|", "(", ")", "[", "]", "•", "but", "however", "although", "though", "whereas", "unless", "because", "if", "while", "whenever"]
)


class Token(Struct, frozen=True):
    """A word, number or sign of the folded text; the words of a hashtag are tokens of their own."""

    text: str  # lower case, without "'s"
    at: int
    to: int


class Mention(Struct, frozen=True):
    """Tokens `[first, end)` of a sentence that a vocabulary knows."""

    first: int
    end: int


class Sentence(Struct, frozen=True, dict=True):
    """A sentence; its tokens and what the vocabularies know of them are looked up when they are asked for."""

    at: int  # folded offsets
    to: int
    prose: Prose
    vocabulary: Vocabulary

    @property
    def text(self) -> str:
        return self.prose.text[self.at : self.to]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(_tokens(self.prose, self.at, self.to, self.vocabulary))

    @cached_property
    def mask(self) -> int:
        """The vocabularies, as bits, that know something of the sentence."""
        mask = 0
        for _, _, known in _find_phrases(_words(self.prose, self.at, self.to, self.vocabulary), self.vocabulary):
            mask |= known
        return mask

    @cached_property
    def _mentions(self) -> list[tuple[Mention, int]]:
        return list(_find_mentions([token.text for token in self.tokens], self.vocabulary))

    @cached_property
    def _by_name(self) -> dict[str, list[Mention]]:
        return {}

    def mentions(self, name: str) -> list[Mention]:
        """Return what a vocabulary knows of the sentence, in order."""
        bit = self.vocabulary.bits.get(name, 0)
        if not self.mask & bit:
            return []
        if name not in self._by_name:
            self._by_name[name] = [mention for mention, mask in self._mentions if mask & bit]
        return self._by_name[name]


class Candidate(Struct, frozen=True):
    """Words that may make a claim."""

    rule: ClaimRule
    parts: tuple[Mention, ...]
    sentence: int  # index of its sentence
    at: int  # folded offsets
    to: int


class Candidates(Struct, frozen=True):
    """The sentences of a post and what may be claimed in them."""

    sentences: tuple[Sentence, ...]
    found: tuple[Candidate, ...]
    cut: tuple[int, ...] = field(default=())  # folded offsets at which too long sentences were cut


def find_candidates(prose: Prose, layout: Layout, book: ClaimBook) -> Candidates:
    """Return the candidates of a post in the order of their place."""
    bounds, cut = _bounds(prose, layout)
    vocabulary = book.vocabulary
    sentences = tuple(Sentence(at, to, prose, vocabulary) for at, to in bounds)
    whole = 0
    for sentence in sentences:
        whole |= sentence.mask
    firsts = 0
    by_first: dict[int, list[Choice]] = {}
    for choice in _feasible(whole, book.firsts, book.by_first):
        first = vocabulary.bits[choice[-1][0].name]
        firsts |= first
        by_first.setdefault(first, []).append(choice)
    found = [
        Candidate(rule, parts, index, sentence.tokens[parts[0].first].at, sentence.tokens[max(part.end for part in parts) - 1].to)
        for index, sentence in enumerate(sentences)
        for _, _, rule, composition in sorted(_feasible(sentence.mask, firsts, by_first), key=lambda choice: choice[1])
        for parts in compose(composition, sentence)
    ]
    found.sort(key=lambda candidate: (candidate.at, -candidate.to, candidate.rule.id))
    return Candidates(sentences, tuple(found), tuple(cut))


def compose(composition: Composition, sentence: Sentence) -> Iterator[tuple[Mention, ...]]:
    """Yield the mentions that make up `composition` in a sentence: in its order, near enough, within one clause."""
    first, *rest = composition
    if not all(sentence.mentions(part.name) for part in composition):
        return
    for mention in sentence.mentions(first.name):
        chain = [mention]
        for part in rest:
            following = _next(sentence, part.name, chain[-1].end, part.gap)
            if following is None:
                break
            chain.append(following)
        else:
            yield tuple(chain)


def holds(conditions: Iterable[Condition], sentences: Sequence[Sentence]) -> bool:
    """Return whether one of `conditions` is met in `sentences`: each of its compositions stands in one of them."""
    mask = 0
    for sentence in sentences:
        mask |= sentence.mask
    bits = sentences[0].vocabulary.bits if sentences else {}
    return any(
        all(
            all(mask & bits.get(part.name, 0) for part in composition)
            and any(next(compose(composition, sentence), None) is not None for sentence in sentences)
            for composition in condition
        )
        for condition in conditions
    )


def _next(sentence: Sentence, name: str, start: int, gap: int) -> Mention | None:
    for mention in sentence.mentions(name):
        if mention.first < start:
            continue
        if mention.first - start > gap or any(token.text in _BARRIERS for token in sentence.tokens[start : mention.first]):
            return None
        return mention
    return None


def _feasible(mask: int, firsts: int, by_first: Mapping[int, Sequence[Choice]]) -> Iterator[Choice]:
    """Yield the compositions of which something of each part is known, by the bits of the vocabularies that they begin with."""
    left = mask & firsts
    while left:
        first = left & -left
        left ^= first
        for choice in by_first[first]:
            if choice[0] & mask == choice[0]:
                yield choice


def _bounds(prose: Prose, layout: Layout) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the bounds of the sentences, and where too long ones were cut."""
    bounds: list[tuple[int, int]] = []
    cut: list[int] = []
    for at, to in zip(layout.sentences, (*layout.sentences[1:], layout.length), strict=True):
        start = bounds.pop()[0] if bounds and _is_short_question(prose.text[bounds[-1][0] : at]) else at
        while to - start > LONGEST_SENTENCE:
            space = prose.text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
            end = space if space > 0 else start + LONGEST_SENTENCE
            bounds.append((start, end))
            cut.append(end)
            start = end
        if prose.text[start:to].strip():
            bounds.append((start, to))
    return bounds, cut


def _is_short_question(text: str) -> bool:
    return len(text) < LONGEST_TAG and text.rstrip().endswith("?") and len(text.split()) <= SHORT_QUESTION


def _words(prose: Prose, at: int, to: int, vocabulary: Vocabulary) -> list[str]:
    """Return the texts of the tokens of folded `[at, to)`."""
    if prose.lower.find("#", at, to) >= 0:
        return [token.text for token in _tokens(prose, at, to, vocabulary)]
    return [word.removesuffix("'s") for word in _WORDS().findall(prose.lower, at, to)]


def _tokens(prose: Prose, at: int, to: int, vocabulary: Vocabulary) -> Iterator[Token]:
    after_tag = -1
    for match in _WORDS().finditer(prose.lower, at, to):
        word, start = match.group(), match.start()
        if word[0] == "#" and len(word) > 1:
            if not prose.text[after_tag:start].strip() and after_tag >= 0:
                yield Token("|", start, start)  # no phrase runs from one tag into the next
            start += 1
            for part in split_tag(prose.text[start : match.end()], vocabulary):
                start = prose.lower.index(part, start)
                yield Token(part, start, start + len(part))
                start += len(part)
            after_tag = match.end()
        elif word.endswith("'s"):
            yield Token(word[:-2], start, match.end())
        else:
            yield Token(word, start, match.end())


def token_texts(text: str) -> list[str]:
    """Return the tokens of a lower-case text without hashtags."""
    return [word.removesuffix("'s") for word in _WORDS().findall(text)]


def split_tag(tag: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words that a hashtag is glued from, in lower case: by its capitals, else the fewest words that are known."""
    pieces = [piece for part in tag.replace("-", "_").split("_") for piece in _CAMEL().findall(part)]
    words: list[str] = []
    for piece in pieces if "".join(pieces) == tag.replace("-", "").replace("_", "") else [tag]:
        words += _known_words(piece.lower(), vocabulary)
    return words


@lru_cache(maxsize=MOST_WORDS)
def _known_words(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if word in vocabulary.words or len(word) > LONGEST_TAG:
        return (word,)
    best: dict[int, tuple[str, ...]] = {0: ()}  # the fewest words up to a place
    for start in range(len(word)):
        head = best.get(start)
        if head is None:
            continue
        for end in range(start + 1, min(start + LONGEST_WORD, len(word)) + 1):
            part = word[start:end]
            if (part in vocabulary.words or part.isdigit()) and (end not in best or len(head) + 1 < len(best[end])):
                best[end] = (*head, part)
    return best.get(len(word), (word,))


LONGEST_TAG, LONGEST_WORD = 60, 20  # characters: longer ones are not split


@lru_cache(maxsize=MOST_WORDS)
def _general(word: str) -> str:
    """Return what stands for `word` in the phrases of a vocabulary: itself, or the sign for numbers or tickers."""
    if word[0].isdigit() or word in NUMBER_WORDS:
        return NUMBER
    return TICKER if word[0] == "$" and len(word) > 1 else word


def _find_mentions(words: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[Mention, int]]:
    """Yield what the vocabularies, as bits, know of `words`: of each the longest phrase at each place; they may overlap."""
    place, seen = -1, 0
    for first, end, mask in sorted(_find_phrases(words, vocabulary), key=lambda phrase: (phrase[0], -phrase[1])):
        if first > place:
            place, seen = first, 0
        if mask & ~seen:
            yield Mention(first, end), mask & ~seen
            seen |= mask


def _find_phrases(words: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[int, int, int]]:
    """Yield each phrase in `words`, with words or with signs for them: where it begins and ends, and the vocabularies that know it."""
    numbered = [_general(word) for word in words]
    for said in (words, numbered) if numbered != words else (words,):
        for first, word in enumerate(said):
            phrases = vocabulary.phrases(word)
            end = first
            while phrases is not None:
                end += 1
                if phrases.mask:
                    yield first, end, phrases.mask
                phrases = phrases.longer.get(said[end]) if end < len(said) else None
