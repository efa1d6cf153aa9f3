"""Structural findings: what is wrong with the facts themselves, before any packet is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from isthmus.network.address_space import span
from isthmus.network.learned_routes import covers
from isthmus.network.model import (
    AttachmentKind,
    Cidr,
    Network,
    StructuralProblem,
    Target,
    TargetKind,
    TgwTable,
    Unknown,
    VpcTable,
)
from isthmus.network.route_tables import MIDDLEBOXES, vpc_cidrs

_ALLOWED_INSIDE = frozenset({*MIDDLEBOXES, TargetKind.LOCAL})


def structural_findings(network: Network) -> Iterator[StructuralProblem]:
    """Every finding, rule by rule."""
    for rule in (
        _overlapping_vpcs,
        _subnets_outside,
        _overlapping_subnets,
        _routes_inside_local,
        _routes_to_elsewhere,
        _duplicate_routes,
        _attachment_zones,
        _tables_of_other_vpcs,
        _attachments_of_other_gateways,
        _inside_cidrs,
    ):
        yield from rule(network)


def structural_notes(network: Network) -> Iterator[str]:
    """A static route to a VPN that takes precedence over Direct Connect. It is not a fault, but may be unintended.

    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    kinds = {address: attachment.kind for address, attachment in network.attachments.items()}
    for table in network.tgw_tables.values():
        direct = [p for p in table.propagations if isinstance(p, str) and kinds.get(p) is AttachmentKind.DX_GATEWAY]
        for route in table.routes if direct else ():
            attachment = network.attachments.get(route.attachment) if isinstance(route.attachment, str) else None
            if attachment is not None and attachment.kind in (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN):
                over = ", ".join(sorted(str(network.attachments[p].attached) for p in direct))
                yield f"{route.address}: a static route to a VPN wins over what {over} advertises of the same length"


def _overlaps(items: Iterable[tuple[Cidr, str]]) -> Iterator[tuple[tuple[Cidr, str], tuple[Cidr, str]]]:
    """Pairs of prefixes that overlap, whose owners differ."""
    open_: list[tuple[Cidr, str]] = []
    for cidr, owner in sorted(items, key=lambda i: (span(i[0])[0], i[0].prefixlen, i[1])):
        open_ = [o for o in open_ if span(o[0])[1] >= span(cidr)[0]]
        for other in open_:
            if other[1] != owner:
                yield other, (cidr, owner)
        open_.append((cidr, owner))


def _overlapping_vpcs(network: Network) -> Iterator[StructuralProblem]:
    """VPCs on one gateway that overlap, where a route table needs the propagated route of one of them.

    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
    """
    by_gateway: dict[str, list[tuple[Cidr, str]]] = defaultdict(list)
    for a in network.attachments.values():
        if a.kind is AttachmentKind.VPC and isinstance(a.gateway, str) and isinstance(a.attached, str):
            by_gateway[a.gateway] += [(c, a.attached) for c in vpc_cidrs(network, a.attached)]
    for gateway, items in by_gateway.items():
        for (first, vpc), (second, other) in _overlaps(items):
            if not _needs_propagation(network, vpc) and not _needs_propagation(network, other):
                continue
            why = (
                f"{vpc} {first} and {other} {second} overlap, both attached to {gateway}: "
                "it does not propagate the one attached later"
            )
            yield StructuralProblem("overlapping-vpcs", (other, vpc), why)


def _needs_propagation(network: Network, vpc: str) -> bool:
    """Whether a transit gateway route table learns a VPC, or may do so, and lacks a static route for one of its CIDRs.

    The CIDRs that do not overlap count too: AWS propagates no route of a VPC that is attached later.
    """
    both = {**network.attachments, **network.possible.attachments}
    attached = {address: a for address, a in both.items() if a.attached == vpc}
    ipv6 = any(a.ipv6 is not False for a in attached.values())
    cidrs = [cidr for cidr in vpc_cidrs(network, vpc) if cidr.version == 4 or ipv6]
    for table in network.tgw_tables.values():
        learns = any(isinstance(name, Unknown) or name in attached for name in table.propagations)
        learns = learns or any(perhaps.address in attached for perhaps in table.may_learn)
        static = {route.destination for route in table.routes if not route.unknown_reason}
        if learns and not static.issuperset(cidrs):
            return True
    return False


def _subnets_outside(network: Network) -> Iterator[StructuralProblem]:
    for subnet in network.subnets.values():
        if isinstance(subnet.vpc, Unknown) or any(isinstance(c, Unknown) for c in network.vpcs[subnet.vpc].cidrs):
            continue
        around = vpc_cidrs(network, subnet.vpc)
        for cidr in subnet.cidrs:
            if not isinstance(cidr, Unknown) and not any(covers(c, cidr) for c in around):
                have = ", ".join(map(str, around))
                why = f"{cidr} is not inside its VPC {subnet.vpc} ({have})"
                yield StructuralProblem("subnet-outside-vpc", (subnet.address, subnet.vpc), why)


def _overlapping_subnets(network: Network) -> Iterator[StructuralProblem]:
    by_vpc: dict[str, list[tuple[Cidr, str]]] = defaultdict(list)
    for subnet in network.subnets.values():
        if isinstance(subnet.vpc, str):
            by_vpc[subnet.vpc] += [(c, subnet.address) for c in subnet.cidrs if not isinstance(c, Unknown)]
    for items in by_vpc.values():
        for (first, one), (second, other) in _overlaps(items):
            yield StructuralProblem("overlapping-subnets", (other, one), f"{one} {first} and {other} {second} overlap")


def _routes_inside_local(network: Network) -> Iterator[StructuralProblem]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html."""
    for table in network.tables.values():
        around = vpc_cidrs(network, table.vpc)
        for route in table.routes:
            if (
                isinstance(route.destination, (str, Unknown))
                or not isinstance(route.target, Target)
                or route.unknown_reason
            ):
                continue
            inside = any(covers(c, route.destination) for c in around)
            if inside and route.target.kind not in _ALLOWED_INSIDE:
                why = (
                    f"{route.destination} lies inside the VPC, where AWS takes no route to a {route.target.kind.value}"
                )
                yield StructuralProblem("route-inside-vpc", (route.address, table.address), why)


def _routes_to_elsewhere(network: Network) -> Iterator[StructuralProblem]:
    """Routes whose target belongs to another VPC, or to none: AWS refuses them or they become blackholes."""
    attached = {
        (a.attached, a.gateway)
        for a in network.attachments.values()
        if a.kind is AttachmentKind.VPC and isinstance(a.attached, str)
    }
    possible = [a for a in network.possible.attachments.values() if a.kind is AttachmentKind.VPC]
    attached |= {(a.attached, a.gateway) for a in possible if isinstance(a.attached, str)}
    unresolved = any(
        isinstance(a.attached, Unknown) or isinstance(a.gateway, Unknown)
        for a in (*network.attachments.values(), *possible)
        if a.kind is AttachmentKind.VPC
    )
    for table in network.tables.values():
        for route in table.routes:
            if not isinstance(route.target, Target) or isinstance(table.vpc, Unknown) or route.unknown_reason:
                continue
            target = route.target
            if target.kind is TargetKind.TRANSIT_GATEWAY:
                wrong = not unresolved and (table.vpc, target.address) not in attached
                why = f"{table.vpc} is not attached to {target.address}"
            else:
                owner = _owner(network, target)
                wrong = owner is not None and table.vpc not in owner
                why = f"{target} belongs to {', '.join(owner or ()) or 'no VPC'}, the table to {table.vpc}"
            if wrong:
                yield StructuralProblem("route-target-elsewhere", (route.address, target.address), why)


def _owner(network: Network, target: Target) -> tuple[str, ...] | None:
    """The VPCs that may have routes to a target; None where that is unknown."""
    if target.kind in (TargetKind.INTERNET_GATEWAY, TargetKind.EGRESS_ONLY, TargetKind.VPN_GATEWAY):
        gateway = network.gateways.get(target.address)
        if gateway is None or isinstance(gateway.vpc, Unknown):
            return None
        return () if gateway.vpc is None else (gateway.vpc,)
    if target.kind is TargetKind.NAT_GATEWAY and target.address in network.nats:
        subnet = network.nats[target.address].subnet
        vpc = network.subnets[subnet].vpc if isinstance(subnet, str) and subnet in network.subnets else None
        return (vpc,) if isinstance(vpc, str) else None
    if target.kind is TargetKind.PEERING and target.address in network.peerings:
        peering = network.peerings[target.address]
        sides = (peering.requester, peering.peer)
        return None if any(isinstance(s, Unknown) for s in sides) else tuple(str(s) for s in sides)
    return None


def _duplicate_routes(network: Network) -> Iterator[StructuralProblem]:
    """AWS takes one route for each destination and table: the second is refused."""
    tables: list[VpcTable | TgwTable] = [*network.tables.values(), *network.tgw_tables.values()]
    for table in tables:
        seen: dict[Cidr, str] = {}
        for route in table.routes:
            if isinstance(route.destination, (str, Unknown)) or route.unknown_reason:
                continue
            if route.destination in seen:
                why = f"{table.address} has two routes for {route.destination}"
                yield StructuralProblem("duplicate-route", (route.address, seen[route.destination]), why)
            seen.setdefault(route.destination, route.address)


def _attachment_zones(network: Network) -> Iterator[StructuralProblem]:
    """https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html: one subnet in each zone, of that VPC."""
    for attachment in network.attachments.values():
        zones: dict[str, str] = {}
        for name in attachment.subnets:
            subnet = None if isinstance(name, Unknown) else network.subnets.get(name)
            if subnet is None or isinstance(attachment.attached, Unknown):
                continue
            if isinstance(subnet.vpc, str) and subnet.vpc != attachment.attached:
                why = f"{subnet.address} is in {subnet.vpc}, the attachment attaches {attachment.attached}"
                yield StructuralProblem("attachment-subnet-elsewhere", (attachment.address, subnet.address), why)
            if isinstance(subnet.zone, str):
                if subnet.zone in zones:
                    why = f"two attachment subnets in zone {subnet.zone}; AWS takes one"
                    yield StructuralProblem("two-attachment-subnets", (attachment.address, subnet.address), why)
                zones.setdefault(subnet.zone, subnet.address)


def _tables_of_other_vpcs(network: Network) -> Iterator[StructuralProblem]:
    for subnet in network.subnets.values():
        table = None if isinstance(subnet.table, Unknown) else network.tables.get(subnet.table)
        if table is not None and isinstance(table.vpc, str) and isinstance(subnet.vpc, str) and table.vpc != subnet.vpc:
            why = f"{subnet.address} is in {subnet.vpc}, its table {table.address} in {table.vpc}"
            yield StructuralProblem("table-of-another-vpc", (subnet.address, table.address), why)


def _attachments_of_other_gateways(network: Network) -> Iterator[StructuralProblem]:
    """Associations, propagations and static routes join a table and an attachment of one transit gateway."""
    for table in network.tgw_tables.values():
        used: list[tuple[str | Unknown | None, str]] = [
            (a.address, table.sources.get(("association", a.address), a.address))
            for a in network.attachments.values()
            if a.table == table.address
        ]
        used += [(p, table.sources.get(("propagation", str(p)), table.address)) for p in table.propagations]
        used += [(r.attachment, r.address) for r in table.routes if not r.unknown_reason]
        for attachment, where in used:
            if not isinstance(attachment, str) or isinstance(table.gateway, Unknown):
                continue
            facts = network.attachments[attachment]
            sides = {facts.gateway, facts.attached} if facts.kind is AttachmentKind.PEERING else {facts.gateway}
            if not any(isinstance(s, Unknown) for s in sides) and table.gateway not in sides:
                why = f"{attachment} is attached to {facts.gateway}, {table.address} belongs to {table.gateway}"
                yield StructuralProblem("attachment-of-another-gateway", (where, attachment), why)


def _inside_cidrs(network: Network) -> Iterator[StructuralProblem]:
    """Tunnel inside CIDRs are unique on a gateway. https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html."""
    seen: dict[tuple[object, Cidr], str] = {}
    for vpn in network.vpns.values():
        for tunnel in vpn.tunnels:
            if isinstance(tunnel.inside, Unknown) or tunnel.inside is None or not isinstance(vpn.gateway, str):
                continue
            key = (vpn.gateway, tunnel.inside)
            if key in seen:
                why = f"{tunnel.address} and {seen[key]} have the inside CIDR {tunnel.inside} on {vpn.gateway}"
                yield StructuralProblem("duplicate-inside-cidr", (vpn.address, seen[key].split("#")[0]), why)
            seen.setdefault(key, tunnel.address)
