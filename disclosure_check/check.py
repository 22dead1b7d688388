"""The pipeline from posts to reports: normalize, segment, annotate, evaluate. Reading and reporting stand around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.annotate import annotate
from disclosure_check.errors import DisclosureCheckError, InputError
from disclosure_check.lazily import lazily
from disclosure_check.model import Post, PostReport
from disclosure_check.readers.markup import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from disclosure_check.annotate import Annotations
    from disclosure_check.cache import Cache
    from disclosure_check.config import Config, Settings
    from disclosure_check.evaluate_claims import Claims
    from disclosure_check.model import Accepted, Finding, Markup, Platform, Severity, View
    from disclosure_check.readers.records import ReadFailure
    from disclosure_check.rulebook import Rulebook
    from disclosure_check.substantiation import Substantiation


CONTEXT = 40  # characters on both sides of a finding that its fingerprint is made of
_BLANK_LINE = lazily(r"(?:\r\n?|\n)[ \t>]*(?:\r\n?|\n)")
NAME = "disclosure-check:"  # begins a comment that speaks to this program


class Options(Struct, frozen=True):
    """What the user asked for beyond the posts' own facts."""

    platform: str | None = None  # for posts that name none
    connections: tuple[str, ...] = ()  # for posts that declare none
    brands: tuple[str, ...] = ()
    lang: str | None = None
    select: tuple[str, ...] = ()  # rule ids or beginnings of ids; () means all
    ignore: tuple[str, ...] = ()
    claims: Literal["auto", "always", "never"] | None = None  # auto: in posts with a connection; None: as configured, else auto
    nlp: Literal["cues", "model"] = "cues"  # what judges claims: cue words, or the parse of a model as well
    substantiation: Substantiation | None = None  # the brand's approved claims
    config: Config | None = None  # the repository's; its rules are named by ids here
    with_view: bool = False  # reports also hold what it takes to show their posts


def check_posts(items: Iterable[Post | ReadFailure], rulebook: Rulebook, options: Options = Options()) -> Iterator[PostReport]:
    """Yield a report for each item, in order; what could not be read or checked is reported as an error."""
    for item in items:
        if isinstance(item, Post):
            yield check_post(item, rulebook, options)
        else:
            yield unread(item)


def unread(failure: ReadFailure) -> PostReport:
    """Return the report on what couldn't be read."""
    return PostReport(Post(id=failure.path, text="", path=failure.path, record_line=failure.line), "", (), error=failure.message)


def check_post(post: Post, rulebook: Rulebook, options: Options = Options(), cache: Cache | None = None) -> PostReport:
    """Return the report on one post, from `cache` if it was made before."""
    post = _with_defaults(post, options)
    settings: Settings | None = None
    if options.config is not None:
        from disclosure_check.site import describe, settings_for

        post, settings = describe(post, options.config), settings_for(options.config, post.path)
    if post.format == "subtitles" and post.medium is None:
        post = replace(post, medium="transcript")
    kept = None if cache is None else cache.report(post)
    if kept is not None:
        return kept
    try:
        return _check(post, settings, rulebook, options, cache)
    except DisclosureCheckError as error:
        return _unchecked(post, error)


def _check(post: Post, settings: Settings | None, rulebook: Rulebook, options: Options, cache: Cache | None) -> PostReport:
    platform = platform_of(post, rulebook)
    if not (post.lang or "en").lower().startswith("en"):
        message = f'{place(post)}: no rules for the language "{post.lang}"; only English posts are checked'
        return PostReport(post, platform.name, post.connections, error=message)
    markup, found, kinds, findings = _disclosures(post, platform, rulebook, options.config)
    if findings and any(finding.rule in rulebook.repairs for finding in findings):
        from disclosure_check.repairs import Judged, with_fixes

        def judge(mended: Post) -> Judged:
            markup, found, _, findings = _disclosures(mended, platform, rulebook, options.config)
            return Judged(mended, markup, found, findings)

        findings = with_fixes(Judged(post, markup, found, findings), platform, rulebook, judge)
    claims: Claims = ((), (), ())
    with_claims = _claims_count(kinds, options.claims or (settings and settings.claims) or "auto")
    if with_claims:
        from disclosure_check.evaluate_claims import evaluate_claims

        claims = evaluate_claims(post, platform, found, rulebook, kinds, options.nlp, options.substantiation)
        findings = _in_order(*findings, *claims[0])
    if found.moments:
        from disclosure_check.spoken import with_times

        findings = with_times(findings, found.moments)
    if settings is not None:
        findings = tuple(_leveled(findings, settings))
    accepted: tuple[Accepted, ...] = ()
    if NAME in post.text or (options.config is not None and options.config.suppressions):
        from disclosure_check.suppression import suppress

        findings, accepted = suppress(post, markup, findings, platform, rulebook, options.config, with_claims=with_claims)
    kept = tuple(_fingerprinted(finding, post) for finding in findings if _is_selected(finding.rule, options))
    view: View | None = None
    if options.with_view:
        from disclosure_check.view import view_of

        view = view_of(post, markup, platform, found, rulebook)
    report = PostReport(post, platform.name, kinds, kept, claims=claims[1], accepted=accepted, notes=claims[2], view=view)
    if cache is not None:
        cache.keep(report, with_claims=with_claims)
    return report


def _disclosures(
    post: Post, platform: Platform, rulebook: Rulebook, config: Config | None
) -> tuple[Markup, Annotations, tuple[str, ...], tuple[Finding, ...]]:
    """Return what a post's text holds, the kinds of connection that it declares or shows, and the findings about their disclosure."""
    markup = parse(post)
    found = annotate(post, markup, platform, rulebook)
    if config is not None:
        from disclosure_check.site import with_rendered

        found = with_rendered(found, post, markup, config)
    is_telling = found.signals or any(link.fact is not None for link in found.links)
    if not (is_telling or post.connections or post.platform_label or post.page_sponsor):
        return markup, found, (), ()
    from disclosure_check.evaluate import evaluate

    return markup, found, *evaluate(post, platform, found, rulebook)


def check_substantiation(rulebook: Rulebook, substantiation: Substantiation) -> PostReport:
    """Return the report on a substantiation file itself: whether its evidence files are there and unaltered."""
    from disclosure_check.evaluate_claims import evaluate_faults

    path = str(substantiation.path)
    file = Post(path, substantiation.path.read_text(encoding="utf-8"), path)
    platform = rulebook.platforms["post"]
    findings = evaluate_faults(file, platform, rulebook, substantiation)
    return PostReport(file, platform.name, (), tuple(_fingerprinted(finding, file) for finding in findings))


def _unchecked(post: Post, error: DisclosureCheckError) -> PostReport:
    """Return the report on a post that couldn't be checked, with the line of its file if the error knows it."""
    line = error.line if isinstance(error, InputError) else None
    if line is not None and post.record_line is None:
        post = replace(post, record_line=line)
    elif line is not None:
        error = InputError(f"line {line} of its text: {error}")
    return PostReport(post, post.platform or "", post.connections, error=f"{place(post)}: {error}")


def _claims_count(kinds: tuple[str, ...], claims: str) -> bool:
    """Return whether a post is advertising, so that its claims need proof, or the user wants to know of all claims."""
    if claims == "auto":
        return any(kind != "none" for kind in kinds)
    return claims == "always"


def _leveled(findings: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
    """Yield the findings with the severities that the repository gives them, without those that it turns off."""
    for finding in findings:
        level = settings.severity.get(finding.rule, finding.severity)
        ignored = bool(settings.ignore) and finding.rule.startswith(settings.ignore)
        if level != "off" and not ignored and (not settings.select or finding.rule.startswith(settings.select)):
            yield finding if level == finding.severity else replace(finding, severity=cast("Severity", level))


def _in_order(*findings: Finding) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.rule, finding.end)))


def place(post: Post) -> str:
    """Return where a post came from, as "path" or "path:line"."""
    return post.path if post.record_line is None else f"{post.path}:{post.record_line}"


def _usual_platform(post: Post) -> str:
    if post.format == "subtitles" or post.medium:
        from disclosure_check.spoken import is_spoken

        if is_spoken(post):
            return "youtube"
    return "post" if post.format == "text" else "blog"


def platform_of(post: Post, rulebook: Rulebook) -> Platform:
    """Return the profile of the post's platform; without one, YouTube for a transcript, a generic post for text, else a blog.

    Raises InputError for a name that no profile has.
    """
    name = (post.platform or _usual_platform(post)).lower()
    if name not in rulebook.platforms:
        from disclosure_check.rulebook import unknown_platform

        raise unknown_platform(name, rulebook)
    return rulebook.platforms[name]


def _with_defaults(post: Post, options: Options) -> Post:
    return replace(
        post,
        platform=post.platform or options.platform,
        connections=post.connections or options.connections,
        brands=post.brands or options.brands,
        lang=post.lang or options.lang,
    )


def _is_selected(rule: str, options: Options) -> bool:
    selected = not options.select or rule.startswith(options.select)
    return selected and not (options.ignore and rule.startswith(options.ignore))


def _fingerprinted(finding: Finding, post: Post) -> Finding:
    """Return the finding with a fingerprint of its rule, its words and those around them in its paragraph.

    It stays the same when the paragraph moves, and when lines are wrapped anew.
    """
    from disclosure_check.digest import blake2b

    before = post.text[max(post.body_start, finding.start - CONTEXT) : finding.start]
    after = post.text[finding.end : finding.end + CONTEXT]
    before, after = _BLANK_LINE().split(before)[-1], _BLANK_LINE().split(after)[0]
    words = f"{before} {finding.match} {after}"
    if post.format == "subtitles":  # the times of a cue change with every cut
        from disclosure_check.spoken import without_times

        words = " ".join(map(without_times, (before, finding.match, after)))
    context = " ".join(f"{finding.rule} {words}".split())
    return replace(finding, fingerprint=blake2b(context.encode(), digest_size=8).hexdigest())
