"""The hand-over sheet of a Direct Connect gateway as Markdown: its virtual interfaces, and their BGP sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from isthmus.devices import DeviceVirtualInterface
from isthmus.devices.virtual_interfaces import virtual_interfaces
from isthmus.intent import DirectConnectGateway, MacSec
from isthmus.intent.allowed_prefixes import has_backup
from isthmus.intent.model import name_of
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.output.folder import Output
from isthmus.report import headings
from isthmus.report.markdown import code, escape, table
from isthmus.report.routable_sheet import routable_lines
from isthmus.report.translation_sheet import translation_lines

_AWS_PREFERS_THEM = "AWS would prefer them over Direct Connect"
_MACSEC = {
    MacSec.NONE: "none",
    MacSec.SHOULD: "the connection carries packets without encryption if MACsec fails",
    MacSec.MUST: "the connection is down if MACsec fails",
}


def direct_connect_sheet(
    output: Output, gateway: DirectConnectGateway, advertised: Mapping[str, AdvertisedPrefixes]
) -> str | None:
    """The sheet of a gateway; None if the output holds none of its virtual interfaces. Raises `CannotAnswer`."""
    names = {str(name_of(interface.customer_gateway)) for interface in gateway.virtual_interfaces}
    found: list[tuple[str, DeviceVirtualInterface]] = []
    for name in sorted(names):
        _, device = output.estate.customer_gateway(name)
        ours = virtual_interfaces(output, device, advertised)
        wanted = {interface.name for interface in gateway.virtual_interfaces}
        found += [(name, interface) for interface in ours if interface.name in wanted]
    return "\n".join(_lines(output, gateway, found)) + "\n" if found else None


def _lines(
    output: Output, gateway: DirectConnectGateway, found: Sequence[tuple[str, DeviceVirtualInterface]]
) -> Iterator[str]:
    estate = output.estate
    site = estate.site_of(gateway)
    interfaces = [interface for _, interface in found]
    yield f"# Direct Connect gateway {gateway.name}: estate {estate.name}, site {site.name}"
    yield ""
    yield "## Virtual interfaces"
    yield ""
    head = ("Virtual interface", "Location", "Device", "VLAN", "AWS address", "Device address", "AWS ASN", "MTU")
    rows = [
        (
            *(interface.name, interface.location, device, str(interface.vlan), str(interface.aws_address)),
            *(str(interface.address), str(interface.aws_asn), str(interface.mtu)),
        )
        for device, interface in found
    ]
    yield table(head, [tuple(map(escape, row)) for row in rows])
    yield ""
    yield "Each virtual interface has one BGP session, between its two addresses. Set the MTU on the port and on the"
    yield "VLAN."
    if any(interface.bfd for interface in interfaces):
        yield "Use BFD with an interval of 300 ms and a multiplier of 3. AWS starts it when the device does."
    yield ""
    yield "## Routes"
    yield ""
    carried = estate.private_vpns(gateway)
    if carried:
        names = ", ".join(one.name for one in carried)
        yield f"The virtual interfaces carry the tunnels of {names}, and no other packets."
        yield "Each device advertises to AWS exactly its own address, at which its tunnels end:"
        yield ""
        yield from (f"- {escape(device)}: {_codes(map(str, interface.advertises))}" for device, interface in found)
    else:
        yield f"Advertise to AWS exactly: {_codes(map(str, interfaces[0].advertises))}."
        yield f"Do not advertise more specific prefixes over a VPN connection: {_AWS_PREFERS_THEM}."
    yield ""
    yield f"{headings.ADVERTISED}: {_codes(map(str, interfaces[0].accepts))}."
    if carried:
        yield "The outside addresses of AWS are in these prefixes. Drop all packets but those of the tunnels, of BGP"
        yield "and of BFD."
    elif has_backup(estate, site):
        yield "AWS advertises the same prefixes over the VPN connections of the site, which are the backup. Give the"
        yield "routes over Direct Connect a higher local preference."
    yield ""
    yield from translation_lines(site)
    yield from routable_lines(estate, site)
    yield "## BGP keys"
    yield ""
    yield "AWS generates the key of each BGP session. These commands print them, with a role in the hub's account:"
    yield ""
    for interface in interfaces:
        yield f"    {interface.key_command}"
    yield ""
    yield from _macsec(gateway, encrypted_above=bool(carried))


def _macsec(gateway: DirectConnectGateway, *, encrypted_above: bool) -> Iterator[str]:
    """What the team configures for MACsec: https://docs.aws.amazon.com/directconnect/latest/UserGuide/MACsec.html."""
    encrypted = [interface for interface in gateway.virtual_interfaces if interface.macsec is not MacSec.NONE]
    yield "## MACsec"
    yield ""
    if not encrypted:
        if encrypted_above:
            yield "None. The tunnels encrypt all packets of the site."
        else:
            yield "None: the connections carry packets without encryption. Encrypt them in the applications."
        return
    for interface in sorted(encrypted, key=lambda one: one.name):
        yield f"- {code(interface.name)}: {_MACSEC[interface.macsec]}"
    yield ""
    yield "Associate a CKN and CAK pair with the connection in AWS, and configure the same pair on the device. Never"
    yield "put the pair into a file of this repository."


def _codes(values: Iterator[str]) -> str:
    return ", ".join(code(value) for value in values) or "nothing"
