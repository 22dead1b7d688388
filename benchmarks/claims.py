"""How fast claims are found and judged, on one core, once spaCy is loaded; and what loading it costs.

Takes the examples of the claim rules as posts, since these are full of claims. Prints, for cues and (if it is installed) for
the model: the seconds until the first post is judged, the sentences with candidates that a later run in the same process
finds and judges in a second of processor time, and the peak memory. The goal is at least 300 sentences a second. Run it with
`make bench`.
"""

from __future__ import annotations

import multiprocessing
import time
from typing import Literal

from timing import peak_memory

from disclosure_check.annotate import annotate
from disclosure_check.claims import find_candidates
from disclosure_check.errors import ConfigError
from disclosure_check.explain import example_post
from disclosure_check.judge import judge
from disclosure_check.nlp import find_model
from disclosure_check.readers.markup import parse
from disclosure_check.rulebook import load_rulebook

GOAL = 300
RUNS = 3


def measure(setup: Literal["cues", "model"]) -> tuple[float, float, float]:
    """Return the seconds to the first judgement, the sentences a second of the best later run, and the peak memory in MB."""
    rulebook = load_rulebook(examples=True)
    book, platform = rulebook.claims(), rulebook.platforms["post"]
    posts = [example_post(rule.id, example) for rule in rulebook.rules if rule.type == "claim" for example in (*rule.invalid, *rule.valid)]
    found = [annotate(post, parse(post), platform, rulebook) for post in posts]
    start = time.perf_counter()
    judge(find_candidates(found[0].prose, found[0].layout, book), book, setup)
    first = time.perf_counter() - start
    speeds = []
    for _ in range(RUNS):
        start, sentences = time.process_time(), 0
        for post in found:
            candidates = find_candidates(post.prose, post.layout, book)
            judge(candidates, book, setup)
            sentences += len({candidate.sentence for candidate in candidates.found})
        speeds.append(sentences / (time.process_time() - start))
    return first, max(speeds[1:]), peak_memory()


def main() -> None:
    setups = ["cues"]
    try:
        find_model()
        setups.append("model")
    except ConfigError as error:
        print(error)
    for setup in setups:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            first, speed, memory = pool.apply(measure, (setup,))
        print(f"{setup:6} first post {first:5.2f} s   later {speed:6.0f} sentences/s (goal: at least {GOAL})   peak {memory:4.0f} MB")


if __name__ == "__main__":
    main()
