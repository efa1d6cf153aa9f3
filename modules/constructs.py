"""CDK for Terraform, imported here only: no other file imports `cdktf` or `constructs`. Importing it starts Node.

This file also defines `Stack`, whose Terraform addresses are exactly the names given, and `ModuleStack`, which emits
one Terraform module as a dictionary.
"""

# ruff: noqa: E402, F401
# mypy: implicit-reexport

import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from modules.bindings import stock_is_wanted, use_packaged_node

use_packaged_node()  # before cdktf, which starts Node when it is imported

from cdktf import (
    App,
    CloudBackend,
    DataTerraformRemoteState,
    DataTerraformRemoteStateLocal,
    DataTerraformRemoteStateS3,
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
)
from constructs import Construct

from modules.required_provider import RequiredProvider
from modules.terraform_addresses import HIDDEN, checked_address, foreign, taken

_Config = ParamSpec("_Config")
_Element = TypeVar("_Element", bound=TerraformElement)


class Stack(TerraformStack):
    """A stack in which the address of each element is its type and exactly the name given."""

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
        """Add one element to this stack, for example `stack.add(Subnet, "private_az1", vpc_id=stack.ref(vpc))`.

        Its Terraform address is its type and name, here `aws_subnet.private_az1`; for an output, variable, module or
        data source likewise. `config` holds the arguments of the class after its scope and id.

        Raises `AddressTakenError` if the stack already has that address, and `ValueError` if `name` is not a Terraform
        identifier.
        """
        address = checked_address(self._stack_name, _address_prefix(kind), name)
        kinds = self._kinds.setdefault(name, set())
        if kind in kinds:
            raise taken(self._stack_name, address)
        # Construct ids share one namespace, while Terraform names have one for each type. So the second type with the
        # same name goes into a hidden nested scope, and so on. Overriding logical ids would cost a Node call for each
        # element.
        depth = len(kinds)
        if depth == len(self._scopes):
            self._scopes.append(Construct(self._scopes[-1], HIDDEN))
        element = kind(self._scopes[depth], name, *args, **config)
        kinds.add(kind)
        self._addresses[element] = address
        return element

    def provider(
        self,
        kind: Callable[Concatenate[Construct, str, _Config], TerraformProvider],
        name: str,
        /,
        *args: _Config.args,
        **config: _Config.kwargs,
    ) -> TerraformProvider:
        """Add a provider to this stack. `config` holds the arguments of its class after scope and id."""
        if stock_is_wanted():
            return kind(self, name, *args, **config)
        described: Any = kind(self, name, *args, **config)
        made = _AliasedProvider if "alias" in described.body else _Provider
        return made(self, name, described.TF_RESOURCE_TYPE, described.body)

    def ref(self, element: TerraformElement, attribute: str | None = "id") -> str:
        """A reference to an attribute of an element of this stack, such as `${aws_vpc.main.id}`.

        The result equals `element.id`, without a Node call. Node calls take a third of the build time. For a variable,
        pass `None`: `${var.transit_gateway_id}`.

        Raises `ValueError` if the element is not in this stack, since Terraform cannot refer to it from here.
        """
        address = self.address(element)
        return f"${{{address}}}" if attribute is None else f"${{{address}.{attribute}}}"

    def address(self, element: TerraformElement) -> str:
        """The address of an element of this stack, such as `aws_vpc.main`. Raises `ValueError` as `ref` does."""
        address = self._addresses.get(element)
        if address is None:
            raise foreign(self._stack_name, element)
        return address


class _Provider(TerraformProvider):
    """A provider of cdktf whose body is given, so that Node need not load the bindings."""

    def __init__(self, scope: Construct, name: str, kind: str, body: Mapping[str, Any]) -> None:
        self._body = dict(body)
        super().__init__(scope, name, terraform_resource_type=kind, terraform_provider_source=kind)

    def _synthesize_attributes(self) -> Mapping[str, Any]:
        return self._body  # Node asks for it


class _AliasedProvider(_Provider):
    """A provider with an alias, for which Node asks several times."""

    @property
    def alias(self) -> str | None:
        """The name by which resources select this provider among others of its type."""
        alias: str | None = self._body.get("alias")
        return alias

    @alias.setter
    def alias(self, value: str | None) -> None:
        self._body["alias"] = value


@functools.cache
def _address_prefix(kind: Any) -> str:
    """The part of an address before the name, such as `aws_subnet` or `data.aws_region`."""
    if issubclass(kind, TerraformResource):
        return str(kind.TF_RESOURCE_TYPE)
    if issubclass(kind, TerraformDataSource):
        return f"data.{kind.TF_RESOURCE_TYPE}"
    if issubclass(kind, TerraformRemoteState):
        return "data.terraform_remote_state"
    if issubclass(kind, TerraformProvider):
        return f"provider.{kind.TF_RESOURCE_TYPE}"
    return {TerraformHclModule: "module", TerraformOutput: "output", TerraformVariable: "var"}[kind]


class ModuleStack(Stack):
    """One Terraform module. Add elements as to any stack; `emit` returns its JSON.

    It has its own app, which is never synthesized, so it writes no file. You can add providers, and pass them to
    elements as `provider=`. They are left out of the JSON, because the caller passes providers to a module.
    """

    def __init__(self, name: str, *, providers: Mapping[str, RequiredProvider]) -> None:
        # An app creates its output folder at once, so this one gets a folder that exists.
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
