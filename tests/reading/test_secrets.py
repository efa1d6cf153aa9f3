"""A secret that Terraform's documents hold in clear appears nowhere: not in the graph, its notes, or an error."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.terraform import Graph, Unknown, UnreadableTerraform, read
from isthmus.terraform.sensitive import SENSITIVE, is_secret, masked
from tests.reading.builders import FIXTURES, ref, root, state, stored, write

KEY = "NEVER_shown_anywhere_0451"


def shown(graph: Graph) -> str:
    """Everything printable of a graph."""
    return "\n".join(map(repr, (graph, *graph.notes, *graph.resources.values(), dict(graph.outputs))))


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_key_in_a_real_plan_is_nowhere(when: Any) -> None:
    path = FIXTURES / "hcl" / "plan.json"
    assert KEY in path.read_text()
    assert KEY not in shown(read(path, when=when))


def test_without_terraforms_marks_the_name_is_enough(tmp_path: Path) -> None:
    document = json.loads(
        re.sub(r'"(after_|before_)?sensitive(_values)?": true', '"x": 0', (FIXTURES / "hcl" / "plan.json").read_text())
    )
    for change in document["resource_changes"]:
        change["change"].pop("after_sensitive")
    graph = read(write(tmp_path, {"plan.json": document}) / "plan.json")
    assert graph.resources['aws_vpn_connection.site["denver"]'].get("tunnel1_preshared_key") == Unknown("sensitive")
    assert KEY not in shown(graph)


def test_in_states(tmp_path: Path) -> None:
    vpn = {"tunnel1_preshared_key": KEY, "customer_gateway_configuration": f"<xml>{KEY}</xml>", "type": "ipsec.1"}
    parameter = stored(
        "aws_ssm_parameter", "p", sensitive={"value": True, "list": [{}, {"a": True}]}, value=KEY, list=[{}, {"a": KEY}]
    )
    raw = {
        "version": 4,
        "outputs": {"o": {"value": KEY, "sensitive": True}},
        "resources": [
            {
                "mode": "managed",
                "type": "aws_x",
                "name": "y",
                "instances": [
                    {"attributes": vpn | {"v": KEY}, "sensitive_attributes": [[{"type": "get_attr", "value": "v"}]]}
                ],
            }
        ],
    }
    write(
        tmp_path,
        {
            "a.json": state(
                stored("aws_vpn_connection", "v", **vpn), parameter, outputs={"o": {"value": KEY, "sensitive": True}}
            ),
            "b.tfstate": raw,
        },
    )
    graph = read(tmp_path / "a.json", tmp_path / "b.tfstate")
    assert KEY not in shown(graph)
    assert graph.resources["a/aws_vpn_connection.v"].get("type") == "ipsec.1"
    assert graph.outputs["a/o"] == SENSITIVE


def test_in_synthesized_roots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "m/main.tf.json": {
                "variable": {"psk": {}},
                "resource": {"aws_vpn_connection": {"v": {"tunnel2_preshared_key": "${var.psk}"}}},
            }
        },
    )
    graph = root(
        tmp_path,
        variable={"hidden": {"default": KEY, "sensitive": True}, "vpn_secret": {"default": KEY}},
        resource={
            "aws_x": {
                "x": {
                    "password": KEY,
                    "block": {"master_password": f'${{upper("{KEY}")}}', "kept": 1},
                    "a": "${var.hidden}",
                    "b": "${var.vpn_secret}",
                    "c": "x-${var.hidden}",
                    "d": "${aws_x.x.password}",
                    "e": f"prefix {KEY} ${{aws_x.y.id}}",
                },
                "y": {},
            }
        },
        module={"m": {"source": "./m", "psk": KEY}},
        output={"o": {"value": KEY, "sensitive": True}, "id": {"value": "${aws_x.y.id}", "sensitive": True}},
    )
    assert KEY.lower() not in shown(graph).lower()
    values = graph.resources["aws_x.x"].values
    assert values["block"] == {"master_password": SENSITIVE, "kept": 1}
    assert {values[name] for name in "abcd"} == {SENSITIVE}
    assert graph.outputs == {"o": SENSITIVE, "id": ref("aws_x.y")}  # a reference gives nothing away


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("tunnel1_preshared_key", True),
        ("customer_gateway_configuration", True),
        ("master_password", True),
        ("secret_string", True),
        ("private_key", True),
        ("preshared_key_storage", False),
        ("preshared_key_arn", False),
        ("secret_id", False),
        ("vpc_id", False),
    ],
)
def test_names(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@given(st.integers(0, 2000))
@example(560)  # inside a text, after a bracket
def test_errors_quote_nothing_of_the_file(cut: int) -> None:
    text = (FIXTURES / "hcl" / "plan.json").read_text()
    broken = text[: text.index(KEY) + len(KEY) + cut]
    with TemporaryDirectory() as folder, pytest.raises(UnreadableTerraform) as error:
        read(write(Path(folder), {"p.json": broken}) / "p.json")
    assert KEY not in str(error.value)
    assert "ends too early" in str(error.value)


def test_masks_of_every_shape() -> None:
    value = {"a": 1, "b": [{"c": 2}, {"c": 3}], "d": None}
    assert masked(value, True) == SENSITIVE
    assert masked(value, {"a": True, "b": [{}, {"c": True}], "d": True}) == {
        "a": SENSITIVE,
        "b": [{"c": 2}, {"c": SENSITIVE}],
        "d": None,
    }
    assert masked(value, False) == masked(value, {}) == masked(value, None) == value
