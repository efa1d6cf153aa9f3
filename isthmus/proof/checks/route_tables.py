"""What tables say, whatever packets come: routes that lost their target or never match, and what sites are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from isthmus.intent import Estate
from isthmus.intent.reachability import advertised_to, reach_each_other, transit_between
from isthmus.network.address_space import span
from isthmus.network.answers import AdvertisedPrefixes
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AttachmentKind, Cidr, RouteOrigin, Unknown, VpcTable
from isthmus.network.route_tables import Route, vpc_cidrs
from isthmus.proof.checks.inventory import Binding
from isthmus.proof.pairs.prefix_set import PrefixSet
from isthmus.proof.result.findings import Violation


def route_violations(engine: Forwarding) -> Iterator[Violation]:
    """Routes without a target, and configured routes that never decide anything."""
    network = engine.network
    for table in network.tables.values():
        for route in table.routes:
            if route.blackhole:
                why = f"{route.destination} in {table.address} has lost its target: {route.blackhole}"
                yield Violation("route-blackholed", why, (route.address, table.address))
    for name in (*network.tables, *network.tgw_tables):
        if name in network.tables and not _may_hide(engine, name):
            continue
        candidates = engine.routes(name)
        used = engine.used_routes(name)
        for candidate in candidates:
            if candidate not in used and (hiding := _hidden_by(candidate, candidates)):
                why = f"{candidate} never matches in {name}: {hiding.address} ({hiding}) takes all of it"
                yield Violation("route-shadowed", why, tuple(dict.fromkeys((hiding.address, candidate.address, name))))


def _may_hide(engine: Forwarding, table: str) -> bool:
    """Whether a VPC table's routes could take all of another's addresses: cheap to see, for most tables cannot."""
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
    """The route that hides another without a reason.

    A blackhole hides on purpose. Learnt routes that hide each other are a backup, and what a local route hides is no
    route that AWS would accept. A learnt default cannot be filtered, so that a static one has to overrule it.
    """
    if route.origin is RouteOrigin.PROPAGATED and not route.prefix.prefixlen:
        return None
    if route.origin is RouteOrigin.LOCAL or route.target is None or isinstance(route.target, Unknown):
        return None
    if any(isinstance(c.target, Unknown) and _within(c.prefix, route.prefix) for c in candidates):
        return None  # what hides it may not be there, or be there on purpose
    for other in candidates:
        if other.prefix == route.prefix and other.rank < route.rank and other.origin is not RouteOrigin.LOCAL:
            on_purpose = other.target is None or other.origin is RouteOrigin.PROPAGATED
            return None if on_purpose else other
    inside = [c for c in candidates if c.prefix != route.prefix and _within(c.prefix, route.prefix)]
    return inside[0] if inside and route.origin is not RouteOrigin.PROPAGATED else None


def _within(inner: Cidr, outer: Cidr) -> bool:
    return inner.version == outer.version and inner.network_address in outer and inner.prefixlen >= outer.prefixlen


def advertised_prefixes(engine: Forwarding) -> Mapping[str, AdvertisedPrefixes]:
    """What AWS advertises, by VPN connection and Direct Connect gateway.

    Over BGP alone: with static routing a site's router is configured by hand.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    attachments = {
        str(a.attached): a.address
        for a in engine.network.attachments.values()
        if a.kind in (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN)
    }
    found = {vpn: _told(engine, vpn, attachments.get(vpn, vpn)) for vpn in engine.network.vpns}
    for dx in engine.network.dx_gateways.values():
        listed = [prefix for allowed in dx.allowed.values() for prefix in allowed]
        why = next((prefix.reason for prefix in listed if isinstance(prefix, Unknown)), "")
        known = {prefix: "allowed prefix" for prefix in listed if not isinstance(prefix, Unknown)}
        found[dx.address] = AdvertisedPrefixes(dx.address, known, unknown=why)
    return found


def _told(engine: Forwarding, vpn: str, over: str) -> AdvertisedPrefixes:
    static = engine.network.vpns[vpn].static
    if static is True:
        return AdvertisedPrefixes(over, static=True)
    if isinstance(static, Unknown):
        return AdvertisedPrefixes(over, unknown=f"whether {vpn} has static routing: {static.reason}")
    return engine.advertised_prefixes(over)


def advertisement_violations(
    estate: Estate, binding: Binding, said: Mapping[str, AdvertisedPrefixes]
) -> Iterator[Violation]:
    """Prefixes that AWS advertises to a site, and that no network of the site is meant to reach."""
    connections = {connection.name: connection for connection in estate.vpn_connections}
    for name, vpn in binding.vpns.items():
        connection = connections[name]
        segment = estate.segment(connection.segment)
        site = estate.site_of(connection)
        allowed = [
            ip_network(cidr)
            for _, spoke in estate.spokes
            if reach_each_other(segment, estate.segment(spoke.segment))
            and advertised_to(estate, estate.segment(spoke.segment), site)
            for cidr in (spoke.cidr, *spoke.secondary_cidrs)
        ]
        others = [other for other in estate.sites if transit_between(site, other)]
        allowed += [ip_network(cidr) for other in (site, *others) for cidr in other.networks.values()]
        allowed += [ip_network(prefix) for other in (site, *others) for prefix in other.advertises]
        covered = PrefixSet(allowed)
        for prefix, source in said[vpn].prefixes.items():
            if prefix.prefixlen and prefix in covered:
                continue
            what = "a default route" if not prefix.prefixlen else str(prefix)
            why = f"AWS advertises {what} to site {site.name} over {vpn}, and none of the site is meant to reach it"
            yield Violation("over-advertised", why, (source, vpn), site.name)
