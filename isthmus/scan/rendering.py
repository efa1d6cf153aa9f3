"""Whether Checkov's rendering of variables could find a value. It takes longer than all checks together.

Synthesized Terraform refers to what only the apply knows. Rendering is for values from elsewhere: a default, an
argument of a module, a local value, another resource's argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from isthmus.scan.terraform_json import FIRST, LAST, Document

_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\[\]]*\])+)\}")
_ABOUT_A_MODULE = frozenset({"source", "version", "providers", "depends_on", FIRST, LAST})
_JUDGED = ("resource", "data", "provider", "module")


def something_to_render(documents: Iterable[Document]) -> bool:
    """Whether any argument of these refers to a value in the document, or is an expression to evaluate."""
    contents = [document.content for document in documents]
    written = {name for content in contents for name in _written_outputs(content)}
    return any(_has_values(content) or _refers_to_values(content, written) for content in contents)


def _has_values(content: dict[str, Any]) -> bool:
    """Whether the document gives a variable or a local value its value."""
    defaults = any("default" in variable for variable in _blocks(content, "variable"))
    arguments = (
        value for call in _blocks(content, "module") for name, value in call.items() if name not in _ABOUT_A_MODULE
    )
    return "locals" in content or defaults or not all(_is_reference(value) for value in arguments)


def _refers_to_values(content: dict[str, Any], written_outputs: set[str]) -> bool:
    judged = (text for kind in _JUDGED for text in _strings(content.get(kind, {})))
    return any(
        "${" in _REFERENCE.sub("", text)
        or "%{" in text
        or any(_is_written(path, content, written_outputs) for path in _REFERENCE.findall(text))
        for text in judged
    )


def _is_written(path: str, content: dict[str, Any], written_outputs: set[str]) -> bool:
    match re.sub(r"\[[^\]]*\]", "", path).split("."):
        case ["var", _, *_]:
            return False  # no variable has a value, or there would be something to render already
        case ["module", _, output, *_]:
            return output in written_outputs
        case ["data", type_, name, *attributes]:
            block = content.get("data", {}).get(type_, {}).get(name)
        case [type_, name, *attributes]:
            block = content.get("resource", {}).get(type_, {}).get(name)
    return block is None or not attributes or attributes[0] in block


def _written_outputs(content: dict[str, Any]) -> Iterator[str]:
    """Names of outputs that are more than a reference."""
    for blocks in _listed(content.get("output", {})):
        for name, output in blocks.items():
            if name not in (FIRST, LAST) and not all(_is_reference(each.get("value")) for each in _listed(output)):
                yield name


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def _blocks(content: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The bodies of all blocks of a kind that has one label."""
    for labelled in _listed(content.get(kind, {})):
        for label, bodies in labelled.items():
            if label not in (FIRST, LAST):
                yield from _listed(bodies)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
