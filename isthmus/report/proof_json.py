"""A proof as JSON. Its schema is `schemas/prove.schema.json`, which describes every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.network.answers import Hop, Outcome
from isthmus.network.block import Block
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.checks.quotas import Usage
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, LostFlows, PacketOutcome, UnknownResult, Violation
from isthmus.proof.result.proof import Proof
from isthmus.report.flow_groups import FlowGroups, GroupFlow, groups_of
from isthmus.report.json_text import json_document, json_text

__all__ = ["failure_members", "flow_members", "proof_json", "unknown_members", "violation_members"]


def proof_json(proof: Proof) -> Iterator[str]:
    """The document in pieces, one flow to a line."""
    groups = groups_of(proof)
    members: dict[str, Any] = {
        "verdict": proof.verdict.value,
        "against_intent": proof.against_intent,
        "groups": ({"name": name, "members": list(members)} for name, members in groups.members.items()),
        "flows": (_group_flow(flows) for flows in groups.pairs()),
        "violations": [violation_members(violation) for violation in proof.violations],
        "unknown": [unknown_members(unknown) for unknown in proof.unknown_results],
        "service_flows": (_service_flow(flows) for flows in groups.services(proof.services)),
        "assumptions": list(proof.assumptions),
        "more_specific_prefixes": list(proof.more_specific_prefixes),
        "advertised_prefixes": {name: advertised_members(found) for name, found in proof.advertised_prefixes.items()},
        "failure_scenarios": [_failure(result, groups) for result in proof.scenarios],
        "quotas": [_quota(usage) for usage in proof.quotas],
        "drift": list(proof.drift),
        "notes": list(proof.notes),
    }
    return json_text(json_document("prove", members))


def _group_flow(flows: GroupFlow) -> dict[str, Any]:
    """The flows between two groups."""
    return {
        "from": flows.source,
        "to": flows.destination,
        "count": flows.count,
        "example": flow_members(flows.example),
    }


def _service_flow(flows: GroupFlow) -> dict[str, Any]:
    """The flows from a group to an AWS service."""
    return {"from": flows.source, "count": flows.count, "example": flow_members(flows.example)}


def flow_members(flow: Flow) -> dict[str, Any]:
    """One flow. Packets, subnets, zones and tiers are there only where they differ."""
    members: dict[str, Any] = {
        "source": flow.source,
        "destination": flow.destination,
        "forward": flow.forward.value,
        "return": flow.returned.replace(" ", "-"),
        "intended": flow.intended,
        "path": [hop_members(hop) for hop in flow.path],
        "blocked_by": [block_members(block) for block in flow.blocked_by],
    }
    if egress := flow.exits or ({flow.exit: ()} if flow.exit else {}):
        members["egress"] = [{"address": address, "subnets": list(subnets)} for address, subnets in egress.items()]
    if len(flow.packet_outcomes) > 1 or any(outcome.not_for for outcome in flow.packet_outcomes):
        members["packet_outcomes"] = [packet_members(outcome) for outcome in flow.packet_outcomes]
    if flow.condition:
        members["condition"] = flow.condition
    for key, parts in (("zones", flow.zones), ("tiers", flow.tiers), ("subnets", flow.parts)):
        if parts:
            members[key] = {name: _outcomes(*outcomes) for name, outcomes in parts.items()}
    return members


def unknown_members(unknown: UnknownResult) -> dict[str, str]:
    """Something that is unknown, and why."""
    return {"what": unknown.what, "why": unknown.why}


def hop_members(hop: Hop) -> dict[str, Any]:
    """One hop of a path."""
    return {"kind": hop.kind, "address": hop.address, "via": hop.why or None, "zone": hop.zone or None}


def block_members(block: Block) -> dict[str, str]:
    """A setting that blocks a packet."""
    return {"rule": block.rule, "address": block.address, "why": block.why}


def _outcomes(forward: Outcome, back: Outcome) -> dict[str, str]:
    return {"forward": forward.value, "return": back.value}


def packet_members(outcome: PacketOutcome) -> dict[str, Any]:
    """The outcome of some packets."""
    return {
        "packets": str(outcome.packets),
        **_outcomes(outcome.forward, outcome.reply),
        "except": outcome.not_for or None,
    }


def violation_members(violation: Violation) -> dict[str, Any]:
    """A rule that does not hold."""
    return {
        "rule": violation.rule,
        "source": violation.source or None,
        "destination": violation.destination or None,
        "packets": violation.packets or None,
        "why": violation.why,
        "resources": list(violation.resources),
    }


def advertised_members(found: AdvertisedPrefixes) -> dict[str, Any]:
    """The prefixes that AWS advertises over a connection."""
    prefixes = sorted(found.prefixes, key=lambda prefix: (prefix.version, prefix))
    return {
        "prefixes": list(map(str, prefixes)),
        "static_routing": found.static,
        "unknown_reason": found.unknown or None,
    }


def failure_members(result: FailureResult) -> dict[str, Any]:
    """The result of a failure scenario."""
    return {
        "component": result.failure.what,
        "kind": result.failure.kind.value,
        "survived": result.survived,
        "lost_flow_count": result.count,
        "lost_flows": [_lost(lost) for lost in result.lost],
    }


def _failure(result: FailureResult, groups: FlowGroups) -> dict[str, Any]:
    """The result of a failure scenario, with the names of groups in place of their members."""
    return {**failure_members(result), "lost_flows": [_lost_by_group(lost, groups) for lost in result.lost]}


def _lost_by_group(lost: LostFlows, groups: FlowGroups) -> dict[str, Any]:
    members = _lost(lost)
    sources, destinations = groups.covering(members["sources"]), groups.covering(members["destinations"])
    if sources is None or destinations is None:
        return members
    return {**members, "sources": list(sources), "destinations": list(destinations), "only_named": False}


def _lost(lost: LostFlows) -> dict[str, Any]:
    sources, destinations = lost.like
    return {
        "sources": list(sources or (lost.source,)),
        "destinations": list(destinations or (lost.destination,)),
        "count": lost.count,
        **_outcomes(lost.forward, lost.reply),
        "must_survive": lost.meant_to_survive,
        "why": lost.why or None,
        "only_named": True,
    }


def _quota(usage: Usage) -> dict[str, Any]:
    return {
        "quota": usage.quota.name,
        "resource": usage.subject,
        "used": usage.used,
        "at_least": usage.at_least,
        "limit": usage.limit,
        "maximum": usage.quota.most,
        "documentation": usage.quota.source,
    }
