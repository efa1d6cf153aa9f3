"""Direct Connect gateways and virtual interfaces."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.intent import DirectConnectGateway, Estate, MacSec, Routing, Site, TransitVirtualInterface
from isthmus.testing.broken.parts import (
    breaks,
    extra_environment,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_spoke,
    extra_vpn,
    grown,
    with_hub,
)


def _interface(name: str = "extra", **given: Any) -> TransitVirtualInterface:
    usual = {
        "customer_gateway": "extra",
        "location": "EqDC2",
        "connection": "dxcon-extra",
        "vlan": 100,
        "amazon_address": "169.254.200.1/30",
        "customer_address": "169.254.200.2/30",
    }
    return TransitVirtualInterface(name, **{**usual, **given})


def _gateway(estate: Estate, name: str = "extra-direct", **given: Any) -> DirectConnectGateway:
    taken = {estate.hub.asn, 65_500}
    asn = next(asn for asn in range(64_512, 65_534) if asn not in taken)
    return DirectConnectGateway(name, **{"asn": asn, "segment": "extra", "virtual_interfaces": [_interface()], **given})


def _connected(estate: Estate, *gateways: DirectConnectGateway, **given: Any) -> Estate:
    """The estate with a site `extra`, and these Direct Connect gateways."""
    return with_hub(grown(estate, **{"sites": [extra_site()], **given}), direct_connect=gateways)


def _with_interface(estate: Estate, **given: Any) -> Estate:
    return _connected(estate, _gateway(estate, virtual_interfaces=[_interface(**given)]))


def _with_two(estate: Estate, **given: Any) -> Estate:
    """The estate with two virtual interfaces, and these values at the second."""
    second = _interface(
        "other",
        **{
            "vlan": 101,
            "amazon_address": "169.254.200.5/30",
            "customer_address": "169.254.200.6/30",
            **given,
        },
    )
    return _connected(estate, _gateway(estate, virtual_interfaces=[_interface(), second]))


def _other_site(**given: Any) -> Site:
    usual = {
        "networks": {"lan": "172.29.0.0/16"},
        "advertises": ["172.29.0.0/16"],
        "customer_gateways": [extra_gateway("other", ip_address="198.51.100.2", bgp_asn=65_501)],
    }
    return extra_site("other", **{**usual, **given})


@breaks
def direct_connect_outside_hub_environment(estate: Estate) -> Estate:
    larger = grown(estate, sites=[extra_site()])
    return replace(larger, environments=[*larger.environments, extra_environment(direct_connect=[_gateway(estate)])])


@breaks
def virtual_interface_missing(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate, virtual_interfaces=[]))


@breaks
def direct_connect_to_two_sites(estate: Estate) -> Estate:
    far = _interface(
        "other",
        customer_gateway="other",
        vlan=101,
        amazon_address="169.254.200.5/30",
        customer_address="169.254.200.6/30",
    )
    gateway = _gateway(estate, virtual_interfaces=[_interface(), far])
    return _connected(estate, gateway, sites=[extra_site(), _other_site()])


@breaks
def invalid_direct_connect_asn(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate, asn=estate.hub.asn))


@breaks
def allowed_prefix_outside_blocks(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate, allowed_prefixes=["192.168.250.0/24"]))


def _with_spoke(estate: Estate, gateway: DirectConnectGateway, **given: Any) -> Estate:
    """The estate with a spoke that site `extra` reaches over this gateway."""
    return _connected(estate, gateway, spokes=[extra_spoke()], **given)


@breaks
def spoke_not_in_allowed_prefixes(estate: Estate) -> Estate:
    return _with_spoke(estate, _gateway(estate, allowed_prefixes=["10.250.128.0/20"]))


@breaks
def too_many_allowed_prefixes(estate: Estate) -> Estate:
    many = [f"10.250.{number}.0/24" for number in range(201)]
    return _with_spoke(estate, _gateway(estate, allowed_prefixes=[*many, "10.250.0.0/20"]))


@breaks
def too_many_prefixes_over_direct_connect(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate, advertises=[f"172.30.{number}.0/24" for number in range(101)]))


@breaks
def longer_prefix_over_vpn(estate: Estate) -> Estate:
    return _with_spoke(estate, _gateway(estate, allowed_prefixes=["10.250.0.0/16"]), vpns=[extra_vpn()])


@breaks
def static_vpn_with_direct_connect(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate), vpns=[extra_vpn(routing=Routing.STATIC)])


@breaks
def backup_in_other_segment(estate: Estate) -> Estate:
    segments = [extra_segment(), extra_segment("other")]
    return _connected(estate, _gateway(estate), segments=segments, vpns=[extra_vpn(segment="other")])


@breaks
def transit_between_direct_connects(estate: Estate) -> Estate:
    far = _interface(
        "other",
        customer_gateway="other",
        vlan=101,
        amazon_address="169.254.200.5/30",
        customer_address="169.254.200.6/30",
    )
    gateways = [_gateway(estate), _gateway(estate, "other-direct", virtual_interfaces=[far])]
    return _connected(estate, *gateways, sites=[extra_site(), _other_site(transit_with=["extra"])])


@breaks
def virtual_interface_source(estate: Estate) -> Estate:
    return _with_interface(estate, connection=None)


@breaks
def invalid_vlan(estate: Estate) -> Estate:
    return _with_interface(estate, vlan=4095)


@breaks
def duplicate_vlan(estate: Estate) -> Estate:
    return _with_two(estate, vlan=100)


@breaks
def invalid_mtu(estate: Estate) -> Estate:
    return _with_interface(estate, mtu=9001)


@breaks
def invalid_peer_addresses(estate: Estate) -> Estate:
    return _with_interface(estate, customer_address="169.254.200.6/30")


@breaks
def duplicate_peer_address(estate: Estate) -> Estate:
    return _with_two(estate, amazon_address="169.254.200.1/30", customer_address="169.254.200.2/30")


@breaks
def invalid_location(estate: Estate) -> Estate:
    return _with_interface(estate, port_speed="3Gbps")


@breaks
def macsec_not_available(estate: Estate) -> Estate:
    return _with_interface(estate, macsec=MacSec.MUST, port_speed="1Gbps")


@breaks
def virtual_interface_asn_too_large(estate: Estate) -> Estate:
    site = extra_site(customer_gateways=[extra_gateway(bgp_asn=4_200_000_001)])
    return _connected(estate, _gateway(estate), sites=[site])
