"""Which module imports which, read from the source: imports inside functions and for type checking count as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]
Graph = Mapping[str, frozenset[str]]  # by module: the modules that it imports


def modules(*folders: str) -> dict[str, Path]:
    """The modules below folders of the project, by dotted name. A package has the name of its folder."""
    paths = sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    names = (".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in paths)
    return {name.removesuffix(".__init__"): path for name, path in zip(names, paths, strict=True)}


def imported(source: str, package: str) -> Iterator[str]:
    """The dotted names that a source imports. `from a import b` gives `a.b`; `package` resolves relative imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_graph(*folders: str) -> Graph:
    """The imports among the modules below folders. A name that a module defines counts as that module."""
    known = modules(*folders)
    graph = {}
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found = {_module(target, known) for target in imported(path.read_text(encoding="utf-8"), package)}
        graph[name] = frozenset(found - {"", name})
    return graph


def _module(target: str, known: Mapping[str, Path]) -> str:
    if target in known:
        return target
    owner = target.rpartition(".")[0]
    return owner if owner in known else ""


def cycles(graph: Graph) -> list[list[str]]:
    """The groups of modules that import each other, directly or through others: each as a sorted list."""
    order: list[str] = []
    seen: set[str] = set()
    for start in graph:
        _postorder(graph, start, seen, order)
    importers: dict[str, set[str]] = {name: set() for name in graph}
    for name, targets in graph.items():
        for target in targets:
            importers.setdefault(target, set()).add(name)
    seen.clear()
    groups = []
    for start in reversed(order):
        group: list[str] = []
        _postorder(importers, start, seen, group)
        if len(group) > 1:
            groups.append(sorted(group))
    return sorted(groups)


def _postorder(graph: Mapping[str, frozenset[str] | set[str]], start: str, seen: set[str], order: list[str]) -> None:
    waiting = [(start, False)]
    while waiting:
        name, left = waiting.pop()
        if left:
            order.append(name)
        elif name not in seen:
            seen.add(name)
            waiting.append((name, True))
            waiting.extend((target, False) for target in sorted(graph.get(name, ())))


def upward(graph: Graph, layers: Sequence[Sequence[str]], root: str) -> list[str]:
    """Imports from a package into one of the same layer or of a higher one, and packages that no layer has."""
    level = {f"{root}.{package}": at for at, layer in enumerate(layers) for package in layer}
    found = []
    for name, targets in sorted(graph.items()):
        for target in sorted(targets):
            one, other = _package(name), _package(target)
            if one == other or root in (one, other):
                continue
            missing = [package for package in (one, other) if package not in level]
            if missing:
                found += [f"{package} is in no layer" for package in missing]
            elif level[one] <= level[other]:
                found.append(f"{name} imports {target}")
    return list(dict.fromkeys(found))


def _package(name: str) -> str:
    return ".".join(name.split(".")[:2])
