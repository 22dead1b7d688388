"""Turn what Ghost's editors save, Lexical or Mobiledoc, into HTML, as Ghost's own renderer does.

Comes in: the document as a JSON string. Goes out: HTML with the words that a page shows, in their order; cards that only
an e-mail shows are left out. A card that nobody knows becomes an element of its own name, so that it isn't lost.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"), (128, "mark"))  # bits of a text's format
_BLOCKS = {"paragraph": "p", "quote": "blockquote", "extended-quote": "blockquote", "aside": "blockquote", "listitem": "li"}
_SECTIONS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "ul", "ol"})
_MARKUPS = frozenset({"a", "b", "code", "del", "em", "i", "mark", "s", "small", "strong", "sub", "sup", "u"})
_MARKDOWN_CARDS = frozenset({"markdown", "card-markdown"})
_NO_NAME = re.compile(r"[^a-z0-9]+")


def lexical_to_html(source: str) -> str:
    """Return the HTML of a Lexical document.

    Raises ValueError if it is none, RecursionError if it is nested too deeply.
    """
    document = json.loads(source)
    root = document.get("root") if isinstance(document, dict) else None
    if not isinstance(root, dict):
        raise ValueError('there is no "root"')  # noqa: TRY004 - a wrong document, not a wrong call
    return _children(root)


def mobiledoc_to_html(source: str) -> str:
    """Return the HTML of a Mobiledoc document (version 0.3).

    Raises ValueError if it is none, RecursionError if it is nested too deeply.
    """
    document = _mobiledoc(source)
    return "".join(_section(section, document) for section in _list(document["sections"]) if isinstance(section, list))


def markdown_of(source: str) -> str | None:
    """Return the text of a Mobiledoc document that is one card of Markdown, as Ghost 1 wrote all posts; None if it isn't one.

    Raises ValueError as `mobiledoc_to_html` does.
    """
    document = _mobiledoc(source)
    sections, cards = _list(document["sections"]), _list(document.get("cards"))
    written = [section for section in sections if section != [1, "p", []]]
    if len(written) == 1 and isinstance(written[0], list) and written[0][:1] == [10] and len(cards) == 1:
        name, payload = _name_and_payload(cards[0])
        if name in _MARKDOWN_CARDS:
            return _string(payload, "markdown")
    return None


def _mobiledoc(source: str) -> dict[str, object]:
    document = json.loads(source)
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        raise ValueError('there are no "sections"')  # noqa: TRY004 - a wrong document, not a wrong call
    return document


# Values of any type, as they may come


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _at(value: object, index: object) -> object:
    items = _list(value)
    return items[index] if isinstance(index, int) and 0 <= index < len(items) else None


def _string(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _name_and_payload(card: object) -> tuple[str, dict[str, object]]:
    name = _at(card, 0)
    return name if isinstance(name, str) else "", _table(_at(card, 1))


# Lexical


def _children(node: Mapping[str, object]) -> str:
    return "".join(_node(child) for child in _list(node.get("children")) if isinstance(child, dict))


def _node(node: dict[str, object]) -> str:
    kind = _string(node, "type")
    if isinstance(node.get("text"), str) and "children" not in node and kind not in _CARDS:
        return _formatted(_string(node, "text"), node.get("format"))
    if kind == "linebreak":
        return "<br>"
    if kind in ("tab", "zwnj"):
        return " " if kind == "tab" else ""
    if kind in _BLOCKS:
        return _element(_BLOCKS[kind], _children(node))
    if kind in ("heading", "extended-heading"):
        tag = _string(node, "tag")
        return _element(tag if tag in _SECTIONS else "h2", _children(node))
    if kind == "list":
        return _element("ol" if node.get("listType") == "number" or node.get("tag") == "ol" else "ul", _children(node))
    if "children" in node:
        url = _string(node, "url")
        return _link(url, _children(node), _string(node, "rel")) if url else _children(node)
    return _card(kind, node)


def _formatted(text: str, format_: object) -> str:
    shown = escape(text, quote=False)
    bits = format_ if isinstance(format_, int) else 0
    for bit, tag in _FORMATS:
        if bits & bit:
            shown = f"<{tag}>{shown}</{tag}>"
    return shown


def _element(tag: str, content: str) -> str:
    return f"<{tag}>{content}</{tag}>\n" if content else ""


def _link(url: str, content: str, rel: str = "") -> str:
    return f'<a href="{escape(url)}"{f""" rel="{escape(rel)}" """.rstrip() if rel else ""}>{content}</a>'


# Mobiledoc


def _section(section: list[object], document: Mapping[str, object]) -> str:
    kind, tag = _at(section, 0), _at(section, 1)
    if kind == 10:
        card = _at(document.get("cards"), tag)
        return _card(*_name_and_payload(card)) if card is not None else ""
    if kind == 2:
        return ""  # an image without a text
    name = tag if isinstance(tag, str) and tag in _SECTIONS else "ul" if kind == 3 else "p"
    if kind == 3:
        return _element(name, "".join(_element("li", _markers(_list(item), document)) for item in _list(_at(section, 2))))
    return _element(name, _markers(_list(_at(section, 2)), document))


def _markers(markers: Iterable[object], document: Mapping[str, object]) -> str:
    parts: list[str] = []
    opened: list[str] = []
    for marker in markers:
        for index in _list(_at(marker, 1)):
            tag, attributes = _markup(_at(document.get("markups"), index))
            parts.append(f"<{tag}{attributes}>" if tag else "")
            opened.append(tag)
        value = _at(marker, 3)
        if _at(marker, 0) == 1:
            atom = _at(document.get("atoms"), value)
            text = _at(atom, 1)
            parts.append("<br>" if _at(atom, 0) == "soft-return" else escape(text, quote=False) if isinstance(text, str) else "")
        elif isinstance(value, str):
            parts.append(escape(value, quote=False))
        closed = _at(marker, 2)
        for _ in range(min(closed, len(opened)) if isinstance(closed, int) else 0):
            tag = opened.pop()
            parts.append(f"</{tag}>" if tag else "")
    parts += [f"</{tag}>" for tag in reversed(opened) if tag]
    return "".join(parts)


def _markup(markup: object) -> tuple[str, str]:
    """Return the tag of a markup and its attributes as they stand in HTML."""
    tag = _at(markup, 0)
    if not isinstance(tag, str) or tag.lower() not in _MARKUPS:
        return "", ""
    names = _list(_at(markup, 1))
    pairs = [(name, value) for name, value in zip(names[::2], names[1::2], strict=False) if name in ("href", "rel", "title")]
    return tag.lower(), "".join(f' {name}="{escape(value)}"' for name, value in pairs if isinstance(value, str))


# Cards, which both have


def _card(name: str, card: dict[str, object]) -> str:
    if name in _CARDS:
        content = _CARDS[name](card)
        return f"<div>{content}</div>\n" if content else ""
    known = _NO_NAME.sub("-", name.lower()).strip("-")[:40]
    return f"<kg-{known}></kg-{known}>\n" if known else ""


def _blocks(card: Mapping[str, object], *keys: str) -> str:
    """Return the fields that hold HTML, each as a block of its own."""
    return "".join(f"<div>{value}</div>" for key in keys if (value := _string(card, key).strip()))


def _plain(card: Mapping[str, object], *keys: str) -> str:
    """Return the fields that hold plain text, each as a block of its own."""
    return "".join(f"<p>{escape(value, quote=False)}</p>" for key in keys if (value := _string(card, key).strip()))


def _button(card: Mapping[str, object], text: str, url: str) -> str:
    label = escape(_string(card, text), quote=False)
    return f"<p>{_link(_string(card, url), label)}</p>" if label and _string(card, url) else _plain(card, text)


def _image(card: Mapping[str, object]) -> str:
    attributes = "".join(f' {key}="{escape(_string(card, key))}"' for key in ("alt", "title") if _string(card, key))
    image = f"<img{attributes}>"
    href = _string(card, "href")
    return (_link(href, image) if href else image) + _blocks(card, "caption")


def _gallery(card: Mapping[str, object]) -> str:
    images = "".join(_image(image) for image in _list(card.get("images")) if isinstance(image, dict))
    return images + _blocks(card, "caption")


def _markdown(card: Mapping[str, object]) -> str:
    from pyromark import Markdown, Options

    text = _string(card, "markdown")
    return Markdown(options=Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH).html(text) if text else ""


def _bookmark(card: Mapping[str, object]) -> str:
    about = _table(card.get("metadata"))
    url = _string(card, "url") or _string(about, "url")
    title = escape(_string(about, "title") or _string(card, "title") or url, quote=False)
    shown = f"<p>{_link(url, title)}</p>" if url else ""
    return shown + _plain(about, "description", "author", "publisher") + _blocks(card, "caption")


def _toggle(card: Mapping[str, object]) -> str:
    return f"<details><summary>{_string(card, 'heading')}</summary>{_string(card, 'content')}</details>"


def _call_to_action(card: Mapping[str, object]) -> str:
    label = _blocks(card, "sponsorLabel") if card.get("hasSponsorLabel") else ""
    button = _button(card, "buttonText", "buttonUrl") if card.get("showButton", True) else ""
    return label + _blocks(card, "textValue") + button


def _code(card: Mapping[str, object]) -> str:
    return f"<pre><code>{escape(_string(card, 'code'), quote=False)}</code></pre>" + _blocks(card, "caption")


def _nothing(_: Mapping[str, object]) -> str:
    return ""


_CARDS: dict[str, Callable[[Mapping[str, object]], str]] = {
    "audio": lambda card: _plain(card, "title"),
    "before-after": lambda card: _blocks(card, "caption"),
    "bookmark": _bookmark,
    "button": lambda card: _button(card, "buttonText", "buttonUrl"),
    "call-to-action": _call_to_action,
    "callout": lambda card: _plain(card, "calloutEmoji") + _blocks(card, "calloutText"),
    "card-markdown": _markdown,
    "code": _code,
    "codeblock": _code,
    "email": _nothing,  # these two are seen in the newsletter only
    "email-cta": _nothing,
    "embed": lambda card: _blocks(card, "html", "caption"),
    "file": lambda card: _plain(card, "fileTitle", "fileCaption"),
    "gallery": _gallery,
    "header": lambda card: _blocks(card, "header", "subheader") + _button(card, "buttonText", "buttonUrl"),
    "horizontalrule": lambda _: "<hr>",
    "hr": lambda _: "<hr>",
    "html": lambda card: _string(card, "html"),
    "image": _image,
    "markdown": _markdown,
    "paywall": _nothing,
    "product": lambda card: _blocks(card, "productTitle", "productDescription") + _button(card, "productButton", "productUrl"),
    "signup": lambda card: _blocks(card, "header", "subheader") + _plain(card, "buttonText") + _blocks(card, "disclaimer"),
    "toggle": _toggle,
    "video": lambda card: _blocks(card, "caption"),
}
