"""One phrase in every place of every markup: found exactly where a reader sees it, and nowhere else.

In the tables « and » stand around the words that must be found; they are taken out before the text is read. A text
without them holds the phrase where no reader sees it, or where few do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from disclosure_check.annotate import annotate
from disclosure_check.check import check_post
from disclosure_check.model import Format, Post
from disclosure_check.prefilter import Prefilter
from disclosure_check.readers.files import read_paths
from disclosure_check.readers.markup import parse
from disclosure_check.reports.record import post_record
from disclosure_check.rulebook import Cues, Rulebook, SignalKind, load_rulebook, plain_kind

PHRASE = "use code MIA20 for 20% off"
KEYS = ("start", "end", "line", "column", "end_line", "end_column", "match")


def _rulebook() -> Rulebook:
    """Return a rulebook of one rule that minds the phrase, whatever stands around it."""
    book = load_rulebook()
    [rule] = [rule for rule in book.rules if rule.id == "DC209"]
    rule = replace(rule, match={"signal": "wording", "topics": ["own-term"]})
    return replace(with_only(book, plain_kind("probe", "wording", [PHRASE])), rules=(rule,), cues=Cues({}, {}, (), (), {}))


def with_only(book: Rulebook, kind: SignalKind) -> Rulebook:
    prefilter = Prefilter([kind])
    return replace(book, signals=(kind,), prefilter=lambda: prefilter)


BOOK = _rulebook()


def findings(post: Post) -> list[tuple[object, ...]]:
    record = post_record(check_post(post, BOOK))
    assert record["error"] is None
    return [tuple(finding[key] for key in KEYS) for finding in record["findings"]]


def unmarked(source: str) -> str:
    return source.replace("«", "").replace("»", "")


def expected(source: str) -> list[tuple[object, ...]]:
    """Return what must be found in a source: where its marks stand, and the words between them."""
    text = unmarked(source)
    starts = [match.start() - 2 * index for index, match in enumerate(re.finditer("«", source))]
    ends = [match.start() - 2 * index - 1 for index, match in enumerate(re.finditer("»", source))]
    return [(start, end, *place(text, start), *place(text, end), text[start:end]) for start, end in zip(starts, ends, strict=True)]


def place(text: str, offset: int) -> tuple[int, int]:
    lines = re.split("\r\n|\r|\n", text[:offset])
    return len(lines), len(lines[-1]) + 1


Change = Callable[[str], str]

LINE_ENDS: dict[str, Change] = {
    "crlf": lambda source: source.replace("\n", "\r\n"),
    "cr": lambda source: source.replace("\n", "\r"),
}
AFTER = "👩\u200d🚀🇫🇷 e\u0301 \U0001f44b\U0001f3fd!\n\n"  # a family of code points, a flag, a combining mark, a skin tone
MARKDOWN_CHANGES: dict[str, Change] = LINE_ENDS | {
    "after-emoji": lambda source: AFTER + source,
    "in-quote": lambda source: re.sub("^", "> ", source, flags=re.MULTILINE),
    "in-item": lambda source: "- " + re.sub(r"\n(?!\n|\Z)", "\n  ", source),
    "in-quote-in-item": lambda source: "1. x\n\n   > " + re.sub(r"\n", "\n   > ", source),
    "between-crlf-paragraphs": lambda source: "x\n\n".replace("\n", "\r\n") + source,
}
HTML_CHANGES: dict[str, Change] = LINE_ENDS | {
    "after-emoji": lambda source: AFTER + source,
    "in-quote": lambda source: f"<blockquote>\n{source}\n</blockquote>",
    "in-cell": lambda source: f"<table>\n<tr>\n<td>x<td>{source}\n</table>",
    "in-page": lambda source: f"<!DOCTYPE html>\n<html lang=en><head><title>x</title></head>\n<body>\n{source}\n</body></html>",
}
INDENTED_CHANGES: dict[str, Change] = LINE_ENDS | {"after-emoji": lambda source: AFTER + source}


def variants(name: str, source: str, changes: dict[str, Change]) -> dict[str, str]:
    """Return a place as it is, and in each way of `changes` that leaves it what it is."""
    if begins_file(source) or "\r" in source:
        return {"": source}
    # A tab is narrower behind the mark of a quote or an item; and there, import and export are words.
    is_fixed = name.startswith(("tab-indented", "import", "export"))
    changed = {label: change(source) for label, change in changes.items() if not (is_fixed and label.startswith("in-"))}
    return {"": source, **changed}


def begins_file(source: str) -> bool:
    return source.startswith(("---\n", "+++\n", "{\n", "\ufeff"))


MARKDOWN = {
    # Seen
    "paragraph": "Now «use code MIA20 for 20% off» at Lumo.\n",
    "capitals": "Now «USE CODE Mia20 FOR 20% OFF» at Lumo.\n",
    "whole-text": "«use code MIA20 for 20% off»",
    "wrapped": "Now «use code\nMIA20 for 20% off» at Lumo.\n",
    "wrapped-at-each-word": "«use\ncode\nMIA20\nfor\n20%\noff»\n",
    "wrapped-and-indented": "Now «use code\n   MIA20 for 20% off» at Lumo.\n",
    "hard-break": "Now «use code  \nMIA20 for 20% off» at Lumo.\n",
    "backslash-break": "Now «use code\\\nMIA20 for 20% off» at Lumo.\n",
    "html-break": "Now «use code<br>MIA20 for 20% off» at Lumo.\n",
    "heading": "## Now «use code MIA20 for 20% off»\n\nx\n",
    "heading-closed": "# Now «use code MIA20 for 20% off» #\n",
    "heading-underlined": "Now «use code MIA20 for 20% off»\n===\n\nx\n",
    "heading-over-lines": "Now «use code\nMIA20 for 20% off»\n---\n",
    "heading-with-id": "## «use code MIA20 for 20% off» {#deal}\n",
    "list": "- x\n- now «use code MIA20 for 20% off» here\n- y\n",
    "wrapped-in-list": "* x\n* now «use code\n  MIA20 for 20% off» here\n",
    "wrapped-in-list-lazily": "* now «use code\nMIA20 for 20% off» here\n",
    "numbered-list": "9. x\n10. now «use code MIA20 for\n    20% off» here\n",
    "nested-list": "- x\n  - y\n    - now «use code\n      MIA20 for 20% off» here\n",
    "loose-list": "- x\n\n- now «use code MIA20 for 20% off» here\n\n  y\n",
    "second-paragraph-of-item": "- x\n\n  now «use code\n  MIA20 for 20% off» here\n",
    "tab-indented-list": "-\tx\n\t-\tnow «use code\n\t\tMIA20 for 20% off» here\n",
    "task": "- [x] now «use code MIA20 for 20% off»\n",
    "quote": "> now «use code MIA20 for 20% off» here\n",
    "wrapped-in-quote": "> now «use code\n> MIA20 for 20% off» here\n",
    "wrapped-in-quote-lazily": "> now «use code\nMIA20 for 20% off» here\n",
    "nested-quote": "> x\n>\n> > now «use code\n> > MIA20 for 20% off» here\n",
    "quote-in-list": "- x\n\n  > now «use code\n  > MIA20 for 20% off» here\n",
    "nested-quote-in-list": "- > > now «use code\n  > > MIA20 for 20% off» here\n",
    "list-in-quote": "> - x\n> - now «use code\n>   MIA20 for 20% off» here\n",
    "bold": "Now **«use code MIA20 for 20% off»** here\n",
    "bold-inside": "Now «use code **MIA20** for 20% off» here\n",
    "bold-inside-wrapped": "Now «use **code\nMIA20** for 20% off» here\n",
    "bold-in-word": "Now «use code MIA**20** for 20% off» here\n",
    "bold-underscores": "Now «use __code__ MIA20 for __20%__ off» here\n",
    "italic-inside": "Now «use *code* MIA20 _for_ 20% off» here\n",
    "bold-italic-inside": "Now «use ***code MIA20*** for 20% off» here\n",
    "bold-ends-inside": "**Now «use code** MIA20 for 20% off» here\n",
    "strike-inside": "Now «use ~~code~~ MIA20 for 20% off» here\n",
    "strike-inside-by-one-sign": "Now «use ~code~ MIA20 for 20% off» here\n",
    "highlight-inside": "Now «use code ==MIA20 **for**== 20% off» here\n",
    "highlight": "Now ==«use code MIA20 for 20% off»== here\n",
    "comparisons": "Now a == b, c==d==e and «use code MIA20 for 20% off» here\n",
    "attributes-inside": "Now «use code **MIA20**{: .big} for *20%*{.big #x} off» here\n",
    "image-in-link-inside": "Now «use code [![x](a.png)](/b) MIA20 for 20% off» here\n",
    "wrong-html-break": "Now «use code</br>MIA20 for 20% off» here\n",
    "link": "Now [«use code MIA20 for 20% off»](https://lumo.example/) here\n",
    "link-inside": "Now «use code [MIA20](https://lumo.example/a_(b) 'x y') for 20% off» here\n",
    "link-wrapped": "> Now [«use code\n> MIA20 for 20% off»](https://lumo.example/) here\n",
    "link-by-reference": "Now «use [code MIA20][lumo] for 20% off» here\n\n[lumo]: https://lumo.example/\n",
    "bold-link-inside": "Now «use **[code](https://lumo.example/) MIA20** for 20% off» here\n",
    "code-as-code": "Now «use code `MIA20` for 20% off» here\n",
    "code-as-bold-code": "Now «use code **`MIA20`** for 20% off» here\n",
    "code-as-html-code": "Now «use code <code>MIA20</code> for 20% off» here\n",
    "code-as-double-code": "Now «use code `` MIA20 `` for 20% off» here\n",
    "image-inside": "Now «use code ![x](a.png) MIA20 for 20% off» here\n",
    "footnote-inside": "Now «use code[^1] MIA20 for 20% off» here\n\n[^1]: x\n",
    "comment-inside": "Now «use code <!-- x --> MIA20 for 20% off» here\n",
    "comment-over-lines-inside": "Now «use code <!-- x\ny --> MIA20 for 20% off» here\n",
    "html-inside": 'Now «use <b class="x">code</b> MIA20 <span>for</span> 20% off» here\n',
    "html-in-word": "Now «use code MIA<b>20</b> for 20% off» here\n",
    "escapes": "Now «use code MIA20 for 20\\% off»\\! here\n",
    "entities": "Now «use code MIA&#50;&#x30; for 20&percnt; off» here\n",
    "entity-first-and-last": "Now «&#117;se code MIA20 for 20% of&#102;» here\n",
    "no-break-spaces": "Now «use\u00a0code\u00a0MIA20 for\u202f20%&nbsp;off» here\n",
    "soft-hyphens": "Now «use co\u00adde MIA\u00ad20 for 20% o&shy;ff» here\n",
    "zero-width-spaces": "Now «use co\u200bde MIA\u200b20 for 20% o&ZeroWidthSpace;ff» here\n",
    "emoji-inside": "Now «use 👉🏽 code MIA20 ✨ for 20% off» here\n",
    "after-emoji": "👩\u200d👩\u200d👧🇫🇷🎁 **é** e\u0301 «use code MIA20 for 20% off»\n",
    "tabs": "a\tb\t«use code\tMIA20 for 20% off»\n",
    "double-spaces": "Now «use  code   MIA20 for 20% off» here\n",
    "table-head": "| «use code MIA20 for 20% off» | b |\n|---|---|\n| c | d |\n",
    "table-cell": "| a | b |\n|---|:-:|\n| c \\| d | now «use code **MIA20** for 20% off» |\n",
    "table-cell-without-bars": "a | b\n--- | ---\nc | «use code MIA20 for 20% off»\n",
    "footnote": "x[^a]\n\n[^a]: Now «use code\n    MIA20 for 20% off» here\n",
    "footnote-second-paragraph": "x[^a]\n\n[^a]: y\n\n    now «use code MIA20 for 20% off» here\n",
    "definition": "Lumo\n: now «use code MIA20 for 20% off» here\n",
    "caption": '<figure><img src="a.png"><figcaption>Now «use code\nMIA20 for 20% off»</figcaption></figure>\n',
    "summary": "<details><summary>Now «use code MIA20 for 20% off»</summary>\n\nx\n\n</details>\n",
    "open-details": "<details open>\n<summary>x</summary>\n\nNow «use code\nMIA20 for **20%** off»\n\n</details>\n",
    "alert": "> [!TIP]\n> Now «use code\n> MIA20 for 20% off» here\n",
    "admonition": ":::tip\n\nNow «use code\nMIA20 for 20% off» here\n\n:::\n",
    "admonition-close": ":::tip\nNow «use code MIA20 for 20% off» here\n:::\n",
    "admonition-title": ":::tip[«use code MIA20 for 20% off»]\n\nx\n\n:::\n",
    "html-block": "<div>\nNow «use code\nMIA20 for <b>20%</b> off» here\n</div>\n",
    "markdown-in-html-block": '<div class="note">\n\nNow «use code\n**MIA20** for 20% off» here\n\n</div>\n',
    "html-list": "<ul>\n  <li>x</li>\n  <li>Now «use code\n  MIA20 for 20% off»</li>\n</ul>\n",
    "after-comment": "x\n\n<!-- y -->\nNow «use code MIA20 for 20% off» here\n",
    "after-shortcode": "{{< deal >}} now «use code MIA20 for 20% off» here\n",
    "in-paired-shortcode": "{{% notice %}}\nNow «use code\nMIA20 for 20% off» here\n{{% /notice %}}\n",
    "in-liquid-block": "{% if deal %}\nNow «use code MIA20 for 20% off» here\n{% endif %}\n",
    "after-liquid-output": "{{ page.deal }} and «use code MIA20 for 20% off» here\n",
    "after-kramdown-attributes": "{: .note}\nNow «use code MIA20 for 20% off» here\n",
    "prices-around": "It costs $5, «use code MIA20 for 20% off» and save $10, or $$ more\n",
    "after-front-matter": "---\ntitle: x\n---\nNow «use code MIA20 for 20% off» here\n",
    "after-toml-front-matter": '+++\ntitle = "é😀"\n+++\n\nNow «use code MIA20 for 20% off» here\n',
    "after-json-front-matter": '{\n"title": "é😀"\n}\n\nNow «use code MIA20 for 20% off» here\n',
    "after-crlf-front-matter": "---\r\ntitle: x\r\n---\r\n\r\nNow «use code\r\nMIA20 for 20% off» here\r\n",
    "after-byte-order-mark": "\ufeff«use code MIA20 for 20% off» here\n",
    "after-byte-order-mark-and-front-matter": "\ufeff---\ntitle: x\n---\nNow «use code MIA20 for 20% off» here\n",
    "mixed-line-ends": "a\r\nb\rc\n\r\nNow «use code\r\nMIA20\nfor\r20% off» here\n",
    "long-line": "x 😀 " * 20_000 + "«use code MIA20 for 20% off»" + " y" * 20_000 + "\n",
    "long-list": "- x\n" * 5_000 + "- «use code\n  MIA20 for 20% off»\n",
    "after-thematic-break": "x\n\n---\n\n«use code MIA20 for 20% off»\n",
    "after-unclosed-emphasis": "**x *y `z «use code MIA20 for 20% off» here\n",
    "after-unknown-braces": "{x {{ y «use code MIA20 for 20% off» here\n",
    "twice": "Now «use code MIA20 for 20% off» here.\n\n- x\n- and «use code\n  MIA20 for 20% off» there\n",
    # Unseen
    "fence": "x\n\n```\nuse code MIA20 for 20% off\n```\n",
    "fence-with-language": "```js {2}\nuse code MIA20 for 20% off\n```\n",
    "fence-info": "```use code MIA20 for 20% off\nx\n```\n",
    "tilde-fence": "~~~\nuse code MIA20 for 20% off\n~~~\n",
    "fence-in-list": "- x\n\n  ```\n  use code MIA20 for 20% off\n  ```\n",
    "fence-in-quote": "> ```\n> use code MIA20 for 20% off\n> ```\n",
    "indented-code": "x\n\n    use code MIA20 for 20% off\n\ny\n",
    "tab-indented-code": "x\n\n\tuse code MIA20 for 20% off\n\ny\n",
    "code-span": "x `use code MIA20 for 20% off` y\n",
    "code-span-over-lines": "x `use code\nMIA20 for 20% off` y\n",
    "comment": "x\n\n<!-- use code MIA20 for 20% off -->\n",
    "comment-over-paragraphs": "<!--\nx\n\nuse code MIA20 for 20% off\n\n-->\n",
    "inline-comment": "x <!-- use code MIA20 for 20% off --> y\n",
    "comment-by-definition": "x\n\n[//]: # (use code MIA20 for 20% off)\n",
    "link-target": "[x](<https://lumo.example/use code MIA20 for 20% off>) y\n",
    "link-title": '[x](https://lumo.example/ "use code MIA20 for 20% off") y\n',
    "definition-title": "[x] y\n\n[x]: https://lumo.example/ 'use code MIA20 for 20% off'\n",
    "image-description": "![use code MIA20 for 20% off](a.png) y\n",
    "image-target": "![x](<use code MIA20 for 20% off.png>) y\n",
    "image-title": "![x](a.png 'use code MIA20 for 20% off') y\n",
    "attribute": 'x <span data-x="use code MIA20 for 20% off">y</span>\n',
    "attribute-of-block": '<div data-x="use code MIA20\nfor 20% off">\n\ny\n\n</div>\n',
    "html-title": 'x <abbr title="use code MIA20 for 20% off">y</abbr>\n',
    "script": "<script>\nlet x = 'use code MIA20 for 20% off'\n</script>\n",
    "style": "<style>\n/* use code MIA20 for 20% off */\n</style>\n",
    "template": "<template>\nuse code MIA20 for 20% off\n</template>\n",
    "noscript": "<noscript>use code MIA20 for 20% off</noscript>\n",
    "not-displayed": '<p style="display:none">use code MIA20 for 20% off</p>\n',
    "not-displayed-around-markdown": '<div style="display:none">\n\nuse code MIA20 for 20% off\n\n</div>\n',
    "hidden": "<p hidden>use code MIA20 for 20% off</p>\n",
    "closed-details": "<details><summary>x</summary>\n\nuse code MIA20 for 20% off\n\n</details>\n",
    "html-code": "x <code>use code MIA20 for 20% off</code> y\n",
    "heading-attributes": '## x {#y data-z="use code MIA20 for 20% off"}\n',
    "kramdown-attributes": 'x\n{: title="use code MIA20 for 20% off"}\n',
    "kramdown-comment": "x\n\n{::comment}\nuse code MIA20 for 20% off\n{:/comment}\n",
    "shortcode-argument": 'x {{< deal text="use code MIA20 for 20% off" >}} y\n',
    "shortcode-argument-over-lines": '{{< deal\n  text="use code MIA20 for 20% off"\n>}}\n',
    "hugo-comment": "{{/* use code MIA20 for 20% off */}}\n",
    "hugo-highlight": "{{< highlight text >}}\nuse code MIA20 for 20% off\n{{< /highlight >}}\n",
    "liquid-tag": '{% include deal.html text="use code MIA20 for 20% off" %}\n',
    "liquid-output": "x {{ 'use code MIA20 for 20% off' | upcase }} y\n",
    "liquid-comment": "{% comment %}\nuse code MIA20 for 20% off\n{% endcomment %}\n",
    "liquid-inline-comment": "x {% # use code MIA20 for 20% off %} y\n",
    "liquid-raw": "{% raw %}\nuse code MIA20 for 20% off\n{% endraw %}\n",
    "liquid-highlight": "{% highlight text %}\nuse code MIA20 for 20% off\n{% endhighlight %}\n",
    "nunjucks-comment": "x {# use code MIA20 for 20% off #} y\n",
    "nunjucks-comment-over-lines": "{#\n\nuse code MIA20 for 20% off\n\n#}\n",
    "nunjucks-verbatim": "{% verbatim %}\nuse code MIA20 for 20% off\n{% endverbatim %}\n",
    "handlebars-comment": "x {{!-- use code MIA20 for 20% off --}} y\n",
    "display-math": "x\n\n$$\nuse code MIA20 for 20% off\n$$\n",
    "front-matter": "---\nsummary: use code MIA20 for 20% off\n---\nx\n",
    "toml-front-matter": '+++\nsummary = "use code MIA20 for 20% off"\n+++\nx\n',
    "json-front-matter": '{\n"summary": "use code MIA20 for 20% off"\n}\nx\n',
    "broken-by-code": "x use code `a = b` MIA20 for 20% off y\n",
    "broken-by-shortcode": "x use code {{< deal >}} MIA20 for 20% off y\n",
    "broken-by-paragraphs": "x use code\n\nMIA20 for 20% off y\n",
    "other-words": "x use codes MIA20 for 20% off, use code MIA200 for 20% off y\n",
}

MDX = {
    # Seen
    "paragraph": "Now «use code MIA20 for 20% off» here.\n",
    "wrapped-in-list": "- now «use code\n  MIA20 for 20% off» here\n",
    "wrapped-in-quote": "> now «use code\n> MIA20 for 20% off» here\n",
    "bold-inside": "Now «use **code MIA20** for 20% off» here\n",
    "link-inside": "Now «use [code](https://lumo.example/) MIA20 for 20% off» here\n",
    "code-as-code": "Now «use code `MIA20` for 20% off» here\n",
    "code-as-jsx-code": "Now «use code <code>MIA20</code> for 20% off» here\n",
    "heading": "# Now «use code MIA20 for 20% off»\n",
    "table-cell": "| a | b |\n|---|---|\n| c | «use code MIA20 for 20% off» |\n",
    "footnote": "x[^1]\n\n[^1]: «use code MIA20 for 20% off»\n",
    "admonition": ":::note\n\nNow «use code MIA20 for 20% off» here\n\n:::\n",
    "after-import": "import A from 'a'\n\nNow «use code MIA20 for 20% off» here\n",
    "after-import-over-lines": "import {\n  A,\n  B,\n} from 'a'\n\nNow «use code MIA20 for 20% off» here\n",
    "after-export": "export const a = {\n  b: [1],\n\n  c: 2,\n}\n\nNow «use code MIA20 for 20% off» here\n",
    "after-export-with-bracket": "export const a = ':('\n\nNow «use code MIA20 for 20% off» here\n",
    "in-component": "<Note>\n  Now «use code\n  MIA20 for 20% off» here\n</Note>\n",
    "in-component-apart": "<Note>\n\nNow «use code **MIA20** for 20% off» here\n\n</Note>\n",
    "in-component-on-a-line": "<Note>Now «use code MIA20 for 20% off» here</Note>\n",
    "in-nested-components": "<A>\n    <B c={{d: 1}}>\n        Now «use code\n        MIA20 for 20% off» here\n    </B>\n</A>\n",
    "in-dotted-component": "<A.B>Now «use code MIA20 for 20% off»</A.B>\n",
    "in-fragment": "<>\n  Now «use code MIA20 for 20% off» here\n</>\n",
    "in-jsx-element": '<div className="x">\n  Now «use code MIA20 for 20% off» here\n</div>\n',
    "indented": "x\n\n    now «use code MIA20 for 20% off» here\n",
    "component-inside": "Now «use <B>code</B> MIA20 for 20% off» here\n",
    "component-with-attribute-inside": "Now «use <B c={() => '>'}>code</B> MIA20 for 20% off» here\n",
    "string-expression": "Now «{'use code MIA20 for 20% off'}» here\n",
    "string-expression-inside": "Now «use {'code'} MIA20 for 20% off» here\n",
    "template-expression": "Now «{`use code MIA20 for 20% off`}» here\n",
    "space-expression": "Now «use code{' '}\nMIA20 for 20% off» here\n",
    "comment-inside": "Now «use code {/* x */} MIA20 for 20% off» here\n",
    "escaped-brace": "\\{ now «use code MIA20 for 20% off» here \\}\n",
    "entities": "Now «use&nbsp;code MIA&#50;0 for 20% off» here\n",
    "after-emoji": "👩\u200d🚀🇫🇷 e\u0301 «use code MIA20 for 20% off»\n",
    "after-spread": "<Note {...props} a='>'>\n\nNow «use code MIA20 for 20% off»\n\n</Note>\n",
    "summary": "<details>\n  <summary>Now «use code MIA20 for 20% off»</summary>\n  x\n</details>\n",
    "tab-items": '<Tabs>\n<TabItem value="a" label="b">\n\nNow «use code MIA20 for 20% off»\n\n</TabItem>\n</Tabs>\n',
    "after-front-matter": "---\ntitle: x\n---\n\nimport A from 'a'\n\nNow «use code MIA20 for 20% off»\n",
    "import-as-a-word-before-a-module": "import duties are due\r\n\r\nNow «use code MIA20 for 20% off»\r\n\r\nimport A from 'a'\r\n",
    "import-as-a-word": "import duties are due\n\nNow «use code MIA20 for 20% off»\n",
    "twice": "<A>«use code MIA20 for 20% off»</A>\n\n- <B/> «use code\n  MIA20 for 20% off»\n",
    # Unseen
    "import": "import a from './use code MIA20 for 20% off'\n\nx\n",
    "export": "export const a = 'use code MIA20 for 20% off'\n\nx\n",
    "export-over-lines": "export const a = {\n  b: 'use code MIA20 for 20% off',\n}\n\nx\n",
    "export-of-jsx": "export const A = () => (\n  <div>\n\n    use code MIA20 for 20% off\n  </div>\n)\n\nx\n",
    "export-of-template": "export const a = `\n\nuse code MIA20 for 20% off\n`\n\nx\n",
    "export-of-list": "export const a = [\n\n'use code MIA20 for 20% off',\n]\n\nx\n",
    "export-function": "export function A() {\n  return <p>use code MIA20 for 20% off</p>\n}\n\nx\n",
    "expression": "x {deal('use code MIA20 for 20% off', {a: 1})} y\n",
    "expression-over-lines": "{[1].map((a) => (\n  <p>use code MIA20 for 20% off</p>\n))}\n",
    "comment": "{/* use code MIA20 for 20% off */}\n",
    "comment-over-lines": "{/*\n  use code MIA20 for 20% off\n*/}\n",
    "inline-comment": "x {/* use code MIA20 for 20% off */} y\n",
    "attribute": '<Deal text="use code MIA20 for 20% off" />\n',
    "attribute-expression": "<Deal text={'use code MIA20 for 20% off'} />\n",
    "attribute-over-lines": "<Deal\n  text={'use code MIA20 for 20% off'}\n  >\n\nx\n\n</Deal>\n",
    "attribute-with-jsx": "<Deal text={<p>use code MIA20 for 20% off</p>}>x</Deal>\n",
    "title": 'x <abbr title="use code MIA20 for 20% off">y</abbr>\n',
    "code-span": "x `use code MIA20 for 20% off` y\n",
    "fence": "```jsx\nuse code MIA20 for 20% off\n```\n",
    "fence-in-component": "<A>\n\n```\nuse code MIA20 for 20% off\n```\n\n</A>\n",
    "jsx-code": "x <code>use code MIA20 for 20% off</code> y\n",
    "not-displayed": "<p style={{display: 'none'}}>use code MIA20 for 20% off</p>\n",
    "hidden": "<p hidden>use code MIA20 for 20% off</p>\n",
    "hidden-expression": "<p hidden={true}>use code MIA20 for 20% off</p>\n",
    "script": "<script>{`use code MIA20 for 20% off`}</script>\n",
    "style": "<style>{`/* use code MIA20 for 20% off */`}</style>\n",
    "closed-details": "<details>\n<summary>x</summary>\nuse code MIA20 for 20% off\n</details>\n",
    "link-title": '[x](https://lumo.example/ "use code MIA20 for 20% off") y\n',
    "image-description": "![use code MIA20 for 20% off](a.png) y\n",
    "html-comment": "x\n\n<!-- use code MIA20 for 20% off -->\n",
    "front-matter": "---\nsummary: use code MIA20 for 20% off\n---\nx\n",
    "broken-by-component": "x use code <Deal /> MIA20 for 20% off y\n",
    "broken-by-expression": "x use code {deal} MIA20 for 20% off y\n",
}

HTML = {
    # Seen
    "paragraph": "<p>Now «use code MIA20 for 20% off» here</p>\n",
    "no-tags": "Now «use code MIA20 for 20% off» here\n",
    "wrapped": "<p>Now «use code\n  MIA20 for 20% off» here</p>\n",
    "capitals": "<P>Now «USE <B>CODE</B> MIA20 FOR 20% OFF» here</P>\n",
    "unclosed-paragraph": "<p>x<p>now «use code MIA20 for 20% off»<p>y\n",
    "heading": "<h2>Now «use code MIA20 for 20% off»</h2>\n",
    "item": "<ul>\n<li>x</li>\n<li>now «use code\n  MIA20 for 20% off»</li>\n</ul>\n",
    "unclosed-item": "<ul><li>x<li>now «use code MIA20 for 20% off»</ul>\n",
    "nested-item": "<ol><li>x<ul><li><p>now «use code\nMIA20 for 20% off»</p></li></ul></li></ol>\n",
    "quote": "<blockquote><p>Now «use code\nMIA20 for 20% off»</p></blockquote>\n",
    "quote-in-item": "<ul><li><blockquote><blockquote>now «use code\nMIA20 for 20% off»</blockquote></blockquote></li></ul>\n",
    "cell": "<table><tr><td>x</td><td>«use code MIA20 for 20% off»</td></tr></table>\n",
    "head-cell": "<table><thead><tr><th scope=col>«use code MIA20 for 20% off»<tbody><tr><td>x</table>\n",
    "table-caption": "<table><caption>«use code MIA20 for 20% off»</caption><tr><td>x</table>\n",
    "caption": '<figure><img src="a.png" alt="x"><figcaption>Now «use code MIA20 for 20% off»</figcaption></figure>\n',
    "term": "<dl><dt>«use code MIA20 for 20% off»<dd>x</dl>\n",
    "definition": "<dl><dt>x<dd>now «use code MIA20 for 20% off»</dl>\n",
    "footnote": 'x<sup><a href="#f1">1</a></sup><ol><li id="f1">now «use code MIA20 for 20% off» <a href="#r1">↩</a></ol>\n',
    "summary": "<details><summary>Now «use code MIA20 for 20% off»</summary>x</details>\n",
    "open-details": "<details open><summary>x</summary>Now «use code MIA20 for 20% off»</details>\n",
    "admonition": '<div class="admonition tip"><p class="admonition-title">x</p><p>Now «use code MIA20 for 20% off»</p></div>\n',
    "bold-inside": "Now «use <b>code</b> <strong>MIA20</strong> for 20% off» here\n",
    "italic-inside": "Now «use <i>code</i> <em>MIA20</em> for 20% off» here\n",
    "strike-inside": "Now «use <s>code</s> <del>MIA20</del> for 20% off» here\n",
    "mark-inside": "Now «use code <mark>MIA20</mark> <u>for 20%</u> off» here\n",
    "tag-in-word": "Now «use code MIA<b>20</b> f<span>o</span>r 20% off» here\n",
    "link": 'Now <a href="https://lumo.example/">«use code MIA20 for 20% off»</a> here\n',
    "link-inside": 'Now «use <a href="https://lumo.example/?a>b" title="x > y">code MIA20</a> for 20% off» here\n',
    "code-as-code": "Now «use code <code>MIA20</code> for 20% off» here\n",
    "code-as-keys": "Now «use code <kbd class='x'>MIA20</kbd> for 20% off» here\n",
    "code-as-bold-code": "Now «use code <b><code> MIA20 </code></b> for 20% off» here\n",
    "misnested": "Now «use <b>code <i>MIA20</b> for</i> 20% off» here\n",
    "image-inside": 'Now «use code <img src="a.png" alt="x"> MIA20 for 20% off» here\n',
    "break-inside": "Now «use code<br />MIA20 for 20% off» here\n",
    "wrong-break-inside": "Now «use code</br>MIA20 for 20% off» here\n",
    "ruby-inside": "Now «use <ruby>code<rp>(</rp><rp>)</rp></ruby> MIA20 for 20% off» here\n",
    "after-wrong-comment": "<!-- x --!> now «use code MIA20 for 20% off» here\n",
    "option": "<select><option>«use code MIA20 for 20% off»</select>\n",
    "link-around-paragraph": "<a href='/'>x<p>«use code</a> MIA20 for 20% off»</p>\n",
    "word-break-inside": "Now «use code MIA<wbr>20 for 20% off» here\n",
    "comment-inside": "Now «use code <!-- > x -- --> MIA20 for 20% off» here\n",
    "declaration-inside": "Now «use code <?x y?> MIA20 for 20% off» here\n",
    "script-inside": "Now «use code <script>if (a < b) '<p>'</script> MIA20 for 20% off» here\n",
    "entities": "Now «use code MIA&#50;&#x30; for 20&percnt; off» here\n",
    "entity-first-and-last": "Now «&#117;se code MIA20 for 20% of&#102» here\n",
    "no-break-spaces": "Now «use&nbsp;code\u00a0MIA20 for&#160;20%&#xA0;off» here\n",
    "soft-hyphens": "Now «use co&shy;de MIA\u00ad20 for 20% off» here\n",
    "zero-width-spaces": "Now «use co&#8203;de MIA\u200b20 for 20% off» here\n",
    "emoji-inside": "Now «use 👉🏽 code &#128512; MIA20 for 20% off» here\n",
    "after-emoji": "<p>👩\u200d👩\u200d👧🇫🇷🎁 <b>é</b> e\u0301 «use code MIA20 for 20% off»</p>\n",
    "tabs": "<p>\ta\t«use\tcode\t\tMIA20 for 20% off»</p>\n",
    "preformatted": "<pre>Now «use code\n   MIA20 for 20% off» here</pre>\n",
    "button": "<button>«use code MIA20 for 20% off»</button>\n",
    "centered": "<center><font color=red>«use code MIA20 for 20% off»</font></center>\n",
    "address": "<address>«use code MIA20 for 20% off»</address>\n",
    "text-area": "<textarea>«use code MIA20 for 20% off»</textarea>\n",
    "component": "<x-deal a=b>«use code MIA20 for 20% off»</x-deal>\n",
    "in-aria-hidden": "<p aria-hidden=true>«use code MIA20 for 20% off»</p>\n",
    "seen-again": '<div style="visibility:hidden">x<p style="visibility:visible">«use code MIA20 for 20% off»</p></div>\n',
    "after-hidden": "<p hidden>x</p>«use code MIA20 for 20% off»\n",
    "after-hidden-void": '<input type="hidden"><img hidden src="a.png">«use code MIA20 for 20% off»\n',
    "after-style": "<style>p { color: red }</style>«use code MIA20 for 20% off»\n",
    "after-unclosed-quote": '<p title="x>y</p> now «use code MIA20 for 20% off» here\n',
    "after-comparison": "1 < 2 and <3 you: «use code MIA20 for 20% off» here\n",
    "after-liquid": "{% if a > b %}<p>{{ c | d }} «use code MIA20 for 20% off»</p>{% endif %}\n",
    "after-front-matter": "---\ntitle: x\n---\n<p>«use code MIA20 for 20% off»</p>\n",
    "after-byte-order-mark": "\ufeff«use code MIA20 for 20% off» here\n",
    "after-byte-order-mark-in-tag": "\ufeff<p>«use code\r\nMIA20 for 20% off» here\n",
    "mixed-line-ends": "a\r\nb\rc\n\r\n<p>Now «use code\r\nMIA20\nfor\r20% off» here\n",
    "long-line": "<p>" + "x 😀 " * 20_000 + "«use code MIA20 for 20% off»" + " y" * 20_000 + "\n",
    "twice": "<p>«use code MIA20 for 20% off»</p><p>and <b>«use code</b>\nMIA20 for 20% off»</p>\n",
    # Unseen
    "code": "x <code>use code MIA20 for 20% off</code> y\n",
    "code-over-lines": "x <code>use code\nMIA20 for 20% off</code> y\n",
    "sample": "x <samp>use code MIA20 for 20% off</samp> <kbd>use code MIA20 for 20% off</kbd> y\n",
    "code-block": "<pre><code>use code MIA20 for 20% off</code></pre>\n",
    "highlighted": '<pre class="language-text">use code MIA20 for 20% off</pre>\n',
    "comment": "<!-- use code MIA20 for 20% off -->\n",
    "comment-over-lines": "x<!--\n<p>use code\n\nMIA20 for 20% off</p>\n--> y\n",
    "conditional-comment": "<!--[if IE]><p>use code MIA20 for 20% off</p><![endif]-->\n",
    "link-target": '<a href="use code MIA20 for 20% off">x</a>\n',
    "title": '<a href="/" title="use code MIA20 for 20% off">x</a>\n',
    "image-description": '<img src="a.png" alt="use code MIA20 for 20% off">\n',
    "image-target": "<img src='use code MIA20 for 20% off.png'>\n",
    "data": '<p data-x="use code MIA20 for 20% off" aria-label="use code MIA20 for 20% off">x</p>\n',
    "attribute-with-tag": '<p data-x="<b>use code MIA20 for 20% off</b>">x</p>\n',
    "script": "<script>let x = 'use code MIA20 for 20% off'</script>\n",
    "script-with-tags": '<script type="text/html"><p>use code MIA20 for 20% off</p></script>\n',
    "linked-data": '<script type="application/ld+json">{"x": "use code MIA20 for 20% off"}</script>\n',
    "style": "<style>p::before { content: 'use code MIA20 for 20% off' }</style>\n",
    "template": "<template><p>use code MIA20 for 20% off</p></template>\n",
    "noscript": "<noscript><p>use code MIA20 for 20% off</p></noscript>\n",
    "page-title": "<head><title>use code MIA20 for 20% off</title></head><body>x</body>\n",
    "meta": '<meta name="description" content="use code MIA20 for 20% off">\n',
    "frame": "<iframe src='/x'>use code MIA20 for 20% off</iframe>\n",
    "video": "<video src='x.mp4'>use code MIA20 for 20% off</video>\n",
    "picture-title": "<svg><title>use code MIA20 for 20% off</title><path d='M0 0'/></svg>\n",
    "not-displayed": '<p style="color:red; display: none">use code MIA20 for 20% off</p>\n',
    "not-displayed-around": '<div style="display:none"><p>x<ul><li><b>use code MIA20 for 20% off</b></ul></div>\n',
    "hidden": "<div hidden><p>use code MIA20 for 20% off</p></div>\n",
    "hidden-until-found": '<p hidden="until-found">use code MIA20 for 20% off</p>\n',
    "invisible": '<p style="visibility:hidden">use code MIA20 for 20% off</p>\n',
    "transparent": '<p style="opacity:0">use code MIA20 for 20% off</p>\n',
    "white-on-white": '<p style="color:#fff">use code MIA20 for 20% off</p>\n',
    "tiny": '<p style="font-size:1px">use code MIA20 for 20% off</p>\n',
    "for-screen-readers": '<span class="sr-only">use code MIA20 for 20% off</span>\n',
    "small": "<small>use code MIA20 for 20% off</small>\n",
    "closed-details": "<details><summary>x</summary>use code MIA20 for 20% off</details>\n",
    "closed-dialog": "<dialog>use code MIA20 for 20% off</dialog>\n",
    "suggestions": "<datalist><option>use code MIA20 for 20% off</option></datalist>\n",
    "value": '<input type="hidden" value="use code MIA20 for 20% off" placeholder="use code MIA20 for 20% off">\n',
    "liquid-tag": "<p>x {% include a.html text='use code MIA20 for 20% off' %}</p>\n",
    "liquid-comment": "{% comment %}<p>use code MIA20 for 20% off</p>{% endcomment %}\n",
    "liquid-raw": "{% raw %}<p>use code MIA20 for 20% off</p>{% endraw %}\n",
    "nunjucks-comment": "<p>x {# use code MIA20 for 20% off #}</p>\n",
    "front-matter": "---\nsummary: use code MIA20 for 20% off\n---\n<p>x</p>\n",
    "broken-by-paragraphs": "<p>use code</p><p>MIA20 for 20% off</p>\n",
    "broken-by-code": "<p>use code <code>a = b</code> MIA20 for 20% off</p>\n",
}

RST = {
    # Seen
    "paragraph": "Now «use code MIA20 for 20% off» at Lumo.\n",
    "wrapped": "Now «use code\nMIA20 for 20% off» at Lumo.\n",
    "title": "Now «use code MIA20 for 20% off»\n================================\n\nx\n",
    "overlined-title": "================================\nNow «use code MIA20 for 20% off»\n================================\n\nx\n",
    "list": "* x\n* now «use code MIA20 for 20% off» here\n",
    "wrapped-in-list": "- x\n- now «use code\n  MIA20 for 20% off» here\n",
    "numbered-list": "1. x\n2. now «use code\n   MIA20 for 20% off» here\n",
    "automatic-list": "#. x\n#. now «use code MIA20 for 20% off» here\n",
    "nested-list": "- x\n\n  - now «use code\n    MIA20 for 20% off» here\n",
    "second-paragraph-of-item": "- x\n\n  now «use code\n  MIA20 for 20% off» here\n",
    "quote": "x\n\n   now «use code\n   MIA20 for 20% off» here\n",
    "nested-quote-in-list": "- x\n\n    y\n\n      now «use code\n      MIA20 for 20% off» here\n",
    "definition": "Lumo\n   now «use code\n   MIA20 for 20% off» here\n",
    "term": "now «use code MIA20 for 20% off»\n   x\n",
    "field": "x\n\n:Deal: now «use code\n   MIA20 for 20% off» here\n\nx\n",
    "line-block": "| x\n| now «use code MIA20 for 20% off» here\n",
    "wrapped-in-line-block": "| x\n| now «use code\n  MIA20 for 20% off» here\n",
    "grid-table": "+------+--------------------------------+\n| x    | now «use code MIA20 for 20% off» |\n+------+--------------------------------+\n",
    "simple-table": "====  ==========================\na     b\n====  ==========================\nc     «use code MIA20 for 20% off»\n====  ==========================\n",
    "list-table": ".. list-table:: x\n\n   * - a\n     - now «use code\n       MIA20 for 20% off» here\n",
    "table-caption": ".. list-table:: Now «use code MIA20 for 20% off»\n\n   * - a\n     - b\n",
    "footnote": "x [1]_\n\n.. [1] Now «use code\n   MIA20 for 20% off» here\n",
    "citation": "x [Lumo]_\n\n.. [Lumo] Now «use code MIA20 for 20% off» here\n",
    "caption": ".. figure:: a.png\n   :alt: x\n\n   Now «use code\n   MIA20 for 20% off» here\n",
    "legend": ".. figure:: a.png\n\n   x\n\n   Now «use code MIA20 for 20% off» here\n",
    "admonition": ".. note::\n\n   Now «use code\n   MIA20 for 20% off» here\n",
    "admonition-close": ".. tip:: Now «use code\n   MIA20 for 20% off» here\n",
    "admonition-title": ".. admonition:: Now «use code MIA20 for 20% off»\n\n   x\n",
    "topic": ".. topic:: x\n\n   Now «use code MIA20 for 20% off» here\n",
    "epigraph": ".. epigraph::\n\n   Now «use code MIA20 for 20% off» here\n",
    "bold": "Now **«use code MIA20 for 20% off»** here\n",
    "bold-inside": "Now «use code **MIA20** for 20% off» here\n",
    "bold-inside-wrapped": "Now «use **code\nMIA20** for 20% off» here\n",
    "italic-inside": "Now «use *code* MIA20 for *20%* off» here\n",
    "escape-in-word": "Now «use code MIA\\ **20** for 20\\% off» here\n",
    "link": "Now `«use code MIA20 for 20% off» <https://lumo.example/>`_ here\n",
    "link-inside": "Now «use `code MIA20 <https://lumo.example/>`_ for 20% off» here\n",
    "named-link-inside": "Now «use `code MIA20`_ for 20% off» here\n\n.. _code MIA20: https://lumo.example/\n",
    "code-as-code": "Now «use code ``MIA20`` for 20% off» here\n",
    "role-inside": "Now «use code :strong:`MIA20` for 20% off» here\n",
    "footnote-inside": "Now «use code [1]_ MIA20 for 20% off» here\n\n.. [1] x\n",
    "no-break-spaces": "Now «use\u00a0code MIA20 for\u202f20% off» here\n",
    "soft-hyphens": "Now «use co\u00adde MIA\u200b20 for 20% off» here\n",
    "emoji-inside": "Now «use 👉🏽 code MIA20 ✨ for 20% off» here\n",
    "after-emoji": "👩\u200d👩\u200d👧🇫🇷🎁 **é** e\u0301 «use code MIA20 for 20% off»\n",
    "tabs": "a\tb\t«use code\tMIA20 for 20% off»\n",
    "after-byte-order-mark": "\ufeff«use code MIA20 for 20% off» here\n",
    "mixed-line-ends": "a\r\nb\r\n\r\nNow «use code\r\nMIA20\nfor 20% off» here\n",
    "long-line": "x 😀 " * 5_000 + "«use code MIA20 for 20% off»" + " y" * 5_000 + "\n",
    "after-comment": ".. x\n   y\n\nNow «use code MIA20 for 20% off» here\n",
    "twice": "Now «use code MIA20 for 20% off» here.\n\n- x\n- and «use code\n  MIA20 for 20% off» there\n",
    # Unseen
    "literal": "x ``use code MIA20 for 20% off`` y\n",
    "literal-block": "x::\n\n   use code MIA20 for 20% off\n",
    "quoted-literal-block": "x::\n\n> use code MIA20 for 20% off\n",
    "doctest": ">>> 'use code MIA20 for 20% off'\n'use code MIA20 for 20% off'\n",
    "code-block": ".. code-block:: text\n\n   use code MIA20 for 20% off\n",
    "code-block-caption-option": ".. code-block:: text\n   :name: use code MIA20 for 20% off\n\n   x\n",
    "code-role": "x :code:`use code MIA20 for 20% off` y\n",
    "comment": "x\n\n.. use code MIA20 for 20% off\n",
    "comment-block": "x\n\n..\n   use code MIA20\n   for 20% off\n",
    "target": "x\n\n.. _use code MIA20 for 20% off: https://lumo.example/\n",
    "image-description": ".. image:: a.png\n   :alt: use code MIA20 for 20% off\n",
    "raw-latex": ".. raw:: latex\n\n   use code MIA20 for 20% off\n",
    "meta": ".. meta::\n   :description: use code MIA20 for 20% off\n",
    "math": ".. math::\n\n   use code MIA20 for 20% off\n",
    "math-role": "x :math:`use code MIA20 for 20% off` y\n",
    "only-directive-option": ".. figure:: a.png\n   :alt: use code MIA20 for 20% off\n\n   x\n",
    "broken-by-literal": "x use code ``a = b`` MIA20 for 20% off y\n",
    "broken-by-paragraphs": "x use code\n\nMIA20 for 20% off y\n",
}

ASCIIDOC = {
    # Seen
    "paragraph": "Now «use code MIA20 for 20% off» at Lumo.\n",
    "wrapped": "Now «use code\nMIA20 for 20% off» at Lumo.\n",
    "hard-break": "Now «use code +\nMIA20 for 20% off» at Lumo.\n",
    "title": "== Now «use code MIA20 for 20% off»\n\nx\n",
    "document-title": "= Now «use code MIA20 for 20% off»\n\nx\n",
    "block-title": ".Now «use code MIA20 for 20% off»\n----\nx\n----\n",
    "list": "* x\n* now «use code MIA20 for 20% off» here\n",
    "wrapped-in-list": "* x\n* now «use code\n  MIA20 for 20% off» here\n",
    "wrapped-in-list-lazily": "* x\n* now «use code\nMIA20 for 20% off» here\n",
    "numbered-list": ". x\n. now «use code\n  MIA20 for 20% off» here\n",
    "nested-list": "* x\n** y\n*** now «use code\n    MIA20 for 20% off» here\n",
    "hyphen-list": "- x\n- now «use code MIA20 for 20% off» here\n",
    "checklist": "* [x] now «use code MIA20 for 20% off» here\n",
    "continued-item": "* x\n+\nnow «use code\nMIA20 for 20% off» here\n",
    "definition": "Lumo:: now «use code MIA20 for 20% off» here\n",
    "definition-on-next-line": "Lumo::\n  now «use code\n  MIA20 for 20% off» here\n",
    "quote": "[quote, Mia]\n____\nNow «use code\nMIA20 for 20% off» here\n____\n",
    "quote-paragraph": "[quote]\nNow «use code\nMIA20 for 20% off» here\n",
    "quote-in-list": "* x\n+\n____\nNow «use code\nMIA20 for 20% off» here\n____\n",
    "verse": "[verse]\n____\nNow «use code\nMIA20 for 20% off» here\n____\n",
    "example": "====\nNow «use code MIA20 for 20% off» here\n====\n",
    "sidebar": "****\nNow «use code MIA20 for 20% off» here\n****\n",
    "open-block": "--\nNow «use code MIA20 for 20% off» here\n--\n",
    "admonition": "TIP: Now «use code\nMIA20 for 20% off» here\n",
    "admonition-block": "[NOTE]\n====\nNow «use code\nMIA20 for 20% off» here\n====\n",
    "cell": "|===\n|a |now «use code MIA20 for 20% off»\n|===\n",
    "cell-on-its-line": "|===\n|a\n|now «use code\nMIA20 for 20% off»\n|===\n",
    "head-cell": "|===\n|a |«use code MIA20 for 20% off»\n\n|c |d\n|===\n",
    "table-title": ".Now «use code MIA20 for 20% off»\n|===\n|a |b\n|===\n",
    "caption": ".Now «use code MIA20 for 20% off»\nimage::a.png[x]\n",
    "footnote": "x footnote:[now «use code MIA20 for 20% off»] y\n",
    "bold": "Now *«use code MIA20 for 20% off»* here\n",
    "bold-inside": "Now «use code *MIA20* for 20% off» here\n",
    "bold-inside-wrapped": "Now «use *code\nMIA20* for 20% off» here\n",
    "bold-in-word": "Now «use code MIA**20** for 20% off» here\n",
    "italic-inside": "Now «use _code_ MIA20 for _20%_ off» here\n",
    "mark-inside": "Now «use code #MIA20# for 20% off» here\n",
    "strike-inside": "Now «use [.line-through]#code# MIA20 for 20% off» here\n",
    "link": "Now https://lumo.example/[«use code MIA20 for 20% off»] here\n",
    "link-inside": "Now «use link:/lumo[code MIA20] for 20% off» here\n",
    "code-as-code": "Now «use code `MIA20` for 20% off» here\n",
    "image-inside": "Now «use code image:a.png[x] MIA20 for 20% off» here\n",
    "entities": "Now «use&#160;code MIA&#50;0 for 20% off» here\n",
    "no-break-attribute": "Now «use code{nbsp}MIA20 for 20% off» here\n",
    "no-break-spaces": "Now «use\u00a0code MIA20 for\u202f20% off» here\n",
    "soft-hyphens": "Now «use co\u00adde MIA\u200b20 for 20% off» here\n",
    "emoji-inside": "Now «use 👉🏽 code MIA20 ✨ for 20% off» here\n",
    "after-emoji": "👩\u200d👩\u200d👧🇫🇷🎁 *é* e\u0301 «use code MIA20 for 20% off»\n",
    "tabs": "a\tb\t«use code\tMIA20 for 20% off»\n",
    "after-header": "= x\nMia\n:toc:\n\nNow «use code MIA20 for 20% off» here\n",
    "after-byte-order-mark": "\ufeff«use code MIA20 for 20% off» here\n",
    "mixed-line-ends": "a\r\nb\r\n\r\nNow «use code\r\nMIA20\nfor 20% off» here\n",
    "long-line": "x 😀 " * 5_000 + "«use code MIA20 for 20% off»" + " y" * 5_000 + "\n",
    "after-comment": "// x\nNow «use code MIA20 for 20% off» here\n",
    "twice": "Now «use code MIA20 for 20% off» here.\n\n* x\n* and «use code\n  MIA20 for 20% off» there\n",
    # Unseen
    "code-span": "x `use code MIA20 for 20% off` y\n",
    "listing": "----\nuse code MIA20 for 20% off\n----\n",
    "source": "[source,text]\n----\nuse code MIA20 for 20% off\n----\n",
    "source-paragraph": "[source,text]\nuse code MIA20 for 20% off\n\nx\n",
    "literal": "....\nuse code MIA20 for 20% off\n....\n",
    "literal-paragraph": "x\n\n use code MIA20 for 20% off\n",
    "fence": "```text\nuse code MIA20 for 20% off\n```\n",
    "comment": "x\n\n// use code MIA20 for 20% off\n",
    "comment-in-paragraph": "x\n// use code MIA20 for 20% off\ny\n",
    "comment-block": "////\nuse code MIA20\n\nfor 20% off\n////\n",
    "comment-paragraph": "[comment]\nuse code MIA20 for 20% off\n\nx\n",
    "attribute-entry": "= x\n:summary: use code MIA20 for 20% off\n\ny\n",
    "block-attribute": '[role="use code MIA20 for 20% off"]\nx\n',
    "image-description": "image::a.png[use code MIA20 for 20% off]\n",
    "link-title": 'x https://lumo.example/[y,title="use code MIA20 for 20% off"] z\n',
    "passthrough-script": "++++\n<script>let x = 'use code MIA20 for 20% off'</script>\n++++\n",
    "anchor": "[[deal,use code MIA20 for 20% off]]\nx\n",
    "math": "[stem]\n++++\nuse code MIA20 for 20% off\n++++\n",
    "inline-math": "x stem:[use code MIA20 for 20% off] y\n",
    "broken-by-code": "x use code `a = b` MIA20 for 20% off y\n",
    "broken-by-paragraphs": "x use code\n\nMIA20 for 20% off y\n",
}

SRT = {
    # Seen
    "cue": "1\n00:00:01,000 --> 00:00:04,000\nNow «use code MIA20 for 20% off» here\n",
    "wrapped": "1\n00:00:01,000 --> 00:00:04,000\nNow «use code\nMIA20 for 20% off» here\n",
    "over-two-cues": "1\n00:00:01,000 --> 00:00:04,000\nNow «use code\n\n2\n00:00:04,000 --> 00:00:06,000\nMIA20 for 20% off» here\n",
    "second-cue": "1\n00:00:01,000 --> 00:00:04,000\nx\n\n2\n00:00:04,000 --> 00:00:06,000\nNow «use code MIA20 for 20% off» here\n",
    "italic-inside": "1\n00:00:01,000 --> 00:00:04,000\nNow «use <i>code</i> MIA20 for 20% off» here\n",
    "bold-inside": "1\n00:00:01,000 --> 00:00:04,000\nNow «use <b>code\nMIA20</b> for 20% off» here\n",
    "font-inside": '1\n00:00:01,000 --> 00:00:04,000\nNow «use <font color="#ff0000">code</font> MIA20 for 20% off» here\n',
    "position-before": "1\n00:00:01,000 --> 00:00:04,000\n{\\an8}Now «use code MIA20 for 20% off» here\n",
    "coordinates-before": "1\n00:00:01,000 --> 00:00:04,000 X1:1 X2:2 Y1:3 Y2:4\nNow «use code MIA20 for 20% off» here\n",
    "no-break-spaces": "1\n00:00:01,000 --> 00:00:04,000\nNow «use\u00a0code MIA20 for 20% off» here\n",
    "after-emoji": "1\n00:00:01,000 --> 00:00:04,000\n👩\u200d🚀🇫🇷 e\u0301 «use code MIA20 for 20% off» here\n",
    "after-byte-order-mark": "\ufeff1\n00:00:01,000 --> 00:00:04,000\nNow «use code MIA20 for 20% off» here\n",
    "points-in-times": "1\n00:00:01.000 --> 00:00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "blank-lines-around": "\n\n1\n00:00:01,000 --> 00:00:04,000\nNow «use code MIA20 for 20% off» here\n\n\n\n",
    "mixed-line-ends": "1\r\n00:00:01,000 --> 00:00:04,000\r\nNow «use code\r\nMIA20 for 20% off» here\r\n",
    "dashes-of-speakers": "1\n00:00:01,000 --> 00:00:04,000\n- x\n- now «use code MIA20 for 20% off»\n",
    "twice": "1\n00:00:01,000 --> 00:00:04,000\n«use code MIA20 for 20% off».\n\n2\n00:00:05,000 --> 00:00:06,000\nAnd «use code\nMIA20 for 20% off»\n",
    # Unseen
    "font-name": '1\n00:00:01,000 --> 00:00:04,000\n<font face="use code MIA20 for 20% off">x</font>\n',
    "style-code": "1\n00:00:01,000 --> 00:00:04,000\n{\\fnuse code MIA20 for 20% off}x\n",
}

VTT = {
    # Seen
    "cue": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "wrapped": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use code\nMIA20 for 20% off» here\n",
    "over-two-cues": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use code\n\n00:04.000 --> 00:06.000\nMIA20 for 20% off» here\n",
    "named-cue": "WEBVTT\n\ndeal\n00:01.000 --> 00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "hours": "WEBVTT\n\n01:00:01.000 --> 01:00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "settings": "WEBVTT\n\n00:01.000 --> 00:04.000 align:start position:0%\nNow «use code MIA20 for 20% off» here\n",
    "voice": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Mia>Now «use code MIA20 for 20% off»</v>\n",
    "italic-inside": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use <i>code</i> MIA20 for 20% off» here\n",
    "class-inside": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use <c.red>code\nMIA20</c> for 20% off» here\n",
    "times-inside": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use<00:01.500><c> code</c><00:02.000><c> MIA20 for 20% off»</c>\n",
    "entities": "WEBVTT\n\n00:01.000 --> 00:04.000\nNow «use&nbsp;code MIA20 for 20% off» here\n",
    "after-emoji": "WEBVTT\n\n00:01.000 --> 00:04.000\n👩\u200d🚀🇫🇷 e\u0301 «use code MIA20 for 20% off» here\n",
    "after-byte-order-mark": "\ufeffWEBVTT\n\n00:01.000 --> 00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "after-note": "WEBVTT\n\nNOTE x\ny\n\n00:01.000 --> 00:04.000\nNow «use code MIA20 for 20% off» here\n",
    "mixed-line-ends": "WEBVTT\r\n\r\n00:01.000 --> 00:04.000\r\nNow «use code\r\nMIA20 for 20% off» here\r\n",
    "twice": "WEBVTT\n\n00:01.000 --> 00:04.000\n«use code MIA20 for 20% off».\n\n00:05.000 --> 00:06.000\nAnd «use code\nMIA20 for 20% off»\n",
    # Unseen
    "header": "WEBVTT use code MIA20 for 20% off\n\n00:01.000 --> 00:04.000\nx\n",
    "note": "WEBVTT\n\nNOTE use code MIA20 for 20% off\n\n00:01.000 --> 00:04.000\nx\n",
    "note-over-lines": "WEBVTT\n\nNOTE\nuse code\nMIA20 for 20% off\n\n00:01.000 --> 00:04.000\nx\n",
    "style": "WEBVTT\n\nSTYLE\n::cue(use code MIA20 for 20% off) { color: red }\n\n00:01.000 --> 00:04.000\nx\n",
    "name-of-cue": "WEBVTT\n\nuse code MIA20 for 20% off\n00:01.000 --> 00:04.000\nx\n",
    "voice-name": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v use code MIA20 for 20% off>x\n",
}


def read(path: Path, text: str) -> Post:
    path.write_bytes(text.encode())
    [post] = read_paths([str(path)])
    assert isinstance(post, Post)
    return post


def check_places(path: Path, sources: dict[str, str]) -> None:
    """Compare what is found in a file of each source with what its marks say, by the way in which the place is changed."""
    assert all("mia" in source.lower() for source in sources.values())
    found = {label: findings(read(path, unmarked(source))) for label, source in sources.items()}
    assert found == {label: expected(source.removeprefix("\ufeff")) for label, source in sources.items()}


@pytest.mark.parametrize("place", MARKDOWN)
def test_a_place_in_markdown(tmp_path, place: str):
    check_places(tmp_path / "post.md", variants(place, MARKDOWN[place], MARKDOWN_CHANGES))


@pytest.mark.parametrize("place", MDX)
def test_a_place_in_mdx(tmp_path, place: str):
    check_places(tmp_path / "post.mdx", variants(place, MDX[place], MARKDOWN_CHANGES))


@pytest.mark.parametrize("place", HTML)
def test_a_place_in_html(tmp_path, place: str):
    check_places(tmp_path / "post.html", variants(place, HTML[place], HTML_CHANGES))


@pytest.mark.parametrize("place", RST)
def test_a_place_in_restructuredtext(tmp_path, place: str):
    pytest.importorskip("disclosure_check.readers.rst")
    check_places(tmp_path / "post.rst", variants(place, RST[place], INDENTED_CHANGES))


@pytest.mark.parametrize("place", ASCIIDOC)
def test_a_place_in_asciidoc(tmp_path, place: str):
    pytest.importorskip("disclosure_check.readers.asciidoc")
    check_places(tmp_path / "post.adoc", variants(place, ASCIIDOC[place], INDENTED_CHANGES))


@pytest.mark.parametrize("place", SRT)
def test_a_place_in_srt(tmp_path, place: str):
    pytest.importorskip("disclosure_check.readers.subtitles")
    check_places(tmp_path / "post.srt", variants(place, SRT[place], LINE_ENDS))


@pytest.mark.parametrize("place", VTT)
def test_a_place_in_webvtt(tmp_path, place: str):
    pytest.importorskip("disclosure_check.readers.subtitles")
    check_places(tmp_path / "post.vtt", variants(place, VTT[place], LINE_ENDS))


COLUMNS = {
    "emoji": ("a.md", "x\n\n🎁 use code MIA20 for 20% off\n", (3, 3, 3, 29)),
    "family": ("a.md", "👩\u200d👩\u200d👧 use code MIA20 for 20% off", (1, 7, 1, 33)),
    "flag": ("a.md", "🇫🇷 use code MIA20 for 20% off", (1, 4, 1, 30)),
    "skin-tone-and-selector": ("a.md", "👋🏽❤️ use code MIA20 for 20% off", (1, 6, 1, 32)),
    "combining-marks": ("a.md", "e\u0301n\u0303 use code MIA20 for 20% off", (1, 6, 1, 32)),
    "right-to-left": ("a.md", "\u200fשלום use code MIA20 for 20% off", (1, 7, 1, 33)),
    "tab": ("a.md", "-\tuse code\n\tMIA20 for 20% off", (1, 3, 2, 19)),
    "line-separator": ("a.md", "x\u2028use code MIA20 for 20% off", (1, 3, 1, 29)),
    "form-feed": ("a.md", "x\x0cy use code MIA20 for 20% off", (1, 5, 1, 31)),
    "crlf": ("a.md", "x\r\n\r\n> use code\r\n> MIA20 for 20% off\r\n", (3, 3, 4, 20)),
    "cr": ("a.md", "x\r\r> use code\r> MIA20 for 20% off\r", (3, 3, 4, 20)),
    "byte-order-mark": ("a.md", "\ufeffuse code MIA20 for 20% off", (1, 1, 1, 27)),
    "front-matter": ("a.md", "---\ntitle: 🎁\n---\n\nuse code MIA20 for 20% off", (5, 1, 5, 27)),
    "bold-last": ("a.md", "use code MIA20 for 20% **off**", (1, 1, 1, 29)),
    "mdx": ("a.mdx", "import A from 'a'\n\n<A b='🎁'>🎁 use {'code'} MIA20 for 20% off</A>", (3, 12, 3, 42)),
    "html": ("a.html", "<p>🎁</p>\n<p title='🎁'>🇫🇷 use <b>code</b>\r\n MIA20 for 20% off</p>", (2, 17, 3, 19)),
    "text": ("a.txt", "🎁\r\n🇫🇷 use code MIA20\r\nfor 20% off", (2, 4, 3, 12)),
}


@pytest.mark.parametrize(("name", "text", "where"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_counts_code_points(tmp_path, name: str, text: str, where: tuple[int, int, int, int]):
    assert [found[2:6] for found in findings(read(tmp_path / name, text))] == [where]


ASIDES = {
    "markdown-image": ("a.md", "![now «use code MIA20 for 20% off»](a.png)", "alt"),
    "markdown-title": ("a.md", "> [x](/a 'now «use code\n> MIA20 for 20% off»')", "title"),
    "markdown-small": ("a.md", "x <small>now «use **code** MIA20 for 20% off»</small>", "small"),
    "markdown-details": ("a.md", "<details>\n\n- x\n- «use code\n  MIA20 for 20% off»\n\n</details>", "collapsed"),
    "markdown-hidden": ("a.md", "🎁\n\n<div style='display:none'>\n\n«use code\r\nMIA20 for 20% off»\n\n</div>", "hidden"),
    "mdx-hidden": ("a.mdx", "<p style={{display: 'none'}}>«use code MIA20 for {'20%'} off»</p>", "hidden"),
    "mdx-title": ("a.mdx", '<A title="«use code MIA20 for 20% off»" />', "title"),
    "html-image": ("a.html", "<img alt='🎁 «use code&nbsp;MIA20 for 20% off»'>", "alt"),
    "html-title": ("a.html", "<p title='«use code MIA20 for 20% off»'>x", "title"),
    "html-small": ("a.html", "<small>«use code <b>MIA20</b>\n for 20% off»</small>", "small"),
    "html-details": ("a.html", "<details><summary>x</summary>«use code MIA20 for 20% off»</details>", "collapsed"),
    "html-hidden": ("a.html", "<p hidden>«use code MIA20 for 20% off»</p>", "hidden"),
}


@pytest.mark.parametrize(("name", "source", "channel"), ASIDES.values(), ids=ASIDES)
def test_what_few_readers_see_has_its_place(tmp_path, name: str, source: str, channel: str):
    post = read(tmp_path / name, unmarked(source))
    book = with_only(BOOK, plain_kind("probe", "disclosure", [PHRASE]))
    signals = annotate(post, parse(post), book.platforms["blog"], book).signals
    [(start, end, *_)] = expected(source)
    assert [(signal.channel, signal.start, signal.end) for signal in signals] == [(channel, start, end)]


# Places at random: each stands for itself, whatever stands before and behind it


def blocks(places: dict[str, str]) -> st.SearchStrategy[list[str]]:
    """Return lists of those places that end where their text ends, and neither begin a file nor are too long."""
    apart = ("whole-text", "after-un", "fence-info", "long-")
    fitting = [source for name, source in places.items() if not name.startswith(apart) and not begins_file(source) and "\r" not in source]
    return st.lists(st.sampled_from(fitting), min_size=1, max_size=8)


NOISE = ["", "", "x\n\n", "🎁 é\n\n", "<b>x</b>\n\n", "e\u0301 1 < 2 &amp; 3\n\n", "👩\u200d🚀 x y\n\n"]


def mixed(sources: list[str], noise: list[str], line_end: str) -> str:
    return "".join(f"{words}{source}\n\n" for source, words in zip(sources, noise, strict=False)).replace("\n", line_end)


def check_spans(source: str, format_: Format, path: str) -> None:
    text = unmarked(source)
    assert findings(Post("p", text, path, format_)) == expected(source)


NOISES = st.lists(st.sampled_from(NOISE), min_size=8, max_size=8)
LINE_END = st.sampled_from(["\n", "\n", "\r\n", "\r"])


@settings(max_examples=150, deadline=None)
@given(blocks(MARKDOWN), NOISES, LINE_END)
def test_any_mixture_of_markdown_points_to_the_words(sources: list[str], noise: list[str], line_end: str):
    # Of two definitions of a footnote or a link only the first one is shown.
    sources = [source for index, source in enumerate(sources) if "]:" not in source or not any("]:" in other for other in sources[:index])]
    check_spans(mixed(sources, noise, line_end), "markdown", "a.md")


@settings(max_examples=100, deadline=None)
@given(blocks(MDX), NOISES, LINE_END)
def test_any_mixture_of_mdx_points_to_the_words(sources: list[str], noise: list[str], line_end: str):
    sources = [source for index, source in enumerate(sources) if "]:" not in source or not any("]:" in other for other in sources[:index])]
    check_spans(mixed(sources, [words.replace("<", "") for words in noise], line_end), "markdown", "a.mdx")


@settings(max_examples=150, deadline=None)
@given(blocks(HTML), NOISES, LINE_END)
def test_any_mixture_of_html_points_to_the_words(sources: list[str], noise: list[str], line_end: str):
    check_spans(mixed([f"<div>{source}</div>" for source in sources], noise, line_end), "html", "a.html")


MARKDOWN_WORDS = ["{}", "**{}**", "*{}*", "~~{}~~", "[{}](/a_(b))", "<b>{}</b>", "***{}***", "[**{}**][r]", '<a href="/>">{}</a>']
HTML_WORDS = ["{}", "<b>{}</b>", "<i><b>{}</b></i>", '<a href="/>">{}</a>', "<span class=x>{}</span>", "<mark>{}</mark>", "<s>{}</s>"]
LETTERS = ["{}", "{}", "{}\u00ad", "{}\u200b", "{}\u2060", "{}&#8203;", "{}&shy;"]
GAPS = [" ", "  ", "\u00a0", "&nbsp;", "\t", " 🎁 ", " 👩\u200d🚀 ", " <!-- x --> ", "\n", "\r\n", "<br>", " \u202f"]


@st.composite
def phrases(draw: st.DrawFn, decorations: list[str]) -> str:
    """Return the phrase with marks, invisible characters, entities and gaps of all kinds in it."""
    words = PHRASE.split()
    shown = []
    for number, word in enumerate(words):
        letters = [
            (draw(st.sampled_from(LETTERS)) if index < len(word) - 1 else "{}").format(
                draw(st.sampled_from([letter, letter, letter, f"&#{ord(letter)};"]))
            )
            for index, letter in enumerate(word)
        ]
        marked = ("«" if number == 0 else "") + "".join(letters) + ("»" if number == len(words) - 1 else "")
        shown.append(draw(st.sampled_from(decorations)).format(marked))
        shown.append(draw(st.sampled_from(GAPS)) if number < len(words) - 1 else "")
    return "".join(shown)


@settings(max_examples=200, deadline=None)
@given(phrases(MARKDOWN_WORDS), st.sampled_from(["", "👩\u200d🚀 é ", "- ", "> ", "- > ", "## ", "1. x\n   - "]))
def test_any_decoration_in_markdown_leaves_the_words_in_place(phrase: str, before: str):
    marks = {"> ": "> ", "- > ": "  > ", "- ": "  ", "1. x\n   - ": "     "}.get(before, "")
    phrase = phrase.replace("\n", " " if before == "## " else "\n" + marks).replace("\r ", " ")
    check_spans(f"{before}{phrase} x\n\n[r]: /r\n", "markdown", "a.md")


@settings(max_examples=200, deadline=None)
@given(phrases(HTML_WORDS), st.sampled_from(["", "👩\u200d🚀 é ", "<p>", "<ul><li>", "<blockquote><p>", "<table><td>x<td>", "<h1>"]))
def test_any_decoration_in_html_leaves_the_words_in_place(phrase: str, before: str):
    check_spans(f"{before}{phrase} x", "html", "a.html")
