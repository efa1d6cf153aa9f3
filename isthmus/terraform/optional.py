"""Types of variables: attributes that may be left out get their default, or null.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints#optional-object-type-attributes
"""

from __future__ import annotations

from typing import Any

from isthmus.terraform.conversions import as_number, as_string
from isthmus.terraform.evaluate import evaluate
from isthmus.terraform.expression_parser import parse_expression
from isthmus.terraform.expressions import Call, ExpressionError, Literal, Name, Node, ObjectOf
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.scopes import Attributes, EvaluationError, EvaluationScope, unknown

_MISSING = object()


def conforming(value: Value, declared: Any, name: str, nothing: EvaluationScope) -> Value:
    """A value of the type that a variable declares, or Unknown; `nothing` is a scope without references."""
    text = str(declared).strip().removeprefix("${").removesuffix("}")
    try:
        return _conform(value, parse_expression(text), nothing)
    except (ExpressionError, EvaluationError, TypeError, ValueError) as error:
        return unknown(f"var.{name}", f"its value does not fit its type: {error}")


def _conform(value: Value, type_: Node, nothing: EvaluationScope) -> Value:
    if value is None or isinstance(value, Unknown | Ref | Attributes):
        return value
    if isinstance(type_, Name):
        return _primitive(value, type_.name)
    if isinstance(type_, Literal) and isinstance(type_.value, str):  # a word between quotes
        return _primitive(value, type_.value)
    if not isinstance(type_, Call):
        raise TypeError("a type that is not understood")
    match type_.name, type_.arguments:
        case ("list" | "set", (inner,)):
            if not isinstance(value, tuple):
                raise TypeError("not a list")
            return tuple([_conform(item, inner, nothing) for item in value])
        case "map", (inner,):
            if not isinstance(value, dict):
                raise TypeError("not a map")
            return {key: _conform(item, inner, nothing) for key, item in value.items()}
        case "object", (ObjectOf() as attributes,):
            return _object(value, attributes, nothing)
        case _:
            raise TypeError(f"{type_.name}() is not understood")


def _object(value: Value, attributes: ObjectOf, nothing: EvaluationScope) -> Value:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    result = {}
    for key, type_ in attributes.items:
        name = as_string(key.value) if isinstance(key, Literal) else ""
        given = value.get(name, _MISSING)
        if isinstance(type_, Call) and type_.name == "optional":
            inner, *default = type_.arguments
            if given is _MISSING or given is None:
                given = evaluate(default[0], nothing) if default else None
            result[name] = _conform(given, inner, nothing)
        elif given is _MISSING:
            raise TypeError(f"no attribute {name!r}")
        else:
            result[name] = _conform(given, type_, nothing)
    return result


def _primitive(value: Value, type_: str) -> Value:
    match type_:
        case "any":
            return value
        case "string":
            return as_string(value)
        case "number":
            return as_number(value)
        case "bool":
            if value in (True, "true"):
                return True
            if value in (False, "false"):
                return False
            raise TypeError("not true or false")
        case "list" | "map" | "set":
            return value
        case _:
            raise TypeError(f"the type {type_} is not understood")
