"""`isthmus lab`: up, test and down, twice, after a crash, next to another lab, and with a state of something else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.lab import labs
from isthmus.proof.result.failures import Failure, FailureKind
from tests.proof.estates import write
from tests.report.schemas import faults
from tests.twin.outputs import output_of
from tests.twin.test_isolation import outside

pytestmark = pytest.mark.usefixtures("namespaces", "root")

OUTPUT = "stage_1_dev_only"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """A command with a state folder of this test. Every lab that is left is taken down."""
    monkeypatch.setattr(labs, "STATE", tmp_path / "state")
    outputs: set[str] = set()

    def run(action: str, output: Path, *flags: str) -> tuple[int, str, str]:
        outputs.add(str(output))
        plain = ["--plain"] if action == "up" and "--vpn" not in flags else []
        code = main(["lab", action, str(output), *plain, *(flag for flag in flags if flag != "--vpn")])
        return code, *capsys.readouterr()

    yield run
    for output in outputs:
        main(["lab", "down", output])


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return write(output_of(OUTPUT), tmp_path / "out")


def pid_of(tmp_path: Path) -> int:
    (state,) = (tmp_path / "state").glob("*/state.json")
    pid: int = json.loads(state.read_text())["pid"]
    return pid


def runs(pid: int) -> bool:
    """Whether a process runs. A zombie has ended, and waits for its parent."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_up_test_and_down(run: Run, output: Path, tmp_path: Path) -> None:
    before = outside()
    assert run("up", output)[0] == 0
    code, printed, _ = run("test", output)
    assert (code, "no packet differs" in printed) == (0, True)
    assert "126 pairs of hosts, 378 packets" in printed
    code, printed, _ = run("test", output, "--json", "-")
    document = json.loads(printed)
    assert (code, document["differs"], document["links"], faults(document)) == (0, False, "plain", [])
    assert document["packets"]["as_proved"] == {"blocked": 81, "reachable": 612}
    assert document["packets"]["not_compared"] == []
    assert run("up", output)[0] == 2, "one lab for each output"
    pid = pid_of(tmp_path)
    assert run("down", output)[:2] == (0, f"down: the lab of {output} and everything in it is removed\n")
    assert not runs(pid)
    assert not (tmp_path / "state").exists()
    assert outside() == before


def test_without_a_lab(run: Run, output: Path) -> None:
    assert run("down", output)[:2] == (0, f"down: no lab of {output} runs\n")
    code, printed, error = run("test", output, "--json", "-")
    assert (code, printed, f"isthmus lab up {output}" in error) == (2, "", True)


def test_an_output_that_changed_is_not_compared(run: Run, output: Path) -> None:
    assert run("up", output)[0] == 0
    intent = output / "intent.json"
    intent.write_text(intent.read_text() + "\n")
    code, _, error = run("test", output)
    assert (code, "has changed since its lab was built" in error) == (2, True)


def test_a_packet_that_differs_is_shown_with_both_paths(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab lacks the routes of the transit gateway, as if the proof did not follow them."""
    monkeypatch.setattr("isthmus.lab.comparison.MOST_FOLLOWED", 3)
    monkeypatch.setattr("isthmus.lab.plain_links.transit_routes", lambda *_: {})
    assert run("up", output)[0] == 0
    where = output.parent / "lab.json"
    code, printed, _ = run("test", output, "--json", str(where))
    assert code == 1
    document = json.loads(where.read_text())
    differences = document["packets"]["differences"]
    assert (document["differs"], faults(document)) == (True, [])
    assert [bool(difference["path_in_the_lab"]) for difference in differences].count(True) == 3
    assert "packets differ" in printed
    assert "path of the proof:" in printed
    assert "packet leaves dev/module.spoke_dev.aws_subnet.private_az1" in printed
    assert "packet passes router of dev/module.spoke_dev.aws_vpc.this" in printed
    assert "packet stops in network/module.hub.aws_ec2_transit_gateway." in printed


def test_two_labs_at_once(run: Run, output: Path, tmp_path: Path) -> None:
    other = write(output_of(OUTPUT), tmp_path / "other")
    assert run("up", output)[0] == run("up", other)[0] == 0
    assert run("down", output)[0] == 0
    assert run("test", other)[0] == 0


def test_a_crash_leaves_nothing_and_down_cleans_up(run: Run, output: Path, tmp_path: Path) -> None:
    before = outside()
    assert run("up", output)[0] == 0
    process = os.pidfd_open(pid_of(tmp_path))
    signal.pidfd_send_signal(process, signal.SIGKILL)
    os.close(process)
    assert run("test", output)[0] == 2
    assert run("up", output)[0] == 0, "a lab that crashed does not hinder the next one"
    assert run("down", output)[0] == 0
    assert outside() == before


def test_down_does_not_end_another_process(run: Run, output: Path, tmp_path: Path) -> None:
    """The PID of a lab that is gone now belongs to another process."""
    assert run("up", output)[0] == 0
    (state,) = (tmp_path / "state").glob("*/state.json")
    document = json.loads(state.read_text())
    stranger = subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE)
    try:
        lab = document["pid"]
        state.write_text(json.dumps(document | {"pid": stranger.pid}))
        assert run("down", output)[:2] == (0, f"down: no lab of {output} runs\n")
        assert stranger.poll() is None
        os.kill(lab, signal.SIGKILL)
    finally:
        stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_a_state_that_isthmus_did_not_write_is_refused(run: Run, output: Path, tmp_path: Path) -> None:
    assert run("up", output)[0] == 0
    (state,) = (tmp_path / "state").glob("*/state.json")
    good = state.read_text()
    state.write_text("[]")
    code, _, error = run("down", output)
    assert (code, "is no state of a lab" in error) == (2, True)
    state.write_text(good)


def test_what_is_no_output_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    code, _, error = run("up", tmp_path / "nothing")
    assert (code, "holds no intent.json" in error) == (2, True)


def test_the_rights_of_root_are_required(run: Run, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    code, _, error = run("up", output)
    assert (code, "needs the rights of root" in error) == (2, True)
    monkeypatch.undo()


def test_failures_agree_with_the_proof(run: Run, output: Path) -> None:
    assert run("up", output)[0] == 0
    code, printed, _ = run("test", output, "--failures")
    assert code == 0, printed
    lost = {line.partition(" down: ")[0]: line for line in printed.splitlines() if " down: " in line}
    assert len(lost) == 10
    assert " 0 fewer packets" in lost["tunnel 1 of VPN connection network/module.vpn.aws_vpn_connection.infra_dc1_01"]
    assert " 0 fewer packets" not in lost["VPN connection network/module.vpn.aws_vpn_connection.infra_dc1_01"]
    assert " 0 fewer packets" not in lost["zone use1-az1"]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(FailureKind.ZONE, "use1-az1"),
        Failure(FailureKind.CONNECTION, "network/module.vpn.aws_vpn_connection.infra_dc1_01"),
    ],
    ids=str,
)
def test_a_failure_that_is_not_played_differs(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    monkeypatch.setattr("isthmus.lab.comparison.MOST_FOLLOWED", 1)
    monkeypatch.setattr("isthmus.lab.testing.failures", lambda _: [failure])
    monkeypatch.setattr("isthmus.lab.failures._interfaces", lambda *_: {})
    monkeypatch.setattr("isthmus.lab.failures._connections", lambda *_: [])
    assert run("up", output)[0] == 0
    code, printed, _ = run("test", output, "--failures")
    assert code == 1
    assert f"{failure}: 0 fewer packets arrive: " in printed
    assert "packets differ" in printed


def test_a_lab_in_which_a_failure_did_not_end_is_not_compared(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("up", output)[0] == 0

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("isthmus.lab.running.Connection.filter", stop)
        assert run("test", output, "--failures")[0] == 130
    code, _, error = run("test", output)
    assert (code, "still plays a failure: tunnel 1 of" in error) == (2, True)


@pytest.mark.parametrize(
    ("action", "flag"),
    [("test", "--plain"), ("up", "--failures"), ("down", "--failures"), ("up", "--json=-"), ("down", "--json=-")],
)
def test_a_flag_of_another_action_is_refused(run: Run, output: Path, action: str, flag: str) -> None:
    code, _, error = run(action, output, flag, "--vpn")
    assert (code, f"{flag.partition('=')[0]} is for isthmus lab" in error) == (2, True)


def test_an_input_is_not_overwritten(run: Run, output: Path) -> None:
    before = (output / "intent.json").read_bytes()
    code, _, error = run("test", output, "--json", str(output / "intent.json"))
    assert (code, "is an input" in error, (output / "intent.json").read_bytes()) == (2, True, before)


def test_missing_packages_are_named(run: Run, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.lab.requirements._TOOLS", {"no-such-tool": "a-package"})
    code, _, error = run("up", output, "--vpn")
    assert (code, "install a-package" in error, "--plain" in error) == (2, True, True)


def test_a_command_that_ends_before_the_state_is_written_leaves_no_process(output: Path, tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from isthmus.cli import main\n"
        "from isthmus.lab import labs\n"
        "def stop(pid):\n"
        "    print(pid, flush=True)\n"
        "    os._exit(9)\n"
        "labs.STATE, labs._started = Path(sys.argv[1]), stop\n"
        "main(['lab', 'up', sys.argv[2], '--plain'])\n"
    )
    command = (sys.executable, "-c", program, str(tmp_path / "state"), str(output))
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        pid = int(ran.stdout.readline())
    assert ran.returncode == 9
    for _ in range(300):
        if not runs(pid):
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the process of the lab goes on without a state file")
