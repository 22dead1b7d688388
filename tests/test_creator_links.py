"""Which links a shop made for one creator."""

from __future__ import annotations

import pytest

from disclosure_check.creator_links import fits, handles_of, is_vanity, names_creator

VANITY = {
    "https://lumo.example/mia": True,
    "https://lumo.example/mia10": True,
    "https://www.lumo.example/MiaDraws": True,
    "lumo.example/mia_draws": True,
    "https://shop.lumo.example/mia-draws/": True,
    "https://lumo.example/mia?utm_source=yt": True,
    "https://lumo.example": False,
    "https://lumo.example/": False,
    "https://lumo.example/ab": False,
    "https://lumo.example/10": False,
    "https://lumo.example/shop": False,
    "https://lumo.example/pricing/": False,
    "https://lumo.example/Products": False,
    "https://lumo.example/lamps/mia": False,
    "https://lumo.example/lamp.html": False,
    "https://lumo.example/the-best-lamp-for-reading-in-bed": False,
    "https://www.instagram.com/miadraws": False,
    "https://youtu.be/AbCdEfGhIjK": False,
    "https://open.spotify.com/miadraws": False,
    "https://patreon.com/miadraws": False,
    "https://x.com/miadraws": False,
    "https://t.co/AbCdEfGh": False,
    "not a link": False,
    "": False,
}


@pytest.mark.parametrize(("url", "expected"), VANITY.items(), ids=list(VANITY))
def test_a_vanity_link_is_a_shops_host_with_one_short_word(url, expected):
    assert is_vanity(url) is expected


@pytest.mark.parametrize("url", ["https://lumo.example/shop?utm_source=mail", "https://lumo.example/terms/?lang=en"])
def test_an_ordinary_page_with_a_query_is_no_vanity_link(url):
    assert not is_vanity(url)


CREATOR = {
    "the name is the page": ("https://lumo.example/miadraws", True),
    "other case and signs": ("https://lumo.example/Mia-Draws", True),
    "the name is in the page": ("https://lumo.example/join/miadraws10", True),
    "the page is in the name": ("https://lumo.example/draws", True),
    "the page is in the name, but short": ("https://lumo.example/mia", False),
    "a short link": ("https://bit.ly/miadraws-lumo", True),
    "the name is the shop's first label": ("https://miadraws.lumo.example/", True),
    "the name as first label of a site for everybody": ("https://miadraws.bigcartel.com/lamps", False),
    "the creator's own site with a shop": ("https://shop.miadraws.example/lamps", False),
    "another page": ("https://lumo.example/lamps", False),
    "no page": ("https://lumo.example/", False),
    "the name in the query only": ("https://lumo.example/?from=miadraws", False),
    "the creator's own site": ("https://miadraws.example/miadraws", False),
    "the creator's own site with a hyphen": ("https://mia-draws.example/miadraws", False),
    "an account": ("https://www.instagram.com/miadraws", False),
}


@pytest.mark.parametrize(("url", "expected"), CREATOR.values(), ids=CREATOR)
def test_a_creator_link_names_the_creator_on_somebody_elses_site(url, expected):
    assert names_creator(url, frozenset({"miadraws"})) is expected


def test_nobody_is_named_where_no_account_is_known():
    assert not names_creator("https://lumo.example/miadraws", frozenset())


def test_accounts_tell_what_the_author_is_called():
    urls = [
        "https://www.instagram.com/Mia_Draws/",
        "https://tiktok.com/@mia.paints?lang=en",
        "https://youtube.com/c/MiaDrawsLamps",
        "https://twitter.com/mia",
        "https://lumo.example/somebody",
    ]
    assert handles_of(urls) == {"miadraws", "miapaints", "miadrawslamps"}


INVITATION = {
    "https://lumo.example/join/OI9Q2GEQ": True,
    "https://lumo.example/invite/mia81": True,
    "https://lumo.example/r/dana81": True,
    "https://lumo.example/ref/MIA": False,
    "https://lumo.example/ref/MIAD": True,
    "https://lumo.example/signup?ref=dana": True,
    "https://lumo.example/?referralCode=abc": True,
    "https://lumo.example/?a=1&invite=dana81": True,
    "https://lumo.example/?ref=ab": False,
    "https://lumo.example/join": False,
    "https://lumo.example/join/": False,
    "https://lumo.example/join/about": False,
    "https://lumo.example/refunds/MIA81": False,
    "https://lumo.example/lamps?preference=dana": False,
    "https://lumo.example/lamps": False,
}


@pytest.mark.parametrize(("url", "expected"), INVITATION.items(), ids=list(INVITATION))
def test_an_invitation_link_carries_somebodys_own_token(url, expected):
    assert fits(url, frozenset({"invitation-link"}), [url]) is expected


ACCOUNT = "https://www.instagram.com/miadraws"
CONDITIONS = {
    "vanity link": ("vanity-link", "https://lumo.example/anybody", True),
    "a vanity condition takes the creator's name in a deeper page": ("vanity-link", "https://lumo.example/a/b/miadraws", True),
    "a vanity condition refuses a deeper page": ("vanity-link", "https://lumo.example/a/b/lamps", False),
    "creator link": ("creator-link", "https://lumo.example/a/b/miadraws", True),
    "a creator condition refuses another word": ("creator-link", "https://lumo.example/anybody", False),
    "an invitation condition refuses a vanity link": ("invitation-link", "https://lumo.example/anybody", False),
}


@pytest.mark.parametrize(("condition", "url", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_signal_asks_for_one_kind_of_link(condition, url, expected):
    assert fits(url, frozenset({condition}), [ACCOUNT, url]) is expected
