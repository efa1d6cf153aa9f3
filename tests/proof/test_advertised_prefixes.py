"""Prefixes advertised by AWS, effects of more specific prefixes of sites, and replies that are not followed."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from isthmus.intent import check
from isthmus.network.answers import Outcome
from isthmus.proof import Verdict, read
from isthmus.proof.analysis import Analysis
from isthmus.report.proof_json import proof_json
from isthmus.report.proof_markdown import proof_markdown
from isthmus.report.proof_terminal import print_proof
from isthmus.report.trace_terminal import print_traces
from isthmus.terraform.graph import Resource, Unknown
from modules.synthesis import synthesize
from tests.modules.test_hub_route_tables import CASES
from tests.proof.estates import write
from tests.proof.small_networks import CORE, gateway, hub, in_core, made, network, ref, spoke, vpn, vpn_in_core

SITE = [*hub(), *spoke("shop", 1, "172.16.0.0/12"), gateway("hq")]
BGP = [*SITE, vpn("hq", "hq"), *vpn_in_core("hq")]


def printed(found: Analysis) -> str:
    out = io.StringIO()
    print_proof(found.prove(), Console(file=out, width=200, highlight=False, markup=False))
    return out.getvalue()


def advertised(found: Analysis) -> tuple[str, ...]:
    return found.prove().advertised_prefixes["aws_vpn_connection.hq"].listed


def test_aws_advertises_the_associated_route_table_with_bgp() -> None:
    assert advertised(network(*BGP, advertises=["hq=172.16.0.0/16"])) == ("10.1.0.0/16",)


@pytest.mark.parametrize("static", [True, Unknown("var.static")])
def test_static_routing_advertises_nothing_and_unknown_routing_is_unknown(static: object) -> None:
    found = network(*SITE, vpn("hq", "hq", static_routes_only=static), *vpn_in_core("hq"))
    reported = (
        "routing is static: nothing is advertised"
        if static is True
        else "unknown: whether aws_vpn_connection.hq has static"
    )
    assert advertised(found)[0].startswith(reported)
    assert f"aws_vpn_connection.hq: {reported}" in printed(found)
    assert reported.partition("aws_")[0] in proof_markdown(found.prove())
    reported = json.loads("".join(proof_json(found.prove())))["advertised_prefixes"]["aws_vpn_connection.hq"]
    assert reported["prefixes"] == []
    assert reported["static_routing"] is (static is True)
    assert bool(reported["unknown_reason"]) is not reported["static_routing"]


def test_an_unknown_association_is_unknown() -> None:
    values = {"transit_gateway_attachment_id": Unknown("data.x"), "transit_gateway_route_table_id": ref(CORE)}
    association = made("aws_ec2_transit_gateway_route_table_association.hq", **values)
    found = network(*SITE, vpn("hq", "hq"), association, advertises=["hq=172.16.0.0/16"])
    assert advertised(found)[0].startswith("unknown: ")
    assert "aws_vpn_connection.hq: nothing" not in printed(found)


def test_an_unknown_virtual_private_gateway_is_unknown() -> None:
    found = network(*SITE, vpn("hq", "hq", vpn_gateway_id=Unknown("var.gateway")), advertises=["hq=172.16.0.0/16"])
    assert advertised(found)[0].startswith("unknown: ")


def test_a_direct_connect_gateway_advertises_its_allowed_prefixes() -> None:
    association = made(
        "aws_dx_gateway_association.dx",
        dx_gateway_id=ref("aws_dx_gateway.dx"),
        associated_gateway_id=ref("aws_ec2_transit_gateway.hub"),
        allowed_prefixes=("10.1.0.0/16", "10.0.0.0/8"),
    )
    found = network(*BGP, made("aws_dx_gateway.dx", amazon_side_asn="64513"), association)
    assert found.prove().advertised_prefixes["aws_dx_gateway.dx"].listed == ("10.0.0.0/8", "10.1.0.0/16")


def more_specific(*resources: Resource) -> tuple[str, ...]:
    return network(*resources, advertises=["hq=172.16.0.0/16"]).prove().more_specific_prefixes


def test_a_more_specific_prefix_does_not_affect_packets_inside_a_spoke() -> None:
    assert more_specific(*BGP) == ()


def test_a_more_specific_prefix_does_not_affect_packets_that_stay_in_the_vpc() -> None:
    stock = spoke("stock", 2, "172.16.0.0/12")
    assert more_specific(*BGP, *stock) == ()
    (note,) = more_specific(*BGP, *spoke("stock", 2, "10.1.0.0/24"))
    assert "packets from stock to shop (10.1.0.0/16) go to hq instead" in note


def test_an_unknown_route_table_may_send_anything() -> None:
    route = made(
        "aws_route.some",
        route_table_id=ref("aws_route_table.shop_app"),
        destination_prefix_list_id=Unknown("var.list"),
        transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
    )
    (note,) = more_specific(*BGP, *spoke("stock", 2, "172.16.0.0/12"), route)
    assert "packets from shop to stock (10.2.0.0/16) go to hq instead" in note


def test_a_reply_to_a_packet_that_does_not_arrive_is_not_followed() -> None:
    found = network(*hub(), *spoke("shop", 1), *spoke("stock", 2, "10.1.0.0/16"))
    far = network(*SITE, vpn("hq", "hq"), advertises=["hq=172.16.0.0/16"])
    traced = far.trace("shop", "hq")
    assert traced.outcome is Outcome.BLOCKED
    (trip,) = traced.examples
    assert trip.reply.followed == bool(trip.reply.paths)
    for subject, pair in ((found, ("shop", "stock")), (far, ("shop", "hq/172.16.0.0/16"))):
        flow = subject.flows[pair]
        assert flow.evidence is not None
        assert flow.returned == flow.evidence.reply.outcome_text
        assert f"return {flow.returned}" in str(flow)


def test_reports_show_that_a_reply_is_not_followed() -> None:
    """The transit gateway has no route to the site, so the reply of the site is unknown."""
    found = network(*SITE, vpn("hq", "hq"), *in_core("x", ref("aws_vpn_connection.hq", "id"))[:1])
    flow = network(*hub(), *spoke("shop", 1)).flows["shop", "internet"]
    assert flow.evidence is not None
    out = io.StringIO()
    console = Console(file=out, width=200, highlight=False, markup=False)
    print_traces(network(*hub(), *spoke("shop", 1)).trace("shop", "internet"), console)
    assert ("not followed" in out.getvalue()) is not flow.evidence.reply.followed
    assert not flow.evidence.reply.followed
    assert found.flows["shop", "internet"].returned == "not followed"


# --- a segment that lists site networks


@cache
def limited() -> Mapping[str, str]:
    """Two sites, and spokes that may reach a network of one of them."""
    return synthesize(check(CASES["two sites, and a segment for one of them alone"]))


def test_a_limited_spoke_is_advertised_to_the_sites_that_may_reach_it(tmp_path: Path) -> None:
    answer = read(write(dict(limited()), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    over = answer.advertised_prefixes
    assert [prefixes.listed for name, prefixes in over.items() if "branch" in name] == [("nothing",)]
    assert [prefixes.listed for name, prefixes in over.items() if "dc1" in name] == [("10.1.0.0/20", "10.1.16.0/20")]


def test_a_prefix_advertised_to_another_site_is_a_violation(tmp_path: Path) -> None:
    name = "stacks/prod/modules/spoke_prod/main.tf.json"
    document = json.loads(limited()[name])
    document["variable"]["route_table_id_branch"] = {"type": "string"}
    document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]["branch"] = {
        **document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]["services_dc1"],
        "transit_gateway_route_table_id": "${var.route_table_id_branch}",
    }
    root = "stacks/prod/cdk.tf.json"
    calls = json.loads(limited()[root])
    given = calls["module"]["spoke_prod"]
    given["route_table_id_branch"] = given["route_table_id_services_dc1"].replace("services_dc1", "services_branch")
    changed = {**limited(), name: json.dumps(document), root: json.dumps(calls)}
    answer = read(write(changed, tmp_path)).prove(scenarios=False)
    (found,) = [violation for violation in answer.violations if violation.rule == "over-advertised"]
    assert "AWS advertises 10.1.16.0/20 to site branch" in found.why
