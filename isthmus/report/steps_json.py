"""The steps of a change as JSON. Its schema is `schemas/steps.schema.json`, which describes every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.report.difference_json import object_change_members
from isthmus.report.json_text import json_document, json_text
from isthmus.report.proof_json import unknown_members
from isthmus.report.refusals import refused_members, undecided_members
from isthmus.report.steps_text import SameSteps, commands, first_lines, impact_lines
from isthmus.steps.losses import Interim
from isthmus.steps.planner import ApplyStep, Procedure

__all__ = ["steps_json"]


def steps_json(steps: Procedure) -> Iterator[str]:
    """The document in pieces."""
    members: dict[str, Any] = {
        "verdict": steps.verdict.value,
        "flow_changes": {kind.value: count for kind, count in steps.purpose.items()},
        "refused": refused_members(steps.refusals),
        "on_premises_changes": [object_change_members(change) for change in steps.on_premises],
        "steps": [_step(number, step) for number, step in enumerate(steps.steps, 1)],
        "split": [_step(number, step) for number, step in enumerate(steps.split, 1)],
        "constraints": [{"first": one.first, "then": one.then, "why": one.why} for one in steps.constraints],
        "all_orders_compared": steps.certain,
        "networks_evaluated": steps.networks,
        "unknown": [*map(unknown_members, steps.unknown_results), *undecided_members(steps.refusals)],
        "drift": list(steps.drift),
        "assumptions": list(steps.assumptions),
    }
    return json_text(json_document("steps", members))


def _step(number: int, step: ApplyStep) -> dict[str, Any]:
    part = step.part
    return {
        "number": number,
        "name": part.apply.name,
        "kind": part.apply.kind.value,
        "part": part.phase.name.lower() if part.targets else "all",
        "command": next((" ".join(words) for words in commands(SameSteps(number, (step,)))), None),
        "targets": list(part.targets),
        "resource_changes": [
            {"address": one.address, "type": one.type, "action": one.action.value} for one in part.changes
        ],
        "interrupts": list(impact_lines(step)),
        "first": list(first_lines(step)),
        "flows_after": [_flow(flow, until) for flow, until in zip(step.flows, step.until, strict=True)],
    }


def _flow(flow: Interim, until: int) -> dict[str, Any]:
    return {
        "effect": flow.effect.value,
        "source": flow.source,
        "destination": flow.destination,
        "packets": flow.packets or None,
        "until_step": until,
        "reason": flow.why or None,
    }
