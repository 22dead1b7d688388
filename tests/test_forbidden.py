"""What rules of type "forbid" find: denials, opaque links, bare thread parts, legalese, needless notices, late starts."""

from __future__ import annotations

import pytest

from disclosure_check.check import Options, check_post
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
LINK = "https://amzn.to/3xYzAb1"
SHORT = "https://bit.ly/3aBcDe"
FILLER = "The lamp is bright and stands on three feet. "


def findings(text: str, platform: str, *connections: str, **facts):
    report = check_post(Post("p", text, "p", platform=platform, connections=connections, **facts), RULEBOOK, Options(claims="never"))
    assert report.error is None
    return [(finding.rule, finding.severity, finding.match) for finding in report.findings]


DENIALS = {
    "nothing shown": ("Not sponsored, I just love my Lumo lamp", "instagram", (), []),
    "a code": (
        "Not sponsored, but use code MIA20 at Lumo",
        "instagram",
        (),
        [("DC104", "error", "Not sponsored"), ("DC112", "error", "use code MIA20")],
    ),
    "a declared payment": (
        "Not an ad! Love my Lumo lamp",
        "instagram",
        ("paid",),
        [("DC101", "error", "Not an ad! Love my Lumo lamp"), ("DC104", "error", "Not an ad")],
    ),
    "bought it myself": (
        "Bought it myself.",
        "instagram",
        ("paid",),
        [("DC101", "error", "Bought it myself."), ("DC104", "error", "Bought it myself")],
    ),
    "an ad label": ("Not sponsored. #ad Love my Lumo lamp", "instagram", (), [("DC104", "error", "Not sponsored")]),
    "not paid but given": ("They didn't pay me but gave me the bag for free", "instagram", (), []),
    "not sponsored, and a gift that is disclosed": ("Not sponsored. Lumo sent me this lamp for free", "instagram", ("gift",), []),
    "not sponsored, and links that are explained": (
        f"FTC: not sponsored. Some links are affiliate links, I earn a commission.\n\n{LINK}",
        "youtube",
        (),
        [],
    ),
    "not sponsored, and links that are only named": (
        f"FTC: not sponsored. Some links are affiliate. {LINK}",
        "youtube",
        (),
        [("DC206", "warning", "links are affiliate")],
    ),
    "not sponsored, and links that are explained too low": (
        f"My lamp: {LINK}\n{FILLER * 50}\nFTC: not sponsored. Some links are affiliate links and I earn a commission.",
        "youtube",
        (),
        [("DC306", "error", "I earn a commission")],
    ),
    "adjectives deny nothing": ("An ad-based service, not sponsored by anyone, is what Lumo is", "blog", (), []),
    "a quotation denies nothing": ('She calls it "not an ad" #ad My Lumo lamp', "instagram", (), []),
}


@pytest.mark.parametrize(("text", "platform", "connections", "expected"), DENIALS.values(), ids=DENIALS)
def test_denials(text, platform, connections, expected):
    assert findings(text, platform, *connections) == expected


OPAQUE = {
    "one": (f"Details {SHORT}F", "instagram", (), [("DC110", "info", f"{SHORT}F")]),
    "two": (f"Shop my gear: {SHORT}F {SHORT}G", "instagram", (), [("DC110", "info", f"{SHORT}F")]),
    "a list of products": (f"Outfit details\n{SHORT}F\n{SHORT}G\n{SHORT}H", "instagram", (), [("DC109", "warning", f"{SHORT}F")]),
    "a list of other things": (f"My talks\n{SHORT}F\n{SHORT}G\n{SHORT}H", "x", (), [("DC110", "info", f"{SHORT}F")]),
    "a list with a disclosure": (f"Outfit details #ad\n{SHORT}F\n{SHORT}G\n{SHORT}H", "instagram", (), []),
    "nothing to declare": (f"Outfit details\n{SHORT}F\n{SHORT}G\n{SHORT}H", "instagram", ("none",), []),
    "accounts": (f"Follow me\nInstagram: {SHORT}F\nTwitter: {SHORT}G", "youtube", (), []),
    "t.co": ("Read https://t.co/AbCdEfGhIj", "x", (), []),
    "youtu.be": ("Watch https://youtu.be/AbCdEfGhIjK", "instagram", (), []),
    "lnkd.in": ("Post https://lnkd.in/AbCdEfG", "linkedin", (), []),
    "a link that is open": ("Details https://lumo.example/lamps", "instagram", (), []),
}


@pytest.mark.parametrize(("text", "platform", "connections", "expected"), OPAQUE.values(), ids=OPAQUE)
def test_opaque_links(text, platform, connections, expected):
    assert findings(text, platform, *connections) == expected


THREADS = {
    "one part undisclosed": ("1/ My Lumo lamp. #ad\n2/ Lumo shines\n3/ Thanks", ("Lumo",), [("DC106", "error", "Lumo")]),
    "each part that names it disclosed": ("1/ My Lumo lamp. #ad\n2/ Lumo shines #ad\n3/ Thanks", ("Lumo",), []),
    "a name that two parts use": ("1/ My Lumo lamp. #ad\n2/ Lumo shines\n3/ Thanks", (), [("DC106", "error", "Lumo")]),
    "no thread": ("My Lumo lamp. #ad\nLumo shines", ("Lumo",), []),
    "nothing disclosed": ("1/ My Lumo lamp.\n2/ Lumo shines", ("Lumo",), [("DC101", "error", "Lumo")]),
}


@pytest.mark.parametrize(("text", "brands", "expected"), THREADS.values(), ids=THREADS)
def test_parts_of_a_thread(text, brands, expected):
    assert findings(text, "x", "paid", brands=brands) == expected


NOTICES = {
    "no link": ("I earn a commission from affiliate links. A text about lamps.", "blog", [("DC111", "info", "I earn a commission")]),
    "an affiliate link": (f"I earn a commission from affiliate links. {LINK}", "blog", []),
    "another link": ("I earn a commission from affiliate links. https://lumo.example/lamps", "blog", []),
    "a caption": ("I earn a commission from affiliate links. A text about lamps.", "instagram", []),
}


@pytest.mark.parametrize(("text", "platform", "expected"), NOTICES.values(), ids=NOTICES)
def test_needless_notices(text, platform, expected):
    assert findings(text, platform) == expected


LEGALESE = "Pursuant to 16 CFR 255 I hereby disclose a material connection"


def test_legalese_is_found_once_a_sentence():
    assert findings(f"Ad: my Lumo lamp. {LEGALESE}.", "instagram") == [("DC209", "info", "Pursuant to 16 CFR 255")]
    assert [words for _, _, words in findings(f"Ad: {LEGALESE}. {LEGALESE}.", "instagram")] == ["Pursuant to 16 CFR 255"] * 2


LATE = {
    "at the end": (FILLER * 2 + "#ad", "threads", [("DC313", "info", "#ad")]),
    "at the end of few words": ("My Lumo lamp #ad", "threads", []),
    "at the start": ("#ad " + FILLER * 2, "threads", []),
    "at both ends": ("#ad " + FILLER * 2 + "#ad", "threads", []),
    "an article": (FILLER * 2 + "#ad", "blog", []),
}


@pytest.mark.parametrize(("text", "platform", "expected"), LATE.values(), ids=LATE)
def test_a_disclosure_at_the_end_of_a_post(text, platform, expected):
    assert findings(text, platform, "paid") == expected


GAPS = {
    "a comma ends a denial": ("Not an ad, I earn a commission " + LINK, [("DC104", "error", "Not an ad")]),
    "shop my outfit says no more than a list of links": (
        f"Shop my outfit\n{SHORT}F\n{SHORT}G\n{SHORT}H",
        [("DC109", "warning", f"{SHORT}F")],
    ),
}


@pytest.mark.xfail(reason="the engine finds more")
@pytest.mark.parametrize(("text", "expected"), GAPS.values(), ids=GAPS)
def test_known_gaps(text, expected):
    assert findings(text, "instagram") == expected
