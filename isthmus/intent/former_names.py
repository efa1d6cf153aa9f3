"""Renames: the objects of an estate that had another name before, and the estate under other names.

`was="old-name"` gives the former name of a spoke, segment, site, customer gateway, VPN connection, Direct Connect
gateway or virtual interface.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from isthmus.intent.direct_connect import DirectConnectGateway, TransitVirtualInterface
from isthmus.intent.estate import Estate
from isthmus.intent.firewall_rules import VARIABLE, segment_variable
from isthmus.intent.model import by_name, place_of, with_place
from isthmus.intent.segment import Segment
from isthmus.intent.site import CustomerGateway, Site
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import VpnConnection

Renamable = Spoke | Segment | VpnConnection | DirectConnectGateway | TransitVirtualInterface | CustomerGateway | Site
KINDS: tuple[type[Renamable], ...] = (
    Spoke,
    Segment,
    VpnConnection,
    DirectConnectGateway,
    TransitVirtualInterface,
    CustomerGateway,
    Site,
)
Names = Mapping[type, Mapping[str, str]]
"""Other names, by kind: the name in the estate to the name to use."""

_SITE_NETWORKS = "site_networks"  # `site/network`, without a reference to the site in its type
_RULES = "rules"  # Suricata rules, whose variables are named after segments


@dataclass(frozen=True, slots=True)
class Rename:
    """An object with `was`."""

    kind: type[Renamable]
    former: str
    name: str


def renamable(estate: Estate) -> Iterator[Renamable]:
    """Every object that may have `was`."""
    yield from (spoke for _, spoke in estate.spokes)
    yield from estate.segments
    yield from estate.vpn_connections
    for direct in estate.direct_connect:
        yield direct
        yield from direct.virtual_interfaces
    for site in estate.sites:
        yield site
        yield from site.customer_gateways


def renames(estate: Estate) -> tuple[Rename, ...]:
    """Every rename that an estate states."""
    things = (thing for thing in renamable(estate) if thing.was is not None and thing.was != thing.name)
    return tuple(Rename(type(thing), str(thing.was), thing.name) for thing in things)


def kept_name(thing: Renamable) -> str:
    """The name that identifies an object in AWS, where a new name would lock out those who use the old one."""
    return thing.was or thing.name


def former(estate: Estate) -> Estate:
    """The same estate under its former names."""
    names: dict[type, dict[str, str]] = {kind: {} for kind in KINDS}
    for one in renames(estate):
        names[one.kind][one.name] = one.former
    return under_names(estate, names)


def under_names(estate: Estate, names: Names) -> Estate:
    """The same estate with other names, also in every reference. It states no former names."""
    renamed: Estate = _renamed(estate, names)
    return renamed


def _renamed(thing: Any, names: Names) -> Any:
    owner: type = type(thing)
    changes = {
        field.name: _value(getattr(thing, field.name), names, _reference(owner, field.name), field.name)
        for field in fields(thing)
    }
    if isinstance(thing, Renamable):
        changes |= {"name": names.get(owner, {}).get(thing.name, thing.name), "was": None}
    return with_place(replace(thing, **changes), place_of(thing))


def _value(value: Any, names: Names, kinds: frozenset[type], field: str) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _renamed(value, names)
    if isinstance(value, tuple | frozenset):
        return type(value)(_value(one, names, kinds, field) for one in value)
    if not isinstance(value, str):
        return value
    if field == _RULES:
        return _with_variables(value, names)
    site, slash, network = value.partition("/")
    if slash and (field == _SITE_NETWORKS or kinds):
        return f"{names.get(Site, {}).get(site, site)}/{network}"
    return next((names[kind][value] for kind in kinds if value in names.get(kind, {})), value)


def _with_variables(rule: str, names: Names) -> str:
    """A Suricata rule whose variables are those of segments under other names."""
    variables = {segment_variable(old): segment_variable(new) for old, new in names.get(Segment, {}).items()}
    return VARIABLE.sub(lambda found: f"${variables.get(found[1], found[1])}", rule)


@cache
def _reference(owner: type, field: str) -> frozenset[type]:
    """The kinds of objects that a field refers to by name."""
    return frozenset(_referred(_hints(owner)[field]))


@cache
def _hints(owner: type) -> Mapping[str, Any]:
    return get_type_hints(owner, include_extras=True)


def _referred(hint: Any) -> Iterator[type]:
    if by_name in getattr(hint, "__metadata__", ()):
        yield from (kind for kind in get_args(get_args(hint)[0]) if kind is not str)
        return
    for inner in get_args(hint):
        yield from _referred(cast("Any", inner))
