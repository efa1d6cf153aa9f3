"""The boundaries at which the filters on a path divide all packets into equivalence classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from isthmus.network.answers import AtEndpoint, Crossing, InSubnet, Position, RoundTrip
from isthmus.network.filters_on_path import ICMPV6, TRANSLATED
from isthmus.network.firewalls import boundaries
from isthmus.network.index import NetworkIndex
from isthmus.network.load_balancers import listener_packets
from isthmus.network.model import Firewall, NetworkAclRule, SecurityGroup, SecurityGroupRule
from isthmus.network.packets import ASKING, LAST_PORT, PROTOCOLS, WITH_PORTS, WITH_TYPES, Traffic, block
from isthmus.network.suricata import SuricataRules

_ICMP = 1  # a rule for ICMP is for that of both versions of IP


class Boundaries:
    """The numbers (see `isthmus.network.packets`) at which the verdict of some filter may change."""

    def __init__(self, index: NetworkIndex) -> None:
        self.index = index
        self.network = index.network
        self._made: dict[tuple[object, ...], frozenset[int]] = {}

    def of(self, trip: RoundTrip) -> frozenset[int]:
        """The boundaries of every filter on the forward path and the return path, for any packet."""
        found: set[int] = set()
        for path in trip.forward.paths:
            for crossing in path.crossings:
                found |= self._acl(crossing, _by_packet)
            for hop in path.hops:
                firewall = self.index.firewall_of.get(hop.address) if hop.kind == "firewall" else None
                if firewall is not None:
                    found |= self._firewall(firewall)
            if path.nats:
                found.update(cut for protocol in (*TRANSLATED, ICMPV6) for cut in _around(block(protocol)))
        for path in trip.reply.paths:
            for crossing in path.crossings:
                found |= self._acl(crossing, _by_reply)
        found.update(self._groups(trip.forward.packet.source, inbound=False))
        found.update(self._groups(trip.forward.packet.destination, inbound=True))
        found.update(self._listeners(trip.forward.packet.destination))
        return frozenset(found)

    def _acl(self, crossing: Crossing, cut: Callable[[Iterable[NetworkAclRule]], Iterator[int]]) -> frozenset[int]:
        key = (crossing.nacl, crossing.inbound, cut)
        if key not in self._made:
            acl = self.network.nacls.get(crossing.nacl)
            rules = () if acl is None else acl.inbound if crossing.inbound else acl.outbound
            self._made[key] = frozenset(cut(rules))
        return self._made[key]

    def _firewall(self, firewall: Firewall) -> frozenset[int]:
        key = (firewall.address,)
        if key not in self._made:
            self._made[key] = frozenset(
                policy_cuts(firewall.rules) if isinstance(firewall.rules, SuricataRules) else ()
            )
        return self._made[key]

    def _groups(self, location: Position, *, inbound: bool) -> Iterator[int]:
        """The boundaries of the security groups of a host or, inbound, of an interface endpoint."""
        names: Iterable[object] = ()
        if isinstance(location, InSubnet):
            names = location.groups or ()
            if location.balancer and inbound:
                names = self.network.load_balancers[location.balancer].security_groups
        elif isinstance(location, AtEndpoint) and inbound:
            names = self.network.endpoints[location.address].security_groups
        for name in names:
            group = self.network.security_groups.get(name) if isinstance(name, str) else None
            if isinstance(group, SecurityGroup):
                yield from _by_packet(group.inbound if inbound else group.outbound)

    def _listeners(self, location: Position) -> Iterator[int]:
        """The boundaries of the listeners of a load balancer, and of the protocols with ports."""
        if isinstance(location, InSubnet) and location.balancer:
            yield from (cut for protocol in WITH_PORTS for cut in _around(block(protocol)))
            for listener in self.network.load_balancers[location.balancer].listeners:
                yield from (cut for packets in listener_packets(listener) for cut in _around(packets.spans[0]))


def _by_packet(rules: Iterable[NetworkAclRule | SecurityGroupRule]) -> Iterator[int]:
    return (cut for rule in rules if rule.protocol != -1 for cut in _around(Traffic(rule.protocol, rule.ports).span))


def _by_reply(rules: Iterable[NetworkAclRule]) -> Iterator[int]:
    """The boundaries from rules for replies. The client port is not part of the packet."""
    for rule in rules:
        if rule.protocol in WITH_PORTS:
            yield from _around(block(rule.protocol))
        elif rule.protocol != -1:
            yield from _around(Traffic(rule.protocol, rule.ports).span)
        if rule.protocol in WITH_TYPES:
            # What is asked with one message is answered with another.
            yield from (cut for span in ASKING[rule.protocol] for cut in _around(span))


def policy_cuts(rules: SuricataRules) -> Iterator[int]:
    """The boundaries of the rules and default actions of a firewall."""
    for protocol in PROTOCOLS.values():
        yield from _around(block(protocol))
    for boundary in boundaries(rules):
        if boundary.protocol not in (-1, *PROTOCOLS.values()):
            yield from _around(block(boundary.protocol))
        if boundary.ports == (0, LAST_PORT):
            continue
        # A rule for every protocol looks at ports where there are any.
        looked_at = {-1: WITH_PORTS, _ICMP: WITH_TYPES}.get(boundary.protocol, (boundary.protocol,))
        for protocol in looked_at:
            yield from _around(Traffic(protocol, boundary.ports).span)


def _around(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], span[1] + 1
