"""Addresses, references and emission of modules.cdk: elements in plain Python."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.aws import (
    AwsProvider,
    Ec2TransitGatewayVpcAttachment,
    InternetGateway,
    Route53Record,
    Route53RecordAlias,
    Subnet,
    Vpc,
)
from modules.cdk import (
    AddressTakenError,
    ModuleStack,
    RequiredProvider,
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
    spoke.add(Subnet, "main", vpc_id=spoke.ref(vpc), cidr_block="10.0.0.0/24")
    spoke.add(InternetGateway, "main", vpc_id=spoke.ref(vpc))
    variable = spoke.add(TerraformVariable, "main", type="string")
    spoke.add(TerraformOutput, "main", value=spoke.ref(variable, None))
    assert spoke.emit() == {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}},
        "resource": {
            "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
            "aws_subnet": {"main": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/24"}},
            "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        },
        "variable": {"main": {"type": "string"}},
        "output": {"main": {"value": "${var.main}"}},
    }


@given(st.lists(st.tuples(st.sampled_from([Vpc, InternetGateway]), NAMES), unique=True, min_size=1, max_size=8))
def test_every_element_is_at_its_address(made: list[tuple[Any, str]]) -> None:
    spoke = module()
    for kind, name in made:
        spoke.add(kind, name)
    resources = spoke.emit()["resource"]
    assert {(kind, name) for kind in resources for name in resources[kind]} == {
        (kind.TF_RESOURCE_TYPE, name) for kind, name in made
    }


@given(st.permutations(range(6)))
def test_the_order_in_which_elements_are_added_changes_nothing(order: list[int]) -> None:
    pairs = [(kind, name) for kind in (Vpc, InternetGateway) for name in ("main", "spare", "third")]
    straight, shuffled = module(), module()
    for position in range(6):
        straight.add(*pairs[position])
        shuffled.add(*pairs[order[position]])
    assert canonical_json(straight.emit()) == canonical_json(shuffled.emit())


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
    with pytest.raises(ValueError, match=r"refers to aws_vpc\.main, .* an output of one module and a variable of the"):
        module().ref(vpc)


def test_an_element_of_another_module_cannot_be_created_first() -> None:
    vpc = module().add(Vpc, "main")
    with pytest.raises(ValueError, match=r"stack 'spoke' refers to aws_vpc\.main, which is not part of it"):
        module().add(Subnet, "private", vpc_id="vpc-1", depends_on=[vpc])


def test_a_module_gets_its_providers_from_the_caller() -> None:
    spoke = ModuleStack(
        "spoke", providers={"aws": RequiredProvider(source="hashicorp/aws", version="~> 6.0", aliases=("network",))}
    )
    network = spoke.add(AwsProvider, "network", alias="network")
    spoke.add(Vpc, "main", provider=network)
    assert spoke.emit() == {
        "terraform": {
            "required_providers": {
                "aws": {"source": "hashicorp/aws", "version": "~> 6.0", "configuration_aliases": ["aws.network"]}
            }
        },
        "resource": {"aws_vpc": {"main": {"provider": "aws.network"}}},
    }


def test_dependencies_and_lifecycles_are_addresses_and_settings() -> None:
    spoke = module()
    vpc = spoke.add(Vpc, "main")
    lifecycle = TerraformResourceLifecycle(create_before_destroy=True, prevent_destroy=None, ignore_changes="all")
    spoke.add(InternetGateway, "main", depends_on=[vpc], lifecycle=lifecycle)
    assert spoke.emit()["resource"]["aws_internet_gateway"]["main"] == {
        "depends_on": ["aws_vpc.main"],
        "lifecycle": {"create_before_destroy": True, "ignore_changes": "all"},
    }


def test_tags_that_look_like_notes_stay() -> None:
    spoke = module()
    spoke.add(Vpc, "main", tags={"//": "mine"})
    assert spoke.emit()["resource"]["aws_vpc"]["main"] == {"tags": {"//": "mine"}}


def test_emitting_twice_gives_the_same() -> None:
    spoke = module()
    spoke.add(Vpc, "main", cidr_block="10.0.0.0/16")
    output = spoke.add(TerraformOutput, "list", value=["a"])
    output.add_override("value", ["b"])
    output.add_override("extra.deep", 1)
    first = spoke.emit()
    assert first == spoke.emit()
    assert first["output"]["list"] == {"value": ["a", "b"], "extra": {"deep": 1}}


ALIAS = Route53RecordAlias(name="a", zone_id="Z1", evaluate_target_health=False)


@pytest.mark.parametrize(
    ("kind", "config", "message"),
    [
        (Subnet, {"vpc_id": 5}, r"Subnet, argument vpc_id: expected a string, got 5 \(int\)"),
        (Subnet, {}, "Subnet needs the argument vpc_id"),
        (Subnet, {"vpc_id": None}, "Subnet needs the argument vpc_id"),
        (Subnet, {"vpc_id": "a", "vpc": "b"}, "Subnet has no argument vpc$"),
        (Subnet, {"vpc_id": "a", "count": 2}, "no argument count without cdktf: set ISTHMUS_SYNTHESIS=stock"),
        (Subnet, {"vpc_id": "a", "tags": ["b"]}, "argument tags: expected a map, got"),
        (Subnet, {"vpc_id": "a", "tags": {"b": 1}}, "argument tags: expected a string, got 1"),
        (Subnet, {"vpc_id": "a", "enable_dns64": "yes"}, "expected True or False, got 'yes'"),
        (Subnet, {"vpc_id": "a", "enable_lni_at_device_index": True}, "expected a number, got True"),
        (Subnet, {"vpc_id": "a", "enable_lni_at_device_index": float("nan")}, "expected a finite number"),
        (Subnet, {"vpc_id": "${TfToken[TOKEN.1]}"}, "holds a token of cdktf"),
        (Subnet, {"vpc_id": "a", "depends_on": ["aws_vpc.main"]}, "expected a resource, got 'aws_vpc.main'"),
        (Subnet, {"vpc_id": "a", "provider": "aws.hub"}, "expected a provider, got 'aws.hub'"),
        (Ec2TransitGatewayVpcAttachment, {"subnet_ids": "a"}, "argument subnet_ids: expected a list, got 'a'"),
        (
            Route53Record,
            {"name": "a", "type": "A", "zone_id": "Z", "alias": {"name": "a"}},
            r"Route53RecordAlias\(\.\.\.\)",
        ),
        (TerraformOutput, {"value": object()}, "expected a value that JSON can hold"),
        (TerraformVariable, {"default": {"aKey": 1}}, "expected a string, a number or a truth value"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(kind: Any, config: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        module().add(kind, "example", **config)


def test_a_struct_is_checked_too() -> None:
    with pytest.raises(TypeError, match="Route53RecordAlias needs the argument evaluate_target_health"):
        Route53RecordAlias(name="a", zone_id="Z1")  # type: ignore[call-arg]
    spoke = module()
    spoke.add(Route53Record, "a", name="a", type="A", zone_id="Z1", alias=ALIAS)
    assert spoke.emit()["resource"]["aws_route53_record"]["a"]["alias"] == {
        "name": "a",
        "zone_id": "Z1",
        "evaluate_target_health": False,
    }


def test_modules_are_made_without_node() -> None:
    program = (
        "import modules.terraform_json, modules.aws, sys\n"
        "sys.exit(bool({'jsii', 'cdktf', 'constructs'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_canonical_json_says_the_same_in_one_way(document: dict[str, Any]) -> None:
    text = canonical_json(document)
    assert text == json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert text == canonical_json(dict(reversed(document.items())))
