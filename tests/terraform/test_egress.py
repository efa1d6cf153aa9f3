"""Every form of the central way out goes through a real Terraform core; the double, of provider 6, knows them all."""

import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.intent import Inspection

from .conftest import REPOSITORY
from .engine import Engine, Estate

# In a process of its own: this one reads the schema from the bindings as they were installed.
SYNTHESIZE = """
import sys
from pathlib import Path
from isthmus.intent import Inspection
from modules.files import merge
from modules.synthesis import synthesize
from tests.modules.egress_estates import estate
form = Inspection(sys.argv[1])
merge(Path(sys.argv[2]), synthesize(estate(form, apart=form is not Inspection.GATEWAY)))
"""


@pytest.mark.parametrize("inspection", Inspection)
def test_terraform_accepts_and_plans_every_root(double_engine: Engine, inspection: Inspection, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SYNTHESIZE, inspection.value, str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    roots = Estate(tmp_path).in_order()
    assert {root.name: double_engine.check(root.directory) for root in roots} == {root.name: [] for root in roots}
