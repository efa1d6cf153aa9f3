"""What the on-premises side has to change: its prefix filters, its routes, its tunnels and its BGP neighbors."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.from_terraform.values import name_of
from isthmus.network.model import GatewayKind, Site, Unknown, VpnConnection
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.analysis import Analysis
from isthmus.proof.checks.route_tables import advertised_prefixes
from isthmus.proof.difference.addresses import customer_gateway_names
from isthmus.proof.difference.objects import Object, ObjectKind, Setting
from isthmus.proof.difference.tunnel_settings import tunnel_settings
from isthmus.proof.difference.uncounted import uncounted
from isthmus.proof.pairs.inferred_sites import labels, unique

ADVERTISED_BY_AWS = "prefixes advertised by AWS"
MAY_BE_REFUSED = "prefixes that the device may refuse"
BLACKHOLES = "blackhole prefixes that AWS may advertise"
STATIC_ROUTES = "static routes of the device"
ADVERTISED_BY_SITE = "prefixes advertised by the site"
TRANSLATED = "addresses that the device translates 1:1"
_KINDS = (
    ObjectKind.TRANSIT_GATEWAY,
    ObjectKind.VPN_GATEWAY,
    ObjectKind.VPN_CONNECTION,
    ObjectKind.DX_GATEWAY,
)


def on_premises_objects(network: Analysis) -> Iterator[Object]:
    """The connections to on-premises sites, with what both ends must agree on, and the gateways of AWS."""
    yield from _gateways(network)
    engine = network.pairs.engine
    names = labels(network.network, ())
    customer_gateways = customer_gateway_names(network)
    advertised = advertised_prefixes(engine)
    for address, vpn in network.network.vpns.items():
        site = engine.sites.by_connection[address]
        settings = {**_of_connection(network, vpn, customer_gateways)}
        prefixes = advertised[address]
        if prefixes.static:
            settings[STATIC_ROUTES] = _prefixes(engine.advertised_prefixes(prefixes.attachment))
        else:
            settings |= _advertised(prefixes, site, address)
        settings |= _translated(site)
        resource = network.graph.resources.get(address)
        settings |= dict(tunnel_settings(resource)) if resource is not None else {}
        yield Object(ObjectKind.VPN_CONNECTION, names[address], settings, address, _site_name(network, site))
    for address, dx in network.network.dx_gateways.items():
        site = engine.sites.by_connection[address]
        settings = {"ASN": Setting.of(dx.asn), **_advertised(advertised[address], site, address), **_translated(site)}
        yield Object(ObjectKind.DX_GATEWAY, names[address], settings, address, _site_name(network, site))
    yield from uncounted(network.graph, _KINDS)


def _site_name(network: Analysis, site: Site) -> str:
    """The name of a site that the intent or the user names; "" for a site that is inferred from its connections."""
    return site.name if network.estate is not None or site.name in network.sites else ""


def _gateways(network: Analysis) -> Iterator[Object]:
    """The ASNs of AWS: the BGP sessions of the devices name them."""
    gateways = network.network.transit_gateways
    names = unique({gateway.address: gateway.name for gateway in gateways.values()}, ())
    for gateway in gateways.values():
        settings = {"ASN": Setting.of(gateway.asn)}
        yield Object(ObjectKind.TRANSIT_GATEWAY, names[gateway.address], settings, gateway.address)
    resources = network.graph.resources
    private = [g for g in network.network.gateways.values() if g.kind is GatewayKind.VPN]
    called = unique({g.address: name_of(resources[g.address]) if g.address in resources else "" for g in private}, ())
    for one in private:
        settings = {"ASN": Setting.of(one.asn)}
        yield Object(ObjectKind.VPN_GATEWAY, called[one.address], settings, one.address)


def _of_connection(network: Analysis, vpn: VpnConnection, customer_gateways: dict[str, str]) -> dict[str, Setting]:
    ends = vpn.customer_gateway
    routing = vpn.static if isinstance(vpn.static, Unknown) else "static" if vpn.static else "BGP"
    return {
        "customer gateway": Setting.of(ends if isinstance(ends, Unknown) else customer_gateways.get(ends, ends)),
        "gateway": Setting.of(_gateway_name(network, vpn.gateway)),
        "routing": Setting.of(routing),
        "acceleration": Setting.of(vpn.accelerated),
        "private outside addresses": Setting.of(vpn.private),
    }


def _gateway_name(network: Analysis, address: str | Unknown | None) -> str | Unknown | None:
    if not isinstance(address, str):
        return address
    gateway = network.network.transit_gateways.get(address)
    resource = network.graph.resources.get(address)
    return (gateway.name if gateway else name_of(resource) if resource is not None else "") or address


def _advertised(prefixes: AdvertisedPrefixes, site: Site, connection: str) -> dict[str, Setting]:
    stated = site.advertised_on(connection)
    by_site = Setting.of(stated) if isinstance(stated, Unknown) else Setting.of(*(one.prefix for one in stated))
    return {
        ADVERTISED_BY_AWS: _prefixes(prefixes),
        MAY_BE_REFUSED: Setting.of(*prefixes.may_be_refused),
        BLACKHOLES: Setting.of(*prefixes.blackholes),
        ADVERTISED_BY_SITE: by_site,
    }


def _translated(site: Site) -> dict[str, Setting]:
    return {TRANSLATED: Setting.of(*(f"{own} to {routable}" for routable, own in site.translated.items()))}


def _prefixes(found: AdvertisedPrefixes) -> Setting:
    """The prefixes. For a static connection these are the destinations that the device needs routes for."""
    return Setting.of(*found.prefixes, *([Unknown(found.unknown)] if found.unknown else []))
