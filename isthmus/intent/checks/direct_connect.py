"""Direct Connect gateways: their site, their prefixes in both directions, and VPN connections as the backup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from isthmus.aws.accepted_values import private_asn
from isthmus.aws.quotas import DIRECT_CONNECT_PAGE
from isthmus.intent.allowed_prefixes import allowed_prefixes, has_backup, spokes_reached
from isthmus.intent.checks.lenient import direct_links, links, networks, readable, resolved
from isthmus.intent.checks.quotas import ask, quota_of
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.direct_connect import DirectConnectGateway
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import transit_between
from isthmus.intent.site import Site
from isthmus.intent.vpn import Routing

_GATEWAYS = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-gateways-intro.html"
_TRANSIT = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-transit-gateways.html"
_ALLOWED = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html"
_ORDER = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
_BACKUP = "https://repost.aws/knowledge-center/direct-connect-gateway-primary-connection"


@rule("a Direct Connect gateway is associated with the transit gateway in the same account and root module")
def direct_connect_outside_hub_environment(estate: Estate) -> Iterator[Fault]:
    """A Direct Connect gateway is in an environment without the hub."""
    holder = next((environment for environment in estate.environments if environment.hub is not None), None)
    for environment in estate.environments:
        for gateway in environment.direct_connect:
            if holder is not None and environment.hub is None:
                given = f'it is in environment "{environment.name}", and the hub is in "{holder.name}"'
                yield Fault(gateway, given, f"direct_connect of {place_of(holder)}")


@rule("the virtual interfaces of a Direct Connect gateway lead to its site", _GATEWAYS)
def virtual_interface_missing(estate: Estate) -> Iterator[Fault]:
    """A Direct Connect gateway has no virtual interface."""
    for gateway in estate.direct_connect:
        if not gateway.virtual_interfaces:
            remedy = "virtual_interfaces=[TransitVirtualInterface(...), ...], at two locations"
            yield Fault(gateway, "it has no virtual_interfaces", remedy)


@rule("a segment and its allowed prefixes apply to one site", _GATEWAYS)
def direct_connect_to_two_sites(estate: Estate) -> Iterator[Fault]:
    """The virtual interfaces of a Direct Connect gateway end at devices of different sites."""
    site_of = {gateway.name: site.name for site in estate.sites for gateway in site.customer_gateways}
    for gateway in estate.direct_connect:
        devices = [str(name_of(interface.customer_gateway)) for interface in gateway.virtual_interfaces]
        sites = sorted({site_of[device] for device in devices if device in site_of})
        if len(sites) > 1:
            yield Fault(gateway, f"its virtual interfaces lead to the sites {', '.join(sites)}", "a gateway for each")


@rule("AWS accepts private ASNs, and refuses the association if the transit gateway has the same", _GATEWAYS)
def invalid_direct_connect_asn(estate: Estate) -> Iterator[Fault]:
    """The ASN of a Direct Connect gateway is not private, or is also that of the hub or of a device."""
    hubs = {environment.hub.asn for environment in estate.environments if environment.hub is not None}
    for gateway in estate.direct_connect:
        devices = {link.device.bgp_asn for link in direct_links(estate) if link.gateway is gateway}
        taken = "the hub" if gateway.asn in hubs else "the device at the site" if gateway.asn in devices else ""
        if not private_asn(gateway.asn):
            yield Fault(gateway, f"asn is {gateway.asn}", "64512 to 65534, or 4200000000 to 4294967294")
        elif taken:
            free = next(asn for asn in range(64_512, 65_534) if asn not in hubs | devices)
            yield Fault(gateway, f"asn {gateway.asn} is also the ASN of {taken}", f"another private ASN, e.g. {free}")


@rule("the site would send packets for these addresses to AWS, where no VPC has them", _ALLOWED)
def allowed_prefix_outside_blocks(estate: Estate) -> Iterator[Fault]:
    """An allowed prefix is in no block of the estate, and in no prefix of a site that has transit with its site."""
    blocks = networks(estate.blocks)
    for site, gateway in _sites(estate):
        others = [other for other in estate.sites if transit_between(site, other)]
        far = networks(text for other in others for text in (*other.advertises, *other.networks.values()))
        for cidr in networks(gateway.allowed_prefixes or ()):
            if not any(cidr.subnet_of(around) for around in (*blocks, *far)):
                given = f"allowed prefix {cidr} is in no block of the estate"
                yield Fault(gateway, given, f"prefixes in {', '.join(estate.blocks)}, or no allowed_prefixes")


@rule("AWS advertises only the allowed prefixes, so the site has no route to the spoke over Direct Connect", _ALLOWED)
def spoke_not_in_allowed_prefixes(estate: Estate) -> Iterator[Fault]:
    """A spoke that a site reaches is in none of the allowed prefixes."""
    for gateway, allowed, spokes in _written(estate):
        missing = [str(cidr) for cidr in spokes if not any(cidr.subnet_of(around) for around in allowed)]
        if missing:
            given = f"no allowed prefix contains {', '.join(missing)}, which its site reaches"
            yield Fault(gateway, given, "prefixes that contain every spoke, or no allowed_prefixes")


@rule("AWS limits the prefixes from a transit gateway to a site over Direct Connect", DIRECT_CONNECT_PAGE)
def too_many_allowed_prefixes(estate: Estate) -> Iterator[Fault]:
    """A Direct Connect gateway has more allowed prefixes than the quota allows."""
    limit = quota_of(estate, "direct-connect-allowed-prefixes")
    sound = resolved(estate)
    for _, gateway in _sites(estate):
        if not readable((*(gateway.allowed_prefixes or ()), *estate.blocks)):
            continue
        if (count := len(_allowed(sound, gateway))) > limit:
            remedy = ask("direct-connect-allowed-prefixes", limit, count)
            yield Fault(gateway, f"it has {count} allowed prefixes", remedy)


@rule("with more routes than AWS accepts, the BGP session goes down", DIRECT_CONNECT_PAGE)
def too_many_prefixes_over_direct_connect(estate: Estate) -> Iterator[Fault]:
    """A site advertises more prefixes than a virtual interface accepts."""
    limit = quota_of(estate, "direct-connect-advertised-prefixes")
    for site, gateway in _sites(estate):
        advertised = site.advertises if gateway.advertises is None else gateway.advertises
        if (count := len(advertised)) > limit:
            remedy = ask("direct-connect-advertised-prefixes", limit, count) + "; or fewer, larger prefixes"
            yield Fault(gateway, f"its site advertises {count} prefixes over it", remedy)


@rule("the longest prefix wins before the kind of connection, so the VPN would carry this traffic", _BACKUP)
def longer_prefix_over_vpn(estate: Estate) -> Iterator[Fault]:
    """A VPN connection gets a longer prefix than Direct Connect of its site for the same addresses, to or from AWS."""
    sound = resolved(estate)
    for gateway, allowed, spokes in _written(estate):
        hidden = [str(cidr) for cidr in spokes if cidr not in allowed and _covers(allowed, cidr)]
        if hidden and has_backup(sound, sound.site_of(gateway)):
            given = f"AWS advertises {', '.join(hidden)} over the VPN, and only a shorter prefix over Direct Connect"
            yield Fault(gateway, given, "the CIDRs of the spokes as allowed_prefixes, or no allowed_prefixes")
    for site, gateway in _sites(estate):
        if gateway.advertises is None or not has_backup(sound, site):
            continue
        over = networks(gateway.advertises)
        hidden = [str(cidr) for cidr in networks(site.advertises) if cidr not in over and _covers(over, cidr)]
        if hidden:
            given = (
                f"the site advertises {', '.join(hidden)} over the VPN, and only a shorter prefix over Direct Connect"
            )
            yield Fault(gateway, given, "the prefixes of the site as advertises, or no advertises")


@rule("a static route wins over the route that Direct Connect propagates, even when the VPN is down", _ORDER)
def static_vpn_with_direct_connect(estate: Estate) -> Iterator[Fault]:
    """A site with Direct Connect has a VPN connection with static routes."""
    direct = {link.site.name for link in direct_links(estate)}
    for link in links(estate):
        static = link.connection.routing is Routing.STATIC or link.connection.default_route
        if static and link.site.name in direct and link.connection.over is None:
            given = f'it has static routes, and site "{link.site.name}" also has Direct Connect'
            yield Fault(link.connection, given, "routing=Routing.BGP, and no default_route")


@rule("the site would reach other spokes when Direct Connect is down and the VPN carries its traffic")
def backup_in_other_segment(estate: Estate) -> Iterator[Fault]:
    """A VPN connection of a site is in another segment than its Direct Connect gateway."""
    segments = {link.site.name: link.segment.name for link in direct_links(estate)}
    for link in links(estate):
        wanted = segments.get(link.site.name, link.segment.name)
        if wanted != link.segment.name:
            given = f'it is in segment "{link.segment.name}", and Direct Connect of its site in "{wanted}"'
            yield Fault(link.connection, given, f'segment="{wanted}"')


@rule("a Direct Connect gateway carries traffic between virtual interfaces and associated gateways", _TRANSIT)
def transit_between_direct_connects(estate: Estate) -> Iterator[Fault]:
    """Two sites with transit between them both have Direct Connect. This needs SiteLink, which is not generated."""
    direct = {link.site.name: link.site for link in direct_links(estate) if not link.carries_tunnels}
    for name, site in direct.items():
        for other in direct.values():
            if other.name < name and transit_between(site, other):
                given = f'it has transit with site "{other.name}", and both have Direct Connect'
                yield Fault(site, given, "no transit between the two; or VPN connections alone at one of them")


def _sites(estate: Estate) -> Iterator[tuple[Site, DirectConnectGateway]]:
    """Each Direct Connect gateway with packets of its site, if its references are declared."""
    seen: set[int] = set()
    for link in direct_links(estate):
        if id(link.gateway) not in seen and not link.carries_tunnels:
            seen.add(id(link.gateway))
            yield link.site, link.gateway


def _written(estate: Estate) -> Iterator[tuple[DirectConnectGateway, list[IPv4Network], list[IPv4Network]]]:
    """Each Direct Connect gateway with written allowed prefixes, these, and the CIDRs of the spokes that it reaches."""
    sound = resolved(estate)
    for _, gateway in _sites(estate):
        if gateway.allowed_prefixes is not None and readable(gateway.allowed_prefixes):
            yield gateway, networks(gateway.allowed_prefixes), networks(_spokes(sound, gateway))


def _allowed(sound: Estate, gateway: DirectConnectGateway) -> tuple[str, ...]:
    try:
        return allowed_prefixes(sound, gateway)
    except ValueError:  # a CIDR that is not valid, which other rules report
        return ()


def _spokes(sound: Estate, gateway: DirectConnectGateway) -> tuple[str, ...]:
    try:
        return spokes_reached(sound, gateway)
    except ValueError:
        return ()


def _covers(prefixes: Iterable[IPv4Network], cidr: IPv4Network) -> bool:
    return any(cidr.subnet_of(around) for around in prefixes)
