"""Environments that somebody wrote and that no estate holds: they would be left out without a word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.model import line_at, place_of


def forgotten(module: ModuleType, estate: Estate) -> list[str]:
    """What is forgotten by the estate of a module, each with what to write: imported, or in a file that nobody imports.

    Files are those beside the module in its package. One that begins with "_" is left alone.
    """
    where = place_of(estate)
    return [*_not_listed(module, estate, where), *_not_imported(module, where)]


def _not_listed(module: ModuleType, estate: Estate, where: str) -> Iterator[str]:
    held = {environment.name for environment in estate.environments}
    for name, thing in sorted(vars(module).items()):
        if isinstance(thing, Environment) and thing.name not in held:
            yield (
                f'environment "{thing.name}", {place_of(thing)}: {module.__name__} imports it and does not list it\n'
                f"    write: {name} among the environments in {where}, or no import of it"
            )


def _not_imported(module: ModuleType, where: str) -> Iterator[str]:
    file = Path(module.__file__ or "")
    if "." not in module.__name__ or not file.is_file():
        return
    package = module.__name__.rpartition(".")[0]
    trees = {path.stem: _parsed(path) for path in sorted(file.parent.glob("*.py"))}
    imported = {name for tree in trees.values() for name in _imported(tree, package)}
    for name, tree in trees.items():
        calls = {_called(node): node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call)}
        if name in imported or name.startswith("_") or "Estate" in calls or "Environment" not in calls:
            continue
        line = line_at(str((file.parent / name).with_suffix(".py").resolve()), calls["Environment"])
        yield (
            f"environment at {line}: no file of {package} imports it\n"
            f"    write: from {package}.{name} import ... in {file.name}, and its name among the environments in "
            f'{where}; or call the file "_{name}.py"'
        )


def _parsed(path: Path) -> ast.Module:
    """What a file says; nothing where it is no Python: if it matters, whoever imports it will tell."""
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    """The modules of a package that a file imports, by their last names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = f"{package}.{node.module or ''}".rstrip(".") if node.level else node.module or ""
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name.removeprefix(f"{package}.").partition(".")[0] for name in names if name.startswith(package))
