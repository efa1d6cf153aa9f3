"""The network as facts: what `isthmus.network.from_terraform` makes of Terraform and everything behind it asks about.

Plain frozen data. Every object has the Terraform `address` it came from, and names others by theirs. What could not be
resolved is an `Unknown` with its reason, in the place where the value would be: never dropped, never guessed.

Objects AWS makes by itself have no resource of their own. Their address says whose they are:
`aws_vpc.a.main_route_table_id`, `aws_vpc.a.default_network_acl_id`,
`aws_ec2_transit_gateway.hub.association_default_route_table_id`, or `aws_ec2_transit_gateway_peering_attachment.p.peer`
for the far side of a peering attachment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from isthmus.network.dns_model import Resolution
from isthmus.network.public_access import PublicAccess
from isthmus.network.suricata import SuricataRules
from isthmus.terraform.graph import Unknown

Cidr = IPv4Network | IPv6Network

_NO_RULES = Unknown("none are known")
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_UP_TO_THE_REGION = re.compile(r"^.*?\.[a-z]+(-[a-z]+)+-\d+\.")

__all__ = [
    "AdvertisedPrefix",
    "Attachment",
    "AttachmentKind",
    "Cidr",
    "CustomerGateway",
    "DxGateway",
    "EndpointKind",
    "Firewall",
    "FirewallEndpoint",
    "Gateway",
    "GatewayKind",
    "NatGateway",
    "Network",
    "NetworkAcl",
    "NetworkAclRule",
    "Perhaps",
    "Possible",
    "PrefixList",
    "RouteOrigin",
    "SecurityGroup",
    "SecurityGroupRule",
    "Site",
    "StructuralProblem",
    "Subnet",
    "Target",
    "TargetKind",
    "TgwRoute",
    "TgwTable",
    "TransitGateway",
    "Tunnel",
    "Unknown",
    "Vpc",
    "VpcEndpoint",
    "VpcPeering",
    "VpcRoute",
    "VpcTable",
    "VpnConnection",
]


@dataclass(frozen=True, slots=True)
class StructuralProblem:
    """Something wrong with the configuration itself, whatever packets it lets through.

    `rule` is a stable kebab-case id, `resources` the Terraform addresses to look at, the one to change first.
    """

    rule: str
    resources: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why} ({', '.join(self.resources)})"


@dataclass(frozen=True, slots=True)
class Perhaps:
    """The address of an object that may stand here or not, and why that is not known."""

    address: str
    why: str


# --- VPC ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC. `main_table` is the table of every subnet without an association of its own."""

    address: str
    cidrs: tuple[Cidr | Unknown, ...] = ()
    main_table: str | Unknown = ""
    account: str | None = None
    region: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, with the table and network ACL in effect (associated ones, or the VPC's main and default ones).

    `zone` is the zone id where the configuration gives one (`use1-az1`), else the zone name (`us-east-1a`).
    Zone names differ between accounts; equal labels are taken as equal zones. `vague_ipv6` says why it may have IPv6
    addresses that are not among `cidrs`, or "".
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
    vague_ipv6: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """An instance or network interface: its subnet, its addresses as far as they are given, whether it is public."""

    address: str
    subnet: str | Unknown
    ips: tuple[IPv4Address | IPv6Address, ...] = ()
    public: bool | Unknown = False


class TargetKind(Enum):
    """Where a VPC route sends packets."""

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
    OTHER = "another target"  # core network, local gateway, carrier gateway, ...: not modelled, unknown on a path


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a VPC route. `address` is empty for `LOCAL`."""

    kind: TargetKind
    address: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.address}".strip()


class RouteOrigin(Enum):
    """How a route came into its table, in the order in which AWS prefers them at equal prefix length."""

    LOCAL = "local"
    STATIC = "static"
    PREFIX_LIST = "prefix list"
    PROPAGATED = "propagated"


@dataclass(frozen=True, slots=True)
class VpcRoute:
    """A route of a VPC table as configured. A prefix list destination is its address.

    `blackhole` says why the target is gone, if it is: the route still wins and drops. `doubt` says why the table may
    not hold this route at all, or "".
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

    `propagating` are the virtual private gateways whose routes it learns, `may_learn` those whose it may learn or not.
    `gateways` are the internet or virtual private gateways it is associated with, which makes it a gateway (edge)
    route table.
    """

    address: str
    vpc: str | Unknown
    routes: tuple[VpcRoute, ...] = ()
    propagating: tuple[str | Unknown, ...] = ()
    gateways: tuple[str | Unknown, ...] = ()
    name: str = ""
    may_learn: tuple[Perhaps, ...] = ()


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

    One with a `vpc` is regional: it is in no subnet, serves every zone, and has a route table of its own that leads to
    the internet gateway. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """

    address: str
    subnet: str | Unknown
    public: bool | Unknown = True
    private_ip: IPv4Address | None = None
    vpc: str | Unknown | None = None


class EndpointKind(Enum):
    """The types of VPC endpoint."""

    GATEWAY = "Gateway"
    INTERFACE = "Interface"
    GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class VpcEndpoint:
    """A VPC endpoint. `tables` matter for gateway endpoints, `subnets` and `security_groups` for the others.

    `private_dns` makes the service's own names lead to it; `inbound_only` narrows that to queries that come by an
    inbound Resolver endpoint.
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

    @property
    def service_name(self) -> str:
        """The service as people call it, `ecr.dkr`: what follows the Region in its name. "" if nobody knows."""
        return "" if isinstance(self.service, Unknown) else _UP_TO_THE_REGION.sub("", self.service)


@dataclass(frozen=True, slots=True)
class FirewallEndpoint:
    """One endpoint of a Network Firewall, in one subnet. Its address is `<firewall>[<subnet>]`."""

    address: str
    firewall: str
    subnet: str | Unknown


@dataclass(frozen=True, slots=True)
class Firewall:
    """An AWS Network Firewall, in a VPC (`vpc`, `endpoints`) or attached to a transit gateway (`gateway`, `zones`).

    `rules` are Unknown where the policy is not known: so is then what passes.
    """

    address: str
    vpc: str | Unknown | None = None
    endpoints: tuple[FirewallEndpoint, ...] = ()
    gateway: str | Unknown | None = None
    name: str = ""
    rules: SuricataRules | Unknown = _NO_RULES
    zones: tuple[str | Unknown, ...] = ()

    @property
    def own(self) -> tuple[FirewallEndpoint, ...]:
        """The endpoints that its status lists: of its subnets, and not those that are associated with it."""
        return tuple(end for end in self.endpoints if end.address.startswith(f"{self.address}["))


@dataclass(frozen=True, slots=True)
class VpcPeering:
    """A VPC peering connection; `peer` is Unknown where the other side is not in this input."""

    address: str
    requester: str | Unknown
    peer: str | Unknown


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A customer-managed prefix list. It costs `max_entries` in quotas, not what it holds.

    `version` is its version of IP: a list holds entries of one.
    """

    address: str
    entries: tuple[Cidr | Unknown, ...]
    max_entries: int | Unknown = 0
    version: int = 4


# --- filters --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NetworkAclRule:
    """A network ACL rule. `protocol` is the IANA number, -1 for all.

    `ports` are inclusive, None for all; of ICMP, messages as 16-bit numbers (`isthmus.network.packets.message`).
    """

    address: str
    number: int
    allow: bool
    protocol: int
    cidr: Cidr
    ports: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL: rules of each direction in rule-number order, then an implicit deny.

    `unresolved` gives the reason where any rule could not be read: its verdicts are then unknown.
    """

    address: str
    vpc: str | Unknown
    inbound: tuple[NetworkAclRule, ...] = ()
    outbound: tuple[NetworkAclRule, ...] = ()
    unresolved: Unknown | None = None


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """An allow rule. Its peers are CIDRs, prefix lists (by address) and security groups (by address), any of them.

    `protocol` and `ports` as of a network ACL's.
    """

    address: str
    protocol: int
    ports: tuple[int, int] | None = None
    cidrs: tuple[Cidr, ...] = ()
    prefix_lists: tuple[str | Unknown, ...] = ()
    groups: tuple[str | Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group: stateful, allow-only. `unresolved` as in `NetworkAcl`."""

    address: str
    vpc: str | Unknown | None
    inbound: tuple[SecurityGroupRule, ...] = ()
    outbound: tuple[SecurityGroupRule, ...] = ()
    unresolved: Unknown | None = None


# --- transit gateway ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransitGateway:
    """A transit gateway.

    `association_table` is the table that attachments are associated with by default, `propagation_table` the one that
    they propagate to by default; "" while that is off. AWS makes one table for both, and either may be changed.
    """

    address: str
    asn: int | Unknown = 64512
    vpn_ecmp: bool | Unknown = True
    security_group_referencing: bool | Unknown = False
    cidr_blocks: tuple[Cidr | Unknown, ...] = ()
    default_association: bool | Unknown = True
    default_propagation: bool | Unknown = True
    association_table: str | Unknown = ""
    propagation_table: str | Unknown = ""
    name: str = ""


class AttachmentKind(Enum):
    """What is attached, in the order in which a transit gateway prefers propagated routes of equal length."""

    VPC = "VPC"
    DX_GATEWAY = "Direct Connect gateway"
    CONNECT = "Connect"
    PRIVATE_VPN = "private IP VPN"
    VPN = "VPN"
    PEERING = "peering"
    NETWORK_FUNCTION = "network function"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A transit gateway attachment.

    - `attached`: a VPC, VPN connection, Direct Connect gateway, firewall or (peering) the far gateway.
    - `table`: the route table it is associated with: the one that decides where packets arriving *from* it go.
      None means no association: everything it sends is dropped.
    - `subnets`: of a VPC attachment, one per zone.
    - `aliases`: addresses of resources that are this same attachment (its accepter).
    - `ipv6`: whether a VPC attachment propagates the VPC's IPv6 CIDRs. It filters nothing.
    - `transport`: of a Connect attachment or private IP VPN, the attachment that carries it.
    - `far_side`: of a peering attachment, the attachment that it is at the other transit gateway.
    """

    address: str
    kind: AttachmentKind
    gateway: str | Unknown
    attached: str | Unknown
    table: str | Unknown | None = None
    subnets: tuple[str | Unknown, ...] = ()
    appliance_mode: bool | Unknown = False
    security_group_referencing: bool | Unknown = False
    aliases: tuple[str, ...] = ()
    transport: str | Unknown | None = None
    policy_table: str | Unknown | None = None
    ipv6: bool | Unknown = True
    far_side: str = ""


@dataclass(frozen=True, slots=True)
class TgwRoute:
    """A static route, or a prefix list reference, of a transit gateway table. No `attachment` means blackhole.

    `doubt` says why the table may not hold this route at all, or "".
    """

    address: str
    destination: Cidr | str | Unknown
    attachment: str | Unknown | None
    origin: RouteOrigin = RouteOrigin.STATIC
    unknown_reason: str = ""


@dataclass(frozen=True, slots=True)
class TgwTable:
    """A transit gateway route table. `propagations` are the attachments whose routes it learns.

    `may_learn` are attachments whose routes it may learn or not: they may be among `Network.possible`.
    `sources` gives, for an association or propagation, the resource that makes it: `("propagation", attachment)`.
    """

    address: str
    gateway: str | Unknown
    propagations: tuple[str | Unknown, ...] = ()
    routes: tuple[TgwRoute, ...] = ()
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    name: str = ""
    may_learn: tuple[Perhaps, ...] = ()


# --- Site-to-Site VPN and Direct Connect ----------------------------------------------------------------------------


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


@dataclass(frozen=True)
class Possible:
    """Objects that may exist or not: `count` or `for_each` cannot be evaluated. Other objects name none of them.

    They are no part of the network that is walked. Where one of them could change an answer, the answer is unknown.

    - `dx_associations`: the Direct Connect gateway and the gateway that each may join.
    - `unaccepted`: of attachments that exist and carry nothing until they are accepted, why that is not known.
    """

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    endpoints: Mapping[str, VpcEndpoint] = field(default_factory=dict)
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    vpns: Mapping[str, VpnConnection] = field(default_factory=dict)
    dx_associations: Mapping[str, tuple[str | Unknown, str | Unknown]] = field(default_factory=dict)
    unaccepted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """Everything, by address; `public_access` by VPC. `findings` are structural.

    `notes` say what the reader or builder could not use.

    `not_evaluated` is what the input has and nothing evaluates: addresses with reasons (`isthmus.network.coverage`).
    """

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    hosts: Mapping[str, Host] = field(default_factory=dict)
    tables: Mapping[str, VpcTable] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    nats: Mapping[str, NatGateway] = field(default_factory=dict)
    endpoints: Mapping[str, VpcEndpoint] = field(default_factory=dict)
    firewalls: Mapping[str, Firewall] = field(default_factory=dict)
    peerings: Mapping[str, VpcPeering] = field(default_factory=dict)
    prefix_lists: Mapping[str, PrefixList] = field(default_factory=dict)
    nacls: Mapping[str, NetworkAcl] = field(default_factory=dict)
    security_groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    transit_gateways: Mapping[str, TransitGateway] = field(default_factory=dict)
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    tgw_tables: Mapping[str, TgwTable] = field(default_factory=dict)
    vpns: Mapping[str, VpnConnection] = field(default_factory=dict)
    customer_gateways: Mapping[str, CustomerGateway] = field(default_factory=dict)
    dx_gateways: Mapping[str, DxGateway] = field(default_factory=dict)
    public_access: Mapping[str, PublicAccess] = field(default_factory=dict)
    resolution: Resolution = field(default_factory=Resolution)
    possible: Possible = field(default_factory=Possible)
    findings: tuple[StructuralProblem, ...] = ()
    notes: tuple[str, ...] = ()
    not_evaluated: tuple[tuple[str, str], ...] = ()
