"""A proof for the terminal: the verdict first, then whatever is wrong, then who reaches whom, then what it rests on.

80 columns on any terminal; plain text when piped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.network.answers import Outcome, Trace
from isthmus.network.client_ports import described
from isthmus.proof.difference.flows import Difference
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, Verdict, Violation, in_a_word
from isthmus.proof.result.proof import Flows, Proof
from isthmus.proof.trace.flow import FlowTrace
from isthmus.report.change_groups import gist, headline
from isthmus.report.matrix_classes import MOST_SHOWN, Shown, shown
from isthmus.report.terminal import line as _line
from isthmus.report.terminal import print_trimmed
from isthmus.report.terminal import wrapped as _wrapped
from isthmus.text.console import WIDTH
from isthmus.text.listing import some

_MOST_RESOURCES = 4
_WIDEST = 9  # of a cell: longer names of packets are said below the matrix
_COLOURS = {
    Verdict.PROVED: "green",
    Verdict.NO_VIOLATIONS: "green",
    Verdict.VIOLATED: "red",
    Verdict.UNKNOWN: "yellow",
}


def print_proof(proof: Proof, out: Console, *, every: bool = False) -> None:
    """Print the proof. `every`: with each flow that a failure takes."""
    head = {
        Verdict.PROVED: "PROVED: the network lets through what is meant, and nothing else.",
        Verdict.NO_VIOLATIONS: "NO VIOLATIONS of the rules that hold for every network (no intent to compare with).",
        Verdict.VIOLATED: f"VIOLATED: {_count(len(proof.violations), 'thing does', 'things do')} not hold.",
        Verdict.UNKNOWN: f"UNKNOWN: {_count(len(proof.unknown_results), 'question', 'questions')} without an answer.",
    }
    _line(out, head[proof.verdict], _COLOURS[proof.verdict])
    _list(out, "Violations", (_violation(v) for v in proof.violations), "red")
    _list(out, "Unknown", map(str, proof.unknown_results), "yellow")
    print_differing(proof.drift, out)
    _matrix(proof, out)
    _parts(proof, out)
    _ways_out(proof, out)
    _list(
        out,
        "AWS advertises",
        (f"{name}: {', '.join(told.listed)}" for name, told in proof.advertised_prefixes.items()),
    )
    _list(out, "When something fails", (_survival(survival, every) for survival in proof.scenarios))
    _list(out, "Assuming", proof.assumptions)
    _list(out, "A more specific advertisement", proof.more_specific_prefixes)
    _list(out, "Worth knowing", proof.notes)


def print_differing(drift: Sequence[str], out: Console) -> None:
    """Print the files of an output that are not as they were synthesized; nothing where there are none."""
    _list(out, "Not as synthesized", drift, "yellow")


def print_traces(traced: FlowTrace, out: Console) -> None:
    """Print the trips, one for each outcome, the worst first."""
    works = "reachable both ways" if traced.works else f"{traced.outcome}"
    colour = {Outcome.REACHABLE: "green", Outcome.BLOCKED: "red", Outcome.UNKNOWN: "yellow"}[traced.outcome]
    works = f"partly: {traced.parts}" if traced.parts else works
    on = f", {traced.condition}" if traced.condition else ""
    _line(out, f"{traced.source} -> {traced.destination}: {works}{on}", colour)
    if len(traced.packet_outcomes) > 1 or any(fate.not_for for fate in traced.packet_outcomes):
        for fate in traced.packet_outcomes:
            _wrapped(out, str(fate), "  ", "    ")
    for trip in traced.telling:
        _leg(out, "there", trip.forward)
        _leg(out, "back", trip.back)
        for block in trip.asymmetric:
            _wrapped(out, f"stopped by {block}", "  ", "    ")
    if len(traced.trips) > len(traced.telling):
        _line(
            out, f"\nThe same from {len(traced.trips) - len(traced.telling)} other places (zones, parts) there.", "dim"
        )
    _list(out, "Assuming", traced.assumptions)


def _leg(out: Console, name: str, leg: Trace) -> None:
    _line(out, f"\n{name}: {leg.packet}: {leg.said}", "bold")
    for number, path in enumerate(leg.paths):
        if number:
            _line(out, "  or")
        for hop in path.hops:
            _wrapped(out, str(hop), "  ", "      ")
        for block in path.blocks:
            _wrapped(out, f"stopped by {block}", "  ", "      ")
        for one in path.denied:
            _wrapped(out, f"not for {described([one])}: {one.block}", "  ", "      ")
        if path.unknown:
            _wrapped(out, f"unknown: {path.unknown}", "  ", "      ")


def print_difference(difference: Difference, out: Console) -> None:
    """Print the difference of two networks: in short, then flow by flow."""
    verdict, rest = headline(difference)
    calm = difference.changes_nothing and not difference.unknown_results
    _line(out, f"{verdict.upper()}{rest}", "green" if calm else "yellow")
    lines = list(gist(difference))
    if lines:
        _line(out, "")
    for kind, what in lines:
        _wrapped(out, what, f"  {kind:<11}", " " * 13)
    _list(out, "Changed in firewalls, and shown by no flow", difference.firewall_changes, "yellow")
    _list(out, "Names answered otherwise", map(str, difference.names), "yellow")
    for change in difference.changes:
        _line(out, f"\n{change.kind.upper()}  {change.source} -> {change.destination}", "bold")
        _line(out, f"  before: {change.was}")
        _line(out, f"  after:  {change.is_}")
        if change.why:
            _wrapped(out, f"unknown: {change.why}", "  ", "      ")
        for place, cause in enumerate(change.causes[:_MOST_RESOURCES]):
            _line(out, f"  {'because of' if not place else '          '} {cause}")
        if len(change.causes) > _MOST_RESOURCES:
            _line(out, f"             and {len(change.causes) - _MOST_RESOURCES} more (--json lists them)")
    _list(out, "Unknown", map(str, difference.unknown_results), "yellow")
    _list(out, "Assuming", difference.assumptions)
    _list(out, "Worth knowing", difference.notes)


def cell(flow: Flow) -> str:
    """One flow in a word, or the packets that it works for."""
    if flow.partly:
        return "partly ?" if flow.unknown else "partly"
    if flow.in_part and not flow.unknown:
        packets = str(flow.packets)
        return packets if len(packets) <= _WIDEST else "partly"
    return "?" if flow.unknown else "one way" if flow.one_way else in_a_word(flow.forward, flow.back)


def _matrix(proof: Proof, out: Console) -> None:
    flows = proof.flows
    if len(flows.names) < 2:
        return
    few = shown(flows.names, lambda a, b: _marked(proof, flows[a, b]) if flows.asked(a, b) else "-", flows.kind)
    if few.too_many:
        kinds = len(few.standing_for)
        _line(out, f"\n{len(flows.names)} parties of {kinds} kinds: the matrix is in the JSON (--json).")
        return
    _line(out, "\nWho reaches whom (from the left to the top)", "bold")
    labels = [few.label(name) for name in few.standing_for]
    room = WIDTH - max(map(len, labels)) - 3
    columns = iter(few.standing_for)
    for headings in _chunks(labels, room):
        table = Table(box=None, padding=(0, 1), pad_edge=False)
        table.add_column("")
        for heading in headings:
            table.add_column(Text(heading), justify="center", no_wrap=True)
        chunk = list(islice(columns, len(headings)))
        for source in few.standing_for:
            table.add_row(Text(few.label(source)), *(_coloured(few.between(source, other)) for other in chunk))
        print_trimmed(table, out)
    for sentence in few.legend():
        _line(out, sentence)
    _only_some(flows, few, out)


def _only_some(flows: Flows, few: Shown, out: Console) -> None:
    """Which packets they are, where a cell says `partly`."""
    partly: dict[str, list[str]] = {}
    for a in few.standing_for:
        for b in few.standing_for:
            if a != b and few.between(a, b).startswith("partly") and not flows[a, b].partly:
                partly.setdefault(str(flows[a, b].packets), []).append(f"{a} -> {b}")
    for packets, pairs in partly.items():
        _wrapped(out, f"partly: {some(pairs)}: {packets}", "", "  ")


def _chunks(names: Sequence[str], room: int) -> Iterable[list[str]]:
    """As many columns at a time as fit beside each other."""
    chunk: list[str] = []
    used = 0
    for name in names:
        wide = max(len(name), 7) + 2
        if chunk and used + wide > room:
            yield chunk
            chunk, used = [], 0
        chunk.append(name)
        used += wide
    if chunk:
        yield chunk


def _marked(proof: Proof, flow: Flow) -> str:
    """One flow in a word, with a mark that shows without colour where something is wrong with it."""
    text = cell(flow)
    return f"{text} !" if proof.marks(flow) and (not text.endswith("?") or flow.surely_not) else text


def _coloured(text: str) -> Text:
    return Text(text, "bold red" if text.endswith("!") else {"?": "yellow", "yes": "green"}.get(text, "dim"))


def _ways_out(proof: Proof, out: Console) -> None:
    spokes = proof.flows.spokes
    exits = {name: _exit(proof.flows[name, INTERNET]) for name in spokes}
    if len(spokes) <= MOST_SHOWN:
        _list(out, "Ways out to the internet", (f"{name}: {exit_}" for name, exit_ in exits.items()))
        return
    by_exit: dict[str, list[str]] = {}
    for name, exit_ in exits.items():
        by_exit.setdefault(exit_, []).append(name)
    _list(out, "Ways out to the internet", (f"{exit_}: {some(names)}" for exit_, names in by_exit.items()))


def _exit(flow: Flow) -> str:
    """Every way out, with the subnets that use it; "none" only where no subnet has one."""
    ways = [f"{exit_} ({', '.join(subnets)})" if subnets else exit_ for exit_, subnets in flow.exits.items()]
    if flow.unknown:
        ways.append("unknown" if not ways else "unknown of others")
    return ", ".join(ways) or "none"


def _parts(proof: Proof, out: Console) -> None:
    """The flows of which subnets differ, with the answer of each."""
    few = proof.flows.names if len(proof.flows.names) <= MOST_SHOWN else ()
    flows = (proof.flows[a, b] for a in few for b in few if proof.flows.asked(a, b))
    _list(out, "Partly", (f"{flow.source} -> {flow.destination}: {flow.detail}" for flow in flows if flow.parts))


def _survival(survival: FailureResult, every: bool) -> str:
    flows = (f"  {a} -> {b}" for lost in survival.lost for a, b in lost.flows) if every else ()
    return "\n".join([str(survival), *flows])


def _violation(violation: Violation) -> str:
    shown = violation.resources[:_MOST_RESOURCES]
    rest = len(violation.resources) - len(shown)
    more = [f"  and {rest} more on its way (--json lists them)"] if rest else []
    return "\n".join([str(violation), *(f"  {address}" for address in shown), *more])


def _list(out: Console, title: str, lines: Iterable[str], style: str = "bold") -> None:
    listed = list(lines)
    if not listed:
        return
    _line(out, f"\n{title}", style)
    for line in listed:
        first, *rest = line.split("\n")
        _wrapped(out, first, "- ", "  ")
        for more in rest:
            _line(out, f"  {more}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
