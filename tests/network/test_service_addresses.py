"""A service by its public addresses: one of them never speaks for all."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from isthmus.network.answers import InSubnet, Outcome, Packet, Path, RoundTrip, Service, Trace
from isthmus.network.block import Block
from isthmus.network.forwarding import Forwarding
from isthmus.network.service_addresses import of_all
from isthmus.proof.analysis import Analysis
from tests.network.judge import Walker
from tests.network.judge.services import agreed, public_addresses
from tests.network.networks import Draft
from tests.proof.small_networks import made, network, ref, subnet, table, vpc

ASKED = Packet(InSubnet("one"), Service("s3", IPv4Address("52.0.0.1")))
IGW = "aws_internet_gateway.g"


def public(**more: tuple[str, str, str]) -> Analysis:
    """A public subnet, with more routes than the default one."""
    return network(
        vpc("one", "10.1.0.0/16"),
        subnet("one", "app", "10.1.1.0/24", map_public_ip_on_launch=True),
        made(IGW, vpc_id=ref("aws_vpc.one")),
        made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.one")),
        *table("one", "app", ["app"], out=("0.0.0.0/0", "gateway_id", IGW), **more),
    )


def test_a_service_is_reached_where_all_public_addresses_are() -> None:
    assert public().trace("one", "s3").outcome is Outcome.REACHABLE
    assert public(same=("52.0.0.0/8", "gateway_id", IGW)).trace("one", "s3").outcome is Outcome.REACHABLE


def test_a_service_of_which_some_addresses_go_elsewhere_is_unknown() -> None:
    found = public(other=("52.0.0.0/8", "gateway_id", "aws_vpn_gateway.v"))
    traced = found.trace("one", "s3")
    assert traced.outcome is Outcome.UNKNOWN
    assert "no connection of aws_vpn_gateway.v is in this input" in str(traced.trips[0])


def behind(*entries: dict[str, object], **more: tuple[str, str, str]) -> Analysis:
    """A subnet whose table has a gateway endpoint of S3, and whose network ACL has these rules, both ways."""
    rules = [
        made(f"aws_network_acl_rule.{n}_{egress}", network_acl_id=ref("aws_network_acl.n"), egress=egress, **entry)
        for n, entry in enumerate(entries)
        for egress in (False, True)
    ]
    return network(
        vpc("one", "10.1.0.0/16"),
        subnet("one", "app", "10.1.1.0/24"),
        *table("one", "app", ["app"], **more),
        made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.one")),
        made("aws_network_acl.n", vpc_id=ref("aws_vpc.one"), subnet_ids=(ref("aws_subnet.one_app"),)),
        *rules,
        made(
            "aws_vpc_endpoint.s3",
            vpc_id=ref("aws_vpc.one"),
            service_name="com.amazonaws.us-east-1.s3",
            route_table_ids=(ref("aws_route_table.one_app"),),
        ),
    )


def rule(number: int, action: str, cidr: str) -> dict[str, object]:
    """A rule of a network ACL for every protocol."""
    return {"rule_number": number, "rule_action": action, "protocol": "-1", "cidr_block": cidr}


OPEN = rule(100, "allow", "0.0.0.0/0")


def test_a_network_acl_never_speaks_of_a_service_by_one_of_its_addresses() -> None:
    assert behind(OPEN).trace("one", "s3").outcome is Outcome.REACHABLE
    assert behind(rule(90, "deny", "10.0.0.0/8"), OPEN).trace("one", "s3").outcome is Outcome.REACHABLE
    assert (
        behind(rule(90, "deny", "0.0.0.0/1"), rule(91, "deny", "128.0.0.0/1"), OPEN).trace("one", "s3").outcome
        is Outcome.BLOCKED
    )
    for some in (rule(90, "deny", "52.216.0.0/15"), rule(90, "deny", "0.0.0.0/1")):
        traced = behind(some, OPEN).trace("one", "s3")
        assert traced.outcome is Outcome.UNKNOWN
        assert "which public addresses service s3 has" in str(traced.trips[0])


def test_a_route_for_public_addresses_may_be_more_specific_than_that_of_a_gateway_endpoint() -> None:
    by_default = ("0.0.0.0/0", "gateway_id", "aws_vpn_gateway.v")
    assert behind(OPEN, out=by_default).trace("one", "s3").outcome is Outcome.REACHABLE
    traced = behind(OPEN, out=("52.216.0.0/15", "gateway_id", "aws_vpn_gateway.v")).trace("one", "s3")
    assert traced.outcome is Outcome.UNKNOWN
    assert "aws_route.one_app_out (52.216.0.0/15) or aws_vpc_endpoint.s3" in str(traced.trips[0])


def test_a_public_address_may_be_one_of_a_service_that_an_endpoint_leads_to() -> None:
    alone = behind(OPEN)
    traced = alone.trace("one", "52.216.0.5")
    assert traced.outcome is Outcome.UNKNOWN
    assert "whether 52.216.0.5 is one of the addresses of s3 that aws_vpc_endpoint.s3 leads to" in str(traced.trips[0])
    assert alone.trace("one", "internet").outcome is Outcome.BLOCKED
    closed = behind(rule(90, "deny", "52.216.0.0/15"), OPEN)
    assert closed.trace("one", "52.216.0.5").outcome is Outcome.BLOCKED
    assert public().trace("one", "52.216.0.5").outcome is Outcome.REACHABLE


def test_by_a_gateway_endpoint_no_host_needs_a_public_address() -> None:
    both = network(
        vpc("one", "10.1.0.0/16"),
        subnet("one", "app", "10.1.1.0/24"),
        made(IGW, vpc_id=ref("aws_vpc.one")),
        *table("one", "app", ["app"], out=("0.0.0.0/0", "gateway_id", IGW)),
        made(
            "aws_vpc_endpoint.s3",
            vpc_id=ref("aws_vpc.one"),
            service_name="com.amazonaws.us-east-1.s3",
            route_table_ids=(ref("aws_route_table.one_app"),),
        ),
    )
    assert not both.trace("one", "s3").condition
    assert "public IPv4 address" in both.trace("one", "dynamodb").condition


def round_trip(there: Path, back: Path) -> RoundTrip:
    return RoundTrip(Trace(ASKED, (there,)), Trace(replace(ASKED, source=ASKED.destination), (back,)))


def test_the_outcome_of_a_direction_holds_for_each_address() -> None:
    """An address of which the reply is unknown says nothing of packets to another one, which do not arrive."""
    arrives, stopped, dark = Path(end="internet"), Path(blocks=(Block("no-route", "t", "no route"),)), Path(unknown="?")
    half, lost = round_trip(arrives, dark), round_trip(stopped, Path(end="one"))
    for trips in ((half, lost), (lost, half)):
        assert outcomes(of_all(ASKED, trips)) == {Outcome.UNKNOWN}
    failing = of_all(ASKED, (lost, round_trip(stopped, stopped)))
    assert (failing.forward.outcome, failing.reply.outcome) == (Outcome.BLOCKED, Outcome.UNKNOWN)
    assert failing.outcome is Outcome.BLOCKED
    same = of_all(ASKED, (half, round_trip(arrives, arrives)))
    assert (same.forward.outcome, same.reply.outcome) == (Outcome.REACHABLE, Outcome.UNKNOWN)


def outcomes(trip: RoundTrip) -> set[Outcome]:
    return {trip.forward.outcome, trip.reply.outcome, trip.outcome}


def test_the_judge_asks_about_all_public_addresses_too() -> None:
    """A network ACL that denies some of them: the service may have those, and others."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.acl("some", "a", inbound=["allow all 0.0.0.0/0"], outbound=["deny all 52.0.0.0/8", "allow all 0.0.0.0/0"])
    d.subnet("open", "a", "10.1.1.0/24")
    d.subnet("some", "a", "10.1.2.0/24", nacl="some")
    d.gateway_endpoint("s3-endpoint", "a", "s3", "a-main")
    walker = Walker(d.network())
    assert {str(ip) for ip in public_addresses(walker)} == {"1.0.0.0", "52.0.0.0"}
    for source, outcome in (("open", Outcome.REACHABLE), ("some", Outcome.UNKNOWN)):
        packet = Packet(InSubnet(source), Service("s3"))
        there, both_ways = agreed(walker, packet)
        assert (outcome in there, both_ways) == (True, outcome)
        assert Forwarding(d.network()).both_ways(packet).outcome is outcome
