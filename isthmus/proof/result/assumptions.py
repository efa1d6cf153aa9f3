"""The assumptions of a proof, and the effects of a more specific prefix that a site could advertise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from isthmus.network.address_space import span
from isthmus.network.answers import Path
from isthmus.network.filters import allows_everything
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import (
    AttachmentKind,
    Cidr,
    Firewall,
    RouteOrigin,
    Site,
    Target,
    TargetKind,
    TransitGateway,
    Unknown,
)
from isthmus.network.suricata import SuricataRules
from isthmus.proof.pairs.locations import Locations
from isthmus.proof.pairs.prefix_set import PrefixSet
from isthmus.proof.pairs.public_addresses import conditions
from isthmus.proof.result.appliances import appliance_assumptions
from isthmus.text.listing import some

_MOST = 4
Span = tuple[int, int]


def assumptions(engine: Forwarding, locations: Locations) -> Iterator[str]:
    """The assumptions of a proof, one sentence each."""
    yield from locations.assumed
    yield from _existing_hubs(engine.network.transit_gateways.values())
    for site in engine.sites.by_name.values():
        yield from _advertised(engine, site)
    if any(site.connections for site in engine.sites.by_name.values()):
        yield _routers(engine)
    yield from _inspected(engine.network.firewalls.values())
    yield from appliance_assumptions(engine.network.endpoints.values())
    if not all(map(allows_everything, engine.network.nacls.values())):
        yield _client_ports(engine)
    yield from conditions(engine.network, locations.spokes)
    published = any(location.published for location in locations.spokes)
    if locations.spokes:
        yield _NOT_COVERED_BUT_PUBLISHED if published else _NOT_COVERED


_NOT_COVERED = (
    "security groups and host firewalls are not evaluated: the result covers routing, network ACLs and Network Firewall"
)
_NOT_COVERED_BUT_PUBLISHED = (
    "security groups of hosts and host firewalls are not evaluated, those of load balancers are; targets of load "
    "balancers are healthy and accept their connections"
)
_HEALTHY = "targets of load balancers are healthy and accept their connections"


def _routers(engine: Forwarding) -> str:
    """What the routers at the other end of each connection do."""
    up = "tunnel and virtual interface" if engine.network.dx_gateways else "tunnel"
    return (
        "on-premises routers deliver packets to their own networks, and send packets for prefixes that AWS advertises "
        f"to AWS; every {up} is up"
    )


def _existing_hubs(gateways: Iterable[TransitGateway]) -> Iterator[str]:
    for gateway in gateways:
        if gateway.existing:
            yield (
                f"transit gateway {gateway.address} exists already: its other attachments, route tables and routes are "
                "not in this Terraform, and none of them uses the attachments and route tables that are created here"
            )


def assumed_on(engine: Forwarding, paths: Iterable[Path]) -> Iterator[str]:
    """The assumptions about the resources on some paths, one sentence each."""
    paths = list(paths)
    met = {hop.address for path in paths for hop in path.hops}
    gateways = {str(engine.network.attachments[address].gateway) for address in met & engine.network.attachments.keys()}
    yield from _existing_hubs(g for g in engine.network.transit_gateways.values() if g.address in gateways)
    sites = [site for site in engine.sites.by_name.values() if not met.isdisjoint((site.name, *site.connections))]
    for site in sites:
        yield from _advertised(engine, site)
    if any(site.connections for site in sites):
        yield _routers(engine)
    if any(hop.kind == "load balancer" for path in paths for hop in path.hops):
        yield _HEALTHY
    if any(path.crossings for path in paths):
        yield _client_ports(engine)
    firewalls = {id(found): found for address in met if (found := engine.index.firewall_of.get(address)) is not None}
    yield from _inspected(sorted(firewalls.values(), key=lambda firewall: firewall.address))
    yield from appliance_assumptions(end for end in engine.network.endpoints.values() if end.address in met)


def _client_ports(engine: Forwarding) -> str:
    low, high = engine.client_ports
    return f"clients use source ports {low} to {high}, to which replies go (set with --client-ports)"


def _inspected(firewalls: Iterable[Firewall]) -> Iterator[str]:
    """Firewall rules that inspect payloads: the intended rules are assumed to match what they are meant for."""
    for firewall in firewalls:
        if isinstance(firewall.rules, SuricataRules) and not firewall.rules.drops:
            yield f"{firewall.name or firewall.address} drops nothing: its rules and default actions only alert"
            continue
        if isinstance(firewall.rules, Unknown) or not any(rule.stated and rule.inside for rule in firewall.rules.rules):
            continue
        unseen = some(firewall.rules.unseen, _MOST)
        yield (
            f"{firewall.name or firewall.address} inspects payloads as the intent states: it allows the domains of its "
            f"lists, and drops no other intended packets: {unseen}"
        )


def _translated(site: Site) -> Iterator[str]:
    """The translation of a site's addresses: Terraform does not describe the devices of the site."""
    if site.translated and site.connections:
        listed = ", ".join(f"{own} to {routable}" for routable, own in site.translated.items())
        yield f"the devices of site {site.name} translate {listed}, 1:1 in both directions: no Terraform shows it"


def _advertised(engine: Forwarding, site: Site) -> Iterator[str]:
    network = engine.network
    yield from _translated(site)
    static = [c for c in site.connections if c in network.vpns and network.vpns[c].static is True]
    dynamic = [c for c in site.connections if c not in static]
    if not site.connections:
        yield f"site {site.name} has no connection here"
        return
    if static:
        yield f"site {site.name} advertises nothing: static routing over {', '.join(static)}"
    together: dict[tuple[str, ...] | Unknown, list[str]] = {}
    for connection in dynamic:
        advertised = site.advertised_on(connection)
        listed = advertised if isinstance(advertised, Unknown) else tuple(str(each.prefix) for each in advertised)
        together.setdefault(listed, []).append(connection)
    for prefixes, connections in together.items():
        over = ", ".join(connections)
        if isinstance(prefixes, Unknown):
            yield f"the prefixes that site {site.name} advertises over {over} are unknown: {prefixes.reason}"
        else:
            yield f"site {site.name} advertises {', '.join(prefixes) or 'nothing'} over {over}, and nothing else"


def more_specific_prefixes(engine: Forwarding, locations: Locations) -> Iterator[str]:
    """The packets that a site would receive if it advertised more prefixes: AWS does not filter them on a VPN.

    In every route table with propagation from a site, an advertised prefix that is more specific than another route
    wins over it. This affects the packets that spokes send to the transit gateway. It does not affect packets that
    another route of the VPC keeps, and packets inside a VPC, since the local route wins over propagated routes.
    https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
    """
    network = engine.network
    sources = _sources(engine, locations)
    over = {
        site.name: {
            a.address
            for a in network.attachments.values()
            if a.attached in site.connections and a.kind in (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN)
        }
        for site in engine.sites.by_name.values()
    }
    for table in network.tgw_tables.values():
        learns = {site: found for site, ways in over.items() if (found := ways.intersection(table.propagations))}
        senders = sources.get(table.address, ())
        if not learns or not senders:
            continue
        learned, blocked = _routes(engine, table.address)
        sending = _Sending(engine, locations, senders)
        reach = {name: c for name, c in _spoke_cidrs(locations) if c in learned and sending.to(c, owner=name)}
        blocked = [cidr for cidr in blocked if sending.to(cidr)]
        by = " or ".join(learns)
        site = by if len(learns) == 1 else "that site"
        who = some([s for s in senders if sending.any_of(s, [*reach.items(), *(("", c) for c in blocked)])], _MOST)
        if reach:
            destinations = some([f"{name} ({cidr})" for name, cidr in reach.items()], _MOST)
            ways = sorted({str(way) for found in learns.values() for way in found})
            propagates = "propagates" if len(ways) == 1 else "propagate"
            yield (
                f"if {by} advertises a prefix more specific than a spoke's CIDR, packets from {who} to "
                f"{destinations} go to {site} instead: {', '.join(ways)} {propagates} routes into {table.address}"
            )
        if blocked:
            named = ", ".join(map(str, blocked[:_MOST])) + (" and others" if len(blocked) > _MOST else "")
            yield (
                f"if {by} advertises a prefix more specific than {named}, packets from {who} bypass the "
                f"blackhole route in {table.address} and go to {site}, which can send them back to AWS "
                "if AWS advertises that prefix"
            )


class _Sending:
    """The prefixes that each of some spokes routes to a transit gateway."""

    def __init__(self, engine: Forwarding, locations: Locations, spokes: Sequence[str]) -> None:
        self._by: dict[tuple[Span, ...] | None, list[str]] = defaultdict(list)
        self._of = {spoke: _sent(engine, locations.by_name[spoke].vpc) for spoke in spokes}
        for spoke, sent in self._of.items():
            self._by[sent].append(spoke)

    def to(self, prefix: Cidr, owner: str = "") -> bool:
        """Whether any of them sends to a prefix. `owner`: the spoke that has the prefix, which does not count."""
        return any(_meets(sent, prefix) and spokes != [owner] for sent, spokes in self._by.items())

    def any_of(self, spoke: str, prefixes: Iterable[tuple[str, Cidr]]) -> bool:
        """Whether a spoke sends to any of some prefixes of other spokes."""
        return any(owner != spoke and _meets(self._of[spoke], prefix) for owner, prefix in prefixes)


def _sent(engine: Forwarding, vpc: str) -> tuple[Span, ...] | None:
    """The prefixes of a VPC's routes to transit gateways; None if a route is unknown."""
    spans: set[Span] = set()
    for subnet in engine.index.subnets_of.get(vpc, ()):
        if isinstance(subnet.table, Unknown) or (table := engine.index.vpc_table(subnet.table)).unknown_reason:
            return None
        for route in table.candidates:
            if isinstance(route.target, Unknown):
                return None
            if isinstance(route.target, Target) and route.target.kind is TargetKind.TRANSIT_GATEWAY:
                spans.add(span(route.prefix))
    return tuple(sorted(spans))


def _meets(sent: tuple[Span, ...] | None, prefix: Cidr) -> bool:
    low, high = span(prefix)
    return sent is None or any(first <= high and low <= last for first, last in sent)


def _sources(engine: Forwarding, locations: Locations) -> dict[str, list[str]]:
    """The spokes that are associated with each transit gateway route table."""
    by_vpc = {location.vpc: location.name for location in locations.spokes}
    found: dict[str, list[str]] = defaultdict(list)
    for attachment in engine.network.attachments.values():
        name = by_vpc.get(str(attachment.attached))
        if name and isinstance(attachment.table, str):
            found[attachment.table].append(name)
    return found


def _routes(engine: Forwarding, table: str) -> tuple[PrefixSet, list[Cidr]]:
    """The prefixes propagated from VPCs, and those of blackhole routes."""
    network = engine.network
    vpcs = {a.address for a in network.attachments.values() if a.kind is AttachmentKind.VPC}
    candidates = engine.routes(table)
    learned = [r.prefix for r in candidates if r.origin is RouteOrigin.PROPAGATED and r.target in vpcs]
    return PrefixSet(learned), [r.prefix for r in candidates if r.target is None]


def _spoke_cidrs(locations: Locations) -> Iterator[tuple[str, Cidr]]:
    for location in locations.spokes:
        for cidr in location.cidrs:
            yield location.name, cidr
