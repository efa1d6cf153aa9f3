"""VPN connections over Direct Connect, between private addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from isthmus.aws.accepted_values import private_outside_address
from isthmus.intent.checks.lenient import Link, direct_links, links, networks
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.direct_connect import DirectConnectGateway
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of

_PRIVATE = "https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html"
_STEPS = "https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx-steps.html"
_ORDER = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"


def _private(estate: Estate) -> list[tuple[Link, DirectConnectGateway]]:
    """The VPN connections over Direct Connect whose references are declared, each with its Direct Connect gateway."""
    gateways = {gateway.name: gateway for gateway in estate.direct_connect}
    return [(link, gateways[str(link.connection.over)]) for link in links(estate) if link.connection.over in gateways]


def _carriers(estate: Estate) -> Iterator[DirectConnectGateway]:
    """The Direct Connect gateways that carry tunnels."""
    return (gateway for gateway in estate.direct_connect if estate.private_vpns(gateway))


@rule("AWS takes the outside addresses of the tunnels from the CIDR blocks of the transit gateway", _PRIVATE)
def private_vpn_without_hub_cidr(estate: Estate) -> Iterator[Fault]:
    """A VPN connection runs over Direct Connect, and the hub has no CIDR block."""
    hub = next((environment.hub for environment in estate.environments if environment.hub is not None), None)
    if hub is None or (hub.cidr_blocks and hub.existing is None):
        return
    for connection in estate.vpn_connections:
        if connection.over is not None and hub.existing is not None:
            given = (
                f'it is over "{connection.over}", and the hub exists already: Terraform does not know its CIDR blocks'
            )
            yield Fault(connection, given, "a hub that Terraform creates, with cidr_blocks; or no over")
        elif connection.over is not None:
            given = f'it is over "{connection.over}", and {subject(hub)} has no cidr_blocks'
            yield Fault(connection, given, 'cidr_blocks=["<a free /24>"] of the hub, outside every other range')


@rule("AWS connects to a private address of the device, and the site routes to the transit gateway's blocks", _PRIVATE)
def invalid_private_vpn_address(estate: Estate) -> Iterator[Fault]:
    """The device of a VPN connection over Direct Connect has no address of its own of RFC 1918 or RFC 6598."""
    hubs = [environment.hub for environment in estate.environments if environment.hub is not None]
    taken = networks((*estate.blocks, *(text for hub in hubs for text in hub.cidr_blocks)))
    seen: set[str] = set()
    for link, _ in _private(estate):
        if link.gateway.name in seen:
            continue
        seen.add(link.gateway.name)
        address, remedy = link.gateway.ip_address, 'a private address of the device, such as ip_address="172.21.255.1"'
        if address is None:
            yield Fault(
                link.gateway, f"{subject(link.connection)} is over Direct Connect, and it has no address", remedy
            )
        elif not private_outside_address(address):
            given = f'ip_address is "{address}", and {subject(link.connection)} is over Direct Connect'
            yield Fault(link.gateway, given, remedy)
        elif around := _around(address, taken):
            yield Fault(link.gateway, f"ip_address {address} is in {around}, which AWS has", remedy)


def _around(address: str, taken: list[IPv4Network]) -> IPv4Network | None:
    return next((cidr for cidr in taken if IPv4Address(address) in cidr), None)


@rule("the tunnels of a site run over its own virtual interfaces", _PRIVATE)
def private_vpn_to_other_site(estate: Estate) -> Iterator[Fault]:
    """A VPN connection runs over the Direct Connect gateway of another site."""
    site_of = {link.gateway.name: link.site.name for link in direct_links(estate)}
    for link, gateway in _private(estate):
        other = site_of.get(gateway.name, link.site.name)
        if other != link.site.name:
            given = f'it leads to site "{link.site.name}", and "{gateway.name}" to site "{other}"'
            yield Fault(link.connection, given, f'a Direct Connect gateway of site "{link.site.name}"')


@rule("each device advertises its own address over the virtual interfaces that end at it", _PRIVATE)
def private_vpn_at_other_device(estate: Estate) -> Iterator[Fault]:
    """A VPN connection over Direct Connect ends at a device without a virtual interface, or the reverse."""
    direct = direct_links(estate)
    sites = {link.gateway.name: link.site.name for link in direct}
    ends = {(link.gateway.name, link.device.name) for link in direct}
    tunnels = {(gateway.name, link.gateway.name) for link, gateway in _private(estate)}
    for link, gateway in _private(estate):
        if sites.get(gateway.name) == link.site.name and (gateway.name, link.gateway.name) not in ends:
            given = f'no virtual interface of "{gateway.name}" ends at its device "{link.gateway.name}"'
            devices = " or ".join(sorted(device for name, device in ends if name == gateway.name))
            yield Fault(
                link.connection, given, f"{devices} as its customer_gateway, or a virtual interface at the device"
            )
    carriers = {name for name, _ in tunnels}
    for one in direct:
        if one.gateway.name in carriers and (one.gateway.name, one.device.name) not in tunnels:
            given = f'"{one.gateway.name}" carries tunnels only, and none ends at device "{one.device.name}"'
            yield Fault(one.interface, given, f'a VPN connection over "{one.gateway.name}" to this device')


@rule("AWS has no acceleration for VPN connections over Direct Connect", _STEPS)
def accelerated_private_vpn(estate: Estate) -> Iterator[Fault]:
    """A VPN connection over Direct Connect is accelerated."""
    for connection in estate.vpn_connections:
        if connection.acceleration and connection.over is not None:
            yield Fault(connection, f'it has acceleration, and it is over "{connection.over}"', "no acceleration")


@rule("the prefixes of tunnels are the blocks of the transit gateway, and the addresses of the devices", _PRIVATE)
def prefixes_of_private_vpn(estate: Estate) -> Iterator[Fault]:
    """A Direct Connect gateway that carries tunnels has prefixes of its own."""
    for gateway in _carriers(estate):
        written = {"allowed_prefixes": gateway.allowed_prefixes, "advertises": gateway.advertises}
        for field in (name for name, value in written.items() if value is not None):
            carried = ", ".join(one.name for one in estate.private_vpns(gateway))
            yield Fault(gateway, f"it has {field}, and it carries the tunnels of {carried}", f"no {field}")


@rule("AWS prefers Direct Connect to a VPN connection over it, and that to one over the internet", _ORDER)
def mixed_private_vpn(estate: Estate) -> Iterator[Fault]:
    """A site with a VPN connection over Direct Connect also has another kind of connection."""
    sites = {link.site.name for link, _ in _private(estate)}
    for link in links(estate):
        if link.site.name in sites and link.connection.over is None:
            given = (
                f'it is over the internet, and another VPN connection of site "{link.site.name}" over Direct Connect'
            )
            yield Fault(link.connection, given, "over=... for all VPN connections of the site, or for none")
    carriers = {str(name_of(gateway)) for gateway in _carriers(estate)}
    reported: set[str] = set()
    for one in direct_links(estate):
        name = one.gateway.name
        if one.site.name in sites and name not in carriers and name not in reported:
            reported.add(name)
            given = (
                f'it carries packets without encryption, and site "{one.site.name}" encrypts those of another gateway'
            )
            yield Fault(one.gateway, given, f'a VPN connection with over="{name}" to each of its devices')
