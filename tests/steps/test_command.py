"""`isthmus steps` as people run it: exit codes, messages, and what it prints."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus import cli
from isthmus.intent import Environment, check
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.proof.estates import STAGES, output, write
from tests.report.schemas import faults
from tests.terraform.order.estates import NETWORK, SHARED, TEAM, plain

from .estates import written

KEPT, LOST, NO_ANSWER = 0, 1, 2


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the stages, by number."""
    root = tmp_path_factory.mktemp("stages")
    for number, name in enumerate(STAGES, 1):
        write(output(name), root / str(number))
    return root


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["steps", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_an_order_that_keeps_every_flow(stages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, stages / "2", stages / "3")
    assert (code, err) == (KEPT, "")
    assert out.startswith("NO FLOW LOST: 4 applies in this order.\n")
    assert f"terraform -chdir={stages}/3/stacks/network apply" in out
    assert "\n1. network: 9 created\n" in out


def test_a_refused_change_is_no_yes(stages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, stages / "1", stages / "2")
    assert code == LOST
    assert out.startswith("NO FLOW LOST, BUT REFUSED: 1 apply")
    assert "it may interrupt flows while running" in " ".join(out.split())
    assert "route (3 of them) are updated in place: connections that use it break" in out


def test_lost_flows_with_a_split(stages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = tmp_path / "steps.json", tmp_path / "steps.md"
    code, out, _ = run(capsys, stages / "3", stages / "4", "--json", paths[0], "--markdown", paths[1])
    assert code == LOST
    assert "lost until step 5: dev -> shared-services, shared-services -> dev" in out
    assert "2. shared-services, first part: 3 created" in out
    assert "7. shared-services, the rest: 1 replaced" in out
    assert "-target=module.spoke_shared_services.aws_ec2_transit_gateway_route_table_propagation.egress" in out
    document = json.loads(paths[0].read_text())
    assert faults(document) == []
    assert (document["verdict"], document["all_orders_compared"]) == ("flows lost", True)
    assert document["split"][1]["targets"]
    markdown = paths[1].read_text()
    assert markdown.startswith("**flows lost**")
    assert "lost until step 5" in markdown


def test_a_new_range_concerns_the_on_premises_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """AWS advertises another prefix, which the device has to accept. Both commands say the same about it."""
    renumbered = plain(environments=[NETWORK, replace(TEAM, spokes=[replace(TEAM.spokes[0], cidr="10.1.48.0/20")])])
    base, head = written((plain(), renumbered), tmp_path)
    _, out, _ = run(capsys, base, head)
    before_first_step, _, _ = out.partition("\n1. ")
    assert "AWS also advertises 10.1.48.0/20: the prefix filter has to accept it first" in " ".join(
        before_first_step.split()
    )
    _, document, _ = run(capsys, base, head, "--json", "-")
    cli.main(["diff", str(base), str(head), "--json", "-"])
    difference = json.loads(capsys.readouterr().out)
    steps = json.loads(document)
    assert faults(steps) == []
    assert steps["on_premises_changes"] == difference["on_premises_changes"] != []


def test_what_head_itself_loses_is_no_loss_of_the_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the purpose of the change, and still stands under the verdict."""
    estate = plain()
    services, apps = map(estate.segment, ("services", "apps"))
    limited = plain(segments=[services, replace(apps, site_networks=["dc1/users"])])
    base, head = written((estate, limited), tmp_path)
    _, out, _ = run(capsys, base, head)
    assert out.splitlines()[0].startswith("NO FLOW LOST")
    cli.main(["diff", str(base), str(head), "--json", "-"])
    lost = sum(change["change"] == "lost" for change in json.loads(capsys.readouterr().out)["changes"])
    assert lost
    assert f"The change itself: {lost} flows lost" in out


def test_a_vpc_in_another_account_makes_the_answer_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The old VPC stays attached with the same CIDR, so AWS may not route to the new one."""
    moved = plain(environments=[NETWORK, replace(TEAM, account="network")])
    code, out, _ = run(capsys, *written((plain(), moved), tmp_path))
    assert code == LOST
    assert out.startswith("UNKNOWN: whether this order keeps every flow.")
    assert "the VPC that is left behind stays attached" in " ".join(out.split())


def test_a_reached_limit_makes_the_answer_unknown(stages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, stages / "3", stages / "4", "--networks", "3")
    assert code == LOST
    assert out.startswith("UNKNOWN: not all orders were tried (")


def test_a_destroyed_root_module_runs_in_the_base(stages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, stages / "3", stages / "2")
    assert code == KEPT
    assert f"terraform -chdir={stages}/3/stacks/prod destroy" in out
    assert f"terraform -chdir={stages}/2/stacks/network apply" in out


def with_unknown_route(folder: Path, module: str) -> Path:
    """An output with a route of a table that is not known."""
    path = folder / "stacks" / module / "main.tf.json"
    document = json.loads(path.read_text())
    kind = "aws_route" if "spoke" in module else "aws_ec2_transit_gateway_route"
    argument = "route_table_id" if "spoke" in module else "transit_gateway_route_table_id"
    next(iter(document["resource"][kind].values()))[argument] = "${var.nowhere}"
    document.setdefault("variable", {})["nowhere"] = {}
    path.write_text(json.dumps(document))
    return folder


def test_an_unknown_network_in_between_makes_the_answer_unknown(
    stages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = with_unknown_route(Path(shutil.copytree(stages / "3", tmp_path / "3")), "network/modules/hub")
    code, out, _ = run(capsys, stages / "2", head)
    assert code == LOST
    assert out.startswith("UNKNOWN: whether this order keeps every flow.")
    assert "unknown until step" in out
    assert "var.nowhere" in out


def test_what_is_unknown_in_no_network_in_between_does_not_matter(
    stages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The unknown route is in prod, so prod is applied last."""
    head = with_unknown_route(Path(shutil.copytree(stages / "3", tmp_path / "3")), "prod/modules/spoke_prod")
    code, out, _ = run(capsys, stages / "2", head)
    assert code == KEPT
    assert "\n3 to 4. test, prod: each 45 created\n" in out


@pytest.mark.parametrize(
    ("base", "head", "message"),
    [
        ("plan.json", "3", "is a plan, and the order of applies follows from the configuration of all root modules"),
        ("3", "state.json", "is a state, and the order of applies"),
        ("nowhere", "3", "nowhere"),
        ("bare", "3", "BASE holds no intent.json and HEAD does"),
    ],
)
def test_an_unusable_input_is_a_message(
    stages: Path, capsys: pytest.CaptureFixture[str], base: str, head: str, message: str
) -> None:
    (stages / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}, "resource_changes": []}')
    (stages / "state.json").write_text('{"format_version": "1.0", "values": {"root_module": {}}}')
    if not (stages / "bare").exists():
        shutil.copytree(stages / "2", stages / "bare")
        (stages / "bare" / "intent.json").unlink()
    code, out, err = run(capsys, stages / base, stages / head)
    assert (code, out) == (NO_ANSWER, "")
    assert message in err
    assert "Traceback" not in err


def test_a_wrong_limit_is_a_usage_error(stages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, stages / "2", stages / "3", "--networks", "0")
    assert code == NO_ANSWER
    assert "expected a number from 1 to 1,000,000, got '0'" in err


def test_two_vpcs_with_the_cidr_of_a_spoke_make_its_flows_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A renamed environment: its new VPC exists while the old one does. It is unknown which one packets reach."""
    renamed = replace(TEAM, name="teams-2")
    for folder, environment in (("base", TEAM), ("head", renamed)):
        shared = Environment("shared", account="network", spokes=[SHARED])
        estate = check(plain(environments=[NETWORK, shared, environment]))
        write_output(tmp_path / folder, synthesize(estate))
    code, out, _ = run(capsys, tmp_path / "base", tmp_path / "head")
    assert code == LOST
    assert out.startswith("UNKNOWN: whether this order keeps every flow.\n")
    assert "web -> every location" in out
    assert "have the CIDR 10.1.0.0/20" in " ".join(out.split())
