"""Tell links that a shop made for one creator: vanity pages, the creator's own name in the path, invitations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACCOUNT_SITES = "facebook fb instagram patreon pinterest soundcloud tiktok twitch twitter x youtube"
_SOCIAL_SITES = (
    "apple bit buymeacoffee discord discordapp ebay etsy facebook fb github google instagram ko-fi linkedin medium paypal patreon pinterest "
    "reddit snapchat soundcloud spotify spoti substack t threads tiktok tumblr twitch twitter vimeo vk wikipedia x youtu youtube"
)
# Their customers' own sites and shops have the customer's name as first label.
_HOSTING_SITES = (
    "bandcamp bigcartel blogspot carrd fourthwall github gumroad itch myshopify netlify redbubble shopify spreadshirt spreadshop storenvy "
    "teespring tebex threadless vercel web weebly wix wixsite wordpress"
)
_ORDINARY_PAGES = (
    "about app apps blog books buy c careers channel collections contact courses deals docs donate download dp events free gift gifts help home index "
    "jobs join login menu merch news offers order p playlist podcast pricing privacy product products promo register sale sales shop signup start store "
    "subscribe terms tickets trial user watch"
)
_HOST = r"^(?:https?://)?(?:[\w-]+\.)*(?:{})\.\w+/"
_ACCOUNT = re.compile(_HOST.format(_ACCOUNT_SITES.replace(" ", "|")), re.IGNORECASE)
_SOCIAL = re.compile(_HOST.format(_SOCIAL_SITES.replace(" ", "|")), re.IGNORECASE)
_HOSTING = re.compile(_HOST.format(_HOSTING_SITES.replace(" ", "|")), re.IGNORECASE)
_VANITY = re.compile(
    rf"^(?:https?://)?(?:www\.)?[\w-]+\.[\w.-]+/(?!(?:{_ORDINARY_PAGES.replace(' ', '|')})/?(?:$|\?))[A-Za-z][A-Za-z0-9_-]{{2,24}}/?(?:\?[^/]*)?$",
    re.IGNORECASE,
)
# Where an invitation leads into a group, and nobody earns from it.
_COMMUNITY = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*(?:discord|discordapp|slack|telegram|t|whatsapp|zoom|meetup|facebook|linkedin|github|gitlab|gitter|google|youtube|twitch|"
    r"steamcommunity|eventbrite|teams|signal|matrix|groups|goodreads|strava|trello|notion)\.\w+/",
    re.IGNORECASE,
)
# An address that carries somebody's own invitation: "/join/OI9Q2GEQ", "?ref=dana", "/r/dana81".
_INVITATION = re.compile(
    r"/(?i:join|invite|invited|r|ref|refer|referral|referrals|i|signup|register)/(?=[\w-]*[A-Z0-9])[\w-]{4,}/?(?:[^\w/]|$)"
    r"|[?&](?i:ref|referral|referrer|refcode|ref_code|referralcode|referral_code|invite|invitecode|invite_code|inviter|r|rid|refid|accesscode|access_code)=[^&]{3,}"
    r"|^(?!.*(?:medium|substack|youtube|tiktok|threads|mastodon|social|\.pub)\b)[^@]*/@[\w.]{3,}/?$"
)


def fits(url: str, conditions: frozenset[str], urls: Iterable[str]) -> bool:
    """Return whether `url` is of the kind that a signal asks for: "vanity-link", "creator-link" or "invitation-link".

    `urls` are all links of the post; those to accounts tell what its author is called.
    """
    if "invitation-link" in conditions:
        return bool(_INVITATION.search(url)) and not _COMMUNITY.search(url)
    if "creator-link" in conditions:
        return names_creator(url, handles_of(urls))
    return is_vanity(url) or names_creator(url, handles_of(urls))


def is_vanity(url: str) -> bool:
    """Return whether `url` looks made for one creator: a shop's host with one short word behind it."""
    return bool(_VANITY.search(url)) and not _SOCIAL.search(url)


def names_creator(url: str, handles: frozenset[str]) -> bool:
    """Return whether `url` carries one of `handles`, as its path or first label, on a site that isn't the creator's own."""
    host, _, path = url.rsplit("//", maxsplit=1)[-1].partition("/")
    host = host.lower().replace("-", "")
    if _SOCIAL.search(url) and "bit.ly" not in host:
        return False
    labels = host.split(".")
    names = [_plain(path.split("?")[0]), labels[0] if len(labels) > 2 and not _HOSTING.search(url + "/") else ""]
    return any(
        handle not in ".".join(labels[1:] if len(labels) > 2 else labels)
        and len(name) >= 3
        and (handle in name or (name in handle and len(name) >= 5))
        for handle in handles
        for name in names
    )


def handles_of(urls: Iterable[str]) -> frozenset[str]:
    """Return the names of the accounts among `urls`, in lower-case letters and digits; short ones tell nobody apart."""
    accounts = (_plain(url.split("?")[0].rstrip("/").rpartition("/")[2]) for url in urls if _ACCOUNT.search(url))
    return frozenset(name for name in accounts if 4 <= len(name) <= 30)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
