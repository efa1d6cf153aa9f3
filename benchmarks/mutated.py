"""A module with all of its mutants, as mutmut makes them: `MUTANT_UNDER_TEST` says which of them runs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

# In the group `measure`, which `make types` does not install. What is replaced here has other types.
cst: Any = import_module("libcst")
mutmut: Any = import_module("mutmut.mutation.file_mutation")
# mutmut passes over what is decorated; these call, as they are given it, what mutmut puts in a function's place.
DECORATORS = ("cache", "cached_property", "contextmanager", "lru_cache", "property", "rule")
_skips = mutmut.MutationVisitor._skip_node_and_children
_arranged = mutmut.function_trampoline_arrangement


class Mutated(SourceFileLoader):
    """Finds and loads one module, mutated."""

    def __init__(self, name: str) -> None:
        self.file = Path(*name.split(".")).with_suffix(".py").absolute()
        super().__init__(name, str(self.file))
        made = mutmut.mutate_file_contents(self.path, self.file.read_text())
        self.lines: list[str] = made.code.splitlines()
        self.mutants: Sequence[str] = made.mutant_names
        self.spans = made.line_span_by_function_name

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(name, self.file, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile("\n".join(self.lines), self.path, "exec", dont_inherit=True)

    def change(self, mutant: str) -> str:
        """The lines that a mutant changes, before and after."""
        before, after = (
            [line for line in self.lines[self.spans[name].start - 1 : self.spans[name].end] if "__mutmut_" not in line]
            for name in (f"{mutant.partition('__mutmut_')[0]}__mutmut_orig", mutant)
        )
        changed = [*difflib.unified_diff(before, after, n=0, lineterm="")][2:]
        return "\n".join(line for line in changed if not line.startswith("@@"))


def _decorated(node: Any) -> bool:
    if not isinstance(node, cst.FunctionDef) or len(node.decorators) != 1:
        return False
    given = node.decorators[0].decorator
    return getattr(given.func if isinstance(given, cst.Call) else given, "value", None) in DECORATORS


def _skips_others(visitor: Any, node: Any) -> bool:
    if isinstance(node, cst.FunctionDef) and "sys._getframe" in cst.Module([node]).code:
        return True  # mutmut calls what it mutates from frames of its own
    return bool(not _decorated(node) and _skips(visitor, node))


def _arranged_bare(function: Any, *args: Any, **given: Any) -> Any:
    """The original and its mutants as mutmut arranges them, the decorator on what chooses between them only."""
    first, nodes, last, names = _arranged(function, *args, **given)
    if _decorated(function):
        nodes = [nodes[0], *(node.with_changes(decorators=[]) for node in nodes[1:])]
    return first, nodes, last, names


mutmut.MutationVisitor._skip_node_and_children = _skips_others
mutmut.function_trampoline_arrangement = _arranged_bare
