"""From breaches to findings: which rule reports, what it says, and what led to it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from disclosure_check.check import check_post
from disclosure_check.evaluate import LONGEST_MATCH, PLAIN_KINDS
from disclosure_check.model import CONNECTIONS, Evidence, Post
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
LINK = "https://amzn.to/3xYzAb1"


def findings(text: str, platform: str, *connections: str, rulebook=RULEBOOK, **facts):
    report = check_post(Post("p", text, "p", platform=platform, connections=connections, **facts), rulebook)
    assert report.error is None
    return report.findings


def with_rules(*rules):
    """Return the rulebook with `rules` in place of its own."""
    return replace(RULEBOOK, rules=rules)


RULE = next(rule for rule in RULEBOOK.rules if rule.id == "DC101")


def test_every_connection_has_plain_words():
    assert list(PLAIN_KINDS) == list(CONNECTIONS)


def test_a_finding_carries_what_its_rule_says():
    [finding] = findings("Love it #spon", "instagram", "paid")
    rule = next(rule for rule in RULEBOOK.rules if rule.id == "DC201")
    assert (finding.rule, finding.name, finding.family, finding.severity) == ("DC201", rule.name, "disclosure", "error")
    assert finding.references == rule.references


def test_evidence_of_a_shown_connection_and_an_absence():
    [finding] = findings("Use code MIA20 at Lumo", "instagram")
    assert finding.evidence == (
        Evidence("connection.code", "a discount code or offer", 0, 14),
        Evidence("absent", "no words in the post say it"),
    )


def test_evidence_of_a_declared_connection_and_an_inadequate_disclosure():
    [finding] = findings("Love it #spon", "instagram", "paid")
    assert finding.evidence == (
        Evidence("disclosure.shorthand", "a payment", 8, 13),
        Evidence("declared", "the author declares a payment"),
        Evidence("disclosure.shorthand", "readers may not take these words as a disclosure", 8, 13),
    )


def test_of_many_links_the_first_five_are_evidence():
    [finding] = findings("\n".join(f"Lamp {number}: {LINK}" for number in range(9)), "post")
    assert [evidence.label for evidence in finding.evidence] == ["link.affiliate"] * 5 + ["absent"]


def filled(template: str, text: str, **facts) -> str:
    rule = replace(RULE, message=template)
    return findings(text, "instagram", "gift", rulebook=with_rules(rule), **facts)[0].message


def test_a_message_is_filled_with_the_words_of_the_post():
    template = "{match}|{connection}|{position}|{platform}|{fold}|{brand}"
    assert filled(template, "Lovely\nlamp", brands=("lamp",)) == "lamp|a gift|8|Instagram|125|lamp"
    assert filled(template, "Lovely\nlamp") == "Lovely|a gift|1|Instagram|125|BRAND"


def test_a_position_counts_from_the_body():
    assert filled("{position}", "---\nx: y\n---\nLovely lamp", body_start=13) == "1"


def test_long_words_are_shortened_in_a_message_and_whole_in_the_finding():
    text = "so bright " * 30
    rule = replace(RULE, message="{match}")
    [finding] = findings(text, "instagram", "gift", rulebook=with_rules(rule))
    assert finding.match == text[:100]
    assert finding.message == text[: LONGEST_MATCH - 3] + "..."


def test_braces_of_the_post_are_left_as_they_are():
    assert filled("{match}", "A {brand} lamp") == "A {brand} lamp"


POINTED_AT = {
    "a named brand": ("So bright\nThe Lumo lamp", {"brands": ("Lumo",)}, "Lumo"),
    "a brand that isn't named": ("So bright\nThe lamp", {"brands": ("Lumo",)}, "So bright"),
    "a mention": ("So bright\nThe @lumo.lamps lamp", {}, "@lumo.lamps"),
    "the first line": ("\n\n So bright\nThe lamp", {}, "So bright"),
    "nothing but white space": (" \n ", {}, ""),
}


@pytest.mark.parametrize(("text", "facts", "expected"), POINTED_AT.values(), ids=POINTED_AT)
def test_what_an_undisclosed_declared_connection_points_at(text, facts, expected):
    assert [finding.match for finding in findings(text, "instagram", "employee", **facts)] == [expected]


# Which rule


def rules_that_report(*matches: dict) -> list[str]:
    rules = [replace(RULE, id=f"DC90{number}", match=match) for number, match in enumerate(matches)]
    return [finding.rule for finding in findings("Use code MIA20 at Lumo", "instagram", rulebook=with_rules(*rules))]


ABSENT = {"breach": "absent"}
SPECIFIC = {
    "one": ([ABSENT], ["DC900"]),
    "the more specific": ([ABSENT, ABSENT | {"connections": ["discount"]}], ["DC901"]),
    "the most specific": (
        [ABSENT | {"connections": ["discount"], "forms": ["long"]}, ABSENT, ABSENT | {"connections": ["discount"]}],
        ["DC900"],
    ),
    "of equals the first id": ([ABSENT | {"topics": ["code"]}, ABSENT | {"connections": ["discount"]}], ["DC900"]),
    "another breach": ([{"breach": "inadequate"}], []),
    "another connection": ([ABSENT | {"connections": ["paid"]}], []),
    "another topic": ([ABSENT | {"topics": ["prize"]}], []),
    "another form": ([ABSENT | {"forms": ["article"]}], []),
    "none": ([], []),
}


@pytest.mark.parametrize(("matches", "expected"), SPECIFIC.values(), ids=SPECIFIC)
def test_the_most_specific_rule_about_a_breach_reports_it(matches, expected):
    assert rules_that_report(*matches) == expected


def test_findings_come_by_place_then_rule_and_once_each():
    text = f"Not sponsored. Lamp: {LINK} and use code MIA20"
    found = [(finding.start, finding.rule) for finding in findings(text, "instagram", "paid")]
    assert found == [(0, "DC101"), (0, "DC104"), (21, "DC102"), (49, "DC112")]


def test_two_connections_that_lack_one_disclosure_are_reported_once():
    assert [finding.rule for finding in findings("Love it #spon", "instagram", "paid", "employee")] == ["DC201"]
