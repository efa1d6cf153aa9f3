"""The filter rules between a site and AWS: they mirror the intent.

The rules permit the connections that the intent asks for, and deny those that it denies. Addresses that the intent does
not mention stay reachable, as in AWS. The rules are stateful: they permit replies, and ICMP errors that belong to a
permitted connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, collapse_addresses

from isthmus.devices.device import FilterAction, FilterRule, Service
from isthmus.intent import Egress, Estate, Segment, Site, Spoke
from isthmus.intent.addressing import Tier, balancer_address, subnets
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.published_clients import clients, listener_ports
from isthmus.intent.reachability import networks_denied, networks_reached, sites_reached, transit_between
from isthmus.intent.site_remainder import advertised_ranges, is_limited, routed_by_default, without_ranges

EVERYTHING = IPv4Network("0.0.0.0/0")
Ranges = tuple[IPv4Network, ...]


def site_filters(estate: Estate, site: Site) -> tuple[FilterRule, ...]:
    """The filter rules of a site, in order. A packet that no rule matches is denied."""
    own = tuple(collapse_addresses(map(IPv4Network, estate.blocks)))
    return (
        # A default route to the site must not carry traffic from one spoke to another (a hairpin).
        FilterRule("between spokes", FilterAction.DENY, True, own, own),
        *_translated_rules(estate, site),
        *(rule for segment in _with_spokes(estate) for rule in _segment_rules(estate, site, segment)),
        *_transit_rules(estate, site),
        *(rule for segment in _with_spokes(estate) for rule in _internet_rules(estate, site, segment)),
    )


def _translated_rules(estate: Estate, site: Site) -> Iterator[FilterRule]:
    """Sites connect to the published services of a spoke with a routable CIDR, and to nothing else there.

    Its NAT gateways translate only connections that start behind them.
    """
    for _, spoke in estate.spokes:
        if spoke.published and spoke.routable_cidr is not None:
            yield from _published_rules(estate, site, spoke)
    translated = [cidr for _, spoke in estate.spokes if spoke.routable_cidr is not None for cidr in spoke.routed_cidrs]
    if translated:
        ranges = tuple(collapse_addresses(map(IPv4Network, translated)))
        yield FilterRule("nothing connects to a routable CIDR", FilterAction.DENY, False, (EVERYTHING,), ranges)


def _published_rules(estate: Estate, site: Site, spoke: Spoke) -> Iterator[FilterRule]:
    """The networks of a site that may connect to each published service of a spoke."""
    placed = subnets(spoke, estate.zones_of(spoke), [Tier.ROUTABLE]).values()
    addresses = tuple(IPv4Network(balancer_address(subnet)) for subnet in placed)
    for service in sorted(spoke.published, key=lambda one: one.port):
        allowed = clients(estate, spoke, service)
        ranges = [IPv4Network(cidr) for name, cidr in site.networks.items() if f"{site.name}/{name}" in allowed]
        if ranges:
            name = f"{site.name} to {service.name} of {spoke.name}"
            yield from _services(
                name, [listener_ports(service)], False, tuple(collapse_addresses(ranges)), tuple(sorted(addresses))
            )


def _with_spokes(estate: Estate) -> Iterator[Segment]:
    """The segments with spokes, by name."""
    used = {str(spoke.segment) for _, spoke in estate.spokes}
    yield from (segment for segment in sorted(estate.segments, key=lambda one: one.name) if segment.name in used)


def _ranges_of(estate: Estate, segment: Segment, egress: Egress | None = None) -> Ranges:
    """The ranges of a segment's spokes; with `egress`, only of spokes with this egress path."""
    texts = [
        text
        for _, spoke in estate.spokes
        if spoke.segment == segment.name and egress in (None, spoke.egress)
        for text in spoke.routed_cidrs
    ]
    return tuple(collapse_addresses(map(IPv4Network, texts)))


def _segment_rules(estate: Estate, site: Site, segment: Segment) -> Iterator[FilterRule]:
    """Between the site and one segment: named networks first, then the addresses without a name."""
    spokes = _ranges_of(estate, segment)
    if site.name not in {reached.name for reached in sites_reached(estate, segment)}:
        yield from _both_ways(f"{segment.name} does not reach {site.name}", FilterAction.DENY, (EVERYTHING,), spokes)
        return
    reached = networks_reached(estate, segment)
    for name, text in sorted(site.networks.items()):
        network = f"{site.name}/{name}"
        ranges = (IPv4Network(text),)
        if network in reached:
            yield from _reached_network(estate, network, ranges, segment, spokes)
        else:
            yield from _both_ways(f"{segment.name} does not reach {network}", FilterAction.DENY, ranges, spokes)
    for network, text in networks_denied(estate, segment).items():
        if not network.startswith(f"{site.name}/"):
            ranges = (IPv4Network(text),)
            yield from _both_ways(f"{segment.name} does not reach {network}", FilterAction.DENY, ranges, spokes)
    named = [IPv4Network(text) for text in site.networks.values()]
    rest = tuple(range_ for range_ in advertised_ranges(estate, site) if any(without_ranges(range_, named)))
    if rest:
        limited = is_limited(estate, segment, site)
        what = "accepts no other addresses of" if limited else "and other addresses of"
        action = FilterAction.DENY if limited else FilterAction.PERMIT
        yield from _both_ways(f"{segment.name} {what} {site.name}", action, rest, spokes)


def _reached_network(
    estate: Estate, network: str, ranges: Ranges, segment: Segment, spokes: Ranges
) -> Iterator[FilterRule]:
    """Between a site network and a segment that reach each other: the allowed connections, or everything."""
    inbound, outbound = allowed_ports(estate, network, segment.name), allowed_ports(estate, segment.name, network)
    if inbound is None or outbound is None:
        yield from _both_ways(f"{network} and {segment.name}", FilterAction.PERMIT, ranges, spokes)
        return
    yield from _services(f"{network} to {segment.name}", inbound, False, ranges, spokes)
    yield from _services(f"{segment.name} to {network}", outbound, True, spokes, ranges)
    yield from _both_ways(f"{network} and {segment.name}: nothing else", FilterAction.DENY, ranges, spokes)


def _services(
    name: str, ports: Sequence[Ports], from_aws: bool, source: Ranges, destination: Ranges
) -> Iterator[FilterRule]:
    for each in ports:
        yield FilterRule(
            name, FilterAction.PERMIT, from_aws, source, destination, Service(each.protocol, each.first, each.last)
        )


def _transit_rules(estate: Estate, site: Site) -> Iterator[FilterRule]:
    """Between this site and the sites that it reaches through the transit gateway."""
    own = _all_ranges(estate, site)
    for other in sorted(estate.sites, key=lambda one: one.name):
        there = _all_ranges(estate, other)
        # A site may have no named network and advertise nothing yet: then there is nothing to permit.
        if transit_between(site, other) and own and there:
            yield from _both_ways(f"{site.name} and {other.name}", FilterAction.PERMIT, own, there)


def _all_ranges(estate: Estate, site: Site) -> Ranges:
    """The named networks of a site, and the prefixes that it advertises."""
    named = map(IPv4Network, site.networks.values())
    return tuple(collapse_addresses([*named, *advertised_ranges(estate, site)]))


def _internet_rules(estate: Estate, site: Site, segment: Segment) -> Iterator[FilterRule]:
    """Spokes whose egress path is on-premises may connect to the internet."""
    spokes = _ranges_of(estate, segment, Egress.ON_PREMISES)
    reached = {one.name for one in sites_reached(estate, segment)}
    has_default = str(EVERYTHING) in site.advertises or routed_by_default(estate, site)
    if spokes and has_default and site.name in reached:
        yield FilterRule(f"{segment.name} to the internet", FilterAction.PERMIT, True, spokes, (EVERYTHING,))


def _both_ways(name: str, action: FilterAction, site: Ranges, aws: Ranges) -> Iterator[FilterRule]:
    """A rule for packets from the site to ranges behind AWS, and one for packets in the other direction."""
    yield FilterRule(name, action, False, site, aws)
    yield FilterRule(name, action, True, aws, site)
