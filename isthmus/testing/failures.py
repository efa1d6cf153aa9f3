"""Components that may fail, by name, and the flows that are lost then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.network.answers import InSubnet, Outcome, Position, RoundTrip, Scenario
from isthmus.proof import Analysis, NoSuchName
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.inventory import bind
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import SampleFlow
from isthmus.testing.egress_paths import shortest_first

__all__ = ["Loss", "losses", "scenario"]


@dataclass(frozen=True)
class Loss:
    """A flow that is lost if a component fails, with its paths then. `equivalent` counts equivalent flows."""

    source: str
    destination: str
    trip: RoundTrip
    equivalent: int = 0

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}" + (
            f" and {self.equivalent} equivalent" if self.equivalent else ""
        )


def scenario(subject: Analysis, given: str) -> Scenario:
    """The failure scenario for a name: all components with this name are down.

    Names are those of VPN connections, customer gateways, sites (all their connections), tunnels (`<connection>#1`) and
    zones, and Terraform addresses. Raises `NoSuchName`.
    """
    named = list(_named(subject))
    down = frozenset(address for name, addresses in named if name == given for address in addresses)
    if not down:
        raise NoSuchName(given, shortest_first(name for name, _ in named), "component that may fail")
    return Scenario(down, f"loss of {given}")


def _named(subject: Analysis) -> Iterator[tuple[str, frozenset[str]]]:
    network = subject.network
    for vpn in network.vpns.values():
        yield from ((name, frozenset({vpn.address})) for name in (vpn.name, vpn.address))
    for address in (*network.customer_gateways, *network.nats):
        yield address, frozenset({address})
    for zone in {subnet.zone for subnet in network.subnets.values() if isinstance(subnet.zone, str)}:
        yield zone, frozenset({zone})
    for site in subject.pairs.locations.sites:
        yield site.name, frozenset(site.connections)
    labels = {vpn.address: {vpn.address, vpn.name} for vpn in network.vpns.values()}
    if subject.estate is not None:
        bound = bind(subject.estate, network, subject.roots).vpns
        for connection in subject.estate.vpn_connections:
            if connection.name in bound:
                vpn = network.vpns[bound[connection.name]]
                labels[vpn.address].add(connection.name)
                yield connection.name, frozenset({vpn.address})
                if isinstance(vpn.customer_gateway, str):
                    yield str(connection.customer_gateway), frozenset({vpn.customer_gateway})
    for vpn in network.vpns.values():
        for tunnel in vpn.tunnels:
            number = tunnel.address.removeprefix(vpn.address)
            yield from ((f"{label}{number}", frozenset({tunnel.address})) for label in labels[vpn.address] if label)


def losses(subject: Analysis, failing: Scenario) -> Iterator[Loss]:
    """The flows that are lost, or may be lost, in a failure scenario; with an intent, only intended flows.

    Flows with an endpoint in a failed zone do not count.
    """
    before = subject.pairs
    after = before.during(before.engine.in_scenario(failing))
    intent = Intended(subject.estate, before.locations) if subject.estate is not None else None
    for a, b, equivalent in _pairs_to_try(subject, failing):
        if intent is not None and not intent.intended(a, b):
            continue
        for was, now in zip(before.exact(a, b).samples, after.exact(a, b).samples, strict=True):
            worked = was.is_workload and was.trip.outcome is not Outcome.BLOCKED
            if worked and now.trip.outcome is not Outcome.REACHABLE and not _inside(before, was, failing):
                yield Loss(a, b, now.trip, equivalent)
                break


def _pairs_to_try(subject: Analysis, failing: Scenario) -> Iterator[tuple[str, str, int]]:
    """The pairs to try. A NAT gateway belongs to one spoke, so equivalent spokes do not represent it."""
    pairs = subject.pairs
    if failing.down <= subject.network.nats.keys():
        yield from ((spoke.name, INTERNET, 0) for spoke in pairs.locations.spokes)
    else:
        yield from ((a, b, count - 1) for a, b, count in pairs.representative_pairs())


def _inside(pairs: AllPairs, sample: SampleFlow, failing: Scenario) -> bool:
    return bool(failing.down & {sample.zone, _zone_of(pairs, sample.destination)})


def _zone_of(pairs: AllPairs, location: Position) -> str:
    if not isinstance(location, InSubnet):
        return ""
    zone = pairs.engine.network.subnets[location.address].zone
    return zone if isinstance(zone, str) else ""
