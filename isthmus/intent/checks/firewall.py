"""What firewalls are told: policies, rules, domains, AWS's managed rule groups."""

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
_TAKEN = ("HOME_NET", "EXTERNAL_NET")
# The last places are for generated rules, which come after those of the estate.
LAST_PRIORITY = 65_000


def _policies(estate: Estate) -> Iterator[FirewallPolicy]:
    for environment in estate.environments:
        if environment.egress is not None and environment.egress.firewall is not None:
            yield environment.egress.firewall


def own_rules(estate: Estate) -> Iterator[tuple[RuleGroup, str, str | None]]:
    """Every rule of the estate's own, with its group and its sid."""
    for policy in _policies(estate):
        for group in policy.rule_groups:
            for text in group.rules:
                yield group, text, sid_of(text)


@rule("a firewall without a policy drops everything, and a policy without a firewall is never asked", _ORDER)
def firewall_policy_mismatch(estate: Estate) -> Iterator[Fault]:
    """An inspected egress VPC has no firewall policy, or one that is not inspected has one."""
    for environment in estate.environments:
        egress = environment.egress
        if egress is None:
            continue
        if egress.inspection is Inspection.NONE and egress.firewall is not None:
            remedy = "no firewall, or Inspection.VPC or Inspection.GATEWAY"
            yield Fault(egress, "it has a firewall policy, and nothing inspects", remedy)
        elif egress.inspection is not Inspection.NONE and egress.firewall is None:
            remedy = "firewall=FirewallPolicy(...); an empty one drops everything"
            yield Fault(egress, f"Inspection.{egress.inspection.name}, and no firewall policy", remedy)


@rule(
    "in strict order each rule group has its own place; the others are those of AWS's groups and generated rules",
    _ORDER,
)
def invalid_rule_group_priority(estate: Estate) -> Iterator[Fault]:
    """A rule group's priority is out of range, or another's."""
    for policy in _policies(estate):
        first: dict[int, str] = {}
        taken = {group.priority for group in policy.rule_groups}
        for group in policy.rule_groups:
            if not 1 <= group.priority <= 999 and not 3_000 <= group.priority <= LAST_PRIORITY:
                yield Fault(group, f"priority is {group.priority}", f"1 to 999, or 3000 to {LAST_PRIORITY}")
            elif first.setdefault(group.priority, group.name) != group.name:
                free = next(number for number in range(1, 1_000) if number not in taken)
                given = f'priority {group.priority} is that of "{first[group.priority]}" too'
                yield Fault(group, given, f"a free one, e.g. {free}")


@rule(
    "the capacity of a rule group is reserved when it is made, and cannot be changed",
    f"{_GUIDE}nwfw-rule-group-capacity.html",
)
def rule_group_capacity_exceeded(estate: Estate) -> Iterator[Fault]:
    """A rule group or domain list needs more capacity than it reserves, or all of them more than a policy has."""
    between = len(list(firewall_rules(resolved(estate))))
    if between > CAPACITY:
        given = f"what inspected segments may open to each other makes {between} rules"
        yield Fault(estate, given, f"at most {CAPACITY}: ports in ranges, or fewer pairs of segments")
    for policy in _policies(estate):
        asked: list[tuple[RuleGroup | DomainList, int]] = [
            *((group, len(group.rules)) for group in policy.rule_groups),
            *((listed, 2 * len(listed.domains)) for listed in policy.domain_lists),
        ]
        whole = sum(thing.capacity for thing, _ in asked) + CLOSING_CAPACITY + (CAPACITY if between else 0)
        for thing, need in asked:
            if not capacity_holds(thing.capacity, need):
                remedy = f"capacity={min(max(100, 2 * need), MOST_CAPACITY)}, room to grow in"
                yield Fault(thing, f"capacity is {thing.capacity}, it needs {max(need, 1)}", remedy)
                whole = 0
        if whole > MOST_CAPACITY:
            given = f"its rule groups reserve {whole}, a policy has {MOST_CAPACITY}"
            yield Fault(policy, given, "smaller capacities")


@rule("a policy refers to so many stateful rule groups, and AWS does not raise that", f"{_GUIDE}quotas.html")
def too_many_rule_groups(estate: Estate) -> Iterator[Fault]:
    """A firewall policy has more rule groups, domain lists and managed rule groups than AWS allows."""
    generated = 2 if any(firewall_rules(resolved(estate))) else 1
    for policy in _policies(estate):
        named = (*policy.rule_groups, *policy.domain_lists, *dict.fromkeys(policy.managed_rule_groups))
        if (count := len(named) + generated) > MOST_GROUPS:
            given = f"it has {count} rule groups, {generated} of them generated"
            yield Fault(policy, given, f"at most {MOST_GROUPS}: more rules or domains in each")


@rule("Network Firewall takes Suricata rules, each with a sid", f"{_GUIDE}suricata-limitations-caveats.html")
def invalid_suricata_rule(estate: Estate) -> Iterator[Fault]:
    """A rule is none as Suricata writes them, or has no sid; or a group has none."""
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
    "rules know a segment by a variable of at most 32 characters; HOME_NET is the estate, EXTERNAL_NET everybody else",
    "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RuleVariables.html",
)
def invalid_firewall_variable(estate: Estate) -> Iterator[Fault]:
    """Firewall rules name a segment whose name makes no variable."""
    between = firewall_rules(resolved(estate))
    used = {segment_variable(name) for rule in between for name in (rule.source, rule.to)}
    used |= {name for _, text, _ in own_rules(estate) for name in VARIABLE.findall(text)}
    for segment in estate.segments if any(_policies(estate)) else ():
        name = segment_variable(segment.name)
        if segment.blocks and name in _TAKEN:
            yield Fault(segment, f"its variable would be ${name}, which means something else", "another name")
        elif segment.blocks and name in used and len(name) > LONGEST_VARIABLE:
            given = f"its variable ${name} has {len(name)} characters"
            yield Fault(segment, given, f"a name of at most {LONGEST_VARIABLE} characters")


@rule("a sid names one rule in logs and alerts", f"{_GUIDE}suricata-limitations-caveats.html")
def duplicate_sid(estate: Estate) -> Iterator[Fault]:
    """Two rules have one sid, or one has a sid of those kept for generated rules."""
    first: dict[str, str] = {}
    for group, text, sid in own_rules(estate):
        if sid is not None and sid in first:
            remedy = f"another one, e.g. {_free_sid(estate)}"
            yield Fault(group, f'sid {sid} is that of a rule of "{first[sid]}" too', remedy)
        elif sid is not None and int(sid) in SIDS:
            given = f"sid {sid} is kept for generated rules"
            yield Fault(group, given, f"below {SIDS.start}, or {SIDS.stop} and above")
        elif sid is not None and not suricata_fault(text):
            first[sid] = group.name


def _free_sid(estate: Estate) -> int:
    taken = {sid for _, _, sid in own_rules(estate)}
    return next(number for number in range(1, len(taken) + 2) if str(number) not in taken)


@rule(
    "domain lists match whole names, or with a dot before them all names below",
    f"{_GUIDE}stateful-rule-groups-domain-names.html",
)
def invalid_firewall_domain(estate: Estate) -> Iterator[Fault]:
    """A domain list is empty, or holds what is no domain, or one twice."""
    for policy in _policies(estate):
        for listed in policy.domain_lists:
            if not listed.domains:
                yield Fault(listed, "it has no domains", 'domains=["example.com"]')
            for text in dict.fromkeys(listed.domains):
                right = text.strip().lower().removeprefix("https://").removeprefix("http://").lstrip("*").rstrip("./")
                if not _DOMAIN.fullmatch(text):
                    remedy = f'"{right}"' if _DOMAIN.fullmatch(right) else 'a domain such as "example.com"'
                    yield Fault(listed, f'"{text}" is no domain', f'{remedy}; ".example.com" for all names below')
                elif listed.domains.count(text) > 1:
                    yield Fault(listed, f'"{text}" is there twice', "each domain once")


@rule("Network Firewall sees addresses: it tells segments apart by their blocks")
def domain_list_without_blocks(estate: Estate) -> Iterator[Fault]:
    """A domain list is for a segment that declares no blocks."""
    for policy in _policies(estate):
        for listed in policy.domain_lists:
            for ref in listed.segments:
                segment = segment_of(estate, ref)
                if segment is not None and not segment.blocks:
                    given = f'segment "{segment.name}" has no blocks'
                    yield Fault(listed, given, "blocks of that segment, or a list for every spoke: no segments")


@rule(
    "AWS has its groups twice, for each order; a policy takes those of its own",
    f"{_GUIDE}nwfw-managed-rule-groups.html",
)
def invalid_managed_rule_group(estate: Estate) -> Iterator[Fault]:
    """A managed rule group is not one for strict order, or is listed twice."""
    for policy in _policies(estate):
        for name in dict.fromkeys(policy.managed_rule_groups):
            close = difflib.get_close_matches(name, KNOWN_MANAGED, n=1, cutoff=0.85)
            if not _MANAGED.fullmatch(name) or (name not in KNOWN_MANAGED and close):
                remedy = f'"{close[0]}"' if close else f'a name like "{KNOWN_MANAGED[0]}"'
                yield Fault(policy, f'no managed rule group for strict order is called "{name}"', remedy)
            elif policy.managed_rule_groups.count(name) > 1:
                yield Fault(policy, f'"{name}" is there twice', "each rule group once")
