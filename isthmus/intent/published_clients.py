"""Published services of a spoke: the locations that may connect to them, and the zones that have targets."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from isthmus.intent.addressing import Tier, subnet_name, subnets
from isthmus.intent.estate import Estate
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.published_service import PublishedService
from isthmus.intent.reachability import networks_reached, reach_each_other
from isthmus.intent.spoke import Spoke


def listener_ports(service: PublishedService) -> Ports:
    """The port that a published service listens to."""
    return Ports("tcp", service.port, service.port)


def may_connect(estate: Estate, source: str, segment: str, service: PublishedService) -> bool:
    """Whether allowed connections let a segment or site network connect to a service of a spoke in `segment`."""
    allowed = allowed_ports(estate, source, segment)
    return allowed is None or any(
        each.protocol == "tcp" and each.first <= service.port <= each.last for each in allowed
    )


def clients(estate: Estate, spoke: Spoke, service: PublishedService) -> Mapping[str, tuple[str, ...]]:
    """The site networks and spokes that may connect to a published service: name to CIDRs, in name order.

    The CIDRs are those that the load balancer sees: of a spoke with a routable CIDR, this one.
    """
    own = estate.segment(spoke.segment)
    found: dict[str, tuple[str, ...]] = {
        name: (cidr,)
        for name, cidr in networks_reached(estate, own).items()
        if may_connect(estate, name, own.name, service)
    }
    for _, other in estate.spokes:
        segment = estate.segment(other.segment)
        reaches = other.name != spoke.name and reach_each_other(segment, own)
        if reaches and may_connect(estate, segment.name, own.name, service):
            found[other.name] = tuple(sorted(other.routed_cidrs))
    return {name: found[name] for name in sorted(found)}


def target_zones(estate: Estate, spoke: Spoke, service: PublishedService) -> frozenset[str]:
    """The zones with a target of a published service."""
    zones = estate.zones_of(spoke)
    placed = subnets(spoke, zones, [Tier.PRIVATE])
    return frozenset(
        zone
        for zone in zones
        for target in service.targets
        if IPv4Address(target) in placed[subnet_name(Tier.PRIVATE, zone)]
    )
