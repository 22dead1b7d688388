"""Judge from a tag's own attributes and inline style whether a reader can see what it encloses.

Style sheets aren't read: what a class or an id does to a text is unknown here, and unknown counts as visible.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.readers.colors import RGB, is_near, is_transparent, parse_color

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disclosure_check.readers.flow import Channel

_UNREADABLE = 5.0  # pixels; at and below this size nobody reads a text
_SMALL = 10.0  # pixels; below this size a text counts as fine print
_DEFAULT_SIZE = 16.0
_FAINT = 0.05  # of an opacity
_WHITE: RGB = (255, 255, 255)

# What Bootstrap, WordPress, GitHub and Tailwind call text that only screen readers get.
_SCREEN_READER_CLASSES = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only"})

_FONT_SIZES = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0, "-1": 13.0, "-2": 10.0, "-3": 8.0}
_SIZE_WORDS = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0}
_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78}
_LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))\s*(px|pt|pc|in|cm|mm|em|rem|%|)")
_FAR_OFF = re.compile(r"-\s*\d{3,}(?:\.\d+)?\s*(?:px|em|rem|%|pt|vw|vh)")
_CLIPPED = re.compile(r"rect\(\s*(?:[01](?:px|em)?[\s,]*){4}\)|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0(?:px)?\s+0(?:px)?\s*\)")
_MOVED_AWAY = re.compile(r"scale\(\s*0\s*\)|translate[xy]?\(\s*-\s*\d{4,}")
_NO_ROOM = re.compile(r"[01](?:px|em|rem|%)?")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class Look(Struct, frozen=True):
    """How a stretch of a page looks, as far as its own tags say; a reason is None where nothing speaks for it."""

    removed: str | None = None  # not shown, and no child can undo it
    collapsed: str | None = None  # shown only after a click
    small: str | None = None
    invisible: str | None = None  # visibility:hidden, which a child can undo
    size: float = _DEFAULT_SIZE  # of the font, in pixels
    size_reason: str = ""
    color: RGB | None = None
    color_reason: str = ""
    transparent: bool = False
    background: RGB | None = _WHITE  # None where a class or a picture may have set it
    background_reason: str = ""

    def concealment(self) -> tuple[Channel, str] | None:
        """Return the channel and the reason if a reader doesn't plainly see this, else None."""
        if self.removed or self.invisible:
            return "hidden", self.removed or self.invisible or ""
        if self.size <= _UNREADABLE:
            return "hidden", self.size_reason
        if self.transparent:
            return "hidden", self.color_reason
        if self.color and self.background and is_near(self.color, self.background):
            return "hidden", self.color_reason + (f"; {self.background_reason}" if self.background_reason else "")
        if self.collapsed:
            return "collapsed", self.collapsed
        if self.small:
            return "small", self.small
        return ("small", self.size_reason) if self.size < _SMALL else None


def restyle(look: Look | None, name: str, attributes: Mapping[str, str]) -> Look:
    """Return how the content of a tag looks whose surroundings look like `look`, or as usual if that is None.

    `name` and the names in `attributes` are in lower case, the values decoded.
    """
    look = look or Look()
    if name == "small":
        look = replace(look, small="<small>")
    elif name == "details" and "open" not in attributes:
        look = replace(look, collapsed="<details>")
    elif name == "dialog" and "open" not in attributes:
        look = replace(look, removed=look.removed or "<dialog>")
    if not attributes:
        return look
    if "hidden" in attributes and attributes["hidden"].lower() != "false":
        look = replace(look, removed=look.removed or "hidden")
    if "class" in attributes or "id" in attributes:
        look = replace(look, background=None, background_reason="")
        for word in attributes.get("class", "").split():
            if word in _SCREEN_READER_CLASSES:
                look = replace(look, removed=look.removed or f'class="{word}"')
    if name == "font":
        look = _font(look, attributes)
    if "bgcolor" in attributes:
        look = _background(look, attributes["bgcolor"], f"bgcolor={attributes['bgcolor']}")
    return _inline_style(look, attributes["style"]) if "style" in attributes else look


def _font(look: Look, attributes: Mapping[str, str]) -> Look:
    size = _FONT_SIZES.get(attributes.get("size", "").strip())
    if size is not None:
        look = replace(look, size=size, size_reason=f"size={attributes['size'].strip()}")
        if size <= 10:
            look = replace(look, small=look.small or look.size_reason)
    return _color(look, attributes["color"], f"color={attributes['color']}") if "color" in attributes else look


def _declarations(style: str) -> dict[str, str]:
    found = {}
    for declaration in _CSS_COMMENT.sub("", style).split(";"):
        key, colon, value = declaration.partition(":")
        if colon:
            found[key.strip().lower()] = value.strip().lower().removesuffix("!important").strip()
    return found


def _inline_style(look: Look, style: str) -> Look:
    rules = _declarations(style)
    removed = _removal(rules)
    if removed:
        look = replace(look, removed=look.removed or removed)
    visibility = rules.get("visibility")
    if visibility in ("hidden", "collapse"):
        look = replace(look, invisible=f"visibility:{visibility}")
    elif visibility == "visible":
        look = replace(look, invisible=None)
    for key in ("font", "font-size"):
        if key in rules:
            size = _size(rules[key], look.size, shorthand=key == "font")
            if size is not None:
                look = replace(look, size=size, size_reason=f"{key}:{rules[key]}")
    for key in ("background", "background-color"):
        if key in rules:
            look = _background(look, rules[key], f"{key}:{rules[key]}")
    if "background-image" in rules and rules["background-image"] != "none":
        look = replace(look, background=None, background_reason="")
    return _color(look, rules["color"], f"color:{rules['color']}") if "color" in rules else look


def _removal(rules: Mapping[str, str]) -> str | None:
    """Return the declaration that takes an element out of sight, or None."""
    is_placed = rules.get("position") in ("absolute", "fixed", "relative")
    is_cut = rules.get("overflow", "").startswith(("hidden", "clip"))
    for key, value in rules.items():
        gone = (
            (key == "display" and value == "none")
            or (key in ("opacity", "zoom") and _number(value) <= _FAINT)
            or (key in ("text-indent", "margin-left", "margin-top") and _FAR_OFF.fullmatch(value))
            or (key in ("left", "top", "right", "bottom") and is_placed and _FAR_OFF.fullmatch(value))
            or (key in ("clip", "clip-path") and _CLIPPED.match(value))
            or (key == "transform" and _MOVED_AWAY.match(value))
            or (key in ("height", "max-height", "width", "max-width") and is_cut and _NO_ROOM.fullmatch(value))
        )
        if gone:
            return f"{key}:{value}"
    return None


def _number(value: str) -> float:
    """Return a number or percentage; 1, which hides nothing, if it is neither."""
    try:
        return float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        return 1.0


def _size(value: str, parent: float, *, shorthand: bool) -> float | None:
    """Return the font size in pixels that `value` sets inside a font of `parent` pixels, or None."""
    for word in value.partition("/")[0].split() if shorthand else [value]:
        if word in _SIZE_WORDS:
            return _SIZE_WORDS[word]
        if word in ("smaller", "larger"):
            return parent * (0.83 if word == "smaller" else 1.2)
        match = _LENGTH.fullmatch(word)
        if match and (match[2] or (not shorthand and float(match[1]) == 0)):
            number, unit = float(match[1]), match[2]
            if unit in ("em", "%"):
                return parent * number / (100 if unit == "%" else 1)
            return number * (_DEFAULT_SIZE if unit == "rem" else _UNITS.get(unit, 1.0))
    return None


def _color(look: Look, value: str, reason: str) -> Look:
    if is_transparent(value):
        return replace(look, color=None, transparent=True, color_reason=reason)
    color = parse_color(value)
    return replace(look, color=color, transparent=False, color_reason=reason) if color else look


def _background(look: Look, value: str, reason: str) -> Look:
    if "url(" in value or "gradient" in value:
        return replace(look, background=None, background_reason="")
    if is_transparent(value) or value in ("none", "inherit", "initial"):
        return look
    return replace(look, background=parse_color(value.removesuffix("no-repeat").strip()), background_reason=reason)
