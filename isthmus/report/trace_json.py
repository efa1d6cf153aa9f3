"""A trace as JSON: of packets, or of a DNS name. Its schema is `schemas/trace.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.network.answers import Path, RoundTrip, Trace
from isthmus.network.client_ports import Denied
from isthmus.network.forwarded_queries import Asked
from isthmus.network.model import Unknown
from isthmus.network.name_lookup import Answer
from isthmus.proof.trace.flow import FlowTrace
from isthmus.proof.trace.name import NameTrace
from isthmus.report.json_text import json_document, json_text
from isthmus.report.proof_json import block_members, hop_members, packet_members

__all__ = ["name_trace_json", "trace_json"]


def trace_json(traced: FlowTrace) -> Iterator[str]:
    """All round trips of a flow, also those that the terminal leaves out because they are equal."""
    flow = {
        "source": traced.source,
        "destination": traced.destination,
        "outcome": traced.outcome.value,
        "works": traced.works,
        "condition": traced.condition or None,
        "unknown_reason": traced.unknown_reason or None,
        "by_subnet": traced.parts or None,
        "packet_outcomes": [packet_members(outcome) for outcome in traced.packet_outcomes],
        "round_trips": [_round_trip(trip) for trip in traced.trips],
        "assumptions": list(traced.assumptions),
    }
    return json_text(json_document("trace", {"flow": flow, "name": None}))


def name_trace_json(traced: NameTrace) -> Iterator[str]:
    """What answers a DNS name, and the paths of the queries."""
    name = {
        "source": traced.source,
        "name": traced.name,
        "outcome": traced.outcome.value,
        "works": traced.works,
        "answers": [_answer(answer) for answer in traced.answers],
        "queries": [_query(query) for query in traced.queries],
        "not_evaluated": list(traced.unread),
    }
    return json_text(json_document("trace", {"flow": None, "name": name}))


def _round_trip(trip: RoundTrip) -> dict[str, Any]:
    return {
        "outcome": trip.outcome.value,
        "forward": _leg(trip.forward),
        "return": _leg(trip.reply),
        "asymmetric": [block_members(block) for block in trip.asymmetric],
    }


def _leg(leg: Trace) -> dict[str, Any]:
    return {
        "packet": str(leg.packet),
        "outcome": leg.outcome_text.replace(" ", "-"),
        "paths": [_path(path) for path in leg.paths],
    }


def _path(path: Path) -> dict[str, Any]:
    first = path.first_blocks
    return {
        "outcome": path.outcome.value,
        "path": [hop_members(hop) for hop in path.reached],
        "blocked_by": [block_members(block) for block in first],
        "further_blocks": [block_members(block) for block in path.blocks if block not in first],
        "denied_client_ports": [_denied(denied) for denied in path.denied],
        "unknown_reason": path.unknown or None,
        "egress": path.exit or None,
    }


def _denied(denied: Denied) -> dict[str, Any]:
    first, last = denied.ports
    return {"first": first, "last": last, "nat_gateway": denied.nat or None, "blocked_by": block_members(denied.block)}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "name": answer.name,
        "vpc": answer.vpc,
        "answered_by": answer.by.value,
        "address": answer.address or None,
        "domain": answer.domain or None,
        "servers": [_server(target) for target in answer.targets],
        "outbound_endpoint": str(answer.endpoint) or None,
        "reason": answer.reason or None,
        "dns_firewall_rule": answer.rule or None,
    }


def _server(target: tuple[Any, int] | Unknown) -> str:
    return f"unknown: {target.reason}" if isinstance(target, Unknown) else f"{target[0]} port {target[1]}"


def _query(query: Asked) -> dict[str, Any]:
    return {
        "server": _server(query.target),
        "outcome": query.outcome.value,
        "reason": query.nowhere or None,
        "round_trip": None if query.trip is None else _round_trip(query.trip),
    }
