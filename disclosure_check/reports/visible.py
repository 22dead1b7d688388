"""Make characters visible that steer programs, that XML forbids, or that show words in another order than they stand."""

from __future__ import annotations

import re

# Controls but tab, LF and CR; separators that break lines; embeddings, overrides and isolates of text direction; what is no character.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """Return `text` with each such character written as `<U+001B>`; line breaks, tabs and emoji stay."""
    return _UNSAFE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def one_line(text: str, most: int) -> str:
    """Return `text` visible, with its white space folded, and cut to `most` characters."""
    folded = visible(" ".join(text[: 4 * most].split()))
    return folded if len(folded) <= most and len(text) <= 4 * most else folded[: most - 1] + "…"
