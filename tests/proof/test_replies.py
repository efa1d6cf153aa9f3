"""Without an intent: what arrives and is never answered is a violation, and nothing is proved."""

import json
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.proof.reading import subject
from isthmus.proof.result.findings import Verdict, Violation
from isthmus.report.finding_places import FindingPlaces
from isthmus.report.proof_json import proof_json
from isthmus.report.proof_markdown import proof_markdown
from isthmus.report.proof_sarif import proof_sarif
from isthmus.terraform.graph import Graph, Resource
from tests.proof.small_networks import HUB, by_address, gateway, hub, made, network, ref, spoke, subnet, table, vpc, vpn

PAIR = [*hub(), *spoke("shop", 1, "10.2.0.0/16"), *spoke("stock", 2, "10.1.0.0/16")]


def unknown_results(found: Analysis) -> list[Violation]:
    return [v for v in found.prove().violations if v.rule == "one-way-flow"]


def without(address: str, resources: list[Resource] = PAIR) -> Analysis:
    left = by_address(*resources)
    del left[address]
    return network(*left.values())


def test_a_flow_with_replies_is_no_violation() -> None:
    answer = network(*PAIR).prove()
    assert answer.verdict is Verdict.NO_VIOLATIONS, answer
    assert answer.holds
    assert network(*PAIR).flows["shop", "stock"].works


def test_a_forgotten_return_route_is_the_cause() -> None:
    (found,) = unknown_results(without("aws_route.stock_app_r0"))
    assert (found.source, found.destination) == ("shop", "stock")
    assert "aws_route_table.stock_app has no route to 10.1.0.0/16" in found.why
    assert "aws_route_table.stock_app" in found.resources


@pytest.mark.parametrize("resource", PAIR, ids=lambda resource: resource.address)
def test_every_one_way_flow_is_a_violation(resource: Resource) -> None:
    """The law behind the rule: the cell of a matrix that says "one way" has a violation that says why."""
    left = by_address(*PAIR)
    del left[resource.address]
    answer = network(*left.values()).prove() if left else None
    assert answer is not None
    reported = {(v.source, v.destination) for v in answer.violations if v.rule == "one-way-flow"}
    seen = {(f.source, f.destination) for f in answer.flows if f.one_way and f.reply is Outcome.BLOCKED}
    assert seen <= reported


def central(*returns: str) -> Analysis:
    """Egress by a NAT gateway of another VPC, whose public table has routes back for these prefixes."""
    back = {f"b{n}": (cidr, "transit_gateway_id", HUB) for n, cidr in enumerate(returns)}
    return network(
        *hub(),
        *spoke("shop", 1, "0.0.0.0/0"),
        *spoke("out", 9),
        subnet("out", "nat", "10.9.2.0/24"),
        made("aws_internet_gateway.out", vpc_id=ref("aws_vpc.out")),
        made("aws_nat_gateway.out", subnet_id=ref("aws_subnet.out_nat")),
        *table("out", "hub", ["hub"], default=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.out")),
        *table("out", "nat", ["nat"], default=("0.0.0.0/0", "gateway_id", "aws_internet_gateway.out"), **back),
        made(
            "aws_ec2_transit_gateway_route.out",
            destination_cidr_block="0.0.0.0/0",
            transit_gateway_route_table_id=ref("aws_ec2_transit_gateway_route_table.core"),
            transit_gateway_attachment_id=ref("aws_ec2_transit_gateway_vpc_attachment.out"),
        ),
    )


def test_an_exit_without_a_return_path_is_none() -> None:
    flow = central().flows["shop", "internet"]
    assert flow.one_way
    assert flow.exit == ""
    reported = {v.destination: v.why for v in unknown_results(central()) if v.source == "shop"}
    missing = "aws_route_table.out_nat has no route to 10.1.0.0/16: the reply leaves by the default route"
    assert f"{missing} aws_route.out_nat_default" in reported["internet"]
    whole = central("10.0.0.0/8")
    assert whole.flows["shop", "internet"].exit == "aws_internet_gateway.out"
    assert "internet" not in {v.destination for v in unknown_results(whole)}


def test_the_missing_route_is_named_by_a_trace_too() -> None:
    (trip,) = central().trace("shop", "internet").examples
    (block,) = trip.reply.blocks
    assert (block.rule, block.address) == ("private-to-internet", "aws_route_table.out_nat")
    assert block.why.startswith("no route to 10.1.1.4: the default route aws_route.out_nat_default sends it")


def test_a_route_that_a_virtual_private_gateway_would_have_propagated() -> None:
    def made_with(*more: Resource) -> Analysis:
        return network(
            vpc("shop", "10.1.0.0/16"),
            subnet("shop", "app", "10.1.1.0/24"),
            *table("shop", "app", ["app"]),
            made("aws_vpn_gateway.g", vpc_id=ref("aws_vpc.shop")),
            gateway("hq"),
            vpn("hq", "hq", vpn_gateway_id=ref("aws_vpn_gateway.g"), static_routes_only=True),
            made(
                "aws_vpn_connection_route.hq",
                destination_cidr_block="172.16.0.0/16",
                vpn_connection_id=ref("aws_vpn_connection.hq"),
            ),
            *more,
        )

    (found,) = unknown_results(made_with())
    assert "aws_route_table.shop_app has no route to 172.16.0.0/16" in found.why
    assert "no aws_vpn_gateway_route_propagation of aws_vpn_gateway.g names it" in found.why
    propagation = made(
        "aws_vpn_gateway_route_propagation.p",
        vpn_gateway_id=ref("aws_vpn_gateway.g"),
        route_table_id=ref("aws_route_table.shop_app"),
    )
    assert made_with(propagation).prove().verdict is Verdict.NO_VIOLATIONS


def guarded(port: int) -> Analysis:
    """Peered VPCs; the network ACL of one allows one TCP port in and nothing out."""
    peering = made(
        "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.one"), peer_vpc_id=ref("aws_vpc.two"), auto_accept=True
    )
    rule = {"rule_number": 100, "rule_action": "allow", "protocol": "tcp", "cidr_block": "0.0.0.0/0"}
    to = ("vpc_peering_connection_id", peering.address)
    return network(
        vpc("one", "10.1.0.0/16"),
        vpc("two", "10.2.0.0/16"),
        subnet("one", "app", "10.1.1.0/24"),
        subnet("two", "app", "10.2.1.0/24"),
        *table("one", "app", ["app"], r=("10.2.0.0/16", *to)),
        *table("two", "app", ["app"], r=("10.1.0.0/16", *to)),
        peering,
        made("aws_network_acl.n", vpc_id=ref("aws_vpc.two"), subnet_ids=(ref("aws_subnet.two_app"),)),
        made(
            "aws_network_acl_rule.in",
            network_acl_id=ref("aws_network_acl.n"),
            egress=False,
            from_port=port,
            to_port=port,
            **rule,
        ),
    )


def test_a_network_acl_that_denies_replies_is_a_cause() -> None:
    (found,) = unknown_results(guarded(443))
    assert "aws_network_acl.n" in found.why


def test_packets_to_client_ports_need_no_reply() -> None:
    """A network ACL cannot tell a packet to a client port from a reply: that it comes in is no flow."""
    assert unknown_results(guarded(40_000)) == []


def test_all_reports_agree() -> None:
    broken = without("aws_route.stock_app_r0").prove()
    document = json.loads("".join(proof_json(broken)))
    assert document["verdict"] == "violated"
    assert document["against_intent"] is False
    assert [v["rule"] for v in document["violations"]] == ["one-way-flow"]
    assert "one-way-flow" in proof_markdown(broken)
    results = json.loads(proof_sarif(broken, FindingPlaces(Path("x"), None)))["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["one-way-flow"]
    fine = json.loads("".join(proof_json(network(*PAIR).prove())))
    assert (fine["verdict"], fine["against_intent"]) == ("no-violations", False)


def test_a_network_without_a_known_vpc_is_unknown() -> None:
    many = made("aws_vpc.n[?]", cidr_block="10.0.0.0/16")
    for resources in ({}, by_address(*hub())):
        answer = subject(Graph(resources, unexpanded={many.address: many})).prove()
        assert answer.verdict is Verdict.UNKNOWN
        assert "aws_vpc.n[?]" in answer.unknown_results[0].why
    missing = network(*hub()).prove().unknown_results[0]
    assert missing.why == "this input holds none"


def test_the_exit_code_shows_the_violation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = {
        "resource": {
            "aws_vpc": {"one": {"cidr_block": "10.1.0.0/16", "tags": {"Name": "one"}}},
            "aws_subnet": {"one": {"vpc_id": "${aws_vpc.one.id}", "cidr_block": "10.1.1.0/24"}},
        }
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(written))
    assert main(["prove", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("NO VIOLATIONS")
