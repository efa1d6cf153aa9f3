"""Sites: the company's data centres and offices, as AWS sees them."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from isthmus.intent.model import Many, Texts, by_name, intent


@intent
class CustomerGateway:
    """A VPN device at a site.

    ip_address       its static public IPv4 address; None: it has none, and a certificate
    bgp_asn          its autonomous system number, 1 to 4,294,967,294
    device           make and model, for the hand-over sheet and the console
    certificate_arn  the private certificate in AWS Certificate Manager by which it proves who it is; None: by
                     pre-shared keys
    """

    name: str = field(kw_only=False)
    ip_address: str | None = None
    bgp_asn: int
    device: str | None = None
    certificate_arn: str | None = None


@intent
class Site:
    """A place with networks of its own, reached by VPN.

    networks           named IPv4 networks, e.g. `{"users": "172.20.0.0/16"}`; intent speaks of them as `site/network`
    advertises          the prefixes its routers send by BGP, `0.0.0.0/0` included or not; a VPN cannot filter them
    customer_gateways  its VPN devices
    dns_servers        IPv4 addresses of its DNS servers, inside its networks
    transit_with       sites it may reach through the transit gateway (mutual); none: AWS is no transit between sites
    coordinates        latitude and longitude in degrees, for the map of AWS Network Manager
    """

    name: str = field(kw_only=False)
    networks: Texts
    advertises: Many[str] = ()
    customer_gateways: Many[CustomerGateway]
    dns_servers: Many[str] = ()
    transit_with: Many[Annotated[Site | str, by_name]] = ()
    coordinates: tuple[float, float] | None = None


CustomerGatewayRef = Annotated[CustomerGateway | str, by_name]
