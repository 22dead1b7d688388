"""The configuration of a repository: what it may say, and how a fault in it is told."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

import disclosure_check
from disclosure_check.config import Config, load_config
from disclosure_check.errors import ConfigError
from disclosure_check.loading import find_config

SCHEMA = json.loads((Path(disclosure_check.__file__).parent / "schema" / "config.schema.json").read_text(encoding="utf-8"))

FULL = """\
platform = "blog"
connection = ["gift"]
brand = "Lumo"
lang = "en"
medium = "article"
claims = "always"
nlp = "cues"
select = ["DC1"]
ignore = "DC111"
rules = ["rules"]
exclude = ["drafts/**"]
substantiation = "claims.toml"
baseline = "baseline.json"
fail-on = "warning"
rule-pages = "https://example.org/rules/"

[severity]
DC301 = "warning"
late-disclosure = "off"

[columns]
text = "caption"

[[overrides]]
paths = "news/**"
claims = "never"
severity = { DC101 = "warning" }

[[facts]]
keys = { sponsored = true, tags = "ad" }
paths = ["reviews/**"]
connection = "paid"
brand-key = "partner"
platform-label = true

[[renders]]
name = "ad.html"
covers = ["affiliate"]
where = "bottom"

[[renders]]
layout = "sponsored"
keys = { sponsored = true }
paths = "reviews/**"

[brands.Lumo]
names = ["Lumo Lamps"]
handles = ["lumo", "@lumolamps"]
hashtags = ["lumolamps"]
own = true

[[terms]]
words = ["partner post"]
means = "disclosure"

[[suppress]]
path = "captions.csv"
rule = "DC301"
text = "use code"
reason = "seen by the editor"

[platforms.instagram]
fold = 100
"""


def load(text: str, folder: Path, name: str = "disclosure-check.toml") -> Config:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def test_everything_that_it_may_say(tmp_path):
    config = load(FULL, tmp_path)
    assert config.settings.severity == {"DC301": "warning", "late-disclosure": "off"}
    assert config.settings.ignore == ("DC111",)
    assert config.overrides[0].settings.claims == "never"
    assert config.facts[0].keys == {"sponsored": True, "tags": "ad"}
    assert [(renderer.name, renderer.where, renderer.is_layout) for renderer in config.renders] == [
        ("ad.html", "bottom", False),
        ("sponsored", "top", True),
    ]
    assert config.brands[0].words == ("Lumo", "Lumo Lamps", "@lumo", "@lumolamps", "#lumolamps")
    assert config.suppressions[0].line == FULL[: FULL.index("[[suppress]]")].count("\n") + 1
    assert config.platforms == {"instagram": {"fold": 100}}


def test_the_schema_allows_what_the_reader_does():
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(FULL))
    jsonschema.Draft7Validator({**SCHEMA, "$schema": "http://json-schema.org/draft-07/schema#"}).validate(tomllib.loads(FULL))


def test_a_shared_file(tmp_path):
    config = load('[project]\nname = "x"\n\n[tool.disclosure-check]\nplatform = "blog"\n', tmp_path, "pyproject.toml")
    assert config.settings.platform == "blog"
    with pytest.raises(
        ConfigError, match=r"pyproject.toml:2: unknown key 'plattform' in \[tool.disclosure-check\]; did you mean 'platform'"
    ):
        load('[tool.disclosure-check]\nplattform = "blog"\n', tmp_path, "pyproject.toml")


DOCS = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_the_documentation_names_every_key():
    tables = [SCHEMA, *(SCHEMA["properties"][name]["items"] for name in ("overrides", "facts", "renders", "terms", "suppress"))]
    tables += [SCHEMA["properties"][name]["additionalProperties"] for name in ("brands", "platforms")]
    keys = {key for table in tables for key in table["properties"]}
    assert {key for key in keys if not re.search(rf"(?<![\w-]){key}(?![\w-])", DOCS)} == set()


def test_the_examples_of_the_documentation_hold(tmp_path):
    examples = re.findall(r"^```toml\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)
    assert len(examples) == 10
    for example in examples:
        load(example, tmp_path)
        jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(example))


WRONG = {
    "an unknown key": ('platform = "blog"\nslect = ["DC1"]\n', 2, "unknown key 'slect' in the file; did you mean 'select'?"),
    "an unknown key in a table": ('[[renders]]\nname = "a"\nwere = "top"\n', 3, "unknown key 'were' in [renders]; did you mean 'where'?"),
    "in the second table of a name": (
        '[[facts]]\npaths = "a"\n\n[[facts]]\npaths = "b"\nconection = "paid"\n',
        6,
        "unknown key 'conection' in [facts]; did you mean 'connection'?",
    ),
    "pages without an address": ('lang = "en"\nrule-pages = "rules"\n', 2, 'rule-pages is "rules"; an address is needed'),
    "in a brand": ('lang = "en"\n[brands.Lumo]\nhandels = "a"\n', 3, "unknown key 'handels' in [brands.Lumo]; did you mean 'handles'?"),
    "a wrong type": ("platform = 3\n", 1, "platform is 3; a string is needed"),
    "a wrong choice": ('claims = "allways"\n', 1, "claims is \"allways\"; did you mean 'always'?"),
    "no connection": ('connection = ["payed"]\n', 1, "connection holds \"payed\"; did you mean 'paid'?"),
    "none beside others": ('connection = ["none", "paid"]\n', 1, 'connection says "none" beside other kinds'),
    "a level that isn't one": ('[severity]\nDC301 = "wrning"\n', 2, "DC301 is \"wrning\"; did you mean 'warning'?"),
    "an override without paths": ('[[overrides]]\nclaims = "never"\n', 1, "the key 'paths' is missing in [[overrides]]"),
    "a fact about nothing": ('[[facts]]\nconnection = "paid"\n', 1, "[[facts]] holds for no posts"),
    "a renderer of both kinds": ('[[renders]]\nname = "a"\nlayout = "b"\n', 1, "[[renders]] needs a name or a layout, and only one"),
    "a layout in place": ('[[renders]]\nlayout = "b"\nwhere = "place"\n', 3, "a layout has no place in the text"),
    "paths of a shortcode": ('[[renders]]\nname = "a"\npaths = "b/**"\n', 3, "paths are the posts that get a layout"),
    "a term without words": ('[[terms]]\nmeans = "nothing"\n', 1, "the key 'words' is missing in [[terms]]"),
    "a term that shows nothing": ('[[terms]]\nwords = "a"\nmeans = "connection"\n', 1, "[[terms]] shows no connection"),
    "no reason": ('[[suppress]]\npath = "a"\nrule = "DC301"\ntext = "b"\n', 1, "the key 'reason' is missing in [[suppress]]"),
    "a fold of nothing": ("[platforms.instagram]\nfold = 0\n", 2, "fold is 0; a whole number above 0 is needed"),
    "a table that is a list": ("[[severity]]\n", 1, "severity is [{}]; a table is needed"),
    "a list that is a table": ("[facts]\n", 1, "facts is {}; write it as [[facts]]"),
    "no TOML": ('platform = "blog\n', 1, "not valid TOML"),
}


@pytest.mark.parametrize(("text", "line", "problem"), WRONG.values(), ids=WRONG)
def test_a_fault_is_told_with_its_line(text, line, problem, tmp_path):
    with pytest.raises(ConfigError) as told:
        load(text, tmp_path)
    assert re.fullmatch(rf".*disclosure-check\.toml:{line}: {re.escape(problem)}.*", str(told.value), re.DOTALL), told.value


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "disclosure-check.toml").write_bytes(b'lang = "\xff"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path / "disclosure-check.toml")


def test_the_nearest_one_counts_up_to_the_repositorys_root(tmp_path):
    inner = tmp_path / "repo" / "content" / "posts"
    inner.mkdir(parents=True)
    (tmp_path / "disclosure-check.toml").write_text("")
    (tmp_path / "repo" / ".git").mkdir()
    assert find_config(inner) is None
    shared = tmp_path / "repo" / "pyproject.toml"
    shared.write_text("[project]\n")
    assert find_config(inner) is None
    shared.write_text("[tool.disclosure-check]\n")
    assert find_config(inner) == shared
    own = tmp_path / "repo" / "content" / "disclosure-check.toml"
    own.write_text("")
    assert find_config(inner) == own
