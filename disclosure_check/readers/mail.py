"""Read `.eml` newsletters: the HTML that a mail program shows, else the plain text.

The parts come from the standard library's `email`. What stands around it here: bounds that keep a hostile mail from taking
long, the line on which a part's body begins, and errors for what the library repairs in silence.
"""

from __future__ import annotations

import contextlib
import io
import re
from email.message import Message
from email.policy import Compat32
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from disclosure_check.errors import InputError
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.records import ReadFailure, record_post

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from disclosure_check.model import Post

_MAX_MAIL_BYTES = 50 * 1024 * 1024  # with its attachments; most servers take half of it
_DEEPEST = 10  # parts in parts; a newsletter has three: mixed, related, alternative
_MOST_PARTS = 1000
_LONGEST_HEADER = 4000  # characters; the library takes quadratic time for some of them
_HEADER_LINE = re.compile(rb"From |[\x21-\x39\x3b-\x7e]*:|[\t ]")  # as the library tells them
_KEPT_HEADERS = ("from", "sender", "reply-to", "subject", "date")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Codecs that aren't charsets of mails; some take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


class _MailError(InputError):
    """What keeps a mail from being read, and the line of the file where it shows."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Part(Message):
    """A part of a mail, which knows where it begins and how deep it lies."""

    def __init__(self, policy: Compat32, line: int) -> None:
        super().__init__(policy)
        self.line = line  # of its first header
        self.depth = 0

    def attach(self, payload: Message | str) -> None:
        if isinstance(payload, _Part):
            payload.depth = self.depth + 1
            if payload.depth > _DEEPEST:
                raise _MailError(payload.line, f"parts lie in parts more than {_DEEPEST} deep; save the newsletter itself as .eml")
        super().attach(payload)


class _Headers(Compat32):
    """The library's rules for headers, for short headers in UTF-8."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:_LONGEST_HEADER].encode("ascii", "surrogateescape").decode("utf-8", "replace")


def read_mail(stream: BinaryIO, path: str, *, defaults: Facts | None = None) -> Iterator[Post | ReadFailure]:
    """Yield the post of a mail, or the failure that kept it from being read.

    Its text is that of the part, decoded; its title is the mail's subject, and its keys are the list's headers, in lower
    case. A text in several parts of one kind is joined. Attachments and attached mails are passed over.
    """
    try:
        yield _read_post(stream.read(_MAX_MAIL_BYTES + 1), path, defaults or Facts())
    except _MailError as error:
        yield ReadFailure(path, error.line, f"{path}:{error.line}: {error}")
    except InputError as error:
        yield ReadFailure(path, None, str(error))


def _read_post(data: bytes, path: str, defaults: Facts) -> Post:
    if len(data) > _MAX_MAIL_BYTES:
        raise _MailError(1, f"the mail is larger than {_MAX_MAIL_BYTES // 2**20} MB; save it without its attachments")
    if data.startswith(_UTF_16):
        raise _MailError(1, "the text is UTF-16; save the mail as it was sent")
    lines = io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")).readlines()
    mail = _parse(lines)
    if not mail.keys():
        raise _MailError(1, "it doesn't begin with the headers of a mail; save the newsletter as .eml, with its headers")
    if _cut_off(mail):
        raise _MailError(max(1, len(lines)), "the mail ends before its last part does; save it again")
    format_, text, line = _shown_text(mail, lines)
    declared = {"title": _words(mail["subject"]), "date": _day(mail["date"]), "platform": "newsletter", "format": format_}
    # What a reader sees of a mail depends on all that stands behind its first words.
    post = record_post(text, declared, path, line, defaults, max(line, len(lines)))
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118 a mail is no dict
    kept = {name: _words(mail[name]) for name in names if name.startswith("list-") or name in _KEPT_HEADERS}
    return replace(post, keys={**kept, **post.keys})


def _parse(lines: list[bytes]) -> _Part:
    """Return the mail in these lines. Raises _MailError if it has too many parts, or headers that can't be read."""
    from email.feedparser import BytesFeedParser

    number = count = 0

    policy = _Headers()

    def new_part() -> Message:
        nonlocal count
        count += 1
        if count > _MOST_PARTS:
            raise _MailError(number, f"more than {_MOST_PARTS} parts; save the newsletter itself as .eml")
        return _Part(policy, number)

    parser = BytesFeedParser(new_part, policy=policy)
    waiting: list[bytes] = []
    is_behind_boundary = False
    try:
        for number, line in enumerate(lines, 1):  # noqa: B007 new_part looks at it
            waiting.append(line)
            is_boundary = line.startswith(b"--")
            # The library makes a part when it sees the line behind a boundary; so this line has to come alone.
            if is_boundary or is_behind_boundary:
                parser.feed(b"".join(waiting))
                waiting.clear()
            is_behind_boundary = is_boundary
        parser.feed(b"".join(waiting))
        mail = parser.close()
    except (TypeError, ValueError, LookupError) as error:
        raise _MailError(max(1, number), f"the headers of a part can't be read ({error}); save the mail again") from error
    assert isinstance(mail, _Part)
    mail.line = 1
    return mail


def _cut_off(mail: _Part) -> bool:
    """Return whether the boundary that ends a mail of several parts is missing."""
    from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect

    return any(isinstance(defect, CloseBoundaryNotFoundDefect | StartBoundaryNotFoundDefect) for defect in mail.defects)


def _shown_text(mail: _Part, lines: list[bytes]) -> tuple[str, str, int]:
    """Return the format of what a reader sees, its text, and the line on which it begins in the file."""
    parts = list(_shown_parts(mail))
    for subtype, format_ in (("html", "html"), ("plain", "text")):
        chosen = [part for part in parts if part.get_content_subtype() == subtype]
        texts = [_decoded(part, _body_line(part, lines)) for part in chosen]
        if any(text.strip() for text in texts):
            return format_, "\n".join(texts), _body_line(chosen[0], lines)
    if parts:
        raise _MailError(
            _body_line(parts[0], lines), "there is no text in it, so nothing was checked; save the mail again, or leave it out"
        )
    kinds = ", ".join(dict.fromkeys(part.get_content_type()[:40] for part in mail.walk() if part.get_content_maintype() != "multipart"))
    found = f"there is {kinds[:200]}" if kinds else "there are no parts"
    raise _MailError(1, f"no HTML and no plain text to show in it ({found}); save the newsletter itself as .eml")


def _shown_parts(part: _Part) -> Iterator[_Part]:
    """Yield the parts of HTML and plain text that a mail program shows, in their order."""
    if part.get_content_disposition() == "attachment":
        return
    if part.get_content_maintype() == "multipart":
        for child in part.get_payload() if part.is_multipart() else ():
            if isinstance(child, _Part):
                yield from _shown_parts(child)
    elif part.get_content_type() in ("text/html", "text/plain"):
        yield part


def _body_line(part: _Part, lines: list[bytes]) -> int:
    """Return the line on which the body of a part begins, behind its headers."""
    index = part.line - 1
    while index < len(lines) and _HEADER_LINE.match(lines[index]):
        index += 1
    if index < len(lines) and not lines[index].strip(b"\r\n"):
        index += 1
    return max(1, min(index + 1, len(lines)))


def _decoded(part: _Part, line: int) -> str:
    """Return the text of a part whose body begins on `line`. Raises _MailError if it can't be decoded."""
    data = _bytes(part, line)
    try:
        name = part.get_content_charset("us-ascii")
    except (TypeError, ValueError, LookupError) as error:
        raise _MailError(line, f"the charset of the part can't be read ({error}); save the mail again") from error
    codec = _codec(name)
    if codec is None:
        raise _MailError(line, f'unknown charset "{_words(name)[:40]}"; save the mail in UTF-8')
    try:
        # Windows's charset has five bytes that mean nothing; one of them makes no other charset likelier.
        text = data.decode(codec, "replace" if codec == "cp1252" else "strict")
    except UnicodeDecodeError as error:
        shown = "UTF-8" if codec == "utf-8" else name
        place = f"byte 0x{data[error.start]:02x} at byte {error.start + 1} of it"
        raise _MailError(line, f"the part is not {shown} ({place}); save the mail as it was sent") from error
    if "\0" in text:
        raise _MailError(line, f"the part is not a text (NUL at character {text.index(chr(0)) + 1} of it); save the mail again")
    return text


def _codec(name: str) -> str | None:
    """Return the codec for the charset that a mail names, or None if nobody knows it."""
    import codecs

    try:
        codec = codecs.lookup(name).name
        with contextlib.suppress(UnicodeError):
            b" ".decode(codec)  # refuses what is no charset, such as "zlib"
    except (LookupError, ValueError):
        return None
    # Programs write "us-ascii" where they know no charset, and "iso-8859-1" for Windows's own, as browsers know.
    return None if codec in _NO_CHARSETS else {"ascii": "utf-8", "iso8859-1": "cp1252"}.get(codec, codec)


def _bytes(part: _Part, line: int) -> bytes:
    """Return the bytes of a part without their transfer encoding."""
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        import binascii

        # The library decodes what it can and drops the rest.
        try:
            return binascii.a2b_base64("".join(str(part.get_payload()).split()), strict_mode=True)
        except ValueError as error:
            raise _MailError(line, f"the base64 of the part is broken ({error}); save the mail again") from error
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _words(value: object) -> str:
    """Return a header's text on one line, with its encoded words decoded where they can be."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    text = "" if value is None else str(value)
    if "=?" in text:
        with contextlib.suppress(HeaderParseError, LookupError, ValueError):
            text = str(make_header(decode_header(text)))
    return " ".join(text.split())


def _day(value: object) -> str | None:
    """Return the day of a date header, or None if there is none that can be read."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(str(value)).date().isoformat()
    except (TypeError, ValueError, LookupError, OverflowError):
        return None
