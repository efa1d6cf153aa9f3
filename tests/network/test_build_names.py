"""From resources to facts about names: associations, profiles, DHCP options, private DNS, records, unknown values."""

from __future__ import annotations

import json
from ipaddress import IPv4Address
from typing import Any

import pytest

from isthmus.network.dns_model import AMAZON_PROVIDED, Held, RuleKind, VpcDns
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Unknown
from isthmus.network.name_lookup import Answered, Lookup
from isthmus.terraform.graph import Resource
from tests.network.test_build import graph, made, ref

VPC = made("aws_vpc.a", cidr_block="10.1.0.0/16", enable_dns_hostnames=True)
RULE = made(
    "aws_route53_resolver_rule.corp",
    domain_name="Corp.Example.",
    rule_type="FORWARD",
    resolver_endpoint_id=ref("aws_route53_resolver_endpoint.out"),
    target_ip=({"ip": "172.16.0.53"}, {"ip": "172.16.1.53", "port": 5353}),
)
PROFILE = made("aws_route53profiles_profile.p")
JOINED = made(
    "aws_route53profiles_association.a", profile_id=ref("aws_route53profiles_profile.p"), resource_id=ref("aws_vpc.a")
)


def held(address: str, arn: str, **values: Any) -> Resource:
    return made(
        f"aws_route53profiles_resource_association.{address}",
        profile_id=values.pop("profile_id", ref("aws_route53profiles_profile.p")),
        resource_arn=ref(arn, "arn"),
        **values,
    )


def test_a_rule_as_it_is_written() -> None:
    rule = network_of(graph(VPC, RULE)).resolution.rules["aws_route53_resolver_rule.corp"]
    assert (rule.domain, rule.kind) == ("corp.example", RuleKind.FORWARD)
    assert rule.targets == ((IPv4Address("172.16.0.53"), 53), (IPv4Address("172.16.1.53"), 5353))


@pytest.mark.parametrize(
    "target", [{"ipv6": "fd00::53"}, {"ip": "172.16.0.53", "protocol": "DoH"}, {"ip": "300.1.1.1"}, Unknown("dynamic")]
)
def test_a_target_of_another_kind_is_unknown(target: object) -> None:
    rule = made("aws_route53_resolver_rule.r", domain_name="x.example", rule_type="FORWARD", target_ip=(target,))
    (found,) = network_of(graph(rule)).resolution.rules["aws_route53_resolver_rule.r"].targets
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("given", "is_"), [("SYSTEM", RuleKind.SYSTEM), ("DELEGATE", RuleKind.DELEGATE), ("FWD", None)]
)
def test_the_type_of_a_rule(given: str, is_: RuleKind | None) -> None:
    rule = made("aws_route53_resolver_rule.r", domain_name="x.example", rule_type=given)
    kind = network_of(graph(rule)).resolution.rules["aws_route53_resolver_rule.r"].kind
    assert kind is is_ if is_ else isinstance(kind, Unknown)


def test_a_profile_brings_what_it_holds_to_each_of_its_vpcs() -> None:
    group = made("aws_route53_resolver_firewall_rule_group.g")
    facts = network_of(
        graph(
            VPC,
            RULE,
            PROFILE,
            JOINED,
            group,
            held("rule", "aws_route53_resolver_rule.corp"),
            held("group", group.address, resource_properties=json.dumps({"priority": 102})),
            held("unplaced", "aws_route53_resolver_rule.corp", profile_id=Unknown("var.profile")),
        )
    ).resolution
    uses = {use.by.rpartition(".")[2]: use for use in facts.may("aws_vpc.a")}
    assert uses["rule"].kind is Held.RULE
    assert uses["rule"].profile == "aws_route53profiles_profile.p"
    assert uses["rule"].unknown is None
    assert uses["group"].priority == 102
    # The contents of an unknown profile may be in this one.
    assert uses["unplaced"].unknown == Unknown("var.profile")


def test_a_vpc_with_an_unknown_profile_may_have_anything() -> None:
    joined = made("aws_route53profiles_association.a", profile_id="rp-1", resource_id=ref("aws_vpc.a"))
    answer = Lookup(network_of(graph(VPC, joined))).ask("aws_vpc.a", "db.corp.example")
    assert answer.by is Answered.UNKNOWN
    assert "rp-1" in answer.reason


def zone(**more: Any) -> Resource:
    return made("aws_route53_zone.z", name="corp.example", vpc=({"vpc_id": ref("aws_vpc.a")},), **more)


def record(name: str, **values: Any) -> Resource:
    return made("aws_route53_record.r", zone_id=ref("aws_route53_zone.z", "zone_id"), name=name, type="A", **values)


@pytest.mark.parametrize("name", ["db", "db.corp.example", "DB.corp.example."])
def test_a_record_is_found_by_its_short_name_and_by_its_full_one(name: str) -> None:
    answer = Lookup(network_of(graph(VPC, zone(), record(name, records=("10.1.0.9",))))).ask(
        "aws_vpc.a", "db.corp.example"
    )
    assert answer.found is not None
    assert [found.leads for found in answer.found.records] == [("10.1.0.9",)]


def test_an_alias_to_an_endpoint_is_known_by_its_resource() -> None:
    endpoint = made("aws_vpc_endpoint.e", vpc_id=ref("aws_vpc.a"), vpc_endpoint_type="Interface", service_name="x")
    alias = {"name": ref("aws_vpc_endpoint.e", "dns_entry[0].dns_name"), "zone_id": "Z"}
    facts = network_of(graph(VPC, zone(), endpoint, record("db", alias=(alias,)))).resolution
    (found,) = facts.zones["aws_route53_zone.z"].records
    assert (found.endpoint, found.alias) == ("aws_vpc_endpoint.e", True)


def test_a_record_of_unknown_number_may_be_there() -> None:
    facts = graph(VPC, zone(), unexpanded=(record("db", records=("10.1.0.9",)),))
    answer = Lookup(network_of(facts)).ask("aws_vpc.a", "db.corp.example")
    assert answer.found is not None
    assert answer.found.unknown


def test_a_namespace_of_cloud_map_is_a_private_zone() -> None:
    namespace = made("aws_service_discovery_private_dns_namespace.n", name="svc.local", vpc=ref("aws_vpc.a"))
    answer = Lookup(network_of(graph(VPC, namespace))).ask("aws_vpc.a", "api.svc.local")
    assert (answer.by, answer.address) == (Answered.ZONE, namespace.address)
    assert answer.found is not None
    assert "register" in answer.found.unknown


def options(servers: object, id_: object = None) -> tuple[Resource, ...]:
    return (
        made("aws_vpc_dhcp_options.o", **({} if servers is None else {"domain_name_servers": servers})),
        made(
            "aws_vpc_dhcp_options_association.o",
            vpc_id=ref("aws_vpc.a"),
            dhcp_options_id=id_ or ref("aws_vpc_dhcp_options.o"),
        ),
    )


@pytest.mark.parametrize(
    ("resources", "servers"),
    [
        ((), (AMAZON_PROVIDED,)),
        (options(("AmazonProvidedDNS",)), (AMAZON_PROVIDED,)),
        (options(("10.1.0.2", "169.254.169.253")), (AMAZON_PROVIDED,)),
        (options(("10.2.0.2",)), ("10.2.0.2",)),
        (options(("10.2.0.53", "AmazonProvidedDNS")), ("10.2.0.53", AMAZON_PROVIDED)),
    ],
)
def test_the_dns_servers_that_dhcp_hands_out(resources: tuple[Resource, ...], servers: tuple[str, ...]) -> None:
    assert network_of(graph(VPC, *resources)).resolution.settings("aws_vpc.a").servers == servers


@pytest.mark.parametrize(
    "resources",
    [
        options(None),
        options(Unknown("var.servers")),
        options(("10.2.0.53",), "dopt-1"),
        (made("aws_vpc_dhcp_options_association.o", vpc_id=Unknown("var.vpc"), dhcp_options_id="dopt-1"),),
    ],
)
def test_dhcp_options_that_are_not_evaluated_are_unknown(resources: tuple[Resource, ...]) -> None:
    assert isinstance(network_of(graph(VPC, *resources)).resolution.settings("aws_vpc.a").servers, Unknown)


def test_settings_of_a_vpc_have_the_defaults_of_the_provider() -> None:
    plain, own = made("aws_vpc.p", cidr_block="10.2.0.0/16"), made("aws_default_vpc.d")
    config = made("aws_route53_resolver_config.c", resource_id=ref("aws_vpc.p"), autodefined_reverse_flag="DISABLE")
    facts = network_of(graph(plain, own, config)).resolution
    assert facts.settings("aws_vpc.p") == VpcDns(True, False, reverse=False)
    assert facts.settings("aws_default_vpc.d") == VpcDns(True, True)


@pytest.mark.parametrize(
    ("more", "by"),
    [
        ({"private_dns_enabled": True}, Answered.ENDPOINT),
        ({}, Answered.PUBLIC),
        ({"private_dns_enabled": Unknown("var.on")}, Answered.UNKNOWN),
    ],
)
def test_private_dns_of_an_endpoint(more: dict[str, Any], by: Answered) -> None:
    endpoint = made(
        "aws_vpc_endpoint.e",
        vpc_id=ref("aws_vpc.a"),
        vpc_endpoint_type="Interface",
        service_name="com.amazonaws.eu-west-1.sqs",
        **more,
    )
    apart = made("aws_vpc_endpoint_private_dns.e", vpc_endpoint_id=ref("aws_vpc_endpoint.e"), private_dns_enabled=True)
    name = "sqs.eu-west-1.amazonaws.com"
    assert Lookup(network_of(graph(VPC, endpoint))).ask("aws_vpc.a", name).by is by
    assert Lookup(network_of(graph(VPC, endpoint, apart))).ask("aws_vpc.a", name).by is Answered.ENDPOINT
    maybe = Lookup(network_of(graph(VPC, unexpanded=(endpoint,)))).ask("aws_vpc.a", name)
    assert maybe.by is Answered.UNKNOWN


@pytest.mark.parametrize(
    ("option", "by"),
    [(True, Answered.PUBLIC), (False, Answered.ENDPOINT), (None, Answered.UNKNOWN)],
)
def test_names_of_s3_for_the_sites_alone(option: bool | None, by: Answered) -> None:
    endpoint = made(
        "aws_vpc_endpoint.e",
        vpc_id=ref("aws_vpc.a"),
        vpc_endpoint_type="Interface",
        service_name="com.amazonaws.eu-west-1.s3",
        private_dns_enabled=True,
        dns_options=({"private_dns_only_for_inbound_resolver_endpoint": option},) if option is not None else (),
    )
    assert Lookup(network_of(graph(VPC, endpoint))).ask("aws_vpc.a", "s3.eu-west-1.amazonaws.com").by is by
