"""Newsletters as `.eml`: the text that a mail program shows, and an error for each that can't be read."""

from __future__ import annotations

import base64
import io
import json
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check.cli import cli
from disclosure_check.model import Post
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.html import parse_html
from disclosure_check.readers.mail import read_mail
from disclosure_check.readers.records import ReadFailure


def read(mail: str | bytes, **options) -> Post | ReadFailure:
    data = mail if isinstance(mail, bytes) else mail.encode()
    [found] = read_mail(io.BytesIO(data), "a.eml", **options)
    return found


def post(mail: str | bytes, **options) -> Post:
    found = read(mail, **options)
    assert isinstance(found, Post), found
    return found


def part(kind: str, body: str, *headers: str) -> str:
    return "\n".join([f"Content-Type: {kind}", *headers, "", body])


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    """Return a part that holds others; with headers of a mail before it, it is a mail."""
    inner = "".join(f"--{boundary}\n{item}\n" for item in parts)
    return part(f'multipart/{kind}; boundary="{boundary}"', f"{inner}--{boundary}--\n")


def test_every_fact_of_a_mail_is_read():
    mail = (
        "From: Juniper Post <hello@juniper.example>\n"
        "Subject: =?utf-8?q?Tea_=E2=98=95?=\n =?utf-8?q?_for_two?=\n"
        "Date: Tue, 3 Feb 2026 08:00:00 -0500\n"
        "List-Id: The Juniper Post <post.juniper.example>\n"
        "List-Unsubscribe: <https://juniper.example/off>\n"
        "X-Other: x\n"
        "Content-Type: text/html; charset=utf-8\n"
        "\n"
        "<p>Tea</p>\n"
    )
    assert read(mail) == Post(
        "a.eml#10", "<p>Tea</p>\n", "a.eml", "html", "newsletter", "Tea ☕ for two", date="2026-02-03", record_line=10, record_end=10,
        keys={
            "from": "Juniper Post <hello@juniper.example>",
            "subject": "Tea ☕ for two",
            "date": "Tue, 3 Feb 2026 08:00:00 -0500",
            "list-id": "The Juniper Post <post.juniper.example>",
            "list-unsubscribe": "<https://juniper.example/off>",
        },
    )  # fmt: skip


HTML, PLAIN = part("text/html", "<p>h"), part("text/plain", "p")
SHOWN = {
    "html-alone": (HTML, "html", "<p>h", 4),
    "plain-alone": (PLAIN, "text", "p", 4),
    "no-type": ("\np", "text", "p", 3),
    "alternative": (multipart("alternative", PLAIN, HTML), "html", "<p>h", 11),
    "html-first": (multipart("alternative", HTML, PLAIN), "html", "<p>h", 7),
    "plain-in-mixed": (multipart("mixed", PLAIN), "text", "p", 7),
    "in-related": (
        multipart("alternative", PLAIN, multipart("related", HTML, part("image/png", "AAAA"), boundary="c"), boundary="b"),
        "html", "<p>h", 14,
    ),
    "html-attachment": (multipart("mixed", PLAIN, part("text/html", "<p>x", "Content-Disposition: attachment; filename=x.html")), "text", "p", 7),
    "attached-mail": (multipart("mixed", PLAIN, part("message/rfc822", "Subject: x\n" + HTML)), "text", "p", 7),
    "attached-mail-first": (multipart("mixed", part("message/rfc822", "Subject: x\n" + HTML), PLAIN), "text", "p", 14),
    "html-is-empty": (multipart("alternative", PLAIN, part("text/html", " \n")), "text", "p", 7),
    "html-in-two-parts": (multipart("mixed", HTML, part("image/png", "AAAA"), part("text/html", "<p>i")), "html", "<p>h\n<p>i", 7),
    "boundary-like-lines": (multipart("alternative", PLAIN + "\n-- \n--\n--x", HTML), "html", "<p>h", 14),
    "preamble": (multipart("alternative", HTML).replace("--b\n", "For old programs.\n\n--b\n", 2), "html", "<p>h", 9),
    "part-without-headers": (multipart("mixed", "\np"), "text", "p", 6),
    "folded-headers": (multipart("mixed", part("text/html;\n charset=utf-8", "<p>h", "X: y\n\tz")), "html", "<p>h", 10),
    "upper-case": (HTML.replace("text/html", "TEXT/HTML"), "html", "<p>h", 4),
    "inline-with-a-name": (multipart("mixed", part("text/html", "<p>h", "Content-Disposition: inline; filename=h.html")), "html", "<p>h", 8),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "format_", "text", "line"), SHOWN.values(), ids=SHOWN)
def test_the_part_that_is_shown_and_the_line_of_its_body(mail: str, format_: str, text: str, line: int):
    found = post("Subject: s\n" + mail)
    assert (found.format, found.text, found.record_line) == (format_, text, line)


def test_line_ends_of_the_network_are_kept_and_counted():
    mail = "Subject: s\n" + multipart("alternative", PLAIN, part("text/html", "<p>h\n<p>i"))
    found = post(mail.replace("\n", "\r\n"))
    assert (found.text, found.record_line) == ("<p>h\r\n<p>i", 11)


ENCODINGS = {
    "utf-8": ("utf-8", "8bit", "café ☕ “ad”".encode(), "café ☕ “ad”"),
    "quoted-printable": ("utf-8", "quoted-printable", b"caf=C3=A9 =\nau lait=3D", "café au lait="),
    "base64": ("UTF-8", "Base64", base64.encodebytes("café 😀 ".encode() * 20), "café 😀 " * 20),
    "base64-with-blanks": ("utf-8", "base64", b"Y2Fm \r\n\tw6k=\n\n", "café"),
    "windows-1252": ("windows-1252", "8bit", b"\x93ad\x94 \x80", "“ad” €"),
    "latin-1-means-windows-1252": ("iso-8859-1", "8bit", b"caf\xe9 \x93ad\x94", "café “ad”"),
    "ascii-means-utf-8": ("us-ascii", "7bit", "café".encode(), "café"),
    "quoted-charset": ('"utf-8"', "8bit", "é".encode(), "é"),
    "japanese": ("iso-2022-jp", "7bit", "広告".encode("iso-2022-jp"), "広告"),
    "utf-16": ("utf-16", "base64", base64.b64encode("ad ☕".encode("utf-16")), "ad ☕"),
    "unknown-encoding": ("utf-8", "x-none", b"a=3D", "a=3D"),
}


@pytest.mark.parametrize(("charset", "encoding", "body", "text"), ENCODINGS.values(), ids=ENCODINGS)
def test_charsets_and_transfer_encodings(charset: str, encoding: str, body: bytes, text: str):
    headers = f"Subject: s\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert post(headers.encode() + body).text == text


TITLES = {
    "none": (b"From: a", None),
    "plain": (b"Subject: a  b", "a b"),
    "folded": (b"Subject: a\n b", "a b"),
    "raw-utf-8": ("Subject: café".encode(), "café"),
    "raw-latin-1": (b"Subject: caf\xe9", "caf\ufffd"),
    "base64": (b"Subject: =?UTF-8?B?Y2Fmw6k=?=", "café"),
    "unknown-charset": (b"Subject: =?x-none?q?caf=E9?=", "=?x-none?q?caf=E9?="),
    "broken-base64": (b"Subject: =?utf-8?b?Y?=", "=?utf-8?b?Y?="),
    "broken-utf-8": (b"Subject: =?utf-8?q?=E9?=", "=?utf-8?q?=E9?="),
}


@pytest.mark.parametrize(("header", "title"), TITLES.values(), ids=TITLES)
def test_the_title_is_the_subject(header: bytes, title: str | None):
    assert post(header + b"\n\na").title == title


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 31 Feb 2026 08:00:00 +0000", "9" * 5000, "1 Jan 99999999999 0:0:0"])
def test_an_impossible_date_keeps_no_mail_from_being_checked(date: str):
    assert post(f"Date: {date}\n\na").date is None


def test_defaults_hold_but_a_mail_is_a_newsletter():
    found = post("From: a\n\nb", defaults=Facts(platform="blog", connections=("paid",), brands=("Acme",), title="t"))
    assert (found.platform, found.connections, found.brands, found.title) == ("newsletter", ("paid",), ("Acme",), "t")


def test_what_the_library_writes_is_read():
    mail = EmailMessage()
    mail["Subject"] = "Tea ☕"
    mail.set_content("plain ☕\n" * 3)
    mail.add_alternative("<p>Ad for Lumo: café ☕</p>\n" * 3, subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG", "image", "png")
    mail.add_attachment(b"%PDF", "application", "pdf", filename="a.pdf")
    mail.add_attachment("<p>no", subtype="html", filename="a.html")
    found = post(bytes(mail))
    assert (found.text, found.title) == ("<p>Ad for Lumo: café ☕</p>\n" * 3, "Tea ☕")
    assert bytes(mail).split(b"\n")[(found.record_line or 0) - 3 :][1] == b""


SAVE = "save the newsletter itself as .eml"
FAILURES = {
    "no-headers": ("just a text\n", 1, "it doesn't begin with the headers of a mail; save the newsletter as .eml, with its headers"),
    "empty": ("", 1, "it doesn't begin with the headers of a mail; save the newsletter as .eml, with its headers"),
    "no-body": ("Subject: s\n", 1, "there is no text in it, so nothing was checked; save the mail again, or leave it out"),
    "blank": ("Subject: s\n\n \n", 3, "there is no text in it, so nothing was checked; save the mail again, or leave it out"),
    "picture": ("Subject: s\nContent-Type: image/png\n\nAAAA", 1, f"no HTML and no plain text to show in it (there is image/png); {SAVE}"),
    "only-attachments": (
        "Subject: s\n" + multipart("mixed", part("application/pdf", "x"), part("text/html", "x", "Content-Disposition: attachment")), 1,
        f"no HTML and no plain text to show in it (there is application/pdf, text/html); {SAVE}",
    ),
    "truncated": ("Subject: s\n" + multipart("mixed", HTML)[:-6], 7, "the mail ends before its last part does; save it again"),
    "truncated-before-the-first-part": ("Subject: s\n" + multipart("mixed", HTML)[:-15], 5, "the mail ends before its last part does; save it again"),
    "truncated-headers": ("Subject: s\nContent-Type: multipart/mixed; bound", 1, f"no HTML and no plain text to show in it (there are no parts); {SAVE}"),
    "base64-cut": (
        "Subject: s\n" + part("text/html", base64.b64encode(b"<p>" * 40).decode()[:-2], "Content-Transfer-Encoding: base64"), 5,
        "the base64 of the part is broken (Incorrect padding); save the mail again",
    ),
    "base64-that-is-none": (
        "Subject: s\n" + part("text/html", "<p>Tea!</p>", "Content-Transfer-Encoding: base64"), 5,
        "the base64 of the part is broken (Only base64 data is allowed); save the mail again",
    ),
    "charset": ("Subject: s\n" + part("text/html; charset=x-none", "a"), 4, 'unknown charset "x-none"; save the mail in UTF-8'),
    "codec-that-is-no-charset": ("Subject: s\n" + part("text/html; charset=zlib", "a"), 4, 'unknown charset "zlib"; save the mail in UTF-8'),
    "slow-codec": ("Subject: s\n" + part("text/html; charset=punycode", "a"), 4, 'unknown charset "punycode"; save the mail in UTF-8'),
    "not-utf-8": (
        b"Subject: s\nContent-Type: text/html; charset=utf-8\n\ncaf\xe9", 4,
        "the part is not UTF-8 (byte 0xe9 at byte 4 of it); save the mail as it was sent",
    ),
    "nul": ("Subject: s\n\na\0", 3, "the part is not a text (NUL at character 2 of it); save the mail again"),
    "utf-16": ("Subject: s\n\na".encode("utf-16"), 1, "the text is UTF-16; save the mail as it was sent"),
    "an-image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "it doesn't begin with the headers of a mail; save the newsletter as .eml, with its headers"),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "line", "message"), FAILURES.values(), ids=FAILURES)
def test_a_mail_that_cannot_be_read_is_a_failure_with_its_place(mail: str | bytes, line: int, message: str):
    assert read(mail) == ReadFailure("a.eml", line, f"a.eml:{line}: {message}")


def nested(depth: int, inner: str) -> str:
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(depth))
    return "Subject: s\n" + heads + inner + "".join(f"\n--b{level}--" for level in reversed(range(depth)))


def test_parts_may_lie_in_parts_but_not_without_end():
    assert post(nested(10, HTML)).text == "<p>h"
    for depth in (11, 5000):
        found = read(nested(depth, HTML))
        assert found == ReadFailure("a.eml", 35, f"a.eml:35: parts lie in parts more than 10 deep; {SAVE}")


def test_mails_in_mails_have_an_end_too():
    found = read("Subject: s\n" + "Content-Type: message/rfc822\n\n" * 30_000)
    assert isinstance(found, ReadFailure)
    assert "more than 10 deep" in found.message


def test_too_many_parts_are_a_failure():
    found = read("Subject: s\n" + multipart("mixed", *["\na"] * 5000))
    assert isinstance(found, ReadFailure)
    assert found.message.endswith(f": more than 1000 parts; {SAVE}")


SIZE = 2 * 2**20
HOSTILE = {
    "line-ends-deep-inside": nested(10, "\n" * SIZE),
    "boundary-like-lines": "Subject: s\n" + multipart("mixed", "\n" + "--\n" * (SIZE // 3)),
    "semicolons": "Content-Type: multipart/mixed" + ";" * SIZE + "\n\na",
    "quoted-semicolons": 'Content-Type: text/html; a="' + '\\";' * (SIZE // 3) + "\n\na",
    "encoded-words": "Subject: " + "=?a?q?" * (SIZE // 6) + "\n\na",
    "many-headers": "X: y\n" * (SIZE // 5) + "\na",
    "folded": "Subject: s\n" + " a\n" * (SIZE // 3) + "\na",
    "continuations": "Content-Type: text/html; " + "".join(f"charset*{n}=a;" for n in range(SIZE // 14)) + "\n\na",
    "numbered-and-not": "Content-Type: text/html; charset*=a''b; charset*0=c\n\na",
    "huge-number": "Content-Type: text/html; charset*" + "9" * 5000 + "=c\n\na",
    "one-line": "Subject: s\n\n" + "a" * SIZE,
    "equals-signs": "Subject: s\nContent-Transfer-Encoding: quoted-printable\n\n" + "=" * SIZE,
    "boundary-with-blanks": "Subject: s\n" + multipart("mixed", HTML).replace("--b\n", "--b" + " " * SIZE + "x\n"),
    "uuencoded": "Subject: s\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n" + "M\n" * (SIZE // 2),
}


@pytest.mark.parametrize("mail", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_are_read_in_time(mail: str):
    start = time.process_time()
    read(mail)
    assert time.process_time() - start < 20  # a few seconds at most on an idle machine


# What the preview line of newsletters looks like, in the ways of the common senders
PREHEADERS = {
    "display-and-mso": ('<div style="display:none;mso-hide:all">x</div>', "display:none"),
    "max-height": ('<div style="max-height:0px;overflow:hidden;mso-hide:all">x</div>', "max-height:0px"),
    "max-height-behind-overflow": ('<div style="overflow: hidden; max-height: 0">x</div>', "max-height:0"),
    "font-size-0": ('<span style="font-size:0;line-height:0">x</span>', "font-size:0"),
    "font-size-1px": ('<span style="font-size:1px;line-height:1px;color:#ffffff">x</span>', "font-size:1px"),
    "all-of-them": (
        '<span style="display:none !important;visibility:hidden;mso-hide:all;font-size:1px;color:#fff;max-height:0px;overflow:hidden;">x</span>',
        "display:none",
    ),
    "table": ('<table style="display: none!important;"><tr><td><p>x</p></td></tr></table>', "display:none"),
    "opacity": ('<p style="opacity:0;height:0;width:0">x</p>', "opacity:0"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "reason"), PREHEADERS.values(), ids=PREHEADERS)
def test_a_preheader_is_hidden(html: str, reason: str):
    markup = parse_html(post(f"Subject: s\nContent-Type: text/html\n\n<body>{html}<p>a").text)
    [aside] = markup.asides
    assert (aside.channel, aside.reason, "".join(piece.text for piece in aside.pieces).strip()) == ("hidden", reason, "x")
    assert "".join(piece.text for piece in markup.pieces).strip() == "a"


SEEN = {
    # Outlook gets another button (in VML); everybody else gets this one.
    "button-hidden-in-outlook": '<!--[if mso]><v:roundrect>y</v:roundrect><![endif]--><a href="u" style="display:inline-block;mso-hide:all">x</a>',
    "not-for-outlook": "<!--[if !mso]><!--><p>x</p><!--<![endif]-->",
    "not-for-outlook-bare": "<![if !mso]><p>x</p><![endif]>",
    # Text over a picture: it takes no room, and is seen.
    "over-a-picture": '<div style="max-height:0;position:relative"><p>x</p></div>',
}


@pytest.mark.parametrize("html", SEEN.values(), ids=SEEN)
def test_what_most_mail_programs_show_is_seen(html: str):
    markup = parse_html(html)
    assert ("".join(piece.text for piece in markup.pieces).strip(), markup.asides) == ("x", ())


def test_findings_point_into_the_decoded_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    html = "<p>☕ Tea &amp; lamps</p>\r\n<p>Use <b>code</b> MIA20 for 15% off at Lumo</p>\r\n"
    body = base64.encodebytes(html.encode()).decode()
    encoded = part("text/html; charset=utf-8", body, "Content-Transfer-Encoding: base64")
    Path("a.eml").write_text("Subject: s\n" + multipart("alternative", PLAIN, encoded), encoding="utf-8")
    Path("b.eml").write_text("Subject: s\nContent-Type: text/html; charset=x-none\n\n<p>a", encoding="utf-8")
    result = CliRunner().invoke(cli, ["check", ".", "--format", "json", "--select", "DC112"])
    assert result.exit_code == 2
    good, bad = json.loads(result.stdout)["posts"]
    [finding] = good["findings"]
    assert (good["id"], good["platform"], bad["verdict"]) == ("a.eml#12", "newsletter", "unchecked")
    assert finding["match"] == html[finding["start"] : finding["end"]] == "Use <b>code</b> MIA20"
    assert (finding["line"], finding["column"]) == (2, 4)
