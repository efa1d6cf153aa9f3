"""Allowed connections, packet by packet: allowed packets and their replies are reachable, and no others.

A network ACL is stateless, so that a rule for replies allows every packet that looks like a reply:

- If the other side may open connections with a protocol, packets of this side to ports from 1024 arrive. Replies do
  not come back, except to a port that the other side may open connections to.
- If both sides may open connections with a protocol, ports from 1024 are reachable in both directions.

A firewall is stateful, so that neither applies between inspected segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isthmus.intent import Estate
from isthmus.intent.firewall_rules import inspected_pairs
from isthmus.intent.network_acl_rules import CLIENT_PORTS, PATH_MTU, Ports, allowed_ports
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

# ICMP messages of routers to senders. Network ACLs allow them between any two locations with allowed connections.
REPORTED = packets_of(PATH_MTU)
_MOST = 3
_SECOND_LINE = "network-acl-denies"


def connection_violations(intent: Intended, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """For each pair with allowed connections: allowed packets that are blocked, and other packets that are not."""
    for a, b, _ in pairs.representative_pairs():
        opened = intent.allowed_ports(a, b)
        if opened is None or not intent.reachable(a, b):
            continue
        pair, allowed = pairs.between(a, b), union(opened)
        # A firewall distinguishes replies from new connections; a network ACL does not.
        filtered = intent.filtered_by_firewall(a, b)
        answered = () if filtered else intent.allowed_ports(b, a) or ()
        for each in opened:
            yield from merged(_missing(a, b, each, pair, naming), NO_PACKETS)
        if filtered and (passed := list(_passed_by_firewall(a, b, allowed, pair, naming))):
            yield from merged(passed, NO_PACKETS)
        else:
            yield from merged(_unintended(a, b, opened, answered, pair, naming), NO_PACKETS)


def connection_assumptions(estate: Estate) -> Iterator[str]:
    """Packets that network ACLs allow although no allowed connection includes them."""
    pairs = dict.fromkeys(" and ".join(sorted((str(o.source), str(o.to)))) for o in estate.allowed_connections)
    if pairs:
        yield (
            "only routers on the path send ICMP type 3 code 4 (fragmentation needed), which network ACLs allow in "
            f"both directions between {some(tuple(pairs), _MOST)}"
        )


def connection_notes(estate: Estate) -> Iterator[str]:
    """Ports that network ACLs leave reachable beyond the allowed connections."""
    inspected = {frozenset(pair) for pair in inspected_pairs(estate)}
    for a, b in sorted({tuple(sorted((str(o.source), str(o.to)))) for o in estate.allowed_connections}):
        if {a, b} in inspected:
            continue
        one, other = allowed_ports(estate, a, b) or (), allowed_ports(estate, b, a) or ()
        first, second = ({each.protocol for each in ports} - {"icmp"} for ports in (one, other))
        for protocol in sorted(first & second):
            yield (
                f"{a} and {b} both open {protocol} connections: network ACLs cannot distinguish these from replies, so "
                f"ports {CLIENT_PORTS[0]} to {CLIENT_PORTS[1]} are reachable in both directions"
            )
        for source, destination, protocols in ((a, b, second - first), (b, a, first - second)):
            for protocol in sorted(protocols):
                yield (
                    f"{source} opens no {protocol} connection to {destination}, and replies to those of {destination}: "
                    "network ACLs cannot distinguish replies from packets to ports "
                    f"{CLIENT_PORTS[0]} to {CLIENT_PORTS[1]}, "
                    "so these packets arrive, and replies do not come back"
                    f"{_but(allowed_ports(estate, destination, source) or (), protocol)}"
                )


def _but(opened: Iterable[Ports], protocol: str) -> str:
    """The client ports that replies do reach, because connections to them are allowed."""
    ports = [each for each in opened if each.protocol == protocol and each.last >= CLIENT_PORTS[0]]
    ranges = [replace(each, first=max(each.first, CLIENT_PORTS[0])) for each in ports]
    return f", but to client ports {some([str(r).partition('/')[2] for r in ranges])}" if ranges else ""


Found = Iterator[tuple[Violation, Packets]]


def _missing(a: str, b: str, ports: Ports, pair: Pair, naming: Naming) -> Found:
    for packets, view in pair.by_packets(packets_of(ports)):
        yield from ((violation, packets) for violation in client_port_violations(naming, a, b, view.workload_samples))
        stopped = next((sample for sample in view.workload_samples if _stopped(sample)), None)
        if stopped is not None:
            why = "; ".join(f"{block.address}: {block.why}" for block in stopped.trip.blocks)
            paths = (*stopped.trip.forward.paths, *stopped.trip.reply.paths)
            yield Violation("allowed-connection-blocked", why, naming.of_blocked(paths), a, b), packets


def _unintended(
    a: str, b: str, opened: tuple[Ports, ...], answered: tuple[Ports, ...], pair: Pair, naming: Naming
) -> Found:
    """Packets that are reachable and not allowed. The module describes packets that look like replies."""
    allowed = union(opened)
    replies = union(each.replies for each in answered)
    both = union(e.replies for e in answered if any(e.protocol == each.protocol != "icmp" for each in opened))
    # A reply to an ICMP message looks only like a reply: no further reply is expected.
    reply_like = replies - union(each.replies for each in answered if each.protocol == "icmp")
    # ICMP messages of routers belong to allowed packets, and network ACLs cannot tell to which.
    others = ALL_PACKETS - allowed - replies - REPORTED
    for within, answers_count in ((others, False), (reply_like - allowed - both, True)):
        for packets, view in pair.by_packets(within):
            for sample in view.samples:
                reachable = [path for path in sample.trip.forward.paths if path.outcome is Outcome.REACHABLE]
                if reachable and (not answers_count or _answered(sample, answered)):
                    why = f"packets are not blocked: {' > '.join(hop.address for hop in reachable[0].hops)}"
                    yield Violation("unintended-connection", why, naming.of_leak(reachable), a, b), packets
                    break


def _answered(sample: SampleFlow, answered: tuple[Ports, ...]) -> bool:
    """Whether replies reach client ports that are not allowed to the other side in any case."""
    packet = sample.trip.forward.packet
    known = [(each.first, each.last) for each in answered if each.protocol == packet.protocol]
    return any(
        subtract([packet.ephemeral], [*(one.ports for one in path.denied), *known])
        for path in sample.trip.reply.paths
        if path.outcome is Outcome.REACHABLE
    )


def _passed_by_firewall(a: str, b: str, allowed: Packets, pair: Pair, naming: Naming) -> Found:
    """Packets that the firewall may allow. Network ACLs block fewer packets than the firewall should."""
    for packets, view in pair.by_packets(ALL_PACKETS - allowed):
        for path in (path for sample in view.samples for path in sample.trip.forward.paths):
            if path.boxes and all(block.rule == _SECOND_LINE for block in path.blocks):
                why = path.unknown or "the firewall allows them"
                why += ", and only network ACLs block them" if path.blocks else ""
                yield Violation("unintended-connection", why, naming.of_path(path), a, b), packets
                break


def _stopped(sample: SampleFlow) -> bool:
    return Outcome.BLOCKED in (sample.trip.forward.outcome, sample.trip.reply.outcome)
