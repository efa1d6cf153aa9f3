"""Derives the transit gateway route tables from the segments.

The proof does not use this file. It compares the effect of the generated Terraform with the intent.

- Each segment has one table, and one more for each static default route that it needs. Spokes with `LOCAL` or `NONE`,
and
  with `ON_PREMISES` if a reached site advertises a default route, share the segment's first table: the route tables of
  their VPCs decide which traffic goes to the gateway.
- AWS advertises the routes of a VPN's table to its site
  (https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html). So a site gets its own table if the segment's
  table holds routes that must not be advertised to it (another site's VPN, blackhole routes for the segment's spokes,
  spokes that the site must not reach, or reaches only through the firewall), or lacks a site that it has transit with.
- `CENTRAL` spokes have a table with a static default route to the inspector. The inspector is the firewall on the
gateway
  if there is one, else the egress VPC. Two segments with inspection between them do not propagate to each other. Their
  tables have static routes to the inspector, and only the inspector's table has propagated routes of both.
- The same holds for a segment and a site with inspection between them. The site's table has static routes for the
  blocks of the segment, which AWS advertises to the site. The segment's tables have them for the site's networks.
- Nothing depends on the spokes that exist, so a new spoke never changes the hub.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from isthmus.intent import Egress, Estate, Inspection, Segment, Site, Spoke, VpnConnection
from isthmus.intent.connection import Connection
from isthmus.intent.reachability import (
    advertised_to,
    inspected_between,
    inspected_networks,
    inspected_with_site,
    is_inspected_site,
    networks_denied,
    routed_together,
    segments_reached,
    sites_with_own_route_table,
    transit_between,
)
from modules.terraform_names import identifier

DEFAULT = "0.0.0.0/0"
# The keys of the tables of the egress VPC and of a firewall on the gateway. In an estate with an egress VPC, no segment
# may have these names.
EGRESS, FIREWALL = "egress", "firewall"


@dataclass(frozen=True, slots=True)
class HubTable:
    """A transit gateway route table.

    key        its Terraform identifier
    name       its `Name` tag
    segment    the segment whose members are associated with it; "" for the tables of the egress VPC and the firewall
    site       the site, if only connections of one site are associated with it
    default    the VPN connection that is the target of its static default route, or None
    central    whether the target of its static default route is the inspector
    blackholes its blackhole routes, as (end of the Terraform name, CIDR)
    """

    key: str
    name: str
    segment: str
    site: str | None = None
    default: str | None = None
    central: bool = False
    blackholes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route: its table, the end of its Terraform name, its destination."""

    table: str
    name: str
    cidr: str


class HubTables:
    """The route tables of an estate's hub, with their associations and propagations."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        tables = [table for segment in estate.segments for table in _tables_of(estate, segment)]
        tables += _tables_of_egress(estate)
        self.all: tuple[HubTable, ...] = tuple(sorted(tables, key=lambda table: table.key))

    def table_of_spoke(self, spoke: Spoke) -> HubTable:
        """The table that a spoke's attachment is associated with."""
        tables = [table for table in self.all if table.segment == spoke.segment and table.site is None]
        plain = next(table for table in tables if table.default is None and not table.central)
        if spoke.egress is Egress.CENTRAL:
            return next(table for table in tables if table.central)
        if spoke.egress is Egress.ON_PREMISES:
            return next((table for table in tables if table.default is not None), plain)
        return plain

    def table_of_connection(self, connection: Connection) -> HubTable:
        """The table that the attachment of a VPN connection or Direct Connect gateway is associated with."""
        site = self._estate.site_of(connection).name
        tables = [table for table in self.all if table.segment == connection.segment and table.default is None]
        plain = next(table for table in tables if table.site is None and not table.central)
        return next((table for table in tables if table.site == site), plain)

    def propagated_from_segment(self, segment: Segment | str) -> tuple[HubTable, ...]:
        """The tables that all spokes of a segment propagate into.

        These are the tables of every segment that is routed to it; the tables of sites that AWS advertises the segment
        to; and the inspector's table if there is inspection between this segment and another, or a site.
        """
        wanted = self._estate.segment(segment)
        inspected = any(inspected_between(wanted, other) for other in self._estate.segments) or any(
            inspected_with_site(wanted, site) for site in self._estate.sites
        )
        return tuple(
            table
            for table in self.all
            if (self._advertises(table, wanted) if table.segment else inspected and table.key == self.inspector)
        )

    def _advertises(self, table: HubTable, wanted: Segment) -> bool:
        """Whether a segment's table has routes to the spokes of a segment."""
        routed = routed_together(self._estate.segment(table.segment), wanted)
        if table.site is None or not routed:
            return routed
        site = self._estate.site(table.site)
        return advertised_to(self._estate, wanted, site) and not inspected_with_site(wanted, site)

    def propagated_from_spoke(self, spoke: Spoke) -> tuple[HubTable, ...]:
        """The tables that a spoke propagates into: those of its segment, and the inspector's if its egress is there."""
        propagated_from_segment = self.propagated_from_segment(spoke.segment)
        central = spoke.egress is Egress.CENTRAL
        return tuple(t for t in self.all if t in propagated_from_segment or (central and t.key == self.inspector))

    def possible_propagations(self, segment: Segment) -> tuple[HubTable, ...]:
        """The tables that any spoke of a segment may propagate into."""
        propagated_from_segment = self.propagated_from_segment(segment)
        central = Egress.CENTRAL in segment.allowed_egress
        return tuple(t for t in self.all if t in propagated_from_segment or (central and t.key == self.inspector))

    @property
    def inspector(self) -> str:
        """The key of the table of the inspector, which spokes propagate into: the firewall's, or the egress VPC's."""
        egress = self._estate.egress
        return FIREWALL if egress is not None and egress.inspection is Inspection.GATEWAY else EGRESS

    def routes_to_inspector(self) -> tuple[StaticRoute, ...]:
        """The static routes to the inspector: default routes, and routes between segments and sites with inspection."""
        allowed_egress = [StaticRoute(table.key, "default", DEFAULT) for table in self.all if table.central]
        between = [
            StaticRoute(table.key, f"{identifier(other.name)}_{identifier(block)}", block)
            for table in self.all
            for other in self._estate.segments
            if table.segment and inspected_between(self._estate.segment(table.segment), other)
            for block in other.blocks
        ]
        routes = (*allowed_egress, *between, *self._routes_to_sites(), *self._routes_from_sites())
        return tuple(sorted(routes, key=lambda route: (route.table, route.name)))

    def _routes_to_sites(self) -> Iterator[StaticRoute]:
        """In the tables of spokes: the networks of sites with inspection."""
        for table in self.all:
            if table.segment and table.site is None:
                networks = inspected_networks(self._estate, self._estate.segment(table.segment))
                yield from (StaticRoute(table.key, f"site_{identifier(name)}", cidr) for name, cidr in networks.items())

    def _routes_from_sites(self) -> Iterator[StaticRoute]:
        """In the tables of sites: the blocks of segments with inspection. AWS advertises these static routes."""
        for table in self.all:
            if table.site is None:
                continue
            site = self._estate.site(table.site)
            for segment in self._estate.segments:
                if inspected_with_site(segment, site) and advertised_to(self._estate, segment, site):
                    name = identifier(segment.name)
                    yield from (StaticRoute(table.key, f"{name}_{identifier(b)}", b) for b in segment.blocks)

    def tables_leading_to(self, connection: Connection) -> tuple[HubTable, ...]:
        """The tables with routes to a connection of a site: propagated routes with BGP, else static routes.

        The table of one site has routes to the sites that it has transit with, and to no other site. It needs no route
        to its own site. If there is inspection between a segment and the site, the inspector's table has routes to it,
        and the segment's tables have none.
        """
        return tuple(table for table in self.all if self._leads_to(table, connection))

    def _leads_to(self, table: HubTable, connection: Connection) -> bool:
        here = self._estate.site_of(connection)
        if not table.segment:
            return table.key == self.inspector and is_inspected_site(self._estate, here)
        if table.site is not None:
            return transit_between(self._estate.site(table.site), here)
        inspected = inspected_with_site(self._estate.segment(table.segment), here)
        return table in self.propagated_from_segment(connection.segment) and not inspected


def static_default(estate: Estate, segment: Segment) -> VpnConnection | None:
    """The connection that carries the static default of a segment's `ON_PREMISES` spokes, if they need one."""
    reached = _connections_reached(estate, segment)
    if Egress.ON_PREMISES not in segment.allowed_egress or any(DEFAULT in estate.advertised_on(one) for one in reached):
        return None
    return next((one for one in reached if isinstance(one, VpnConnection) and one.default_route), None)


def _tables_of(estate: Estate, segment: Segment) -> Iterator[HubTable]:
    key, name = identifier(segment.name), segment.route_table_name or f"{estate.prefix}-{segment.name}"
    blocks = tuple((f"block_{identifier(block)}", block) for block in sorted(estate.blocks))
    holes = tuple((identifier(network), cidr) for network, cidr in networks_denied(estate, segment).items())
    # A default route, propagated or static, must not carry packets between spokes over an egress path. The same holds
    # for a summary route that a site advertises. So the estate's blocks have blackhole routes.
    learned = [prefix for one in _connections_reached(estate, segment) for prefix in estate.advertised_on(one)]
    yield HubTable(key, name, segment.name, blackholes=_covered(blocks, learned) + holes)
    if default := static_default(estate, segment):
        yield HubTable(
            f"{key}_on_premises",
            f"{name}-on-premises",
            segment.name,
            default=default.name,
            blackholes=blocks + holes,
        )
    if Egress.CENTRAL in segment.allowed_egress:
        yield HubTable(f"{key}_central", f"{name}-central", segment.name, central=True, blackholes=blocks + holes)
    for site in sites_with_own_route_table(estate, segment):
        learned = [prefix for one in _connections_of_transit(estate, site) for prefix in estate.advertised_on(one)]
        yield HubTable(
            f"{key}_{identifier(site.name)}",
            f"{name}-{site.name}",
            segment.name,
            site=site.name,
            blackholes=_covered(blocks, learned),
        )


def _tables_of_egress(estate: Estate) -> Iterator[HubTable]:
    if estate.egress is None:
        return
    blocks = tuple((f"block_{identifier(block)}", block) for block in sorted(estate.blocks))
    if estate.egress.inspection is Inspection.GATEWAY:
        yield HubTable(EGRESS, f"{estate.prefix}-{EGRESS}", "")
        # The target of its default route is the egress VPC, which sends the blocks back. Without blackhole routes,
        # packets to an unused address would loop.
        yield HubTable(FIREWALL, f"{estate.prefix}-{FIREWALL}", "", blackholes=blocks)
    else:
        inspected = [one for one in estate.routed_connections if is_inspected_site(estate, estate.site_of(one))]
        learned = [prefix for one in inspected for prefix in estate.advertised_on(one)]
        yield HubTable(EGRESS, f"{estate.prefix}-{EGRESS}", "", blackholes=_covered(blocks, learned))


def _connections_reached(estate: Estate, segment: Segment) -> list[Connection]:
    """The connections in the tables of a segment: those to sites that it reaches without a firewall."""
    reached = {other.name for other in segments_reached(estate, segment)}
    direct = (
        one
        for one in estate.routed_connections
        if one.segment in reached and not inspected_with_site(segment, estate.site_of(one))
    )
    return sorted(direct, key=lambda one: one.name)


def _connections_of_transit(estate: Estate, site: Site) -> list[Connection]:
    return [one for one in estate.routed_connections if transit_between(site, estate.site_of(one))]


def _covered(blocks: tuple[tuple[str, str], ...], prefixes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The blocks that lie inside one of the prefixes."""
    summaries = [IPv4Network(prefix) for prefix in prefixes]
    return tuple((name, block) for name, block in blocks if any(map(IPv4Network(block).subnet_of, summaries)))
