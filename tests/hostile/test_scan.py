"""A scan of untrusted input ends, stays within its memory, and refuses what the proof refuses with the same message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.scan import ScanError, scan
from isthmus.scan.errors import UnreadableInput
from isthmus.scan.subprocess import Limits, apart, limits_of
from isthmus.terraform import UnreadableTerraform, read
from tests.policies.fixtures import r, tf
from tests.policies.plans import plan_of
from tests.reading.builders import write

POLICIES = Path(__file__).parents[2] / "policies"
GENEROUS = Limits(60, 2_000)


def _forever() -> None:
    while True:
        pass


def _growing() -> None:
    grown = []
    while True:
        grown.append(bytearray(10_000_000))


def _ends() -> None:
    raise SystemExit(3)


def _trips() -> None:
    raise KeyError("no such\nthing")


def _refuses() -> None:
    raise UnreadableInput("x.tf.json: it is damaged")


@pytest.mark.parametrize(
    ("work", "limits", "message"),
    [
        (_forever, Limits(0.5, 2_000), r"^what: .* takes longer than 0 seconds"),
        (_growing, Limits(60, 300), r"^what: .* takes more than 300 MB of memory"),
        (_ends, GENEROUS, "ended without an answer"),
        (_trips, GENEROUS, r"cannot judge it: KeyError: 'no such\\nthing'$"),
        (_refuses, GENEROUS, r"^x\.tf\.json: it is damaged$"),
    ],
)
def test_work_apart_is_stopped(work: Callable[[], None], limits: Limits, message: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UnreadableInput, match=message):
        apart(work, limits, "what")
    assert time.monotonic() - begun < 30


def test_work_apart_answers() -> None:
    assert apart(lambda: {"a": [1, "b", None]}, GENEROUS, "what") == {"a": [1, "b", None]}
    assert limits_of(0).seconds == 120
    assert limits_of(100_000_000).seconds > 1_000


def _folder(argument: str, folder: Path) -> Path:
    return write(folder, {"main.tf.json": {"resource": {"aws_vpc": {"this": {"cidr_block": argument}}}}})


@pytest.mark.parametrize(
    "argument",
    [
        "${pow(10, 1000000)}",
        '${format("%1000000000d", 1)}',
        '${join("", [for i in range(100000000) : "aaaaaaaaaaaaaaaa"])}',
    ],
)
def test_expressions_without_end(argument: str, tmp_path: Path) -> None:
    """Whatever Checkov makes of them: an answer or a refusal, and soon."""
    begun = time.monotonic()
    try:
        scan(_folder(argument, tmp_path), policies=POLICIES, limits=Limits(5, 500))
    except ScanError as error:
        message = str(error)
    else:
        message = "Checkov"
    assert "Checkov" in message
    assert time.monotonic() - begun < 60


def test_a_regular_expression_that_never_ends_is_stopped(tmp_path: Path) -> None:
    argument = '${regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")}'
    with pytest.raises(UnreadableInput, match="takes longer than 5 seconds"):
        scan(_folder(argument, tmp_path), policies=POLICIES, limits=Limits(5, 500))


PLAN = plan_of({"main.tf.json": tf(r("aws_vpc", cidr_block="10.0.0.0/16"))["main.tf.json"]})


def _without(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = json.loads(json.dumps(document))
    at = copied
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return copied


MALFORMED = {
    "values": (("planned_values",), 3),
    "root": (("planned_values", "root_module"), []),
    "resources": (("planned_values", "root_module", "resources"), {"a": 1}),
    "a resource": (("planned_values", "root_module", "resources", 0), None),
    "an address": (("planned_values", "root_module", "resources", 0, "address"), None),
    "a type": (("planned_values", "root_module", "resources", 0, "type"), 3),
    "a mode": (("planned_values", "root_module", "resources", 0, "mode"), "wild"),
    "its values": (("planned_values", "root_module", "resources", 0, "values"), "x"),
    "children": (("planned_values", "root_module", "child_modules"), [3]),
    "changes": (("resource_changes",), {}),
    "a change": (("resource_changes", 0), "x"),
    "its change": (("resource_changes", 0, "change"), []),
    "configuration": (("configuration",), "x"),
    "configured": (("configuration", "root_module"), 7),
    "configured resources": (("configuration", "root_module", "resources"), "x"),
    "a configured address": (("configuration", "root_module", "resources", 0, "address"), None),
    "module calls": (("configuration", "root_module", "module_calls"), []),
    "a module call": (("configuration", "root_module", "module_calls"), {"m": 3}),
    "a version": (("format_version",), "2.0"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_plan_is_refused_in_the_words_of_the_proof(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, {"p.json": _without(PLAN, *MALFORMED[name])}) / "p.json"
    with pytest.raises(UnreadableTerraform) as error:
        read(path)
    for command in (["prove", str(path)], ["scan", "--policies", str(POLICIES), "--plan", str(path)]):
        assert cli.main(command) == 2
        assert capsys.readouterr().err == f"isthmus: {error.value}\n"


@pytest.mark.parametrize("text", ["", "[", "[]", '{"a": NaN}', "[" * 3000 + "]" * 3000, "PK\x03\x04"])
def test_what_is_no_plan_is_refused_in_the_words_of_the_proof(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, {"p.json": text}) / "p.json"
    with pytest.raises(UnreadableTerraform) as error:
        read(path)
    assert cli.main(["scan", "--policies", str(POLICIES), "--plan", str(path)]) == 2
    assert capsys.readouterr().err == f"isthmus: {error.value}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
@pytest.mark.parametrize("name", ["p.json", "plan.txt"])
def test_the_encoding_and_the_name_of_a_plan_do_not_matter(encoding: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(json.dumps(PLAN).encode(encoding))
    assert list(read(path).resources) == ["aws_vpc.x"]
    assert scan(None, plans=[path], policies=POLICIES).resources == 1


@pytest.mark.parametrize(
    "document",
    [
        {"resource": {"aws_vpc": {"a": None}}},
        {"resource": {"aws_vpc": None}},
        {"resource": None},
        {"data": {"aws_vpc": {"a": None}}},
        {"module": {"m": None}},
        {"provider": {"aws": None}},
        {"locals": None},
        {"output": {"o": None}},
    ],
    ids=str,
)
def test_a_block_that_is_null_is_refused_by_both(document: Any, tmp_path: Path) -> None:
    write(tmp_path, {"main.tf.json": document})
    with pytest.raises(UnreadableTerraform):
        read(tmp_path)
    with pytest.raises(ScanError, match="expected an object, got null"):
        scan(tmp_path, policies=POLICIES)
