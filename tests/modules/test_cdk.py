"""Addresses, references and emission of modules.cdk, on real constructs."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.aws import AwsProvider, InternetGateway, Subnet, Vpc
from modules.cdk import (
    AddressTakenError,
    DataTerraformRemoteStateLocal,
    ModuleStack,
    RequiredProvider,
    TerraformHclModule,
    TerraformOutput,
    TerraformResourceLifecycle,
    TerraformVariable,
)
from modules.output_folder import canonical_json

AWS = RequiredProvider(source="hashicorp/aws", version=">= 5.100, < 7")
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,30}", fullmatch=True).filter(lambda name: name != "Default")


def module() -> ModuleStack:
    return ModuleStack("spoke", providers={"aws": AWS})


def test_one_name_serves_every_kind() -> None:
    spoke = module()
    vpc = spoke.add(Vpc, "main", cidr_block="10.0.0.0/16")
    spoke.add(Subnet, "main", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    spoke.add(InternetGateway, "main", vpc_id=spoke.ref(vpc))
    variable = spoke.add(TerraformVariable, "main", type="string")
    spoke.add(TerraformOutput, "main", value=variable.string_value)
    state = spoke.add(DataTerraformRemoteStateLocal, "main", path="x.tfstate")
    spoke.add(
        TerraformHclModule, "main", source="./inner", skip_asset_creation_from_local_modules=True, variables={"x": 1}
    )
    assert spoke.emit() == {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}},
        "resource": {
            "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
            "aws_subnet": {"main": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/24"}},
            "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        },
        "data": {"terraform_remote_state": {"main": {"backend": "local", "config": {"path": "x.tfstate"}}}},
        "variable": {"main": {"type": "string"}},
        "output": {"main": {"value": "${var.main}"}},
        "module": {"main": {"source": "./inner", "x": 1}},
    }
    assert spoke.ref(state, "outputs.vpc_id") == "${data.terraform_remote_state.main.outputs.vpc_id}"


@settings(max_examples=10)  # each asks Node many times
@given(st.lists(st.tuples(st.sampled_from([Vpc, InternetGateway]), NAMES), unique=True, min_size=1, max_size=8))
def test_every_element_is_at_its_address(elements: list[tuple[Any, str]]) -> None:
    spoke = module()
    for kind, name in elements:
        spoke.add(kind, name)
    resources = spoke.emit()["resource"]
    assert {(kind, name) for kind in resources for name in resources[kind]} == {
        (kind.TF_RESOURCE_TYPE, name) for kind, name in elements
    }


@settings(max_examples=10)  # each asks Node many times
@given(st.permutations(range(6)))
def test_the_order_in_which_elements_are_added_changes_nothing(order: list[int]) -> None:
    elements = [(kind, name) for kind in (Vpc, InternetGateway) for name in ("main", "spare", "third")]
    straight, shuffled = module(), module()
    for position in range(6):
        straight.add(*elements[position])
        shuffled.add(*elements[order[position]])
    assert canonical_json(straight.emit()) == canonical_json(shuffled.emit())


@settings(max_examples=10)  # each asks Node many times
@given(NAMES)
def test_a_reference_equals_the_attribute(name: str) -> None:
    spoke = module()
    vpc = spoke.add(Vpc, name)
    variable = spoke.add(TerraformVariable, name, type="string")
    for position, value in enumerate((vpc.id, spoke.ref(vpc), vpc.arn, spoke.ref(vpc, "arn"))):
        spoke.add(TerraformOutput, f"attribute{position}", value=value)
    for position, value in enumerate((variable.string_value, spoke.ref(variable, None))):
        spoke.add(TerraformOutput, f"variable{position}", value=value)
    outputs = {key: body["value"] for key, body in spoke.emit()["output"].items()}
    assert outputs["attribute0"] == outputs["attribute1"] == f"${{aws_vpc.{name}.id}}"
    assert outputs["attribute2"] == outputs["attribute3"] == f"${{aws_vpc.{name}.arn}}"
    assert outputs["variable0"] == outputs["variable1"] == f"${{var.{name}}}"


def test_an_address_is_taken_once() -> None:
    spoke = module()
    spoke.add(Subnet, "private", vpc_id="vpc-1")
    with pytest.raises(AddressTakenError, match=r"stack 'spoke' has two elements at the address aws_subnet\.private"):
        spoke.add(Subnet, "private", vpc_id="vpc-2")


@pytest.mark.parametrize("name", ["", "1a", "a.b", "a b", "é", "Default", "a/b"])
def test_a_name_that_terraform_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"in stack 'spoke' is not a Terraform address"):
        module().add(Vpc, name)


def test_an_element_of_another_module_cannot_be_referred_to() -> None:
    vpc = module().add(Vpc, "main")
    with pytest.raises(ValueError, match="through an output of one module and a variable of the other"):
        module().ref(vpc)


def test_a_module_gets_its_providers_from_the_caller() -> None:
    spoke = ModuleStack(
        "spoke", providers={"aws": RequiredProvider(source="hashicorp/aws", version="~> 6.0", aliases=("network",))}
    )
    network = spoke.add(AwsProvider, "network", alias="network")
    spoke.add(Vpc, "main", provider=network, lifecycle=TerraformResourceLifecycle(prevent_destroy=True))
    document = spoke.emit()
    assert "provider" not in document
    assert document["terraform"] == {
        "required_providers": {
            "aws": {"source": "hashicorp/aws", "version": "~> 6.0", "configuration_aliases": ["aws.network"]}
        }
    }
    assert document["resource"]["aws_vpc"]["main"] == {
        "provider": "aws.network",
        "lifecycle": {"prevent_destroy": True},
    }


def test_notes_go_and_tags_that_look_like_notes_stay() -> None:
    spoke = module()
    spoke.add(Vpc, "main", tags={"//": "mine"})
    assert spoke.emit()["resource"]["aws_vpc"]["main"] == {"tags": {"//": "mine"}}


def test_emitting_twice_gives_the_same() -> None:
    spoke = module()
    spoke.add(Vpc, "main", cidr_block="10.0.0.0/16")
    assert spoke.emit() == spoke.emit()


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)))
def test_canonical_json_says_the_same_in_one_way(document: dict[str, Any]) -> None:
    text = canonical_json(document)
    assert json.loads(text) == document
    assert text.endswith("\n")
    assert text == canonical_json(dict(reversed(document.items())))
