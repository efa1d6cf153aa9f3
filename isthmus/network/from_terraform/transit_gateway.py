"""Transit gateways and what is attached to them.

A transit gateway associates every attachment with its default association table, and lets it propagate to its default
propagation table, unless the gateway or the attachment says otherwise. AWS makes one table for both. Either may be
changed later, each by a resource of its own; what was attached before stays where it was.
https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayOptions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from isthmus.network.from_terraform.values import (
    ATTACHMENT,
    SUBNET,
    TRANSIT_GATEWAY,
    VPC,
    Resolver,
    cidrs,
    integer,
    name_of,
    single,
    switch,
)
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    TransitGateway,
    Unknown,
    VpnConnection,
)
from isthmus.terraform.graph import Ref, Resource, Value

_T = "aws_ec2_transit_gateway"
_DX_GATEWAYS = {_T: ("id",), "aws_vpn_gateway": ("id",)}


@dataclass(frozen=True)
class Flags:
    """Whether an attachment joins the default tables, to be associated and to propagate."""

    associate: bool | Unknown = True
    propagate: bool | Unknown = True


@dataclass(frozen=True)
class Moved:
    """The default tables that a resource gives to a transit gateway, and which resource that is."""

    by: Resource
    table: str | Unknown


def gateways(resolver: Resolver) -> dict[str, TransitGateway]:
    """Transit gateways, and which objects their default tables are before anything moves them."""
    made: dict[str, TransitGateway] = {}
    for resource in resolver.certain(_T):
        address = resource.address
        table: str | Unknown = f"{address}.association_default_route_table_id"
        if resource.existing:
            table = Unknown(f"what the default route table of {address} holds is not in this input: it exists already")
        for attribute in ("association_default_route_table_id", "propagation_default_route_table_id"):
            if isinstance(table, Unknown):
                resolver.unclear[address, attribute] = table
            else:
                resolver.same[address, attribute] = table
        associates = switch(_fact(resource, "default_route_table_association"), default=True)
        propagates = switch(_fact(resource, "default_route_table_propagation"), default=True)
        asn = integer(_fact(resource, "amazon_side_asn"))
        made[address] = TransitGateway(
            address,
            64512 if asn is None else asn,
            switch(_fact(resource, "vpn_ecmp_support"), default=True),
            switch(_fact(resource, "security_group_referencing_support"), default=False),
            cidrs(resource, "transit_gateway_cidr_blocks", resource.get("transit_gateway_cidr_blocks")),
            associates,
            propagates,
            "" if associates is False else table,
            "" if propagates is False else table,
            name_of(resource),
            resource.existing,
        )
    return made


def _fact(resource: Resource, argument: str) -> Value:
    """An argument of a transit gateway; unknown if it exists already and Terraform does not check the argument."""
    value = resource.get(argument)
    if value is None and resource.existing:
        return Unknown(f"{argument} of {resource.address}, which exists already, is not stated")
    return value


def moved(resolver: Resolver, which: str) -> dict[str, list[Moved]]:
    """What changes the default `association` or `propagation` table of each transit gateway; "" for an unknown one."""
    found: dict[str, list[Moved]] = {}
    for resource in resolver.of_type(f"{_T}_default_route_table_{which}"):
        gateway = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        table = resolver.unknown_reason(resource) or resolver.required(
            resource, "transit_gateway_route_table_id", single(f"{_T}_route_table")
        )
        owner = "" if isinstance(gateway, Unknown) else gateway
        found.setdefault(owner, []).append(Moved(resource, table))
        for address in (owner,) if owner else (r.address for r in resolver.graph.of_type(_T)):
            attribute = f"{which}_default_route_table_id"
            resolver.unclear[address, attribute] = Unknown(f"{resource.address} may have changed {address}.{attribute}")
    return found


def attachments(
    resolver: Resolver, vpns: Mapping[str, VpnConnection]
) -> tuple[dict[str, Attachment], dict[str, Flags]]:
    """Attachments of every kind, not yet associated, with their default-table flags by address.

    An accepter is the attachment it accepts. It decides the two flags, for they act on the gateway's side. Those of
    which it is not known how many there are, are among them.
    """
    made: dict[str, Attachment] = {}
    flags: dict[str, Flags] = {}
    for resource in resolver.of_type(f"{_T}_vpc_attachment"):
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
    for resource in resolver.of_type(f"{_T}_connect"):
        transport = resolver.required(resource, "transport_attachment_id", ATTACHMENT)
        gateway = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        made[resource.address] = Attachment(
            resource.address, AttachmentKind.CONNECT, gateway, transport, transport=transport
        )
        flags[resource.address] = _flags(resource)
    for vpn in vpns.values():
        if vpn.gateway is None or isinstance(vpn.gateway, Unknown) or vpn.gateway in _transit_gateways(resolver):
            kind = AttachmentKind.VPN if vpn.private is False else AttachmentKind.PRIVATE_VPN
            gateway = Unknown(f"{vpn.address} names no gateway") if vpn.gateway is None else vpn.gateway
            made[vpn.address] = Attachment(vpn.address, kind, gateway, vpn.address)
    for resource in resolver.of_type("aws_dx_gateway_association"):
        gateway = resolver.required(resource, "associated_gateway_id", _DX_GATEWAYS)
        if isinstance(gateway, Unknown) or gateway in _transit_gateways(resolver):
            dx = resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway"))
            made[resource.address] = Attachment(resource.address, AttachmentKind.DX_GATEWAY, gateway, dx)
    for resource in resolver.of_type("aws_networkfirewall_firewall"):
        owner = resolver.one(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        if owner is not None:
            # It has appliance mode by itself, and propagates nothing.
            firewall = AttachmentKind.NETWORK_FUNCTION
            made[resource.address] = Attachment(
                resource.address, firewall, owner, resource.address, appliance_mode=True
            )
            flags[resource.address] = Flags(propagate=False)
    for resource in resolver.of_type(f"{_T}_peering_attachment"):
        for side in _peering(resolver, resource):
            made[side.address] = side
            flags[side.address] = Flags(propagate=False)
    _name_by_ends(resolver, made)
    for type_ in (f"{_T}_vpc_attachment_accepter", f"{_T}_peering_attachment_accepter"):
        for resource in resolver.of_type(type_):
            _accept(resolver, resource, made, flags)
    return made, flags


def _name_by_ends(resolver: Resolver, made: Mapping[str, Attachment]) -> None:
    """Say which attachment is meant by what it attaches and its transit gateway: see `Resolver.target`."""
    for address, facts in made.items():
        named = (str(facts.attached), f"attachment:{facts.gateway}")
        if named in resolver.same or address in resolver.graph.unexpanded:
            resolver.unclear[named] = Unknown(f"which attachment of {facts.attached} to {facts.gateway} is meant")
        resolver.same[named] = address


def _peering(resolver: Resolver, resource: Resource) -> Iterator[Attachment]:
    """A peering attachment: one id, and one attachment at each transit gateway, each with an association of its own.

    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering.html
    """
    address, far = resource.address, f"{resource.address}.peer"
    one = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
    other = resolver.required(resource, "peer_transit_gateway_id", TRANSIT_GATEWAY)
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        yield Attachment(address, AttachmentKind.PEERING, one, other)
    else:
        yield Attachment(address, AttachmentKind.PEERING, one, other, far_side=far)
        yield Attachment(far, AttachmentKind.PEERING, other, one, far_side=address)


def side_of(attachment: str | Unknown, owner: str | Unknown, made: Mapping[str, Attachment]) -> str | Unknown:
    """The side of a peering attachment that is at the transit gateway (`owner`) of a route table."""
    facts = made.get(attachment) if isinstance(attachment, str) else None
    if facts is None or not facts.far_side:
        return attachment
    if isinstance(owner, Unknown):
        return Unknown(f"at which transit gateway {attachment} is meant: {owner.reason}")
    return facts.far_side if facts.attached == owner else facts.address


def _accept(resolver: Resolver, resource: Resource, made: dict[str, Attachment], flags: dict[str, Flags]) -> None:
    accepted = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
    peering = "peering" in resource.type
    uncounted = resolver.unknown_reason(resource)
    if isinstance(accepted, str) and accepted in made:
        for attribute in ("id", "transit_gateway_attachment_id"):
            resolver.same[resource.address, attribute] = accepted
        if uncounted is None:
            made[accepted] = replace(made[accepted], aliases=(*made[accepted].aliases, resource.address))
        if not peering:
            flags[accepted] = _flags(resource) if uncounted is None else Flags(uncounted, uncounted)
        return
    why = accepted if isinstance(accepted, Unknown) else Unknown(accepted)
    kind = AttachmentKind.PEERING if peering else AttachmentKind.VPC
    if not peering and isinstance(resource.get("transit_gateway_attachment_id"), Unknown):
        for address, facts in made.items():  # it may be any of them
            if facts.kind is AttachmentKind.VPC:
                flags[address] = Flags(why, why)
    if uncounted is None:
        made[resource.address] = Attachment(resource.address, kind, why, why, subnets=(why,))
        flags[resource.address] = _flags(resource)


def _flags(resource: Resource) -> Flags:
    return Flags(
        switch(resource.get("transit_gateway_default_route_table_association"), default=True),
        switch(resource.get("transit_gateway_default_route_table_propagation"), default=True),
    )


def _transit_gateways(resolver: Resolver) -> set[str]:
    return {r.address for r in resolver.graph.of_type(_T)}


def unaccepted(
    resolver: Resolver, gateways: Mapping[str, TransitGateway], made: Mapping[str, Attachment]
) -> dict[str, str]:
    """Why attachments carry nothing until they are accepted, by address: of another account, or of a peer.

    https://docs.aws.amazon.com/vpc/latest/tgw/acceptor-accept-attachments.html
    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering-accept-reject.html
    """
    found: dict[str, str] = {}
    accepters = [*resolver.of_type(f"{_T}_vpc_attachment_accepter", f"{_T}_peering_attachment_accepter")]
    open_ends = any(isinstance(r.get("transit_gateway_attachment_id"), Unknown) for r in accepters)
    certain = {a for r in made.values() for a in r.aliases}
    for address, facts in made.items():
        resource = resolver.graph.resources.get(address.removesuffix(".peer"))
        if resource is None or not isinstance(facts.gateway, str) or facts.gateway not in gateways:
            continue
        here = made[resource.address].aliases
        if any(alias in certain for alias in here):
            continue
        state = resource.get("state")
        if facts.kind is AttachmentKind.PEERING and facts.far_side:
            if state != "available":
                found[address] = (
                    f"no accepter of {resource.address} is in this input: until it is accepted it carries nothing"
                )
        elif facts.kind is AttachmentKind.VPC:
            owner = resolver.graph.resources[facts.gateway]
            accepts = switch(_fact(owner, "auto_accept_shared_attachments"), default=False)
            if resource.account and owner.account and resource.account != owner.account and accepts is not True:
                found[address] = (
                    f"{address} is in account {resource.account}, {facts.gateway} in {owner.account}, which does not "
                    "accept attachments by itself, and no accepter is in this input"
                )
    if open_ends:
        return {address: f"{why}, or one that is not known" for address, why in found.items()}
    return found


def depends(resolver: Resolver, on: Resource) -> set[str]:
    """The resources that Terraform makes after another: by `depends_on` and by what their arguments refer to."""
    later: dict[str, set[str]] = {}
    for resource in resolver.graph.resources.values():
        for earlier in _before(resolver, resource):
            later.setdefault(earlier, set()).add(resource.address)
    found: set[str] = set()
    waiting = [on.address]
    while waiting:
        new = later.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _before(resolver: Resolver, resource: Resource) -> Iterable[str]:
    yield from _references(resource.values)
    for text in resource.depends_on:
        yield from (a for a in resolver.graph.resources if a == text or a.startswith((f"{text}[", f"{text}.")))


def _references(value: Value) -> Iterator[str]:
    if isinstance(value, Ref):
        yield value.address
    elif isinstance(value, tuple):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
