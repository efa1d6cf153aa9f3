"""The JSON of `isthmus lab test`, from results that are made here: it needs no lab."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from isthmus.lab.comparison import PacketDifference, Score
from isthmus.lab.testing import LabResults
from isthmus.proof.result.failures import Failure, FailureKind
from isthmus.report.lab_json import lab_json
from tests.report.schemas import faults, validator
from tests.report.test_schemas import breaks

DIFFERENCE = PacketDifference(
    "return",
    "dc1/users (10.0.0.4)",
    "dev/module.spoke_dev.aws_subnet.private_az1 (10.1.0.4)",
    "tcp/443 from 1024",
    "reachable",
    False,
    "a b",
    ("a", "b"),
    ("reply stops in b",),
)
NOT_PLAYED = "not played: firewall rules"
NORMAL = Score(2, 6, Counter(reachable=7, blocked=1), [], 7)
DURING = Score(2, 8, Counter({"reachable": 3, "blocked": 2, NOT_PLAYED: 1}), [DIFFERENCE], 3)
ZONE = Failure(FailureKind.ZONE, "use1-az1")


def document(bgp: tuple[str, ...] = (), *, plain: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(lab_json(LabResults(bgp, NORMAL, {ZONE: DURING}), plain=plain)))
    return found


def test_the_document_follows_its_schema_and_the_schema_is_strict() -> None:
    for found in (document(), document(("a differs",)), document(plain=True)):
        assert (found["schema"], found["command"]) == (1, "lab")
        assert faults(found) == []
        tried = list(breaks(found))
        assert len(tried) >= 4
        assert [what for what, broken in tried if validator("lab").is_valid(broken)] == []


def test_it_says_what_was_compared_and_what_was_not() -> None:
    (scenario,) = document()["failure_scenarios"]
    assert (scenario["component"], scenario["kind"], scenario["lost_packets"]) == ("use1-az1", "zone", 4)
    assert scenario["packets"]["as_proved"] == {"reachable": 3, "blocked": 2}
    assert scenario["packets"]["not_compared"] == [{"reason": NOT_PLAYED, "count": 1}]
    (difference,) = scenario["packets"]["differences"]
    assert (difference["packet"], difference["proof"], difference["arrived"]) == ("return", "reachable", False)
    assert difference["path_in_the_lab"] == ["reply stops in b"]
    assert document()["packets"]["not_compared"] == []


def test_a_difference_during_a_failure_is_a_difference() -> None:
    assert document()["differs"] is True
    equal = "".join(lab_json(LabResults((), NORMAL, {ZONE: NORMAL}), plain=True))
    assert json.loads(equal)["differs"] is False


def test_plain_links_have_no_bgp() -> None:
    assert document(plain=True)["bgp_differences"] is None
    assert document()["bgp_differences"] == []
