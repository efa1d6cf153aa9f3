"""Compares packets with the engine that the proof asks.

The engine is asked about exactly the packet that is sent: its addresses, ports, and client port.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import islice

from isthmus.lab.follow import Seen
from isthmus.lab.hops import may_be_filtered, stopped_in_device, stopped_where
from isthmus.lab.packet_bytes import ICMP, TCP, UDP
from isthmus.lab.questions import is_site
from isthmus.lab.routers import INTERNET
from isthmus.lab.running import Arrivals, Connection, Question
from isthmus.lab.wiring import LabHost, Wiring
from isthmus.network.answers import AtSite, InSubnet, Internet, Outcome, Packet, Path, Position, RoundTrip
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Site, Unknown

__all__ = ["EQUAL", "MOST_FOLLOWED", "PacketDifference", "Score", "compare"]

_NAMES = {ICMP: "icmp", TCP: "tcp", UDP: "udp"}
_AGAIN = 3
"""Times that a packet is sent whose result differs: on a machine under load it may come late."""

_FOLLOWED_AT_ONCE = 500
"""Packets that are followed at one time, so that no buffer overflows."""

MOST_FOLLOWED = 10
"""Differences with their hops in the lab: the cause of many is often the same."""

EQUAL = (str(Outcome.REACHABLE), str(Outcome.BLOCKED))
"""Results by name that the lab and the proof agree on. Every other result is one that they cannot be compared for."""

_DEVICE_FILTER = "not compared: the filter of a device drops packets of a subnet without workloads"
_UNKNOWN = "unknown to the proof"
_SEVERAL = "depends on which path AWS takes"
_FIREWALL_RULES = "not played: firewall rules"
_ASYMMETRIC = "not played: asymmetric inspection of a protocol without connections"
_CLAIMED = "not played: a site sends to an address of another location that it advertises itself"
_NAT_PORT = "not played: the port of a NAT gateway, because a network ACL denies some and Linux chooses another one"


@dataclass(frozen=True)
class PacketDifference:
    """A packet that the proof and the lab have different results for.

    - `way`: `forward`, `return` or `handshake`. `why`: the rules that block the packet, or the path.
    - `proved`: the path of the proof. `played`: the hops of the packet in the lab, and where it stopped.
    """

    way: str
    source: str
    destination: str
    traffic: str
    proof: str
    arrived: bool
    why: str
    proved: tuple[str, ...] = ()
    played: tuple[str, ...] = ()

    def __str__(self) -> str:
        seen = "arrives" if self.arrived else "does not arrive"
        ends = f"{self.source} -> {self.destination}"
        return f"{self.way} {ends} {self.traffic}: proof {self.proof}, packet {seen}: {self.why}"


_Verdict = PacketDifference | str


@dataclass
class Score:
    """What was compared: pairs, packets sent, results by name, differences, and what arrived: packets and replies."""

    pairs: int = 0
    packets: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    differences: list[PacketDifference] = field(default_factory=list)
    arrived: int = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        lines = [f"{self.pairs} pairs, {self.packets} packets: {counts}", *map(str, self.differences[:20])]
        return "\n".join(lines)


def compare(
    engine: Forwarding, sites: Sequence[Site], wiring: Wiring, lab: Connection, questions: Sequence[Question]
) -> Score:
    """Send the packets, and compare each result with the engine's. Raises `NotHere`."""
    score = Score(len({question[:2] for question in questions}))
    differing: dict[Question, list[_Verdict]] = {}
    unsettled = list(questions)
    for attempt in range(_AGAIN):
        last = attempt == _AGAIN - 1
        differing = {}
        score.packets += len(unsettled)
        with closing(lab.ask_in_parts(unsettled)) as answers:
            for question, seen in answers:
                found = list(_verdicts(engine, sites, wiring.hosts, question, seen))
                different = any(isinstance(one, PacketDifference) for one in found)
                if different:
                    differing[question] = found
                else:
                    score.verdicts.update(map(str, found))
                score.arrived += seen.forward + seen.back if last or not different else 0
        unsettled = list(differing)
    _add_differences(score, differing, wiring, lab)
    return score


def _add_differences(
    score: Score, differing: Mapping[Question, Sequence[_Verdict]], wiring: Wiring, lab: Connection
) -> None:
    """Follow the packets that differ, but of those that no filter of a device drops only the first ones."""
    filtered = {question for question in differing if may_be_filtered(wiring, question)}
    others = islice((question for question in differing if question not in filtered), MOST_FOLLOWED)
    hops = _followed(lab, [*filtered, *others])
    for question, found in differing.items():
        if question in filtered and stopped_in_device(wiring, hops[question]):
            score.verdicts[_DEVICE_FILTER] += 1
            continue
        played = stopped_where(wiring, hops.get(question, ()))
        for one in found:
            if isinstance(one, PacketDifference):
                score.differences.append(replace(one, played=played))
            else:
                score.verdicts[one] += 1


def _followed(lab: Connection, questions: Sequence[Question]) -> dict[Question, list[Seen]]:
    parts = [questions[start : start + _FOLLOWED_AT_ONCE] for start in range(0, len(questions), _FOLLOWED_AT_ONCE)]
    return {question: seen for part in parts for question, seen in zip(part, lab.follow(part), strict=True)}


def _location(host: LabHost) -> Position:
    """What the engine calls a host. No host of a lab has a public address, but the one on the internet."""
    ip = ip_address(str(host.known_as))
    if is_site(host):
        return AtSite(host.location.partition("/")[0], ip)
    return Internet(ip) if host.location == INTERNET else InSubnet(host.location, ip)


def _verdicts(
    engine: Forwarding, sites: Iterable[Site], hosts: Sequence[LabHost], question: Question, seen: Arrivals
) -> Iterator[_Verdict]:
    """How the proof and the lab compare: for the packet, and for the reply to one that arrives."""
    source, destination = hosts[question.source], hosts[question.destination]
    claims = _claimed(sites, source, destination), _claimed(sites, destination, source)
    packet = Packet(
        _location(source),
        _location(destination),
        _NAMES[question.protocol],
        question.port,
        (question.client, question.client),
    )
    trip = engine.both_ways(packet)
    forward = {path.outcome for path in trip.forward.paths}
    yield _CLAIMED if claims[0] else _compared(packet, "forward", trip.forward.paths, seen.forward)
    if seen.forward and len(forward) == 1:
        yield _CLAIMED if claims[1] else _reply(packet, trip, seen)


def _claimed(sites: Iterable[Site], source: LabHost, destination: LabHost) -> bool:
    """Whether a site sends to an address that it advertises itself, in none of its networks.

    The routers of the site decide about it, and the proof reports the advertised prefix by itself.
    """
    name = source.location.partition("/")[0]
    for site in sites:
        if site.name == name:
            own = any(destination.known_as in cidr for cidr in site.networks)
            advertised = () if isinstance(site.advertises, Unknown) else site.advertises
            return not own and any(destination.known_as in one.prefix for one in advertised if one.prefix.prefixlen)
    return False


def _reply(packet: Packet, trip: RoundTrip, seen: Arrivals) -> _Verdict:
    """The reply, and of TCP the packet after it: a firewall that missed the reply stops that one.

    If the first packet is unknown to the proof, so is the third.
    """
    through = packet.protocol != "tcp" or trip.forward.outcome is not Outcome.REACHABLE or seen.third
    arrived = seen.back and through
    if trip.asymmetric and packet.protocol != "tcp":
        return _ASYMMETRIC
    if trip.asymmetric:
        return _compared(packet, "handshake", [Path(blocks=trip.asymmetric)], seen.back and seen.third)
    translated = any(path.nats for path in trip.forward.paths)
    if translated and "network-acl-denies" in _rules(trip.reply.paths):
        return _NAT_PORT
    return _compared(packet, "return", trip.reply.paths, arrived)


def _compared(packet: Packet, way: str, paths: Sequence[Path], arrived: bool) -> _Verdict:
    outcomes = {path.outcome for path in paths}
    if not paths or Outcome.UNKNOWN in outcomes:
        return _UNKNOWN
    if len(outcomes) > 1:
        return _SEVERAL
    (outcome,) = outcomes
    if (outcome is Outcome.REACHABLE) == arrived:
        return f"{outcome}"
    rules = _rules(paths)
    if arrived and any(_only_firewall_rules(path) for path in paths):
        return _FIREWALL_RULES
    traffic = f"{packet.protocol}/{packet.port} from {packet.ephemeral[0]}"
    why = ", ".join(sorted(rules)) or " ".join(hop.address for hop in paths[0].hops)
    proved = (*map(str, paths[0].reached), *(f"blocked by {block}" for block in paths[0].first_blocks))
    return PacketDifference(
        way, str(packet.source), str(packet.destination), traffic, str(outcome), arrived, why, proved
    )


def _only_firewall_rules(path: Path) -> bool:
    """Whether nothing but firewall rules blocks a path. The packet in the lab may use any of the paths."""
    return bool(path.blocks) and all(block.rule.startswith("firewall-") for block in path.blocks)


def _rules(paths: Iterable[Path]) -> set[str]:
    return {block.rule for path in paths for block in path.blocks}
