"""Direct Connect gateways: compared with the intent, and with the VPN connections that are their backup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import collapse_addresses, ip_network

from isthmus.intent import DirectConnectGateway, Estate, TransitVirtualInterface
from isthmus.intent.allowed_prefixes import spokes_reached
from isthmus.network.forwarding import Forwarding
from isthmus.network.learned_routes import covers
from isthmus.network.model import AttachmentKind, Cidr, DxGateway, Network, Unknown, VirtualInterface
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


def may_be_associated(network: Network, dx: str) -> str:
    """Why a Direct Connect gateway may be associated with a transit gateway, or ""."""
    for address, (gateway, _) in network.possible.dx_associations.items():
        if gateway == dx or isinstance(gateway, Unknown):
            return f"whether {address} joins it to a gateway"
    return ""


def compared(
    estate: Estate, gateway: DirectConnectGateway, dx: DxGateway, *, attached: bool, may_be_attached: str = ""
) -> tuple[list[Violation], list[UnknownResult]]:
    """The differences between a Direct Connect gateway of the intent and the one of the network.

    `attached`: it is associated with a transit gateway. `may_be_attached`: why it may be, or "".
    """
    site = estate.site_of(gateway).name
    violations = [
        Violation("connection-differs", why, resources, site) for why, resources in _differences(estate, gateway, dx)
    ]
    unknown_results: list[UnknownResult] = []
    if not attached and may_be_attached:
        unknown_results.append(UnknownResult(f"the association of {gateway.name}", may_be_attached))
    elif not attached:
        why = f"Direct Connect gateway {gateway.name} is not associated with a transit gateway"
        violations.append(Violation("connection-missing", why, (dx.address,), site))
    if isinstance(dx.interfaces, Unknown):
        unknown_results.append(UnknownResult(f"the virtual interfaces of {gateway.name}", dx.interfaces.reason))
        return violations, unknown_results
    nameless = next((interface.address for interface in dx.interfaces if not interface.name), "")
    if nameless:
        unknown_results.append(UnknownResult(f"the virtual interfaces of {gateway.name}", f"the name of {nameless}"))
        return violations, unknown_results
    made = {interface.name: interface for interface in dx.interfaces}
    for interface in gateway.virtual_interfaces:
        if interface.name not in made:
            why = f"Direct Connect gateway {gateway.name} has no virtual interface {interface.name}"
            violations.append(Violation("connection-missing", why, (dx.address,), site))
        elif unknown := _unknown_end(made[interface.name]):
            unknown_results.append(UnknownResult(f"where virtual interface {interface.name} ends", unknown))
    return violations, unknown_results


def unencrypted_paths(estate: Estate, network: Network, bound: Mapping[str, str]) -> Iterator[Violation]:
    """Routes of packets that are not encrypted, over a Direct Connect gateway that carries the tunnels of connections.

    `bound`: the address of each Direct Connect gateway of the intent, by name. The tunnels need no route table: they
    use the attachment by its ID. https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html
    """
    carriers = {bound[gateway.name]: gateway for gateway in estate.direct_connect if gateway.name in bound}
    for attachment in network.attachments.values():
        gateway = carriers.get(str(attachment.attached))
        if gateway is None or not estate.private_vpns(gateway):
            continue
        site, here = estate.site_of(gateway).name, attachment.address
        if isinstance(attachment.table, str):
            why = f"{attachment.table} routes what site {site} sends over {gateway.name} without encryption"
            yield Violation("unencrypted-path", why, (here, attachment.table), site)
        for table in network.tgw_tables.values():
            if here in table.propagations or any(route.attachment == here for route in table.routes):
                why = f"{table.address} sends packets to site {site} over {gateway.name} without encryption"
                yield Violation("unencrypted-path", why, (here, table.address), site)


def _differences(estate: Estate, gateway: DirectConnectGateway, dx: DxGateway) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What differs, with its resources: ASNs, allowed prefixes and virtual interfaces."""
    if surplus := _surplus(estate, gateway, dx):
        yield (
            f"its allowed prefixes have {surplus}, which is no CIDR block of the hub: it carries tunnels",
            (dx.address,),
        )
    if lacking := _not_allowed(estate, gateway, dx):
        yield f"its allowed prefixes lack {lacking}, which the site reaches", (dx.address,)
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
        for why in _other_end(stated[interface.name], interface):
            yield why, (interface.address,)
        _, device = estate.customer_gateway(stated[interface.name].customer_gateway)
        if isinstance(interface.asn, int) and interface.asn != device.bgp_asn:
            yield f"the ASN of its router is {interface.asn}; the intent states {device.bgp_asn}", (interface.address,)


def _not_allowed(estate: Estate, gateway: DirectConnectGateway, dx: DxGateway) -> str:
    """The CIDRs of spokes that the site reaches and that AWS does not advertise over Direct Connect, or "".

    A VPN connection of the site carries this traffic, or nothing does. If the gateway carries tunnels, the CIDR blocks
    of the transit gateway that AWS does not advertise: no tunnel comes up.
    """
    listed = [prefix for prefixes in dx.allowed.values() for prefix in prefixes]
    known = [prefix for prefix in listed if not isinstance(prefix, Unknown)]
    needed = estate.hub.cidr_blocks if estate.private_vpns(gateway) else spokes_reached(estate, gateway)
    if not dx.allowed or len(known) < len(listed):
        return ""  # not associated, or unknown
    whole = list(collapse_addresses(prefix for prefix in known if prefix.version == 4))
    lacking = [cidr for cidr in needed if not any(covers(a, ip_network(cidr)) for a in whole)]
    return ", ".join(lacking)


def _surplus(estate: Estate, gateway: DirectConnectGateway, dx: DxGateway) -> str:
    """The allowed prefixes of a gateway that carries tunnels that are in no CIDR block of the hub, or ""."""
    if not estate.private_vpns(gateway):
        return ""
    blocks = [ip_network(block) for block in estate.hub.cidr_blocks]
    listed = (prefix for prefixes in dx.allowed.values() for prefix in prefixes if not isinstance(prefix, Unknown))
    return ", ".join(str(one) for one in listed if not any(covers(b, one) for b in blocks if b.version == one.version))


def _other_end(stated: TransitVirtualInterface, interface: VirtualInterface) -> Iterator[str]:
    """How the connection of a virtual interface differs from the intent. An ID that AWS will choose is not known."""
    chosen_by_aws = interface.connection is not None and bool(interface.location)
    if isinstance(interface.connection, str) and not chosen_by_aws and interface.connection != stated.connection:
        yield f"its connection is {interface.connection}; the intent states {stated.connection or 'none: it is hosted'}"
    if isinstance(interface.hosted, str) and interface.hosted != stated.hosted:
        yield f"it accepts {interface.hosted}; the intent states {stated.hosted or 'that it is not hosted'}"
    if interface.location and interface.location != stated.location:
        yield f"its location is {interface.location}; the intent states {stated.location}"


def _unknown_end(interface: VirtualInterface) -> str:
    """Why the connection of a virtual interface is not known, or "": its location may be that of another."""
    ends = (interface.connection, interface.hosted)
    return next((end.reason for end in ends if isinstance(end, Unknown)), "")


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
