"""The resources that Terraform creates before another: by references and `depends_on`, across modules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_REFERENCE = re.compile(r"(?<![\w.-])(var|module|aws_\w+)\.([\w-]+)(?:\.([\w-]+))?")

Documents = Mapping[str, Mapping[str, Any]]


def made_before(documents: Documents, address: str) -> set[str]:
    """The addresses `<root>/<module>/<type>.<name>` of all resources that are created before a resource.

    The documents are by `<root>` and `<root>/<module>`, as `inventory.modules_of` gives them.
    """
    found: set[str] = set()
    left = [address]
    while left:
        for earlier in _just_before(documents, left.pop()):
            if earlier not in found:
                found.add(earlier)
                left.append(earlier)
    return found


def _just_before(documents: Documents, address: str) -> Iterator[str]:
    place, _, resource = address.rpartition("/")
    kind, _, name = resource.partition(".")
    yield from _named(documents, place, documents[place]["resource"][kind][name])
    root, _, module = place.partition("/")
    for other in documents[root]["module"][module].get("depends_on", []):
        yield from _all_of(documents, f"{root}/{other.removeprefix('module.')}")


def _all_of(documents: Documents, place: str) -> Iterator[str]:
    for kind, resources in documents[place].get("resource", {}).items():
        yield from (f"{place}/{kind}.{name}" for name in resources)


def _named(documents: Documents, place: str, body: Any) -> Iterator[str]:
    """The addresses that a body refers to or depends on."""
    texts = [text for text in _texts(body) if "${" in text]
    texts += body.get("depends_on", []) if isinstance(body, dict) else []
    root, _, module = place.partition("/")
    for first, second, third in (match for text in texts for match in _REFERENCE.findall(text)):
        if first == "var":
            yield from _named(documents, root, documents[root]["module"][module][second])
        elif first == "module":
            yield from _named(documents, f"{root}/{second}", documents[f"{root}/{second}"]["output"][third])
        else:
            yield f"{place}/{first}.{second}"


def _texts(body: Any) -> list[str]:
    """Every string in a body: references are never keys."""
    return re.findall(r'"(?:[^"\\]|\\.)*"', json.dumps(body))
