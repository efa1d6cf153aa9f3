"""Two estates with one prefix in one account and Region: the second apply ends before it replaces anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.intent import Estate, Observability
from modules.output_folder import write_output
from tests.modules.test_unique_names import OVERWRITTEN
from tests.terraform.engine import Core, Engine, TerraformFailed
from tests.terraform.engine.double import SchemaDouble
from tests.terraform.engine.workspace import Estate as Folder

from .conftest import Begin, Life
from .estates import VPN, network, plain

WATCHED = Observability(notify=["network-team@example.com"])
FIRST = plain(**network(observability=WATCHED))
# All that has a name of its own is called otherwise.
SECOND = plain(**network(observability=WATCHED, vpn_connections=[replace(VPN, name="dc2")]))


def applied_next_to(life: Life, double: SchemaDouble, core: Core, files: dict[str, str], scratch: Path) -> list[str]:
    """What Terraform did to a name that is taken, where another estate is applied with states of its own."""
    folder = scratch / "other"
    write_output(folder / "output", files)
    live = Engine(core, SchemaDouble(double.schema, life.cloud), folder).live()
    life.cloud.done.clear()
    with pytest.raises(TerraformFailed, match=r"AlreadyExists: aws_(iam_role|kms_alias)"):
        live.apply(Folder(folder / "output"), {"network"})
    return [what for what in life.cloud.done if what.split()[1] in OVERWRITTEN]


@pytest.mark.parametrize("second", [FIRST, SECOND], ids=["the same", "with another connection"])
def test_the_second_apply_replaces_nothing(
    begin: Begin, double: SchemaDouble, core: Core, tmp_path: Path, second: Estate
) -> None:
    life = begin(FIRST)
    assert {kind for kind, _ in life.cloud.existing} >= {"aws_cloudwatch_dashboard", "aws_sns_topic"}
    assert applied_next_to(life, double, core, life.output(second), tmp_path) == []


def test_without_the_order_of_modules_it_does(begin: Begin, double: SchemaDouble, core: Core, tmp_path: Path) -> None:
    life = begin(FIRST)
    life.rewrite = lambda text: text.replace('"module.logs"\n', "\n")
    done = applied_next_to(life, double, core, life.output(SECOND), tmp_path)
    assert {what.split()[1] for what in done} >= {"aws_cloudwatch_dashboard", "aws_sns_topic"}
