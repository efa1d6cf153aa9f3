"""The matrix of the report: a cell for each two equivalence classes, its packets with their paths, and failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from isthmus.proof.analysis import Analysis
from isthmus.proof.errors import ProofError
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, LostFlows, PacketOutcome, short_result
from isthmus.proof.result.proof import Proof
from isthmus.proof.trace.flow import trace_by_packets
from isthmus.report.finding_places import FindingPlaces
from isthmus.report.html.paths import PathRecords
from isthmus.report.matrix_classes import cell, shown
from isthmus.report.proof_json import flow_members

__all__ = ["Reachability"]

# Cells whose paths the file contains. More would take minutes, and more than 1 MB.
MOST_TRACED = 900
# Members of a flow that the page reads from its packet classes.
_IN_CLASSES = ("path", "blocked_by", "packet_outcomes")
_NOT_IN_FILE = "this network has too many different flows: the file contains the paths of some of them"


@dataclass(frozen=True)
class Reachability:
    """The matrix of a proof."""

    subject: Analysis
    proof: Proof
    paths: PathRecords
    places: FindingPlaces

    def record(self) -> dict[str, Any]:
        """Rows, cells and failures. A cell is the number of a flow; None: the flow is not part of the proof."""
        numbers = {pair: number for number, pair in enumerate(self._pairs)}
        return {
            "locations": len(self.proof.flows.names),
            "rows": [self._row(name, members) for name, members in self.classes.items()],
            "cells": [[numbers.get((a, b)) for b in self.classes] for a in self.classes],
            "flows": [self._flow(a, b, number in self._traced) for number, (a, b) in enumerate(self._pairs)],
            "failures": [self._failure(result) for result in self.proof.scenarios],
            "services": [flow_members(flow) for flow in self.proof.services],
        }

    @cached_property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Each representative, and the locations of its class. All flows between two classes have the same result.

        As in `isthmus prove`, every location is in a class of its own if they are few.
        """
        flows = self.proof.flows
        return shown(flows.names, self._result, flows.group).standing_for

    @cached_property
    def _pairs(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """The pair of locations that each cell shows, by its row and column."""
        found = {}
        for a, first in self.classes.items():
            for b in self.classes:
                pair = (a, first[1]) if a == b and len(first) > 1 else (a, b)
                if self.proof.flows.in_scope(*pair):
                    found[a, b] = pair
        return found

    @cached_property
    def _traced(self) -> set[int]:
        """The cells with paths: all if they are few, else first those that are wrong or unknown."""
        flows = [self.proof.flows[pair] for pair in self._pairs.values()]
        order = sorted(range(len(flows)), key=lambda n: (not self.proof.marks(flows[n]), not flows[n].unknown, n))
        return set(order[:MOST_TRACED])

    def _result(self, a: str, b: str) -> str:
        """Everything about a flow that the page says of a whole cell."""
        if not self.proof.flows.in_scope(a, b):
            return "-"
        flow = self.proof.flows[a, b]
        return json.dumps([cell(flow), self.proof.marks(flow), flow.intended, *map(str, flow.packet_outcomes)])

    def _row(self, name: str, members: Sequence[str]) -> dict[str, Any]:
        location = self.subject.locations.by_name[name]
        origin = self.places.origin((), (name,))
        return {
            "name": name,
            "members": list(members),
            "kind": location.kind.value,
            "origin": origin.text if origin is not None else "",
        }

    def _flow(self, row: str, column: str, traced: bool) -> dict[str, Any]:
        flow = self.proof.flows[self._pairs[row, column]]
        return {
            **{key: member for key, member in flow_members(flow).items() if key not in _IN_CLASSES},
            "cell": cell(flow),
            "state": _state(flow, self.proof.marks(flow)),
            "count": _count(self.classes[row], self.classes[column]),
            "packets": [_packets(outcome) for outcome in flow.packet_outcomes],
            **(self._packet_classes(flow) if traced else {"classes": [], "no_path": _NOT_IN_FILE}),
        }

    def _packet_classes(self, flow: Flow) -> dict[str, Any]:
        """All packets in sets with the same trace. The first set is the one that decides the result of the flow."""
        try:
            sets = list(trace_by_packets(self.subject.pairs, flow.source, flow.destination))
        except ProofError as error:
            return {"classes": [], "no_path": str(error)}
        decisive = flow.evidence.forward.packet.place if flow.evidence is not None else -1
        classes = [
            {"packets": str(packets), "spans": packets.spans, "trace": self.paths.trace(traced)}
            for packets, traced in sorted(sets, key=lambda each: decisive not in each[0])
        ]
        return {"classes": classes, "no_path": ""}

    # --- failures

    def _failure(self, result: FailureResult) -> dict[str, Any]:
        """What a failure interrupts, by cell: how many flows of the cell, and why."""
        return {
            "component": result.failure.component,
            "kind": result.failure.kind.value,
            "text": str(result),
            "survived": result.survived,
            "lost": [
                {"cell": number, **record}
                for number, (a, b) in enumerate(self._pairs)
                if (record := _lost(result.lost, self.classes[a], self.classes[b]))
            ],
        }


def _state(flow: Flow, marked: bool) -> str:
    """What the cell of a flow shows. `marked`: see `Proof.marks`."""
    if marked and (not flow.unknown or flow.known_blocked):
        return "missing" if flow.intended else "unintended" if flow.intended is False else "one-way"
    if flow.unknown:
        return "unknown"
    if flow.partly or flow.in_part:
        return "partly"
    if flow.works:
        return "reachable"
    return "one-way-expected" if flow.one_way else "blocked"


def _lost(results: Sequence[LostFlows], sources: Sequence[str], destinations: Sequence[str]) -> dict[str, Any]:
    """The lost flows from some sources to some destinations; empty if there are none."""
    rows, columns = set(sources), set(destinations)
    reasons: dict[str, None] = {}
    outcomes: dict[str, None] = {}
    count, redundant = 0, False
    for lost in results:
        like = lost.like[0] or (lost.source,), lost.like[1] or (lost.destination,)
        concerned = _count(rows.intersection(like[0]), columns.intersection(like[1]))
        if concerned:
            count += concerned
            redundant |= lost.meant_to_survive
            reasons[lost.why or "the reason is not known"] = None
            outcomes[short_result(lost.forward, lost.reply)] = None
    if not count:
        return {}
    return {"count": count, "why": list(reasons), "must_survive": redundant, "results": list(outcomes)}


def _count(sources: Sequence[str] | set[str], destinations: Sequence[str] | set[str]) -> int:
    """The number of flows from some locations to some locations. There is no flow from a location to itself."""
    return len(sources) * len(destinations) - len({*sources} & {*destinations})


def _packets(outcome: PacketOutcome) -> dict[str, Any]:
    return {
        "spans": outcome.packets.spans,
        "cell": short_result(outcome.forward, outcome.reply),
        "text": str(outcome),
        "except": outcome.not_for,
    }
