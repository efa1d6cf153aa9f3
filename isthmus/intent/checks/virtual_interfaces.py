"""Transit virtual interfaces of Direct Connect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Interface

from isthmus.intent.checks.lenient import direct_links
from isthmus.intent.checks.plain_text import not_plain
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.direct_connect import MacSec, TransitVirtualInterface
from isthmus.intent.estate import Estate

_CREATE = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/create-transit-vif-for-gateway.html"
_API = "https://docs.aws.amazon.com/directconnect/latest/APIReference/API_NewTransitVirtualInterface.html"
_MACSEC = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/MACsec.html"
_CONNECTIONS = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/dedicated_connection.html"
MTUS = (1500, 8500)
PORT_SPEEDS = ("1Gbps", "10Gbps", "100Gbps", "400Gbps")
# The provider takes ASNs as 32-bit integers: `bgp_asn` of
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dx_transit_virtual_interface
_LARGEST_ASN = 2_147_483_646
_IDS = {"connection": re.compile(r"dx(con|lag)-[a-z0-9]+"), "hosted": re.compile(r"dxvif-[a-z0-9]+")}


def interfaces(estate: Estate) -> Iterator[TransitVirtualInterface]:
    """Every virtual interface."""
    return (interface for gateway in estate.direct_connect for interface in gateway.virtual_interfaces)


@rule("Terraform creates a virtual interface on your connection, or accepts one that a partner created", _CREATE)
def virtual_interface_source(estate: Estate) -> Iterator[Fault]:
    """A virtual interface has neither `connection` nor `hosted`, or both, or an ID of another kind."""
    for interface in interfaces(estate):
        ids = {"connection": interface.connection, "hosted": interface.hosted}
        given = {name: text for name, text in ids.items() if text is not None}
        if len(given) != 1:
            what = "both connection and hosted" if given else "neither connection nor hosted"
            yield Fault(interface, f"it has {what}", 'connection="dxcon-..." or hosted="dxvif-..."')
            continue
        ((name, text),) = given.items()
        if not _IDS[name].fullmatch(text):
            right = "dxcon-... or dxlag-..." if name == "connection" else "dxvif-..."
            yield Fault(interface, f'{name} is "{text}"', f"the ID that AWS shows: {right}")


@rule("a VLAN ID of IEEE 802.1Q is 1 to 4094", _CREATE)
def invalid_vlan(estate: Estate) -> Iterator[Fault]:
    """A virtual interface's VLAN is out of range."""
    for interface in interfaces(estate):
        if not 1 <= interface.vlan <= 4094:
            yield Fault(interface, f"vlan is {interface.vlan}", "1 to 4094")


@rule("a VLAN is used once on a connection", _CREATE)
def duplicate_vlan(estate: Estate) -> Iterator[Fault]:
    """Two virtual interfaces on one connection have the same VLAN."""
    first: dict[tuple[str, int], TransitVirtualInterface] = {}
    for interface in interfaces(estate):
        if interface.connection is None:
            continue
        other = first.setdefault((interface.connection, interface.vlan), interface)
        if other is not interface:
            given = f"VLAN {interface.vlan} on {interface.connection} is also that of {subject(other)}"
            yield Fault(interface, given, "another VLAN")


@rule("a transit virtual interface has an MTU of 1500 or 8500", _API)
def invalid_mtu(estate: Estate) -> Iterator[Fault]:
    """A virtual interface's MTU is not 1500 or 8500."""
    for interface in interfaces(estate):
        if interface.mtu not in MTUS:
            yield Fault(interface, f"mtu is {interface.mtu}", "8500, or 1500 without jumbo frames")


@rule("the two ends of a BGP session have different addresses of one IPv4 network", _CREATE)
def invalid_peer_addresses(estate: Estate) -> Iterator[Fault]:
    """The two addresses of a virtual interface are not two hosts of one network."""
    for interface in interfaces(estate):
        ends = {"amazon_address": interface.amazon_address, "customer_address": interface.customer_address}
        wrong = {name: text for name, text in ends.items() if _address(text) is None}
        for name, text in wrong.items():
            yield Fault(interface, f'{name} is "{text}"', 'an address with its prefix length: "169.254.100.1/30"')
        aws, device = _address(interface.amazon_address), _address(interface.customer_address)
        if aws is not None and device is not None and (aws.network != device.network or aws.ip == device.ip):
            given = f"amazon_address is {aws} and customer_address is {device}"
            yield Fault(interface, given, "two hosts of one network: 169.254.100.1/30 and 169.254.100.2/30")


@rule("an address belongs to one interface of the router", _CREATE)
def duplicate_peer_address(estate: Estate) -> Iterator[Fault]:
    """The addresses of two virtual interfaces are in overlapping networks."""
    seen: list[tuple[IPv4Interface, TransitVirtualInterface]] = []
    for interface in interfaces(estate):
        own = _address(interface.customer_address)
        if own is None:
            continue
        other = next((one for found, one in seen if found.network.overlaps(own.network)), None)
        if other is not None:
            given = f"customer_address {own} is in the network of {subject(other)}"
            yield Fault(interface, given, "addresses of a network of its own")
        seen.append((own, interface))


@rule("the location is a failure scenario of the proof, and is in the hand-over sheet", _CONNECTIONS)
def invalid_location(estate: Estate) -> Iterator[Fault]:
    """A virtual interface's location is empty or not plain text, or its port speed is not one of AWS."""
    for interface in interfaces(estate):
        if not interface.location.strip() or not_plain(interface.location):
            yield Fault(interface, f'location is "{interface.location}"', 'the code of its location: "EqDC2"')
        if interface.port_speed is not None and interface.port_speed not in PORT_SPEEDS:
            given = f'port_speed is "{interface.port_speed}"'
            yield Fault(interface, given, f"{', '.join(PORT_SPEEDS)}; or none for another capacity")


@rule("MACsec is for dedicated connections of 10, 100 and 400 Gbps", _MACSEC)
def macsec_not_available(estate: Estate) -> Iterator[Fault]:
    """A virtual interface states MACsec, and is hosted or on a connection of 1 Gbps."""
    for interface in interfaces(estate):
        if interface.macsec is MacSec.NONE:
            continue
        if interface.hosted is not None or interface.port_speed == "1Gbps":
            what = "hosted" if interface.hosted is not None else "on a connection of 1Gbps"
            yield Fault(interface, f"macsec is {interface.macsec.name}, and it is {what}", "no macsec")


@rule("the AWS provider takes ASNs of up to 2,147,483,646 for a virtual interface", _API)
def virtual_interface_asn_too_large(estate: Estate) -> Iterator[Fault]:
    """The device of a virtual interface that Terraform creates has a larger ASN than the provider takes."""
    for link in direct_links(estate):
        if link.interface.hosted is None and link.device.bgp_asn > _LARGEST_ASN:
            given = f"the ASN of its device {link.device.name} is {link.device.bgp_asn}"
            yield Fault(link.interface, given, "a hosted virtual interface, or another ASN at the device")


def _address(text: str) -> IPv4Interface | None:
    """An address with its prefix length; None if the text is none, or is no host of a network of two or more hosts."""
    try:
        found = IPv4Interface(text) if "/" in text else None
    except ValueError:
        return None
    if found is None or found.network.prefixlen == 32:
        return None
    ends = (found.network.network_address, found.network.broadcast_address)
    return None if found.network.prefixlen < 31 and found.ip in ends else found
