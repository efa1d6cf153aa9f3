"""How roots of an estate find each other, and what a copy of a root changes."""

import json
import tempfile
from graphlib import CycleError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine import Engine, Estate, Root
from .engine.stub import NoStub, stub_state
from .engine.workspace import Unconnected, disarm_providers, lift_protection, types_in
from .two_roots import HUB, SPOKE, Documents, two_roots, write

S3: dict[str, object] = {"bucket": "states", "key": "network.tfstate"}
WORKSPACE: dict[str, object] = {"organization": "example", "workspaces": {"name": "network"}}


def _kept(documents: Documents, backend: dict[str, Any], kind: str, config: dict[str, Any]) -> Documents:
    """The documents with the hub's state kept in, and read from, another backend."""
    terraform = documents[HUB]["terraform"]
    del terraform["backend"]
    terraform.update(backend)
    documents[SPOKE]["data"]["terraform_remote_state"]["network"] = {"backend": kind, "config": config}
    return documents


BACKENDS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "S3": ({"backend": {"s3": {**S3, "use_lockfile": True}}}, "s3", {**S3, "region": "us-east-1"}),
    "HCP Terraform": ({"cloud": {**WORKSPACE, "hostname": "app.terraform.io"}}, "remote", WORKSPACE),
    "the remote backend": (
        {"backend": {"remote": WORKSPACE}},
        "remote",
        {**WORKSPACE, "workspaces": [{"name": "network"}]},
    ),
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_backend_is_replaced_by_local_states(backend: str, double_engine: Engine, tmp_path: Path) -> None:
    estate = Estate(write(_kept(two_roots(), *BACKENDS[backend]), tmp_path))
    assert [root.name for root in estate.in_order()] == ["network", "dev"]
    for root in estate.in_order():
        assert double_engine.check(root.directory) == []
    live = double_engine.live()
    live.apply(estate)
    assert sorted(path.name for path in live.states.glob("*.tfstate")) == ["dev.tfstate", "network.tfstate"]


def test_a_state_that_no_root_writes_is_named(double_engine: Engine, tmp_path: Path) -> None:
    documents = two_roots()
    documents[SPOKE]["data"]["terraform_remote_state"]["network"]["config"]["path"] = "../../../terraform.net.tfstate"
    folder = write(documents, tmp_path)
    with pytest.raises(
        Unconnected, match=r"dev reads the state local .*terraform\.net\.tfstate as network; roots write"
    ):
        double_engine.check(folder / "stacks" / "dev")


def test_a_backend_that_is_not_known_is_named(tmp_path: Path) -> None:
    documents = _kept(two_roots(), {"backend": {"gcs": {"bucket": "b"}}}, "gcs", {"bucket": "b"})
    with pytest.raises(Unconnected, match="a backend this reader does not know: gcs"):
        Estate(write(documents, tmp_path)).in_order()


def test_roots_that_read_each_other_have_no_order(tmp_path: Path) -> None:
    documents = two_roots()
    config = {"path": "../../../terraform.dev.tfstate"}
    documents[HUB]["data"] = {"terraform_remote_state": {"dev": {"backend": "local", "config": config}}}
    with pytest.raises(CycleError):
        Estate(write(documents, tmp_path)).in_order()


def test_types_are_those_of_the_root_and_its_modules(tmp_path: Path) -> None:
    folder = write(two_roots(), tmp_path)
    assert types_in(folder / "stacks" / "network") == {"aws_ec2_transit_gateway", "aws_ec2_transit_gateway_route_table"}
    assert {"terraform_remote_state", "aws_vpc"} < types_in(folder / "stacks" / "dev")


def test_disarming_keeps_what_needs_no_aws(tmp_path: Path) -> None:
    root = write(two_roots(), tmp_path) / "stacks" / "dev"
    disarm_providers(root)
    default, alias = Root(root).configuration["provider"]["aws"]
    assert alias["alias"] == "network"
    for block, account in ((default, "222233334444"), (alias, "111122223333")):
        assert block["default_tags"] == [{"tags": {"owner": account}}]
        assert block["access_key"] == "mock"
        assert {"assume_role", "allowed_account_ids"}.isdisjoint(block)


def test_protection_is_lifted_where_there_is_any(tmp_path: Path) -> None:
    folder = write(two_roots(), tmp_path)
    for root in ("network", "dev"):
        lift_protection(folder / "stacks" / root)
    (override,) = folder.rglob("protection_override.tf.json")
    assert override.parent.name == "hub"
    assert json.loads(override.read_text()) == {
        "resource": {"aws_ec2_transit_gateway": {"main": {"lifecycle": {"prevent_destroy": False}}}}
    }


def test_a_stub_has_the_shape_of_what_is_applied(double_engine: Engine, tmp_path: Path) -> None:
    estate, live = Estate(write(two_roots(), tmp_path)), double_engine.live()
    live.apply(estate)
    for root in estate.in_order():
        applied = json.loads((live.states / f"{root.name}.tfstate").read_text())["outputs"]
        stub = stub_state(root.directory)["outputs"] if root.name == "network" else applied
        assert {name: output["type"] for name, output in stub.items()} == {n: o["type"] for n, o in applied.items()}


REFERENCES = st.builds(
    "${{{}.{}.{}}}".format,
    st.sampled_from(["aws_vpc", "aws_subnet"]),
    st.sampled_from("abc"),
    st.sampled_from(["id", "arn"]),
)
OUTPUTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["plain", "", "${var.name}"]) | REFERENCES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
)


@given(OUTPUTS)
def test_a_stub_keeps_the_structure_and_makes_up_only_what_is_referred_to(output: Any) -> None:
    root = Documents()
    root["module"] = {"m": {"source": "./m", "name": "given"}}
    root["output"] = {"o": {"value": "${module.m.o}"}}
    with tempfile.TemporaryDirectory() as folder:
        write({"cdk.tf.json": root, "m/main.tf.json": {"output": {"o": {"value": output}}}}, Path(folder))
        value = stub_state(Path(folder))["outputs"]["o"]["value"]
    _assert_made_from(output, value)


def _assert_made_from(expression: object, value: object) -> None:
    if isinstance(expression, dict):
        assert isinstance(value, dict)
        assert value.keys() == expression.keys()
        for key, inner in expression.items():
            _assert_made_from(inner, value[key])
    elif isinstance(expression, list):
        assert isinstance(value, list)
        for inner, made in zip(expression, value, strict=True):
            _assert_made_from(inner, made)
    elif expression == "${var.name}":
        assert value == "given"
    elif isinstance(expression, str) and expression.startswith("${"):
        kind, _, attribute = expression[2:-1].split(".")
        noun = kind.removeprefix("aws_")
        assert isinstance(value, str)
        assert value.startswith(f"{noun}-" if attribute == "id" else f"arn:aws:{noun}:")
    else:
        assert value == expression


@pytest.mark.parametrize(
    "expression", ["${upper(module.hub.transit_gateway_id)}", "${var.nobody_gives}", "${local.x[each.key]}"]
)
def test_an_output_that_a_stub_cannot_follow_is_named(expression: str, tmp_path: Path) -> None:
    documents = two_roots()
    documents[HUB]["output"]["route_table_ids"]["value"] = expression
    folder = write(documents, tmp_path)
    with pytest.raises(NoStub, match="output route_table_ids of network"):
        stub_state(Root(folder / "stacks" / "network").directory)
