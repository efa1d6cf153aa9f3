"""The resources of each VPC that a path can name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isthmus.network.model import Network


def own_resources(network: Network) -> Mapping[str, frozenset[str]]:
    """The addresses of what is in each VPC, or attached to it, by address of the VPC."""
    found: dict[str, set[str]] = {vpc: {vpc} for vpc in network.vpcs}
    for address, owner in _owners(network):
        if isinstance(owner, str) and owner in found:
            found[owner].add(address)
    return {vpc: frozenset(addresses) for vpc, addresses in found.items()}


def _owners(network: Network) -> Iterator[tuple[str, object]]:
    subnets = network.subnets
    for part in (subnets, network.tables, network.gateways, network.endpoints, network.nacls, network.firewalls):
        yield from ((address, thing.vpc) for address, thing in part.items())
    for firewall in network.firewalls.values():
        yield from ((end.address, firewall.vpc) for end in firewall.endpoints)
    for attachment in network.attachments.values():
        yield attachment.address, attachment.attached
    for nat in network.nats.values():
        subnet = subnets.get(nat.subnet) if isinstance(nat.subnet, str) else None
        yield nat.address, subnet.vpc if subnet is not None else nat.vpc
    for peering in network.peerings.values():
        yield from ((peering.address, end) for end in (peering.requester, peering.peer))
