"""Every argument that is changed or removed is seen, or the table says why it changes no flow.

A sample of each estate's mutants is made in every run, all of them at night.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.intent import Estate
from isthmus.network.suricata import SuricataRules
from isthmus.proof import Verdict
from isthmus.terraform.graph import Graph, Ref, Resource, Undeclared, Unknown
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.proof.argument_mutants import OUTPUTS, Bench, Mutant, bench, bench_of, excused, mutants, plain, without, word
from tests.proof.estates import EVERYTHING, output, write
from tests.proof.same_flows import excuse
from tests.properties.budget import share

SAMPLED = ("stage_1_dev_only", "stage_5_resilient_vpn", EVERYTHING)
MOST = 60
"""Mutants of a generated estate."""
STEP = 19  # of the mutants of an estate that differ in type, argument or what became of it, one in so many


def unseen(mutant: Mutant, verdict: Verdict) -> bool:
    return verdict is Verdict.PROVED and excuse(mutant.kind, mutant.place) is None


@pytest.mark.parametrize("name", SAMPLED)
def test_the_output_itself_is_proved(name: str) -> None:
    assert bench(name).verdict(bench(name).graph) is Verdict.PROVED


@pytest.mark.parametrize("name", SAMPLED)
def test_a_sample_of_mutants_is_detected(name: str) -> None:
    offset = SAMPLED.index(name)
    made = islice(mutants(bench(name).graph, most=1), offset, None, STEP)
    survived = [str(mutant) for mutant in made if unseen(mutant, bench(name).verdict(mutant.graph))]
    assert not survived


@pytest.mark.nightly
@pytest.mark.parametrize("name", OUTPUTS)
def test_every_mutant_is_detected(name: str) -> None:
    survived = [str(mutant) for mutant, proved in bench(name).survivors() if unseen(mutant, Verdict.PROVED) and proved]
    assert not survived


@pytest.mark.nightly
@settings(max_examples=share(20))
@given(estates(), st.randoms(use_true_random=False))
def test_mutants_of_any_estate_are_detected(estate: Estate, dice: Random) -> None:
    """In an estate that leads no flow through a resource, what is changed of it is no mistake in a flow. It has to be
    read nonetheless: an argument that nothing reads would be missed where flows depend on it."""
    here = bench_of(estate, synthesize(estate))
    event(f"{here.verdict(here.graph)}")
    if here.verdict(here.graph) is not Verdict.PROVED:
        return
    made = list(mutants(here.graph, most=1))
    for mutant in dice.sample(made, min(MOST, len(made))):
        survived = unseen(mutant, here.verdict(mutant.graph))
        event("seen" if not survived else "only read")
        assert not survived or here.reads(mutant.graph) or _elsewhere(here, mutant), str(mutant)


def _elsewhere(here: Bench, mutant: Mutant) -> bool:
    """Whether what was changed is no part of the network: a share, of which what uses it is evaluated
    (isthmus.network.coverage.sharing), or a rule group of a firewall none of whose rules decide."""
    firewalls = here.network.firewalls.values()
    idle = not any(isinstance(one.rules, SuricataRules) and one.rules.rules for one in firewalls)
    return mutant.type.startswith("aws_ram_") or (idle and mutant.type.startswith("aws_networkfirewall_"))


# --- the same in files

FILES = "stage_1_dev_only"


def edited(folder: Path, part: str, edit: Any) -> Verdict:
    """The verdict on the output after an edit of a module's resources in its file."""
    files: dict[str, str | dict[str, Any]] = dict(output(FILES))
    document = json.loads(output(FILES)[part])
    edit(document["resource"])
    files[part] = document
    return proof.read(write(files, folder)).prove(scenarios=False).verdict


HUB = "stacks/network/modules/hub/main.tf.json"
VPN = "stacks/network/modules/vpn/main.tf.json"


@pytest.mark.parametrize(
    ("part", "kind"),
    [(VPN, "aws_customer_gateway"), (VPN, "aws_vpn_connection"), (HUB, "aws_ec2_transit_gateway_route_table")],
)
def test_a_removed_resource_is_removed_in_files_and_graph(tmp_path: Path, part: str, kind: str) -> None:
    here = bench(FILES)
    (address,) = [r.address for r in here.graph.of_type(kind)][:1]
    name = address.rpartition(".")[2]

    def remove(resources: dict[str, Any]) -> None:
        del resources[kind][name]

    assert edited(tmp_path, part, remove) is here.verdict(without(here.graph, address)) is not Verdict.PROVED


def test_an_argument_is_changed_in_files_and_graph(tmp_path: Path) -> None:
    def change(resources: dict[str, Any]) -> None:
        (vpn,) = resources["aws_vpn_connection"].values()
        vpn["static_routes_only"] = True

    assert edited(tmp_path, VPN, change) is Verdict.VIOLATED


# --- how mutants are made

VPC = Resource("aws_vpc.v", "aws_vpc", {"cidr_block": "10.1.0.0/16", "tags": {"Name": "v"}})
OTHER = Resource("aws_vpc.w", "aws_vpc", {"cidr_block": "10.2.0.0/16"})
ACL = Resource(
    "aws_network_acl.n",
    "aws_network_acl",
    {"vpc_id": Ref("aws_vpc.v", "id"), "ingress": ({"rule_no": 100, "action": "deny"},), "subnet_ids": ("a", "b")},
)
GRAPH = Graph({r.address: r for r in (VPC, OTHER, ACL)})


def made(address: str) -> Mapping[tuple[str, str], Resource | None]:
    found = [mutant for mutant in mutants(GRAPH) if mutant.address == address]
    return {(m.argument, word(m.how)): m.graph.resources.get(address) for m in found}


def test_every_part_of_a_resource_is_changed_and_removed() -> None:
    found = made("aws_network_acl.n")
    assert set(found) == {
        ("", "removed"),
        ("vpc_id", "removed"),
        ("vpc_id", "changed"),
        ("vpc_id", "elsewhere"),
        ("ingress", "removed"),
        ("ingress[0]", "removed"),
        ("ingress[0].rule_no", "removed"),
        ("ingress[0].rule_no", "changed"),
        ("ingress[0].action", "removed"),
        ("ingress[0].action", "changed"),
        ("ingress[0].action", "unlisted"),
        ("subnet_ids", "removed"),
        ("subnet_ids[0]", "removed"),
        ("subnet_ids[0]", "changed"),
        ("subnet_ids[1]", "removed"),
        ("subnet_ids[1]", "changed"),
    }
    changed = found["vpc_id", "changed"]
    assert changed is not None
    assert changed.get("vpc_id") == Ref("aws_vpc.w", "id")
    inner = found["ingress[0].action", "changed"]
    assert inner is not None
    assert inner.get("ingress") == ({"rule_no": 100, "action": "allow"},)
    assert found["", "removed"] is None


def test_arguments_without_effect_are_excluded() -> None:
    assert excused("aws_vpc", "tags.Name") == "labels"
    assert excused("aws_flow_log", "anything")
    assert excused("aws_sns_topic", "name")
    assert not excused("aws_vpc", "cidr_block")
    assert ("tags", "removed") not in made("aws_vpc.v")


def test_the_number_of_equivalent_mutants_is_limited() -> None:
    equivalent = [plain(m.argument) for m in mutants(GRAPH, most=1) if m.type == "aws_vpc"]
    assert equivalent == ["", "cidr_block", "cidr_block"]


def test_references_to_a_removed_resource_are_removed() -> None:
    left = without(GRAPH, "aws_vpc.v")
    assert left.resources["aws_network_acl.n"].get("vpc_id") == Unknown("aws_vpc.v: not declared")
    assert left.undeclared == (Undeclared("aws_network_acl.n", "vpc_id", "aws_vpc.v"),)
    assert left.resources["aws_vpc.w"] == OTHER
