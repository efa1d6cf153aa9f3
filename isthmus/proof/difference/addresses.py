"""The addresses behind names: of site networks, VPCs and customer gateways."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.from_terraform.values import name_of
from isthmus.network.model import Unknown, Vpc
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.objects import Object, ObjectKind, Setting
from isthmus.proof.difference.uncounted import uncounted
from isthmus.proof.pairs.inferred_sites import unique
from isthmus.proof.pairs.locations import INTERNET

ADDRESSES, IPV6 = "addresses", "IPv6 addresses"
_KINDS = (ObjectKind.VPC, ObjectKind.CUSTOMER_GATEWAY)


def address_objects(network: Analysis) -> Iterator[Object]:
    """Every named thing with addresses: site networks, VPCs, customer gateways."""
    for location in network.pairs.locations.networks:
        if not location.is_rest and not location.is_site:
            settings = {ADDRESSES: Setting.of(location.cidrs)}
            yield Object(ObjectKind.SITE_NETWORK, location.name, settings, site=location.site)
    names = vpc_names(network)
    for vpc in network.network.vpcs.values():
        yield Object(ObjectKind.VPC, names[vpc.address], _of_vpc(vpc), vpc.address)
    yield from _customer_gateways(network)
    yield from uncounted(network.graph, _KINDS)


def vpc_names(network: Analysis) -> dict[str, str]:
    """The name of each VPC: that of its spoke, else its `Name` tag, else its address."""
    spokes = {location.vpc: location.name for location in network.pairs.locations.spokes}
    others = {vpc.address: vpc.name for vpc in network.network.vpcs.values() if vpc.address not in spokes}
    return {**unique(others, [INTERNET, *spokes.values()]), **spokes}


def _of_vpc(vpc: Vpc) -> dict[str, Setting]:
    """The CIDRs of a VPC, its account and its Region.

    AWS keeps an assigned IPv6 block as long as the VPC exists. The same holds for an account and a Region that an input
    does not state.
    """
    others = [cidr for cidr in vpc.cidrs if cidr != vpc.stand_in]
    six = [cidr for cidr in others if not isinstance(cidr, Unknown) and cidr.version == 6]
    return {
        ADDRESSES: Setting.of(*(cidr for cidr in others if cidr not in six)),
        IPV6: Setting.of(*six, assigned=vpc.assigned),
        "account": Setting.of(vpc.account, assigned=int(vpc.account is None)),
        "Region": Setting.of(vpc.region, assigned=int(vpc.region is None)),
    }


def _customer_gateways(network: Analysis) -> Iterator[Object]:
    gateways = network.network.customer_gateways
    names = customer_gateway_names(network)
    sites = network.pairs.engine.sites.by_connection
    for gateway in gateways.values():
        users = [vpn.address for vpn in network.network.vpns.values() if vpn.customer_gateway == gateway.address]
        resource = network.graph.resources.get(gateway.address)
        settings = {
            "outside address": Setting.of(gateway.ip),
            "ASN": Setting.of(gateway.asn),
            "device": Setting.of(gateway.device),
            "certificate": Setting.of(resource.get("certificate_arn") if resource is not None else None),
        }
        site = next((sites[vpn].name for vpn in users), "") if network.estate is not None else ""
        yield Object(ObjectKind.CUSTOMER_GATEWAY, names[gateway.address], settings, gateway.address, site)


def customer_gateway_names(network: Analysis) -> dict[str, str]:
    """The name of each customer gateway: its `Name` tag, else its address."""
    resources = network.graph.resources
    named = {a: name_of(resources[a]) if a in resources else "" for a in network.network.customer_gateways}
    return unique(named, ())
