"""Which connections a post shows, and whose they are."""

from __future__ import annotations

import pytest

from disclosure_check.case import MOST
from disclosure_check.check import Options, check_post
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
LINK = "https://amzn.to/3xYzAb1"


def report(text: str, platform: str, *connections: str, **facts):
    checked = check_post(Post("p", text, "p", platform=platform, connections=connections, **facts), RULEBOOK, Options(claims="never"))
    assert checked.error is None
    return checked


def findings(text: str, platform: str, *connections: str, **facts):
    return [(finding.rule, finding.severity, finding.match) for finding in report(text, platform, *connections, **facts).findings]


SHOWN = {
    "nothing": ("Just a lamp I bought", "instagram", ()),
    "code": ("Use code MIA20 for 20% off at Lumo", "instagram", ("discount",)),
    "affiliate link": (f"My lamp: {LINK}", "instagram", ("affiliate",)),
    "affiliate parameter": ("My lamp: https://www.amazon.com/dp/B000000001?tag=mia-20", "instagram", ("affiliate",)),
    "code and link": (f"My lamp: {LINK} and use code MIA20 for 20% off", "instagram", ("affiliate", "discount")),
    "gift": ("Lumo sent me this lamp", "instagram", ("gift",)),
    "payment": ("This post is sponsored by Lumo", "instagram", ("paid",)),
    "ad label": ("#ad My Lumo lamp", "instagram", ("paid",)),
    "prize of a brand": ("Giveaway! Win a lamp by @lumo, tag a friend", "instagram", ("contest",)),
    "offer at the creator's page of a shop": ("30 day free trial: https://lumo.example/mia", "youtube", ("discount",)),
    "a label beside a link": ("My lamp (affiliate link): https://lumo.example/lamps/1", "instagram", ("affiliate",)),
    "a label without a link": ("What is an affiliate link?", "instagram", ()),
    "negated": ("Lumo never sent me this lamp", "instagram", ()),
    "quoted": ('They wrote "Lumo sent me this lamp" below it', "instagram", ()),
}


@pytest.mark.parametrize(("text", "platform", "expected"), SHOWN.values(), ids=SHOWN)
def test_what_a_post_shows(text, platform, expected):
    assert report(text, platform).connections == expected


def test_declared_and_shown_connections_come_in_one_order():
    assert report(f"Use code MIA20 {LINK}", "instagram", "loan", "paid").connections == ("paid", "affiliate", "discount", "loan")


def test_the_platforms_label_declares_a_payment():
    assert report("My Lumo lamp", "instagram", platform_label=True).connections == ("paid",)
    assert report("My Lumo lamp", "instagram", "gift", platform_label=True).connections == ("gift",)


def test_who_declares_none_may_pass_on_a_public_code_but_not_an_affiliate_link():
    assert report("Use code MIA20 for 20% off at Lumo", "instagram", "none").connections == ()
    assert report(f"My lamp: {LINK}", "instagram", "none").connections == ("affiliate",)


# What is a signal

SIGNALS = {
    "token after code": ("Get the Lumo lamp with code MIA20", "instagram", [("DC112", "error", "with code MIA20")]),
    "token after use code": ("Use code MIA20 at Lumo", "instagram", [("DC112", "error", "Use code MIA20")]),
    "token equals offer": ("My Lumo lamp. MIA20 = 20% off", "instagram", [("DC112", "error", "MIA20 = 20% off")]),
    "token at checkout": ("My Lumo lamp. MIA20 at checkout", "tiktok", [("DC112", "error", "MIA20 at checkout")]),
    "code in an article with an offer": ("Use code MIA20 at Lumo and get 20% off", "blog", [("DC112", "error", "Use code MIA20")]),
    "code in a programming text": ("Use code MIA20 in your config file to build", "blog", []),
    "codes that aren't for money": ("Your zip code and the error code E4012 tell us where it fails", "post", []),
    "offer and vanity link": (
        "First 500 people get a free trial at https://lumo.example/mia",
        "youtube",
        [("DC112", "error", "First 500 people get a free trial at https://lumo.example/mia")],
    ),
    "offer at an ordinary page": ("20% off: https://lumo.example/shop", "youtube", []),
    "shorthand": ("My Lumo lamp #spon", "instagram", [("DC201", "error", "#spon")]),
    "shorthand for affiliate": ("My Lumo lamp #aff", "tiktok", [("DC201", "error", "#aff")]),
    "collab tag": ("My Lumo lamp #collab", "instagram", [("DC201", "error", "#collab")]),
    "brand x name": ("My lamp #LumoXMia", "instagram", [("DC201", "error", "#LumoXMia")]),
    "brand x name in capitals": ("My lamp #LUMOxMIA is here", "instagram", [("DC201", "error", "#LUMOxMIA")]),
    "ambassador": ("As a Lumo ambassador I love this lamp", "instagram", [("DC203", "error", "As a Lumo ambassador I")]),
    "ambassador tag": ("My Lumo lamp #lumoambassador", "instagram", [("DC204", "warning", "#lumoambassador")]),
    "press car": ("Drove the Lumo press car for a week", "instagram", [("DC214", "warning", "press car")]),
    "promo": ("#promo for Lumo. Love their lamp", "instagram", [("DC202", "warning", "#promo")]),
    "a sister's gift": ("My sister sent me this lamp and I love it", "instagram", []),
    "talk about affiliate links": ("How affiliate links work, and why sponsorship pays for podcasts", "blog", []),
    "talk about tags": ("What sponsorships pay: I wrote about #ad and #spon", "blog", []),
    "an article tells of other people's gifts": ("Lumo gave Jana a free lamp. The mayor was sent one too", "blog", []),
    "somebody else's sponsor": ("The sponsor of our village fair is the bakery", "post", []),
    "ref alone": ("My lamp: https://lumo.example/lamp?ref=mia", "instagram", []),
    "utm_medium=referral alone": ("My lamp: https://lumo.example/lamp?utm_medium=referral", "instagram", []),
    "music store": ("The single: https://music.apple.com/us/album/glow/1?at=1000lABC", "instagram", []),
    "token after use": ("Use MIA20 on the Lumo site", "instagram", [("DC112", "error", "Use MIA20")]),
    "token after with": ("Grab the Lumo lamp with MIA20", "instagram", [("DC112", "error", "with MIA20")]),
    "prize code": ("Giveaway: your winning code ABC123 gets you the prize", "post", []),
    "account code": ("Redeem the account code QX9912 from your welcome mail", "post", []),
    "a version number is no token": ("Rebuilt my desk setup with WINDOWS10 and use HTML50 of nothing", "instagram", []),
    "the prize's words without the mark before them": (
        "Giveaway! Win a lamp by @lumo, tag a friend",
        "instagram",
        [("DC108", "warning", "Win a lamp by @lumo, tag")],
    ),
}


@pytest.mark.parametrize(("text", "platform", "expected"), SIGNALS.values(), ids=SIGNALS)
def test_what_is_a_signal(text, platform, expected):
    assert findings(text, platform) == expected


# Whose

WHOSE = {
    "own shop": ("My shop has 20% off with code MIA20 this week", "instagram", []),
    "own book": ("My new book is out! Get 20% off with code BOOK20", "instagram", []),
    "own course": ("Get 20% off my course with code MIA20", "instagram", []),
    "own merch": ("Merch: https://lumo.example/mia 20% off", "youtube", []),
    "a company for itself": ("At Lumo we make lamps. New in our shop: the Glow", "instagram", []),
    "a shop's own code in its own letter": ("We at Lumo love our lamps. 20% off all lamps in our shop with code LUMO20", "newsletter", []),
    "own book at a shop": (f"My book: {LINK}", "youtube", []),
    "somebody else's book at a shop": (f"Her book: {LINK}", "youtube", [("DC102", "error", LINK)]),
    "own old things to give away": ("Giveaway! I'm giving away my old desk lamp, tag a friend", "instagram", []),
    "a brand's prize with a label": ("Giveaway! @lumo gives us a lamp for you. #ad", "instagram", []),
}


@pytest.mark.parametrize(("text", "platform", "expected"), WHOSE.values(), ids=WHOSE)
def test_whose_the_offer_is(text, platform, expected):
    assert findings(text, platform) == expected


def test_what_stands_behind_more_triggers_than_count_is_seen():
    text = "Use code MIA20 for 20% off at Lumo. " * (MOST + 10)
    checked = report(f"{text} My lamp: {LINK} #ad", "instagram")
    assert checked.connections == ("paid", "affiliate", "discount")


GAPS = {
    "a brand's code near the author's own course": (
        "Get 20% off at Lumo with code MIA20. My course starts on Monday",
        "instagram",
        [("DC112", "error", "with code MIA20")],
    ),
    "own book at a shop, tagged": (f"My book: {LINK}", "youtube", [("DC102", "info", LINK)]),
}


@pytest.mark.xfail(reason="signals or contexts that the rule data lacks")
@pytest.mark.parametrize(("text", "platform", "expected"), GAPS.values(), ids=GAPS)
def test_known_gaps(text, platform, expected):
    assert findings(text, platform) == expected
