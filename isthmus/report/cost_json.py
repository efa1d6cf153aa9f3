"""A cost estimate as JSON. Its schema is `schemas/cost.schema.json`, which describes every key."""

from __future__ import annotations

from typing import Any

from isthmus.cost.estimate import HOURS, CostEstimate, CostLine, UsageLine
from isthmus.report.cost_tables import number
from isthmus.report.json_text import json_document

__all__ = ["estimate_document"]


def estimate_document(estimate: CostEstimate, before: CostEstimate | None = None) -> dict[str, Any]:
    """The estimate as a document; an earlier one is its member `before`."""
    members = _members(estimate)
    return json_document("cost", members if before is None else {**members, "before": _members(before)})


def _members(estimate: CostEstimate) -> dict[str, Any]:
    return {
        "currency": estimate.prices.currency,
        "region": estimate.prices.region,
        "prices_as_of": estimate.prices.as_of,
        "hours": HOURS,
        "total": number(estimate.total),
        "minimum": number(estimate.least),
        "maximum": number(estimate.most),
        "complete": estimate.complete,
        "charges": [_charge(line) for line in estimate.lines],
        "usage_charges": [_usage_charge(use) for use in estimate.uses],
        "assumptions": list(estimate.assumptions),
        "fixed_by_root_module": {root: number(amount) for root, amount in estimate.by_root.items()},
        "not_included": list(estimate.notes),
    }


def _charge(line: CostLine) -> dict[str, Any]:
    return {
        "item": line.item.name,
        "label": line.item.label,
        "unit": line.item.unit.value,
        "count": number(line.count),
        "amount": None if line.amount is None else number(line.amount),
        "parts": {part: number(count) for part, count in line.parts.items()},
    }


def _usage_charge(use: UsageLine) -> dict[str, Any]:
    return {
        "item": use.item.name,
        "label": use.item.label,
        "unit": use.item.unit.value,
        "minimum": number(use.least),
        "maximum": number(use.most),
        "minimum_amount": None if use.least_amount is None else number(use.least_amount),
        "maximum_amount": None if use.most_amount is None else number(use.most_amount),
    }
