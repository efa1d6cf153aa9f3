"""A review as JSON. Its schema is `schemas/review.schema.json`, which describes every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.changes import ResourceAction
from isthmus.changes.summary import counts
from isthmus.report.cost_json import estimate_document
from isthmus.report.cost_tables import number
from isthmus.report.difference_json import difference_document
from isthmus.report.json_text import json_document, json_text
from isthmus.report.proof_json import failure_members, unknown_members, violation_members
from isthmus.report.scan_json import scan_document
from isthmus.review.record import Review
from isthmus.terraform import Unknown

__all__ = ["review_json"]

_COUNTED = {
    ResourceAction.DESTROY: "destroyed",
    ResourceAction.REPLACE: "replaced",
    ResourceAction.MAY_REPLACE: "updated_or_replaced",
    ResourceAction.LEAVE: "left_behind",
    ResourceAction.UPDATE: "updated_in_place",
    ResourceAction.CREATE: "created",
}


def review_json(review: Review, folder: str) -> Iterator[str]:
    """The document in pieces. `folder` is the path of HEAD."""
    scan, cost = review.scan, review.cost
    before = None if isinstance(review.cost_before, Unknown) else review.cost_before
    members: dict[str, Any] = {
        "first": review.first,
        "objections": list(review.objections()),
        "summary": _summary(review),
        "root_modules": [{"name": name, "planned": name in review.planned} for name in review.roots],
        "proof": {
            "verdict": review.proof.verdict.value,
            "violations": [violation_members(violation) for violation in review.proof.violations],
            "failure_scenarios": [failure_members(result) for result in review.proof.scenarios],
            "assumptions": list(review.proof.assumptions),
        },
        "unknown": [unknown_members(unknown) for unknown in review.unknown_results],
        "difference": difference_document(review.difference, review.changes, review.refusals),
        "scan": None if isinstance(scan, Unknown) else scan_document(scan, folder),
        "new_findings": [
            {"check": finding.check, "root_module": finding.root, "address": finding.address}
            for finding in (() if isinstance(scan, Unknown) else scan.findings)
            if review.is_new(finding)
        ],
        "cost": None if isinstance(cost, Unknown) else estimate_document(cost, before),
    }
    return json_text(json_document("review", members))


def _summary(review: Review) -> dict[str, Any]:
    known = () if isinstance(review.changes, Unknown) else review.changes
    numbers = counts(known)
    return {
        "resources": None
        if isinstance(review.changes, Unknown)
        else {key: numbers[action] for action, key in _COUNTED.items()},
        "flows": {kind.value: count for kind, count in review.difference.counts.items()},
        "cost_change": _cost_change(review),
    }


def _cost_change(review: Review) -> float | None:
    """The change of the fixed cost; None if it is unknown. Without BASE it is the whole cost."""
    after, before = review.cost, review.cost_before
    if isinstance(after, Unknown) or isinstance(before, Unknown) or not after.complete:
        return None
    if before is None:
        return number(after.total)
    return number(after.total - before.total) if before.complete else None
