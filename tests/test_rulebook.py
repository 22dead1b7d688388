"""Loading the rule data: the compiled file, word groups, packs, and what a wrong pack is told."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import regex
from msgspec import Struct
from msgspec.structs import replace

from disclosure_check import rulebook
from disclosure_check.annotate import annotate
from disclosure_check.check import check_post
from disclosure_check.errors import InputError, RuleError
from disclosure_check.model import Post
from disclosure_check.readers.markup import parse
from disclosure_check.rule_files import read_pack
from disclosure_check.rulebook import Expression, _read_compiled, expand, load_rulebook, rules_dir, unknown_platform, write_compiled


@pytest.fixture
def own_rules(tmp_path, monkeypatch):
    """Use a copy of the project's rules, and a place for the compiled ones."""
    folder = tmp_path / "rules"
    shutil.copytree(rules_dir(), folder)
    monkeypatch.setattr(rulebook, "rules_folder", lambda: str(folder))
    monkeypatch.setattr(rulebook, "COMPILED_FILE", tmp_path / "rulebook.json")
    return folder


def plainly(value):
    """Return `value` with expressions as their source, so that it can be compared."""
    if isinstance(value, Expression):
        return value.source
    if isinstance(value, (tuple, list)):
        return [plainly(item) for item in value]
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    if callable(value):  # an expression that is compiled when it is needed
        return value().pattern
    if isinstance(value, Struct):
        return {name: plainly(getattr(value, name)) for name in value.__struct_fields__}
    return value


def without_examples(rules):
    return [plainly(replace(rule, invalid=(), valid=())) for rule in rules]


# The compiled file


def test_compiled_rules_are_the_same_as_their_files(own_rules):
    from_files = load_rulebook()
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    compiled = load_rulebook()
    assert _read_compiled(own_rules) is not None
    assert without_examples(compiled.rules) == without_examples(from_files.rules)
    assert plainly(compiled.signals) == plainly(from_files.signals)
    assert plainly(compiled.cues) == plainly(from_files.cues)
    assert compiled.platforms == from_files.platforms
    assert compiled.links() == from_files.links()


def test_compiled_rules_find_what_their_files_find(own_rules):
    post = Post("p", "Not an ad, but use code MIA20 at Lumo for 20% off", "p", platform="instagram")
    from_files = check_post(post, load_rulebook())
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    assert check_post(post, load_rulebook()) == from_files
    assert from_files.findings != ()


def first_pattern(book):
    return book.signals[0].patterns[0]


def test_compiled_patterns_are_those_of_the_sources(own_rules):
    expected = load_rulebook()
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    found = load_rulebook()
    for kind, other in zip(found.signals, expected.signals, strict=True):
        for pattern, source in zip((*kind.patterns, *kind.unless), (*other.patterns, *other.unless), strict=True):
            assert pattern._from_known() is not None
            assert (pattern.compiled().pattern, pattern.compiled().flags) == (source.compiled().pattern, source.compiled().flags)


@pytest.mark.parametrize("change", ["another regex", "another file", "no file"])
def test_patterns_are_compiled_anew_where_those_on_file_do_not_fit(own_rules, monkeypatch, change):
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    file = rulebook.COMPILED_FILE.with_name(rulebook.EXPRESSIONS_NAME)
    if change == "another regex":
        monkeypatch.setattr("regex.__version__", "1.0")
    elif change == "another file":
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    else:
        file.unlink()
    pattern = first_pattern(load_rulebook())
    assert pattern._from_known() is None
    assert pattern.compiled().pattern


def test_examples_are_read_from_the_files_when_they_are_asked_for(own_rules):
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    assert {len(rule.invalid) for rule in load_rulebook().rules} == {0}
    assert min(len(rule.invalid) for rule in load_rulebook(examples=True).rules if rule.type != "process") >= 3


def change_text(folder):
    path = folder / "presence" / "DC101-undisclosed-connection.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(path, (0, 0))


def change_letter(folder):
    path = folder / "presence" / "DC101-undisclosed-connection.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("the", "teh", 1), encoding="utf-8")
    later = rulebook.COMPILED_FILE.stat().st_mtime + 10
    os.utime(path, (later, later))


def change_format(_):
    compiled = json.loads(rulebook.COMPILED_FILE.read_text(encoding="utf-8"))
    rulebook.COMPILED_FILE.write_text(json.dumps(compiled | {"format": rulebook.COMPILED_FORMAT - 1}), encoding="utf-8")


CHANGES = {
    "other size, older": change_text,
    "same size, newer": change_letter,
    "removed": lambda folder: (folder / "signals" / "roles.toml").unlink(),
    "added": lambda folder: (folder / "signals" / "more.toml").write_text("[words]\nx = 'y'\n", encoding="utf-8"),
    "renamed": lambda folder: (folder / "signals" / "roles.toml").rename(folder / "signals" / "role.toml"),
    "no compiled file": lambda _: rulebook.COMPILED_FILE.unlink(),
    "of another version's code": change_format,
    "half a compiled file": lambda _: rulebook.COMPILED_FILE.write_text('{"sizes": {', encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_compiled_rules_are_ignored_once_a_file_differs(own_rules, change):
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    change(own_rules)
    assert _read_compiled(own_rules) is None


def test_a_changed_rule_counts_although_compiled_rules_lie_about(own_rules):
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    path = own_rules / "presence" / "DC112-undisclosed-discount-code.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('severity = "error"', 'severity = "info"'), encoding="utf-8")
    assert [rule.severity for rule in load_rulebook().rules if rule.id == "DC112"] == ["info"]


# Word groups


WORDS = {"fruit": ["fig", "blood orange", "figs"], "b": "(?<!x)", "juice": "{fruit} juice", "sort": ["a{b}", "{juice}"]}
EXPANDED = {
    "a space is any gap": ("a b", "a[ \u2005\n]b"),
    "not in a character class": ("[a b]", "[a b]"),
    "nor in a negated one": ("[^] a] b", "[^] a][ \u2005\n]b"),
    "a list has its longest words first": ("{fruit}", "(?:blood[ \u2005\n]orange|figs|fig)"),
    "a string": ("{b}fig", "(?:(?<!x))fig"),
    "a group in a group": ("{juice}", "(?:(?:blood[ \u2005\n]orange|figs|fig)[ \u2005\n]juice)"),
    "a group in a list": ("{sort}", "(?:(?:(?:blood[ \u2005\n]orange|figs|fig)[ \u2005\n]juice)|a(?:(?<!x)))"),
    "a count is no group": (r"\d{2,3}x{4}", r"\d{2,3}x{4}"),
}


@pytest.mark.parametrize(("pattern", "expected"), EXPANDED.values(), ids=EXPANDED)
def test_a_pattern_is_expanded(pattern, expected):
    assert expand(pattern, WORDS) == expected


def test_an_expression_matches_any_case_and_over_a_line_end():
    assert Expression("{fruit} pie", WORDS).compiled().findall("FIG\npie, Blood Orange\u2005Pie") == ["FIG\npie", "Blood Orange\u2005Pie"]


def own_patterns():
    pack = read_pack(rules_dir())
    cues = [*pack["cues"]["pseudo"], *pack["cues"]["terminate"]]
    cues += [pattern for name in ("forward", "backward", "sentence") for group in pack["cues"][name].values() for pattern in group]
    return pack["words"], [*cues, *(pattern for table in pack["signals"] for pattern in (*table["patterns"], *table.get("unless", [])))]


def test_every_own_pattern_compiles():
    words, patterns = own_patterns()
    assert len([regex.compile(expand(pattern, words), regex.IGNORECASE) for pattern in patterns]) > 300


def test_every_own_word_group_is_used():
    words, patterns = own_patterns()
    used = json.dumps([patterns, list(words.values())], ensure_ascii=False)
    assert [name for name in words if f"{{{name}}}" not in used] == []


# Packs


RULE = """\
id = "DC999"
name = "made-up-rule"
type = "require"
severity = "warning"
summary = "A rule for tests."
message = '"{match}" is found.'
remedy = "Write something else."
why = "Because."
limits = "None."

[match]
breach = "inadequate"
topics = ["lumo-tag"]

[[references]]
title = "A book"
section = "Chapter 1"
url = "https://books.example/1"
force = "guide"
read = "2026-11-24"

[[invalid]]
text = "My lamp #lumofriend"
at = "#lumofriend"
why = "the plain case"

[[valid]]
text = "My lamp #lumo"
why = "another tag"
"""
SIGNALS = """\
[words]
lumo_tag = '#lumofriend'

[[signals]]
id = "lumo-tag"
role = "disclosure"
topic = "lumo-tag"
grade = "inadequate"
covers = ["any"]
shows = ["paid"]
patterns = ['''{lumo_tag}{e}''']
"""


@pytest.fixture
def pack(tmp_path):
    """Return a function that writes the files of a pack."""
    folder = tmp_path / "pack"
    folder.mkdir()

    def write(**files: str):
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def test_a_pack_adds_signals_words_and_rules(pack):
    loaded = load_rulebook([pack(**{"DC999-made-up-rule": RULE, "signals": SIGNALS})])
    own = load_rulebook()
    assert {rule.id for rule in loaded.rules} - {rule.id for rule in own.rules} == {"DC999"}
    assert plainly(loaded.signals)[: len(own.signals)] == plainly(own.signals)
    report = check_post(Post("p", "My lamp #lumofriend", "p", platform="instagram"), loaded)
    assert [(finding.rule, finding.match) for finding in report.findings] == [("DC999", "#lumofriend")]


def test_a_signal_of_a_pack_with_the_id_of_an_own_one_stays_a_signal_of_its_own(pack):
    loaded = load_rulebook([pack(**{"DC999-made-up-rule": RULE, "signals": SIGNALS.replace('id = "lumo-tag"', 'id = "ad-label"')})])
    post = Post("p", "My lamp #ad #lumofriend", "p", platform="instagram")
    found = annotate(post, parse(post), loaded.platforms["instagram"], loaded).signals
    assert [(signal.kind.topic, post.text[signal.start : signal.end]) for signal in found] == [("ad", "#ad"), ("lumo-tag", "#lumofriend")]


def test_a_pack_changes_nothing_that_is_found_without_it(pack):
    loaded = load_rulebook([pack(**{"DC999-made-up-rule": RULE, "signals": SIGNALS})])
    post = Post("p", "Not an ad, but use code MIA20 at Lumo for 20% off #spon", "p", platform="instagram")
    assert check_post(post, loaded) == check_post(post, load_rulebook())


def test_a_pack_may_give_a_platform_other_numbers(pack):
    platform = '[[platforms]]\nname = "instagram"\ntitle = "Instagram"\nform = "long"\nfold = 90\n'
    assert load_rulebook([pack(platforms=platform)]).platforms["instagram"].fold == 90


def test_two_packs_can_not_use_one_id(pack, tmp_path):
    first = pack(**{"DC999-made-up-rule": RULE})
    second = tmp_path / "other"
    shutil.copytree(first, second)
    with pytest.raises(RuleError) as caught:
        load_rulebook([first, second])
    assert str(caught.value) == (
        f"{second}/DC999-made-up-rule.toml:1: rule id DC999 is already used by {first}/DC999-made-up-rule.toml; give it an id of its own"
    )


def test_two_files_of_a_pack_can_not_use_one_id(pack):
    folder = pack(**{"DC999-made-up-rule": RULE})
    (folder / "more").mkdir()
    shutil.copy(folder / "DC999-made-up-rule.toml", folder / "more")
    with pytest.raises(RuleError, match="rule id DC999 is already used by"):
        load_rulebook([folder])


def test_a_pack_replaces_no_word_group_of_ours(pack):
    folder = pack(signals="[words]\ntoken = 'nothing'\n")
    assert refused_or_same(folder)


def test_a_pack_replaces_no_cue_of_ours(pack):
    folder = pack(cues="[cues]\nterminate = ['nothing']\n")
    assert refused_or_same(folder)


def refused_or_same(folder):
    post = Post("p", "Not paid, but use code MIA20 at Lumo for 20% off", "p", platform="instagram")
    try:
        loaded = load_rulebook([folder])
    except RuleError:
        return True
    return check_post(post, loaded) == check_post(post, load_rulebook()) and set(plainly(load_rulebook().cues)["terminate"]) <= set(
        plainly(loaded.cues)["terminate"]
    )


WRONG = {
    "broken regular expression": (
        "{lumo_tag}{e}",
        "(#lumo",
        "signals.toml:11: signal lumo-tag: '(#lumo' is not a regular expression (missing )",
    ),
    "unknown word group": ("{lumo_tag}{e}", "{lumo}", "signals.toml:11: signal lumo-tag: no word group 'lumo' is defined under [words]"),
    "unknown key": ("grade =", "grad =", "signals.toml:8: signal lumo-tag: unknown key 'grad'; the keys are covers, grade,"),
    "unknown role": (
        '"disclosure"',
        '"disclosing"',
        "signals.toml:6: signal lumo-tag: role 'disclosing' is not one of connection, context,",
    ),
    "unknown grade": (
        '"inadequate"',
        '"bad"',
        "signals.toml:8: signal lumo-tag: grade 'bad' is not one of adequate, ambiguous, inadequate",
    ),
    "unknown connection": ('["paid"]', '["payed"]', "signals.toml:10: signal lumo-tag: shows 'payed' is not one of paid, gift,"),
    "no patterns": ("patterns =", "unless =", "signals.toml:4: signal lumo-tag: the key 'patterns' is missing"),
    "broken TOML": ('role = "disclosure"', "role = disclosure", "signals.toml:6: not valid TOML: Invalid value (at line 6"),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_signal_is_shown_at_its_line(pack, old, new, said):
    assert SIGNALS.count(old) == 1
    folder = pack(signals=SIGNALS.replace(old, new))
    with pytest.raises(RuleError) as caught:
        load_rulebook([folder])
    assert str(caught.value).startswith(f"{folder}/{said}")


SILENT = {
    "one pattern instead of a list": ("['''{lumo_tag}{e}''']", "'{lumo_tag}'"),
    "unknown placement": ("shows", "placement = 'behind'\nshows"),
    "unknown condition": ("shows", "when = ['never']\nshows"),
    "a word group of an unknown word group": ("lumo_tag = '#lumofriend'", "lumo_tag = '{lumo}'"),
    "a word group of itself": ("lumo_tag = '#lumofriend'", "lumo_tag = '{lumo_tag}'"),
}


@pytest.mark.parametrize(("old", "new"), SILENT.values(), ids=SILENT)
def test_a_signal_that_can_find_nothing_is_refused(pack, old, new):
    with pytest.raises(RuleError):
        load_rulebook([pack(signals=SIGNALS.replace(old, new))])


OTHER_FILES = {
    "cue": "[cues.forward]\nnegated = ['(']\n",
    "platform without a title": '[[platforms]]\nname = "lumo"\nform = "short"\n',
    "unknown key of a platform": '[[platforms]]\nname = "lumo"\ntitle = "Lumo"\nform = "short"\nfolds = 3\n',
    "unknown form of a platform": '[[platforms]]\nname = "lumo"\ntitle = "Lumo"\nform = "medium"\n',
}


@pytest.mark.parametrize("text", OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_wrong_cue_or_platform_is_refused(pack, text):
    with pytest.raises(RuleError):
        load_rulebook([pack(other=text)])


def test_facts_about_links_are_added_to_ours(pack):
    folder = pack()
    row = {"network": "Lumo Partners", "strength": "strong", "on": ["lumo.example"]}
    (folder / "affiliate_links.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    loaded = load_rulebook([folder])
    posts = [Post("p", f"My lamp: {url}", "p", platform="instagram") for url in ("https://amzn.to/3xYzAb1", "https://lumo.example/mia1")]
    assert [check_post(post, loaded).connections for post in posts] == [("affiliate",), ("affiliate",)]


# Platforms


def test_an_unknown_platform_is_named_with_the_nearest_and_all_known_ones():
    error = unknown_platform("instagrm", load_rulebook())
    assert isinstance(error, InputError)
    assert str(error).startswith('unknown platform "instagrm"; use one of these, perhaps "instagram": blog, bluesky, facebook, instagram,')


def test_compiled_claims_are_the_same_as_those_of_the_files(own_rules):
    from_files = load_rulebook().claims()
    write_compiled(own_rules, rulebook.COMPILED_FILE)
    compiled = load_rulebook().claims()
    assert (compiled.rules, compiled.cues) == (from_files.rules, from_files.cues)
    assert (compiled.vocabulary.names, compiled.vocabulary.words) == (from_files.vocabulary.names, from_files.vocabulary.words)
    for word in compiled.vocabulary.words:
        assert spelled(compiled.vocabulary.phrases(word)) == spelled(from_files.vocabulary.phrases(word))
    assert list(compiled.texts) == list(from_files.texts)
    assert [rule.message for rule in compiled.texts.values()] == [rule.message for rule in from_files.texts.values()]
    assert len(compiled.rules) >= 40


def spelled(phrases):
    return None if phrases is None else (phrases.mask, {word: spelled(longer) for word, longer in phrases.longer.items()})
