"""Choose the parser of a post's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure_check.model import Markup, Post


def parse(post: Post) -> Markup:
    """Return what a reader sees of `post`, with its links and blocks."""
    if post.format == "markdown":
        from disclosure_check.readers.markdown import parse_markdown

        return parse_markdown(post.text, post.body_start, is_mdx=post.path.lower().endswith(".mdx"))
    if post.dialect == "wordpress":
        from disclosure_check.readers.shortcodes import parse_wordpress

        return parse_wordpress(post.text, post.body_start)
    if post.format == "html":
        from disclosure_check.readers.html import parse_html

        return parse_html(post.text, post.body_start)
    if post.format == "rst":
        from disclosure_check.readers.rst import parse_rst

        return parse_rst(post.text, post.body_start)
    if post.format == "asciidoc":
        from disclosure_check.readers.asciidoc import parse_asciidoc

        return parse_asciidoc(post.text, post.body_start)
    if post.format == "subtitles":
        from disclosure_check.readers.subtitles import parse_subtitles

        return parse_subtitles(post.text, post.body_start)
    from disclosure_check.readers.text import parse_text

    return parse_text(post.text, post.body_start)
