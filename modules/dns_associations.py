"""Module `resolution_<spoke>`: associates a spoke's VPC with the estate's hybrid DNS. It is in the spoke's root."""

from __future__ import annotations

from typing import Any

from isthmus.intent import Environment, Estate, SharedBy, Spoke
from isthmus.intent.name_resolution import SharedServices, private_domains
from modules.aws import (
    AwsProvider,
    Route53ProfilesAssociation,
    Route53ResolverFirewallRuleGroupAssociation,
    Route53ResolverQueryLogConfigAssociation,
    Route53ResolverRuleAssociation,
    Route53VpcAssociationAuthorization,
    Route53ZoneAssociation,
)
from modules.cdk import ModuleStack, TerraformVariable
from modules.dns_interface import (
    FIREWALL_ID,
    FIREWALL_PRIORITY,
    PROFILE_ID,
    QUERY_LOGS_ID,
    VPC_ID,
    dns_outputs,
    rule_domains,
    rule_id,
    zone_id,
)
from modules.endpoints import endpoint_outputs
from modules.provider import DNS, REQUIRED, REQUIRED_WITH_DNS
from modules.terraform_names import domain_identifier, identifier


def dns_inputs(estate: Estate, home: SharedServices, wanted: Spoke) -> tuple[str, ...]:
    """The names of the inputs that come from the root with hybrid DNS."""
    names = (*dns_outputs(home), *endpoint_outputs(estate, home))
    if wanted.name == home.spoke.name:
        return tuple(name for name in names if name not in _zone_ids(estate, home))
    return names


def needs_authorization(estate: Estate, home: SharedServices, environment: Environment) -> bool:
    """Whether private hosted zones of another account must authorize the environment's VPCs first."""
    apart = environment.account != home.environment.account
    return home.dns.shared_by is SharedBy.RESOLVER_RULES and apart and bool(private_domains(home, estate.region))


def dns_associations(estate: Estate, environment: Environment, home: SharedServices, wanted: Spoke) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `vpc_id` and `dns_inputs`. If zones must authorize the VPC, it also needs the provider `aws.dns`.
    """
    apart = needs_authorization(estate, home, environment)
    module = ModuleStack(f"resolution_{identifier(wanted.name)}", providers=REQUIRED_WITH_DNS if apart else REQUIRED)
    vpc_id = module.ref(module.add(TerraformVariable, VPC_ID, type="string", description="The VPC"), None)
    ids = {
        name: module.ref(
            module.add(TerraformVariable, name, type="string", description="An output of hybrid DNS"), None
        )
        for name in dns_inputs(estate, home, wanted)
    }
    name = f"{estate.prefix}-{wanted.name}"
    if QUERY_LOGS_ID in ids:
        module.add(
            Route53ResolverQueryLogConfigAssociation,
            "this",
            resolver_query_log_config_id=ids[QUERY_LOGS_ID],
            resource_id=vpc_id,
        )
    if PROFILE_ID in ids:
        module.add(
            Route53ProfilesAssociation,
            "this",
            name=name,
            profile_id=ids[PROFILE_ID],
            resource_id=vpc_id,
            tags={"Name": name},
        )
        return module.emit()
    for domain in rule_domains(home):
        module.add(
            Route53ResolverRuleAssociation,
            domain_identifier(domain),
            name=name,
            resolver_rule_id=ids[rule_id(domain)],
            vpc_id=vpc_id,
        )
    if FIREWALL_ID in ids:
        module.add(
            Route53ResolverFirewallRuleGroupAssociation,
            "this",
            name=name,
            firewall_rule_group_id=ids[FIREWALL_ID],
            priority=FIREWALL_PRIORITY,
            vpc_id=vpc_id,
            tags={"Name": name},
        )
    owner = AwsProvider(module, "aws_dns", alias=DNS) if apart else None
    for domain in private_domains(home, estate.region) if wanted.name != home.spoke.name else ():
        zone = ids[zone_id(domain)]
        if apart:
            name = domain_identifier(domain)
            authorized = module.add(
                Route53VpcAssociationAuthorization, name, zone_id=zone, vpc_id=vpc_id, provider=owner
            )
            zone = module.ref(authorized, "zone_id")
        module.add(Route53ZoneAssociation, domain_identifier(domain), zone_id=zone, vpc_id=vpc_id)
    return module.emit()


def _zone_ids(estate: Estate, home: SharedServices) -> set[str]:
    return {zone_id(domain) for domain in private_domains(home, estate.region)}
