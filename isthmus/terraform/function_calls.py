"""Calls of functions, with evaluated arguments."""

from __future__ import annotations

from isthmus.terraform.collection_functions import COLLECTION_FUNCTIONS
from isthmus.terraform.firewall_endpoints import passed_on
from isthmus.terraform.functions import FUNCTIONS
from isthmus.terraform.graph import Unknown, Value
from isthmus.terraform.scopes import EvaluationError, ListOfUnknownLength, plain, unknown
from isthmus.terraform.sensitive import SENSITIVE, Hidden, concealed, measured
from isthmus.terraform.value_limits import limited


def call(name: str, arguments: list[Value], source: str) -> Value:
    """What a function gives. `source` is the text of the call, for messages. Raises `EvaluationError`."""
    if name == "sensitive":
        return concealed(arguments[0]) if len(arguments) == 1 else SENSITIVE
    if name == "length" and len(arguments) == 1 and isinstance(arguments[0], Hidden):
        return measured(arguments[0])
    if arguments and isinstance(arguments[0], ListOfUnknownLength):
        found = _members(name, arguments[0], arguments[1:])
        if found is not None:
            return found
    for argument in arguments:
        if isinstance(argument, Unknown):
            return argument
    endpoints = passed_on(name, arguments)
    if endpoints is not None:
        return endpoints
    if name not in FUNCTIONS:
        return unknown(source, f"the function {name} is not evaluated")
    whole = limited(tuple(arguments), source)
    if isinstance(whole, Unknown):
        return whole
    if name not in COLLECTION_FUNCTIONS and not all(plain(argument) for argument in arguments):
        return unknown(source, "known after apply")
    try:
        result = FUNCTIONS[name](*arguments)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        if not all(plain(argument) for argument in arguments):
            return unknown(source, "known after apply")
        raise EvaluationError(f"{source}: not a valid call") from error
    return unknown(source) if result is NotImplemented else limited(result, source)


def _members(name: str, of: ListOfUnknownLength, arguments: list[Value]) -> Value:
    """What a function gives for a list of which only the first members are known. None for another function."""
    numbers = [number for number in arguments if type(number) is int]
    match name, numbers:
        case "element", [at] if len(arguments) == 1:
            return of.resolve(str(at))
        case "slice", [first, last] if len(arguments) == 2 and 0 <= first <= last < 1000:
            found = tuple([of.resolve(str(at)) for at in range(first, last)])
            return next((member for member in found if isinstance(member, Unknown)), found)
        case (("sort" | "tolist"), []):
            return of
        case _:
            return None
