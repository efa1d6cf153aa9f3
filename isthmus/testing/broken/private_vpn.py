"""VPN connections over Direct Connect."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isthmus.intent import DirectConnectGateway, Estate, Hub, Site, TransitVirtualInterface, VpnConnection
from isthmus.testing.broken.parts import breaks, extra_gateway, extra_site, extra_vpn, grown, with_hub

_DEVICE = "172.30.255.1"
_BLOCK = "198.18.251.0/24"
_BOTH = (extra_gateway(ip_address=_DEVICE), extra_gateway("other", ip_address="172.30.255.2"))


def _interface(name: str = "extra", number: int = 0, **given: Any) -> TransitVirtualInterface:
    usual = {
        "customer_gateway": "extra",
        "location": "EqDC2",
        "connection": "dxcon-extra",
        "vlan": 100 + number,
        "amazon_address": f"169.254.200.{4 * number + 1}/30",
        "customer_address": f"169.254.200.{4 * number + 2}/30",
    }
    return TransitVirtualInterface(name, **{**usual, **given})


def _gateway(estate: Estate, name: str = "extra-direct", **given: Any) -> DirectConnectGateway:
    asn = next(asn for asn in range(64_512, 65_534) if asn not in (estate.hub.asn, 65_500))
    return DirectConnectGateway(name, **{"asn": asn, "segment": "extra", "virtual_interfaces": [_interface()], **given})


def _private(name: str = "extra", **given: Any) -> VpnConnection:
    return extra_vpn(name, **{"over": "extra-direct", **given})


def _site(**given: Any) -> Site:
    return extra_site(**{"customer_gateways": [extra_gateway(ip_address=_DEVICE)], **given})


def _connected(
    estate: Estate,
    *gateways: DirectConnectGateway,
    vpns: Sequence[VpnConnection] = (_private(),),
    sites: Sequence[Site] = (_site(),),
) -> Estate:
    """The estate with a site `extra`, and VPN connections over these Direct Connect gateways."""
    larger = grown(estate, sites=sites, vpns=vpns)
    hub = replace(estate.hub, existing=None, cidr_blocks=[_BLOCK])
    added = gateways or [_gateway(estate)]
    return with_hub(larger, hub=hub, direct_connect=[*estate.hub_environment.direct_connect, *added])


@breaks
def private_vpn_without_hub_cidr(estate: Estate) -> Estate:
    return with_hub(_connected(estate), hub=Hub(estate.hub.name, asn=estate.hub.asn, share_with=estate.hub.share_with))


@breaks
def invalid_private_vpn_address(estate: Estate) -> Estate:
    return _connected(estate, sites=[extra_site()])


@breaks
def private_vpn_to_other_site(estate: Estate) -> Estate:
    other = extra_site(
        "other",
        networks={"lan": "172.29.0.0/16"},
        advertises=["172.29.0.0/16"],
        customer_gateways=[extra_gateway("other", ip_address="172.29.255.1", bgp_asn=65_501)],
    )
    far = _private("other", customer_gateway="other", number=499)
    return _connected(estate, vpns=[_private(), far], sites=[_site(), other])


@breaks
def private_vpn_at_other_device(estate: Estate) -> Estate:
    far = _private("other", customer_gateway="other", number=499)
    return _connected(estate, vpns=[_private(), far], sites=[_site(customer_gateways=_BOTH)])


@breaks
def accelerated_private_vpn(estate: Estate) -> Estate:
    return _connected(estate, vpns=[_private(acceleration=True)])


@breaks
def prefixes_of_private_vpn(estate: Estate) -> Estate:
    return _connected(estate, _gateway(estate, allowed_prefixes=[_BLOCK]))


@breaks
def mixed_private_vpn(estate: Estate) -> Estate:
    plain = _gateway(estate, "other-direct", virtual_interfaces=[_interface("other", 1)])
    return _connected(estate, _gateway(estate), plain)
