"""Every root of every estate goes through a real Terraform core."""

from collections.abc import Sequence
from pathlib import Path

from .engine import Diagnostic, Engine, Estate, changes


def test_terraform_accepts_and_plans_every_root(double_engine: Engine, output: Path) -> None:
    assert warnings(double_engine, [root.directory for root in Estate(output).in_order()]) == {}


def test_the_aws_provider_accepts_and_plans_every_root(real_engine: Engine, real_roots: list[Path]) -> None:
    assert warnings(real_engine, real_roots) == {}


def warnings(engine: Engine, roots: Sequence[Path]) -> dict[str, list[Diagnostic]]:
    """What Terraform warns of, by root; errors are raised."""
    assert roots
    return {root.name: problems for root in roots if (problems := engine.check(root))}


def test_a_first_plan_creates_and_does_nothing_else(double_engine: Engine, output: Path) -> None:
    for root in Estate(output).in_order():
        planned = changes(double_engine.plan(root.directory))
        assert planned
        assert {change.split()[0] for change in planned} == {"create"}


def test_an_estate_is_applied_unchanged_by_a_second_plan_and_destroyed(double_engine: Engine, output: Path) -> None:
    estate, live = Estate(output), double_engine.live()
    live.apply(estate)
    assert live.resources()
    assert {name: changes(plan) for name, plan in live.plans(estate).items()} == {name: [] for name in estate.roots}
    live.destroy(estate)
    assert live.resources() == []
