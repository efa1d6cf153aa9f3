"""A lab changes nothing outside, and nothing of it is left, however it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from isthmus.lab import nft
from isthmus.lab.packet_bytes import ICMP
from isthmus.lab.running import NotHere, Question, TemporaryLab, missing
from isthmus.lab.wiring import Wiring

pytestmark = pytest.mark.usefixtures("namespaces")


def pair() -> Wiring:
    """Two hosts at one router."""
    wiring = Wiring()
    router = wiring.namespace("router", "a router")
    for number in (1, 2):
        address = IPv4Address(f"10.0.0.{number}")
        interface = wiring.host(f"host{number}", address, router)
        wiring.route(router, f"{address}/32", [interface])
    return wiring


def outside() -> tuple[object, ...]:
    """What a lab might leave traces of: interfaces, named namespaces, mounts, and what is forwarded."""
    names = Path("/run/netns")
    return (
        sorted(os.listdir("/sys/class/net")),
        sorted(os.listdir(names)) if names.is_dir() else [],
        Path("/proc/self/mountinfo").read_text(),
        Path("/proc/sys/net/ipv4/ip_forward").read_text(),
    )


def test_packets_pass_and_nothing_changes_outside() -> None:
    before = outside()
    with TemporaryLab(pair()) as lab:
        assert outside() == before
        assert lab.ask([Question(0, 1, ICMP, 7, 0)]) == [(True, True, False)]
    assert outside() == before


def test_two_labs_do_not_meet() -> None:
    with TemporaryLab(pair()) as one, TemporaryLab(pair()) as other:
        question = [Question(0, 1, ICMP, 7, 0)]
        assert one.ask(question) == other.ask(question)


def test_a_failure_inside_leaves_nothing() -> None:
    lab = TemporaryLab(pair())

    def fail() -> None:
        with lab:
            pids.append(lab.pid)
            raise ZeroDivisionError

    pids: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Path(f"/proc/{pids[0]}").exists()


def test_a_wiring_that_cannot_be_leaves_nothing() -> None:
    wiring = pair()
    wiring.filters["router1"] = nft.table(nft.chain("wrong", "", ["no rule"]))
    before = outside()
    with pytest.raises(NotHere, match="nft"), TemporaryLab(wiring):
        pytest.fail("it is not up")
    assert outside() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_namespaces_end_with_the_process_that_asked_for_them(number: signal.Signals) -> None:
    program = (
        "import signal, time\n"
        # A shell that starts tests in the background has it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tests.twin.test_isolation import pair\n"
        "from isthmus.lab.running import TemporaryLab\n"
        "lab = TemporaryLab(pair())\n"
        "with lab:\n"
        "    print(lab.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        (sys.executable, "-c", program),
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    process = os.pidfd_open(pid)
    try:
        parent.send_signal(number)
        parent.communicate()
        ended, _, _ = select.select([process], [], [], 30)
        assert ended
    finally:
        os.close(process)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing.__wrapped__() == "ip (package iproute2) is not installed"
