"""Turn the claims of a post into findings, or into proof on file.

Comes in: a post with its annotations, the claim rules and the brand's approved claims. Goes out: findings, and each claim
with its standing. What a claim is worth, and the words to say it with, are rule data.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec.structs import replace

from disclosure_check.claims import LONGEST_SENTENCE, find_candidates
from disclosure_check.evaluate import render, words_of
from disclosure_check.judge import judge
from disclosure_check.model import ClaimRecord, Evidence, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from disclosure_check.annotate import Annotations
    from disclosure_check.claims import Candidates
    from disclosure_check.judge import Claim, Setup
    from disclosure_check.model import Finding, Platform, Post
    from disclosure_check.rulebook import Rule, Rulebook
    from disclosure_check.substantiation import Judgement, Substantiation

QUESTION_RULE = "DC446"
CALL_TO_ACTION = "call-to-action"
FAULT_RULES = {"missing": "DC901", "altered": "DC902"}
SELLS = "sells"
NEAR = 400  # folded characters around a link, a code or words that sell: what is claimed there is claimed of what is sold
MOST_PLACES = 5  # of the same words in a post, so many are named as evidence

Claims = tuple[tuple["Finding", ...], tuple[ClaimRecord, ...], tuple[str, ...]]  # findings, all claims, notes


def evaluate_claims(
    post: Post,
    platform: Platform,
    found: Annotations,
    rulebook: Rulebook,
    kinds: Collection[str],
    nlp: Setup,
    substantiation: Substantiation | None,
) -> Claims:
    """Return the findings about the claims of a post, all its claims with their standing, and notes on how it was read.

    `kinds` are the connections that the post declares or shows. The same words of a rule give one finding, with the other places as evidence. Raises ConfigError if the model is asked for and isn't there.
    """
    book = rulebook.claims()
    candidates = find_candidates(found.prose, found.layout, book)
    findings: dict[tuple[str, str], Finding] = {}
    records: list[ClaimRecord] = []
    places = _selling_places(post, found, candidates, kinds)
    disclosures = [signal for signal in found.signals if signal.kind.role == "disclosure" and signal.channel == "body"]
    offers = _offers(candidates, found)
    told_up_to = list(accumulate((signal.to for signal in disclosures), max))
    for claim in judge(candidates, book, nlp):
        if claim.at >= found.own_end:
            continue  # a reader's words
        if (claim.asked and not offers) or not (claim.rule.anywhere or _is_near(claim, places)):
            continue
        before = bisect_right(disclosures, claim.at, key=lambda signal: signal.at)
        if before and claim.at < told_up_to[before - 1]:
            continue  # words that disclose claim nothing: "thanks to Acme for the free lamp"
        rule = book.texts[QUESTION_RULE if claim.asked else claim.rule.id]
        span, sentence = (found.prose.offsets.span(*bounds) for bounds in ((claim.at, claim.to), (claim.sentence.at, claim.sentence.to)))
        standing = _standing(post, span, sentence, substantiation)
        records.append(_record(post, rule, span, sentence, standing))
        if standing is not None and standing.status == "backed":
            continue
        key = (rule.id, found.prose.lower[claim.at : claim.to])
        if key in findings:
            findings[key] = _with_place(findings[key], span)
        else:
            findings[key] = _finding(post, platform, rule, span, claim, standing)
    ordered = sorted(findings.values(), key=lambda finding: (finding.start, finding.rule, finding.end))
    return tuple(ordered), tuple(records), tuple(_notes(candidates))


def evaluate_faults(file: Post, platform: Platform, rulebook: Rulebook, substantiation: Substantiation) -> tuple[Finding, ...]:
    """Return findings about the evidence files that are missing or altered; `file` holds the text of the substantiation file."""
    from disclosure_check.substantiation import faults

    texts = rulebook.claims().texts
    starts = [0, *(at + 1 for at, character in enumerate(file.text) if character == "\n")]
    findings = []
    for fault in faults(substantiation):
        at = file.text.find(fault.path, starts[fault.line - 1])
        span = Span(at, at + len(fault.path)) if at >= 0 else Span(starts[fault.line - 1], starts[fault.line - 1])
        evidence = Evidence(f"evidence.{fault.kind}", f"evidence of the approved claim {fault.claim}", span.start, span.end)
        findings.append(render(file, platform, texts[FAULT_RULES[fault.kind]], span, (evidence,)))
    return tuple(findings)


def _finding(post: Post, platform: Platform, rule: Rule, span: Span, claim: Claim, standing: Judgement | None) -> Finding:
    words = Evidence("claim.asked" if claim.asked else "claim.affirmed", "these words claim it", span.start, span.end)
    if standing is None:
        return render(post, platform, rule, span, (words, Evidence("absent", "no substantiation file was given")))
    finding = render(post, platform, rule, span, (words, Evidence(f"substantiation.{standing.status}", standing.note)))
    if standing.claim is None or not standing.claim.wordings or standing.status in ("not-on-file", "other-product", "expired"):
        return finding
    return replace(finding, remedy=f'Keep to the approved words, "{standing.claim.wordings[0]}". Or: {finding.remedy}')


def _standing(post: Post, span: Span, sentence: Span, substantiation: Substantiation | None) -> Judgement | None:
    if substantiation is None:
        return None
    from disclosure_check.substantiation import judge_claim

    whole = words_of(post, Span(post.body_start, len(post.text)))
    return judge_claim(words_of(post, span), words_of(post, sentence), whole, post.brands, substantiation)


def _record(post: Post, rule: Rule, span: Span, sentence: Span, standing: Judgement | None) -> ClaimRecord:
    backed = standing is not None and standing.status == "backed" and standing.claim is not None
    return ClaimRecord(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        start=span.start,
        end=span.end,
        match=post.text[span.start : span.end],
        sentence=" ".join(words_of(post, sentence).split()),
        status="not-on-file" if standing is None else standing.status,
        note="" if standing is None else standing.note,
        approved=standing.claim.id if standing is not None and standing.claim is not None else None,
        proof=tuple(document.title for document in standing.claim.evidence) if backed and standing and standing.claim else (),
    )


def _selling_places(post: Post, found: Annotations, candidates: Candidates, kinds: Collection[str]) -> list[int] | None:
    """Return the folded places, in order, around which a post sells something, or None if all of it does.

    A post with a declared or paid connection is about the brand. Others are so around their links and codes, or around the words with which they sell.
    """
    if set(post.connections) - {"none"} or post.platform_label or set(kinds) - {"affiliate", "discount", "none"}:
        return None
    links = [link.at for link in found.links if link.fact is not None and link.fact.role == "affiliate"]
    words = [sentence.tokens[mention.first].at for sentence in candidates.sentences for mention in sentence.mentions(SELLS)]
    signals = [signal.at for signal in found.signals if signal.kind.role in ("connection", "disclosure")]
    return sorted((*links, *words, *signals))


def _is_near(claim: Claim, places: list[int] | None) -> bool:
    return places is None or bisect_right(places, claim.at - NEAR) < bisect_right(places, claim.at + NEAR)


def _offers(candidates: Candidates, found: Annotations) -> bool:
    """Return whether a post offers something: a link, a code, or words that ask to buy."""
    if found.links or any(signal.kind.role == "connection" for signal in found.signals):
        return True
    return any(sentence.mentions(CALL_TO_ACTION) for sentence in candidates.sentences)


def _notes(candidates: Candidates) -> Iterator[str]:
    if candidates.cut:
        yield f"a sentence longer than {LONGEST_SENTENCE} characters was cut to look for claims; words on both sides of a cut were not put together"


def _with_place(finding: Finding, span: Span) -> Finding:
    if len(finding.evidence) > MOST_PLACES:
        return finding
    return replace(finding, evidence=(*finding.evidence, Evidence("claim.affirmed", "the same words again", span.start, span.end)))
