"""Direct Connect gateways: compared with the intent, and with the VPN connections that are their backup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isthmus.intent import DirectConnectGateway, Estate
from isthmus.network.forwarding import Forwarding
from isthmus.network.learned_routes import covers
from isthmus.network.model import AttachmentKind, Cidr, DxGateway, Network, Unknown
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.result.findings import UnknownResult, Violation


def unnamed(network: Network) -> str:
    """Why a Direct Connect gateway may exist that is not found by its name, or ""."""
    for dx in network.dx_gateways.values():
        if not dx.name:
            return f"the name of {dx.address} is not known"
    for attachment in (*network.attachments.values(), *network.possible.attachments.values()):
        if attachment.kind is AttachmentKind.DX_GATEWAY and isinstance(attachment.attached, Unknown):
            return f"what {attachment.address} attaches: {attachment.attached.reason}"
    return ""


def compared(
    estate: Estate, gateway: DirectConnectGateway, dx: DxGateway, *, attached: bool
) -> tuple[list[Violation], list[UnknownResult]]:
    """The differences between a Direct Connect gateway of the intent and the one of the network.

    `attached`: it is associated with a transit gateway.
    """
    site = estate.site_of(gateway).name
    violations = [
        Violation("connection-differs", why, resources, site) for why, resources in _differences(estate, gateway, dx)
    ]
    if not attached:
        why = f"Direct Connect gateway {gateway.name} is not associated with a transit gateway"
        violations.append(Violation("connection-missing", why, (dx.address,), site))
    if isinstance(dx.interfaces, Unknown):
        return violations, [UnknownResult(f"the virtual interfaces of {gateway.name}", dx.interfaces.reason)]
    nameless = next((interface.address for interface in dx.interfaces if not interface.name), "")
    if nameless:
        return violations, [UnknownResult(f"the virtual interfaces of {gateway.name}", f"the name of {nameless}")]
    made = {interface.name for interface in dx.interfaces}
    for interface in gateway.virtual_interfaces:
        if interface.name not in made:
            why = f"Direct Connect gateway {gateway.name} has no virtual interface {interface.name}"
            violations.append(Violation("connection-missing", why, (dx.address,), site))
    return violations, []


def _differences(estate: Estate, gateway: DirectConnectGateway, dx: DxGateway) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What differs, with its resources: ASNs, and virtual interfaces that the intent does not have."""
    if isinstance(dx.asn, int) and dx.asn != gateway.asn:
        yield f"its ASN is {dx.asn}; the intent states {gateway.asn}", (dx.address,)
    stated = {interface.name: interface for interface in gateway.virtual_interfaces}
    for interface in dx.known_interfaces:
        if not interface.name:
            continue
        if interface.name not in stated:
            why = f"{interface.address} is a virtual interface of {gateway.name} that is not in the intent"
            yield why, (interface.address, dx.address)
            continue
        _, device = estate.customer_gateway(stated[interface.name].customer_gateway)
        if isinstance(interface.asn, int) and interface.asn != device.bgp_asn:
            yield f"the ASN of its router is {interface.asn}; the intent states {device.bgp_asn}", (interface.address,)


def longer_prefixes(engine: Forwarding, advertised: Mapping[str, AdvertisedPrefixes]) -> Iterator[Violation]:
    """Prefixes of VPN connections that are longer than those of Direct Connect of the same site, in both directions.

    The longest prefix wins before the kind of connection, so the VPN carries this traffic while Direct Connect is up.
    https://repost.aws/knowledge-center/direct-connect-gateway-primary-connection
    """
    network = engine.network
    for site in engine.sites.by_name.values():
        vpns = [c for c in site.connections if c in network.vpns and network.vpns[c].static is False]
        for dx in (c for c in site.connections if c in network.dx_gateways):
            for vpn in vpns:
                over_dx, over_vpn = set(advertised[dx].prefixes), set(advertised[vpn].prefixes)
                if hidden := _longer(over_vpn, over_dx):
                    why = f"AWS advertises {hidden} to site {site.name} over {vpn}"
                    yield _violation(why, dx, vpn, site.name)
                from_site = [site.advertised_on(c) for c in (vpn, dx)]
                known = [{a.prefix for a in found} for found in from_site if not isinstance(found, Unknown)]
                if len(known) == len(from_site) and (hidden := _longer(*known)) and _meet(network, vpn, dx):
                    yield _violation(f"site {site.name} advertises {hidden} over {vpn}", dx, vpn, site.name)


def _longer(over_vpn: set[Cidr], over_dx: set[Cidr]) -> str:
    """The prefixes over the VPN that Direct Connect has only a shorter prefix for, or ""."""
    hidden = sorted(
        (p for p in over_vpn - over_dx if any(covers(around, p) for around in over_dx if around.version == p.version)),
        key=lambda prefix: (prefix.version, prefix),
    )
    return ", ".join(map(str, hidden))


def _violation(what: str, dx: str, vpn: str, site: str) -> Violation:
    why = f"{what}, and only a shorter prefix over {dx}: the VPN carries this traffic while Direct Connect is up"
    return Violation("longer-prefix-over-vpn", why, (vpn, dx), site)


def _meet(network: Network, vpn: str, dx: str) -> bool:
    """Whether a transit gateway route table has the propagated routes of both."""
    attached = {a.address: a.attached for a in network.attachments.values()}
    propagating = (
        {attached.get(p) for p in table.propagations if isinstance(p, str)} for table in network.tgw_tables.values()
    )
    return any({vpn, dx} <= found for found in propagating)
