"""The result of `isthmus lab test` as JSON: what was compared, and each packet that differs from the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.lab.comparison import EQUAL, PacketDifference, Score
from isthmus.lab.testing import LabResults
from isthmus.report.json_text import json_document, json_text

__all__ = ["lab_json"]


def lab_json(results: LabResults, *, plain: bool) -> Iterator[str]:
    """The text of the document in pieces. `plain`: the lab has plain links instead of IPsec and BGP."""
    members = {
        "links": "plain" if plain else "ipsec-bgp",
        "differs": results.differ,
        "bgp_differences": None if plain else list(results.bgp),
        "packets": _packets(results.score),
        "failure_scenarios": [
            {
                "component": failure.what,
                "kind": failure.kind.value,
                "lost_packets": results.score.arrived - during.arrived,
                "packets": _packets(during),
            }
            for failure, during in results.failures.items()
        ],
    }
    return json_text(json_document("lab", members))


def _packets(score: Score) -> dict[str, Any]:
    return {
        "host_pairs": score.pairs,
        "sent": score.packets,
        "arrived": score.arrived,
        "as_proved": {outcome: score.verdicts[outcome] for outcome in EQUAL},
        "not_compared": [
            {"reason": reason, "count": count}
            for reason, count in sorted(score.verdicts.items())
            if reason not in EQUAL and count
        ],
        "differences": [_difference(difference) for difference in score.differences],
    }


def _difference(difference: PacketDifference) -> dict[str, Any]:
    return {
        "packet": difference.way,
        "source": difference.source,
        "destination": difference.destination,
        "traffic": difference.traffic,
        "proof": difference.proof,
        "arrived": difference.arrived,
        "why": difference.why,
        "path_of_the_proof": list(difference.proved),
        "path_in_the_lab": list(difference.played),
    }
