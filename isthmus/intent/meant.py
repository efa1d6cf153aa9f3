"""What Python's own errors say to somebody who writes an estate, with what was probably meant."""

from __future__ import annotations

import difflib
import pkgutil
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import FrozenInstanceError
from enum import EnumMeta
from types import ModuleType


def said(error: Exception) -> str:
    """One sentence: what went wrong, and what to write instead where that can be told."""
    match error:
        case AttributeError(obj=EnumMeta() as choices, name=str(name)):
            names = list(choices.__members__)
            return f"{choices.__name__} has no {name}{_close(name, names) or '; it has ' + ', '.join(names)}"
        case AttributeError(obj=ModuleType() as module, name=str(name)):
            return f"{_plain(error)}{_close(name, _public(module))}"
        case FrozenInstanceError():
            return f"{error}: what is built does not change; dataclasses.replace(...) builds another"
        case NameError(name=str(name)) if isinstance(getattr(sys.modules["isthmus.intent"], name, None), type):
            return f"{_plain(error)}; write: from isthmus.intent import {name}"
        case ModuleNotFoundError(name=str(name)):
            return f"{_plain(error)}{_close(name, _beside(name))}"
        case ImportError(name=str(module)):
            return _not_there(error, module)
    return _plain(error)


def _not_there(error: ImportError, module: str) -> str:
    """What to say where a module that could be imported lacks a name, because it is another, or not there yet."""
    text = re.sub(r" \(\S*\)$", "", _plain(error))  # without the path of the file: the line that imports says enough
    name = re.search(r"cannot import name '(\w+)'", text)
    if "circular import" in text and name:
        return (
            f"{module} imports this file, and {name[1]} is not there yet: a circle of imports; "
            "import things from the files that make them, and the module that holds `estate` from none"
        )
    there = _public(sys.modules[module]) if module in sys.modules else []
    return f"{text}{_close(name[1], there) if name else ''}"


def _plain(error: Exception) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _close(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _public(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if not name.startswith("_")]


def _beside(name: str) -> list[str]:
    """The modules beside one that is not there."""
    package = name.rpartition(".")[0]
    folders = getattr(sys.modules.get(package), "__path__", ()) if package else sys.path
    return [".".join(filter(None, (package, module.name))) for module in pkgutil.iter_modules(folders)]
