"""Markdown for a pull request: the verdict first, details folded, and never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import Flow, Verdict, Violation
from isthmus.proof.result.proof import Proof
from isthmus.report.change_groups import gist, headline
from isthmus.report.proof_terminal import cell
from isthmus.text.markdown import capped, code, escape, folded

_MOST_COLUMNS = 12
_MOST_RESOURCES = 4


def proof_markdown(proof: Proof) -> str:
    """The proof, verdict line first."""
    count = len(proof.violations)
    heads = {
        Verdict.PROVED: "**Proved**: the network lets through what is meant, and nothing else.",
        Verdict.NO_VIOLATIONS: "**No violations** of the rules that hold for every network; no intent to compare with.",
        Verdict.VIOLATED: f"**Violated**: {count} {'thing does' if count == 1 else 'things do'} not hold.",
        Verdict.UNKNOWN: f"**Unknown**: {len(proof.unknown_results)} questions could not be answered.",
    }
    parts = [heads[proof.verdict]]
    parts.append(_section("Violations", (_violation(v) for v in proof.violations), opened=True))
    parts.append(_section("Unknown", (escape(str(u)) for u in proof.unknown_results), opened=True))
    parts.append(_section("Not as synthesized", map(escape, proof.drift), opened=True))
    if 1 < len(proof.flows.names) <= _MOST_COLUMNS:
        parts.append(folded("Who reaches whom", _matrix(proof)))
    parts.append(_section("What failures take", (escape(str(s)) for s in proof.scenarios)))
    parts.append(
        _section(
            "What AWS advertises",
            (f"{code(name)}: {escape(', '.join(told.listed))}" for name, told in proof.advertised_prefixes.items()),
        )
    )
    parts.append(_section("Assumptions", map(escape, (*proof.assumptions, *proof.more_specific_prefixes))))
    parts.append(_section("Worth knowing", map(escape, proof.notes)))
    return capped(parts)


def difference_markdown(difference: Difference) -> str:
    """The difference, verdict line first, then in short, then flow by flow."""
    verdict, rest = headline(difference)
    rows = ["| | from | to | before | after | because of |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {change.kind} | {escape(change.source)} | {escape(change.destination)} | {escape(change.was)} "
        f"| {escape(change.is_ + (f': {change.why}' if change.why else ''))} | {_named(change.causes) or 'not found'} |"
        for change in difference.changes
    ]
    parts = [f"**{verdict}.**" if rest == "." else f"**{verdict}**{rest}"]
    parts.append("\n".join(f"- {kind}: {escape(what)}" for kind, what in gist(difference)))
    parts.append(_section("Changed, and not evaluated", map(escape, difference.firewall_changes), opened=True))
    parts.append(_section("Names answered otherwise", (escape(str(one)) for one in difference.names), opened=True))
    if difference.changes:
        parts.append(folded("Flow by flow, and because of what", "\n".join(rows)))
    parts.append(_section("Unknown", (escape(str(missing)) for missing in difference.unknown_results), opened=True))
    parts.append(_section("Assumptions", map(escape, difference.assumptions)))
    parts.append(_section("Worth knowing", map(escape, difference.notes)))
    return capped(parts)


def _matrix(proof: Proof) -> str:
    flows, names = proof.flows, proof.flows.names
    rows = ["| from \\ to | " + " | ".join(map(escape, names)) + " |", "|---|" + ":-:|" * len(names)]
    for source in names:
        cells = [_cell(proof, flows[source, d]) if flows.asked(source, d) else "-" for d in names]
        rows.append(f"| {escape(source)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _cell(proof: Proof, flow: Flow) -> str:
    text = cell(flow)
    if flow.parts:
        text += f" ({escape(flow.detail)})"
    return f"**{text}**" if proof.marks(flow) and (not text.startswith("?") or flow.surely_not) else text


def _violation(violation: Violation) -> str:
    named = _named(violation.resources)
    where = f" ({named})" if named else ""
    return f"{escape(str(violation))}{where}"


def _named(addresses: Sequence[str]) -> str:
    shown = ", ".join(code(address) for address in addresses[:_MOST_RESOURCES])
    rest = len(addresses) - _MOST_RESOURCES
    return f"{shown} and {rest} more" if rest > 0 else shown


def _section(title: str, lines: Iterable[str], opened: bool = False) -> str:
    listed = [f"- {line}" for line in lines]
    return folded(f"{title} ({len(listed)})", "\n".join(listed), opened) if listed else ""
