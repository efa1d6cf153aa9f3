"""Names: unique, valid in Terraform, and short enough for the AWS names that contain them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from isthmus.intent.backend import S3Backend
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.egress import EgressVpc
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.firewall import DomainList, RuleGroup
from isthmus.intent.firewall_rules import BETWEEN_SEGMENTS, CLOSING
from isthmus.intent.model import name_of, place_of
from isthmus.intent.organization import Account, OrganizationalUnit
from isthmus.intent.reachability import INTERNET
from isthmus.intent.segment import Segment
from isthmus.intent.spoke import Spoke

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
SPELLING = ' except for "-", "_" and case'
LONGEST_NAME = 40
LONGEST_PREFIX = 12
LONGEST_ROLE = 64


def _named(estate: Estate) -> Iterator[tuple[str, list[tuple[str, object, str]]]]:
    """Every namespace with its names: each name with its object, and the part of the object that has the name."""

    def of_objects(*things: object) -> list[tuple[str, object, str]]:
        return [(str(getattr(thing, "name", "")), thing, "") for thing in things]

    yield "accounts", of_objects(*estate.all_accounts)
    yield "organizational units", of_objects(*estate.units)
    yield "segments", of_objects(*estate.segments)
    yield "sites", of_objects(*estate.sites)
    for site in estate.sites:
        yield f"networks of {subject(site)}", [(name, site, f'network "{name}"') for name in site.networks]
    yield "customer gateways", of_objects(*(gateway for site in estate.sites for gateway in site.customer_gateways))
    yield "VPN connections and Direct Connect gateways", of_objects(*estate.connections)
    interfaces = (interface for gateway in estate.direct_connect for interface in gateway.virtual_interfaces)
    yield "virtual interfaces", of_objects(*interfaces)
    yield "environments", of_objects(*estate.environments)
    for _, spoke in estate.spokes:
        yield f"published services of {subject(spoke)}", of_objects(*spoke.published)
    egress = [environment.egress for environment in estate.environments if environment.egress is not None]
    yield "spokes and egress VPCs", of_objects(*(spoke for _, spoke in estate.spokes), *egress)
    for policy in [vpc.firewall for vpc in egress if vpc.firewall is not None]:
        yield "rule groups and domain lists", of_objects(*policy.rule_groups, *policy.domain_lists)
    yield "hubs", of_objects(*(environment.hub for environment in estate.environments if environment.hub))


@rule("names become resource addresses and file names, and some file systems ignore case")
def duplicate_name(estate: Estate) -> Iterator[Fault]:
    """Two things of one kind have the same name. Names that differ only in case, `-` or `_` count as the same."""
    for space, names in _named(estate):
        first: dict[str, tuple[str, object]] = {}
        for name, thing, part in names:
            key = name.replace("-", "_").casefold()
            if key not in first:
                first[key] = (name, thing)
            elif space != "hubs":  # not-exactly-one-hub reports a second hub
                other, holder = first[key]
                # Either of the two may be the one to rename.
                taken_by = f'"{other}"' if holder is thing else f"the name of {subject(holder)}, {place_of(holder)}"
                given = f'the name "{name}" is also {taken_by}{"" if other == name else SPELLING}'
                yield Fault(thing, given, f"another name for one of them, unique among the {space}", part)


@rule(
    "names become Terraform identifiers, file names and parts of AWS names",
    "https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers",
)
def invalid_name(estate: Estate) -> Iterator[Fault]:
    """A name is not a Terraform identifier."""
    for thing, name, part in _every_name(estate):
        if not NAME.fullmatch(name):
            right = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_") or "a"
            right = right if right[0].isalpha() else f"n{right}"
            yield Fault(
                thing, f'the name "{name}" is not a Terraform identifier', f'letters, digits, "-", "_": "{right}"', part
            )


@rule(
    "the longest AWS name, the role <prefix>-<region>-flow-logs-<environment>, may have 64 characters",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def name_too_long(estate: Estate) -> Iterator[Fault]:
    """A name or the prefix is too long for the AWS names that contain it."""
    for thing, name, part in _every_name(estate):
        if len(name) > LONGEST_NAME and not isinstance(thing, Account | OrganizationalUnit):
            given = f'the name "{name}" has {len(name)} characters'
            yield Fault(thing, given, f"at most {LONGEST_NAME} characters", part)
    for environment in estate.environments:
        role = f"{estate.prefix}-{estate.region}-flow-logs-{environment.name}"
        if max(len(environment.name) - LONGEST_NAME, len(estate.prefix) - LONGEST_PREFIX) <= 0:
            yield from _too_long(environment, environment.name, role)
    if not NAME.fullmatch(estate.prefix) or len(estate.prefix) > LONGEST_PREFIX:
        remedy = f'a letter, then letters, digits, "-" or "_", at most {LONGEST_PREFIX} characters: prefix="infra"'
        yield Fault(estate, f"the prefix is {estate.prefix!r}", remedy)


@rule(
    "an IAM role name has at most 64 characters",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def join_role_name_too_long(estate: Estate) -> Iterator[Fault]:
    """The name of the role `<prefix>-<region>-join-<segment>` is too long."""
    for segment in estate.segments:
        role = f"{estate.prefix}-{estate.region}-join-{segment.name}"
        if max(len(segment.name) - LONGEST_NAME, len(estate.prefix) - LONGEST_PREFIX) <= 0:
            yield from _too_long(segment, segment.name, role)


def _too_long(thing: object, name: str, role: str) -> Iterator[Fault]:
    if len(role) > LONGEST_ROLE:
        given = f'the name of its role "{role}" has {len(role)} characters'
        left = LONGEST_ROLE - len(role) + len(name)
        yield Fault(thing, given, f"a name of at most {left} characters, or a shorter prefix")


@rule("commands, reports and generated resources already use this name")
def reserved_name(estate: Estate) -> Iterator[Fault]:
    """A name is reserved for something that Isthmus generates or reports."""
    for _, spoke in estate.spokes:
        if spoke.name.casefold() == INTERNET:
            yield Fault(spoke, f'the name "{spoke.name}" is reserved for everything outside the estate', "another name")
    for segment in estate.segments if estate.egress is not None else ():
        if segment.name.casefold() in ("egress", "firewall"):
            given = f'the name "{segment.name}" is reserved for a route table of central egress'
            yield Fault(segment, given, "another name")
    vpcs = [environment.egress for environment in estate.environments if environment.egress is not None]
    for policy in [vpc.firewall for vpc in vpcs if vpc.firewall is not None]:
        groups: list[RuleGroup | DomainList] = [*policy.rule_groups, *policy.domain_lists]
        for group in groups:
            if group.name.replace("_", "-").casefold() in (BETWEEN_SEGMENTS, CLOSING):
                given = f'the name "{group.name}" is reserved for generated rules'
                yield Fault(group, given, "another name")
    if isinstance(estate.backend, S3Backend):
        for environment in estate.environments:
            if environment.name.casefold() == "state":
                given = f'the name "{environment.name}" is reserved for the root module that creates the state bucket'
                yield Fault(environment, given, "another name, or another backend")


@rule("accounts and organizational units are referred to by name only")
def ambiguous_principal(estate: Estate) -> Iterator[Fault]:
    """An account and an organizational unit have the same name."""
    units = {unit.name: unit for unit in estate.units}
    for account in estate.all_accounts:
        if account.name in units:
            given = f'"{account.name}" is also the name of an organizational unit'
            yield Fault(units[account.name], given, f'another name for one of them: "{account.name}-ou"')


@rule(
    "the value is the Name tag and, for a VPC, part of its log group's name: AWS accepts letters, digits "
    "and _.-/ in both",
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
)
def invalid_name_tag(estate: Estate) -> Iterator[Fault]:
    """A pinned `Name` tag is empty, too long or has characters that AWS does not accept."""
    vpcs = [environment.egress for environment in estate.environments if environment.egress is not None]
    pinned: list[tuple[Segment | Spoke | EgressVpc, str, str | None]] = [
        *((vpc, "vpc_name", vpc.vpc_name) for vpc in vpcs),
        *((segment, "route_table_name", segment.route_table_name) for segment in estate.segments),
        *((spoke, "vpc_name", spoke.vpc_name) for _, spoke in estate.spokes),
    ]
    for thing, field, value in pinned:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_./-]{1,200}", value):
            right = f'1 to 200 letters, digits and _.-/: {field}="{estate.prefix}-{thing.name}"'
            yield Fault(thing, f"{field} is {value!r}", right)


@rule(
    "flow logs go to a log group named after the VPC or the hub, and a log group name is unique in an account",
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
)
def duplicate_log_group(estate: Estate) -> Iterator[Fault]:
    """Two VPCs of one account, or a VPC and the hub, have the same name."""
    first: dict[tuple[str, str], str] = {}
    for environment in estate.environments:
        if environment.hub is not None:
            first.setdefault((str(name_of(environment.account)), environment.hub.name), subject(environment.hub))
    vpcs: list[tuple[Environment, Spoke | EgressVpc]] = [*estate.spokes]
    vpcs += [(environment, environment.egress) for environment in estate.environments if environment.egress]
    for environment, spoke in vpcs:
        name = spoke.vpc_name or f"{estate.prefix}-{spoke.name}"
        taken = first.setdefault((str(name_of(environment.account)), name), subject(spoke))
        if taken != subject(spoke):
            yield Fault(spoke, f'its VPC is named "{name}", like {taken}', f'another name: vpc_name="{name}-vpc"')


@rule("Terraform names are built from these names and must be unique")
def ambiguous_derived_name(estate: Estate) -> Iterator[Fault]:
    """Two different names give the same Terraform name when they are joined: site `a-b` with network `c`, and site
    `a` with network `b-c`.
    """
    networks = [(f"{site.name}_{name}", site, f'network "{name}"') for site in estate.sites for name in site.networks]
    tables: list[tuple[str, object, str]] = []
    for segment in estate.segments:
        ends = ["", "_on-premises", "_central", *(f"_{site.name}" for site in estate.sites)]
        tables += [(f"{segment.name}{end}", segment, f"route table {segment.name}{end}") for end in ends]
    vpns = [(f"{vpn.name}_{table}", vpn, part) for vpn in estate.vpn_connections for table, _, part in tables]
    direct = [
        (f"{gateway.name}_{table}", gateway, part) for gateway in estate.direct_connect for table, _, part in tables
    ]
    for joined in (networks, tables, vpns, direct):
        first: dict[str, tuple[object, str]] = {}
        for text, thing, part in joined:
            key = text.replace("-", "_").casefold()
            other, its = first.setdefault(key, (thing, part))
            if other is not thing and _apart(other, thing):
                given = f'joined, "{key}" is that of {subject(other)}, {its} too'
                yield Fault(thing, given, f"another name for one of them, {place_of(other)}", part)
                break  # report one pair only


def _apart(one: object, other: object) -> bool:
    """Whether `duplicate-name` does not already report the names of two objects."""
    names = [str(getattr(thing, "name", "")).replace("-", "_").casefold() for thing in (one, other)]
    return names[0] != names[1]


@rule("operators distinguish route tables by name")
def duplicate_route_table_name(estate: Estate) -> Iterator[Fault]:
    """The route tables of two segments have the same name."""
    taken = [(segment, segment.route_table_name or f"{estate.prefix}-{segment.name}") for segment in estate.segments]
    for (one, first), (other, name) in combinations(taken, 2):
        if first == name and one.name != other.name:
            given = f'the route table of segment "{one.name}" also has the name "{name}"'
            yield Fault(other, given, "another route_table_name")


def _every_name(estate: Estate) -> Iterator[tuple[object, str, str]]:
    yield estate, estate.name, ""
    for _, names in _named(estate):
        for name, thing, part in names:
            yield thing, name, part
