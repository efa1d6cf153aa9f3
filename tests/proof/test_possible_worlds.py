"""The law of possible worlds, on outputs against their intent: what is not known changes no known answer.

A sample of the arguments and resources of an example, each made unknown in turn. The whole of one takes minutes.
"""

from __future__ import annotations

from pathlib import Path

from isthmus.network.answers import Outcome
from isthmus.network.from_terraform import network_of
from isthmus.proof.analysis import Analysis
from isthmus.proof.result.findings import Verdict
from isthmus.terraform import Graph, read_folder
from tests.network.worlds import darker
from tests.proof.estates import estate, output, write

STAGE = "stage_4_central_egress"
EVERY = 53  # of about 1,300
UNASKED = (".tags", ".description")  # names are what places are found by; descriptions are for people
Answers = dict[tuple[str, str, str], Outcome]


def reported(graph: Graph) -> tuple[Verdict, Answers, set[tuple[str, str, str]]]:
    roots = frozenset(resource.root for resource in graph.resources.values())
    proof = Analysis(network_of(graph), estate(STAGE), roots=roots, graph=graph).prove(scenarios=False)
    known: Answers = {}
    for flow in (*proof.flows, *proof.services):
        known[flow.source, flow.destination, "there"] = flow.forward
        if flow.forward is not Outcome.BLOCKED:
            known[flow.source, flow.destination, "back"] = flow.reply
    return proof.verdict, known, {(v.rule, v.source, v.destination) for v in proof.violations}


def test_removing_a_value_changes_no_known_result(tmp_path: Path) -> None:
    graph = read_folder(write(dict(output(STAGE)), tmp_path))
    verdict, bright, _ = reported(graph)
    assert verdict is Verdict.PROVED
    worlds = [(what, dark) for what, dark in darker(graph) if not any(word in what for word in UNASKED)]
    wrong: list[str] = []
    for what, dark in worlds[::EVERY]:
        new, answers, violations = reported(dark)
        wrong += [f"{what}: {violation}" for violation in violations]
        wrong += [
            f"{what}: {' -> '.join(question)} was {bright[question]}, is {answer}"
            for question, answer in answers.items()
            if question in bright and answer not in (Outcome.UNKNOWN, bright[question])
        ]
        if new is Verdict.VIOLATED:
            wrong.append(f"{what}: {new}")
    assert wrong == []
