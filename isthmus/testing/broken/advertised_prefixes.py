"""What sites advertise."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate, Routing
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_vpn,
    grown,
    quiet,
    without_summaries,
)
from isthmus.testing.strategies import DEFAULT


@breaks
def advertised_prefix_without_bgp(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site()], vpns=[extra_vpn(routing=Routing.STATIC)])


@breaks
def network_not_advertised(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(advertises=["172.30.0.0/17"])], vpns=[extra_vpn()])


@breaks
def transit_with_default_route(estate: Estate) -> Estate:
    here = extra_site(advertises=[LAN, DEFAULT], transit_with=["other"])
    there = extra_site("other", networks={"lan": "172.31.0.0/16"}, advertises=["172.31.0.0/16"])
    there = replace(there, customer_gateways=[extra_gateway("other", ip_address="198.51.100.2", bgp_asn=65_501)])
    vpns = [extra_vpn(), extra_vpn("other", customer_gateway="other", number=501)]
    return grown(quiet(estate), sites=[here, there], vpns=vpns)


@breaks
def advertised_prefix_in_block(estate: Estate) -> Estate:
    return grown(without_summaries(estate), sites=[extra_site(advertises=[LAN, "10.250.0.0/16"])], vpns=[extra_vpn()])


@breaks
def advertised_prefix_in_denied_network(estate: Estate) -> Estate:
    halves = ["172.30.0.0/16", "172.30.0.0/17"]
    return grown(
        estate, segments=[extra_segment(site_networks=[])], sites=[extra_site(advertises=halves)], vpns=[extra_vpn()]
    )


@breaks
def advertised_prefix_overlap(estate: Estate) -> Estate:
    other = extra_site("other", networks={"lan": "172.31.0.0/16"}, advertises=["172.31.0.0/16", "172.30.0.0/15"])
    other = replace(other, customer_gateways=[extra_gateway("other", ip_address="198.51.100.2")])
    vpns = [extra_vpn(), extra_vpn("other", customer_gateway="other", number=501)]
    return grown(estate, sites=[extra_site(), other], vpns=vpns)


@breaks
def too_many_advertised_prefixes(estate: Estate) -> Estate:
    many = [f"192.0.{high}.{low}/32" for high in range(4) for low in range(256)]
    return grown(estate, sites=[extra_site(advertises=[LAN, *many])], vpns=[extra_vpn()])


@breaks
def duplicate_advertised_prefix(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(advertises=[LAN, LAN])], vpns=[extra_vpn()])
