"""Which routes are in effect in transit gateway tables, and what AWS advertises to sites from them.

Pages, under https://docs.aws.amazon.com/: vpc/latest/tgw/how-transit-gateways-work.html,
vpn/latest/s2svpn/VPNRoutingTypes.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network

from isthmus.lab.aws_network import AwsNetwork, CannotPlay, GatewayAttachment
from isthmus.lab.sites import Site

Routes = Mapping[IPv4Network, Sequence[str]]
"""The attachments that each prefix leads to; none for a blackhole."""

Learned = Mapping[str, Iterable[IPv4Network]]
"""The prefixes that AWS has from the far end of each VPN connection that is up."""


def transit_routes(region: AwsNetwork, learned: Learned, table: str, pick: int) -> Routes:
    """The routes of a table: a static route before a VPC's, a VPC's before what a VPN advertises.

    If AWS takes one of several, and does not document which, `pick` says which one the lab takes.
    """
    candidates: dict[IPv4Network, list[GatewayAttachment]] = defaultdict(list)
    for address in region.propagations[table]:
        attachment = region.attachments[address]
        for prefix in _propagated(region, learned, attachment):
            candidates[prefix].append(attachment)
    routes: dict[IPv4Network, list[str]] = {prefix: _winners(region, by, pick) for prefix, by in candidates.items()}
    for prefix, target in region.statics[table].items():
        routes[prefix] = [target] if target else []
    return routes


def _propagated(region: AwsNetwork, learned: Learned, attachment: GatewayAttachment) -> Iterable[IPv4Network]:
    if attachment.kind == "vpc":
        return region.vpcs[attachment.vpc]
    return learned.get(attachment.address, ()) if attachment.kind == "vpn" else ()


def _winners(region: AwsNetwork, candidates: Sequence[GatewayAttachment], pick: int) -> list[str]:
    """VPCs before VPNs; several VPNs share the load where they may and have one ASN, else one of them is taken."""
    vpcs = sorted({one.address for one in candidates if one.kind == "vpc"})
    if len(vpcs) > 1:
        raise CannotPlay(f"{' and '.join(vpcs)} propagate one prefix")
    if vpcs:
        return vpcs
    if not region.gateways[candidates[0].gateway]:
        return [_picked(sorted(one.address for one in candidates), pick)]
    asn = _picked(sorted({one.asn for one in candidates}), pick)
    return sorted(one.address for one in candidates if one.asn == asn)


def _picked(values: Sequence[str], pick: int) -> str:
    return values[pick % len(values)]


def advertised(region: AwsNetwork, sites: Mapping[str, Site], routes: Routes, connection: str) -> list[IPv4Network]:
    """What the far end of a connection learns from the table that the connection is associated with.

    A site does not take what leads back to itself: it finds its own ASN in the path. Whether AWS advertises a
    blackhole is not documented; the lab takes it that it does not.
    """
    own = site_at(sites, connection).connections
    return [prefix for prefix, targets in routes.items() if any(target not in own for target in targets)]


def site_at(sites: Mapping[str, Site], connection: str) -> Site:
    """The site at the end of a connection."""
    return next(site for site in sites.values() if connection in site.connections)
