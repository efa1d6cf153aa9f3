"""What is left when something fails: each tunnel, VPN connection, customer gateway, NAT gateway and zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from isthmus.network.answers import Scenario
from isthmus.network.model import Network
from isthmus.proof.result.findings import Lost


class Failing(StrEnum):
    """Kinds of things that fail."""

    TUNNEL = "tunnel"
    CONNECTION = "VPN connection"
    CUSTOMER_GATEWAY = "customer gateway"
    NAT_GATEWAY = "NAT gateway"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that fails: its kind, and its address or label."""

    kind: Failing
    what: str

    @property
    def scenario(self) -> Scenario:
        """The failure as the engine takes it."""
        return Scenario(frozenset({self.what}), str(self))

    def __str__(self) -> str:
        return f"{self.kind} {self.what} down"


@dataclass(frozen=True, slots=True)
class Survival:
    """What a failure takes. `lost` are flows that work otherwise; it is survived if none of them was meant to be."""

    failure: Failure
    lost: tuple[Lost, ...]

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
        in_it = self.failure.kind is Failing.ZONE
        return f"{text}, for hosts that are in it or leave by it" if in_it else text


def failures(network: Network) -> Iterator[Failure]:
    """Everything whose failure is looked at, in a stable order."""
    for vpn in network.vpns.values():
        yield from (Failure(Failing.TUNNEL, tunnel.address) for tunnel in vpn.tunnels)
    yield from (Failure(Failing.CONNECTION, address) for address in network.vpns)
    yield from (Failure(Failing.CUSTOMER_GATEWAY, address) for address in network.customer_gateways)
    yield from (Failure(Failing.NAT_GATEWAY, address) for address in network.nats)
    zones = {subnet.zone for subnet in network.subnets.values() if isinstance(subnet.zone, str)}
    yield from (Failure(Failing.ZONE, zone) for zone in sorted(zones))
