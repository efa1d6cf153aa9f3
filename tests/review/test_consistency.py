"""A review never contradicts another command on the same input."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from tests.report.grouped import lost_in
from tests.report.schemas import faults
from tests.review.sides import STAGE, folders

PAIRS = (
    (STAGE, STAGE),
    ("stage_1_dev_only", STAGE),
    (STAGE, "stage_4_central_egress"),
    ("stage_4_central_egress", STAGE),
    (STAGE, "leaking"),
    ("leaking", STAGE),
    (STAGE, "uncounted"),
    (STAGE, "renamed"),
    (STAGE, "bare"),
)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return folders(tmp_path_factory.mktemp("sides"))


class Answers:
    """Exit codes and documents of commands, each run once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = cache(self._run)

    def _run(self, *arguments: str) -> tuple[int, Any]:
        file = self.folder / "answer.json"
        code = cli.main([*arguments, "--json", str(file)])
        document = json.loads(file.read_text())
        assert faults(document) == []
        return code, document


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return Answers(tmp_path_factory.mktemp("answers"))


def scenarios(of: dict[str, Any], document: dict[str, Any]) -> list[tuple[dict[str, Any], list[tuple[str, str]]]]:
    """The failure scenarios with every flow that each of them loses, in whatever groups a document puts these."""
    return [
        (
            {key: value for key, value in failure.items() if key != "lost_flows"},
            sorted(lost_in(document, failure)),
        )
        for failure in of["failure_scenarios"]
    ]


@pytest.mark.parametrize(("base", "head"), PAIRS)
def test_a_review_says_what_the_others_say(base: str, head: str, sides: dict[str, Path], answers: Answers) -> None:
    before, after = str(sides[base]), str(sides[head])
    code, review = answers.run("review", before, after, "--no-scan")
    diff_code, diff = answers.run("diff", before, after)
    prove_code, prove = answers.run("prove", after)
    _, cost = answers.run("cost", after, "--before", before)
    assert review["difference"] == diff
    assert review["cost"] == cost
    for key, value in review["proof"].items():
        if key != "failure_scenarios":
            assert value == prove[key], key
    assert scenarios(review["proof"], {"groups": []}) == scenarios(prove, prove)
    refused = bool(diff["refused"]) or any("must be refused" in one["what"] for one in diff["unknown"])
    assert diff["resource_changes"] is not None
    assert code == (1 if prove_code or refused else 0)
    assert not (refused and not diff_code)
    assert bool(review["objections"]) is bool(code)
    assert review["scan"] is None
    assert {"what": "findings: not scanned", "why": "--no-scan is given"} in review["unknown"]
    for unknown in (*prove["unknown"], *diff["unknown"]):
        assert unknown in (*review["unknown"], *review["difference"]["unknown"])
    numbers = review["summary"]
    assert numbers["flows"] == {
        kind: sum(change["change"] == kind for change in (*diff["inbound_internet_access"], *diff["changes"]))
        for kind in numbers["flows"]
    }
    actions = [change["action"] for change in diff["resource_changes"]]
    assert numbers["resources"]["destroyed"] == actions.count("destroy")
    assert numbers["resources"]["replaced"] == actions.count("replace")


def test_the_pairs_hold_every_answer(sides: dict[str, Path], answers: Answers) -> None:
    """Else no test would see a wrong one."""
    found = [answers.run("review", str(sides[base]), str(sides[head]), "--no-scan") for base, head in PAIRS]
    assert {code for code, _ in found} == {0, 1}
    assert {review["proof"]["verdict"] for _, review in found} == {"proved", "violated", "unknown"}
    assert any(review["difference"]["refused"] for _, review in found)
    assert any(review["summary"]["resources"]["destroyed"] for _, review in found)
    assert any(review["summary"]["cost_change"] for _, review in found)
    assert any(review["difference"]["changes"] and not code for code, review in found)


@pytest.mark.parametrize("head", [STAGE, "leaking"])
def test_the_first_pull_request_creates_everything(head: str, sides: dict[str, Path], answers: Answers) -> None:
    code, review = answers.run("review", "--first", str(sides[head]), "--no-scan")
    prove_code, prove = answers.run("prove", str(sides[head]))
    _, cost = answers.run("cost", str(sides[head]))
    assert code == prove_code
    assert review["first"] is True
    assert review["cost"] == cost
    assert {change["action"] for change in review["difference"]["resource_changes"]} == {"create"}
    assert {change["change"] for change in review["difference"]["changes"]} == {"gained"}
    assert review["proof"]["violations"] == prove["violations"]
    assert review["summary"]["resources"]["destroyed"] == 0


def test_a_review_says_what_the_scan_says(sides: dict[str, Path], answers: Answers) -> None:
    before, after = str(sides[STAGE]), str(sides["open"])
    code, review = answers.run("review", before, after, "--waivers", "waivers.toml")
    scan_code, scan = answers.run("scan", after, "--waivers", "waivers.toml")
    assert scan_code == 1
    assert review["scan"] == scan
    assert code == 1
    assert any("without a waiver" in reason for reason in review["objections"])
    new = {(finding["check"], finding["address"]) for finding in review["new_findings"]}
    assert new
    assert new == {
        (finding["check"], finding["address"])
        for finding in scan["findings"]
        if finding["address"].endswith("aws_security_group.open")
    }


def test_the_html_is_that_of_the_report(sides: dict[str, Path], tmp_path: Path) -> None:
    before, after = str(sides["stage_1_dev_only"]), str(sides[STAGE])
    cli.main(["review", before, after, "--no-scan", "--html", str(tmp_path / "review.html")])
    cli.main(["report", after, "--before", before, "--html", str(tmp_path / "report.html")])
    assert (tmp_path / "review.html").read_text() == (tmp_path / "report.html").read_text()
    cli.main(["review", "--first", after, "--no-scan", "--html", str(tmp_path / "first.html")])
    cli.main(["report", after, "--html", str(tmp_path / "alone.html")])
    assert (tmp_path / "first.html").read_text() == (tmp_path / "alone.html").read_text()


def test_a_review_prices_the_same_traffic(sides: dict[str, Path], answers: Answers, tmp_path: Path) -> None:
    before, after = str(sides[STAGE]), str(sides["stage_4_central_egress"])
    traffic = tmp_path / "traffic.toml"
    traffic.write_text('[[flow]]\nfrom = "dev"\nto = "dc1/users"\ngb = 500\n')
    _, review = answers.run("review", before, after, "--no-scan", "--traffic", str(traffic))
    _, cost = answers.run("cost", after, "--before", before, "--traffic", str(traffic))
    assert review["cost"] == cost
    assert any(charge["unit"] == "GB" for charge in cost["charges"])
    traffic.write_text('[[flow]]\nfrom = "dev"\nto = "nowhere"\ngb = 500\n')
    options = ("--no-scan", "--region", "us-east-1", "--traffic", str(traffic))
    _, unpriced = answers.run("review", before, after, *options)
    assert unpriced["cost"] is None
    assert {"cost", "cost before"} <= {one["what"] for one in unpriced["unknown"]}
    assert cli.main(["cost", after, "--traffic", str(traffic)]) == 2
