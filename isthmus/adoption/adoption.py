"""An existing network becomes the network of an output: import blocks, the changes of the first apply, and the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from isthmus.adoption.identities import KEYS, as_text, identified, import_id, without_identity
from isthmus.adoption.provider_defaults import stays
from isthmus.adoption.same_objects import elsewhere, in_another_place, without_copies
from isthmus.changes.actions import Cause, ResourceAction, ResourceChange
from isthmus.changes.argument_order import order_counts
from isthmus.changes.differences import differences
from isthmus.changes.impact import impact_of
from isthmus.changes.moves import moved_resource
from isthmus.changes.replacing import forces_replacement, provider
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value

_ASSOCIATIONS = ("aws_ec2_transit_gateway_route_table_association",)
_NOT_COMPARED = frozenset({"lifecycle", "depends_on", "timeouts", "provider", "id", "tags_all"})


@dataclass(frozen=True, slots=True)
class Import:
    """An existing resource that becomes one of the output. `root` is its root module, `to` its address in it."""

    existing: str
    root: str
    to: str
    type: str
    id: str
    changes: tuple[Cause, ...]

    @property
    def impact(self) -> str:
        """What the changes mean for traffic, or ""."""
        return impact_of(ResourceChange(self.to, self.type, ResourceAction.UPDATE, self.changes))


@dataclass(frozen=True, slots=True)
class NotAdopted:
    """An existing resource that stays as it is, and the reason."""

    existing: str
    reason: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What becomes of an existing network.

    - `imports`: the resources that the output takes over.
    - `left`: the resources that it does not take over: they stay in AWS, and in their state.
    - `created`: the addresses of the output that nothing exists for.
    - `blocked`: those among them that AWS refuses, because something that is not in this input is in their place.
    """

    imports: tuple[Import, ...]
    left: tuple[NotAdopted, ...]
    created: tuple[str, ...]
    blocked: tuple[NotAdopted, ...]


def adoption(existing: Graph, output: Graph) -> Adoption:
    """Find the resources of an existing network in an output.

    A resource that the output would replace is not taken over, because that destroys it.
    """
    existing, copies = without_copies(existing)
    old, reasons = identified(existing, elsewhere(existing, output))
    new, _ = identified(output)
    pairs = {old[identity].address: new[identity].address for identity in old.keys() & new.keys()}
    for one, to in pairs.items():
        if other := in_another_place(existing.resources[one], output.resources[to]):
            reasons[one] = other
    read_only = _read_only(existing, output)
    left = dict(reasons) | dict.fromkeys(read_only, "the output only reads it")
    refused = {*reasons}
    while True:
        # Without its parent a resource is another one: a subnet is imported together with its VPC.
        for one in [one for one in pairs if one in refused or _parents(existing, one) & refused]:
            del pairs[one]
        found = (
            _imported(existing, existing.resources[one], output.resources[to], read_only | pairs)
            for one, to in pairs.items()
        )
        why = {each.existing: reason for each in found if (reason := _refused(each))}
        left |= why
        refused = {*why}
        if not refused:
            break
    imports = [
        _imported(existing, existing.resources[one], output.resources[to], read_only | pairs)
        for one, to in sorted(pairs.items())
    ]
    for resource in existing.resources.values():
        if not resource.existing and resource.address not in pairs and resource.address not in left:
            left[resource.address] = _why_left(resource)
    left |= {copy: f"it is {kept}, which another state has too: release it from both" for copy, kept in copies.items()}
    taken = {*pairs.values()}
    created = [one for one in output.resources.values() if not one.existing and one.address not in taken]
    return Adoption(
        tuple(imports),
        tuple(NotAdopted(*item) for item in sorted(left.items())),
        tuple(sorted(one.address for one in created)),
        tuple(sorted(_blocked(existing, created, {to: one for one, to in pairs.items()}), key=attrgetter("existing"))),
    )


def _read_only(existing: Graph, output: Graph) -> dict[str, str]:
    """The existing resources that the output reads by their ids: their address there is the id."""
    ids = {one.get("id"): address for address, one in existing.resources.items() if isinstance(one.get("id"), str)}
    return {ids[one.address]: one.address for one in output.resources.values() if one.existing and one.address in ids}


def _blocked(existing: Graph, created: Iterable[Resource], taken: Mapping[str, str]) -> Iterator[NotAdopted]:
    """New associations of attachments that the transit gateway has associated with its default route table itself.

    An attachment has one association, and AWS refuses a second one. No resource of Terraform holds this one.
    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    for one in created:
        value = one.get("transit_gateway_attachment_id") if one.type in _ASSOCIATIONS else None
        attachment = existing.resources.get(taken.get(value.address, "")) if isinstance(value, Ref) else None
        if attachment is None or not _joins_default_table(existing, attachment):
            continue
        named = attachment.get("transit_gateway_attachment_id") or attachment.get("id")
        yield NotAdopted(
            one.address,
            f"{attachment.address} may be associated with the default route table already, and AWS refuses a second "
            "association. Look it up: aws ec2 describe-transit-gateway-attachments --transit-gateway-attachment-ids "
            f"{named}. To move it, disassociate it first: its traffic stops until the apply",
        )


def _joins_default_table(existing: Graph, attachment: Resource) -> bool:
    """Whether an attachment may have joined the default association route table of its transit gateway."""
    gateway = attachment.get("transit_gateway_id")
    owner = existing.resources.get(gateway.address) if isinstance(gateway, Ref) else None
    # The provider disassociates a VPC attachment itself, when its argument for the default route table changes.
    decides = attachment.get("transit_gateway_default_route_table_association") is not None
    return not decides and (owner is None or owner.get("default_route_table_association", "enable") != "disable")


def _why_left(resource: Resource) -> str:
    if resource.type not in KEYS:
        return without_identity(resource)
    return "the output has no such resource, or what it belongs to is not taken over"


def _parents(graph: Graph, address: str) -> set[str]:
    """The resources that a resource refers to, and those that these refer to."""
    found: set[str] = set()
    waiting = [address]
    while waiting:
        resource = graph.resources.get(waiting.pop())
        for value in resource.values.values() if resource is not None else ():
            if isinstance(value, Ref) and value.address not in found:
                found.add(value.address)
                waiting.append(value.address)
    return found


def _imported(existing: Graph, old: Resource, new: Resource, pairs: Mapping[str, str]) -> Import:
    _, renamed = moved_resource(old, pairs)
    prefix = f"{new.root}/" if new.root else ""
    return Import(
        old.address,
        new.root,
        new.address.removeprefix(prefix),
        old.type,
        import_id(existing, old) or "",
        tuple(_changes(renamed, new)),
    )


def _refused(found: Import) -> str:
    """Why a resource is not taken over, or ""."""
    if not found.id:
        return "its id is not in this input"
    for change in found.changes:
        if change.replaces is not False:
            may = "would" if change.replaces else "may"
            and_then = "" if change.replaces else ", or import it by hand if terraform plan replaces nothing"
            return (
                f"{found.to} {may} replace it: {change.argument} is {change.before} and becomes {change.after}. Change "
                f"the estate{and_then}: otherwise the apply creates a second one, or AWS refuses that"
            )
    return ""


def _changes(old: Resource, new: Resource) -> Iterator[Cause]:
    """The arguments that Terraform changes: those that are written and differ, and those that are not and were set."""
    for name in sorted(new.values.keys() - _NOT_COMPARED - {"tags"}):
        found = differences(name, old.get(name), new.get(name), partial(order_counts, new.type))
        for argument, before, after in found:
            if not _equal(before, after):
                yield _change(new.type, argument, before, after)
    for name in sorted(old.values.keys() - new.values.keys() - _NOT_COMPARED - {"tags"}):
        value = old.get(name)
        if not stays(new.type, name, value):
            # An argument of a later provider is in no table.
            known = forces_replacement(new.type, name) is not None
            yield _change(new.type, name, value, None if known else Unknown(f"{provider()} does not have it"))
    if forces_replacement(new.type, "tags") is False:
        # The provider of the output adds the tags of the estate to every resource.
        yield _change(new.type, "tags", _shown_tags(old.get("tags")), "the tags of the estate")


def _change(type_: str, argument: str, before: Value, after: Value) -> Cause:
    replaces = forces_replacement(type_, argument)
    if replaces and (isinstance(before, Unknown) or isinstance(after, Unknown)):
        replaces = None
    return Cause(argument, _shown(before), _shown(after), replaces)


def _equal(before: Value, after: Value) -> bool:
    if isinstance(before, Ref | Unknown) or isinstance(after, Ref | Unknown):
        return bool(before == after)
    if isinstance(before, tuple) and isinstance(after, tuple):
        return sorted(map(as_text, before)) == sorted(map(as_text, after))
    nothing = (None, "", (), False)
    return as_text(before) == as_text(after) or (before in nothing and after in nothing)


def _shown(value: Value) -> str:
    if value is None or value in ("", ()):
        return "not set"
    if isinstance(value, Ref):
        return str(value)
    return ", ".join(map(as_text, value)) if isinstance(value, tuple) else as_text(value)


def _shown_tags(tags: Value) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items())) if isinstance(tags, Mapping) else "none"


def import_blocks(found: Adoption) -> dict[str, dict[str, list[dict[str, str]]]]:
    """The `import` blocks of each root module, in Terraform's JSON syntax. An id is text, never an expression.

    https://developer.hashicorp.com/terraform/language/block/import
    https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
    """
    blocks: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in found.imports:
        text = one.id.replace("${", "$${").replace("%{", "%%{")
        blocks[one.root].append({"id": text, "to": one.to})
    return {root: {"import": listed} for root, listed in sorted(blocks.items())}
