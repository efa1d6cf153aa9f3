"""The first line of a review: verdict, destroyed, replaced, flow changes, and the change of the monthly cost."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.changes import ResourceAction
from isthmus.changes.summary import counts
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.result.findings import Verdict
from isthmus.report.cost_tables import at_least, money, signed
from isthmus.report.resource_changes import DONE
from isthmus.report.terminal import counted
from isthmus.report.verdicts import other_changes
from isthmus.review.record import Review
from isthmus.terraform import Unknown

__all__ = ["review_facts", "review_verdict"]

# Shown even if it is 0: a reviewer looks for these words.
_ALWAYS = (ResourceAction.DESTROY, ResourceAction.REPLACE)
_MORE = (ResourceAction.MAY_REPLACE, ResourceAction.LEAVE, ResourceAction.MIGRATE)


def review_verdict(review: Review) -> str:
    """The verdict of HEAD, and what the review objects to besides: `Proved, but 1 finding without a waiver`."""
    proof = review.proof
    match proof.verdict:
        case Verdict.PROVED:
            verdict = "Proved"
        case Verdict.NO_VIOLATIONS:
            verdict = "No violations (no intent given)"
        case Verdict.VIOLATED:
            verdict = f"Violated: {counted(len(proof.violations), 'violation')}"
        case Verdict.UNKNOWN:
            verdict = f"Unknown: {counted(len(proof.unknown_results), 'result')} cannot be decided"
    others = [text for text in review.objections() if not text.startswith("the verdict")]
    return f"{verdict}{', but ' if proof.holds else '; '}{'; '.join(others)}" if others else verdict


def review_facts(review: Review) -> tuple[str, ...]:
    """The counts of the first line, a clause each: `0 destroyed`, `12 flows gained`, `+146.00 USD a month`."""
    return (*_actions(review), *_flows(review), _cost(review))


def _actions(review: Review) -> Iterator[str]:
    if isinstance(review.changes, Unknown):
        yield "destroyed and replaced unknown"
        return
    numbers = counts(review.changes)
    yield from (f"{numbers[action]} {DONE[action]}" for action in _ALWAYS)
    yield from (f"{numbers[action]} {DONE[action]}" for action in _MORE if numbers[action])


def _flows(review: Review) -> Iterator[str]:
    found = [(kind, count) for kind, count in review.difference.counts.items() if count]
    words = {ChangeKind.UNCLEAR: "perhaps changed"}
    yield from (f"{counted(count, 'flow')} {words.get(kind, kind)}" for kind, count in found)
    if not found:
        yield "no flow changes" + (" among those that can be decided" if review.difference.unknown_results else "")
    if others := other_changes(review.difference):
        yield f"{' and '.join(others)} changed"


def _cost(review: Review) -> str:
    after, before = review.cost, review.cost_before
    if isinstance(after, Unknown) or isinstance(before, Unknown):
        return "cost unknown"
    unit = f"{after.prices.currency} a month"
    if before is None:
        return f"{at_least(after)}{money(after.total)} {unit}"
    if not (after.complete and before.complete) or before.prices.currency != after.prices.currency:
        return "change of the cost unknown"
    return "same cost" if after.total == before.total else f"{signed(after.total - before.total)} {unit}"
