"""Firewall policies: rule groups, rules, domain lists and managed rule groups."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from isthmus.aws.accepted_firewall_rules import MOST_CAPACITY, MOST_GROUPS, capacity_holds, sid_of, suricata_fault
from isthmus.intent.checks.lenient import resolved, segment_of
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.egress import Inspection
from isthmus.intent.estate import Estate
from isthmus.intent.firewall import DomainList, FirewallPolicy, RuleGroup
from isthmus.intent.firewall_rules import CAPACITY, CLOSING_CAPACITY, SIDS, VARIABLE, firewall_rules, segment_variable

_GUIDE = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/"
_ORDER = f"{_GUIDE}suricata-rule-evaluation-order.html"
_DOMAIN = re.compile(r"\.?(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_MANAGED = re.compile(r"[A-Za-z0-9]{1,100}StrictOrder")
KNOWN_MANAGED = tuple(
    f"{name}StrictOrder"
    for name in (
        *("AbusedLegitBotNetCommandAndControlDomains", "AbusedLegitMalwareDomains"),
        *("AttackInfrastructure", "BotNetCommandAndControlDomains", "MalwareDomains"),
        *(
            f"ThreatSignatures{kind}"
            for kind in (
                *("Botnet", "BotnetWeb", "BotnetWindows", "DoS", "EmergingEvents", "Exploits", "FUP", "IOC"),
                *("Malware", "MalwareCoinmining", "MalwareMobile", "MalwareWeb", "Phishing", "Scanners", "Suspect"),
                "WebAttacks",
            )
        ),
    )
)
LONGEST_VARIABLE = 32
_RESERVED = ("HOME_NET", "EXTERNAL_NET")
# Priorities above this one are for generated rules, which come after the estate's rules.
LAST_PRIORITY = 65_000


def _policies(estate: Estate) -> Iterator[FirewallPolicy]:
    for environment in estate.environments:
        if environment.egress is not None and environment.egress.firewall is not None:
            yield environment.egress.firewall


def own_rules(estate: Estate) -> Iterator[tuple[RuleGroup, str, str | None]]:
    """Every Suricata rule in the estate, with its group and its sid."""
    for policy in _policies(estate):
        for group in policy.rule_groups:
            for text in group.rules:
                yield group, text, sid_of(text)


@rule("Network Firewall without a policy drops all traffic, and only Network Firewall reads a policy", _ORDER)
def firewall_policy_mismatch(estate: Estate) -> Iterator[Fault]:
    """An egress VPC has an inspection mode without a firewall policy, or a policy without inspection."""
    for environment in estate.environments:
        egress = environment.egress
        if egress is None:
            continue
        if egress.inspection is Inspection.NONE and egress.firewall is not None:
            remedy = "no firewall, or Inspection.VPC or Inspection.GATEWAY"
            yield Fault(egress, "it has a firewall policy, and inspection is Inspection.NONE", remedy)
        elif egress.inspection is Inspection.APPLIANCES and egress.firewall is not None:
            asked = ", ".join(_asked(egress.firewall)) or "no rules"
            given = f"inspection is Inspection.APPLIANCES, and it has a firewall policy with {asked}"
            remedy = "no firewall: the appliances have rules of their own; or Inspection.VPC or Inspection.GATEWAY"
            yield Fault(egress, given, remedy)
        elif egress.inspection.is_network_firewall and egress.firewall is None:
            remedy = "firewall=FirewallPolicy(...); an empty policy drops all traffic"
            yield Fault(
                egress, f"inspection is Inspection.{egress.inspection.name}, and there is no firewall policy", remedy
            )


def _asked(policy: FirewallPolicy) -> Iterator[str]:
    """What a policy asks a firewall for, each in a few words."""
    yield from (f'domain list "{listed.name}"' for listed in policy.domain_lists)
    yield from (f'rule group "{group.name}"' for group in policy.rule_groups)
    yield from (f'managed rule group "{name}"' for name in policy.managed_rule_groups)
    if policy.alert_only:
        yield "alert_only"


@rule(
    "in strict order each rule group has its own priority; the other numbers belong to managed rule "
    "groups and generated rules",
    _ORDER,
)
def invalid_rule_group_priority(estate: Estate) -> Iterator[Fault]:
    """A rule group's priority is out of range or already used."""
    for policy in _policies(estate):
        first: dict[int, str] = {}
        taken = {group.priority for group in policy.rule_groups}
        for group in policy.rule_groups:
            if not 1 <= group.priority <= 999 and not 3_000 <= group.priority <= LAST_PRIORITY:
                yield Fault(group, f"priority is {group.priority}", f"1 to 999, or 3000 to {LAST_PRIORITY}")
            elif first.setdefault(group.priority, group.name) != group.name:
                free = next(number for number in range(1, 1_000) if number not in taken)
                given = f'priority {group.priority} is also the priority of "{first[group.priority]}"'
                yield Fault(group, given, f"a free priority, e.g. {free}")


@rule(
    "the capacity of a rule group is reserved on creation and cannot be changed",
    f"{_GUIDE}nwfw-rule-group-capacity.html",
)
def rule_group_capacity_exceeded(estate: Estate) -> Iterator[Fault]:
    """A rule group or domain list needs more capacity than it reserves, or all of them need more than a policy has."""
    between = len(list(firewall_rules(resolved(estate))))
    if between > CAPACITY:
        given = f"the allowed connections between inspected segments and sites need {between} rules"
        yield Fault(estate, given, f"at most {CAPACITY} rules: use port ranges, or fewer inspected pairs")
    for policy in _policies(estate):
        asked: list[tuple[RuleGroup | DomainList, int]] = [
            *((group, len(group.rules)) for group in policy.rule_groups),
            *((listed, 2 * len(listed.domains)) for listed in policy.domain_lists),
        ]
        whole = sum(thing.capacity for thing, _ in asked) + CLOSING_CAPACITY + (CAPACITY if between else 0)
        for thing, need in asked:
            if not capacity_holds(thing.capacity, need):
                remedy = f"capacity={min(max(100, 2 * need), MOST_CAPACITY)}, with room for more rules"
                yield Fault(thing, f"capacity is {thing.capacity}, and it needs {max(need, 1)}", remedy)
                whole = 0
        if whole > MOST_CAPACITY:
            given = f"its rule groups reserve {whole}, a policy has {MOST_CAPACITY}"
            yield Fault(policy, given, "smaller capacities")


@rule("AWS limits the stateful rule groups of a policy, and does not raise the limit", f"{_GUIDE}quotas.html")
def too_many_rule_groups(estate: Estate) -> Iterator[Fault]:
    """A firewall policy has more rule groups, domain lists and managed rule groups than AWS allows."""
    generated = 2 if any(firewall_rules(resolved(estate))) else 1
    for policy in _policies(estate):
        named = (*policy.rule_groups, *policy.domain_lists, *dict.fromkeys(policy.managed_rule_groups))
        if (count := len(named) + generated) > MOST_GROUPS:
            given = f"it has {count} rule groups, {generated} of them generated"
            yield Fault(policy, given, f"at most {MOST_GROUPS}: more rules or domains in each")


@rule("Network Firewall accepts Suricata rules, each with a sid", f"{_GUIDE}suricata-limitations-caveats.html")
def invalid_suricata_rule(estate: Estate) -> Iterator[Fault]:
    """A rule is not valid Suricata syntax, has no sid, or a rule group is empty."""
    free = _free_sid(estate)
    example = f'pass tls $HOME_NET any -> $EXTERNAL_NET 443 (tls.sni; content:"example.com"; sid:{free};)'
    for group, text, _ in own_rules(estate):
        if what := suricata_fault(text):
            yield Fault(group, f'"{text}" {what}', f"one rule a text: {example}")
    for policy in _policies(estate):
        for group in policy.rule_groups:
            if not group.rules:
                yield Fault(group, "it has no rules", f"rules=['{example}']")


@rule(
    "rules refer to a segment by a variable of at most 32 characters; HOME_NET means the estate and "
    "EXTERNAL_NET all other addresses",
    "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RuleVariables.html",
)
def invalid_firewall_variable(estate: Estate) -> Iterator[Fault]:
    """Firewall rules use a segment whose name cannot be a variable."""
    between = firewall_rules(resolved(estate))
    used = {segment_variable(name) for rule in between for name in (rule.source, rule.to)}
    used |= {name for _, text, _ in own_rules(estate) for name in VARIABLE.findall(text)}
    for segment in estate.segments if any(_policies(estate)) else ():
        name = segment_variable(segment.name)
        if segment.blocks and name in _RESERVED:
            yield Fault(segment, f"its variable would be ${name}, which is reserved", "another name")
        elif segment.blocks and name in used and len(name) > LONGEST_VARIABLE:
            given = f"its variable ${name} has {len(name)} characters"
            yield Fault(segment, given, f"a name of at most {LONGEST_VARIABLE} characters")


@rule("a sid identifies one rule in logs and alerts", f"{_GUIDE}suricata-limitations-caveats.html")
def duplicate_sid(estate: Estate) -> Iterator[Fault]:
    """Two rules have the same sid, or a sid is reserved for generated rules."""
    first: dict[str, str] = {}
    for group, text, sid in own_rules(estate):
        if sid is not None and sid in first:
            remedy = f"another sid, e.g. {_free_sid(estate)}"
            yield Fault(group, f'sid {sid} is also the sid of a rule in "{first[sid]}"', remedy)
        elif sid is not None and int(sid) in SIDS:
            given = f"sid {sid} is reserved for generated rules"
            yield Fault(group, given, f"below {SIDS.start}, or {SIDS.stop} and above")
        elif sid is not None and not suricata_fault(text):
            first[sid] = group.name


def _free_sid(estate: Estate) -> int:
    taken = {sid for _, _, sid in own_rules(estate)}
    return next(number for number in range(1, len(taken) + 2) if str(number) not in taken)


@rule(
    "a domain list matches whole names, or all subdomains of a name with a leading dot",
    f"{_GUIDE}stateful-rule-groups-domain-names.html",
)
def invalid_firewall_domain(estate: Estate) -> Iterator[Fault]:
    """A domain list is empty, has an invalid domain, or names a domain twice."""
    for policy in _policies(estate):
        for listed in policy.domain_lists:
            if not listed.domains:
                yield Fault(listed, "it has no domains", 'domains=["example.com"]')
            for text in dict.fromkeys(listed.domains):
                right = text.strip().lower().removeprefix("https://").removeprefix("http://").lstrip("*").rstrip("./")
                if not _DOMAIN.fullmatch(text):
                    remedy = f'"{right}"' if _DOMAIN.fullmatch(right) else 'a domain such as "example.com"'
                    yield Fault(listed, f'"{text}" is not a domain', f'{remedy}; ".example.com" for all subdomains')
                elif listed.domains.count(text) > 1:
                    yield Fault(listed, f'"{text}" is listed twice', "the domain once")


@rule("Network Firewall sees addresses: it identifies segments by their blocks")
def domain_list_without_blocks(estate: Estate) -> Iterator[Fault]:
    """A domain list is for a segment that has no blocks."""
    for policy in _policies(estate):
        for listed in policy.domain_lists:
            for ref in listed.segments:
                segment = segment_of(estate, ref)
                if segment is not None and not segment.blocks:
                    given = f'segment "{segment.name}" has no blocks'
                    yield Fault(
                        listed, given, "blocks for that segment, or no segments for a list that applies to every spoke"
                    )


@rule(
    "AWS publishes each managed rule group for both rule orders; a policy uses those of its own order",
    f"{_GUIDE}nwfw-managed-rule-groups.html",
)
def invalid_managed_rule_group(estate: Estate) -> Iterator[Fault]:
    """A managed rule group is not made for strict order, or is listed twice."""
    for policy in _policies(estate):
        for name in dict.fromkeys(policy.managed_rule_groups):
            close = difflib.get_close_matches(name, KNOWN_MANAGED, n=1, cutoff=0.85)
            if not _MANAGED.fullmatch(name) or (name not in KNOWN_MANAGED and close):
                remedy = f'"{close[0]}"' if close else f'a name like "{KNOWN_MANAGED[0]}"'
                yield Fault(policy, f'"{name}" is not a managed rule group for strict order', remedy)
            elif policy.managed_rule_groups.count(name) > 1:
                yield Fault(policy, f'"{name}" is listed twice', "the rule group once")
