"""Changes of firewall policies that no flow shows: rules that inspect payloads, and settings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from isthmus.network.model import Network, Unknown
from isthmus.network.suricata import SuricataRules


def firewall_changes(before: Network, after: Network) -> Iterator[str]:
    """One sentence for each rule or setting that only one of the networks has."""
    old, new = (dict.fromkeys(chain(_inspecting_rules(network), _settings(network))) for network in (before, after))
    yield from (f"{group}: {what} (new)" for group, what in new if (group, what) not in old)
    yield from (f"{group}: {what} (removed)" for group, what in old if (group, what) not in new)
    yield from _reordered(before, after)


def _reordered(before: Network, after: Network) -> Iterator[str]:
    """Policies with another order of the rule groups that both networks have."""
    old, new = ({rules.address: rules for rules in _policies(network)} for network in (before, after))
    for address in (address for address in new if address in old):
        groups = [dict.fromkeys(r.managed or r.address for r in side[address].rules) for side in (old, new)]
        both = [[group for group in side if group in groups[0] and group in groups[1]] for side in groups]
        if both[0] != both[1]:
            yield f"{address}: it evaluates its rule groups in the order {', '.join(both[1])} (new)"


def _policies(network: Network) -> Iterator[SuricataRules]:
    yield from (firewall.rules for firewall in network.firewalls.values() if isinstance(firewall.rules, SuricataRules))


def _settings(network: Network) -> Iterator[tuple[str, str]]:
    """Each policy, with a setting that applies to packets without a matching rule, or to the order of rules."""
    for firewall in network.firewalls.values():
        rules = firewall.rules
        if isinstance(rules, Unknown):
            yield firewall.address, f"its rules are not known ({rules.reason})"
            continue
        for what, action in (
            ("packets have the stateless default action", rules.stateless.default),
            ("fragments of datagrams have the stateless default action", rules.stateless.fragments),
            ("packets without a matching stateful rule have the default action", rules.default),
        ):
            yield rules.address, f"{what} {action if isinstance(action, Unknown) else str(action)}"
        if not rules.strict:
            yield rules.address, "it evaluates pass rules before drop rules"
        if rules.decrypts:
            yield rules.address, "it inspects TLS"
        for rule in rules.stateless.rules:
            yield rule.address, f"it has a stateless rule: {rule}"


def _inspecting_rules(network: Network) -> Iterator[tuple[str, str]]:
    """Each rule group, with a rule that inspects payloads."""
    for policy in _policies(network):
        for rule in policy.rules:
            if rule.managed:
                # The rules of AWS managed rule groups are not known.
                yield f"AWS's {rule.managed}", "it is in use"
            elif rule.inside and not rule.names:
                yield rule.address, f"it has the rule {rule.text}" if rule.text else "it has rules that cannot be read"
        yield from _names(policy)


def _names(policy: SuricataRules) -> Iterator[tuple[str, str]]:
    """Each rule group, with a domain that it passes or drops, in TLS and HTTP unless it names one of these."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for rule in policy.rules:
        for name in rule.names:
            key = (rule.address, "passes" if rule.passes else "drops", name)
            found.setdefault(key, set()).update(rule.looks_at)
    for (address, does, name), protocols in found.items():
        yield address, f"it {does} {name}" + (f" ({', '.join(protocols)} only)" if len(protocols) == 1 else "")
