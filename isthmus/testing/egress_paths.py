"""Egress points by name: VPCs, sites and VPN connections that lead to the internet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.proof import Analysis, NoSuchName, ProofError
from isthmus.proof.checks.inventory import bind

__all__ = ["exits_of", "shortest_first"]


def exits_of(subject: Analysis, given: str) -> frozenset[str]:
    """The addresses of the gateways and VPN connections of an egress point.

    Empty for a VPC without an internet gateway. Raises `NoSuchName` for an unknown name, and `ProofError` for a name of
    several egress points.
    """
    named = list(_named(subject))
    found = {exits for name, exits in named if name == given}
    if not found:
        raise NoSuchName(given, shortest_first(name for name, _ in named), "egress point (VPC, site or VPN connection)")
    if len(found) > 1:
        one, other, *_ = sorted(", ".join(sorted(exits)) or "none" for exits in found)
        raise ProofError(f"{given!r} names more than one egress point: {one} and {other}; use an address")
    return found.pop()


def shortest_first(names: Iterable[str]) -> list[str]:
    """Names to suggest: names before Terraform addresses, then alphabetically."""
    return sorted({name for name in names if name}, key=lambda name: (".aws_" in name, name))


def _named(subject: Analysis) -> Iterator[tuple[str, frozenset[str]]]:
    """Every egress point, by each of its names."""
    network = subject.network
    for vpn in network.vpns.values():
        yield from ((name, frozenset({vpn.address})) for name in (vpn.address, vpn.name))
    for address in network.dx_gateways:
        yield address, frozenset({address})
    for gateway in network.gateways.values():
        yield gateway.address, frozenset({gateway.address})
    by_vpc = {
        vpc: frozenset(gateway.address for gateway in network.gateways.values() if gateway.vpc == vpc)
        for vpc in network.vpcs
    }
    for address, vpc in network.vpcs.items():
        yield from ((name, by_vpc[address]) for name in (address, vpc.name))
    for spoke in subject.pairs.locations.spokes:
        yield spoke.name, by_vpc[spoke.vpc]
    for site in subject.pairs.locations.sites:
        yield site.name, frozenset(site.connections)
    if subject.estate is not None:
        binding = bind(subject.estate, network, subject.roots)
        for connection, address in binding.vpns.items():
            yield connection, frozenset({address})
        if subject.estate.egress is not None and binding.egress:
            yield subject.estate.egress.name, by_vpc[binding.egress]
