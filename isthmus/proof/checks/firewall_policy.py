"""The firewall policy of the network against the one that the intent states.

The intent is translated into rules independently of the generator. The comparison covers how packets reach the stateful
rules, the rules in their order, the allowed domains, and the default actions. Alerts and the names of rule groups have
no effect on flows, and are not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import groupby, pairwise
from typing import Any

from isthmus.intent import DefaultAction, Estate, FirewallPolicy, Inspection
from isthmus.intent.firewall_rules import FirewallRule, firewall_rules, home_ranges, segment_variable
from isthmus.intent.reachability import all_inspected_networks
from isthmus.network.address_space import ALL, show_range, span, subtract
from isthmus.network.model import Firewall, Network, Unknown
from isthmus.network.packets import messages
from isthmus.network.stateless import Action
from isthmus.network.suricata import Span, Spans, SuricataRule, SuricataRules, listed, managed, written
from isthmus.proof.result.findings import UnknownResult, Violation

_LAST_BEFORE_MANAGED = 999
_TCP = 6
_NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1}
_DOES = {
    "drop": "drop all packets, including handshakes",
    "drop_established": "drop packets after the handshake, including TLS and HTTP names in several segments",
    "drop_app_layer": "drop packets of both directions once the application protocol is known",
    "drop_app_layer_to_server": "drop packets of clients once the application protocol is known",
    "pass": "pass all packets",
}
# What a rule matches, and what it does.
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """The differences of firewall policies from the intent, and those that are unknown."""

    violations: tuple[Violation, ...] = ()
    unknown_results: tuple[UnknownResult, ...] = ()


def intended_rules(estate: Estate) -> SuricataRules | None:
    """The rules of the intent; None if it has no Network Firewall.

    A packet without a pass rule is dropped, by closing rules unless it is TCP. A domain list passes its domains, and
    leaves other packets to the rules after it. With alert-only, drop rules and managed rule groups have no effect.
    """
    egress = estate.egress
    if egress is None or not egress.inspection.is_network_firewall:
        return None
    policy = egress.firewall or FirewallPolicy()
    groups = sorted(policy.rule_groups, key=lambda group: (group.priority, group.name))
    early = [group for group in groups if group.priority <= _LAST_BEFORE_MANAGED]
    variables = _variables(estate)
    rules = [rule for group in early for rule in written(group.name, "\n".join(group.rules), variables)]
    rules += [managed(egress.name, name) for name in sorted(set(policy.managed_rule_groups))]
    ends = _ends(estate)
    rules += [_between(rule, ends) for rule in firewall_rules(estate)]
    for names in policy.domain_lists:
        for home in [segment_variable(str(segment)) for segment in names.segments] or ["HOME_NET"]:
            sets = {"HOME_NET": variables.get(home, ()), "EXTERNAL_NET": variables["EXTERNAL_NET"]}
            rules += [r for r in listed(names.name, "ALLOWLIST", sets, tuple(sorted(names.domains))) if r.passes]
    late = [group for group in groups if group not in early]
    rules += [rule for group in late for rule in written(group.name, "\n".join(group.rules), variables)]
    rules += [replace(SuricataRule("", f"no rule passes {what}", False), **only) for what, only in _CLOSING]
    default = _INTENDED[policy.default_action]
    if policy.alert_only:
        rules, default = [rule for rule in rules if rule.passes is not False], "pass"
    return SuricataRules(egress.name, tuple(replace(rule, stated=True) for rule in rules), default, sets=variables)


_INTENDED = {
    DefaultAction.APPLICATION_TO_SERVER: "drop_app_layer_to_server",
    DefaultAction.APPLICATION: "drop_app_layer",
    DefaultAction.ESTABLISHED: "drop_established",
}
# All packets except TCP: UDP, ICMP of both IP versions, and other protocols.
_CLOSING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("UDP", {"protocol": 17}),
    ("ICMP", {"protocol": 1}),
    ("other protocols", {"apart": (1, 6, 17)}),
)


def _variables(estate: Estate) -> dict[str, Spans]:
    """The variables of rules: HOME_NET, all other addresses, and the blocks of each segment."""
    home = _spans(home_ranges(estate))
    named = {segment_variable(segment.name): _spans(segment.blocks) for segment in estate.segments}
    return {**named, "HOME_NET": home, "EXTERNAL_NET": tuple(subtract([ALL], home))}


def _spans(prefixes: Iterable[str]) -> Spans:
    return tuple(sorted(span(ip_network(prefix)) for prefix in prefixes))


def _ends(estate: Estate) -> dict[str, Spans]:
    """The addresses of the ends of rules: segments, and site networks behind the firewall."""
    networks = {name: _spans([cidr]) for name, cidr in all_inspected_networks(estate).items()}
    return networks | {segment.name: _spans(segment.blocks) for segment in estate.segments}


def _between(rule: FirewallRule, ends: Mapping[str, Spans]) -> SuricataRule:
    """The rule for an allowed connection between two ends, or for the rest."""
    sources, destinations = ends[rule.source], ends[rule.to]
    made = SuricataRule("", str(rule), rule.passes, -1, sources, destinations)
    if rule.what is None:
        return made
    protocol = _NUMBERS[rule.what.protocol]
    span_ = messages(rule.what.first, rule.what.last) if protocol == 1 else (rule.what.first, rule.what.last)
    return replace(made, protocol=protocol, ports=(span_,))


def as_stated(estate: Estate | None, network: Network, egress: str) -> Network:
    """The network with the rules of the intent marked as stated. `egress`: the address of the egress VPC."""
    intended = intended_rules(estate) if estate is not None else None
    if estate is None or intended is None:
        return network
    firewalls = dict(network.firewalls)
    for firewall in _intended_firewalls(estate, network, egress):
        if isinstance(firewall.rules, SuricataRules):
            rules = _marked(firewall.rules, intended)
            firewalls[firewall.address] = replace(firewall, rules=rules)
    return replace(network, firewalls=firewalls)


def _intended_firewalls(estate: Estate, network: Network, egress: str) -> Iterator[Firewall]:
    """The firewalls of the intent's policy: those in the egress VPC, or on the transit gateway."""
    on_gateway = estate.egress is not None and estate.egress.inspection is Inspection.GATEWAY
    for firewall in network.firewalls.values():
        if firewall.gateway is not None if on_gateway else (egress and firewall.vpc == egress):
            yield firewall


def _marked(rules: SuricataRules, intended: SuricataRules) -> SuricataRules:
    stated = {_key(rule) for rule in intended.rules if not rule.looks_at}
    names = {name for rule in intended.rules if rule.looks_at for name in rule.names}

    def is_stated(rule: SuricataRule) -> bool:
        return rule.passes is True and not names.isdisjoint(rule.names) if rule.looks_at else _key(rule) in stated

    return replace(rules, rules=tuple(replace(rule, stated=is_stated(rule)) for rule in rules.rules))


def compared(estate: Estate, network: Network, egress: str) -> PolicyComparison:
    """The differences of the policy from the intent."""
    intended = intended_rules(estate)
    if intended is None:
        return PolicyComparison()
    violations: list[Violation] = []
    unknown_results: list[UnknownResult] = []
    for firewall in _intended_firewalls(estate, network, egress):
        name = firewall.name or firewall.address
        if isinstance(firewall.rules, Unknown):
            unknown_results.append(UnknownResult(f"the policy of firewall {name}", firewall.rules.reason))
            continue
        resources = (*firewall.rules.groups, firewall.address)
        for why in _differences(firewall.rules, intended):
            if isinstance(why, Unknown):
                unknown_results.append(UnknownResult(f"the policy of firewall {name}", why.reason))
            else:
                violations.append(Violation("firewall-policy-differs", why, resources))
    return PolicyComparison(tuple(violations), tuple(dict.fromkeys(unknown_results)))


def _differences(rules: SuricataRules, intended: SuricataRules) -> Iterator[str | Unknown]:
    yield from _of_stateless(rules)
    if isinstance(rules.default, Unknown):
        yield rules.default
    elif rules.default != intended.default:
        yield f"the default action: {_DOES[rules.default]}; the intent states: {_DOES[str(intended.default)]}"
    if not rules.strict:
        yield "pass rules are evaluated before drop rules (action order); the intent states strict order"
    if rules.decrypts:
        yield "it decrypts and inspects TLS; the intent does not state this"
    yield from _of_home(rules, intended)
    unread = [rule for rule in rules.rules if rule.passes is None or rule.partly_read]
    yield from (Unknown(f"{rule.address}: {rule.text or 'rules that cannot be read'}") for rule in unread)
    if unread:
        return  # they may be rules of the intent
    names = list(_of_names(rules, intended))
    yield from names
    yield from _of_rules(rules, intended, explained=bool(names))


def _of_stateless(rules: SuricataRules) -> Iterator[str | Unknown]:
    stateless = rules.stateless
    for what, action in (("packets", stateless.default), ("fragmented packets", stateless.fragments)):
        if isinstance(action, Unknown):
            yield action
        elif action is not Action.FORWARD:
            yield f"{what} have the stateless default action {action}; the intent forwards them to stateful rules"
    for rule in stateless.rules:
        if isinstance(rule.action, Unknown):
            yield rule.action
    if any(not isinstance(rule.action, Unknown) for rule in stateless.rules):
        groups = ", ".join(dict.fromkeys(rule.address for rule in stateless.rules))
        yield f"it has stateless rules ({groups}); the intent has none"


def _of_home(rules: SuricataRules, intended: SuricataRules) -> Iterator[str | Unknown]:
    """The HOME_NET and EXTERNAL_NET of AWS managed rule groups, whose rules are only for these addresses."""
    if not all(any(rule.managed for rule in each.rules) for each in (rules, intended)):
        return
    home = _merged(intended.sets["HOME_NET"])
    if "HOME_NET" not in rules.sets:
        own = "it has no HOME_NET, so that managed rule groups protect only the VPC of the firewall"
        yield f"{own}; the intent has {_ranges(home)}"
    for name in ("HOME_NET", "EXTERNAL_NET"):
        found = _merged(rules.sets.get(name, intended.sets[name]))
        if not found:
            yield Unknown(f"the addresses of {name} for managed rule groups")
        elif found != _merged(intended.sets[name]):
            yield f"managed rule groups have {_ranges(found)} as {name}; the intent has {_ranges(intended.sets[name])}"


def _ranges(spans: Spans) -> str:
    return ", ".join(show_range(*each) for each in _merged(spans))


def _of_rules(rules: SuricataRules, intended: SuricataRules, *, explained: bool) -> Iterator[str]:
    """Rules that are missing, that the intent does not have, or that are in another order.

    `explained`: a difference of allowed domains is reported already.
    """
    actual, expected = (_ordered(each) for each in (rules, intended))
    texts = {_key(rule): _text(rule) for each in (intended, rules) for rule in each.rules if not rule.names}
    missing, added = Counter(expected) - Counter(actual), Counter(actual) - Counter(expected)
    found = [f"it has no rule of the intent: {texts[key]}" for key in missing if key in texts]
    found += [f"it has a rule that the intent does not have: {texts[key]}" for key in added if key in texts]
    yield from found
    if not found and not explained and actual != expected:
        yield "its rules are in another order than in the intent"


def _ordered(rules: SuricataRules) -> list[_Key]:
    """The rules in order. The order of managed rule groups, and of adjacent rules that pass domains, does not matter.

    A drop rule of a domain list counts only if a later rule would pass its packets.
    """
    found: list[_Key] = []
    relevant = [rule for rule in rules.rules if rule.passes is not None and not _has_no_effect(rule, rules)]
    for named, together in groupby(relevant, key=lambda rule: bool(rule.names and rule.passes)):
        if named:
            found.append(_passed_domains(together))
            continue
        for rule in together:
            key = _key(rule)
            index = len(found)
            while rule.managed and index and found[index - 1][0] == "managed" and str(found[index - 1]) > str(key):
                index -= 1
            found.insert(index, key)
    return found


def _passed_domains(rules: Iterable[SuricataRule]) -> _Key:
    """The domains that adjacent rules pass, with their source addresses, in any order."""
    found: dict[_Key, list[Span]] = {}
    for rule in rules:
        for name in rule.names:
            for protocol in rule.looks_at:
                found.setdefault((name, protocol, _merged(rule.destinations)), []).extend(rule.sources)
    return ("names", frozenset((key, _merged(tuple(sources))) for key, sources in found.items()))


def _has_no_effect(rule: SuricataRule, rules: SuricataRules) -> bool:
    """Whether a rule drops the other packets of a domain list, and no later rule would pass them."""
    if rule.passes is not False or not rule.looks_at or rule.names:
        return False
    after = rules.rules[rules.rules.index(rule) + 1 :]
    return rules.default != "pass" and not any(late.passes and late.protocol in (-1, _TCP) for late in after)


def _key(rule: SuricataRule) -> _Key:
    if rule.managed:
        return ("managed", rule.managed)
    inside = rule.text if rule.inside else ""
    sides = (_merged(rule.sources), _merged(rule.destinations), _merged(rule.ports))
    return ("rule", rule.passes, rule.protocol, rule.apart, *sides, inside)


def _merged(spans: Spans) -> Spans:
    """The same numbers in the fewest ranges."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _text(rule: SuricataRule) -> str:
    return f"AWS's {rule.managed}" if rule.managed else rule.text


# --- names


def _of_names(rules: SuricataRules, intended: SuricataRules) -> Iterator[str]:
    """Domains that are allowed and not intended, or intended and not allowed, with the source addresses."""
    for rule in rules.rules:
        if rule.looks_at and rule.passes is False and rule.names:
            yield f"{rule.address} drops {', '.join(rule.names)}; the intent allows the listed domains only"
    home = [side for each in (rules, intended) for rule in each.rules if rule.looks_at for side in rule.sources]
    cuts = sorted({low for low, _ in home} | {high + 1 for _, high in home})
    outside = next((rule.destinations for rule in intended.rules if rule.looks_at), ())
    found: dict[str, list[Span]] = {}
    for low, after in pairwise(cuts):
        actual, expected = _allowed(rules, low, outside), _allowed(intended, low, outside)
        for name, looks_at in sorted(expected - actual):
            found.setdefault(f"it does not allow {name} ({looks_at})", []).append((low, after - 1))
        for name, looks_at in sorted(actual - expected):
            found.setdefault(f"it allows {name} ({looks_at}), and the intent does not", []).append((low, after - 1))
    for what, spans in found.items():
        yield f"{what}, from {', '.join(show_range(*each) for each in _merged(tuple(spans)))}"


def _allowed(rules: SuricataRules, source: int, outside: Spans) -> set[tuple[str, str]]:
    """The domains, each with the protocol, that domain lists allow from an address to all of `outside`.

    An allow list drops all other domains, so that later lists have no effect.
    """
    found: set[tuple[str, str]] = set()
    ended: set[str] = set()
    for rule in rules.rules:
        if not rule.looks_at or not any(low <= source <= high for low, high in rule.sources):
            continue
        protocols = [protocol for protocol in rule.looks_at if protocol not in ended]
        if rule.passes and not subtract(outside, rule.destinations):
            found |= {(name, protocol) for name in rule.names for protocol in protocols}
        elif rule.passes is False and not rule.names:
            ended.update(protocols)
    return found
