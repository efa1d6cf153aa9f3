"""What may fail, by name, and which flows that takes."""

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


@dataclass(frozen=True)
class Loss:
    """A flow that works as long as nothing fails, and what comes of it then. `alike` counts others like it."""

    source: str
    destination: str
    trip: RoundTrip
    alike: int = 0

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}" + (f" and {self.alike} like it" if self.alike else "")


def scenario(subject: Analysis, given: str) -> Scenario:
    """What is down when something of that name is lost: all that bear it, a connection and its customer gateway alike.

    Names are those of VPN connections, customer gateways, sites (all their connections), tunnels (`<connection>#1`),
    zones; and Terraform addresses. Raises `NoSuchName`.
    """
    named = list(_named(subject))
    down = frozenset(address for name, addresses in named if name == given for address in addresses)
    if not down:
        raise NoSuchName(given, shortest_first(name for name, _ in named), "thing that may fail")
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
    """The flows that a failure takes, or may take, of those that are meant where there is an intent.

    What is in a zone that fails goes with it, and is not counted.
    """
    before = subject.pairs
    after = before.during(before.engine.in_scenario(failing))
    intent = Intended(subject.estate, before.locations) if subject.estate is not None else None
    for a, b, alike in _asked(subject, failing):
        if intent is not None and not intent.intended(a, b):
            continue
        for was, now in zip(before.exact(a, b).samples, after.exact(a, b).samples, strict=True):
            worked = was.is_workload and was.trip.outcome is not Outcome.BLOCKED
            if worked and now.trip.outcome is not Outcome.REACHABLE and not _inside(before, was, failing):
                yield Loss(a, b, now.trip, alike)
                break


def _asked(subject: Analysis, failing: Scenario) -> Iterator[tuple[str, str, int]]:
    """The pairs to try. A NAT gateway is one spoke's own, so that others like that spoke say nothing about it."""
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
