"""Every loop that an input can write has an end: the answer is unknown, or the input is refused with the limit."""

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import Unknown, UnreadableTerraform, read
from isthmus.terraform.documents import DEEPEST, contents, deeper, load
from isthmus.terraform.evaluate import evaluate_text
from isthmus.terraform.graph import Value
from isthmus.terraform.scopes import having
from isthmus.terraform.work_limit import MOST_STEPS, Meter, TooMuchWork, metered
from tests.reading.builders import root, value, write

LONGEST = 30.0  # seconds; each takes one or two on an idle machine, and none had an end before


class Known:
    """A scope in which `local` holds what a test needs."""

    def __init__(self, **known: Value) -> None:
        self.known = having("local", known)

    def lookup(self, name: str) -> Value:
        return self.known if name == "local" else Unknown(name)


BIG = Known(text="a" * 190_000, list=tuple(range(10_000)), small=(1, 2))

ENDLESS = {
    "nested for": "${[for a in local.list : [for b in local.list : [for c in local.list : c]]]}",
    "for over calls": "${[for a in local.list : [for b in local.list : length(local.list)]]}",
    "for over comparisons": "${[for a in local.list : [for b in local.list : local.list == local.list]]}",
    "grouped": "${{for a in local.list : 1 => a...}}",
    "power": "${" + "*".join(["9999999999"] * 100) + "}",
    "exponent": "${1e999}",
    "template": "${local.text}" * 1000,
    "join": "${join(local.text, local.list)}",
    "replace": '${replace(local.text, "a", local.text)}',
    "format": '${format("' + "%s" * 20 + '"' + ", local.text" * 20 + ")}",
    "concat": "${length(concat(" + ", ".join(["local.list"] * 1000) + "))}",
    "flatten": "${length(flatten([" + ", ".join(["local.list"] * 1000) + "]))}",
    "product": "${setproduct(" + ", ".join(["local.small"] * 13) + ")}",
    "long product": "${setproduct(" + ", ".join(["[1]"] * 150_000)[:-2] + ")}",
    "splat": "${[for a in local.list : [for b in local.list : local.list[*]]]}",
    "chain": "${local.list" + "[0]" * 50_000 + "}",
    "sum": "${" + "+".join(["1"] * 50_000) + "}",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_expression_without_end_is_unknown_or_known_soon(name: str) -> None:
    begun = time.monotonic()
    with metered():
        found = evaluate_text(ENDLESS[name], BIG)
    assert time.monotonic() - begun < LONGEST
    if name == "grouped":
        assert found == {"1": tuple(range(10_000))}
    else:
        assert isinstance(found, Unknown)
        assert found.reason


def test_a_default_does_not_stand_in_for_what_is_too_much() -> None:
    """`try` goes on after what Terraform refuses, and Terraform would not refuse these."""
    for inner in (
        "setproduct(local.list, local.list)",
        "join(local.text, local.list)",
        "[for a in local.list : [for b in local.list : b]]",
    ):
        with metered():
            assert isinstance(evaluate_text(f'${{try({inner}, "fallback")}}', BIG), Unknown), inner
            assert isinstance(evaluate_text(f"${{can({inner})}}", BIG), Unknown), inner


def test_the_squares_of_squares(tmp_path: Path) -> None:
    steps = {f"n{at}": f"${{local.n{at - 1} * local.n{at - 1}}}" for at in range(1, 40)}
    found = value(tmp_path, "${local.n39}", locals={"n0": 7, **steps})
    assert isinstance(found, Unknown)
    assert "bits" in found.reason


def test_what_nests_itself_is_unknown(tmp_path: Path) -> None:
    steps = {f"n{at}": f"${{[local.n{at - 1}]}}" for at in range(1, 400)}
    found, levels = value(tmp_path, "${local.n399}", locals={"n0": 7, **steps}), 0
    while isinstance(found, tuple):
        found, levels = found[0], levels + 1
    assert isinstance(found, Unknown)
    assert levels < DEEPEST


def test_one_expression_that_is_too_much_leaves_the_others(tmp_path: Path) -> None:
    endless = "${[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]}"
    graph = root(tmp_path, resource={"test_thing": {"it": {"endless": endless, "known": "${1 + 1}"}}})
    values = graph.resources["test_thing.it"].values
    assert values["known"] == 2
    assert values["endless"].reason.endswith(f": it takes more than {MOST_STEPS:,} steps to evaluate")


def test_all_expressions_together_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.terraform.work_limit.MOST_STEPS_OF_ALL", 1000)
    body = {"count": 500, "name": "${[for a in range(10) : a + count.index]}"}
    with pytest.raises(UnreadableTerraform, match=r"evaluating it takes more than .* steps \(at \$\{\[for a"):
        root(tmp_path, resource={"test_thing": {"it": body}})


def test_steps_are_counted_for_each_expression_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.terraform.work_limit.MOST_STEPS", 10)
    meter = Meter()
    with metered(meter):
        for _ in range(20):
            meter.spend(9)  # between expressions
        assert evaluate_text("${1 + 1}", BIG) == 2
        assert isinstance(evaluate_text("${[for a in local.list : a]}", BIG), Unknown)
        assert evaluate_text("${1 + 1}", BIG) == 2
    meter.expression = 0
    with pytest.raises(TooMuchWork):
        meter.spend(11)


def test_dynamic_blocks_have_an_end(tmp_path: Path) -> None:
    many = "${concat(" + ", ".join(["range(1000)"] * 11) + ")}"
    block = {"for_each": many, "content": {"a": "${route.value}"}}
    graph = root(tmp_path, resource={"test_thing": {"it": {"dynamic": {"route": block}}}})
    (found,) = graph.resources["test_thing.it"].values["route"]
    assert isinstance(found, Unknown)
    assert "11,000 blocks" in found.reason


# Files


@pytest.mark.parametrize("where", ["plan.json", "root/main.tf.json", "root/terraform.tfvars.json"])
def test_what_is_no_regular_file_is_refused_and_not_waited_for(where: str, tmp_path: Path) -> None:
    write(tmp_path, {"root/a.tf.json": {}, where: ""})
    path = tmp_path / where
    given = path if where == "plan.json" else path.parent
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UnreadableTerraform, match="it is a named pipe"):
        read(given)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(UnreadableTerraform, match=r"it is a device|leads out of"):
        read(given)


def test_sockets_and_folders_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(UnreadableTerraform):
            contents(tmp_path / "s")
    with pytest.raises(UnreadableTerraform, match=r"it is a folder|Is a directory"):
        contents(tmp_path)


def test_a_file_may_be_so_large_and_no_larger(tmp_path: Path) -> None:
    path = write(tmp_path, {"x.json": "[12345]"}) / "x.json"
    assert load(path, largest=7) == [12345]
    with pytest.raises(UnreadableTerraform, match="it is larger than 6 bytes"):
        load(path, largest=6)


def nested(levels: int) -> Any:
    document: Any = {}
    for _ in range(levels - 1):
        document = [document]
    return document


def test_a_document_may_be_so_deep_and_no_deeper(tmp_path: Path) -> None:
    assert not deeper([{}], 2)
    assert deeper([{"a": [3]}], 2)
    write(tmp_path, {"right.json": json.dumps(nested(DEEPEST)), "deep.json": json.dumps(nested(DEEPEST + 1))})
    assert load(tmp_path / "right.json") == nested(DEEPEST)
    with pytest.raises(UnreadableTerraform, match=f"more than {DEEPEST} levels"):
        load(tmp_path / "deep.json")
