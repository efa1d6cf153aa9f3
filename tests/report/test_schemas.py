"""The JSON of every command follows its published schema, and the schemas are strict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isthmus import proof
from isthmus.cost.estimate import estimate
from isthmus.cost.prices import shipped
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.names import NameChange
from isthmus.report.cost_json import estimate_document
from isthmus.report.difference_json import difference_json
from isthmus.report.json_text import SCHEMA, json_text
from isthmus.report.proof_json import proof_json
from isthmus.report.steps_json import steps_json
from isthmus.steps.planner import procedure
from tests.proof.estates import output, write
from tests.report.grouped import flows_in
from tests.report.schemas import COMMANDS, SHARED, faults, objects, schema, validator

STAGES = ("stage_1_dev_only", "stage_2_on_premises_egress", "stage_4_central_egress")
QUIET = Difference(
    (),
    firewall_changes=("group: it inspects TLS (new)",),
    names=(NameChange("db.corp.example.com", ("dev", "prod"), "Amazon DNS", "forwarded to 10.0.0.2"),),
)


def changed(folder: Path) -> Path:
    """An output without an intent, whose hub lost its blackhole and propagations and has one of a count that is
    unknown."""
    (folder / "intent.json").unlink()
    path = folder / "stacks/network/modules/hub/main.tf.json"
    document = json.loads(path.read_text())
    routes = document["resource"]["aws_ec2_transit_gateway_route"]
    next(iter(routes.values()))["count"] = "${var.nowhere}"
    path.write_text(json.dumps(document))
    return folder


@cache
def documents() -> dict[str, Any]:
    """A document of each command, of networks that are proved, violated and unknown."""
    with TemporaryDirectory() as root:
        folders = [write(output(name), Path(root) / name) for name in STAGES]
        networks = [proof.read(folder) for folder in folders]
        bare = proof.read(changed(write(output(STAGES[1]), Path(root) / "bare")))
        found: dict[str, Any] = {
            f"prove {n}": "".join(proof_json(network.prove())) for n, network in enumerate(networks)
        }
        found["prove without an intent"] = "".join(proof_json(bare.prove()))
        for n, (before, after) in enumerate(((0, 2), (2, 1))):
            found[f"diff {n}"] = "".join(difference_json(proof.compare(networks[before], networks[after]), ()))
        found["diff with unknown results"] = "".join(difference_json(proof.compare(networks[1], bare), ()))
        found["diff of names and firewalls"] = "".join(difference_json(QUIET, ()))
        for n, (before, after) in enumerate(((0, 1), (1, 2), (2, 0))):
            found[f"steps {n}"] = "".join(
                steps_json(procedure((folders[before], folders[after]), networks[before], networks[after]))
            )
        costs = [estimate(network, shipped()) for network in networks]
        found["cost"] = "".join(json_text(estimate_document(costs[2])))
        found["cost before"] = "".join(json_text(estimate_document(costs[0], costs[2])))
        return {name: json.loads(text) for name, text in found.items()}


NAMES = (
    *(f"prove {number}" for number in range(len(STAGES))),
    "prove without an intent",
    "diff 0",
    "diff 1",
    "diff with unknown results",
    "diff of names and firewalls",
    "steps 0",
    "steps 1",
    "steps 2",
    "cost",
    "cost before",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_follows_its_schema(name: str) -> None:
    document = documents()[name]
    assert list(document)[:2] == ["schema", "command"]
    assert (document["schema"], document["command"]) == (SCHEMA, name.split()[0])
    assert faults(document) == []


def test_the_documents_hold_what_the_schemas_describe() -> None:
    """Else no test would see a wrong description."""
    made = documents()
    flows = [flow for name in NAMES if name.startswith("prove") for flow in flows_in(made[name]).values()]
    assert any(flow["blocked_by"] for flow in flows)
    assert any(flow["path"] for flow in flows)
    assert any("egress" in flow for flow in flows)
    assert any("packet_outcomes" in flow for flow in flows)
    assert made["prove 2"]["failure_scenarios"]
    assert made["prove 2"]["advertised_prefixes"]
    assert made["prove 2"]["quotas"]
    assert made["prove without an intent"]["unknown"]
    assert made["diff 0"]["changes"]
    assert made["diff of names and firewalls"]["name_changes"]
    assert made["diff 0"]["added_locations"]
    assert made["diff 0"]["inbound_internet_access"]
    for kind in ("address_changes", "on_premises_changes", "dns_and_endpoint_changes"):
        assert made["diff 0"][kind]
        assert any(change["settings"] for change in made["diff 0"][kind])
    assert made["diff with unknown results"]["unknown"]
    assert made["steps 0"]["refused"]
    assert made["steps 1"]["constraints"]
    assert made["steps 2"]["steps"]
    assert made["cost"]["charges"]
    assert made["cost"]["usage_charges"]


@pytest.mark.parametrize("name", [f"{command}.schema.json" for command in COMMANDS] + [SHARED])
def test_a_schema_is_strict_and_describes_each_key(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    for each in objects(schema(name)):
        assert ("properties" in each) is not isinstance(each.get("additionalProperties"), dict)
        assert each.get("properties") is None or each["additionalProperties"] is False
        for key, described in each.get("properties", {}).items():
            assert described.get("description", "").endswith("."), f"{name}: {key}"


def breaks(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The document with one key too many, or too few, in each kind of object."""
    seen: set[frozenset[str]] = set()
    for path, part in _parts(document, ()):
        keys = frozenset(part)
        if not keys or keys in seen or _by_name(path):
            continue
        seen.add(keys)
        for change in ("surprise", min(keys - {"packet_outcomes", "subnets", "egress", "condition", "zones"})):
            broken = deepcopy(document)
            target: Any = broken
            for step in path:
                target = target[step]
            if change in keys:
                del target[change]
            else:
                target[change] = None
            yield f"{'.'.join(map(str, path))} {change}", broken


def _by_name(path: tuple[str | int, ...]) -> bool:
    """Whether the keys of an object are names of things."""
    return bool(path) and path[-1] in (
        "advertised_prefixes",
        "zones",
        "tiers",
        "subnets",
        "parts",
        "resources",
        "networks",
        "forwarded_domains",
        "dns",
        "fixed_by_root_module",
    )


def _parts(part: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(part, dict):
        yield path, part
        for key, value in part.items():
            yield from _parts(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _parts(value, (*path, number))


@pytest.mark.parametrize("name", ["prove 1", "diff 0", "steps 1", "cost before"])
def test_a_key_too_many_or_too_few_is_refused(name: str) -> None:
    document = documents()[name]
    tried = list(breaks(document))
    assert len(tried) >= 8
    check = validator(document["command"])
    assert [what for what, broken in tried if check.is_valid(broken)] == []
