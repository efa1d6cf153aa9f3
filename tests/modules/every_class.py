"""One of every class of the AWS bindings that modules use, with every argument, as ISTHMUS_SYNTHESIS makes them."""

from __future__ import annotations

import inspect
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import modules.aws
from modules.bindings.describe import DESCRIBED, META_ARGUMENTS
from modules.bindings.package import PROVIDER
from modules.cdk import ModuleStack, TerraformOutput, TerraformResourceLifecycle, TerraformVariable
from modules.required_provider import RequiredProvider

Described = Mapping[str, Mapping[str, Any]]
SUBMODULES: Mapping[str, Described] = json.loads(DESCRIBED.read_text(encoding="utf-8"))["submodules"]
_COLLECTION = re.compile(r"(list|map)\((.+)\)")
_VALUES = {"string": 'a ${var.x} "b" 1e5', "number": 7.0, "boolean": False, "any": {"aKey": [1.5, "x", True]}}


def classes(base: str) -> Iterator[tuple[str, str, Any]]:
    """Submodule, name and class of every resource, data source or provider."""
    for submodule, described in SUBMODULES.items():
        for name, entry in described.items():
            if entry.get("base") == base:
                yield submodule, name, getattr(import_module(f"{PROVIDER}.{submodule}"), name)


def arguments(submodule: str, name: str, *, every: bool) -> dict[str, Any]:
    """Values for every argument of a class, or for those that must be given."""
    entry = SUBMODULES[submodule][name]
    return {
        argument: _value(submodule, type_)
        for argument, (_, type_, *_) in entry["arguments"].items()
        if every or argument in entry["required"]
    }


def _value(submodule: str, type_: str) -> Any:
    if found := _COLLECTION.fullmatch(type_):
        inner = _value(submodule, found[2])
        return [inner, inner] if found[1] == "list" else {"aKey": inner, "a_key": inner}
    if type_ in _VALUES:
        return _VALUES[type_]
    return getattr(import_module(f"{PROVIDER}.{submodule}"), type_)(**arguments(submodule, type_, every=True))


def module(*, every: bool) -> dict[str, Any]:
    """A module with one of every resource, and with what cdktf itself gives."""
    stack = ModuleStack("every_class", providers={"aws": RequiredProvider(source="hashicorp/aws", version="~> 6.0")})
    given: dict[str, Any] = {}
    for submodule, name, kind in classes("Resource"):
        made = stack.add(kind, "example", **arguments(submodule, name, every=every), **given)
        if every:
            lifecycle = TerraformResourceLifecycle(
                create_before_destroy=True,
                prevent_destroy=False,
                ignore_changes=["tags"],
                replace_triggered_by=["aws_vpc.other"],
            )
            alias = modules.aws.AwsProvider(stack, f"provider_{submodule}", alias=submodule)
            given = {"depends_on": [made], "lifecycle": lifecycle, "provider": alias}
    stack.add(TerraformVariable, "example", type="string", description="a", nullable=False, sensitive=True, default="b")
    output = stack.add(TerraformOutput, "example", value={"aKey": stack.ref(made)}, description="a", sensitive=False)
    output.add_override("depends_on", [stack.address(made)])
    return stack.emit()


def provider() -> Any:
    """A provider of a root module, with every argument."""
    from modules.constructs import App, Stack

    stack = Stack(App(outdir=tempfile.gettempdir()), "root")  # an app creates its output folder
    for submodule, name, kind in classes("Provider"):
        stack.provider(kind, "all", **arguments(submodule, name, every=True))
        stack.provider(kind, "none", **arguments(submodule, name, every=False))
    return stack.to_terraform()["provider"]


def signatures() -> dict[str, list[str]]:
    """The arguments of each class, as the bindings declare them."""
    found = {}
    for submodule, described in SUBMODULES.items():
        for name in described:
            kind = getattr(import_module(f"{PROVIDER}.{submodule}"), name)
            parameters = inspect.signature(kind.__init__).parameters.values()
            found[name] = sorted({p.name for p in parameters if p.kind is p.KEYWORD_ONLY} - META_ARGUMENTS)
    return found


def documents() -> dict[str, Any]:
    """What this process makes of every class."""
    return {"every": module(every=True), "required": module(every=False), "provider": provider()}
