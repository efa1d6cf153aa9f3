"""The rule groups of a firewall, in Suricata syntax: generated rules, and rules of the estate.

A rule with `flow:to_server` matches packets of the client. Its action applies to the whole flow.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-examples.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.intent import DomainList, Estate, FirewallPolicy, RuleGroup
from isthmus.intent.domain_rules import HOME, DomainRule, domain_rules
from isthmus.intent.firewall_rules import (
    BETWEEN_SEGMENTS,
    CAPACITY,
    CLOSING,
    CLOSING_CAPACITY,
    VARIABLE,
    FirewallRule,
    Numbers,
    home_ranges,
    numbered,
    segment_variable,
)
from isthmus.intent.reachability import all_inspected_networks

# Priorities of the generated rule groups. Rules of the estate may come before the first, or between the last two.
MANAGED, _BETWEEN, _DOMAINS, _CLOSING = 1_000, 1_900, 2_000, 65_500
# The protocols other than TCP, with the rule options of each. `flow` does not apply to the last one.
_NO_TCP = (
    ("udp", "UDP", "flow:to_server; "),
    ("icmp", "ICMP", "flow:to_server; "),
    ("ip", "another protocol", "ip_proto:!TCP; ip_proto:!UDP; ip_proto:!ICMP; "),
)
_STOPS = re.compile(r"^\s*(drop|reject|rejectsrc|rejectdst|rejectboth)\b")


@dataclass(frozen=True, slots=True)
class Group:
    """A rule group: priority, capacity, text, and the variables that the text uses, by name."""

    name: str
    priority: int
    capacity: int
    text: str
    variables: Mapping[str, list[str]]


def rule_groups(estate: Estate, policy: FirewallPolicy) -> Iterator[Group]:
    """The rule groups except those that AWS manages. With `alert_only`, rules that would drop traffic only alert."""
    numbers = Numbers()
    made = [*_between(estate, numbers), *_domains(estate, policy.domain_lists, numbers)]
    made += [*_own(estate, policy.rule_groups), _closing(estate, numbers)]
    for group in made:
        text = "".join(f"{_alerting(line) if policy.alert_only else line}\n" for line in group.text.splitlines())
        yield Group(group.name, group.priority, group.capacity, text, group.variables)


def _alerting(rule: str) -> str:
    return _STOPS.sub("alert", rule)


def _between(estate: Estate, numbers: Numbers) -> Iterator[Group]:
    """The allowed connections between inspected segments, and between these and site networks.

    They come before domain lists, which match any destination.
    """
    rules = list(numbered(estate, numbers))
    if rules:
        sites = all_inspected_networks(estate)
        text = "\n".join(_suricata(sid, rule, sites) for sid, rule in rules)
        yield Group(BETWEEN_SEGMENTS, _BETWEEN, CAPACITY, text, _variables(estate, text))


def _domains(estate: Estate, lists: Iterable[DomainList], numbers: Numbers) -> Iterator[Group]:
    """One rule group for each domain list. It passes the listed names, and leaves all others to the next rules.

    A domain list rule group of AWS drops the names that it does not list. It would override the lists and rules after
    it.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
    """
    for position, listed in enumerate(sorted(lists, key=lambda listed: listed.name)):
        text = "\n".join(_named(numbers.of(str(rule)), rule) for rule in domain_rules(listed))
        yield Group(listed.name, _DOMAINS + position, listed.capacity, text, _variables(estate, text))


def _named(sid: int, rule: DomainRule) -> str:
    """A rule that passes a domain name. A name that starts with a dot includes its subdomains."""
    sources = ",".join(f"${variable}" for variable in rule.sources)
    source = f"[{sources}]" if len(rule.sources) > 1 else sources
    # Suricata converts `http.host` to lower case, and refuses `nocase` there.
    case = "nocase; " if rule.protocol == "tls" else ""
    buffer = "tls.sni" if rule.protocol == "tls" else "http.host"
    subdomains = rule.domain.startswith(".")
    before, after = ("dotprefix; ", "") if subdomains else ("", "startswith; ")
    content = f'{before}content:"{rule.domain}"; {after}{case}endswith; '
    return (
        f"pass {rule.protocol} {source} any -> $EXTERNAL_NET any "
        f'({buffer}; {content}msg:"{rule}"; flow:to_server; sid:{sid};)'
    )


def _own(estate: Estate, own: Iterable[RuleGroup]) -> Iterator[Group]:
    for group in sorted(own, key=lambda group: group.name):
        text = "\n".join(group.rules)
        yield Group(group.name, group.priority, group.capacity, text, _variables(estate, text))


def _closing(estate: Estate, numbers: Numbers) -> Group:
    """Drop traffic other than TCP that no rule passes.

    For such traffic, the default actions let single datagrams pass, or AWS does not document their effect.
    """
    rules = [
        f'drop {protocol} any any -> any any (msg:"no rule passes {what}"; {options}sid:{numbers.of(what)};)'
        for protocol, what, options in _NO_TCP
    ]
    return Group(CLOSING, _CLOSING, CLOSING_CAPACITY, "\n".join(rules), {})


def _variables(estate: Estate, text: str) -> dict[str, list[str]]:
    """The addresses of HOME_NET, and the CIDR blocks of each segment that a text refers to."""
    known = {segment_variable(segment.name): sorted(segment.blocks) for segment in estate.segments}
    return {HOME: home_ranges(estate), **{name: known[name] for name in VARIABLE.findall(text) if known.get(name)}}


def _suricata(sid: int, rule: FirewallRule, sites: Mapping[str, str]) -> str:
    """The Suricata text of a rule of an inspected pair. A site network is its CIDR: it needs no variable.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html
    """
    protocol, ports, options = "ip", "any", "flow:to_server; "
    if rule.what is not None and rule.what.protocol == "icmp":
        protocol, options = "icmp", f"{options}itype:{rule.what.first}; "
    elif rule.what is not None:
        protocol = rule.what.protocol
        ports = f"{rule.what.first}:{rule.what.last}" if rule.what.last > rule.what.first else f"{rule.what.first}"
    action = "pass" if rule.passes else "drop"
    source, to = (sites.get(end) or f"${segment_variable(end)}" for end in (rule.source, rule.to))
    return f'{action} {protocol} {source} any -> {to} {ports} (msg:"{rule}"; {options}sid:{sid};)'
