"""The door to CDK for Terraform: no other file names `cdktf` or `constructs`.

Besides their names it holds what every Terraform file of this project is made with: stacks whose addresses are
exactly the names given, and modules that come out as one dict.
"""

# ruff: noqa: E402, F401
# mypy: implicit-reexport

import functools
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
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
    NamedRemoteWorkspace,
    S3Backend,
    S3BackendAssumeRoleConfig,
    TerraformDataSource,
    TerraformElement,
    TerraformHclModule,
    TerraformModuleProvider,
    TerraformOutput,
    TerraformProvider,
    TerraformRemoteState,
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
# A construct with this id counts for nothing in the logical ids of those below it.
_HIDDEN = "Default"


class AddressTakenError(ValueError):
    """Two elements of one stack claim one Terraform address: the second would silently replace the first."""


class Stack(TerraformStack):
    """A stack in which the address of each element is its kind and exactly the name it was given."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self._stack_name = name
        self._scopes: list[Construct] = [self]
        self._kinds: dict[str, set[object]] = {}
        self._addresses: dict[TerraformElement, str] = {}

    def add(
        self,
        kind: Callable[Concatenate[Construct, str, _Config], _Element],
        name: str,
        /,
        *args: _Config.args,
        **config: _Config.kwargs,
    ) -> _Element:
        """Make one element of this stack, for example `stack.add(Subnet, "private_az1", vpc_id=stack.ref(vpc))`.

        Its Terraform address is its type and name, here `aws_subnet.private_az1`; for an output, variable, module or
        data source likewise. `config` is what the class takes past its scope and id.

        Raises `AddressTakenError` when the stack already holds that address, and `ValueError` when `name` is no
        Terraform identifier.
        """
        address = f"{_address_prefix(kind)}.{name}"
        if not _IDENTIFIER.fullmatch(name) or name == _HIDDEN:
            raise ValueError(
                f"{address!r} in stack {self._stack_name!r} is no Terraform address: a name starts with a letter or _, "
                f"goes on with letters, digits, _ and -, and is not {_HIDDEN!r}"
            )
        kinds = self._kinds.setdefault(name, set())
        if kind in kinds:
            raise AddressTakenError(
                f"stack {self._stack_name!r} has two elements at the address {address}: "
                "Terraform would keep only one, so give each its own name"
            )
        # Construct ids share one namespace, Terraform's names have one per type: the second type with a name goes one
        # hidden scope down, and so on. Overriding logical ids would cost a call into Node for each element instead.
        depth = len(kinds)
        if depth == len(self._scopes):
            self._scopes.append(Construct(self._scopes[-1], _HIDDEN))
        element = kind(self._scopes[depth], name, *args, **config)
        kinds.add(kind)
        self._addresses[element] = address
        return element

    def ref(self, element: TerraformElement, attribute: str | None = "id") -> str:
        """A reference to an attribute of an element of this stack, such as `${aws_vpc.main.id}`.

        It says what `element.id` says, but costs no call into Node, which is a third of building a network.
        For a variable, give `None`: `${var.transit_gateway_id}`.

        Raises `ValueError` when the element was not added to this stack: Terraform cannot see it from here.
        """
        address = self.address(element)
        return f"${{{address}}}" if attribute is None else f"${{{address}.{attribute}}}"

    def address(self, element: TerraformElement) -> str:
        """The address of an element of this stack, such as `aws_vpc.main`. Raises `ValueError` as `ref` does."""
        address = self._addresses.get(element)
        if address is None:
            raise ValueError(
                f"stack {self._stack_name!r} refers to {element}, which it does not hold: "
                "hand it over through an output of one module and a variable of the other"
            )
        return address


@functools.cache
def _address_prefix(kind: Any) -> str:
    """What comes before the name in the address of an element, such as `aws_subnet` or `data.aws_region`."""
    if issubclass(kind, TerraformResource):
        return str(kind.TF_RESOURCE_TYPE)
    if issubclass(kind, TerraformDataSource):
        return f"data.{kind.TF_RESOURCE_TYPE}"
    if issubclass(kind, TerraformRemoteState):
        return "data.terraform_remote_state"
    if issubclass(kind, TerraformProvider):
        return f"provider.{kind.TF_RESOURCE_TYPE}"
    return {TerraformHclModule: "module", TerraformOutput: "output", TerraformVariable: "var"}[kind]


@dataclass(frozen=True, kw_only=True)
class RequiredProvider:
    """What a Terraform module says of a provider: its source, its version constraint, the aliases it is handed."""

    source: str
    version: str
    aliases: tuple[str, ...] = ()

    def as_terraform(self, local_name: str) -> dict[str, Any]:
        """The entry below `terraform.required_providers`."""
        entry: dict[str, Any] = {"source": self.source, "version": self.version}
        if self.aliases:
            entry["configuration_aliases"] = [f"{local_name}.{alias}" for alias in self.aliases]
        return entry


class ModuleStack(Stack):
    """One Terraform module: elements are added as to any stack, and `emit` gives its JSON.

    It lives in an app of its own that is never synthesized, so it writes no file. Providers may be added, to be given
    to elements as `provider=`; they are left out of the JSON, since a module is handed its providers.
    """

    def __init__(self, name: str, *, providers: Mapping[str, RequiredProvider]) -> None:
        # An app makes its output folder on construction; this one must leave no trace.
        super().__init__(App(outdir=tempfile.gettempdir()), name)
        self._providers = dict(providers)

    def emit(self) -> dict[str, Any]:
        """The module in Terraform's JSON syntax, without cdktf's `//` notes, backend and provider configuration."""
        document: dict[str, Any] = self.to_terraform()
        document.pop("//", None)
        document.pop("provider", None)
        for body in bodies(document):
            body.pop("//", None)
        document["terraform"] = {
            "required_providers": {name: required.as_terraform(name) for name, required in self._providers.items()}
        }
        return document


def bodies(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The body of every resource, data source, module, output and variable."""
    for section, entries in document.items():
        for entry in entries.values():
            if section in ("resource", "data"):
                yield from entry.values()
            elif isinstance(entry, dict):
                yield entry
