"""Parts of the changes: their registry, objects with the name `extra`, and changed estates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from isthmus.aws.regions import REGIONS
from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    ForwardRule,
    Organization,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from isthmus.testing.strategies import ACCOUNTS, DEFAULT, SUMMARY

Break = Callable[[Estate], Estate]
BREAKS: dict[str, Break] = {}
LAN = "172.30.0.0/16"


def breaks(change: Break) -> Break:
    """Register a change. Its name is the rule's id."""
    BREAKS[change.__name__.replace("_", "-")] = change
    return change


def extra_segment(name: str = "extra", **given: Any) -> Segment:
    """A segment without egress."""
    return Segment(name, **{"allowed_egress": {Egress.NONE}, **given})


def extra_spoke(name: str = "extra", **given: Any) -> Spoke:
    """A spoke of segment `extra`."""
    return Spoke(name, **{"cidr": "10.250.0.0/20", "segment": "extra", "egress": Egress.NONE, **given})


def extra_gateway(name: str = "extra", **given: Any) -> CustomerGateway:
    """A customer gateway."""
    return CustomerGateway(name, **{"ip_address": "198.51.100.1", "bgp_asn": 65_500, **given})


def extra_site(name: str = "extra", **given: Any) -> Site:
    """A site that advertises its one network."""
    usual = {"networks": {"lan": LAN}, "advertises": [LAN], "customer_gateways": [extra_gateway(name)]}
    return Site(name, **{**usual, **given})


def extra_vpn(name: str = "extra", **given: Any) -> VpnConnection:
    """A connection to customer gateway `extra`."""
    return VpnConnection(name, **{"customer_gateway": "extra", "number": 500, "segment": "extra", **given})


def with_hub(estate: Estate, **changes: Any) -> Estate:
    """The estate with a change in the hub's environment."""
    environments = [replace(e, **changes) if e.hub is not None else e for e in estate.environments]
    return replace(estate, environments=environments)


def grown(
    estate: Estate,
    *,
    segments: Sequence[Segment] = (),
    sites: Sequence[Site] = (),
    spokes: Sequence[Spoke] = (),
    vpns: Sequence[VpnConnection] = (),
) -> Estate:
    """The estate with more objects, and a segment `extra` for them."""
    if not any(segment.name == "extra" for segment in segments):
        segments = [*segments, extra_segment()]
    hub = estate.hub_environment
    larger = with_hub(estate, spokes=[*hub.spokes, *spokes], vpn_connections=[*hub.vpn_connections, *vpns])
    return replace(larger, segments=[*estate.segments, *segments], sites=[*estate.sites, *sites])


def with_tunnel(estate: Estate, **options: Any) -> Estate:
    """The estate with one more connection, and these options on one of its tunnels."""
    return grown(estate, sites=[extra_site()], vpns=[extra_vpn(tunnels=(Tunnel(**options), Tunnel()))])


def organization_of(estate: Estate) -> Organization:
    """The organization of an estate that has one."""
    assert estate.organization is not None
    return estate.organization


def with_accounts(estate: Estate, *more: Account) -> Estate:
    """The estate with more accounts in its organization."""
    organization = organization_of(estate)
    return replace(estate, organization=replace(organization, accounts=[*organization.accounts, *more]))


def extra_environment(**given: Any) -> Environment:
    """An environment in the first account."""
    return Environment("extra", **{"account": ACCOUNTS[0], **given})


def first_zone(estate: Estate) -> list[str]:
    """The first zone of the estate's Region, independent of the estate's zones."""
    return [REGIONS[estate.region].zone_ids[0]]


def wide_spoke(estate: Estate, name: str = "extra", **given: Any) -> Spoke:
    """A spoke over two zones."""
    return extra_spoke(name, **{"zones": REGIONS[estate.region].zone_ids[:2], **given})


def asking(*targets: str) -> list[ForwardRule]:
    """A forward rule to these addresses."""
    return [ForwardRule("corp.example.com", targets=targets)]


def without_dns(estate: Estate) -> Estate:
    """The estate without hybrid DNS and central endpoints."""
    return replace(estate, environments=[replace(e, dns=None, endpoints=None) for e in estate.environments])


def without_sites(estate: Estate) -> Estate:
    """The estate without sites, since its segments would also deny the extra networks."""
    segments = [replace(segment, site_networks=None) for segment in estate.segments]
    bare = with_hub(
        replace(without_dns(estate), sites=[], segments=segments, allowed_connections=[]), vpn_connections=[]
    )
    return _closed(bare)


def in_china(estate: Estate) -> Estate:
    """The estate in a Region of China, without sites, spokes, DNS and alarms."""
    bare = without_sites(with_hub(estate, observability=None))
    arn = "arn:aws-cn:organizations::999999999999:organization/o-example0001"
    units = [replace(u, arn=u.arn.replace("arn:aws-us-gov:", "arn:aws:")) for u in bare.units]
    units = [replace(unit, arn=unit.arn.replace("arn:aws:", "arn:aws-cn:")) for unit in units]
    return replace(
        bare,
        region="cn-north-1",
        zones=["cnn1-az1", "cnn1-az2"],
        organization=replace(organization_of(bare), arn=arn, units=units),
        environments=[replace(environment, spokes=[]) for environment in bare.environments],
    )


def _closed(estate: Estate) -> Estate:
    """The estate with egress NONE instead of ON_PREMISES."""

    def changed(egress: Egress) -> Egress:
        return Egress.NONE if egress is Egress.ON_PREMISES else egress

    segments = [
        replace(segment, allowed_egress=frozenset(map(changed, segment.allowed_egress))) for segment in estate.segments
    ]
    environments = [
        replace(environment, spokes=[replace(spoke, egress=changed(spoke.egress)) for spoke in environment.spokes])
        for environment in estate.environments
    ]
    return replace(estate, segments=segments, environments=environments)


def quiet(estate: Estate) -> Estate:
    """The estate where every site with an advertised default route also advertises its networks."""
    sites = [
        replace(site, advertises=[*site.networks.values(), DEFAULT]) if DEFAULT in site.advertises else site
        for site in estate.sites
    ]
    return replace(estate, sites=sites)


def without_summaries(estate: Estate) -> Estate:
    """The estate without advertised ranges around the blocks: they would make a change break a second rule."""
    sites = [replace(site, advertises=[cidr for cidr in site.advertises if cidr != SUMMARY]) for site in estate.sites]
    return replace(estate, sites=sites)
