"""Expressions become values: plain data, a `Ref`, or `Unknown` with the reason. Nothing is guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.terraform.conversions import as_string
from isthmus.terraform.expression_parser import parse_template
from isthmus.terraform.expressions import (
    Attribute,
    Call,
    Conditional,
    ExpressionError,
    For,
    Index,
    ListOf,
    Literal,
    Name,
    Node,
    ObjectOf,
    Operation,
    Splat,
    Template,
)
from isthmus.terraform.firewall_endpoints import is_endpoint_of_every_zone, selected_endpoint
from isthmus.terraform.function_calls import call
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.number_functions import logarithm
from isthmus.terraform.operations import operation
from isthmus.terraform.scopes import (
    Attributes,
    EvaluationError,
    EvaluationScope,
    Folders,
    ListOfUnknownLength,
    attribute,
    bound,
    element,
    unknown,
)
from isthmus.terraform.sensitive import SENSITIVE, Hidden
from isthmus.terraform.value_limits import LARGEST, limited
from isthmus.terraform.work_limit import (
    MOST_STEPS,
    TooMuchWork,
    TooMuchWorkOfAll,
    meter,
    metered,
    spend,
)

_LONGEST_TEMPLATE = 500_000  # characters


def evaluate_json(raw: Any, scope: EvaluationScope) -> Value:
    """The value of an argument in JSON syntax: strings are templates, keys too. Never raises on bad input."""
    spend(1)
    if isinstance(raw, str):
        return evaluate_text(raw, scope)
    if isinstance(raw, list):
        return tuple([evaluate_json(item, scope) for item in raw])
    if isinstance(raw, dict):
        result = {}
        for key, item in raw.items():
            name = evaluate_text(key, scope)
            if not isinstance(name, str):
                return name if isinstance(name, Unknown) else unknown(key, "a key that is not known")
            result[name] = evaluate_json(item, scope)
        return result
    return raw


def evaluate_text(text: str, scope: EvaluationScope) -> Value:
    """The value of one template. A failing or unreadable expression is `Unknown`."""
    if "${" not in text and "%{" not in text:
        return text
    if len(text) > _LONGEST_TEMPLATE:
        return unknown(text[:80], "too long to evaluate")
    counted = meter()
    outer, counted.expression = counted.expression, 0
    try:
        with metered(counted):
            return limited(evaluate(parse_template(text), scope), text)
    except (ExpressionError, EvaluationError) as error:
        return unknown(text, str(error)) if text.startswith("${") else unknown(str(error))
    except RecursionError:
        return unknown(text[:80], "refers too deeply")
    except TooMuchWork:
        return unknown(text[:80], f"it takes more than {MOST_STEPS:,} steps to evaluate")
    except TooMuchWorkOfAll as spent:
        spent.expression = spent.expression or text
        raise
    finally:
        counted.expression = outer


def evaluate(node: Node, scope: EvaluationScope) -> Value:
    """The value of an expression.

    Raises `EvaluationError` where Terraform would fail, and `TooMuchWork` or `TooMuchWorkOfAll` for too many steps.
    """
    spend(1)
    return _EVALUATORS[type(node)](node, scope)


def _literal(node: Literal, _scope: EvaluationScope) -> Value:
    return node.value


def _name(node: Name, scope: EvaluationScope) -> Value:
    return scope.lookup(node.name)


def _attribute(node: Attribute, scope: EvaluationScope) -> Value:
    return attribute(evaluate(node.of, scope), node.name, node.source)


def _index(node: Index, scope: EvaluationScope) -> Value:
    return element(evaluate(node.of, scope), evaluate(node.key, scope), node.source)


def _splat(node: Splat, scope: EvaluationScope) -> Value:
    over = evaluate(node.of, scope)
    if isinstance(over, Unknown):
        return over
    if isinstance(over, Ref):
        steps = "".join(f".{step}" if isinstance(step, str) else f"[{evaluate(step, scope)}]" for step in node.steps)
        if is_endpoint_of_every_zone(over, steps):
            return Ref(over.address, f"{over.attribute}[*]{steps}")
    if isinstance(over, Ref | ListOfUnknownLength):
        return unknown(node.source, "known after apply")
    if over is None:
        return ()
    items = over if isinstance(over, tuple) else (over,)
    spend(len(items) * (1 + len(node.steps)))
    result = []
    for item in items:
        for step in node.steps:
            item = (
                attribute(item, step, node.source)
                if isinstance(step, str)
                else element(item, evaluate(step, scope), node.source)
            )
        result.append(item)
    return tuple(result)


def _template(node: Template, scope: EvaluationScope) -> Value:
    parts: list[str] = []
    hidden = []
    length = 0
    for part in node.parts:
        value = evaluate(part, scope)
        if value == SENSITIVE or isinstance(value, Hidden):
            return SENSITIVE
        if isinstance(value, str | bool | int | float):
            parts.append(as_string(value))
            length += len(parts[-1])
            if length > LARGEST:
                return unknown(node.source[:80], "too large to evaluate")
        elif isinstance(value, Unknown):
            hidden.append(value.reason)
        else:
            hidden.append(part.source)
    # The literal parts are left out of the reason: they may hold a secret.
    return unknown(", ".join(hidden), "inside a longer string") if hidden else "".join(parts)


def _list(node: ListOf, scope: EvaluationScope) -> Value:
    return tuple([evaluate(item, scope) for item in node.items])


def _object(node: ObjectOf, scope: EvaluationScope) -> Value:
    result = {}
    for key_node, value_node in node.items:
        key = evaluate(key_node, scope)
        if isinstance(key, Unknown):
            return key
        if isinstance(key, Ref | Attributes | tuple | dict) or key is None:
            return unknown(node.source, "a key that is not known before apply")
        result[as_string(key)] = evaluate(value_node, scope)
    return result


def _conditional(node: Conditional, scope: EvaluationScope) -> Value:
    condition = evaluate(node.condition, scope)
    if isinstance(condition, Unknown):
        return condition
    chosen = condition if isinstance(condition, bool) else {"true": True, "false": False}.get(str(condition))
    if chosen is None:
        return unknown(node.source, "the condition is not known")
    value = evaluate(node.yes if chosen else node.no, scope)
    if not isinstance(value, bool | int | float):
        return value
    other = evaluate(node.no if chosen else node.yes, scope)
    if isinstance(other, str):  # Terraform converts a number to a string if the other result is a string
        return as_string(value)
    if isinstance(other, bool | int | float) and isinstance(value, bool) is not isinstance(other, bool):
        raise EvaluationError(f"{node.source}: the two results are of different types")
    return value


def _for(node: For, scope: EvaluationScope) -> Value:
    over = evaluate(node.over, scope)
    if isinstance(over, Unknown):
        return over
    selected = selected_endpoint(node, over, scope, evaluate) if isinstance(over, Ref) else None
    if selected is not None:
        return selected
    if isinstance(over, tuple):
        pairs: list[tuple[Value, Value]] = list(enumerate(over))
    elif isinstance(over, dict):
        pairs = sorted(over.items())
    else:
        return unknown(node.source, "the collection is known after apply")
    items: list[Value] = []
    mapping: dict[str, Value] = {}
    groups: dict[str, list[Value]] = {}
    for key, value in pairs:
        names = {node.value: value} if node.key is None else {node.key: key, node.value: value}
        inner = bound(scope, **names)
        if node.condition is not None:
            wanted = evaluate(node.condition, inner)
            if isinstance(wanted, Unknown):
                return wanted
            if wanted is False:
                continue
            if wanted is not True:
                raise EvaluationError(f"{node.source}: the condition is not true or false")
        result = evaluate(node.result, inner)
        if node.result_key is None:
            items.append(result)
            continue
        result_key = evaluate(node.result_key, inner)
        if not isinstance(result_key, str | int | float):
            return result_key if isinstance(result_key, Unknown) else unknown(node.source, "a key is not known")
        name = as_string(result_key)
        if node.grouped:
            groups.setdefault(name, []).append(result)
        elif name in mapping:
            raise EvaluationError(f"{node.source}: two results for one key")
        else:
            mapping[name] = result
    if node.grouped:
        return {name: tuple(group) for name, group in groups.items()}
    return tuple(items) if node.result_key is None else mapping


def _call(node: Call, scope: EvaluationScope) -> Value:
    if node.name in ("try", "can"):
        return _try(node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.spread and arguments:
        last = arguments.pop()
        if not isinstance(last, tuple):
            return last if isinstance(last, Unknown) else unknown(node.source)
        arguments.extend(last)
    if node.name == "templatestring":
        return _templatestring(node, arguments)
    if node.name in ("file", "templatefile"):
        return _from_file(node, arguments, scope)
    if node.name in ("ceil", "floor") and (rounded := _rounded_logarithm(node, scope)) is not None:
        return rounded
    return call(node.name, arguments, node.source)


def _templatestring(node: Call, arguments: list[Value]) -> Value:
    """A template that is itself a value, with its own variables.

    https://developer.hashicorp.com/terraform/language/functions/templatestring
    """
    if len(arguments) != 2 or not isinstance(arguments[0], str) or not isinstance(arguments[1], dict):
        unknown_argument = next((argument for argument in arguments if isinstance(argument, Unknown)), None)
        return unknown_argument or unknown(node.source, "known after apply")
    if len(arguments[0]) > _LONGEST_TEMPLATE or any(
        name in arguments[0] for name in ("templatestring", "templatefile")
    ):
        return unknown(node.source, "too long to evaluate")
    try:
        value = evaluate(parse_template(arguments[0]), _Variables(arguments[1]))
    except ExpressionError as error:
        return unknown(node.source, str(error))
    return as_string(value) if isinstance(value, bool | int | float) else value


def _from_file(node: Call, arguments: list[Value], scope: EvaluationScope) -> Value:
    """`file` and `templatefile`, in a scope that has files.

    https://developer.hashicorp.com/terraform/language/functions/templatefile
    """
    unknown_argument = next((argument for argument in arguments[:1] if isinstance(argument, Unknown)), None)
    expected = 1 if node.name == "file" else 2
    if unknown_argument is not None or len(arguments) != expected or not isinstance(arguments[0], str):
        return unknown_argument or unknown(node.source, "known after apply")
    try:
        folders = scope.lookup("path")
    except EvaluationError:
        folders = None
    if not isinstance(folders, Folders):
        return unknown(node.source, "the file is not in this input")
    text = folders.contents(arguments[0])
    if isinstance(text, Unknown) or node.name == "file":
        return text
    return _templatestring(node, [text, arguments[1]])


def _rounded_logarithm(node: Call, scope: EvaluationScope) -> int | None:
    """A rounded logarithm. None for anything else, and where the last digit of a float decides."""
    inner = node.arguments[0] if len(node.arguments) == 1 else None
    if not isinstance(inner, Call) or inner.name != "log" or len(inner.arguments) != 2 or inner.spread or node.spread:
        return None
    given = [evaluate(argument, scope) for argument in inner.arguments]
    if any(not isinstance(value, str | int | float) for value in given):
        return None
    try:
        found = logarithm(*given)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return None if found is None else math.ceil(found) if node.name == "ceil" else math.floor(found)


@dataclass(frozen=True, slots=True)
class _Variables:
    """The scope of `templatestring` and `templatefile`: only the variables that are given."""

    names: Mapping[str, Value]

    def lookup(self, name: str) -> Value:
        if name in self.names:
            return self.names[name]
        raise EvaluationError(f"no variable {name!r}")


def _try(node: Call, scope: EvaluationScope) -> Value:
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except EvaluationError:
            continue
        if node.name == "try" or isinstance(value, Unknown):
            return value
        return True
    if node.name == "can":
        return False
    raise EvaluationError(f"{node.source}: nothing in it succeeds")


def _operation(node: Operation, scope: EvaluationScope) -> Value:
    sign = node.operator
    values = []
    for operand in node.operands:
        value = evaluate(operand, scope)
        # `false && anything` and `true || anything` do not depend on the rest.
        if (sign == "&&" and value is False) or (sign == "||" and value is True):
            return value
        values.append(value)
    return operation(sign, values, node.source)


_EVALUATORS: dict[type[Node], Callable[[Any, EvaluationScope], Value]] = {
    Literal: _literal,
    Name: _name,
    Attribute: _attribute,
    Index: _index,
    Splat: _splat,
    Template: _template,
    ListOf: _list,
    ObjectOf: _object,
    Conditional: _conditional,
    For: _for,
    Call: _call,
    Operation: _operation,
}
