"""Front matter: facts, and where the body begins."""

from __future__ import annotations

import pytest

from disclosure_check.errors import InputError
from disclosure_check.readers.front_matter import read_front_matter

READ = {
    "yaml": ("---\ntitle: A\ntags: [b, c]\n---\nbody", {"title": "A", "tags": ["b", "c"]}),
    "yaml-crlf": ("---\r\ntitle: A\r\n---\r\nbody", {"title": "A"}),
    "yaml-dots": ("---\ntitle: A\n...\nbody", {"title": "A"}),
    "yaml-bom": ("\ufeff---\ntitle: A\n---\nbody", {"title": "A"}),
    "yaml-dates": ("---\ndate: 2024-02-30\nat: 2024-01-02 03:04\n---\nbody", {"date": "2024-02-30", "at": "2024-01-02 03:04"}),
    "yaml-emoji": ("---\ntitle: 🎁 é\n---\nbody", {"title": "🎁 é"}),
    "yaml-table": ("---\ndisclosure:\n  connection: paid\n---\nbody", {"disclosure": {"connection": "paid"}}),
    "yaml-numbers-as-keys": ("---\n1: a\n---\nbody", {"1": "a"}),
    "empty": ("---\n---\nbody", {}),
    "empty-line": ("---\n\n---\nbody", {}),
    "toml": ('+++\ntitle = "A"\ndate = 2024-01-02\n[disclosure]\nbrand = "B"\n+++\nbody', {
        "title": "A", "date": "2024-01-02", "disclosure": {"brand": "B"},
    }),
    "toml-date-inside": ("+++\n[disclosure]\ndate = 2024-01-02T03:04:05Z\n+++\nbody", {
        "disclosure": {"date": "2024-01-02T03:04:05+00:00"},
    }),
    "json": ('{\n  "title": "A",\n  "x": {"y": [1]}\n}body', {"title": "A", "x": {"y": [1]}}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "facts"), READ.values(), ids=READ)
def test_front_matter_is_read_as_facts(text: str, facts: dict[str, object]):
    found, offset = read_front_matter(text, "a.md")
    assert (found, text[offset:]) == (facts, "body")


NONE = {
    "prose": "title: A\n\nbody",
    "nothing": "",
    "thematic-break": "---\n\nProse without an end.\n",
    "two-thematic-breaks": "---\nSome prose.\n---\nMore prose.\n",
    "note-behind-a-break": "---\nNote: this is prose.\nAnd so is this.\n",
    "not-at-the-beginning": "\n---\ntitle: A\n---\n",
    "four-dashes": "----\ntitle: A\n----\n",
    "shortcode": '{{< ad "x" >}}\n',
    "liquid": "{% include x %}\n",
    "brace": "{ a } is not JSON",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_prose_is_no_front_matter(text: str):
    assert read_front_matter(text, "a.md") == ({}, 0)


BROKEN = {
    "yaml-list": (
        "---\ntitle: A\ntags: [b\nx: y\n---\n",
        "a.md:4: the front matter is not valid YAML (did not find expected ',' or ']'); quote values that hold : or #",
    ),
    "yaml-colon": (
        "---\ntitle: A: b\n---\n",
        "a.md:2: the front matter is not valid YAML (mapping values are not allowed in this context); quote values that hold : or #",
    ),
    "yaml-sequence": (
        "---\n- a\n---\n",
        "a.md:2: the front matter is a list; one key and its value per line is needed",
    ),
    "yaml-unclosed": (
        "---\ntitle: A\ndate: 2024-01-01\n\nbody",
        'a.md:1: the front matter never ends; close it with a line "---"',
    ),
    "toml": (
        "+++\ntitle = A\n+++\n",
        'a.md:2: the front matter is not valid TOML (Invalid value); write key = "value" on each line',
    ),
    "toml-unclosed": (
        '+++\ntitle = "A"\nx = 1\n',
        'a.md:1: the front matter never ends; close it with a line "+++"',
    ),
    "json": (
        '{\n "title": "A"\n "b": 1\n}\nbody',
        'a.md:3: the front matter is not valid JSON (Expecting \',\' delimiter at column 2); write it as {"key": "value", …}',
    ),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_front_matter_is_an_error_at_its_line(text: str, message: str):
    with pytest.raises(InputError) as error:
        read_front_matter(text, "a.md")
    assert str(error.value) == message


HOSTILE = {
    "yaml-deep": "---\na: " + "[" * 50_000 + "\n---\n",
    "yaml-dashes": "---\n" + "- " * 50_000 + "\n---\n",
    "yaml-tag": "---\na: !!python/object/apply:os.system [ls]\n---\n",
    "yaml-control-character": "---\na: \x01\n---\n",
    "yaml-unhashable-key": "---\n? [a]\n: b\n---\n",
    "toml-deep": "+++\na = " + "[" * 50_000 + "\n+++\n",
    "json-deep": '{"a": ' + "[" * 100_000,
    "yaml-long": "---\na: " + "x" * 1_100_000 + "\n---\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_front_matter_is_an_error_like_any_other(text: str):
    with pytest.raises(InputError, match=r"^a\.md:\d+: the front matter is "):
        read_front_matter(text, "a.md")
