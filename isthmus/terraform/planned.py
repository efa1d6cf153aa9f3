"""A plan document, indexed by address: module instances, resource instances and their configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isthmus.terraform.expression_parser import parse_expression
from isthmus.terraform.expressions import Attribute, ExpressionError, Index, Name, Node
from isthmus.terraform.expressions import Literal as LiteralNode
from isthmus.terraform.graph import Unknown, Value
from isthmus.terraform.instances import Key
from isthmus.terraform.resource_arguments import frozen
from isthmus.terraform.sensitive import hidden, is_secret, masked_arguments
from isthmus.terraform.state import mapping, sequence, state_resources

Json = Mapping[str, Any]
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(eq=False)
class PlannedModule:
    """One instance of a module in the plan."""

    address: str  # `module.a["k"]`, or nothing for the root
    config: Json
    parent: PlannedModule | None = None
    call: Json = field(default_factory=dict)
    key: Key = None
    children: dict[str, dict[Key, PlannedModule]] = field(default_factory=dict)
    resources: dict[tuple[str, str], dict[Key, PlannedResource]] = field(default_factory=dict)
    awaited: dict[tuple[str, str], dict[Key, PlannedResource]] = field(default_factory=dict)  # data read during apply

    def prefixed(self, name: str) -> str:
        """The address of an object of this module, from its name inside the module."""
        return f"{self.address}.{name}" if self.address else name


@dataclass(eq=False)
class PlannedResource:
    """One managed resource instance that will exist."""

    address: str
    type: str
    key: Key
    module: PlannedModule
    config: Json
    after: Mapping[str, Value]  # known values; sensitive ones hidden
    unknown: Json  # True where a value is unknown until apply
    forgotten: bool = False  # Terraform stops managing it and does not destroy it

    @property
    def written(self) -> frozenset[str] | None:
        """The names of the configured arguments and blocks. A provisioner includes its type. None: no configuration."""
        if not self.config:
            return None
        kinds = (mapping(raw).get("type") for raw in sequence(self.config.get("provisioners")))
        return frozenset({*self.expressions, *(f"provisioner.{kind}" for kind in kinds)})

    def depends_on(self, prefix: str) -> tuple[str, ...]:
        """The addresses in `depends_on` of the resource and of the module calls that contain it."""
        found: list[str] = []
        config, module = self.config, self.module
        while True:
            found += [prefix + module.prefixed(str(name)) for name in sequence(config.get("depends_on"))]
            if module.parent is None:
                return tuple(found)
            config, module = module.call, module.parent

    @property
    def expressions(self) -> Json:
        """The configuration's expressions, by argument."""
        return mapping(self.config.get("expressions"))


class Plan:
    """A plan document, indexed."""

    def __init__(self, document: Json) -> None:
        self.document = document
        configuration = mapping(document.get("configuration"))
        self.providers = mapping(configuration.get("provider_config"))
        self.variables = mapping(document.get("variables"))
        self.root = PlannedModule("", mapping(configuration.get("root_module")))
        self.modules: dict[str, PlannedModule] = {"": self.root}
        self.resources: dict[str, PlannedResource] = {}
        self._configs: dict[int, dict[tuple[str, str, str], Json]] = {}
        self._settings: dict[str, dict[str, Value]] = {}
        self._read = _data_read(document)
        changes = {str(mapping(c).get("address")): mapping(c) for c in sequence(document.get("resource_changes"))}
        for at, raw in state_resources(mapping(mapping(document.get("planned_values")).get("root_module"))):
            self._add(at, raw, changes.get(raw["address"], {}))
        for change in changes.values():
            if change.get("mode") == "data":
                self._await(change)
        for module in list(self.modules.values()):
            self._single_children(module)

    def _await(self, change: Json) -> None:
        """Add a data source that Terraform reads during apply. Its arguments are known values or expressions."""
        type_, name, key = str(change.get("type")), str(change.get("name")), change.get("index")
        module = self._module(str(change.get("module_address", "")))
        states = mapping(change.get("change"))
        resource = PlannedResource(
            str(change.get("address")),
            type_,
            key if isinstance(key, str | int) else None,
            module,
            self._config(module, type_, name, "data"),
            frozen(masked_arguments(dict(mapping(states.get("after"))), states.get("after_sensitive"))),
            mapping(states.get("after_unknown")),
            False,
        )
        module.awaited.setdefault((type_, name), {})[resource.key] = resource

    def _add(self, at: str, raw: Json, change: Json) -> None:
        address, type_, name = str(raw["address"]), str(raw.get("type")), str(raw.get("name"))
        key = raw.get("index")
        module = self._module(at)
        states = mapping(change.get("change"))
        after = states.get("after") if isinstance(states.get("after"), dict) else raw.get("values")
        mask = states.get("after_sensitive") if states else raw.get("sensitive_values")
        known = masked_arguments(masked_arguments(dict(mapping(after)), mask), raw.get("sensitive_values"))
        resource = PlannedResource(
            address,
            type_,
            key if isinstance(key, str | int) else None,
            module,
            self._config(module, type_, name),
            frozen(known),
            mapping(states.get("after_unknown")),
            states.get("actions") == ["forget"],
        )
        self.resources[address] = resource
        module.resources.setdefault((type_, name), {})[resource.key] = resource

    def _config(self, module: PlannedModule, type_: str, name: str, mode: str = "managed") -> Json:
        found = self._configs.get(id(module.config))
        if found is None:
            found = {}
            for raw in sequence(module.config.get("resources")):
                config = mapping(raw)
                found[str(config.get("mode", "managed")), str(config.get("type")), str(config.get("name"))] = config
            self._configs[id(module.config)] = found
        return found.get((mode, type_, name), {})

    def declares(self, module: PlannedModule, type_: str, name: str) -> bool:
        """Whether the configuration of a module contains this resource. It may have no instances."""
        return bool(self._config(module, type_, name))

    def has_read(self, module: PlannedModule, type_: str, name: str) -> bool:
        """Whether Terraform read all instances of a data source during the plan. All their attributes are known then.

        Terraform reads a data source during apply if it depends on a change. The plan lists it as a change then.
        """
        return (module.address, type_, name) in self._read

    def _module(self, address: str) -> PlannedModule:
        """The module instance at an address. Creates it, and the modules above it, on first use."""
        if address not in self.modules:
            steps = _module_steps(address)
            if not steps:
                return self.root
            module = self.root
            for name, key, at in steps:
                if at not in self.modules:
                    self.modules[at] = self._child(module, name, key, at)
                module = self.modules[at]
            self.modules[address] = module
        return self.modules[address]

    def _child(self, parent: PlannedModule, name: str, key: Key, address: str) -> PlannedModule:
        call = mapping(mapping(parent.config.get("module_calls")).get(name))
        child = PlannedModule(address, mapping(call.get("module")), parent, call, key)
        parent.children.setdefault(name, {})[key] = child
        return child

    def _single_children(self, module: PlannedModule) -> None:
        """Add modules without resources. The planned values lack them, but their outputs pass values on."""
        for name, raw in mapping(module.config.get("module_calls")).items():
            call = mapping(raw)
            if name in module.children or "count_expression" in call or "for_each_expression" in call:
                continue
            address = module.prefixed(f"module.{name}")
            child = self._child(module, name, None, address)
            self.modules[address] = child
            self._single_children(child)

    def variable(self, name: str) -> Value:
        """The value of a variable of the root module."""
        declared = mapping(mapping(self.root.config.get("variables")).get(name))
        body = mapping(self.variables.get(name))
        if "value" not in body and "default" not in declared:
            return Unknown(f"var.{name}")
        value = frozen(body.get("value", declared.get("default")))
        return hidden(value) if declared.get("sensitive") is True or is_secret(name) else value

    def provider(self, resource: PlannedResource) -> dict[str, Value]:
        """The Region, the accounts and the role of a resource's provider, as far as the plan contains them."""
        key = str(resource.config.get("provider_config_key"))
        if key not in self._settings:
            config = mapping(self.providers.get(key))
            top = not config.get("module_address")
            self._settings[key] = self._provider(mapping(config.get("expressions")), top)
        return self._settings[key]

    def _provider(self, expressions: Json, top: bool) -> dict[str, Value]:
        def value(raw: Any) -> Value:
            expression = mapping(raw)
            constant = frozen(expression.get("constant_value"))
            names = [str(name) for name in sequence(expression.get("references"))]
            if len(names) == 1 and names[0].startswith("var.") and top:
                return self.variable(names[0].removeprefix("var."))
            return None if names else constant

        found: dict[str, Value] = {}
        region = value(expressions.get("region"))
        if isinstance(region, str) and _REGION.fullmatch(region):
            found["region"] = region
        accounts = value(expressions.get("allowed_account_ids"))
        accounts = accounts if isinstance(accounts, tuple) else (accounts,)
        if all(isinstance(account, str) and _ACCOUNT.fullmatch(account) for account in accounts):
            found["allowed_account_ids"] = accounts
        roles = expressions.get("assume_role")
        for role in roles if isinstance(roles, list) else [roles]:
            found["assume_role"] = {"role_arn": value(mapping(role).get("role_arn"))}
        return found


def _data_read(document: Json) -> frozenset[tuple[str, str, str]]:
    """The data sources that Terraform read during the plan, as module instance, type and name."""
    root = mapping(mapping(mapping(document.get("prior_state")).get("values")).get("root_module"))
    found = {(at, str(raw.get("type")), str(raw.get("name"))) for at, raw in state_resources(root, mode="data")}
    for raw in sequence(document.get("resource_changes")):
        change = mapping(raw)
        if change.get("mode") == "data":
            found.discard((str(change.get("module_address", "")), str(change.get("type")), str(change.get("name"))))
    return frozenset(found)


def reference_path(text: str) -> list[str | int] | None:
    """The steps of a reference such as `module.a["k"].aws_vpc.this[0].id`.

    A step is a word, a list index (`int`), or a map key (`[` and the key as JSON). `None` for other expressions.
    """
    try:
        node: Node = parse_expression(text)
    except ExpressionError:
        return None
    steps: list[str | int] = []
    while not isinstance(node, Name):
        if isinstance(node, Attribute):
            steps.append(node.name)
            node = node.of
        elif isinstance(node, Index) and isinstance(node.key, LiteralNode):
            key = node.key.value
            steps.append(key if isinstance(key, int) else f"[{json.dumps(key)}")
            node = node.of
        else:
            return None
    steps.append(node.name)
    return steps[::-1]


def key_of(step: str | int) -> Key:
    """The instance key of a step of `reference_path`. `None` for a word."""
    if isinstance(step, int):
        return step
    return str(json.loads(step[1:])) if step.startswith("[") else None


def _module_steps(address: str) -> list[tuple[str, Key, str]]:
    """The name, key and address of each module from the root module to a module instance."""
    path = reference_path(address) or []
    found: list[tuple[str, Key, str]] = []
    at = 0
    while at + 1 < len(path) and path[at] == "module":
        name = str(path[at + 1])
        key = key_of(path[at + 2]) if at + 2 < len(path) else None
        before = f"{found[-1][2]}." if found else ""
        at += 2 if key is None else 3
        suffix = "" if key is None else f"[{key}]" if isinstance(key, int) else f"[{json.dumps(key)}]"
        found.append((name, key, f"{before}module.{name}{suffix}"))
    return found
