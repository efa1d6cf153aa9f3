"""The path to an AWS service through a gateway endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from isthmus.network.answers import Hop, InSubnet, Packet, Path, Service
from isthmus.network.index import NetworkIndex, grouped
from isthmus.network.model import EndpointKind, Subnet, Unknown, VpcEndpoint
from isthmus.network.walk import Walk


class GatewayEndpoints:
    """The gateway endpoints of one network."""

    def __init__(self, index: NetworkIndex) -> None:
        self.index = index
        self.network = index.network

    def path(self, walk: Walk, packet: Packet, target: int) -> Path | None:
        """A service by a gateway endpoint: for hosts of its VPC, in subnets whose table it is associated with.

        A route for some public addresses may be more specific than the service's own, or less: that is not known.
        A host of a zone that is down, or may be, is left to the walk, which asks about the zone before any table.

        https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
        """
        source, service = packet.source, packet.destination
        if not isinstance(service, Service) or not isinstance(source, InSubnet):
            return None
        subnet = self.network.subnets[source.address]
        if self.index.zones_down and self.index.zone_of(source.address) in ("", *self.index.zones_down):
            return None
        unknown_reason = ""
        for endpoint in self._candidates(subnet.table):
            if endpoint.service_name not in (service.name, ""):
                continue
            listed = subnet.table in endpoint.tables
            if listed and isinstance(endpoint.service, str) and isinstance(subnet.table, str):
                why = f"route of {subnet.table}"
                hops = (Hop("subnet", source.address), Hop("gateway endpoint", endpoint.address, why))
                rival = self._specific_route(subnet.table, target)
                if rival:
                    return Path(hops[:1], unknown=f"whether {rival} or {endpoint.address} leads to {service}")
                before = walk.cross(Path(hops[:1], str(service), endpoint.address), source.address, inbound=False)
                return before._replace(hops=hops)
            if listed or self._may_serve(endpoint, subnet):
                unknown_reason = unknown_reason or f"whether {endpoint.address} serves {service} for {source.address}"
        for endpoint in (*self.network.possible.endpoints.values(), *self._untyped_endpoints):
            if endpoint.kind in (EndpointKind.GATEWAY, EndpointKind.OTHER) and (
                endpoint.service_name in (service.name, "")
                and (subnet.table in endpoint.tables or self._may_serve(endpoint, subnet))
            ):
                unknown_reason = unknown_reason or f"whether {endpoint.address} serves {service} for {source.address}"
        return Path(unknown=unknown_reason) if unknown_reason else None

    def _specific_route(self, table: str, target: int) -> str:
        """The route that a table has for an address, if it is not one for all addresses; else "".

        https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
        """
        routes = self.index.vpc_table(table).decide(target).routes
        return next((f"{route.address} ({route.prefix})" for route in routes if route.prefix.prefixlen), "")

    def _candidates(self, table: str | Unknown) -> Iterable[VpcEndpoint]:
        """The gateway endpoints that may be in a route table: those that list it, or have a table that is unknown."""
        if isinstance(table, Unknown):
            return (endpoint for _, endpoint in self._endpoints)
        listed = self._by_table.get(table, ())
        if not self._with_unknown_tables:
            return (endpoint for _, endpoint in listed)
        found = dict((*listed, *self._with_unknown_tables))
        return (found[place] for place in sorted(found))

    @cached_property
    def _endpoints(self) -> Sequence[tuple[int, VpcEndpoint]]:
        """All gateway endpoints, in order."""
        return [(n, e) for n, e in enumerate(self.network.endpoints.values()) if e.kind is EndpointKind.GATEWAY]

    @cached_property
    def _by_table(self) -> Mapping[str | Unknown, Sequence[tuple[int, VpcEndpoint]]]:
        return grouped((table, entry) for entry in self._endpoints for table in dict.fromkeys(entry[1].tables))

    @cached_property
    def _with_unknown_tables(self) -> Sequence[tuple[int, VpcEndpoint]]:
        return [entry for entry in self._endpoints if any(isinstance(table, Unknown) for table in entry[1].tables)]

    @cached_property
    def _untyped_endpoints(self) -> tuple[VpcEndpoint, ...]:
        """Endpoints that may be of any type."""
        return tuple(e for e in self.network.endpoints.values() if e.kind is EndpointKind.OTHER)

    @staticmethod
    def _may_serve(endpoint: VpcEndpoint, subnet: Subnet) -> bool:
        """Whether a gateway endpoint of which not all is known may be in the table of a subnet."""
        if isinstance(subnet.table, Unknown) and endpoint.tables:
            return endpoint.vpc == subnet.vpc or isinstance(endpoint.vpc, Unknown) or isinstance(subnet.vpc, Unknown)
        unknown_tables = any(isinstance(t, Unknown) for t in endpoint.tables)
        return unknown_tables and (endpoint.vpc == subnet.vpc or isinstance(endpoint.vpc, Unknown))
