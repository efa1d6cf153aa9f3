"""The commands as people run them: exit codes, what is written, and never a traceback for what they got wrong."""

import json
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from tests.proof.estates import output, write
from tests.report.flowchart import read
from tests.report.grouped import flows_in

STAGE = "stage_3_every_vpc"
PROVED, VIOLATED, NO_ANSWER = 0, 1, 2


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A correct output."""
    return write(output(STAGE), tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One in which dev is propagated into the table of dev, test and prod."""
    files: dict[str, Any] = dict(output(STAGE))
    path = "stacks/dev/modules/spoke_dev/main.tf.json"
    document = json.loads(files[path])
    document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]["leak"] = {
        "transit_gateway_attachment_id": "${aws_ec2_transit_gateway_vpc_attachment.this.id}",
        "transit_gateway_route_table_id": "${var.route_table_id_workloads}",
    }
    return write({**files, path: document}, tmp_path_factory.mktemp("bad"))


LEAK = "dev/module.spoke_dev.aws_ec2_transit_gateway_route_table_propagation.leak"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# --- prove


def test_prove_says_so(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "prove", good)
    assert code == PROVED
    assert out.startswith("PROVED: ")
    assert not err
    assert all(len(line) <= 80 or "aws_" in line for line in out.splitlines())
    assert all(line == line.rstrip() for line in out.splitlines())
    assert "\x1b" not in out
    assert "site dc1 advertises 0.0.0.0/0, 172.20.0.0/15" in out


def test_prove_names_what_is_wrong(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "prove", bad)
    assert code == VIOLATED
    assert out.startswith("VIOLATED: ")
    assert LEAK in out
    assert out.index("\nViolations\n") < out.index("\nReachability (row = source")


def test_json_is_as_promised(bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "proof.json"
    run(capsys, "prove", bad, "--json", file)
    document = json.loads(file.read_text())
    assert document["verdict"] == "violated"
    places = {"dc1/users", "dc1/servers", "rest of dc1", "dev", "test", "prod", "shared-services", "internet"}
    for pair, flow in flows_in(document).items():
        assert {"source", "destination", "forward", "return", "intended", "path", "blocked_by"} <= set(flow)
        assert flow["forward"] in {"reachable", "blocked", "unknown"}
        assert flow["return"] in {"reachable", "blocked", "unknown", "not-followed"}
        assert flow["return"] != "not-followed" or flow["forward"] != "reachable"
        assert {*pair, flow["source"], flow["destination"]} <= places
        # The intent says nothing about the rest of a site whose segment is not limited.
        rest = "rest of dc1" in pair
        assert isinstance(flow["intended"], bool) or rest
    for violation in document["violations"]:
        assert {"rule", "source", "destination", "why", "resources"} <= set(violation)
    assert any(LEAK in violation["resources"] for violation in document["violations"])
    assert document["unknown"] == []
    assert len(flows_in(document)) == 8 * 7 - 6 - 3  # not inside dc1, not from the internet to it


def test_json_to_standard_output_stands_alone(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "prove", good, "--json", "-")
    assert code == PROVED
    assert json.loads(out)["verdict"] == "proved"


def test_output_is_reproducible(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "prove", bad, "--json", "-") == run(capsys, "prove", bad, "--json", "-")


def test_markdown_starts_with_the_verdict(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "prove", bad, "--markdown", "-")
    assert out.startswith("**VIOLATED**: ")
    assert f"`{LEAK}`" in out
    assert out.count("<details") == out.count("</details>")


def test_sarif_names_rules_and_resources(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "prove", bad, "--sarif", "-")
    document = json.loads(out)
    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    for result in only["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    names = [n["fullyQualifiedName"] for r in only["results"] for n in r["locations"][0]["logicalLocations"]]
    assert LEAK in names


def test_sarif_has_a_line_and_a_fingerprint_for_each_finding(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to where it is made: the repository, as code scanning wants it."""
    monkeypatch.chdir(bad.parent)
    found = json.loads(run(capsys, "prove", bad.name, "--sarif", "-")[1])["runs"][0]["results"]
    again = json.loads(run(capsys, "prove", bad, "--sarif", "-")[1])["runs"][0]["results"]
    assert found == again
    assert len({result["partialFingerprints"]["isthmus/v1"] for result in found}) == len(found) > 1
    for result in found:
        place = result["locations"][0]["physicalLocation"]
        first = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].rpartition(".")[2]
        assert not place["artifactLocation"]["uri"].startswith("/")
        lines = Path(place["artifactLocation"]["uri"]).read_text().splitlines()
        assert f'"{first}":' in lines[place["region"]["startLine"] - 1]


# --- trace and diff


def test_trace_there_and_back(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "trace", good, "--from", "dev", "--to", "dc1/users", "--port", "22")
    assert code == PROVED
    assert out.startswith("dev -> dc1/users: reachable both ways")
    assert "tcp/22" in out
    assert "return path:" in out


@pytest.mark.parametrize(
    ("to", "packet"),
    [(["dc1/users:22"], "tcp/22"), (["dc1/users:udp/53"], "udp/53"), (["dc1/users", "--protocol", "udp"], "udp/443")],
)
def test_the_port_may_follow_the_place(
    good: Path, to: list[str], packet: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "trace", good, "--from", "dev", "--to", *to)
    assert code == PROVED
    assert packet in out


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (["prod:22", "--port", "22"], "--to prod:22 says the port: leave out --port and --protocol"),
        (["prod:udp/53", "--protocol", "udp"], "--to prod:udp/53 says the port"),
        (["prod:65536"], "expected a port from 0 to 65535, got 65536 in 'prod:65536'"),
        (["prodd:22"], "no such location: 'prodd'; did you mean prod?"),
    ],
)
def test_a_port_is_given_once_and_is_valid(
    good: Path, to: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "trace", good, "--from", "dev", "--to", *to)
    assert code == NO_ANSWER
    assert message in err


def test_the_release_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--version")
    assert (code, out) == (PROVED, f"isthmus {version('isthmus')}, Python {platform.python_version()}\n")


def test_trace_lists_what_stops_it(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "trace", good, "--from", "10.1.0.10", "--to", "10.1.32.10")
    assert code == VIOLATED
    assert "workloads_blackhole_block_10_1_0_0_16" in out
    forward = out[: out.index("\nreturn path")]
    assert "into prod" not in forward, "the packet does not arrive in prod"
    assert "subnet prod/" not in forward
    assert forward.index("aws_ec2_transit_gateway_vpc_attachment") < forward.index("blocked by")


def test_paths_that_differ_by_zone_are_printed_once(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "trace", good, "--from", "dc1/users", "--to", "dev:443")[1]
    forward = out[: out.index("\nreturn path")]
    assert "  or, in use1-az2 or use1-az4: the same" in forward
    assert forward.count("\n  attachment ") == 1
    assert "alternative path" not in forward


def test_trace_without_its_locations_shows_both_options(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "trace", good, "dev", "dc1/users")
    assert code == NO_ANSWER
    assert "required: --from" in err
    assert "--from dev --to dc1/users" in err


@pytest.mark.parametrize("place", ["devv", "dc9/users", "aws_subnet.none", ""])
def test_no_such_place_is_not_no_route(good: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "trace", good, "--from", "dev", "--to", place)
    assert code == NO_ANSWER
    assert "no such location" in err


@pytest.mark.parametrize("place", ["internet", "dc1", "s3", "8.8.8.8", "172.20.3.4", "shared-services"])
def test_places_by_name_and_address(good: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "trace", good, "--from", "dev", "--to", place)[0] == PROVED


def test_diff_names_the_cause(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diff", good, bad)
    assert code == VIOLATED
    assert "- gained: prod, test -> dev (2 flows)\n" in out
    assert f"  cause (created):\n    {LEAK}\n" in out
    document = json.loads(run(capsys, "diff", good, bad, "--json", "-")[1])
    assert all(LEAK in change["causes"] for change in document["changes"])
    assert run(capsys, "diff", good, bad, "--markdown", "-")[1].startswith("**Flows change**")


def test_diff_of_the_same(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diff", good, good)
    assert code == PROVED
    assert out.startswith("NO FLOW CHANGES\n")


def test_diff_of_one_folder_has_no_before(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "diff", good)
    assert code == NO_ANSWER
    assert "no plan" in err


# --- draw


def test_draw_is_a_flowchart(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "draw", good)
    assert code == PROVED
    assert not err
    vpcs = {node.title for node in read(out).boxes.values() if node.kind == "VPC"}
    assert vpcs == {"infra-dev", "infra-prod", "infra-shared-services", "infra-test"}
    assert read(out).named("site", "dc1").rows == [
        "172.20.0.0/16, 172.21.0.0/16",
        "advertises 0.0.0.0/0, 172.20.0.0/15",
    ]


def test_draw_into_a_file_as_markdown(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.md"
    assert run(capsys, "draw", good, "--markdown", "--into", file) == (PROVED, "", "")
    assert file.read_text().startswith(f"```mermaid\n{run(capsys, 'draw', good)[1]}```\n")


def test_draw_what_differs(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "draw", bad, "--diff", good)
    assert code == PROVED
    table = read(out).named("route table, changed", "infra-workloads-vpcs")
    assert table.rows[-1] == "+ propagated from infra-dev"
    assert "Green is added" in run(capsys, "draw", bad, "--diff", good, "--markdown")[1]
    assert run(capsys, "draw", good, "--diff", good)[1] == run(capsys, "draw", good)[1]


def test_draw_needs_no_intent(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(good, bare)
    (bare / "intent.json").unlink()
    shown = read(run(capsys, "draw", bare)[1])
    assert not [node for node in shown.boxes.values() if node.kind == "site"]
    assert "account 111122223333" in shown.frames.values()
    drawn = read(run(capsys, "draw", bare, "--advertises", "infra-dc1-01=172.20.0.0/16")[1])
    assert drawn.named("site", "infra-dc1-01").rows == ["172.20.0.0/16"]


def test_draw_of_one_root_says_what_it_lacks(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "draw", good / "stacks/dev", "--intent", good / "intent.json")
    assert code == PROVED
    (only,) = read(out).boxes.values()
    assert "attached to a transit gateway that is not in" in only.rows


def test_draw_of_no_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf.json").write_text('{"resource": {"aws_s3_bucket": {"a": {}}}}')
    code, out, err = run(capsys, "draw", tmp_path)
    assert (code, out) == (NO_ANSWER, "")
    assert "there is no network in this input" in err


# --- what people get wrong


def test_nothing_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        code, out, err = run(capsys, "prove", path)
        assert code == NO_ANSWER
        assert not out
        assert str(path) in err


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format_version": "9.0"}', "\x00", '{"resource": 3}'])
def test_not_terraform(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)
    code, _, err = run(capsys, "prove", file)
    assert code == NO_ANSWER
    assert err.startswith("isthmus: ")


def test_what_was_meant_is_missed(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(good, bare)
    (bare / "intent.json").unlink()
    code, out, _ = run(capsys, "prove", bare)
    assert code != PROVED
    assert "- there is no intent: the input holds no intent.json, and --intent names" in out
    assert "there is no intent" not in run(capsys, "prove", good)[1]


def test_a_damaged_intent(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "intent.json"
    file.write_text('{"schema": "isthmus-intent/99"}')
    code, _, err = run(capsys, "prove", good, "--intent", file)
    assert code == NO_ANSWER
    assert "isthmus-intent/99" in err


@pytest.mark.parametrize(
    "given", ["infra-dc1-01", "infra-dc1-01=172.20.0.1/16", "missing=10.0.0.0/8", "infra-dc1-01=default"]
)
def test_invalid_advertised_prefixes_are_refused(good: Path, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "prove", good, "--advertises", given)
    assert code == NO_ANSWER
    assert err


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("diff",), ("trace", "x"), ("trace", "x", "--from", "a", "--to", "b", "--port", "99999")],
)
def test_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *arguments)[0] == NO_ANSWER


def test_help_and_import_are_light() -> None:
    """Nothing heavy is loaded until a command runs."""
    script = (
        "import sys; from isthmus import cli; cli.main(['--help']);"
        "heavy = {'pydantic', 'rich', 'jsii', 'cdktf', 'isthmus.network.forwarding'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("prove", "trace", "diff"):
        assert command in done.stdout


def test_the_proof_never_loads_the_generator() -> None:
    script = (
        "import sys, isthmus.proof, isthmus.report; sys.exit(bool({'jsii', 'cdktf', 'modules'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_reader_that_leaves_early(good: Path) -> None:
    script = f"{sys.executable} -c 'import sys; from isthmus.cli import main; sys.exit(main())' prove {good} --json -"
    done = subprocess.run(f"{script} | head -c 10", shell=True, capture_output=True, text=True, check=False)
    assert done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "path", "why"),
    [
        (
            ["prove", "--json", "{}/nowhere/proof.json"],
            "{}/nowhere/proof.json",
            "it cannot be written (No such file or",
        ),
        (["prove", "--markdown", "{}/file/proof.md"], "{}/file/proof.md", "it cannot be written (Not a directory)"),
        (["prove", "--intent", "{}/nothing.json"], "{}/nothing.json", "it cannot be read (No such file or directory)"),
        (["draw", "--into", "{}/nowhere/a.md"], "{}/nowhere/a.md", "it cannot be written (No such file or directory)"),
        (["handover", "--into", "{}/file"], "{}/file", "it cannot be used (File exists)"),
    ],
)
def test_a_path_that_cannot_be_used_is_named_as_it_was_given(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], path: str, why: str
) -> None:
    (tmp_path / "file").touch()
    code, _, err = run(capsys, *(each.format(tmp_path) for each in arguments), good)
    assert code == NO_ANSWER
    assert err.startswith(f"isthmus: {path.format(tmp_path)}: {why}")
    assert "[Errno" not in err
    assert f".{Path(path).name}." not in err, "the name of the draft is not shown"


@pytest.mark.parametrize("command", ["prove", "show", "diff"])
def test_a_damaged_intent_is_named_by_its_path(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """With two outputs, the error names the damaged one."""
    damaged = tmp_path / "damaged"
    shutil.copytree(good, damaged)
    (damaged / "intent.json").write_text("{")
    code, _, err = run(capsys, command, *([good] if command == "diff" else []), damaged)
    assert code == NO_ANSWER
    assert err.startswith(f"isthmus: {damaged / 'intent.json'}: the JSON in it ")
    assert err.endswith("synthesize again.\n")
