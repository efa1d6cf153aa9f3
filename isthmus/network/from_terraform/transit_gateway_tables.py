"""Transit gateway route tables: what is associated with them, what propagates to them, and their static routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from isthmus.network.from_terraform.transit_gateway import Flags, Moved, depends, moved, side_of
from isthmus.network.from_terraform.values import (
    ATTACHMENT,
    PREFIX_LIST,
    TGW_TABLE,
    TRANSIT_GATEWAY,
    Resolver,
    cidr,
    name_of,
    single,
    switch,
)
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    PossibleReference,
    RouteOrigin,
    StructuralProblem,
    TgwRoute,
    TgwTable,
    TransitGateway,
    Unknown,
)
from isthmus.terraform.graph import Resource

_T = "aws_ec2_transit_gateway"


class Defaults:
    """The default table that each attachment joins, to be associated or to propagate."""

    def __init__(self, resolver: Resolver, gateways: Mapping[str, TransitGateway], flags: Mapping[str, Flags]) -> None:
        self._gateways = gateways
        self._flags = flags
        self._moved = {which: moved(resolver, which) for which in ("association", "propagation")}
        changes = [change for found in self._moved.values() for group in found.values() for change in group]
        self._later = {change.by.address: depends(resolver, change.by) for change in changes}

    def of(self, attachment: Attachment, which: str) -> str | Unknown | None:
        """The table, if an attachment joins it; Unknown if it is not known whether it does, or which table it is."""
        flags = self._flags.get(attachment.address, Flags())
        wants = flags.associate if which == "association" else flags.propagate
        if wants is False:
            return None
        if isinstance(attachment.gateway, Unknown):
            return Unknown(f"the default table of an unknown transit gateway: {attachment.gateway.reason}")
        gateway = self._gateways[attachment.gateway]
        offers = gateway.default_association if which == "association" else gateway.default_propagation
        if offers is False:
            return None
        unknown_reason = wants if isinstance(wants, Unknown) else offers
        table = gateway.association_table if which == "association" else gateway.propagation_table
        return unknown_reason if isinstance(unknown_reason, Unknown) else self._after_changes(attachment, which, table)

    def _after_changes(self, attachment: Attachment, which: str, first: str | Unknown) -> str | Unknown:
        changes = [*self._moved[which].get(str(attachment.gateway), ()), *self._moved[which].get("", ())]
        if not changes:
            return first
        if len(changes) == 1 and attachment.gateway in self._moved[which] and self._follows(attachment, changes[0]):
            moved_to: str | Unknown = changes[0].table
            return moved_to
        names = ", ".join(change.by.address for change in changes)
        return Unknown(
            f"whether {attachment.address} is made before or after {names} changes the default {which} table"
        )

    def _follows(self, attachment: Attachment, change: Moved) -> bool:
        return attachment.address in self._later[change.by.address]


def associated(
    resolver: Resolver, defaults: Defaults, made: Mapping[str, Attachment]
) -> tuple[dict[str, Attachment], dict[tuple[str, str], str]]:
    """The attachments with the table each is associated with, and the resource that makes each association."""
    owners = _owners(resolver)
    explicit: dict[str, list[tuple[str | Unknown, str, bool | Unknown]]] = defaultdict(list)
    anyone: list[tuple[Resource, Unknown, str | Unknown, str | Unknown, bool | Unknown]] = []
    for resource in resolver.of_type(f"{_T}_route_table_association"):
        named = resolver.required(resource, "transit_gateway_route_table_id", TGW_TABLE)
        owner = owners.get(named, Unknown(f"the transit gateway of {named}")) if isinstance(named, str) else named
        attachment = side_of(resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT), owner, made)
        takes_over = switch(resource.get("replace_existing_association"), default=False)
        if isinstance(attachment, Unknown):
            why = Unknown(f"{resource.address} may associate it: {attachment.reason}")
            anyone.append((resource, why, named, owner, takes_over))
        else:
            explicit[attachment].append((resolver.unknown_reason(resource) or named, resource.address, takes_over))
    policies = _policies(resolver, made)
    result: dict[str, Attachment] = {}
    sources: dict[tuple[str, str], str] = {}
    for address, facts in made.items():
        found = list(explicit[address])
        default = defaults.of(facts, "association")
        if default is not None and not any(takes_over is True for _, _, takes_over in found):
            found.append((default, address, False))
        maybe = [a for a in anyone if isinstance(a[3], Unknown) or facts.gateway in (a[3], *_unknowns(facts))]
        table_: str | Unknown | None = found[0][0] if found else next((a[1] for a in maybe), None)
        known = {table for table, _, _ in found if isinstance(table, str)}
        unknown_sides = [
            unknown_reason
            for table, _, takes in found
            for unknown_reason in (table, takes)
            if isinstance(unknown_reason, Unknown)
        ]
        if facts.kind is AttachmentKind.PEERING and not facts.far_side and len(known) > 1:
            unknown_sides.append(Unknown(f"which side of {address} is associated with which of {_names(found)}"))
        if len(known) > 1 and not unknown_sides and not any(a[4] is not False for a in maybe):
            where = tuple(dict.fromkeys(name for _, name, _ in found))
            twice = f"{address} is associated with {len(found)} tables; AWS takes one: {_names(found)}"
            resolver.findings.append(StructuralProblem("double-association", where, twice))
            table_ = Unknown(twice)
        elif found:
            if _associated_twice(facts, explicit[address]):
                # AWS answers "already associated" to the second one, whatever its table.
                named_twice = tuple(name for _, name, _ in explicit[address])
                twice = f"{address} is associated by {len(named_twice)} resources; AWS takes one"
                resolver.findings.append(StructuralProblem("double-association", named_twice, twice))
            takers = [a[1] for a in maybe if a[4] is not False]
            sources["association", address] = found[0][1]
            if len({str(t) for t, _, _ in found}) > 1 or takers:
                table_ = (
                    unknown_sides or takers or [Unknown(f"which of {_names(found)} {address} is associated with")]
                )[0]
        policy = policies.get(address, policies.get(""))
        result[address] = replace(facts, table=table_, policy_table=policy)
    return result, sources


def _unknowns(facts: Attachment) -> tuple[Unknown, ...]:
    return (facts.gateway,) if isinstance(facts.gateway, Unknown) else ()


def _owners(resolver: Resolver) -> dict[str, str | Unknown]:
    """The transit gateway of each route table."""
    found: dict[str, str | Unknown] = {
        f"{r.address}.association_default_route_table_id": r.address for r in resolver.graph.of_type(_T)
    }
    for resource in resolver.graph.of_type(f"{_T}_route_table"):
        found[resource.address] = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
    return found


def _policies(resolver: Resolver, made: Mapping[str, Attachment]) -> dict[str, str | Unknown]:
    """The policy table of each attachment that has one; under "" why any may have one."""
    policies: dict[str, str | Unknown] = {}
    for resource in resolver.of_type(f"{_T}_policy_table_association"):
        attachment = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
        table = resolver.required(resource, "transit_gateway_policy_table_id", single(f"{_T}_policy_table"))
        if isinstance(attachment, str):
            policies[attachment] = table
            if attachment in made and made[attachment].far_side:
                policies[made[attachment].far_side] = table
        else:
            policies[""] = Unknown(f"{resource.address} may give it one: {attachment.reason}")
    return policies


def _names(found: Iterable[tuple[str | Unknown, str, bool | Unknown]]) -> str:
    return ", ".join(str(table) for table, _, _ in found)


def tables(
    resolver: Resolver,
    gateways: Mapping[str, TransitGateway],
    made: Mapping[str, Attachment],
    defaults: Defaults,
    sources: Mapping[tuple[str, str], str],
    not_evaluated: Mapping[str, str],
) -> dict[str, TgwTable]:
    """Route tables with what propagates into them and their static routes.

    `doubts` says why an attachment may not be there, or not carry anything, by address.
    """
    owners: dict[str, tuple[str | Unknown, str]] = {
        g.association_table or g.propagation_table: (g.address, "default")  # type: ignore[misc]
        for g in gateways.values()
        if g.association_table or g.propagation_table
    }
    for resource in resolver.certain(f"{_T}_route_table"):
        gateway = resolver.required(resource, "transit_gateway_id", TRANSIT_GATEWAY)
        owners[resource.address] = (gateway, name_of(resource))
    learning = _Learning(owners, made, not_evaluated)
    for resource in resolver.of_type(f"{_T}_route_table_propagation"):
        table = resolver.required(resource, "transit_gateway_route_table_id", TGW_TABLE)
        owner = _owner(table, owners)
        attachment = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
        unknown_reason = resolver.unknown_reason(resource)
        learning.add(
            side_of(attachment, owner, made), table, resource.address, unknown_reason.reason if unknown_reason else ""
        )
    for address, facts in made.items():
        default = defaults.of(facts, "propagation")
        if default is not None:
            learning.add(address, default, address, "")
    by = learning.by
    for (_, address), name in sources.items():
        associated_with = made[address].table
        if isinstance(associated_with, str):
            by[associated_with, "association", address] = name
    routes = _routes(resolver, owners, made, not_evaluated)
    return {
        address: TgwTable(
            address,
            gateway,
            tuple(dict.fromkeys(learning.learns[address])),
            tuple(routes[address]),
            {(kind, attachment): name for (table, kind, attachment), name in by.items() if table == address},
            name,
            tuple(p for p in dict.fromkeys(learning.may[address]) if p.address not in learning.learns[address]),
        )
        for address, (gateway, name) in owners.items()
    }


def _owner(table: str | Unknown, owners: Mapping[str, tuple[str | Unknown, str]]) -> str | Unknown:
    """The transit gateway of a route table."""
    if isinstance(table, Unknown):
        return table
    return owners[table][0] if table in owners else Unknown(f"the transit gateway of {table}")


class _Learning:
    """Which tables learn from which attachments, and which may."""

    def __init__(
        self,
        owners: Mapping[str, tuple[str | Unknown, str]],
        made: Mapping[str, Attachment],
        not_evaluated: Mapping[str, str],
    ) -> None:
        self.owners = owners
        self.made = made
        self.not_evaluated = not_evaluated
        self.learns: dict[str, list[str | Unknown]] = defaultdict(list)
        self.may: dict[str, list[PossibleReference]] = defaultdict(list)
        self.by: dict[tuple[str, str, str], str] = {}

    def add(self, attachment: str | Unknown, table: str | Unknown, source: str, unknown_reason: str) -> None:
        """One propagation, by the resource `source`; `doubt` says why it may not be there."""
        facts = self.made.get(attachment) if isinstance(attachment, str) else None
        if facts is not None and not unknown_reason:
            unknown_reason = self.not_evaluated.get(facts.address, "")
        if isinstance(table, Unknown):
            why = f"{source} may propagate into it: {table.reason}"
            for name, (owner, _) in self.owners.items():
                if facts is None:
                    self.learns[name].append(Unknown(why))
                elif isinstance(owner, Unknown) or isinstance(facts.gateway, Unknown) or owner == facts.gateway:
                    self.may[name].append(PossibleReference(facts.address, why))
        elif facts is None:
            reason = attachment.reason if isinstance(attachment, Unknown) else attachment
            self.learns[table].append(Unknown(unknown_reason or reason))
        elif unknown_reason:
            self.may[table].append(PossibleReference(facts.address, unknown_reason))
        elif facts.address not in self.learns[table]:
            self.learns[table].append(facts.address)
            self.by[table, "propagation", facts.address] = source


def _routes(
    resolver: Resolver,
    owners: Mapping[str, tuple[str | Unknown, str]],
    made: Mapping[str, Attachment],
    not_evaluated: Mapping[str, str],
) -> defaultdict[str, list[TgwRoute]]:
    """Static routes and prefix list references by table. One of an unknown table is in each that may hold it."""
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
            named = resolver.required(resource, "transit_gateway_attachment_id", ATTACHMENT)
            attachment = side_of(named, _owner(table, owners), made)
            if isinstance(attachment, str) and attachment in not_evaluated:
                attachment = Unknown(not_evaluated[attachment])
            elif isinstance(attachment, str) and attachment not in made:
                attachment = Unknown(f"the attachment {attachment} of {resource.address}")
        unknown_reason = resolver.unknown_reason(resource)
        if isinstance(table, Unknown):
            why = f"it is in an unknown table: {table.reason}"
            stray.append(TgwRoute(resource.address, destination, attachment, origin, why))
        else:
            why = unknown_reason.reason if unknown_reason else ""
            routes[table].append(TgwRoute(resource.address, destination, attachment, origin, why))
    for name, (gateway, _) in owners.items():
        routes[name] += [route for route in stray if _may_hold(gateway, route, made)]
    return routes


def _may_hold(gateway: str | Unknown, route: TgwRoute, made: Mapping[str, Attachment]) -> bool:
    """Whether a table of a transit gateway may hold a route: AWS takes none to an attachment of another."""
    facts = made.get(route.attachment) if isinstance(route.attachment, str) else None
    if facts is None or isinstance(gateway, Unknown) or isinstance(facts.gateway, Unknown):
        return True
    sides = {facts.gateway, facts.attached} if facts.kind is AttachmentKind.PEERING else {facts.gateway}
    return gateway in sides


def _associated_twice(facts: Attachment, associations: Sequence[tuple[str | Unknown, str, bool | Unknown]]) -> bool:
    """Whether several resources associate an attachment with one table, for sure. A peering has one for each side."""
    sure = all(isinstance(table, str) and takes_over is False for table, _, takes_over in associations)
    return len(associations) > 1 and sure and facts.kind is not AttachmentKind.PEERING
