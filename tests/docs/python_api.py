"""docs/reference/python-api.md: the public names of `isthmus.proof` and `isthmus.testing`, from their docstrings.

`python -m tests.docs.python_api` writes it again.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import isthmus.testing
from isthmus import proof
from isthmus.testing import broken, network, strategies
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/python-api.md"
HEAD = """# Python API

This page is generated from the docstrings. Names that are not on this page are private and can change at any time.

The language, `isthmus.intent`, has a page of its own: [fields](fields.md).
"""
# A list of attributes in a docstring: "- `name`: meaning", which may go on in indented lines.
_ATTRIBUTE = re.compile(r"^- `(\w+)`: (.*(?:\n  .*)*)\n?", re.MULTILINE)
BAR = "\\|"


def page() -> str:
    parts = [HEAD, _module("isthmus.proof", proof, public(proof))]
    parts.append(f"\n## isthmus.testing\n\n{_text(isthmus.testing)}\n")
    parts.append(_module("isthmus.testing.network", network, ["NetworkUnderTest"]))
    parts.append(_module("isthmus.testing.strategies", strategies, public(strategies)))
    parts.append(_module("isthmus.testing.broken", broken, ["broken_estates"]))
    return "".join(parts)


def public(module: ModuleType) -> list[str]:
    """The public names of a module: its `__all__`, else what it defines itself."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", "") == module.__name__
    ]


def _module(name: str, module: ModuleType, names: list[str]) -> str:
    return f"\n## {name}\n\n{_text(module)}\n" + "".join(_entry(each, getattr(module, each)) for each in names)


def _entry(name: str, value: object) -> str:
    if isinstance(value, type):
        return _class(name, value)
    if callable(value):
        return f"\n### {name}()\n\n{_signature(name, value)}\n{_text(value)}\n"
    return f"\n### {name}\n\nA `{type(value).__name__}` with {len(value)} entries.\n"  # type: ignore[arg-type]


def _class(name: str, cls: type) -> str:
    text, meanings = _described(cls)
    found = f"\n### {name}\n\n{text}\n"
    if issubclass(cls, enum.Enum):
        values = "".join(f"| `{name}.{member.name}` | `{member.value}` |\n" for member in cls)
        return f"{found}\n| member | value |\n|---|---|\n{values}"
    if rows := [_row(*row, meanings) for row in _attributes(cls)]:
        found += "\n| attribute | type | meaning |\n|---|---|---|\n" + "".join(rows)
    for method_name, method in _methods(cls):
        found += f"\n**{name}.{method_name}**\n\n{_signature(method_name, method)}\n{_text(method)}\n"
    return found


def _described(cls: type) -> tuple[str, dict[str, str]]:
    """The docstring without its list of attributes, and the meaning of each attribute."""
    text = _text(cls)
    meanings = {name: _line(meaning) for name, meaning in _ATTRIBUTE.findall(text)}
    return _ATTRIBUTE.sub("", text).strip(), meanings


def _attributes(cls: type) -> Iterator[tuple[str, object, str]]:
    """The name, type and docstring of each public attribute."""
    if dataclasses.is_dataclass(cls):
        yield from ((field.name, field.type, "") for field in dataclasses.fields(cls))
    else:
        yield from ((name, cls.__annotations__[name], "") for name in getattr(cls, "_fields", ()))
    for name, value in vars(cls).items():
        if isinstance(value, property | cached_property):
            getter: Any = value.fget if isinstance(value, property) else value.func
            yield name, getter.__annotations__["return"], _line((inspect.getdoc(value) or "").split("\n\n")[0])


def _row(name: str, annotation: object, meaning: str, meanings: dict[str, str]) -> str:
    if name.startswith("_"):
        return ""
    cells = f"`{name}`", f"`{_type(annotation)}`", meanings.get(name) or meaning
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |\n"


def _methods(cls: type) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, value in vars(cls).items():
        function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if inspect.isfunction(function) and not name.startswith("_"):
            yield name, function


def _signature(name: str, function: Callable[..., object]) -> str:
    written = str(inspect.signature(function)).replace("'", "")
    written = re.sub(r"\((self|cls)(, )?", "(", written, count=1)
    return f"```text\n{name}{_type(written)}\n```\n"


def _type(annotation: object) -> str:
    """An annotation without the modules of its names."""
    written = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", written)


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(value: object) -> str:
    """A docstring as Markdown: indented lines are code, all else is text."""
    lines = (inspect.getdoc(value) or "").splitlines()
    return "\n".join(line.replace("<", "&lt;") if not line.startswith("    ") else line for line in lines)


if __name__ == "__main__":
    DOCUMENT.write_text(page())
