"""The filters on a path: firewalls, network ACLs and security groups.

The walk finds the path of a packet from addresses only. This module then decides which packets pass its filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from isthmus.network import nat64
from isthmus.network.answers import AtEndpoint, Hop, InSubnet, Internet, Packet, Path, Position, Service, UnknownAddress
from isthmus.network.block import Block
from isthmus.network.client_ports import NAT_PORTS, Denied, closed
from isthmus.network.filters import Span, acl_denied, acl_verdict, forward_traffic, group_verdict
from isthmus.network.firewalls import answer
from isthmus.network.firewalls import verdict as inspected
from isthmus.network.index import NetworkIndex
from isthmus.network.model import Unknown
from isthmus.network.packets import WITH_PORTS, Traffic, split
from isthmus.network.positions import Positions
from isthmus.network.suricata import SuricataRules

TRANSLATED = (1, 6, 17)  # the protocols that a NAT gateway translates
ICMPV6 = 58


class FiltersOnPath:
    """The filters on the paths of one network."""

    def __init__(self, index: NetworkIndex, positions: Positions) -> None:
        self.index = index
        self.network = index.network
        self.positions = positions

    def firewalls(self, packet: Packet, paths: Iterable[Path], source: int, target: int) -> Iterator[Path]:
        """The paths after the rules of their firewalls."""
        seen, outward = forward_traffic(packet), isinstance(packet.destination, Internet | Service)
        for path in paths:
            sender: Span = (source, source)
            receiver: Span = (target, target)
            clients = packet.ephemeral
            for place, hop in enumerate(path.hops, 1):
                if hop.kind == "NAT gateway":
                    sender, clients = self.positions.nat_span(hop.address), NAT_PORTS
                    receiver = (nat64.translated(target), nat64.translated(target))
                rules = self._rules(hop)
                if isinstance(rules, Unknown):
                    path = _judged(path, rules)
                elif rules is not None:
                    found = inspected(rules, sender, receiver, seen, clients, outward=outward)
                    path = _inspected(path, found, place)
                else:
                    path = _inspected(path, self._appliances(hop), place)
            yield path

    def answers(self, packet: Packet, path: Path, source: Span, destination: Span, clients: Span) -> Path:
        """The path of a reply after its firewalls.

        `source` and `clients` are the source address and the client ports of the flow as the firewalls see them. Behind
        a NAT gateway these belong to the NAT gateway.
        """
        for place, hop in enumerate(path.hops, 1):
            rules = self._rules(hop)
            if isinstance(rules, Unknown):
                path = _judged(path, rules)
            elif rules is not None:
                path = _inspected(path, answer(rules, source, destination, forward_traffic(packet), clients), place)
            else:
                path = _inspected(path, self._appliances(hop), place)
        return path

    def _rules(self, hop: Hop) -> SuricataRules | Unknown | None:
        """The rules of the Network Firewall at a hop; None for other hops."""
        firewall = self.index.firewall_of.get(hop.address) if hop.kind == "firewall" else None
        if firewall is None:
            return None
        if isinstance(firewall.rules, SuricataRules):
            return firewall.rules
        return Unknown(f"the rules of {firewall.address}: {firewall.rules.reason}")

    def _appliances(self, hop: Hop) -> Block | Unknown | None:
        """What becomes of packets behind the Gateway Load Balancer endpoint at a hop; None if they are forwarded."""
        endpoint = self.network.endpoints.get(hop.address) if hop.kind == "firewall" else None
        if endpoint is None:
            return None
        behind = endpoint.appliances
        if behind.blocked:
            return Block("appliances-missing", behind.cause, behind.blocked)
        return Unknown(behind.unknown) if behind.unknown else None

    def acls(self, path: Path, source: Span, destination: Span, traffic: Traffic) -> Path:
        """The path after its network ACLs. Both ranges have to pass completely."""
        for crossing in path.crossings:
            acl = self.network.nacls.get(crossing.nacl)
            if acl is None:
                path = path._replace(unknown=path.unknown or f"network ACL {crossing.nacl} is not in this input")
                continue
            sender, receiver = source, destination
            if crossing.nat:
                sender = self.positions.nat_span(crossing.nat)
                receiver = (nat64.translated(destination[0]), nat64.translated(destination[1]))
            verdict = acl_verdict(acl, crossing.inbound, sender if crossing.inbound else receiver, traffic)
            if isinstance(verdict, Block):
                verdict = verdict._replace(why=f"{verdict.why} ({crossing.subnet})")
            path = _judged(path, verdict, crossing.behind)
        return path

    def replies(self, path: Path, source: Span, destination: Span, traffic: Traffic, nat: str = "") -> Path:
        """The path of a reply after its network ACLs, to the ports of the client or of the NAT gateway `nat`.

        Blocked if every port is denied; else `denied` lists the denied ports.
        """
        if traffic.protocol not in WITH_PORTS or traffic.ports is None:
            return self.acls(path, source, destination, traffic)
        denied: list[Denied] = []
        stop: int | None = None
        for crossing in path.crossings:
            acl = self.network.nacls.get(crossing.nacl)
            if acl is None:
                path = path._replace(unknown=path.unknown or f"network ACL {crossing.nacl} is not in this input")
                continue
            sender = self.positions.nat_span(crossing.nat) if crossing.nat else source
            found = acl_denied(acl, crossing.inbound, sender if crossing.inbound else destination, traffic)
            if isinstance(found, Unknown):
                path = _judged(path, found)
                continue
            for ports, block in found:
                denied.append(Denied(ports, block._replace(why=f"{block.why} ({crossing.subnet})"), nat))
            if stop is None and closed(denied, traffic.ports):
                stop = crossing.behind
        if stop is not None:
            return path.blocked(*dict.fromkeys(one.block for one in denied), behind=stop)
        return path._replace(denied=(*path.denied, *denied))

    def translated(self, packet: Packet, path: Path, target: int) -> Path:
        """The path after its NAT gateways, which translate TCP, UDP and ICMP only.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
        """
        protocol, _ = split(packet.place)
        if protocol in TRANSLATED:
            return path
        for nat in path.nats:
            if protocol == ICMPV6 and nat64.is_inside(target):
                path = _judged(path, Unknown(f"which messages of ICMPv6 {nat} translates"))
                continue
            why = f"a NAT gateway translates TCP, UDP and ICMP, not {packet.what}"
            path = _judged(path, Block("nat-protocol", nat, why), path.behind(nat))
        return path

    def groups(self, packet: Packet, path: Path, target: int) -> Path:
        """The path after security groups: of hosts with known groups, and of interface endpoints."""
        if not path.end:
            return path
        source, to = packet.source, packet.destination
        target = nat64.translated(target) if path.nats else target
        source_groups = source.groups if isinstance(source, InSubnet) else None
        destination_groups = to.groups if isinstance(to, InSubnet) else None
        start, end = 1, len(path.hops)
        verdicts: list[tuple[Block | Unknown | None, int]] = []
        if source_groups is not None:
            named = _named(self._members(to), self._references(path, inbound=False))
            found = group_verdict(self.network, source_groups, False, (target, target), named, forward_traffic(packet))
            verdicts.append((found, start))
        guards: Sequence[str | Unknown] | None = destination_groups
        if isinstance(to, AtEndpoint):
            guards = self.network.endpoints[to.address].security_groups
        elif isinstance(to, InSubnet) and to.balancer:
            guards = self.network.load_balancers[to.balancer].security_groups or None
        if guards is not None:
            sender = self.positions.of(source) if not path.nats else self.positions.nat_place(path.nats[-1])
            if isinstance(sender, int):
                named = _named(source_groups, isinstance(source, InSubnet) and self._references(path, inbound=True))
                found = group_verdict(self.network, guards, True, (sender, sender), named, forward_traffic(packet))
                verdicts.append((found, end))
            else:
                verdicts.append((Unknown(f"the address of {source}"), end))
        for verdict, behind in verdicts:
            path = _judged(path, verdict, behind)
        return path

    def _members(self, location: Position) -> tuple[str, ...] | None:
        """The security groups of a location: empty outside of VPCs, None if unknown."""
        match location:
            case InSubnet(balancer=balancer) if balancer:
                of_balancer = self.network.load_balancers[balancer].security_groups
                known = tuple(group for group in of_balancer if isinstance(group, str))
                return known if len(known) == len(of_balancer) else None
            case InSubnet(groups=groups):
                return groups
            case AtEndpoint(address=address):
                found = self.network.endpoints[address].security_groups
                known = tuple(group for group in found if isinstance(group, str))
                return known if len(known) == len(found) else None
            case UnknownAddress():
                return None
        return ()

    def _references(self, path: Path, *, inbound: bool) -> bool | None:
        """Whether rules that reference security groups can match the other end of this path; None if unknown.

        Over a transit gateway: inbound rules only, with the option on at the gateway and at each attachment, to no
        interface endpoint's VPC service, and nowhere behind NAT, an inspecting firewall or another transit gateway.
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
        """
        if path.boxes or path.nats or any(h.kind == "peering attachment" for h in path.hops):
            return False
        hops = [self.network.attachments[h.address] for h in path.hops if h.kind == "attachment"]
        gateways = [self.network.transit_gateways.get(str(a.gateway)) for a in hops]
        switches = [
            *(a.security_group_referencing for a in hops),
            *(g and g.security_group_referencing for g in gateways),
        ]
        if False in switches or (hops and not inbound):
            return False
        return True if all(switch is True for switch in switches) else None


def _named(groups: tuple[str, ...] | None, recognized: bool | None) -> tuple[str, ...] | None:
    """The groups of the other end as a filter sees them; None if unknown."""
    return () if recognized is False else groups if recognized else None


def _judged(path: Path, verdict: Block | Unknown | None, behind: int | None = None) -> Path:
    """The path after the verdict of a filter, behind its first `behind` hops."""
    if isinstance(verdict, Block):
        return path.blocked(verdict, behind=behind)
    return path if verdict is None else path._replace(unknown=path.unknown or verdict.reason)


def _inspected(path: Path, verdict: Block | Unknown | None, behind: int) -> Path:
    """The path after the verdict of a firewall, which does not change the hops."""
    open_ = isinstance(verdict, Unknown) and path.path_known
    return _judged(path, verdict, behind)._replace(undecided=path.undecided or open_)
