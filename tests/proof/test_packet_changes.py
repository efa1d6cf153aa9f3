"""Changes name exactly the packets that are gained and lost, of any protocol and port."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets, parsed
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import ChangeKind
from isthmus.terraform.graph import Resource
from tests.proof.small_networks import hub, made, network, ref, spoke

EVERYWHERE = str(ip_network("0.0.0.0/0"))
Rule = tuple[str, int, int]  # the protocol, and its ports
ALLOWED = {
    "tcp/443": ("tcp", 443, 443),
    "tcp/1000-2000": ("tcp", 1000, 2000),
    "tcp": ("tcp", 0, 65535),
    "udp/53": ("udp", 53, 53),
    "udp": ("udp", 0, 65535),
    "icmp": ("icmp", 0, 0),
    "protocol 47": ("47", 0, 0),
    "all packets": ("-1", 0, 0),
}


def allowing(*names: str) -> Analysis:
    """Spoke `one`, whose packets to spoke `two` pass a network ACL for these packets only."""
    return network(*hub(), *spoke("one", 1, "10.2.0.0/16"), *spoke("two", 2, "10.1.0.0/16"), *_acl(names))


def _acl(names: tuple[str, ...]) -> Iterator[Resource]:
    ours = "aws_network_acl.two"
    yield made(ours, vpc_id=ref("aws_vpc.two"), subnet_ids=(ref("aws_subnet.two_app"),))
    rules = [("out", "-1", 0, 0, True), *((f"in{n}", *ALLOWED[name], False) for n, name in enumerate(names))]
    for number, (name, protocol, first, last, egress) in enumerate(rules, start=100):
        more = {"icmp_type": -1, "icmp_code": -1} if protocol == "icmp" else {}
        yield made(
            f"aws_network_acl_rule.{name}",
            network_acl_id=ref(ours),
            rule_number=number,
            egress=egress,
            protocol=protocol,
            rule_action="allow",
            cidr_block=EVERYWHERE,
            from_port=first,
            to_port=last,
            **more,
        )


def packets(names: tuple[str, ...]) -> Packets:
    """The union of packets by name."""
    found = NO_PACKETS
    for name in names:
        one = parsed(name)
        assert one is not None
        found = found | one
    return found


def changed(before: tuple[str, ...], after: tuple[str, ...]) -> dict[ChangeKind, Packets]:
    """The packets from `one` to `two` that change, by kind."""
    found = {}
    for change in proof.compare(allowing(*before), allowing(*after), scenarios=False).changes:
        if (change.source, change.destination) == ("one", "two"):
            named = parsed(change.packets) if change.packets else ALL_PACKETS
            assert named is not None, change.packets
            assert change.kind not in found
            found[change.kind] = named
    return found


NAMES = st.lists(st.sampled_from(sorted(ALLOWED)), unique=True, max_size=3).map(tuple)


@settings(max_examples=12)
@given(NAMES, NAMES)
@example(("tcp",), ("tcp", "udp", "icmp"))
@example(("tcp/443",), ("all packets",))
@example((), ("protocol 47",))
def test_the_packets_are_those_that_one_side_allows(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    first, second = packets(before), packets(after)
    expected = {ChangeKind.GAINED: second - first, ChangeKind.LOST: first - second}
    assert changed(before, after) == {kind: found for kind, found in expected.items() if found}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (("tcp",), ("tcp", "udp", "icmp"), "udp and icmp"),
        (("tcp/443",), ("all packets",), "all but tcp/443"),
        (("tcp",), ("all packets",), "all but tcp"),
        (("all packets",), ("tcp", "udp"), "all but tcp and udp"),
        (("udp",), ("udp", "protocol 47"), "protocol 47"),
    ],
)
def test_the_packets_are_in_words(before: tuple[str, ...], after: tuple[str, ...], words: str) -> None:
    changes = proof.compare(allowing(*before), allowing(*after), scenarios=False).changes
    assert [c.packets for c in changes if (c.source, c.destination) == ("one", "two")] == [words]
