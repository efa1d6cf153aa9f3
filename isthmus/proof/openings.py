"""Who may open connections, port by port: what is said gets through both ways, and nothing else does.

A network ACL keeps no state, so what lets replies through lets through whatever looks like one. Where it stands:

- of a protocol that the other side may open connections with, ports from 1024 up are not closed to this side's packets,
  but no answer comes back;
- where both may open connections with one protocol, ports from 1024 up are open both ways.

A firewall keeps state: between inspected segments neither holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from isthmus.intent import Estate
from isthmus.intent.opening import EPHEMERAL, Ports, may_open
from isthmus.intent.reach import inspected_between
from isthmus.network.answers import Outcome
from isthmus.proof.findings import Violation
from isthmus.proof.judging import Meant
from isthmus.proof.naming import Naming
from isthmus.proof.pairs import AllPairs, Trial
from isthmus.proof.probes import USUAL, Probe, probe_of

_LAST = 65_535
_SECOND_LINE = "network-acl-denies"


def opening_violations(meant: Meant, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """For each pair of which openings are said: each said port tried, and every port beside one."""
    for a, b, _ in pairs.grouped():
        opened = meant.may_open(a, b)
        if opened is None or not meant.together(a, b):
            continue
        # A firewall knows replies from connections; network ACLs do not.
        answered = () if meant.inspected(a, b) else meant.may_open(b, a) or ()
        yield from _missing(a, b, opened, pairs, naming)
        passed = next(_passed(a, b, opened, pairs, naming), None) if meant.inspected(a, b) else None
        yield from [passed] if passed is not None else _undrawn(a, b, opened, answered, pairs, naming)


def opening_notes(estate: Estate) -> Iterator[str]:
    """Where network ACLs leave more open than is said."""
    inspected = {frozenset((a.name, b.name)) for a, b in combinations(estate.segments, 2) if inspected_between(a, b)}
    for a, b in sorted({tuple(sorted((str(o.source), str(o.to)))) for o in estate.opens}):
        if {a, b} in inspected:
            continue
        one, other = may_open(estate, a, b) or (), may_open(estate, b, a) or ()
        mine, theirs = ({each.protocol for each in said} - {"icmp"} for said in (one, other))
        for protocol in sorted(mine & theirs):
            yield (
                f"{a} and {b} both open {protocol} connections: network ACLs cannot tell these from replies, so ports "
                f"{EPHEMERAL[0]} to {EPHEMERAL[1]} are open both ways"
            )
        for here, there, protocols in ((a, b, theirs - mine), (b, a, mine - theirs)):
            for protocol in sorted(protocols):
                yield (
                    f"{here} opens no {protocol} connection to {there}, and answers those of {there}: network ACLs "
                    f"cannot tell replies from packets to ports {EPHEMERAL[0]} to {EPHEMERAL[1]}, so these get there "
                    "one way, and nothing comes back"
                )


def _missing(a: str, b: str, opened: tuple[Ports, ...], pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    for said in opened:
        ends = probe_of(said), probe_of(replace(said, first=said.last))
        for probe in dict.fromkeys(ends):
            stopped = next((t for t in pairs.tried(a, b, probe) if t.main and _stopped(t)), None)
            if stopped is not None:
                why = "; ".join(f"{block.address}: {block.why}" for block in stopped.trip.blocks)
                paths = (*stopped.trip.forward.paths, *stopped.trip.back.paths)
                yield Violation("opening-blocked", f"{probe}: {why}", naming.of_blocked(paths), a, b)
                break


def _undrawn(
    a: str, b: str, opened: tuple[Ports, ...], answered: tuple[Ports, ...], pairs: AllPairs, naming: Naming
) -> Iterator[Violation]:
    for probe in _beside(opened, pairs):
        # What looks like a reply gets there; where the two may open the same protocol, it is answered too.
        reply = probe.port >= EPHEMERAL[0] and any(each.protocol == probe.protocol for each in answered)
        if reply and any(each.protocol == probe.protocol for each in opened):
            continue
        for trial in pairs.tried(a, b, probe):
            open_ = [path for path in trial.trip.forward.paths if path.outcome is Outcome.REACHABLE]
            back = any(path.outcome is Outcome.REACHABLE for path in trial.trip.back.paths)
            if open_ and (back or not reply):
                why = f"{probe} gets through: {' > '.join(hop.address for hop in open_[0].hops)}"
                yield Violation("opening-undrawn", why, naming.of_leak(open_), a, b)
                return


def _passed(a: str, b: str, opened: tuple[Ports, ...], pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """What the firewall may let through: network ACLs are the second line, and stop less."""
    for probe in _beside(opened, pairs):
        for trial in pairs.tried(a, b, probe):
            for path in trial.trip.forward.paths:
                if path.boxes and all(block.rule == _SECOND_LINE for block in path.blocks):
                    why = path.unknown or f"the firewall lets {probe} through"
                    why += ", and network ACLs alone stop it" if path.blocks else ""
                    yield Violation("opening-undrawn", why, naming.of_path(path), a, b)


def _beside(opened: tuple[Ports, ...], pairs: AllPairs) -> Iterator[Probe]:
    """A probe for every part that what is said and what network ACLs say make of the ports, but for what is said."""
    edges: dict[str, set[int]] = {"tcp": {0, USUAL.port, EPHEMERAL[0], _LAST}, "udp": {0, EPHEMERAL[0], _LAST}}
    for each in opened:
        edges.setdefault(each.protocol, set()).update((each.first - 1, each.last + 1))
    for probe in pairs.probes:
        edges.setdefault(probe.protocol, set()).add(probe.port)
    edges["icmp"] = {0}
    for protocol in ("icmp", "tcp", "udp"):
        for port in sorted(edges[protocol]):
            probe = Probe(protocol, port)
            if 0 <= port <= _LAST and not any(_covers(each, probe) for each in opened):
                yield probe


def _covers(said: Ports, probe: Probe) -> bool:
    return said.protocol == probe.protocol and (probe.protocol == "icmp" or said.first <= probe.port <= said.last)


def _stopped(trial: Trial) -> bool:
    return Outcome.BLOCKED in (trial.trip.forward.outcome, trial.trip.back.outcome)
