"""Readers: from files and records to posts, and from a post to what a reader sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure_check.model import Markup, Post


def parse_post(post: Post) -> Markup:
    """Return the markup of a post, by its format."""
    if post.format == "markdown":
        from disclosure_check.readers.markdown import parse_markdown

        return parse_markdown(post.text, post.body_start)
    if post.format == "html":
        from disclosure_check.readers.html import parse_html

        return parse_html(post.text, post.body_start)
    from disclosure_check.readers.text import parse_text

    return parse_text(post.text, post.body_start)
