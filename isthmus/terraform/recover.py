"""What a plan does not know until apply, recovered from the configuration that the plan carries.

For a JSON-syntax configuration the plan holds the expression itself (as a `constant_value` with `references`, which is
no constant), so it is evaluated. For HCL it holds only the references of the expression. From them, a reference is
taken if only one is possible: an unknown identifier must come from something that the expression refers to and that is
unknown itself. If an instance is chosen only because it has the same key as the resource, a note says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from isthmus.terraform.data_sources import Reading, answer
from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.id_attributes import IdKind, fits, kind_of, takes_many
from isthmus.terraform.instances import Key
from isthmus.terraform.plan_scope import PlanScopes, any_true
from isthmus.terraform.planned import Json, Plan, PlannedModule, PlannedResource
from isthmus.terraform.recover_blocks import Blocks
from isthmus.terraform.resource_arguments import frozen, index_suffix
from isthmus.terraform.scopes import Attributes, unknown
from isthmus.terraform.state import mapping
from isthmus.terraform.value_sources import ExpressionSite, Sources, Tracer, references
from isthmus.text.printable import printable

# Blocks that a plan does not hold where `dynamic` makes them of something unknown, and of which there is one at least.
_NEVER_NONE = frozenset(
    {
        ("aws_ec2_managed_prefix_list", "entry"),
        ("aws_networkfirewall_firewall", "subnet_mapping"),
        ("aws_route53_resolver_endpoint", "ip_address"),
        ("aws_networkfirewall_vpc_endpoint_association", "subnet_mapping"),
    }
)
_ATTACHMENT = "transit_gateway_attachment_id"
# Arguments of which AWS takes each value once, of resources that are otherwise alike: it answers the second with
# Resource.AlreadyAssociated, TransitGatewayRouteTablePropagation.Duplicate or RouteAlreadyExists.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_ONE_EACH = frozenset(
    {
        ("aws_ec2_transit_gateway_route_table_association", _ATTACHMENT),
        ("aws_ec2_transit_gateway_route_table_propagation", _ATTACHMENT),
        ("aws_ec2_transit_gateway_route_table_propagation", "transit_gateway_route_table_id"),
        ("aws_route_table_association", "subnet_id"),
        ("aws_route", "route_table_id"),
    }
)
_ENOUGH = 2  # candidates that make a value unknown
_MOST = 256  # candidates that are distinguished
_CONTAINERS = frozenset({"vpc_id", "transit_gateway_id"})  # of what a module makes one of, to put the rest into


class Recovery:
    """Recovers unknown arguments; `notes` says what was assumed."""

    def __init__(self, plan: Plan, prefix: str) -> None:
        self.plan = plan
        self.prefix = prefix
        self._assumed: dict[str, set[str]] = {}
        self.tracer = Tracer(plan, self.read)
        self._reading: list[str] = []
        self._matched: dict[tuple[int, str], dict[Key, Ref]] = {}
        self._scopes = PlanScopes(plan, self.address, self.read)
        self._blocks = Blocks(self._value, self.address)
        self._seen: dict[tuple[str, IdKind], list[Ref] | None] = {}

    @property
    def notes(self) -> list[str]:
        """What was assumed: one note for all instances of a block of which the same was."""
        notes = (min(each) if len(each) == 1 else common for common, each in self._assumed.items())
        return sorted(f"{note}; the plan does not say" for note in notes)

    def _note(self, resource: PlannedResource, name: str, what: str, ref: Ref | None = None) -> None:
        own = index_suffix(resource.key)
        block = self.address(resource).removesuffix(own)
        notes = []
        for key in (own, "[*]"):
            taken = what
            if ref is not None:
                fellow = own and ref.address.endswith(own)
                taken = f"{ref.address.removesuffix(own)}{key if fellow else ''}.{ref.attribute}{what}"
            notes.append(f"{block}{key}.{name}: taken to be {taken}")
        self._assumed.setdefault(notes[1], set()).add(notes[0])

    def address(self, resource: PlannedResource) -> str:
        """The address in the graph."""
        return self.prefix + printable(resource.address, 2000)

    def arguments(self, resource: PlannedResource) -> Iterator[tuple[str, Value]]:
        """Every argument that is known, or configured."""
        for name, value in resource.after.items():
            mask = resource.unknown.get(name)
            if value is not None and not mask:
                yield name, value
            elif value is not None:
                yield name, self._blocks.inside(resource, name, value, mask, resource.expressions.get(name))
        for name, mask in resource.unknown.items():
            if mask is not True or resource.after.get(name) is not None:
                continue
            if name in resource.expressions:
                yield name, self.argument(resource, name)
            elif (resource.type, name) in _NEVER_NONE:
                yield name, unknown(f"{self.address(resource)}.{name}", "a dynamic block, which the plan does not hold")

    def argument(self, resource: PlannedResource, name: str) -> Value:
        """The value of a configured argument that is unknown until apply."""
        expression = resource.expressions[name]
        if not isinstance(expression, dict):
            return unknown(f"{self.address(resource)}.{name}", "known after apply")
        return self._value(name, expression, resource, True)

    def read(self, data: PlannedResource, attribute: str) -> Ref | None:
        """What an attribute of a data source is that Terraform is yet to read, if ids of resources say it."""
        if data.address in self._reading:
            return None
        self._reading.append(data.address)
        try:
            given = dict(self.arguments(data))
        finally:
            self._reading.pop()
        found = answer(Reading(data.type, data.address, given, None, None))
        value = found.resolve(attribute) if isinstance(found, Attributes) else None
        return value if isinstance(value, Ref) else None

    def output(self, name: str, value: Value, known: bool, sensitive: bool) -> Value:
        """An output of the root."""
        if known:
            return Unknown("sensitive") if sensitive else value
        body = mapping(mapping(self.plan.root.config.get("outputs")).get(name))
        expression = mapping(body.get("expression"))
        found = self._evaluated(expression, ExpressionSite(self.plan.root, {}, None))
        if isinstance(found, Ref):
            return found
        texts = list(references(expression))
        sources = self.tracer.trace(expression, ExpressionSite(self.plan.root, {}, None))
        if len(texts) == 1 and len(sources.attributes) == 1 and not _hazy(sources):
            resource, attribute = sources.attributes[0]
            return Ref(self.address(resource), attribute)
        return unknown(", ".join(texts) or name, "known after apply")

    # One value

    def _value(
        self, name: str, expression: Json, resource: PlannedResource, mask: Any, *, shared: bool = False
    ) -> Value:
        """What `expression` gives for the argument `name`. A `shared` one has the references of several blocks."""
        site = ExpressionSite(resource.module, resource.config, resource.key)
        evaluated = self._evaluated(expression, site)
        if isinstance(evaluated, Ref) or (isinstance(evaluated, tuple) and not _any_unknown(evaluated)):
            return evaluated
        if "constant_value" in expression and not expression.get("references"):
            return frozen(expression["constant_value"])
        text = ", ".join(references(expression))
        because = unknown(text or name, "known after apply") if not isinstance(evaluated, Unknown) else evaluated
        sources = self.tracer.trace(expression, site)
        kind = kind_of(name)
        if takes_many(name):
            return self._many(name, resource, sources, kind, mask, shared) or because
        found = self._one(name, resource, sources, kind)
        return found or (None if shared else self._plain_reference(name, sources, expression)) or because

    def _evaluated(self, expression: Json, site: ExpressionSite) -> Value:
        """The value of an expression that the plan holds in full; `None` where it does not."""
        if "constant_value" not in expression or not expression.get("references"):
            return None
        return evaluate_json(expression["constant_value"], self._scopes.of(site))

    def _one(self, name: str, resource: PlannedResource, sources: Sources, kind: IdKind) -> Ref | None:
        if sources.opaque or not kind:
            return None
        found: dict[Ref, None] = {}
        chosen = sources.chosen
        for source, attribute in sources.attributes:
            if fits(kind, source.type, attribute) and _is_unknown(source, attribute):
                found[self._ref(source, attribute)] = None
            elif _is_unknown(source, attribute) and attribute in source.expressions:
                passed = self.argument(source, attribute)  # it only passes on what it was given
                if isinstance(passed, Ref):
                    found[passed] = None
        for whole in sources.wholes:
            instances: Iterable[PlannedResource] = whole.values()
            if sources.keyed and len(whole) > 1 and _by_key(resource, whole, sources):
                instances, chosen = [whole[resource.key]], True
            found |= dict.fromkeys(islice(self._of_kind(instances, kind, only_unknown=True), _MOST))
        for module in sources.locals_of:
            visible = self._visible(module, kind)
            if (visible is None or len(visible) > 1) and name in _CONTAINERS:
                visible = self._made_by(module, name, kind)
            if visible is None:
                return None
            found |= dict.fromkeys(visible)
        found |= dict.fromkeys(ref for ref in sources.named if _may_name(kind, ref))
        if len(found) != 1:
            return self._one_each(resource, name, list(found), sources)
        ref = next(iter(found))
        if chosen:
            self._note(resource, name, ", by its key", ref)
        return ref

    def _one_each(self, resource: PlannedResource, name: str, found: list[Ref], sources: Sources) -> Ref | None:
        """One of the identifiers that all instances of a block share out among them: it is the same which has which.

        There are as many instances as identifiers, AWS takes each only once, and the instances do not differ in
        anything else.
        """
        fellows = resource.module.resources.get((resource.type, str(resource.config.get("name"))), {})
        at = (id(fellows), name)
        if at not in self._matched:
            fit = (resource.type, name) in _ONE_EACH and not sources.locals_of and len(found) < _MOST
            fit = fit and len(fellows) == len(found) > 1 and _differ_alone(resource, name, fellows)
            fit = fit and all(self._from_the_same(name, sources, fellow) for fellow in fellows.values())
            self._matched[at] = dict(zip(fellows, found, strict=True)) if fit else {}
            if fit:
                block = self.address(resource).removesuffix(index_suffix(resource.key))
                note = f"{block}[*].{name}: taken to be one each of {', '.join(map(str, found))}"
                self._assumed.setdefault(note, set()).add(note)
        return self._matched[at].get(resource.key)

    def _from_the_same(self, name: str, sources: Sources, fellow: PlannedResource) -> bool:
        """Whether the argument of another instance comes from the same as that of the first."""
        found = self.tracer.trace(fellow.expressions[name], ExpressionSite(fellow.module, fellow.config, fellow.key))
        return (found.attributes, found.wholes, found.named) == (sources.attributes, sources.wholes, sources.named)

    def _made_by(self, module: PlannedModule, name: str, kind: IdKind) -> list[Ref] | None:
        """The one of a kind that a module makes itself: what else it makes goes into that, whatever it is given."""
        made = [r for (type_, _), all_ in module.resources.items() if type_ == kind[0][0] for r in all_.values()]
        found = list(self._of_kind(made, kind, only_unknown=True)) if len(made) == 1 else []
        if found:
            where = f"{self.prefix}{printable(module.address, 2000)}" if module.address else "the root module"
            note = f"each {name} that is a local of {where}: taken to be {found[0]}, the one that this module makes"
            self._assumed.setdefault(note, set()).add(note)
        return found or None

    def _visible(self, module: PlannedModule, kind: IdKind) -> list[Ref] | None:
        """The unknown identifiers that a local of a module can hold, or the first two; `None`: some are not seen."""
        if (module.address, kind) not in self._seen:
            found: dict[Ref, None] = {}
            for visible in self.tracer.visible(module, kind):
                if isinstance(visible, Unknown):
                    self._seen[module.address, kind] = None
                    return None
                if _is_unknown(*visible):
                    found[self._ref(*visible)] = None
                if len(found) == _ENOUGH:
                    break
            self._seen[module.address, kind] = list(found)
        return self._seen[module.address, kind]

    def _plain_reference(self, name: str, sources: Sources, expression: Json) -> Ref | None:
        """A lone reference from identifier to identifier, also where the argument takes others: that is a finding."""
        if len(list(references(expression))) != 1 or len(sources.attributes) != 1 or _hazy(sources):
            return None
        source, attribute = sources.attributes[0]
        same_kind = name.endswith("arn") == attribute.endswith("arn") and name.endswith(("id", "arn"))
        return self._ref(source, attribute) if same_kind and attribute.endswith(("id", "arn")) else None

    def _many(
        self, name: str, resource: PlannedResource, sources: Sources, kind: IdKind, mask: Any, shared: bool
    ) -> tuple[Value, ...] | None:
        if sources.opaque or sources.locals_of or not kind:
            return None
        found: dict[Ref, None] = {}
        for source, attribute in sources.attributes:
            if not fits(kind, source.type, attribute):
                return None
            found[self._ref(source, attribute)] = None
        for whole in sources.wholes:
            found |= dict.fromkeys(self._of_kind(whole.values(), kind, only_unknown=False))
        if isinstance(mask, list):  # a list, of which the plan knows the length
            return tuple(found) if len(mask) == len(found) and not shared else None
        if sources.conditions or sources.keyed or sources.chosen or (shared and len(found) > 1):
            return None
        self._note(resource, name, "all that it refers to")
        return tuple(found) or None

    def _of_kind(self, instances: Iterable[PlannedResource], kind: IdKind, *, only_unknown: bool) -> Iterator[Ref]:
        """The identifiers of a kind that instances have, each of its likeliest attribute."""
        for resource in instances:
            for type_, name in kind:
                if type_ == resource.type and (not only_unknown or _is_unknown(resource, name)):
                    yield self._ref(resource, name)
                    break

    def _ref(self, resource: PlannedResource, attribute: str) -> Ref:
        return Ref(self.address(resource), attribute)


def _may_name(kind: IdKind, ref: Ref) -> bool:
    """Whether an argument of a kind takes what a data source names."""
    wanted = {name for _, name in kind}
    return ref.attribute in wanted or (ref.attribute.startswith("attachment:") and kind is kind_of(_ATTACHMENT))


def _differ_alone(resource: PlannedResource, name: str, fellows: Mapping[Key, PlannedResource]) -> bool:
    """Whether instances of one block have the same in every argument but one, whatever their key is."""
    first, *others = fellows.values()
    own = {**first.after, name: None}
    if any({**other.after, name: None} != own or other.unknown != first.unknown for other in others):
        return False
    expressions = {key: value for key, value in resource.expressions.items() if key != name}
    return not any(word in json.dumps(expressions) for word in ("each.", "count."))


def _by_key(resource: PlannedResource, whole: Mapping[Any, PlannedResource], sources: Sources) -> bool:
    """Whether a resource is taken to mean the instance that has its key.

    Where a known value takes part it may choose another, as in `var.single ? 0 : count.index`. It is taken to leave the
    choice to the key if there are exactly as many of one as of the other, each with its fellow, or if it is alone.
    """
    if resource.key is None or resource.key not in whole or sources.locals_of:
        return False
    if not sources.conditions:
        return True
    fellows = resource.module.resources.get((resource.type, str(resource.config.get("name"))), {})
    return len(sources.wholes) == 1 and not sources.attributes and (fellows.keys() == whole.keys() or len(fellows) == 1)


def _is_unknown(resource: PlannedResource, attribute: str) -> bool:
    name = attribute.partition(".")[0].partition("[")[0]
    return any_true(resource.unknown.get(name))


def _hazy(sources: Sources) -> bool:
    return bool(sources.wholes or sources.locals_of or sources.opaque or sources.conditions or sources.chosen)


def _any_unknown(value: Value) -> bool:
    if isinstance(value, tuple):
        return any(_any_unknown(item) for item in value)
    return isinstance(value, Unknown | Attributes)
