"""The network of an input: every object, by address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.network.dns_model import Resolution
from isthmus.network.model.filters import NetworkAcl, SecurityGroup
from isthmus.network.model.firewall import Firewall
from isthmus.network.model.load_balancer import LoadBalancer, TargetGroup
from isthmus.network.model.transit_gateway import Attachment, TgwTable, TransitGateway
from isthmus.network.model.values import StructuralProblem, Unknown
from isthmus.network.model.vpc import (
    Gateway,
    Host,
    NatGateway,
    PrefixList,
    Subnet,
    Vpc,
    VpcEndpoint,
    VpcPeering,
    VpcTable,
)
from isthmus.network.model.vpn import CustomerGateway, DxGateway, VpnConnection
from isthmus.network.public_access import PublicAccess


@dataclass(frozen=True)
class Possible:
    """Objects that may exist: their `count` or `for_each` is unknown. No other object refers to them.

    They are not part of the network that is walked. If one of them could change an answer, the answer is unknown.

    - `dx_associations`: the Direct Connect gateway and the gateway that each may join.
    - `unaccepted`: why it is unknown whether an attachment is accepted, by attachment.
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

    `notes` list what could not be used.

    `not_evaluated` are addresses in the input that are not evaluated, with reasons (`isthmus.network.coverage`).
    """

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    hosts: Mapping[str, Host] = field(default_factory=dict)
    tables: Mapping[str, VpcTable] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    nats: Mapping[str, NatGateway] = field(default_factory=dict)
    endpoints: Mapping[str, VpcEndpoint] = field(default_factory=dict)
    firewalls: Mapping[str, Firewall] = field(default_factory=dict)
    load_balancers: Mapping[str, LoadBalancer] = field(default_factory=dict)
    target_groups: Mapping[str, TargetGroup] = field(default_factory=dict)
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
