"""The workflow that reviews a pull request: its own commands, on a repository of a team."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .actions import Machine, Ran
from .repository import Repository

MARK = "<!-- isthmus review -->"
# What a stranger can choose. A shell that reads one of them as text of a command makes a file.
HOSTILE = 'x";touch${IFS}pwned;#'
BRANCH = 'x";touch$IFS"pwned";#'
CHECKS = ("Prove", "Scan")  # they take seconds, and two tests run them

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="gh has jq inside; the one played here asks for it")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "network")
    made.add_estate()
    made.commit()
    made.branch()
    return made


def machine_for(repository: Repository, *, fork: bool = False, branch: str = "branch") -> Machine:
    head = {"ref": branch, "repo": {"full_name": "stranger/network" if fork else "example/network"}}
    pull_request = {"number": 7, "title": HOSTILE, "body": HOSTILE, "head": head}
    machine = Machine(repository.folder.parent, repository.folder, "pull_request", {"pull_request": pull_request})
    machine.github |= {"head_ref": branch, "event": {"pull_request": pull_request}}
    machine.variables |= {"TERRAFORM_PLAN": "true"}
    return machine


def results(ran: dict[str, Ran]) -> dict[str, str]:
    return {job: one.result for job, one in ran.items()}


ALL = ("synthesize base", "synthesize head", "plan", "review", "comment", "code-scanning")
NO_FINDINGS = {"code-scanning": "skipped"}


def test_a_change_gets_one_comment_which_later_pushes_rewrite(repository: Repository) -> None:
    """Whatever a stranger calls the branch, a file, the pull request or a description."""
    repository.git("checkout", "--quiet", "-b", BRANCH)
    repository.replace("segments", "isolated=True,", "isolated=False,")
    repository.replace("dev", "The common development VPC", HOSTILE.replace('"', ""))
    (repository.folder / HOSTILE).touch()
    repository.merge(BRANCH)
    machine = machine_for(repository, branch=BRANCH)
    other = {"id": 9, "user": {"login": "stranger"}, "body": MARK, "edits": 0}
    machine.comments_file.write_text(json.dumps([other]))
    ran = machine.run("review", "Scan")
    assert results(ran) == dict.fromkeys(ALL, "success"), ran["review"].log
    stranger, ours = machine.comments
    assert (stranger, ours["edits"]) == (other, 0)
    assert ours["body"].startswith(MARK)
    assert ours["body"] in ran["review"].summary
    assert ran["code-scanning"].published == ["isthmus-prove"]
    assert "| network | " in ran["plan"].summary
    assert not [*repository.folder.parent.rglob("pwned")]

    repository.branch()
    repository.merge()
    assert results(machine.run("review", *CHECKS)) == dict.fromkeys(ALL, "success") | NO_FINDINGS
    stranger, again = machine.comments
    assert (stranger, again["edits"], again["body"] == ours["body"]) == (other, 1, False)


def test_a_pull_request_that_changes_no_terraform_gets_no_comment(repository: Repository) -> None:
    (repository.folder / "README.md").write_text("# Another title\n")
    repository.merge()
    machine = machine_for(repository)
    assert results(machine.run("review", *CHECKS)) == dict.fromkeys(ALL, "success") | NO_FINDINGS
    assert (machine.comments, machine.asked) == ([], [])


def test_the_first_pull_request_is_reviewed(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "network")
    repository.branch()
    repository.add_estate()
    repository.merge()
    machine = machine_for(repository)
    ran = machine.run("review", *CHECKS)
    assert results(ran) == dict.fromkeys(ALL, "success") | NO_FINDINGS, ran["review"].log
    assert "this is the first pull request" in ran["synthesize base"].log
    assert machine.asked == [], "its own scripts are not run next to credentials"
    [comment] = machine.comments
    assert comment["body"].startswith(MARK)


def test_a_destroy_is_planned_and_reviewed_although_another_plan_fails(repository: Repository) -> None:
    repository.delete_test()
    repository.replace("dev", 'cidr="10.1.0.0/20"', 'cidr="10.1.64.0/20"')
    repository.merge()
    machine = machine_for(repository)
    states = repository.folder.parent / "states"
    states.mkdir()
    (states / "test").write_text('{"module.spoke_test.aws_vpc.test": {"cidr_block": "10.1.16.0/20"}}')
    (states / "dev.broken").touch()
    ran = machine.run("review", *CHECKS)
    assert ran["plan"].failed == ["Plan"]
    assert "| test (no longer in the estate) | 1 destroy |" in ran["plan"].summary
    assert "| dev | **Terraform cannot plan it** |" in ran["plan"].summary
    assert "test plan -destroy -input=false -lock=false -out=pipeline.tfplan" in machine.asked
    [comment] = machine.comments
    assert "1 destroyed" in comment["body"]
    plans = "".join(file.read_text() for file in machine.artifacts.glob("plans/*.json"))
    assert "10.1.16.0/20" in plans
    assert "hunter2" not in plans


def breaks_a_rule(repository: Repository) -> None:
    repository.replace("dev", "10.1.0.0/20", "10.1.0.1/20")


def breaks_the_waivers(repository: Repository) -> None:
    (repository.folder / "waivers.toml").write_text("not = [toml")
    repository.replace("dev", "10.1.0.0/20", "10.1.64.0/20")


@pytest.mark.parametrize(("spoil", "failing"), [(breaks_a_rule, "synthesize head"), (breaks_the_waivers, "review")])
def test_no_answer_is_written_in_the_comment_and_fails(
    repository: Repository, spoil: Callable[[Repository], None], failing: str
) -> None:
    spoil(repository)
    repository.merge()
    machine = machine_for(repository)
    old = {"id": 100, "user": {"login": "github-actions[bot]"}, "body": f"{MARK}\nAll is well.", "edits": 0}
    machine.comments_file.write_text(json.dumps([old]))
    ran = machine.run("review", *CHECKS)
    assert results(ran)[failing] == "failure"
    [comment] = machine.comments
    run = "https://github.example/example/network/actions/runs/5"
    assert comment["body"] == f"{MARK}\n**No answer.** This version could not be reviewed: see [the run]({run}).\n"


def test_terraform_that_starts_a_program_is_not_planned_next_to_credentials(repository: Repository) -> None:
    """The code of a pull request decides what its output says. It is reviewed all the same."""
    main = repository.folder / "main.py"
    evil = "import json, os, pathlib\n" + (
        "pathlib.Path(os.environ['CDKTF_OUTDIR'], 'stacks/dev/x.tf.json').write_text(json.dumps(\n"
        "    {'data': {'external': {'x': {'program': ['sh', '-c', 'env']}}}}))\n"
    )
    main.write_text(main.read_text().replace("    sys.exit(run())", f"    run()\n    exec({evil!r})"))
    repository.merge()
    machine = machine_for(repository)
    ran = machine.run("review", *CHECKS, "Review")
    assert ran["plan"].failed == ["Refuse Terraform that runs programs"]
    assert "has the data type 'external': only the provider hashicorp/aws is planned" in ran["plan"].log
    assert machine.asked == []


def test_a_fork_is_reviewed_without_credentials_and_comment(repository: Repository) -> None:
    repository.replace("segments", "isolated=True,", "isolated=False,")
    repository.merge()
    ran = machine_for(repository, fork=True).run("review", *CHECKS, "Review")
    skipped = {"plan": "skipped", "comment": "skipped", **NO_FINDINGS}
    assert results(ran) == dict.fromkeys(ALL, "success") | skipped
    assert ran["review"].steps[-1] == "Summary"


def test_the_default_branch_publishes_what_pull_requests_are_compared_with(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "main")
    machine = Machine(repository.folder.parent, repository.folder, "push", {"before": "0" * 40})
    ran = machine.run("review")
    expected: dict[str, Any] = dict.fromkeys(("synthesize head", "review", "code-scanning"), "success")
    assert results(ran) == expected | {"plan": "skipped", "comment": "skipped"}
    assert ran["code-scanning"].published == ["isthmus-prove", "isthmus-scan"]
