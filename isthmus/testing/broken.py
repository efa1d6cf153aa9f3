"""Estates with exactly one defect: for every rule of the language, a change that breaks it and nothing else.

Each change works on any estate of `isthmus.testing.strategies.estates`. What it adds is called `extra` and lies in
ranges that those estates leave free: 10.250.0.0/16, 172.30.0.0/16, 192.168.250.0/24, connection numbers from 400.
"""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus.intent import (
    Account,
    CentralEndpoints,
    CustomerGateway,
    DnsFirewall,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    ForwardRule,
    HcpTerraform,
    Hub,
    HybridDns,
    Inspection,
    Observability,
    Opens,
    OrganizationalUnit,
    PrivateZone,
    Routing,
    RuleGroup,
    S3Backend,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from isthmus.regions import REGIONS
from isthmus.services import SERVICES
from isthmus.testing.strategies import ACCOUNTS, DEFAULT, UNITS, estates

Break = Callable[[Estate], Estate]
BREAKS: dict[str, Break] = {}
LAN = "172.30.0.0/16"


@st.composite
def broken_estates(draw: DrawFn, rule: str | None = None) -> tuple[Estate, str]:
    """An estate with exactly one defect, and the id of the rule it breaks: the given one, or any."""
    chosen = draw(st.sampled_from(sorted(BREAKS))) if rule is None else rule
    return BREAKS[chosen](draw(estates(largest=3, central=False))), chosen


def _breaks(change: Break) -> Break:
    """Register a change. Its name is the rule's id."""
    BREAKS[change.__name__.replace("_", "-")] = change
    return change


def _segment(name: str = "extra", **given: Any) -> Segment:
    return Segment(name, **{"ways_out": {Egress.NONE}, **given})


def _spoke(name: str = "extra", **given: Any) -> Spoke:
    return Spoke(name, **{"cidr": "10.250.0.0/20", "segment": "extra", "egress": Egress.NONE, **given})


def _gateway(name: str = "extra", **given: Any) -> CustomerGateway:
    return CustomerGateway(name, **{"ip_address": "198.51.100.1", "bgp_asn": 65_500, **given})


def _site(name: str = "extra", **given: Any) -> Site:
    usual = {"networks": {"lan": LAN}, "announces": [LAN], "customer_gateways": [_gateway(name)]}
    return Site(name, **{**usual, **given})


def _vpn(name: str = "extra", **given: Any) -> VpnConnection:
    return VpnConnection(name, **{"customer_gateway": "extra", "number": 500, "segment": "extra", **given})


def _hub(estate: Estate, **changes: Any) -> Estate:
    """The estate with the environment that holds the hub changed."""
    environments = [replace(e, **changes) if e.hub is not None else e for e in estate.environments]
    return replace(estate, environments=environments)


def _with(
    estate: Estate,
    *,
    segments: Sequence[Segment] = (),
    sites: Sequence[Site] = (),
    spokes: Sequence[Spoke] = (),
    vpns: Sequence[VpnConnection] = (),
) -> Estate:
    """The estate with more of everything, and a segment `extra` for it."""
    if not any(segment.name == "extra" for segment in segments):
        segments = [*segments, _segment()]
    hub = estate.hub_environment
    grown = _hub(estate, spokes=[*hub.spokes, *spokes], vpn_connections=[*hub.vpn_connections, *vpns])
    return replace(grown, segments=[*estate.segments, *segments], sites=[*estate.sites, *sites])


def _tunnel(estate: Estate, **options: Any) -> Estate:
    return _with(estate, sites=[_site()], vpns=[_vpn(tunnels=(Tunnel(**options), Tunnel()))])


def _accounts(estate: Estate, *more: Account) -> Estate:
    organization = estate.organization
    return replace(estate, organization=replace(organization, accounts=[*organization.accounts, *more]))


def _other(**given: Any) -> Environment:
    return Environment("extra", **{"account": ACCOUNTS[0], **given})


# Names


@_breaks
def duplicate_name(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke("ex-tra"), _spoke("Ex_tra", cidr="10.250.16.0/20")])


@_breaks
def name_form(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke("extra/one")])


@_breaks
def name_length(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke("extra" * 9)])


@_breaks
def join_role_length(estate: Estate) -> Estate:
    named = _hub(estate, hub=replace(estate.hub, name="m" * 29))
    return _with(named, segments=[_segment("extra" * 6)])


@_breaks
def reserved_name(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke("internet")])


@_breaks
def ambiguous_principal(estate: Estate) -> Estate:
    return _accounts(estate, Account(UNITS[0], id="888888888888"))


@_breaks
def pinned_name(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(vpc_name="extra;")])


@_breaks
def joined_names(estate: Estate) -> Estate:
    sites = [
        _site("ex", networks={"tra-lan": LAN}, announces=[], customer_gateways=[]),
        _site("ex-tra", networks={"lan": "172.31.0.0/16"}, announces=[], customer_gateways=[]),
    ]
    return _with(estate, sites=sites)


@_breaks
def log_group_twice(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(vpc_name=estate.hub.name)])


@_breaks
def route_table_name_twice(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment("other", route_table_name=f"{estate.prefix}-extra")])


# Organization


@_breaks
def account_id(estate: Estate) -> Estate:
    return _accounts(estate, Account("extra", id="88888888888"))


@_breaks
def account_id_twice(estate: Estate) -> Estate:
    return _accounts(estate, Account("extra", id=estate.organization.accounts[0].id))


@_breaks
def organization_arn(estate: Estate) -> Estate:
    arn = "arn:aws:organizations::999999999999:o-example0001"
    return replace(estate, organization=replace(estate.organization, arn=arn))


@_breaks
def unit_arn(estate: Estate) -> Estate:
    organization = estate.organization
    arn = organization.units[0].arn.replace("o-example0001", "o-another0001")
    units = [*organization.units, OrganizationalUnit("extra", arn=arn)]
    return replace(estate, organization=replace(organization, units=units))


@_breaks
def deployment_role(estate: Estate) -> Estate:
    arn = "arn:aws:iam::999999999999:role/deploy"
    return replace(estate, organization=replace(estate.organization, deployment_role=arn))


@_breaks
def account_left_out(estate: Estate) -> Estate:
    """The organization's last account is in no unit that the segment knows, and holds a spoke that joins it."""
    grown = _accounts(_with(estate, segments=[_segment(joined_by=[ACCOUNTS[0]])]), Account("extra", id="888888888888"))
    shared = _hub(grown, hub=replace(estate.hub, share_with=[]))
    return replace(shared, environments=[*shared.environments, _other(account="extra", spokes=[_spoke()])])


@_breaks
def unknown_reference(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(segment="extras")])


# Region and zones


@_breaks
def region(estate: Estate) -> Estate:
    return replace(estate, region="us-east-9")


@_breaks
def no_zones(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=[])])


@_breaks
def zone_twice(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=[estate.zones[0]] * 2)])


@_breaks
def zone_of_region(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=[estate.zones[0], f"{estate.region}a"])])


@_breaks
def nat_zones(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(nat_zones=estate.zones)])


# CIDRs and subnets


@_breaks
def cidr_form(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(secondary_cidrs=["2001:db8::/56"])])


@_breaks
def cidr_not_canonical(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(cidr="10.250.0.1/20")])


@_breaks
def cidr_overlap(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(), _spoke("other", cidr="10.250.8.0/22")])


@_breaks
def block_overlap(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(networks={"lan": "10.250.0.0/20"}, announces=[])], spokes=[_spoke()])


@_breaks
def block_not_private(estate: Estate) -> Estate:
    return replace(estate, blocks=[*estate.blocks, "8.8.0.0/16"])


@_breaks
def spoke_outside_blocks(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(cidr="172.31.0.0/20")])


@_breaks
def spoke_is_block(estate: Estate) -> Estate:
    blocks = [*estate.blocks, "192.168.250.0/24"]
    return replace(_with(estate, spokes=[_spoke(cidr="192.168.250.0/24", zones=_first_zone(estate))]), blocks=blocks)


@_breaks
def vpc_size(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(cidr="10.248.0.0/15")])


@_breaks
def secondary_cidr_mix(estate: Estate) -> Estate:
    blocks = [*estate.blocks, "192.168.240.0/20"]
    return replace(_with(estate, spokes=[_spoke(secondary_cidrs=["192.168.250.0/24"])]), blocks=blocks)


@_breaks
def no_room_for_subnets(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(cidr="10.250.0.0/25")])


@_breaks
def pinned_subnet_name(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(subnets={"privat_az1": "10.250.15.0/28"})])


@_breaks
def pinned_subnet_size(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=_first_zone(estate), subnets={"private_az1": "10.250.0.0/29"})])


@_breaks
def pinned_subnet_outside(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=_first_zone(estate), subnets={"private_az1": "10.251.0.0/24"})])


@_breaks
def subnet_overlap(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(zones=_first_zone(estate), subnets={"private_az1": "10.250.15.0/24"})])


def _first_zone(estate: Estate) -> list[str]:
    return [REGIONS[estate.region].zone_ids[0]]


# Segments


@_breaks
def segment_reaches_itself(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(reaches=["extra"])])


@_breaks
def site_transit_with_itself(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(transit_with=["extra"])])


@_breaks
def egress_not_allowed(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(egress=Egress.LOCAL)])


@_breaks
def site_network_not_reached(estate: Estate) -> Estate:
    return _with(estate, sites=[_site()], segments=[_segment(site_networks=["extra/lan"])])


@_breaks
def no_default_on_premises(estate: Estate) -> Estate:
    way = _segment(ways_out={Egress.ON_PREMISES})
    return _with(estate, segments=[way], sites=[_site()], vpns=[_vpn()])


@_breaks
def default_route_needs_bgp(estate: Estate) -> Estate:
    site = _site(customer_gateways=[_gateway(), _gateway("other", ip_address="198.51.100.2")])
    vpns = [_vpn(default_route=True), _vpn("other", customer_gateway="other", number=501)]
    return _with(estate, sites=[site], vpns=vpns)


@_breaks
def default_route_twice(estate: Estate) -> Estate:
    other = _site("other", networks={"lan": "172.31.0.0/16"}, announces=["172.31.0.0/16"])
    other = replace(other, customer_gateways=[_gateway("other", ip_address="198.51.100.2")])
    vpns = [_vpn(default_route=True), _vpn("other", customer_gateway="other", number=501, default_route=True)]
    return _with(estate, sites=[_site(), other], vpns=vpns)


@_breaks
def default_route_and_announced(estate: Estate) -> Estate:
    return _with(_quiet(estate), sites=[_site(announces=[LAN, DEFAULT])], vpns=[_vpn(default_route=True)])


@_breaks
def static_and_bgp(estate: Estate) -> Estate:
    site = _site(customer_gateways=[_gateway(), _gateway("other", ip_address="198.51.100.2")])
    vpns = [_vpn(), _vpn("other", customer_gateway="other", number=501, routing=Routing.STATIC)]
    return _with(estate, sites=[site], vpns=vpns)


@_breaks
def static_twice(estate: Estate) -> Estate:
    site = _site(announces=[], customer_gateways=[_gateway(), _gateway("other", ip_address="198.51.100.2")])
    vpns = [
        _vpn(routing=Routing.STATIC),
        _vpn("other", customer_gateway="other", number=501, routing=Routing.STATIC),
    ]
    return _with(estate, sites=[site], vpns=vpns)


@_breaks
def static_without_routes(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(networks={}, announces=[])], vpns=[_vpn(routing=Routing.STATIC)])


@_breaks
def ecmp_asn(estate: Estate) -> Estate:
    other = _gateway("other", ip_address="198.51.100.2", bgp_asn=65_501)
    vpns = [_vpn(), _vpn("other", customer_gateway="other", number=501)]
    return _with(estate, sites=[_site(customer_gateways=[_gateway(), other])], vpns=vpns)


# The central way out


def _egress(estate: Estate, **given: Any) -> Estate:
    """The estate with an egress VPC beside its hub, and a segment and a spoke that leave by it."""
    usual = {"cidr": "10.250.254.0/23", "inspection": Inspection.VPC, "zones": estate.zones}
    firewall = {} if given.get("inspection") is Inspection.NONE else {"firewall": FirewallPolicy()}
    return _hub(estate, egress=EgressVpc("way-out", **{**usual, **firewall, **given}))


def _firewall(estate: Estate, **given: Any) -> Estate:
    return _egress(estate, firewall=FirewallPolicy(**given))


def _group(name: str = "extra", **given: Any) -> RuleGroup:
    return RuleGroup(name, **{"rules": [_pass(1)], "priority": 1, **given})


def _pass(sid: int) -> str:
    return f"pass tcp $HOME_NET any -> $EXTERNAL_NET 443 (sid:{sid};)"


def _pair(
    estate: Estate, *, reaches: Sequence[str] = (), blocks: Sequence[str] = ("10.250.0.0/17",), **more: Any
) -> Estate:
    """The estate with two segments inspected with each other."""
    one = _segment(blocks=blocks, inspected_with=["other"], reaches=reaches)
    return _with(estate, segments=[one, _segment("other", blocks=["10.251.0.0/16"])], **more)


@_breaks
def no_egress_vpc(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(ways_out={Egress.CENTRAL})])


@_breaks
def egress_vpc_count(estate: Estate) -> Estate:
    second = EgressVpc("second", cidr="10.250.252.0/23", inspection=Inspection.NONE, zones=estate.zones)
    one = _egress(estate, inspection=Inspection.NONE)
    return replace(one, environments=[*one.environments, _other(egress=second)])


@_breaks
def egress_vpc_outside_blocks(estate: Estate) -> Estate:
    return _egress(estate, cidr="172.31.0.0/23")


@_breaks
def egress_vpc_size(estate: Estate) -> Estate:
    return _egress(estate, cidr="10.250.254.0/25")


@_breaks
def egress_vpc_zones(estate: Estate) -> Estate:
    zones = REGIONS[estate.region].zone_ids
    spoke = _spoke(egress=Egress.CENTRAL, zones=zones[:2])
    grown = _with(estate, segments=[_segment(ways_out={Egress.CENTRAL})], spokes=[spoke])
    return _egress(grown, zones=zones[:1])


@_breaks
def gateway_inspection_account(estate: Estate) -> Estate:
    egress = EgressVpc(
        "way-out",
        cidr="10.250.254.0/23",
        inspection=Inspection.GATEWAY,
        firewall=FirewallPolicy(),
        zones=estate.zones,
    )
    return replace(estate, environments=[*estate.environments, _other(account=ACCOUNTS[1], egress=egress)])


@_breaks
def segment_block_outside_blocks(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(blocks=["172.31.0.0/16"])])


@_breaks
def segment_block_overlap(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(blocks=["10.250.0.0/16"]), _segment("other", blocks=["10.250.128.0/17"])])


@_breaks
def spoke_outside_segment(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(blocks=["10.251.0.0/16"])], spokes=[_spoke()])


@_breaks
def inspected_without_firewall(estate: Estate) -> Estate:
    return _pair(estate)


@_breaks
def inspected_without_blocks(estate: Estate) -> Estate:
    return _egress(_pair(estate, blocks=[]))


@_breaks
def inspected_and_reached(estate: Estate) -> Estate:
    return _egress(_pair(estate, reaches=["other"]))


@_breaks
def inspected_with_vpn(estate: Estate) -> Estate:
    return _egress(_pair(estate, sites=[_site()], vpns=[_vpn(segment="other")]))


@_breaks
def firewall_policy(estate: Estate) -> Estate:
    return _egress(estate, firewall=None)


@_breaks
def rule_group_priority(estate: Estate) -> Estate:
    return _firewall(estate, rule_groups=[_group(priority=1_000)])


@_breaks
def rule_group_capacity(estate: Estate) -> Estate:
    return _firewall(estate, rule_groups=[_group(rules=[_pass(1), _pass(2)], capacity=1)])


@_breaks
def suricata_rule(estate: Estate) -> Estate:
    return _firewall(estate, rule_groups=[_group(rules=["pass tcp any any -> any 443 (flow:to_server;)"])])


@_breaks
def sid_twice(estate: Estate) -> Estate:
    return _firewall(estate, rule_groups=[_group(), _group("other", priority=2)])


@_breaks
def firewall_domain(estate: Estate) -> Estate:
    return _firewall(estate, domain_lists=[DomainList("extra", domains=["*.example.com"])])


@_breaks
def domain_list_segment(estate: Estate) -> Estate:
    lists = [DomainList("extra", domains=["example.com"], segments=["extra"])]
    return _with(_firewall(estate, domain_lists=lists))


@_breaks
def managed_rule_group(estate: Estate) -> Estate:
    return _firewall(estate, managed_rule_groups=["MalwareDomainsActionOrder"])


# Announcements


def _quiet(estate: Estate) -> Estate:
    """The estate where every site that announces a default announces its networks too, so that another site may."""
    sites = [
        replace(site, announces=[*site.networks.values(), DEFAULT]) if DEFAULT in site.announces else site
        for site in estate.sites
    ]
    return replace(estate, sites=sites)


@_breaks
def announces_without_bgp(estate: Estate) -> Estate:
    return _with(estate, sites=[_site()], vpns=[_vpn(routing=Routing.STATIC)])


@_breaks
def network_not_announced(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(announces=["172.30.0.0/17"])], vpns=[_vpn()])


@_breaks
def transit_default(estate: Estate) -> Estate:
    here = _site(announces=[LAN, DEFAULT], transit_with=["other"])
    there = _site("other", networks={"lan": "172.31.0.0/16"}, announces=["172.31.0.0/16"])
    there = replace(there, customer_gateways=[_gateway("other", ip_address="198.51.100.2")])
    vpns = [_vpn(), _vpn("other", customer_gateway="other", number=501)]
    return _with(_quiet(estate), sites=[here, there], vpns=vpns)


@_breaks
def announcement_in_block(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(announces=[LAN, "10.250.0.0/16"])], vpns=[_vpn()])


@_breaks
def announcement_in_denied_network(estate: Estate) -> Estate:
    halves = ["172.30.0.0/16", "172.30.0.0/17"]
    return _with(estate, segments=[_segment(site_networks=[])], sites=[_site(announces=halves)], vpns=[_vpn()])


@_breaks
def announcement_overlap(estate: Estate) -> Estate:
    other = _site("other", networks={"lan": "172.31.0.0/16"}, announces=["172.31.0.0/16", "172.30.0.0/15"])
    other = replace(other, customer_gateways=[_gateway("other", ip_address="198.51.100.2")])
    vpns = [_vpn(), _vpn("other", customer_gateway="other", number=501)]
    return _with(estate, sites=[_site(), other], vpns=vpns)


@_breaks
def announcement_count(estate: Estate) -> Estate:
    many = [f"192.0.{high}.{low}/32" for high in range(4) for low in range(256)]
    return _with(estate, sites=[_site(announces=[LAN, *many])], vpns=[_vpn()])


@_breaks
def announcement_twice(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(announces=[LAN, LAN])], vpns=[_vpn()])


# VPN


@_breaks
def customer_gateway_asn(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(bgp_asn=7224)])])


@_breaks
def same_asn(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(bgp_asn=estate.hub.asn)])])


@_breaks
def customer_gateway_address(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(ip_address="10.1.1.1")])])


@_breaks
def customer_gateway_address_twice(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(), _gateway("other")])])


@_breaks
def customer_gateway_unknown(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(ip_address=None)])])


@_breaks
def certificate_arn(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(certificate_arn=_certificate(estate, "7" * 12))])])


@_breaks
def tunnel_without_address(estate: Estate) -> Estate:
    arn = _certificate(estate, estate.account(estate.hub_environment.account).id)
    site = _site(customer_gateways=[_gateway(ip_address=None, certificate_arn=arn)])
    return _with(estate, sites=[site], vpns=[_vpn(tunnels=(Tunnel(startup_action="add"), Tunnel()))])


def _certificate(estate: Estate, account: str) -> str:
    partition = estate.organization.arn.split(":")[1]
    return f"arn:{partition}:acm:{estate.region}:{account}:certificate/extra"


@_breaks
def large_and_accelerated(estate: Estate) -> Estate:
    return _with(estate, sites=[_site()], vpns=[_vpn(large_tunnels=True, acceleration=True)])


@_breaks
def device_name(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(customer_gateways=[_gateway(device="")])])


@_breaks
def vpn_number(estate: Estate) -> Estate:
    return _with(estate, sites=[_site()], vpns=[_vpn(number=0)])


@_breaks
def vpn_number_twice(estate: Estate) -> Estate:
    site = _site(customer_gateways=[_gateway(), _gateway("other", ip_address="198.51.100.2")])
    return _with(estate, sites=[site], vpns=[_vpn(), _vpn("other", customer_gateway="other")])


@_breaks
def inside_cidr_form(estate: Estate) -> Estate:
    return _tunnel(estate, inside_cidr="169.254.250.0/29")


@_breaks
def inside_cidr_reserved(estate: Estate) -> Estate:
    return _tunnel(estate, inside_cidr="169.254.169.252/30")


@_breaks
def inside_cidr_twice(estate: Estate) -> Estate:
    pinned = (Tunnel(inside_cidr="169.254.250.0/30"), Tunnel(inside_cidr="169.254.250.0/30"))
    return _with(estate, sites=[_site()], vpns=[_vpn(tunnels=pinned)])


@_breaks
def tunnel_value(estate: Estate) -> Estate:
    return _tunnel(estate, dpd_timeout=0)


@_breaks
def tunnel_lifetimes(estate: Estate) -> Estate:
    return _tunnel(estate, phase2_lifetime=1_000, rekey_margin_time=501)


@_breaks
def tunnel_algorithm(estate: Estate) -> Estate:
    return _tunnel(estate, phase2_encryption_algorithms=["AES512"])


@_breaks
def weak_algorithm(estate: Estate) -> Estate:
    return _tunnel(estate, phase1_dh_group_numbers=[21, 24])


# Hub


@_breaks
def hub_count(estate: Estate) -> Estate:
    extra = _other(hub=Hub("second"))
    return replace(estate, environments=[*estate.environments, extra])


@_breaks
def vpn_beside_hub(estate: Estate) -> Estate:
    grown = _with(estate, sites=[_site()])
    return replace(grown, environments=[*grown.environments, _other(vpn_connections=[_vpn()])])


@_breaks
def hub_asn(estate: Estate) -> Estate:
    return _hub(estate, hub=replace(estate.hub, asn=65_535))


@_breaks
def hub_cidr_block(estate: Estate) -> Estate:
    return _hub(estate, hub=replace(estate.hub, cidr_blocks=["10.254.0.0/25"]))


# Openings


def _opens(estate: Estate, *opens: Opens, also: Sequence[Segment] = ()) -> Estate:
    """The estate with openings, a segment `extra` for them, and a site that it reaches."""
    segments = [_segment(blocks=["10.250.0.0/17"]), *also]
    return replace(_with(estate, segments=segments, sites=[_site()], vpns=[_vpn()]), opens=[*estate.opens, *opens])


@_breaks
def opens_unknown(estate: Estate) -> Estate:
    return _opens(estate, Opens(source="extra/lans", to="extra", ports=["tcp/443"]))


@_breaks
def opens_ports(estate: Estate) -> Estate:
    return _opens(estate, Opens(source="extra/lan", to="extra", ports=["tcp/80-79"]))


@_breaks
def opens_twice(estate: Estate) -> Estate:
    one, other = (Opens(source="extra", to="extra/lan", ports=[port]) for port in ("tcp/443", "tcp/22"))
    return _opens(estate, one, other)


@_breaks
def opens_between_sites(estate: Estate) -> Estate:
    return _opens(estate, Opens(source="extra/lan", to="extra/lan", ports=["tcp/443"]))


@_breaks
def opens_not_reached(estate: Estate) -> Estate:
    apart = _segment("apart", blocks=["10.250.128.0/17"])
    return _opens(estate, Opens(source="extra", to="apart", ports=["tcp/443"]), also=[apart])


@_breaks
def opens_without_blocks(estate: Estate) -> Estate:
    apart = _segment("apart", reaches=["extra"])
    return _opens(estate, Opens(source="extra", to="apart", ports=["icmp"]), also=[apart])


@_breaks
def opens_without_dns(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    grown = _opens(_without_dns(estate), Opens(source="extra", to="extra/lan", ports=["tcp/53"]))
    dns = HybridDns(spoke="extra", inbound=False, forwards=_asking("172.30.0.53"))
    return _hub(grown, spokes=[*grown.hub_environment.spokes, _wide(estate)], dns=dns)


# Observability


@_breaks
def nothing_to_observe(estate: Estate) -> Estate:
    extra = _other(observability=Observability(notify=["network-team@example.com"]))
    return replace(estate, environments=[*estate.environments, extra])


def _observed(estate: Estate, **given: Any) -> Estate:
    return _hub(estate, observability=Observability(**{"notify": ["network-team@example.com"], **given}))


@_breaks
def alarm_target(estate: Estate) -> Estate:
    return _observed(estate, notify=["network-team"])


@_breaks
def alarm_target_region(estate: Estate) -> Estate:
    return _observed(estate, notify=["arn:aws:sns:us-east-9:111122223333:alarms"])


@_breaks
def tunnel_down_for(estate: Estate) -> Estate:
    return _observed(estate, tunnel_down_for=7)


@_breaks
def site_coordinates(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(coordinates=(8.68, 250.11))])


# Settings


@_breaks
def tag_form(estate: Estate) -> Estate:
    return replace(estate, tags={"aws:foo": "bar"})


@_breaks
def log_retention(estate: Estate) -> Estate:
    return replace(estate, log_retention_days=31)


@_breaks
def dns_server(estate: Estate) -> Estate:
    return _with(estate, sites=[_site(dns_servers=["172.29.0.53"])])


@_breaks
def gateway_endpoint(estate: Estate) -> Estate:
    return _with(estate, spokes=[_spoke(gateway_endpoints=["sqs"])])


@_breaks
def state_bucket(estate: Estate) -> Estate:
    return replace(estate, backend=S3Backend(bucket="Example_State", account=ACCOUNTS[0]))


@_breaks
def hcp_name(estate: Estate) -> Estate:
    return replace(estate, backend=HcpTerraform(organization="example", hostname="https://app.terraform.io"))


# Quotas


@_breaks
def quota(estate: Estate) -> Estate:
    return replace(estate, quotas={"network-acl-rules": 41})


@_breaks
def vpc_cidr_count(estate: Estate) -> Estate:
    more = [f"10.250.{16 + number}.0/24" for number in range(5)]
    return _with(estate, spokes=[_spoke(secondary_cidrs=more)])


@_breaks
def network_acl_rules(estate: Estate) -> Estate:
    """19 networks are denied: too many by one with the rule that allows and AWS's own."""
    lans = {f"lan{number}": f"172.30.{number}.0/24" for number in range(19)}
    site = _site(networks=lans, announces=[LAN])
    segment = _segment(site_networks=[])
    return _with(_without_sites(estate), segments=[segment], sites=[site], vpns=[_vpn()], spokes=[_spoke()])


@_breaks
def route_table_size(estate: Estate) -> Estate:
    lans = {f"lan{number}": f"172.{30 + number // 256}.{number % 256}.0/24" for number in range(500)}
    site = _site(networks=lans, announces=["172.30.0.0/15"])
    return _with(_without_sites(estate), sites=[site], vpns=[_vpn()], spokes=[_spoke()])


def _without_sites(estate: Estate) -> Estate:
    """The estate without sites: its segments would deny their spokes the extra networks too."""
    segments = [replace(segment, site_networks=None) for segment in estate.segments]
    bare = _hub(replace(_without_dns(estate), sites=[], segments=segments, opens=[]), vpn_connections=[])
    return _closed(bare)


def _closed(estate: Estate) -> Estate:
    """The estate where nobody leaves through a site: ON_PREMISES becomes NONE."""

    def way(egress: Egress) -> Egress:
        return Egress.NONE if egress is Egress.ON_PREMISES else egress

    segments = [replace(segment, ways_out=frozenset(map(way, segment.ways_out))) for segment in estate.segments]
    environments = [
        replace(environment, spokes=[replace(spoke, egress=way(spoke.egress)) for spoke in environment.spokes])
        for environment in estate.environments
    ]
    return replace(estate, segments=segments, environments=environments)


@_breaks
def route_table_count(estate: Estate) -> Estate:
    return _with(estate, segments=[_segment(f"extra{number}") for number in range(20)])


@_breaks
def vpn_connection_count(estate: Estate) -> Estate:
    vpns = [_vpn(f"extra{number}", number=400 + number) for number in range(51)]
    return _with(estate, sites=[_site()], vpns=vpns)


@_breaks
def customer_gateway_count(estate: Estate) -> Estate:
    many = [_gateway(f"extra{number}", ip_address=f"198.51.100.{number + 1}") for number in range(51)]
    return _with(estate, sites=[_site(customer_gateways=many)])


@_breaks
def hub_cidr_count(estate: Estate) -> Estate:
    blocks = [f"10.254.{number}.0/24" for number in range(6)]
    return _hub(estate, hub=replace(estate.hub, cidr_blocks=blocks))


# Names and endpoints


def _without_dns(estate: Estate) -> Estate:
    """The estate without hybrid DNS and central endpoints."""
    return replace(estate, environments=[replace(e, dns=None, endpoints=None) for e in estate.environments])


def _shared(
    estate: Estate, spoke: Spoke | None = None, endpoints: CentralEndpoints | None = None, **dns: Any
) -> Estate:
    """The estate with spoke `extra` in the hub's environment, and hybrid DNS in it."""
    assume(REGIONS[estate.region].partition != "aws-cn")
    grown = _with(_without_dns(estate), spokes=[spoke or _wide(estate)])
    return _hub(grown, dns=HybridDns(**{"spoke": "extra", "inbound": False, **dns}), endpoints=endpoints)


def _wide(estate: Estate, name: str = "extra", **given: Any) -> Spoke:
    """A spoke over two zones."""
    return _spoke(name, **{"zones": REGIONS[estate.region].zone_ids[:2], **given})


def _asking(*targets: str) -> list[ForwardRule]:
    return [ForwardRule("corp.example.com", targets=targets)]


@_breaks
def dns_twice(estate: Estate) -> Estate:
    other = _wide(estate, "other", cidr="10.250.16.0/20")
    twice = _shared(estate)
    second = _other(spokes=[other], dns=HybridDns(spoke="other", inbound=False))
    return replace(twice, environments=[*twice.environments, second])


@_breaks
def dns_spoke(estate: Estate) -> Estate:
    return _shared(estate, spoke=_wide(estate, "other"))


@_breaks
def resolver_zones(estate: Estate) -> Estate:
    return _shared(estate, spoke=_spoke(zones=_first_zone(estate)), forwards=_asking("10.250.0.10"))


@_breaks
def domain_form(estate: Estate) -> Estate:
    return _shared(estate, private_zones=[PrivateZone("corp.example.com.")])


@_breaks
def domain_twice(estate: Estate) -> Estate:
    return _shared(estate, private_zones=[PrivateZone("corp.example.com")], forwards=_asking("10.250.0.10"))


@_breaks
def forward_target(estate: Estate) -> Estate:
    return _shared(estate, forwards=_asking())


@_breaks
def dns_server_not_reached(estate: Estate) -> Estate:
    return _shared(estate, forwards=_asking("172.30.0.53"))


@_breaks
def forward_loop(estate: Estate) -> Estate:
    return _shared(estate, forwards=_asking("10.250.14.132"))


@_breaks
def dns_after_hub(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    grown = _with(_without_dns(estate), spokes=[_spoke()])
    other = _wide(estate, "other", cidr="10.250.16.0/20")
    later = _other(spokes=[other], dns=HybridDns(spoke="other", inbound=False))
    return replace(grown, environments=[*grown.environments, later])


@_breaks
def inbound_for_nobody(estate: Estate) -> Estate:
    return _shared(estate, inbound=True)


@_breaks
def dns_firewall(estate: Estate) -> Estate:
    return _shared(estate, firewall=DnsFirewall(allowed=["*.example.com"]))


@_breaks
def dns_partition(estate: Estate) -> Estate:
    """In China, and nothing else there."""
    bare = _without_sites(_hub(estate, observability=None))
    arn = "arn:aws-cn:organizations::999999999999:organization/o-example0001"
    units = [replace(u, arn=u.arn.replace("arn:aws-us-gov:", "arn:aws:")) for u in bare.organization.units]
    units = [replace(unit, arn=unit.arn.replace("arn:aws:", "arn:aws-cn:")) for unit in units]
    moved = replace(
        bare,
        region="cn-north-1",
        zones=["cnn1-az1", "cnn1-az2"],
        organization=replace(bare.organization, arn=arn, units=units),
        environments=[replace(environment, spokes=[]) for environment in bare.environments],
    )
    return _hub(_with(moved, spokes=[_spoke()]), dns=HybridDns(spoke="extra", inbound=False))


@_breaks
def endpoints_without_dns(estate: Estate) -> Estate:
    return _hub(_without_dns(estate), endpoints=CentralEndpoints(services=["kms"]))


@_breaks
def endpoint_service(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["com.amazonaws.us-east-1.kms"]))


@_breaks
def endpoint_service_twice(estate: Estate) -> Estate:
    return _shared(estate, _wide(estate, interface_endpoints=["kms"]), CentralEndpoints(services=["kms"]))


@_breaks
def s3_two_ways(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["s3"]))


@_breaks
def endpoint_policy(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["kms"], policies={"kms": "everybody"}))


@_breaks
def endpoint_subnet_size(estate: Estate) -> Estate:
    services = [name for name in SERVICES if name != "s3"][:12]
    return _shared(estate, _spoke(zones=_first_zone(estate)), CentralEndpoints(services=services))
