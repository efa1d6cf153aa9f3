"""Makes one of every class that modules/aws.py imports, with every argument given, and prints the Terraform.

`python -m tests.modules.every_class` uses the cut bindings; with `stock` those of the package as published.
"""

import collections.abc
import inspect
import sys
import types
import typing
from typing import Any

from tests.modules.stock import use_stock_bindings

META_ARGUMENTS = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}


def arguments(function: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(function)
    return {
        name: example(hints[name], name)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name not in META_ARGUMENTS
    }


def example(hint: Any, name: str) -> Any:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        # A list of structs or a struct itself in preference to a token, or to a dict for either.
        ranked = sorted((part for part in parts if part is not type(None)), key=rank)
        return example(ranked[0], name)
    if origin in (list, collections.abc.Sequence):
        return [example(parts[0], name)]
    if origin in (dict, collections.abc.Mapping):
        return {"key": example(parts[1], name)}
    if hint in (str, bool):
        return hint(name)
    if hint in (int, float) or getattr(hint, "__name__", "") == "Number":
        return 7
    return hint(**arguments(hint.__init__))


def rank(hint: Any) -> int:
    if typing.get_origin(hint) in (list, collections.abc.Sequence):
        return 0
    if typing.get_origin(hint) in (dict, collections.abc.Mapping):
        return 3
    return 2 if getattr(hint, "__name__", "").startswith("I") else 1


def main() -> None:
    if sys.argv[1:] == ["stock"]:
        use_stock_bindings()

    from modules import aws
    from modules.cdk import App, Stack, TerraformElement
    from modules.output_folder import canonical_json

    stack = Stack(App(), "every_class")
    for name, kind in sorted(vars(aws).items()):
        if isinstance(kind, type) and issubclass(kind, TerraformElement):
            stack.add(kind, "example", **arguments(kind.__init__))
        elif isinstance(kind, type):
            example(kind, name)  # a struct: also part of an element above
    print(canonical_json(stack.to_terraform()), end="")


if __name__ == "__main__":
    main()
