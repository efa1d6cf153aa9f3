"""BGP between AWS and the sites: what AWS advertises over each attachment, and how the router of a site uses it.

An attachment, in this module, is any connection between AWS and a site that has its own BGP session: a transit gateway
attachment; a VPN connection to a virtual private gateway; or a Direct Connect gateway at a virtual private gateway,
with a name from `NetworkIndex.direct_connect_at_gateways`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isthmus.network.address_space import RangeMap
from isthmus.network.as_paths import refused
from isthmus.network.index import CONNECTION_KINDS, NetworkIndex, grouped
from isthmus.network.model import Attachment, AttachmentKind, Cidr, Site, Unknown
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.network.route_tables import Route, cidrs_unknown_reason, gateway_routes, tgw_unknown_reason, vpc_cidrs
from isthmus.network.site_routes import SiteDecision, SiteRoutes


class Bgp:
    """The prefixes that AWS advertises, and the decisions of the routers at the sites. Each is computed once."""

    def __init__(self, index: NetworkIndex) -> None:
        self.index = index
        self.network = index.network
        self._advertised: dict[str, AdvertisedPrefixes] = {}
        self._outbound: dict[str, RangeMap[SiteDecision]] = {}
        self._transit: dict[str, RangeMap[SiteDecision]] = {}
        self._best: dict[str, list[tuple[Cidr, list[Route]]]] = {}

    # --- from AWS

    def advertised_prefixes(self, attachment: str) -> AdvertisedPrefixes:
        """The prefixes that AWS advertises over an attachment.

        A transit gateway advertises the routes of the route table that is associated with the attachment. It does not
        advertise a route that leads back to the same site. A Direct Connect gateway advertises the allowed prefixes.
        https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
        """
        if attachment not in self._advertised:
            found = self.network.attachments.get(attachment)
            self._advertised[attachment] = self._from_gateway(attachment) if found is None else self._from_tgw(found)
        return self._advertised[attachment]

    def _from_tgw(self, attachment: Attachment) -> AdvertisedPrefixes:
        name = attachment.address
        if attachment.kind is AttachmentKind.DX_GATEWAY and isinstance(attachment.attached, str):
            dx = self.network.dx_gateways[attachment.attached]
            return _allowed_prefixes(name, dx.allowed.get(name, ()))
        if self.index.down_reason(str(attachment.attached)) or attachment.table is None:
            return AdvertisedPrefixes(name)  # the BGP session is down, or the attachment has no association
        if attachment.policy_table is not None:
            return AdvertisedPrefixes(name, unknown=f"{name} has a policy table, which is not modeled")
        if isinstance(attachment.table, Unknown):
            return AdvertisedPrefixes(name, unknown=attachment.table.reason)
        return self._from_tgw_table(attachment, attachment.table)

    def _from_tgw_table(self, attachment: Attachment, table: str) -> AdvertisedPrefixes:
        same_site = self._attachments_of_same_site(attachment)
        prefixes: dict[Cidr, str] = {}
        blackholes: list[Cidr] = []
        may_be_refused: dict[Cidr, str] = {}
        unknown_reason = ""  # why it is unknown whether AWS advertises some prefix
        effective = self.index.tgw_table(table)
        if table not in self._best:  # sites share tables
            self._best[table] = list(_best_routes(effective.candidates))
        for prefix, best in self._best[table]:
            unresolved = next((r.target for r in best if isinstance(r.target, Unknown)), None)
            if unresolved is not None:
                unknown_reason = unknown_reason or unresolved.reason
            elif best[0].target is None:
                blackholes.append(prefix)
            elif from_others := [r for r in best if r.target not in same_site]:
                prefixes[prefix] = best[0].address
                if why := refused(self.network, str(attachment.attached), from_others):
                    may_be_refused[prefix] = why
        # A part of a table has no unknown routes that the whole table has not.
        table_reason = self._unknown_without(table, same_site) if effective.unknown_reason else ""
        return AdvertisedPrefixes(
            attachment.address,
            prefixes,
            tuple(blackholes),
            table_reason or unknown_reason,
            may_be_refused=may_be_refused,
        )

    def _unknown_without(self, table: str, attachments: set[str]) -> str:
        """Why a table may have routes that are not known, without those that some attachments propagate; or ""."""
        configured = self.network.tgw_tables[table]
        others = replace(configured, propagations=tuple(p for p in configured.propagations if p not in attachments))
        return tgw_unknown_reason(self.network, self.index.sites, others, self.index.scenario)

    def _attachments_of_same_site(self, attachment: Attachment) -> set[str]:
        site = self.index.sites.by_connection.get(str(attachment.attached))
        connections = site.connections if site else ()
        return {a.address for c in connections for a in self.index.attachments_of_connection.get(c, [])}

    def _from_gateway(self, connection: str) -> AdvertisedPrefixes:
        """A virtual private gateway advertises its VPC, and to each site the prefixes of the others (VPN CloudHub).

        Over a Direct Connect gateway it advertises the allowed prefixes. By default these are the CIDRs of the VPC.
        https://docs.aws.amazon.com/vpn/latest/s2svpn/VPN_CloudHub.html
        https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
        """
        if connection in self.index.direct_connect_at_gateways:
            dx, gateway = self.index.direct_connect_at_gateways[connection]
            return _allowed_prefixes(connection, self.network.dx_gateways[dx].allowed[gateway])
        vpn = self.network.vpns.get(connection)
        if vpn is not None and isinstance(vpn.gateway, Unknown):
            return AdvertisedPrefixes(connection, unknown=f"the gateway of {connection}: {vpn.gateway.reason}")
        if vpn is None or vpn.gateway not in self.network.gateways or isinstance(vpn.gateway, Unknown | None):
            return AdvertisedPrefixes(connection)
        vpc = self.network.gateways[vpn.gateway].vpc
        if isinstance(vpc, Unknown):
            return AdvertisedPrefixes(connection, unknown=f"the VPC of {vpn.gateway}: {vpc.reason}")
        prefixes = dict.fromkeys(vpc_cidrs(self.network, vpc), vpc) if vpc is not None else {}
        unknown_reason = cidrs_unknown_reason(self.network, vpc) if vpc is not None else ""
        same_site = self.index.sites.by_connection[connection].connections
        for route in gateway_routes(
            self.network, self.index.sites, vpn.gateway, self.index.scenario, leaving_out=same_site
        ):
            if isinstance(route, Unknown):
                unknown_reason = unknown_reason or route.reason
            else:
                prefixes.setdefault(route.prefix, route.address)
        return AdvertisedPrefixes(connection, prefixes, (), unknown_reason)

    # --- at the site

    def attachments_up(self, site: Site) -> list[tuple[str, str]]:
        """The connections of a site that are up, each with each of its attachments."""
        found: list[tuple[str, str]] = []
        for connection in site.connections:
            if self.index.down_reason(connection):
                continue
            attached = self.index.attachments_of_connection.get(connection, [])
            found += [(connection, a.address) for a in attached if a.address not in self.index.scenario.down]
            vpn = self.network.vpns.get(connection)
            if vpn is not None and isinstance(vpn.gateway, str) and vpn.gateway in self.network.gateways:
                found.append((connection, connection))
            at_gateways = self.index.direct_connect_at_gateways.items()
            found += [(connection, name) for name, (dx, _) in at_gateways if dx == connection]
        return found

    def attachments_unknown_reason(self, site: Site) -> str:
        """Why a site may have more attachments than `attachments_up` returns, or ""."""
        reasons = (reason for connection in site.connections for reason in self._possible_attachments(connection))
        return next(reasons, "") or next(self._unresolved_attachments(site), "")

    def _possible_attachments(self, connection: str) -> Iterator[str]:
        """Why it is unknown whether an attachment of a connection exists."""
        possible = self.network.possible
        for address, attachment in possible.attachments.items():
            if attachment.attached == connection:
                yield possible.unaccepted.get(address, f"how many {address} there are is not known")
        for address, (dx_gateway, _) in possible.dx_associations.items():
            may_be_this = isinstance(dx_gateway, Unknown) and connection in self.network.dx_gateways
            if dx_gateway == connection or may_be_this:
                yield f"whether {address} joins {connection} to a gateway"

    def _unresolved_attachments(self, site: Site) -> Iterator[str]:
        """Why the attachments of connections that are up, and have none that is known, are unknown."""
        unresolved = next(
            (
                f"what {a.address} attaches: {a.attached.reason}"
                for a in self.network.attachments.values()
                if a.kind in CONNECTION_KINDS and isinstance(a.attached, Unknown)
            ),
            "",
        )
        for connection in site.connections:
            if self.index.down_reason(connection) or connection in self.index.attachments_of_connection:
                continue
            vpn = self.network.vpns.get(connection)
            if vpn is not None and isinstance(vpn.gateway, Unknown):
                yield f"the gateway of {connection}: {vpn.gateway.reason}"
            elif unresolved and (vpn is None or vpn.gateway not in self.network.gateways):
                yield unresolved

    def outbound(self, site: Site) -> RangeMap[SiteDecision]:
        """The decisions about packets from the hosts of a site: over the attachments with the longest-prefix match.

        A site that advertises a default route has a default route of its own, and uses that one. AWS advertises nothing
        over a static connection: the router is taken to have static routes for what AWS would advertise over BGP.
        """
        if site.name not in self._outbound:
            self._outbound[site.name] = self._site_routes(site, transit=False).compiled()
        return self._outbound[site.name]

    def transit(self, site: Site) -> RangeMap[SiteDecision]:
        """The decisions about packets from AWS: the router delivers those for its networks, and returns others."""
        if site.name not in self._transit:
            self._transit[site.name] = self._site_routes(site, transit=True).compiled()
        return self._transit[site.name]

    def _site_routes(self, site: Site, transit: bool) -> SiteRoutes:
        routes = SiteRoutes(site, transit, self.attachments_unknown_reason(site))
        for _, attachment in self.attachments_up(site):
            routes.learn(attachment, self.advertised_prefixes(attachment))
        return routes


def _best_routes(candidates: tuple[Route, ...]) -> Iterator[tuple[Cidr, list[Route]]]:
    """The routes of the best rank for each prefix."""
    for prefix, routes in grouped((r.prefix, r) for r in candidates).items():
        best = min(r.rank for r in routes)
        yield prefix, [r for r in routes if r.rank == best]


def _allowed_prefixes(name: str, allowed: tuple[Cidr | Unknown, ...]) -> AdvertisedPrefixes:
    unknown_reason = next((c.reason for c in allowed if isinstance(c, Unknown)), "")
    prefixes = {c: "allowed prefix" for c in allowed if not isinstance(c, Unknown)}
    return AdvertisedPrefixes(name, prefixes, (), unknown_reason)
