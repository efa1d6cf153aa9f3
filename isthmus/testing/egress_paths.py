"""Ways out to the internet by name: a VPC, a site, a VPN connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.proof import Analysis, NoSuchName, ProofError
from isthmus.proof.checks.inventory import bind


def exits_of(subject: Analysis, given: str) -> frozenset[str]:
    """The addresses of the gateways and VPN connections by which what is called so leads to the internet.

    None for a VPC without an internet gateway. Raises `NoSuchName` for a name that nothing has, and `ProofError` for
    one that several have.
    """
    named = list(_named(subject))
    found = {exits for name, exits in named if name == given}
    if not found:
        raise NoSuchName(given, shortest_first(name for name, _ in named), "way out (VPC, site or VPN connection)")
    if len(found) > 1:
        one, other, *_ = sorted(", ".join(sorted(exits)) or "none" for exits in found)
        raise ProofError(f"{given!r} names more than one way out: {one} and {other}; give an address")
    return found.pop()


def shortest_first(names: Iterable[str]) -> list[str]:
    """Names to choose from: those that people give before Terraform addresses."""
    return sorted({name for name in names if name}, key=lambda name: (".aws_" in name, name))


def _named(subject: Analysis) -> Iterator[tuple[str, frozenset[str]]]:
    """Everything that could be meant, by each of its names."""
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
    for place in subject.pairs.locations.spokes:
        yield place.name, by_vpc[place.vpc]
    for site in subject.pairs.locations.sites:
        yield site.name, frozenset(site.connections)
    if subject.estate is not None:
        binding = bind(subject.estate, network, subject.roots)
        for connection, address in binding.vpns.items():
            yield connection, frozenset({address})
        if subject.estate.egress is not None and binding.egress:
            yield subject.estate.egress.name, by_vpc[binding.egress]
