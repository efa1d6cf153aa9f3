"""A whole proof for the terminal: the verdict, edited files, violations, reachability, then assumptions.

Plain text when piped.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.console import Console
from rich.text import Text

from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, Verdict
from isthmus.proof.result.proof import Flows, Proof
from isthmus.report import headings
from isthmus.report.matrix_classes import MOST_SHOWN, Shown, cell
from isthmus.report.matrix_terminal import print_matrix
from isthmus.report.terminal import bullets, heading, line, with_addresses, wrapped
from isthmus.report.verdicts import proof_verdict
from isthmus.text.listing import some

__all__ = ["COLOURS", "egress_paths", "print_drift", "print_proof", "print_reachability"]

_MOST_RESOURCES = 4
COLOURS = {
    Verdict.PROVED: "green",
    Verdict.NO_VIOLATIONS: "green",
    Verdict.VIOLATED: "red",
    Verdict.UNKNOWN: "yellow",
}


def print_proof(proof: Proof, out: Console, *, every: bool = False) -> None:
    """Print the proof. `every`: list each flow that a failure interrupts."""
    line(out, "".join(proof_verdict(proof)), COLOURS[proof.verdict])
    print_drift(proof.drift, out)
    violations = (with_addresses(str(v), v.resources, _MOST_RESOURCES) for v in proof.violations)
    bullets(out, headings.VIOLATIONS, violations, "red")
    bullets(out, headings.UNKNOWN, map(str, proof.unknown_results), "yellow")
    print_reachability(proof, out)
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


def print_reachability(proof: Proof, out: Console) -> None:
    """The matrix, and the packets of flows that are reachable in part; nothing for a single location."""
    flows = proof.flows
    if len(flows.names) < 2:
        return
    heading(out, headings.REACHABILITY)

    def text(a: str, b: str) -> str:
        return _marked(proof, flows[a, b]) if flows.in_scope(a, b) else "-"

    few = print_matrix(flows.names, text, _coloured, out, kind=flows.group, segments=flows.segments)
    if few is None:
        return
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


def _marked(proof: Proof, flow: Flow) -> str:
    """One flow in a word. `!` marks a wrong one, so that it shows without colour."""
    text = cell(flow)
    return f"{text} !" if proof.marks(flow) and (not text.endswith("?") or flow.known_blocked) else text


def _coloured(text: str) -> Text:
    return Text(text, "bold red" if text.endswith("!") else {"?": "yellow", "yes": "green"}.get(text, "dim"))


def egress_paths(proof: Proof) -> dict[str, str]:
    """The egress path of each spoke.

    Equivalent spokes use the same resources outside of their VPC, and each its own inside. So if two of them have the
    same egress path for all subnets, no resource of theirs is part of it, and the others have it too.
    """
    found: dict[str, str] = {}
    equal: dict[Hashable, list[tuple[Flow, str]]] = {}
    for name in proof.flows.spokes:
        known = equal.setdefault(proof.flows.group(name), [])
        if len(known) >= 2 and all(text == known[0][1] and not any(flow.exits.values()) for flow, text in known[:2]):
            found[name] = known[0][1]
            continue
        flow = proof.flows[name, INTERNET]
        found[name] = _egress(proof, flow)
        known.append((flow, found[name]))
    return found


def _print_egress(proof: Proof, out: Console) -> None:
    paths = egress_paths(proof)
    if len(paths) <= MOST_SHOWN:
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
