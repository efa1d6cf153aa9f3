"""Subnets with the interface of an attachment: for interfaces alone, or for hosts as well."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.proof.result.findings import Verdict
from isthmus.terraform.graph import Resource
from tests.proof.small_networks import HUB, attached, hub, made, network, ref, spoke, subnet, table, vpc

IGW = "aws_internet_gateway.g"


def shop(*more: Resource, attach: str, **routed: tuple[str, ...]) -> Analysis:
    """A VPC with subnets of one table each, one of them attached. `routed`: what each sends to the hub."""
    tiers = [
        resource
        for number, (name, destinations) in enumerate(routed.items(), 1)
        for resource in (
            subnet("shop", name, f"10.9.{number}.0/24"),
            *table(
                "shop",
                name,
                [name],
                **{f"r{n}": (cidr, "transit_gateway_id", HUB) for n, cidr in enumerate(destinations)},
            ),
        )
    ]
    return network(
        *hub(), *spoke("two", 2, "10.9.0.0/16"), vpc("shop", "10.9.0.0/16"), *tiers, *attached("shop", attach), *more
    )


def test_an_attachment_in_a_subnet_with_hosts_hides_no_host() -> None:
    found = shop(attach="app", app=("10.2.0.0/16",), vault=())
    assert found.flows["shop", "two"].detail == "aws_subnet.shop_app yes, aws_subnet.shop_vault no"


def test_an_attachment_subnet_is_excluded_with_an_assumption() -> None:
    found = shop(attach="ports", app=("10.2.0.0/16",), ports=())
    assert found.flows["shop", "two"].forward is Outcome.REACHABLE
    assert found.flows["two", "shop"].detail == ""
    reported = "there are no hosts in aws_subnet.shop_ports, aws_subnet.two_hub: they hold interfaces"
    assert any(sentence.startswith(reported) for sentence in found.prove().assumptions)


def test_an_attachment_subnet_without_others_may_hold_hosts() -> None:
    peering = made(
        "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.shop"), peer_vpc_id=ref("aws_vpc.two"), auto_accept=True
    )
    over = {"destination_cidr_block": "10.2.0.0/16", "vpc_peering_connection_id": ref(peering.address)}
    route = made("aws_route.over", route_table_id=ref("aws_route_table.shop_ports"), **over)
    back = {**over, "destination_cidr_block": "10.9.0.0/16"}
    there = made("aws_route.back", route_table_id=ref("aws_route_table.two_app"), **back)
    found = shop(peering, route, there, attach="ports", app=(), ports=())
    assert found.flows["shop", "two"].detail == "aws_subnet.shop_app no, aws_subnet.shop_ports yes"
    assert not any("aws_subnet.shop_ports" in sentence for sentence in found.prove().assumptions)
    without = shop(attach="ports", app=(), ports=())
    assert without.flows["shop", "two"].forward is Outcome.BLOCKED
    assert any("aws_subnet.shop_ports" in sentence for sentence in without.prove().assumptions)


def test_an_ipv6_only_internet_route_makes_no_ipv4_host_public() -> None:
    found = network(
        made("aws_vpc.v", cidr_block="10.1.0.0/16", ipv6_cidr_block="2600:1f14:100:2300::/56", tags={"Name": "v"}),
        made(IGW, vpc_id=ref("aws_vpc.v")),
        subnet("v", "app", "10.1.1.0/24", ipv6_cidr_block="2600:1f14:100:2300::/64"),
        *table("v", "app", ["app"]),
        made(
            "aws_route.six",
            route_table_id=ref("aws_route_table.v_app"),
            destination_ipv6_cidr_block="::/0",
            gateway_id=ref(IGW),
        ),
    )
    proof = found.prove()
    assert not proof.violations
    assert not any("public IPv4 address" in sentence for sentence in proof.assumptions)
    flow = found.flows["v", "internet"]
    assert (flow.forward, flow.reply) == (Outcome.REACHABLE, Outcome.REACHABLE)


def behind_a_firewall(policy: Mapping[str, object], *groups: Resource) -> Analysis:
    """A host whose packets to the internet meet a firewall, then a NAT gateway. Replies come straight from that."""
    firewall = "aws_networkfirewall_firewall.fw"
    endpoint = ref(firewall, 'firewall_status[0].sync_states["us-east-1a"].attachment[0].endpoint_id')
    return network(
        vpc("v", "10.1.0.0/16"),
        made(IGW, vpc_id=ref("aws_vpc.v")),
        subnet("v", "app", "10.1.1.0/24"),
        subnet("v", "fw", "10.1.2.0/28"),
        subnet("v", "edge", "10.1.3.0/24"),
        made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.v_edge"), private_ip="10.1.3.9"),
        made(
            firewall,
            vpc_id=ref("aws_vpc.v"),
            subnet_mapping=({"subnet_id": ref("aws_subnet.v_fw")},),
            firewall_policy_arn=ref("aws_networkfirewall_firewall_policy.p", "arn"),
        ),
        made("aws_networkfirewall_firewall_policy.p", firewall_policy=policy),
        *groups,
        *table("v", "app", ["app"]),
        *table("v", "fw", ["fw"], out=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.n")),
        *table("v", "edge", ["edge"], out=("0.0.0.0/0", "gateway_id", IGW)),
        made(
            "aws_route.in",
            route_table_id=ref("aws_route_table.v_app"),
            destination_cidr_block="0.0.0.0/0",
            vpc_endpoint_id=endpoint,
        ),
    )


def test_a_blocked_flow_is_not_asymmetric() -> None:
    """A host behind a firewall and a NAT gateway: the internet reaches no such host, so no reply can stray."""
    action = ("aws:pass",)
    found = behind_a_firewall({"stateless_default_actions": action, "stateless_fragment_default_actions": action})
    trips = found.trace("internet", "aws_subnet.v_app").trips
    assert [trip.asymmetric for trip in trips] != [()]
    found_odd = [v for v in found.prove().violations if v.rule == "asymmetric-inspection"]
    # Packets to the internet do get there, and their replies pass by the firewall.
    assert [(v.source, v.destination) for v in found_odd] == [("v", "internet")]


def test_a_possibly_blocked_flow_with_an_asymmetric_reply_is_blocked() -> None:
    """What the firewall passes depends on names: if it passes nothing, there is no reply that could stray."""
    action = ("aws:forward_to_sfe",)
    group = made(
        "aws_networkfirewall_rule_group.names",
        type="STATEFUL",
        capacity=10,
        rule_group={
            "rules_source": {"rules_string": 'pass tls any any -> any any (tls.sni; content:"a.example"; sid:1;)'},
            "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
        },
    )
    policy = {
        "stateless_default_actions": action,
        "stateless_fragment_default_actions": action,
        "stateful_engine_options": {"rule_order": "STRICT_ORDER"},
        "stateful_default_actions": ("aws:drop_established",),
        "stateful_rule_group_reference": ({"priority": 1, "resource_arn": ref(group.address, "arn")},),
    }
    found = behind_a_firewall(policy, group)
    flow = found.flows["v", "internet"]
    assert (flow.forward, flow.reply) == (Outcome.UNKNOWN, Outcome.BLOCKED)
    proof = found.prove()
    assert proof.verdict is Verdict.UNKNOWN
    assert [v.rule for v in proof.violations] == []
