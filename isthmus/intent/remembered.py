"""Functions of an estate that remember their results. An estate never changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from isthmus.intent.estate import Estate

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def remembered(
    function: Callable[Concatenate[Estate, Arguments], Result],
) -> Callable[Concatenate[Estate, Arguments], Result]:
    """Make a function keep its results with the estate, by its other arguments, which are compared by value.

    Use it for functions that many spokes ask the same.
    """

    @wraps(function)
    def asked(estate: Estate, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        key = (function.__qualname__, args, tuple(sorted(kwargs.items())))
        results: dict[Any, Any] = estate.results
        if key not in results:
            results[key] = function(estate, *args, **kwargs)
        found: Result = results[key]
        return found

    return asked
