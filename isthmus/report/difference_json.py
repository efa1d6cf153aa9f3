"""The difference of two networks as JSON. Its schema is `schemas/diff.schema.json`, which describes every key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.changes import Refusal, ResourceChange
from isthmus.changes.impact import impact_of
from isthmus.proof.difference.change import Change
from isthmus.proof.difference.failure_changes import FailureChange, FlowsInFailure
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.objects import ObjectChange, Setting
from isthmus.report.json_text import json_document, json_text
from isthmus.report.proof_json import flow_members, unknown_members
from isthmus.report.refusals import refused_members, undecided_members
from isthmus.terraform import Unknown

__all__ = ["difference_document", "difference_json", "object_change_members"]


def difference_json(
    difference: Difference, changes: tuple[ResourceChange, ...] | Unknown, refusals: Sequence[Refusal] = ()
) -> Iterator[str]:
    """The document in pieces, one change to a line."""
    return json_text(difference_document(difference, changes, refusals))


def difference_document(
    difference: Difference, changes: tuple[ResourceChange, ...] | Unknown, refusals: Sequence[Refusal] = ()
) -> dict[str, Any]:
    """The document. Its member `changes` is an iterator."""
    known = () if isinstance(changes, Unknown) else changes
    members: dict[str, Any] = {
        "inbound_internet_access": [_change(change) for change in difference.inbound],
        "refused": refused_members(refusals),
        "unprotected": [{"address": one.address, "unknown": one.unknown or None} for one in difference.unprotected],
        "resource_changes": None if isinstance(changes, Unknown) else [_resource_change(one) for one in known],
        "possible_renames": [
            {"kind": one.kind, "before": one.before, "after": one.after} for one in difference.possible_renames
        ],
        "address_changes": [object_change_members(change) for change in difference.addresses],
        "on_premises_changes": [object_change_members(change) for change in difference.on_premises],
        "changes": (_change(change) for change in difference.other_flows),
        "added_locations": list(difference.added_locations),
        "removed_locations": list(difference.removed_locations),
        "firewall_changes": list(difference.firewall_changes),
        "dns_and_endpoint_changes": [object_change_members(change) for change in difference.dns_and_endpoints],
        "failure_scenario_changes": None
        if difference.failures is None
        else [_failure_change(change) for change in difference.failures],
        "name_changes": [
            {"name": change.name, "spokes": list(change.spokes), "before": change.before, "after": change.after}
            for change in difference.names
        ],
        "unknown": [
            *undecided_members(refusals),
            *(unknown_members(unknown) for unknown in difference.unknown_results),
            *([{"what": "resource changes", "why": changes.reason}] if isinstance(changes, Unknown) else ()),
        ],
        "assumptions": list(difference.assumptions),
        "notes": list(difference.notes),
    }
    return json_document("diff", members)


def _change(change: Change) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "source": change.source,
        "destination": change.destination,
        "before": flow_members(change.before) if change.before else None,
        "after": flow_members(change.after) if change.after else None,
        "causes": list(change.causes),
        "packets": change.packets or None,
        "unknown_reason": change.why or None,
    }


def object_change_members(change: ObjectChange) -> dict[str, Any]:
    """One changed object with its settings."""
    return {
        "kind": change.kind.value,
        "name": change.name,
        "site": change.site or None,
        "change": change.change.value,
        "settings": [
            {
                "setting": setting.setting,
                "before": _setting(setting.before),
                "after": _setting(setting.after),
                "added": list(setting.added),
                "removed": list(setting.removed),
                "certain": setting.certain,
            }
            for setting in change.settings
        ],
        "unknown_reason": change.reason or None,
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "values": list(setting.values),
        "assigned_by_aws": setting.assigned,
        "unknown_reason": setting.unknown or None,
    }


def _failure_change(change: FailureChange) -> dict[str, Any]:
    return {
        "failure": change.failure.what,
        "kind": change.failure.kind.value,
        "change": change.change.value,
        "before": _in_failure(change.before),
        "after": _in_failure(change.after),
        "no_longer_survive": _flow_names(change.endangered),
        "now_survive": _flow_names(change.saved),
        "sites_that_now_survive": list(change.sites),
    }


def _in_failure(flows: FlowsInFailure | None) -> dict[str, int] | None:
    return None if flows is None else {"lost": len(flows.lost), "perhaps_lost": len(flows.unknown)}


def _flow_names(flows: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"source": source, "destination": destination} for source, destination in flows]


def _resource_change(change: ResourceChange) -> dict[str, Any]:
    return {
        "address": change.address,
        "type": change.type,
        "action": change.action.value,
        "impact": impact_of(change) or None,
        "causes": [
            {
                "argument": cause.argument,
                "before": cause.before,
                "after": cause.after,
                "forces_replacement": cause.replaces,
                "reason": cause.reason or None,
            }
            for cause in change.causes
        ],
        "because_of": change.because_of or None,
        "reason": change.reason or None,
        "moved_to": change.moved_to or None,
    }
