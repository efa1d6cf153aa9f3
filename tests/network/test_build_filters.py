"""What the arguments of filter rules mean: ports, ICMP messages, protocols and actions; the rest is unknown."""

from ipaddress import ip_network
from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.network.model import NetworkAcl, SecurityGroup, Unknown
from isthmus.network.packets import Packets, Traffic, parsed
from isthmus.terraform.graph import Graph, Ref, Resource

VPC = Resource("aws_vpc.a", "aws_vpc", {"cidr_block": "10.0.0.0/16"})
RULE = {"rule_no": 100, "protocol": "tcp", "action": "allow", "cidr_block": "10.0.0.0/8"}
PORTS = {"from_port": 443, "to_port": 443}


def acl(**values: Any) -> NetworkAcl:
    """A network ACL with one inbound rule."""
    resource = Resource(
        "aws_network_acl.n", "aws_network_acl", {"vpc_id": Ref("aws_vpc.a", "id"), "ingress": (values,)}
    )
    return network_of(Graph({r.address: r for r in (VPC, resource)})).nacls["aws_network_acl.n"]


def group(**values: Any) -> SecurityGroup:
    """A security group with one inbound rule."""
    found = {"vpc_id": Ref("aws_vpc.a", "id"), "ingress": ({"cidr_blocks": ("10.0.0.0/8",), **values},)}
    resource = Resource("aws_security_group.g", "aws_security_group", found)
    return network_of(Graph({r.address: r for r in (VPC, resource)})).security_groups["aws_security_group.g"]


CASES = [
    ({"protocol": "tcp", "from_port": 443, "to_port": 443}, "tcp/443"),
    ({"protocol": "6", "from_port": "1024", "to_port": "65535"}, "tcp/1024-65535"),
    ({"protocol": "udp", "from_port": 0, "to_port": 65535}, "udp"),
    ({"protocol": "-1", "from_port": 0, "to_port": 0}, "all packets"),
    ({"protocol": "all"}, "all packets"),
    ({"protocol": "47"}, "protocol 47"),
    ({"protocol": "esp"}, "protocol 50"),
]
ACL_CASES = [
    # The provider sends 0 for what is not written: one port, one message.
    ({"protocol": "tcp"}, "tcp/0"),
    ({"protocol": "icmp"}, "icmp/0/0"),
    ({"protocol": "icmp", "icmp_type": -1, "icmp_code": -1}, "icmp"),
    ({"protocol": "icmp", "icmp_type": 8, "icmp_code": -1}, "icmp/8"),
    ({"protocol": "1", "icmp_type": 3, "icmp_code": 4}, "icmp/3/4"),
    ({"protocol": "icmp", "icmp_type": 3}, "icmp/3/0"),
    ({"protocol": "ipv6-icmp", "icmp_type": 128, "icmp_code": -1}, "icmpv6/128"),
    # Ports of what has none, and messages of what is no ICMP, mean nothing.
    ({"protocol": "icmp", "icmp_type": -1, "icmp_code": -1, "from_port": 80, "to_port": 80}, "icmp"),
    ({"protocol": "tcp", "icmp_type": 8, **PORTS}, "tcp/443"),
]


@pytest.mark.parametrize(("values", "packets"), CASES + ACL_CASES)
def test_packets_of_a_network_acl_rule(values: dict[str, Any], packets: str) -> None:
    (rule,) = acl(**{**RULE, **values}).inbound
    assert Packets.of(Traffic(rule.protocol, rule.ports).span) == parsed(packets)
    assert (rule.cidr, rule.allow) == (ip_network("10.0.0.0/8"), True)


@pytest.mark.parametrize(
    ("values", "packets"),
    [
        *CASES,
        ({"protocol": "icmp", "from_port": -1, "to_port": -1}, "icmp"),
        ({"protocol": "icmp", "from_port": 8, "to_port": -1}, "icmp/8"),
        ({"protocol": "icmp", "from_port": 3, "to_port": 4}, "icmp/3/4"),
    ],
)
def test_packets_of_a_security_group_rule(values: dict[str, Any], packets: str) -> None:
    (rule,) = group(**values).inbound
    assert Packets.of(Traffic(rule.protocol, rule.ports).span) == parsed(packets)


@pytest.mark.parametrize(
    "values",
    [
        {"protocol": "sctpp", **PORTS},
        {"protocol": "256", **PORTS},
        {"protocol": "-2", **PORTS},
        {"protocol": "²", **PORTS},
        {"protocol": None, **PORTS},
        {"protocol": Unknown("var.p"), **PORTS},
        {"action": "permit", **PORTS},
        {"action": None, **PORTS},
        {"action": Unknown("var.a"), **PORTS},
        {"rule_no": Unknown("var.n"), **PORTS},
        {"from_port": 443, "to_port": 80},
        {"from_port": -1, "to_port": -1},
        {"from_port": 0, "to_port": 65536},
        {"from_port": Unknown("var.low"), "to_port": 80},
        {"from_port": 80, "to_port": Unknown("var.high")},
        {"protocol": "icmp", "icmp_type": 256, "icmp_code": -1},
        {"protocol": "icmp", "icmp_type": -1, "icmp_code": 4},
        {"protocol": "icmp", "icmp_type": 8, "icmp_code": 300},
        {"protocol": "icmp", "icmp_type": Unknown("var.type")},
        {"protocol": "icmp", "icmp_type": 8, "icmp_code": Unknown("var.code")},
        {"cidr_block": None, **PORTS},
    ],
)
def test_a_network_acl_with_a_rule_that_is_not_understood_is_unknown(values: dict[str, Any]) -> None:
    found = acl(**{**RULE, **values})
    assert found.inbound == ()
    assert found.unresolved is not None


@pytest.mark.parametrize(
    "values",
    [
        {"protocol": "tcp"},
        {"protocol": "tcp", "from_port": -1, "to_port": -1},
        {"protocol": "tcpp", **PORTS},
        {"protocol": "icmp", "from_port": -1, "to_port": 4},
        {"protocol": "icmp"},
    ],
)
def test_a_security_group_with_a_rule_that_is_not_understood_is_unknown(values: dict[str, Any]) -> None:
    found = group(**values)
    assert found.inbound == ()
    assert found.unresolved is not None


@pytest.mark.parametrize("action", ["allow", "ALLOW", "Deny", "deny"])
def test_actions_are_read_in_any_case(action: str) -> None:
    (rule,) = acl(**{**RULE, **PORTS, "action": action}).inbound
    assert rule.allow == (action.lower() == "allow")
