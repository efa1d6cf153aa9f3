"""A proof as Markdown for a pull request: the verdict first, the details folded, never longer than a comment may be."""

from __future__ import annotations

from isthmus.proof.result.findings import Flow, Violation
from isthmus.proof.result.proof import Proof
from isthmus.report import headings
from isthmus.report.markdown import capped, code, codes, escape, folded, section, table
from isthmus.report.matrix_classes import cell
from isthmus.report.verdicts import proof_verdict

__all__ = ["proof_markdown"]

_MOST_COLUMNS = 12


def proof_markdown(proof: Proof) -> str:
    """The proof, verdict line first."""
    verdict, meaning = proof_verdict(proof)
    parts = [f"**{verdict}**{meaning}."]
    parts.append(section(headings.DRIFT, map(escape, proof.drift), opened=True))
    parts.append(section(headings.VIOLATIONS, map(_violation, proof.violations), opened=True))
    parts.append(section(headings.UNKNOWN, (escape(str(u)) for u in proof.unknown_results), opened=True))
    if 1 < len(proof.flows.names) <= _MOST_COLUMNS:
        parts.append(folded(headings.REACHABILITY, _matrix(proof)))
    parts.append(section(headings.FAILURES, (escape(str(result)) for result in proof.scenarios)))
    over = proof.advertised_prefixes.items()
    advertised = (f"{code(name)}: {escape(', '.join(prefixes.listed))}" for name, prefixes in over)
    parts.append(section(headings.ADVERTISED, advertised))
    parts.append(section(headings.ASSUMPTIONS, map(escape, proof.assumptions)))
    parts.append(section(headings.MORE_SPECIFIC, map(escape, proof.more_specific_prefixes)))
    parts.append(section(headings.NOTES, map(escape, proof.notes)))
    return capped(parts)


def _matrix(proof: Proof) -> str:
    flows, names = proof.flows, proof.flows.names
    rows = [
        (escape(source), *(_cell(proof, flows[source, d]) if flows.in_scope(source, d) else "-" for d in names))
        for source in names
    ]
    return table(("", *map(escape, names)), rows)


def _cell(proof: Proof, flow: Flow) -> str:
    text = cell(flow)
    if flow.parts:
        text += f" ({escape(flow.detail)})"
    return f"**{text}**" if proof.marks(flow) and (not text.startswith("?") or flow.known_blocked) else text


def _violation(violation: Violation) -> str:
    """The rule, the flow and the reason; the addresses in a nested item."""
    named = f"\n  - {codes(violation.resources)}" if violation.resources else ""
    return f"{escape(str(violation))}{named}"
