"""Names of inputs, outputs and resources that the DNS modules share."""

from __future__ import annotations

from isthmus.intent import Estate, SharedBy
from isthmus.intent.name_resolution import KEPT_BY_AWS, SharedServices, keeps_aws_names
from modules.terraform_names import domain_identifier

VPC_ID = "vpc_id"
PROFILE_ID = "dns_profile_id"
AUTHORIZE_ROLE = "authorize_role_name"
QUERY_LOGS_ID = "query_log_config_id"
FIREWALL_ID = "dns_firewall_rule_group_id"
# The priority of the rule group of DNS Firewall in a VPC or a profile: 100 to 9,900, the lowest number first.
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_AssociateFirewallRuleGroup.html
FIREWALL_PRIORITY = 200
# The key of the query log configuration among the shared resources.
QUERY_LOGS = "query_logs"


def rule_id(domain: str) -> str:
    """The name of the output and input that holds the id of a domain's Resolver rule."""
    return f"resolver_rule_id_{domain_identifier(domain)}"


def zone_id(domain: str) -> str:
    """The name of the output and input that holds the id of a private hosted zone."""
    return f"zone_id_{domain_identifier(domain)}"


def subnet_id(name: str) -> str:
    """The name of the output and input that holds the id of a subnet of the shared services spoke."""
    return f"subnet_id_{name}"


def rule_domains(home: SharedServices) -> tuple[str, ...]:
    """The domains with a Resolver rule: forwarded domains, and those that AWS answers."""
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
    """The prefix of the names of hybrid DNS resources in AWS."""
    return f"{estate.prefix}-{home.environment.name}"


def resource_name(domain: str) -> str:
    """A valid name for a Resolver rule or a profile association: at most 64 letters, digits, `-` and `_`."""
    return "everything" if domain == "." else domain.replace(".", "-")[:64]
