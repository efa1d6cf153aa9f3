"""What a lab makes of an output, before anything is brought up: its own reader and its own reading of AWS."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from isthmus.lab.aws_network import AwsNetwork, CannotPlay, GatewayAttachment
from isthmus.lab.aws_reading import region_of
from isthmus.lab.packet_bytes import ICMP, TCP, UDP, first, parse, reply
from isthmus.lab.session import session_of
from isthmus.lab.sites import Site
from isthmus.lab.synthesized_json import PlayedResource, Reader, ResourceAttribute, Unreadable
from isthmus.lab.transit_routes import advertised, transit_routes
from isthmus.lab.vpn_endpoints import tunnels_of
from tests.modules.synthesized import files_of
from tests.twin.edits import Edits
from tests.twin.outputs import REFERENCE, output_of

WIDE, NARROW = IPv4Network("10.0.0.0/8"), IPv4Network("10.1.0.0/16")


def read(root: Any, module: Any, **more: Any) -> dict[str, PlayedResource]:
    documents = {"stacks/one/cdk.tf.json": root, "stacks/one/modules/m/main.tf.json": module, **more}
    files = {path: json.dumps(document) for path, document in documents.items()}
    return {resource.address: resource for resource in Reader(files).resources()}


def test_a_reference_is_followed_through_modules_and_roots() -> None:
    hub = {"output": {"gateway": {"value": "${aws_ec2_transit_gateway.hub.id}"}}}
    root = {
        "data": {"terraform_remote_state": {"the_hub": {}}},
        "module": {"m": {"source": "./modules/m", "gateway": "${data.terraform_remote_state.the_hub.outputs.gateway}"}},
    }
    module = {
        "resource": {
            "aws_route": {
                "there": {
                    "transit_gateway_id": "${var.gateway}",
                    "route_table_id": "${aws_route_table.mine.id}",
                    "note": "no ${reference} alone",
                }
            }
        }
    }
    found = read(root, module, **{"stacks/the-hub/cdk.tf.json": hub})
    assert found["one/module.m.aws_route.there"].arguments == {
        "transit_gateway_id": ResourceAttribute("the-hub/aws_ec2_transit_gateway.hub", "id"),
        "route_table_id": ResourceAttribute("one/module.m.aws_route_table.mine", "id"),
        "note": "no ${reference} alone",
    }


def test_what_may_be_several_is_not_read() -> None:
    module = {"resource": {"aws_route": {"many": {"count": 2}}}}
    with pytest.raises(Unreadable, match=r"aws_route\.many has count"):
        read({"module": {"m": {"source": "./modules/m"}}}, module)


@pytest.mark.parametrize("kind", ["aws_vpc_peering_connection", "aws_vpn_gateway", "aws_ec2_managed_prefix_list"])
def test_what_is_not_played_is_refused(kind: str) -> None:
    with pytest.raises(CannotPlay, match=kind):
        region_of([PlayedResource("one", kind, {})])


def test_a_load_balancer_is_no_host() -> None:
    region_of([PlayedResource("one", "aws_lb", {"load_balancer_type": "network"})])
    region_of([PlayedResource("one", "aws_lb_listener", {"port": 443})])


def test_no_host_has_the_address_of_a_nat_gateway_or_of_a_load_balancer() -> None:
    wiring = session_of(Path(), output_of("stage_8_overlapping_ranges"), plain=True).wiring
    hosts = {str(host.ip) for host in wiring.hosts if ".aws_subnet.routable_" in host.location}
    assert hosts == {"10.1.240.6", "10.1.240.22", "10.1.240.54"}
    assert {
        host.location for host in wiring.hosts if ".aws_subnet.routable_" in host.location
    } < wiring.without_workloads
    lines = [line.split() for rules in wiring.filters.values() for line in rules.splitlines()]
    translated = {line[2] for line in lines if line[:2] == ["snat", "to"] and line[2].startswith("10.1.240.")}
    assert translated == {"10.1.240.4", "10.1.240.20", "10.1.240.52"}


def hub() -> tuple[AwsNetwork, dict[str, Site]]:
    """A VPC and two sites, all in one table; `a` and `b` end at one site and have one ASN."""
    region = AwsNetwork(
        vpcs={"vpc": [NARROW]},
        gateways={"hub": True},
        gateway_tables={"table": "hub"},
        attachments={
            "spoke": GatewayAttachment("spoke", "vpc", "hub", vpc="vpc"),
            "a": GatewayAttachment("a", "vpn", "hub", asn="65001"),
            "b": GatewayAttachment("b", "vpn", "hub", asn="65001"),
            "c": GatewayAttachment("c", "vpn", "hub", asn="65002"),
            "fixed": GatewayAttachment("fixed", "vpn", "hub", static=True, asn="65003"),
        },
        propagations={"table": ["spoke", "a", "b", "c", "fixed"]},
        statics={"table": {}},
    )
    sites = {
        "one": Site("one", {}, (WIDE, NARROW), ("a", "b")),
        "two": Site("two", {}, (WIDE,), ("c",)),
        "three": Site("three", {}, (WIDE,), ("fixed",)),
    }
    return region, sites


def learned(region: AwsNetwork, sites: dict[str, Site]) -> dict[str, tuple[IPv4Network, ...]]:
    """What every VPN connection with BGP has from its site."""
    attachments = region.attachments
    return {vpn: site.advertises for site in sites.values() for vpn in site.connections if not attachments[vpn].static}


def test_a_vpc_comes_before_vpns_and_only_vpns_of_one_asn_share() -> None:
    region, sites = hub()
    assert transit_routes(region, learned(region, sites), "table", 0) == {NARROW: ["spoke"], WIDE: ["a", "b"]}
    assert transit_routes(region, learned(region, sites), "table", 1) == {NARROW: ["spoke"], WIDE: ["c"]}
    region.gateways["hub"] = False
    assert transit_routes(region, learned(region, sites), "table", 1)[WIDE] == ["b"]


def test_a_static_route_comes_first_and_a_blackhole_leads_nowhere() -> None:
    region, sites = hub()
    region.statics["table"] = {NARROW: "c", WIDE: ""}
    assert transit_routes(region, learned(region, sites), "table", 0) == {NARROW: ["c"], WIDE: []}


def test_a_site_is_advertised_what_does_not_lead_back_to_it() -> None:
    region, sites = hub()
    routes = transit_routes(region, learned(region, sites), "table", 0)
    assert advertised(region, sites, routes, "a") == [NARROW]
    assert advertised(region, sites, routes, "c") == [NARROW, WIDE]


@pytest.mark.parametrize("protocol", [ICMP, TCP, UDP])
def test_a_packet_that_arrives_is_known_again(protocol: int) -> None:
    arrived = parse(first("10.0.0.1", "10.0.0.2", protocol, 4000, 443, 17))
    assert arrived is not None
    assert (arrived.number, arrived.step, arrived.source, arrived.destination) == (17, 0, "10.0.0.1", "10.0.0.2")
    assert arrived.source_port == 4000
    answer = parse(reply(arrived))
    assert answer is not None
    assert (answer.number, answer.step, answer.source, answer.destination) == (17, 1, "10.0.0.2", "10.0.0.1")
    if protocol != ICMP:
        assert (answer.source_port, answer.port) == (443, 4000)
    assert parse(first("10.0.0.1", "10.0.0.2", protocol, 4000, 443, 17)[:30]) is None


def test_only_what_the_lab_knows_about_a_tunnel_is_played() -> None:
    options = {"tunnel1_inside_cidr": "169.254.16.0/30", "tunnel2_inside_cidr": "169.254.16.4/30"}
    region = AwsNetwork(
        attachments={"vpn": GatewayAttachment("vpn", "vpn", "hub", asn="65001")},
        names={"vpn": "one"},
        vpns={"vpn": options},
        customer_gateways={"vpn": {"ip_address": "203.0.113.1"}},
    )
    first, second = tunnels_of(region)
    assert (str(first.aws_inside), str(second.device_inside)) == ("169.254.16.1", "169.254.16.6")
    assert first.aws_outside != second.aws_outside
    assert first.key != second.key
    assert first.ike.startswith("aes128gcm16-aes256gcm16-prfsha256-prfsha384-prfsha512-modp2048-")
    assert ", aes128-aes256-sha256-" in first.esp
    for arguments in ({"certificate_arn": "arn:aws:acm:::one", "ip_address": "203.0.113.1"}, {}):
        region.customer_gateways["vpn"] = arguments
        with pytest.raises(CannotPlay, match="authentication by certificate"):
            tunnels_of(region)
    region.customer_gateways["vpn"] = {"ip_address": "203.0.113.1"}
    region.vpns["vpn"] = {"tunnel1_inside_cidr": "169.254.16.0/30"}
    with pytest.raises(CannotPlay, match="inside range of tunnel 2"):
        tunnels_of(region)


def test_edits_are_made_of_a_seed() -> None:
    files = output_of(REFERENCE)
    one, other = Edits(files, 3), Edits(files, 3)
    assert one.edit(3) == other.edit(3)
    assert one.made == other.made
    assert len(one.made) == 3
    assert Edits(files, 3).edit(0).keys() == files.keys()


def test_endpoints_of_appliances_are_played_as_those_of_a_firewall() -> None:
    resources = list(Reader(files_of("examples.stage_9_third_party_firewalls")).resources())
    region = region_of(resources)
    assert len(region.balanced_endpoints) == 3
    for endpoint, subnet in region.balanced_endpoints.items():
        assert region.firewall_endpoints[subnet] == endpoint
