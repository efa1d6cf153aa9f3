"""Site-to-Site VPN, Direct Connect and the sites that they connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.network.model.values import Cidr, Unknown


@dataclass(frozen=True, slots=True)
class CustomerGateway:
    """The customer gateway of VPN connections. `owner` is its account and Region, if known."""

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
    does not (it needs static routes in its tables). `transport` is the attachment of a Direct Connect gateway that a
    private connection runs over.
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
    transport: str | Unknown | None = None


@dataclass(frozen=True, slots=True)
class VirtualInterface:
    """A transit virtual interface of a Direct Connect gateway.

    `asn` is that of the router at the site, and `connection` the address or the ID of its Direct Connect connection.
    `location` is the location of the connection, "" if the input does not state it. `hosted` is the ID of a virtual
    interface of another account that is accepted here.
    """

    address: str
    asn: int | Unknown | None = None
    connection: str | Unknown | None = None
    location: str = ""
    name: str = ""
    hosted: str | Unknown | None = None


@dataclass(frozen=True, slots=True)
class DxGateway:
    """A Direct Connect gateway, with the prefixes that each association allows toward on-premises.

    `allowed` is by attachment or virtual private gateway. The default of a virtual private gateway is the CIDRs of its
    VPC. A private virtual interface at a virtual private gateway counts as a Direct Connect gateway.
    `interfaces` are its transit virtual interfaces; unknown if it is not known how many there are. A gateway whose
    interfaces are not in the input is assumed to have one that is up.
    https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
    """

    address: str
    asn: int | Unknown | None = None
    allowed: Mapping[str, tuple[Cidr | Unknown, ...]] = field(default_factory=dict)
    name: str = ""
    interfaces: tuple[VirtualInterface, ...] | Unknown = ()

    @property
    def known_interfaces(self) -> tuple[VirtualInterface, ...]:
        """Its transit virtual interfaces; none if they are unknown."""
        return () if isinstance(self.interfaces, Unknown) else self.interfaces


@dataclass(frozen=True, slots=True)
class AdvertisedPrefix:
    """A prefix that a site advertises. Per kind of attachment AWS prefers a shorter `as_path`, then a lower `med`."""

    prefix: Cidr
    as_path: int = 1
    med: int = 100


@dataclass(frozen=True, slots=True)
class Site:
    """An on-premises site: an assumption from the intent or from you, not from Terraform.

    - `connections`: the addresses of its VPN connections and Direct Connect gateways.
    - `advertises`: the prefixes that it advertises over BGP on each of them; `Unknown` if not given.
    - `networks`: the networks of its hosts. Empty means the prefixes that it advertises, without a default route.
    - `over`: the prefixes that it advertises on particular connections, if they differ.
    - `rest`: further ranges without a name, from a summary or a default route that it advertises.
    - `translated`: networks whose addresses its devices translate 1:1, each with its range on the premises.
    """

    name: str
    connections: tuple[str, ...]
    advertises: tuple[AdvertisedPrefix, ...] | Unknown
    networks: tuple[Cidr, ...] = ()
    over: Mapping[str, tuple[AdvertisedPrefix, ...] | Unknown] = field(default_factory=dict)
    rest: tuple[Cidr, ...] = ()
    translated: Mapping[Cidr, Cidr] = field(default_factory=dict)

    def advertised_on(self, connection: str) -> tuple[AdvertisedPrefix, ...] | Unknown:
        """The prefixes that it advertises on one of its connections."""
        return self.over.get(connection, self.advertises)
