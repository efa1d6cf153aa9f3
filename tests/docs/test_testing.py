"""docs/how-to/write-tests.md: pytest runs every block of Python on the reference estate, and outputs are as shown."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from modules.output_folder import write_output
from tests.docs.readme import PROJECT
from tests.docs.testing import DOCUMENT, current
from tests.modules.synthesized import files_of

pytest_plugins = ["pytester"]

EXAMPLE = PROJECT / "examples/tests/test_network.py"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the reference estate."""
    out = tmp_path_factory.mktemp("reference") / "cdktf.out"
    write_output(out, files_of("environments.estate"))
    return out


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)


def test_outputs_and_files_are_as_shown(reference):
    """If it is wrong: `.venv/bin/python -m tests.docs.testing`, and read the difference."""
    assert DOCUMENT.read_text() == current(reference)


def test_every_block_of_python_passes(reference, pytester):
    found = blocks("python")
    assert len(found) == 4
    shutil.copytree(reference, pytester.path / "cdktf.out")
    for number, block in enumerate(found):
        (pytester.path / f"test_block_{number}.py").write_text(block)
    ran = pytester.runpytest_inprocess("-p", "no:xdist", "--isthmus-terraform", "cdktf.out", "-W", "error")
    tests = sum(block.count("\ndef test_") for block in found)
    ran.assert_outcomes(passed=tests + 2)  # one of them for three spokes


def test_the_settings_are_settings(reference, pytester):
    (toml,) = blocks("toml")
    assert "isthmus_estate" in tomllib.loads(toml)["tool"]["pytest"]["ini_options"]
    (pytester.path / "pyproject.toml").write_text(toml)
    (pytester.path / "test_one.py").write_text("def test_one(): ...")
    ran = pytester.runpytest_inprocess("-p", "no:xdist", "--strict-config", "-W", "error")
    ran.assert_outcomes(passed=1)


def test_the_example_notices_what_went_wrong(reference, pytester):
    """A route table in which dev is propagated to its neighbours: the tests that say so fail, with the path."""
    import json

    out = Path(shutil.copytree(reference, pytester.path / "cdktf.out"))
    dev = out / "stacks/dev/modules/spoke_dev/main.tf.json"
    document = json.loads(dev.read_text())
    document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]["leak"] = {
        "transit_gateway_attachment_id": "${aws_ec2_transit_gateway_vpc_attachment.this.id}",
        "transit_gateway_route_table_id": "${var.route_table_id_workloads}",
    }
    dev.write_text(json.dumps(document))
    shutil.copy(EXAMPLE, pytester.path)
    ran = pytester.runpytest_inprocess("-p", "no:xdist", "--isthmus-terraform", "cdktf.out")
    ran.assert_outcomes(passed=7, failed=2)
    ran.stdout.fnmatch_lines(
        [
            "*def test_workloads_keep_to_themselves*",
            '>   *network.assert_isolated("dev", "prod")',
            "E   *AssertionError: prod reaches dev",
            "E   *forward path: 10.1.32.4 in prod/*",
            "E   *dev/module.spoke_dev.aws_ec2_transit_gateway_route_table_propagation.leak",
        ]
    )


def test_the_wheel_is_called_what_the_page_says():
    wheel = "dist/isthmus-VERSION-py3-none-any.whl"
    page = DOCUMENT.read_text()
    assert re.findall(r"dist/isthmus\S*\.whl", page) == [wheel, wheel]
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"testing", "scan"} <= extras.keys()
