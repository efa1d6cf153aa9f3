"""Finds intent objects that an estate's modules create and that no estate uses. The network would silently lack them.

A copy by `dataclasses.replace` with the same name replaces its original. An object that equals a part of an estate is
used. A variable whose name starts with "_" marks an object that is unused on purpose.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args, get_type_hints

from isthmus.intent.checks.rule import subject, word
from isthmus.intent.created_objects import Creation
from isthmus.intent.estate import Estate
from isthmus.intent.model import by_name, place_of
from isthmus.intent.package import Package


def unused_objects(creations: Sequence[Creation], package: Package, estate: Estate | None = None) -> list[str]:
    """The objects that no estate uses, each with its place and what to write.

    creations  the objects that were recorded during the import of the estate's modules
    package    the files of the estate. Objects in variables of its modules count as created too, since some modules may
               have been imported before. Objects that files of another estate name are not reported
    estate     the estate; None if the import of its module failed
    """
    modules = list(_modules(creations, package))
    created = _created(creations, modules)
    superseded = {id(made.origin) for made in creations if made.origin is not None and _replaces_original(made)}
    estates = [thing for thing in created if isinstance(thing, Estate) and id(thing) not in superseded]
    used = _EstateParts([*estates, *([estate] if estate else [])])
    names = _names(modules)
    left = [
        thing
        for thing in created
        if not isinstance(thing, Estate)
        and id(thing) not in superseded
        and names.get(id(thing)) not in package.named_by_other_estates
        and thing not in used
    ]
    if left:
        on_purpose = _unused_on_purpose(creations, modules)
        left = [thing for thing in left if id(thing) not in on_purpose]
    inside = {id(part) for thing in left for part in _parts(thing) if part is not thing}
    return [_message(thing, names.get(id(thing), ""), used) for thing in left if id(thing) not in inside]


class _EstateParts:
    """The parts of estates, by identity and by value."""

    def __init__(self, estates: Iterable[Estate]) -> None:
        parts = {id(part): part for estate in estates for part in _parts(estate)}
        self.parts = tuple(parts.values())
        self._ids = frozenset(parts)

    def __contains__(self, thing: object) -> bool:
        return id(thing) in self._ids or any(type(part) is type(thing) and part == thing for part in self.parts)


def _modules(creations: Sequence[Creation], package: Package) -> Iterator[ModuleType]:
    """The modules of the estate's package, and those that created recorded objects."""
    names = {*package.modules, *(name for made in creations for name in made.modules)}
    return (sys.modules[name] for name in sorted(names) if name in sys.modules)


def _created(creations: Sequence[Creation], modules: Sequence[ModuleType]) -> list[Any]:
    """Every object once: first the recorded ones, then those found only in variables."""
    found = {id(made.thing): made.thing for made in creations}
    for module in modules:
        for value in _public(module).values():
            for part in _parts(value):
                found.setdefault(id(part), part)
    return list(found.values())


def _public(module: ModuleType) -> Mapping[str, object]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def _underscored(module: ModuleType) -> Iterator[object]:
    """The values of a module's variables whose names start with one underscore."""
    yield from (value for name, value in vars(module).items() if name.startswith("_") and not name.startswith("__"))


def _names(modules: Iterable[ModuleType]) -> dict[int, str]:
    """The first variable of each object, by the `id` of the object."""
    found: dict[int, str] = {}
    for module in modules:
        for name, value in _public(module).items():
            if _is_intent(value):
                found.setdefault(id(value), name)
    return found


def _is_intent(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type) and hasattr(value, "_place")


def _parts(value: object) -> Iterator[Any]:
    """The intent objects in a value: the value itself, its fields, and the elements of collections."""
    if _is_intent(value):
        yield value
        value = [getattr(value, field.name) for field in fields(cast("Any", value))]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for element in value:
            yield from _parts(element)


def _replaces_original(made: Creation) -> bool:
    """Whether a copy replaces its original: it does if both have the same name."""
    return _name(made.thing) == _name(made.origin)


def _name(thing: Any) -> tuple[object, ...]:
    """The positional fields of an intent object: its name or domain, if it has one."""
    return tuple(getattr(thing, field.name) for field in fields(thing) if not field.kw_only)


def _unused_on_purpose(creations: Sequence[Creation], modules: Iterable[ModuleType]) -> set[int]:
    """The `id`s of objects, and of their parts, that are assigned to a variable whose name starts with "_"."""
    things = [thing for module in modules for thing in _underscored(module)]
    marked = {file: _marked(file) for file in {made.file for made in creations}}
    things += [made.thing for made in creations if made.line in marked[made.file]]
    return {id(part) for thing in things for part in _parts(thing)}


def _marked(file: str) -> set[int]:
    """The lines of a file's assignments to names that start with "_"."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()  # no source file: from a console, or generated
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets):
                lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _message(thing: Any, variable: str, used: _EstateParts) -> str:
    """The message for one unused object, with what to write."""
    where = " or ".join(_places(thing, variable, used))
    rename = f"rename it to _{variable}" if variable else 'assign it to a name that starts with "_"'
    return (
        f"{subject(thing)}, {place_of(thing)}: no estate uses it\n"
        f"    write: {where}; or {rename}, if it is unused on purpose"
    )


def _places(thing: object, variable: str, used: _EstateParts) -> Iterator[str]:
    """The fields that can hold an object, each with its owner."""
    for owner, field, several in _fields_of(type(thing)):
        value = f"[..., {variable or 'it'}]" if several else variable or "it"
        owners = [part for part in used.parts if type(part) is owner]
        # With several owners, suggest the one in the same file.
        near = owners if len(owners) == 1 else [part for part in owners if _file(part) == _file(thing)]
        owned_by = f"{subject(near[0])}, {place_of(near[0])}" if len(near) == 1 else _one(word(owner))
        yield f"{field}={value} of {owned_by}"


def _file(thing: object) -> str:
    """The file that created an intent object."""
    return place_of(thing).rpartition(":")[0]


def _one(noun: str) -> str:
    """`an environment`, `a site`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _fields_of(kind: type) -> Iterator[tuple[type, str, bool]]:
    """The fields that hold objects of a class, without references, and whether they hold several."""
    import isthmus.intent

    for owner in vars(isthmus.intent).values():
        if isinstance(owner, type) and is_dataclass(owner):
            for field, hint in get_type_hints(owner, include_extras=True).items():
                if kind in set(_held_types(hint)):
                    yield owner, field, "Sequence[" in str(hint) or "tuple[" in str(hint)


def _held_types(hint: Any) -> Iterator[Any]:
    """The classes in a type, without references (`Annotated[Thing | str, by_name]`), which hold only names."""
    if by_name in getattr(hint, "__metadata__", ()):
        return
    yield hint
    for inner in get_args(hint):
        yield from _held_types(inner)
