"""Who answers names, against the intent: what is there besides the intended is found, name space and all."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.intent import DnsFirewall, SharedBy, check
from isthmus.proof import Proof, Verdict
from modules.synthesis import synthesize
from tests.modules.shared_services import reference
from tests.modules.synthesized import files_of
from tests.proof.estates import write

Module = dict[str, dict[str, Any]]
Edit = Callable[[Module], None]
DNS, ENDPOINTS = "shared-services/modules/dns", "shared-services/modules/endpoints"
DEV = "dev/modules/spoke_dev"


def proved(place: str, edit: Edit, tmp_path: Path, files: dict[str, str] | None = None) -> Proof:
    """The reference estate after an edit of one of its modules."""
    files = dict(files or files_of("environments.estate"))
    path = f"stacks/{place}/main.tf.json"
    document = json.loads(files[path])
    edit(document["resource"])
    return proof.read(write({**files, path: json.dumps(document)}, tmp_path)).prove(scenarios=False)


def extra_rule(domain: str, **more: Any) -> Edit:
    """One more rule in the profile that every VPC uses."""

    def edit(resources: Module) -> None:
        rule = dict(resources["aws_route53_resolver_rule"]["corp_example_com"])
        resources["aws_route53_resolver_rule"]["more"] = {**rule, "domain_name": domain, "name": "more", **more}
        held = resources["aws_route53profiles_resource_association"]
        held["more"] = {**held["rule_corp_example_com"], "name": "more"}
        held["more"]["resource_arn"] = "${aws_route53_resolver_rule.more.arn}"

    return edit


def set_on(kind: str, name: str, **arguments: Any) -> Edit:
    def edit(resources: Module) -> None:
        resources[kind][name] |= arguments

    return edit


def added(**kinds: dict[str, Any]) -> Edit:
    def edit(resources: Module) -> None:
        for kind, made in kinds.items():
            resources.setdefault(kind, {}).update(made)

    return edit


OTHER_SERVER = added(
    aws_vpc_dhcp_options={"more": {"domain_name_servers": ["172.21.0.53"]}},
    aws_vpc_dhcp_options_association={
        "more": {"vpc_id": "${aws_vpc.this.id}", "dhcp_options_id": "${aws_vpc_dhcp_options.more.id}"}
    },
)
ENDPOINT = added(
    aws_vpc_endpoint={
        "more": {
            "vpc_id": "${aws_vpc.this.id}",
            "vpc_endpoint_type": "Interface",
            "service_name": "com.amazonaws.us-east-1.lambda",
            "private_dns_enabled": True,
        }
    }
)
ZONE = added(aws_route53_zone={"more": {"name": "example.org", "vpc": [{"vpc_id": "${aws_vpc.this.id}"}]}})

FOUND: dict[str, tuple[str, Edit, str, str]] = {
    "the private zone is forwarded": (DNS, extra_rule("aws.example.com"), "overridden-name", "rule.more"),
    "part of the private zone is forwarded": (DNS, extra_rule("eu.aws.example.com"), "overridden-name", "rule.more"),
    "everything is forwarded": (DNS, extra_rule("."), "unintended-forward", "rule.more"),
    "AWS's own names are forwarded": (DNS, extra_rule("amazonaws.com"), "unintended-forward", "rule.more"),
    "an endpoint's name is forwarded": (DNS, extra_rule("ssm.us-east-1.amazonaws.com"), "overridden-name", "rule.more"),
    "part of a forwarded domain goes elsewhere": (
        DNS,
        extra_rule("eu.corp.example.com", target_ip=[{"ip": "172.21.7.7"}]),
        "unintended-forward",
        "rule.more",
    ),
    "another private zone": (DEV, ZONE, "unintended-zone", "zone.more"),
    "another endpoint": (DEV, ENDPOINT, "unintended-endpoint", "endpoint.more"),
    "DNS is off": (DEV, set_on("aws_vpc", "this", enable_dns_support=False), "dns-disabled", "aws_vpc.this"),
    "host names are off": (DEV, set_on("aws_vpc", "this", enable_dns_hostnames=False), "dns-disabled", "aws_vpc.this"),
    "reverse lookups are off": (
        DEV,
        added(
            aws_route53_resolver_config={
                "more": {"resource_id": "${aws_vpc.this.id}", "autodefined_reverse_flag": "DISABLE"}
            }
        ),
        "dns-disabled",
        "aws_vpc.this",
    ),
    "another DNS server": (DEV, OTHER_SERVER, "custom-dns-server", "aws_vpc_dhcp_options.more"),
    "a record of another type": (
        ENDPOINTS,
        set_on("aws_route53_record", "kms_us-east-1_amazonaws_com", type="TXT"),
        "service-name-missing",
        "aws_route53_record.kms",
    ),
    "a record of no type": (
        ENDPOINTS,
        set_on("aws_route53_record", "kms_us-east-1_amazonaws_com", type="zzz"),
        "service-name-missing",
        "aws_route53_record.kms",
    ),
}


@pytest.mark.parametrize("mistake", FOUND)
def test_additional_dns_resources_are_found(mistake: str, tmp_path: Path) -> None:
    place, edit, rule, culprit = FOUND[mistake]
    answer = proved(place, edit, tmp_path)
    assert answer.verdict is Verdict.VIOLATED
    assert {violation.rule for violation in answer.violations} == {rule}, answer
    assert any(culprit in resource for violation in answer.violations for resource in violation.resources)


def test_a_system_rule_below_a_forwarded_domain_overrides_it(tmp_path: Path) -> None:
    edit = extra_rule("eu.corp.example.com", rule_type="SYSTEM", resolver_endpoint_id=None, target_ip=[])
    (violation,) = proved(DNS, edit, tmp_path).violations
    assert violation.rule == "overridden-name"
    assert "aws_route53_resolver_rule.more" in violation.resources[0]


UNKNOWN: dict[str, tuple[str, Edit]] = {
    "a rule for an unknown domain": (DNS, extra_rule("${uuid()}")),
    "a rule of an unknown type": (DNS, extra_rule("aws.example.com", rule_type="FORWARDING")),
    "an unknown attribute": (DEV, set_on("aws_vpc", "this", enable_dns_support="${uuid()}")),
    "DHCP options from elsewhere": (
        DEV,
        added(
            aws_vpc_dhcp_options_association={
                "more": {"vpc_id": "${aws_vpc.this.id}", "dhcp_options_id": "dopt-0123456789"}
            }
        ),
    ),
}


@pytest.mark.parametrize("unknown_reason", UNKNOWN)
def test_unreadable_values_are_unknown(unknown_reason: str, tmp_path: Path) -> None:
    place, edit = UNKNOWN[unknown_reason]
    answer = proved(place, edit, tmp_path)
    assert answer.verdict is Verdict.UNKNOWN, answer


@cache
def filtering() -> dict[str, str]:
    """The reference estate with a DNS firewall that blocks one domain, without a profile."""
    firewall = DnsFirewall(blocked=["bad.example"])
    return synthesize(check(reference(shared_by=SharedBy.RESOLVER_RULES, firewall=firewall)))


@pytest.mark.parametrize("name", ["aws.example.com", "*.corp.example.com", "kms.us-east-1.amazonaws.com"])
def test_a_blocked_name_of_the_intent_is_found(name: str, tmp_path: Path) -> None:
    edit = set_on("aws_route53_resolver_firewall_domain_list", "blocked", domains=["bad.example", name])
    answer = proved(DNS, edit, tmp_path, filtering())
    # Wrong against the intent, and wrong in itself.
    found = {violation.rule for violation in answer.violations}
    assert found == {"name-blocked", "dns-firewall-blocks-estate-names"}, answer


@cache
def walled() -> dict[str, str]:
    """The reference estate with a DNS firewall that answers nothing but what is allowed."""
    allowed = ["*.example.com", "*.amazonaws.com"]
    firewall = DnsFirewall(allowed=allowed, blocked=["*"])
    return synthesize(check(reference(shared_by=SharedBy.RESOLVER_RULES, firewall=firewall)))


@pytest.mark.parametrize(
    ("action", "verdict"),
    [("TRUST_REDIRECTION_DOMAIN", Verdict.PROVED), ("INSPECT_REDIRECTION_DOMAIN", Verdict.VIOLATED),
     ("SOMETHING_NEW", Verdict.UNKNOWN)],
)  # fmt: skip
def test_an_allow_rule_trusts_the_redirection(action: str, verdict: Verdict, tmp_path: Path) -> None:
    edit = set_on("aws_route53_resolver_firewall_rule", "allowed", firewall_domain_redirection_action=action)
    answer = proved(DNS, edit, tmp_path, walled())
    assert answer.verdict is verdict, answer
    assert {violation.rule for violation in answer.violations} <= {"dns-firewall-differs"}


def test_a_rule_that_is_associated_without_a_profile_is_found_too(tmp_path: Path) -> None:
    edit = set_on("aws_route53_resolver_rule", "corp_example_com", domain_name="amazonaws.com")
    answer = proved(DNS, edit, tmp_path, filtering())
    assert "unintended-forward" in {violation.rule for violation in answer.violations}
