"""What AWS refuses of names and values is found in any Terraform; what is unknown, or apart, is no mistake."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.network.model import Unknown
from isthmus.terraform.graph import Resource
from tests.network.test_build import graph, made, ref

VPC = made("aws_vpc.a", cidr_block="10.1.0.0/16", enable_dns_hostnames=True)
OTHER = made("aws_vpc.b", cidr_block="10.2.0.0/16", enable_dns_hostnames=True)
SUBNETS = (
    made("aws_subnet.a", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.0.0/24", availability_zone="eu-west-1a"),
    made("aws_subnet.b", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.1.0/24", availability_zone="eu-west-1b"),
)
DARK = Unknown("var.dark")


def found(*resources: Resource) -> dict[str, list[tuple[str, ...]]]:
    """The findings by rule: the resources of each."""
    by_rule: dict[str, list[tuple[str, ...]]] = {}
    for finding in network_of(graph(VPC, OTHER, *SUBNETS, *resources)).findings:
        by_rule.setdefault(finding.rule, []).append(finding.resources)
    return by_rule


def endpoint(name: str, vpc: str = "a", service: str = "sns", **more: Any) -> Resource:
    values = {
        "vpc_id": ref(f"aws_vpc.{vpc}"),
        "vpc_endpoint_type": "Interface",
        "service_name": f"com.amazonaws.eu-west-1.{service}",
        "private_dns_enabled": True,
        **more,
    }
    return made(f"aws_vpc_endpoint.{name}", **values)


def zone(name: str, domain: object, vpc: str = "a") -> Resource:
    return made(f"aws_route53_zone.{name}", name=domain, vpc=({"vpc_id": ref(f"aws_vpc.{vpc}")},))


def rule(target: str, domain: str = "corp.example", name: str = "r") -> Resource:
    return made(
        f"aws_route53_resolver_rule.{name}", domain_name=domain, rule_type="FORWARD", target_ip=({"ip": target},)
    )


def associated(vpc: object = None, name: str = "r") -> Resource:
    return made(
        f"aws_route53_resolver_rule_association.{name}",
        resolver_rule_id=ref(f"aws_route53_resolver_rule.{name}"),
        vpc_id=vpc or ref("aws_vpc.a"),
    )


INBOUND = made(
    "aws_route53_resolver_endpoint.in",
    direction="INBOUND",
    ip_address=(
        {"subnet_id": ref("aws_subnet.a"), "ip": "10.1.0.10"},
        {"subnet_id": ref("aws_subnet.b"), "ip": "10.1.1.10"},
    ),
)


def test_a_rule_that_asks_its_own_inbound_endpoint() -> None:
    assert "dns-forwarding-loop" in found(INBOUND, rule("10.1.1.10"), associated())
    assert "dns-forwarding-loop" not in found(INBOUND, rule("10.1.1.10"), associated(ref("aws_vpc.b")))
    assert "dns-forwarding-loop" not in found(INBOUND, rule("10.1.1.11"), associated())
    assert "dns-forwarding-loop" not in found(INBOUND, rule("10.1.1.10"), associated(DARK))


def test_two_endpoints_for_one_service_in_one_vpc() -> None:
    assert found(endpoint("one"), endpoint("two"))["duplicate-endpoint-service"] == [
        ("aws_vpc_endpoint.two", "aws_vpc_endpoint.one")
    ]
    assert found(endpoint("one"), endpoint("two", vpc="b")) == {}
    assert found(endpoint("one"), endpoint("two", private_dns_enabled=False)) == {}
    assert found(endpoint("one"), endpoint("two", private_dns_enabled=DARK)) == {}
    assert found(endpoint("one"), endpoint("two", service="sqs")) == {}


def test_two_things_of_one_domain_in_one_vpc() -> None:
    assert "duplicate-domain" in found(zone("one", "corp.example"), zone("two", "CORP.example."))
    assert found(endpoint("one"), zone("two", "sns.eu-west-1.amazonaws.com"))["duplicate-domain"] == [
        ("aws_vpc_endpoint.one", "aws_route53_zone.two")
    ]
    rules = (rule("172.16.0.1"), rule("172.16.0.2", name="s"), associated(), associated(name="s"))
    assert "duplicate-domain" in found(*rules)
    # A rule with the domain of a zone is no duplicate; zones above and below each other, or of two VPCs, are fine.
    assert found(zone("one", "corp.example"), rule("172.16.0.1"), associated()) == {}
    assert found(zone("one", "corp.example"), zone("two", "eu.corp.example")) == {}
    assert found(zone("one", "corp.example"), zone("two", "corp.example", "b")) == {}
    assert found(zone("one", "corp.example"), zone("two", DARK)) == {}


@pytest.mark.parametrize(
    ("attributes", "is_"),
    [
        ({"enable_dns_hostnames": True}, False),
        ({}, True),
        ({"enable_dns_hostnames": True, "enable_dns_support": False}, True),
        ({"enable_dns_hostnames": DARK}, False),
    ],
)
def test_names_need_both_dns_attributes(attributes: dict[str, Any], is_: bool) -> None:
    vpc = made("aws_vpc.c", cidr_block="10.3.0.0/16", **attributes)
    assert ("dns-disabled" in found(vpc, zone("z", "corp.example", "c"))) is is_
    assert ("dns-disabled" in found(vpc, endpoint("e", "c"))) is is_
    assert "dns-disabled" not in found(vpc)


def test_names_for_the_sites_alone_need_a_gateway_endpoint() -> None:
    alone = ({"private_dns_only_for_inbound_resolver_endpoint": True},)
    s3 = endpoint("e", service="s3", dns_options=alone)
    gateway = made("aws_vpc_endpoint.g", vpc_id=ref("aws_vpc.a"), service_name="com.amazonaws.eu-west-1.s3")
    elsewhere = made("aws_vpc_endpoint.g", vpc_id=ref("aws_vpc.b"), service_name="com.amazonaws.eu-west-1.s3")
    unknown_service = made("aws_vpc_endpoint.g", vpc_id=ref("aws_vpc.a"), service_name=DARK)
    assert "gateway-endpoint-missing" in found(s3)
    assert "gateway-endpoint-missing" in found(s3, elsewhere)
    assert found(s3, gateway) == {}
    assert found(s3, unknown_service) == {}
    assert found(endpoint("e", service="s3")) == {}


def test_resolver_endpoints_and_rules_have_sizes() -> None:
    single = made(
        "aws_route53_resolver_endpoint.one", direction="OUTBOUND", ip_address=({"subnet_id": ref("aws_subnet.a")},)
    )
    many = made(
        "aws_route53_resolver_rule.many",
        domain_name="x.example",
        rule_type="FORWARD",
        target_ip=tuple({"ip": f"172.16.0.{n}"} for n in range(1, 8)),
    )
    assert set(found(single, many)) == {"single-address-resolver-endpoint", "invalid-forward-target"}
    assert found(INBOUND) == {}


def gateway(name: str, **more: Any) -> Resource:
    values = {"bgp_asn": 65010, "ip_address": "203.0.113.9", **more}
    return Resource(
        f"aws_customer_gateway.{name}", "aws_customer_gateway", values, account="111122223333", region="eu-west-1"
    )


def test_customer_gateways_that_aws_takes_for_one() -> None:
    assert found(gateway("one"), gateway("two"))["duplicate-customer-gateway-address"] == [
        ("aws_customer_gateway.two", "aws_customer_gateway.one")
    ]
    for other in (
        gateway("two", bgp_asn=65011),
        gateway("two", ip_address="203.0.113.8"),
        gateway("two", device_name="b"),
        gateway("two", ip_address=DARK),
        Resource("aws_customer_gateway.two", "aws_customer_gateway", gateway("two").values, account="444455556666"),
    ):
        assert found(gateway("one"), other) == {}


def test_asns_that_aws_does_not_take() -> None:
    hub = made("aws_ec2_transit_gateway.hub", amazon_side_asn=65010)
    vpn = made(
        "aws_vpn_connection.v",
        customer_gateway_id=ref("aws_customer_gateway.one"),
        transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
    )
    static = Resource(vpn.address, vpn.type, {**vpn.values, "static_routes_only": True})
    assert "equal-bgp-asns" in found(gateway("one"), hub, vpn)
    assert "equal-bgp-asns" not in found(gateway("one"), hub, static)
    assert "equal-bgp-asns" not in found(gateway("one", bgp_asn=65011), hub, vpn)
    assert set(found(gateway("one", bgp_asn=7224))) == {"invalid-customer-gateway-asn"}
    assert set(found(gateway("one", bgp_asn=9059))) == {"invalid-customer-gateway-asn"}
    assert found(gateway("one", bgp_asn=17943)) == {}
    assert set(found(made("aws_ec2_transit_gateway.hub", amazon_side_asn=3000))) == {"invalid-hub-asn"}


def test_ranges_of_sizes_that_aws_does_not_take() -> None:
    wide = made("aws_vpc.w", cidr_block="10.0.0.0/8")
    small = made("aws_subnet.s", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.9.0/29", availability_zone="eu-west-1c")
    hub = made("aws_ec2_transit_gateway.hub", transit_gateway_cidr_blocks=("10.9.0.0/25",))
    assert set(found(wide)) == {"invalid-vpc-size"}
    assert set(found(small)) == {"invalid-subnet-size"}
    assert set(found(hub)) == {"invalid-hub-cidr"}


def filtering(*rules: tuple[str, tuple[str, ...]], vpc: object = None) -> tuple[Resource, ...]:
    """A DNS firewall of a VPC: the action and the domains of each rule, in order."""
    group = ref("aws_route53_resolver_firewall_rule_group.g")
    found = [
        made("aws_route53_resolver_firewall_rule_group.g"),
        made(
            "aws_route53_resolver_firewall_rule_group_association.g",
            firewall_rule_group_id=group,
            vpc_id=vpc or ref("aws_vpc.a"),
            priority=101,
        ),
    ]
    for place, (action, domains) in enumerate(rules):
        names = f"aws_route53_resolver_firewall_domain_list.l{place}"
        found.append(made(names, domains=domains))
        found.append(
            made(
                f"aws_route53_resolver_firewall_rule.r{place}",
                firewall_rule_group_id=group,
                firewall_domain_list_id=ref(names),
                priority=place,
                action=action,
            )
        )
    return tuple(found)


OWN = "dns-firewall-blocks-estate-names"
EVERYTHING_ELSE = ("BLOCK", ("*",))


@pytest.mark.parametrize(
    ("allowed", "thing"),
    [
        (("*.example",), endpoint("sns")),
        (("sns.eu-west-1.amazonaws.com",), zone("z", "aws.example")),
        (("aws.example",), zone("z", "aws.example")),
        (("*.s3.eu-west-1.amazonaws.com",), endpoint("s3", service="s3", vpc_endpoint_type="Gateway")),
        (("s3.eu-west-1.amazonaws.com",), endpoint("s3", service="s3", vpc_endpoint_type="Gateway")),
    ],
)
def test_a_dns_firewall_that_blocks_names_of_its_own_vpc(allowed: tuple[str, ...], thing: Resource) -> None:
    walls = filtering(("ALLOW", allowed), EVERYTHING_ELSE)
    ((rule_, address, vpc),) = found(thing, *walls)[OWN]
    assert (rule_, address, vpc) == ("aws_route53_resolver_firewall_rule.r1", thing.address, "aws_vpc.a")


@pytest.mark.parametrize(
    ("walls", "thing"),
    [
        (filtering(("ALLOW", ("*.amazonaws.com",)), EVERYTHING_ELSE), endpoint("sns")),
        (filtering(("ALERT", ("*.amazonaws.com",)), EVERYTHING_ELSE), endpoint("sns")),
        (filtering(EVERYTHING_ELSE), endpoint("sns", private_dns_enabled=False)),
        (filtering(EVERYTHING_ELSE), endpoint("sns", vpc="b")),
        (filtering(EVERYTHING_ELSE), endpoint("other", service="something-new")),
        (filtering(("BLOCK", ("*.bad.example",))), zone("z", "aws.example")),
        (filtering(("ALLOW", ("db.aws.example",)), EVERYTHING_ELSE), zone("z", "aws.example")),
        (filtering(EVERYTHING_ELSE, vpc=DARK), endpoint("sns")),
        (filtering(("BLOCK", DARK)), endpoint("sns")),  # type: ignore[arg-type]
        (filtering((DARK, ("*",))), endpoint("sns")),  # type: ignore[arg-type]
    ],
)
def test_a_dns_firewall_that_answers_them_or_may(walls: tuple[Resource, ...], thing: Resource) -> None:
    assert OWN not in found(thing, *walls)


def test_a_dns_firewall_that_blocks_what_is_forwarded() -> None:
    walls = filtering(EVERYTHING_ELSE)
    assert OWN in found(INBOUND, rule("172.16.0.53"), associated(), *walls)
    assert OWN not in found(INBOUND, rule("172.16.0.53", domain="."), associated(), *walls)


def test_a_rule_for_names_of_an_endpoint_hides_it() -> None:
    def forwarded(domain: object, vpc: object = None) -> dict[str, list[tuple[str, ...]]]:
        named = made(
            "aws_route53_resolver_rule.r", domain_name=domain, rule_type="FORWARD", target_ip=({"ip": "172.16.0.1"},)
        )
        return found(endpoint("e"), named, associated(vpc))

    assert set(forwarded("sns.eu-west-1.amazonaws.com")) == {"endpoint-name-conflict"}
    assert set(forwarded("x.SNS.eu-west-1.amazonaws.com.")) == {"endpoint-name-conflict"}
    for domain in (".", "amazonaws.com", "sqs.eu-west-1.amazonaws.com", DARK):
        assert "endpoint-name-conflict" not in forwarded(domain)  # the endpoint's name is the more specific one
    assert forwarded("sns.eu-west-1.amazonaws.com", ref("aws_vpc.b")) == {}
    assert forwarded("sns.eu-west-1.amazonaws.com", DARK) == {}
    system = made("aws_route53_resolver_rule.r", domain_name="sns.eu-west-1.amazonaws.com", rule_type="SYSTEM")
    assert "endpoint-name-conflict" not in found(endpoint("e"), system, associated())


def test_subnets_with_more_interfaces_than_addresses() -> None:
    small = made("aws_subnet.s", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.9.0/28", availability_zone="eu-west-1c")
    services = ("sns", "sqs", "ssm", "kms", "logs", "sts", "ec2", "events", "states", "lambda", "rds", "ebs")
    here = (ref("aws_subnet.s"),)
    many = [endpoint(f"e{n}", service=service, subnet_ids=here) for n, service in enumerate(services)]
    assert found(small, *many[:11]) == {}
    assert set(found(small, *many)) == {"endpoint-subnet-too-small"}
    more = made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.s"), connectivity_type="private")
    assert set(found(small, *many[:11], more)) == {"endpoint-subnet-too-small"}
    elsewhere = endpoint("e11", service="ebs", subnet_ids=(DARK,))
    assert found(small, *many[:11], elsewhere) == {}
