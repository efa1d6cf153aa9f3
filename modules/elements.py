"""The elements of a module in plain Python, with the arguments of cdktf's classes. Node is not involved.

modules/cdk.py gives them to the modules in place of cdktf's classes, and they give the same Terraform
(docs/decisions/0048-synthesis-from-structs.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

Convert = Callable[[Any], Any]
"""The Terraform of a value. Raises `TypeError` if the value has another type, or holds a token of cdktf."""

# Arguments that only cdktf converts. No module uses them.
_CDKTF_ONLY = frozenset({"connection", "count", "for_each", "provisioners"})
_TOKEN = "{TfToken["  # noqa: S105  how cdktf marks a token inside a text
# From here on JavaScript writes whole numbers with an exponent, so that JSON reads them as floating-point numbers.
_WHOLE_BELOW = 1e21


def string(value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise _mismatch("a string", value)
    if _TOKEN in value:
        raise TypeError(f"holds a token of cdktf ({value!r}): use `ref` of the module instead")
    return value if type(value) is str else str.__str__(value)


def boolean(value: Any) -> bool:
    """A truth value."""
    if value is not True and value is not False:
        raise _mismatch("True or False", value)
    return bool(value)


def number(value: Any) -> int | float:
    """A number as JavaScript holds it: a floating-point number, of which whole ones are written without a fraction."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _mismatch("a number", value)
    held = float(value)
    if held != held or held in (float("inf"), float("-inf")):
        raise _mismatch("a finite number", value)
    # JavaScript writes the shortest digits that give this number, then zeros.
    return int(Decimal(repr(held))) if abs(held) < _WHOLE_BELOW and held.is_integer() else held


def expression(value: Any) -> Any:
    """Any value that JSON can hold."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Mapping):
        return {string(key): expression(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [expression(inner) for inner in value]
    raise _mismatch("a value that JSON can hold", value)


@cache
def list_of(convert: Convert) -> Convert:
    """The conversion of a list with elements of one type."""

    def convert_list(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise _mismatch("a list", value)
        return [convert(inner) for inner in value]

    return convert_list


@cache
def map_of(convert: Convert) -> Convert:
    """The conversion of a map with values of one type."""

    def convert_map(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _mismatch("a map", value)
        return {string(key): convert(inner) for key, inner in value.items()}

    return convert_map


def _mismatch(expected: str, value: Any) -> TypeError:
    return TypeError(f"expected {expected}, got {value!r} ({type(value).__name__})")


class Struct:
    """An object with arguments: what it gives in Terraform is its `body`.

    arguments  by Python name: the name in Terraform, and the conversion of the value
    required   the arguments that must be given
    nulls      the names in Terraform that are null if they are not given
    """

    arguments: ClassVar[Mapping[str, tuple[str, Convert]]]
    required: ClassVar[tuple[str, ...]] = ()
    nulls: ClassVar[tuple[str, ...]] = ()

    def __init__(self, /, **config: Any) -> None:
        self.body = self._converted(config)

    @classmethod
    def _converted(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        name = ""
        try:
            for name, value in config.items():
                if value is not None:
                    terraform, convert = cls.arguments[name]
                    body[terraform] = convert(value)
        except KeyError:
            raise TypeError(f"{cls.__name__} has no argument {name}{_hint(name)}") from None
        except TypeError as error:
            raise TypeError(f"{cls.__name__}, argument {name}: {error}") from error
        for name in cls.required:
            if config.get(name) is None:
                raise TypeError(f"{cls.__name__} needs the argument {name}")
        for name in cls.nulls:
            body.setdefault(name, None)
        return body

    @classmethod
    def convert(cls, value: Any) -> dict[str, Any]:
        """The conversion of an argument of this class."""
        if type(value) is not cls:
            raise _mismatch(f"{cls.__name__}(...)", value)
        return value.body


def _hint(name: str) -> str:
    return " without cdktf: set ISTHMUS_SYNTHESIS=stock to use it" if name in _CDKTF_ONLY else ""


class Element(Struct):
    """A part of a module with an address.

    section   its section of the Terraform document, and the type of a resource
    address   its Terraform address, such as `aws_vpc.main` or `var.vpc_id`
    """

    section: ClassVar[tuple[str, ...]]
    prefix: ClassVar[str]

    def __init__(self, scope: Any, name: str, /, **config: Any) -> None:
        super().__init__(**config)
        self.scope, self.name = scope, name
        self.address = f"{self.prefix}.{name}"
        self._overrides: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.address

    def add_override(self, path: str, value: Any) -> None:
        """Set a value in the Terraform of this element, at a path of names with dots between them."""
        *parents, last = path.split(".")
        place = self._overrides
        for name in parents:
            if not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
        place[last] = expression(value)

    def as_terraform(self) -> dict[str, Any]:
        """The body of this element, with its overrides."""
        body = dict(self.body)
        _merge(body, self._overrides)
        return body


def _merge(target: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Merge as cdktf does: maps are merged, a list is appended to a list, anything else replaces what was there."""
    for name, value in source.items():
        before = target.get(name)
        if isinstance(value, dict):
            target[name] = dict(before) if isinstance(before, dict) else {}
            _merge(target[name], value)
        elif isinstance(value, list) and isinstance(before, list):
            target[name] = [*before, *value]
        else:
            target[name] = value


def _dependency(value: Any) -> str:
    if not isinstance(value, (Resource, DataSource)):
        raise _mismatch("a resource", value)
    return value.address


def _alias(value: Any) -> str:
    if not isinstance(value, Provider):
        raise _mismatch("a provider", value)
    return value.address


class Lifecycle(Struct):
    """The lifecycle of a resource: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle."""

    arguments: ClassVar = {
        "create_before_destroy": ("create_before_destroy", boolean),
        "ignore_changes": ("ignore_changes", lambda value: value if value == "all" else list_of(string)(value)),
        "prevent_destroy": ("prevent_destroy", boolean),
        "replace_triggered_by": (
            "replace_triggered_by",
            list_of(string),
        ),  # cdktf writes an element as a template, which Terraform refuses
    }


META_ARGUMENTS: Mapping[str, tuple[str, Convert]] = {
    "depends_on": ("depends_on", list_of(_dependency)),
    "lifecycle": ("lifecycle", Lifecycle.convert),
    "provider": ("provider", _alias),
}
"""The arguments of every resource and data source."""


class Resource(Element):
    """A resource. Its subclasses are made from the description of the bindings."""

    TF_RESOURCE_TYPE: ClassVar[str]


class DataSource(Element):
    """A data source. Its subclasses are made from the description of the bindings."""

    TF_RESOURCE_TYPE: ClassVar[str]


class Provider(Element):
    """A provider that the caller of a module passes. Its address is its type, with the alias if it has one."""

    TF_RESOURCE_TYPE: ClassVar[str]

    def __init__(self, scope: Any, name: str, /, **config: Any) -> None:
        super().__init__(scope, name, **config)
        alias = self.body.get("alias")
        self.address = self.TF_RESOURCE_TYPE if alias is None else f"{self.TF_RESOURCE_TYPE}.{alias}"


class Output(Element):
    """An output of a module."""

    section, prefix, required = ("output",), "output", ("value",)
    arguments: ClassVar = {
        "value": ("value", expression),
        "description": ("description", string),
        "sensitive": ("sensitive", boolean),
    }


class Variable(Element):
    """An input of a module."""

    section, prefix = ("variable",), "var"
    arguments: ClassVar = {
        "default": ("default", lambda value: _scalar(value)),
        "description": ("description", string),
        "nullable": ("nullable", boolean),
        "sensitive": ("sensitive", boolean),
        "type": ("type", string),
    }


def _scalar(value: Any) -> Any:
    # cdktf changes the keys of maps here.
    if isinstance(value, (Mapping, list, tuple)):
        raise _mismatch("a string, a number or a truth value", value)
    return expression(value)


def described_class(
    name: str, entry: Mapping[str, Any], others: Callable[[str], type[Struct]], module: str
) -> type[Struct]:
    """A class from its description (modules/bindings/describe.py). `others` gives the classes of its submodule."""
    base = {"Resource": Resource, "DataSource": DataSource, "Provider": Provider}.get(entry.get("base", ""), Struct)
    content: dict[str, Any] = {"__module__": module, "required": tuple(entry["required"])}
    arguments = {
        argument: (terraform, _conversion(type_, others))
        for argument, (terraform, type_, *_) in entry["arguments"].items()
    }
    nulls = tuple(terraform for terraform, _, *null in entry["arguments"].values() if null)
    if base is not Struct:
        terraform = entry["terraform"]
        content["TF_RESOURCE_TYPE"] = terraform
        content["section"] = ("data" if base is DataSource else "resource", terraform)
        content["prefix"] = f"data.{terraform}" if base is DataSource else terraform
        if base is not Provider:
            arguments |= META_ARGUMENTS
    return type(name, (base,), content | {"arguments": arguments, "nulls": nulls})


_SIMPLE: Mapping[str, Convert] = {"string": string, "number": number, "boolean": boolean, "any": expression}
_COLLECTION = re.compile(r"(list|map)\((.+)\)")


def _conversion(type_: str, others: Callable[[str], type[Struct]]) -> Convert:
    if found := _COLLECTION.fullmatch(type_):
        inner = _conversion(found[2], others)
        return list_of(inner) if found[1] == "list" else map_of(inner)
    if type_ in _SIMPLE:
        return _SIMPLE[type_]
    # The class is made when it is first used.
    return lambda value: others(type_).convert(value)
