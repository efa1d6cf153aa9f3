"""Segments, and what VPN connections give them."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Egress, Estate, Routing
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_spoke,
    extra_vpn,
    grown,
    quiet,
)
from isthmus.testing.strategies import DEFAULT


@breaks
def segment_self_reference(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(reaches=["extra"])])


@breaks
def site_self_transit(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(transit_with=["extra"])])


@breaks
def egress_not_allowed_by_segment(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(egress=Egress.LOCAL)])


@breaks
def site_network_not_reachable(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site()], segments=[extra_segment(site_networks=["extra/lan"])])


@breaks
def default_route_missing(estate: Estate) -> Estate:
    way = extra_segment(allowed_egress={Egress.ON_PREMISES})
    return grown(estate, segments=[way], sites=[extra_site()], vpns=[extra_vpn()])


@breaks
def static_default_with_many_connections(estate: Estate) -> Estate:
    site = extra_site(customer_gateways=[extra_gateway(), extra_gateway("other", ip_address="198.51.100.2")])
    vpns = [extra_vpn(default_route=True), extra_vpn("other", customer_gateway="other", number=501)]
    return grown(estate, sites=[site], vpns=vpns)


@breaks
def duplicate_static_default(estate: Estate) -> Estate:
    other = extra_site("other", networks={"lan": "172.31.0.0/16"}, advertises=["172.31.0.0/16"])
    other = replace(other, customer_gateways=[extra_gateway("other", ip_address="198.51.100.2")])
    vpns = [extra_vpn(default_route=True), extra_vpn("other", customer_gateway="other", number=501, default_route=True)]
    return grown(estate, sites=[extra_site(), other], vpns=vpns)


@breaks
def static_and_advertised_default(estate: Estate) -> Estate:
    return grown(quiet(estate), sites=[extra_site(advertises=[LAN, DEFAULT])], vpns=[extra_vpn(default_route=True)])


@breaks
def static_and_bgp_routing(estate: Estate) -> Estate:
    site = extra_site(customer_gateways=[extra_gateway(), extra_gateway("other", ip_address="198.51.100.2")])
    vpns = [extra_vpn(), extra_vpn("other", customer_gateway="other", number=501, routing=Routing.STATIC)]
    return grown(estate, sites=[site], vpns=vpns)


@breaks
def duplicate_static_connection(estate: Estate) -> Estate:
    site = extra_site(
        advertises=[], customer_gateways=[extra_gateway(), extra_gateway("other", ip_address="198.51.100.2")]
    )
    vpns = [
        extra_vpn(routing=Routing.STATIC),
        extra_vpn("other", customer_gateway="other", number=501, routing=Routing.STATIC),
    ]
    return grown(estate, sites=[site], vpns=vpns)


@breaks
def static_connection_without_routes(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(networks={}, advertises=[])], vpns=[extra_vpn(routing=Routing.STATIC)])


@breaks
def ecmp_asn_mismatch(estate: Estate) -> Estate:
    other = extra_gateway("other", ip_address="198.51.100.2", bgp_asn=65_501)
    vpns = [extra_vpn(), extra_vpn("other", customer_gateway="other", number=501)]
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(), other])], vpns=vpns)
