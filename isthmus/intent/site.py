"""Sites: on-premises locations, such as data centers and offices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from isthmus.intent.model import Many, Texts, by_name, intent


@intent
class CustomerGateway:
    """A device at a site, at which VPN connections or virtual interfaces of Direct Connect end.

    ip_address       its static public IPv4 address; None: it has no static address and uses a certificate, or has no
                     VPN connection
    bgp_asn          its autonomous system number, 1 to 4,294,967,294
    device           make and model, for the hand-over sheet and the AWS console
    platform         the platform of its configuration files, such as `strongswan-frr`; None: you name it in the command
    certificate_arn  the private certificate in AWS Certificate Manager that authenticates it; None: pre-shared keys
    was              its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    ip_address: str | None = None
    bgp_asn: int
    device: str | None = None
    platform: str | None = None
    certificate_arn: str | None = None
    was: str | None = None


@intent
class Site:
    """An on-premises location that is reached over VPN or Direct Connect.

    networks            IPv4 networks by name: `{"users": "172.20.0.0/16"}`; elsewhere they are named `site/network`
    non_routable_cidrs  for networks whose range is in use elsewhere: their ranges on the premises, by name. Its devices
                        translate each address 1:1 to `networks`, by which all other locations know it
    advertises          prefixes that its routers advertise over BGP, `0.0.0.0/0` if so; AWS cannot filter them
    customer_gateways   its devices
    dns_servers         IPv4 addresses of its DNS servers, in its networks
    transit_with        sites that it may reach through the transit gateway, and the reverse; empty: none
    coordinates         latitude and longitude in degrees, for the map of AWS Network Manager
    was                 its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    networks: Texts
    non_routable_cidrs: Texts = field(default_factory=dict)
    advertises: Many[str] = ()
    customer_gateways: Many[CustomerGateway]
    dns_servers: Many[str] = ()
    transit_with: Many[Annotated[Site | str, by_name]] = ()
    coordinates: tuple[float, float] | None = None
    was: str | None = None

    @property
    def translations(self) -> Mapping[str, tuple[str, str]]:
        """The networks that its devices translate, by name: the range that AWS knows, and that on the premises."""
        own = sorted(self.non_routable_cidrs.items())
        return {name: (self.networks[name], cidr) for name, cidr in own if name in self.networks}


CustomerGatewayRef = Annotated[CustomerGateway | str, by_name]
