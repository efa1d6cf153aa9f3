"""Site-to-Site VPN, Direct Connect and the sites that they connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.network.model.values import Cidr, Unknown


@dataclass(frozen=True, slots=True)
class CustomerGateway:
    """The far end of VPN connections. `owner` is the account and Region that it is of, as far as they are known."""

    address: str
    asn: int | Unknown | None = None
    ip: str | Unknown | None = None
    device: str | Unknown | None = None
    owner: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One of the two tunnels of a VPN connection: `address` is `<connection>#1` or `#2`."""

    address: str
    inside: Cidr | Unknown | None = None


@dataclass(frozen=True, slots=True)
class VpnConnection:
    """A Site-to-Site VPN connection, to a transit gateway or to a virtual private gateway (`gateway`).

    `static_routes` are its own `aws_vpn_connection_route`s: a virtual private gateway uses them, a transit gateway
    does not (it needs static routes in its tables).
    """

    address: str
    customer_gateway: str | Unknown
    gateway: str | Unknown | None
    static: bool | Unknown = False
    static_routes: tuple[Cidr | Unknown, ...] = ()
    tunnels: tuple[Tunnel, ...] = ()
    private: bool | Unknown = False
    accelerated: bool | Unknown = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class DxGateway:
    """A Direct Connect gateway, with the prefixes that each association allows toward on-premises.

    `allowed` is by attachment, or by virtual private gateway: of that the CIDRs of its VPC, where none are listed. A
    private virtual interface at a virtual private gateway is one as well.
    https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
    """

    address: str
    asn: int | Unknown | None = None
    allowed: Mapping[str, tuple[Cidr | Unknown, ...]] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class AdvertisedPrefix:
    """One prefix a site's router sends. Shorter `as_path`, then lower `med` wins within a kind of attachment."""

    prefix: Cidr
    as_path: int = 1
    med: int = 100


@dataclass(frozen=True, slots=True)
class Site:
    """An on-premises site: an assumption about the far end, given by the intent or by a person, not by Terraform.

    - `connections`: addresses of the VPN connections and Direct Connect gateways that end there.
    - `advertises`: what its routers send over BGP on each of them; `Unknown` when nobody said.
    - `networks`: where its hosts are. Empty means: what it advertises, except a default route.
    - `over`: what it advertises on particular connections, where that is not the same on all.
    - `rest`: what else it has, without a name: of a summary or a default route that it advertises.
    """

    name: str
    connections: tuple[str, ...]
    advertises: tuple[AdvertisedPrefix, ...] | Unknown
    networks: tuple[Cidr, ...] = ()
    over: Mapping[str, tuple[AdvertisedPrefix, ...] | Unknown] = field(default_factory=dict)
    rest: tuple[Cidr, ...] = ()

    def advertised_on(self, connection: str) -> tuple[AdvertisedPrefix, ...] | Unknown:
        """What it advertises on one of its connections."""
        return self.over.get(connection, self.advertises)
