"""What a scan writes, and what the command answers."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cli import main
from isthmus.report.scan_writers import WRITERS
from isthmus.scan import Finding, Scan, Waiver
from isthmus.scan.findings import SEVERITIES
from tests.policies.fixtures import r, tf, write
from tests.report.schemas import faults

ROOT = Path(__file__).parents[2]
_TEXT = st.text(max_size=30)
_WAIVER = st.builds(
    Waiver, st.integers(1, 9), _TEXT, _TEXT, _TEXT, st.dates(date(2026, 1, 1), date(2027, 1, 1)), root=_TEXT
)
_FINDING = st.builds(
    Finding,
    check=_TEXT,
    severity=st.sampled_from([*SEVERITIES, None]),
    info=_TEXT,
    details=st.lists(_TEXT, max_size=2).map(tuple),
    root=_TEXT,
    address=_TEXT,
    file=_TEXT,
    lines=st.tuples(st.integers(0, 9), st.integers(9, 99)),
    source=_TEXT | st.none(),
)
_SCANS = st.builds(
    Scan,
    findings=st.lists(_FINDING, max_size=3).map(tuple),
    waived=st.lists(st.tuples(_FINDING, _WAIVER), max_size=2).map(tuple),
    expired=st.lists(_WAIVER, max_size=2).map(tuple),
    unused=st.lists(_WAIVER, max_size=2).map(tuple),
    roots=st.lists(_TEXT, max_size=2).map(tuple),
    resources=st.integers(0, 9),
    passed=st.integers(0, 9),
    today=st.just(date(2026, 6, 1)),
)


@given(_SCANS)
def test_junit_is_xml_and_counts(scan: Scan) -> None:
    suite = ElementTree.fromstring(WRITERS["junit"](scan, "out"))
    assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"])
    assert int(suite.attrib["failures"]) == len(scan.findings) + len(scan.expired) + len(scan.unused)
    assert len(suite.findall("testcase/skipped")) == int(suite.attrib["skipped"]) == len(scan.waived)
    assert len(suite.findall("testcase")) == int(suite.attrib["tests"]) > 0


@given(_SCANS)
def test_sarif_has_each_finding_once_and_says_what_is_waived(scan: Scan) -> None:
    (run,) = json.loads(WRITERS["sarif"](scan, "out"))["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == rules
    assert len(run["results"]) == len(scan.findings) + len(scan.waived)
    assert sum("suppressions" in result for result in run["results"]) == len(scan.waived)
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]


@given(_SCANS)
def test_markdown_has_a_row_for_each_thing_that_is_found(scan: Scan) -> None:
    text = WRITERS["markdown"](scan, "out")
    rows = [line for line in text.split("\n") if line.startswith("| ") and "| Check |" not in line]
    found = {(one.check, one.severity, one.info, one.details, one.source) for one in scan.findings}
    waived = {(one.check, waiver.reason, waiver.expires) for one, waiver in scan.waived}
    # What differs in nothing that is shown, such as blanks, is one row too.
    assert bool(found) + bool(waived) <= len(rows) <= len(found) + len(waived)
    assert ("clean" in text.split("\n")[0]) is scan.clean


def _finding(number: int, check: str = "CKV_1", info: str = "It is open") -> Finding:
    return Finding(check, "HIGH", info, (), "dev", f"aws_vpc.v{number}", "f", (1, 2), None)


def test_markdown_says_once_what_is_found_in_many_places() -> None:
    waiver = Waiver(1, "CKV_2", "*", "Decided", date(2027, 1, 1), root="*")
    text = WRITERS["markdown"](
        Scan(
            findings=(*map(_finding, range(6)), _finding(6, info="It is shut"), _finding(7, check="CKV_3")),
            waived=tuple((_finding(number, check="CKV_2"), waiver) for number in range(2)),
            expired=(),
            unused=(),
            roots=("dev",),
            resources=9,
            passed=9,
            today=date(2026, 6, 1),
        ),
        "out",
    )
    assert [line for line in text.splitlines() if line.startswith("| ") and "Check |" not in line] == [
        "| high | CKV\\_1 | `dev: aws_vpc.v0`, `dev: aws_vpc.v1`, `dev: aws_vpc.v2`, `dev: aws_vpc.v3` and 2 more "
        "| It is open |",
        "| high | CKV\\_1 | `dev: aws_vpc.v6` | It is shut |",
        "| high | CKV\\_3 | `dev: aws_vpc.v7` | It is open |",
        "| CKV\\_2 | `dev: aws_vpc.v0`, `dev: aws_vpc.v1` | Decided | 2027-01-01 |",
    ]
    assert text.startswith("### Security posture: 8 findings\n")
    assert "<summary>2 waived</summary>" in text


def test_markdown_is_never_longer_than_a_comment_may_be() -> None:
    findings = tuple(_finding(number, info=f"It is {number}" + "x" * 500) for number in range(200))
    text = WRITERS["markdown"](Scan(findings, (), (), (), ("dev",), 9, 9, date(2026, 6, 1)), "out")
    assert len(text) < 65_536
    assert "Cut here" in text


@given(_SCANS)
def test_json_says_everything(scan: Scan) -> None:
    document = json.loads(WRITERS["json"](scan, "out"))
    assert faults(document) == []
    assert document["clean"] is scan.clean
    parts = {"findings": scan.findings, "waived": scan.waived}
    parts |= {"expired_waivers": scan.expired, "unused_waivers": scan.unused}
    for part, listed in parts.items():
        assert len(document[part]) == len(listed)


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one finding, in the repository's root as working directory."""
    monkeypatch.chdir(ROOT)
    gateway = {"default_route_table_association": "disable", "lifecycle": {"prevent_destroy": True}}
    log = {"transit_gateway_id": "${aws_ec2_transit_gateway.x.id}", "max_aggregation_interval": 60}
    files = tf(
        r("aws_ec2_transit_gateway", **gateway),
        r("aws_flow_log", **log, iam_role_arn="arn:aws:iam::111122223333:role/r"),
    )
    write(files, tmp_path / "out")
    return tmp_path


def test_findings_exit_1_and_are_written(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = [f"--{name}={estate / name}" for name in WRITERS]
    assert main(["scan", str(estate / "out"), *reports]) == 1
    text = capsys.readouterr().out
    assert "CKV_ISTHMUS_2 high: A transit gateway propagates no attachment by itself" in text
    assert "aws_ec2_transit_gateway.x  main.tf.json:" in text
    assert "2 resources in 1 root module" in text
    assert all((estate / name).stat().st_size for name in WRITERS)


def test_waived_findings_exit_0(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiver = 'check = "CKV_ISTHMUS_2"\nresource = "aws_ec2_transit_gateway.x"\nreason = "it is to be deleted anyway"\n'
    (estate / "w.toml").write_text(f"[[waiver]]\n{waiver}expires = 9999-12-31\n")
    assert main(["scan", str(estate / "out"), "--waivers", str(estate / "w.toml")]) == 0
    assert "0 findings, 1 waived" in capsys.readouterr().out


def test_a_report_to_standard_output_is_all_that_is_there(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(estate / "out"), "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["resources"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no path is given, and there is no cdktf.out"),
        (["{here}/missing"], "missing is not a folder"),
        (["{here}/out", "--policies", "{here}/none"], "no folder of policies at "),
        (["{here}/out", "--waivers", "{here}/none.toml"], "none.toml"),
        (["--plan", "{here}/none.json"], "none.json"),
    ],
)
def test_no_answer_exits_2(
    estate: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    if not arguments:
        monkeypatch.chdir(estate)  # a folder without cdktf.out
        monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    assert main(["scan", *(one.format(here=estate) for one in arguments)]) == 2
    assert message in capsys.readouterr().err


def test_without_checkov_the_command_says_what_to_install(estate: Path) -> None:
    code = "import sys; sys.modules['checkov'] = None; from isthmus.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "scan", str(estate / "out")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        "isthmus: scanning needs Checkov: pip install 'isthmus[scan]'\n",
    )
