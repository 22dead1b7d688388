"""How long a check of one post takes, as a multiple of starting Python.

Prints the median times of `python -c pass` and of `disclosure-check check` on a 300-word post without any signal,
each the median of 20 runs taken in turn, and their ratio. Run it with `make bench`. The goal is a ratio of at most 8.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 20
GOAL = 8.0
# Users have their modules compiled to bytecode on the first run, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
# A post in which nothing looks like a connection, a disclosure or a link: 300 words.
POST = (
    "We walked to the lake before breakfast and found the boats still tied up. The water was cold and very clear. "
    "My daughter counted nine herons on the far side, then lost count when two of them flew off over the reeds. "
    "Later we sat on the wall by the mill, ate the plums from the garden, and watched the fog lift from the field. "
) * 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        post = Path(folder) / "post.md"
        post.write_text(" ".join(POST.split()[:300]) + "\n", encoding="utf-8")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "check": [str(Path(sys.executable).with_name("disclosure-check")), "check", str(post)],
        }
        for command in commands.values():
            seconds(command)  # once to fill the caches
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:15} {median * 1000:7.1f} ms")
    ratio = medians["check"] / medians["python -c pass"]
    print(f"{'ratio':15} {ratio:7.1f}     (goal: at most {GOAL:g})")


def seconds(command: list[str]) -> float:
    """Return how long `command` takes. Raises CalledProcessError if it fails: a failure is fast and would flatter us."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
