"""Route tables: routes without a target, routes that never match, and the prefixes that AWS advertises to sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from isthmus.intent import Estate, VpnConnection
from isthmus.intent.connection import Connection
from isthmus.intent.reachability import (
    advertised_to,
    inspected_with_site,
    reach_each_other,
    transit_between,
)
from isthmus.network.address_space import span
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AttachmentKind, Cidr, RouteOrigin, Unknown, VpcTable
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.network.route_tables import Route, vpc_cidrs
from isthmus.proof.checks.inventory import Binding
from isthmus.proof.pairs.prefix_set import PrefixSet
from isthmus.proof.result.findings import Violation


def route_violations(engine: Forwarding) -> Iterator[Violation]:
    """Routes whose target does not exist, and configured routes that never match a packet."""
    network = engine.network
    for table in network.tables.values():
        for route in table.routes:
            if route.blackhole:
                why = f"the target of {route.destination} in {table.address} does not exist: {route.blackhole}"
                yield Violation("route-blackholed", why, (route.address, table.address))
    for name in (*network.tables, *network.tgw_tables):
        if name in network.tables and not _may_hide(engine, name):
            continue
        candidates = engine.routes(name)
        used = engine.used_routes(name)
        for candidate in candidates:
            if candidate not in used and (hiding := _hidden_by(candidate, candidates)):
                why = f"{candidate} never matches in {name}: {hiding.address} ({hiding}) matches all of its addresses"
                yield Violation("route-shadowed", why, tuple(dict.fromkeys((hiding.address, candidate.address, name))))


def _may_hide(engine: Forwarding, table: str) -> bool:
    """Whether a route of a VPC route table can match all addresses of another. This is a quick check."""
    facts = engine.network.tables[table]
    if facts.propagating or any(not isinstance(r.destination, IPv4Network | IPv6Network) for r in facts.routes):
        return True
    spans = [span(cidr) for cidr in (*vpc_cidrs(engine.network, facts.vpc), *_destinations(facts))]
    return len(set(spans)) < len(spans) or any(
        sum(b[1] - b[0] + 1 for b in spans if b != a and a[0] <= b[0] and b[1] <= a[1]) > a[1] - a[0] for a in spans
    )


def _destinations(table: VpcTable) -> Iterator[Cidr]:
    return (r.destination for r in table.routes if isinstance(r.destination, IPv4Network | IPv6Network))


def _hidden_by(route: Route, candidates: tuple[Route, ...]) -> Route | None:
    """The route that hides another one by mistake.

    These are no mistakes: a blackhole route, propagated routes that are a backup of each other, a static route to the
    attachment that also propagates the prefix, and a static default route over a propagated one, which AWS cannot
    filter. AWS accepts no route that a local route hides.
    """
    if route.origin is RouteOrigin.PROPAGATED and not route.prefix.prefixlen:
        return None
    if route.origin is RouteOrigin.LOCAL or route.target is None or isinstance(route.target, Unknown):
        return None
    if any(isinstance(c.target, Unknown) and _within(c.prefix, route.prefix) for c in candidates):
        return None  # the route that hides it may not exist, or may be a blackhole
    for other in candidates:
        if other.prefix == route.prefix and other.rank < route.rank and other.origin is not RouteOrigin.LOCAL:
            on_purpose = other.target in (None, route.target) or other.origin is RouteOrigin.PROPAGATED
            return None if on_purpose else other
    inside = [c for c in candidates if c.prefix != route.prefix and _within(c.prefix, route.prefix)]
    return inside[0] if inside and route.origin is not RouteOrigin.PROPAGATED else None


def _within(inner: Cidr, outer: Cidr) -> bool:
    return inner.version == outer.version and inner.network_address in outer and inner.prefixlen >= outer.prefixlen


def advertised_prefixes(engine: Forwarding) -> Mapping[str, AdvertisedPrefixes]:
    """The prefixes that AWS advertises, by address of the VPN connection or Direct Connect gateway.

    AWS advertises prefixes with BGP only. With static routing the site's router is configured by hand.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    attachments = {
        str(a.attached): a.address
        for a in engine.network.attachments.values()
        if a.kind in (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN)
    }
    found = {vpn: _over_vpn(engine, vpn, attachments.get(vpn, vpn)) for vpn in engine.network.vpns}
    for dx in engine.network.dx_gateways.values():
        listed = [prefix for allowed in dx.allowed.values() for prefix in allowed]
        why = next((prefix.reason for prefix in listed if isinstance(prefix, Unknown)), "")
        known = {prefix: "allowed prefix" for prefix in listed if not isinstance(prefix, Unknown)}
        found[dx.address] = AdvertisedPrefixes(dx.address, known, unknown=why)
    return found


def _over_vpn(engine: Forwarding, vpn: str, over: str) -> AdvertisedPrefixes:
    static = engine.network.vpns[vpn].static
    if static is True:
        return AdvertisedPrefixes(over, static=True)
    if isinstance(static, Unknown):
        return AdvertisedPrefixes(over, unknown=f"whether {vpn} has static routing: {static.reason}")
    return engine.advertised_prefixes(over)


def advertisement_violations(
    estate: Estate, binding: Binding, advertised: Mapping[str, AdvertisedPrefixes]
) -> Iterator[Violation]:
    """Prefixes that AWS advertises to a site, and that no network of the site is intended to reach.

    The allowed prefixes of Direct Connect may summarize spokes, also those that the site does not reach.
    """
    for connection in estate.routed_connections:
        over_vpn = isinstance(connection, VpnConnection)
        address = (binding.vpns if over_vpn else binding.dx_gateways).get(connection.name)
        if address is None:
            continue
        site = estate.site_of(connection).name
        covered = PrefixSet([*_reached(estate, connection), *([] if over_vpn else map(ip_network, estate.blocks))])
        for prefix, source in advertised[address].prefixes.items():
            if prefix.prefixlen and prefix in covered:
                continue
            what = "a default route" if not prefix.prefixlen else str(prefix)
            why = f"AWS advertises {what} to site {site} over {address}; no network of the site is intended to reach it"
            yield Violation("over-advertised", why, (source, address) if over_vpn else (address,), site)


def _reached(estate: Estate, connection: Connection) -> Iterator[Cidr]:
    """The ranges that the site of a connection is intended to reach, and its own."""
    segment, site = estate.segment(connection.segment), estate.site_of(connection)
    for _, spoke in estate.spokes:
        other = estate.segment(spoke.segment)
        if reach_each_other(segment, other) and advertised_to(estate, other, site):
            yield from map(ip_network, spoke.routed_cidrs)
    # The route table of a site with inspection has routes to blocks of segments instead of spokes.
    for other in estate.segments:
        if inspected_with_site(other, site) and advertised_to(estate, other, site):
            yield from map(ip_network, other.blocks)
    for one in (site, *(other for other in estate.sites if transit_between(site, other))):
        # A default route that the site advertises does not mean that it may get every prefix.
        prefixes = map(ip_network, (*one.networks.values(), *one.advertises))
        yield from (prefix for prefix in prefixes if prefix.prefixlen)
