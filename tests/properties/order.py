"""The order of a change, without applying it: what Terraform would destroy too early, or could not destroy at all.

The rule is Terraform's own (https://github.com/hashicorp/terraform/blob/main/docs/destroying.md); tests/terraform/order
shows with a Terraform core that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.properties.laws import Output, Resource
from tests.terraform.engine.cloud import is_replaced_for

_RESOURCE = re.compile(r"\b(aws_\w+)\.([\w-]+)")
_VARIABLE = re.compile(r"\bvar\.([\w-]+)")
_OUTPUT = re.compile(r"\bmodule\.([\w-]+)\.([\w-]+)")


def out_of_order(before: Output, after: Output) -> Iterator[str]:
    """What a change gets wrong in the roots that stay."""
    yield from _destroyed_too_early(before, after)
    yield from _without_provider(before, after)


def _destroyed_too_early(before: Output, after: Output) -> Iterator[str]:
    """What goes while something that stays still uses it, and has no `create_before_destroy`."""
    now = {resource.address: resource for resource in after.resources}
    was = {resource.address: resource for resource in before.resources}
    for user in before.resources:
        left = now.get(user.address)
        if left is None:
            continue
        for argument, value in user.arguments.items():
            if argument in ("depends_on", "lifecycle", "provider"):
                continue
            replaced = is_replaced_for(user.kind, argument, left.arguments.get(argument), value)
            for address in used(before, user.place, value):
                gone = was.get(address)
                if address not in now and gone is not None and not replaced and not _goes_last(gone):
                    yield f"{address} is destroyed before {user.address} is updated ({argument})"


def _goes_last(resource: Resource) -> bool:
    return bool(resource.arguments.get("lifecycle", {}).get("create_before_destroy"))


def used(output: Output, place: str, value: object) -> set[str]:
    """The addresses of the resources whose attribute a value is, through the modules of its root.

    A text that names a resource among others, a policy or a dashboard, does not use it: it may outlive what it names.
    """
    found: set[str] = set()
    root, _, module = place.partition("/")
    for text in _texts(value):
        if not (text.startswith("${") and text.endswith("}") and text.count("${") == 1):
            continue
        found |= {f"{place}/{kind}.{name}" for kind, name in _RESOURCE.findall(text)}
        if module:
            given = output.documents[root]["module"][module]
            for name in _VARIABLE.findall(text):
                found |= used(output, root, given.get(name))
        for called, name in _OUTPUT.findall(text):
            inside = f"{root}/{called}"
            handed_out = output.documents[inside].get("output", {}).get(name, {})
            found |= used(output, inside, handed_out.get("value"))
    return found


def _without_provider(before: Output, after: Output) -> Iterator[str]:
    """Modules that go, with a provider that goes too: Terraform destroys a resource with the provider that made it."""
    segments = {f"hub_{segment.name}".replace("-", "_") for segment in after.estate.segments}
    for root, document in before.roots.items():
        if root not in after.roots:
            continue
        there = {block.get("alias") for block in after.roots[root].get("provider", {}).get("aws", [])}
        for name, call in document.get("module", {}).items():
            for provider in _providers(call):
                alias = provider.removeprefix("aws.")
                if name not in after.roots[root].get("module", {}) and alias in segments and alias not in there:
                    yield f"{root}: module {name} goes, and so does its provider {provider}"


def _providers(call: Mapping[str, Any]) -> list[str]:
    return [str(provider) for provider in call.get("providers", {}).values()]


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
