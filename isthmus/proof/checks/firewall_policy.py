"""The firewall policy that is there against the one that the intent states.

The intent is read here, by itself, as the rules that its words come to. The two are compared by what they do: how
packets reach the stateful rules, which rules decide in which order, which names they let out, and what becomes of the
rest. Alerts and the names of rule groups have no effect on flows, and are not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import groupby, pairwise
from typing import Any

from isthmus.intent import DefaultAction, Estate, FirewallPolicy, Inspection
from isthmus.intent.firewall_rules import FirewallRule, firewall_rules, segment_variable
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
    "drop": "all of it is dropped, handshakes included",
    "drop_established": "it is dropped after the handshake, names in several segments included",
    "drop_app_layer": "it is dropped once the application protocol is known, whichever end sends it",
    "drop_app_layer_to_server": "it is dropped once the application protocol is known, if clients send it",
    "pass": "it passes",
}
# A rule as far as it decides: what it is about, and what it does.
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """What of a firewall's policy is not as the intent states it, and of what that cannot be said."""

    violations: tuple[Violation, ...] = ()
    unknown_results: tuple[UnknownResult, ...] = ()


def intended_rules(estate: Estate) -> SuricataRules | None:
    """The rules that the intent comes to; None where it has no firewall.

    What no rule passes is dropped: what is no TCP by rules that come last. A domain list passes its names, and leaves
    the rest to what follows. Where the firewall only alerts, rules that drop, and AWS's, decide about nothing.
    """
    egress = estate.egress
    if egress is None or egress.inspection is Inspection.NONE:
        return None
    policy = egress.firewall or FirewallPolicy()
    groups = sorted(policy.rule_groups, key=lambda group: (group.priority, group.name))
    early = [group for group in groups if group.priority <= _LAST_BEFORE_MANAGED]
    variables = _variables(estate)
    rules = [rule for group in early for rule in written(group.name, "\n".join(group.rules), variables)]
    rules += [managed(egress.name, name) for name in sorted(set(policy.managed_rule_groups))]
    rules += [_between(rule, variables) for rule in firewall_rules(estate)]
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
# What is no TCP: UDP, ICMP of both versions of IP, and all that is neither.
_CLOSING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("UDP", {"protocol": 17}),
    ("ICMP", {"protocol": 1}),
    ("other protocols", {"apart": (1, 6, 17)}),
)


def _variables(estate: Estate) -> dict[str, Spans]:
    """What rules call the estate's blocks, all else, and the blocks of each segment."""
    home = _spans(estate.blocks)
    named = {segment_variable(segment.name): _spans(segment.blocks) for segment in estate.segments}
    return {**named, "HOME_NET": home, "EXTERNAL_NET": tuple(subtract([ALL], home))}


def _spans(prefixes: Iterable[str]) -> Spans:
    return tuple(sorted(span(ip_network(prefix)) for prefix in prefixes))


def _between(rule: FirewallRule, variables: Mapping[str, Spans]) -> SuricataRule:
    """What one segment opens to another, or does not."""
    sources, destinations = (variables[segment_variable(name)] for name in (rule.source, rule.to))
    made = SuricataRule("", str(rule), rule.passes, -1, sources, destinations)
    if rule.what is None:
        return made
    protocol = _NUMBERS[rule.what.protocol]
    span_ = messages(rule.what.first, rule.what.last) if protocol == 1 else (rule.what.first, rule.what.last)
    return replace(made, protocol=protocol, ports=(span_,))


def as_stated(estate: Estate | None, network: Network, egress: str) -> Network:
    """The network with each rule that the intent states marked as such. `egress` is the egress VPC's address."""
    intended = intended_rules(estate) if estate is not None else None
    if estate is None or intended is None:
        return network
    firewalls = dict(network.firewalls)
    for firewall in _meant(estate, network, egress):
        if isinstance(firewall.rules, SuricataRules):
            rules = _marked(firewall.rules, intended)
            firewalls[firewall.address] = replace(firewall, rules=rules)
    return replace(network, firewalls=firewalls)


def _meant(estate: Estate, network: Network, egress: str) -> Iterator[Firewall]:
    """The firewalls that the intent's policy is for: those of the egress VPC, or on the gateway."""
    on_gateway = estate.egress is not None and estate.egress.inspection is Inspection.GATEWAY
    for firewall in network.firewalls.values():
        if firewall.gateway is not None if on_gateway else (egress and firewall.vpc == egress):
            yield firewall


def _marked(rules: SuricataRules, intended: SuricataRules) -> SuricataRules:
    stated = {_key(rule) for rule in intended.rules if not rule.looks_at}
    names = {name for rule in intended.rules if rule.looks_at for name in rule.names}

    def meant(rule: SuricataRule) -> bool:
        return rule.passes is True and not names.isdisjoint(rule.names) if rule.looks_at else _key(rule) in stated

    return replace(rules, rules=tuple(replace(rule, stated=meant(rule)) for rule in rules.rules))


def compared(estate: Estate, network: Network, egress: str) -> PolicyComparison:
    """Everything in which the deployed policy differs from the intent's."""
    intended = intended_rules(estate)
    if intended is None:
        return PolicyComparison()
    violations: list[Violation] = []
    unknown_results: list[UnknownResult] = []
    for firewall in _meant(estate, network, egress):
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
        yield f"what no rule decides about: {_DOES[rules.default]}; the intent says: {_DOES[str(intended.default)]}"
    if not rules.strict:
        yield "rules that pass come before all that drop, whatever the order of groups; the intent has an order"
    if rules.decrypts:
        yield "it decrypts and inspects TLS; the intent says nothing of that"
    yield from _of_home(rules, intended)
    unread = [rule for rule in rules.rules if rule.passes is None or rule.vague]
    yield from (Unknown(f"{rule.address}: {rule.text or 'rules that cannot be read'}") for rule in unread)
    if unread:
        return  # they may be what the intent has
    names = list(_of_names(rules, intended))
    yield from names
    yield from _of_rules(rules, intended, explained=bool(names))


def _of_stateless(rules: SuricataRules) -> Iterator[str | Unknown]:
    stateless = rules.stateless
    for what, action in (("packets", stateless.default), ("fragments of datagrams", stateless.fragments)):
        if isinstance(action, Unknown):
            yield action
        elif action is not Action.FORWARD:
            yield f"{what} have the stateless default action {action}; the intent has stateful rules decide about them"
    for rule in stateless.rules:
        if isinstance(rule.action, Unknown):
            yield rule.action
    if any(not isinstance(rule.action, Unknown) for rule in stateless.rules):
        groups = ", ".join(dict.fromkeys(rule.address for rule in stateless.rules))
        yield f"it has stateless rules ({groups}); the intent has none"


def _of_home(rules: SuricataRules, intended: SuricataRules) -> Iterator[str | Unknown]:
    """Which addresses AWS's own rule groups protect, and from which: their rules are for these alone."""
    if not all(any(rule.managed for rule in each.rules) for each in (rules, intended)):
        return
    meant = _merged(intended.sets["HOME_NET"])
    if "HOME_NET" not in rules.sets:
        own = "it has no HOME_NET, so that AWS's rule groups protect the firewall's own VPC alone"
        yield f"{own}; the intent has {_ranges(meant)}"
    for name in ("HOME_NET", "EXTERNAL_NET"):
        found = _merged(rules.sets.get(name, intended.sets[name]))
        if not found:
            yield Unknown(f"which addresses {name} has, as AWS's rule groups know it")
        elif found != _merged(intended.sets[name]):
            yield f"AWS's rule groups know {_ranges(found)} as {name}; the intent has {_ranges(intended.sets[name])}"


def _ranges(spans: Spans) -> str:
    return ", ".join(show_range(*each) for each in _merged(spans))


def _of_rules(rules: SuricataRules, intended: SuricataRules, *, explained: bool) -> Iterator[str]:
    """Rules that are missing, that the intent does not have, or that are in another order.

    `explained`: names that are let out differ, which is said already.
    """
    here, meant = (_ordered(each) for each in (rules, intended))
    texts = {_key(rule): _text(rule) for each in (intended, rules) for rule in each.rules if not rule.names}
    missing, added = Counter(meant) - Counter(here), Counter(here) - Counter(meant)
    told = [*(f"it lacks what the intent has: {texts[key]}" for key in missing if key in texts)]
    told += [f"it has what the intent has not: {texts[key]}" for key in added if key in texts]
    yield from told
    if not told and not explained and here != meant:
        yield "its rules are in another order than the intent's"


def _ordered(rules: SuricataRules) -> list[_Key]:
    """What the rules do, in order, but for that of AWS's groups, and of rules that pass names, among each other.

    What domain lists drop of the rest counts where a rule follows that passes TCP, and is never asked then.
    """
    found: list[_Key] = []
    relevant = [rule for rule in rules.rules if rule.passes is not None and not _ends_alike(rule, rules)]
    for named, together in groupby(relevant, key=lambda rule: bool(rule.names and rule.passes)):
        if named:
            found.append(_run_of_names(together))
            continue
        for rule in together:
            key = _key(rule)
            index = len(found)
            while rule.managed and index and found[index - 1][0] == "managed" and str(found[index - 1]) > str(key):
                index -= 1
            found.insert(index, key)
    return found


def _run_of_names(rules: Iterable[SuricataRule]) -> _Key:
    """What rules let out that pass names: in any order, and from the same addresses whichever rule has them."""
    found: dict[_Key, list[Span]] = {}
    for rule in rules:
        for name in rule.names:
            for protocol in rule.looks_at:
                found.setdefault((name, protocol, _merged(rule.destinations)), []).extend(rule.sources)
    return ("names", frozenset((key, _merged(tuple(sources))) for key, sources in found.items()))


def _ends_alike(rule: SuricataRule, rules: SuricataRules) -> bool:
    """Whether a rule drops the rest of what a domain list looks at, and nothing that follows would pass it."""
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
    """The same numbers, in the fewest ranges."""
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
    """Names that are let out and not meant to be, or the other way round, by where packets come from."""
    for rule in rules.rules:
        if rule.looks_at and rule.passes is False and rule.names:
            yield f"{rule.address} drops {', '.join(rule.names)}; the intent lets out what is listed, and nothing else"
    home = [side for each in (rules, intended) for rule in each.rules if rule.looks_at for side in rule.sources]
    cuts = sorted({low for low, _ in home} | {high + 1 for _, high in home})
    outside = next((rule.destinations for rule in intended.rules if rule.looks_at), ())
    found: dict[str, list[Span]] = {}
    for low, after in pairwise(cuts):
        here, meant = _let_out(rules, low, outside), _let_out(intended, low, outside)
        for name, looks_at in sorted(meant - here):
            found.setdefault(f"it does not let out {name} ({looks_at})", []).append((low, after - 1))
        for name, looks_at in sorted(here - meant):
            found.setdefault(f"it lets out {name} ({looks_at}), which the intent does not", []).append((low, after - 1))
    for what, spans in found.items():
        yield f"{what}, from {', '.join(show_range(*each) for each in _merged(tuple(spans)))}"


def _let_out(rules: SuricataRules, source: int, outside: Spans) -> set[tuple[str, str]]:
    """The names, each with the protocol, that lists let out from an address to wherever is `outside`: what is not on an
    allow list is dropped, so that no list after it is asked."""
    found: set[tuple[str, str]] = set()
    ended: set[str] = set()
    for rule in rules.rules:
        if not rule.looks_at or not any(low <= source <= high for low, high in rule.sources):
            continue
        asked = [protocol for protocol in rule.looks_at if protocol not in ended]
        if rule.passes and not subtract(outside, rule.destinations):
            found |= {(name, protocol) for name in rule.names for protocol in asked}
        elif rule.passes is False and not rule.names:
            ended.update(asked)
    return found
