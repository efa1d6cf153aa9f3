"""The cards at the top of the report: a number or a word each, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.changes import ResourceAction
from isthmus.changes.summary import counts
from isthmus.proof.result.findings import Verdict
from isthmus.proof.result.proof import Proof
from isthmus.report.cost_tables import at_least, money
from isthmus.report.html.costs import Costs
from isthmus.report.html.report_input import ReportChange
from isthmus.report.html.scan_file import next_expiry
from isthmus.report.terminal import counted
from isthmus.report.verdicts import difference_verdict, proof_verdict
from isthmus.terraform import Unknown

__all__ = ["cards"]

# The tone of a card: what a reader has to look at first. The page shows it by a word and a symbol, not by colour alone.
_TONES = {
    Verdict.PROVED: "good",
    Verdict.NO_VIOLATIONS: "good",
    Verdict.VIOLATED: "bad",
    Verdict.UNKNOWN: "unknown",
}
_LOSSES = (ResourceAction.DESTROY, ResourceAction.REPLACE, ResourceAction.MAY_REPLACE, ResourceAction.LEAVE)


def cards(
    after: Proof, before: Proof | None, change: ReportChange | None, costs: Costs, scan: Mapping[str, Any] | None
) -> Iterator[dict[str, str]]:
    """The cards in order of importance."""
    yield _verdict(after, before)
    if change is not None:
        yield _resources(change)
        yield _flows(change)
    yield _cost(costs)
    yield _findings(scan)
    if change is None:
        yield _failures(after)


def _card(title: str, value: str, detail: str, tone: str = "neutral") -> dict[str, str]:
    return {"title": title, "value": value, "detail": detail, "tone": tone}


def _verdict(after: Proof, before: Proof | None) -> dict[str, str]:
    verdict, rest = proof_verdict(after)
    was = f" Before: {proof_verdict(before)[0]}." if before is not None else ""
    return _card("Verdict", verdict, f"{_sentence(rest)}{was}", _TONES[after.verdict])


def _resources(change: ReportChange) -> dict[str, str]:
    if isinstance(change.changes, Unknown):
        return _card("Destroyed and replaced", "Unknown", _sentence(change.changes.reason), "unknown")
    numbers = counts(change.changes)
    destroyed, replaced = numbers[ResourceAction.DESTROY], numbers[ResourceAction.REPLACE]
    others = {"may be replaced": ResourceAction.MAY_REPLACE, "left behind": ResourceAction.LEAVE}
    more = [f"{numbers[action]} {words}" for words, action in others.items() if numbers[action]]
    more += [f"{len([one for one in change.refusals if not one.unknown])} refused"] * bool(change.refusals)
    created = [f"{numbers[ResourceAction.CREATE]} created", f"{numbers[ResourceAction.UPDATE]} updated in place"]
    tone = "bad" if any(numbers[action] for action in _LOSSES) or change.refusals else "good"
    return _card(
        "Destroyed and replaced", f"{destroyed} destroyed, {replaced} replaced", ", ".join([*more, *created]), tone
    )


def _flows(change: ReportChange) -> dict[str, str]:
    verdict, rest = difference_verdict(change.difference)
    same = change.difference.changes_nothing
    tone = "neutral" if not same else "unknown" if change.difference.unknown_results else "good"
    return _card("Flows", verdict, _sentence(rest) or "The reachability of every flow stays the same.", tone)


def _cost(costs: Costs) -> dict[str, str]:
    if costs.after is None:
        return _card("Cost per month", "Not estimated", _sentence(costs.no_estimate), "unknown")
    found = costs.after
    value = f"{at_least(found)}{money(found.total)} {found.prices.currency}"
    usage = f"{money(found.least)} to {money(found.most)} with usage-based charges." if found.uses else ""
    if costs.before is None:
        change = ""
    elif costs.change:
        change = f"Change: {costs.change} {found.prices.currency}. "
    else:
        change = "The change is unknown. "
    return _card("Cost per month", value, f"{change}{usage}" or "Fixed charges.")


def _findings(scan: Mapping[str, Any] | None) -> dict[str, str]:
    if scan is None:
        return _card("Findings", "Not included", "Give the result of isthmus scan --json FILE with --scan FILE.")
    findings, expired = len(scan["findings"]), len(scan["expired_waivers"])
    expires = next_expiry(scan)
    parts = [f"{len(scan['waived'])} waived" + (f", the next waiver expires on {expires}" if expires else "")]
    parts += [f"{counted(expired, 'waiver')} expired"] * bool(expired)
    parts += [f"{counted(len(scan['unused_waivers']), 'waiver')} unused"] * bool(scan["unused_waivers"])
    tone = "bad" if findings or expired else "good"
    return _card("Findings", counted(findings, "finding"), f"{'; '.join(parts)}. Scanned on {scan['date']}.", tone)


def _failures(proof: Proof) -> dict[str, str]:
    if not proof.against_intent:
        return _card("Failure scenarios", "Not simulated", "They are simulated against an intent.")
    broken = sum(not result.survived for result in proof.scenarios)
    losing = sum(bool(result.lost) for result in proof.scenarios)
    value = f"{broken} not survived" if broken else "All survived"
    detail = f"{counted(len(proof.scenarios), 'failure')} simulated; {losing} interrupt flows that have no redundancy"
    if broken:
        detail = f"{counted(len(proof.scenarios), 'failure')} simulated; {losing} interrupt flows"
    return _card("Failure scenarios", value, f"{detail}.", "bad" if broken else "good")


def _sentence(rest: str) -> str:
    text = rest.lstrip(":, ").strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
