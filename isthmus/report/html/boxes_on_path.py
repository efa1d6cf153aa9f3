"""The boxes of the diagram that a path passes: hops name subnets, gateways and route tables inside of boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from isthmus.network.answers import Hop
from isthmus.network.model import Network, Unknown
from isthmus.report.diagram.network import INTERNET

__all__ = ["BoxesOnPath"]


class BoxesOnPath:
    """Finds boxes by the addresses of resources. `numbers` are the boxes of the diagram, by key."""

    def __init__(self, network: Network, numbers: Mapping[str, int]) -> None:
        self.network = network
        self.numbers = numbers
        self._inside = dict(_inside(network))

    def of_path(self, hops: Sequence[Hop]) -> list[int]:
        """The boxes in the order of the path. A box is not repeated for hops that follow each other."""
        found: list[int] = []
        for hop in hops:
            for box in self._of_hop(hop, found):
                if not found or found[-1] != box:
                    found.append(box)
        return found

    def of_address(self, address: str) -> int | None:
        """The box of a resource, or the box that it is inside of; None if there is none."""
        seen: set[str] = set()
        while address not in self.numbers and address not in seen:
            seen.add(address)
            address = self._inside.get(address, address)
        return self.numbers.get(address)

    def _of_hop(self, hop: Hop, before: Sequence[int]) -> Iterator[int]:
        """The box of a hop. Between a site and its VPN connection is the customer gateway."""
        key = {"site": f"site {hop.address}", "internet": INTERNET}.get(hop.kind, hop.address)
        box = self.of_address(key)
        if box is None:
            return
        if hop.kind == "site" and before:
            yield from self._customer_gateway(before[-1])
        elif hop.kind == "VPN connection" and before and before[-1] in self._sites:
            yield from self._customer_gateway(box)
        yield box

    @property
    def _sites(self) -> set[int]:
        return {number for key, number in self.numbers.items() if key.startswith("site ")}

    def _customer_gateway(self, connection: int) -> Iterator[int]:
        for vpn in self.network.vpns.values():
            if self.numbers.get(vpn.address) == connection and isinstance(vpn.customer_gateway, str):
                box = self.numbers.get(vpn.customer_gateway)
                if box is not None:
                    yield box


def _inside(network: Network) -> Iterator[tuple[str, str]]:
    """Each resource that has no box, and the resource that it is inside of or attached to."""
    pairs: list[tuple[str, str | Unknown | None]] = [
        *((subnet.address, subnet.vpc) for subnet in network.subnets.values()),
        *((nat.address, nat.subnet) for nat in network.nats.values()),
        *((endpoint.address, endpoint.vpc) for endpoint in network.endpoints.values()),
        *((gateway.address, gateway.vpc) for gateway in network.gateways.values()),
        *((table.address, table.vpc) for table in network.tables.values()),
        *((route.address, table.address) for table in network.tables.values() for route in table.routes),
        *((nacl.address, nacl.vpc) for nacl in network.nacls.values()),
        *((group.address, group.vpc) for group in network.security_groups.values()),
        *((firewall.address, firewall.vpc) for firewall in network.firewalls.values()),
        *((end.address, firewall.address) for firewall in network.firewalls.values() for end in firewall.endpoints),
        *((attachment.address, attachment.attached) for attachment in network.attachments.values()),
        *((route.address, table.address) for table in network.tgw_tables.values() for route in table.routes),
        *((tunnel.address, vpn.address) for vpn in network.vpns.values() for tunnel in vpn.tunnels),
    ]
    yield from ((address, outer) for address, outer in pairs if isinstance(outer, str))
