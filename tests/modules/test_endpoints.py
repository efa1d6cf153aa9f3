"""Interface endpoints as Terraform: DNS records, security groups, endpoint policies."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from isthmus.aws.services import SERVICES
from isthmus.intent import CentralEndpoints, EndpointService, SharedBy
from tests.modules.shared_services import made, reference

ENDPOINTS = "shared-services/endpoints"
# Four zones of ten or so addresses each do not hold an endpoint of every service.
ROOMY = {f"endpoints_az{zone}": f"10.1.{number}.0/25" for zone, number in ((1, 60), (2, 61), (4, 52))}


def central(*services: str, **rest) -> tuple:
    return made(reference(endpoints=CentralEndpoints(services=services), **rest))


def names(resources: dict) -> dict[str, str]:
    """The names of services, with the endpoint that each leads to."""
    return {
        record["name"]: record["alias"]["name"].removeprefix("${aws_vpc_endpoint.interface_").partition(".")[0]
        for address, record in resources.items()
        if "/aws_route53_record." in address
    }


def test_every_known_service_has_its_names():
    nowhere: dict[str, Any] = {"gateway_endpoints": []}
    estate = reference(
        endpoints=CentralEndpoints(services=list(SERVICES)), spoke={"subnets": ROOMY, **nowhere}, inbound=False
    )
    estate = replace(
        estate,
        environments=[
            replace(e, spokes=[replace(spoke, **nowhere) for spoke in e.spokes]) for e in estate.environments
        ],
    )
    resources, _ = made(estate)
    found = names(resources)
    assert found["ssm.us-east-1.amazonaws.com"] == "ssm"
    assert found["api.ecr.us-east-1.amazonaws.com"] == "ecr_api"
    assert found["dkr.ecr.us-east-1.amazonaws.com"] == found["*.dkr.ecr.us-east-1.amazonaws.com"] == "ecr_dkr"
    assert found["*.execute-api.us-east-1.amazonaws.com"] == "execute_api"
    assert "execute-api.us-east-1.amazonaws.com" not in found
    assert found["kinesis.us-east-1.amazonaws.com"] == found["*.data-kinesis.us-east-1.amazonaws.com"]
    for name in ("", "*.", "*.s3-accesspoint", "*.s3-control"):
        domain = f"{name}.us-east-1.amazonaws.com" if name.startswith("*.s3") else f"{name}s3.us-east-1.amazonaws.com"
        assert found[domain] == "s3"
    assert set(found.values()) == {service.replace("-", "_").replace(".", "_") for service in SERVICES}
    for address, endpoint in resources.items():
        if address.startswith(f"{ENDPOINTS}/aws_vpc_endpoint."):
            assert endpoint["private_dns_enabled"] is False, address
            assert len(endpoint["subnet_ids"]) == 3


def test_s3_with_a_gateway_endpoint_serves_only_the_sites():
    resources, documents = central("kms", "s3")
    endpoint = resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_s3"]
    assert endpoint["private_dns_enabled"] is True
    assert endpoint["dns_options"] == {"private_dns_only_for_inbound_resolver_endpoint": True}
    assert set(names(resources)) == {"kms.us-east-1.amazonaws.com"}
    # AWS wants the gateway endpoint first: what leads here waits for it.
    outputs = documents["shared-services/spoke_shared_services"]["output"]
    assert outputs["subnet_id_endpoints_az1"]["depends_on"] == ["aws_vpc_endpoint.dynamodb", "aws_vpc_endpoint.s3"]


def test_the_estate_and_the_sites_are_let_in_by_https_and_nothing_else():
    resources, _ = central("kms")
    rules = [r for a, r in resources.items() if a.startswith(f"{ENDPOINTS}/aws_vpc_security_group_")]
    assert {rule["cidr_ipv4"] for rule in rules} == {"10.1.0.0/16", "172.20.0.0/16", "172.21.0.0/16"}
    assert {(rule["ip_protocol"], rule["from_port"], rule["to_port"]) for rule in rules} == {("tcp", 443, 443)}
    group = resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_kms"]["security_group_ids"]
    assert group == ["${aws_security_group.endpoints.id}"]


def test_a_service_is_reached_on_its_other_ports_too():
    """Athena's drivers read results on tcp/444, and DataSync controls its agents on tcp/1024 to 1064."""
    resources, _ = central("athena", "datasync", "kms")
    rules = [r for a, r in resources.items() if a.startswith(f"{ENDPOINTS}/aws_vpc_security_group_ingress")]
    networks = {"10.1.0.0/16", "172.20.0.0/16", "172.21.0.0/16"}
    ports = {(443, 443), (444, 444), (1024, 1064)}
    assert {(r["cidr_ipv4"], r["from_port"], r["to_port"]) for r in rules} == {(n, *p) for n in networks for p in ports}
    assert len({r["description"] for r in rules}) == len(rules) == 9

    own = {"interface_endpoints": ["athena"], "secondary_cidrs": []}
    resources, _ = made(reference(endpoints=None, spoke=own))
    place = "shared-services/spoke_shared_services"
    rules = [r for a, r in resources.items() if a.startswith(f"{place}/aws_vpc_security_group_ingress")]
    assert {(r["cidr_ipv4"], r["from_port"]) for r in rules} == {("10.1.48.0/20", 443), ("10.1.48.0/20", 444)}


def test_policies_serve_the_organization_unless_pinned():
    pinned = '{"Version": "2012-10-17", "Statement": []}'
    endpoints = CentralEndpoints(services=["kms", "sts"], policies={"sts": pinned})
    resources, _ = made(reference(endpoints=endpoints))
    (statement,) = json.loads(resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_kms"]["policy"])["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}}
    assert resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_sts"]["policy"] == pinned


def test_who_takes_on_a_role_of_the_organization_need_not_be_a_principal_of_it_yet():
    """IAM roles for EKS service accounts, and SAML: such a request is not signed, and has no `aws:PrincipalOrgID`."""
    resources, _ = central("kms", "sts")
    statements = json.loads(resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_sts"]["policy"])["Statement"]
    actions = {one["Sid"]: one["Action"] for one in statements}
    assert actions == {
        "Organization": "*",
        "Federation": ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
    }
    assert [one["Condition"] for one in statements] == [
        {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}},
        {"StringEquals": {"aws:ResourceOrgID": "o-exampleorg"}},
    ]


def test_buckets_of_aws_can_be_read_and_not_written():
    """Requests for layers of ECR images, or for packages of Amazon Linux, have no signature of the organization."""
    resources, _ = central("kms", "s3")
    ours, owned = json.loads(resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_s3"]["policy"])["Statement"]
    assert ours["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}}
    assert (owned["Action"], "Condition" in owned) == ("s3:GetObject", False)
    assert "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*" in owned["Resource"]
    assert all(re.fullmatch(r"arn:aws:s3:::[a-z0-9-]*us-east-1[a-z0-9-]*/\*", arn) for arn in owned["Resource"])


@pytest.mark.parametrize("shared_by", SharedBy)
def test_zones_are_handed_out_as_the_rest_is(shared_by):
    resources, documents = central("kms", shared_by=shared_by)
    zone = "kms_us-east-1_amazonaws_com"
    assert resources[f"{ENDPOINTS}/aws_route53_zone.{zone}"]["vpc"] == [{"vpc_id": "${var.vpc_id}"}]
    profile = shared_by is SharedBy.PROFILE
    assert (f"{ENDPOINTS}/aws_route53profiles_resource_association.zone_{zone}" in resources) is profile
    assert (f"zone_id_{zone}" in documents["shared-services"]["output"]) is not profile


def test_a_spokes_own_endpoints_lie_in_its_private_subnets_for_itself_alone():
    resources, _ = made(reference(endpoints=None, spoke={"interface_endpoints": ["kms"], "secondary_cidrs": []}))
    place = "shared-services/spoke_shared_services"
    endpoint = resources[f"{place}/aws_vpc_endpoint.interface_kms"]
    assert endpoint["private_dns_enabled"] is True
    assert endpoint["subnet_ids"] == [f"${{aws_subnet.private_az{zone}.id}}" for zone in (1, 2, 4)]
    rules = [r["cidr_ipv4"] for a, r in resources.items() if a.startswith(f"{place}/aws_vpc_security_group_ingress")]
    assert rules == ["10.1.48.0/20"]
    assert not [address for address in resources if "/aws_route53_record." in address]


def test_a_spokes_own_endpoint_has_the_policy_that_is_pinned_for_it():
    """An API without signatures has no principals, and a service without endpoint policies takes one for all alone."""
    pinned = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
    own = {"interface_endpoints": ["execute-api", "kms"], "endpoint_policies": {"execute-api": pinned}}
    resources, _ = made(reference(endpoints=None, spoke=own))
    place = "shared-services/spoke_shared_services/aws_vpc_endpoint.interface_"
    assert resources[f"{place}execute_api"]["policy"] == pinned
    assert "aws:PrincipalOrgID" in resources[f"{place}kms"]["policy"]


def test_a_spokes_own_endpoint_for_s3_answers_the_spoke_and_needs_no_gateway_endpoint():
    own = {"interface_endpoints": ["kms", "s3"], "gateway_endpoints": ["dynamodb"], "secondary_cidrs": []}
    resources, _ = made(reference(endpoints=None, spoke=own))
    place = "shared-services/spoke_shared_services"
    endpoint = resources[f"{place}/aws_vpc_endpoint.interface_s3"]
    assert endpoint["dns_options"] == {"private_dns_only_for_inbound_resolver_endpoint": False}
    assert "dns_options" not in resources[f"{place}/aws_vpc_endpoint.interface_kms"]


def test_every_service_is_named_as_its_endpoint():
    for name, service in SERVICES.items():
        assert service.endpoint_name("eu-west-1") == f"com.amazonaws.eu-west-1.{name}"
        for zone in service.zones_in("eu-west-1"):
            assert zone.name.endswith(".eu-west-1.amazonaws.com")
            assert zone.apex or zone.wildcard
    domains = [zone.name for service in SERVICES.values() for zone in service.zones_in("eu-west-1")]
    assert len(domains) == len(set(domains))


PARTNER = EndpointService(
    "ledger",
    endpoint_name="com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
    dns_names=["ledger.example.net", "*.ledger.example.net", "*.reports.example.net"],
    ports=["tcp/8443-8445"],
)
EKS_AUTH = EndpointService(
    "eks-auth", endpoint_name="com.amazonaws.us-east-1.eks-auth", dns_names=["eks-auth.us-east-1.api.aws"]
)


def test_other_services_have_the_names_and_ports_that_the_intent_states():
    resources, _ = made(reference(endpoints=CentralEndpoints(services=["kms"], others=[EKS_AUTH, PARTNER])))
    found = names(resources)
    assert found["eks-auth.us-east-1.api.aws"] == "eks_auth"
    assert found["ledger.example.net"] == found["*.ledger.example.net"] == found["*.reports.example.net"] == "ledger"
    assert "reports.example.net" not in found
    ledger = resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_ledger"]
    assert ledger["service_name"] == PARTNER.endpoint_name
    assert "policy" not in ledger
    eks_auth = resources[f"{ENDPOINTS}/aws_vpc_endpoint.interface_eks_auth"]
    assert eks_auth["service_name"] == EKS_AUTH.endpoint_name
    assert "aws:PrincipalOrgID" in eks_auth["policy"]
    place = f"{ENDPOINTS}/aws_vpc_security_group_ingress_rule."
    rules = [rule for address, rule in resources.items() if address.startswith(place)]
    assert {(rule["from_port"], rule["to_port"]) for rule in rules} == {(443, 443), (8443, 8445)}
