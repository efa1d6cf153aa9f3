"""One value of a network taken away, and every value that AWS may have in its place.

The lists need not be complete: an answer that is known without the value has to hold in each world of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any

from isthmus.network.model import (
    AdvertisedPrefix,
    AttachmentKind,
    Network,
    Site,
    Target,
    TargetKind,
    TgwTable,
    Unknown,
    VpcTable,
)
from tests.network.strategies import POOL

DARK = Unknown("taken away")
PREFIXES = tuple(ip_network(text) for text in POOL)

State = tuple[Network, tuple[Site, ...]]


@dataclass(frozen=True)
class Slot:
    """A value that may be unknown: how to put another one there, and those that AWS may have."""

    name: str
    put: Callable[[Any], State]
    values: Sequence[Any]

    def dark(self) -> State:
        """The network without the value."""
        return self.put(DARK)

    def worlds(self) -> Iterator[State]:
        """The network with each value."""
        return map(self.put, self.values)


def slots(network: Network, sites: Sequence[Site]) -> Iterator[Slot]:
    """Every value that this file knows how to take away."""
    yield from _of_attachments(network, tuple(sites))
    yield from _of_transit_tables(network, tuple(sites))
    yield from _of_subnets(network, tuple(sites))
    yield from _of_tables(network, tuple(sites))
    yield from _of_the_rest(network, tuple(sites))
    for place, site in enumerate(sites):
        yield Slot(f"advertisements of {site.name}", _site_putter(network, tuple(sites), place), _advertised(site))


def _putter(
    network: Network, sites: tuple[Site, ...], kind: str, name: str, change: Callable[[Any, Any], Any]
) -> Callable[[Any], State]:
    def put(value: Any) -> State:
        things = dict(getattr(network, kind))
        things[name] = change(things[name], value)
        parts: dict[str, Any] = {kind: things}
        return replace(network, **parts), sites

    return put


def _field(name: str) -> Callable[[Any, Any], Any]:
    return lambda thing, value: replace(thing, **{name: value})


def _item(name: str, place: int, inner: str = "") -> Callable[[Any, Any], Any]:
    """Change one item of a tuple, or one field of it."""

    def change(thing: Any, value: Any) -> Any:
        items = list(getattr(thing, name))
        items[place] = replace(items[place], **{inner: value}) if inner else value
        return replace(thing, **{name: tuple(items)})

    return change


def _site_putter(network: Network, sites: tuple[Site, ...], place: int) -> Callable[[Any], State]:
    def put(value: Any) -> State:
        return network, (*sites[:place], replace(sites[place], advertises=value), *sites[place + 1 :])

    return put


def _advertised(site: Site) -> list[tuple[AdvertisedPrefix, ...]]:
    advertised = [
        (),
        *((AdvertisedPrefix(prefix),) for prefix in PREFIXES),
        tuple(map(AdvertisedPrefix, site.networks)),
    ]
    return advertised if isinstance(site.advertises, Unknown) else [site.advertises, *advertised]


def _of_attachments(network: Network, sites: tuple[Site, ...]) -> Iterator[Slot]:
    for name, one in network.attachments.items():
        tables = [table.address for table in network.tgw_tables.values() if table.gateway == one.gateway]
        yield Slot(f"table of {name}", _putter(network, sites, "attachments", name, _field("table")), [*tables, None])
        if one.kind is AttachmentKind.VPC:
            put = _putter(network, sites, "attachments", name, _field("appliance_mode"))
            yield Slot(f"appliance mode of {name}", put, [False, True])
            for place in range(len(one.subnets)):
                others = {network.subnets[str(s)].zone for at, s in enumerate(one.subnets) if at != place}
                fitting = [
                    s.address for s in network.subnets.values() if s.vpc == one.attached and s.zone not in others
                ]
                put = _putter(network, sites, "attachments", name, _item("subnets", place))
                yield Slot(f"subnet {place} of {name}", put, fitting)


def _of_transit_tables(network: Network, sites: tuple[Site, ...]) -> Iterator[Slot]:
    for name, table in network.tgw_tables.items():
        attached = [one.address for one in network.attachments.values() if one.gateway == table.gateway]
        for place in range(len(table.propagations)):
            put = _putter(network, sites, "tgw_tables", name, _item("propagations", place))
            yield Slot(f"propagation {place} of {name}", put, attached)
        for place in range(len(table.routes)):
            put = _putter(network, sites, "tgw_tables", name, _item("routes", place, "attachment"))
            yield Slot(f"target of route {place} of {name}", put, [*attached, None])
            put = _putter(network, sites, "tgw_tables", name, _item("routes", place, "destination"))
            yield Slot(f"destination of route {place} of {name}", put, _free(table, place))


def _free(table: VpcTable | TgwTable, place: int) -> list[Any]:
    """Destinations that no other route of a table has: AWS refuses a second one."""
    routes: Sequence[Any] = table.routes
    taken = {route.destination for at, route in enumerate(routes) if at != place}
    return [prefix for prefix in PREFIXES if prefix not in taken]


def _of_subnets(network: Network, sites: tuple[Site, ...]) -> Iterator[Slot]:
    for name, subnet in network.subnets.items():
        tables = [table.address for table in network.tables.values() if table.vpc == subnet.vpc and not table.gateways]
        yield Slot(f"table of {name}", _putter(network, sites, "subnets", name, _field("table")), tables)
        yield Slot(f"ACL of {name}", _putter(network, sites, "subnets", name, _field("nacl")), list(network.nacls))
        zones = ["z1", "z2", "z3"]
        if not any(name in one.subnets for one in network.attachments.values()):  # one subnet a zone has to hold
            yield Slot(f"zone of {name}", _putter(network, sites, "subnets", name, _field("zone")), zones)


def _of_tables(network: Network, sites: tuple[Site, ...]) -> Iterator[Slot]:
    for name, table in network.tables.items():
        ranges = [cidr for cidr in network.vpcs[str(table.vpc)].cidrs if not isinstance(cidr, Unknown)]
        targets = [Target(TargetKind.TRANSIT_GATEWAY, hub) for hub in network.transit_gateways]
        kinds = {"gateways": TargetKind.INTERNET_GATEWAY, "nats": TargetKind.NAT_GATEWAY}
        of_the_vpc = {"gateways": f"{table.vpc}-igw", "nats": f"{table.vpc}-nat"}
        targets += [Target(kinds[kind], one) for kind, one in of_the_vpc.items() if one in getattr(network, kind)]
        for place, route in enumerate(table.routes if not table.gateways else ()):
            if isinstance(route.destination, str) or any(_inside(route.destination, own) for own in ranges):
                continue
            put = _putter(network, sites, "tables", name, _item("routes", place, "target"))
            yield Slot(f"target of route {place} of {name}", put, targets)
            outside = [one for one in _free(table, place) if not any(_inside(one, own) for own in ranges)]
            put = _putter(network, sites, "tables", name, _item("routes", place, "destination"))
            yield Slot(f"destination of route {place} of {name}", put, outside)


def _inside(prefix: Any, own: Any) -> bool:
    return bool(prefix.version == own.version and prefix.subnet_of(own))


def _of_the_rest(network: Network, sites: tuple[Site, ...]) -> Iterator[Slot]:
    for name in network.nats:
        yield Slot(f"kind of {name}", _putter(network, sites, "nats", name, _field("public")), [True, False])
    for name in network.vpns:
        yield Slot(f"routing of {name}", _putter(network, sites, "vpns", name, _field("static")), [True, False])
    for name in network.peerings:
        ends = list(network.vpcs)
        yield Slot(f"peer of {name}", _putter(network, sites, "peerings", name, _field("peer")), ends)
    for name, entries in network.prefix_lists.items():
        for place in range(len(entries.entries)):
            put = _putter(network, sites, "prefix_lists", name, _item("entries", place))
            yield Slot(f"entry {place} of {name}", put, PREFIXES)
