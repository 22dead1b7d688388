"""What a repository's configuration makes of its posts."""

from __future__ import annotations

from pathlib import Path

import pytest

from disclosure_check.check import check_posts
from disclosure_check.config import load_config
from disclosure_check.errors import ConfigError
from disclosure_check.options import build_options
from disclosure_check.readers.files import read_paths
from disclosure_check.rulebook import load_rulebook
from disclosure_check.site import with_terms

RULEBOOK = load_rulebook()
LINK = "[lamp](https://amzn.to/3xYzAb1)"


def reports(tmp_path: Path, config: str, posts: dict[str, str]):
    path = tmp_path / "disclosure-check.toml"
    path.write_text(config, encoding="utf-8")
    for name, text in posts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load_config(path)
    rulebook = with_terms(RULEBOOK, loaded)
    options = build_options(rulebook, config=loaded, claims="never")
    return list(check_posts(read_paths([str(tmp_path / name) for name in posts]), rulebook, options))


def report(tmp_path: Path, config: str, text: str, name: str = "post.md"):
    return reports(tmp_path, config, {name: text})[0]


def rules(tmp_path: Path, config: str, text: str, name: str = "post.md"):
    return [(finding.rule, finding.severity) for finding in report(tmp_path, config, text, name).findings]


def page(keys: str, body: str) -> str:
    return f"---\n{keys}\n---\n{body}\n"


FACTS = {
    "a key that is set": ("keys = { sponsored = true }", "sponsored: true", ("paid",)),
    "a key with any value": ("keys = { sponsored = true }", "sponsored: by Lumo", ("paid",)),
    "a key that is off": ("keys = { sponsored = true }", "sponsored: false", ()),
    "a key that is empty": ("keys = { sponsored = true }", "sponsored:", ()),
    "a key that is not there": ("keys = { sponsored = true }", "title: A lamp", ()),
    "a key that must be off": ("keys = { editorial = false }", "title: A lamp", ("paid",)),
    "a tag of a list": ('keys = { tags = "ad" }', "tags: [lamps, Ad]", ("paid",)),
    "another tag": ('keys = { tags = "ad" }', "tags: [lamps, adventure]", ()),
    "a key within a table": ('keys = { "params.deal" = "yes" }', 'params: { deal: "yes" }', ("paid",)),
    "all keys must hold": ('keys = { tags = "ad", kind = "review" }', "tags: [ad]", ()),
    "a declared connection stays": ("keys = { sponsored = true }", "sponsored: true\ndisclosure: { connection: gift }", ("gift",)),
    "a declared none stays": ("keys = { sponsored = true }", "sponsored: true\ndisclosure: { connection: none }", ("none",)),
    "a folder": ('paths = ["ads/**"]', "title: A lamp", ()),
}


@pytest.mark.parametrize(("fact", "keys", "connections"), FACTS.values(), ids=FACTS)
def test_what_keys_say(fact, keys, connections, tmp_path):
    config = f'[[facts]]\n{fact}\nconnection = "paid"\n'
    assert report(tmp_path, config, page(keys, "A lamp.")).post.connections == connections


def test_what_folders_say(tmp_path):
    config = '[[facts]]\npaths = ["content/ads/**"]\nconnection = "paid"\nbrand = "Lumo"\n'
    found = reports(tmp_path, config, {"content/ads/a.md": "A lamp.", "content/news/ads.md": "A lamp."})
    assert [(report.post.connections, report.post.brands) for report in found] == [(("paid",), ("Lumo",)), ((), ())]


def test_several_facts_add_up(tmp_path):
    config = '[[facts]]\nkeys = { a = true }\nconnection = "gift"\n\n[[facts]]\nkeys = { b = true }\nconnection = "paid"\nbrand-key = "partner"\n'
    post = report(tmp_path, config, page("a: 1\nb: 1\npartner: Lumo", "A lamp.")).post
    assert (post.connections, post.brands) == (("paid", "gift"), ("Lumo",))


RENDERS = {
    "a shortcode above": ('name = "ad-note"\nwhere = "place"', "", f"{{{{< ad-note >}}}}\n\nA {LINK}.", []),
    "a shortcode below": (
        'name = "ad-note"\nwhere = "place"',
        "",
        f"A {LINK}.\n\nMore of it.\n\n{{{{< ad-note >}}}}",
        [("DC305", "warning")],
    ),
    "a shortcode that the site shows on top": ('name = "ad-note"\nwhere = "top"', "", f"A {LINK}.\n\nMore.\n\n{{{{< ad-note >}}}}", []),
    "an include at the bottom of a long post": (
        'name = "ad.html"\nwhere = "bottom"',
        "",
        f"{{% include ad.html %}}\n\nA {LINK}.\n\n{'It is bright. ' * 300}",
        [("DC306", "error")],
    ),
    "another include": ('name = "ad.html"\nwhere = "top"', "", f"{{% include map.html %}}\n\nA {LINK}.", [("DC102", "error")]),
    "an include in a folder": ('name = "ad"\nwhere = "place"', "", f"{{% include notes/ad.html %}}\n\nA {LINK}.", []),
    "a layout": ('layout = "review"', "layout: review", f"A {LINK}.", []),
    "a layout with unclear words": ('layout = "review"\nunclear = true', "layout: review", f"A {LINK}.", [("DC202", "warning")]),
    "another layout": ('layout = "review"', "layout: page", f"A {LINK}.", [("DC102", "error")]),
    "only with a key that is there": ('layout = "review"\nkeys = { deal = true }', "layout: review\ndeal: 1", f"A {LINK}.", []),
    "only with a key that isn't there": ('layout = "review"\nkeys = { deal = true }', "layout: review", f"A {LINK}.", [("DC102", "error")]),
    "unless a key is there": (
        'name = "ad-note"\nkeys = { quiet = false }',
        "quiet: true",
        f"{{{{< ad-note >}}}} A {LINK}.",
        [("DC102", "error")],
    ),
    "a layout by its folder": ('layout = "single"\npaths = "post*"', "title: A lamp", f"A {LINK}.", []),
    "a layout of another folder": ('layout = "single"\npaths = "news/"', "title: A lamp", f"A {LINK}.", [("DC102", "error")]),
    "a layout that the post doesn't take": ('layout = "single"\npaths = "*"', "layout: page", f"A {LINK}.", [("DC102", "error")]),
    "of another connection": ('layout = "review"\ncovers = "gift"', "layout: review", f"A {LINK}.", [("DC102", "error")]),
}


@pytest.mark.parametrize(("renderer", "keys", "body", "expected"), RENDERS.values(), ids=RENDERS)
def test_what_the_site_shows(renderer, keys, body, expected, tmp_path):
    assert rules(tmp_path, f"[[renders]]\n{renderer}\n", page(keys or "title: A lamp", body)) == expected


def test_a_component_of_mdx(tmp_path):
    config = '[[renders]]\nname = "AdNote"\nwhere = "place"\n'
    assert rules(tmp_path, config, f"<AdNote />\n\nA {LINK}.", "post.mdx") == []


def test_severities_by_rule_and_path(tmp_path):
    config = '[severity]\nDC102 = "warning"\n\n[[overrides]]\npaths = "old/**"\nseverity = { undisclosed-affiliate-link = "off" }\n'
    found = reports(tmp_path, config, {"new/a.md": f"A {LINK}.", "old/a.md": f"A {LINK}."})
    assert [[finding.severity for finding in report.findings] for report in found] == [["warning"], []]


def test_rules_left_out_by_path(tmp_path):
    config = '[[overrides]]\npaths = "old/**"\nignore = "DC1"\n'
    assert [len(report.findings) for report in reports(tmp_path, config, {"old/a.md": f"A {LINK}.", "b.md": f"A {LINK}."})] == [0, 1]


def test_an_own_brands_offer_is_no_connection(tmp_path):
    text = "Our Lumo lamp is 20% off with code LUMO20."
    assert [rule for rule, _ in rules(tmp_path, "[brands.Lumo]\nnames = []\n", text)] == ["DC112"]
    assert rules(tmp_path, "[brands.Lumo]\nown = true\n", text) == []


def test_brands_by_handle(tmp_path):
    config = '[brands.Lumo]\nhandles = "lumolamps"\n\n[brands.Other]\n'
    assert report(tmp_path, config, "A lamp of @LumoLamps").post.brands == ("Lumo",)
    assert report(tmp_path, config, "A lamp of @lumolampsfan and Others").post.brands == ()


def test_own_words_for_a_disclosure(tmp_path):
    config = '[[facts]]\nkeys = { paid = true }\nconnection = "paid"\n\n'
    text = page("paid: true", "Partner post. A lamp.")
    assert [rule for rule, _ in rules(tmp_path, config, text)] == ["DC101"]
    assert rules(tmp_path, config + '[[terms]]\nwords = "partner post"\nmeans = "disclosure"\n', text) == []


def test_own_words_for_a_connection(tmp_path):
    config = '[[terms]]\nwords = "from our club"\nmeans = "connection"\nconnection = "gift"\n'
    assert report(tmp_path, config, "A lamp from our club.").connections == ("gift",)


def test_words_that_mean_nothing_here(tmp_path):
    text = "Lumo Paid Partnership is a band that I like.\n\nThey play on Friday."
    assert report(tmp_path, "", text).connections == ("paid",)
    assert report(tmp_path, '[[terms]]\nwords = "Lumo Paid Partnership"\nmeans = "nothing"\n', text).connections == ()


def test_a_platforms_numbers(tmp_path):
    text = "A lamp. " * 8 + "#ad"
    base = 'platform = "instagram"\nconnection = "paid"\n'
    early = report(tmp_path, base, text, "post.txt")
    late = report(tmp_path, base + "[platforms.instagram]\nfold = 20\n", text, "post.txt")
    assert "DC302" not in {finding.rule for finding in early.findings}
    assert "DC302" in {finding.rule for finding in late.findings}
    with pytest.raises(ConfigError, match=r"\[platforms.instagramm\]: there is no platform .*'instagram'"):
        report(tmp_path, "[platforms.instagramm]\nfold = 20\n", text)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ('[severity]\nDC999 = "off"\n', "there is no rule 'DC999'"),
        ('platform = "blgo"\n', "there is no platform 'blgo'.*did you mean 'blog'"),
        ('[[overrides]]\npaths = "a"\nignore = "DC999"\n', "there is no rule 'DC999'"),
    ],
)
def test_a_name_that_does_not_exist(config, problem, tmp_path):
    with pytest.raises(ConfigError, match=rf"disclosure-check.toml: {problem}"):
        report(tmp_path, config, "A lamp.")


@pytest.mark.parametrize(
    ("asked", "configured", "found"), [("never", "always", 0), ("always", "never", 1), (None, "always", 1), (None, "never", 0)]
)
def test_what_is_typed_goes_before_what_is_configured(asked, configured, found, tmp_path):
    (tmp_path / "disclosure-check.toml").write_text(f'claims = "{configured}"\n', encoding="utf-8")
    (tmp_path / "a.md").write_text("This tea cured my eczema. #ad", encoding="utf-8")
    config = load_config(tmp_path / "disclosure-check.toml")
    options = build_options(RULEBOOK, config=config, claims=asked)
    report = next(check_posts(read_paths([str(tmp_path / "a.md")]), RULEBOOK, options))
    assert len(report.claims) == found
