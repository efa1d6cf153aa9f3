"""What was created while an estate was imported and belongs to no estate: the network would lack it without a word.

A copy by `dataclasses.replace` takes the place of its original if it has the same name. What equals a part of an estate
is not missing from it. A variable whose name begins with "_" marks what is left out on purpose.
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
    """What belongs to no estate, each with its place and what to write.

    creations  what was recorded while the modules of the estate were imported
    package    the files of the estate. What variables of its modules hold counts as created too, for some modules may
               have been imported before; what another estate's files name is left to that estate
    estate     the estate that was asked for; None: its module could not be imported to its end
    """
    modules = list(_modules(creations, package))
    created = _created(creations, modules)
    superseded = {id(made.origin) for made in creations if made.origin is not None and _stands_for(made)}
    estates = [thing for thing in created if isinstance(thing, Estate) and id(thing) not in superseded]
    held = _Held([*estates, *([estate] if estate else [])])
    names = _names(modules)
    left = [
        thing
        for thing in created
        if not isinstance(thing, Estate)
        and id(thing) not in superseded
        and names.get(id(thing)) not in package.named_by_other_estates
        and thing not in held
    ]
    if left:
        on_purpose = _on_purpose(creations, modules)
        left = [thing for thing in left if id(thing) not in on_purpose]
    inside = {id(part) for thing in left for part in _parts(thing) if part is not thing}
    return [_said(thing, names.get(id(thing), ""), held) for thing in left if id(thing) not in inside]


class _Held:
    """The parts of estates, by identity and by value."""

    def __init__(self, estates: Iterable[Estate]) -> None:
        parts = {id(part): part for estate in estates for part in _parts(estate)}
        self.parts = tuple(parts.values())
        self._ids = frozenset(parts)

    def __contains__(self, thing: object) -> bool:
        return id(thing) in self._ids or any(type(part) is type(thing) and part == thing for part in self.parts)


def _modules(creations: Sequence[Creation], package: Package) -> Iterator[ModuleType]:
    """The modules of the estate's package, and those that something was created in or for."""
    names = {*package.modules, *(name for made in creations for name in made.modules)}
    return (sys.modules[name] for name in sorted(names) if name in sys.modules)


def _created(creations: Sequence[Creation], modules: Sequence[ModuleType]) -> list[Any]:
    """Every object once: those recorded, then those that only a variable shows."""
    found = {id(made.thing): made.thing for made in creations}
    for module in modules:
        for value in _public(module).values():
            for part in _parts(value):
                found.setdefault(id(part), part)
    return list(found.values())


def _public(module: ModuleType) -> Mapping[str, object]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def _underscored(module: ModuleType) -> Iterator[object]:
    """What variables of a module hold whose names begin with one underscore."""
    yield from (value for name, value in vars(module).items() if name.startswith("_") and not name.startswith("__"))


def _names(modules: Iterable[ModuleType]) -> dict[int, str]:
    """The variable that holds an object, by the object's id; the first one where several do."""
    found: dict[int, str] = {}
    for module in modules:
        for name, value in _public(module).items():
            if _is_intent(value):
                found.setdefault(id(value), name)
    return found


def _is_intent(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type) and hasattr(value, "_place")


def _parts(value: object) -> Iterator[Any]:
    """An intent object and all that it is made of; of a list, tuple, set or dict, of each of its elements."""
    if _is_intent(value):
        yield value
        value = [getattr(value, field.name) for field in fields(cast("Any", value))]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for element in value:
            yield from _parts(element)


def _stands_for(made: Creation) -> bool:
    """Whether a copy takes the place of its original: under another name it is something else."""
    return _name(made.thing) == _name(made.origin)


def _name(thing: Any) -> tuple[object, ...]:
    """The positional fields of an intent object: its name, or its domain; none where it has none."""
    return tuple(getattr(thing, field.name) for field in fields(thing) if not field.kw_only)


def _on_purpose(creations: Sequence[Creation], modules: Iterable[ModuleType]) -> set[int]:
    """The ids of objects, and of their parts, that were assigned to a variable whose name begins with "_"."""
    things = [thing for module in modules for thing in _underscored(module)]
    marked = {file: _marked(file) for file in {made.file for made in creations}}
    things += [made.thing for made in creations if made.line in marked[made.file]]
    return {id(part) for thing in things for part in _parts(thing)}


def _marked(file: str) -> set[int]:
    """The lines of a file's statements that assign to names which begin with "_"."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()  # no file: typed into a console, or generated
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets):
                lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _said(thing: Any, variable: str, held: _Held) -> str:
    """One object that belongs to no estate, and what to write."""
    where = " or ".join(_places(thing, variable, held))
    marked = f"call it _{variable}" if variable else 'assign it to a name that begins with "_"'
    return (
        f"{subject(thing)}, {place_of(thing)}: it belongs to no estate\n"
        f"    write: {where}; or {marked}, if it is left out on purpose"
    )


def _places(thing: object, variable: str, held: _Held) -> Iterator[str]:
    """The fields that take an object, each with whose field it is."""
    for owner, field, several in _fields_of(type(thing)):
        value = f"[..., {variable or 'it'}]" if several else variable or "it"
        owners = [part for part in held.parts if type(part) is owner]
        # Of several, the one in the same file is meant more often than not.
        near = owners if len(owners) == 1 else [part for part in owners if _file(part) == _file(thing)]
        whose = f"{subject(near[0])}, {place_of(near[0])}" if len(near) == 1 else _one(word(owner))
        yield f"{field}={value} of {whose}"


def _file(thing: object) -> str:
    """The file that built an intent object."""
    return place_of(thing).rpartition(":")[0]


def _one(noun: str) -> str:
    """`an environment`, `a site`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _fields_of(kind: type) -> Iterator[tuple[type, str, bool]]:
    """The fields that hold objects of a kind, not references to them, and whether they hold several."""
    import isthmus.intent

    for owner in vars(isthmus.intent).values():
        if isinstance(owner, type) and is_dataclass(owner):
            for field, hint in get_type_hints(owner, include_extras=True).items():
                if kind in set(_held_types(hint)):
                    yield owner, field, "Sequence[" in str(hint) or "tuple[" in str(hint)


def _held_types(hint: Any) -> Iterator[Any]:
    """The classes in a type. `Annotated[Thing | str, by_name]` is a reference: it keeps the name alone."""
    if by_name in getattr(hint, "__metadata__", ()):
        return
    yield hint
    for inner in get_args(hint):
        yield from _held_types(inner)
