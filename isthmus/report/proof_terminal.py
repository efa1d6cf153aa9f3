"""A proof for the terminal: the verdict, edited files, violations, reachability, then assumptions.

80 columns on any terminal; plain text when piped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, Verdict
from isthmus.proof.result.proof import Flows, Proof
from isthmus.report import headings
from isthmus.report.matrix_classes import MOST_SHOWN, Shown, cell, shown
from isthmus.report.terminal import bullets, heading, line, print_trimmed, with_addresses, wrapped
from isthmus.report.verdicts import proof_verdict
from isthmus.text.console import WIDTH
from isthmus.text.listing import some

__all__ = ["print_drift", "print_proof"]

_MOST_RESOURCES = 4
_COLOURS = {
    Verdict.PROVED: "green",
    Verdict.NO_VIOLATIONS: "green",
    Verdict.VIOLATED: "red",
    Verdict.UNKNOWN: "yellow",
}


def print_proof(proof: Proof, out: Console, *, every: bool = False) -> None:
    """Print the proof. `every`: list each flow that a failure interrupts."""
    line(out, "".join(proof_verdict(proof)), _COLOURS[proof.verdict])
    print_drift(proof.drift, out)
    violations = (with_addresses(str(v), v.resources, _MOST_RESOURCES) for v in proof.violations)
    bullets(out, headings.VIOLATIONS, violations, "red")
    bullets(out, headings.UNKNOWN, map(str, proof.unknown_results), "yellow")
    _print_matrix(proof, out)
    _print_by_subnet(proof, out)
    _print_egress(proof, out)
    over = proof.advertised_prefixes.items()
    bullets(out, headings.ADVERTISED, (f"{name}: {', '.join(prefixes.listed)}" for name, prefixes in over))
    bullets(out, headings.FAILURES, (_failure(result, every) for result in proof.scenarios))
    bullets(out, headings.ASSUMPTIONS, proof.assumptions)
    bullets(out, headings.MORE_SPECIFIC, proof.more_specific_prefixes)
    bullets(out, headings.NOTES, proof.notes)


def print_drift(drift: Sequence[str], out: Console) -> None:
    """Print the files of an output that changed since synthesis; nothing if there are none."""
    bullets(out, headings.DRIFT, drift, "yellow")


def _print_matrix(proof: Proof, out: Console) -> None:
    flows = proof.flows
    if len(flows.names) < 2:
        return
    few = shown(flows.names, lambda a, b: _marked(proof, flows[a, b]) if flows.in_scope(a, b) else "-", flows.group)
    if few.too_many:
        classes = len(few.standing_for)
        line(out, f"\n{len(flows.names)} locations in {classes} equivalence classes: --json writes the matrix.")
        return
    heading(out, headings.REACHABILITY)
    labels = [few.label(name) for name in few.standing_for]
    room = WIDTH - max(map(len, labels)) - 3
    columns = iter(few.standing_for)
    for names in _chunks(labels, room):
        table = Table(box=None, padding=(0, 1), pad_edge=False)
        table.add_column("")
        for name in names:
            table.add_column(Text(name), justify="center", no_wrap=True)
        chunk = list(islice(columns, len(names)))
        for source in few.standing_for:
            table.add_row(Text(few.label(source)), *(_coloured(few.between(source, other)) for other in chunk))
        print_trimmed(table, out)
    for sentence in few.legend():
        line(out, sentence)
    if any("?" in few.between(a, b) for a in few.standing_for for b in few.standing_for):
        line(out, f"? = unknown{': see the reasons above' if proof.unknown_results else ''}")
    _print_partly(flows, few, out)


def _print_partly(flows: Flows, few: Shown, out: Console) -> None:
    """The packets that are reachable, for each cell that says `partly`."""
    partly: dict[str, list[str]] = {}
    for a in few.standing_for:
        for b in few.standing_for:
            if a != b and few.between(a, b).startswith("partly") and not flows[a, b].partly:
                partly.setdefault(str(flows[a, b].packets), []).append(f"{a} -> {b}")
    for packets, pairs in partly.items():
        wrapped(out, f"partly: {some(pairs)}: {packets}", "", "  ")


def _chunks(names: Sequence[str], room: int) -> Iterable[list[str]]:
    """The columns in groups that fit the width."""
    chunk: list[str] = []
    used = 0
    for name in names:
        width = max(len(name), 7) + 2
        if chunk and used + width > room:
            yield chunk
            chunk, used = [], 0
        chunk.append(name)
        used += width
    if chunk:
        yield chunk


def _marked(proof: Proof, flow: Flow) -> str:
    """One flow in a word. `!` marks a wrong one, so that it shows without colour."""
    text = cell(flow)
    return f"{text} !" if proof.marks(flow) and (not text.endswith("?") or flow.known_blocked) else text


def _coloured(text: str) -> Text:
    return Text(text, "bold red" if text.endswith("!") else {"?": "yellow", "yes": "green"}.get(text, "dim"))


def _print_egress(proof: Proof, out: Console) -> None:
    spokes = proof.flows.spokes
    paths = {name: _egress(proof, proof.flows[name, INTERNET]) for name in spokes}
    if len(spokes) <= MOST_SHOWN:
        bullets(out, headings.EGRESS, (f"{name}: {path}" for name, path in paths.items()))
        return
    by_path: dict[str, list[str]] = {}
    for name, path in paths.items():
        by_path.setdefault(path, []).append(name)
    bullets(out, headings.EGRESS, (f"{path}: {some(names)}" for path, names in by_path.items()))


def _egress(proof: Proof, flow: Flow) -> str:
    """Every egress path, with the subnets that use it; "none" only if no subnet has one."""
    found = []
    for path, subnets in flow.exits.items():
        over_site = "on-premises, over " if path in proof.advertised_prefixes else ""
        found.append(f"{over_site}{path}" + (f" ({', '.join(subnets)})" if subnets else ""))
    if flow.unknown:
        found.append("unknown" if not found else "unknown for other subnets")
    return ", ".join(found) or "none"


def _print_by_subnet(proof: Proof, out: Console) -> None:
    """The flows whose subnets differ, with the result of each subnet."""
    few = proof.flows.names if len(proof.flows.names) <= MOST_SHOWN else ()
    flows = (proof.flows[a, b] for a in few for b in few if proof.flows.in_scope(a, b))
    lines = (f"{flow.source} -> {flow.destination}: {flow.detail}" for flow in flows if flow.parts)
    bullets(out, headings.BY_SUBNET, lines)


def _failure(result: FailureResult, every: bool) -> str:
    flows = (f"  {a} -> {b}" for lost in result.lost for a, b in lost.flows) if every else ()
    return "\n".join([str(result), *flows])
