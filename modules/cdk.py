"""The door to CDK for Terraform: no other file names `cdktf` or `constructs`.

Besides their names it holds what every Terraform file of this project is made with: stacks whose addresses are
exactly the names given, modules that come out as one dict, and one way of writing JSON.
"""

# ruff: noqa: E402, F401
# mypy: implicit-reexport

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from modules.bindings import use_packaged_node

use_packaged_node()  # before cdktf, which starts Node when it is imported

from cdktf import (
    App,
    CloudBackend,
    DataTerraformRemoteState,
    DataTerraformRemoteStateLocal,
    DataTerraformRemoteStateS3,
    Fn,
    LocalBackend,
    NamedCloudWorkspace,
    S3Backend,
    TerraformElement,
    TerraformHclModule,
    TerraformModuleProvider,
    TerraformOutput,
    TerraformProvider,
    TerraformResource,
    TerraformResourceLifecycle,
    TerraformStack,
    TerraformVariable,
    Token,
)
from constructs import Construct

_Config = ParamSpec("_Config")
_Element = TypeVar("_Element", bound=TerraformElement)

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class AddressTaken(ValueError):
    """Two elements of one stack claim one Terraform address: the second would silently replace the first."""


class Stack(TerraformStack):
    """A stack in which the address of each element is its kind and exactly the name it was given."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self._scopes: list[Construct] = [self]
        self._kinds: dict[str, list[type[TerraformElement]]] = {}

    def add(
        self,
        kind: Callable[Concatenate[Construct, str, _Config], _Element],
        name: str,
        /,
        *args: _Config.args,
        **config: _Config.kwargs,
    ) -> _Element:
        """Make one element of this stack, for example `stack.add(Subnet, "private_az1", vpc_id=vpc.id)`.

        Its Terraform address is `<type>.<name>`, here `aws_subnet.private_az1`; an output, variable or module
        is named likewise. `config` is what the class takes past its scope and id.

        Raises `AddressTaken` when the stack already holds that address, and `ValueError` when `name` is no
        Terraform identifier.
        """
        if not _IDENTIFIER.fullmatch(name) or name == _HIDDEN:
            raise ValueError(
                f"{name!r} cannot name {_described(kind)} in stack {self.node.id!r}: "
                f"a Terraform name holds letters, digits, _ and -, starts with no digit, and is not {_HIDDEN!r} here"
            )
        kinds = self._kinds.setdefault(name, [])
        if kind in kinds:
            raise AddressTaken(
                f"stack {self.node.id!r} has two elements at the address {_described(kind)}.{name}: "
                "Terraform would keep only one; give each its own name"
            )
        # Construct ids share one namespace, Terraform's names have one per type. A scope named "Default" counts
        # for nothing in a logical id, so the second type with this name goes one such scope down, and so on.
        depth = len(kinds)
        if depth == len(self._scopes):
            self._scopes.append(Construct(self._scopes[-1], _HIDDEN))
        element = kind(self._scopes[depth], name, *args, **config)
        kinds.append(kind)  # type: ignore[arg-type]  # every kind is a class, which Callable cannot say
        return element


_HIDDEN = "Default"


def _described(kind: object) -> str:
    """The Terraform type of an element class, such as `aws_subnet`, or what Terraform calls an element of its own."""
    for builtin, word in ((TerraformOutput, "output"), (TerraformVariable, "variable"), (TerraformHclModule, "module")):
        if kind is builtin:
            return word
    return str(getattr(kind, "TF_RESOURCE_TYPE", None) or getattr(kind, "__name__", kind))


@dataclass(frozen=True, kw_only=True)
class RequiredProvider:
    """What a Terraform module says of a provider: its source, its version constraint, the aliases it is handed."""

    source: str
    version: str
    aliases: tuple[str, ...] = ()


class ModuleStack(Stack):
    """One Terraform module: elements are added as to any stack, and `emit` gives its JSON.

    It lives in an app of its own that is never synthesized, so it writes no file. Provider constructs may be
    added, to be given to elements as `provider=`; the module itself configures none.
    """

    def __init__(self, name: str, *, providers: Mapping[str, RequiredProvider]) -> None:
        super().__init__(App(), name)
        self._providers = dict(providers)

    def emit(self) -> dict[str, Any]:
        """The module as Terraform's JSON syntax, without cdktf's `//` notes."""
        document: dict[str, Any] = self.to_terraform()
        document.pop("//", None)
        document.pop("provider", None)
        for section in document.values():
            _strip_notes(section)
        document["terraform"] = {
            "required_providers": {
                local_name: {"source": required.source, "version": required.version}
                | (
                    {"configuration_aliases": [f"{local_name}.{alias}" for alias in required.aliases]}
                    if required.aliases
                    else {}
                )
                for local_name, required in self._providers.items()
            }
        }
        return document


def _strip_notes(value: Any) -> None:
    if isinstance(value, dict):
        value.pop("//", None)
        for nested in value.values():
            _strip_notes(nested)


def canonical_json(document: Mapping[str, Any]) -> str:
    """A Terraform JSON document as it is written everywhere: keys sorted, two spaces, a final newline."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
