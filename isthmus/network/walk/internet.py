"""The walk from a VPC to the internet: internet gateways, egress-only internet gateways and Block Public Access."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from isthmus.network.address_space import PUBLIC, show_range, span
from isthmus.network.answers import Hop, Path
from isthmus.network.block import Block
from isthmus.network.learned_routes import is_default
from isthmus.network.model import GatewayKind, Unknown
from isthmus.network.public_access import RULE, GatewayPath
from isthmus.network.route_tables import cidrs_unknown_reason, vpc_cidrs
from isthmus.network.walk.pieces import PacketSource, Pieces, Step
from isthmus.network.walk.subnets import SubnetSteps

V4_LAST = (1 << 32) - 1


class InternetSteps(SubnetSteps):
    """Steps from a VPC to the internet."""

    @abstractmethod
    def vpc_candidate(self, step: Step) -> Callable[[Path], Pieces] | None:
        """The most likely next step of a packet that is stopped in a VPC."""

    def to_internet(self, step: Step, gateway: str) -> Pieces:
        """To an internet gateway. It drops private destinations, and IPv4 packets without a public address."""
        name = step.route_name or gateway
        detached = self.not_attached(step, gateway, name)
        if detached is not None:
            return detached
        step = step.along(self.leave(step.place, step.path)).hop("internet gateway", gateway)
        pieces: Pieces = []
        for first, last, public in PUBLIC.within(step.low, step.high):
            part = step.to(first, last)
            if not public:
                pieces += self._private_destination(part, name)
                continue
            path = step.path
            source = step.place.source
            if not _has_public_address(source, first):
                why = f"the packet comes from {source.value}: no public address, so the internet gateway drops it"
                path = part.blocked(Block("no-public-address", gateway, why)).path
            elif last > V4_LAST:
                path = self._from_public_range(step.place.vpc, gateway, path)
            pieces.append((first, last, (self._on_the_internet(step.place.vpc, gateway, path),)))
        return pieces

    def _private_destination(self, step: Step, name: str) -> Pieces:
        """Private addresses at an internet gateway: the cause is the route that names them, or a missing route."""
        addresses = show_range(step.low, step.high)
        if step.route is not None and is_default(step.route.prefix):
            why = f"no route to {addresses}: the default route {name} sends it to the internet, which does not route it"
            block = Block("private-to-internet", step.place.table, why)
        else:
            why = f"{addresses} is not routed on the internet, yet {name} sends it there"
            block = Block("private-to-internet", name, why)
        return self.stopped(step.low, step.high, step.path, block, self.vpc_candidate(step))

    def to_egress_only(self, step: Step, gateway: str) -> Pieces:
        """To an egress-only internet gateway, which carries IPv6 only."""
        detached = self.not_attached(step, gateway, step.route_name)
        if detached is not None:
            return detached
        step = step.along(self.leave(step.place, step.path)).hop("egress-only internet gateway", gateway)
        pieces: Pieces = []
        for first, last, public in PUBLIC.within(step.low, step.high):
            why = "is not routed on the internet" if last > V4_LAST else "is IPv4, which this gateway does not carry"
            block = Block("private-to-internet", step.route_name, f"{show_range(first, last)} {why}")
            path = step.path if public and last > V4_LAST else step.blocked(block).path
            if last > V4_LAST:
                path = self._from_public_range(step.place.vpc, gateway, path)
            pieces.append((first, last, (self._on_the_internet(step.place.vpc, gateway, path),)))
        return pieces

    def _on_the_internet(self, vpc: str, gateway: str, path: Path) -> Path:
        path = self.past_public_access(vpc, gateway, path, inbound=False)
        return path._replace(hops=(*path.hops, Hop("internet", "internet")), end="internet", exit=gateway)

    def not_attached(self, step: Step, gateway: str, name: str) -> Pieces | None:
        """The end of the walk at a gateway that is not attached to the VPC, or may not be. None if it is attached."""
        found = self.network.gateways.get(gateway)
        vpc = found.vpc if found is not None else Unknown("it is not in this input")
        if isinstance(vpc, Unknown):
            return step.unknown(f"the VPC of {gateway}: {vpc.reason}")
        if vpc == step.place.vpc:
            return None
        block = Block("blackhole-route", name, f"{gateway} is not attached to {step.place.vpc}")
        return self.stopped(step.low, step.high, step.path, block, self.vpc_candidate(step))

    def _from_public_range(self, vpc: str, gateway: str, path: Path) -> Path:
        """The path of an IPv6 packet from a VPC to the internet, which routes no private addresses.

        A range that AWS assigns (`assign_generated_ipv6_cidr_block`) is public. It is not among the CIDRs here.
        https://docs.aws.amazon.com/vpc/latest/ipam/enable-prov-ipv6-gua.html
        """
        if unknown_reason := cidrs_unknown_reason(self.network, vpc):
            return path._replace(unknown=path.unknown or unknown_reason)
        ranges = [cidr for cidr in vpc_cidrs(self.network, vpc) if cidr.version == 6]
        private = [cidr for cidr in ranges if not PUBLIC(span(cidr)[0])]
        if not private:
            return path
        if len(private) < len(ranges):
            return path._replace(unknown=path.unknown or f"whether a packet of {vpc} comes from {private[0]}")
        why = f"{vpc} has {', '.join(map(str, private))}: private addresses are not routed on the internet"
        return path.blocked(Block("no-public-address", gateway, why))

    # --- VPC Block Public Access

    def past_public_access(self, vpc: str, gateway: str, path: Path, *, inbound: bool) -> Path:
        """A path between a VPC and the internet after Block Public Access; `inbound` for connections into the VPC."""
        access = self.network.public_access.get(vpc)
        if access is None:
            return path
        found = access.passes(self._gateway_path(vpc, gateway, path, inbound=inbound))
        if isinstance(found, Unknown):
            return path._replace(unknown=path.unknown or found.reason)
        if found:
            return path
        what = "connections from" if inbound else "packets to"
        why = f"{access.options} has {access.mode}: {gateway} carries no {what} the internet here"
        return path.blocked(Block(RULE, access.options, why), behind=path.behind(gateway))

    def _gateway_path(self, vpc: str, gateway: str, path: Path, *, inbound: bool) -> GatewayPath:
        subnets: dict[str, None] = {}
        inspected = translated = False
        for hop in path.hops:
            if hop.kind == "subnet" and self.network.subnets[hop.address].vpc == vpc:
                subnets[hop.address] = None
            elif hop.kind == "NAT gateway":
                nat = self.network.nats[hop.address]
                translated, inspected = True, False
                if nat.vpc is not None or self.network.subnets[str(nat.subnet)].vpc == vpc:
                    # The packet comes from a subnet of this VPC. The subnet of a regional NAT gateway is not known.
                    subnets |= dict.fromkeys(() if subnets else ("",)) | {"" if nat.vpc else str(nat.subnet): None}
            elif hop.kind == "firewall":
                inspected = True
        found = self.network.gateways.get(gateway)
        egress_only = found is not None and found.kind is GatewayKind.EGRESS_ONLY
        return GatewayPath(inbound, translated or egress_only, tuple(subnets) or ("",), inspected)


def _has_public_address(source: PacketSource, destination: int) -> bool:
    """Whether the source has a public address. An IPv4 host needs one that the gateway maps to it."""
    if destination > V4_LAST:
        return source is not PacketSource.OUTSIDE
    return source in (PacketSource.PUBLIC_HOST, PacketSource.PUBLIC_NAT)
