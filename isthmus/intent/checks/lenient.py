"""Reading an estate that may have errors: values that cannot be read are left out, since other rules report them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Network

from isthmus.intent.direct_connect import DirectConnectGateway, TransitVirtualInterface
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of
from isthmus.intent.segment import Segment
from isthmus.intent.site import CustomerGateway, Site
from isthmus.intent.vpn import Routing, VpnConnection

EVERYTHING = IPv4Network("0.0.0.0/0")


@lru_cache(maxsize=65_536)
def network(text: str) -> IPv4Network | None:
    """The IPv4 network in a text, with or without host bits; None if the text is not a CIDR."""
    try:
        return IPv4Network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def networks(texts: Iterable[str]) -> list[IPv4Network]:
    """The different networks in the texts, in address order, without texts that are not CIDRs."""
    return sorted({found for text in texts if (found := network(text)) is not None})


def readable(texts: Iterable[str]) -> bool:
    """Whether every text is a CIDR. Otherwise, rules about missing networks report nothing."""
    return all(network(text) is not None for text in texts)


@dataclass(frozen=True, slots=True)
class Written:
    """A CIDR in the intent: its object, its part of the object, and its text."""

    about: object
    part: str
    text: str


def written(estate: Estate) -> Iterator[Written]:
    """Every CIDR of the estate."""
    yield from (Written(estate, f"block {text}", text) for text in estate.blocks)
    for segment in estate.segments:
        yield from (Written(segment, f"block {text}", text) for text in segment.blocks)
    for site in estate.sites:
        yield from (Written(site, f'network "{name}"', text) for name, text in site.networks.items())
        own = site.non_routable_cidrs.items()
        yield from (Written(site, f'non-routable range of network "{name}"', text) for name, text in own)
        yield from (Written(site, f"advertised prefix {text}", text) for text in site.advertises)
    for environment in estate.environments:
        if environment.hub is not None:
            yield from (Written(environment.hub, f"CIDR block {text}", text) for text in environment.hub.cidr_blocks)
        for connection in environment.vpn_connections:
            for index, tunnel in enumerate(connection.tunnels):
                if tunnel.inside_cidr is not None:
                    part = f'tunnel {index + 1} of VPN connection "{connection.name}"'
                    yield Written(tunnel, part, tunnel.inside_cidr)
        for gateway in environment.direct_connect:
            yield from (Written(gateway, f"allowed prefix {text}", text) for text in gateway.allowed_prefixes or ())
            yield from (Written(gateway, f"advertised prefix {text}", text) for text in gateway.advertises or ())
        if environment.egress is not None:
            yield Written(environment.egress, "cidr", environment.egress.cidr)
        for spoke in environment.spokes:
            yield Written(spoke, "cidr", spoke.cidr)
            yield from (Written(spoke, f"secondary CIDR {text}", text) for text in spoke.secondary_cidrs)
            if spoke.routable_cidr is not None:
                yield Written(spoke, "routable_cidr", spoke.routable_cidr)
            yield from (Written(spoke, f"subnet {name}", text) for name, text in spoke.subnets.items())


def segment_of(estate: Estate, ref: object) -> Segment | None:
    """The segment that a reference names; None if it is not declared."""
    return next((segment for segment in estate.segments if segment.name == name_of(ref)), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A VPN connection with its site, customer gateway and segment."""

    connection: VpnConnection
    site: Site
    gateway: CustomerGateway
    segment: Segment


def links(estate: Estate) -> list[Link]:
    """The VPN connections whose customer gateway and segment are declared."""
    gateways = {gateway.name: (site, gateway) for site in estate.sites for gateway in site.customer_gateways}
    segments = {segment.name: segment for segment in estate.segments}
    return [
        Link(connection, *gateways[name_of(connection.customer_gateway)], segments[name_of(connection.segment)])
        for connection in estate.vpn_connections
        if name_of(connection.customer_gateway) in gateways and name_of(connection.segment) in segments
    ]


@dataclass(frozen=True, slots=True)
class DirectLink:
    """A virtual interface with its Direct Connect gateway, site, device and segment.

    `carries_tunnels`: the gateway carries the tunnels of VPN connections, and no other packets.
    """

    gateway: DirectConnectGateway
    interface: TransitVirtualInterface
    site: Site
    device: CustomerGateway
    segment: Segment
    carries_tunnels: bool


def direct_links(estate: Estate) -> list[DirectLink]:
    """The virtual interfaces of the gateways whose references are declared, and that lead to one site."""
    devices = {device.name: (site, device) for site in estate.sites for device in site.customer_gateways}
    segments = {segment.name: segment for segment in estate.segments}
    carriers = {str(connection.over) for connection in estate.vpn_connections}
    found: list[DirectLink] = []
    for gateway in estate.direct_connect:
        ends = [devices.get(str(name_of(interface.customer_gateway))) for interface in gateway.virtual_interfaces]
        sites = {end[0].name for end in ends if end is not None}
        if None not in ends and len(sites) == 1 and name_of(gateway.segment) in segments:
            found += [
                DirectLink(gateway, interface, *end, segments[name_of(gateway.segment)], gateway.name in carriers)
                for interface, end in zip(gateway.virtual_interfaces, ends, strict=True)
                if end is not None
            ]
    return found


def over_direct_connect(link: DirectLink) -> Sequence[str]:
    """The prefixes of its networks that a site advertises over Direct Connect; none if it carries tunnels."""
    if link.carries_tunnels:
        return ()
    return link.site.advertises if link.gateway.advertises is None else link.gateway.advertises


def advertises_default(link: Link) -> bool:
    """Whether the site advertises a default route over the connection."""
    return link.connection.routing is Routing.BGP and EVERYTHING in networks(link.site.advertises)


def has_default_route(link: Link) -> bool:
    """Whether there is a default route to the connection, static or advertised."""
    return link.connection.default_route or advertises_default(link)


def sites_with_default_route(estate: Estate) -> set[str]:
    """The names of the sites that have a default route, static or advertised over any connection."""
    over_vpn = {link.site.name for link in links(estate) if has_default_route(link)}
    direct = direct_links(estate)
    return over_vpn | {link.site.name for link in direct if EVERYTHING in networks(over_direct_connect(link))}


def all_linked(estate: Estate) -> bool:
    """Whether all references of VPN connections, Direct Connect gateways and `reaches` are declared."""
    known = {segment.name for segment in estate.segments}
    direct = {id(link.gateway) for link in direct_links(estate)}
    return (
        len(links(estate)) == len(list(estate.vpn_connections))
        and all(id(gateway) in direct for gateway in estate.direct_connect)
        and all(name_of(ref) in known for segment in estate.segments for ref in segment.reaches)
    )


def resolved(estate: Estate) -> Estate:
    """The estate without connections and spokes that have undeclared references: safe for `reachability`."""
    sound = {id(link.connection) for link in links(estate)} | {id(link.gateway) for link in direct_links(estate)}
    segments = {segment.name for segment in estate.segments}
    environments = [
        replace(
            environment,
            vpn_connections=[connection for connection in environment.vpn_connections if id(connection) in sound],
            direct_connect=[gateway for gateway in environment.direct_connect if id(gateway) in sound],
            spokes=[spoke for spoke in environment.spokes if name_of(spoke.segment) in segments],
        )
        for environment in estate.environments
    ]
    return replace(estate, environments=environments)


def own_blocks(estate: Estate, segment: Segment) -> str:
    """Blocks that a segment without blocks may declare, as source text.

    One block around all its spokes if that overlaps no other segment, else the range of each spoke; `[...]` without
    spokes.
    """
    others = [cidr for other in estate.segments for cidr in networks(other.blocks)]
    own: list[IPv4Network] = []
    for _, spoke in estate.spokes:
        (own if name_of(spoke.segment) == segment.name else others).extend(networks(spoke.routed_cidrs))
    if not own:
        return "[...]"
    around = own[0]
    while around.prefixlen and not all(cidr.subnet_of(around) for cidr in own):
        around = around.supernet()
    inside = any(around != block and around.subnet_of(block) for block in networks(estate.blocks))
    separate = inside and not any(around.overlaps(other) for other in others)
    chosen = [around] if separate else sorted({*own})
    return "[" + ", ".join(f'"{cidr}"' for cidr in chosen) + "]"


def next_free(within: Sequence[IPv4Network], taken: Iterable[IPv4Network], prefix: int) -> IPv4Network | None:
    """The first network with this prefix length inside one of `within` that overlaps none of `taken`."""
    used = sorted(taken)
    for block in within:
        if block.prefixlen >= prefix:
            continue
        size = 1 << (32 - prefix)
        start = int(block.network_address)
        for other in used:
            if int(other.network_address) >= start + size:
                break
            start = max(start, -(-(int(other.broadcast_address) + 1) // size) * size)
        if start + size <= int(block.broadcast_address) + 1:
            return IPv4Network((start, prefix))
    return None


def overlaps(items: Iterable[tuple[IPv4Network, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of tags whose networks overlap: each network with the smallest one that contains it, or an equal one."""
    around: list[tuple[IPv4Network, int]] = []
    for found, tag in sorted(items, key=lambda item: (int(item[0].network_address), item[0].prefixlen, item[1])):
        while around and around[-1][0].broadcast_address < found.network_address:
            around.pop()
        if around:
            yield around[-1][1], tag
        around.append((found, tag))
