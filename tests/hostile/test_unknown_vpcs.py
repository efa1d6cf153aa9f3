"""VPCs of which no host has a known address: nothing is known of any, so one stands for all."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli, proof
from isthmus.network.answers import Outcome

LONGEST = 5.0  # seconds of one processor, for 1,000 VPCs; most of them are the reading
BLOCK = '${cidrsubnet("10.0.0.0/8", 12, count.index)}'


def subnets(cidr: str, count: Any) -> dict[str, Any]:
    return {"aws_subnet": {"s": {"count": count, "vpc_id": "${aws_vpc.v[count.index].id}", "cidr_block": cidr}}}


KINDS: dict[str, dict[str, Any]] = {
    "no subnet": {},
    "subnets without a known CIDR": subnets("${var.given}", 1_000),
    "one subnet of an unknown VPC": {"aws_subnet": {"s": {"vpc_id": "${var.given}", "cidr_block": "10.0.0.0/24"}}},
    "an internet gateway each": {
        "aws_internet_gateway": {"i": {"count": 1_000, "vpc_id": "${aws_vpc.v[count.index].id}"}}
    },
}


def write(folder: Path, number: int, **more: Any) -> Path:
    resources = {"aws_vpc": {"v": {"count": number, "cidr_block": BLOCK}}, **more}
    (folder / "main.tf.json").write_text(json.dumps({"variable": {"given": {}}, "resource": resources}))
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_are_answered_as_one(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, 1_000, **KINDS[kind])
    begun = time.process_time()
    assert cli.main(["prove", str(tmp_path)]) == 1
    assert time.process_time() - begun < LONGEST
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("UNKNOWN")
    assert "and 998999 like it" in printed
    assert "aws_vpc.v[0] +" in printed


def test_each_alone_has_the_outcome_of_its_representative(tmp_path: Path) -> None:
    """Also with a VPC whose hosts are known, and one whose hosts are partly known."""
    more = {
        "aws_subnet": {
            "known": {"vpc_id": "${aws_vpc.v[0].id}", "cidr_block": "10.0.0.0/24"},
            "half": {"vpc_id": "${aws_vpc.v[1].id}", "cidr_block": "10.0.16.0/24"},
            "other_half": {"vpc_id": "${aws_vpc.v[1].id}", "cidr_block": "${var.given}"},
            "vague": {"count": 2, "vpc_id": "${aws_vpc.v[count.index + 2].id}", "cidr_block": "${var.given}"},
        },
        "aws_internet_gateway": {"i": {"vpc_id": "${aws_vpc.v[4].id}"}},
        "aws_route_table": {"t": {"vpc_id": "${aws_vpc.v[5].id}"}},
    }
    grouped = proof.read(write(tmp_path, 8, **more))
    apart = replace(grouped, separately=True)
    kinds = {place.name: grouped.pairs.group_of(place.name) for place in grouped.locations.spokes}
    assert len(set(kinds.values())) == 4
    assert len({kinds[f"aws_vpc.v[{at}]"] for at in (4, 5, 6, 7)}) == 1
    outcomes = {(flow.source, flow.destination): (flow.forward, flow.reply) for flow in grouped.flows}
    assert outcomes == {(flow.source, flow.destination): (flow.forward, flow.reply) for flow in apart.flows}
    assert {outcomes["aws_vpc.v[6]", other] for other in kinds if other != "aws_vpc.v[6]"} == {
        (Outcome.UNKNOWN, Outcome.UNKNOWN)
    }
    assert grouped.prove().verdict == apart.prove().verdict
