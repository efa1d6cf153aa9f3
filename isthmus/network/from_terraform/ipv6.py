"""IPv6 blocks that AWS chooses: stand-ins for them, where no answer can depend on which block it is.

An address of the block decides something only where a prefix is written that may hold it or not. Where none is, any
block does: one of the range for documentation stands for it (https://www.rfc-editor.org/rfc/rfc9637).
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv6
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Network, ip_network

from isthmus.network.from_terraform.values import VPC, Resolver
from isthmus.network.model import Unknown
from isthmus.terraform.graph import NeverNull, Ref, Resource, Value

_VPCS = ("aws_vpc", "aws_default_vpc")
_SUBNETS = ("aws_subnet", "aws_default_subnet")
_OWN = (*_VPCS, *_SUBNETS, "aws_vpc_ipv6_cidr_block_association")
_GLOBAL = ip_network("2000::/3")
_BASE = 0x3FFF << 112
_VPC_SIZE, _SUBNET_SIZE = 128 - 56, 128 - 64


class StandIns:
    """The blocks that stand for those that AWS assigns, by VPC and subnet; and which subnets may have others.

    `assigned` counts the blocks that AWS assigns to each VPC, with a stand-in or without.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.vpcs: dict[str, IPv6Network] = {}
        self.subnets: dict[str, IPv6Network] = {}
        self.unknown_reasons: dict[str, str] = {}
        self.assigned = Counter(_assigned(resolver))
        assigned = list(self.assigned)
        written = next(_written(resolver), "")
        if written:
            why = f"which IPv6 block AWS assigns decides what {written} holds"
        else:
            why = "AWS or a pool chooses it"
            blocks = (IPv6Network((_BASE + (number << _VPC_SIZE), 56)) for number in range(len(assigned)))
            self.vpcs = dict(zip(sorted(assigned), blocks, strict=True))
        used: dict[str, int] = {}
        for resource in resolver.of_type(*_SUBNETS):
            value = resource.get("ipv6_cidr_block")
            length = resource.get("ipv6_netmask_length")  # 0 in a state, where there is none
            pooled = resource.get("ipv6_ipam_pool_id") is not None or length not in (None, 0)
            if not (isinstance(value, Ref | Unknown) or (value is None and pooled)):
                continue
            owner = str(resolver.one(resource, "vpc_id", VPC))
            around = self.vpcs.get(owner)
            if (
                around is None
                or not _has_block(resource)
                or resolver.unknown_reason(resource)
                or used.get(owner, 0) >= 255
            ):
                self.unknown_reasons[resource.address] = f"the IPv6 addresses of {resource.address}: {why}"
                continue
            number = used[owner] = used.get(owner, -1) + 1
            first = int(around.network_address) + (number << _SUBNET_SIZE)
            self.subnets[resource.address] = IPv6Network((first, 64))

    def notes(self) -> Iterator[str]:
        """What stands for what."""
        for vpc, block in self.vpcs.items():
            yield f"AWS assigns the IPv6 addresses of {vpc}: {block} stands for them"


def _assigned(resolver: Resolver) -> Iterator[str]:
    """The VPCs that AWS gives a block of its own addresses, for certain: once for each block."""
    for resource in resolver.graph.of_type(*_VPCS):
        if resource.get("assign_generated_ipv6_cidr_block") is True and not _given(resource):
            yield resource.address
    for resource in resolver.graph.of_type("aws_vpc_ipv6_cidr_block_association"):
        vpc = resolver.one(resource, "vpc_id", VPC)
        if resource.get("assign_generated_ipv6_cidr_block") is True and not _given(resource) and isinstance(vpc, str):
            yield vpc


def _given(resource: Resource) -> bool:
    return isinstance(resource.get("ipv6_cidr_block"), str)


def _has_block(resource: Resource) -> bool:
    """Whether a subnet has an IPv6 block for certain: it is never null, or without one AWS refuses the subnet."""
    if isinstance(resource.get("ipv6_cidr_block"), NeverNull):
        return True
    return True in (resource.get("assign_ipv6_address_on_creation"), resource.get("ipv6_native"))


def _written(resolver: Resolver) -> Iterator[str]:
    """Prefixes in writing that may hold a block of AWS's, or not: none of theirs holds every one or none."""
    known = [prefix for r in resolver.of_type(*_OWN) for prefix in _prefixes(r.get("ipv6_cidr_block"))]
    for resource in (*resolver.graph.resources.values(), *resolver.graph.unexpanded.values()):
        for prefix in _prefixes(resource.values) if resource.type not in _OWN else ():
            everything = prefix.prefixlen <= 3
            apart = not prefix.overlaps(_GLOBAL) or any(prefix.subnet_of(own) for own in known)
            if not (everything or apart):
                yield f"{prefix} of {resource.address}"


def _prefixes(value: Value) -> Iterator[IPv6Network]:
    if isinstance(value, str):
        if ":" in value and len(value) < 50 and not value.startswith("arn:"):
            try:
                yield IPv6Network(value, strict=False)
            except ValueError:
                return
    elif isinstance(value, tuple):
        for item in value:
            yield from _prefixes(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _prefixes(item)
