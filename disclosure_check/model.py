"""The nouns of the project as frozen structs: what each step of the pipeline takes and gives.

Every `start`/`end` is a half-open offset in code points of the post's original text, unless its comment says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
Verdict = Literal["fail", "review", "pass", "unchecked"]
Format = Literal["text", "markdown", "html", "rst", "asciidoc", "subtitles"]  # how a post's text is marked up
FORMATS: tuple[Format, ...] = ("text", "markdown", "html", "rst", "asciidoc", "subtitles")
Family = Literal["disclosure", "claim", "review", "process"]
# What stands behind a reference: the law and its readings for rules, the last three for facts about platforms.
Force = Literal[
    "statute",
    "rule",
    "guide",
    "staff guidance",
    "enforcement example",
    "platform documentation",
    "third-party measurement",
    "own default",
]

CONNECTIONS = (
    "paid",
    "gift",
    "affiliate",
    "discount",
    "employee",
    "consultant",
    "family",
    "equity",
    "contest",
    "travel",
    "loan",
)


class Span(Struct, frozen=True):
    """A half-open stretch `[start, end)` of the original text, in code points."""

    start: int
    end: int


class Beside(Struct, frozen=True):
    """Words that come with a post's text but aren't in it."""

    channel: Literal["description", "overlay", "alt"]  # beside a video or an episode; on the picture; read out instead of the picture
    text: str


class Post(Struct, frozen=True):
    """One text to check, with its platform and the facts declared about it."""

    id: str  # the record's id, else the path (with "#line" for a record without one)
    text: str  # the original text; all spans refer to it
    path: str  # where it was read from, as the user wrote it; "-" for standard input
    format: Format = "text"
    platform: str | None = None  # as declared; None lets the format decide
    title: str | None = None
    lang: str | None = None  # BCP 47 code; None means English
    medium: str | None = None
    connections: tuple[str, ...] = ()  # declared, of CONNECTIONS; ("none",) says that there is none; () is unknown
    brands: tuple[str, ...] = ()
    platform_label: bool = False  # the platform's own paid-partnership label is on
    date: str | None = None
    record_line: int | None = None  # the line of the file on which a record begins
    body_start: int = 0  # where the prose begins: just behind the front matter
    keys: Mapping[str, object] = field(default_factory=dict)  # of its front matter, for what the repository's configuration makes of them
    page_sponsor: bool = False  # the front matter names a sponsor; whether the page's layout shows it, nobody here knows
    record_end: int | None = None  # the last line of a record that has several
    dialect: Literal["wordpress"] | None = None  # of its format: WordPress' HTML has shortcodes, and blank lines part its paragraphs
    audience: str | None = None  # "children" if the post is for them
    beside: tuple[Beside, ...] = ()
    parts: tuple[int, ...] = ()  # where the parts of a thread, a carousel or a story begin in the text; () if it is one piece


class Piece(Struct, frozen=True):
    """A run of characters that a reader sees (or could see), in reading order.

    When `len(text) == end - start` the characters map one to one; otherwise the whole piece maps to `[start, end)`
    (a decoded entity, a line break with its quote markers, ...).
    """

    text: str  # visible characters; " " a soft break, "\n" a line break, "\n\n" a block break, CODE_MARK for code
    start: int
    end: int


CODE_MARK = "\ufffb"  # stands in the prose where inline code, a shortcode or a component was: no phrase runs through it
LINK_MARK = "\ufffc"  # stands in the prose where a bare URL was


class Link(Struct, frozen=True):
    """A link that the post's markup contains, or a bare URL in its prose."""

    url: str  # decoded: entities resolved, Markdown escapes removed
    start: int  # the URL in the original text
    end: int
    text_start: int  # what the reader sees of it (the link text); the same as start/end for a bare URL
    text_end: int
    rel: tuple[str, ...] = ()  # tokens of an HTML rel attribute, lower case


class Block(Struct, frozen=True):
    """A paragraph, heading, list item, table cell ...: a stretch of the original text that belongs together."""

    kind: Literal["paragraph", "heading", "item", "cell", "footnote", "html"]
    start: int
    end: int
    quoted: bool = False  # inside a block quote


class Aside(Struct, frozen=True):
    """Text that is in the source but that most readers don't see in the flow of the post."""

    channel: Literal["alt", "title", "hidden", "small", "collapsed"]
    reason: str  # the words of the source that make it so, such as "display:none"
    pieces: tuple[Piece, ...]


class Include(Struct, frozen=True):
    """A shortcode, include or component in the source: what it shows isn't in the text, but the site may render a disclosure with it."""

    name: str  # "affiliate-disclosure" of {{< affiliate-disclosure >}}, "ad.html" of {% include ad.html %}, "Notice" of <Notice />
    start: int
    end: int


class Moment(Struct, frozen=True):
    """When the words of a transcript that stand between `start` and `end` are said."""

    start: int
    end: int
    at: float  # seconds from the beginning
    to: float


class Markup(Struct, frozen=True):
    """What a format's parser found in a post: visible pieces in reading order, links, blocks and asides."""

    pieces: tuple[Piece, ...]
    links: tuple[Link, ...] = ()
    blocks: tuple[Block, ...] = ()
    asides: tuple[Aside, ...] = ()
    includes: tuple[Include, ...] = ()
    moments: tuple[Moment, ...] = ()  # of a transcript, in the order of their place


class Reference(Struct, frozen=True):
    """A source of a rule, in the words of the source where they are well attested."""

    title: str
    section: str
    url: str
    force: Force
    read: str  # the day on which the source was read, ISO 8601
    quote: str | None = None
    quoted_from: str | None = None  # the third party that quotes it, when the official text itself was not seen


class Evidence(Struct, frozen=True):
    """One thing that led to a finding: a signal or cue with its words, or the absence of something."""

    label: str  # such as "connection.discount", "disclosure.ambiguous", "link.affiliate", "absent"
    note: str  # one short sentence for a person
    start: int | None = None  # None for an absence or a declared fact
    end: int | None = None


class Edit(Struct, frozen=True):
    """A replacement of `[start, end)` of the original text by `text`."""

    start: int
    end: int
    text: str


class Finding(Struct, frozen=True):
    """One breach of one rule at one place."""

    rule: str  # "DC101"
    name: str  # "undisclosed-connection"
    family: Family
    severity: Severity
    message: str
    remedy: str
    start: int
    end: int
    match: str  # original text[start:end]
    evidence: tuple[Evidence, ...] = ()
    references: tuple[Reference, ...] = ()
    fix: tuple[Edit, ...] | None = None  # mends it, and says nothing that isn't known
    suggestion: tuple[Edit, ...] | None = None  # would mend it, but states a fact about the author that nobody has declared
    fingerprint: str = ""
    time: str | None = None  # of a transcript: when the words are said, such as "12:34" or "1:02:03"


class Accepted(Struct, frozen=True):
    """A finding that somebody has accepted, so that it isn't reported."""

    finding: Finding
    reason: str
    by: str  # "comment", "config:LINE" or "baseline"


class ClaimRecord(Struct, frozen=True):
    """A claim of a post and how it stands to the brand's approved claims."""

    rule: str  # "DC401"
    name: str  # "disease-claim"
    severity: Severity  # what it is worth without proof
    start: int
    end: int
    match: str  # original text[start:end]
    sentence: str  # around it, white space folded
    status: str  # one of substantiation.STATUSES; without a substantiation file "not-on-file"
    note: str  # one short sentence for a person
    approved: str | None  # id of the nearest approved claim
    proof: tuple[str, ...] = ()  # titles of the documents that back it


class Mark(Struct, frozen=True):
    """Words of a post that mean something to a check, whether or not there is a finding about them."""

    kind: Literal["connection", "disclosure", "denial", "link"]
    note: str  # what it is, for a person
    start: int
    end: int


class View(Struct, frozen=True):
    """What it takes to show a post as its platform shows it, with what was seen in it."""

    platform: Platform
    markup: Markup
    marks: tuple[Mark, ...]  # in order of their place
    folds: tuple[int, ...]  # where the platform cuts the post, or each part of it; the same offsets that the findings go by
    parts: tuple[int, ...]  # where the parts of a thread begin; () if it is one piece


class PostReport(Struct, frozen=True):
    """What was found about one post: findings, or the error that kept it from being checked."""

    post: Post
    platform: str  # the profile that was used
    connections: tuple[str, ...]  # declared and shown, sorted
    findings: tuple[Finding, ...] = ()
    error: str | None = None  # one sentence with place and remedy
    claims: tuple[ClaimRecord, ...] = ()  # all that were found, those with proof on file too
    accepted: tuple[Accepted, ...] = ()
    fixed: int = 0  # findings that were mended in the file
    notes: tuple[str, ...] = ()  # what a reader of the report has to know about how the post was read
    view: View | None = None  # if Options.with_view asks for it

    @property
    def verdict(self) -> Verdict:
        if self.error is not None:
            return "unchecked"
        severities = {finding.severity for finding in self.findings}
        return "fail" if "error" in severities else "review" if "warning" in severities else "pass"


class Platform(Struct, frozen=True):
    """How a platform shows a post; a number without a source is absent and decides nothing."""

    name: str
    title: str  # the name people know it by
    form: Literal["short", "long", "article", "audio", "listing"]  # short: 500 characters or so; long: captions and descriptions
    aliases: tuple[str, ...] = ()
    fold: int | None = None  # characters shown before "more"; None: shown whole, or nobody knows
    fold_lines: int | None = None  # lines shown before "more"
    shown_whole_up_to: int | None = None  # a post up to this length has no fold
    limit: int | None = None  # the longest post, in characters
    title_limit: int | None = None  # the longest title; exports put it on a line of its own before the text
    label: str | None = None  # what the platform's own disclosure tool is called
    threads: bool = False  # people post threads there, and a line of hyphens divides a text into its posts
    references: tuple[Reference, ...] = field(default=())
