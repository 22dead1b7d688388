"""How well a connection is disclosed: what covers what, by which words, where, and how readably."""

from __future__ import annotations

import pytest

from disclosure_check.check import Options, check_post
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
LINK = "https://amzn.to/3xYzAb1"
OTHER_LINK = "https://amzn.to/4qRsTu2"
FILLER = "The lamp is bright and stands on three feet. "  # 45 characters


def findings(text: str, platform: str, *connections: str, **facts):
    report = check_post(Post("p", text, "p", platform=platform, connections=connections, **facts), RULEBOOK, Options(claims="never"))
    assert report.error is None
    return [(finding.rule, finding.severity, finding.match) for finding in report.findings]


# What covers what

COVERS = {
    "ad covers a code": ("#ad Use code MIA20 for 20% off at Lumo", "instagram", (), []),
    "paid ad covers a code": ("Paid ad: use code MIA20 for 20% off at Lumo", "instagram", (), []),
    "ad covers a link": (f"#ad My Lumo lamp {LINK}", "instagram", (), []),
    "ad covers a gift": ("#ad My Lumo lamp", "instagram", ("gift",), []),
    "gift words don't cover a payment": (
        "Lumo sent me this lamp for free",
        "instagram",
        ("paid",),
        [("DC105", "warning", "Lumo sent me this lamp for free")],
    ),
    "gift words cover a gift": ("Lumo sent me this lamp for free", "instagram", ("gift",), []),
    "gift words don't cover a code": (
        "Lumo sent me this lamp for free. Use code MIA20",
        "instagram",
        ("gift",),
        [("DC103", "warning", "Use code MIA20")],
    ),
    "a named sponsor above, a bare link below": (
        f"Sponsored by Lumo. My desk: {LINK}",
        "youtube",
        (),
        [("DC103", "warning", LINK)],
    ),
    "nothing disclosed at all": (f"My desk: {LINK}", "youtube", (), [("DC102", "error", LINK)]),
    "a job": ("I work at Lumo. Love our lamp", "instagram", ("employee",), []),
    "a job unsaid": ("Love our lamp", "instagram", ("employee",), [("DC101", "error", "Love our lamp")]),
    "a husband": ("My husband runs Lumo. Love the lamp", "instagram", ("family",), []),
    "shares": ("I own shares of Lumo. Love the lamp", "x", ("equity",), []),
    "a consultant": ("I consult for Lumo. Love this lamp", "instagram", ("consultant",), []),
    "a loan": ("Lumo lent me this lamp for review", "instagram", ("loan",), []),
    "a trip": ("Lumo hosted me for two nights", "instagram", ("travel",), []),
    "a contest entry": ("#LumoContestEntry My lamp", "instagram", ("contest",), []),
}


@pytest.mark.parametrize(("text", "platform", "connections", "expected"), COVERS.values(), ids=COVERS)
def test_what_covers_what(text, platform, connections, expected):
    assert findings(text, platform, *connections) == expected


# Words

WORDS = {
    "ad": ("#ad My Lumo lamp", "instagram", ("paid",), []),
    "Ad:": ("Ad: My Lumo lamp", "instagram", ("paid",), []),
    "sponsored": ("#sponsored My Lumo lamp", "instagram", ("paid",), []),
    "sp": ("#sp My Lumo lamp", "instagram", ("paid",), [("DC201", "error", "#sp")]),
    "ad glued to a brand": ("#LumoAd My lamp", "instagram", ("paid",), [("DC205", "error", "#LumoAd")]),
    "thanks": ("Thanks @lumo for the lamp", "instagram", ("gift",), [("DC213", "error", "Thanks @lumo")]),
    "thanks for sending it free": ("Thank you Lumo for sending me this free lamp", "instagram", ("gift",), []),
    "gifted": ("#gifted My Lumo lamp", "instagram", ("gift",), [("DC214", "warning", "#gifted")]),
    "client": ("#client My Lumo lamp", "instagram", ("consultant",), [("DC203", "error", "#client")]),
    "paid partnership": ("Paid partnership with Lumo.", "instagram", ("paid",), [("DC202", "warning", "Paid partnership with Lumo")]),
    "in partnership": ("In partnership with Lumo.", "instagram", ("paid",), [("DC202", "warning", "In partnership with Lumo")]),
    "presented by": ("Presented by Lumo.", "instagram", ("paid",), [("DC215", "warning", "Presented by Lumo")]),
    "supported by": ("Supported by Lumo.", "instagram", ("paid",), [("DC215", "warning", "Supported by Lumo")]),
    "brought to you by": ("Brought to you by Lumo. My lamp", "instagram", ("paid",), []),
    "brought to you by, on an article": (
        "Brought to you by Lumo. My lamp",
        "blog",
        ("paid",),
        [("DC215", "warning", "Brought to you by Lumo")],
    ),
    "brought to you by, beside the brand's link": ("Brought to you by Lumo. See https://lumo.example/lamp", "blog", ("paid",), []),
    "brand partner on a short form": ("#LumoPartner My lamp", "x", ("paid",), []),
    "brand partner on a roomy form": ("#LumoPartner My lamp", "blog", ("paid",), [("DC204", "warning", "#LumoPartner")]),
    "employee tag": ("#employee My Lumo lamp", "x", ("employee",), [("DC212", "warning", "#employee")]),
    "brand employee tag": ("#LumoEmployee My lamp", "x", ("employee",), []),
    "sweeps": ("#LumoSweeps My lamp", "instagram", ("contest",), [("DC210", "error", "#LumoSweeps")]),
    "sweepstakes": ("#LumoSweepstakes My lamp", "instagram", ("contest",), []),
    "another language": (
        "#werbung Love this Lumo lamp, it is the best of the year",
        "instagram",
        ("paid",),
        [("DC208", "error", "#werbung")],
    ),
    "the post's own language": ("#werbung Die neue Lampe von Lumo ist wirklich schön", "instagram", ("paid",), []),
    "bare label beside the link": (f"My lamp (affiliate link): {LINK}", "instagram", (), [("DC206", "warning", "affiliate link")]),
    "bare label far from the link": (
        f"Affiliate links below.\n\n{FILLER * 20}\n\nMy lamp: {LINK}",
        "blog",
        (),
        [("DC207", "error", "Affiliate links")],
    ),
    "aff": (f"(aff) {LINK}", "x", (), [("DC206", "warning", "(aff)")]),
    "paid link": (f"My lamp (paid link): {LINK}", "instagram", (), []),
    "commission beside the link": (f"My lamp: {LINK} (I earn a commission)", "instagram", (), []),
    "amazon's own sentence": (f"As an Amazon Associate I earn from qualifying purchases. {LINK}", "instagram", (), []),
    "a cut": (f"I get a cut if you buy. {LINK}", "x", (), []),
    "commissions earned": (f"My lamp {LINK} #commissionsearned", "x", (), [("DC202", "warning", "#commissionsearned")]),
}


@pytest.mark.parametrize(("text", "platform", "connections", "expected"), WORDS.values(), ids=WORDS)
def test_words(text, platform, connections, expected):
    assert findings(text, platform, *connections) == expected


# Place

FOLD = {
    "before the fold": (FILLER * 2 + "#ad " + FILLER, "instagram", []),
    "past the fold": (FILLER * 4 + "#ad", "instagram", [("DC301", "warning", "#ad")]),
    "past twice the fold": (FILLER * 8 + "#ad", "instagram", [("DC302", "error", "#ad")]),
    "in the third line": ("One\nTwo\n#ad My lamp", "instagram", []),
    "in the fourth line": ("One\nTwo\nThree\n#ad My lamp", "instagram", [("DC301", "warning", "#ad")]),
    "below forty blank lines": ("My Lumo lamp" + "\n" * 40 + "#ad", "facebook", [("DC302", "error", "#ad")]),
    "at the end of a post shown whole": ("My Lumo lamp #ad", "post", []),
    "last in a pile": ("My Lumo lamp #lamp #light #ad", "post", [("DC303", "error", "#ad")]),
    "in the middle of a pile": ("My Lumo lamp\n#lamp #ad #light", "post", [("DC303", "error", "#ad")]),
    "in a glued pile": ("My Lumo lamp #lamp#light#ad", "post", [("DC303", "error", "#ad")]),
    "behind mentions": ("My Lumo lamp @lumo @mia #ad", "post", []),
    "behind one tag": ("My Lumo lamp #light #ad", "post", []),
    "leading a pile": ("#ad #lamp #light My Lumo lamp", "post", [("DC304", "warning", "#ad")]),
    "first among the tags on their own line, shown whole": ("My Lumo lamp\n#ad #lamp #light", "post", []),
    "first among the tags on their own line, cut": ("My Lumo lamp\n#ad #lamp #light", "instagram", [("DC304", "warning", "#ad")]),
}


@pytest.mark.parametrize(("text", "platform", "expected"), FOLD.values(), ids=FOLD)
def test_the_place_of_a_payments_disclosure(text, platform, expected):
    assert findings(text, platform, "paid") == expected


COMMISSION = "I earn a commission from these links."
ADJACENCY = {
    "before": (f"{COMMISSION}\n\nMy lamp: {LINK}", "blog", []),
    "far before": (f"{COMMISSION}\n\n{FILLER * 60}\n\nMy lamp: {LINK}", "blog", []),
    "beside, deep in an article": (f"{FILLER * 20}\n\nMy lamp: {LINK} {COMMISSION}", "blog", []),
    "label before the link, deep in an article": (f"{FILLER * 20}\n\nPaid link: {LINK}", "blog", []),
    "behind two links in one line": (f"{LINK} {OTHER_LINK} {COMMISSION}", "x", []),
    "a paragraph below in a short post": (f"My lamp: {LINK}\n\n{COMMISSION}", "blog", [("DC305", "warning", "I earn a commission")]),
    "below in a long post": (f"My lamp: {LINK}\n\n{FILLER * 60}\n\n{COMMISSION}", "blog", [("DC306", "error", "I earn a commission")]),
    "below the fold": (f"My lamp: {LINK}\n\n{FILLER * 6}\n\n{COMMISSION}", "youtube", [("DC306", "error", "I earn a commission")]),
    "among address and unsubscribe lines": (
        f"My lamp: {LINK}\n\n© Mia 2026, unsubscribe here. {COMMISSION}",
        "newsletter",
        [("DC306", "error", "I earn a commission")],
    ),
}


@pytest.mark.parametrize(("text", "platform", "expected"), ADJACENCY.values(), ids=ADJACENCY)
def test_the_place_of_a_commissions_disclosure(text, platform, expected):
    assert findings(text, platform) == expected


ELSEWHERE = {
    "in the bio": (
        f"My lamp: {LINK} Sponsorship details are in my bio.",
        "text",
        [("DC307", "error", "Sponsorship details are in my bio")],
    ),
    "behind a link": (f"[Disclosure](https://mia.example/d)\n\nMy [lamp]({LINK})", "markdown", [("DC308", "error", "Disclosure")]),
    "hidden": (f'<a href="{LINK}" rel="sponsored">lamp</a><p style="display:none">#ad</p>', "html", [("DC309", "error", "#ad")]),
    "small": (
        f'<p><small>This is an ad.</small></p><a href="{LINK}" rel="sponsored">lamp</a>',
        "html",
        [("DC310", "warning", "This is an ad")],
    ),
    "in an image's text": (f"My [lamp]({LINK})\n\n![#ad](a.png)", "markdown", [("DC311", "error", "#ad")]),
    "collapsed": (
        f'<details><summary>More</summary>This is an ad.</details><a href="{LINK}" rel="sponsored">lamp</a>',
        "html",
        [("DC312", "error", "This is an ad")],
    ),
    "in a comment": (f'<!-- This is an ad. --><a href="{LINK}" rel="sponsored">lamp</a>', "html", [("DC102", "error", LINK)]),
    "seen and in an image's text": (f"#ad My [lamp]({LINK})\n\n![#ad](a.png)", "markdown", []),
}


@pytest.mark.parametrize(("text", "form", "expected"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_disclosure_that_readers_do_not_come_upon(text, form, expected):
    assert findings(text, "blog", format=form) == expected


LABELS = {
    "the label alone": ((), {}, [("DC107", "warning", "My Lumo lamp")]),
    "the label alone, with a brand": ((), {"brands": ("Lumo",)}, [("DC107", "warning", "Lumo")]),
    "declared without a label": (("paid",), {"platform_label": False}, [("DC101", "error", "My Lumo lamp")]),
    "declared, with a brand": (("paid",), {"platform_label": False, "brands": ("Lumo",)}, [("DC101", "error", "Lumo")]),
}


@pytest.mark.parametrize(("connections", "facts", "expected"), LABELS.values(), ids=LABELS)
def test_the_platforms_label_is_not_enough(connections, facts, expected):
    assert findings("My Lumo lamp", "instagram", *connections, **{"platform_label": True} | facts) == expected


# Disguise

DISGUISE = {
    "zero-width": ("#a\u200bd My Lumo lamp", [("DC211", "warning", "#a\u200bd")]),
    "soft hyphen": ("#a\u00add My Lumo lamp", [("DC211", "warning", "#a\u00add")]),
    "bidi": ("#\u202ead My Lumo lamp", [("DC211", "warning", "#\u202ead")]),
    "fraktur": ("#𝖆𝖉 My Lumo lamp", [("DC211", "warning", "#𝖆𝖉")]),
    "script": ("#𝓪𝓭 My Lumo lamp", [("DC211", "warning", "#𝓪𝓭")]),
    "look-alike": ("#аd My Lumo lamp", [("DC211", "warning", "#аd")]),
    "spaced": ("p a i d  a d: my Lumo lamp", [("DC211", "warning", "p a i d  a d")]),
    "full-width": ("＃ａｄ My Lumo lamp", []),
    "bold": ("𝗣𝗮𝗶𝗱 𝗮𝗱 for Lumo", []),
    "emoji letters": ("🅰️🅳 My Lumo lamp", [("DC101", "error", "My Lumo lamp")]),
    "flag letters": ("🇦🇩 My Lumo lamp", [("DC101", "error", "My Lumo lamp")]),
    "Morse": (".- -.. My Lumo lamp", [("DC101", "error", ".- -.. My Lumo lamp")]),
    "reversed": ("da# My Lumo lamp", [("DC101", "error", "da# My Lumo lamp")]),
}


@pytest.mark.parametrize(("text", "expected"), DISGUISE.values(), ids=DISGUISE)
def test_a_disguised_disclosure(text, expected):
    assert findings(text, "instagram", "paid") == expected


def test_an_entity_is_no_disguise():
    assert findings("<p>&#35;ad My Lumo lamp</p>", "blog", "paid", format="html") == []


def test_a_disguised_signal_counts_as_if_plain():
    assert findings("Use c\u200bode MIA20 at Lumo", "instagram") == [("DC112", "error", "Use c\u200bode MIA20")]
    assert findings("𝖀𝖘𝖊 𝖈𝖔𝖉𝖊 MIA20 at Lumo", "instagram") == [("DC112", "error", "𝖀𝖘𝖊 𝖈𝖔𝖉𝖊 MIA20")]


# Spoken ad reads

OFFER = "Go to lumo dot com slash mia for 20% off."
SPOKEN = {
    "sponsor before": (f"Hello. This episode is sponsored by Lumo. {OFFER}", []),
    "sponsor behind": (f"{OFFER} Thanks to Lumo for sponsoring this episode.", []),
    "sponsor word in an excerpt": (f"... and thanks to our sponsor Lumo. {OFFER}", []),
    "no sponsor": (f"Hello. {OFFER}", [("DC112", "error", "lumo dot com slash mia for 20% off")]),
    "an excerpt without its start": (f"... and so. {OFFER}", [("DC114", "warning", "lumo dot com slash mia for 20% off")]),
}


@pytest.mark.parametrize(("text", "expected"), SPOKEN.values(), ids=SPOKEN)
def test_spoken_ad_reads(text, expected):
    assert findings(text, "podcast") == expected


VOICES = {
    "an invisible character in front of a tag hides nothing": ("\u200b#ad My Lumo lamp", ("paid",), []),
    "isolates around a tag hide nothing": ("\u2068#ad\u2069 My Lumo lamp", ("paid",), []),
    "an information sign in front of a label": ("ℹ️ Ad: my Lumo lamp", ("paid",), []),
    "a comma ends a denial": ("Not sponsored, Lumo sent me this lamp for free", ("gift",), []),
    "other people's sponsor": (
        "Other creators are sponsored by Lumo",
        ("paid",),
        [("DC101", "error", "Other creators are sponsored by Lumo")],
    ),
}


@pytest.mark.parametrize(("text", "connections", "expected"), VOICES.values(), ids=VOICES)
def test_signs_and_voices_around_a_disclosure(text, connections, expected):
    assert findings(text, "instagram", *connections) == expected


GAPS = {
    "a founder of something else": ("I started this band in 2014", ("equity",), [("DC101", "error", "I started this band in 2014")]),
}


@pytest.mark.xfail(reason="the engine misses these")
@pytest.mark.parametrize(("text", "connections", "expected"), GAPS.values(), ids=GAPS)
def test_known_gaps(text, connections, expected):
    assert findings(text, "instagram", *connections) == expected
