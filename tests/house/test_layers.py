"""Packages import downwards only, and no modules import each other in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from .imports import PROJECT, cycles, import_graph, imported, modules, upward

# From the bottom to the top. A package imports packages of lower layers only; packages of one layer do not import each
# other. `text`, `files`, `aws` and `platforms` know nothing of networks; `terraform` reads, `intent` describes;
# `network` computes what the Terraform does, `changes` what it changes; `proof` compares it with the intent; `devices`
# configures the other end, `review` gathers all of it, `lab` sends packets through it; the rest presents results.
LAYERS = (
    ("errors",),
    ("text", "files", "aws", "platforms"),
    ("terraform", "intent"),
    ("network", "changes"),
    ("scan", "template"),
    ("proof",),
    ("cost", "output", "steps", "adoption"),
    ("review", "devices", "bootstrap"),
    ("lab",),
    ("report",),
    ("commands",),
    ("cli", "testing"),
    ("__main__",),
)
GRAPH = import_graph("isthmus")


def test_no_modules_import_each_other() -> None:
    assert cycles(GRAPH) == []


def test_packages_import_downwards() -> None:
    assert upward(GRAPH, LAYERS, "isthmus") == []


def test_each_layer_is_there() -> None:
    packages = {name.split(".")[1] for name in modules("isthmus") if "." in name}
    assert {package for layer in LAYERS for package in layer} == packages


MADE_UP = {
    "x": frozenset[str](),
    "x.low": frozenset[str](),
    "x.low.a": frozenset({"x.low.b"}),
    "x.low.b": frozenset({"x"}),
    "x.high.c": frozenset({"x.low.a", "x.high.d"}),
    "x.high.d": frozenset({"x.low"}),
    "x.side.e": frozenset({"x.low.b"}),
}
MADE_UP_LAYERS = (("low",), ("high", "side"))


def test_imports_downwards_and_inside_a_package_are_right() -> None:
    assert upward(MADE_UP, MADE_UP_LAYERS, "x") == []
    assert cycles(MADE_UP) == []


@pytest.mark.parametrize(
    ("name", "target", "problem"),
    [
        ("x.low.a", "x.high.d", "x.low.a imports x.high.d"),
        ("x.low.a", "x.high", "x.low.a imports x.high"),
        ("x.side.e", "x.high.d", "x.side.e imports x.high.d"),
        ("x.high.c", "x.new", "x.new is in no layer"),
    ],
)
def test_an_upward_import_is_found(name: str, target: str, problem: str) -> None:
    assert upward({**MADE_UP, name: MADE_UP[name] | {target}}, MADE_UP_LAYERS, "x") == [problem]


@pytest.mark.parametrize(
    ("name", "target", "group"),
    [
        ("x.low.b", "x.low.a", ["x.low.a", "x.low.b"]),
        ("x.low.b", "x.high.c", ["x.high.c", "x.low.a", "x.low.b"]),
    ],
)
def test_a_cycle_is_found(name: str, target: str, group: list[str]) -> None:
    assert cycles({**MADE_UP, name: MADE_UP[name] | {target}}) == [group]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b", {"a.b"}),
        ("from a.b import c, d", {"a.b.c", "a.b.d"}),
        ("def f():\n    from a import b", {"a.b"}),
        ("if TYPE_CHECKING:\n    from a import b", {"a.b"}),
        ("from . import b", {"p.q.b"}),
        ("from .b import c", {"p.q.b.c"}),
        ("from ..b import c", {"p.b.c"}),
    ],
)
def test_every_way_to_import_counts(source: str, names: set[str]) -> None:
    assert set(imported(source, "p.q")) == names


def test_a_lab_shares_no_code_with_the_proof_that_it_checks() -> None:
    """Only what compares asks the proof, and only one module reads the device configuration that runs in the lab.
    Everything else that makes the packets move has its own reading."""
    shared = ("network", "terraform", "proof", "intent", "output", "devices", "changes")
    forbidden = tuple(f"isthmus.{name}" for name in shared)
    lab = {name: targets for name, targets in GRAPH.items() if name.startswith("isthmus.lab")}
    found = {name for name, targets in lab.items() if any(target.startswith(forbidden) for target in targets)}
    modules = ("comparison", "device_configuration", "failures", "session", "testing")
    assert found == {f"isthmus.lab.{name}" for name in modules}


def importers(folder: str, *packages: str) -> list[str]:
    """The modules below a folder that import one of these packages."""
    return [name for name, path in modules(folder).items() if roots(path) & set(packages)]


def roots(path: Path) -> set[str]:
    return {target.split(".")[0] for target in imported(path.read_text(encoding="utf-8"), "relative")}


def test_the_installed_package_imports_nothing_of_the_repository() -> None:
    """`modules`, `policies` and the others are not installed with it."""
    assert importers("isthmus", "modules", "policies", "tests", "benchmarks", "environments", "examples") == []


def test_only_the_modules_import_cdktf() -> None:
    folders = [path.name for path in PROJECT.iterdir() if path.is_dir() and next(path.rglob("*.py"), None)]
    folders = [name for name in folders if not name.startswith(".") and name != "modules"]
    assert {"isthmus", "policies", "tests"} <= set(folders)
    assert [name for folder in folders for name in importers(folder, "cdktf", "constructs")] == []
    assert not roots(PROJECT / "main.py") & {"cdktf", "constructs"}
    assert importers("modules", "cdktf", "constructs")
