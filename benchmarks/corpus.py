"""Makes up posts to measure with: the same ones each time, out of the words in words.toml.

    python benchmarks/corpus.py FOLDER --posts 500 --captions 100000 --characters 1000000

`posts/` are Markdown posts of a blog; `captions.jsonl` and `captions-10.jsonl` are records of captions, the second ten times as many;
`plain.md` has 330 words that show no connection, `claims.md` also an ad and claims; `hostile/` are posts of one sort of markup or
words, of n and of 10 n bytes. Nothing here is a real post, person or brand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tomllib
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
POST_LENGTH = 7_300  # characters at which a Markdown post ends with its paragraph
CAPTION_LENGTH = 220  # characters at which the sentences of a caption end
CONNECTED_CAPTIONS, WITH_CLAIMS = 0.15, 1 / 3  # the share of captions that show a connection, and of these the share with a claim
CONNECTED_POSTS = 12  # of so many Markdown posts, one has affiliate links or a sponsor
PLATFORMS = ("instagram", "tiktok", "x", "youtube", "facebook", "pinterest", "linkedin", "threads")
CUES = [
    "not",
    "never",
    "no",
    "without",
    "nobody",
    "isn't",
    "don't",
    "wasn't",
    "if",
    "maybe",
    "hopefully",
    "they",
    "said",
    "sponsored",
    "gifted",
    "ad",
    "paid",
    "partner",
    "code",
    "commission",
    "affiliate",
    "free",
    "gift",
    "thanks",
    "sent",
    "me",
    "ambassador",
    "cures",
    "acne",
    "eczema",
    "pain",
    "lost",
    "pounds",
    "guaranteed",
    "natural",
    "proven",
    "clinically",
    "earn",
    "money",
    "safe",
    "best",
    "#1",
]
_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"\ba(?= (?:[aeio]|um|une|unl|up))")


def fill(pattern: str, chance: random.Random) -> str:
    """Return the pattern with words in place of the names of lists."""
    while "{" in pattern:
        pattern = _SLOT.sub(lambda name: chance.choice(WORDS[name[1]]), pattern)
    return pattern


def pick(name: str, chance: random.Random) -> str:
    """Return one entry of a list, filled."""
    return fill(chance.choice(WORDS[name]), chance)


def sentence(chance: random.Random) -> str:
    opening = chance.choice(WORDS["opening"]) + ", " if chance.random() < 0.4 else ""
    ending = chance.choice(WORDS["ending"]) if chance.random() < 0.4 else ""
    text = fill(opening + chance.choice(WORDS["core"]) + ending, chance)
    text = _ARTICLE.sub("an", text)
    return text[0].upper() + text[1:] + "."


def paragraph(chance: random.Random) -> str:
    return " ".join(sentence(chance) for _ in range(chance.randint(3, 7)))


def _marked_up(chance: random.Random) -> str:
    """Return a paragraph with a link, emphasis, or code in it."""
    words = paragraph(chance).split()
    at = chance.randrange(len(words) - 3)
    word, slug = " ".join(words[at : at + 2]), "-".join(pick("heading", chance).lower().split())
    markup = (f"[{word}](/{slug}/)", f"[{word}](https://{slug.replace(',', '')}.example/notes)", f"**{word}**", f"*{word}*", f"`{word}`")
    return " ".join((*words[:at], chance.choice(markup), *words[at + 2 :]))


def _heading(chance: random.Random) -> str:
    title = pick("heading", chance)
    return "#" * chance.choice((2, 2, 2, 3)) + " " + title[0].upper() + title[1:]


def _list(chance: random.Random) -> str:
    mark = chance.choice(("-", "*", "1."))
    return "\n".join(f"{mark} {sentence(chance)}" for _ in range(chance.randint(3, 7)))


def _code(chance: random.Random) -> str:
    names = ["_".join(pick("code_thing", chance).split()) for _ in range(chance.randint(3, 8))]
    lines = (f"    {name} = load_{name}({chance.randint(1, 99)}, mode={pick('adjective', chance)!r})" for name in names)
    return "\n".join(("```python", f"def {names[0]}():", *lines, f"    return {names[-1]}", "```"))


def _image(chance: random.Random) -> str:
    return f"![{sentence(chance)}](/images/{pick('thing', chance)}-{chance.randint(1, 999)}.jpg)"


def _quote(chance: random.Random) -> str:
    return "\n".join(f"> {sentence(chance)}" for _ in range(chance.randint(1, 3)))


# The kinds of blocks of a post, and how often each stands there.
_BLOCKS: dict[Callable[[random.Random], str], int] = {paragraph: 9, _marked_up: 9, _heading: 3, _list: 2, _code: 1, _image: 1, _quote: 1}


def markdown_post(number: int) -> str:
    """Return a post of a blog, about 7.5 KB. Of twelve, one has affiliate links or a sponsor's note; the others are clean."""
    chance = random.Random(f"post {number}")  # noqa: S311  # no secret
    title = pick("heading", chance).replace('"', "")
    blocks = [f'---\ntitle: "{title}"\ndate: {chance.randint(2015, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}\n---']
    while sum(map(len, blocks)) < POST_LENGTH:
        blocks.append(chance.choices(*zip(*_BLOCKS.items(), strict=True))[0](chance))
    if has_connection(number):
        link = f"[{pick('thing', chance)}](https://www.amazon.com/dp/B0{number:08}?tag={pick('handle', chance)}-20)"
        told = pick("connection", chance) if chance.random() < 0.5 else f"The {link} is {pick('adjective', chance)}. {sentence(chance)}"
        blocks.insert(chance.randint(1, len(blocks)), told)
    return "\n\n".join(blocks) + "\n"


def has_connection(number: int) -> bool:
    """Return whether the post of this number shows a connection."""
    return number % CONNECTED_POSTS == CONNECTED_POSTS // 2


def caption(number: int) -> dict[str, str]:
    """Return the record of a caption, about 300 characters."""
    chance = random.Random(number)  # noqa: S311  # no secret
    parts: list[str] = []
    while sum(map(len, parts)) < CAPTION_LENGTH:
        parts.append(sentence(chance))
    if chance.random() < 0.5:
        parts[-1] += " " + pick("caption_end", chance)
    if chance.random() < CONNECTED_CAPTIONS:
        parts.insert(chance.randint(0, len(parts)), pick("connection", chance))
        if chance.random() < WITH_CLAIMS:
            parts.insert(chance.randint(0, len(parts)), pick("claim", chance))
    tags = " ".join(pick("tag", chance).replace(" ", "") for _ in range(chance.choice((0, 2, 3, 5))))
    text = " ".join(parts) + (chance.choice((" ", "\n", "\n\n")) + tags if tags else "")
    return {"id": f"caption-{number}", "text": text, "platform": PLATFORMS[number % len(PLATFORMS)]}


def plain_post(*, with_claims: bool = False) -> str:
    """Return a post of 330 words without a connection, or with an ad and three claims as well."""
    chance = random.Random(f"plain {with_claims}")  # noqa: S311  # no secret
    told = [fill(f"Ad for {{brand}}. {claim}", chance) for claim in WORDS["claim"][:3]] if with_claims else []
    words = " ".join(sentence(chance) for _ in range(40)).split()[:330]
    return "\n\n".join([*told, *(" ".join(words[at : at + 66]) for at in range(0, len(words), 66))]) + "\n"


def hostile(n: int) -> dict[str, str]:
    """Return posts of `n` bytes that consist of nothing but one thing, by what they consist of."""
    chance = random.Random("hostile")  # noqa: S311  # no secret
    tags = (f"#{pick('adjective', chance)}{pick('thing', chance)}{chance.choice(('ad', 'sponsored', 'partner', ''))} " for _ in count())
    links = (f"[{pick('thing', chance)}](https://{pick('place_tag', chance).lower()}.example/{number}) " for number in count())
    affiliate = (f"[{pick('thing', chance)}](https://www.amazon.com/dp/B0{number:08}?tag=fernkin-20) " for number in count())
    cues = (f"{chance.choice(CUES)} " for _ in count())
    half = (n - 4) // 6  # of the quotation marks, which take three bytes each
    return {
        "hashtags": _cut(tags, n),
        "links": _cut(links, n),
        "affiliate-links": _cut(affiliate, n),
        "cue-words": _cut(cues, n),
        "one-letter": "a" * n,
        "quotation-marks": ("“‘" * half)[:half] + "fine" + "e" * (n - 4 - 6 * half) + ("’”" * half)[:half],
        "block-quotes": ">" * (n - 5) + " fine",
    }


def _cut(parts: Iterator[str], n: int) -> str:
    pieces = islice(parts, n // 2)  # each is at least two characters long
    text, length = [], 0
    for piece in pieces:
        text.append(piece)
        length += len(piece)
        if length >= n:
            break
    return "".join(text)[:n]


def make(folder: Path, *, posts: int, captions: int, characters: int) -> None:
    """Write the corpus into `folder`."""
    for name in ("posts", "hostile"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    singles = {"plain.md": plain_post(), "claims.md": plain_post(with_claims=True)}
    grown = {f"hostile/{kind}-{times}.md": text for times in (1, 10) for kind, text in hostile(characters * times).items()}
    numbered = ((f"posts/{number:04}.md", markdown_post(number)) for number in range(posts))
    for name, text in chain(singles.items(), grown.items(), numbered):
        (folder / name).write_text(text, encoding="utf-8")
    for name, total in (("captions.jsonl", captions), ("captions-10.jsonl", 10 * captions)):
        with (folder / name).open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(caption(number), ensure_ascii=False) + "\n" for number in range(total))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a corpus of made-up posts.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--posts", type=int, default=500, help="Markdown posts (default: 500)")
    parser.add_argument("--captions", type=int, default=100_000, help="records in captions.jsonl (default: 100,000)")
    parser.add_argument("--characters", type=int, default=100_000, help="the n of the hostile posts (default: 100,000)")
    asked = parser.parse_args()
    make(asked.folder, posts=asked.posts, captions=asked.captions, characters=asked.characters)


if __name__ == "__main__":
    main()
