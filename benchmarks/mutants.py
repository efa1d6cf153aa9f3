"""mutmut, for functions under `@rule` too: it passes over whatever is decorated, and every rule of the language is.

`python -m benchmarks.mutants run 'isthmus.intent.checks.vpn*'` is `mutmut run` with these functions among the others.
`@rule` keeps the function that it is given and calls it: a copy of that function is all that mutmut needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Of the group `measure`, which `make types` does without; and what is replaced here, types do not allow for.
cst: Any = import_module("libcst")
matchers: Any = import_module("libcst.matchers")
file_mutation: Any = import_module("mutmut.mutation.file_mutation")
_RULE = matchers.FunctionDef(decorators=[matchers.Decorator(matchers.Call(matchers.Name("rule")))])
_FRAMES = matchers.Attribute(matchers.Name("sys"), matchers.Name("_getframe"))
_skips = file_mutation.MutationVisitor._skip_node_and_children
_arranged = file_mutation.function_trampoline_arrangement


def _skips_but_rules(visitor: Any, node: object) -> bool:
    if isinstance(node, cst.FunctionDef) and matchers.findall(node, _FRAMES):
        return True  # mutmut calls what it mutates from frames of its own
    return not matchers.matches(node, _RULE) and _skips(visitor, node)


def _arranged_bare(function: Any, *args: Any, **given: Any) -> Any:
    """The original and its mutants as mutmut arranges them, with `@rule` on what chooses between them only."""
    first, nodes, last, names = _arranged(function, *args, **given)
    if matchers.matches(function, _RULE):
        nodes = [nodes[0], *(node.with_changes(decorators=[]) for node in nodes[1:])]
    return first, nodes, last, names


if __name__ == "__main__":
    file_mutation.MutationVisitor._skip_node_and_children = _skips_but_rules
    file_mutation.function_trampoline_arrangement = _arranged_bare
    import_module("mutmut.__main__").cli()
