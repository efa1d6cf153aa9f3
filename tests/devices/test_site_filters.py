"""Law: the filters of a site permit what the intent asks for, and deny what it denies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_network

from hypothesis import given

from isthmus.devices import FilterAction, FilterRule, Service
from isthmus.devices.site_filters import EVERYTHING, site_filters
from isthmus.intent import Egress, Estate, Site
from isthmus.intent.reachability import sites_reached
from isthmus.intent.site_remainder import routed_by_default
from isthmus.network.packets import Packets, Traffic, message
from isthmus.proof.checks.intended import Intended
from isthmus.proof.pairs.locations import Location, LocationKind, Locations, in_order, site_networks
from isthmus.proof.pairs.published import published_addresses
from isthmus.testing.strategies import estates
from tests.devices.estates import busy

OUTSIDE = IPv4Address("192.0.2.1")
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
SERVICES = (
    Service("tcp", 443, 443),
    Service("tcp", 8_080, 8_080),
    Service("tcp", 8_081, 8_081),
    Service("udp", 53, 53),
    Service("udp", 443, 443),
    Service("icmp", 8, 8),
    Service("icmp", 13, 13),
    Service("gre"),
)


def permitted(
    rules: tuple[FilterRule, ...], source: IPv4Address, to: IPv4Address, service: Service, *, aws: bool
) -> bool:
    """The verdict of the first rule that matches."""
    for rule in rules:
        if (
            rule.from_aws is aws
            and any(source in network for network in rule.source)
            and any(to in network for network in rule.destination)
            and _covers(rule.service, service)
        ):
            return rule.action is FilterAction.PERMIT
    return False


def _covers(rule: Service, packet: Service) -> bool:
    return not rule.protocol or (rule.protocol == packet.protocol and rule.first <= packet.first <= rule.last)


def packets(service: Service) -> Packets:
    if service.protocol == "gre":
        return Packets.of(Traffic(47).span)
    value = message(service.first) if service.protocol == "icmp" else service.first
    return Packets.of(Traffic(PROTOCOLS[service.protocol], (value, value)).span)


def locations(estate: Estate) -> Locations:
    """The locations of an estate, without Terraform."""
    found = [
        Location(spoke.name, LocationKind.SPOKE, tuple(map(ip_network, spoke.vpc_cidrs))) for _, spoke in estate.spokes
    ]
    for site in estate.sites:
        found += site_networks(site.name, site.networks)
    return Locations(in_order(found), ())


def disagreements(estate: Estate, site: Site) -> Iterator[str]:
    """Packets for which the filters of a site and the intent disagree."""
    rules = site_filters(estate, site)
    intent = Intended(estate, locations(estate))
    for name, text in site.networks.items():
        network, here = f"{site.name}/{name}", IPv4Network(text)[1]
        for _, spoke in estate.spokes:
            there = next(iter(published_addresses(estate, spoke).values()), IPv4Network(spoke.routed_cidrs[0])[5])
            for service in SERVICES:
                if spoke.routable_cidr is not None and service.protocol == "gre":
                    continue  # its NAT gateways never send it
                for a, b, source, to, aws in (
                    (network, spoke.name, here, there, False),
                    (spoke.name, network, there, here, True),
                ):
                    wanted = packets(service) <= intent.intended_packets(a, b)
                    if permitted(rules, source, to, service, aws=aws) is not wanted:
                        yield f"{a} -> {b} {service}: intended {wanted}"


@given(estates())
def test_the_filters_agree_with_the_intent(estate: Estate) -> None:
    for site in estate.sites:
        assert list(disagreements(estate, site)) == []


def test_the_filters_of_a_busy_estate_agree_with_the_intent() -> None:
    estate = busy()
    for site in estate.sites:
        assert list(disagreements(estate, site)) == []


def wrong_internet_access(estate: Estate) -> Iterator[str]:
    """Spokes that reach the internet over a site although they must not, or the reverse."""
    for site in estate.sites:
        rules = site_filters(estate, site)
        has_default = str(EVERYTHING) in site.advertises or routed_by_default(estate, site)
        for _, spoke in estate.spokes:
            reached = site.name in {one.name for one in sites_reached(estate, estate.segment(spoke.segment))}
            address = IPv4Network(spoke.routed_cidrs[0])[5]
            wanted = spoke.egress is Egress.ON_PREMISES and has_default and reached
            if permitted(rules, address, OUTSIDE, SERVICES[0], aws=True) is not wanted:
                yield f"{spoke.name} to the internet over {site.name}: intended {wanted}"
            if permitted(rules, OUTSIDE, address, SERVICES[0], aws=False):
                yield f"the internet to {spoke.name} over {site.name}"


@given(estates())
def test_spokes_with_this_egress_path_reach_the_internet_and_it_opens_nothing(estate: Estate) -> None:
    assert list(wrong_internet_access(estate)) == []


def test_a_site_without_a_default_route_is_no_egress_path() -> None:
    estate = busy()
    assert [str(EVERYTHING) in site.advertises for site in estate.sites] == [True, False]
    assert list(wrong_internet_access(estate)) == []


def test_addresses_without_a_name_reach_only_segments_that_are_not_limited() -> None:
    """192.168.99.9 is behind the default route of dc1, and in none of its networks."""
    estate = busy()
    rules = site_filters(estate, estate.sites[0])
    unnamed = IPv4Address("192.168.99.9")
    reached = {
        spoke.name: permitted(rules, unnamed, IPv4Network(spoke.routed_cidrs[0])[5], SERVICES[0], aws=False)
        for _, spoke in estate.spokes
    }
    assert reached == {"cards": False, "dev": True, "prod": True, "shared-services": True, "test": True}


@given(estates())
def test_a_site_carries_no_packet_from_spoke_to_spoke(estate: Estate) -> None:
    """A default route to the site must not become a path between isolated spokes."""
    for site in estate.sites:
        rules = site_filters(estate, site)
        addresses = [IPv4Network(spoke.routed_cidrs[0])[5] for _, spoke in estate.spokes]
        for source in addresses:
            assert not any(permitted(rules, source, to, SERVICES[0], aws=True) for to in addresses)


def without_addresses(estate: Estate) -> list[FilterRule]:
    """Rules without a source or a destination: no platform can write them."""
    return [
        rule for site in estate.sites for rule in site_filters(estate, site) if not (rule.source and rule.destination)
    ]


@given(estates())
def test_every_rule_has_a_source_and_a_destination(estate: Estate) -> None:
    assert without_addresses(estate) == []


def test_transit_with_a_site_without_addresses_permits_nothing() -> None:
    """The branch has no network yet, and advertises nothing."""
    estate = busy()
    main, branch = estate.sites
    empty = replace(branch, networks={}, advertises=(), transit_with=("dc1",))
    changed = replace(estate, sites=(replace(main, transit_with=("branch",)), empty))
    assert without_addresses(changed) == []
    assert not any("branch" in rule.name and rule.action is FilterAction.PERMIT for rule in site_filters(changed, main))
