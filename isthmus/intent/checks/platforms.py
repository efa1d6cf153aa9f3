"""Platforms of customer gateway devices: their names, and what each can do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.site import CustomerGateway
from isthmus.intent.vpn import Routing, VpnConnection
from isthmus.platforms import Platform, lacking, platform, platform_names, refused

_VPN = "https://docs.aws.amazon.com/vpn/latest/s2svpn/your-cgw.html"


@rule("a configuration is written from the templates of its platform", _VPN)
def unknown_platform(estate: Estate) -> Iterator[Fault]:
    """A customer gateway's platform is not one that Isthmus writes configurations for."""
    for site in estate.sites:
        for gateway in site.customer_gateways:
            if gateway.platform is None or gateway.platform in platform_names():
                continue
            if impossible := refused(gateway.platform):
                yield Fault(gateway, f"platform is {gateway.platform!r}. {impossible.reason}", impossible.instead)
            else:
                close = difflib.get_close_matches(gateway.platform, platform_names(), n=1)
                remedy = f'"{close[0]}"' if close else f"one of {', '.join(platform_names())}, or no platform"
                yield Fault(gateway, f"platform is {gateway.platform!r}", remedy)


@rule("AWS and the device agree on a value of each list; without a common value, no tunnel comes up", _VPN)
def unsupported_by_platform(estate: Estate) -> Iterator[Fault]:
    """The platform of a customer gateway does not support what a VPN connection needs."""
    for connection in estate.vpn_connections:
        gateway = _gateway(estate, connection)
        if gateway is None or gateway.platform not in platform_names():
            continue
        known = platform(str(gateway.platform))
        if connection.routing is Routing.STATIC and not known.static:
            yield Fault(connection, f"its routing is static, and {known.title} needs BGP", "routing=Routing.BGP")
        if connection.over is not None and not known.over_direct_connect:
            given = (
                f'it is over "{connection.over}", and {known.title} has no templates for tunnels over Direct Connect'
            )
            able = [name for name in platform_names() if platform(name).over_direct_connect]
            yield Fault(connection, given, f"no platform of the customer gateway, or one of {', '.join(able)}")
        yield from _algorithms(connection, known)
        if gateway.certificate_arn is not None and not known.certificates:
            given = f"{gateway.name} authenticates with a certificate, and {known.title} with pre-shared keys only"
            yield Fault(connection, given, "no certificate_arn of the customer gateway")


def _algorithms(connection: VpnConnection, known: Platform) -> Iterator[Fault]:
    for number, tunnel in enumerate(connection.tunnels, 1):
        phases = (
            (
                1,
                tunnel.phase1_encryption_algorithms,
                tunnel.phase1_integrity_algorithms,
                tunnel.phase1_dh_group_numbers,
            ),
            (
                2,
                tunnel.phase2_encryption_algorithms,
                tunnel.phase2_integrity_algorithms,
                tunnel.phase2_dh_group_numbers,
            ),
        )
        for phase, encryption, integrity, groups in phases:
            for lack in lacking(known, phase, encryption, integrity, groups):
                given = f"{known.title} supports none of {lack.argument} {', '.join(lack.given)}"
                yield Fault(
                    tunnel, given, f"one of {', '.join(lack.supported)}", f"tunnel {number} of {connection.name}"
                )


def _gateway(estate: Estate, connection: VpnConnection) -> CustomerGateway | None:
    gateways = (gateway for site in estate.sites for gateway in site.customer_gateways)
    return next((gateway for gateway in gateways if gateway.name == str(connection.customer_gateway)), None)
