"""The engine and the naive walker agree on estates: on what the generator writes for any, as it is and edited."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.intent import Estate
from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position, Scenario, Service
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import EndpointKind, Network, Site
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.network.judge import Walker
from tests.network.judge.firewall_policy import policies_of
from tests.network.judge.services import agreed
from tests.proof.estates import write
from tests.properties.budget import share
from tests.twin.edits import Edits

PACKETS = 100
KINDS = (("tcp", 443), ("udp", 53), ("icmp", 0), ("tcp", 22), ("tcp", 8080), ("udp", 33434))


@settings(max_examples=share(10))
@given(estates(), st.integers(0, 2), st.integers(0, 100_000))
def test_engine_and_walker_agree_on_what_is_generated(estate: Estate, edits: int, seed: int) -> None:
    edited = Edits(synthesize(estate), seed)
    with tempfile.TemporaryDirectory() as folder:
        subject = proof.read(write(edited.edit(edits), Path(folder)))
    network, sites = subject.network, subject.locations.sites
    policies = policies_of(subject.graph)
    fails = sorted(what_fails(network))
    scenario = Scenario(frozenset(random.Random(seed).sample(fails, min(edits % 2, len(fails)))))
    engine = Forwarding(network, sites=sites, scenario=scenario)
    walker = Walker(network, sites, scenario, policies)
    for packet in asked(network, sites, random.Random(seed)):
        trip = engine.both_ways(packet)
        event(f"{trip.outcome}")
        there, both_ways = agreed(walker, packet)
        messages = (*edited.made, scenario, packet, "engine:", trip, "walker:")
        assert trip.forward.outcome in there, "\n".join(map(str, (*messages, *walker.forward(packet))))
        assert trip.outcome is both_ways, "\n".join(
            map(str, (*messages, *walker.forward(packet), *walker.tale(packet)))
        )


def what_fails(network: Network) -> Iterator[str]:
    """Zones, connections, tunnels, NAT gateways and attachments."""
    yield from {subnet.zone for subnet in network.subnets.values() if isinstance(subnet.zone, str)}
    yield from (*network.vpns, *network.nats, *network.attachments)
    yield from (tunnel.address for vpn in network.vpns.values() for tunnel in vpn.tunnels)


def asked(network: Network, sites: tuple[Site, ...], dice: random.Random) -> Iterator[Packet]:
    """Packets between any two places that AWS has a say between."""
    hosts: list[Position] = [InSubnet(address) for address in network.subnets]
    hosts += [AtSite(site.name, cidr[1]) for site in sites for cidr in site.networks]
    targets = [*hosts, Internet(), Service("s3"), Service("dynamodb")]
    targets += [AtEndpoint(name) for name, one in network.endpoints.items() if one.kind is EndpointKind.INTERFACE]
    for _ in range(PACKETS if hosts else 0):
        source, destination = dice.choice(hosts), dice.choice(targets)
        if source != destination and not its_own_affair(source, destination):
            protocol, port = dice.choice(KINDS)
            yield Packet(source, destination, protocol, port)


def its_own_affair(source: Position, destination: Position) -> bool:
    """Whether a site alone decides: inside itself, and what it sends to the internet."""
    if not isinstance(source, AtSite):
        return False
    return isinstance(destination, Internet | Service) or getattr(destination, "name", "") == source.name
