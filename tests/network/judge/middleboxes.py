"""NAT gateways and firewall endpoints: each sits in a subnet.

vpc/latest/userguide/vpc-nat-gateway.html
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Network

from isthmus.network.model import EndpointKind
from tests.network.judge.carried import Ending, Luggage, Translation, dropped, unknown
from tests.network.judge.filters import Filters
from tests.network.judge.inspection import Inspection
from tests.network.judge.steps import Steps
from tests.network.judge.unknown_reason import known, truth

NAT64 = IPv6Network("64:ff9b::/96")


class Middleboxes(Steps, Filters, Inspection):
    """Into the subnet of a middlebox, and on by that subnet's table."""

    def _through_nat(self, luggage: Luggage, address: str, origin: str | None, client: int) -> list[Ending]:
        """The NAT gateway sits in a subnet: into it, a new source address, and out by that subnet's table."""
        nat = self.network.nats[address]
        subnet = known(nat.subnet)
        if self._down(address, known(self.network.subnets[subnet].zone)):
            return dropped(luggage, f"{address} is down")
        if luggage.reply:
            return dropped(luggage, f"{address} knows no connection that this reply belongs to")
        destination = luggage.header.destination
        if destination.version == 6 and destination not in NAT64:
            return dropped(luggage, "a NAT gateway takes IPv6 only to 64:ff9b::/96")
        if (
            destination.version == 6
        ):  # the IPv4 address is at the end; vpc/latest/userguide/nat-gateway-nat64-dns64.html
            destination = IPv4Address(destination.packed[-4:])
        if any(seen.nat == address for seen in luggage.translations):
            return dropped(luggage, f"{address} sends it back to itself")
        if origin != subnet:
            self._filter(luggage.header, subnet, inbound=True)
        private = nat.private_ip or self._first_host(self.network.subnets[subnet], 4)
        hidden = Translation(address, luggage.header.source, luggage.header.destination)
        onward = replace(
            luggage,
            header=replace(luggage.header, source=private, destination=destination),
            translations=(*luggage.translations, hidden),
            public=truth(nat.public),
        ).at(f"through {address}")
        return self._leave_subnet(onward, subnet, client)

    def _through_firewall(self, luggage: Luggage, address: str, origin: str | None, client: int) -> list[Ending]:
        """A firewall endpoint, or one of a Gateway Load Balancer: into its subnet, and on by that subnet's table.

        Behind a load balancer, appliances of which nothing is known return every packet.
        """
        ends = [end for firewall in self.network.firewalls.values() for end in firewall.endpoints]
        places = {end.address: (end.subnet, end.firewall) for end in ends}
        for balanced in self.network.endpoints.values():
            if balanced.kind is EndpointKind.GATEWAY_LOAD_BALANCER:
                places[balanced.address] = (balanced.subnets[0], "")
        if address not in places:
            return unknown(luggage, f"no firewall has {address}")
        where, firewall = places[address]
        subnet = self.network.subnets[known(where)]
        if self._down(address, known(subnet.zone)):
            return dropped(luggage, f"{address} is down")
        if address in luggage.boxes:
            return dropped(luggage, f"{address} sends it back to itself")
        if origin != subnet.address:
            self._filter(luggage.header, subnet.address, inbound=True)
        seen = self._inspect(luggage, firewall)
        onward = replace(seen, boxes=(*luggage.boxes, address)).at(f"through {address}")
        return self._leave_subnet(onward, subnet.address, client)
