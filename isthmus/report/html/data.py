"""All data of a report: one record for each network, and those of the change, the cost and the scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from isthmus.cost.prices import Prices
from isthmus.cost.traffic import TrafficFlow
from isthmus.proof.result.findings import Violation
from isthmus.proof.result.proof import Proof
from isthmus.report.diagram import whole
from isthmus.report.finding_places import FindingPlaces
from isthmus.report.html.boxes_on_path import BoxesOnPath
from isthmus.report.html.cards import cards
from isthmus.report.html.costs import Costs, costs_of
from isthmus.report.html.diagram import box_numbers, diagram
from isthmus.report.html.difference import difference
from isthmus.report.html.on_premises_record import on_premises
from isthmus.report.html.paths import PathRecords
from isthmus.report.html.reachability import Reachability
from isthmus.report.html.report_input import ReportChange, ReportInput
from isthmus.report.json_text import json_document
from isthmus.report.verdicts import proof_verdict
from isthmus.text.printable import shown

__all__ = ["report_data"]


def report_data(
    after: ReportInput,
    change: ReportChange | None = None,
    scan: Mapping[str, Any] | None = None,
    traffic: Sequence[TrafficFlow] = (),
    prices: Prices | None = None,
) -> dict[str, Any]:
    """The document that the page shows, see `report_html`. Every text in it is printable."""
    before = change.before if change is not None else None
    proof, proof_before = after.subject.prove(), before.subject.prove() if before is not None else None
    costs = costs_of(after.subject, before.subject if before is not None else None, traffic, prices)
    sides = {"after": _network(after, proof, costs)}
    if before is not None and proof_before is not None:
        sides["before"] = _network(before, proof_before, costs)
    members = {
        "title": after.subject.estate.name if after.subject.estate is not None else "",
        "cards": list(cards(proof, proof_before, change, costs, scan)),
        "sides": sides,
        "difference": difference(change) if change is not None else None,
        "compared_diagram": diagram(after.subject, before.subject) if before is not None else None,
        "cost": costs.record(),
        "scan": scan,
    }
    document: dict[str, Any] = _printable(json_document("report", members))
    return document


def _network(given: ReportInput, proof: Proof, costs: Costs) -> dict[str, Any]:
    """Everything about one of the networks."""
    subject = given.subject
    boxes = BoxesOnPath(subject.network, box_numbers(whole(subject)))
    folders = [Path(path) for path in given.paths if Path(path).is_dir()]
    paths = PathRecords(subject.network, boxes, folders, costs.after.prices if costs.after is not None else None)
    places = FindingPlaces(Path(given.paths[0]), subject.estate)
    verdict, rest = proof_verdict(proof)
    return {
        "inputs": list(given.paths),
        "trace": given.trace,
        "verdict": f"{verdict}{rest}",
        "against_intent": proof.against_intent,
        "violations": [_violation(violation, paths, places) for violation in proof.violations],
        "unknown": list(map(str, proof.unknown_results)),
        "assumptions": list(proof.assumptions),
        "more_specific_prefixes": list(proof.more_specific_prefixes),
        "notes": list(proof.notes),
        "drift": list(proof.drift),
        "reachability": Reachability(subject, proof, paths, places).record(),
        "diagram": diagram(subject),
        "on_premises": on_premises(subject, proof, given.paths),
        **paths.tables,
    }


def _violation(violation: Violation, paths: PathRecords, places: FindingPlaces) -> dict[str, Any]:
    """A violation, with the line of the program and the line in the Terraform of each resource."""
    origin = places.origin(violation.resources, filter(None, (violation.source, violation.destination)))
    return {
        "rule": violation.rule,
        "flow": violation.flow,
        "why": violation.why,
        "resources": violation.resources,
        "places": [paths.place(address) for address in violation.resources],
        "origin": origin.text if origin is not None else "",
    }


def _printable(value: Any) -> Any:
    """The value with every text in it printable: names come from tags, and may hold marks of direction or controls."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {shown(key): _printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return value
