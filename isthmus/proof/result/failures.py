"""What is left when something fails: each tunnel, VPN connection, customer gateway, NAT gateway and zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from isthmus.network.answers import Scenario
from isthmus.network.model import Network
from isthmus.proof.result.findings import LostFlows


class FailureKind(StrEnum):
    """Kinds of things that fail."""

    TUNNEL = "tunnel"
    CONNECTION = "VPN connection"
    CUSTOMER_GATEWAY = "customer gateway"
    NAT_GATEWAY = "NAT gateway"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that fails: its kind, and its address or label."""

    kind: FailureKind
    what: str

    @property
    def scenario(self) -> Scenario:
        """The failure as the engine takes it."""
        return Scenario(frozenset({self.what}), str(self))

    def __str__(self) -> str:
        return f"{self.kind} {self.what} down"


@dataclass(frozen=True, slots=True)
class FailureResult:
    """What a failure takes. `lost` are flows that work otherwise; it is survived if none of them was meant to be."""

    failure: Failure
    lost: tuple[LostFlows, ...]

    @property
    def survived(self) -> bool:
        """Whether everything is left that was meant to be."""
        return not any(flow.meant_to_survive for flow in self.lost)

    @property
    def count(self) -> int:
        """How many flows are lost."""
        return sum(lost.count for lost in self.lost)

    def __str__(self) -> str:
        if not self.lost:
            return f"{self.failure}: nothing lost"
        text = f"{self.failure}: {self.count} {'flow' if self.count == 1 else 'flows'} lost"
        if not self.survived:
            return f"{text}, some meant to survive"
        in_it = self.failure.kind is FailureKind.ZONE
        return f"{text}, for hosts that are in it or leave by it" if in_it else text


def failures(network: Network) -> Iterator[Failure]:
    """Everything whose failure is looked at, in a stable order."""
    for vpn in network.vpns.values():
        yield from (Failure(FailureKind.TUNNEL, tunnel.address) for tunnel in vpn.tunnels)
    yield from (Failure(FailureKind.CONNECTION, address) for address in network.vpns)
    yield from (Failure(FailureKind.CUSTOMER_GATEWAY, address) for address in network.customer_gateways)
    yield from (Failure(FailureKind.NAT_GATEWAY, address) for address in network.nats)
    zones = {subnet.zone for subnet in network.subnets.values() if isinstance(subnet.zone, str)}
    yield from (Failure(FailureKind.ZONE, zone) for zone in sorted(zones))
