"""Load balancers at the end of a path: the listener, and the second connection from the load balancer to a target.

A Network Load Balancer ends no TCP session, but without client IP preservation its targets see connections from its own
address, and answer it inside the VPC.
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from isthmus.network.address_space import number
from isthmus.network.answers import Hop, InSubnet, Outcome, Packet, Path, RoundTrip
from isthmus.network.block import Block
from isthmus.network.client_ports import NAT_PORTS
from isthmus.network.index import NetworkIndex
from isthmus.network.model import BalancedTarget, Listener, LoadBalancer, TargetGroup, Unknown
from isthmus.network.packets import WITH_PORTS, Packets, Traffic, split

TCP = 6


class Leg(NamedTuple):
    """The connection from a load balancer to one of its targets."""

    group: TargetGroup
    target: BalancedTarget
    result: RoundTrip | Unknown

    @property
    def outcome(self) -> Outcome:
        """Reachable if the target is, and its replies come back."""
        return Outcome.UNKNOWN if isinstance(self.result, Unknown) else self.result.outcome

    @property
    def why(self) -> str:
        """What blocks the connection, or why its result is unknown."""
        if isinstance(self.result, Unknown):
            return self.result.reason
        paths = (*self.result.forward.paths, *self.result.reply.paths)
        unknown = next((path.unknown for path in paths if path.unknown), "it does not arrive")
        return "; ".join(f"{block.address}: {block.why}" for block in self.result.blocks) or unknown


class LoadBalancers:
    """The load balancers of one network. `follow` gives the flow of a packet between two hosts."""

    def __init__(self, index: NetworkIndex, follow: Callable[[Packet], RoundTrip]) -> None:
        self.index = index
        self.network = index.network
        self._follow = follow
        self._legs: dict[tuple[InSubnet, str], tuple[Leg, ...] | Unknown] = {}

    def passed(self, packet: Packet, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        """The paths of a packet to an address of a load balancer, on to a target of its listener."""
        at = packet.destination
        if not isinstance(at, InSubnet) or not at.balancer:
            return paths
        balancer = self.network.load_balancers[at.balancer]
        found = self._result(at, balancer, packet)
        return tuple(dict.fromkeys(self._with_result(path, balancer, found) for path in paths))

    def _with_result(self, path: Path, balancer: LoadBalancer, found: Block | Unknown | Leg) -> Path:
        if not path.end:
            return path
        path = path._replace(hops=(*path.hops, Hop("load balancer", balancer.address)))
        if isinstance(found, Block):
            return path.blocked(found)
        if isinstance(found, Unknown):
            return path._replace(unknown=path.unknown or found.reason)
        assert not isinstance(found.result, Unknown)
        packet = found.result.forward.packet
        assert isinstance(packet.destination, InSubnet)
        subnet = packet.destination.address
        why = f"{packet.destination.ip} {packet.what} of {found.group.address}"
        return path._replace(hops=(*path.hops, Hop("target", subnet, why, self.index.zone_of(subnet))))

    def _result(self, at: InSubnet, balancer: LoadBalancer, packet: Packet) -> Block | Unknown | Leg:
        """The connection to a target that works, or what blocks every one of them."""
        if balancer.may_not_exist is not None:
            return balancer.may_not_exist
        listener = self._listener(balancer, packet)
        if not isinstance(listener, Listener):
            return listener
        legs = self.legs(at, listener)
        if isinstance(legs, Unknown):
            return legs
        works = next((leg for leg in legs if leg.outcome is Outcome.REACHABLE), None)
        if works is not None:
            return works
        unknown = next((leg for leg in legs if leg.outcome is Outcome.UNKNOWN), None)
        if unknown is not None:
            return Unknown(f"whether {listener.address} reaches {unknown.target.address}: {unknown.why}")
        why = "; ".join(f"{leg.target.ip}: {leg.why}" for leg in legs) or "it has no target in this zone"
        return Block("no-target", listener.address, f"no target is reachable: {why}")

    def _listener(self, balancer: LoadBalancer, packet: Packet) -> Listener | Block | Unknown:
        """The listener of a load balancer for a packet."""
        protocol, port = split(packet.place)
        unknown = balancer.unresolved
        for listener in balancer.listeners:
            known = listener.protocols
            if isinstance(known, Unknown) or isinstance(listener.port, Unknown):
                reason = known if isinstance(known, Unknown) else listener.port
                unknown = unknown or Unknown(f"which packets {listener.address} accepts: {reason}")
            elif protocol in known and port == listener.port:
                return listener
        if unknown is not None and protocol in WITH_PORTS:
            return unknown
        return Block("no-listener", balancer.address, f"no listener accepts {packet.what}")

    def legs(self, at: InSubnet, listener: Listener) -> tuple[Leg, ...] | Unknown:
        """The connections from one address of a load balancer to the targets of a listener that it uses."""
        key = (at, listener.address)
        if key not in self._legs:
            self._legs[key] = self._find_legs(at, listener)
        return self._legs[key]

    def _find_legs(self, at: InSubnet, listener: Listener) -> tuple[Leg, ...] | Unknown:
        if isinstance(listener.groups, Unknown):
            return listener.groups
        balancer = self.network.load_balancers[at.balancer]
        found: list[Leg] = []
        for name in listener.groups:
            group = name if isinstance(name, Unknown) else self.network.target_groups.get(name)
            if group is None or isinstance(group, Unknown):
                return group or Unknown(f"target group {name} is not in this input")
            if group.unresolved is not None:
                return group.unresolved
            if group.preserves_clients is not False:
                why = f"{group.address} preserves client addresses"
                if isinstance(group.preserves_clients, Unknown):
                    why = f"whether {group.address} preserves client addresses: {group.preserves_clients.reason}"
                return Unknown(f"{why}: by which path targets answer clients is not evaluated")
            across = balancer.cross_zone if group.cross_zone is None else group.cross_zone
            if isinstance(across, Unknown):
                return Unknown(f"whether {at.balancer} uses targets in other zones: {across.reason}")
            legs = (self._leg(at, balancer, group, target) for target in group.targets)
            found += [leg for leg in legs if across or self._in_zone_of(at, leg)]
        return tuple(found)

    def _in_zone_of(self, at: InSubnet, leg: Leg) -> bool:
        """Whether a target is in the zone of the load balancer's address. One without a known place counts as in it."""
        end = leg.result.forward.packet.destination if isinstance(leg.result, RoundTrip) else None
        return not isinstance(end, InSubnet) or self.index.zone_of(end.address) == self.index.zone_of(at.address)

    def _leg(self, at: InSubnet, balancer: LoadBalancer, group: TargetGroup, target: BalancedTarget) -> Leg:
        port = group.port if target.port is None else target.port
        vpc = self.network.subnets[at.address].vpc
        if isinstance(target.ip, Unknown) or isinstance(vpc, Unknown):
            return Leg(group, target, target.ip if isinstance(target.ip, Unknown) else Unknown(f"its VPC: {vpc}"))
        if group.protocol != "TCP" or not isinstance(port, int):
            return Leg(group, target, Unknown(f"protocol {group.protocol}, port {port} of {group.address}"))
        subnet = self.index.subnet_map(vpc)(number(target.ip))
        if not isinstance(subnet, str):
            why = subnet.reason if isinstance(subnet, Unknown) else "it is in no subnet of the VPC"
            return Leg(group, target, Unknown(f"{target.ip}: {why}"))
        unknown = next((one for one in balancer.security_groups if isinstance(one, Unknown)), None)
        if unknown is not None:
            return Leg(group, target, Unknown(f"a security group of {balancer.address}: {unknown.reason}"))
        known = tuple(one for one in balancer.security_groups if isinstance(one, str))
        source = replace(at, balancer="", groups=known or None)
        return Leg(group, target, self._follow(Packet(source, InSubnet(subnet, target.ip), "tcp", port, NAT_PORTS)))


def listener_packets(listener: Listener) -> Iterator[Packets]:
    """The packets that a listener accepts, as far as they are known, by protocol."""
    if not isinstance(listener.protocols, Unknown) and isinstance(listener.port, int):
        for protocol in listener.protocols:
            yield Packets.of(Traffic(protocol, (listener.port, listener.port)).span)
