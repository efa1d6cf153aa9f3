"""Names under proof: the reference estate holds, and each mistake in it is found as what it is."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from isthmus import proof
from isthmus.intent import CentralEndpoints, DnsFirewall, EndpointService, Estate, SharedBy, check
from isthmus.proof import Verdict
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.modules.shared_services import reference
from tests.modules.synthesized import files_of
from tests.proof.estates import write

NAMES = {
    "dns-endpoint-missing",
    "dns-rule-differs",
    "dns-path-blocked",
    "dns-association-missing",
    "dns-firewall-differs",
    "service-endpoint-missing",
    "service-endpoint-blocked",
    "service-name-missing",
}
Module = dict[str, dict[str, Any]]
DNS, ENDPOINTS = "shared-services/modules/dns", "shared-services/modules/endpoints"
SPOKE = "shared-services/modules/spoke_shared_services"


def without(kind: str, name: str) -> Callable[[Module], None]:
    def edit(resources: Module) -> None:
        del resources[kind][name]

    return edit


def changed(kind: str, name: str, **arguments: Any) -> Callable[[Module], None]:
    def edit(resources: Module) -> None:
        resources[kind][name] |= arguments

    return edit


def no_way_to_the_servers(resources: Module) -> None:
    for destination in ("dc1_servers", "default"):
        del resources["aws_route"][f"private_az1_{destination}"]


# Further violations: a missing path affects other checks, and there is no path to another server.
BESIDES = {"no way to the servers": {"intended-flow-blocked", "intended-flow-one-way", "egress-missing"}}
BESIDES["another server"] = {"dns-path-blocked"}
BESIDES["another domain"] = {"unintended-forward"}

MISTAKES: dict[str, tuple[str, Callable[[Module], None], str, str]] = {
    "udp is not let out": (
        DNS,
        without("aws_vpc_security_group_egress_rule", "outbound_udp_172_21_0_53"),
        "dns-path-blocked",
        "aws_security_group.outbound",
    ),
    "tcp is not allowed": (
        DNS,
        without("aws_vpc_security_group_ingress_rule", "inbound_tcp_dc1_users"),
        "dns-path-blocked",
        "aws_security_group.inbound",
    ),
    "half a network is allowed": (
        DNS,
        changed("aws_vpc_security_group_ingress_rule", "inbound_udp_dc1_servers", cidr_ipv4="172.21.0.0/17"),
        "dns-path-blocked",
        "aws_security_group.inbound",
    ),
    "no way to the servers": (
        SPOKE,
        no_way_to_the_servers,
        "dns-path-blocked",
        "aws_route53_resolver_rule.corp_example_com",
    ),
    "another server": (
        DNS,
        changed("aws_route53_resolver_rule", "corp_example_com", target_ip=[{"ip": "172.21.9.53", "port": 53}]),
        "dns-rule-differs",
        "aws_route53_resolver_rule.corp_example_com",
    ),
    "another domain": (
        DNS,
        changed("aws_route53_resolver_rule", "corp_example_com", domain_name="crop.example.com"),
        "dns-rule-differs",
        "aws_vpc.this",
    ),
    "no inbound endpoint": (
        DNS,
        without("aws_route53_resolver_endpoint", "inbound"),
        "dns-endpoint-missing",
        "aws_vpc.this",
    ),
    "asking through the inbound endpoint": (
        DNS,
        changed(
            "aws_route53_resolver_rule",
            "corp_example_com",
            resolver_endpoint_id="${aws_route53_resolver_endpoint.inbound.id}",
        ),
        "dns-endpoint-missing",
        "aws_route53_resolver_rule.corp_example_com",
    ),
    "a VPC without the profile": (
        "prod/modules/resolution_prod",
        without("aws_route53profiles_association", "this"),
        "dns-association-missing",
        "prod/module.spoke_prod.aws_vpc.this",
    ),
    "a profile without the rule": (
        DNS,
        without("aws_route53profiles_resource_association", "rule_corp_example_com"),
        "dns-association-missing",
        "test/module.spoke_test.aws_vpc.this",
    ),
    "a profile without a zone": (
        ENDPOINTS,
        without("aws_route53profiles_resource_association", "zone_kms_us-east-1_amazonaws_com"),
        "dns-association-missing",
        "dev/module.spoke_dev.aws_vpc.this",
    ),
    "a VPC without query logs": (
        "dev/modules/resolution_dev",
        without("aws_route53_resolver_query_log_config_association", "this"),
        "dns-association-missing",
        "dev/module.spoke_dev.aws_vpc.this",
    ),
    "no private zone": (DNS, without("aws_route53_zone", "aws_example_com"), "dns-association-missing", "aws_vpc.this"),
    "no endpoint": (
        ENDPOINTS,
        without("aws_vpc_endpoint", "interface_kms"),
        "service-endpoint-missing",
        "aws_vpc.this",
    ),
    "an endpoint for another service": (
        ENDPOINTS,
        changed("aws_vpc_endpoint", "interface_kms", service_name="com.amazonaws.us-east-1.kms-fips"),
        "service-endpoint-missing",
        "aws_vpc.this",
    ),
    "the block is not allowed": (
        ENDPOINTS,
        changed("aws_vpc_security_group_ingress_rule", "endpoints_block_10_1_0_0_16", cidr_ipv4="10.1.0.0/19"),
        "service-endpoint-blocked",
        "aws_security_group.endpoints",
    ),
    "no name": (
        ENDPOINTS,
        without("aws_route53_record", "kms_us-east-1_amazonaws_com"),
        "service-name-missing",
        "aws_vpc_endpoint.interface_kms",
    ),
    "a name that leads elsewhere": (
        ENDPOINTS,
        changed(
            "aws_route53_record",
            "kms_us-east-1_amazonaws_com",
            alias={"name": "${aws_vpc_endpoint.interface_sts.dns_entry[0].dns_name}", "zone_id": "Z"},
        ),
        "service-name-missing",
        "aws_vpc_endpoint.interface_kms",
    ),
    "S3 without a name for the sites": (
        ENDPOINTS,
        changed("aws_vpc_endpoint", "interface_s3", private_dns_enabled=False),
        "service-name-missing",
        "aws_vpc_endpoint.interface_s3",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_breaks_the_expected_rule(mistake: str, tmp_path: Path) -> None:
    place, edit, rule, culprit = MISTAKES[mistake]
    files = dict(files_of("environments.estate"))
    path = f"stacks/{place}/main.tf.json"
    document = json.loads(files[path])
    edit(document["resource"])
    answer = proof.read(write({**files, path: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    found = [violation for violation in answer.violations if violation.rule == rule]
    assert found, answer
    assert any(culprit in resource for violation in found for resource in violation.resources), found
    # What is taken away is missed wherever it is referred to.
    besides = {"undeclared-reference", *BESIDES.get(mistake, set())}
    assert {violation.rule for violation in answer.violations} - besides == {rule}


@pytest.mark.parametrize("shared_by", SharedBy)
def test_the_reference_estate_is_proved_with_every_kind_of_sharing(shared_by: SharedBy, tmp_path: Path) -> None:
    estate = check(reference(shared_by=shared_by, firewall=DnsFirewall(blocked=["bad.example"])))
    answer = proof.read(write(synthesize(estate), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, answer


@pytest.mark.parametrize("name", ["endpoints_dc1_servers", "ports_444_444_dc1_servers"])
def test_every_port_of_a_service_is_required(name: str, tmp_path: Path) -> None:
    """Athena is asked on tcp/443, and its drivers read results on tcp/444."""
    files = synthesize(check(reference(endpoints=CentralEndpoints(services=["athena"]))))
    assert proof.read(write(files, tmp_path / "whole")).prove(scenarios=False).verdict is Verdict.PROVED
    path = f"stacks/{ENDPOINTS}/main.tf.json"
    document = json.loads(files[path])
    del document["resource"]["aws_vpc_security_group_ingress_rule"][name]
    answer = proof.read(write({**files, path: json.dumps(document)}, tmp_path / "less")).prove(scenarios=False)
    assert [(v.rule, v.source, v.destination) for v in answer.violations] == [
        ("service-endpoint-blocked", "dc1/servers", "athena")
    ]


LEDGER = EndpointService(
    "ledger",
    endpoint_name="com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
    dns_names=["ledger.example.net"],
    ports=["tcp/8443"],
)
LEDGER_EDITS: dict[str, tuple[str, str, Callable[[dict[str, Any]], object], str]] = {
    "no rule for its port": (
        "aws_vpc_security_group_ingress_rule",
        "ports_8443_8443_dc1_servers",
        lambda rule: rule.update(from_port=443, to_port=443),
        "service-endpoint-blocked",
    ),
    "another service": (
        "aws_vpc_endpoint",
        "interface_ledger",
        lambda endpoint: endpoint.update(service_name="com.amazonaws.vpce.us-east-1.vpce-svc-0fedcba9876543210"),
        "service-endpoint-missing",
    ),
}


@pytest.mark.parametrize("edit", LEDGER_EDITS)
def test_the_endpoint_of_another_service_is_required(edit: str, tmp_path: Path) -> None:
    files = synthesize(check(reference(endpoints=CentralEndpoints(others=[LEDGER]))))
    assert proof.read(write(files, tmp_path / "whole")).prove(scenarios=False).verdict is Verdict.PROVED
    path = f"stacks/{ENDPOINTS}/main.tf.json"
    document = json.loads(files[path])
    kind, name, change, rule = LEDGER_EDITS[edit]
    change(document["resource"][kind][name])
    answer = proof.read(write({**files, path: json.dumps(document)}, tmp_path / "edited")).prove(scenarios=False)
    assert {(v.rule, v.destination) for v in answer.violations} == {(rule, "ledger")}


def test_a_missing_zone_association_is_found_without_profiles(tmp_path: Path) -> None:
    files = synthesize(check(reference(shared_by=SharedBy.RESOLVER_RULES)))
    path = "stacks/test/modules/resolution_test/main.tf.json"
    document = json.loads(files[path])
    del document["resource"]["aws_route53_zone_association"]["aws_example_com"]
    answer = proof.read(write({**files, path: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert [(v.rule, v.source) for v in answer.violations] == [("dns-association-missing", "test")]


ALLOWED, BLOCKED = "aws_route53_resolver_firewall_rule.allowed", "aws_route53_resolver_firewall_rule.blocked"
FILTERING: dict[str, tuple[str, Callable[[Module], None], str, str]] = {
    "a VPC without query logs": (
        "test/modules/resolution_test",
        without("aws_route53_resolver_query_log_config_association", "this"),
        "dns-association-missing",
        "test/module.spoke_test.aws_vpc.this",
    ),
    "a VPC without the DNS firewall": (
        "prod/modules/resolution_prod",
        without("aws_route53_resolver_firewall_rule_group_association", "this"),
        "dns-association-missing",
        "prod/module.spoke_prod.aws_vpc.this",
    ),
    "allowed after blocked": (
        DNS,
        changed("aws_route53_resolver_firewall_rule", "allowed", priority=300),
        "dns-firewall-differs",
        ALLOWED,
    ),
    "blocked, and answered": (
        DNS,
        changed("aws_route53_resolver_firewall_rule", "blocked", action="ALERT"),
        "dns-firewall-differs",
        BLOCKED,
    ),
    "another name is blocked": (
        DNS,
        changed("aws_route53_resolver_firewall_domain_list", "blocked", domains=["worse.example"]),
        "dns-firewall-differs",
        BLOCKED,
    ),
}


@cache
def filtering() -> dict[str, str]:
    """The reference estate with a DNS firewall, shared without a profile; one name is on both lists."""
    firewall = DnsFirewall(blocked=["bad.example", "both.example"], allowed=["both.example"])
    # Intent refuses a name that is on both; AWS does not.
    return synthesize(reference(shared_by=SharedBy.RESOLVER_RULES, firewall=firewall))


@pytest.mark.parametrize("mistake", FILTERING)
def test_missing_query_logs_are_found(mistake: str, tmp_path: Path) -> None:
    place, edit, rule, culprit = FILTERING[mistake]
    path = f"stacks/{place}/main.tf.json"
    document = json.loads(filtering()[path])
    edit(document["resource"])
    answer = proof.read(write({**filtering(), path: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert {violation.rule for violation in answer.violations} == {rule}, answer
    assert any(culprit in resource for violation in answer.violations for resource in violation.resources)


def test_unreadable_values_are_unknown_and_fail_the_proof(tmp_path: Path) -> None:
    """The profile's id comes from nowhere in this input, so whether test resolves anything is open."""
    files = dict(files_of("environments.estate"))
    path = "stacks/test/cdk.tf.json"
    document = json.loads(files[path])
    document["module"]["resolution_test"]["dns_profile_id"] = "rp-0123456789"
    answer = proof.read(write({**files, path: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.UNKNOWN
    assert any("whether test resolves" in missing.what for missing in answer.unknown_results)


@settings(max_examples=12)
@given(estates(largest=3))
def test_the_names_of_any_estate_are_proved(tmp_path_factory: pytest.TempPathFactory, estate: Estate) -> None:
    """Whatever else is said of it, nothing about names is wrong or unknown."""
    out = write(synthesize(estate), tmp_path_factory.mktemp("out"))
    answer = proof.read(out).prove(scenarios=False)
    assert [violation for violation in answer.violations if violation.rule in NAMES] == []
    assert [missing for missing in answer.unknown_results if "resolve" in str(missing) or ":53" in str(missing)] == []
