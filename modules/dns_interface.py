"""What modules call the parts of hybrid DNS when they hand them to each other: inputs, outputs, labels."""

from __future__ import annotations

from isthmus.intent import Estate, SharedBy
from isthmus.intent.name_resolution import KEPT_BY_AWS, SharedServices, keeps_aws_names
from modules.terraform_names import domain_identifier

VPC_ID = "vpc_id"
PROFILE_ID = "dns_profile_id"
AUTHORIZE_ROLE = "authorize_role_name"
QUERY_LOGS_ID = "query_log_config_id"
FIREWALL_ID = "dns_firewall_rule_group_id"
# Of the firewall's rule group among others of a VPC or a profile: 100 to 9,900, first come first served.
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_AssociateFirewallRuleGroup.html
FIREWALL_PRIORITY = 200
# The Terraform name of the query log configuration among what is shared.
QUERY_LOGS = "query_logs"


def rule_id(domain: str) -> str:
    """The name of the output, and of inputs elsewhere, that holds the id of a domain's rule."""
    return f"resolver_rule_id_{domain_identifier(domain)}"


def zone_id(domain: str) -> str:
    """The same for the id of a private zone."""
    return f"zone_id_{domain_identifier(domain)}"


def subnet_id(name: str) -> str:
    """The same for the id of a subnet of the shared services spoke."""
    return f"subnet_id_{name}"


def rule_domains(home: SharedServices) -> tuple[str, ...]:
    """The domains that have a rule: those that are forwarded, and what AWS keeps."""
    kept = (KEPT_BY_AWS,) if keeps_aws_names(home.dns) else ()
    return (*sorted(rule.domain for rule in home.dns.forwards), *kept)


def dns_outputs(home: SharedServices) -> tuple[str, ...]:
    """The names of the outputs of module `dns` that spokes need."""
    logs = (QUERY_LOGS_ID,) if home.dns.query_logs else ()
    if home.dns.shared_by is SharedBy.PROFILE:
        return (PROFILE_ID, *logs)
    return (
        *(rule_id(domain) for domain in rule_domains(home)),
        *(zone_id(zone.domain) for zone in sorted(home.dns.private_zones, key=lambda zone: zone.domain)),
        *logs,
        *((FIREWALL_ID,) if home.dns.firewall is not None else ()),
    )


def name_prefix(estate: Estate, home: SharedServices) -> str:
    """What names of hybrid DNS in AWS start with."""
    return f"{estate.prefix}-{home.environment.name}"


def resource_name(domain: str) -> str:
    """A name of at most 64 letters, digits, `-` and `_`, as Resolver and profiles take it."""
    return "everything" if domain == "." else domain.replace(".", "-")[:64]
