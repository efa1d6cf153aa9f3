"""A finding points to the line of the program that creates its resource, and to the Terraform."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import cli
from isthmus.intent import Segment
from isthmus.intent.intent_file import to_document
from isthmus.output.owners import Owners, described
from isthmus.report.annotations import MOST, annotation_lines
from isthmus.report.sarif import Place, SarifResult, SarifRule, sarif_text
from tests.modules.shared_services import reference
from tests.proof.estates import everything, output, write
from tests.review.sides import DEV, STAGE, folders, leak

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("apps/module.spoke_web.aws_vpc.this", 'spoke "web"'),
        ("apps/module.spoke_web.aws_subnet.private_az1[0]", 'spoke "web"'),
        ("apps/module.logs.aws_kms_key.this", 'environment "apps"'),
        ("apps/data.aws_region.this", 'environment "apps"'),
        ("network/module.hub.aws_ec2_transit_gateway.this", 'hub "main"'),
        ("network/module.hub.aws_ec2_transit_gateway_route_table.workloads", 'segment "workloads"'),
        ("network/module.hub.aws_ec2_transit_gateway_route_table.workloads_on_premises", 'segment "workloads"'),
        ("network/module.hub.aws_iam_role.join_lab", 'segment "lab"'),
        ("network/module.hub.aws_ec2_transit_gateway_route_table.labs", 'hub "main"'),
        ("network/module.vpn.aws_customer_gateway.dc1_b", 'customer gateway "dc1-b"'),
        ("network/module.vpn.aws_vpn_connection.dc1_b", 'VPN connection "dc1-b"'),
        ("network/module.vpn.aws_ec2_tag.dc1_b_attachment_name", 'VPN connection "dc1-b"'),
        ("network/module.vpn.aws_ec2_transit_gateway_route.branch_172_20", 'VPN connection "branch"'),
        ("network/module.spoke_gone.aws_vpc.this", 'environment "network"'),
        ("elsewhere/module.spoke_web.aws_vpc.this", None),
        ("aws_vpc.this", None),
    ],
)
def test_a_resource_has_the_nearest_owner(address: str, owner: str | None) -> None:
    found = Owners(everything()).of_resource(address)
    assert (None if found is None else described(found)) == owner


@pytest.mark.parametrize("names", [("lab", "lab-two"), ("lab-two", "lab")])
def test_the_longest_name_wins(names: tuple[str, str]) -> None:
    owners = Owners(replace(everything(), segments=[Segment(name) for name in names]))
    table = "network/module.hub.aws_ec2_transit_gateway_route_table"
    assert described(owners.of_resource(f"{table}.lab_two_central")) == 'segment "lab-two"'
    assert described(owners.of_resource(f"{table}.lab_central")) == 'segment "lab"'


def test_parts_of_an_environment_own_their_modules() -> None:
    owners = Owners(reference())
    found = {
        module: described(owners.of_resource(f"shared-services/module.{module}.aws_kms_key.this"))
        for module in ("dns", "endpoints", "resolution_shared_services")
    }
    assert found == {
        "dns": "hybrid DNS",
        "endpoints": "central endpoints",
        "resolution_shared_services": 'spoke "shared-services"',
    }


def test_every_resource_of_an_output_has_an_owner() -> None:
    owners = Owners(everything())
    for path, text in output("everything").items():
        steps = path.split("/")
        if path.endswith(".tf.json") and len(steps) > 3 and steps[2] == "modules":
            for kind, names in json.loads(text).get("resource", {}).items():
                for name in names:
                    assert owners.of_resource(f"{steps[1]}/module.{steps[3]}.{kind}.{name}") is not None


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("web", 'spoke "web"'),
        ("dc1/users", 'site "dc1"'),
        ("rest of dc1", 'site "dc1"'),
        ("internet", None),
        ("", None),
    ],
)
def test_a_location_has_an_owner(name: str, owner: str | None) -> None:
    found = Owners(everything()).of_location(name)
    assert (None if found is None else described(found)) == owner


# --- prove and scan


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    """The stage in which dev is propagated into its own table; its intent has the lines of the guide's files."""
    from tests.proof.estates import estate

    files: dict[str, Any] = dict(output(STAGE))
    document = json.loads(files[DEV])
    leak(document["resource"])
    intent = to_document(estate(STAGE), [PROJECT])
    return write({**files, DEV: document, "intent.json": intent}, tmp_path / "cdktf.out")


def sarif(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    target = folder.parent / "out.sarif"
    cli.main([*arguments, str(folder), "--sarif", str(target)])
    results: list[dict[str, Any]] = json.loads(target.read_text())["runs"][0]["results"]
    return results


def location(found: dict[str, Any]) -> tuple[str, int]:
    physical = found["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_sarif_points_to_the_program_and_links_to_the_terraform(leaking: Path) -> None:
    results = sarif(leaking, "prove", "--no-scenarios")
    assert results
    files = {location(result["locations"][0])[0] for result in results}
    assert all(re.fullmatch(r"examples/\w+\.py", file) for file in files), files
    for result in results:
        file, line = location(result["locations"][0])
        assert f'spoke "dev" at {file}:{line}' in result["message"]["text"]
        assert "Spoke(" in (PROJECT / file).read_text().splitlines()[line - 1]
        (related,) = result["relatedLocations"]
        assert location(related)[0].endswith(DEV)
        assert result["message"]["text"].endswith(f"([Terraform]({related['id']}))")


def test_without_an_intent_sarif_points_to_the_terraform(leaking: Path) -> None:
    (leaking / "intent.json").unlink()
    results = sarif(leaking, "prove", "--no-scenarios")
    assert results
    assert all("relatedLocations" not in result for result in results)
    assert all(not location(result["locations"][0])[0].endswith(".py") for result in results)


def test_without_positions_sarif_points_to_the_terraform(tmp_path: Path) -> None:
    results = sarif(folders(tmp_path)["leaking"], "prove", "--no-scenarios")
    assert results
    assert {location(result["locations"][0])[0].endswith(DEV) for result in results} == {True}


def test_annotations_are_after_the_report(leaking: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["prove", str(leaking), "--no-scenarios"])
    plain = capsys.readouterr().out
    cli.main(["prove", str(leaking), "--no-scenarios", "--annotations"])
    both = capsys.readouterr().out
    assert both.startswith(plain)
    lines = both.removeprefix(plain).splitlines()
    assert lines
    assert all(re.match(r"::error file=examples/\w+\.py,line=\d+,title=[\w-]+::", line) for line in lines)


def test_annotations_and_a_document_do_not_share_standard_output(
    leaking: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["prove", str(leaking), "--annotations", "--json", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--annotations prints to standard output" in captured.err


def test_the_project_folder_is_found_from_the_output(leaking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The output is in the project folder, and the command runs elsewhere: paths are relative to the repository."""
    repository = leaking.parent
    (repository / ".git").mkdir()
    project = repository / "network"
    (project / "examples").mkdir(parents=True)
    leaking.rename(project / "cdktf.out")
    for file in (PROJECT / "examples").glob("*.py"):
        (project / "examples" / file.name).write_text(file.read_text())
    monkeypatch.chdir(repository.parent)
    results = sarif(project / "cdktf.out", "prove", "--no-scenarios")
    for result in results:
        assert location(result["locations"][0])[0].startswith("network/examples/")
        assert location(result["relatedLocations"][0])[0] == f"network/cdktf.out/{DEV}"


# --- formats


TEXTS = st.text(st.sampled_from("ab:%,\r\n]( \u2028\x1b[#"), max_size=12)
RESULTS = st.builds(
    SarifResult,
    TEXTS.map(lambda text: text or "rule"),
    st.sampled_from(["error", "warning", "note"]),
    TEXTS,
    st.builds(Place, TEXTS, st.integers(0, 9), st.integers(0, 9)),
    st.just(()),
    TEXTS,
    related=st.none() | st.just(Place("main.tf.json", 3)),
)


def decoded(text: str) -> str:
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(st.lists(RESULTS, max_size=4))
def test_an_annotation_is_one_command_whatever_the_texts_are(results: list[SarifResult]) -> None:
    lines = list(annotation_lines(results))
    assert len(lines) == len(results)
    for line in lines:
        assert line.endswith("\n")
        assert len(line.splitlines()) == 1
        command = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)\n", line)
        assert command is not None
        properties = [each.split("=", 1) for each in command[2].split(",")]
        assert [name for name, _ in properties if name != "endLine"] == ["file", "line", "title"]


@given(st.text(st.sampled_from("ab%:, "), max_size=12), st.text(st.sampled_from("ab%:, \n"), max_size=12))
def test_escapes_lose_nothing(text: str, lines: str) -> None:
    (line,) = annotation_lines([SarifResult("rule", "error", lines, Place(text, 3), (), "")])
    _, properties, message = re.fullmatch(r"(::error )([^:]*)::(.*)\n", line).groups()  # type: ignore[union-attr]
    assert decoded(message) == lines
    assert decoded(properties.split(",")[0].removeprefix("file=")) == text


def test_the_last_annotation_of_a_level_counts_the_rest() -> None:
    many = [SarifResult("rule", "error", f"number {n}", Place("a.py", 1), (), "") for n in range(MOST + 3)]
    lines = list(annotation_lines([*many, SarifResult("rule", "note", "one", Place("a.py", 1), (), "")]))
    assert len(lines) == MOST + 1
    assert lines[MOST - 1].endswith("number 9 (and 3 more: see the report)\n")
    assert lines[-1].startswith("::notice ")


def test_a_waived_finding_is_no_annotation() -> None:
    assert not list(annotation_lines([SarifResult("rule", "error", "x", Place("a.py", 1), (), "", "a reason")]))


def test_no_text_of_the_input_is_a_link_in_sarif() -> None:
    result = SarifResult("rule", "error", "see [here](1) or [there](https://evil.example)", Place("a b.py", 0), (), "")
    (found,) = json.loads(sarif_text("prove", [SarifRule("rule", "a rule")], [result]))["runs"][0]["results"]
    assert "](" not in found["message"]["text"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.py"
    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "endLine": 1}
