"""The load balancer of a spoke's published services, found in the network by its fixed addresses."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from isthmus.intent import Estate, Spoke
from isthmus.intent.addressing import Tier, balancer_address, subnets
from isthmus.network.answers import InSubnet
from isthmus.network.model import LoadBalancer, Network, Unknown
from isthmus.proof.pairs.locations import Location


def with_published(estate: Estate, network: Network, spoke: Spoke, location: Location) -> Location:
    """The location of a spoke, with the addresses of the load balancer of its published services."""
    wanted = published_addresses(estate, spoke)
    found = tuple(position for ip in wanted.values() for position in _positions(network, location.vpc, ip))
    unknown = may_be_missing(network, location.vpc) if len(found) < len(wanted) else ""
    return replace(location, published=found, published_unknown=unknown)


def published_addresses(estate: Estate, spoke: Spoke) -> dict[str, IPv4Address]:
    """The addresses of the load balancer of a spoke that publishes services, by the name of the subnet."""
    if not spoke.published:
        return {}
    placed = subnets(spoke, estate.zones_of(spoke), [Tier.ROUTABLE])
    return {name: balancer_address(cidr) for name, cidr in placed.items()}


def _positions(network: Network, vpc: str, ip: IPv4Address) -> list[InSubnet]:
    """Where load balancers of a VPC have an address: in a subnet that contains it, as AWS requires."""
    return [
        InSubnet(subnet, ip, public=balancer.internal is False, balancer=balancer.address)
        for balancer in network.load_balancers.values()
        for subnet, address in balancer.subnets.items()
        if address == ip and _is_in(network, vpc, subnet) and _contains(network, subnet, ip)
    ]


def _is_in(network: Network, vpc: str, subnet: str) -> bool:
    return subnet in network.subnets and network.subnets[subnet].vpc == vpc


def _contains(network: Network, subnet: str, ip: IPv4Address) -> bool:
    return any(not isinstance(cidr, Unknown) and ip in cidr for cidr in network.subnets[subnet].cidrs)


def may_be_missing(network: Network, vpc: str) -> str:
    """Why a load balancer of a VPC may have further addresses, or ""."""
    for balancer in network.load_balancers.values():
        if why := may_be_elsewhere(network, vpc, balancer):
            return f"where {balancer.address} is: {why}"
        for address in addresses_in(network, vpc, balancer):
            if isinstance(address, Unknown):
                return f"an address of {balancer.address}: {address.reason}"
    return ""


def may_be_elsewhere(network: Network, vpc: str, balancer: LoadBalancer) -> str:
    """Why a load balancer may be in further subnets of a VPC, or "". All its subnets are in one VPC.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html
    """
    if balancer.elsewhere is None:
        return ""
    known = {network.subnets[subnet].vpc for subnet in balancer.subnets if subnet in network.subnets}
    other = any(isinstance(one, str) and one != vpc for one in known)
    return "" if other else balancer.elsewhere.reason


def addresses_in(network: Network, vpc: str, balancer: LoadBalancer) -> list[IPv4Address | Unknown | None]:
    """The addresses that a load balancer has in a VPC; None for one that AWS chooses."""
    return [address for subnet, address in balancer.subnets.items() if _is_in(network, vpc, subnet)]
