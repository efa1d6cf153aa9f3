"""Expressions become values: plain data, a `Ref`, or `Unknown` with the reason. Nothing is guessed.

While an expression is being evaluated there is one more kind of value, `Attributes`: something that is not data itself
but has attributes, such as a resource, or the outputs of a module. Where it would end up as data, it becomes `Unknown`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from isthmus.terraform.documents import DEEPEST
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
    parse_template,
)
from isthmus.terraform.functions import FUNCTIONS, STRUCTURAL, as_number, as_string
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.more_functions import MORE, MORE_STRUCTURAL, logarithm
from isthmus.terraform.sensitive import SENSITIVE, Hidden, concealed, measured
from isthmus.terraform.work_limit import (
    MEMBERS_PER_STEP,
    MOST_STEPS,
    TooMuchWork,
    TooMuchWorkOfAll,
    meter,
    metered,
    spend,
)
from isthmus.text.printable import printable

_OF_MEMBERS = STRUCTURAL | MORE_STRUCTURAL
_LARGEST = 200_000  # characters of a string, or members of a collection, nested ones included
_LONGEST_TEMPLATE = 500_000  # characters
# Terraform's numbers have a mantissa of 512 bits: what is longer it rounds, and Python would not.
# https://developer.hashicorp.com/terraform/language/expressions/types
_LONGEST_NUMBER = 512


@dataclass(frozen=True, slots=True)
class Attributes:
    """Something that expressions can only take attributes of. `text` says what, for people.

    `by_reference` is for what has an element for each of some resources, by their id.
    """

    text: str
    resolve: Callable[[str], Value]
    by_reference: Callable[[Ref], Value] | None = None


def _no_files(name: str) -> Value:
    return unknown(name, "the file is not in this input")


@dataclass(frozen=True, slots=True)
class Folders(Attributes):
    """`path`, in a scope that has files: `contents` gives the text of one, or why it is not known."""

    contents: Callable[[str], Value] = _no_files


@dataclass(frozen=True, slots=True)
class ListOfUnknownLength(Attributes):
    """A list of which the first members are known, and not how many there are. `resolve` takes an index."""


def having(text: str, known: Mapping[str, Value]) -> Attributes:
    """`Attributes` that are all known; asking for another one fails."""

    def resolve(name: str) -> Value:
        if name in known:
            return known[name]
        raise Failure(f"{text}: no attribute {name!r}")

    return Attributes(text, resolve)


class Scope(Protocol):
    """Where the first word of a reference is looked up."""

    def lookup(self, name: str) -> Value:
        """The value of `var`, `local`, `module`, `data`, `each`, a resource type, ...; `Unknown` for anything else."""


class Failure(Exception):
    """The expression fails: an index out of range, a missing attribute, an argument of the wrong type."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A scope with the variables of a `for` or of a `dynamic` block added."""

    outer: Scope
    names: Mapping[str, Value]

    def lookup(self, name: str) -> Value:
        return self.names[name] if name in self.names else self.outer.lookup(name)


def bound(scope: Scope, **names: Value) -> Scope:
    """`scope`, with more first words."""
    return _Bound(scope, names)


def unknown(text: str, cause: str = "") -> Unknown:
    """`Unknown` with a reason that is safe to print."""
    return Unknown(printable(f"{printable(text, 150)}: {cause}" if cause else text))


def evaluate_json(raw: Any, scope: Scope) -> Value:
    """The value of an argument as JSON syntax writes it: strings are templates, keys too. Never raises on bad input."""
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


def evaluate_text(text: str, scope: Scope) -> Value:
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
    except (ExpressionError, Failure) as error:
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


def limited(value: Value, text: str) -> Value:
    """`value`, unless it has grown past all reason, as collections and strings that double themselves do."""
    left = _LARGEST
    level = [value]
    for _ in range(DEEPEST):
        below: list[Value] = []
        for item in level:
            left -= 1
            if isinstance(item, str):
                left -= len(item) if len(item) > 1000 else len(item) // 16
            elif isinstance(item, tuple):
                below.extend(item)
                left -= len(item)
            elif isinstance(item, dict):
                below.extend(item.values())
                left -= len(item)
            elif isinstance(item, int | float) and _too_long(item):
                return unknown(text[:80], f"a number of more than {_LONGEST_NUMBER} bits")
            if left < 0:
                spend(_LARGEST // MEMBERS_PER_STEP)
                return unknown(text[:80], "too large to evaluate")
        if not below:
            spend((_LARGEST - left) // MEMBERS_PER_STEP)
            return value
        level = below
    return unknown(text[:80], "nested too deeply")


def _too_long(number: int | float) -> bool:
    return number.bit_length() > _LONGEST_NUMBER if isinstance(number, int) else not math.isfinite(number)


def plain(value: Value) -> bool:
    """Whether a value is data through and through."""
    if isinstance(value, tuple):
        return all(plain(item) for item in value)
    if isinstance(value, dict):
        return all(plain(item) for item in value.values())
    return not isinstance(value, Ref | Unknown | Attributes)


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of an expression.

    Raises `Failure` where Terraform itself would fail, and `TooMuchWork` or `TooMuchWorkOfAll` where it has no end.
    """
    spend(1)
    return _EVALUATORS[type(node)](node, scope)


def attribute(value: Value, name: str, text: str) -> Value:
    """`value.name`."""
    if isinstance(value, Attributes):
        return value.resolve(name)
    if isinstance(value, Ref):
        return Ref(value.address, f"{value.attribute}.{name}")
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict) and name in value:
        return value[name]
    raise Failure(f"{text}: no attribute {name!r}")


def element(value: Value, key: Value, text: str) -> Value:
    """`value[key]`."""
    if isinstance(key, Unknown):
        return key
    if isinstance(value, Unknown):
        return value
    if isinstance(key, Ref):
        if isinstance(value, Attributes) and value.by_reference is not None and key.attribute == "id":
            return value.by_reference(key)
        return unknown(text, "the key is not known before apply")
    if isinstance(value, Attributes):
        return value.resolve(as_string(key))
    if isinstance(value, Ref):
        shown = f'"{key}"' if isinstance(key, str) else str(key)
        return Ref(value.address, f"{value.attribute}[{shown}]")
    if isinstance(value, tuple):
        if isinstance(key, str) and key.isdecimal():
            key = int(key[:9])
        if type(key) is int and 0 <= key < len(value):
            return value[key]
    elif isinstance(value, dict):
        name = as_string(key)
        if name in value:
            return value[name]
    raise Failure(f"{text}: no such element")


def _literal(node: Literal, _scope: Scope) -> Value:
    return node.value


def _name(node: Name, scope: Scope) -> Value:
    return scope.lookup(node.name)


def _attribute(node: Attribute, scope: Scope) -> Value:
    return attribute(evaluate(node.of, scope), node.name, node.source)


def _index(node: Index, scope: Scope) -> Value:
    return element(evaluate(node.of, scope), evaluate(node.key, scope), node.source)


def _splat(node: Splat, scope: Scope) -> Value:
    over = evaluate(node.of, scope)
    if isinstance(over, Unknown):
        return over
    if isinstance(over, Ref):
        steps = "".join(f".{step}" if isinstance(step, str) else f"[{evaluate(step, scope)}]" for step in node.steps)
        if over.attribute.endswith(_STATES) and steps == f".{_ENDPOINT}":
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


def _template(node: Template, scope: Scope) -> Value:
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
            if length > _LARGEST:
                return unknown(node.source[:80], "too large to evaluate")
        elif isinstance(value, Unknown):
            hidden.append(value.reason)
        else:
            hidden.append(part.source)
    # The literal parts are left out of the reason: nobody knows what they hold.
    return unknown(", ".join(hidden), "inside a longer string") if hidden else "".join(parts)


def _list(node: ListOf, scope: Scope) -> Value:
    return tuple([evaluate(item, scope) for item in node.items])


def _object(node: ObjectOf, scope: Scope) -> Value:
    result = {}
    for key_node, value_node in node.items:
        key = evaluate(key_node, scope)
        if isinstance(key, Unknown):
            return key
        if isinstance(key, Ref | Attributes | tuple | dict) or key is None:
            return unknown(node.source, "a key that is not known before apply")
        result[as_string(key)] = evaluate(value_node, scope)
    return result


def _conditional(node: Conditional, scope: Scope) -> Value:
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
    if isinstance(other, str):  # both are of one type, so a number beside a text is a text
        return as_string(value)
    if isinstance(other, bool | int | float) and isinstance(value, bool) is not isinstance(other, bool):
        raise Failure(f"{node.source}: the two results are of different types")
    return value


def _for(node: For, scope: Scope) -> Value:
    over = evaluate(node.over, scope)
    if isinstance(over, Unknown):
        return over
    selected = _firewall_endpoint(node, over, scope)
    if selected is not None:
        return selected
    if isinstance(over, tuple):
        pairs: list[tuple[Value, Value]] = list(enumerate(over))
    elif isinstance(over, dict):
        pairs = sorted(over.items())
    else:
        return unknown(node.source, "what it goes over is known after apply")
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
                raise Failure(f"{node.source}: the condition is not true or false")
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
            raise Failure(f"{node.source}: two results for one key")
        else:
            mapping[name] = result
    if node.grouped:
        return {name: tuple(group) for name, group in groups.items()}
    return tuple(items) if node.result_key is None else mapping


# What a firewall's endpoints are read from: one state a zone, each with the endpoint of its subnet.
_STATES = "sync_states"
_ENDPOINT = "attachment[0].endpoint_id"


def _firewall_endpoint(node: For, over: Value, scope: Scope) -> Value:
    """Endpoints of a firewall, by zone or by subnet: understood although their list is known after apply.

    Of `for s in FIREWALL.firewall_status[0].sync_states`, where an endpoint is `s.attachment[0].endpoint_id`:
    - `[... : endpoint if s.availability_zone == ZONE]` or `if s.attachment[0].subnet_id == SUBNET.id`: that one
    - `[... : endpoint]`: any of them
    - `{... : s.availability_zone => endpoint}` or `s.attachment[0].subnet_id => endpoint`: by zone, by subnet
    """
    if not (isinstance(over, Ref) and over.attribute.endswith(_STATES)):
        return None
    probe = bound(scope, **{node.value: over})
    states = Ref(over.address, over.attribute)
    zone, subnet = (Ref(over.address, f"{over.attribute}.{of}") for of in ("availability_zone", _SUBNET))
    if evaluate(node.result, probe) != attribute(states, _ENDPOINT, node.source) or node.grouped:
        return None
    if node.condition is None and node.result_key is None:
        return Ref(over.address, f"{over.attribute}[*].{_ENDPOINT}")
    if node.condition is None and node.result_key is not None:
        if evaluate(node.result_key, probe) not in (zone, subnet):
            return None
        if evaluate(node.result_key, probe) == subnet:
            return Attributes(
                node.source, lambda _: unknown(node.source, "which subnet that is"), partial(_endpoint_of, over)
            )
        return Attributes(node.source, partial(_endpoint_of, over))
    condition = node.condition
    if not (isinstance(condition, Operation) and condition.operator == "==" and node.result_key is None):
        return None
    sides = [evaluate(side, probe) for side in condition.operands]
    if zone in sides:
        name = next((side for side in sides if isinstance(side, str)), None)
        return (_endpoint_of(over, name),) if name else None
    if subnet in sides:
        found = next((side for side in sides if isinstance(side, Ref) and side.attribute == "id"), None)
        return (_endpoint_of(over, found),) if found else None
    return None


_SUBNET = "attachment[0].subnet_id"


def _endpoint_of(states: Ref, key: str | Ref) -> Ref:
    """The endpoint of a firewall in a zone, or in the subnet that a reference is the id of."""
    shown = f'"{key}"' if isinstance(key, str) else str(key)
    return Ref(states.address, f"{states.attribute}[{shown}].{_ENDPOINT}")


def _of_states(name: str, arguments: list[Value]) -> Value:
    """The same states or endpoints of a firewall, as functions hand them on; None for anything else."""
    first = arguments[0] if arguments else None
    if not (isinstance(first, Ref) and first.attribute.startswith("firewall_status")):
        return None
    if name in ("tolist", "toset") and first.attribute.endswith((_STATES, _ENDPOINT)):
        return first
    if name in ("one", "element") and "[*]" in first.attribute:
        return first
    if name == "element" and first.attribute.endswith(_STATES):
        return Ref(first.address, f"{first.attribute}[*]")
    return None


def _call(node: Call, scope: Scope) -> Value:
    if node.name in ("try", "can"):
        return _try(node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.spread and arguments:
        last = arguments.pop()
        if not isinstance(last, tuple):
            return last if isinstance(last, Unknown) else unknown(node.source)
        arguments.extend(last)
    if node.name == "sensitive":
        return concealed(arguments[0]) if len(arguments) == 1 else SENSITIVE
    if node.name == "length" and len(arguments) == 1 and isinstance(arguments[0], Hidden):
        return measured(arguments[0])
    if arguments and isinstance(arguments[0], ListOfUnknownLength):
        found = _members(node, arguments[0], arguments[1:])
        if found is not None:
            return found
    if node.name == "templatestring":
        return _templatestring(node, arguments)
    if node.name in ("file", "templatefile"):
        return _of_file(node, arguments, scope)
    if node.name in ("ceil", "floor") and (rounded := _of_logarithm(node, scope)) is not None:
        return rounded
    for argument in arguments:
        if isinstance(argument, Unknown):
            return argument
    states = _of_states(node.name, arguments)
    if states is not None:
        return states
    function = MORE.get(node.name) or FUNCTIONS.get(node.name) or _OF_MEMBERS.get(node.name)
    if function is None:
        return unknown(node.source, f"the function {node.name} is not evaluated")
    whole = limited(tuple(arguments), node.source)
    if isinstance(whole, Unknown):
        return whole
    if node.name not in _OF_MEMBERS and not all(plain(argument) for argument in arguments):
        return unknown(node.source, "known after apply")
    try:
        result = function(*arguments)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        if not all(plain(argument) for argument in arguments):
            return unknown(node.source, "known after apply")
        raise Failure(f"{node.source}: not a valid call") from error
    return unknown(node.source) if result is NotImplemented else limited(result, node.source)


def _members(node: Call, of: ListOfUnknownLength, arguments: list[Value]) -> Value:
    """What a function gives of a list whose first members are known; None for another function."""
    numbers = [number for number in arguments if type(number) is int]
    match node.name, numbers:
        case "element", [at] if len(arguments) == 1:
            return of.resolve(str(at))
        case "slice", [first, last] if len(arguments) == 2 and 0 <= first <= last < 1000:
            found = tuple([of.resolve(str(at)) for at in range(first, last)])
            return next((member for member in found if isinstance(member, Unknown)), found)
        case (("sort" | "tolist"), []):
            return of
        case _:
            return None


def _templatestring(node: Call, arguments: list[Value]) -> Value:
    """A template that is itself a value, with variables of its own.

    https://developer.hashicorp.com/terraform/language/functions/templatestring
    """
    if len(arguments) != 2 or not isinstance(arguments[0], str) or not isinstance(arguments[1], dict):
        lost = next((argument for argument in arguments if isinstance(argument, Unknown)), None)
        return lost or unknown(node.source, "known after apply")
    if len(arguments[0]) > _LONGEST_TEMPLATE or any(
        name in arguments[0] for name in ("templatestring", "templatefile")
    ):
        return unknown(node.source, "too long to evaluate")
    try:
        value = evaluate(parse_template(arguments[0]), _Variables(arguments[1]))
    except ExpressionError as error:
        return unknown(node.source, str(error))
    return as_string(value) if isinstance(value, bool | int | float) else value


def _of_file(node: Call, arguments: list[Value], scope: Scope) -> Value:
    """What `file` and `templatefile` make of a file, where the scope has files.

    https://developer.hashicorp.com/terraform/language/functions/templatefile
    """
    lost = next((argument for argument in arguments[:1] if isinstance(argument, Unknown)), None)
    expected = 1 if node.name == "file" else 2
    if lost is not None or len(arguments) != expected or not isinstance(arguments[0], str):
        return lost or unknown(node.source, "known after apply")
    try:
        folders = scope.lookup("path")
    except Failure:
        folders = None
    if not isinstance(folders, Folders):
        return unknown(node.source, "the file is not in this input")
    text = folders.contents(arguments[0])
    if isinstance(text, Unknown) or node.name == "file":
        return text
    return _templatestring(node, [text, arguments[1]])


def _of_logarithm(node: Call, scope: Scope) -> int | None:
    """A rounded logarithm; None for anything else, and where the machine's last digit could decide."""
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
    """The scope of a template that is given its variables."""

    names: Mapping[str, Value]

    def lookup(self, name: str) -> Value:
        if name in self.names:
            return self.names[name]
        raise Failure(f"no variable {name!r}")


def _try(node: Call, scope: Scope) -> Value:
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except Failure:
            continue
        if node.name == "try" or isinstance(value, Unknown):
            return value
        return True
    if node.name == "can":
        return False
    raise Failure(f"{node.source}: nothing in it succeeds")


def _operation(node: Operation, scope: Scope) -> Value:
    sign = node.operator
    values = []
    for operand in node.operands:
        value = evaluate(operand, scope)
        # `false && anything` and `true || anything` do not depend on the rest.
        if (sign == "&&" and value is False) or (sign == "||" and value is True):
            return value
        values.append(value)
    emptiness = _emptiness(sign, values)
    if emptiness is not None:
        return emptiness
    for value in values:
        if isinstance(value, Unknown):
            return value
    if sign in ("==", "!=") and None in values:
        other = values[1] if values[0] is None else values[0]
        if isinstance(other, Ref) and other.attribute in ("id", "arn"):  # never null
            return sign == "!="
    if not all(plain(value) for value in values):
        return unknown(node.source, "known after apply")
    whole = limited(tuple(values), node.source)  # a comparison looks at all of both
    if isinstance(whole, Unknown):
        return whole
    try:
        result = _operate(node.operator, values)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Failure(f"{node.source}: not a valid operation") from error
    if isinstance(result, int | float) and _too_long(result):
        return unknown(node.source, f"a number of more than {_LONGEST_NUMBER} bits")
    return int(result) if isinstance(result, float) and result.is_integer() else result


def _emptiness(sign: str, values: list[Value]) -> bool | None:
    """Whether a sensitive value is empty or null, which gives nothing of it away; None for any other question."""
    if sign not in ("==", "!=") or len(values) != 2:
        return None
    for hidden, other in (values, values[::-1]):
        if isinstance(hidden, Hidden) and other in ("", None) and not isinstance(other, Unknown):
            return (hidden.value == other) is (sign == "==")
    return None


def _operate(sign: str, values: list[Value]) -> Value:
    if sign in ("==", "!="):
        left, right = values
        # Terraform compares types as well, and Python takes True for 1.
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return same is (sign == "==")
    if sign in _LOGIC:
        if not all(isinstance(value, bool) for value in values):
            raise TypeError("not true or false")
        return _LOGIC[sign](values)
    numbers = [as_number(value) for value in values]
    return _ARITHMETIC[sign](*numbers) if len(numbers) == 2 else -numbers[0]


_LOGIC: dict[str, Callable[[list[bool]], bool]] = {"!": lambda values: not values[0], "&&": all, "||": any}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,  # the sign of the dividend, as in Go
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EVALUATORS: dict[type[Node], Callable[[Any, Scope], Value]] = {
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
