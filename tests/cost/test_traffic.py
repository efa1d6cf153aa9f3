"""Files of flows: what is in them, and what they refuse."""

from fractions import Fraction
from pathlib import Path

import pytest

from isthmus.cost import TrafficFlow, UnusableTraffic, read_traffic


def written(folder: Path, text: str) -> Path:
    path = folder / "traffic.toml"
    path.write_text(text)
    return path


def refused(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(UnusableTraffic) as raised:
        read_traffic(path)
    return [line.removeprefix(f"{path}: ") for line in str(raised.value).splitlines()]


def test_flows(tmp_path: Path) -> None:
    text = """
[[flow]]
from = "dev"
to = "prod"
gb = 0.5
[[flow]]
from = "a"
to = "b"
gb = 1
back = 2
protocol = "udp"
port = 53
"""
    assert read_traffic(written(tmp_path, text)) == (
        TrafficFlow("dev", "prod", Fraction(1, 2)),
        TrafficFlow("a", "b", Fraction(1), Fraction(2), "udp", 53),
    )


def test_every_fault_at_once(tmp_path: Path) -> None:
    text = """
[[flow]]
from = ""
gb = "many"
bytes = 1
[[flow]]
from = "a"
to = "b"
gb = -1
back = inf
protocol = "sctp"
port = 70000
"""
    assert refused(tmp_path, text) == [
        "flow 1: to is missing",
        "flow 1: from is ''; expected the name of a location",
        "flow 1: gb is 'many'; expected GB a month, such as 500",
        "flow 1: bytes is not a field of a flow; it has from, to, gb, back, protocol, port",
        "flow 2: gb is -1; expected GB a month, such as 500",
        "flow 2: back is Decimal('Infinity'); expected GB a month, such as 500",
        "flow 2: protocol is 'sctp'; expected one of tcp, udp, icmp, icmpv6",
        "flow 2: port is 70000; expected a port from 0 to 65535",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("flow = 1", "expected [[flow]] tables"),
        ("", "it has no flow; expected a [[flow]] with from, to and gb"),
        ("[[flows]]", "flows: expected [[flow]]"),
    ],
)
def test_no_flows(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in refused(tmp_path, text)


def test_not_toml(tmp_path: Path) -> None:
    assert refused(tmp_path, "[[flow")[0].startswith("not TOML: ")
