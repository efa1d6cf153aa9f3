"""Policies, rules, alarms and charts that grow with the estate, compared with the limits of AWS.

`modules/` writes them. Tests compare the sizes computed here with the generated ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from isthmus.aws.accepted_firewall_rules import SURICATA_RULE
from isthmus.intent.checks.firewall import own_rules
from isthmus.intent.checks.lenient import links, resolved
from isthmus.intent.checks.quotas import ask, quota_of, spoke_tables_of
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.firewall_rules import (
    VARIABLE,
    FirewallRule,
    firewall_rules,
    home_ranges,
    inspected_pairs,
    segment_variable,
)
from isthmus.intent.model import name_of
from isthmus.intent.reachability import (
    advertised_to,
    inspected_with_site,
    routed_together,
    sites_with_own_route_table,
)
from isthmus.intent.segment import Egress, Segment

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
ROLE_POLICY = 10_240
UNDERLYING_ALARMS = 100
CHART_METRICS = 500
# The largest chart has bytes and packets of two tunnels, in and out, for each connection.
_LINES = 4
# The part of a role's policy without route tables, with the longest names.
_ROLE_POLICY_BASE = 2_600
# The actions on static routes: on attachments, and in a statement of their own.
_STATIC_ROUTES = 350
_TABLE_ID = "tgw-rtb-0123456789abcdef0"
# The constant part of a role's trust policy as AWS stores it: without white space.
_TRUST = '{"Statement":[],"Version":"2012-10-17"}'
_TRUSTED = (
    '{"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"aws:PrincipalOrgID":""}},'
    '"Effect":"Allow","Principal":{"AWS":"*"},"Sid":""}'
)
_BY_ROLES = '"ArnLike":{"aws:PrincipalArn":},'
_OF_UNITS = 'OrganizationalUnits"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":[]},'
_OF_ACCOUNTS = 'Accounts"aws:PrincipalAccount":[],'


@rule("AWS limits the length of a role's trust policy, which lists all of them", _IAM)
def trust_policy_too_long(estate: Estate) -> Iterator[Fault]:
    """A segment lists more units and accounts in `may_be_attached_by` than the trust policy of its role can hold."""
    limit = quota_of(estate, "role-trust-policy-length")
    for segment in estate.segments:
        if attaching_principals(estate, segment) and (size := trust_policy_length(estate, segment)) > limit:
            given = f"may_be_attached_by has {len(segment.may_be_attached_by)} units and accounts: {size} characters"
            remedy = "; or one unit that contains the others"
            yield Fault(segment, given, ask("role-trust-policy-length", limit, size) + remedy)


def trust_policy_length(estate: Estate, segment: Segment) -> int:
    """The length of the trust policy of a segment's role: one statement for units, and one for accounts."""
    organization = "" if estate.organization is None else estate.organization.arn.rpartition("/")[2]
    units = {unit.name: unit.arn.rpartition("/")[2] for unit in estate.units}
    accounts = {account.name: account.id for account in estate.all_accounts}
    names = attaching_principals(estate, segment)
    paths = [f'"{organization}/*/{units[name]}/*"' for name in names if name in units]
    ids = [f'"{accounts[name]}"' for name in names if name not in units and name in accounts]
    trusted = _TRUSTED + organization
    roles = estate.deployers
    named = ",".join(f'"arn:{estate.partition}:iam::*:role/{role}"' for role in roles)
    trusted += _BY_ROLES + (f"[{named}]" if len(roles) > 1 else named)
    statements = [
        trusted + kind + ",".join(listed) for kind, listed in ((_OF_UNITS, paths), (_OF_ACCOUNTS, ids)) if listed
    ]
    return len(_TRUST + ",".join(statements))


def attaching_principals(estate: Estate, segment: Segment) -> list[str]:
    """The units and accounts that need a segment's role to attach: `may_be_attached_by` without the hub's account."""
    holder = next((environment for environment in estate.environments if environment.hub is not None), None)
    own = {str(name_of(holder.account))} if holder is not None else set()
    return sorted({str(name_of(principal)) for principal in segment.may_be_attached_by} - own)


def _partition(estate: Estate) -> str:
    return estate.partition


@rule(
    "AWS limits the total length of a role's policies, and this policy lists every route table that the "
    "role may change",
    _IAM,
)
def role_policy_too_long(estate: Estate) -> Iterator[Fault]:
    """A segment reaches more route tables than the policy of its role can list."""
    sound = resolved(estate)
    for segment in sound.segments:
        count = tables_named(sound, segment)
        owners = owners_named(sound, segment)
        if not owners or not segment.allowed_egress:
            continue
        if (size := role_policy_length(sound, count, owners, static=segment.static_routes)) > ROLE_POLICY:
            given = f"its role's policy lists {count} route tables and {owners} accounts: {size} characters"
            remedy = "fewer entries in reaches or in their allowed_egress, or one unit for the accounts"
            yield Fault(segment, given, f"at most {ROLE_POLICY}: {remedy}")


def tables_named(estate: Estate, segment: Segment) -> int:
    """The number of route tables in the policy of a segment's role: for associations and propagations of its spokes.

    Spokes propagate into the tables of the segments that they reach directly, of the sites that AWS advertises them to,
    and of the firewall or the egress VPC.
    With `static_routes`, the policy lists these tables once more.
    """
    others = [other for other in estate.segments if routed_together(segment, other)]
    inspected = any(segment.name in pair for pair in inspected_pairs(estate))
    beyond = inspected or Egress.CENTRAL in segment.allowed_egress
    of_sites = [site for other in others for site in sites_with_own_route_table(estate, other)]
    learned = sum(advertised_to(estate, segment, site) and not inspected_with_site(segment, site) for site in of_sites)
    learning = sum(spoke_tables_of(estate, other) for other in others) + learned + beyond
    return spoke_tables_of(estate, segment) + learning * (1 + segment.static_routes)


def owners_named(estate: Estate, segment: Segment) -> int:
    """The number of attachment owners in the policy of a segment's role; 0 without a role."""
    names = attaching_principals(estate, segment)
    accounts = {account.name for account in estate.all_accounts}
    return len(names) + 1 if names and accounts.issuperset(names) else bool(names)  # the hub's account is one more


def role_policy_length(estate: Estate, tables: int, owners: int, *, static: bool = False) -> int:
    """The maximum length of the policy of a segment's role with this number of tables and owners.

    `static`: whether the role may create static routes.
    """
    account = "111122223333"  # any account: IDs have the same length
    arn = f"arn:{estate.partition}:ec2:{estate.region}:{account}:transit-gateway-route-table/{_TABLE_ID}"
    attachments = f"arn:{estate.partition}:ec2:{estate.region}:{account}:transit-gateway-attachment/*"
    # Two statements list the attachments: one to accept them, one to tag them.
    base = _ROLE_POLICY_BASE + (_STATIC_ROUTES if static else 0)
    return base + len(f'"{arn}",') * tables + 2 * len(f'"{attachments}",') * owners


@rule(
    "AWS limits the length of a Suricata rule, including the values of its variables",
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/quotas.html",
)
def suricata_rule_too_long(estate: Estate) -> Iterator[Fault]:
    """A firewall rule is too long with the values of its variables."""
    home = len(",".join(home_ranges(resolved(estate))))
    sizes = {segment_variable(segment.name): len(",".join(segment.blocks)) for segment in estate.segments}
    sizes |= {"HOME_NET": home, "EXTERNAL_NET": home + 1}
    for group, text, _ in own_rules(estate):
        if (size := len(text) + sum(sizes.get(name, 0) for name in VARIABLE.findall(text))) > SURICATA_RULE:
            given = f'"{text[:40]}..." has {size} characters with the values of its variables'
            yield Fault(group, given, f"at most {SURICATA_RULE}: several rules, or fewer and larger blocks")
    rules = sorted(firewall_rules(resolved(estate)), key=generated_length)
    longest = {frozenset((one.source, one.to)): one for one in rules}
    for one in longest.values():
        # A site network is its CIDR, which the length of the rule includes.
        size = generated_length(one) + sum(sizes.get(segment_variable(name), 0) for name in (one.source, one.to))
        if size > SURICATA_RULE:
            given = f"rules between segments {one.source} and {one.to} have {size} characters with the blocks of both"
            yield Fault(estate, given, f"at most {SURICATA_RULE}: fewer and larger blocks of the two")


def generated_length(one: FirewallRule) -> int:
    """The maximum length of a generated rule: both names as variables and in the message, ports, and a sid."""
    return 2 * len(str(one)) + 150


@rule(
    "AWS limits the alarms in a composite alarm, and a site's alarm includes one for each connection",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html",
)
def too_many_site_alarms(estate: Estate) -> Iterator[Fault]:
    """A site has more VPN connections than its composite alarm can include."""
    for environment in estate.environments:
        names = {connection.name for connection in environment.vpn_connections}
        counts = Counter(link.site.name for link in links(estate) if link.connection.name in names)
        for site in estate.sites:
            if environment.observability is not None and counts[site.name] > UNDERLYING_ALARMS:
                given = f"{counts[site.name]} VPN connections lead to it"
                yield Fault(site, given, f"at most {UNDERLYING_ALARMS}, or no observability")


@rule(
    "AWS limits the metrics of a chart, and the tunnel traffic chart has four for each connection",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
)
def too_many_dashboard_metrics(estate: Estate) -> Iterator[Fault]:
    """An environment has more VPN connections than one dashboard chart can show."""
    most = CHART_METRICS // _LINES
    for environment in estate.environments:
        count = len(environment.vpn_connections)
        if environment.observability is not None and environment.hub is not None and count > most:
            given = f"its dashboard shows {count} VPN connections"
            yield Fault(environment.observability, given, f"at most {most}, or no observability")
