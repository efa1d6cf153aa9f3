"""VPCs: subnets, route tables, gateways, endpoints and peering connections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

from isthmus.network.model.values import Cidr, PossibleReference, Unknown

# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_UP_TO_THE_REGION = re.compile(r"^.*?\.[a-z]+(-[a-z]+)+-\d+\.")


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC. `main_table` is the route table of every subnet without an association.

    `assigned` is the number of IPv6 blocks that AWS assigns it. `stand_in` is the one of `cidrs` that stands for them.
    """

    address: str
    cidrs: tuple[Cidr | Unknown, ...] = ()
    main_table: str | Unknown = ""
    account: str | None = None
    region: str | None = None
    name: str = ""
    assigned: int = 0
    stand_in: Cidr | None = None


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet with the route table and network ACL in effect: associated, or the main and default ones of the VPC.

    `zone` is the zone ID if the configuration has it (`use1-az1`), else the zone name (`us-east-1a`). Zone names differ
    between accounts; equal names are taken as equal zones. `ipv6_unknown_reason` is why the subnet may have IPv6
    addresses that are not in `cidrs`, or "".
    """

    address: str
    vpc: str | Unknown
    cidrs: tuple[Cidr | Unknown, ...]
    zone: str | Unknown
    table: str | Unknown
    nacl: str | Unknown
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    assigns_public: bool | Unknown = False
    ipv6_unknown_reason: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """An instance or network interface: its subnet, its known addresses, and whether it is public."""

    address: str
    subnet: str | Unknown
    ips: tuple[IPv4Address | IPv6Address, ...] = ()
    public: bool | Unknown = False


class TargetKind(Enum):
    """The kind of target of a VPC route."""

    LOCAL = "local"
    TRANSIT_GATEWAY = "transit gateway"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY = "egress-only internet gateway"
    NAT_GATEWAY = "NAT gateway"
    VPN_GATEWAY = "virtual private gateway"
    PEERING = "VPC peering connection"
    ENDPOINT = "VPC endpoint"  # a gateway endpoint, or a Gateway Load Balancer endpoint
    FIREWALL_ENDPOINT = "firewall endpoint"
    INTERFACE = "network interface"
    OTHER = "another target"  # core network, local gateway, carrier gateway, ...: not modeled, unknown on a path


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a VPC route. `address` is empty for `LOCAL`."""

    kind: TargetKind
    address: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.address}".strip()


class RouteOrigin(Enum):
    """The origin of a route, in the order in which AWS prefers them at equal prefix length."""

    LOCAL = "local"
    STATIC = "static"
    PREFIX_LIST = "prefix list"
    PROPAGATED = "propagated"


@dataclass(frozen=True, slots=True)
class VpcRoute:
    """A route of a VPC table as configured. A prefix list destination is its address.

    `blackhole` is why the target is gone, or "". Such a route still matches, and drops packets. `unknown_reason` is why
    the table may not have this route, or "".
    """

    address: str
    destination: Cidr | str | Unknown
    target: Target | Unknown
    origin: RouteOrigin = RouteOrigin.STATIC
    blackhole: str = ""
    unknown_reason: str = ""


@dataclass(frozen=True, slots=True)
class VpcTable:
    """A VPC route table. Local routes are implied by the VPC's CIDRs.

    `propagating` are the virtual private gateways that propagate routes into it, `may_learn` those that may do so.
    `gateways` are the associated internet or virtual private gateways, for a gateway route table.
    """

    address: str
    vpc: str | Unknown
    routes: tuple[VpcRoute, ...] = ()
    propagating: tuple[str | Unknown, ...] = ()
    gateways: tuple[str | Unknown, ...] = ()
    name: str = ""
    may_learn: tuple[PossibleReference, ...] = ()


class GatewayKind(Enum):
    """The gateways that a VPC has at most one of."""

    INTERNET = "internet gateway"
    EGRESS_ONLY = "egress-only internet gateway"
    VPN = "virtual private gateway"


@dataclass(frozen=True, slots=True)
class Gateway:
    """An internet, egress-only or VPN gateway; `vpc` is None while detached. `asn` is a VPN gateway's own."""

    address: str
    kind: GatewayKind
    vpc: str | Unknown | None
    asn: int | Unknown | None = None


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway. `private_ip` is known only when the configuration sets it or a state holds it.

    With `more_addresses` it has further ones in its subnet, and takes any of them for a connection.
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html

    A NAT gateway with a `vpc` is regional: it has no subnet, serves every zone, and has its own route table to the
    internet gateway. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """

    address: str
    subnet: str | Unknown
    public: bool | Unknown = True
    private_ip: IPv4Address | None = None
    vpc: str | Unknown | None = None
    more_addresses: bool = False

    @property
    def source_ip(self) -> IPv4Address | None:
        """The address that every packet from it has as its source; None if it is unknown or one of several."""
        return None if self.more_addresses else self.private_ip


class EndpointKind(Enum):
    """The types of VPC endpoint."""

    GATEWAY = "Gateway"
    INTERFACE = "Interface"
    GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Appliances:
    """What is behind a Gateway Load Balancer endpoint, as far as Terraform shows it.

    - `service`: the address of its endpoint service, or "" if that is not in the input.
    - `shown`: which targets receive the packets, or "".
    - `blocked`, `cause`: why no appliance receives the packets, and the resource to look at, or "".
    - `unknown`: why it is unknown whether the appliances forward packets, or "".
    """

    service: str = ""
    shown: str = ""
    blocked: str = ""
    cause: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class VpcEndpoint:
    """A VPC endpoint. `tables` matter for gateway endpoints, `subnets` and `security_groups` for the others.

    `private_dns`: the public names of the service resolve to it. `inbound_only`: only for queries through an inbound
    Resolver endpoint.
    """

    address: str
    kind: EndpointKind
    vpc: str | Unknown
    service: str | Unknown
    tables: tuple[str | Unknown, ...] = ()
    subnets: tuple[str | Unknown, ...] = ()
    security_groups: tuple[str | Unknown, ...] = ()
    private_dns: bool | Unknown = False
    inbound_only: bool | Unknown = False
    appliances: Appliances = Appliances()

    @property
    def service_name(self) -> str:
        """The short name of the service, `ecr.dkr`: the part of its name after the Region. "" if unknown."""
        return "" if isinstance(self.service, Unknown) else _UP_TO_THE_REGION.sub("", self.service)


@dataclass(frozen=True, slots=True)
class VpcPeering:
    """A VPC peering connection; `peer` is Unknown if the accepter is not in this input."""

    address: str
    requester: str | Unknown
    peer: str | Unknown


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A customer-managed prefix list. It counts as `max_entries` in quotas, not as its number of entries.

    `version` is the IP version of all its entries.
    """

    address: str
    entries: tuple[Cidr | Unknown, ...]
    max_entries: int | Unknown = 0
    version: int = 4
