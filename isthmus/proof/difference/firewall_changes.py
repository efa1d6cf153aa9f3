"""What firewalls do that no flow shows, before and after: what they look for inside packets, and their settings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from isthmus.network.model import Network, Unknown
from isthmus.network.suricata import SuricataRules


def firewall_changes(before: Network, after: Network) -> Iterator[str]:
    """A sentence for each thing that one network's firewalls do, and the other's do not."""
    was, now = (dict.fromkeys(chain(_looked_for(network), _set(network))) for network in (before, after))
    yield from (f"{group}: {what}, from now on" for group, what in now if (group, what) not in was)
    yield from (f"{group}: {what}, no more" for group, what in was if (group, what) not in now)
    yield from _reordered(before, after)


def _reordered(before: Network, after: Network) -> Iterator[str]:
    """Policies whose rule groups, as far as both networks have them, are in another order."""
    was, now = ({rules.address: rules for rules in _policies(network)} for network in (before, after))
    for address in (address for address in now if address in was):
        groups = [dict.fromkeys(r.managed or r.address for r in side[address].rules) for side in (was, now)]
        both = [[group for group in side if group in groups[0] and group in groups[1]] for side in groups]
        if both[0] != both[1]:
            yield f"{address}: it asks its rule groups in the order {', '.join(both[1])}, from now on"


def _policies(network: Network) -> Iterator[SuricataRules]:
    yield from (firewall.rules for firewall in network.firewalls.values() if isinstance(firewall.rules, SuricataRules))


def _set(network: Network) -> Iterator[tuple[str, str]]:
    """Each policy, with a setting that decides about packets that no rule matches, or about how rules are asked."""
    for firewall in network.firewalls.values():
        rules = firewall.rules
        if isinstance(rules, Unknown):
            yield firewall.address, f"its rules are not known ({rules.reason})"
            continue
        for what, action in (
            ("packets have the stateless default action", rules.stateless.default),
            ("fragments of datagrams have the stateless default action", rules.stateless.fragments),
            ("what no stateful rule matches has the default", rules.default),
        ):
            yield rules.address, f"{what} {action if isinstance(action, Unknown) else str(action)}"
        if not rules.strict:
            yield rules.address, "it asks all that pass before all that drop"
        if rules.decrypts:
            yield rules.address, "it inspects TLS"
        for rule in rules.stateless.rules:
            yield rule.address, f"it has a stateless rule: {rule}"


def _looked_for(network: Network) -> Iterator[tuple[str, str]]:
    """Each rule group, with something that it does about what is inside."""
    for policy in _policies(network):
        for rule in policy.rules:
            if rule.managed:
                # Of AWS's own rule groups nothing is known but that they are asked.
                yield f"AWS's {rule.managed}", "it is asked"
            elif rule.inside and not rule.names:
                yield rule.address, f"it has the rule {rule.text}" if rule.text else "it has rules that cannot be read"
        yield from _names(policy)


def _names(policy: SuricataRules) -> Iterator[tuple[str, str]]:
    """Each rule group, with a name that it lets pass or drops: by TLS and HTTP, where nothing else is said."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for rule in policy.rules:
        for name in rule.names:
            key = (rule.address, "lets pass" if rule.passes else "drops", name)
            found.setdefault(key, set()).update(rule.looks_at)
    for (address, does, name), protocols in found.items():
        yield address, f"it {does} {name}" + (f" ({', '.join(protocols)} alone)" if len(protocols) == 1 else "")
