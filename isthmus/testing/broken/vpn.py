"""Customer gateways, VPN connections and tunnels."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from hypothesis import assume

from isthmus.aws.regions import REGIONS
from isthmus.intent import Estate, Tunnel
from isthmus.testing.broken.parts import (
    breaks,
    extra_gateway,
    extra_site,
    extra_vpn,
    grown,
    in_china,
    with_tunnel,
)


@breaks
def invalid_customer_gateway_asn(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(bgp_asn=7224)])])


@breaks
def equal_bgp_asns(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(bgp_asn=estate.hub.asn)])])


@breaks
def equal_transit_asns(estate: Estate) -> Estate:
    other = extra_site(
        "other",
        networks={"lan": "172.29.0.0/16"},
        advertises=["172.29.0.0/16"],
        customer_gateways=[extra_gateway("other", ip_address="198.51.100.2")],
        transit_with=["extra"],
    )
    second = extra_vpn("other", customer_gateway="other", number=501)
    return grown(estate, sites=[extra_site(), other], vpns=[extra_vpn(), second])


@breaks
def invalid_customer_gateway_address(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(ip_address="10.1.1.1")])])


@breaks
def duplicate_customer_gateway_address(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(), extra_gateway("other")])])


@breaks
def unidentified_customer_gateway(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(ip_address=None)])])


@breaks
def invalid_certificate_arn(estate: Estate) -> Estate:
    return grown(
        estate, sites=[extra_site(customer_gateways=[extra_gateway(certificate_arn=_certificate(estate, "7" * 12))])]
    )


@breaks
def tunnel_start_without_address(estate: Estate) -> Estate:
    arn = _certificate(estate, estate.account(estate.hub_environment.account).id)
    site = extra_site(customer_gateways=[extra_gateway(ip_address=None, certificate_arn=arn)])
    return grown(estate, sites=[site], vpns=[extra_vpn(tunnels=(Tunnel(startup_action="add"), Tunnel()))])


def _certificate(estate: Estate, account: str) -> str:
    partition = estate.partition
    return f"arn:{partition}:acm:{estate.region}:{account}:certificate/extra"


@breaks
def accelerated_large_tunnels(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition == "aws")
    return grown(estate, sites=[extra_site()], vpns=[extra_vpn(large_tunnels=True, acceleration=True)])


@breaks
def acceleration_not_available(estate: Estate) -> Estate:
    return grown(in_china(estate), sites=[extra_site()], vpns=[extra_vpn(acceleration=True)])


@breaks
def invalid_device_name(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(device="")])])


@breaks
def unknown_platform(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(customer_gateways=[extra_gateway(platform="strongswan")])])


@breaks
def unsupported_by_platform(estate: Estate) -> Estate:
    site = extra_site(customer_gateways=[extra_gateway(platform="juniper-junos")])
    tunnel = Tunnel(phase1_integrity_algorithms=["SHA2-512"])
    return grown(estate, sites=[site], vpns=[extra_vpn(tunnels=(tunnel, Tunnel()))])


@breaks
def invalid_vpn_number(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site()], vpns=[extra_vpn(number=0)])


@breaks
def duplicate_vpn_number(estate: Estate) -> Estate:
    site = extra_site(customer_gateways=[extra_gateway(), extra_gateway("other", ip_address="198.51.100.2")])
    return grown(estate, sites=[site], vpns=[extra_vpn(), extra_vpn("other", customer_gateway="other")])


@breaks
def invalid_inside_cidr(estate: Estate) -> Estate:
    return with_tunnel(estate, inside_cidr="169.254.250.0/29")


@breaks
def reserved_inside_cidr(estate: Estate) -> Estate:
    return with_tunnel(estate, inside_cidr="169.254.169.252/30")


@breaks
def duplicate_inside_cidr(estate: Estate) -> Estate:
    pinned = (Tunnel(inside_cidr="169.254.250.0/30"), Tunnel(inside_cidr="169.254.250.0/30"))
    return grown(estate, sites=[extra_site()], vpns=[extra_vpn(tunnels=pinned)])


@breaks
def invalid_tunnel_option(estate: Estate) -> Estate:
    return with_tunnel(estate, dpd_timeout=0)


@breaks
def conflicting_tunnel_lifetimes(estate: Estate) -> Estate:
    return with_tunnel(estate, phase2_lifetime=1_000, rekey_margin_time=501)


@breaks
def invalid_tunnel_algorithm(estate: Estate) -> Estate:
    return with_tunnel(estate, phase2_encryption_algorithms=["AES512"])


@breaks
def invalid_algorithms_reason(estate: Estate) -> Estate:
    return with_tunnel(estate, weaker_algorithms_reason="the device is old")


@breaks
def weak_algorithm(estate: Estate) -> Estate:
    return with_tunnel(estate, phase1_dh_group_numbers=[21, 24])
