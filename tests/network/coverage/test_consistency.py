"""Parts that AWS does not take together are violations, and what it takes is none."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.terraform.graph import Resource
from tests.network.coverage.test_with_unknowns import BASE, OPEN, graph, made, not_evaluated, ref

GROUP_A = made("aws_security_group.a", vpc_id=ref("aws_vpc.a"))
GROUP_B = made("aws_security_group.b", vpc_id=ref("aws_vpc.b"))


def rules(*resources: Resource) -> set[str]:
    return {finding.rule for finding in network_of(graph(*BASE, GROUP_A, GROUP_B, *resources)).findings}


def interface(**changed: Any) -> Resource:
    values: dict[str, Any] = {
        "vpc_id": ref("aws_vpc.a"),
        "vpc_endpoint_type": "Interface",
        "service_name": "com.amazonaws.us-east-1.ssm",
        "subnet_ids": (ref("aws_subnet.a"),),
        "security_group_ids": (ref("aws_security_group.a"),),
    }
    return made("aws_vpc_endpoint.e", **values | changed)


SECOND = made("aws_subnet.second", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.5.0/24", availability_zone="us-east-1a")
OTHER_ZONE = made(
    "aws_subnet.second", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.5.0/24", availability_zone="us-east-1b"
)
BOTH = (ref("aws_subnet.a"), ref("aws_subnet.second"))


def record(zone_id: Any) -> Resource:
    alias = {"name": ref("aws_vpc_endpoint.e", "dns_entry[0].dns_name"), "zone_id": zone_id}
    return made("aws_route53_record.r", zone_id=ref("aws_route53_zone.z"), name="x", type="A", alias=(alias,))


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ([interface()], set()),
        ([interface(subnet_ids=(ref("aws_subnet.b"),))], {"mixed-vpcs"}),
        ([interface(security_group_ids=(ref("aws_security_group.b"),))], {"mixed-vpcs"}),
        ([interface(security_group_ids=(ref("aws_vpc.b", "default_security_group_id"),))], {"mixed-vpcs"}),
        ([SECOND, interface(subnet_ids=BOTH)], {"duplicate-zone-subnet"}),
        ([OTHER_ZONE, interface(subnet_ids=BOTH)], set()),
        (
            [made("aws_network_acl.n", vpc_id=ref("aws_vpc.a"), subnet_ids=(ref("aws_subnet.b"),))],
            {"mixed-vpcs"},
        ),
        ([interface(), record(ref("aws_vpc_endpoint.e", "dns_entry[0].hosted_zone_id"))], set()),
        ([interface(), record(ref("aws_vpc_endpoint.f", "dns_entry[0].hosted_zone_id"))], {"alias-target-mismatch"}),
        (
            [*OPEN, made("aws_nat_gateway.b", subnet_id=ref("aws_subnet.out"), allocation_id=ref("aws_eip.nat"))],
            {"resource-used-twice"},
        ),
        (
            [made(f"aws_default_security_group.{name}", vpc_id=ref("aws_vpc.a")) for name in ("one", "two")],
            {"resource-used-twice"},
        ),
        (
            [made(f"aws_vpn_gateway.{name}", vpc_id=ref("aws_vpc.a")) for name in ("one", "two")],
            {"resource-used-twice"},
        ),
        ([made(f"aws_vpn_gateway.{name}", vpc_id=ref(f"aws_vpc.{name}")) for name in ("a", "b")], set()),
        (
            [
                made(f"aws_route53profiles_association.{n}", profile_id="rp-1", resource_id=ref("aws_vpc.a"))
                for n in ("one", "two")
            ],
            {"resource-used-twice"},
        ),
    ],
)
def test_parts_belong_together(resources: list[Resource], found: set[str]) -> None:
    assert rules(*resources) == found


def inbound(addresses: int, **more: Any) -> Resource:
    """A resolver endpoint with so many addresses."""
    return made(
        "aws_route53_resolver_endpoint.in",
        direction="INBOUND",
        security_group_ids=(ref("aws_security_group.a"),),
        ip_address=tuple({"subnet_id": ref("aws_subnet.a")} for _ in range(addresses)),
        **more,
    )


def without(resource: Resource, name: str) -> Resource:
    return made(resource.address, **{key: value for key, value in resource.values.items() if key != name})


@pytest.mark.parametrize(
    ("resource", "lacks"),
    [
        (without(SECOND, "cidr_block"), "it has no cidr_block or ipv6_cidr_block"),
        (made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.a")), "it has no allocation_id"),
        (made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.a"), connectivity_type="private"), ""),
        (without(interface(), "subnet_ids"), "it has no subnet_ids or subnet_configuration: it has no address then"),
        (made("aws_customer_gateway.c", type="ipsec.1", bgp_asn="65000"), "it has no ip_address or certificate_arn"),
        (made("aws_default_security_group.d"), "it has no vpc_id: it is of the default VPC then"),
        (
            made("aws_ec2_managed_prefix_list.l", name="l", address_family="IPv4", max_entries=1, entry=({},)),
            "entry.cidr",
        ),
        (made("aws_networkfirewall_firewall_policy.p", name="p"), "it has no firewall_policy"),
        (inbound(1), "it has one ip_address, and Terraform takes no aws_route53_resolver_endpoint with fewer than two"),
        (inbound(2), ""),
        (inbound(2, protocols=("Do53",)), ""),
        (inbound(2, protocols=("DoH", "Do53")), ""),
        (inbound(2, protocols=("DoH",)), "it has protocols = DoH without Do53: queries by HTTPS are not evaluated"),
    ],
)
def test_an_argument_that_a_resource_lacks_is_not_evaluated(resource: Resource, lacks: str) -> None:
    found = not_evaluated(*BASE, *OPEN, GROUP_A, resource).get(resource.address)
    assert (lacks in found.why) if found is not None else not lacks


def test_another_resource_may_give_an_endpoint_its_subnet() -> None:
    added = made(
        "aws_vpc_endpoint_subnet_association.a",
        vpc_endpoint_id=ref("aws_vpc_endpoint.e"),
        subnet_id=ref("aws_subnet.a"),
    )
    assert not_evaluated(*BASE, GROUP_A, without(interface(), "subnet_ids"), added) == {}


@pytest.mark.parametrize("vpc_id", ["vpc-0123456789abcdef0", ref("aws_vpc.gone")])
def test_a_resource_of_a_vpc_outside_the_input_is_not_evaluated(vpc_id: Any) -> None:
    acl = made("aws_network_acl.n", vpc_id=vpc_id)
    assert not_evaluated(*BASE, acl)["aws_network_acl.n"].why.startswith("its vpc_id is not in this input")
