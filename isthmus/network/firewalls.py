"""What a Network Firewall does with a flow: with the packet that opens it, and with the answers.

Stateless rules see each packet by itself, and send it on to the stateful rules or not. The first of the stateful rules
that matches decides about the whole flow. What a rule looks for inside packets is not known: it may match or not.
Where both outcomes are possible the answer is unknown, and names the rule that it depends on.

- https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-policy-processing.html
- https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from isthmus.network.address_space import show_range, subtract
from isthmus.network.block import Block
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.filters import Span
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic
from isthmus.network.stateless import Action, Headers, decided, deciding
from isthmus.network.suricata import SuricataRule, SuricataRules

_EVERY_PORT = (0, 65_535)
_WITH_PORTS = (6, 17)
_LAST_V4 = (1 << 32) - 1
_TCP, _UDP, _ICMP, _ICMP_V6 = 6, 17, 1, 58
_APP_LAYER = ("drop_app_layer", "drop_app_layer_to_server")


class Boundary(NamedTuple):
    """The packets that one rule distinguishes from all others. `protocol` -1 is every protocol."""

    protocol: int
    sources: Span
    destinations: Span
    source_ports: Span
    ports: Span


def boundaries(rules: SuricataRules) -> Iterator[Boundary]:
    """Everything by which a firewall's rules tell packets apart: cut packets here, and each class has one `verdict`."""
    for each in rules.stateless.rules:
        for protocol in each.protocols or (-1,):
            for sources in each.sources:
                for destinations in each.destinations:
                    for source_ports in each.source_ports:
                        for ports in each.ports:
                            yield Boundary(protocol, sources, destinations, source_ports, ports)
                            # Answers are looked at by themselves, with both ends exchanged.
                            yield Boundary(protocol, destinations, sources, ports, source_ports)
    for rule in rules.rules:
        for sources in rule.sources:
            for destinations in rule.destinations:
                for ports in rule.ports:
                    yield Boundary(rule.protocol, sources, destinations, _EVERY_PORT, ports)
                    if rule.replies and not rule.passes:
                        yield Boundary(rule.protocol, destinations, sources, ports, _EVERY_PORT)
                for protocol in rule.apart:
                    yield Boundary(protocol, sources, destinations, _EVERY_PORT, _EVERY_PORT)


def verdict(
    rules: SuricataRules,
    source: Span,
    destination: Span,
    traffic: Traffic,
    clients: Span = EPHEMERAL,
    *,
    outward: bool = False,
) -> Block | Unknown | None:
    """What blocks the first packet of a flow, or a later one; None if all pass, Unknown if it depends on something that
    is not evaluated. `clients` are the client ports.

    A rule that the intent states may match the content of packets. Such a rule drops no intended packet. With `outward`
    (to the internet or a service), some packets pass because of it.

    A range is blocked if any part of it is. Use smaller ranges for separate results.
    """
    found = [
        _after(rules, action, address, source, destination, traffic, clients, outward)
        for action, address in _first(rules, source, destination, traffic, clients)
    ]
    unclear = next((end for end in found if isinstance(end, Unknown)), None)
    if unclear is not None or len({end is None for end in found}) == 1:
        return unclear or found[0]
    return Unknown(f"the stateless rules of {rules.address} treat some packets of {traffic} unlike others")


def _after(
    rules: SuricataRules,
    action: Action | Unknown,
    address: str,
    source: Span,
    destination: Span,
    traffic: Traffic,
    clients: Span,
    outward: bool,
) -> Block | Unknown | None:
    """What stops a packet that stateless rules have done this with."""
    if isinstance(action, Unknown):
        return action
    found: Block | Unknown | None = None
    if action is Action.DROP:
        found = Block("firewall-drops", address, f"{traffic}: its stateless rules drop it")
    elif action is Action.FORWARD:
        found = _stateful(rules, source, destination, traffic, clients, outward)
    return _of_fragments(rules, action, found, traffic) if isinstance(found, Block) else found


def answer(
    rules: SuricataRules, source: Span, destination: Span, traffic: Traffic, clients: Span = EPHEMERAL
) -> Block | Unknown | None:
    """What stops the answers to a flow that `verdict` lets pass. `source` is who opened it.

    Stateful rules have decided about both directions; stateless ones look at each.
    """
    asked = traffic.ports if traffic.protocol in _WITH_PORTS and traffic.ports is not None else _EVERY_PORT
    back, address = decided(
        rules.stateless, rules.address, Headers(traffic.protocol, destination, source, asked, clients)
    )
    if isinstance(back, Unknown):
        return back
    if back is Action.DROP:
        return Block("firewall-drops", address, f"the answers to {traffic}: its stateless rules drop them")
    there = {action for action, _ in _first(rules, source, destination, traffic, clients)}
    if there - {back, Action.DROP}:
        return Unknown(f"{rules.address} sends one direction of {traffic} to its stateful rules, and not the other")
    return None


def _first(
    rules: SuricataRules, source: Span, destination: Span, traffic: Traffic, clients: Span
) -> list[tuple[Action | Unknown, str]]:
    """What stateless rules may do with the packet that opens a flow, each with the address of what decides."""
    ports = traffic.ports if traffic.protocol in _WITH_PORTS and traffic.ports is not None else _EVERY_PORT
    headers = Headers(traffic.protocol, source, destination, clients, ports)
    return list(deciding(rules.stateless, rules.address, headers))


def _of_fragments(rules: SuricataRules, action: Action, block: Block, traffic: Traffic) -> Block | Unknown:
    """A block, but for fragments of UDP datagrams: a default action of their own may let them by.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateless-default-actions.html
    """
    fragments = rules.stateless.fragments
    if traffic.protocol not in (_UDP, -1) or fragments in (action, Action.DROP):
        return block
    return Unknown(f"{block.address} stops whole datagrams, but fragments of datagrams have the action {fragments}")


# --- stateful rules


def _stateful(
    rules: SuricataRules, source: Span, destination: Span, traffic: Traffic, clients: Span, outward: bool
) -> Block | Unknown | None:
    """What the first rule that surely matches does, or the default; unknown where one before it may do otherwise.

    `drop_established` lets a TCP handshake pass, and nothing after it; of connectionless protocols it drops all.
    """
    open_: list[SuricataRule] = []
    for rule in rules.rules:
        if rule.of_answers or _never_asked(rules, rule) or not _meets(rule, source, destination, traffic):
            continue
        if _may_miss(rule, traffic):
            if rule.stated and rule.passes and outward:
                return _settled(rules, open_, None, traffic)
            open_ += [] if rule.stated and rule.passes is False else [rule]
        elif not rule.passes:
            return _settled(rules, open_, Block("firewall-drops", rule.address, f"{traffic}: {rule.text}"), traffic)
        elif _covers(rule, source, destination, traffic):
            return _settled(rules, open_, None, traffic)
    if isinstance(rules.default, Unknown):
        return rules.default
    if rules.default == "pass":
        return _answered(rules, open_, None, source, destination, traffic, clients)
    why = f"no rule passes {traffic} from {show_range(*source)} to {show_range(*destination)}"
    block = Block("firewall-drops", rules.address, why)
    if rules.default in _APP_LAYER and traffic.protocol != _TCP:
        return Unknown(f"{why}, and AWS does not say what an application-layer default action does with this protocol")
    if rules.default != "drop" and traffic.protocol in (_TCP, -1):
        return _answered(rules, open_, block, source, destination, traffic, clients)
    return _settled(rules, open_, block, traffic)


def _answered(
    rules: SuricataRules,
    open_: list[SuricataRule],
    end: Block | None,
    source: Span,
    destination: Span,
    traffic: Traffic,
    clients: Span,
) -> Block | Unknown | None:
    """What becomes of a flow that no rule has decided about when it was opened: its answers meet the rules as well.

    A rule that does not ask for `flow:to_server` meets packets of both ends, and what it does is done to the flow.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/troubleshooting-rules.html
    """
    back = Traffic(traffic.protocol, clients if traffic.protocol in _WITH_PORTS else None)
    for rule in rules.rules:
        if not rule.replies or not _meets(rule, destination, source, back):
            continue
        of_some = traffic.protocol not in _WITH_PORTS and rule.ports != (_EVERY_PORT,)  # which message answers?
        if _may_miss(rule, traffic) or of_some or not _covers(rule, destination, source, back):
            open_.append(rule)
        elif rule.passes:
            return _settled(rules, open_, None, traffic)
        else:
            why = f"the answers to {traffic}: {rule.text}"
            return _settled(rules, open_, Block("firewall-drops", rule.address, why), traffic)
    return _settled(rules, open_, end, traffic)


def _settled(
    rules: SuricataRules, open_: Sequence[SuricataRule], end: Block | None, traffic: Traffic
) -> Block | Unknown | None:
    """The end that evaluation comes to, if no rule that may match before it comes to another."""
    others = [rule for rule in open_ if rule.passes is not (end is None)]
    if others:
        return _depends(others[-1], traffic)
    if end is None and rules.decrypts and traffic.protocol in (_TCP, -1):
        return Unknown(f"{rules.address} inspects TLS: which connections it decrypts and passes is not evaluated")
    return end


def _depends(rule: SuricataRule, traffic: Traffic) -> Unknown:
    does = "drops" if rule.passes is False else "passes"
    on = " depends on the domain" if rule.names else ""
    return Unknown(f"whether {rule.address} {does} {traffic}{on}: {rule.text}")


def _never_asked(rules: SuricataRules, rule: SuricataRule) -> bool:
    """Whether a domain list never sees a name, because handshakes are dropped: AWS has `drop_established` for those.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
    """
    return rules.default == "drop" and bool(rule.looks_at) and rule.passes is True


def _may_miss(rule: SuricataRule, traffic: Traffic) -> bool:
    """Whether a rule may miss a packet whose header it meets. `icmp` is that of both versions of IP, but its types are
    not: https://docs.suricata.io/en/latest/rules/intro.html#protocol"""
    return rule.inside or (rule.protocol == _ICMP and traffic.protocol == _ICMP_V6)


def _meets(rule: SuricataRule, source: Span, destination: Span, traffic: Traffic) -> bool:
    if traffic.protocol in rule.apart:
        return False
    same = -1 in (rule.protocol, traffic.protocol) or rule.protocol == traffic.protocol
    if not same and (rule.protocol, traffic.protocol) != (_ICMP, _ICMP_V6):
        return False
    if traffic.protocol == _ICMP_V6 != rule.protocol and rule.ports != (_EVERY_PORT,) and source[0] <= _LAST_V4:
        return False  # protocol 58 over IPv4 is no ICMPv6, and has no type
    asked = ((rule.sources, source), (rule.destinations, destination), (rule.ports, _asked_ports(rule, traffic)))
    return all(any(low <= last and first <= high for low, high in spans) for spans, (first, last) in asked)


def _covers(rule: SuricataRule, source: Span, destination: Span, traffic: Traffic) -> bool:
    asked = ((rule.sources, source), (rule.destinations, destination), (rule.ports, _asked_ports(rule, traffic)))
    if traffic.protocol == -1 and rule.apart:
        return False
    return rule.protocol in (-1, traffic.protocol) and all(not subtract([want], spans) for spans, want in asked)


def _asked_ports(rule: SuricataRule, traffic: Traffic) -> Span:
    """The ports or ICMP messages asked about; of what has none, any that the rule knows."""
    if rule.protocol == _ICMP and traffic.protocol in (_ICMP, _ICMP_V6):
        return traffic.ports or _EVERY_PORT
    return traffic.ports if traffic.ports is not None and traffic.protocol in _WITH_PORTS else rule.ports[0]
