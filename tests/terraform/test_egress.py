"""Every form of the central egress goes through a real Terraform core; the double, of provider 6, knows them all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.intent import Inspection
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Target, TargetKind
from isthmus.terraform.reading import read_plan

from .conftest import REPOSITORY
from .engine import Engine, Estate

# In a process of its own: this one reads the schema from the bindings as they were installed.
SYNTHESIZE = """
import sys
from pathlib import Path
from isthmus.intent import Inspection
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.egress_estates import estate
form = Inspection(sys.argv[1])
write_output(Path(sys.argv[2]), synthesize(estate(form, apart=True)))
"""


@pytest.mark.parametrize("inspection", Inspection)
def test_terraform_accepts_and_plans_every_root(double_engine: Engine, inspection: Inspection, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SYNTHESIZE, inspection.value, str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    roots = Estate(tmp_path).in_order()
    assert {root.name: double_engine.check(root.directory) for root in roots} == {root.name: [] for root in roots}


def test_a_plan_shows_the_endpoint_of_each_route(double_engine: Engine, tmp_path: Path) -> None:
    """Its id is known after apply; the expression that picks it is in the plan."""
    command = [sys.executable, "-c", SYNTHESIZE, Inspection.VPC.value, str(tmp_path / "out")]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    root = Estate(tmp_path / "out").roots["egress"]
    (tmp_path / "plan.json").write_text(json.dumps(double_engine.plan(root.directory)))
    network = network_of(read_plan(tmp_path / "plan.json"))
    ends = {
        route.address.rpartition(".")[2]: str(route.target)
        for table in network.tables.values()
        for route in table.routes
        if isinstance(route.target, Target) and route.target.kind is TargetKind.FIREWALL_ENDPOINT
    }
    assert len(ends) == 4
    for name, end in ends.items():
        zone = name.split("_az")[1][0]
        assert end.endswith(f"[module.egress.aws_subnet.firewall_az{zone}]")
