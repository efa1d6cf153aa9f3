"""A twin touches nothing outside, and nothing of it is left, however it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from tests.twin import nft
from tests.twin.packets import ICMP
from tests.twin.twin import NotHere, Question, Twin, missing
from tests.twin.wiring import Wiring

pytestmark = pytest.mark.usefixtures("namespaces")


def pair() -> Wiring:
    """Two hosts at one router."""
    wiring = Wiring()
    router = wiring.namespace("router")
    for number in (1, 2):
        address = IPv4Address(f"10.0.0.{number}")
        interface = wiring.host(f"host{number}", address, router)
        wiring.route(router, f"{address}/32", [interface])
    return wiring


def outside() -> tuple[object, ...]:
    """What a twin might leave traces of: interfaces, named namespaces, mounts, and what is forwarded."""
    names = Path("/run/netns")
    return (
        sorted(os.listdir("/sys/class/net")),
        sorted(os.listdir(names)) if names.is_dir() else [],
        Path("/proc/self/mountinfo").read_text(),
        Path("/proc/sys/net/ipv4/ip_forward").read_text(),
    )


def test_packets_pass_and_nothing_changes_outside() -> None:
    before = outside()
    with Twin(pair()) as twin:
        assert outside() == before
        assert twin.ask([Question(0, 1, ICMP, 7, 0)]) == [(True, True, False)]
    assert outside() == before


def test_two_twins_do_not_meet() -> None:
    with Twin(pair()) as one, Twin(pair()) as other:
        question = [Question(0, 1, ICMP, 7, 0)]
        assert one.ask(question) == other.ask(question)


def test_a_failure_inside_leaves_nothing() -> None:
    twin = Twin(pair())

    def fail() -> None:
        with twin:
            pids.append(twin.pid)
            raise ZeroDivisionError

    pids: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Path(f"/proc/{pids[0]}").exists()


def test_a_wiring_that_cannot_be_leaves_nothing() -> None:
    wiring = pair()
    wiring.filters["router1"] = nft.table(nft.chain("wrong", "", ["no rule"]))
    before = outside()
    with pytest.raises(NotHere, match="nft"), Twin(wiring):
        pytest.fail("it is not up")
    assert outside() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_namespaces_end_with_the_process_that_asked_for_them(number: signal.Signals) -> None:
    program = (
        "import signal, time\n"
        # A shell that starts tests in the background has it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tests.twin.test_isolation import pair\n"
        "from tests.twin.twin import Twin\n"
        "with Twin(pair()) as twin:\n"
        "    print(twin.pid, flush=True)\n"
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
