"""A proof as JSON, written flow by flow: a thousand spokes have a million of them.

{"verdict": "proved|no-violations|violated|unknown",  ("proved" and "against_intent" only where there is an intent)
 "against_intent": true|false,
 "flows": [{"source", "destination", "forward", "return", "intended", "exit", "path": [...], "blocked_by": [...],
             "packets": [{"packets": "all but tcp/443", "forward", "return", "not_for": "client ports 3389"}]}],
 ("forward" and "return" are reachable, blocked or unknown; "return" is not-followed where no packet arrives)
 "violations": [{"rule", "source", "destination", "why", "resources": [...]}],
 "unknowns": [...], "assumptions": [...], ...}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from isthmus.network.answers import Hop
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import Flow, PacketOutcome
from isthmus.proof.result.proof import Proof


def written(proof: Proof) -> Iterator[str]:
    """The document in pieces, one flow to a line. Joined they are one JSON object and a newline."""
    against = json.dumps(proof.against_intent)
    yield f'{{\n"verdict": {json.dumps(proof.verdict)},\n"against_intent": {against},\n"flows": [\n'
    yield from _lines(flow_document(flow) for flow in proof.flows)
    yield "\n]"
    for key, value in _rest(proof).items():
        yield f",\n{json.dumps(key)}: {json.dumps(value, indent=1, sort_keys=True)}"
    yield "\n}\n"


def flow_document(flow: Flow) -> dict[str, Any]:
    """One flow. `packets` are there only where some fare otherwise than others; `zones` and `tiers` likewise."""
    document: dict[str, Any] = {
        "source": flow.source,
        "destination": flow.destination,
        "forward": flow.forward.value,
        "return": flow.returned.replace(" ", "-"),
        "intended": flow.intended,
        "exit": flow.exit or None,
        "path": [_hop(hop) for hop in flow.path],
        "blocked_by": [block._asdict() for block in flow.blocked_by],
    }
    if len(flow.packet_outcomes) > 1 or any(fate.not_for for fate in flow.packet_outcomes):
        document["packets"] = [_fate(fate) for fate in flow.packet_outcomes]
    if flow.condition:
        document["condition"] = flow.condition
    if flow.exits:
        document["exits"] = {exit_: list(subnets) for exit_, subnets in flow.exits.items()}
    for key, parts in (("zones", flow.zones), ("tiers", flow.tiers), ("subnets", flow.parts)):
        if parts:
            document[key] = {
                name: {"forward": there.value, "return": back.value} for name, (there, back) in parts.items()
            }
    return document


def _hop(hop: Hop) -> dict[str, Any]:
    return {"kind": hop.kind, "address": hop.address, "via": hop.why or None, "zone": hop.zone or None}


def _fate(fate: PacketOutcome) -> dict[str, Any]:
    return {
        "packets": str(fate.packets),
        "forward": fate.forward.value,
        "return": fate.back.value,
        **({"not_for": fate.not_for} if fate.not_for else {}),
    }


def difference_text(difference: Difference) -> str:
    """The difference of two networks as a JSON object and a newline."""
    document = {
        "changes": [
            {
                "change": change.kind.value,
                "source": change.source,
                "destination": change.destination,
                "before": flow_document(change.before) if change.before else None,
                "after": flow_document(change.after) if change.after else None,
                "causes": list(change.causes),
                "packets": change.packets or None,
                "why": change.why or None,
            }
            for change in difference.changes
        ],
        "added_locations": list(difference.added_locations),
        "removed_locations": list(difference.removed_locations),
        "firewall_changes": list(difference.firewall_changes),
        "names": [
            {"name": one.name, "spokes": list(one.spokes), "before": one.was, "after": one.is_}
            for one in difference.names
        ],
        "unknowns": [str(unknown_results) for unknown_results in difference.unknown_results],
        "assumptions": list(difference.assumptions),
        "notes": list(difference.notes),
    }
    return json.dumps(document, indent=1) + "\n"


def _lines(documents: Iterable[dict[str, Any]]) -> Iterator[str]:
    separator = ""
    for document in documents:
        yield separator + json.dumps(document)
        separator = ",\n"


def _rest(proof: Proof) -> dict[str, Any]:
    return {
        "violations": [
            {
                "rule": violation.rule,
                "source": violation.source or None,
                "destination": violation.destination or None,
                "packets": violation.packets or None,
                "why": violation.why,
                "resources": list(violation.resources),
            }
            for violation in proof.violations
        ],
        "unknowns": [str(unknown_results) for unknown_results in proof.unknown_results],
        "services": [flow_document(flow) for flow in proof.services],
        "assumptions": list(proof.assumptions),
        "more_specific_prefixes": list(proof.more_specific_prefixes),
        "advertised_prefixes": {
            connection: {
                "prefixes": list(map(str, sorted(told.prefixes, key=lambda prefix: (prefix.version, prefix)))),
                "static": told.static,
                "unknown": told.unknown or None,
            }
            for connection, told in proof.advertised_prefixes.items()
        },
        "scenarios": [
            {
                "down": survival.failure.what,
                "kind": survival.failure.kind.value,
                "survived": survival.survived,
                "flows_lost": survival.count,
                "lost": [
                    {
                        "source": lost.source,
                        "destination": lost.destination,
                        "sources": list(lost.like[0] or (lost.source,)),
                        "destinations": list(lost.like[1] or (lost.destination,)),
                        "flows": lost.count,
                        "forward": lost.forward.value,
                        "return": lost.back.value,
                        "meant_to_survive": lost.meant_to_survive,
                        "why": lost.why,
                    }
                    for lost in survival.lost
                ],
            }
            for survival in proof.scenarios
        ],
        "quotas": [
            {
                "quota": usage.quota.name,
                "subject": usage.subject,
                "used": usage.used,
                "at_least": usage.at_least,
                "limit": usage.limit,
                "most": usage.quota.most,
                "source": usage.quota.source,
            }
            for usage in proof.quotas
        ],
        "drift": list(proof.drift),
        "notes": list(proof.notes),
    }
