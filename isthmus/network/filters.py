"""Network ACLs and security groups.

- https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html: stateless, lowest number first, then deny
- https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html: stateful, allow only
"""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.network.address_space import show_range, span
from isthmus.network.answers import Packet
from isthmus.network.block import Block
from isthmus.network.model import Cidr, Network, NetworkAcl, NetworkAclRule, SecurityGroupRule, Unknown
from isthmus.network.packets import WITH_PORTS, WITH_TYPES, Traffic, answer, split

Span = tuple[int, int]


def forward_traffic(packet: Packet) -> Traffic:
    """The packet as filters see it."""
    return traffic_of(packet.place)


def reply_traffic(packet: Packet) -> Traffic:
    """The reply as filters see it: to any client port, or the answer to an ICMP message."""
    protocol, _ = split(packet.place)
    return Traffic(protocol, packet.ephemeral) if protocol in WITH_PORTS else traffic_of(answer(packet.place))


def traffic_of(at: int) -> Traffic:
    """The packet with a number (see `isthmus.network.packets`) as filters see it."""
    protocol, value = split(at)
    return Traffic(protocol, (value, value) if protocol in (*WITH_PORTS, *WITH_TYPES) else None)


def _meets(a: Span, b: Span) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def _covers(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _less(spans: list[Span], hole: Span) -> list[Span]:
    left = []
    for low, high in spans:
        if low < hole[0]:
            left.append((low, min(high, hole[0] - 1)))
        if high > hole[1]:
            left.append((max(low, hole[1] + 1), high))
    return left


_EVERY_PORT = (0, 65535)


def acl_verdict(acl: NetworkAcl, inbound: bool, remote: Span, traffic: Traffic) -> Block | Unknown | None:
    """What blocks traffic from (inbound) or to (outbound) a range of addresses; None if all of it passes.

    A rule that denies a part of the addresses or ports blocks. Use smaller ranges for separate results.
    """
    if acl.unresolved is not None:
        return acl.unresolved
    direction = "inbound" if inbound else "outbound"
    left: list[tuple[Span, list[Span]]] = [(remote, [traffic.ports or _EVERY_PORT])]
    for rule in acl.inbound if inbound else acl.outbound:
        if rule.protocol not in (-1, traffic.protocol):
            continue
        reach = span(rule.cidr)
        limits = None if rule.protocol == -1 else rule.ports  # a rule for every protocol is for every port
        still: list[tuple[Span, list[Span]]] = []
        for addresses, ports in left:
            if not _meets(reach, addresses):
                still.append((addresses, ports))
                continue
            met = [p for p in ports if limits is None or _meets(limits, p)]
            if not met:
                still.append((addresses, ports))
                continue
            if not rule.allow:
                denied = Traffic(rule.protocol, limits)
                why = f"{direction} rule {rule.number} denies {denied} {'from' if inbound else 'to'} {rule.cidr}"
                return Block("network-acl-denies", rule.address, why)
            still += [(rest, ports) for rest in _less([addresses], reach)]
            inner = (max(addresses[0], reach[0]), min(addresses[1], reach[1]))
            rest_ports = [] if limits is None else _less(ports, limits)
            if rest_ports:
                still.append((inner, rest_ports))
        left = still
        if not left:
            return None
    addresses, ports = left[0]
    missing = Traffic(traffic.protocol, None if traffic.ports is None else ports[0])
    why = f"no {direction} rule allows {missing} {'from' if inbound else 'to'} {show_range(*addresses)}"
    return Block("network-acl-denies", acl.address, why)


def acl_denied(
    acl: NetworkAcl, inbound: bool, remote: Span, traffic: Traffic
) -> tuple[tuple[Span, Block], ...] | Unknown:
    """The ports that a network ACL denies, each range with the rule. The other ports pass."""
    assert traffic.ports is not None
    low, high = traffic.ports
    rules = acl.inbound if inbound else acl.outbound
    limits = [rule.ports for rule in rules if rule.protocol == traffic.protocol and rule.ports is not None]
    starts = sorted({low, *(cut for first, last in limits for cut in (first, last + 1) if low < cut <= high)})
    found: list[tuple[Span, Block]] = []
    for first, last in zip(starts, [*(start - 1 for start in starts[1:]), high], strict=True):
        verdict = acl_verdict(acl, inbound, remote, Traffic(traffic.protocol, (first, last)))
        if isinstance(verdict, Unknown):
            return verdict
        if verdict is None:
            continue
        if found and found[-1][0][1] == first - 1 and found[-1][1].address == verdict.address:
            # Blocked by the same rule, or by the implicit deny: one range.
            first = found.pop()[0][0]
            whole = acl_verdict(acl, inbound, remote, Traffic(traffic.protocol, (first, last)))
            verdict = whole if isinstance(whole, Block) and whole.address == verdict.address else verdict
        found.append(((first, last), verdict))
    return tuple(found)


def allows_everything(acl: NetworkAcl) -> bool:
    """Whether the first rule for each IP version allows all traffic, in both directions."""
    if acl.unresolved is not None:
        return False
    return all(_opens(rules, width) for rules in (acl.inbound, acl.outbound) for width in (32, 128))


def _opens(rules: Iterable[NetworkAclRule], width: int) -> bool:
    first = next((r for r in rules if r.cidr.max_prefixlen == width), None)
    return first is not None and first.allow and first.protocol == -1 and first.cidr.prefixlen == 0


def group_verdict(
    network: Network,
    groups: Iterable[str | Unknown],
    inbound: bool,
    remote: Span,
    remote_groups: tuple[str, ...] | None,
    traffic: Traffic,
) -> Block | Unknown | None:
    """What blocks a new connection at an interface with these security groups; None if a rule allows it.

    `remote_groups` are the security groups of the other end. If they are None, a rule that references a group is
    unknown. https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    unknown_reason: Unknown | None = None
    names: list[str] = []
    for name in groups:
        group = name if isinstance(name, Unknown) else network.security_groups.get(name)
        if group is None:
            unknown_reason = unknown_reason or Unknown(f"security group {name} is not in this input")
            continue
        if isinstance(group, Unknown):
            unknown_reason = unknown_reason or group
            continue
        names.append(group.address)
        unknown_reason = unknown_reason or group.unresolved
        for rule in group.inbound if inbound else group.outbound:
            if rule.protocol not in (-1, traffic.protocol):
                continue
            if rule.ports is not None and not (traffic.ports and _covers(rule.ports, traffic.ports)):
                continue
            verdict = _peer_allowed(network, rule, remote, remote_groups)
            if verdict is True:
                return None
            unknown_reason = unknown_reason or (verdict if isinstance(verdict, Unknown) else None)
    if unknown_reason is not None:
        return unknown_reason
    direction = "inbound" if inbound else "outbound"
    why = f"no {direction} rule allows {traffic} {'from' if inbound else 'to'} {show_range(*remote)}"
    return Block("security-group-denies", ", ".join(names) or "no security group", why)


def _peer_allowed(
    network: Network, rule: SecurityGroupRule, remote: Span, remote_groups: tuple[str, ...] | None
) -> bool | Unknown:
    cidrs: list[Cidr] = list(rule.cidrs)
    unknown_reason: Unknown | None = None
    for name in rule.prefix_lists:
        found = name if isinstance(name, Unknown) else network.prefix_lists.get(name)
        if found is None or isinstance(found, Unknown):
            unknown_reason = unknown_reason or found or Unknown(f"prefix list {name} is not in this input")
        else:
            unknown_reason = unknown_reason or next((c for c in found.entries if isinstance(c, Unknown)), None)
            cidrs += [c for c in found.entries if not isinstance(c, Unknown)]
    left = [remote]
    for cidr in cidrs:
        left = _less(left, span(cidr))
    if not left:
        return True
    for peer in rule.groups:
        if isinstance(peer, Unknown):
            unknown_reason = unknown_reason or peer
        elif remote_groups is None:
            unknown_reason = unknown_reason or Unknown(
                f"{rule.address} allows members of {peer}: whether the other end is a member is unknown"
            )
        elif peer in remote_groups:
            return True
    return unknown_reason or False
