"""The rule files themselves: their form, their sources, their examples, and what a wrong one is told."""

from __future__ import annotations

import json
import shutil
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import regex
from jsonschema import Draft202012Validator

import disclosure_check.rulebook as rulebook_module
from disclosure_check.check import check_post
from disclosure_check.claim_rules import CONDITIONS, missing_vocabularies, parse_composition, vocabularies_in
from disclosure_check.errors import RuleError
from disclosure_check.explain import list_as_markdown
from disclosure_check.literals import pivot_of
from disclosure_check.model import CONNECTIONS, Post
from disclosure_check.rule_files import BREACHES, read_pack
from disclosure_check.rulebook import load_rulebook, rules_dir

RULES = rules_dir()
FILES = sorted(
    path for group in ("presence", "wording", "placement", "claims", "reviews", "process") for path in (RULES / group).glob("DC*.toml")
)
RULEBOOK = load_rulebook(examples=True)
SCHEMA = json.loads((Path(rulebook_module.__file__).parent / "schema" / "rule.schema.json").read_text(encoding="utf-8"))
FORMS = ("short", "long", "article", "audio", "listing")
PLACEHOLDERS = {"match", "connection", "position", "platform", "fold", "brand"}
# The official texts that were read at their source or in a full copy; all others are known from those who quote them.
READ_AT_THE_SOURCE = (
    "https://www.ecfr.gov/",
    "https://www.ftc.gov/business-guidance/resources/com-disclosures-",
    "https://www.law.cornell.edu/uscode/",
    "https://developers.google.com/search/blog/",
    "https://assets.documentcloud.org/documents/3705619/",  # the FTC's letter to adidas
)

by_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.split("-")[0])
# A process rule is about the evidence of approved claims, not about posts; test_evaluate_claims shows it at work.
by_file_with_examples = pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent.name != "process"], ids=lambda path: path.stem.split("-")[0]
)


def data_of(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_each_rule_file_is_loaded_as_one_rule():
    assert [rule.path for rule in RULEBOOK.rules] == sorted(map(str, FILES), key=lambda path: path.rpartition("/")[2])
    assert len(FILES) >= 40


def test_the_list_of_rules_is_current():
    """When this fails: `disclosure-check rules --format markdown > rules/README.md`."""
    assert (RULES / "README.md").read_text(encoding="utf-8") == list_as_markdown(RULEBOOK)


@by_file
def test_a_rule_file_keeps_to_the_schema(path):
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(data_of(path))]
    assert errors == []


@by_file
def test_a_rule_file_is_named_after_its_rule(path):
    rule = data_of(path)
    assert path.name == f"{rule['id']}-{rule['name']}.toml"


def test_ids_and_names_are_unique():
    rules = [data_of(path) for path in FILES]
    for key in ("id", "name"):
        repeated = [value for value, count in Counter(rule[key] for rule in rules).items() if count > 1]
        assert repeated == []


@by_file
def test_no_text_is_a_stand_in(path):
    rule = data_of(path)
    texts = [rule[key] for key in ("summary", "message", "remedy", "why", "limits")]
    texts += [reference[key] for reference in rule["references"] for key in ("title", "section", "url")]
    texts += [example["why"] for example in (*rule.get("invalid", ()), *rule.get("valid", ()))]
    assert [text for text in texts if len(text.strip()) < 3] == []
    assert rule["message"] != f'"{{match}}": {rule["name"]}'


@by_file
def test_messages_use_only_known_placeholders(path):
    rule = data_of(path)
    used = set(regex.findall(r"\{(\w*)\}", rule["message"] + rule["remedy"]))
    assert used <= PLACEHOLDERS
    assert not set(regex.findall(r"\{(\w*)\}", rule["summary"] + rule["why"] + rule["limits"]))


@by_file
def test_a_message_is_one_or_two_calm_sentences(path):
    rule = data_of(path)
    for key in ("summary", "message", "remedy"):
        assert "!" not in regex.sub(r'"[^"]*"|<!--', "", rule[key])
        assert not regex.search(r"(?i)\b(?:illegal|unlawful|violat\w+|guilty|must comply|non-?compliant|compliant)\b", rule[key])


@by_file
def test_references_lead_to_a_source(path):
    for reference in data_of(path)["references"]:
        assert regex.fullmatch(r"https://[\w.-]+/\S+", reference["url"])
        assert regex.fullmatch(r"\d{4}-\d\d-\d\d", reference["read"])


@by_file
def test_a_quotation_says_how_it_is_known(path):
    """A quotation stands in the official text we read, or it says who quotes it."""
    for reference in data_of(path)["references"]:
        if "quote" in reference:
            assert reference["force"]
            assert reference["url"].startswith(READ_AT_THE_SOURCE) or reference.get("quoted_from")
        else:
            assert "quoted_from" not in reference


@by_file
def test_guidance_is_not_called_law(path):
    rule = data_of(path)
    forces = {reference["force"] for reference in rule["references"]}
    if not forces & {"statute", "rule"}:
        text = " ".join(rule[key] for key in ("summary", "message", "remedy", "why"))
        assert not regex.search(r"(?i)\b(?:the law|by law|legally|law requires|requires you|FTC requires|regulations? requires?)\b", text)


@by_file_with_examples
def test_a_rule_has_examples_of_both_sorts(path):
    rule = data_of(path)
    least = 5 if rule["type"] == "claim" else 3
    assert len(rule["invalid"]) >= least
    assert len(rule["valid"]) >= least
    for kind in ("invalid", "valid"):
        posts = [json.dumps({key: value for key, value in example.items() if key != "why"}, sort_keys=True) for example in rule[kind]]
        assert len(set(posts)) == len(posts)


@by_file_with_examples
def test_an_admitted_gap_is_the_exception(path):
    rule = data_of(path)
    for kind in ("invalid", "valid"):
        settled = [example for example in rule[kind] if not example.get("known_gap")]
        assert len(settled) >= (5 if rule["type"] == "claim" and rule["id"] != "DC446" else 3)


@by_file_with_examples
def test_the_marked_words_stand_in_the_example(path):
    for example in data_of(path)["invalid"]:
        assert example["at"] in example["text"]


# Too common to make two texts neighbors.
COMMON = frozenset(
    regex.findall(
        r"\w+",
        "a an and are as at be but by for from has have i in is it its me my no not of on or our so that the this to was we what who with "
        "you your",
    )
)


def words(text):
    plain = unicodedata.normalize("NFKC", text).casefold()
    return set(regex.findall(r"[\p{L}\p{N}]{2,}", plain)) - COMMON


# What `evaluate` makes of a disclosure because of its words, by topic or else by grade.
BREACHES_OF_TOPIC = {
    "foreign": ("foreign-language",),
    "affiliate-label": ("bare-label", "far-bare-label"),
    "brand-role": ("ambiguous",),
    "brought": ("ambiguous",),
}
BREACHES_OF_GRADE = {"adequate": (), "ambiguous": ("ambiguous",), "inadequate": ("inadequate",)}
# What befalls a disclosure of any topic because of where it stands, and a connection without one.
BREACHES_OF_PLACE = (
    "alt-only", "below-link", "collapsed", "disguised", "far-below-link", "far-past-fold", "hidden", "leading-pile", "past-fold", "piled", "small",
)  # fmt: skip
BREACHES_OF_ABSENCE = (
    "absent",
    "absent-beside-disclosed",
    "absent-from-excerpt",
    "front-matter-only",
    "elsewhere",
    "hyperlinked",
    "label-only",
    "lesser-kind",
)


def near_words(rule):
    """Return the words that a rule finds or advises: of its summary, remedy and marked words, and of the signals it is about."""
    breach, topics = rule["match"].get("breach"), rule["match"].get("topics")
    # A rule about an absence marks whatever stands there; what its posts have in common is what they talk about.
    found = [example["text" if breach in BREACHES_OF_ABSENCE else "at"] for example in rule["invalid"]]
    near = set().union(*map(words, (rule["remedy"], rule["summary"], *found)))
    for kind in RULEBOOK.signals:
        is_about = (
            kind.topic in topics if topics else kind.role == "disclosure" and (breach not in BREACHES_OF_GRADE or breach == kind.grade)
        )
        if is_about:
            near |= set().union(*(words(literal) for pivot in filter(None, map(pivot_of, kind.patterns)) for literal in pivot.at))
    return near


def is_near_miss(example, rule, near):
    """Whether a post shares a word, or the beginning or end of one, with the rule, or has the same tags or label."""
    if "#" in example["text"] and any(found["at"].startswith(("#", "＃")) for found in rule["invalid"]):
        return True
    if "platform_label" in example and any("platform_label" in found for found in rule["invalid"]):
        return True
    return any(word.startswith(part) or word.endswith(part) for word in words(example["text"]) for part in near)


@by_file_with_examples
def test_a_valid_example_is_a_near_miss(path):
    """A post that has nothing in common with the rule tests nothing."""
    rule = data_of(path)
    near = near_words(rule)
    assert [example["text"] for example in rule["valid"] if not is_near_miss(example, rule, near)] == []


def possible_breaches():
    """Yield (breach, topic, connection) for all that the signals can lead to."""
    for kind in RULEBOOK.signals:
        if kind.role == "disclosure":
            own = BREACHES_OF_TOPIC.get(kind.topic, BREACHES_OF_GRADE[kind.grade])
            yield from ((breach, kind.topic, connection) for breach in (*own, *BREACHES_OF_PLACE) for connection in kind.covers)
        if kind.role in ("connection", "disclosure", "pointer"):
            yield from ((breach, kind.topic, connection) for breach in BREACHES_OF_ABSENCE for connection in kind.shows)
    yield from (
        (breach, topic, connection) for breach in BREACHES_OF_ABSENCE for topic in ("declared", "link") for connection in CONNECTIONS
    )


def test_every_breach_that_signals_can_lead_to_is_answered_by_a_rule():
    rules = [rule.match for rule in RULEBOOK.rules if rule.type == "require"]
    unanswered = {
        (breach, topic, connection, form)
        for breach, topic, connection in possible_breaches()
        for form in FORMS
        if not any(
            match["breach"] == breach
            and topic in match.get("topics", (topic,))
            and connection in match.get("connections", (connection,))
            and form in match.get("forms", (form,))
            for match in rules
        )
    }
    assert sorted(unanswered) == []


def test_the_rules_name_topics_that_signals_have():
    known = {kind.topic for kind in RULEBOOK.signals} | {"declared", "link"}
    named = {topic for rule in RULEBOOK.rules for topic in rule.match.get("topics", ())}
    assert named - known == set()


def test_the_breaches_listed_here_are_breaches():
    listed = {*BREACHES_OF_PLACE, *BREACHES_OF_ABSENCE, *(breach for breaches in BREACHES_OF_TOPIC.values() for breach in breaches)}
    assert listed <= set(BREACHES)


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
breach = "ambiguous"
topics = ["promo"]

[[references]]
title = "A book"
section = "Chapter 1"
url = "https://books.example/1"
force = "guide"
read = "2026-11-24"

[[invalid]]
text = "promo"
at = "promo"
why = "found"

[[valid]]
text = "promotion"
why = "not found"
"""


def in_pack(tmp_path, content):
    path = tmp_path / "DC999-made-up-rule.toml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")
    return path


def test_the_rule_that_the_wrong_ones_are_made_of_is_right(tmp_path):
    path = in_pack(tmp_path, RULE)
    assert [rule.path for rule in load_rulebook((tmp_path,)).rules if rule.id == "DC999"] == [str(path)]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param('limits = "None."', 'limits = "None."\ncolour = "red"', 10, "unknown key 'colour'", id="unknown-key"),
        pytest.param('limits = "None."\n', "", 1, "the key 'limits' is missing", id="missing-key"),
        pytest.param('severity = "warning"', 'severity = "critical"', 4, 'severity "critical" is not one of error, warning, info', id="severity"),
        pytest.param('type = "require"', 'type = "suggest"', 3, 'type "suggest" is not one of require, forbid', id="type"),
        pytest.param('breach = "ambiguous"', 'breach = "vague"', 12, 'breach "vague" is not one of absent', id="breach"),
        pytest.param('topics = ["promo"]', 'topic = ["promo"]', 13, "unknown key 'topic' in [match]", id="match-key"),
        pytest.param(RULE[RULE.index("[[ref") : RULE.index("[[inv")], "", 1, "the key 'references' is missing", id="references-missing"),
        pytest.param('read = "2026-11-24"', 'read = "2026-11-24"\npage = 3', 21, "unknown key 'page' in [references]", id="reference-key"),
        pytest.param('why = "Because."', 'why = "Because.', 8, "not valid TOML", id="broken-toml"),
        pytest.param('topics = ["promo"]', 'topics = ["promo"]\n\n[[fix]]\noperation = "erase"', 16, 'operation "erase" is not one of append', id="operation"),
        pytest.param('topics = ["promo"]', 'topics = ["promo"]\n\n[[fix]]\noperation = "replace"', 16, "needs words to write", id="fix-without-words"),
        pytest.param('topics = ["promo"]', 'topics = ["promo"]\n\n[[fix]]\ntext = "#ad"\noperation = "replace"\npattern = "("', 18, "is not a regular expression", id="fix-pattern"),
        pytest.param('topics = ["promo"]', 'topics = ["promo"]\n\n[[fix]]\noperation = "replace"\ntext = "#ad {fold}"', 17, "unknown placeholder {fold}", id="fix-placeholder"),
    ],
)  # fmt: skip
def test_a_wrong_rule_file_is_shown_at_its_line(tmp_path, old, new, line, problem):
    assert RULE.count(old) == 1
    path = in_pack(tmp_path, RULE.replace(old, new))
    with pytest.raises(RuleError, match=regex.escape(f"{path}:{line}: ")) as caught:
        load_rulebook((tmp_path,))
    assert problem in str(caught.value)


def test_a_rule_without_references_is_no_rule(tmp_path):
    start, end = RULE.index("[[ref"), RULE.index("[[inv")
    path = in_pack(tmp_path, RULE[: RULE.index("\n[match]")] + "references = []\n\n" + RULE[RULE.index("[match]") : start] + RULE[end:])
    with pytest.raises(RuleError, match=r"no citation, no rule") as caught:
        load_rulebook((tmp_path,))
    assert str(caught.value).startswith(f"{path}:10: ")


def test_a_rule_file_that_is_not_utf_8_is_named(tmp_path):
    path = in_pack(tmp_path, RULE.encode().replace(b"Because", b"Because \xe9"))
    with pytest.raises(RuleError, match="not UTF-8") as caught:
        load_rulebook((tmp_path,))
    assert str(caught.value).startswith(f"{path}:1: ")


def test_an_id_that_is_taken_is_refused_with_the_file_that_has_it(tmp_path):
    taken = next(path for path in FILES if path.name.startswith("DC201-"))
    shutil.copy(taken, tmp_path / taken.name)
    with pytest.raises(RuleError, match="rule id DC201 is already used by") as caught:
        load_rulebook((tmp_path,))
    assert str(caught.value).startswith(f"{tmp_path / taken.name}:1: ")
    assert str(taken) in str(caught.value)


def test_a_pack_that_is_no_folder_is_refused(tmp_path):
    with pytest.raises(RuleError, match="no such folder"):
        load_rulebook((tmp_path / "nowhere",))


VOCABULARIES = {}
for vocabulary_file in sorted((RULES / "claims").glob("*.toml")):
    VOCABULARIES |= data_of(vocabulary_file).get("vocabulary", {})
ENGINE_VOCABULARIES = {"call-to-action", "sells"}  # that evaluate_claims asks for by name


def test_every_vocabulary_that_a_claim_rule_names_exists():
    missing = {path.name: missing_vocabularies(data_of(path), VOCABULARIES) for path in FILES}
    assert {name: names for name, names in missing.items() if names} == {}


def test_every_vocabulary_is_used():
    rules = [data_of(path) for path in FILES]
    named = {part.strip("()") for rule in rules if rule["type"] == "claim" for part in _composed(rule["match"])}
    used = {name for table in VOCABULARIES.values() for name in vocabularies_in(table)}
    assert sorted(VOCABULARIES.keys() - named - used - ENGINE_VOCABULARIES) == []


def _composed(match):
    for key in ("claim", *CONDITIONS):
        for text in match.get(key, []):
            for part in [text] if key == "claim" else text.split("&"):
                yield from (name for name, _ in parse_composition(part))


def test_no_two_files_define_the_same_vocabulary():
    read_pack(RULES)  # with check, which refuses it


@pytest.mark.parametrize(
    ("pack", "message"),
    [
        pytest.param(
            {"v.toml": '[vocabulary.smells]\nadjectives = ["sweet"]\n'}, r"v\.toml:2: vocabulary smells: unknown key 'adjectives'", id="key"
        ),
        pytest.param(
            {"v.toml": '[vocabulary.smells]\nwords = "sweet"\n'}, r"v\.toml:2: vocabulary smells: words must be a list", id="no list"
        ),
        pytest.param({"v.toml": '[vocabulary.disease]\nwords = ["x"]\n'}, r"the vocabulary 'disease' exists already", id="taken"),
        pytest.param({"v.toml": '[vocabulary.smells]\nwords = ["{nothing}"]\n'}, r"'smells' uses \{nothing\}", id="unknown within"),
        pytest.param({"v.toml": "[claim_cues.negated]\nbefore = []\n"}, r"a pack can't change the cues", id="cues"),
    ],
)
def test_a_wrong_vocabulary_of_a_pack_is_told(tmp_path, pack, message):
    for name, text in pack.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=message):
        load_rulebook([tmp_path])


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("cures + disease", r"claim 'cures \+ disease': '\+ disease' is no part of a composition"),
        ("cures nosuchthing", r"no vocabulary 'nosuchthing' is defined"),
    ],
)
def test_a_wrong_composition_of_a_pack_is_told(tmp_path, claim, message):
    text = next((RULES / "claims").glob("DC401-*.toml")).read_text(encoding="utf-8").replace('"DC401"', '"DC699"')
    head, _, rest = text.partition("[match]")
    _, _, tail = rest.partition("[[references]]")
    (tmp_path / "DC699.toml").write_text(f'{head}[match]\nclaim = ["{claim}"]\n\n[[references]]{tail}', encoding="utf-8")
    with pytest.raises(RuleError, match=message):
        load_rulebook([tmp_path])


def test_a_pack_can_bring_its_own_claims(tmp_path):
    text = next((RULES / "claims").glob("DC401-*.toml")).read_text(encoding="utf-8").replace('"DC401"', '"DC699"')
    head, _, rest = text.partition("[match]")
    _, _, tail = rest.partition("[[references]]")
    (tmp_path / "DC699.toml").write_text(f'{head}[match]\nclaim = ["cures wobbles"]\n\n[[references]]{tail}', encoding="utf-8")
    (tmp_path / "v.toml").write_text('[vocabulary.wobbles]\nwords = ["the wobbles"]\n', encoding="utf-8")
    post = Post("p", "Ad: this cures the wobbles.", "p", connections=("paid",))
    assert [finding.rule for finding in check_post(post, load_rulebook([tmp_path])).findings] == ["DC699"]
