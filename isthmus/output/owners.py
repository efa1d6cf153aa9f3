"""The object of the intent that a Terraform resource or a location comes from: the nearest one that is known.

A root module comes from an environment, and a module or resource in it from a part of that environment. The names are
those that synthesis writes: `module.spoke_prod` for the spoke "prod".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from isthmus.intent import Environment, Estate, Spoke
from isthmus.intent.checks.rule import word
from isthmus.intent.source_positions import SourcePosition, position_of

_MODULE = re.compile(r"module\.([\w-]+)(?:\[[^\]]*\])?\.")
_RESOURCE = re.compile(r"(\w+)\.([\w-]+)(?:\[.*\])?")
_SPOKE_MODULES = ("spoke_", "resolution_")


class Owners:
    """The objects of an estate, by what they become in Terraform."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.environments = {environment.name: environment for environment in estate.environments}

    def of_resource(self, address: str) -> Any | None:
        """The object that a resource comes from, for an address with its root module; None for another address."""
        root, slash, within = address.partition("/")
        environment = self.environments.get(root)
        if not slash or environment is None:
            # The state bucket is a root module of the estate's backend.
            return self.estate.backend if slash and root == "state" else None
        module = _MODULE.match(within)
        if module is None:
            return environment
        return self._of_module(environment, module[1], within[module.end() :]) or environment

    def of_location(self, name: str) -> Any | None:
        """The spoke or site of a location, such as `dev` or `dc1/users`; None for other locations."""
        spoke = next((spoke for _, spoke in self.estate.spokes if spoke.name == name), None)
        site = name.removeprefix("rest of ").partition("/")[0]
        return spoke or next((one for one in self.estate.sites if one.name == site), None)

    def nearest(self, addresses: Iterable[str], locations: Iterable[str]) -> Any:
        """The owner of the first resource that has one, else of the first location, else the estate."""
        found = [*map(self.of_resource, addresses), *map(self.of_location, filter(None, locations))]
        return next((owner for owner in found if owner is not None), self.estate)

    def _of_module(self, environment: Environment, module: str, within: str) -> Any | None:
        """The part of an environment that a module and a resource in it come from."""
        if module.startswith(_SPOKE_MODULES):
            return _called(module.partition("_")[2], environment.spokes, exactly=True) or self._spoke(module)
        resource = _RESOURCE.fullmatch(within)
        kind, name = (resource[1], resource[2]) if resource is not None else ("", "")
        match module:
            case "hub":
                return _called(name.removeprefix("join_"), self.estate.segments) or environment.hub
            case "vpn":
                gateways = [one for site in self.estate.sites for one in site.customer_gateways]
                owners = gateways if kind == "aws_customer_gateway" else environment.vpn_connections
                return _called(name, owners)
            case "egress" | "firewall":
                return environment.egress
        return getattr(environment, module, None) if module in ("dns", "endpoints", "observability") else None

    def _spoke(self, module: str) -> Spoke | None:
        """The spoke of a module in a root module that is not that of its environment."""
        return _called(module.partition("_")[2], (spoke for _, spoke in self.estate.spokes), exactly=True)


def described(owner: Any) -> str:
    """An object as messages name it: `spoke "prod"`."""
    name = getattr(owner, "name", None)
    return f'{word(type(owner))} "{name}"' if isinstance(name, str) else word(type(owner))


def line_of(owner: Any) -> SourcePosition | None:
    """The line that created an object; None if the intent does not say."""
    return position_of(owner)


def _called(identifier: str, things: Iterable[Any], *, exactly: bool = False) -> Any | None:
    """The thing whose Terraform identifier this is, or starts with: the longest one."""
    candidates = sorted(_matching(identifier, things, exactly), key=lambda match: len(match[0]))
    return candidates[-1][1] if candidates else None


def _matching(identifier: str, things: Iterable[Any], exactly: bool) -> Iterator[tuple[str, Any]]:
    for thing in things:
        own = re.sub(r"[^\w]", "_", thing.name)
        if identifier == own or (not exactly and identifier.startswith(f"{own}_")):
            yield own, thing
