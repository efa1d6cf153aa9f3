"""The rules of a firewall as Suricata writes them: those that the generator makes, and those of the estate.

A rule with `flow:to_server` is about what the end sends that opened a flow; what it decides holds for the whole flow.
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
    numbered,
    segment_variable,
)

# The order of evaluation: rules of the estate's own may go before the first of these, or between the last two.
MANAGED, _BETWEEN, _DOMAINS, _CLOSING = 1_000, 1_900, 2_000, 65_500
# The protocols that are no TCP, with what else a rule needs to be for one. What is none of these has no flows.
_NO_TCP = (
    ("udp", "UDP", "flow:to_server; "),
    ("icmp", "ICMP", "flow:to_server; "),
    ("ip", "another protocol", "ip_proto:!TCP; ip_proto:!UDP; ip_proto:!ICMP; "),
)
_STOPS = re.compile(r"^\s*(drop|reject|rejectsrc|rejectdst|rejectboth)\b")


@dataclass(frozen=True, slots=True)
class Group:
    """A rule group: its place in the order, its text, and the variables that the text needs, by name."""

    name: str
    priority: int
    capacity: int
    text: str
    variables: Mapping[str, list[str]]


def rule_groups(estate: Estate, policy: FirewallPolicy) -> Iterator[Group]:
    """The rule groups, but for AWS's own. Where the firewall only alerts, what would drop alerts."""
    numbers = Numbers()
    made = [*_between(estate, numbers), *_domains(estate, policy.domain_lists, numbers)]
    made += [*_own(estate, policy.rule_groups), _closing(estate, numbers)]
    for group in made:
        text = "".join(f"{_alerting(line) if policy.alert_only else line}\n" for line in group.text.splitlines())
        yield Group(group.name, group.priority, group.capacity, text, group.variables)


def _alerting(rule: str) -> str:
    return _STOPS.sub("alert", rule)


def _between(estate: Estate, numbers: Numbers) -> Iterator[Group]:
    """What inspected segments may open to each other: before domain lists, which know no destinations."""
    rules = list(numbered(estate, numbers))
    if rules:
        text = "\n".join(_suricata(sid, rule) for sid, rule in rules)
        yield Group(BETWEEN_SEGMENTS, _BETWEEN, CAPACITY, text, _variables(estate, text))


def _domains(estate: Estate, lists: Iterable[DomainList], numbers: Numbers) -> Iterator[Group]:
    """The names that lists let out. They only pass: what no list names is left to the rules that follow.

    A domain list of AWS's drops what it does not name, so that it would decide for the lists and rules after it.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
    """
    for place, listed in enumerate(sorted(lists, key=lambda listed: listed.name)):
        text = "\n".join(_named(numbers.of(str(rule)), rule) for rule in domain_rules(listed))
        yield Group(listed.name, _DOMAINS + place, listed.capacity, text, _variables(estate, text))


def _named(sid: int, rule: DomainRule) -> str:
    """A rule that passes a name: one that begins with a dot is for all names below it too."""
    sources = ",".join(f"${variable}" for variable in rule.sources)
    source = f"[{sources}]" if len(rule.sources) > 1 else sources
    # Host names are in lower case already, and Suricata refuses to ignore it there.
    case = "nocase; " if rule.protocol == "tls" else ""
    said = "tls.sni" if rule.protocol == "tls" else "http.host"
    below = rule.domain.startswith(".")
    content = (
        f'{"dotprefix; " if below else ""}content:"{rule.domain}"; {"" if below else "startswith; "}{case}endswith; '
    )
    return (
        f"pass {rule.protocol} {source} any -> $EXTERNAL_NET any "
        f'({said}; {content}msg:"{rule}"; flow:to_server; sid:{sid};)'
    )


def _own(estate: Estate, own: Iterable[RuleGroup]) -> Iterator[Group]:
    for group in sorted(own, key=lambda group: group.name):
        text = "\n".join(group.rules)
        yield Group(group.name, group.priority, group.capacity, text, _variables(estate, text))


def _closing(estate: Estate, numbers: Numbers) -> Group:
    """Whatever is no TCP: of that, the default actions let single datagrams pass, or AWS does not say what they do."""
    rules = [
        f'drop {protocol} any any -> any any (msg:"no rule passes {what}"; {options}sid:{numbers.of(what)};)'
        for protocol, what, options in _NO_TCP
    ]
    return Group(CLOSING, _CLOSING, CLOSING_CAPACITY, "\n".join(rules), {})


def _variables(estate: Estate, text: str) -> dict[str, list[str]]:
    """The blocks of the estate, and of each segment that a text names."""
    known = {segment_variable(segment.name): sorted(segment.blocks) for segment in estate.segments}
    return {HOME: sorted(estate.blocks), **{name: known[name] for name in VARIABLE.findall(text) if known.get(name)}}


def _suricata(sid: int, rule: FirewallRule) -> str:
    """A rule between segments.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html
    """
    protocol, ports, options = "ip", "any", "flow:to_server; "
    if rule.what is not None and rule.what.protocol == "icmp":
        protocol, options = "icmp", f"{options}itype:{rule.what.first}; "
    elif rule.what is not None:
        protocol = rule.what.protocol
        ports = f"{rule.what.first}:{rule.what.last}" if rule.what.last > rule.what.first else f"{rule.what.first}"
    action = "pass" if rule.passes else "drop"
    source, to = f"${segment_variable(rule.source)}", f"${segment_variable(rule.to)}"
    return f'{action} {protocol} {source} any -> {to} {ports} (msg:"{rule}"; {options}sid:{sid};)'
