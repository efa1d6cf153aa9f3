"""From the name of a module to the estate that it holds."""

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

# Where no line of an estate is written: this package, Python and what is installed beside it.
_PASSED_OVER = (
    os.path.dirname(__file__) + os.sep,
    *(sysconfig.get_path(kind) + os.sep for kind in ("stdlib", "purelib", "platlib")),
    "<frozen ",
    "<string>",  # what dataclasses generate
)


def named(environ: Mapping[str, str], default: str = ESTATE) -> str:
    """The module that `ISTHMUS_ESTATE` names, or else the default. Raises `IntentError` where its name is misspelt."""
    for variable in difflib.get_close_matches(VARIABLE, environ.keys() - {VARIABLE}, n=1, cutoff=0.85):
        raise IntentError(f"{variable}={environ[variable]}: no such setting; did you mean {VARIABLE}?")
    return environ.get(VARIABLE) or default


def load_estate(name: str = ESTATE) -> Estate:
    """The checked estate of a module on the module path. Raises `IntentError`, also where it cannot be imported.

    What is created on the way and belongs to no estate is an error, and comes before the rules that break for want of
    it.
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
            raise IntentError("\n".join([head, *_told(error)])) from error
    estate = getattr(module, "estate", None)
    if not isinstance(estate, Estate):
        raise IntentError(f"ISTHMUS_ESTATE={name}: the module holds no Estate named `estate`{_held(module)}")
    recorded = _recorded.setdefault(module, tuple(creations))
    package = package_of(name, {module for made in recorded for module in made.modules}, place_of(estate))
    _refuse([*unused_objects(recorded, package, estate), *package.unimported])
    return check(estate)


# What the first load of a module recorded: the next one imports nothing. It lives as long as the module does.
_recorded: WeakKeyDictionary[ModuleType, tuple[Creation, ...]] = WeakKeyDictionary()


def _refuse(found: Sequence[str]) -> None:
    if found:
        raise IntentError("\n".join(["What is created belongs to no estate:", *(f"  {text}" for text in found)]))


def _held(module: ModuleType) -> str:
    """What a module without an estate holds instead: one by another name, or a module that may hold it."""
    others = [name for name, value in vars(module).items() if isinstance(value, Estate)]
    if others:
        return f"; it holds {', '.join(others)}: write estate = Estate(...)"
    if any(Path(folder, "estate.py").is_file() for folder in getattr(module, "__path__", ())):
        return f"; did you mean {module.__name__}.estate?"
    return ""


def _instead(name: str) -> str:
    """What was meant by a name that is the path of a file, else the default."""
    if name.endswith(".py"):
        return f"; write the module, not its file: {'.'.join(name[: -len('.py')].split('/'))}"
    return f"; the default is {ESTATE}"


def _told(error: Exception) -> Iterator[str]:
    """The lines of the user's that an error comes from: where it was raised, and what called that."""
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
    # A function of the user's, such as one that makes an environment: which call of it went wrong?
    called = next((frame for frame in reversed(written) if frame.name == "<module>"), raised)
    if called is not raised:
        yield f"  called by {line_at(called.filename, called.lineno or 0)}"
        yield from _source(linecache.getline(called.filename, called.lineno or 0))


def _source(line: str | None) -> Iterator[str]:
    if line and line.strip():
        yield f"    {line.strip()}"
