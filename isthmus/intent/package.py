"""The files of an estate's package: those that its module imports, and those that no estate imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, is_dataclass
from pathlib import Path

from isthmus.intent.model import line_at

# Files that are not part of an estate.
_TESTS = ("test_", "conftest")


@dataclass(frozen=True)
class Package:
    """The package of an estate's module.

    modules                 the module, and the modules of the package that it imports, directly or indirectly
    named_by_other_estates  identifiers in files that only other estates of the package use
    unimported              a message for each file that creates objects and that no estate imports
    """

    modules: frozenset[str]
    named_by_other_estates: frozenset[str]
    unimported: tuple[str, ...]


def package_of(module: str, ran: Collection[str] = (), where: str = "the estate") -> Package:
    """The package of a module that was imported, or whose import has started.

    ran    modules that are known to be imported for the estate, in any way
    where  the place of the estate
    """
    parent = sys.modules.get(module.rpartition(".")[0])
    folders = [Path(folder) for folder in getattr(parent, "__path__", ())]
    if parent is None or not folders or not folders[0].is_dir():
        return Package(frozenset({module}), frozenset(), ())
    files = dict(_files(parent.__name__, folders[0]))
    trees = {name: _parsed(path) for name, path in files.items()}
    imports = {name: set(_imported(name, tree, files)) for name, tree in trees.items()}
    own = _reached(module, imports)
    others = [name for name, tree in trees.items() if name not in own and _holds_estate(name, tree)]
    elsewhere = {name for other in others for name in _reached(other, imports)} - own
    left = sorted(trees.keys() - own - elsewhere - {*ran})
    return Package(
        modules=frozenset(own),
        named_by_other_estates=frozenset(word for name in elsewhere for word in _identifiers(trees[name])),
        unimported=tuple(_unimported(module, files, trees, left, where)),
    )


def _files(package: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a package and its subpackages, by module name, without tests."""
    for path in sorted(folder.iterdir()):
        name = path.stem
        if path.is_dir():
            # Names such as .venv or site-packages are not package names; __pycache__ has no source files.
            if path.name.isidentifier() and path.name not in ("tests", "__pycache__"):
                yield from _files(f"{package}.{path.name}", path)
        elif path.suffix == ".py" and name == "__init__":
            yield package, path
        elif path.suffix == ".py" and name.isidentifier() and not name.startswith(_TESTS):
            yield f"{package}.{name}", path


def _parsed(path: Path) -> ast.Module:
    """The syntax tree of a file; an empty one if it is not valid Python, which its import reports."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _imported(module: str, tree: ast.Module, files: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a file imports, with their parent packages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # `from . import x` is relative to the file's package; an `__init__.py` is the package itself.
            steps = module.split(".") if files[module].name == "__init__.py" else module.split(".")[:-1]
            base = ".".join(steps[: len(steps) - node.level + 1]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module or "")))
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _reached(module: str, imports: dict[str, set[str]]) -> set[str]:
    """A module and all modules that it imports, directly or indirectly."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in imports:
            reached.add(name)
            waiting += imports[name]
    return reached | {module}


def _holds_estate(module: str, tree: ast.Module) -> bool:
    """Whether a file is the module of an estate: it creates one, or it assigns `estate`, for example a changed copy."""
    assigned = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    return "Estate" in _created(module, tree) or any(
        isinstance(target, ast.Name) and target.id == "estate" for target in assigned
    )


def _created(module: str, tree: ast.Module) -> dict[str, int]:
    """The classes of the language that a file calls, each with the line of its first call."""
    import isthmus.intent

    kinds = {name for name, kind in vars(isthmus.intent).items() if isinstance(kind, type) and is_dataclass(kind)}
    known = {name: name for name in kinds} | dict(_aliases(module, tree))
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            holder, _, name = ast.unparse(node.func).rpartition(".")
            kind = name if holder else known.get(name, "")
            if kind in kinds:
                found[kind] = min(node.lineno, found.get(kind, node.lineno))
    return found


def _aliases(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The imported names of a file, each with its class of the language; "" for names of other libraries."""
    ours = ("isthmus", module.partition(".")[0])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            from_us = bool(node.level) or (node.module or "").partition(".")[0] in ours
            for alias in node.names:
                yield alias.asname or alias.name, alias.name if from_us else ""
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, ""


def _identifiers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name


def _unimported(
    module: str, files: dict[str, Path], trees: dict[str, ast.Module], left: list[str], where: str
) -> Iterator[str]:
    import isthmus.intent
    from isthmus.intent.checks.rule import word

    package = module.rpartition(".")[0]
    for name in left:
        created = _created(name, trees[name])
        last = name.rpartition(".")[2]
        if not created or any(step.startswith("_") for step in name.removeprefix(package).split(".")):
            continue
        kind, line = min(created.items(), key=lambda item: item[1])
        yield (
            f"{word(getattr(isthmus.intent, kind))} at {line_at(str(files[name].resolve()), line)}: "
            f"no estate of {package} imports this file\n"
            f"    write: from {name} import ... in {files[module].name}, and its objects in {where}; or rename "
            f'the file to "_{last}.py", if it is unused on purpose'
        )
