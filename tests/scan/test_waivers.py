"""Waivers: what they need, what they match, and when they end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.headings import OVERDUE_WAIVER
from isthmus.report.scan_terminal import print_scan
from isthmus.report.scan_writers import WRITERS
from isthmus.scan import Waiver, read_waivers
from isthmus.scan.errors import InvalidWaivers
from isthmus.scan.findings import Finding
from isthmus.scan.run import _answer
from isthmus.scan.waivers import read_shipped
from tests.report.schemas import faults

PROJECT = Path(__file__).parents[2]
TODAY = date(2026, 6, 15)
COMPLETE = {
    "check": '"CKV_AWS_60"',
    "resource": '"module.hub.aws_iam_role.join_*"',
    "reason": '"bound to the organization by a condition"',
    "expires": "2027-01-31",
}


def _finding(check: str = "CKV_AWS_60", address: str = "aws_iam_role.a", root: str = "net") -> Finding:
    return Finding(check, None, "info", (), root, address, "main.tf.json", (1, 2))


def _waiver(number: int = 1, check: str = "CKV_AWS_60", resource: str = "aws_iam_role.*", **more: object) -> Waiver:
    return Waiver(number, check, resource, "reason enough", **{"expires": TODAY, **more})  # type: ignore[arg-type]


def _text(fields: Mapping[str, str]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in fields.items())


def _file(folder: Path, **fields: str) -> Path:
    path = folder / "waivers.toml"
    path.write_text("[[waiver]]\n" + _text(fields))
    return path


def test_a_complete_waiver_is_read(tmp_path: Path) -> None:
    (waiver,) = read_waivers(_file(tmp_path, **COMPLETE))
    assert (waiver.number, waiver.root, waiver.expires) == (1, "*", date(2027, 1, 31))
    assert waiver.matches("CKV_AWS_60", "net", "module.hub.aws_iam_role.join_dev")
    assert not waiver.matches("CKV_AWS_61", "net", "module.hub.aws_iam_role.join_dev")
    assert not waiver.matches("CKV_AWS_60", "net", "module.hub.aws_iam_role.other")


@pytest.mark.parametrize("field", COMPLETE)
def test_nothing_may_be_missing(tmp_path: Path, field: str) -> None:
    rest = {key: value for key, value in COMPLETE.items() if key != field}
    with pytest.raises(InvalidWaivers, match=f"waiver 1: {field} is missing"):
        read_waivers(_file(tmp_path, **rest))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"expires": '"2027-01-31"'}, "expires is '2027-01-31'; expected a date without quotes"),
        ({"expires": "2027-01-31T00:00:00"}, "expected a date without quotes"),
        ({"reason": '""'}, "reason is ''; expected text"),
        ({"reason": '"not needed"'}, "give the reason"),
        ({"resource": '"*"'}, "that turns the check off"),
        ({"check": "60"}, "check is 60; expected text"),
        ({"until": '"x"'}, "until is not a field of a waiver"),
    ],
)
def test_faults_are_named(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidWaivers) as refused:
        read_waivers(_file(tmp_path, **{**COMPLETE, **fields}))
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["[[waiver", "waiver = 5", "[waiver]\ncheck = 'x'", "[[waivers]]\ncheck = 'x'"])
def test_what_is_no_waiver_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "waivers.toml").write_text(text)
    with pytest.raises(InvalidWaivers, match=r"waivers\.toml"):
        read_waivers(tmp_path / "waivers.toml")


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (1, True)])
def test_a_waiver_holds_to_the_end_of_its_last_day(days: int, holds: bool) -> None:
    waiver = _waiver(expires=TODAY + timedelta(days=days))
    answer = _answer([_finding()], (waiver,), TODAY, ("net",), 1, 0)
    assert answer.clean is holds
    assert bool(answer.waived) is holds
    assert bool(answer.expired) is not holds
    assert not answer.unused


def test_a_waiver_that_matches_nothing_fails() -> None:
    answer = _answer([], (_waiver(),), TODAY, ("net",), 1, 5)
    assert answer.unused
    assert not answer.clean


@pytest.mark.parametrize("days", [-1, 0])
def test_a_shipped_waiver_may_be_idle(days: int) -> None:
    waiver = _waiver(shipped=True, expires=TODAY + timedelta(days=days))
    assert _answer([], (waiver,), TODAY, ("net",), 1, 5).clean


def test_a_shipped_waiver_that_has_expired_is_named_where_it_was_of_use() -> None:
    waiver = _waiver(shipped=True, expires=TODAY - timedelta(days=1))
    answer = _answer([_finding()], (waiver,), TODAY, ("net",), 1, 5)
    assert answer.expired == (waiver,)
    assert str(waiver).startswith("shipped waiver 1 (")
    assert answer.findings


AFTER_ALL = date(2999, 1, 1)


def test_a_waiver_of_isthmus_holds_after_its_last_day_with_a_warning() -> None:
    waiver = _waiver(shipped=True, isthmus=True, expires=TODAY - timedelta(days=1))
    answer = _answer([_finding()], (waiver,), TODAY, ("net",), 1, 5)
    assert (answer.clean, answer.overdue, answer.expired) == (True, (waiver,), ())
    assert waiver in {one for _, one in answer.waived}
    assert _answer([], (waiver,), TODAY, ("net",), 1, 5).overdue == (), "it is not in use"
    assert _answer([_finding()], (replace(waiver, expires=TODAY),), TODAY, ("net",), 1, 5).overdue == ()


def test_your_own_waiver_comes_before_one_of_isthmus_that_has_expired() -> None:
    ours = _waiver(1, shipped=True, isthmus=True, expires=TODAY - timedelta(days=1))
    yours = _waiver(2, expires=TODAY)
    answer = _answer([_finding()], (ours, yours), TODAY, ("net",), 1, 5)
    assert [waiver for _, waiver in answer.waived] == [yours]
    assert (answer.overdue, answer.clean) == ((), True)


def test_an_untouched_folder_of_policies_holds_for_ever_and_an_edited_waiver_does_not(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    text = (PROJECT / "policies" / "waivers.toml").read_text()
    path.write_text(text)
    untouched = read_shipped(tmp_path)
    assert all(waiver.holds(AFTER_ALL) for waiver in untouched)
    path.write_text(
        text.replace("expires = 2027-11-30", "expires = 2028-11-30", 1) + "\n[[waiver]]\n" + _text(COMPLETE)
    )
    edited = read_shipped(tmp_path)
    assert [waiver.number for waiver in edited if not waiver.holds(AFTER_ALL)] == [1, len(untouched) + 1]


@pytest.mark.parametrize("form", ["markdown", "sarif", "json"])
def test_every_format_names_a_waiver_that_is_overdue(form: str) -> None:
    waiver = _waiver(shipped=True, isthmus=True, expires=TODAY - timedelta(days=1))
    answer = _answer([_finding()], (waiver,), TODAY, ("net",), 1, 5)
    text = WRITERS[form](answer, "out")
    if form == "json":
        assert faults(json.loads(text)) == []
        assert [one["check"] for one in json.loads(text)["overdue_waivers"]] == ["CKV_AWS_60"]
    else:
        assert OVERDUE_WAIVER in text


def test_the_terminal_warns_of_a_waiver_that_is_overdue(capsys: pytest.CaptureFixture[str]) -> None:
    waiver = _waiver(shipped=True, isthmus=True, expires=TODAY - timedelta(days=1))
    print_scan(_answer([_finding()], (waiver,), TODAY, ("net",), 1, 5))
    assert f"warning: {waiver} {OVERDUE_WAIVER}" in capsys.readouterr().out


def test_waivers_come_with_a_folder_of_policies_or_not(tmp_path: Path) -> None:
    assert read_shipped(tmp_path) == ()
    _file(tmp_path, **COMPLETE)
    assert [(waiver.shipped, waiver.isthmus) for waiver in read_shipped(tmp_path)] == [(True, False)]
    assert [waiver.shipped for waiver in read_waivers(tmp_path / "waivers.toml")] == [False]


def test_a_shipped_waiver_file_is_read_as_any_other(tmp_path: Path) -> None:
    _file(tmp_path, **{**COMPLETE, "shipped": "true"})
    with pytest.raises(InvalidWaivers, match="shipped is not a field of a waiver"):
        read_shipped(tmp_path)


def test_brackets_in_addresses_are_literal() -> None:
    waiver = _waiver(resource='aws_subnet.a["x"]')
    assert waiver.matches("CKV_AWS_60", "net", 'aws_subnet.a["x"]')
    assert not waiver.matches("CKV_AWS_60", "net", "aws_subnet.ax")


_FINDINGS = st.lists(
    st.builds(
        _finding, st.sampled_from(["A", "B"]), st.sampled_from(["x.a", "x.b", "y.a"]), st.sampled_from(["r", "s"])
    )
)
_WAIVERS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["x.*", "y.a", "z"]),
        st.sampled_from(["*", "r"]),
        st.integers(-2, 2),
    )
)


@given(_FINDINGS, _WAIVERS)
def test_every_finding_is_left_or_waived_and_no_waiver_is_idle_in_silence(
    findings: list[Finding], drawn: list[tuple[str, str, str, int]]
) -> None:
    waivers = tuple(
        _waiver(number, check, resource, root=root, expires=TODAY + timedelta(days=days))
        for number, (check, resource, root, days) in enumerate(drawn, 1)
    )
    answer = _answer(findings, waivers, TODAY, (), 0, 0)
    assert {*answer.findings, *(one for one, _ in answer.waived)} == set(findings)
    assert len(answer.findings) + len(answer.waived) == len(set(findings))
    for finding, waiver in answer.waived:
        assert waiver.expires >= TODAY
        assert waiver.matches(finding.check, finding.root, finding.address)
    for finding in answer.findings:
        assert not any(
            one.expires >= TODAY and one.matches(finding.check, finding.root, finding.address) for one in waivers
        )
    for waiver in waivers:
        idle = not any(waiver.matches(one.check, one.root, one.address) for one in findings)
        assert (waiver in answer.unused or waiver in answer.expired) == (idle or waiver.expires < TODAY)
