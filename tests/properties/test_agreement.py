"""No two outputs contradict each other, on invented networks with anything left out, and on estates with edits."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.intent import Estate
from isthmus.network.answers import Outcome
from isthmus.proof.errors import UnusableInput
from isthmus.proof.result.findings import Verdict
from isthmus.terraform.graph import Resource, Unknown
from isthmus.testing.strategies import estates
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.proof.small_networks import HUB, gateway, hub, made, network, ref, spoke, subnet, table, vpn, vpn_in_core
from tests.properties.agreement import contradictions
from tests.properties.budget import share

PLAIN = [
    *hub(),
    *spoke("shop", 1, "10.2.0.0/16", "172.16.0.0/12"),
    *spoke("stock", 2, "10.1.0.0/16", "0.0.0.0/0"),
    *spoke("out", 9, "10.0.0.0/8"),
    subnet("shop", "vault", "10.1.7.0/24", "b"),
    subnet("out", "nat", "10.9.2.0/24", map_public_ip_on_launch=True),
    made("aws_internet_gateway.out", vpc_id=ref("aws_vpc.out")),
    made("aws_nat_gateway.out", subnet_id=ref("aws_subnet.out_nat")),
    *table("out", "hub", ["hub"], default=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.out")),
    *table(
        "out",
        "nat",
        ["nat"],
        default=("0.0.0.0/0", "gateway_id", "aws_internet_gateway.out"),
        back=("10.0.0.0/8", "transit_gateway_id", HUB),
    ),
    made(
        "aws_ec2_transit_gateway_route.out",
        destination_cidr_block="0.0.0.0/0",
        transit_gateway_route_table_id=ref("aws_ec2_transit_gateway_route_table.core"),
        transit_gateway_attachment_id=ref("aws_ec2_transit_gateway_vpc_attachment.out"),
    ),
    gateway("one"),
    gateway("two", "203.0.113.2"),
    vpn("one", "one"),
    vpn("two", "two"),
    *vpn_in_core("one"),
    *vpn_in_core("two"),
]
MESSAGES = ["one=172.16.0.0/16", "two=172.16.0.0/16"]
PREFIXES = st.lists(st.sampled_from(["172.16.0.0/16", "172.17.0.0/16", "0.0.0.0/0", "10.1.7.0/24"]), max_size=2)


@st.composite
def edited(draw: st.DrawFn) -> list[Resource]:
    """The network with some resources left out, and some arguments that are unknown."""
    gone = draw(st.sets(st.sampled_from([r.address for r in PLAIN]), max_size=3))
    left = [r for r in PLAIN if r.address not in gone]
    unknown_part = draw(st.integers(0, len(left) - 1)) if draw(st.booleans()) else -1
    if unknown_part >= 0 and left[unknown_part].values:
        argument = draw(st.sampled_from(sorted(left[unknown_part].values)))
        values = {**left[unknown_part].values, argument: Unknown("var.x")}
        left[unknown_part] = Resource(left[unknown_part].address, left[unknown_part].type, values)
    return left


@settings(max_examples=share(25))
@given(edited(), PREFIXES, PREFIXES)
def test_answers_about_any_network_agree(resources: list[Resource], one: list[str], two: list[str]) -> None:
    there = {r.address for r in resources}
    advertised = [f"{n}={','.join(p)}" for n, p in (("one", one), ("two", two)) if f"aws_vpn_connection.{n}" in there]
    named = all(isinstance(r.values.get("tags"), dict) for r in resources if r.type == "aws_vpn_connection")
    try:
        subject = network(*resources, advertises=advertised if named else [])
        found = list(contradictions(subject))
    except UnusableInput:
        return
    assert not found, "\n".join(found)


@settings(max_examples=share(3))
@given(estates(largest=3), st.randoms(use_true_random=False))
def test_answers_about_any_estate_agree(estate: Estate, dice: random.Random) -> None:
    """As it is, and with one resource taken out of the output."""
    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder), synthesize(estate))
        found = [f"as it is: {what}" for what in contradictions(proof.read(folder))]
        documents = {
            path: json.loads(path.read_text()) for path in Path(folder).glob("stacks/*/modules/*/main.tf.json")
        }
        # A module of outputs alone has no resource to take out.
        path = dice.choice(sorted(path for path, document in documents.items() if "resource" in document))
        document = documents[path]
        type_ = dice.choice(sorted(document["resource"]))
        name = dice.choice(sorted(document["resource"][type_]))
        del document["resource"][type_][name]
        path.write_text(json.dumps(document))
        found += [f"without {type_}.{name}: {what}" for what in contradictions(proof.read(folder))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "instead", "expected"),
    [
        ("isthmus.proof.checks.replies._unanswered", lambda trial: False, "it is never answered"),
        (
            "isthmus.proof.pairs.pair.worst",
            lambda trials: (Outcome.REACHABLE, Outcome.REACHABLE),
            "assert_reaches fails",
        ),
    ],
)
def test_a_contradiction_is_seen(monkeypatch: pytest.MonkeyPatch, what: str, instead: object, expected: str) -> None:
    without = [r for r in PLAIN if r.address != "aws_route.shop_app_r0"]
    monkeypatch.setattr(what, instead)
    assert any(expected in text for text in contradictions(network(*without, advertises=MESSAGES)))


def test_a_verdict_that_an_output_does_not_share_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.proof.result.proof.Proof.verdict", property(lambda answer: Verdict.PROVED))
    assert "proved without an intent" in list(contradictions(network(*PLAIN, advertises=MESSAGES)))
