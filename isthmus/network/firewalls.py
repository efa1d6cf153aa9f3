"""What a Network Firewall does with the packet that opens a flow; replies follow what was decided.

Evaluated is what rules say of addresses, protocols and ports, in strict order. What they look for inside packets is
not: of a rule that passes some of them nobody knows whether it passes this one, and one that drops some of them is
taken to spare it.

- https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
- https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html: a decision is the flow's
"""

from __future__ import annotations

from isthmus.network.answers import Block
from isthmus.network.filters import Span
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic
from isthmus.network.space import show_range, subtract
from isthmus.network.suricata import Rule, Rules

_WITH_PORTS = (6, 17)
_TCP = 6


def verdict(rules: Rules, source: Span, destination: Span, traffic: Traffic) -> Block | Unknown | None:
    """What stops the packet that opens a flow; None if it passes, Unknown where that depends on what is inside.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html: as long as
    not both sides have sent, `drop_established` lets pass what no rule matches; TCP gets no further than a handshake.
    """
    doubt: Unknown | None = None
    for rule in rules.rules:
        if not _meets(rule, source, destination, traffic):
            continue
        if rule.inside:
            doubt = Unknown(f"whether {rule.address} passes {traffic}: {rule.text}") if rule.passes else doubt
        elif not rule.passes:
            return doubt or Block("firewall-drops", rule.address, f"{traffic}: {rule.text}")
        elif _covers(rule, source, destination, traffic):
            return None
    if rules.default == "pass" or (rules.default == "drop_established" and traffic.protocol != _TCP):
        return None
    why = f"no rule passes {traffic} from {show_range(*source)} to {show_range(*destination)}"
    return doubt or Block("firewall-drops", rules.address, why)


def _meets(rule: Rule, source: Span, destination: Span, traffic: Traffic) -> bool:
    asked = ((rule.sources, source), (rule.destinations, destination), (rule.ports, _asked_ports(rule, traffic)))
    if -1 not in (rule.protocol, traffic.protocol) and rule.protocol != traffic.protocol:
        return False
    return all(any(low <= last and first <= high for low, high in spans) for spans, (first, last) in asked)


def _covers(rule: Rule, source: Span, destination: Span, traffic: Traffic) -> bool:
    asked = ((rule.sources, source), (rule.destinations, destination), (rule.ports, _asked_ports(rule, traffic)))
    return rule.protocol in (-1, traffic.protocol) and all(not subtract([want], spans) for spans, want in asked)


def _asked_ports(rule: Rule, traffic: Traffic) -> Span:
    """The ports asked about; of what has none, any that the rule knows."""
    return traffic.ports if traffic.ports is not None and traffic.protocol in _WITH_PORTS else rule.ports[0]
