"""What every verdict rests on, and what a more specific advertisement from a site would change."""

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
    EndpointKind,
    Firewall,
    RouteOrigin,
    Site,
    Target,
    TargetKind,
    Unknown,
    VpcEndpoint,
)
from isthmus.network.suricata import SuricataRules
from isthmus.proof.pairs.locations import Locations
from isthmus.proof.pairs.prefix_set import PrefixSet
from isthmus.proof.pairs.public_addresses import conditions
from isthmus.text.listing import some

_MOST = 4
Span = tuple[int, int]


def assumptions(engine: Forwarding, locations: Locations) -> Iterator[str]:
    """One sentence each."""
    yield from locations.assumed
    for site in engine.sites.by_name.values():
        yield from _advertised(engine, site)
    if any(site.connections for site in engine.sites.by_name.values()):
        yield _ROUTERS
    yield from _inspected(engine.network.firewalls.values())
    yield from _appliances(engine.network.endpoints.values())
    if not all(map(allows_everything, engine.network.nacls.values())):
        yield _client_ports(engine)
    yield from conditions(engine.network, locations.spokes)
    if locations.spokes:
        yield "security groups and software on hosts are the hosts' own business: this is what the network lets through"


_ROUTERS = (
    "routers on-premises deliver what is for their own networks and send to AWS what AWS advertises to them; "
    "every tunnel is up"
)


def assumed_on(engine: Forwarding, paths: Iterable[Path]) -> Iterator[str]:
    """What the answer about some packets rests on: one sentence for each thing on their paths that is assumed."""
    paths = list(paths)
    met = {hop.address for path in paths for hop in path.hops}
    sites = [site for site in engine.sites.by_name.values() if not met.isdisjoint((site.name, *site.connections))]
    for site in sites:
        yield from _advertised(engine, site)
    if any(site.connections for site in sites):
        yield _ROUTERS
    if any(path.crossings for path in paths):
        yield _client_ports(engine)
    firewalls = {id(found): found for address in met if (found := engine.index.firewall_of.get(address)) is not None}
    yield from _inspected(sorted(firewalls.values(), key=lambda firewall: firewall.address))
    yield from _appliances(end for end in engine.network.endpoints.values() if end.address in met)


def _client_ports(engine: Forwarding) -> str:
    low, high = engine.client_ports
    return f"clients open connections from ports {low} to {high}, and replies go there: set with --client-ports"


def _appliances(endpoints: Iterable[VpcEndpoint]) -> Iterator[str]:
    """What is taken on trust of appliances, of which no Terraform says what they do."""
    for endpoint in endpoints:
        if endpoint.kind is EndpointKind.GATEWAY_LOAD_BALANCER:
            yield f"appliances behind {endpoint.address} forward what they receive"


def _inspected(firewalls: Iterable[Firewall]) -> Iterator[str]:
    """What is taken on trust of firewalls: what the rules that the intent states find inside packets."""
    for firewall in firewalls:
        if isinstance(firewall.rules, SuricataRules) and not firewall.rules.drops:
            yield f"{firewall.name or firewall.address} drops nothing: it only reports what its rules and defaults find"
            continue
        if isinstance(firewall.rules, Unknown) or not any(rule.stated and rule.inside for rule in firewall.rules.rules):
            continue
        unseen = some(firewall.rules.unseen, _MOST)
        yield (
            f"{firewall.name or firewall.address} finds inside packets what the intent means it to find: it lets out "
            f"what its lists name, and drops nothing else that is meant: {unseen}"
        )


def _advertised(engine: Forwarding, site: Site) -> Iterator[str]:
    network = engine.network
    static = [c for c in site.connections if c in network.vpns and network.vpns[c].static is True]
    dynamic = [c for c in site.connections if c not in static]
    if not site.connections:
        yield f"site {site.name} has no connection here"
        return
    if static:
        yield f"site {site.name} advertises nothing: static routing over {', '.join(static)}"
    together: dict[tuple[str, ...] | Unknown, list[str]] = {}
    for connection in dynamic:
        said = site.advertised_on(connection)
        listed = said if isinstance(said, Unknown) else tuple(str(announcement.prefix) for announcement in said)
        together.setdefault(listed, []).append(connection)
    for prefixes, connections in together.items():
        over = ", ".join(connections)
        if isinstance(prefixes, Unknown):
            yield f"what site {site.name} advertises over {over} is not known: {prefixes.reason}"
        else:
            yield f"site {site.name} advertises {', '.join(prefixes) or 'nothing'} over {over}, and nothing else"


def more_specific_prefixes(engine: Forwarding, locations: Locations) -> Iterator[str]:
    """What a site could take by advertising more than it is said to: a VPN's advertisements cannot be filtered.

    In every table that learns from a site, an advertisement longer than a learnt or static route inside that route's
    prefix wins over it. It takes what spokes send to the transit gateway: not what their own routes keep from it, and
    never what a spoke sends to itself, for its local route wins over whatever is longer and propagated.
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
        reach = {name: c for name, c in _spoke_cidrs(locations) if c in learned and sending.to(c, besides=name)}
        blocked = [cidr for cidr in blocked if sending.to(cidr)]
        by = " or ".join(learns)
        who = some([s for s in senders if sending.any_of(s, [*reach.items(), *(("", c) for c in blocked)])], _MOST)
        if reach:
            theirs = some([f"{name} ({cidr})" for name, cidr in reach.items()], _MOST)
            ways = ", ".join(sorted({str(way) for found in learns.values() for way in found}))
            yield (
                f"an advertisement by {by} longer than a spoke's own prefix would take from {who} what they send to "
                f"{theirs}: {table.address} learns from {ways}"
            )
        if blocked:
            named = ", ".join(map(str, blocked[:_MOST])) + (" and others" if len(blocked) > _MOST else "")
            site = by if len(learns) == 1 else "that site"
            yield (
                f"a prefix that {by} advertises inside {named} would open a path from {who} to {site} past "
                f"the blackhole in {table.address}, and back to AWS if the site is told it"
            )


class _Sending:
    """Which prefixes each of some spokes sends to a transit gateway, by the routes of its VPC's tables."""

    def __init__(self, engine: Forwarding, locations: Locations, spokes: Sequence[str]) -> None:
        self._by: dict[tuple[Span, ...] | None, list[str]] = defaultdict(list)
        self._of = {spoke: _sent(engine, locations.by_name[spoke].vpc) for spoke in spokes}
        for spoke, sent in self._of.items():
            self._by[sent].append(spoke)

    def to(self, prefix: Cidr, besides: str = "") -> bool:
        """Whether any of them sends to a prefix; `besides` is the spoke that has it, which does not."""
        return any(_meets(sent, prefix) and spokes != [besides] for sent, spokes in self._by.items())

    def any_of(self, spoke: str, prefixes: Iterable[tuple[str, Cidr]]) -> bool:
        """Whether a spoke sends to any of some prefixes of other spokes."""
        return any(owner != spoke and _meets(self._of[spoke], prefix) for owner, prefix in prefixes)


def _sent(engine: Forwarding, vpc: str) -> tuple[Span, ...] | None:
    """The prefixes of a VPC's routes to transit gateways; None where nobody knows all of its routes."""
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
    """The spokes whose packets each transit gateway table decides about."""
    by_vpc = {location.vpc: location.name for location in locations.spokes}
    found: dict[str, list[str]] = defaultdict(list)
    for attachment in engine.network.attachments.values():
        name = by_vpc.get(str(attachment.attached))
        if name and isinstance(attachment.table, str):
            found[attachment.table].append(name)
    return found


def _routes(engine: Forwarding, table: str) -> tuple[PrefixSet, list[Cidr]]:
    """Prefixes that lead to VPCs, and those that are blackholed."""
    network = engine.network
    vpcs = {a.address for a in network.attachments.values() if a.kind is AttachmentKind.VPC}
    candidates = engine.routes(table)
    learned = [r.prefix for r in candidates if r.origin is RouteOrigin.PROPAGATED and r.target in vpcs]
    return PrefixSet(learned), [r.prefix for r in candidates if r.target is None]


def _spoke_cidrs(locations: Locations) -> Iterator[tuple[str, Cidr]]:
    for location in locations.spokes:
        for cidr in location.cidrs:
            yield location.name, cidr
