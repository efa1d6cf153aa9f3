"""VPC Block Public Access: what it stops, what its exclusions let through, and what nothing says.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from isthmus.network.answers import InSubnet, Internet, Outcome, Packet
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.network.public_access import GatewayPath, PublicAccess
from isthmus.proof.reading import subject
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown
from isthmus.terraform.reading import read

REACHABLE, BLOCKED, UNKNOWN = Outcome.REACHABLE, Outcome.BLOCKED, Outcome.UNKNOWN
MODES = ("block-bidirectional", "block-ingress", "off")
EXCLUSIONS = ("", "allow-bidirectional", "allow-egress")


def made(
    address: str, *, account: str | None = None, region: str = "us-east-1", provider: str = "aws", **values: Any
) -> Resource:
    return Resource(address, address.split(".")[0], values, "", account, region, frozenset(values), provider=provider)


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


def route(name: str, table: str, to: str, **target: Any) -> Resource:
    key = "destination_ipv6_cidr_block" if ":" in to else "destination_cidr_block"
    return made(f"aws_route.{name}", route_table_id=ref(f"aws_route_table.{table}"), **{key: to}, **target)


def subnet(name: str, cidr: str, **more: Any) -> list[Resource]:
    own: dict[str, Any] = {"cidr_block": cidr, "availability_zone": "us-east-1a", **more}
    link: dict[str, Any] = {"subnet_id": ref(f"aws_subnet.{name}"), "route_table_id": ref(f"aws_route_table.{name}")}
    return [
        made(f"aws_subnet.{name}", vpc_id=ref("aws_vpc.v"), **own),
        made(f"aws_route_table.{name}", vpc_id=ref("aws_vpc.v")),
        made(f"aws_route_table_association.{name}", **link),
    ]


# One VPC: `open` by the internet gateway, `app` by a NAT gateway in `open`, IPv6 of `app` by an egress-only gateway.
NETWORK = [
    made("aws_vpc.v", cidr_block="10.0.0.0/16", ipv6_cidr_block="2600:1f18::/56"),
    *subnet("open", "10.0.0.0/24"),
    *subnet("app", "10.0.1.0/24", ipv6_cidr_block="2600:1f18::/64"),
    made("aws_internet_gateway.g", vpc_id=ref("aws_vpc.v")),
    made("aws_egress_only_internet_gateway.e", vpc_id=ref("aws_vpc.v")),
    made("aws_eip.n"),
    made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.open"), allocation_id=ref("aws_eip.n")),
    route("open", "open", "0.0.0.0/0", gateway_id=ref("aws_internet_gateway.g")),
    route("app", "app", "0.0.0.0/0", nat_gateway_id=ref("aws_nat_gateway.n")),
    route("app6", "app", "::/0", egress_only_gateway_id=ref("aws_egress_only_internet_gateway.e")),
]


def options(mode: Any, name: str = "o", **more: Any) -> Resource:
    return made(f"aws_vpc_block_public_access_options.{name}", internet_gateway_block_mode=mode, **more)


def exclusion(mode: Any, **what: Any) -> Resource:
    named = next(iter(what.values()))
    name = f"aws_vpc_block_public_access_exclusion.{named.address if isinstance(named, Ref) else 'x'}"
    return made(name, internet_gateway_exclusion_mode=mode, **what)


def engine(*resources: Resource, unexpanded: Mapping[str, Resource] | None = None) -> Forwarding:
    graph = Graph({r.address: r for r in (*NETWORK, *resources)}, unexpanded=unexpanded or {})
    return Forwarding(network_of(graph))


def out(found: Forwarding, name: str) -> Outcome:
    """The outcome of a packet to the internet and its reply."""
    source = InSubnet(f"aws_subnet.{name}", public=name == "open")
    trip = found.both_ways(Packet(source, Internet()))
    assert trip.reply.outcome is trip.forward.outcome or UNKNOWN in (trip.reply.outcome, trip.forward.outcome)
    return trip.forward.outcome


def into(found: Forwarding) -> Outcome:
    """The outcome of a connection from the internet to a host with a public address."""
    return found.both_ways(Packet(Internet(), InSubnet("aws_subnet.open", public=True))).forward.outcome


@pytest.mark.parametrize(
    ("mode", "direct", "translated", "inbound"),
    [
        ("off", REACHABLE, REACHABLE, REACHABLE),
        ("block-bidirectional", BLOCKED, BLOCKED, BLOCKED),
        ("block-ingress", BLOCKED, REACHABLE, BLOCKED),
        ("block-everything", UNKNOWN, UNKNOWN, UNKNOWN),
        (Unknown("var.mode"), UNKNOWN, UNKNOWN, UNKNOWN),
        (None, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_each_mode(mode: Any, direct: Outcome, translated: Outcome, inbound: Outcome) -> None:
    found = engine(options(mode))
    assert (out(found, "open"), out(found, "app"), into(found)) == (direct, translated, inbound)


@pytest.mark.parametrize(
    ("mode", "excluded", "direct", "translated", "inbound"),
    [
        ("block-bidirectional", "allow-bidirectional", REACHABLE, REACHABLE, REACHABLE),
        ("block-bidirectional", "allow-egress", UNKNOWN, REACHABLE, BLOCKED),
        ("block-ingress", "allow-bidirectional", REACHABLE, REACHABLE, REACHABLE),
        ("block-ingress", "allow-egress", BLOCKED, REACHABLE, BLOCKED),  # applies to the other mode only
        ("block-bidirectional", "allow-all", UNKNOWN, UNKNOWN, UNKNOWN),
        ("block-bidirectional", Unknown("var.mode"), UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_each_exclusion_of_the_vpc(
    mode: str, excluded: Any, direct: Outcome, translated: Outcome, inbound: Outcome
) -> None:
    found = engine(options(mode), exclusion(excluded, vpc_id=ref("aws_vpc.v")))
    assert (out(found, "open"), out(found, "app"), into(found)) == (direct, translated, inbound)


def test_an_excluded_subnet_is_open_and_its_neighbour_is_not() -> None:
    blocked = options("block-bidirectional")
    found = engine(blocked, exclusion("allow-bidirectional", subnet_id=ref("aws_subnet.open")))
    assert (out(found, "open"), into(found)) == (REACHABLE, REACHABLE)
    assert out(found, "app") is UNKNOWN  # of two subnets on the way, one is excluded
    found = engine(blocked, exclusion("allow-bidirectional", subnet_id=ref("aws_subnet.app")))
    assert (out(found, "open"), into(found)) == (BLOCKED, BLOCKED)
    both = [exclusion("allow-egress", subnet_id=ref(f"aws_subnet.{name}")) for name in ("open", "app")]
    assert out(engine(blocked, *both), "app") is REACHABLE


def test_an_egress_only_gateway_is_blocked_in_both_directions_only() -> None:
    for mode, expected in (("block-bidirectional", "no"), ("block-ingress", "yes"), ("off", "yes")):
        network = network_of(Graph({r.address: r for r in (*NETWORK, options(mode))}))
        access = network.public_access.get("aws_vpc.v")
        way = GatewayPath(inbound=False, outbound_only=True, subnets=("aws_subnet.app",), inspected=False)
        assert (access is None or access.passes(way)) is (expected == "yes")
        reach = Forwarding(network).reach(InSubnet("aws_subnet.app"))
        paths = reach.at(0x2A00_0000_0000_0000_0000_0000_0000_0001)
        assert {bool(path.blocks) for path in paths} == {expected == "no"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"region": "eu-west-1"}, REACHABLE),
        ({"provider": "aws.other"}, UNKNOWN),  # which may be of another account, or of this one
        ({"provider": ""}, UNKNOWN),
        ({"account": "222222222222", "provider": "aws.other"}, UNKNOWN),
    ],
)
def test_a_setting_of_another_place(more: dict[str, str], expected: Outcome) -> None:
    assert out(engine(options("block-bidirectional", **more)), "app") is expected


def test_a_setting_of_another_known_account_does_not_apply_and_one_of_the_same_does() -> None:
    def named(account: str, other: str) -> Outcome:
        blocked = options("block-bidirectional", account=other)
        resources = [
            Resource(r.address, r.type, r.values, "", account, r.region, r.written, provider=f"aws.{r.account or 'a'}")
            for r in (*NETWORK, blocked)
        ]
        resources[-1] = blocked
        graph = Graph({r.address: r for r in resources})
        return out(Forwarding(network_of(graph)), "app")

    assert named("111111111111", "222222222222") is REACHABLE
    assert named("111111111111", "111111111111") is BLOCKED


def test_an_unknown_region_of_the_setting_is_unknown() -> None:
    blocked = made("aws_vpc_block_public_access_options.o", internet_gateway_block_mode="block-bidirectional")
    lost = Resource(
        blocked.address,
        blocked.type,
        {**blocked.values, "region": Unknown("var.region")},
        region="us-east-1",
        written=frozenset({"region", "internet_gateway_block_mode"}),
        provider="aws",
    )
    assert out(engine(lost), "app") is UNKNOWN


def test_two_settings_that_differ_are_unknown() -> None:
    assert out(engine(options("off"), options("block-bidirectional", "p")), "app") is UNKNOWN
    assert out(engine(options("block-bidirectional"), options("block-bidirectional", "p")), "app") is BLOCKED


def test_a_setting_or_an_exclusion_of_unknown_number_is_unknown() -> None:
    blocked, free = options("block-bidirectional"), exclusion("allow-bidirectional", vpc_id=ref("aws_vpc.v"))
    assert out(engine(unexpanded={blocked.address: blocked}), "app") is UNKNOWN
    assert out(engine(blocked, unexpanded={free.address: free}), "app") is UNKNOWN
    off = options("off")
    assert out(engine(unexpanded={off.address: off}), "app") is REACHABLE


def test_an_exclusion_of_something_elsewhere_may_be_of_this_vpc() -> None:
    blocked = options("block-bidirectional")
    assert out(engine(blocked, exclusion("allow-bidirectional", vpc_id="vpc-0123")), "app") is UNKNOWN
    assert out(engine(options("block-ingress"), exclusion("allow-egress", vpc_id="vpc-0123")), "app") is REACHABLE


def test_a_connection_from_the_internet_is_blocked_whatever_it_passes() -> None:
    way = GatewayPath(inbound=True, outbound_only=True, subnets=("s",), inspected=False)
    assert PublicAccess("o", "block-ingress").passes(way) is False


def test_an_exclusion_in_another_region_than_its_vpc_is_unknown() -> None:
    elsewhere = exclusion("allow-bidirectional", vpc_id=ref("aws_vpc.v"))
    moved = Resource(elsewhere.address, elsewhere.type, elsewhere.values, region="eu-west-1", provider="aws")
    assert out(engine(options("block-bidirectional"), moved), "app") is UNKNOWN


def test_without_exclusions_inspected_packets_are_blocked_and_with_one_nothing_says() -> None:
    inspected = GatewayPath(inbound=False, outbound_only=False, subnets=("s",), inspected=True)
    assert PublicAccess("o", "block-bidirectional").passes(inspected) is False
    assert isinstance(PublicAccess("o", "block-bidirectional", "allow-bidirectional").passes(inspected), Unknown)


@pytest.mark.parametrize(("mode", "excluded"), list(product(MODES[:2], EXCLUSIONS)))
def test_what_becomes_unknown_gives_no_other_known_answer(mode: str, excluded: str) -> None:
    why = Unknown("anything")
    for inbound, outbound_only, inspected in product((True, False), repeat=3):
        way = GatewayPath(inbound, outbound_only, ("s",), inspected)
        known = PublicAccess("o", mode, excluded).passes(way)
        for unclear in (
            PublicAccess("o", why, excluded),
            PublicAccess("o", mode, why),
            PublicAccess("o", mode, excluded, {}, "another may be"),
            PublicAccess("o", mode, excluded, {"s": why}),
        ):
            found = unclear.passes(way)
            assert isinstance(found, Unknown) or found is known


def test_the_proof_does_not_say_that_hosts_of_a_blocked_subnet_are_reached() -> None:
    def assumed(*more: Resource) -> str:
        return " ".join(subject(Graph({r.address: r for r in (*NETWORK, *more)})).prove().assumptions)

    assert "are reachable from it" in assumed()
    assert "are reachable from it" not in assumed(options("block-bidirectional"))
    assert "are reachable from it" in assumed(
        options("block-bidirectional"), exclusion("allow-bidirectional", vpc_id=ref("aws_vpc.v"))
    )


def test_a_provider_configuration_says_what_is_of_one_account(tmp_path: Path) -> None:
    def folder(vpc: str, setting: str) -> str:
        inner = {"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}}
        outer = {
            "provider": {"aws": [{"region": "us-east-1"}, {"alias": "other", "region": "us-east-1"}]},
            "module": {"m": {"source": "./m", "providers": {"aws": vpc}}},
            "resource": {
                "aws_vpc_block_public_access_options": {
                    "o": {"internet_gateway_block_mode": "block-ingress", "provider": setting}
                }
            },
        }
        (tmp_path / "m").mkdir(exist_ok=True)
        (tmp_path / "m" / "main.tf.json").write_text(json.dumps(inner))
        (tmp_path / "main.tf.json").write_text(json.dumps(outer))
        return str(network_of(read(tmp_path)).public_access["module.m.aws_vpc.v"].mode)

    assert folder("aws", "aws") == folder("aws.other", "aws.other") == "block-ingress"
    assert "one account and Region" in folder("aws", "aws.other")
    assert "one account and Region" in folder("aws.other", "aws")
