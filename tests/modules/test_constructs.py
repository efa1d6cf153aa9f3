"""The stacks of root modules, on real constructs, and the values that cdktf converts."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.aws import AwsProvider, AwsProviderAssumeRole
from modules.cdk import AddressTakenError, RequiredProvider
from modules.constructs import (
    App,
    DataTerraformRemoteStateLocal,
    ModuleStack,
    Stack,
    TerraformHclModule,
    TerraformModuleProvider,
    TerraformOutput,
    TerraformVariable,
)
from modules.elements import Output, Variable
from modules.module_body import ModuleBody
from modules.output_folder import canonical_json
from tests.modules.test_cdk import AWS, NAMES


def stack() -> ModuleStack:
    return ModuleStack("root", providers={"aws": AWS})


def test_one_name_serves_every_kind() -> None:
    root = stack()
    variable = root.add(TerraformVariable, "main", type="string")
    root.add(TerraformOutput, "main", value=variable.string_value)
    state = root.add(DataTerraformRemoteStateLocal, "main", path="x.tfstate")
    root.add(
        TerraformHclModule, "main", source="./inner", skip_asset_creation_from_local_modules=True, variables={"x": 1}
    )
    assert root.emit() == {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}},
        "data": {"terraform_remote_state": {"main": {"backend": "local", "config": {"path": "x.tfstate"}}}},
        "variable": {"main": {"type": "string"}},
        "output": {"main": {"value": "${var.main}"}},
        "module": {"main": {"source": "./inner", "x": 1}},
    }
    assert root.ref(state, "outputs.vpc_id") == "${data.terraform_remote_state.main.outputs.vpc_id}"


@settings(max_examples=10)  # each asks Node many times
@given(st.lists(st.tuples(st.sampled_from(["variable", "output"]), NAMES), unique=True, min_size=1, max_size=8))
def test_every_element_is_at_its_address(made: list[tuple[str, str]]) -> None:
    root = stack()
    for section, name in made:
        if section == "variable":
            root.add(TerraformVariable, name, type="string")
        else:
            root.add(TerraformOutput, name, value="a")
    document = root.emit()
    assert {(section, name) for section in ("variable", "output") for name in document.get(section, {})} == set(made)


@settings(max_examples=10)  # each asks Node many times
@given(NAMES)
def test_a_reference_equals_the_attribute(name: str) -> None:
    root = stack()
    variable = root.add(TerraformVariable, name, type="string")
    for position, value in enumerate((variable.string_value, root.ref(variable, None))):
        root.add(TerraformOutput, f"variable{position}", value=value)
    assert {body["value"] for body in root.emit()["output"].values()} == {f"${{var.{name}}}"}


def test_an_address_is_taken_once() -> None:
    root = stack()
    root.add(TerraformOutput, "private", value="a")
    with pytest.raises(AddressTakenError, match=r"stack 'root' has two elements at the address output\.private"):
        root.add(TerraformOutput, "private", value="b")


@pytest.mark.parametrize("name", ["", "1a", "a.b", "a b", "é", "Default", "a/b"])
def test_a_name_that_terraform_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"in stack 'root' is not a Terraform address"):
        stack().add(TerraformOutput, name, value="a")


def test_an_element_of_another_stack_cannot_be_referred_to() -> None:
    variable = stack().add(TerraformVariable, "main", type="string")
    with pytest.raises(ValueError, match="through an output of one module and a variable of the other"):
        stack().ref(variable, None)


def test_a_call_passes_a_provider_by_its_alias(tmp_path: Path) -> None:
    root = Stack(App(outdir=str(tmp_path)), "root")
    role = AwsProviderAssumeRole(role_arn="arn:aws:iam::111122223333:role/a")
    hub = root.provider(AwsProvider, "provider_hub", alias="hub_a", region="us-east-1", assume_role=[role])
    root.add(
        TerraformHclModule,
        "inner",
        source="./inner",
        skip_asset_creation_from_local_modules=True,
        providers=[TerraformModuleProvider(provider=hub, module_alias="hub")],
    )
    document = root.to_terraform()
    assert document["provider"] == {
        "aws": [
            {
                "alias": "hub_a",
                "region": "us-east-1",
                "assume_role": [{"role_arn": "arn:aws:iam::111122223333:role/a"}],
            }
        ]
    }
    assert document["module"]["inner"]["providers"] == {"aws.hub": "aws.hub_a"}


TEXT = st.text() | st.lists(
    st.sampled_from(["${", "$${", "}", "%{", '"', "\\", "\n", "1", "e", "-", "+", ".", "|", "#{", "var.a", "é", " "])
).map("".join)
SCALARS = st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=10)


@given(st.lists(VALUES, min_size=1, max_size=40), st.lists(SCALARS, min_size=1, max_size=40))
@settings(max_examples=25)  # each asks Node many times
def test_values_are_converted_as_cdktf_converts_them(values: list[Any], defaults: list[Any]) -> None:
    body, construct = ModuleBody("root", providers={"aws": AWS}), stack()
    body.add(Output, "all", value=values)
    construct.add(TerraformOutput, "all", value=values)
    for position, default in enumerate(defaults):
        body.add(Variable, f"v{position}", default=default)
        construct.add(TerraformVariable, f"v{position}", default=default)
    assert canonical_json(body.emit()) == canonical_json(construct.emit())


def test_required_providers_are_listed_with_their_aliases() -> None:
    required = RequiredProvider(source="hashicorp/aws", version="~> 6.0", aliases=("hub", "dns"))
    assert required.as_terraform("aws")["configuration_aliases"] == ["aws.hub", "aws.dns"]
