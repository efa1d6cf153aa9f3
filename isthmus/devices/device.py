"""A customer gateway device: everything that its configuration needs, for any platform.

The sources are the Terraform of an output, and the intent where Terraform has no argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from isthmus.aws.tunnel_packet_sizes import TunnelSizes


class FilterAction(StrEnum):
    """What a filter rule does with the first packet of a connection."""

    PERMIT = "permit"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Service:
    """A protocol, and its destination ports or its ICMP type. `protocol` "" means all packets."""

    protocol: str = ""
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        if not self.protocol:
            return "all packets"
        if self.protocol == "icmp":
            return f"icmp type {self.first}"
        return f"{self.protocol}/{self.first}" + (f"-{self.last}" if self.last != self.first else "")


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A stateful filter rule between the site and AWS. The first rule that matches decides; replies are permitted.

    - `name`: what the rule is for.
    - `from_aws`: it filters packets that arrive from AWS; else packets that leave to AWS.
    - `source`, `destination`: never empty.
    """

    name: str
    action: FilterAction
    from_aws: bool
    source: tuple[IPv4Network, ...]
    destination: tuple[IPv4Network, ...]
    service: Service = Service()


@dataclass(frozen=True, slots=True)
class Translation:
    """A network of the site that the device translates 1:1: the address with the same host bits in the other range.

    - `network`: its name. `routable`: the range by which AWS knows it. `non_routable`: the range on the premises.
    """

    network: str
    routable: IPv4Network
    non_routable: IPv4Network


@dataclass(frozen=True, slots=True)
class Proposals:
    """The algorithms that AWS accepts in one phase, with the names of AWS. It accepts any combination.

    - `integrity`: with AES-GCM, it is the pseudorandom function of phase 1, and unused in phase 2.
    - `lifetime`: after this time AWS ends the keys.
    - `rekey_time`: after this time the device starts to rekey, so that it rekeys before AWS does.
    """

    encryption: tuple[str, ...]
    integrity: tuple[str, ...]
    groups: tuple[int, ...]
    lifetime: int  # seconds
    rekey_time: int  # seconds


@dataclass(frozen=True, slots=True)
class DeviceTunnel:
    """One tunnel, as the device sees it.

    - `aws_outside`: the outside address of AWS; None if it is not known yet. `aws_outside_command` prints it.
    - `started_by_aws`: AWS initiates the tunnel; else the device must.
    - `interface`: the number of the tunnel interface, unique on the device.
    """

    name: str
    number: int
    interface: int
    inside: IPv4Network
    aws_inside: IPv4Address
    inside_address: IPv4Address
    aws_outside: IPv4Address | None
    aws_outside_command: str
    phase1: Proposals
    phase2: Proposals
    dpd_timeout: int  # seconds
    started_by_aws: bool
    replay_window: int  # packets
    sizes: TunnelSizes


@dataclass(frozen=True, slots=True)
class DeviceConnection:
    """A VPN connection of the device.

    - `accepts`: the prefixes that AWS advertises over it. `blackholes` are prefixes that AWS drops.
    - `advertises`: the prefixes that the device advertises over it.
    - `static_routes`: with static routing, the prefixes that the device routes to the tunnels.
    - `nat_traversal`: AWS requires NAT traversal.
    - `over_direct_connect`: its tunnels run over the virtual interfaces of the device, between private addresses.
    """

    name: str
    bgp: bool
    tunnels: tuple[DeviceTunnel, DeviceTunnel]
    accepts: tuple[IPv4Network, ...]
    advertises: tuple[IPv4Network, ...]
    static_routes: tuple[IPv4Network, ...]
    nat_traversal: bool
    secret_command: str
    over_direct_connect: bool = False


@dataclass(frozen=True, slots=True)
class DeviceVirtualInterface:
    """A transit virtual interface of Direct Connect that ends at the device: a VLAN with a BGP session.

    - `number`: unique on the device.
    - `aws_asn`: the ASN of the Direct Connect gateway.
    - `accepts`: the allowed prefixes, which AWS advertises over it. `advertises`: those of the device.
    - `key_command`: it prints the key of the BGP session, which AWS generates.
    """

    name: str
    number: int
    location: str
    vlan: int
    aws_address: IPv4Interface
    address: IPv4Interface
    aws_asn: int
    mtu: int
    bfd: bool
    macsec: str
    accepts: tuple[IPv4Network, ...]
    advertises: tuple[IPv4Network, ...]
    key_command: str


@dataclass(frozen=True, slots=True)
class Device:
    """A customer gateway device with its connections.

    - `virtual_interfaces`: its virtual interfaces of Direct Connect. For equal prefixes it prefers them to the tunnels.
    - `outside`: its outside address; None if AWS does not know it. `certificate`: it authenticates with a certificate.
    - `networks`: the named networks of its site, by their routable ranges.
    - `translations`: the networks whose addresses it translates.
    - `aws_ranges`: all ranges of the estate, now and later.
    - `filters`: see `isthmus.devices.site_filters`. They name the addresses that AWS knows.
    - `forwarded`: DNS domains that AWS answers, with the addresses of the inbound Resolver endpoint.
    """

    name: str
    site: str
    estate: str
    platform: str | None
    outside: IPv4Address | None
    certificate: str | None
    asn: int
    aws_asn: int
    networks: Mapping[str, IPv4Network]
    aws_ranges: tuple[IPv4Network, ...]
    connections: tuple[DeviceConnection, ...]
    filters: tuple[FilterRule, ...]
    forwarded: Mapping[str, tuple[IPv4Address, ...]]
    virtual_interfaces: tuple[DeviceVirtualInterface, ...] = ()
    translations: tuple[Translation, ...] = ()

    @property
    def tunnels(self) -> tuple[DeviceTunnel, ...]:
        """All tunnels, by connection and number."""
        return tuple(tunnel for connection in self.connections for tunnel in connection.tunnels)

    @property
    def over_direct_connect(self) -> bool:
        """Whether its virtual interfaces carry its tunnels, and no packets outside them."""
        return any(connection.over_direct_connect for connection in self.connections)

    @property
    def bgp(self) -> bool:
        """Whether a connection uses BGP."""
        return bool(self.virtual_interfaces) or any(connection.bgp for connection in self.connections)
