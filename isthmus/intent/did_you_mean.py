"""Messages for Python errors in the files of an estate, with a suggestion."""

from __future__ import annotations

import ast
import difflib
import pkgutil
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import FrozenInstanceError
from enum import EnumMeta
from pathlib import Path
from types import FrameType, ModuleType


def explanation(error: Exception) -> str:
    """One sentence: the error, and what to write instead if it is known."""
    match error:
        case AttributeError(obj=EnumMeta() as choices, name=str(name)):
            names = list(choices.__members__)
            return f"{choices.__name__} has no {name}{_close(name, names) or '; it has ' + ', '.join(names)}"
        case AttributeError(obj=ModuleType() as module, name=str(name)) if "circular import" in str(error):
            return _import_cycle(error, module.__name__, name)
        case AttributeError(obj=ModuleType() as module, name=str(name)):
            return f"{_plain(error)}{_close(name, _public(module))}"
        case FrozenInstanceError():
            return f"{error}: intent objects cannot change; use dataclasses.replace(...) for a changed copy"
        case NameError(name=str(name)) if isinstance(getattr(sys.modules["isthmus.intent"], name, None), type):
            return f"{_plain(error)}; write: from isthmus.intent import {name}"
        case NameError(name=str(name)):
            return f"{_plain(error)}{_importing(error, name)}"
        case ModuleNotFoundError(name=str(name)):
            return f"{_plain(error)}{_close(name, _sibling_modules(name))}"
        case ImportError(name=str(module)):
            return _missing_name(error, module)
    return _plain(error)


def _missing_name(error: ImportError, module: str) -> str:
    """The message for a name that an imported module lacks: it is misspelled, or not defined yet."""
    text = re.sub(r" \(\S*\)$", "", _plain(error))  # without the path of the file
    name = re.search(r"cannot import name '(\w+)'", text)
    if "circular import" in text and name:
        return _import_cycle(error, module, name[1])
    defined = _public(sys.modules[module]) if module in sys.modules else []
    return f"{text}{_close(name[1], defined) if name else ''}"


def _import_cycle(error: Exception, module: str, name: str) -> str:
    """The message for an import cycle: the chain of modules from the needed one back to it."""
    importing = [frame for frame in _frames(error) if frame.f_code.co_name == "<module>"]
    names = [str(frame.f_globals.get("__name__")) for frame in importing]
    if f"{module}.{name}" in names:
        module = f"{module}.{name}"  # a module of a package whose import is not finished
    if module not in names:
        return f"{_plain(error)}: an import cycle"
    start = names.index(module)
    chain = [*names[start:], module]
    steps = " imports ".join(chain)
    last = importing[-1]
    line = f"{Path(last.f_code.co_filename).name}:{last.f_lineno}"
    return (
        f"{name} is not defined yet, because of an import cycle: {steps}; {line} must not import {module}: move the "
        "names that it needs into a file that imports neither"
    )


def _frames(error: Exception) -> Iterator[FrameType]:
    """The frames of a traceback, outermost first."""
    return (frame for frame, _ in traceback.walk_tb(error.__traceback__))


def _importing(error: NameError, name: str) -> str:
    """The missing import for an undefined name: of a module in the same package, or of a name in one."""
    frames = list(_frames(error))
    package = str(frames[-1].f_globals.get("__package__") or "") if frames else ""
    found = sys.modules.get(package)
    if not package or found is None:
        return ""
    modules = {module.name for module in pkgutil.iter_modules(getattr(found, "__path__", ()))}
    own = str(frames[-1].f_globals.get("__name__"))
    if name in modules and own != f"{package}.{name}":
        return f"; write: from {package} import {name}"
    loaded = [sys.modules.get(f"{package}.{module}") for module in sorted(modules)]
    holders = [module for module in loaded if module and module.__name__ != own and name in _public(module)]
    if holders:
        # Prefer the module that defines the name to those that import it.
        holder = min(holders, key=lambda module: name in _imported(module))
        return f"; write: {_import_of(name, vars(holder)[name], holder)}"
    return _close(name, [key for key in frames[-1].f_globals if not key.startswith("_")])


def _import_of(name: str, value: object, holder: ModuleType) -> str:
    """The statement that imports a name of another module."""
    if not isinstance(value, ModuleType):
        return f"from {holder.__name__} import {name}"
    package, _, module = value.__name__.rpartition(".")
    statement = f"from {package} import {module}" if package else f"import {module}"
    return statement if module == name else f"{statement} as {name}"


def _imported(module: ModuleType) -> set[str]:
    """The names that a module imports; none if its source cannot be read."""
    try:
        tree = ast.parse(Path(module.__file__ or "").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.partition(".")[0] for node in statements for alias in node.names}


def _plain(error: Exception) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _close(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _public(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if not name.startswith("_")]


def _sibling_modules(name: str) -> list[str]:
    """The modules in the package of a missing module."""
    package = name.rpartition(".")[0]
    folders = getattr(sys.modules.get(package), "__path__", ()) if package else sys.path
    return [".".join(filter(None, (package, module.name))) for module in pkgutil.iter_modules(folders)]
