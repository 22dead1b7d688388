"""Say in a few words what a fix or a suggestion does to a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disclosure_check.model import Edit

MOST_WORDS = 40  # characters of an edit's words
CONDITION = "if you were paid, or got something for this post"  # under which a suggestion is right


def describe_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return what edits of `text` do, such as 'write "#ad" for "#spon"', in the words that they put in and take out."""
    taken = [text[edit.start : edit.end] for edit in edits]
    written = [edit.text for edit in edits]
    if not any(word.strip() for word in written):
        return f"take out {_quoted(taken[0])}"
    first, last = written[0].strip(), taken[-1].strip()
    if len(edits) == 2 and not taken[0] and not written[1] and first.rstrip(":").casefold() in last.casefold():
        return f"move {_quoted(last)} to the front"
    places = f" in {len(edits)} places" if len(edits) > 1 else ""
    words = next(word for word in written if word.strip())
    if len(edits) == 1 and taken[0].strip():
        return f"write {_quoted(words)} for {_quoted(taken[0])}"
    if len(edits) == 2 and not taken[0] and not written[1]:
        return f"write {_quoted(first)} in front for {_quoted(last)}"
    return f"write {_quoted(words)}{places}"


def _quoted(text: str) -> str:
    words = " ".join(text.split())
    return f'"{words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1] + "…"}"'
