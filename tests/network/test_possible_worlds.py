"""An unknown value makes an answer unknown or leaves it: it never makes another known answer.

Every argument of every resource of small configurations is made unknown in turn, and every resource is made one of
which the number is not known (as by `count = var.x`). Each answer must then be the same as
before, or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from isthmus.network.answers import Outcome
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.proof.analysis import Analysis
from isthmus.proof.checks.route_tables import advertised_prefixes
from isthmus.proof.pairs.inferred_locations import without_intent
from isthmus.proof.pairs.locations import stated_prefixes
from isthmus.proof.result.findings import Verdict
from isthmus.terraform.graph import Graph
from tests.network import worlds
from tests.network.test_assigned_ipv6 import dual_stack
from tests.network.test_far_ends import VIF, at_gateway, moving, peered, regional, shared

SAMPLES = {
    **worlds.SAMPLES,
    "peered": peered,
    "moved": lambda: moving("propagation", "a", "b"),
    "shared": lambda: shared(auto_accept_shared_attachments="enable"),
    "interface": lambda: at_gateway(**VIF),
    "regional": regional,
    "assigned": dual_stack,
}
ADVERTISED = {"aws_vpn_connection.dc": ("172.16.0.0/16",)}


@dataclass(frozen=True)
class Answers:
    """Every known answer for a network: by question, without what is unknown."""

    verdict: Verdict
    known: dict[tuple[str, ...], object]
    violations: frozenset[tuple[str, str, str, tuple[str, ...]]]


def answers_for(graph: Graph) -> Answers:
    network = network_of(graph)
    prefixes = {
        address: tuple(a.prefix for a in stated_prefixes(given))
        for address, given in ADVERTISED.items()
        if address in network.vpns and network.vpns[address].static is False
    }
    subject = Analysis(network, advertises=prefixes, graph=graph)
    proof = subject.prove()
    known: dict[tuple[str, ...], object] = {}
    for flow in (*proof.flows, *proof.services):
        for way, outcome in (("there", flow.forward), ("back", flow.reply)):
            known[flow.source, flow.destination, way] = outcome
        known[flow.source, flow.destination, "exit"] = flow.exit if flow.works else Outcome.UNKNOWN
    engine = Forwarding(network, sites=without_intent(network, prefixes).sites)
    for vpn, what in advertised_prefixes(engine).items():
        known["advertised to", vpn] = Outcome.UNKNOWN if what.unknown else frozenset(what.prefixes)
    found = frozenset((v.rule, v.source, v.destination, ()) for v in proof.violations)
    return Answers(proof.verdict, known, found)


def contradictions(bright: Answers, dark: Answers) -> Iterator[str]:
    for question, answer in dark.known.items():
        if question[-1] == "back" and dark.known[(*question[:-1], "there")] is Outcome.BLOCKED:
            continue  # the reply to a packet that does not arrive
        before = bright.known.get(question, Outcome.UNKNOWN)
        if answer not in (Outcome.UNKNOWN, before) and question in bright.known and before is not Outcome.UNKNOWN:
            yield f"{' -> '.join(question)} was {before}, is {answer}"
    for rule, source, destination, _ in dark.violations - bright.violations:
        yield f"violation {rule} {source} {destination}"
    if dark.verdict not in (Verdict.UNKNOWN, bright.verdict):
        yield f"the verdict was {bright.verdict}, is {dark.verdict}"


def wrong(graph: Graph, asked: worlds.Asked) -> list[str]:
    bright = answers_for(graph)
    return [
        f"{what}: {c}" for what, dark in worlds.darker(graph, asked) for c in contradictions(bright, answers_for(dark))
    ]


@pytest.fixture(scope="module")
def asked() -> worlds.Asked:
    """The arguments that are asked for, by type, over all samples."""
    found: dict[str, set[str]] = {}
    for sample in SAMPLES.values():
        graph, heard = worlds.heard(sample())
        network_of(graph)
        for kind, names in heard.items():
            found.setdefault(kind, set()).update(names)
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_not_known_never_makes_another_known_answer(sample: str, asked: worlds.Asked) -> None:
    assert wrong(SAMPLES[sample](), asked) == []
