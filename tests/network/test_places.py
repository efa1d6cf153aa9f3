"""Where things are: locations, the addresses that stand for them, and what counts as the internet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from isthmus.network.address_space import ALL, PUBLIC, address_at, number, show_range, span
from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position, Service
from isthmus.network.forwarding import Forwarding, NoSuchPosition
from isthmus.network.model import EndpointKind, NatGateway, Subnet, Unknown, VpcEndpoint
from isthmus.network.positions import Positions
from tests.network.networks import Draft

DARK = Unknown("var.dark")


def draft() -> Draft:
    """Two VPCs, one public; two sites that share a network; an interface endpoint, and unknown addresses."""
    d = Draft()
    d.hub()
    d.vpc("a", "10.1.0.0/16", "2600::/56")
    d.vpc("b", "20.0.0.0/16", "10.1.255.0/24")
    d.subnet("a1", "a", "10.1.1.0/24", "2600::/64")
    d.subnet("a2", "a", "10.1.2.0/30", routes={"21.0.0.0/8": "hub", "0.0.0.0/0": "hub", "2601::/32": "hub"})
    d.subnet("a6", "a", "2600:0:0:1::/64")
    d.put("subnets", Subnet("dark", "a", (DARK,), "z1", "a-main", "open"))
    d.put("subnets", Subnet("empty", "a", (), "z1", "a-main", "open"))
    d.nat("nat", "a1", ip="10.1.1.99")
    d.nat("nat2", "a2")
    d.put("nats", NatGateway("dark-nat", "dark"))
    d.interface_endpoint("ssm", "a", ("a1", "a2"), ())
    d.put("endpoints", VpcEndpoint("dark-ssm", EndpointKind.INTERFACE, "a", "ssm", subnets=(DARK, "a1")))
    d.put("endpoints", VpcEndpoint("empty-ssm", EndpointKind.INTERFACE, "a", "ssm"))
    d.gateway_endpoint("s3", "a", "s3", "a-main")
    d.vpn("vpn", "t")
    d.vpn("vpn2", "t")
    d.site("dc", ["vpn"], networks=["10.9.0.0/16", "22.0.0.0/8", "10.8.0.0/16"])
    d.site("dc2", ["vpn2"], networks=["10.9.128.0/17", "10.8.0.0/16"])
    d.site("nowhere", [], networks=[])
    d.tgw_table("t", routes={"23.0.0.0/8": "att-vpn", "0.0.0.0/0": "att-vpn"})
    return d


def engine() -> Forwarding:
    d = draft()
    return Forwarding(d.network(), sites=d.sites)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("10.1.1.7", InSubnet("a1", ip_address("10.1.1.7"))),
        ("2600::7", InSubnet("a1", ip_address("2600::7"))),
        ("10.9.0.0", AtSite("dc", ip_address("10.9.0.0"))),
        ("10.9.127.255", AtSite("dc", ip_address("10.9.127.255"))),
        ("22.1.1.1", AtSite("dc", ip_address("22.1.1.1"))),
        ("1.1.1.1", Internet(ip_address("1.1.1.1"))),
        ("10.1.255.1", "10.1.255.1 is in several VPCs: a, b; name the subnet"),
        ("20.0.0.1", "20.0.0.1 is in b but in none of its subnets"),
        # The smaller of two nested networks has an address. For equal networks it is unknown.
        ("10.9.128.0", AtSite("dc2", ip_address("10.9.128.0"))),
        ("10.9.255.255", AtSite("dc2", ip_address("10.9.255.255"))),
        ("10.8.0.1", "10.8.0.1 is at several sites: dc, dc2; name the site"),
        ("10.10.0.0", "10.10.0.0 is in no VPC, at no known site and not on the internet"),
        ("fd00::1", "fd00::1 is in no VPC, at no known site and not on the internet"),
    ],
)
def test_where_an_address_is(address: str, where: Position | str) -> None:
    if isinstance(where, str):
        with pytest.raises(NoSuchPosition) as nowhere:
            engine().locate(ip_address(address))
        assert str(nowhere.value) == where
    else:
        assert engine().locate(ip_address(address)) == where


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (InSubnet("a1"), "10.1.1.4"),  # AWS keeps the first four addresses of a subnet
        (InSubnet("a1", ip_address("10.1.1.200")), "10.1.1.200"),
        (InSubnet("a2"), "10.1.2.3"),  # and a subnet in a test may have no fifth
        (InSubnet("a6"), "2600:0:0:1::4"),
        (InSubnet("dark"), DARK),
        (InSubnet("empty"), None),
        (AtSite("dc"), "10.9.0.1"),
        (AtSite("dc", ip_address("1.2.3.4")), "1.2.3.4"),
        (AtSite("nowhere"), None),
        (Internet(), "1.0.0.1"),
        (Internet(ip_address("9.9.9.9")), "9.9.9.9"),
        (Service("s3"), "1.0.0.1"),
        (AtEndpoint("ssm"), "10.1.1.4"),
        (AtEndpoint("ssm", "a2"), "10.1.2.3"),
        (AtEndpoint("dark-ssm"), DARK),
        (AtEndpoint("empty-ssm"), None),
    ],
    ids=str,
)
def test_what_stands_for_a_location(location: Position, place: str | Unknown | None) -> None:
    expected = number(ip_address(place)) if isinstance(place, str) else place
    assert engine().place_of(location) == expected


@pytest.mark.parametrize(
    ("location", "why"),
    [
        (InSubnet("a9"), "expected the address of a subnet of this network, got 'a9'"),
        (AtSite("dc9"), "expected the name of a site, got 'dc9'; this network has: dc, dc2, nowhere"),
        (AtEndpoint("vpce"), "expected the address of an interface endpoint, got 'vpce'"),
        (AtEndpoint("s3"), "expected the address of an interface endpoint, got 's3'"),
    ],
    ids=str,
)
def test_places_that_are_not_there(location: Position, why: str) -> None:
    with pytest.raises(NoSuchPosition) as nowhere:
        engine().place_of(location)
    assert str(nowhere.value) == why
    with pytest.raises(NoSuchPosition, match="this network has: none"):
        Forwarding(Draft().network()).place_of(AtSite("dc"))


def test_where_a_nat_gateway_is() -> None:
    places: Positions = engine().positions
    assert places.nat_place("nat") == number(ip_address("10.1.1.99"))
    assert places.nat_span("nat") == span(ip_network("10.1.1.99/32"))
    assert places.nat_place("nat2") == number(ip_address("10.1.2.3"))
    assert places.nat_span("nat2") == span(ip_network("10.1.2.0/30"))
    assert places.nat_place("dark-nat") is None
    assert places.nat_span("dark-nat") == ALL


def test_the_internet_is_every_address_that_the_network_does_not_name() -> None:
    """Public addresses of VPCs, sites and routes have a meaning of their own, but for a default route's."""
    internet = engine().internet
    named = ["20.0.0.0/16", "21.0.0.0/8", "22.0.0.0/8", "23.0.0.0/8"]
    for low, high in map(span, map(ip_network, named)):
        assert all(high < first or last < low for first, last in internet)
    assert [show_range(*one) for one in internet[:3]] == [
        "1.0.0.0-9.255.255.255",
        "11.0.0.0-19.255.255.255",
        "20.1.0.0-20.255.255.255",
    ]
    assert sum(last - first + 1 for first, last in internet) == (
        sum(high - low + 1 for low, high, public in PUBLIC.within(0, (1 << 32) - 1) if public)
        - sum(ip_network(one).num_addresses for one in named)
    )
    assert address_at(internet[-1][1]) == ip_address("223.255.255.255")
    d = Draft()
    d.vpc("all", "0.0.0.0/1", "128.0.0.0/1")
    assert Forwarding(d.network()).place_of(Internet()) is None


# --- questions to the engine about what has no path -----------------------------------------------------------------


def unknown_of(packet: Packet, **changed: Any) -> list[str]:
    d = draft()
    network = replace(d.network(), **changed)
    trip = Forwarding(network, sites=d.sites).both_ways(packet)
    return [path.unknown for trace in (trip.forward, trip.reply) for path in trace.paths]


@pytest.mark.parametrize(
    ("packet", "why"),
    [
        (Packet(InSubnet("a1"), InSubnet("empty")), ["no address of empty is known"] * 2),
        (Packet(InSubnet("empty"), InSubnet("a1")), ["no address of empty is known"] * 2),
        (Packet(InSubnet("dark"), InSubnet("a1")), ["var.dark"] * 2),
        (Packet(InSubnet("a1"), AtEndpoint("dark-ssm")), ["var.dark", "", "var.dark", ""]),
        (Packet(Internet(), AtSite("dc")), ["packets from the internet are followed into VPCs only"] * 2),
    ],
    ids=str,
)
def test_what_cannot_be_followed_is_unknown(packet: Packet, why: list[str]) -> None:
    assert unknown_of(packet) == why


def test_a_network_acl_that_is_not_here_is_unknown() -> None:
    assert unknown_of(Packet(InSubnet("a1"), InSubnet("a2")), nacls={}) == [
        "network ACL open is not in this input",
        "network ACL open is not in this input",
    ]


def test_routes_of_tables_and_what_has_none() -> None:
    asked = engine()
    assert [str(r.prefix) for r in asked.routes("t")] == ["23.0.0.0/8", "0.0.0.0/0"]
    assert {str(r.prefix) for r in asked.used_routes("t")} == {"23.0.0.0/8", "0.0.0.0/0"}
    assert {str(r.prefix) for r in asked.used_routes("a2-table")} == {str(r.prefix) for r in asked.routes("a2-table")}
    with pytest.raises(NoSuchPosition, match="expected the address of a route table of this network, got 'nowhere'"):
        asked.routes("nowhere")
    with pytest.raises(NoSuchPosition, match="expected a subnet or a site as the source of reach, got internet"):
        asked.reach(Internet())
