"""Stateless rules of a Network Firewall: what becomes of each packet by itself, before anything keeps state.

Rules are asked in order of priority, of the group first; the first that matches decides, then the default action.

- https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateless-default-actions.html
- https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_MatchAttributes.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from isthmus.network.address_space import ALL, show_range, subtract
from isthmus.terraform.graph import Unknown

Span = tuple[int, int]
Spans = tuple[Span, ...]

_WITH_PORTS = (6, 17)
_EVERY_PORT = (0, 65_535)


class Action(StrEnum):
    """A standard action: one of these in every rule and default; custom actions only count packets.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RuleDefinition.html
    """

    PASS = "aws:pass"  # noqa: S105
    DROP = "aws:drop"
    FORWARD = "aws:forward_to_sfe"


@dataclass(frozen=True, slots=True)
class StatelessRule:
    """A rule. `protocols`: numbers, none for any. Ports count for TCP and UDP alone. `address` is its rule group's.

    `in_part`: it looks at more than these (TCP flags), so that it matches some packets of a flow and others not.
    """

    address: str
    action: Action | Unknown
    protocols: tuple[int, ...] = ()
    sources: Spans = (ALL,)
    destinations: Spans = (ALL,)
    source_ports: Spans = (_EVERY_PORT,)
    ports: Spans = (_EVERY_PORT,)
    in_part: bool = False

    def __str__(self) -> str:
        what = ", ".join(map(str, self.protocols)) or "any"
        ends = " to ".join(", ".join(show_range(*each) for each in side) for side in (self.sources, self.destinations))
        ports = " to ".join(", ".join(f"{a}-{b}" for a, b in each) for each in (self.source_ports, self.ports))
        return f"{self.action} for protocols {what} from {ends}, ports {ports}" + (", in part" if self.in_part else "")


@dataclass(frozen=True, slots=True)
class Stateless:
    """The stateless rules of a policy, in order, and the actions on packets that none matches.

    `fragments` is the default action on fragments of UDP datagrams; of other protocols a firewall drops fragments.
    """

    rules: tuple[StatelessRule, ...] = ()
    default: Action | Unknown = Action.FORWARD
    fragments: Action | Unknown = Action.FORWARD


@dataclass(frozen=True, slots=True)
class Headers:
    """Packets in one direction, by what stateless rules look at: ranges, each of which may be one value."""

    protocol: int
    source: Span
    destination: Span
    source_ports: Span = _EVERY_PORT
    ports: Span = _EVERY_PORT


def decided(stateless: Stateless, policy: str, headers: Headers) -> tuple[Action | Unknown, str]:
    """The action on these packets, and the address of what decides; Unknown where rules treat some unlike others."""
    found = list(deciding(stateless, policy, headers))
    action, address = found[0]
    unclear = next((action for action, _ in found if isinstance(action, Unknown)), None)
    if unclear is not None:
        return unclear, address
    if len({action for action, _ in found}) > 1:
        groups = " and ".join(dict.fromkeys(address for _, address in found))
        return Unknown(f"the stateless rules of {groups} treat some packets of this flow unlike others"), address
    return action, address


def deciding(stateless: Stateless, policy: str, headers: Headers) -> Iterator[tuple[Action | Unknown, str]]:
    """The action of every rule that may match, up to the first that surely does, each with the address of its group."""
    for rule in stateless.rules:
        if _may_match(rule, headers):
            yield rule.action, rule.address
            if _matches(rule, headers):
                return
    yield stateless.default, policy


def _may_match(rule: StatelessRule, headers: Headers) -> bool:
    if rule.protocols and headers.protocol != -1 and headers.protocol not in rule.protocols:
        return False
    return all(any(_meet(span, asked) for span in spans) for spans, asked in _asked(rule, headers))


def _matches(rule: StatelessRule, headers: Headers) -> bool:
    if rule.in_part or (rule.protocols and headers.protocol not in rule.protocols):
        return False
    return all(not subtract([asked], spans) for spans, asked in _asked(rule, headers))


def _asked(rule: StatelessRule, headers: Headers) -> Iterable[tuple[Spans, Span]]:
    yield rule.sources, headers.source
    yield rule.destinations, headers.destination
    if headers.protocol in (*_WITH_PORTS, -1):
        yield rule.source_ports, headers.source_ports
        yield rule.ports, headers.ports


def _meet(a: Span, b: Span) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
