"""A trace of packets for the terminal: every hop of the forward path and of the return path."""

from __future__ import annotations

from rich.console import Console

from isthmus.network.answers import Outcome, Trace
from isthmus.network.client_ports import described
from isthmus.proof.trace.flow import FlowTrace
from isthmus.report import headings
from isthmus.report.terminal import bullets, heading, line, wrapped

__all__ = ["OUTCOME_COLOURS", "print_traces"]

OUTCOME_COLOURS = {Outcome.REACHABLE: "green", Outcome.BLOCKED: "red", Outcome.UNKNOWN: "yellow"}


def print_traces(traced: FlowTrace, out: Console) -> None:
    """Print one round trip for each outcome, the worst first."""
    outcome = "reachable both ways" if traced.works else f"{traced.outcome}"
    outcome = f"partly: {traced.parts}" if traced.parts else outcome
    condition = f", {traced.condition}" if traced.condition else ""
    line(out, f"{traced.source} -> {traced.destination}: {outcome}{condition}", OUTCOME_COLOURS[traced.outcome])
    if len(traced.packet_outcomes) > 1 or any(packets.not_for for packets in traced.packet_outcomes):
        for packets in traced.packet_outcomes:
            wrapped(out, str(packets), "  ", "    ")
    for trip in traced.examples:
        _print_leg(out, "forward path", trip.forward)
        _print_leg(out, "return path", trip.reply)
        for block in trip.asymmetric:
            wrapped(out, f"blocked by {block}", "  ", "    ")
    others = len(traced.trips) - len(traced.examples)
    if others:
        line(out, f"\nEqual results from {others} other zones or subnets of {traced.source} are not shown.", "dim")
    bullets(out, headings.ASSUMPTIONS, traced.assumptions)


def _print_leg(out: Console, name: str, leg: Trace) -> None:
    heading(out, f"{name}: {leg.packet}: {leg.outcome_text}")
    for number, path in enumerate(leg.paths):
        if number:
            line(out, f"  alternative path {number + 1}:")
        for block in path.blocks:
            wrapped(out, f"blocked by {block}", "  ", "      ")
        # The hops go on behind a block, so that all blocks of the path are found.
        if path.blocks and path.hops:
            line(out, "  path if nothing blocked it:")
        for hop in path.hops:
            wrapped(out, str(hop), *(("    ", "        ") if path.blocks else ("  ", "      ")))
        for denied in path.denied:
            wrapped(out, f"not for {described([denied])}: {denied.block}", "  ", "      ")
        if path.unknown:
            wrapped(out, f"unknown: {path.unknown}", "  ", "      ")
