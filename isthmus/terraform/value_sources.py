"""The possible sources of a value in a plan: follows the references of its expression through variables and outputs.

A plan contains no expressions of the configuration. It contains only the references that each expression makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from isthmus.terraform.graph import Ref, Unknown
from isthmus.terraform.id_attributes import IdKind, fits
from isthmus.terraform.instances import Key
from isthmus.terraform.planned import Json, Plan, PlannedModule, PlannedResource, key_of, reference_path
from isthmus.terraform.state import mapping, sequence

Path = list[str | int]
_MOST = 2_000  # references followed for one value


@dataclass
class Sources:
    """The references of an expression.

    - `attributes`: single attributes of resource instances.
    - `wholes`: resources without an attribute, or without an instance key.
    - `locals_of`: modules whose `local` values the expression uses. A plan does not contain these values.
    - `opaque`: other possible sources of the value.
    - `conditions`: the number of known values in the expression. They may select one of the other sources.
    - `keyed`: whether the expression uses `each.key` or `count.index`.
    - `named`: resources that a data source identifies by their ids.
    - `chosen`: whether the key of an instance alone selected a source.
    """

    attributes: list[tuple[PlannedResource, str]] = field(default_factory=list)
    wholes: list[dict[Key, PlannedResource]] = field(default_factory=list)
    locals_of: list[PlannedModule] = field(default_factory=list)
    opaque: list[str] = field(default_factory=list)
    conditions: int = 0
    keyed: bool = False
    named: list[Ref] = field(default_factory=list)
    chosen: bool = False


@dataclass(frozen=True)
class ExpressionSite:
    """The place of an expression: the module instance, the block, and the instance key of the block."""

    module: PlannedModule
    block: Json
    key: Key


class Tracer:
    """Follows references through a plan."""

    def __init__(self, plan: Plan, read: Callable[[PlannedResource, str], Ref | None]) -> None:
        """`read` returns the value of an attribute of a data source if ids of resources in the plan determine it."""
        self.plan = plan
        self._read = read
        self._left = 0

    def trace(self, expression: Json, site: ExpressionSite) -> Sources:
        """The possible sources of the value of an expression."""
        found = Sources()
        outer, self._left = self._left, _MOST
        self._expression(expression, site, [], found, ())
        self._left = outer
        return found

    def _expression(
        self, expression: Json, site: ExpressionSite, rest: Path, found: Sources, above: tuple[int, ...]
    ) -> None:
        if id(expression) in above or len(above) > 60:
            found.opaque.append("a reference to itself")
            return
        for text in references(expression):
            self._left -= 1
            if self._left < 0:
                found.opaque.append("too many references")
                return
            path = reference_path(text)
            if path is None:
                found.opaque.append(text)
            else:
                self._path(path + rest, site, found, (*above, id(expression)))

    def _path(self, path: Path, site: ExpressionSite, found: Sources, above: tuple[int, ...]) -> None:
        match path:
            case ["each", "key", *_] | ["count", "index", *_]:
                found.keyed = True
            case ["each", "value", *rest]:
                self._each_value(rest, site, found, above)
            case ["path" | "terraform", *_]:
                pass
            case ["var", str(name), *rest]:
                self._variable(name, rest, site.module, found, above)
            case ["local", *_]:
                found.locals_of.append(site.module)
            case ["module", str(name), *rest]:
                self._module(name, rest, site, found, above)
            case ["data", str(type_), str(name), *_] if self.plan.has_read(site.module, type_, name):
                found.conditions += 1  # all its attributes are known: it is no source of an unknown value
            case ["data", str(type_), str(name), *rest] if (type_, name) in site.module.awaited:
                self._awaited(site.module.awaited[type_, name], ".".join(map(str, path[:3])), rest, found)
            case ["data", *_]:
                found.opaque.append(".".join(map(str, path[:3])))
            case [str(type_), str(name), *rest] if (type_, name) in site.module.resources:
                self._resource(site.module.resources[type_, name], rest, found)
            case [str(type_), str(name), *_] if self.plan.declares(site.module, type_, name):
                pass  # a resource without instances
            case _:
                found.opaque.append(".".join(map(str, path)))

    def _each_value(self, rest: Path, site: ExpressionSite, found: Sources, above: tuple[int, ...]) -> None:
        inner = Sources()
        self._expression(mapping(site.block.get("for_each_expression")), site, [], inner, above)
        for instances in inner.wholes:
            if isinstance(site.key, str) and site.key in instances:
                found.chosen = True
                self._resource({None: instances[site.key]}, rest, found)
            else:
                found.wholes.append(instances)
        if inner.attributes and len(inner.attributes) + len(inner.wholes) > 1:
            found.conditions += 1
        found.attributes += inner.attributes
        found.locals_of += inner.locals_of
        found.opaque += inner.opaque
        found.named += inner.named
        found.conditions += inner.conditions
        found.keyed |= inner.keyed

    def _variable(self, name: str, rest: Path, module: PlannedModule, found: Sources, above: tuple[int, ...]) -> None:
        expression = mapping(mapping(module.call.get("expressions")).get(name))
        if module.parent is None or not expression.get("references"):
            found.conditions += 1
            return
        self._expression(expression, ExpressionSite(module.parent, module.call, module.key), rest, found, above)

    def _module(self, name: str, rest: Path, site: ExpressionSite, found: Sources, above: tuple[int, ...]) -> None:
        children = site.module.children.get(name, {})
        key = key_of(rest[0]) if rest else None
        if key is not None:
            rest = rest[1:]
            chosen = [children[key]] if key in children else []
        elif None in children:
            chosen = [children[None]]
        elif site.key in children:
            chosen, found.chosen = [children[site.key]], len(children) > 1
        else:
            chosen = list(children.values())
            found.conditions += 1
        for child in chosen:
            outputs = mapping(child.config.get("outputs"))
            names = [str(rest[0])] if rest else sorted(outputs)
            if not rest:
                found.chosen = True
            for output in names:
                body = mapping(outputs.get(output))
                inner = ExpressionSite(child, {}, None)
                self._expression(mapping(body.get("expression")), inner, rest[1:], found, above)

    def _awaited(self, instances: dict[Key, PlannedResource], text: str, rest: Path, found: Sources) -> None:
        """A reference to one instance of a data source that Terraform reads during apply."""
        key = key_of(rest[0]) if rest else None
        chosen = instances.get(key)
        words = rest if key is None else rest[1:]
        named = self._read(chosen, str(words[0])) if chosen is not None and len(words) == 1 else None
        if named is None:
            found.opaque.append(text)
        else:
            found.named.append(named)

    def _resource(self, instances: dict[Key, PlannedResource], rest: Path, found: Sources) -> None:
        key = key_of(rest[0]) if rest else None
        if key is not None and None not in instances:
            rest = rest[1:]
            instances = {key: instances[key]} if key in instances else {}
        words = [step for step in rest if isinstance(step, str) and not step.startswith("[")]
        if not words:
            if instances:
                found.wholes.append(instances)
            return
        attribute = words[0] + "".join(_spelt(step) for step in rest[1:])
        for resource in instances.values():
            found.attributes.append((resource, attribute))

    def visible(self, module: PlannedModule, kind: IdKind) -> Iterator[tuple[PlannedResource, str] | Unknown]:
        """Every id of a kind that a `local` of a module can contain.

        These are the ids of resources in the module and in the modules below it, and the ids that its variables pass
        in. `Unknown` stands for sources that cannot be listed.
        """
        seen: set[str] = set()
        waiting = [module]
        while waiting:
            here = waiting.pop()
            if here.address in seen:
                continue
            seen.add(here.address)
            for instances in here.resources.values():
                for resource in instances.values():
                    yield from ((resource, name) for type_, name in kind if type_ == resource.type)
            for children in here.children.values():
                waiting.extend(children.values())
        yield from self._brought(module, kind)

    def _brought(self, module: PlannedModule, kind: IdKind) -> Iterator[tuple[PlannedResource, str] | Unknown]:
        if module.parent is None:
            return
        for expression in mapping(module.call.get("expressions")).values():
            sources = self.trace(mapping(expression), ExpressionSite(module.parent, module.call, module.key))
            yield from ((r, name) for r, name in sources.attributes if fits(kind, r.type, name))
            for whole in sources.wholes:
                yield from ((r, name) for r in whole.values() for type_, name in kind if type_ == r.type)
            if sources.opaque:
                yield Unknown(sources.opaque[0])
            if sources.locals_of:
                yield from self.visible(module.parent, kind)


def references(expression: Json) -> Iterator[str]:
    """The longest form of each reference: a plan lists `a.b["k"].id`, then `a.b["k"]`, then `a.b`."""
    last = ""
    for text in sequence(expression.get("references")):
        if not isinstance(text, str):
            continue
        if last.startswith((f"{text}.", f"{text}[")):
            last = text
            continue
        last = text
        yield text


def _spelt(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f"{step}]" if step.startswith("[") else f".{step}"
