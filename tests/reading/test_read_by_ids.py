"""What data sources name in plans and states, and what the instances of a block share out among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import Graph, Ref, Unknown, read
from tests.reading.builders import ref, stored, write

T = "aws_ec2_transit_gateway"
TABLE, ATTACHMENT = f"{T}_route_table", f"{T}_vpc_attachment"
HUB, DX = "tgw-0a1b2c3d4e5f67890", "1a2b3c4d-1234-1234-1234-1a2b3c4d5e6f"


def configured(type_: str, name: str, mode: str = "managed", **expressions: Any) -> dict[str, Any]:
    """A block of a configuration; what is a list in `expressions` is what an argument refers to."""
    body = {
        argument: {"references": value} if isinstance(value, list) else {"constant_value": value}
        for argument, value in expressions.items()
        if argument != "for_each"
    }
    found = {"address": f"{type_}.{name}", "mode": mode, "type": type_, "name": name, "expressions": body}
    return found | (
        {"for_each_expression": {"references": expressions["for_each"]}} if "for_each" in expressions else {}
    )


def planned(*blocks: dict[str, Any], keys: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The plan of blocks of which nothing is there yet: every argument that refers to something is unknown."""
    changes = []
    for block in blocks:
        for key in (keys or {}).get(block["name"], [None]):
            index = {} if key is None else {"index": key}
            suffix = "" if key is None else f'["{key}"]'
            prefix = "data." if block["mode"] == "data" else ""
            known = {n: e["constant_value"] for n, e in block["expressions"].items() if "references" not in e}
            unknown = {n: True for n, e in block["expressions"].items() if "references" in e}
            action = ["read"] if block["mode"] == "data" else ["create"]
            change = {"actions": action, "before": None, "after": known, "after_unknown": {**unknown, "id": True}}
            changes.append(
                {k: block[k] for k in ("mode", "type", "name")}
                | index
                | {"address": f"{prefix}{block['address']}{suffix}", "change": change}
            )
    resources = [
        {k: v for k, v in change.items() if k != "change"} | {"values": change["change"]["after"]}
        for change in changes
        if change["mode"] == "managed"
    ]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": list(blocks)}},
    }


def graph_of(folder: Path, document: dict[str, Any]) -> Graph:
    return read(write(folder, {"it.json": document}) / "it.json")


def both(address: str, attribute: str = "id") -> list[str]:
    """A reference as a plan lists it."""
    return [f"{address}.{attribute}", address]


HUBS = (configured(T, "hub"), configured(TABLE, "core", transit_gateway_id=both(f"{T}.hub")))


def associated(**expressions: Any) -> dict[str, Any]:
    return configured(f"{TABLE}_association", "it", transit_gateway_route_table_id=both(f"{TABLE}.core"), **expressions)


@pytest.mark.parametrize(
    ("data", "given", "named"),
    [
        (
            f"{T}_vpn_attachment",
            {"vpn_connection_id": both("aws_vpn_connection.v"), "transit_gateway_id": both(f"{T}.hub")},
            ref("aws_vpn_connection.v", "transit_gateway_attachment_id"),
        ),
        (
            f"{T}_dx_gateway_attachment",
            {"dx_gateway_id": both("aws_dx_gateway.d"), "transit_gateway_id": both(f"{T}.hub")},
            ref("aws_dx_gateway.d", f"attachment:{T}.hub"),
        ),
        (f"{T}_vpn_attachment", {"tags": {"Name": "x"}}, None),
    ],
)
def test_a_data_source_that_is_yet_to_be_read_names_what_its_ids_say(
    tmp_path: Path, data: str, given: dict[str, Any], named: Ref | None
) -> None:
    document = planned(
        *HUBS,
        configured("aws_vpn_connection", "v", transit_gateway_id=both(f"{T}.hub")),
        configured("aws_dx_gateway", "d"),
        configured(data, "far", "data", **given),
        associated(transit_gateway_attachment_id=both(f"data.{data}.far")),
    )
    found = graph_of(tmp_path, document).resources[f"{TABLE}_association.it"].get("transit_gateway_attachment_id")
    assert found == named if named is not None else isinstance(found, Unknown)


def test_so_does_one_of_a_configuration_in_json(tmp_path: Path) -> None:
    """A plan holds the expressions of that syntax."""
    data = f"{T}_vpn_attachment"
    block = associated(transit_gateway_attachment_id=both(f"data.{data}.far"))
    block["expressions"]["transit_gateway_attachment_id"]["constant_value"] = f"${{data.{data}.far.id}}"
    document = planned(
        *HUBS,
        configured("aws_vpn_connection", "v", transit_gateway_id=both(f"{T}.hub")),
        configured(data, "far", "data", vpn_connection_id=both("aws_vpn_connection.v")),
        block,
    )
    found = graph_of(tmp_path, document).resources[f"{TABLE}_association.it"].get("transit_gateway_attachment_id")
    assert found == ref("aws_vpn_connection.v", "transit_gateway_attachment_id")


def shared_out(**more: Any) -> dict[str, Any]:
    """Two attachments and a block that associates each of them, by the values of a map."""
    attachments = [configured(ATTACHMENT, name, transit_gateway_id=both(f"{T}.hub")) for name in ("a", "b", "c")]
    each = {
        "transit_gateway_attachment_id": ["each.value.id", "each.value"],
        "for_each": [f"{ATTACHMENT}.a", f"{ATTACHMENT}.b"],
        **more,
    }
    return planned(*HUBS, *attachments, associated(**each), keys={"it": ["first", "second"]})


def given(graph: Graph, argument: str = "transit_gateway_attachment_id") -> list[Any]:
    return [graph.resources[f'{TABLE}_association.it["{key}"]'].get(argument) for key in ("first", "second")]


def test_as_many_as_there_are_get_one_each(tmp_path: Path) -> None:
    """AWS associates an attachment once, so it makes no difference which instance has which."""
    graph = graph_of(tmp_path, shared_out())
    assert set(given(graph)) == {ref(f"{ATTACHMENT}.a"), ref(f"{ATTACHMENT}.b")}
    assert [note for note in graph.notes if "one each of" in note]


@pytest.mark.parametrize(
    "more",
    [
        {"for_each": [f"{ATTACHMENT}.a", f"{ATTACHMENT}.b", f"{ATTACHMENT}.c"]},  # one of three has none
        {"transit_gateway_route_table_id": ["local.tables", "each.key"]},  # it may be another table for each
    ],
)
def test_where_it_makes_a_difference_it_stays_unknown(tmp_path: Path, more: dict[str, Any]) -> None:
    document = shared_out()
    block = next(b for b in document["configuration"]["root_module"]["resources"] if b["name"] == "it")
    for name, references in more.items():
        if name == "for_each":
            block["for_each_expression"]["references"] = references
        else:
            block["expressions"][name]["references"] = references
    assert all(isinstance(value, Unknown) for value in given(graph_of(tmp_path, document)))


def applied(form: str) -> dict[str, Any]:
    """A state with a Direct Connect gateway whose attachment a data source has read."""
    far = {"id": "tgw-attach-0a1b2c3d4e5f67890", "dx_gateway_id": DX, "transit_gateway_id": HUB}
    resources = [
        stored(T, "hub", id=HUB),
        stored("aws_dx_gateway", "d", id=DX),
        stored(f"{TABLE}_association", "it", transit_gateway_attachment_id=far["id"]),
        stored(f"{T}_dx_gateway_attachment", "far", **far) | {"mode": "data"},
    ]
    if form == "shown":
        return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    listed = [
        {"mode": r["mode"], "type": r["type"], "name": r["name"], "instances": [{"attributes": r["values"]}]}
        for r in resources
    ]
    return {"version": 4, "lineage": "x", "resources": listed}


@pytest.mark.parametrize("form", ["shown", "file"])
def test_an_attachment_that_only_a_data_source_names(tmp_path: Path, form: str) -> None:
    graph = graph_of(tmp_path, json.loads(json.dumps(applied(form))))
    found = graph.resources[f"{TABLE}_association.it"].get("transit_gateway_attachment_id")
    assert found == ref("aws_dx_gateway.d", f"attachment:{T}.hub")
