"""The walk between the subnets of a VPC: past network ACLs, and to the subnet of the destination."""

from __future__ import annotations

from isthmus.network.address_space import show_range
from isthmus.network.answers import Crossing, Hop, Path
from isthmus.network.block import Block
from isthmus.network.model import Unknown
from isthmus.network.route_tables import cidrs_unknown_reason
from isthmus.network.walk.pieces import Pieces, Step, Steps, VpcPlace, unknown


class SubnetSteps(Steps):
    """Steps between the subnets of a VPC."""

    def cross(self, path: Path, subnet: str, inbound: bool) -> Path:
        """Past the network ACL of a subnet."""
        nacl = self.network.subnets[subnet].nacl
        if isinstance(nacl, Unknown):
            return path._replace(unknown=path.unknown or f"the network ACL of {subnet}: {nacl.reason}")
        if nacl in self.index.quiet_acls:
            return path
        crossing = Crossing(nacl, subnet, inbound, path.nats[-1] if path.nats else "", len(path.hops))
        return path._replace(crossings=(*path.crossings, crossing))

    def leave(self, place: VpcPlace, path: Path) -> Path:
        """Out of the subnet of a place, past its network ACL."""
        return self.cross(path, place.subnet, inbound=False) if place.subnet else path

    def move(self, place: VpcPlace, subnet: str, path: Path) -> Path:
        """Into another subnet, past both network ACLs. No network ACL applies within a subnet."""
        return path if place.subnet == subnet else self.cross(self.leave(place, path), subnet, inbound=True)

    def deliver(self, step: Step, why: str) -> Pieces:
        """To the subnets of the VPC that have the destinations."""
        pieces: Pieces = []
        for first, last, subnet in self.index.subnet_map(step.place.vpc).within(step.low, step.high):
            if isinstance(subnet, Unknown):
                pieces += unknown(first, last, step.path, subnet.reason)
            elif subnet is None:
                block = Block("no-subnet", step.place.vpc, f"no subnet has {show_range(first, last)}")
                pieces.append((first, last, (step.blocked(block).path,)))
            else:
                pieces.append((first, last, (self._arrive(step.place, subnet, step.path, why),)))
        return pieces

    def _arrive(self, place: VpcPlace, subnet: str, path: Path, why: str) -> Path:
        zone = self.index.zone_of(subnet)
        path = self.move(place, subnet, path)
        path = path._replace(hops=(*path.hops, Hop("subnet", subnet, why, zone)), end=subnet)
        if zone and zone in self.index.scenario.down:
            path = path.blocked(Block("zone-down", zone, f"zone {zone} is down"))
        elif not zone and self.index.zones_down:
            path = path._replace(unknown=path.unknown or f"whether the zone of {subnet} is down")
        return path

    def local_only(self, step: Step) -> Pieces:
        """By the local routes of the VPC, without a route table."""
        pieces: Pieces = []
        vpc = step.place.vpc
        unknown_reason = cidrs_unknown_reason(self.network, vpc)
        for first, last, owners in self.index.vpc_owners.within(step.low, step.high):
            if vpc in owners:
                pieces += self.deliver(step.to(first, last), f"local route of {vpc}")
            elif unknown_reason:
                pieces += unknown(first, last, step.path, unknown_reason)
            else:
                why = f"{show_range(first, last)} is not in the VPC, and a gateway or peering connection has no transit"
                pieces += self.stopped(first, last, step.path, Block("edge-to-edge", vpc, why))
        return pieces
