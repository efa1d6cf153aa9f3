"""Settings that concern one value."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate, HcpTerraform, S3Backend
from isthmus.testing.broken.parts import breaks, extra_site, extra_spoke, grown
from isthmus.testing.strategies import ACCOUNTS


@breaks
def invalid_tag(estate: Estate) -> Estate:
    return replace(estate, tags={"aws:foo": "bar"})


@breaks
def invalid_log_retention(estate: Estate) -> Estate:
    return replace(estate, log_retention_days=31)


@breaks
def dns_server_outside_site(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(dns_servers=["172.29.0.53"])])


@breaks
def invalid_gateway_endpoint(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(gateway_endpoints=["sqs"])])


@breaks
def invalid_state_bucket(estate: Estate) -> Estate:
    return replace(estate, backend=S3Backend(bucket="Example_State", account=ACCOUNTS[0]))


@breaks
def invalid_aws_provider(estate: Estate) -> Estate:
    return replace(estate, aws_provider=">= 5.100")


@breaks
def invalid_hcp_terraform_name(estate: Estate) -> Estate:
    return replace(estate, backend=HcpTerraform(organization="example", hostname="https://app.terraform.io"))
