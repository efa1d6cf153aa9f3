"""One Terraform module in plain Python, with the methods of `modules.constructs.ModuleStack`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from modules.elements import Element, Provider
from modules.required_provider import RequiredProvider
from modules.terraform_addresses import checked_address, foreign, taken

_Element = TypeVar("_Element", bound=Element)


class ModuleBody:
    """One Terraform module. Add elements; `emit` returns its JSON.

    You can add providers, and pass them to elements as `provider=`. They are left out of the JSON, because the caller
    passes providers to a module.
    """

    def __init__(self, name: str, *, providers: Mapping[str, RequiredProvider]) -> None:
        self._name, self._providers = name, dict(providers)
        self._elements: dict[str, Element] = {}

    def add(self, kind: type[_Element], name: str, /, **config: Any) -> _Element:
        """Add one element to this module, for example `module.add(Subnet, "private_az1", vpc_id=module.ref(vpc))`.

        Its Terraform address is its type and name, here `aws_subnet.private_az1`; for an output or variable likewise.

        Raises `AddressTakenError` if the module already has that address; `ValueError` if `name` is not a Terraform
        identifier, or an argument refers to an element of another module; `TypeError` if an argument is missing,
        unknown or of another type.
        """
        address = checked_address(self._name, kind.prefix, name)
        if address in self._elements:
            raise taken(self._name, address)
        for other in (*(config.get("depends_on") or ()), config.get("provider")):
            if isinstance(other, Element) and other.scope is not self:
                raise foreign(self._name, other)
        element = kind(self, name, **config)
        self._elements[address] = element
        return element

    def ref(self, element: Element, attribute: str | None = "id") -> str:
        """A reference to an attribute of an element of this module, such as `${aws_vpc.main.id}`.

        For a variable, pass `None`: `${var.transit_gateway_id}`.

        Raises `ValueError` if the element is not in this module, since Terraform cannot refer to it from here.
        """
        address = self.address(element)
        return f"${{{address}}}" if attribute is None else f"${{{address}.{attribute}}}"

    def address(self, element: Element) -> str:
        """The address of an element of this module, such as `aws_vpc.main`. Raises `ValueError` as `ref` does."""
        if element.scope is not self:
            raise foreign(self._name, element)
        return element.address

    def emit(self) -> dict[str, Any]:
        """The module in Terraform's JSON syntax, without provider configuration."""
        document: dict[str, Any] = {}
        for element in self._elements.values():
            if not isinstance(element, Provider):
                place = document
                for name in element.section:
                    place = place.setdefault(name, {})
                place[element.name] = element.as_terraform()
        document["terraform"] = {
            "required_providers": {name: required.as_terraform(name) for name, required in self._providers.items()}
        }
        return document
