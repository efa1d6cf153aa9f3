"""The JSON of show, trace and handover: it follows its schema, and it says what the other formats say."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from tests.proof.estates import output, write
from tests.report.grouped import flows_in
from tests.report.schemas import faults, validator
from tests.report.test_schemas import breaks

YES, NO, NO_ANSWER = 0, 1, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(output("stage_5_resilient_vpn"), tmp_path_factory.mktemp("documents") / "out")


def document(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = cli.main([*map(str, arguments), "--json", "-"])
    return code, json.loads(capsys.readouterr().out)


COMMANDS = [
    ("show",),
    ("handover",),
    ("trace", "--from", "dev", "--to", "dc1/users"),
    ("trace", "--from", "dev", "--to", "prod:22"),
    ("trace", "--from", "internet", "--to", "dev"),
    ("trace", "--from", "dev", "--to", "internet"),
    ("trace", "--from", "dev", "--name", "db.example.com"),
    ("trace", "--from", "dev", "--name", "ssm.us-east-1.amazonaws.com"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_document_follows_its_schema(
    command: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = command
    _, found = document(capsys, name, folder, *options)
    assert list(found)[:2] == ["schema", "command"]
    assert (found["schema"], found["command"]) == (1, name)
    assert faults(found) == []
    tried = list(breaks(found))
    assert len(tried) >= 3
    assert [what for what, broken in tried if validator(name).is_valid(broken)] == []


@pytest.mark.parametrize(("to", "code"), [("dc1/users", YES), ("prod", NO), ("shared-services", YES)])
def test_a_trace_and_a_proof_agree(to: str, code: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code, traced = document(capsys, "trace", folder, "--from", "dev", "--to", to)
    assert exit_code == code
    flow = traced["flow"]
    assert flow["works"] is (code == YES)
    _, proved = document(capsys, "prove", folder, "--no-scenarios")
    same = flows_in(proved)["dev", to]
    assert (same["forward"] == same["return"] == "reachable") is flow["works"]
    paths = [path for trip in flow["round_trips"] for path in trip["forward"]["paths"]]
    assert same["path"] in [path["path"] for path in paths]
    for path in paths:
        assert (path["outcome"] == "blocked") is bool(path["blocked_by"])
    if code == NO:
        blocks = [block for path in paths for block in path["blocked_by"]]
        assert {block["rule"] for block in blocks} == {"blackhole-route"}
        assert all(hop["address"].startswith("dev/") for path in paths for hop in path["path"])


def test_a_trace_lists_all_round_trips(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, traced = document(capsys, "trace", folder, "--from", "dev", "--to", "prod")
    assert len(traced["flow"]["round_trips"]) == 9
    assert traced["name"] is None


def test_a_document_and_the_terminal_can_both_be_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (("show",), ("trace", "--from", "dev", "--to", "prod")):
        name, *options = command
        file = tmp_path / f"{name}.json"
        code = cli.main([name, str(folder), *options, "--json", str(file)])
        with_file = capsys.readouterr().out
        assert cli.main([name, str(folder), *options]) == code
        assert with_file == capsys.readouterr().out
        assert json.loads(file.read_text())["command"] == name
    inside = folder / "intent.json"
    before = inside.read_bytes()
    for command in (("show",), ("handover",), ("trace", "--from", "dev", "--to", "prod")):
        name, *options = command
        assert cli.main([name, str(folder), *options, "--json", str(inside)]) == NO_ANSWER
    assert inside.read_bytes() == before


def test_show_and_prove_agree_on_the_intent(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = document(capsys, "show", folder)
    _, proved = document(capsys, "prove", folder, "--no-scenarios")
    intended = {(flow["source"], flow["destination"]): flow["intended"] for flow in shown["intended_flows"]}
    assert intended == {pair: flow["intended"] for pair, flow in flows_in(proved).items()}
    by_address = {name.rpartition(".")[2]: found for name, found in proved["advertised_prefixes"].items()}
    assert {name.replace("-", "_"): found for name, found in shown["advertised_prefixes"].items()} == by_address
    order = [name for step in shown["apply_order"] for name in step]
    for root in shown["root_modules"]:
        assert all(order.index(needed) < order.index(root["name"]) for needed in root["needs"])
        assert (folder / "stacks" / root["name"]).samefile(root["folder"])


def test_a_handover_is_enough_for_a_template_and_holds_no_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = document(capsys, "handover", folder)
    assert code == YES
    sheet_code = cli.main(["handover", str(folder)])
    sheet = capsys.readouterr().out
    assert sheet_code == YES
    for device in found["devices"]:
        for connection in device["connections"]:
            assert f"# VPN connection {connection['name']}" in sheet
            for tunnel in connection["tunnels"]:
                inside = IPv4Network(tunnel["inside_cidr"])
                assert {IPv4Address(tunnel[key]) for key in ("inside_address", "aws_inside_address")} == {
                    *inside.hosts()
                }
                assert f"| {tunnel['inside_cidr']} |" in sheet
            assert all(
                prefix in sheet for prefix in (*connection["accepted_prefixes"], *connection["advertised_prefixes"])
            )
            assert "preshared_key_arn" in connection["secret_command"]
    names = [connection["name"] for device in found["devices"] for connection in device["connections"]]
    assert len(names) == 2
    _, one = document(capsys, "handover", folder, "--connection", names[1])
    assert [connection["name"] for device in one["devices"] for connection in device["connections"]] == names[1:]
    assert cli.main(["handover", str(folder), "--json", "-", "--into", "sheets"]) == NO_ANSWER
    assert "leave out -o" in capsys.readouterr().err
    assert cli.main(["handover", str(folder), "--json", "-", "--connection", "none"]) == NO_ANSWER
