"""Synthesized roots as resources: modules joined with their callers, and roots with the roots that they read.

This is a reader for what the generator writes, not for Terraform: an expression that it does not know is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from isthmus.errors import CannotAnswer

_WHOLE = re.compile(r"\$\{([^{}]*)\}")
_RESOURCE = re.compile(r"(aws_\w+)\.([\w-]+)\.(.+)")
# The endpoint of a firewall in one subnet: the generator looks it up by the subnet's id.
_FIREWALL_ENDPOINT = re.compile(r"\$\{one\(\[for .+ : .+endpoint_id if .+subnet_id == ([\w.]+)\]\)\}")


class Unreadable(CannotAnswer):
    """The JSON holds something that this reader does not know."""


class ResourceAttribute(NamedTuple):
    """An attribute of a resource: `address` is `<root>/module.<name>.<type>.<name>`."""

    address: str
    attribute: str


@dataclass(frozen=True)
class PlayedResource:
    """One resource; references in its arguments are resolved."""

    address: str
    type: str
    arguments: Mapping[str, Any]


class ModulePlace(NamedTuple):
    """Where an expression stands: in a root, and in one of its modules unless that is empty."""

    root: str
    module: str


class Reader:
    """The resources of an output, given as text by path."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._documents = {path: json.loads(text) for path, text in files.items() if path.endswith(".tf.json")}
        self._roots = sorted(path.split("/")[1] for path in self._documents if path.endswith("/cdk.tf.json"))

    def resources(self) -> Iterator[PlayedResource]:
        """Every resource of every root and module."""
        for root in self._roots:
            for module in ("", *self._root(root).get("module", {})):
                yield from self._declared(ModulePlace(root, module))

    def _declared(self, scope: ModulePlace) -> Iterator[PlayedResource]:
        for kind, named in self._document(scope).get("resource", {}).items():
            for name, arguments in named.items():
                unread = {"count", "for_each"} & arguments.keys()
                if unread:
                    raise Unreadable(f"{kind}.{name} has {', '.join(unread)}")
                yield PlayedResource(self._address(scope, kind, name), kind, self._resolved(arguments, scope))

    def _root(self, root: str) -> Any:
        return self._documents[f"stacks/{root}/cdk.tf.json"]

    def _document(self, scope: ModulePlace) -> Any:
        if not scope.module:
            return self._root(scope.root)
        source = self._root(scope.root)["module"][scope.module]["source"].removeprefix("./")
        return self._documents[f"stacks/{scope.root}/{source}/main.tf.json"]

    def _address(self, scope: ModulePlace, kind: str, name: str) -> str:
        return f"{scope.root}/module.{scope.module}.{kind}.{name}" if scope.module else f"{scope.root}/{kind}.{name}"

    def _resolved(self, value: Any, scope: ModulePlace) -> Any:
        if isinstance(value, dict):
            return {key: self._resolved(inner, scope) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._resolved(inner, scope) for inner in value]
        if isinstance(value, str) and "${" in value:
            endpoint = _FIREWALL_ENDPOINT.fullmatch(value)
            if endpoint:
                return ResourceAttribute(self._value(endpoint[1], scope).address, "firewall endpoint")
            whole = _WHOLE.fullmatch(value)
            return self._value(whole[1], scope) if whole else value
        return value

    def _value(self, expression: str, scope: ModulePlace) -> Any:
        resource = _RESOURCE.fullmatch(expression)
        if resource:
            kind, name, attribute = resource.groups()
            return ResourceAttribute(self._address(scope, kind, name), attribute)
        match expression.split("."):
            case ["var", name]:
                return self._resolved(self._root(scope.root)["module"][scope.module][name], ModulePlace(scope.root, ""))
            case ["module", module, name]:
                return self._output(ModulePlace(scope.root, module), name)
            case ["data", "terraform_remote_state", root, "outputs", name]:
                return self._output(ModulePlace(self._root_named(root), ""), name)
        return f"${{{expression}}}"

    def _output(self, scope: ModulePlace, name: str) -> Any:
        return self._resolved(self._document(scope)["output"][name]["value"], scope)

    def _root_named(self, identifier: str) -> str:
        """A root by the identifier that another one reads it under, where dashes are underscores."""
        return next(root for root in self._roots if root.replace("-", "_") == identifier)
