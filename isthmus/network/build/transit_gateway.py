"""Transit gateways, their attachments, associations, propagations and routes.

A transit gateway associates every attachment with its default table, and lets it propagate there, unless the gateway or
the attachment says otherwise. https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from isthmus.network.build.resolve import (
    ATTACHMENT,
    PREFIX_LIST,
    SUBNET,
    TGW_TABLE,
    TRANSIT_GATEWAY,
    VPC,
    Resolver,
    cidr,
    cidrs,
    integer,
    name_of,
    single,
    switch,
)
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    Finding,
    RouteOrigin,
    TgwRoute,
    TgwTable,
    TransitGateway,
    Unknown,
    VpnConnection,
)
from isthmus.terraform.graph import Resource

_T = "aws_ec2_transit_gateway"


@dataclass(frozen=True)
class _Flags:
    """Whether an attachment joins the default table by default, to be associated and to propagate."""

    associate: bool | Unknown = True
    propagate: bool | Unknown = True


def gateways(resolver: Resolver) -> dict[str, TransitGateway]:
    """Transit gateways, and which object their default table is."""
    made: dict[str, TransitGateway] = {}
    replaced: dict[str, str | Unknown] = {}
    for resource in resolver.of_type(f"{_T}_default_route_table_association"):
        gateway = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        if isinstance(gateway, str):
            replaced[gateway] = resolver.required(
                resource, "transit_gateway_route_table_id", single(f"{_T}_route_table")
            )
    for resource in resolver.certain(_T):
        address = resource.address
        table = f"{address}.association_default_route_table_id"
        for attribute in ("association_default_route_table_id", "propagation_default_route_table_id"):
            resolver.same[address, attribute] = table
        associates = switch(resource.get("default_route_table_association"), default=True)
        propagates = switch(resource.get("default_route_table_propagation"), default=True)
        new = replaced.get(address)
        asn = integer(resource.get("amazon_side_asn"))
        made[address] = TransitGateway(
            address,
            64512 if asn is None else asn,
            switch(resource.get("vpn_ecmp_support"), default=True),
            switch(resource.get("security_group_referencing_support"), default=False),
            cidrs(resource, "transit_gateway_cidr_blocks", resource.get("transit_gateway_cidr_blocks")),
            associates,
            propagates,
            "" if associates is False and propagates is False else new if isinstance(new, str) else table,
            name_of(resource),
        )
    return made


def attachments(
    resolver: Resolver, vpns: Mapping[str, VpnConnection]
) -> tuple[dict[str, Attachment], dict[str, _Flags]]:
    """Attachments of every kind, not yet associated, with their default-table flags by address.

    An accepter is the attachment it accepts. It decides the two flags, for they act on the gateway's side.
    """
    made: dict[str, Attachment] = {}
    flags: dict[str, _Flags] = {}
    for resource in resolver.certain(f"{_T}_vpc_attachment"):
        made[resource.address] = Attachment(
            resource.address,
            AttachmentKind.VPC,
            resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY),
            resolver.required(resource, "vpc_id", VPC),
            subnets=resolver.many(resource, "subnet_ids", SUBNET),
            appliance_mode=switch(resource.get("appliance_mode_support"), default=False),
            # Absent: the provider leaves AWS's default, which is on. https://.../tgw/tgw-vpc-attachments.html
            security_group_referencing=switch(resource.get("security_group_referencing_support"), default=True),
            ipv6=switch(resource.get("ipv6_support"), default=False),
        )
        flags[resource.address] = _flags(resource)
    for resource in resolver.certain(f"{_T}_connect"):
        transport = resolver.required(resource, "transport_attachment_id", ATTACHMENT)
        gateway = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        made[resource.address] = Attachment(
            resource.address, AttachmentKind.CONNECT, gateway, transport, transport=transport
        )
        flags[resource.address] = _flags(resource)
    for vpn in vpns.values():
        if vpn.gateway is None or isinstance(vpn.gateway, Unknown) or vpn.gateway in _transit_gateways(resolver):
            kind = AttachmentKind.PRIVATE_VPN if vpn.private else AttachmentKind.VPN
            gateway = Unknown(f"{vpn.address} names no gateway") if vpn.gateway is None else vpn.gateway
            made[vpn.address] = Attachment(vpn.address, kind, gateway, vpn.address)
    for resource in resolver.certain("aws_dx_gateway_association"):
        gateway = resolver.required(resource, "associated_gateway_id", {_T: ("id",), "aws_vpn_gateway": ("id",)})
        if isinstance(gateway, Unknown) or gateway in _transit_gateways(resolver):
            dx = resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway"))
            made[resource.address] = Attachment(resource.address, AttachmentKind.DX_GATEWAY, gateway, dx)
    for resource in resolver.certain(f"{_T}_peering_attachment"):
        made[resource.address] = Attachment(
            resource.address,
            AttachmentKind.PEERING,
            resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY),
            resolver.required(resource, "peer_transit_gateway_id", TRANSIT_GATEWAY),
        )
        flags[resource.address] = _Flags(propagate=False)
    for resource in resolver.certain("aws_networkfirewall_firewall"):
        owner = resolver.one(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        if owner is not None:
            kind = AttachmentKind.NETWORK_FUNCTION
            # It has appliance mode by itself, and propagates nothing.
            made[resource.address] = Attachment(resource.address, kind, owner, resource.address, appliance_mode=True)
            flags[resource.address] = _Flags(propagate=False)
    for type_ in (f"{_T}_vpc_attachment_accepter", f"{_T}_peering_attachment_accepter"):
        for resource in resolver.certain(type_):
            _accept(resolver, resource, made, flags)
    return made, flags


def _accept(resolver: Resolver, resource: Resource, made: dict[str, Attachment], flags: dict[str, _Flags]) -> None:
    accepted = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
    if isinstance(accepted, str) and accepted in made:
        made[accepted] = replace(made[accepted], aliases=(*made[accepted].aliases, resource.address))
        flags[accepted] = _flags(resource)
        for attribute in ("id", "transit_gateway_attachment_id"):
            resolver.same[resource.address, attribute] = accepted
        return
    why = accepted if isinstance(accepted, Unknown) else Unknown(accepted)
    kind = AttachmentKind.VPC if "vpc_attachment" in resource.type else AttachmentKind.PEERING
    made[resource.address] = Attachment(resource.address, kind, why, why, subnets=(why,))
    flags[resource.address] = _flags(resource)


def _flags(resource: Resource) -> _Flags:
    return _Flags(
        switch(resource.get("transit_gateway_default_route_table_association"), default=True),
        switch(resource.get("transit_gateway_default_route_table_propagation"), default=True),
    )


def _transit_gateways(resolver: Resolver) -> set[str]:
    return {r.address for r in resolver.graph.of_type(_T)}


def associated(
    resolver: Resolver,
    gateways: Mapping[str, TransitGateway],
    made: Mapping[str, Attachment],
    flags: Mapping[str, _Flags],
) -> tuple[dict[str, Attachment], dict[tuple[str, str], str]]:
    """The attachments with the table each is associated with, and the resource that makes each association."""
    explicit: dict[str, list[tuple[str | Unknown, str, bool]]] = defaultdict(list)
    anyone: Unknown | None = None
    for resource in resolver.of_type(f"{_T}_route_table_association"):
        attachment = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
        table = resolver.doubt(resource) or resolver.required(resource, "transit_gateway_route_table_id", TGW_TABLE)
        if isinstance(attachment, Unknown):
            anyone = anyone or Unknown(f"{resource.address} may associate it: {attachment.reason}")
        else:
            takes_over = resource.get("replace_existing_association") is True
            explicit[attachment].append((table, resource.address, takes_over))
    policies = {}
    for resource in resolver.of_type(f"{_T}_policy_table_association"):
        attachment = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
        if isinstance(attachment, str):
            policies[attachment] = resolver.required(
                resource, "transit_gateway_policy_table_id", single(f"{_T}_policy_table")
            )
    result: dict[str, Attachment] = {}
    sources: dict[tuple[str, str], str] = {}
    for address, attachment_facts in made.items():
        found = list(explicit[address])
        default = _default(gateways, attachment_facts, flags.get(address, _Flags()), associate=True)
        if default is not None and not any(takes_over for _, _, takes_over in found):
            found.append((default, address, False))
        table_: str | Unknown | None = found[0][0] if found else anyone
        if len({str(t) for t, _, _ in found}) > 1:
            where = tuple(dict.fromkeys(name for _, name, _ in found))
            why = f"{address} is associated with {len(found)} tables; AWS takes one: {_names(found)}"
            resolver.findings.append(Finding("double-association", where, why))
            table_ = Unknown(why)
        elif found:
            sources["association", address] = found[0][1]
        result[address] = replace(attachment_facts, table=table_, policy_table=policies.get(address))
    return result, sources


def _names(found: list[tuple[str | Unknown, str, bool]]) -> str:
    return ", ".join(str(table) for table, _, _ in found)


def _default(
    gateways: Mapping[str, TransitGateway], attachment: Attachment, flags: _Flags, *, associate: bool
) -> str | Unknown | None:
    """The default table, if an attachment joins it; Unknown if nobody knows whether it does."""
    wants = flags.associate if associate else flags.propagate
    if wants is False:
        return None
    if isinstance(attachment.gateway, Unknown):
        return Unknown(f"the default table of an unknown transit gateway: {attachment.gateway.reason}")
    gateway = gateways[attachment.gateway]
    offers = gateway.default_association if associate else gateway.default_propagation
    if offers is False:
        return None
    doubt = next((x for x in (wants, offers) if isinstance(x, Unknown)), None)
    return doubt or gateway.default_table


def tables(
    resolver: Resolver,
    gateways: Mapping[str, TransitGateway],
    made: Mapping[str, Attachment],
    flags: Mapping[str, _Flags],
    sources: Mapping[tuple[str, str], str],
) -> dict[str, TgwTable]:
    """Route tables with what propagates into them and their static routes."""
    learns: dict[str, list[str | Unknown]] = defaultdict(list)
    by: dict[tuple[str, str, str], str] = {}
    stray_learns: list[Unknown] = []
    for resource in resolver.of_type(f"{_T}_route_table_propagation"):
        table = resolver.required(resource, "transit_gateway_route_table_id", TGW_TABLE)
        attachment = resolver.doubt(resource) or resolver.required(
            resource, "transit_gateway_attachment_id", ATTACHMENT
        )
        if isinstance(table, Unknown):
            stray_learns.append(Unknown(f"{resource.address} may propagate into it: {table.reason}"))
            continue
        learns[table].append(attachment)
        if isinstance(attachment, str):
            by[table, "propagation", attachment] = resource.address
    for address, attachment_facts in made.items():
        default = _default(gateways, attachment_facts, flags.get(address, _Flags()), associate=False)
        if isinstance(default, str) and address not in learns[default]:
            learns[default].append(address)
            by[default, "propagation", address] = address
        elif isinstance(default, Unknown) and not isinstance(attachment_facts.gateway, Unknown):
            stray_learns.append(Unknown(f"{address} may propagate into it: {default.reason}"))
    for (_, address), name in sources.items():
        associated_with = made[address].table
        if isinstance(associated_with, str):
            by[associated_with, "association", address] = name
    routes, stray_routes = _routes(resolver)
    owners: dict[str, tuple[str | Unknown, str]] = {
        g.default_table: (g.address, "default") for g in gateways.values() if g.default_table
    }
    for resource in resolver.certain(f"{_T}_route_table"):
        owners[resource.address] = (
            resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY),
            name_of(resource),
        )
    return {
        address: TgwTable(
            address,
            gateway,
            (*dict.fromkeys(learns[address]), *stray_learns),
            (*routes[address], *stray_routes),
            {(kind, attachment): name for (table, kind, attachment), name in by.items() if table == address},
            name,
        )
        for address, (gateway, name) in owners.items()
    }


def _routes(resolver: Resolver) -> tuple[defaultdict[str, list[TgwRoute]], list[TgwRoute]]:
    """Static routes and prefix list references by table, and those of which nobody knows the table."""
    routes: defaultdict[str, list[TgwRoute]] = defaultdict(list)
    stray: list[TgwRoute] = []
    for resource in resolver.of_type(f"{_T}_route", f"{_T}_prefix_list_reference"):
        table = resolver.required(resource, "transit_gateway_route_table_id", TGW_TABLE)
        destination: Cidr | str | Unknown
        if resource.type.endswith("_route"):
            destination = cidr(resource, "destination_cidr_block", resource.get("destination_cidr_block"))
            origin = RouteOrigin.STATIC
        else:
            destination = resolver.required(resource, "prefix_list_id", PREFIX_LIST)
            origin = RouteOrigin.PREFIX_LIST
        blackhole = switch(resource.get("blackhole"), default=False)
        attachment: str | Unknown | None = None
        if isinstance(blackhole, Unknown):
            attachment = blackhole
        elif not blackhole:
            attachment = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
        doubt = resolver.doubt(resource)
        if isinstance(table, Unknown):
            why = Unknown(f"it is in an unknown table: {table.reason}")
            stray.append(TgwRoute(resource.address, why, attachment, origin))
        else:
            routes[table].append(TgwRoute(resource.address, doubt or destination, attachment, origin))
    return routes, stray
