"""A look-up of a name, for people at a terminal."""

from __future__ import annotations

from rich.console import Console

from isthmus.network.answers import Outcome
from isthmus.network.forwarded_queries import Asked
from isthmus.proof.trace.name import NameTrace, headline, steps
from isthmus.report.terminal import line, wrapped

_COLOURS = {Outcome.REACHABLE: "green", Outcome.BLOCKED: "red", Outcome.UNKNOWN: "yellow"}
_WORDS = {Outcome.REACHABLE: "answered", Outcome.BLOCKED: "not answered", Outcome.UNKNOWN: "unknown"}


def print_name(traced: NameTrace, out: Console) -> None:
    """Print who answers, what was weighed, and the ways of the queries."""
    line(out, f"{traced.name} for {traced.source}: {_WORDS[traced.outcome]}", _COLOURS[traced.outcome])
    wrapped(out, headline(traced), "  by ", "      ")
    for number, answer in enumerate(traced.answers):
        if number:
            line(out, f"\nthen {answer.name} in {answer.vpc}: {answer.by.value} {answer.address}".rstrip(), "bold")
            if answer.reason:
                wrapped(out, answer.reason, "  ", "      ")
        else:
            line(out, f"\nin {answer.vpc}:", "bold")
        for step in steps(answer):
            wrapped(out, step, "  ", "      ")
    for query in traced.telling:
        _query(query, out)
    for what in traced.unread:
        wrapped(out, f"unknown: not evaluated: {what}", "\n  ", "      ")


def _query(query: Asked, out: Console) -> None:
    """One way of a query; of those that arrive a line, of others where they stop."""
    address, port = query.target
    if query.trip is None:
        wrapped(out, f"{address} port {port}: {query.nowhere}", "\n  ", "      ")
        return
    line(out, f"\nquery {query.trip.forward.packet}: {query.outcome}", "bold")
    if query.outcome is Outcome.REACHABLE:
        for hop in query.trip.forward.paths[0].hops:
            wrapped(out, str(hop), "  ", "      ")
        return
    for path in (*query.trip.forward.paths, *query.trip.back.paths):
        for block in path.blocks:
            wrapped(out, f"stopped by {block}", "  ", "      ")
        if path.unknown:
            wrapped(out, f"unknown: {path.unknown}", "  ", "      ")
