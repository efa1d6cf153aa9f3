"""One instance of a resource in a folder, with its arguments evaluated in the scope of the instance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from isthmus.terraform.configuration import Body
from isthmus.terraform.dynamic import expanded
from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.expression_parser import parse_template
from isthmus.terraform.expressions import Call, ExpressionError
from isthmus.terraform.graph import NeverNull, Ref, Resource, Unknown, Value
from isthmus.terraform.resource_arguments import META, arguments
from isthmus.terraform.scopes import Attributes, EvaluationScope, unknown
from isthmus.terraform.sensitive import hidden, is_secret

_FIRST_NAME = re.compile(r"[.\[]")  # separates an argument from the rest of a path
BUSY = object()  # the value of something that is being evaluated: a reference to it is circular


@dataclass(frozen=True, slots=True)
class Provider:
    """The account and Region of a provider configuration. `name` is "" if it is not known which one applies."""

    account: str | None = None
    region: str | None = None
    name: str = ""
    origin: str = ""  # of the settings that decide the account and the Region


class DeclaringModule(Protocol):
    """The module instance that declares a resource."""

    root: str
    later_than: tuple[str, ...]

    def provider(self, name: str) -> Provider:
        """The provider that this module calls `aws` or `aws.alias`."""

    def named(self, body: Body) -> tuple[str, ...]:
        """The addresses in `depends_on` of a block of this module."""

    def with_origins(self, value: Value, raw: Any, block: Body) -> Value:
        """A value with the origins of its unknown parts."""


class ResourceInstance:
    """One instance of a resource. Each argument is evaluated when it is first read."""

    __slots__ = ("address", "body", "kind", "module", "scope", "values")

    def __init__(self, module: DeclaringModule, kind: str, address: str, body: Body, scope: EvaluationScope) -> None:
        self.module = module
        self.kind = kind
        self.address = address
        self.body = body
        self.scope = scope
        self.values: dict[str, Value] = {}

    def argument(self, name: str) -> Value:
        """The value of an argument."""
        if name not in self.values:
            self.values[name] = BUSY
            try:
                self.values[name] = evaluate_json(self.body[name], self.scope)
            except BaseException:
                del self.values[name]
                raise
        value = self.values[name]
        return unknown(f"{self.address}.{name}", "it refers to itself") if value is BUSY else value

    def attributes(self) -> Attributes:
        """The resource as expressions see it."""
        return Attributes(self.address, self.attribute)

    def attribute(self, name: str) -> Value:
        """The value of an argument, or a `Ref` if the configuration does not set it: the provider decides."""
        if name not in self.body or name in META:
            if name in self.body.get("dynamic", {}):
                return unknown(f"{self.address}.{name}", "a dynamic block")
            return Ref(self.address, name)
        value = self.argument(name)
        if value is None:
            return Ref(self.address, name)
        if is_secret(name):
            return hidden(value)
        if isinstance(value, tuple) and any(isinstance(item, dict) for item in value):
            return tuple(self._block(f"{name}[{at}]", item) for at, item in enumerate(value))
        return value

    def _block(self, text: str, item: Value) -> Value:
        """A nested block. The provider decides the arguments that it does not set."""
        if not isinstance(item, dict):
            return item

        def resolve(name: str) -> Value:
            value = item.get(name)
            return Ref(self.address, f"{text}.{name}") if value is None else hidden(value) if is_secret(name) else value

        return Attributes(f"{self.address}.{text}", resolve)

    def read(self) -> Resource:
        """The resource with all its arguments evaluated."""
        names = [name for name in self.body if name not in META and name != "dynamic"]
        pairs = [(name, self.argument(name)) for name in names]
        if "dynamic" in self.body:
            pairs += expanded(self.body["dynamic"], self.scope, dict(pairs))
        values = arguments(pairs)
        for name, value in values.items():
            if isinstance(value, Unknown) and _never_null(self.body.get(name)):
                values[name] = NeverNull(value.reason)
        for name, value in values.items():
            written = self.body[name] if name in self.body else self.body["dynamic"]
            values[name] = self.module.with_origins(value, written, self.body)
        raw = self.body.get("provider")
        provider = self.module.provider(bare(raw) if raw else self.kind.split("_", 1)[0])
        region = values.get("region", provider.region)  # from provider 6 on, resources may name their Region
        return Resource(
            self.address,
            self.kind,
            values,
            self.module.root,
            provider.account,
            region if isinstance(region, str) else provider.region,
            self.written(),
            (*self.module.named(self.body), *self.module.later_than),
            provider.name,
            self.ignored(),
            self.triggers(),
            self.prevent_destroy(),
            provider_origin=provider.origin,
        )

    def ignored(self) -> tuple[str, ...]:
        """The arguments whose changes are ignored: https://developer.hashicorp.com/terraform/language/block/resource."""
        given = [rule.get("ignore_changes") for rule in lifecycle_rules(self.body.get("lifecycle"))]
        listed = [name for names in given for name in (names if isinstance(names, list) else [names])]
        return tuple(dict.fromkeys(_FIRST_NAME.split(bare(name))[0] for name in listed if name is not None))

    def triggers(self) -> tuple[str, ...]:
        """The references whose changes replace it: https://developer.hashicorp.com/terraform/language/block/resource."""
        given = [rule.get("replace_triggered_by") for rule in lifecycle_rules(self.body.get("lifecycle"))]
        listed = [name for names in given for name in (names if isinstance(names, list) else [names])]
        return tuple(bare(name) for name in listed if name is not None)

    def prevent_destroy(self) -> bool | Unknown:
        """The lifecycle setting. Terraform takes a literal only, OpenTofu an expression.

        https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
        """
        found: bool | Unknown = False
        for rule in lifecycle_rules(self.body.get("lifecycle")):
            value = evaluate_json(rule.get("prevent_destroy"), self.scope)
            if value is True or value == "true":
                return True
            if value not in (None, False, "false"):
                found = Unknown(value.reason if isinstance(value, Unknown) else f"prevent_destroy is {value}")
        return found

    def written(self) -> frozenset[str]:
        """The names of all arguments and blocks. A provisioner is named with its type."""
        names = {*self.body, *_labels(self.body.get("dynamic"))} - META - {"dynamic"}
        return frozenset({*names, *(f"provisioner.{kind}" for kind in _labels(self.body.get("provisioner")))})


def lifecycle_rules(lifecycle: Any) -> list[Body]:
    """The `lifecycle` blocks of a block, in JSON one object or a list of objects."""
    return [each for each in (lifecycle if isinstance(lifecycle, list) else [lifecycle]) if isinstance(each, dict)]


def _never_null(raw: Any) -> bool:
    """Whether an argument is nothing but a call of a function that never returns null."""
    if not isinstance(raw, str) or not raw.startswith("${cidrsubnet("):
        return False
    try:
        node = parse_template(raw)
    except ExpressionError:
        return False
    return isinstance(node, Call) and node.name == "cidrsubnet"


def _labels(raw: Any) -> set[str]:
    """The labels of labelled blocks, in JSON one object or a list of objects."""
    return {label for item in (raw if isinstance(raw, list) else [raw]) if isinstance(item, dict) for label in item}


def bare(reference: Any) -> str:
    """`aws.hub`, for `aws.hub` and for `${aws.hub}`."""
    return str(reference).removeprefix("${").removesuffix("}").strip()
