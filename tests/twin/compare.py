"""Packets against the proof: every pair of hosts of a twin, both directions, and the engine that the proof asks.

The engine is asked about exactly the packet that is sent: its addresses, ports, and client port.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from isthmus import proof
from isthmus.network.answers import AtSite, InSubnet, Internet, Outcome, Packet, Position, RoundTrip
from isthmus.network.answers import Path as Route
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Site, Unknown
from tests.proof.estates import write
from tests.twin.packets import ICMP, TCP, UDP
from tests.twin.routers import INTERNET
from tests.twin.twin import Question, Seen, Twin, wiring_of
from tests.twin.wiring import Host

NAMES = {ICMP: "icmp", TCP: "tcp", UDP: "udp"}
USUAL = ((ICMP, 0), (TCP, 443), (UDP, 53))
FILTERED = (*USUAL, (TCP, 22), (TCP, 8080), (UDP, 5000))
"""What is sent where network ACLs tell packets apart."""

_AGAIN = 3
"""Times that a packet is sent whose verdict differs: on a machine under load it may come late."""

_FIREWALL_RULES = "firewall rules: the twin's firewalls pass everything"
_ASYMMETRIC = "asymmetric inspection of a protocol without connections"
_CLAIMED = "a site sends to an address of another place that it advertises itself"
_NAT_PORT = "the port of a NAT gateway: network ACLs stop some, and Linux takes another one"


@dataclass(frozen=True)
class Disagreement:
    """A packet that the proof and the twin differ about."""

    way: str
    source: str
    destination: str
    traffic: str
    proof: str
    arrived: bool
    why: str

    def __str__(self) -> str:
        seen = "arrives" if self.arrived else "does not arrive"
        ends = f"{self.source} -> {self.destination}"
        return f"{self.way} {ends} {self.traffic}: proof {self.proof}, {seen}: {self.why}"


@dataclass
class Score:
    """What was compared, and how it came out."""

    pairs: int = 0
    packets: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        lines = [f"{self.pairs} pairs, {self.packets} packets: {counts}", *map(str, self.disagreements[:20])]
        return "\n".join(lines)

    def add(self, other: Score) -> None:
        """Count another one's too."""
        self.pairs += other.pairs
        self.packets += other.packets
        self.verdicts += other.verdicts
        self.disagreements += other.disagreements


def compare(
    files: Mapping[str, str],
    folder: Path,
    *,
    pick: int = 0,
    most: int = 0,
    seed: int = 0,
    realised: Mapping[str, str] | None = None,
) -> Score:
    """Hold the proof of an output against packets.

    - `folder`: an empty one, to write the output to for the proof.
    - `realised`: what the twin is made of instead: then the proof is of something else, and should not agree.
    - `pick`: which one the twin takes where AWS takes one of several.
    - `most`: at most so many pairs, chosen by `seed`; 0 for all.
    """
    subject = proof.read(write(files, folder))
    engine = Forwarding(subject.network, sites=subject.locations.sites)
    wiring = wiring_of(files if realised is None else realised, pick)
    pairs = list(_pairs(wiring.hosts))
    if most and most < len(pairs):
        pairs = random.Random(seed).sample(pairs, most)
    probes = FILTERED if any('"aws_network_acl"' in text for text in files.values()) else USUAL
    questions = [question for pair in pairs for question in _questions(*pair, probes)]
    score = Score(len(pairs))
    with Twin(wiring) as twin:
        unsettled = questions
        for attempt in range(_AGAIN):
            score.packets += len(unsettled)
            differing = []
            for question, seen in zip(unsettled, twin.ask(unsettled), strict=True):
                found = list(_verdicts(engine, subject.locations.sites, wiring.hosts, question, seen))
                if attempt < _AGAIN - 1 and any(isinstance(one, Disagreement) for one in found):
                    differing.append(question)
                else:
                    _count(score, found)
            unsettled = differing
    return score


def _pairs(hosts: Sequence[Host]) -> Iterator[tuple[int, int]]:
    """Every two hosts, both ways round. What a site does inside itself, or with the internet, is its own affair."""

    def site(host: Host) -> str:
        return host.location.partition("/")[0] if "aws_subnet" not in host.location else ""

    for a, one in enumerate(hosts):
        for b, other in enumerate(hosts):
            ends = {site(one), site(other)}
            alone = len(ends) == 1 and ends != {""}
            if a != b and not alone and not (INTERNET in ends and "" not in ends):
                yield a, b


def _questions(a: int, b: int, probes: Iterable[tuple[int, int]]) -> Iterator[Question]:
    """One packet of each kind, from client ports that differ from pair to pair."""
    clients = (1024, 1030, 32767, 32768, 40000, 49152, 60999, 65000, 65535)
    for number, (protocol, port) in enumerate(probes):
        yield Question(a, b, protocol, clients[(7 * a + 5 * b + number) % len(clients)], port)


def _location(host: Host) -> Position:
    """What the engine calls a host. None of the twin's has a public address of its own."""
    ip = ip_address(str(host.ip))
    if host.location == INTERNET:
        return Internet(ip)
    if "aws_subnet" in host.location:
        return InSubnet(host.location, ip)
    return AtSite(host.location.partition("/")[0], ip)


def _verdicts(
    engine: Forwarding, sites: Iterable[Site], hosts: Sequence[Host], question: Question, seen: Seen
) -> Iterator[Disagreement | str]:
    """How the proof and the twin compare: of the packet, and of the reply to one that arrives."""
    source, destination = hosts[question.source], hosts[question.destination]
    claims = _claimed(sites, source, destination), _claimed(sites, destination, source)
    packet = Packet(
        _location(source),
        _location(destination),
        NAMES[question.protocol],
        question.port,
        (question.client, question.client),
    )
    trip = engine.both_ways(packet)
    forward = {path.outcome for path in trip.forward.paths}
    yield _CLAIMED if claims[0] else _compared(packet, "forward", trip.forward.paths, seen.forward)
    if seen.forward and len(forward) == 1:
        yield _CLAIMED if claims[1] else _reply(packet, trip, seen)


def _claimed(sites: Iterable[Site], source: Host, destination: Host) -> bool:
    """Whether a site sends to an address that it advertises itself, in none of its networks: what it does then is its
    own routers' affair, and the proof reports what it advertises by itself."""
    name = source.location.partition("/")[0]
    for site in sites:
        if site.name == name:
            own = any(destination.ip in cidr for cidr in site.networks)
            advertised = () if isinstance(site.advertises, Unknown) else site.advertises
            return not own and any(destination.ip in one.prefix for one in advertised if one.prefix.prefixlen)
    return False


def _reply(packet: Packet, trip: RoundTrip, seen: Seen) -> Disagreement | str:
    """The reply, and of TCP the packet after it: a firewall that missed the reply stops that one.

    Where the proof leaves the first packet unknown, it says nothing of that.
    """
    through = packet.protocol != "tcp" or trip.forward.outcome is not Outcome.REACHABLE or seen.third
    arrived = seen.back and through
    if trip.asymmetric and packet.protocol != "tcp":
        return _ASYMMETRIC
    if trip.asymmetric:
        return _compared(packet, "handshake", [Route(blocks=trip.asymmetric)], seen.back and seen.third)
    translated = any(path.nats for path in trip.forward.paths)
    if translated and "network-acl-denies" in _rules(trip.reply.paths):
        return _NAT_PORT
    return _compared(packet, "return", trip.reply.paths, arrived)


def _compared(packet: Packet, way: str, paths: Sequence[Route], arrived: bool) -> Disagreement | str:
    outcomes = {path.outcome for path in paths}
    if not paths or Outcome.UNKNOWN in outcomes:
        return "unknown"
    if len(outcomes) > 1:
        return "depends on which way AWS takes"
    (outcome,) = outcomes
    if (outcome is Outcome.REACHABLE) == arrived:
        return f"{outcome}"
    rules = _rules(paths)
    if arrived and rules and all(rule.startswith("firewall-") for rule in rules):
        return _FIREWALL_RULES
    traffic = f"{packet.protocol}/{packet.port} from {packet.ephemeral[0]}"
    why = ", ".join(sorted(rules)) or " ".join(hop.address for hop in paths[0].hops)
    return Disagreement(way, str(packet.source), str(packet.destination), traffic, str(outcome), arrived, why)


def _rules(paths: Iterable[Route]) -> set[str]:
    return {block.rule for path in paths for block in path.blocks}


def _count(score: Score, found: Iterable[Disagreement | str]) -> None:
    for one in found:
        if isinstance(one, Disagreement):
            score.disagreements.append(one)
        else:
            score.verdicts[one] += 1
