"""Lost flows of a failure are counted, and every report has the same number."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from examples import stage_3_every_vpc as stage
from examples import stage_5_resilient_vpn, stage_7_direct_connect
from isthmus import proof
from isthmus.proof.analysis import Analysis
from isthmus.proof.checks.failures import FailureChecks
from isthmus.proof.prover import ProofInput, Prover
from isthmus.proof.result.failures import Failure, FailureKind
from isthmus.report.proof_json import proof_json
from isthmus.report.proof_terminal import print_proof
from isthmus.testing.failures import losses, scenario
from modules.synthesis import synthesize
from tests.proof.estates import write
from tests.report.grouped import lost_in


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Three workload spokes of one kind and one of another, behind one VPN connection."""
    return proof.read(write(synthesize(stage.estate), tmp_path_factory.mktemp("failures")))


def test_each_equivalent_spoke_counts(subject: Analysis) -> None:
    apart = Analysis(subject.network, subject.estate, roots=subject.roots, separately=True)
    for some, every in zip(subject.prove().scenarios, apart.prove().scenarios, strict=True):
        flows = {flow for lost in some.lost for flow in lost.flows}
        assert flows == {(lost.source, lost.destination) for lost in every.lost}
        assert some.count == len(flows) == every.count


@pytest.mark.parametrize("example", [stage, stage_5_resilient_vpn, stage_7_direct_connect])
def test_failures_of_one_effect_are_simulated_once(example: ModuleType, tmp_path: Path) -> None:
    """The flows are those that simulating each failure finds, with the same reasons."""
    made = proof.read(write(synthesize(example.estate), tmp_path))
    assert made.estate is not None
    prover = Prover(ProofInput(made.network, made.estate, roots=made.roots), made.estate)
    assert prover.binding is not None
    assert prover.intent is not None
    checks = FailureChecks(made.estate, prover.binding, prover.intent, prover.pairs)
    results = list(checks.failure_results())
    assert [result.lost for result in results] == [tuple(checks._lost(result.failure, None)) for result in results]
    assert any(result.lost for result in results)


def test_every_output_has_the_same_number(subject: Analysis) -> None:
    answer = subject.prove()
    document = json.loads("".join(proof_json(answer)))
    by_failure = {found["component"]: found for found in document["failure_scenarios"]}
    (connection,) = (s for s in answer.scenarios if s.failure.kind == "VPN connection")
    assert connection.count > len(connection.lost)
    listed = by_failure[connection.failure.what]
    assert listed["lost_flow_count"] == sum(lost["count"] for lost in listed["lost_flows"]) == connection.count
    flows = set(lost_in(document, listed))
    assert len(flows) == connection.count
    taken = losses(subject, scenario(subject, connection.failure.what))
    assert sum(1 + loss.equivalent for loss in taken) == connection.count
    out = io.StringIO()
    print_proof(answer, Console(file=out, width=300, highlight=False, markup=False), every=True)
    part = out.getvalue().partition(f"{connection.failure}: {connection.count} flows lost\n")[2]
    shown = [line.strip() for line in part.split("\n- ")[0].splitlines() if "->" in line]
    assert sorted(shown) == sorted(f"{a} -> {b}" for a, b in flows)


def test_the_document_has_the_lost_flows_of_the_proof(subject: Analysis) -> None:
    answer = subject.prove()
    document = json.loads("".join(proof_json(answer)))
    for result, written in zip(answer.scenarios, document["failure_scenarios"], strict=True):
        assert set(lost_in(document, written)) == {flow for lost in result.lost for flow in lost.flows}


def test_a_tunnel_is_named_by_its_number_and_its_vpn_connection() -> None:
    failure = Failure(FailureKind.TUNNEL, 'aws_vpn_connection.dc1["a#b"]#2')
    assert str(failure) == 'tunnel 2 of VPN connection aws_vpn_connection.dc1["a#b"] down'
    assert failure.scenario.down == {failure.what}


def test_the_flag_all_lists_every_flow(subject: Analysis, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from isthmus.cli import main

    folder = write(synthesize(stage.estate), tmp_path)
    assert main(["prove", str(folder)]) == 0
    short = capsys.readouterr().out
    assert main(["prove", str(folder), "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > len(short.splitlines())
