"""Network ACLs and security groups.

vpc/latest/userguide/nacl-rules.html, security-group-rules.html
"""

from __future__ import annotations

from isthmus.network.answers import AtEndpoint, InSubnet, Packet, Position
from isthmus.network.model import AttachmentKind, NetworkAcl, SecurityGroup, SecurityGroupRule
from tests.network.judge.carried import Ending, Header, Ip
from tests.network.judge.facts import Facts
from tests.network.judge.unknown_reason import Stopped, Unclear, contains, known, truth


def admits(acl: NetworkAcl, header: Header, *, inbound: bool) -> bool:
    """First rule that matches, by number; no rule denies. Rules look at the far end and the destination port."""
    far = header.source if inbound else header.destination
    for rule in sorted(acl.inbound if inbound else acl.outbound, key=lambda rule: rule.number):
        if rule.protocol not in (-1, header.protocol):
            continue
        if rule.ports and rule.protocol in (1, 6, 17) and not rule.ports[0] <= header.port <= rule.ports[1]:
            continue
        if contains(rule.cidr, far):
            return rule.allow
    return False


class Filters(Facts):
    """What lets a packet pass at a subnet's border and at a network interface."""

    def _filter(self, header: Header, subnet: str, *, inbound: bool) -> None:
        """One crossing of a subnet's border. vpc/latest/userguide/nacl-rules.html"""
        name = known(self.network.subnets[subnet].nacl)
        acl = self.network.nacls[name]
        if acl.unresolved:
            raise Unclear(acl.unresolved.reason)
        if not admits(acl, header, inbound=inbound):
            raise Stopped(f"{name} denies {header} {'into' if inbound else 'out of'} {subnet}")

    def _security_groups(self, ending: Ending, packet: Packet) -> None:
        """Stateful, so only the first packet is looked at, at both ends."""
        source, destination, luggage = packet.source, packet.destination, ending.luggage
        sender, receiver = self._groups(source), self._groups(destination)
        header = luggage.header
        if isinstance(source, InSubnet) and sender is not None:
            peers = receiver if self._references_work(packet, ending, inbound=False) else ()
            self._some_rule(sender, header, header.destination, peers, inbound=False)
        if isinstance(destination, InSubnet | AtEndpoint) and receiver is not None:
            peers = sender if self._references_work(packet, ending, inbound=True) else ()
            self._some_rule(receiver, header, header.source, peers, inbound=True)

    def _groups(self, place: Position) -> tuple[str, ...] | None:
        """The security groups of whatever is at a place: none outside of VPCs, None where a host's are not said."""
        if isinstance(place, InSubnet):
            return place.groups
        if isinstance(place, AtEndpoint):
            return tuple(map(known, self.network.endpoints[place.address].security_groups))
        return ()

    def _some_rule(
        self, groups: tuple[str, ...], header: Header, peer: Ip, peers: tuple[str, ...] | None, *, inbound: bool
    ) -> None:
        """Some rule of some group allows the packet. `peers` are the groups of the other end, None if not said."""
        members: list[SecurityGroup] = [self.network.security_groups[name] for name in groups]
        rules = [rule for group in members for rule in (group.inbound if inbound else group.outbound)]
        if any(self._rule_allows(rule, header, peer, peers or ()) for rule in rules):
            return
        named = tuple(known(group) for rule in rules for group in rule.groups)
        if peers is None and any(self._rule_allows(rule, header, peer, named) for rule in rules):
            raise Unclear(f"nothing says which groups {peer} has")
        for group in members:
            if group.unresolved:
                raise Unclear(group.unresolved.reason)
        raise Stopped(f"no {'inbound' if inbound else 'outbound'} rule of {', '.join(groups)} allows {header}")

    def _rule_allows(self, rule: SecurityGroupRule, header: Header, peer: Ip, peers: tuple[str, ...]) -> bool:
        if rule.protocol not in (-1, header.protocol):
            return False
        if rule.ports and rule.protocol in (1, 6, 17) and not rule.ports[0] <= header.port <= rule.ports[1]:
            return False
        listed = [prefix for name in rule.prefix_lists for prefix in self.network.prefix_lists[known(name)].entries]
        return any(contains(cidr, peer) for cidr in (*rule.cidrs, *listed)) or any(g in peers for g in rule.groups)

    def _references_work(self, packet: Packet, ending: Ending, *, inbound: bool) -> bool:
        """Security group references: in a VPC, over peering, and inbound over one transit gateway that supports it.

        Never past a middlebox or a NAT gateway. vpc/latest/tgw/tgw-vpc-attachments.html,
        vpc/latest/userguide/security-group-rules.html
        """
        luggage = ending.luggage
        if luggage.boxes or luggage.translations or not isinstance(packet.source, InSubnet):
            return False
        if not luggage.crossed:
            return True
        if not inbound:
            return False
        attachments = [self.network.attachments[name] for name in luggage.crossed]
        if any(attachment.kind is not AttachmentKind.VPC for attachment in attachments):
            return False
        hubs = [self.network.transit_gateways[known(attachment.gateway)] for attachment in attachments]
        switches = [truth(attachment.security_group_referencing) for attachment in attachments]
        switches += [truth(hub.security_group_referencing) for hub in hubs]
        return all(switches)
