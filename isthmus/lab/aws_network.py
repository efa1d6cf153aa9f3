"""What AWS makes of an output: VPCs, their tables and filters, gateways, and the transit gateways, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from isthmus.errors import CannotAnswer


class CannotPlay(CannotAnswer):
    """A resource or argument that decides packets and that the lab does not play."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the lab does not play {what}\n"
            "  why:   it decides packets, and a lab without it would be another network (docs/how-to/run-the-lab.md)"
        )


@dataclass(frozen=True)
class AwsSubnet:
    """A subnet with the route table and the network ACL in effect; `acl` is empty for the VPC's default one."""

    address: str
    vpc: str
    cidr: IPv4Network
    zone: str
    table: str
    acl: str


@dataclass(frozen=True)
class AwsRoute:
    """A route of a VPC table: the argument that names the target, and what it refers to."""

    destination: IPv4Network
    kind: str
    target: str


@dataclass(frozen=True)
class PlayedAclRule:
    """A network ACL rule; `ports` are None for all, `icmp` for all types."""

    number: int
    allow: bool
    protocol: int
    cidr: IPv4Network
    ports: tuple[int, int] | None
    icmp: int | None


@dataclass(frozen=True)
class PlayedAcl:
    """A network ACL: the rules of each direction by number."""

    inbound: tuple[PlayedAclRule, ...]
    outbound: tuple[PlayedAclRule, ...]


@dataclass(frozen=True)
class GatewayAttachment:
    """A transit gateway attachment. `kind` is `vpc`, `vpn` or `firewall`.

    `zones` are the attachment's subnets by zone; of a firewall, its zones alone.
    """

    address: str
    kind: str
    gateway: str
    vpc: str = ""
    zones: Mapping[str, str] = field(default_factory=dict)
    appliance: bool = False
    static: bool = False
    asn: str = ""


@dataclass
class AwsNetwork:
    """Everything that AWS has, by address."""

    vpcs: dict[str, list[IPv4Network]] = field(default_factory=dict)
    subnets: dict[str, AwsSubnet] = field(default_factory=dict)
    tables: dict[str, list[AwsRoute]] = field(default_factory=dict)
    acls: dict[str, PlayedAcl] = field(default_factory=dict)
    internet_gateways: dict[str, str] = field(default_factory=dict)  # the VPC that each is attached to
    nats: dict[str, tuple[str, bool]] = field(default_factory=dict)  # subnet, and whether it is public
    nat_addresses: dict[str, IPv4Address] = field(default_factory=dict)  # of NAT gateways that state theirs
    balanced: set[IPv4Address] = field(default_factory=set)  # addresses of load balancers, which are no hosts
    firewall_endpoints: dict[str, str] = field(default_factory=dict)  # firewall, by subnet
    balanced_endpoints: dict[str, str] = field(default_factory=dict)  # subnet, by Gateway Load Balancer endpoint
    gateways: dict[str, bool] = field(default_factory=dict)  # transit gateways, and whether VPNs share load
    gateway_tables: dict[str, str] = field(default_factory=dict)  # transit gateway tables, and whose each is
    attachments: dict[str, GatewayAttachment] = field(default_factory=dict)
    associations: dict[str, str] = field(default_factory=dict)  # table, by attachment
    propagations: dict[str, list[str]] = field(default_factory=dict)  # attachments, by table
    statics: dict[str, dict[IPv4Network, str]] = field(default_factory=dict)  # attachment or "", by table
    names: dict[str, str] = field(default_factory=dict)  # `Name` tags of VPN connections
    vpns: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # arguments of VPN connections
    customer_gateways: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # arguments, by VPN connection
    customer_gateway_of: dict[str, str] = field(default_factory=dict)  # its address, by VPN connection
    asns: dict[str, str] = field(default_factory=dict)  # of transit gateways

    def subnets_of(self, vpc: str) -> list[AwsSubnet]:
        """The subnets of a VPC."""
        return [subnet for subnet in self.subnets.values() if subnet.vpc == vpc]

    def inside(self, vpc: str, cidr: IPv4Network) -> bool:
        """Whether a prefix lies in one of a VPC's CIDRs."""
        return any(cidr.subnet_of(own) for own in self.vpcs[vpc])
