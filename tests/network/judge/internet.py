"""The edge of a VPC: internet gateways, egress-only ones, gateway endpoints, and tables of gateways.

vpc/latest/userguide/VPC_Internet_Gateway.html, vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from isthmus.network.model import EndpointKind, VpcEndpoint
from tests.network.judge.carried import Ending, Luggage, arrived, dropped
from tests.network.judge.filters import Filters
from tests.network.judge.steps import Steps
from tests.network.judge.unknown_reason import known
from tests.network.judge.vpc_tables import VpcTables


class InternetEdge(Steps, Filters, VpcTables):
    """Out of a VPC by a gateway, and in."""

    def _out_by_internet_gateway(self, luggage: Luggage, vpc: str, address: str) -> list[Ending]:
        """One to one translation: only a sender of this VPC with a public address gets through."""
        if self.network.gateways[address].vpc != vpc:
            return dropped(luggage, f"{address} is not attached to {vpc}")
        if luggage.header.source.version == 4 and not (luggage.public and self._of_vpc(luggage.header.source, vpc)):
            return dropped(luggage, f"{luggage.header.source} has no public address at {address}")
        return self._outside(luggage, vpc, address)

    def _serves(self, endpoint: VpcEndpoint, service: str, table: str) -> bool:
        if endpoint.kind is not EndpointKind.GATEWAY or table not in map(known, endpoint.tables):
            return False
        return known(endpoint.service).rpartition(".")[2] == service

    def _into_gateway_endpoint(self, luggage: Luggage, endpoint: VpcEndpoint, origin: str) -> list[Ending]:
        """Its prefix list is longer than any default. vpc/latest/privatelink/gateway-endpoints.html"""
        if luggage.crossed:
            return dropped(luggage, f"{endpoint.address} serves its own VPC only")
        self._filter(luggage.header, origin, inbound=False)
        return arrived(luggage, "internet", endpoint.address)

    def _outside(self, luggage: Luggage, vpc: str, gateway: str) -> list[Ending]:
        if luggage.header.source.version == 6 and not self._of_vpc(luggage.header.source, vpc):
            return dropped(luggage, f"{luggage.header.source} is not of {vpc}")
        if luggage.header.source.version == 6 and not luggage.header.source.is_global:
            return dropped(luggage, f"{luggage.header.source} is private: vpc/latest/ipam/enable-prov-ipv6-gua.html")
        if not luggage.header.destination.is_global:
            return dropped(luggage, f"{luggage.header.destination} is not on the internet")
        return arrived(luggage, "internet", gateway)

    def _enter_from_internet(self, luggage: Luggage, subnet: str) -> list[Ending]:
        def walk() -> list[Ending]:
            vpc = known(self._subnet_vpc(subnet))
            gateways = self._internet_gateways(vpc)
            if not gateways:
                return dropped(luggage, f"{vpc} has no internet gateway")
            if not (luggage.header.destination.version == 4 or luggage.header.destination.is_global):
                return dropped(luggage, f"{luggage.header.destination} is private")
            return self._into_vpc_by_gateway(luggage, vpc, gateways[0], 0)

        return self._guard(luggage, walk)

    def _into_vpc_by_gateway(self, luggage: Luggage, vpc: str, gateway: str, client: int) -> list[Ending]:
        """Into a VPC by a gateway: by the gateway's own table if it has one, else straight to the subnet."""

        def walk() -> list[Ending]:
            for table in self.network.tables.values():
                if gateway in map(known, table.gateways):
                    found = self._look_up_vpc(table.address, vpc, luggage.header.destination)
                    if found is None:
                        return dropped(luggage, f"{table.address} has no route")
                    if found.gone:
                        return dropped(luggage, found.gone)
                    return self._take(luggage.at(f"{gateway}: {found.why}"), found, vpc, None, client)
            if not self._of_vpc(luggage.header.destination, vpc):
                return dropped(luggage, f"{luggage.header.destination} is not of {vpc}")
            return self._deliver(luggage.at(f"in by {gateway}"), vpc, client)

        return self._guard(luggage, walk)
