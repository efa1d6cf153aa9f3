"""Failure scenarios: each tunnel, VPN connection, customer gateway, NAT gateway and zone down.

With Direct Connect also each virtual interface, location and gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from isthmus.network.answers import Scenario
from isthmus.network.model import Network
from isthmus.proof.result.findings import LostFlows


class FailureKind(StrEnum):
    """The kinds of components that fail."""

    TUNNEL = "tunnel"
    CONNECTION = "VPN connection"
    CUSTOMER_GATEWAY = "customer gateway"
    VIRTUAL_INTERFACE = "virtual interface"
    LOCATION = "Direct Connect location"
    DX_GATEWAY = "Direct Connect gateway"
    NAT_GATEWAY = "NAT gateway"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Failure:
    """One component that fails: its kind, and its Terraform address, zone or Direct Connect location.

    `parts`: the addresses of the parts that fail with it, if it is no resource itself or takes others down.
    """

    kind: FailureKind
    what: str
    parts: tuple[str, ...] = ()

    @property
    def component(self) -> str:
        """The component as reports name it: `tunnel 1 of VPN connection aws_vpn_connection.dc1`."""
        if self.kind is FailureKind.TUNNEL:
            connection, _, number = self.what.rpartition("#")
            return f"tunnel {number} of VPN connection {connection}"
        return f"{self.kind} {self.what}"

    @property
    def scenario(self) -> Scenario:
        """The failure as the engine simulates it."""
        return Scenario(frozenset(self.parts or {self.what}), str(self))

    def __str__(self) -> str:
        return f"{self.component} down"


@dataclass(frozen=True, slots=True)
class FailureResult:
    """The result of a failure. `lost`: the flows that work otherwise, and not during the failure."""

    failure: Failure
    lost: tuple[LostFlows, ...]

    @property
    def survived(self) -> bool:
        """Whether every flow that the intent has redundancy for still works."""
        return not any(flow.meant_to_survive for flow in self.lost)

    @property
    def count(self) -> int:
        """The number of lost flows."""
        return sum(lost.count for lost in self.lost)

    def __str__(self) -> str:
        if not self.lost:
            return f"{self.failure}: no flow lost"
        text = f"{self.failure}: {self.count} {'flow' if self.count == 1 else 'flows'} lost"
        if not self.survived:
            return f"{text}, some of which the intent has redundancy for"
        in_it = self.failure.kind is FailureKind.ZONE
        return f"{text}: their source or destination is in this zone, or their path uses it" if in_it else text


def failures(
    network: Network,
    locations: Mapping[str, str] = MappingProxyType({}),
    devices: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Failure]:
    """Every failure that the proof simulates, in a stable order.

    `locations` are the Direct Connect locations of virtual interfaces, used where Terraform does not state them, and
    `devices` the customer gateways where virtual interfaces end, both by address of the interface.
    """
    for vpn in network.vpns.values():
        yield from (Failure(FailureKind.TUNNEL, tunnel.address) for tunnel in vpn.tunnels)
    yield from (Failure(FailureKind.CONNECTION, address) for address in network.vpns)
    for address in network.customer_gateways:
        ends = tuple(interface for interface, device in devices.items() if device == address)
        yield Failure(FailureKind.CUSTOMER_GATEWAY, address, (address, *ends) if ends else ())
    yield from _direct_connect(network, locations)
    yield from (Failure(FailureKind.NAT_GATEWAY, address) for address in network.nats)
    zones = {subnet.zone for subnet in network.subnets.values() if isinstance(subnet.zone, str)}
    yield from (Failure(FailureKind.ZONE, zone) for zone in sorted(zones))


def _direct_connect(network: Network, locations: Mapping[str, str]) -> Iterator[Failure]:
    """Each virtual interface, each location with its virtual interfaces, and each Direct Connect gateway."""
    interfaces = [interface for dx in network.dx_gateways.values() for interface in dx.known_interfaces]
    yield from (Failure(FailureKind.VIRTUAL_INTERFACE, interface.address) for interface in interfaces)
    at: dict[str, list[str]] = {}
    for interface in interfaces:
        if location := interface.location or locations.get(interface.address):
            at.setdefault(location, []).append(interface.address)
    yield from (Failure(FailureKind.LOCATION, location, tuple(ends)) for location, ends in sorted(at.items()))
    yield from (Failure(FailureKind.DX_GATEWAY, address) for address in network.dx_gateways)
