"""A trace of packets for the terminal: the hops of the forward path and of the return path, up to the first block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console

from isthmus.network.answers import Hop, Outcome, Path, Trace
from isthmus.network.client_ports import described
from isthmus.proof.trace.flow import FlowTrace
from isthmus.report import headings
from isthmus.report.terminal import bullets, heading, line, wrapped

__all__ = ["OUTCOME_COLOURS", "print_path", "print_traces"]

OUTCOME_COLOURS = {Outcome.REACHABLE: "green", Outcome.BLOCKED: "red", Outcome.UNKNOWN: "yellow"}


def print_traces(traced: FlowTrace, out: Console, *, quiet: bool = False, every: bool = False) -> None:
    """Print one round trip for each outcome, the worst first.

    `quiet`: only the outcome, and what blocks the flow. `every`: all round trips.
    """
    outcome = "reachable both ways" if traced.works else f"{traced.outcome}"
    outcome = f"partly: {traced.parts}" if traced.parts else outcome
    condition = f", {traced.condition}" if traced.condition else ""
    line(out, f"{traced.source} -> {traced.destination}: {outcome}{condition}", OUTCOME_COLOURS[traced.outcome])
    if len(traced.packet_outcomes) > 1 or any(packets.not_for for packets in traced.packet_outcomes):
        for packets in traced.packet_outcomes:
            wrapped(out, str(packets), "  ", "    ")
    if quiet:
        for block in dict.fromkeys(block for trip in traced.examples for block in trip.blocks):
            wrapped(out, f"blocked by {block}", "  ", "    ")
        return
    trips = traced.trips if every else traced.examples
    for trip in trips:
        _print_leg(out, "forward path", trip.forward)
        _print_leg(out, "return path", trip.reply)
        for block in trip.asymmetric:
            wrapped(out, f"blocked by {block}", "  ", "    ")
    others = len(traced.trips) - len(trips)
    if others:
        line(out, f"\nEqual results from {others} other zones or subnets of {traced.source} are not shown.", "dim")
    bullets(out, headings.ASSUMPTIONS, traced.assumptions)


def _print_leg(out: Console, name: str, leg: Trace) -> None:
    heading(out, f"{name}: {leg.packet}: {leg.outcome_text}")
    groups = _equal_but_for_zones(leg.paths)
    for number, (path, *others) in enumerate(groups, 1):
        first = groups[0][0]
        if number > 1 and _parallel(first, path):
            line(out, f"  alternative path {number}, where it differs:")
            print_path(out, path, besides=first.reached)
        else:
            if number > 1:
                line(out, f"  alternative path {number}:")
            print_path(out, path)
        if zones := _zones(path, others):
            line(out, f"  or, in {' or '.join(zones)}: the same")


def print_path(out: Console, path: Path, besides: Sequence[Hop] = ()) -> None:
    """The hops that a packet reaches, and what blocks it there. `besides`: hops that need no repetition."""
    for place, hop in enumerate(path.reached):
        if hop not in besides[place : place + 1]:
            wrapped(out, str(hop), "  ", "      ")
    for block in path.first_blocks:
        wrapped(out, f"blocked by {block}", "  ", "      ")
    for block in path.blocks:
        if block not in path.first_blocks:
            wrapped(out, f"further on, also blocked by {block}", "  ", "      ")
    for denied in path.denied:
        wrapped(out, f"not for {described([denied])}: {denied.block}", "  ", "      ")
    if path.unknown:
        wrapped(out, f"unknown: {path.unknown}", "  ", "      ")


def _equal_but_for_zones(paths: Iterable[Path]) -> list[list[Path]]:
    """The paths in groups that differ in Availability Zones and route tables only, and not in the outcome."""
    groups: dict[tuple[object, ...], list[Path]] = {}
    for path in paths:
        hops = tuple((hop.kind, hop.address) for hop in path.reached)
        groups.setdefault((hops, path.end, path.exit, path.blocks, path.unknown, path.denied), []).append(path)
    return list(groups.values())


def _parallel(first: Path, other: Path) -> bool:
    """Whether two paths pass the same kinds of hops."""
    return [hop.kind for hop in first.reached] == [hop.kind for hop in other.reached]


def _zones(path: Path, others: Iterable[Path]) -> Sequence[str]:
    """The zones of other paths that differ from those of a path."""

    def differing() -> Iterator[str]:
        for other in others:
            pairs = zip(path.reached, other.reached, strict=True)
            yield " and ".join(dict.fromkeys(b.zone for a, b in pairs if a.zone != b.zone)) or "another route table"

    return list(dict.fromkeys(differing()))
