"""The pytest plugin as a team meets it: in a project of its own, with a program that synthesizes."""

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.proof.estates import output, write

pytest_plugins = ["pytester"]

STAGE = "stage_1_dev_only"

# Stands in for the project's own: it has the Terraform ready, and counts how often it is asked.
PROGRAM = """
import os, shutil, sys
from pathlib import Path
from modules import hub

with Path("runs").open("a") as runs:
    runs.write(os.environ["ISTHMUS_ESTATE"] + "\\n")
shutil.copytree("ready", os.environ["CDKTF_OUTDIR"], dirs_exist_ok=True)
"""
ESTATE = """
from pathlib import Path
from isthmus.intent.intent_file import from_document

estate = from_document(Path(__file__).parents[1].joinpath("ready", "intent.json").read_bytes())
"""
PASSING = """
def test_one(network, estate):
    network.assert_reaches("dev", "dc1/users:443")
    assert estate.name == "guide"

def test_two(network):
    network.assert_internet_only_via("dev", "dev")
"""


class Project:
    """A team's repository, and its pytest."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.folder = pytester.path
        self.ready = write(output(STAGE), self.folder / "ready")
        self.file("main.py", PROGRAM)
        self.file("modules/__init__.py", "")
        self.file("modules/hub.py", "")
        self.file("environments/__init__.py", "")
        self.file("environments/estate.py", ESTATE)
        self.file("cdktf.json", json.dumps({"language": "python", "app": f"{sys.executable} main.py"}))
        self.file("tests/test_network.py", PASSING)

    def file(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def test(self, *options: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess("-p", "no:xdist", "-p", "no:randomly", "tests", *options)

    @property
    def runs(self) -> list[str]:
        """The estates that the program was asked for."""
        counted = self.folder / "runs"
        return counted.read_text().split() if counted.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(pytester)
    monkeypatch.setenv("ISTHMUS_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.delenv("ISTHMUS_ESTATE", raising=False)
    # A pytest of its own, in this process: what other tests have imported is not the team's.
    for name in [name for name in sys.modules if name.partition(".")[0] in ("environments", "modules", "main")]:
        monkeypatch.delitem(sys.modules, name)
    return project


# --- what a run says


def test_a_run_that_passes(project):
    project.test().assert_outcomes(passed=2)
    assert project.runs == ["environments.estate"]


def test_a_sentence_that_does_not_hold_fails_at_its_line_with_the_path(project):
    project.file("tests/test_network.py", 'def test_it(network):\n    network.assert_isolated("dev", "dc1")\n')
    ran = project.test()
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            '>   *network.assert_isolated("dev", "dc1")',
            "E   *AssertionError: dev reaches dc1",
            "E   *forward path: 10.1.0.4 in dev/module.spoke_dev.aws_subnet.private_az1 -> * at dc1 tcp/443: reachable",
            "E   *VPN connection network/module.vpn.aws_vpn_connection.infra_dc1_01*",
            "E   *return path: *: reachable",
            "E   *site dc1 advertises *",
            "tests/test_network.py:2: AssertionError",
        ]
    )
    assert "isthmus/testing" not in ran.stdout.str()


def test_a_name_that_nothing_has_is_an_error_of_its_own(project):
    project.file("tests/test_network.py", 'def test_it(network):\n    network.assert_isolated("dev", "dc11")\n')
    ran = project.test()
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["E   *NoSuchLocation: no such location: 'dc11'; did you mean dc1*"])
    assert "AssertionError" not in ran.stdout.str()
    assert "isthmus/testing" not in ran.stdout.str()


def test_an_estate_that_breaks_a_rule_is_reported_and_not_synthesized(project):
    project.file(
        "environments/estate.py", ESTATE + "\nfrom dataclasses import replace\nestate = replace(estate, zones=[])\n"
    )
    ran = project.test()
    ran.assert_outcomes(errors=2)
    ran.stdout.fnmatch_lines(["The estate has * problem*", "*[[]zones-missing[]]"])
    assert "Traceback" not in ran.stdout.str()
    assert project.runs == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"environments/estate.py": ""}, "*the module has no Estate in a variable `estate`"),
        ({"main.py": "import sys; sys.exit('no such account')"}, "*main.py` ended with 1:"),
        ({"main.py": "import sys; sys.exit('no such account')"}, "no such account"),
        ({"main.py": ""}, "*main.py` wrote no intent.json into CDKTF_OUTDIR: *"),
        ({"main.py": PROGRAM + "Path(os.environ['CDKTF_OUTDIR'], 'intent.json').write_text('{}')"}, "*another estate*"),
        ({"cdktf.json": "{}"}, '*cdktf.json has no "app": the command that writes the Terraform'),
        ({"cdktf.json": '{"app": "nowhere/python main.py"}'}, "*`nowhere/python main.py` does not run in *"),
        ({"cdktf.json": '{"app": "nowhere main.py"}'}, '*set another command with isthmus_app = "python main.py"'),
        ({"cdktf.json": "nothing"}, "*cdktf.json cannot be read: *; or set `isthmus_app`"),
    ],
)
def test_what_keeps_the_terraform_from_being_there_is_one_message(project, change, message):
    for path, text in change.items():
        project.file(path, text)
    ran = project.test()
    assert ran.parseoutcomes()["errors"] == 2
    ran.stdout.fnmatch_lines([message])
    assert "Traceback" not in ran.stdout.str()


# --- which estate


def test_the_command_line_goes_before_the_environment_and_that_before_the_settings(project, monkeypatch):
    for name in ("one", "two", "three"):
        project.file(f"environments/{name}.py", "from environments.estate import estate\n")
        project.file(f"modules/hub_{name}.py", "")  # another content, so that each is synthesized
    project.pytester.makeini("[pytest]\nisthmus_estate = environments.one\n")
    project.test().assert_outcomes(passed=2)
    project.file("modules/hub.py", "# 2")
    monkeypatch.setenv("ISTHMUS_ESTATE", "environments.two")
    project.test().assert_outcomes(passed=2)
    project.file("modules/hub.py", "# 3")
    project.test("--isthmus-estate", "environments.three").assert_outcomes(passed=2)
    assert project.runs == ["environments.one", "environments.two", "environments.three"]


def test_a_variable_that_is_misspelt_tests_no_other_estate(project, monkeypatch):
    monkeypatch.setenv("ISTHMUS_ESTTAE", "environments.two")
    ran = project.test()
    assert ran.parseoutcomes()["errors"] == 2
    ran.stdout.fnmatch_lines(["ISTHMUS_ESTTAE=environments.two: unknown variable; did you mean ISTHMUS_ESTATE[?]"])


def test_python_is_the_one_that_pytest_runs_on(project, monkeypatch):
    """Whether or not its environment is activated."""
    other = project.file("elsewhere/python", "#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent), prepend=os.pathsep)
    project.file("cdktf.json", '{"app": "python main.py"}')
    project.test().assert_outcomes(passed=2)


def test_another_program(project):
    (project.folder / "cdktf.json").unlink()
    (project.folder / "main.py").rename(project.folder / "synth.py")
    project.pytester.makeini(f"[pytest]\nisthmus_app = {sys.executable} synth.py\n")
    project.test().assert_outcomes(passed=2)
    assert len(project.runs) == 1


def test_terraform_that_is_there_already(project):
    project.test("--isthmus-terraform", "ready").assert_outcomes(passed=2)
    project.pytester.makeini("[pytest]\nisthmus_terraform = ready\n")
    project.test().assert_outcomes(passed=2)
    project.pytester.makeini("[pytest]\nisthmus_terraform = ready/stacks\n    ready/intent.json\n")
    project.test().assert_outcomes(passed=2)
    assert project.runs == []


def test_terraform_that_is_not_there_or_has_no_intent(project):
    project.test("--isthmus-terraform", "nowhere").stdout.fnmatch_lines(["*nowhere*"])
    ran = project.test("--isthmus-terraform", "ready/stacks/dev")
    ran.stdout.fnmatch_lines(["no intent.json in or among */ready/stacks/dev"])
    assert "Traceback" not in ran.stdout.str()


def test_the_output_is_the_test_s_own(project):
    project.file(
        "tests/test_network.py",
        """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_it(synthesized, number):
    root = synthesized / "stacks" / "dev" / "cdk.tf.json"
    assert root.read_text() != "{}"
    root.write_text("{}")
""",
    )
    project.test().assert_outcomes(passed=2)
    project.test().assert_outcomes(passed=2)
    assert len(project.runs) == 1


# --- once for each content


def test_what_was_synthesized_is_kept_until_something_that_decides_it_changes(project):
    project.test().assert_outcomes(passed=2)
    project.test().assert_outcomes(passed=2)
    assert len(project.runs) == 1
    project.file("README.md", "nothing of it")
    project.file("tests/test_more.py", "def test_more(network): ...")
    project.file("environments/unused.py", "")
    project.test().assert_outcomes(passed=3)
    assert len(project.runs) == 1
    project.file("modules/hub.py", "import tables")
    project.file("tables.py", "")
    project.test().assert_outcomes(passed=3)
    assert len(project.runs) == 2
    project.file("tables.py", "# imported by what the program imports")
    project.test().assert_outcomes(passed=3)
    assert len(project.runs) == 3
    document = json.loads((project.ready / "intent.json").read_text())
    document["estate"]["tags"] = {"Owner": "another team"}
    (project.ready / "intent.json").write_text(json.dumps(document))
    project.test().assert_outcomes(passed=3)
    assert len(project.runs) == 4
    kept = project.folder / "cache"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert len(list(kept.glob("estate-*"))) == 4


def test_a_program_that_fails_leaves_nothing_behind(project):
    project.file("main.py", PROGRAM + "sys.exit('too late')")
    project.test().assert_outcomes(errors=2)
    assert not list((project.folder / "cache").glob("estate-*"))
    project.file("main.py", PROGRAM)
    project.test().assert_outcomes(passed=2)


def test_where_nothing_can_be_kept_it_lasts_for_the_run(project):
    (project.folder / "cache").mkdir(mode=0o755)
    project.test().assert_outcomes(passed=2)
    project.test().assert_outcomes(passed=2)
    assert len(project.runs) == 2


def test_a_program_with_unknown_sources_is_run_each_time(project):
    project.file("synth.sh", f"exec {sys.executable} main.py")
    project.pytester.makeini("[pytest]\nisthmus_app = sh synth.sh\n")
    project.test().assert_outcomes(passed=2)
    project.test().assert_outcomes(passed=2)
    assert len(project.runs) == 2


def test_workers_synthesize_once_together(project):
    project.file("synth.sh", f"exec {sys.executable} main.py")
    project.pytester.makeini("[pytest]\nisthmus_app = sh synth.sh\n")
    ran = project.pytester.runpytest_subprocess("-n", "2", "--dist", "each", "tests")
    ran.assert_outcomes(passed=4)
    assert len(project.runs) == 1


# --- what it costs those who do not use it


def test_it_is_there_for_every_pytest_and_loads_nothing(project):
    assert [found.value for found in entry_points(group="pytest11", name="isthmus")] == ["isthmus.testing.plugin"]
    project.file(
        "tests/test_network.py",
        """
import sys

def test_it(pytestconfig):
    assert pytestconfig.pluginmanager.get_plugin("isthmus")
    assert {name for name in sys.modules if name.startswith("isthmus")} == {
        "isthmus", "isthmus.testing", "isthmus.testing.plugin"
    }
""",
    )
    project.pytester.runpytest_subprocess("-p", "no:xdist", "tests").assert_outcomes(passed=1)


def test_importing_it_loads_nothing_but_pytest():
    script = (
        "import sys, pytest; before = set(sys.modules); import isthmus.testing.plugin;"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) <= {"isthmus", "shutil", "bz2", "lzma", "zlib", "_bz2", "_lzma", "_compression"}


def test_the_lines_of_the_program_are_no_other_estate(project):
    intent = project.ready / "intent.json"
    intent.write_text(
        json.dumps({**json.loads(intent.read_text()), "positions": {"estate": "environments/estate.py:5"}})
    )
    project.test().assert_outcomes(passed=2)
