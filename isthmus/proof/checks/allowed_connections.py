"""Who may open connections, packet by packet: what is said gets through both ways, and nothing else does.

A network ACL keeps no state, so what lets replies through lets through whatever looks like one. Where it stands:

- of a protocol that the other side may open connections with, ports from 1024 up are not closed to this side's packets,
  but no answer comes back, unless they come from a port that the other side may open connections to;
- where both may open connections with one protocol, ports from 1024 up are open both ways.

A firewall keeps state: between inspected segments neither holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from isthmus.intent import Estate
from isthmus.intent.network_acl_rules import CLIENT_PORTS, PATH_MTU, Ports, allowed_ports
from isthmus.intent.reachability import inspected_between
from isthmus.network.address_space import subtract
from isthmus.network.answers import Outcome
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.checks.allowed_packets import packets_of, union
from isthmus.proof.checks.causes import Naming
from isthmus.proof.checks.client_ports import client_port_violations
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.reachability import merged
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import Pair, SampleFlow
from isthmus.proof.result.findings import Violation
from isthmus.text.listing import some

# What routers on the way report to senders, which network ACLs let through between limited sides.
REPORTED = packets_of(PATH_MTU)
_MOST = 3
_SECOND_LINE = "network-acl-denies"


def connection_violations(intent: Intended, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """For each pair of which openings are said: every packet, those that are said and all others."""
    for a, b, _ in pairs.representative_pairs():
        opened = intent.allowed_ports(a, b)
        if opened is None or not intent.reachable(a, b):
            continue
        pair, said = pairs.between(a, b), union(opened)
        # A firewall knows replies from connections; network ACLs do not.
        answered = () if intent.inspected(a, b) else intent.allowed_ports(b, a) or ()
        for each in opened:
            yield from merged(_missing(a, b, each, pair, naming), NO_PACKETS)
        if intent.inspected(a, b) and (passed := list(_passed_by_firewall(a, b, said, pair, naming))):
            yield from merged(passed, NO_PACKETS)
        else:
            yield from merged(_unintended(a, b, opened, answered, pair, naming), NO_PACKETS)


def connection_assumptions(estate: Estate) -> Iterator[str]:
    """What is let through between limited sides although nobody opens it."""
    pairs = dict.fromkeys(" and ".join(sorted((str(o.source), str(o.to)))) for o in estate.allowed_connections)
    if pairs:
        yield (
            "only routers on the way send ICMP type 3 code 4 (fragmentation needed), which network ACLs let through "
            f"both ways between {some(tuple(pairs), _MOST)}"
        )


def connection_notes(estate: Estate) -> Iterator[str]:
    """Where network ACLs leave more open than is said."""
    inspected = {frozenset((a.name, b.name)) for a, b in combinations(estate.segments, 2) if inspected_between(a, b)}
    for a, b in sorted({tuple(sorted((str(o.source), str(o.to)))) for o in estate.allowed_connections}):
        if {a, b} in inspected:
            continue
        one, other = allowed_ports(estate, a, b) or (), allowed_ports(estate, b, a) or ()
        mine, theirs = ({each.protocol for each in said} - {"icmp"} for said in (one, other))
        for protocol in sorted(mine & theirs):
            yield (
                f"{a} and {b} both open {protocol} connections: network ACLs cannot tell these from replies, so ports "
                f"{CLIENT_PORTS[0]} to {CLIENT_PORTS[1]} are open both ways"
            )
        for here, there, protocols in ((a, b, theirs - mine), (b, a, mine - theirs)):
            for protocol in sorted(protocols):
                yield (
                    f"{here} opens no {protocol} connection to {there}, and answers those of {there}: network ACLs "
                    f"cannot tell replies from packets to ports {CLIENT_PORTS[0]} to {CLIENT_PORTS[1]}, so these get "
                    f"there one way, and nothing comes back{_but(allowed_ports(estate, there, here) or (), protocol)}"
                )


def _but(opened: Iterable[Ports], protocol: str) -> str:
    """Client ports that answers get back to, since connections to them may be opened."""
    ports = [each for each in opened if each.protocol == protocol and each.last >= CLIENT_PORTS[0]]
    ranges = [replace(each, first=max(each.first, CLIENT_PORTS[0])) for each in ports]
    return f", but to client ports {some([str(r).partition('/')[2] for r in ranges])}" if ranges else ""


Found = Iterator[tuple[Violation, Packets]]


def _missing(a: str, b: str, said: Ports, pair: Pair, naming: Naming) -> Found:
    for packets, view in pair.by_packets(packets_of(said)):
        yield from ((violation, packets) for violation in client_port_violations(naming, a, b, view.workload_samples))
        stopped = next((sample for sample in view.workload_samples if _stopped(sample)), None)
        if stopped is not None:
            why = "; ".join(f"{block.address}: {block.why}" for block in stopped.trip.blocks)
            paths = (*stopped.trip.forward.paths, *stopped.trip.reply.paths)
            yield Violation("allowed-connection-blocked", why, naming.of_blocked(paths), a, b), packets


def _unintended(
    a: str, b: str, opened: tuple[Ports, ...], answered: tuple[Ports, ...], pair: Pair, naming: Naming
) -> Found:
    """Packets that get through and are not said: for what looks like a reply, see above."""
    said = union(opened)
    replies = union(each.replies for each in answered)
    both = union(e.replies for e in answered if any(e.protocol == each.protocol != "icmp" for each in opened))
    # A reply to an ICMP message looks like a reply and like nothing else: no answer is expected.
    unknown_results = replies - union(each.replies for each in answered if each.protocol == "icmp")
    # What routers on the way report belongs to what is said, and network ACLs cannot tell to which packet.
    others = ALL_PACKETS - said - replies - REPORTED
    for within, answers_count in ((others, False), (unknown_results - said - both, True)):
        for packets, view in pair.by_packets(within):
            for sample in view.samples:
                open_ = [path for path in sample.trip.forward.paths if path.outcome is Outcome.REACHABLE]
                if open_ and (not answers_count or _answered(sample, answered)):
                    why = f"packets get through: {' > '.join(hop.address for hop in open_[0].hops)}"
                    yield Violation("unintended-connection", why, naming.of_leak(open_), a, b), packets
                    break


def _answered(sample: SampleFlow, answered: tuple[Ports, ...]) -> bool:
    """Whether answers get back, but to ports that the other side may open connections to in any case."""
    packet = sample.trip.forward.packet
    known = [(each.first, each.last) for each in answered if each.protocol == packet.protocol]
    return any(
        subtract([packet.ephemeral], [*(one.ports for one in path.denied), *known])
        for path in sample.trip.reply.paths
        if path.outcome is Outcome.REACHABLE
    )


def _passed_by_firewall(a: str, b: str, said: Packets, pair: Pair, naming: Naming) -> Found:
    """What the firewall may let through: network ACLs are the second line, and stop less."""
    for packets, view in pair.by_packets(ALL_PACKETS - said):
        for path in (path for sample in view.samples for path in sample.trip.forward.paths):
            if path.boxes and all(block.rule == _SECOND_LINE for block in path.blocks):
                why = path.unknown or "the firewall lets them through"
                why += ", and network ACLs alone stop them" if path.blocks else ""
                yield Violation("unintended-connection", why, naming.of_path(path), a, b), packets
                break


def _stopped(sample: SampleFlow) -> bool:
    return Outcome.BLOCKED in (sample.trip.forward.outcome, sample.trip.reply.outcome)
