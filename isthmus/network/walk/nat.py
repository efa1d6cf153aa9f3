"""The walk through NAT gateways: zonal and regional ones, and NAT64."""

from __future__ import annotations

from isthmus.network import nat64
from isthmus.network.address_space import PUBLIC, show_range
from isthmus.network.block import Block
from isthmus.network.model import GatewayKind, NatGateway, Unknown
from isthmus.network.walk.internet import V4_LAST, InternetSteps
from isthmus.network.walk.pieces import PacketSource, Pieces, Step, unknown


class NatSteps(InternetSteps):
    """Steps through a NAT gateway."""

    def to_nat(self, step: Step, nat: str) -> Pieces:
        """To a NAT gateway. It takes the IPv6 packets whose destinations stand for IPv4 addresses (NAT64)."""
        pieces: Pieces = []
        for first, last, stands in nat64.STANDS_FOR_IPV4.within(step.low, step.high):
            if stands is None:
                pieces += self._through_nat(step.to(first, last), nat)
            elif not stands:
                why = f"a NAT gateway takes IPv6 packets to {nat64.PREFIX} only"
                pieces += self.stopped(first, last, step.path, Block("nat-protocol", nat, why))
            elif nat in self.network.nats and self.network.nats[nat].vpc is not None:
                pieces += unknown(first, last, step.path, f"whether {nat}, which is regional, translates IPv6 packets")
            else:
                as_ipv4 = step.to(nat64.translated(first), nat64.translated(last))
                for start, end, paths in self._through_nat(as_ipv4, nat):
                    pieces.append((nat64.as_seen(start), nat64.as_seen(end), paths))
        return pieces

    def _through_nat(self, step: Step, nat: str) -> Pieces:
        found = self.network.nats.get(nat)
        if found is not None and found.vpc is not None:
            return self._to_regional_nat(step, found)
        if found is None or isinstance(found.subnet, Unknown) or isinstance(found.public, Unknown):
            return step.unknown(f"the subnet or the type of NAT gateway {nat} is unknown")
        zone = self.index.zone_of(found.subnet)
        step = step.along(self.move(step.place, found.subnet, step.path)).hop("NAT gateway", nat, zone)
        step = self._translated(step, nat)
        source = PacketSource.PUBLIC_NAT if found.public else PacketSource.PRIVATE_NAT
        return self.in_subnet(found.subnet, source, step.low, step.high, step.path, step.seen)

    def _translated(self, step: Step, nat: str) -> Step:
        step = step.along(step.path._replace(nats=(*step.path.nats, nat)))
        down = nat in self.index.scenario.down
        return step.blocked(Block("nat-down", nat, f"{nat} is down")) if down else step

    def _to_regional_nat(self, step: Step, nat: NatGateway) -> Pieces:
        """Through a NAT gateway without a subnet. Its own route table, which is not in Terraform, has the internet
        gateway as the next hop.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
        """
        vpc = step.place.vpc
        if isinstance(nat.vpc, Unknown) or nat.public is not True:
            return step.unknown(f"the VPC or the type of NAT gateway {nat.address} is unknown")
        if nat.vpc != vpc:
            why = f"{nat.address} is in {nat.vpc}, not in {vpc}"
            block = Block("blackhole-route", step.route_name or nat.address, why)
            return self.stopped(step.low, step.high, step.path, block)
        step = step.along(self.leave(step.place, step.path)).hop("NAT gateway", nat.address)
        step = self._translated(step, nat.address)
        gateway = self.index.gateway_of(vpc, GatewayKind.INTERNET)
        if isinstance(gateway, Unknown):
            return step.unknown(gateway.reason)
        pieces: Pieces = []
        behind_nat = step.place._replace(table="", subnet="", source=PacketSource.PUBLIC_NAT)
        for first, last, public in PUBLIC.within(step.low, step.high):
            if not public or last > V4_LAST:
                pieces += unknown(first, last, step.path, f"where {nat.address} sends {show_range(first, last)}")
            elif not gateway:
                why = f"{vpc} has no internet gateway as a next hop for {nat.address}"
                pieces += self.stopped(first, last, step.path, Block("no-internet-gateway", vpc, why))
            else:
                pieces += self.to_internet(Step(behind_nat, first, last, step.path, step.seen), gateway)
        return pieces
