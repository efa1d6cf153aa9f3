"""Inside a VPC: out of a subnet by its table, along the route, and into a subnet."""

from __future__ import annotations

from dataclasses import replace

from isthmus.network.model import Target, TargetKind, Unknown
from tests.network.judge.carried import Ending, Luggage, arrived, dropped, unknown
from tests.network.judge.found import Found
from tests.network.judge.internet import InternetEdge
from tests.network.judge.middleboxes import Middleboxes
from tests.network.judge.peering import Peerings
from tests.network.judge.transit_gateway import TransitGateways
from tests.network.judge.unknown_reason import contains, known
from tests.network.judge.vpn_gateway import VpnGateways


class Vpcs(Middleboxes, InternetEdge, Peerings, TransitGateways, VpnGateways):
    """From subnet to subnet, or to the target of a route."""

    def _leave_host(self, luggage: Luggage, address: str, client: int = 0) -> list[Ending]:
        """A packet that a host in a subnet sends."""
        return self._guard(luggage, lambda: self._leave_subnet(luggage.at(f"from {address}"), address, client))

    def _leave_subnet(self, luggage: Luggage, address: str, client: int) -> list[Ending]:
        """Where a packet that is in a subnet goes next: what a host, a NAT gateway or a firewall in it sends.

        Also what a transit gateway hands over in it. The subnet's own table decides.
        """
        if len(luggage.steps) > 60 or luggage.steps.count(f"from {address}") > 3:
            return dropped(luggage, "it goes round in circles")
        subnet = self.network.subnets[address]
        if self._down(known(subnet.zone)):
            return dropped(luggage, f"zone {subnet.zone} is down")
        if any(contains(cidr, luggage.header.destination) for cidr in subnet.cidrs):
            return self._arrive(luggage, address, client)  # no router and no network ACL inside a subnet
        vpc = known(subnet.vpc)
        for endpoint in self.network.endpoints.values():
            if luggage.service and self._serves(endpoint, luggage.service, known(subnet.table)):
                rival = self._look_up_vpc(known(subnet.table), vpc, luggage.header.destination)
                if rival is not None and rival.length:
                    return unknown(luggage, f"whether {rival.why} is more specific than {endpoint.address}")
                return self._into_gateway_endpoint(luggage, endpoint, address)
        found = self._look_up_vpc(known(subnet.table), vpc, luggage.header.destination)
        if found is None:
            return dropped(luggage, f"{subnet.table} has no route to {luggage.header.destination}")
        luggage = luggage.at(f"{address}: {found.why}")
        if found.gone:
            return dropped(luggage, found.gone)
        self._filter(luggage.header, address, inbound=False)
        return self._take(luggage, found, vpc, address, client)

    def _take(self, luggage: Luggage, found: Found, vpc: str, origin: str | None, client: int) -> list[Ending]:
        """Follow a VPC route. `origin` is the subnet it leaves, None where it comes in through a gateway."""
        if isinstance(found.target, Unknown):
            return unknown(luggage, found.target)
        assert isinstance(found.target, Target)
        kind, address = found.target.kind, found.target.address
        zone = known(self.network.subnets[origin].zone) if origin else ""
        if origin is None and kind not in (TargetKind.LOCAL, TargetKind.FIREWALL_ENDPOINT, TargetKind.ENDPOINT):
            return unknown(luggage, f"a gateway route table with a {kind.value}")
        match kind:
            case TargetKind.LOCAL:
                return self._deliver(luggage, vpc, client)
            case TargetKind.TRANSIT_GATEWAY:
                assert origin is not None
                return self._into_transit_gateway(luggage, vpc, address, origin, zone, client)
            case TargetKind.NAT_GATEWAY:
                return self._through_nat(luggage, address, origin, client)
            case TargetKind.INTERNET_GATEWAY:
                return self._out_by_internet_gateway(luggage, vpc, address)
            case TargetKind.EGRESS_ONLY:
                if self.network.gateways[address].vpc != vpc:
                    return dropped(luggage, f"{address} is not attached to {vpc}")
                if luggage.header.destination.version == 4:
                    return dropped(luggage, "an egress-only internet gateway is for IPv6")
                return self._outside(luggage, vpc, address)
            case TargetKind.PEERING:
                return self._through_peering(luggage, vpc, self.network.peerings[address], client)
            case TargetKind.VPN_GATEWAY:
                return self._out_by_vpn_gateway(luggage, vpc, self.network.gateways[address], client)
            case TargetKind.FIREWALL_ENDPOINT | TargetKind.ENDPOINT:
                return self._through_firewall(luggage, address, origin, client)
        return unknown(luggage, f"{kind.value} {address} is not modeled")

    def _deliver(self, luggage: Luggage, vpc: str, client: int) -> list[Ending]:
        """The local route: into whichever subnet of the VPC has the destination."""
        for subnet in self.network.subnets.values():
            if known(subnet.vpc) == vpc and any(contains(cidr, luggage.header.destination) for cidr in subnet.cidrs):
                if self._down(known(subnet.zone)):
                    return dropped(luggage, f"zone {subnet.zone} is down")
                self._filter(luggage.header, subnet.address, inbound=True)
                return self._arrive(luggage, subnet.address, client)
        return dropped(luggage, f"no subnet of {vpc} has {luggage.header.destination}")

    def _arrive(self, luggage: Luggage, subnet: str, client: int) -> list[Ending]:
        """At the host, or at a NAT gateway that knows the connection and sends the reply on to the client."""
        if luggage.reply and luggage.translations:
            last = luggage.translations[-1]
            nat = self.network.nats[last.nat]
            if nat.subnet == subnet:
                header = replace(luggage.header, source=last.called, destination=last.hidden)
                rest = luggage.translations[:-1]
                if not rest:
                    header = replace(header, port=client)
                onward = replace(luggage, header=header, translations=rest).at(f"back through {last.nat}")
                return self._guard(onward, lambda: self._leave_subnet(onward, subnet, client))
        return arrived(luggage, subnet)
