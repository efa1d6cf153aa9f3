"""The files of an estate's package: which of them its module imports, and which are imported by no estate."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, is_dataclass
from pathlib import Path

from isthmus.intent.model import line_at

# Files that no estate imports and that are none of its parts.
_TESTS = ("test_", "conftest")


@dataclass(frozen=True)
class Package:
    """The package of an estate's module.

    modules                 the module, and the modules of the package that it imports, by way of others too
    named_by_other_estates  identifiers in files that other estates of the package are made of, and this one is not
    unimported              for each file that no estate imports and that creates something: what is said of it
    """

    modules: frozenset[str]
    named_by_other_estates: frozenset[str]
    unimported: tuple[str, ...]


def package_of(module: str, ran: Collection[str] = (), where: str = "the estate") -> Package:
    """The package of a module that was imported, or of which the import began.

    ran    modules of which it is known that they were imported for the estate, by whatever means
    where  the place of the estate
    """
    found = sys.modules.get(module.rpartition(".")[0])
    folders = [Path(folder) for folder in getattr(found, "__path__", ())]
    if found is None or not folders or not folders[0].is_dir():
        return Package(frozenset({module}), frozenset(), ())
    files = dict(_files(found.__name__, folders[0]))
    trees = {name: _parsed(path) for name, path in files.items()}
    imports = {name: set(_imported(name, tree, files)) for name, tree in trees.items()}
    own = _reached(module, imports)
    others = [name for name, tree in trees.items() if name not in own and "Estate" in _created(name, tree)]
    elsewhere = {name for other in others for name in _reached(other, imports)} - own
    left = sorted(trees.keys() - own - elsewhere - {*ran})
    return Package(
        modules=frozenset(own),
        named_by_other_estates=frozenset(word for name in elsewhere for word in _identifiers(trees[name])),
        unimported=tuple(_unimported(module, files, trees, left, where)),
    )


def _files(package: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a package and of the packages in it, by the names of their modules, without tests."""
    for path in sorted(folder.iterdir()):
        name = path.stem
        if path.is_dir():
            # No package is called .venv or site-packages, and the cache of Python holds no source.
            if path.name.isidentifier() and path.name not in ("tests", "__pycache__"):
                yield from _files(f"{package}.{path.name}", path)
        elif path.suffix == ".py" and name == "__init__":
            yield package, path
        elif path.suffix == ".py" and name.isidentifier() and not name.startswith(_TESTS):
            yield f"{package}.{name}", path


def _parsed(path: Path) -> ast.Module:
    """What a file says; nothing where it is no Python: the import of it says so, if there is one."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _imported(module: str, tree: ast.Module, files: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a file imports, and the packages that lie on the way to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # `from . import x` counts from the package that the file lies in, which an `__init__.py` is itself.
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
    """A module, and all that it imports, directly or by way of others."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in imports:
            reached.add(name)
            waiting += imports[name]
    return reached | {module}


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
    """What the names mean that a file imports: the class of the language, "" where it comes from another library."""
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
            f"    write: from {name} import ... in {files[module].name}, and what it creates in {where}; or call the "
            f'file "_{last}.py", if it is left out on purpose'
        )
