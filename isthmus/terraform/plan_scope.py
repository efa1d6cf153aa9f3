"""The scopes of a plan's module instances, for expressions that the plan holds in full (JSON syntax)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.graph import Ref, Value
from isthmus.terraform.planned import Json, Plan, PlannedModule, PlannedResource
from isthmus.terraform.resource_arguments import frozen
from isthmus.terraform.scopes import Attributes, EvaluationScope, bound, unknown
from isthmus.terraform.state import mapping
from isthmus.terraform.value_sources import ExpressionSite


class PlanScopes:
    """The scope of each expression of a plan.

    `address` gives the address of a resource in the graph, `read` what an attribute of a data source is that Terraform
    is yet to read, or None.
    """

    def __init__(
        self,
        plan: Plan,
        address: Callable[[PlannedResource], str],
        read: Callable[[PlannedResource, str], Ref | None],
    ) -> None:
        self.plan = plan
        self.address = address
        self.read = read
        self._made: dict[str, _PlanScope] = {}

    def of(self, site: ExpressionSite) -> EvaluationScope:
        """The scope of an expression."""
        module = site.module
        if module.address not in self._made:
            self._made[module.address] = _PlanScope(self, module)
        scope: EvaluationScope = self._made[module.address]
        if isinstance(site.key, int):
            index = site.key
            return bound(scope, count=Attributes("count", lambda n: index if n == "index" else unknown(f"count.{n}")))
        if isinstance(site.key, str):
            return bound(scope, each=Attributes("each", lambda name: self._each(name, site)))
        return scope

    def _each(self, name: str, site: ExpressionSite) -> Value:
        if name == "key":
            return site.key
        over = mapping(site.block.get("for_each_expression"))
        raw = over.get("constant_value")
        value = evaluate_json(raw, self.of(ExpressionSite(site.module, {}, None))) if raw is not None else None
        if isinstance(value, dict) and site.key in value:
            return value[site.key]
        if isinstance(value, tuple):
            return site.key
        return unknown("each.value", "known after apply")


class _PlanScope:
    """A module instance of a plan, as expressions see it."""

    def __init__(self, scopes: PlanScopes, module: PlannedModule) -> None:
        self.scopes = scopes
        self.module = module
        self._busy: set[str] = set()

    def lookup(self, name: str) -> Value:
        if name == "var":
            return Attributes(name, self.variable)
        if name == "module":
            return Attributes(name, self.child)
        if any(type_ == name for type_, _ in self.module.resources):
            return Attributes(name, lambda label: self.resource(name, label))
        if name == "data":
            return Attributes(name, lambda type_: Attributes(name, lambda label: self.data(type_, label)))
        if name in ("local", "path", "terraform"):
            return Attributes(name, lambda label: unknown(f"{name}.{label}", "not in the plan"))
        return unknown(name, "not in the plan")

    def data(self, type_: str, name: str) -> Value:
        """A data source that is yet to be read: what ids of resources say of it."""

        def resolve(instance: PlannedResource, attribute: str) -> Value:
            return self.scopes.read(instance, attribute) or unknown(f"data.{type_}.{name}", "read by Terraform only")

        found = {
            key: Attributes(r.address, lambda attribute, r=r: resolve(r, attribute))  # type: ignore[misc]
            for key, r in self.module.awaited.get((type_, name), {}).items()
        }
        return (
            _collected(found, f"data.{type_}.{name}") if found else unknown(f"data.{type_}.{name}", "not in the plan")
        )

    def variable(self, name: str) -> Value:
        if self.module.parent is None:
            return self.scopes.plan.variable(name)
        expression = mapping(mapping(self.module.call.get("expressions")).get(name))
        if not expression:
            declared = mapping(mapping(self.module.config.get("variables")).get(name))
            return frozen(declared["default"]) if "default" in declared else unknown(f"var.{name}")
        return self._expression(
            f"var.{name}", expression, ExpressionSite(self.module.parent, self.module.call, self.module.key)
        )

    def child(self, name: str) -> Value:
        children = self.module.children.get(name, {})
        found = {
            key: Attributes(child.address, lambda output, c=child: self._output(c, output))  # type: ignore[misc]
            for key, child in children.items()
        }
        return _collected(found, f"module.{name}")

    def _output(self, child: PlannedModule, name: str) -> Value:
        body = mapping(mapping(child.config.get("outputs")).get(name))
        text = f"{child.address}.{name}"
        return self._expression(text, mapping(body.get("expression")), ExpressionSite(child, {}, None))

    def _expression(self, text: str, expression: Json, site: ExpressionSite) -> Value:
        if text in self._busy:
            return unknown(text, "it refers to itself")
        self._busy.add(text)
        try:
            if "constant_value" in expression:
                if expression.get("references"):
                    return evaluate_json(expression["constant_value"], self.scopes.of(site))
                return frozen(expression["constant_value"])
            return unknown(text, "not in the plan")
        finally:
            self._busy.discard(text)

    def resource(self, type_: str, name: str) -> Value:
        instances = self.module.resources.get((type_, name), {})
        found = {
            key: Attributes(r.address, lambda attribute, r=r: self.attribute(r, attribute))  # type: ignore[misc]
            for key, r in instances.items()
        }
        return _collected(found, f"{type_}.{name}")

    def attribute(self, resource: PlannedResource, name: str) -> Value:
        value = resource.after.get(name)
        if value is not None and not any_true(resource.unknown.get(name)):
            return value
        if value is None and name in resource.expressions and isinstance(resource.expressions[name], dict):
            text = f"{resource.address}.{name}"
            site = ExpressionSite(resource.module, resource.config, resource.key)
            return self._expression(text, resource.expressions[name], site)
        return Ref(self.scopes.address(resource), name)


def any_true(mask: Any) -> bool:
    """Whether anything is marked in a mask."""
    if isinstance(mask, dict):
        return any(any_true(item) for item in mask.values())
    return any(any_true(item) for item in mask) if isinstance(mask, list) else mask is True


def _collected(items: dict[Any, Attributes], text: str) -> Value:
    if not items:
        return unknown(text, "no instance in the plan")
    if None in items:
        return items[None]
    return tuple(items.values()) if all(isinstance(key, int) for key in items) else items
