"""What AWS refuses of single values is found in any Terraform, by the rules of the language. What is unknown is not."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus.intent.checks import RULES
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Network, Unknown
from isthmus.proof.result.rules import CATALOGUE
from isthmus.terraform.graph import Resource
from tests.network.test_build import graph, made, ref

DARK = Unknown("var.dark")
# Rules of the language that this file is about.
SHARED = (
    "invalid-certificate-arn",
    "invalid-customer-gateway-address",
    "invalid-endpoint-policy",
    "invalid-gateway-endpoint",
    "too-many-hub-cidrs",
    "invalid-inside-cidr",
    "reserved-inside-cidr",
    "accelerated-large-tunnels",
    "acceleration-not-available",
    "invalid-managed-rule-group",
    "rule-group-capacity-exceeded",
    "too-many-rule-groups",
    "invalid-rule-group-priority",
    "incompatible-secondary-cidr",
    "duplicate-sid",
    "invalid-suricata-rule",
    "suricata-rule-too-long",
    "invalid-tunnel-algorithm",
    "conflicting-tunnel-lifetimes",
    "invalid-tunnel-option",
    "tunnel-start-without-address",
    "zone-not-in-region",
)


def network(*resources: Resource) -> Network:
    return network_of(graph(*resources))


def found(*resources: Resource) -> set[str]:
    """The rules that are broken."""
    return {finding.rule for finding in network(*resources).findings}


def vpn(**more: Any) -> tuple[Resource, ...]:
    """A connection, its customer gateway and transit gateway."""
    device = {"type": "ipsec.1", "bgp_asn": 65010, "ip_address": "203.0.113.9"}
    device |= {name: more.pop(name) for name in tuple(more) if name in ("ip_address", "certificate_arn")}
    region = more.pop("region", "eu-west-1")
    values = {
        "type": "ipsec.1",
        "customer_gateway_id": ref("aws_customer_gateway.c"),
        "transit_gateway_id": ref("aws_ec2_transit_gateway.t"),
        **more,
    }
    resources = {"aws_customer_gateway.c": device, "aws_ec2_transit_gateway.t": {}, "aws_vpn_connection.v": values}
    return tuple(
        Resource(
            address,
            address.split(".")[0],
            {name: value for name, value in given.items() if value is not None},
            region=region,
            written=frozenset(given),
        )
        for address, given in resources.items()
    )


@pytest.mark.parametrize("rule", SHARED)
def test_the_language_and_the_proof_have_one_rule(rule: str) -> None:
    assert rule in {each.id for each in RULES}
    assert CATALOGUE[rule].source


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"enable_acceleration": True, "tunnel_bandwidth": "large"}, "accelerated-large-tunnels"),
        ({"enable_acceleration": True, "region": "us-gov-west-1"}, "acceleration-not-available"),
        ({"ip_address": "10.0.0.1"}, "invalid-customer-gateway-address"),
        ({"ip_address": "100.64.0.1"}, "invalid-customer-gateway-address"),
        ({"ip_address": "router.example"}, "invalid-customer-gateway-address"),
        ({"ip_address": None, "tunnel2_startup_action": "start"}, "tunnel-start-without-address"),
        (
            {"certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/0a-1b"},
            "invalid-certificate-arn",
        ),
        ({"certificate_arn": "arn:aws:iam::111122223333:server-certificate/a"}, "invalid-certificate-arn"),
        ({"tunnel1_inside_cidr": "169.254.5.0/30"}, "reserved-inside-cidr"),
        ({"tunnel2_inside_cidr": "169.254.169.252/30"}, "reserved-inside-cidr"),
        ({"tunnel1_inside_cidr": "169.254.20.0/29"}, "invalid-inside-cidr"),
        ({"tunnel1_inside_cidr": "10.0.0.0/30"}, "invalid-inside-cidr"),
        ({"tunnel1_inside_cidr": "169.254.20.1/30"}, "invalid-inside-cidr"),
        ({"tunnel1_phase1_lifetime_seconds": 899}, "invalid-tunnel-option"),
        ({"tunnel2_phase2_lifetime_seconds": "3601"}, "invalid-tunnel-option"),
        ({"tunnel1_dpd_timeout_seconds": 29}, "invalid-tunnel-option"),
        ({"tunnel1_rekey_fuzz_percentage": 101}, "invalid-tunnel-option"),
        ({"tunnel1_replay_window_size": 63}, "invalid-tunnel-option"),
        ({"tunnel1_startup_action": "begin"}, "invalid-tunnel-option"),
        ({"tunnel1_ike_versions": ("ikev3",)}, "invalid-tunnel-algorithm"),
        ({"tunnel1_phase1_dh_group_numbers": (5,)}, "invalid-tunnel-algorithm"),
        (
            {"tunnel1_phase1_lifetime_seconds": 900, "tunnel1_phase2_lifetime_seconds": 900},
            "conflicting-tunnel-lifetimes",
        ),
        (
            {"tunnel1_phase2_lifetime_seconds": 1000, "tunnel1_rekey_margin_time_seconds": 501},
            "conflicting-tunnel-lifetimes",
        ),
        ({"tunnel1_rekey_margin_time_seconds": 1801}, "conflicting-tunnel-lifetimes"),
    ],
)
def test_connections_that_aws_refuses(values: dict[str, Any], rule: str) -> None:
    assert found(*vpn(**values)) == {rule}
    unknown = {name: value if name == "region" or value is None else DARK for name, value in values.items()}
    assert found(*vpn(**unknown)) == set()
    named = next(name for name, value in unknown.items() if value is DARK)
    if named not in ("enable_acceleration", "tunnel2_startup_action"):
        assert any(named in note for note in network(*vpn(**unknown)).notes)


@pytest.mark.parametrize(
    "values",
    [
        {"enable_acceleration": True},
        {"tunnel_bandwidth": "large"},
        {"enable_acceleration": True, "tunnel_bandwidth": "standard"},
        {"ip_address": "10.0.0.1", "outside_ip_address_type": "PrivateIpv4"},
        {"ip_address": "10.0.0.1", "outside_ip_address_type": DARK},
        {"ip_address": ref("aws_eip.e", "public_ip")},
        {"ip_address": None, "certificate_arn": "arn:aws:acm:eu-west-1:111122223333:certificate/0a-1b"},
        {"tunnel1_startup_action": "start", "tunnel1_dpd_timeout_action": "restart"},
        {"tunnel1_inside_cidr": "169.254.20.0/30"},
        {"tunnel1_phase1_lifetime_seconds": 1800},  # next to a default
        {
            "tunnel1_phase2_lifetime_seconds": 0,
            "tunnel1_rekey_margin_time_seconds": 0,
        },  # as states have what is not set
        {"tunnel1_phase1_dh_group_numbers": ("14", "20"), "tunnel1_phase2_dh_group_numbers": (5,)},
    ],
)
def test_connections_that_aws_takes(values: dict[str, Any]) -> None:
    assert found(*vpn(**values)) == set()


def test_what_the_provider_fills_in_is_no_question() -> None:
    *others, connection = vpn()
    filled = Resource(
        connection.address, connection.type, {**connection.values, "tunnel1_inside_cidr": DARK}, written=frozenset()
    )
    assert not [note for note in network(*others, filled).notes if "tunnel1_inside_cidr" in note]


@pytest.mark.parametrize(
    ("primary", "more", "is_"),
    [
        ("10.5.0.0/16", ("172.16.0.0/24",), True),
        ("10.5.0.0/16", ("192.168.0.0/24",), True),
        ("10.5.0.0/16", ("198.19.3.0/24",), True),
        ("10.5.0.0/16", ("100.64.0.0/16", "10.6.0.0/16"), False),
        ("10.1.0.0/16", ("10.0.4.0/24",), True),
        ("10.0.0.0/16", ("10.1.0.0/16", "10.2.0.0/16"), False),
        ("172.16.0.0/16", ("172.31.0.0/24",), True),
        ("172.16.0.0/16", ("172.17.0.0/24",), False),
        ("100.64.0.0/16", ("10.2.0.0/16",), True),
        ("10.5.0.0/16", ("10.0.1.0/24", "10.0.2.0/24"), True),  # whichever is the second
        ("10.5.0.0/16", ("10.0.1.0/24", "10.1.2.0/24"), False),  # in one of two orders
        ("10.5.0.0/16", (DARK,), False),
        (DARK, ("192.168.0.0/24",), False),
    ],
)
def test_ranges_that_meet_in_one_vpc(primary: object, more: tuple[object, ...], is_: bool) -> None:
    ranges = [
        made(f"aws_vpc_ipv4_cidr_block_association.r{n}", vpc_id=ref("aws_vpc.a"), cidr_block=cidr)
        for n, cidr in enumerate(more)
    ]
    assert ("incompatible-secondary-cidr" in found(made("aws_vpc.a", cidr_block=primary), *ranges)) is is_


def test_ranges_of_one_vpc_that_overlap() -> None:
    inside = made("aws_vpc_ipv4_cidr_block_association.r", vpc_id=ref("aws_vpc.a"), cidr_block="10.5.3.0/24")
    assert found(made("aws_vpc.a", cidr_block="10.5.0.0/16"), inside) == {"cidr-overlap"}


def test_more_cidr_blocks_than_a_gateway_takes() -> None:
    blocks = tuple(f"10.{n}.0.0/24" for n in range(6))
    assert found(made("aws_ec2_transit_gateway.t", transit_gateway_cidr_blocks=blocks)) == {"too-many-hub-cidrs"}
    assert found(made("aws_ec2_transit_gateway.t", transit_gateway_cidr_blocks=blocks[:5])) == set()


def subnet(**zone: object) -> Resource:
    values = {"vpc_id": ref("aws_vpc.a"), "cidr_block": "10.1.0.0/24", **zone}
    return Resource("aws_subnet.s", "aws_subnet", values, region="us-west-2")


@pytest.mark.parametrize(
    ("zone", "is_"),
    [
        ({"availability_zone": "eu-west-1a"}, True),
        ({"availability_zone_id": "use1-az1"}, True),
        ({"availability_zone": "us-west-2a"}, False),
        ({"availability_zone": "us-west-2-lax-1a"}, False),
        ({"availability_zone_id": "usw2-lax1-az1"}, False),
        ({"availability_zone": DARK}, False),
    ],
)
def test_zones_of_another_region(zone: dict[str, object], is_: bool) -> None:
    assert ("zone-not-in-region" in found(made("aws_vpc.a", cidr_block="10.1.0.0/16"), subnet(**zone))) is is_


def endpoint(**more: object) -> tuple[Resource, ...]:
    values = {"vpc_id": ref("aws_vpc.a"), "service_name": "com.amazonaws.eu-west-1.s3", **more}
    vpc = made("aws_vpc.a", cidr_block="10.1.0.0/16", enable_dns_hostnames=True)
    return vpc, made("aws_vpc_endpoint.e", **values)


def test_policies_of_endpoints() -> None:
    assert found(*endpoint(policy="{")) == {"invalid-endpoint-policy"}
    assert found(*endpoint(policy="[]")) == {"invalid-endpoint-policy"}
    assert found(*endpoint(policy="{}" + " " * 20_479)) == {"invalid-endpoint-policy"}
    assert found(*endpoint(policy="{}" + " " * 20_478)) == set()
    assert found(*endpoint(policy=DARK)) == set()
    alone = made("aws_vpc_endpoint_policy.p", vpc_endpoint_id=ref("aws_vpc_endpoint.e"), policy="nothing")
    assert found(*endpoint(), alone) == {"invalid-endpoint-policy"}


def test_gateway_endpoints_of_services_without() -> None:
    assert found(*endpoint(service_name="com.amazonaws.eu-west-1.ecr.dkr")) == {"invalid-gateway-endpoint"}
    for service in ("com.amazonaws.eu-west-1.dynamodb", "com.amazonaws.eu-west-1.s3express", DARK):
        assert found(*endpoint(service_name=service)) == set()
    interface = {"vpc_endpoint_type": "Interface", "service_name": "com.amazonaws.eu-west-1.sqs"}
    assert found(*endpoint(**interface)) == set()
    assert found(*endpoint(**{**interface, "vpc_endpoint_type": DARK})) == set()


RULE = 'pass tcp any any -> any 443 (msg:"web"; sid:{};)'


def group(text: object = None, capacity: object = 10, **source: object) -> Resource:
    body = {"rules_source": {**({"rules_string": text} if text is not None else {}), **source}}
    return made("aws_networkfirewall_rule_group.g", type="STATEFUL", capacity=capacity, name="g", rule_group=body)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (RULE.format(1), set()),
        (f"# a comment\n\n{RULE.format(1)}  # and one more\n  {RULE.format(2)}\n", set()),
        (f"pass tcp any any \\\n  -> any 443 (sid:3;)\n{RULE.format(4)}", set()),
        ("pass tcp any any -> any 443", {"invalid-suricata-rule"}),
        ('pass tcp any any -> any 443 (msg:"no sid";)', {"invalid-suricata-rule"}),
        ("rejectboth tcp any any -> any 443 (sid:1;)", {"invalid-suricata-rule"}),
        (f"{RULE.format(1)}\n{RULE.format(1)}", {"duplicate-sid"}),
        (RULE.format(1).replace("web", "w" * 8_192), {"suricata-rule-too-long"}),
        ("\n".join(RULE.format(n) for n in range(1, 12)), {"rule-group-capacity-exceeded"}),
        (DARK, set()),
    ],
)
def test_rules_that_network_firewall_refuses(text: object, rules: set[str]) -> None:
    assert found(group(text)) == rules
    imported = made("aws_networkfirewall_rule_group.g", type="STATEFUL", capacity=10, name="g", rules=text)
    assert found(imported) == rules


def test_rules_of_blocks_have_sids_too() -> None:
    header = {"protocol": "TCP", "source": "ANY", "source_port": "ANY", "destination": "ANY", "direction": "FORWARD"}
    rule = {"action": "PASS", "header": {**header, "destination_port": "443"}}
    numbered = {**rule, "rule_option": ({"keyword": "sid", "settings": ("7",)},)}
    named = {**rule, "rule_option": ({"keyword": "sid:7"},)}
    assert found(group(stateful_rule=(numbered,))) == set()
    assert found(group(stateful_rule=(numbered, named))) == {"duplicate-sid"}
    assert found(group(stateful_rule=({**rule, "rule_option": ({"keyword": "msg", "settings": ("x",)},)},))) == {
        "invalid-suricata-rule"
    }
    assert found(group(stateful_rule=({**numbered, "header": DARK},))) == set()


def test_capacities_of_rule_groups() -> None:
    names = tuple(f"n{n}.example.com" for n in range(11))
    listed = {"generated_rules_type": "ALLOWLIST", "target_types": ("TLS_SNI",), "targets": names}
    assert found(group(rules_source_list=listed)) == {"rule-group-capacity-exceeded"}
    assert found(group(rules_source_list=listed, capacity=11)) == set()
    assert found(group(rules_source_list=listed, capacity=DARK)) == set()
    assert found(group(RULE.format(1), capacity=30_001)) == {"rule-group-capacity-exceeded"}
    matched = {
        "protocols": (6, 17),
        "source": ({"address_definition": "10.0.0.0/8"}, {"address_definition": "172.16.0.0/12"}),
        "destination_port": tuple({"from_port": n, "to_port": n} for n in (80, 443, 8080)),
    }
    definition = {"actions": ("aws:pass",), "match_attributes": matched}
    body = {"stateless_rule": ({"priority": 1, "rule_definition": definition},)}
    for capacity, rules in ((11, {"rule-group-capacity-exceeded"}), (12, set())):
        whole = {"rules_source": {"stateless_rules_and_custom_actions": body}}
        stateless = made(
            "aws_networkfirewall_rule_group.s", type="STATELESS", capacity=capacity, name="s", rule_group=whole
        )
        assert found(stateless) == rules


def policy(*references: dict[str, object], order: object = "STRICT_ORDER") -> Resource:
    body = {
        "stateless_default_actions": ("aws:forward_to_sfe",),
        "stateless_fragment_default_actions": ("aws:forward_to_sfe",),
        "stateful_engine_options": {"rule_order": order},
        "stateful_rule_group_reference": references,
    }
    return made("aws_networkfirewall_firewall_policy.p", name="p", firewall_policy=body)


def test_rule_groups_of_a_policy() -> None:
    def managed(name: str, **more: object) -> dict[str, object]:
        return {"resource_arn": f"arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/{name}", **more}

    strict = managed("BotNetCommandAndControlDomainsStrictOrder", priority=1)
    assert found(policy(strict, managed("MalwareDomainsStrictOrder", priority=2))) == set()
    assert found(policy(strict, managed("MalwareDomainsStrictOrder", priority=1))) == {"invalid-rule-group-priority"}
    assert found(policy(managed("MalwareDomainsStrictOrder", priority=65_536))) == {"invalid-rule-group-priority"}
    assert found(policy(managed("MalwareDomainsActionOrder", priority=1))) == {"invalid-managed-rule-group"}
    assert found(policy(managed("MalwareDomainsStrictOrder"), order="DEFAULT_ACTION_ORDER")) == {
        "invalid-managed-rule-group"
    }
    assert found(policy(strict, managed("MalwareDomainsActionOrder", priority=1), order=DARK)) == set()
    many = [managed(f"Group{n}StrictOrder", priority=n) for n in range(1, 22)]
    assert found(policy(*many)) == {"too-many-rule-groups"}
    assert found(policy(*many[:20])) == set()


def test_capacities_that_a_policy_has_no_room_for() -> None:
    groups = [
        made(
            f"aws_networkfirewall_rule_group.{name}", type="STATEFUL", capacity=20_000, name=name, rules=RULE.format(1)
        )
        for name in ("a", "b")
    ]
    references = [
        {"priority": n, "resource_arn": ref(f"aws_networkfirewall_rule_group.{name}", "arn")}
        for n, name in enumerate(("a", "b"), 1)
    ]
    assert found(*groups, policy(*references)) == {"rule-group-capacity-exceeded"}
    assert found(*groups, policy(references[0])) == set()
