"""Loads an estate from a module."""

from __future__ import annotations

import difflib
import linecache
import os
import sysconfig
import traceback
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from weakref import WeakKeyDictionary

from isthmus.intent.checks import check
from isthmus.intent.created_objects import Creation, recording
from isthmus.intent.did_you_mean import explanation
from isthmus.intent.errors import IntentError, InvalidEstate
from isthmus.intent.estate import Estate
from isthmus.intent.model import line_at, place_of
from isthmus.intent.package import package_of
from isthmus.intent.unused_objects import unused_objects

ESTATE = "environments.estate"
VARIABLE = "ISTHMUS_ESTATE"

# Files without lines of an estate: this package, Python and installed packages.
_PASSED_OVER = (
    os.path.dirname(__file__) + os.sep,
    *(sysconfig.get_path(kind) + os.sep for kind in ("stdlib", "purelib", "platlib")),
    "<frozen ",
    "<string>",  # generated code of dataclasses
)


def named(environ: Mapping[str, str], default: str = ESTATE) -> str:
    """The module in `ISTHMUS_ESTATE`, or the default. Raises `IntentError` for a misspelled variable."""
    for variable in difflib.get_close_matches(VARIABLE, environ.keys() - {VARIABLE}, n=1, cutoff=0.85):
        raise IntentError(f"{variable}={environ[variable]}: unknown variable; did you mean {VARIABLE}?")
    return environ.get(VARIABLE) or default


def load_estate(name: str = ESTATE) -> Estate:
    """The checked estate of a module on the module path. Raises `IntentError`, also if the import fails.

    Objects that no estate uses are an error. It comes before broken rules, since a missing object may break rules.
    """
    with recording() as creations:
        try:
            module = import_module(name)
        except InvalidEstate:
            _refuse(unused_objects(creations, package_of(name)))
            raise
        except IntentError:
            raise
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
                raise IntentError(f"ISTHMUS_ESTATE={name}: no such module{_instead(name)}") from None
            head = f"ISTHMUS_ESTATE={name}: the module cannot be imported"
            raise IntentError("\n".join([head, *_lines(error)])) from error
    estate = getattr(module, "estate", None)
    if not isinstance(estate, Estate):
        raise IntentError(
            f"ISTHMUS_ESTATE={name}: the module has no Estate in a variable `estate`{_suggestion(module)}"
        )
    recorded = _recorded.setdefault(module, tuple(creations))
    package = package_of(name, {module for made in recorded for module in made.modules}, place_of(estate))
    _refuse([*unused_objects(recorded, package, estate), *package.unimported])
    return check(estate)


# The objects that the first load of a module recorded; later loads import nothing. They live as long as the module.
_recorded: WeakKeyDictionary[ModuleType, tuple[Creation, ...]] = WeakKeyDictionary()


def _refuse(found: Sequence[str]) -> None:
    if found:
        raise IntentError("\n".join(["These objects belong to no estate:", *(f"  {text}" for text in found)]))


def _suggestion(module: ModuleType) -> str:
    """A suggestion for a module without `estate`: an estate in another variable or in another module."""
    others = [name for name, value in vars(module).items() if isinstance(value, Estate)]
    if others:
        return f"; it has {', '.join(others)}: write estate = Estate(...)"
    if any(Path(folder, "estate.py").is_file() for folder in getattr(module, "__path__", ())):
        return f"; did you mean {module.__name__}.estate?"
    return ""


def _instead(name: str) -> str:
    """A suggestion for a module that does not exist: the module of a file path, else the default."""
    if name.endswith(".py"):
        return f"; write the module, not its file: {'.'.join(name[: -len('.py')].split('/'))}"
    return f"; the default is {ESTATE}"


def _lines(error: Exception) -> Iterator[str]:
    """The user's lines that cause an error: the one that raised it, and the one that called it."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        yield f"  {line_at(error.filename, error.lineno)}: {type(error).__name__}: {error.msg}"
        yield from _source(error.text)
        return
    frames = traceback.extract_tb(error.__traceback__)
    written = [frame for frame in frames if not frame.filename.startswith(_PASSED_OVER)]
    if not written:
        yield f"  {explanation(error)}"
        return
    raised = written[-1]
    yield f"  {line_at(raised.filename, raised.lineno or 0)}: {explanation(error)}"
    yield from _source(linecache.getline(raised.filename, raised.lineno or 0))
    # In a function of the user, also show the line at module level that called it.
    called = next((frame for frame in reversed(written) if frame.name == "<module>"), raised)
    if called is not raised:
        yield f"  called by {line_at(called.filename, called.lineno or 0)}"
        yield from _source(linecache.getline(called.filename, called.lineno or 0))


def _source(line: str | None) -> Iterator[str]:
    if line and line.strip():
        yield f"    {line.strip()}"
