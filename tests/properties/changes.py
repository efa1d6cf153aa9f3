"""Changes to an estate, as its owners make them: one of each kind, with what it may touch and why it may be refused.

What is added lies where there is room: spokes in the blocks of the estate, or of their segment; sites in 172.24.0.0/13;
connections from number 100.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from isthmus.aws.regions import REGIONS
from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Environment,
    Estate,
    Observability,
    Routing,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from isthmus.intent.reachability import networks_reached
from isthmus.testing.dns_strategies import resolving
from isthmus.testing.strategies import vpn_connections

ANYWHERE = None


@dataclass(frozen=True, repr=False)
class Change:
    """A change: what it is, the estate after it, the roots whose output it may touch, the rules that may refuse it."""

    what: str
    estate: Estate
    touches: Collection[str] | None = ANYWHERE
    may_break: Collection[str] = ()

    @property
    def foreseen(self) -> frozenset[str]:
        """The rules that may refuse it, quotas included."""
        return frozenset((*self.may_break, *_QUOTAS))

    def __repr__(self) -> str:
        return self.what


Kind = Callable[[Estate], SearchStrategy[Change | None]]
"""A kind of change: for an estate any change of that kind, None where there is nothing to change so."""

# A pipeline may not attach from there; the hub would wait for the root that waits for it; the quota of 20.
_JOINING = ("hub-not-shared", "dns-in-later-environment", "too-many-network-acl-rules")
# What grows comes to a quota in the end, whatever it grows by.
_QUOTAS = (
    "too-many-elastic-ips",
    "too-many-gateway-endpoints",
    "too-many-nat-gateways",
    "too-many-dns-vpcs",
    "too-many-transit-gateway-routes",
    "too-many-vpcs",
)


def _with(estate: Estate, environment: Environment, **changes: Any) -> Estate:
    environments = [replace(e, **changes) if e.name == environment.name else e for e in estate.environments]
    return replace(estate, environments=environments)


def _with_spoke(estate: Estate, old: Spoke, **changes: Any) -> Estate:
    return replace(
        estate,
        environments=[
            replace(e, spokes=[replace(s, **changes) if s.name == old.name else s for s in e.spokes])
            for e in estate.environments
        ],
    )


def _homes(estate: Estate) -> set[str]:
    """The spokes that others use: by name, that of hybrid DNS."""
    return {str(environment.dns.spoke) for environment in estate.environments if environment.dns is not None}


# --- spokes ----------------------------------------------------------------------------------------------------------


def _room(estate: Estate, segment: Segment) -> Iterator[IPv4Network]:
    """Free ranges for a spoke of a segment."""
    taken = [IPv4Network(cidr) for _, spoke in estate.spokes for cidr in spoke.vpc_cidrs]
    taken += [IPv4Network(cidr) for cidr in (*estate.hub.cidr_blocks, *([estate.egress.cidr] if estate.egress else []))]
    if not segment.blocks:  # what lies in another's blocks is the other's
        taken += [IPv4Network(block) for other in estate.segments for block in other.blocks]
    for block in sorted(segment.blocks or estate.blocks):
        whole = IPv4Network(block)
        for cidr in whole.subnets(new_prefix=max(whole.prefixlen, 20)):
            if not any(cidr.overlaps(other) for other in taken):
                yield cidr


@st.composite
def add_spoke(draw: DrawFn, estate: Estate) -> Change | None:
    """A spoke more, in an environment that is there, or in one of its own."""
    free = {s.name: room for s in estate.segments if s.allowed_egress and (room := next(_room(estate, s), None))}
    if not free:
        return None
    segment = estate.segment(draw(st.sampled_from(sorted(free))))
    names = {spoke.name for _, spoke in estate.spokes}
    name = next(name for number in count(100) if (name := f"spoke{number}") not in names)
    spoke = Spoke(
        name,
        cidr=str(free[segment.name]),
        segment=segment.name,
        egress=draw(st.sampled_from(sorted(segment.allowed_egress))),
    )
    # By default a spoke has a gateway endpoint for S3, which is idle where shared services offer S3 to all.
    may_break = (*_JOINING, "s3-endpoint-conflict")
    home = draw(st.sampled_from([*estate.environments, None]))
    if home is not None:
        grown = _with(estate, home, spokes=[*home.spokes, spoke])
        return Change(f"add {name} to {home.name}", grown, {home.name}, may_break)
    owners = {environment.name for environment in estate.environments}
    own = next(own for number in count(1) if (own := f"team{number}") not in owners)
    environment = Environment(own, account=draw(st.sampled_from(estate.all_accounts)).name, spokes=[spoke])
    grown = replace(estate, environments=[*estate.environments, environment])
    return Change(f"add {name} in {own}, of its own", grown, {own}, may_break)


@st.composite
def remove_spoke(draw: DrawFn, estate: Estate) -> Change | None:
    """A spoke less; its environment stays."""
    spokes = [*estate.spokes]
    if not spokes:
        return None
    environment, spoke = draw(st.sampled_from(spokes))
    less = _with(estate, environment, spokes=[other for other in environment.spokes if other.name != spoke.name])
    refusals = ["dns-spoke-in-other-environment"] if spoke.name in _homes(estate) else []
    return Change(f"remove {spoke.name}", less, {environment.name}, refusals)


def _any_spoke(draw: DrawFn, estate: Estate) -> tuple[Environment, Spoke] | None:
    spokes = [(environment, spoke) for environment, spoke in estate.spokes if spoke.name not in _homes(estate)]
    return draw(st.sampled_from(spokes)) if spokes else None


@st.composite
def change_egress(draw: DrawFn, estate: Estate) -> Change | None:
    """Another egress path for a spoke, of those that its segment allows."""
    if (found := _any_spoke(draw, estate)) is None:
        return None
    environment, spoke = found
    others = sorted(estate.segment(spoke.segment).allowed_egress - {spoke.egress})
    if not others:
        return None
    egress = draw(st.sampled_from(others))
    changed = _with_spoke(estate, spoke, egress=egress, nat_zones=None)
    return Change(f"{spoke.name} leaves by {egress.name}", changed, {environment.name}, ())


@st.composite
def move_spoke(draw: DrawFn, estate: Estate) -> Change | None:
    """A spoke goes to another segment that allows its egress path."""
    if (found := _any_spoke(draw, estate)) is None:
        return None
    environment, spoke = found
    others = [s.name for s in estate.segments if s.name != spoke.segment and spoke.egress in s.allowed_egress]
    if not others:
        return None
    segment = draw(st.sampled_from(sorted(others)))
    may_break = (*_JOINING, "spoke-outside-segment-blocks", "duplicate-endpoint-service", "s3-endpoint-conflict")
    moved = _with_spoke(estate, spoke, segment=segment)
    return Change(f"{spoke.name} moves to {segment}", moved, {environment.name}, may_break)


@st.composite
def change_zones(draw: DrawFn, estate: Estate) -> Change | None:
    """A spoke gets a zone more, or one less."""
    if (found := _any_spoke(draw, estate)) is None:
        return None
    environment, spoke = found
    now = estate.zones_of(spoke)
    zone = draw(st.sampled_from(REGIONS[estate.region].zone_ids[:4]))
    zones = sorted({*now} ^ {zone})
    pinned = any(key.endswith(f"_az{zone[-1]}") for key in spoke.subnets)
    if not zones or (zone in now and (pinned or zone in (spoke.nat_zones or ()))):
        return None
    changed = _with_spoke(estate, spoke, zones=zones)
    return Change(
        f"{spoke.name} spans {', '.join(zones)}",
        changed,
        {environment.name},
        ("egress-vpc-zone-missing", "dns-server-outside-subnets"),
    )


@st.composite
def change_services(draw: DrawFn, estate: Estate) -> Change | None:
    """A spoke gets a gateway endpoint more, or one less."""
    if (found := _any_spoke(draw, estate)) is None:
        return None
    environment, spoke = found
    service = draw(st.sampled_from(("s3", "dynamodb")))
    services = sorted({*spoke.gateway_endpoints} ^ {service})
    changed = _with_spoke(estate, spoke, gateway_endpoints=services)
    return Change(f"{spoke.name} has {services}", changed, {environment.name}, ("s3-endpoint-conflict",))


# --- sites and connections -------------------------------------------------------------------------------------------


def _with_connections(estate: Estate, connections: Sequence[VpnConnection]) -> Estate:
    return _with(estate, estate.hub_environment, vpn_connections=connections)


def _number(estate: Estate) -> int:
    taken = {connection.number for connection in estate.vpn_connections}
    return next(number for number in count(100) if number not in taken)


@st.composite
def add_site(draw: DrawFn, estate: Estate) -> Change | None:
    """A site more, with one connection; it advertises its network alone."""
    names = {site.name for site in estate.sites}
    number = next(number for number in range(64) if f"branch{number}" not in names)
    name, lan = f"branch{number}", f"172.{24 + number // 16}.{number % 16 * 16}.0/20"
    routing = draw(st.sampled_from(Routing))
    site = Site(
        name,
        networks={"lan": lan},
        advertises=[lan] if routing is Routing.BGP else [],
        customer_gateways=[CustomerGateway(name, ip_address=f"198.51.100.{number + 1}", bgp_asn=65_100 + number)],
    )
    segment = draw(st.sampled_from(estate.segments)).name
    connection = draw(vpn_connections(_number(estate), name, segment, routing))
    grown = replace(
        _with_connections(estate, [*estate.vpn_connections, connection]),
        sites=[*estate.sites, site],
    )
    may_break = ("inspection-with-vpn", "too-many-network-acl-rules", "network-not-advertised", "s3-endpoint-conflict")
    return Change(f"add site {name} to {segment}, {routing.value}", grown, ANYWHERE, may_break)


@st.composite
def remove_site(draw: DrawFn, estate: Estate) -> Change | None:
    """A site less, and its connections."""
    if not estate.sites:
        return None
    site = draw(st.sampled_from(estate.sites))
    kept = [connection for connection in estate.vpn_connections if estate.site_of(connection).name != site.name]
    less = replace(
        _with_connections(estate, kept),
        sites=[
            replace(other, transit_with=[its for its in other.transit_with if its != site.name])
            for other in estate.sites
            if other.name != site.name
        ],
    )
    may_break = (
        "unknown-reference",
        "site-network-not-reachable",
        "default-route-missing",
        "allowed-connection-unknown-location",
        "allowed-connection-not-reachable",
        "invalid-forward-target",
        "dns-server-not-reachable",
        "inbound-endpoint-unused",
        "network-not-advertised",
        "s3-endpoint-conflict",
    )
    return Change(f"remove site {site.name}", less, ANYWHERE, may_break)


@st.composite
def add_connection(draw: DrawFn, estate: Estate) -> Change | None:
    """A connection more, to the gateway and the segment of an existing one."""
    connections = [c for c in estate.vpn_connections if c.routing is Routing.BGP]
    if not connections:
        return None
    existing = draw(st.sampled_from(connections))
    number = _number(estate)
    connection = draw(vpn_connections(number, str(existing.customer_gateway), str(existing.segment)))
    grown = _with_connections(estate, [*estate.vpn_connections, connection])
    hub = estate.hub_environment.name
    return Change(
        f"add {connection.name} to the gateway of {existing.name}", grown, {hub}, ("tunnel-start-without-address",)
    )


@st.composite
def remove_connection(draw: DrawFn, estate: Estate) -> Change | None:
    """A connection less, where its site has another one."""
    connections = [*estate.vpn_connections]
    sites = [estate.site_of(connection).name for connection in connections]
    spare = [c for c, site in zip(connections, sites, strict=True) if sites.count(site) > 1]
    if not spare:
        return None
    gone = draw(st.sampled_from(spare))
    kept = [c for c in connections if c is not gone]
    equivalent = [c for c in kept if estate.site_of(c).name == estate.site_of(gone).name and c.segment == gone.segment]
    touches = {estate.hub_environment.name} if equivalent else ANYWHERE
    may_break = (
        ()
        if equivalent
        else (
            "default-route-missing",
            "site-network-not-reachable",
            "allowed-connection-not-reachable",
            "dns-server-not-reachable",
            "inbound-endpoint-unused",
            "s3-endpoint-conflict",
            "allowed-connection-unknown-location",
        )
    )
    return Change(f"remove {gone.name}", _with_connections(estate, kept), touches, may_break)


@st.composite
def change_tunnels(draw: DrawFn, estate: Estate) -> Change | None:
    """Other options for the tunnels of a connection; the customer gateway opens them."""
    connections = [*estate.vpn_connections]
    if not connections:
        return None
    chosen = draw(st.sampled_from(connections))
    one, two = (
        Tunnel(inside_cidr=tunnel.inside_cidr, startup_action="add", dpd_timeout_action="clear")
        for tunnel in chosen.tunnels
    )
    changed = [replace(c, tunnels=(one, two)) if c is chosen else c for c in connections]
    hub = estate.hub_environment.name
    return Change(f"{chosen.name} waits to be called", _with_connections(estate, changed), {hub}, ())


# --- what concerns all segments --------------------------------------------------------------------------------------


@st.composite
def change_reach(draw: DrawFn, estate: Estate) -> Change | None:
    """A segment reaches another one, or no longer does."""
    if len(estate.segments) < 2:
        return None
    one, other = draw(st.permutations(estate.segments))[:2]
    reaches = sorted({*map(str, one.reaches)} ^ {other.name})
    segments = [replace(s, reaches=reaches) if s.name == one.name else s for s in estate.segments]
    may_break = (
        "inspection-bypass",
        "site-network-not-reachable",
        "default-route-missing",
        "duplicate-static-default",
        "static-and-advertised-default",
        "static-default-with-many-connections",
        "static-and-bgp-routing",
        "duplicate-static-connection",
        "ecmp-asn-mismatch",
        "allowed-connection-not-reachable",
        "dns-port-not-allowed",
        "dns-server-not-reachable",
        "dns-in-later-environment",
        "inbound-endpoint-unused",
        "duplicate-endpoint-service",
        "s3-endpoint-conflict",
        "too-many-network-acl-rules",
        "advertised-prefix-in-denied-network",
    )
    how = "reaches" if other.name in reaches else "no longer reaches"
    return Change(f"{one.name} {how} {other.name}", replace(estate, segments=segments), ANYWHERE, may_break)


@st.composite
def change_allowed_connections(draw: DrawFn, estate: Estate) -> Change | None:
    """The connections between a segment and a site network are limited, or no longer are."""
    if estate.allowed_connections:
        return Change("open what you like", replace(estate, allowed_connections=()), ANYWHERE, ())
    met = [(s.name, network) for s in estate.segments for network in networks_reached(estate, s)]
    if not met:
        return None
    source, to = draw(st.sampled_from(met))
    opened = replace(estate, allowed_connections=[AllowedConnection(source=source, to=to, ports=["tcp/443"])])
    may_break = ("dns-port-not-allowed", "too-many-network-acl-rules")
    return Change(f"{source} opens 443 to {to}", opened, ANYWHERE, may_break)


@st.composite
def change_names(draw: DrawFn, estate: Estate) -> Change | None:
    """Hybrid DNS and endpoints begin, end, or become others."""
    bare = replace(
        estate,
        environments=[
            replace(e, dns=None, endpoints=None, spokes=[replace(s, interface_endpoints=()) for s in e.spokes])
            for e in estate.environments
        ],
    )
    may_break = ("dns-port-not-allowed",) if estate.allowed_connections else ()
    return Change("resolve names otherwise", draw(resolving(bare)), ANYWHERE, may_break)


@st.composite
def change_alarms(draw: DrawFn, estate: Estate) -> Change | None:
    """Alarms have a recipient, or no longer do."""
    hub = estate.hub_environment
    drawn = REGIONS[estate.region].partition != "aws-cn" and draw(st.booleans())
    wanted = None if hub.observability else Observability(notify=["24x7@example.com"], network_manager=drawn)
    what = "alarms have no recipient" if wanted is None else "alarms have a recipient"
    return Change(what, _with(estate, hub, observability=wanted), {hub.name}, ("observability-without-resources",))


@st.composite
def change_protection(draw: DrawFn, estate: Estate) -> Change | None:
    """What lasts may be destroyed, or no longer may."""
    environment = draw(st.sampled_from(estate.environments))
    changed = _with(estate, environment, protected=not environment.protected)
    return Change(f"{environment.name} is {'un' * environment.protected}protected", changed, {environment.name}, ())


KINDS: tuple[Kind, ...] = (
    add_spoke,
    remove_spoke,
    change_egress,
    move_spoke,
    change_zones,
    change_services,
    add_site,
    remove_site,
    add_connection,
    remove_connection,
    change_tunnels,
    change_reach,
    change_allowed_connections,
    change_names,
    change_alarms,
    change_protection,
)
