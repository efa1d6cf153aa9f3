"""IPv6 in a drawn network: a prefix of each version for every VPC and subnet, and what routes and filters say of it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Network

from hypothesis import strategies as st

from isthmus.network.model import AdvertisedPrefix, Cidr, NetworkAclRule, Unknown
from tests.network.features import gateways_of, subnets_of, vpcs_of
from tests.network.networks import BLACKHOLE, Draft, cidr
from tests.network.strategies import few

SITES = ("2001:db8:8::/48", "2001:db8:9::/48")
SPACES = ("2600:1f00", "2600:1f00", "fd80:1f00")
"""Public addresses, and private ones: the internet routes none of those. vpc/latest/ipam/enable-prov-ipv6-gua.html"""
POOL = (
    "::/0",
    "2600:1f00::/24",
    "2600:1f00:1::/56",
    "2600:1f00:2::/56",
    "2600:1f00:1:1::/64",
    "fd80:1f00::/32",
    "fd80:1f00:2::/56",
    *SITES,
)


def dual_stack(draw: st.DrawFn, d: Draft) -> None:
    """Every VPC and subnet has a prefix of each version; sites, filters and routes may; so may egress-only gateways."""
    for number, vpc in enumerate(vpcs_of(d), 1):
        space = draw(st.sampled_from(SPACES))
        d.put("vpcs", replace(vpc, cidrs=(*vpc.cidrs, cidr(f"{space}:{number}::/56"))))
        for place, subnet in enumerate(subnets_of(d, vpc.address), 1):
            d.put("subnets", replace(subnet, cidrs=(*subnet.cidrs, cidr(f"{space}:{number}:{place}::/64"))))
        if draw(st.booleans()):
            d.egress_only(f"{vpc.address}-eigw", vpc.address)
        _routes(draw, d, vpc.address, cidr(f"{space}:{number}::/56"))
    for acl in list(d.parts.get("nacls", {}).values()):
        inbound, outbound = draw(_rules()), draw(_rules())
        d.put("nacls", replace(acl, inbound=(*acl.inbound, *inbound), outbound=(*acl.outbound, *outbound)))
    _sites(draw, d)
    attachments = list(d.parts.get("attachments", {}))
    for name in list(d.parts["tgw_tables"]):
        d.more_tgw_routes(name, {text: draw(st.sampled_from([*attachments, BLACKHOLE])) for text in draw(few(POOL))})


def _routes(draw: st.DrawFn, d: Draft, vpc: str, own: Cidr) -> None:
    """AWS refuses routes inside the VPC toward anything but a middlebox."""
    targets = ["hub", *gateways_of(d, vpc)]
    targets += [name for name in (f"{vpc}-eigw",) if name in d.parts.get("gateways", {})]
    targets += [p.address for p in d.parts.get("peerings", {}).values() if vpc in (p.requester, p.peer)]
    assert isinstance(own, IPv6Network)
    outside = [text for text in POOL if not IPv6Network(text).subnet_of(own)]
    for subnet in subnets_of(d, vpc):
        for text in draw(few(outside)):
            d.one_more_route(str(subnet.table), text, draw(st.sampled_from(targets)))


def _sites(draw: st.DrawFn, d: Draft) -> None:
    for place, (site, network) in enumerate(zip(list(d.sites), SITES, strict=False)):
        advertises = site.advertises
        if not isinstance(advertises, Unknown):
            advertises = (*advertises, *(AdvertisedPrefix(cidr(text)) for text in draw(few([network, "::/0"]))))
        d.sites[place] = replace(site, advertises=advertises, networks=(*site.networks, cidr(network)))


def _rules() -> st.SearchStrategy[list[NetworkAclRule]]:
    spans = st.sampled_from([(-1, None), (6, (443, 443)), (6, (1024, 65535)), (17, (0, 65535)), (58, None)])
    rule = st.tuples(st.booleans(), spans, st.sampled_from(("::/0", *POOL)))
    return st.lists(rule, max_size=3).map(
        lambda found: [
            NetworkAclRule(f"v6.{number}", 1_000 + number, allow, protocol, cidr(text), ports)
            for number, (allow, (protocol, ports), text) in enumerate(found)
        ]
    )
