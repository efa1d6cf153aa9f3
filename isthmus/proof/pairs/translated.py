"""VPCs of spokes with a routable CIDR: private NAT gateways translate their addresses, which are in use elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from isthmus.intent import Estate, Spoke
from isthmus.network.model import Cidr, Network, Unknown


def vpcs_with_cidr(estate: Estate, network: Network, spoke: Spoke) -> tuple[str, ...]:
    """The VPCs that may be a spoke's, by its CIDR.

    If several VPCs have the CIDR, those with the routable CIDR are the spoke's, if it has one. Otherwise it has those
    that belong to no other spoke by their routable CIDR.
    """
    cidr = ip_network(spoke.cidr)
    found = tuple(vpc for vpc in network.vpcs if cidr in network.vpcs[vpc].cidrs)
    if spoke.routable_cidr is not None:
        routable = ip_network(spoke.routable_cidr)
        return tuple(vpc for vpc in found if routable in network.vpcs[vpc].cidrs) or found
    if len(found) > 1:
        non_routable = non_routable_ranges(estate, network)
        return tuple(vpc for vpc in found if cidr not in non_routable.get(vpc, ())) or found
    return found


def non_routable_ranges(estate: Estate, network: Network) -> Mapping[str, frozenset[Cidr]]:
    """The CIDRs by which no other location knows a VPC, by VPC: those of spokes with a routable CIDR."""
    found: dict[str, frozenset[Cidr]] = {}
    for _, spoke in estate.spokes:
        if spoke.routable_cidr is None:
            continue
        for address, vpc in network.vpcs.items():
            if ip_network(spoke.cidr) in vpc.cidrs and ip_network(spoke.routable_cidr) in vpc.cidrs:
                found[address] = frozenset(map(ip_network, spoke.non_routable_cidrs))
    return found


def visible_ranges(estate: Estate, network: Network) -> tuple[Cidr, ...]:
    """Every known CIDR of a VPC by which other locations know it."""
    non_routable = non_routable_ranges(estate, network)
    return tuple(
        cidr
        for vpc in network.vpcs.values()
        for cidr in vpc.cidrs
        if not isinstance(cidr, Unknown) and cidr not in non_routable.get(vpc.address, ())
    )
