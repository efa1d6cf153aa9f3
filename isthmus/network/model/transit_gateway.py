"""Transit gateways: attachments and route tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from isthmus.network.model.values import Cidr, PossibleReference, Unknown
from isthmus.network.model.vpc import RouteOrigin


@dataclass(frozen=True, slots=True)
class TransitGateway:
    """A transit gateway.

    `association_table` is the default association route table, `propagation_table` the default propagation route table;
    "" if disabled. AWS creates one table for both, and you can change either.
    `existing`: Terraform reads it only. Its other attachments, route tables and routes are not in the input.
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
    existing: bool = False


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
    - `table`: the associated route table, which routes the packets *from* this attachment.
      None means no association: the transit gateway drops every packet from it.
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

    `unknown_reason` is why the table may not have this route, or "".
    """

    address: str
    destination: Cidr | str | Unknown
    attachment: str | Unknown | None
    origin: RouteOrigin = RouteOrigin.STATIC
    unknown_reason: str = ""


@dataclass(frozen=True, slots=True)
class TgwTable:
    """A transit gateway route table. `propagations` are the attachments that propagate into it.

    `may_learn` are attachments that may propagate into it. They may be in `Network.possible`.
    `sources` gives, for an association or propagation, the resource that makes it: `("propagation", attachment)`.
    """

    address: str
    gateway: str | Unknown
    propagations: tuple[str | Unknown, ...] = ()
    routes: tuple[TgwRoute, ...] = ()
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    name: str = ""
    may_learn: tuple[PossibleReference, ...] = ()
