"""The law that no two answers about one input contradict each other: proof, JSON, terminal, trace, sentences, diff."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from isthmus.network.answers import Outcome
from isthmus.network.packets import ALL_PACKETS
from isthmus.output.overview import ANY, intended
from isthmus.proof import ProofError
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.flows import compare
from isthmus.proof.result.findings import Flow, Verdict
from isthmus.proof.result.proof import Proof
from isthmus.report.proof_json import proof_json
from isthmus.report.proof_markdown import proof_markdown
from isthmus.report.proof_terminal import print_proof
from isthmus.testing.network import NetworkUnderTest
from tests.report.grouped import flows_in
from tests.report.schemas import faults

_HEADS = {
    Verdict.PROVED: "PROVED",
    Verdict.NO_VIOLATIONS: "NO VIOLATIONS",
    Verdict.VIOLATED: "VIOLATED",
    Verdict.UNKNOWN: "UNKNOWN",
}


def contradictions(subject: Analysis) -> Iterator[str]:
    """Everything that one output says and another denies."""
    answer = subject.prove()
    document = json.loads("".join(proof_json(answer)))
    yield from (f"the JSON does not follow its schema: {fault}" for fault in faults(document))
    yield from _of_verdicts(subject, answer, document["verdict"])
    listed = flows_in(document)
    if set(listed) != {(flow.source, flow.destination) for flow in answer.flows}:
        yield "the JSON has other pairs than the proof"
        return
    for flow in answer.flows:
        pair = (flow.source, flow.destination)
        yield from (f"{pair}: {what}" for what in _of_flow(subject, answer, flow))
        yield from (f"{pair}: the JSON {what}" for what in _of_json(flow, listed[pair]))
    for flow in answer.services:
        entries = [found for found in document["service_flows"] if found["example"]["destination"] == flow.destination]
        groups = [group for group in document["groups"] if flow.source in group["members"]]
        (entry,) = (found for found in entries if found["from"] == groups[0]["name"])
        yield from (f"{flow.source} to a service: the JSON {what}" for what in _of_json(flow, entry["example"]))
    yield from _of_overview(subject, answer)
    yield from (f"a difference from itself: {change}" for change in compare(subject, subject).changes)


def _of_json(flow: Flow, written: dict[str, Any]) -> Iterator[str]:
    """What the JSON says of a flow, by the example of its group, against the flow itself."""
    own = (flow.source, flow.destination) == (written["source"], written["destination"])
    egress = {path["address"]: tuple(path["subnets"]) for path in written.get("egress", ())}
    if own and flow.exits and egress != dict(flow.exits):
        yield f"has the egress paths {egress}"
    if len(egress if flow.exits else ()) != len(flow.exits):
        yield f"has {len(egress)} egress paths"
    outcomes = {name: (found["forward"], found["return"]) for name, found in written.get("zones", {}).items()}
    if outcomes != {name: (forward.value, back.value) for name, (forward, back) in flow.zones.items()}:
        yield f"has the zones {outcomes}"
    if len(written.get("subnets", ())) != len(flow.parts) or bool(written.get("condition")) != bool(flow.condition):
        yield f"has other subnets or another condition: {written}"
    packets = [(found["packets"], found["forward"]) for found in written.get("packet_outcomes", ())]
    if packets and packets != [(str(one.packets), one.forward.value) for one in flow.packet_outcomes]:
        yield f"has the packets {packets}"
    result = (flow.forward.value, flow.returned.replace(" ", "-"), flow.intended)
    if result != (written["forward"], written["return"], written["intended"]):
        yield f"says {written}"


def _of_overview(subject: Analysis, answer: Proof) -> Iterator[str]:
    """What `show` says is meant, of the same locations, against what the proof judged."""
    if subject.estate is None:
        return
    matrix = intended(subject.estate, subject.network, subject.roots)
    if missing := set(answer.flows.names) - set(matrix.names):
        yield f"the overview lacks {sorted(missing)}"
        return
    for flow in answer.flows:
        cell = matrix.cell(flow.source, flow.destination)
        meant = {"no": False, ANY: None}.get(cell, True)
        if cell == "-" or meant is not flow.intended:
            yield f"{flow.source} -> {flow.destination}: the overview says {cell}, the proof {flow.intended}"


def _of_verdicts(subject: Analysis, answer: Proof, in_json: str) -> Iterator[str]:
    out = io.StringIO()
    print_proof(answer, Console(file=out, width=200, highlight=False, markup=False))
    if in_json != answer.verdict.value or not out.getvalue().startswith(_HEADS[answer.verdict]):
        yield f"{answer.verdict}: the JSON says {in_json}, the terminal {out.getvalue().splitlines()[0]}"
    if not proof_markdown(answer).lower().startswith(f"**{_HEADS[answer.verdict].lower()}"):
        yield f"{answer.verdict}: Markdown says {proof_markdown(answer).splitlines()[0]}"
    if (answer.verdict is Verdict.PROVED) and subject.estate is None:
        yield "proved without an intent"
    if answer.holds and subject.estate is None and any(flow.unknown for flow in answer.flows):
        yield "nothing is wrong, and not everything is known"


def _of_flow(subject: Analysis, answer: Proof, flow: Flow) -> Iterator[str]:
    messages = {(v.source, v.destination) for v in answer.violations}
    never = flow.one_way and flow.reply is Outcome.BLOCKED
    if subject.estate is None and never and (flow.source, flow.destination) not in messages:
        yield "it is never answered, and no violation says so"
    if flow.exits and not any(back is Outcome.REACHABLE for _, back in (*flow.parts.values(), ("", flow.reply))):
        yield f"it has an egress path, {flow.exits}, and reaches the internet from no subnet"
    with contextlib.suppress(ProofError):
        traced_parts = subject.trace(flow.source, flow.destination).parts
        if (
            traced_parts
            and flow.packets == ALL_PACKETS
            and set(traced_parts.split(", ")) != set(flow.detail.split(", "))
        ):
            yield f"the proof says {flow.detail or flow} of subnets, and a trace {traced_parts}"
    if flow.intended is False:
        return  # what is not meant is asked at best, and a packet that is traced at worst
    sentence = _reaches(subject, flow)
    if sentence is not None and sentence is not flow.works:
        yield f"the proof says {flow}, and assert_reaches {'holds' if sentence else 'fails'}"
    with contextlib.suppress(ProofError):
        traced = subject.trace(flow.source, flow.destination)
        if traced.works and not flow.works:
            yield f"the proof says {flow}, and a trace that the packet and its reply arrive"
        if flow.works and traced.outcome is Outcome.BLOCKED:
            yield f"the proof says {flow}, and a trace that it is blocked"


def _reaches(subject: Analysis, flow: Flow) -> bool | None:
    try:
        NetworkUnderTest(subject).assert_reaches(flow.source, flow.destination)
    except ProofError:
        return None
    except AssertionError:
        return False
    return True
