"""Hybrid DNS as Terraform: security groups, fixed addresses, and spokes that the module does not list."""

import json
import re
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from isthmus.intent import DnsFirewall, Egress, ForwardRule, PrivateZone, Segment, SharedBy, Spoke, check
from modules.synthesis import synthesize
from tests.modules.shared_services import made, reference
from tests.modules.test_output import environment_with

EACH = SharedBy.RESOLVER_RULES
DNS = "shared-services/dns"


def ports(resources: dict, kind: str, group: str) -> set[tuple[str, str, int, int]]:
    return {
        (rule["cidr_ipv4"], rule["ip_protocol"], rule["from_port"], rule["to_port"])
        for address, rule in resources.items()
        if address.startswith(f"{DNS}/{kind}.") and rule["security_group_id"] == f"${{aws_security_group.{group}.id}}"
    }


def test_exactly_the_sites_may_ask_and_exactly_their_servers_are_asked():
    resources, _ = made(reference())
    expected = {(cidr, protocol, 53, 53) for cidr in ("172.20.0.0/16", "172.21.0.0/16") for protocol in ("tcp", "udp")}
    assert ports(resources, "aws_vpc_security_group_ingress_rule", "inbound") == expected
    asked = {(f"{ip}/32", protocol, 53, 53) for ip in ("172.21.0.53", "172.21.1.53") for protocol in ("tcp", "udp")}
    assert ports(resources, "aws_vpc_security_group_egress_rule", "outbound") == asked
    assert not ports(resources, "aws_vpc_security_group_egress_rule", "inbound")
    assert not ports(resources, "aws_vpc_security_group_ingress_rule", "outbound")


def test_endpoints_have_fixed_addresses_of_their_own_in_every_zone():
    resources, documents = made(reference())
    given = []
    for name in ("inbound", "outbound"):
        for block in resources[f"{DNS}/aws_route53_resolver_endpoint.{name}"]["ip_address"]:
            key = block["subnet_id"].removeprefix("${var.subnet_id_").removesuffix("}")
            subnet = resources[f"shared-services/spoke_shared_services/aws_subnet.{key}"]["cidr_block"]
            assert IPv4Address(block["ip"]) in IPv4Network(subnet)
            given.append(block["ip"])
    assert len(given) == len(set(given)) == 6
    addresses = documents[DNS]["output"]["dns_inbound_addresses"]["value"]
    assert set(addresses.values()) == set(given[:3])


def test_resolver_and_endpoint_subnets_route_like_the_private_ones_of_their_zone():
    resources, _ = made(reference())
    place = "shared-services/spoke_shared_services/aws_route_table_association"
    for zone in (1, 2, 4):
        tables = {
            resources[f"{place}.{tier}_az{zone}"]["route_table_id"] for tier in ("private", "resolver", "endpoints")
        }
        assert tables == {f"${{aws_route_table.private_az{zone}.id}}"}


def test_nothing_to_ask_makes_no_endpoint():
    resources, documents = made(reference(inbound=False, forwards=[], endpoints=None))
    assert not [address for address in resources if "resolver_endpoint" in address or "resolver_az" in address]
    assert "dns_inbound_addresses" not in documents["shared-services"]["output"]
    asking, _ = made(reference(inbound=False, endpoints=None))
    assert [a for a in asking if "resolver_endpoint" in a] == [f"{DNS}/aws_route53_resolver_endpoint.outbound"]


def test_a_profile_holds_everything_but_query_logs_which_are_shared_by_themselves():
    firewall = DnsFirewall(allowed=["*.example.com", "*.amazonaws.com"], blocked=["*"])
    resources, documents = made(reference(firewall=firewall))
    held = {a.rpartition(".")[2] for a in resources if "aws_route53profiles_resource_association" in a}
    zones = {a.rpartition(".")[2] for a in resources if "/aws_route53_zone." in a}
    # Put into a profile, they fail to apply: https://github.com/hashicorp/terraform-provider-aws/issues/45268
    assert held == {"rule_corp_example_com", "firewall", *(f"zone_{zone}" for zone in zones)}
    shared = {a.rpartition(".")[2] for a in resources if a.startswith(f"{DNS}/aws_ram_resource_association.")}
    assert shared == {"profile", "query_logs"}
    for address, association in resources.items():
        if "aws_route53profiles_resource_association" in address:
            assert re.fullmatch(r"(?!^[0-9]+$)[a-zA-Z0-9\-_' ']{1,64}", association["name"])
    priority = resources[f"{DNS}/aws_route53profiles_resource_association.firewall"]["resource_properties"]
    assert json.loads(priority) == {"priority": 200}
    for root in ("dev", "test", "prod"):
        inputs = documents[root]["module"][f"resolution_{root}"]
        read = "${data.terraform_remote_state.shared_services.outputs.dns_profile_id}"
        assert inputs["dns_profile_id"] == read
        made_there = documents[f"{root}/resolution_{root}"]["resource"]
        assert made_there == {
            "aws_route53profiles_association": made_there["aws_route53profiles_association"],
            "aws_route53_resolver_query_log_config_association": {
                "this": {"resolver_query_log_config_id": "${var.query_log_config_id}", "resource_id": "${var.vpc_id}"}
            },
        }
        logs = inputs["query_log_config_id"]
        assert logs == "${data.terraform_remote_state.shared_services.outputs.query_log_config_id}"
    shared_with = {a.rpartition(".")[2] for a in resources if a.startswith(f"{DNS}/aws_ram_principal_association.")}
    assert shared_with == {"network_prod", "workloads_prod", "workloads_test"}


def test_without_a_profile_each_thing_is_shared_and_zones_admit_vpcs_through_a_narrow_role():
    resources, documents = made(reference(shared_by=EACH, firewall=DnsFirewall(blocked=["bad.example"])))
    assert not [address for address in resources if "route53profiles" in address]
    shared = {a.rpartition(".")[2] for a in resources if a.startswith(f"{DNS}/aws_ram_resource_association.")}
    assert shared == {"rule_corp_example_com", "query_logs", "firewall"}
    zones = [a.rpartition(".")[2] for a in resources if "/aws_route53_zone." in a]
    assert len(zones) == 7
    for zone in zones:
        association = resources[f"test/resolution_test/aws_route53_zone_association.{zone}"]
        admitted = resources[f"test/resolution_test/aws_route53_vpc_association_authorization.{zone}"]
        assert admitted["provider"] == "aws.dns"
        assert "provider" not in association
        assert association["zone_id"] == f"${{aws_route53_vpc_association_authorization.{zone}.zone_id}}"
        # The owner's own VPC is written in the zone; who else is associated is not the zone's business.
        assert f"shared-services/resolution_shared_services/aws_route53_zone_association.{zone}" not in resources
    assert all(r["lifecycle"]["ignore_changes"] == ["vpc"] for a, r in resources.items() if "/aws_route53_zone." in a)
    provider = next(p for p in documents["test"]["provider"]["aws"] if p.get("alias") == "dns")
    assert provider["allowed_account_ids"] == ["222233334444"]
    assert [role["role_arn"].rpartition("/")[2] for role in provider["assume_role"]] == [
        "isthmus-deploy",
        "infra-us-east-1-authorize-vpcs",
    ]
    policy = json.loads(resources[f"{DNS}/aws_iam_role_policy.authorize_vpcs"]["policy"])
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert all(re.fullmatch(r"route53:\w+VPCAssociationAuthorizations?", action) for action in actions)
    rest = {a.split("/")[2] for a in resources if a.startswith("test/resolution_test/") and "zone" not in a}
    assert {address.split(".")[0] for address in rest} == {
        "aws_route53_resolver_rule_association",
        "aws_route53_resolver_query_log_config_association",
        "aws_route53_resolver_firewall_rule_group_association",
        "aws_route53_vpc_association_authorization",
    }


@pytest.mark.parametrize("shared_by", SharedBy)
def test_adding_a_spoke_leaves_every_other_root_as_it_was(shared_by):
    estate = reference(shared_by=shared_by)
    before = synthesize(estate)
    spoke = Spoke("sandbox", cidr="10.1.64.0/20", segment="workloads", egress=Egress.ON_PREMISES)
    grown = synthesize(check(environment_with(estate, "sandbox", "workloads-test", spoke)))
    assert {name for name, text in before.items() if grown[name] != text} <= {"intent.json", "manifest.json"}
    assert "stacks/sandbox/modules/resolution_sandbox/main.tf.json" in grown


def test_who_does_not_reach_shared_services_does_not_use_them():
    estate = environment_with(
        reference(), "lab", "workloads-test", Spoke("lab", cidr="10.1.64.0/20", segment="lab", egress=Egress.NONE)
    )
    files = synthesize(
        check(replace(estate, segments=[*estate.segments, Segment("lab", may_be_attached_by=["workloads-test"])]))
    )
    assert not [name for name in files if "resolution_lab" in name]
    stacks = json.loads(files["manifest.json"])["stacks"]
    assert stacks["lab"]["dependencies"] == ["network"]
    assert stacks["test"]["dependencies"] == ["network", "shared-services"]


def test_forwarding_everything_keeps_the_names_of_aws():
    resources, _ = made(reference(forwards=[ForwardRule(".", site="dc1")]))
    kept = resources[f"{DNS}/aws_route53_resolver_rule.amazonaws_com"]
    assert (kept["domain_name"], kept["rule_type"]) == ("amazonaws.com", "SYSTEM")
    assert not kept.keys() & {"target_ip", "resolver_endpoint_id"}
    assert f"{DNS}/aws_route53profiles_resource_association.rule_amazonaws_com" in resources
    assert resources[f"{DNS}/aws_route53_resolver_rule.everything"]["domain_name"] == "."
    assert not [a for a in made(reference())[0] if "amazonaws_com" in a and "resolver_rule" in a]


def test_targets_of_ones_own_are_asked_and_let_out():
    forwards = [ForwardRule("ad.example.com", targets=["10.1.48.10"]), ForwardRule("10.in-addr.arpa", site="dc1")]
    resources, _ = made(reference(forwards=forwards))
    rule = resources[f"{DNS}/aws_route53_resolver_rule.ad_example_com"]
    assert rule["target_ip"] == [{"ip": "10.1.48.10", "port": 53}]
    assert f"{DNS}/aws_route53_resolver_rule._10_in-addr_arpa" in resources
    assert ("10.1.48.10/32", "udp", 53, 53) in ports(resources, "aws_vpc_security_group_egress_rule", "outbound")


def test_allowed_names_win_over_blocked_ones():
    firewall = DnsFirewall(allowed=["*.example.com", "*.amazonaws.com"], blocked=["*"])
    resources, _ = made(reference(firewall=firewall))
    rules = {n: resources[f"{DNS}/aws_route53_resolver_firewall_rule.{n}"] for n in ("allowed", "blocked")}
    assert rules["allowed"]["priority"] < rules["blocked"]["priority"]
    assert (rules["allowed"]["action"], rules["blocked"]["action"]) == ("ALLOW", "BLOCK")
    assert resources[f"{DNS}/aws_route53_resolver_firewall_domain_list.allowed"]["domains"] == [
        "*.amazonaws.com",
        "*.example.com",
    ]
    assert rules["allowed"]["firewall_domain_redirection_action"] == "TRUST_REDIRECTION_DOMAIN"
    assert "firewall_domain_redirection_action" not in rules["blocked"]


def test_queries_are_logged_with_the_roots_key_unless_the_intent_disables_it():
    resources, _ = made(reference())
    assert resources[f"{DNS}/aws_cloudwatch_log_group.queries"]["kms_key_id"] == "${var.log_key_arn}"
    without, documents = made(reference(query_logs=False))
    assert not [address for address in without if address.startswith(f"{DNS}/aws_cloudwatch")]
    assert "log_key_arn" not in documents["shared-services"]["module"]["dns"]
    assert not [address for address in without if "query_log_config" in address]


def test_the_order_of_lists_decides_nothing():
    forwards = [ForwardRule("a.example.com", site="dc1"), ForwardRule("b.example.com", site="dc1")]
    zones = [PrivateZone("y.example.com"), PrivateZone("x.example.com")]
    one = synthesize(check(reference(forwards=forwards, private_zones=zones)))
    other = synthesize(check(reference(forwards=forwards[::-1], private_zones=zones[::-1])))
    assert {n for n in one if one[n] != other[n]} == {"intent.json"}


def test_one_account_admits_its_own_vpcs_without_being_asked():
    estate = environment_with(
        reference(shared_by=EACH),
        "tools",
        "infra-shared-prod",
        Spoke("tools", cidr="10.1.64.0/20", segment="network-services", egress=Egress.NONE),
    )
    segments = [replace(s, allowed_egress={*s.allowed_egress, Egress.NONE}) for s in estate.segments]
    resources, documents = made(replace(estate, segments=segments))
    own = [a for a in resources if a.startswith("tools/resolution_tools/")]
    assert not [a for a in own if "authorization" in a]
    assert len([a for a in own if "zone_association" in a]) == 7
    assert not [p for p in documents["tools"]["provider"]["aws"] if p.get("alias") == "dns"]


def test_hybrid_dns_may_be_in_the_hub_environment():
    """Then spokes there are served too, and nothing is read from another root."""
    estate = reference()
    shared = next(e for e in estate.environments if e.dns is not None)
    hub = estate.hub_environment
    joined = replace(hub, spokes=shared.spokes, dns=shared.dns, endpoints=shared.endpoints)
    rest = [e for e in estate.environments if e not in (shared, hub)]
    _, documents = made(replace(estate, environments=[joined, *rest]))
    assert "data" not in documents["network"]
    assert (
        documents["network"]["module"]["resolution_shared_services"]["dns_profile_id"] == "${module.dns.dns_profile_id}"
    )
    assert documents["test"]["data"]["terraform_remote_state"].keys() == {"network"}
