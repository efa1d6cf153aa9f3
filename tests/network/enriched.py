"""Drawn networks with features that `strategies.networks` leaves out, and packets for them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, ip_address

from hypothesis import strategies as st

from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position, Service
from isthmus.network.model import Unknown
from tests.network.dual_stack import dual_stack
from tests.network.features import (
    endpoints_and_groups,
    firewall_rules,
    main_tables,
    many_networks,
    overlapping_vpcs,
    peerings_in_a_row,
    second_hub,
    secondary_ranges,
    unequal_asns,
    vpcs_of,
)
from tests.network.networks import Draft
from tests.network.strategies import networks

Feature = Callable[[st.DrawFn, Draft], None]

FEATURES: tuple[Feature, ...] = (
    dual_stack,
    second_hub,
    peerings_in_a_row,
    secondary_ranges,
    overlapping_vpcs,
    main_tables,
    many_networks,
    unequal_asns,
    endpoints_and_groups,
    firewall_rules,
)
_GROUPS = (None, ("web",), ("db", "web"))
_WORLD = {4: IPv4Address("9.9.9.9"), 6: ip_address("2606:4700::1111")}


@st.composite
def enriched(draw: st.DrawFn, features: tuple[Feature, ...] = FEATURES, most: int = 3) -> Draft:
    """A network with some of the features."""
    d = draw(networks())
    chosen = draw(st.sets(st.sampled_from(range(len(features))), min_size=1, max_size=most))
    for number in sorted(chosen):
        features[number](draw, d)
    return d


@st.composite
def packets(draw: st.DrawFn, d: Draft) -> Packet:
    """A packet between two places of one version of IP. Hosts have security groups, or none are said of them."""
    versions = {net.version for vpc in vpcs_of(d) for net in vpc.cidrs if not isinstance(net, Unknown)}
    version = draw(st.sampled_from(sorted(versions)))
    destination = draw(_places(d, version) | _ends(d, version))
    if isinstance(destination, AtEndpoint | Service):
        version = 4
    source = draw(_places(d, version).filter(lambda place: not _together(place, destination)))
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp" if version == 4 else "icmpv6"]))
    return Packet(source, destination, protocol, draw(st.sampled_from([443, 53, 1024, 40000])))


def _together(one: Position, other: Position) -> bool:
    """Whether AWS has no say between two places: at one site, or from a site to the internet."""
    if not isinstance(one, AtSite):
        return False
    return isinstance(other, Internet | Service) or (isinstance(other, AtSite) and one.name == other.name)


def _places(d: Draft, version: int) -> st.SearchStrategy[Position]:
    """Hosts in subnets and at sites."""
    groups = _GROUPS if "security_groups" in d.parts else (None,)
    places: list[Position] = [
        InSubnet(subnet.address, net[6], public=public, groups=chosen)
        for subnet in d.parts["subnets"].values()
        for net in subnet.cidrs
        if net.version == version
        for public in (False, True)
        for chosen in groups
    ]
    places += [AtSite(site.name, net[1]) for site in d.sites for net in site.networks if net.version == version]
    return st.sampled_from(places)


def _ends(d: Draft, version: int) -> st.SearchStrategy[Position]:
    """What starts nothing: the internet, services, and interface endpoints."""
    places: list[Position] = [Internet(_WORLD[version]), Service("s3"), Service("dynamodb")]
    for name, endpoint in d.parts.get("endpoints", {}).items():
        places += [AtEndpoint(name, subnet) for subnet in (None, *endpoint.subnets) if endpoint.subnets]
    return st.sampled_from(places)
