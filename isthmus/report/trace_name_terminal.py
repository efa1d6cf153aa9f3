"""A DNS look-up for the terminal: which resolver or zone answers, and the paths of the queries."""

from __future__ import annotations

from rich.console import Console

from isthmus.network.answers import Outcome
from isthmus.network.forwarded_queries import Asked
from isthmus.proof.trace.name import NameTrace, headline, steps
from isthmus.report.terminal import heading, line, wrapped
from isthmus.report.trace_terminal import OUTCOME_COLOURS

__all__ = ["print_name"]

_WORDS = {Outcome.REACHABLE: "answered", Outcome.BLOCKED: "not answered", Outcome.UNKNOWN: "unknown"}


def print_name(traced: NameTrace, out: Console) -> None:
    """Print what answers the name, what was considered, and the paths of forwarded queries."""
    line(out, f"{traced.name} for {traced.source}: {_WORDS[traced.outcome]}", OUTCOME_COLOURS[traced.outcome])
    wrapped(out, headline(traced), "  by ", "      ")
    for number, answer in enumerate(traced.answers):
        if number:
            heading(out, f"then {answer.name} in {answer.vpc}: {answer.by.value} {answer.address}".rstrip())
            if answer.reason:
                wrapped(out, answer.reason, "  ", "      ")
        else:
            heading(out, f"in {answer.vpc}:")
        for step in steps(answer):
            wrapped(out, step, "  ", "      ")
    for query in traced.examples:
        _print_query(query, out)
    for what in traced.unread:
        wrapped(out, f"unknown: not evaluated: {what}", "\n  ", "      ")


def _print_query(query: Asked, out: Console) -> None:
    """One query: its hops if it arrives, else what blocks it or why it is unknown."""
    address, port = query.target
    if query.trip is None:
        wrapped(out, f"{address} port {port}: {query.nowhere}", "\n  ", "      ")
        return
    heading(out, f"query {query.trip.forward.packet}: {query.outcome}")
    if query.outcome is Outcome.REACHABLE:
        for hop in query.trip.forward.paths[0].reached:
            wrapped(out, str(hop), "  ", "      ")
        return
    for path in (*query.trip.forward.paths, *query.trip.reply.paths):
        for block in path.blocks:
            wrapped(out, f"blocked by {block}", "  ", "      ")
        if path.unknown:
            wrapped(out, f"unknown: {path.unknown}", "  ", "      ")
