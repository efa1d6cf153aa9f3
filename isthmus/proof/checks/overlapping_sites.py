"""Sites that advertise addresses of a VPC or of another site."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from isthmus.network.learned_routes import covers
from isthmus.network.model import AttachmentKind, Cidr, GatewayKind, Network, Site, Unknown
from isthmus.proof.pairs.locations import Locations
from isthmus.proof.result.findings import Violation


def overlap_violations(network: Network, locations: Locations) -> Iterator[Violation]:
    """Prefixes of a site that overlap a VPC or another site.

    Hosts at the site reach such addresses in their own network and never send packets for them to AWS. Between two
    prefixes, longest-prefix match decides. A summary that contains a VPC does not overlap: the VPC's own prefix is
    more specific, and AWS advertises it.
    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    names = {location.vpc: location.name for location in locations.spokes}
    for site in locations.sites:
        for vpc in sorted(_reached(network)):
            for cidr in network.vpcs[vpc].cidrs:
                for prefix in _advertised(site):
                    if not isinstance(cidr, Unknown) and covers(cidr, prefix):
                        name = names.get(vpc, vpc)
                        how = "is the prefix of" if prefix == cidr else f"is inside {cidr} of"
                        why = f"site {site.name} advertises {prefix}, which {how} {name}"
                        yield Violation("overlapping-advertisement", why, (*site.connections, vpc), site.name, name)
    for one, other in combinations(locations.sites, 2):
        hit = next(((a, b) for a in _advertised(one) for b in _held(other) if _overlap(a, b)), None)
        hit = hit or next(((a, b) for a in _held(one) for b in _advertised(other) if _overlap(a, b)), None)
        if hit is not None:
            why = f"{hit[0]} of site {one.name} and {hit[1]} of site {other.name} overlap: longest-prefix match decides"
            yield Violation(
                "overlapping-advertisement", why, (*one.connections, *other.connections), one.name, other.name
            )


def _reached(network: Network) -> set[str]:
    """The VPCs that are connected to on-premises networks through a gateway."""
    attached = {a.attached for a in network.attachments.values() if a.kind is AttachmentKind.VPC}
    behind = {g.vpc for g in network.gateways.values() if g.kind is GatewayKind.VPN}
    return {vpc for vpc in attached | behind if isinstance(vpc, str) and vpc in network.vpcs}


def _advertised(site: Site) -> tuple[Cidr, ...]:
    prefixes = () if isinstance(site.advertises, Unknown) else site.advertises
    return tuple(dict.fromkeys(a.prefix for a in prefixes if a.prefix.prefixlen))


def _held(site: Site) -> tuple[Cidr, ...]:
    return tuple(dict.fromkeys((*_advertised(site), *site.networks)))


def _overlap(one: Cidr, other: Cidr) -> bool:
    return covers(one, other) or covers(other, one)
