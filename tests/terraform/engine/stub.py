"""A state with nothing but outputs, for a root whose consumers are planned before it is applied.

The outputs have the shape that the root's own declarations give them: references are followed through the modules to
the resource attribute they end at, and that gets a made-up value.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from . import fake
from .bindings import Type

Document = dict[str, Any]

_REFERENCE: Final = re.compile(r"\$\{([^{}\"]*(?:\"[^\"]*\"[^{}\"]*)*)\}")
_MODULE: Final = re.compile(r"module\.([\w-]+)\.([\w-]+)")
_VARIABLE: Final = re.compile(r"(var|local)\.([\w-]+)")
_ATTRIBUTE: Final = re.compile(r"((?:data\.)?aws_\w+)\.([\w-]+)(\[[^\]]+\])?\.(\w+)(?:\[\d+\])?")
_STEP: Final = re.compile(r"\.([\w-]+)|\[\"([^\"]*)\"\]|\[(\d+)\]")


class NoStub(Exception):
    """An output is more than a reference, so no value can be made up for it."""


def read_configuration(directory: Path) -> Document:
    """All `*.tf.json` files of one directory as one document."""
    whole: Document = {}
    for path in sorted(directory.glob("*.tf.json")):
        merge(whole, json.loads(path.read_text()))
    return whole


def merge(into: Document, more: Document) -> None:
    """Merges one document of Terraform's JSON syntax into another, block by block."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def stub_state(directory: Path) -> Document:
    """The state of the root in `directory`, as if it had been applied, with outputs only.

    Raises:
        NoStub: an output is not a value, a reference, or a structure of these.
    """
    configuration = _Configuration(directory, read_configuration(directory))
    outputs = {name: configuration.output(name) for name in configuration.document.get("output", {})}
    return {
        "version": 4,
        "terraform_version": "1.11.0",
        "serial": 1,
        "lineage": f"stub-{directory.name}",
        "outputs": {name: {"value": value, "type": _type(value)} for name, value in outputs.items()},
        "resources": [],
        "check_results": None,
    }


@dataclass
class _Configuration:
    """A root or child module: its document, and the arguments of the call that made it, each worked out when needed."""

    directory: Path
    document: Document
    variables: Mapping[str, Callable[[], object]] = field(default_factory=dict)

    def output(self, name: str) -> object:
        """The value of one of its outputs."""
        return self.value(self.document["output"][name]["value"], f"output {name} of {self.directory.name}")

    def value(self, expression: object, of: str) -> object:
        """The value of an expression in JSON syntax; `of` says whose it is."""
        if isinstance(expression, dict):
            return {key: self.value(inner, of) for key, inner in expression.items()}
        if isinstance(expression, list):
            return [self.value(inner, of) for inner in expression]
        if not isinstance(expression, str):
            return expression
        if whole := _REFERENCE.fullmatch(expression):
            return self.reference(whole[1].strip(), of)
        return _REFERENCE.sub(lambda match: str(self.reference(match[1].strip(), of)), expression)

    def reference(self, reference: str, of: str) -> object:
        """The value that a reference leads to."""
        if attribute := _ATTRIBUTE.fullmatch(reference):
            kind, name, key, attribute_name = attribute.groups(default="")
            return fake.text(attribute_name, kind, f"{self.directory} {name}{key}")
        if module := _MODULE.match(reference):
            call = self.document["module"][module[1]]
            directory = self.directory / call["source"]
            arguments = {key: partial(self.value, given, of) for key, given in call.items() if key not in _META}
            inner = _Configuration(directory, read_configuration(directory), arguments)
            return _walk(inner.output(module[2]), reference[module.end() :], of)
        if variable := _VARIABLE.match(reference):
            path, local = reference[variable.end() :], self.document.get("locals", {})
            if variable[1] == "var" and variable[2] in self.variables:
                return _walk(self.variables[variable[2]](), path, of)
            if variable[1] == "local" and variable[2] in local:
                return _walk(self.value(local[variable[2]], of), path, of)
        raise NoStub(f"{of}: a stub cannot follow `{reference}`; apply the root instead (LiveEstate)")


_META: Final = frozenset({"source", "version", "providers", "depends_on", "count", "for_each"})


def _walk(value: Any, path: str, of: str) -> object:
    """The part of a value that a path such as `["a"].id` leads to."""
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise NoStub(f"{of}: a stub cannot follow `{path}`")
        value = value[int(step[3])] if step[3] else value[step[1] or step[2]]
        position = step.end()
    return value


def _type(value: object) -> Type:
    """The Terraform type of a value."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case dict():
            return ["object", {key: _type(inner) for key, inner in value.items()}]
        case list():
            return ["tuple", [_type(inner) for inner in value]]
        case None:
            return "dynamic"
    return "string"
