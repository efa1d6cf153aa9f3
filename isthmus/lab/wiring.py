"""Namespaces, links, routes and filters as data: what `isthmus.lab.built` brings up.

Every router is a namespace. Where a packet goes next depends on the interface that it came in by: each has a routing
table of its own, and nothing is routed by default. Next hops need no addresses: each link end knows the other's
hardware address under one and the same address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from typing import Any

HOSTS = "hosts"
DEVICE = "device "
"""How the title of a customer gateway device starts."""

PEER = "169.254.1.1"
"""The next hop of every route. Each end of a link knows the hardware address of the other end by it."""


@dataclass(frozen=True)
class LabHost:
    """A host: what the proof calls its location, its address, and its interface in the hosts' namespace.

    - `router`: the hardware address of its router.
    - `known_as`: the address that all other locations send to. It differs at a site that translates its addresses.
    """

    location: str
    ip: IPv4Address
    interface: str
    router: str
    known_as: IPv4Address


@dataclass
class Wiring:
    """Collects what a lab is made of."""

    namespaces: list[str] = field(default_factory=lambda: [HOSTS])
    titles: dict[str, str] = field(default_factory=lambda: {HOSTS: "hosts"})
    links: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    commands: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    filters: dict[str, str] = field(default_factory=dict)
    without_workloads: set[str] = field(default_factory=set)
    hosts: list[LabHost] = field(default_factory=list)
    _priorities: dict[str, count[int]] = field(default_factory=lambda: defaultdict(lambda: count(100)))

    def document(self) -> dict[str, Any]:
        """As JSON, for the process that brings it up."""
        return {
            "namespaces": self.namespaces,
            "links": self.links,
            "commands": self.commands,
            "filters": self.filters,
            "hosts": [
                {"ip": str(h.ip), "known_as": str(h.known_as), "interface": h.interface, "router": h.router}
                for h in self.hosts
            ],
        }

    def namespace(self, kind: str, title: str) -> str:
        """A new namespace. `title` is what reports call it."""
        name = f"{kind}{len(self.namespaces)}"
        self.namespaces.append(name)
        self.titles[name] = title
        return name

    def link(self, one: str, other: str, hint: str) -> tuple[str, str]:
        """A cable between two namespaces: the names of its ends, each in its namespace."""
        number = len(self.links)
        ends = f"{hint}{number}a", f"{hint}{number}b"
        macs = [f"02:00:0{side}:00:{number >> 8:02x}:{number & 255:02x}" for side in (1, 2)]
        self.links.append((one, ends[0], macs[0], other, ends[1], macs[1]))
        for place, end, far in ((one, ends[0], macs[1]), (other, ends[1], macs[0])):
            self.commands[place].append(f"neigh add {PEER} lladdr {far} dev {end} nud permanent")
        return ends

    def host(self, location: str, ip: IPv4Address, router: str, known_as: IPv4Address | None = None) -> str:
        """A host at a router: the interface that the router has toward it."""
        inside, outside = self.link(router, HOSTS, "h")
        self.hosts.append(LabHost(location, ip, outside, self.links[-1][2], known_as or ip))
        return inside

    def enter(self, namespace: str, interface: str, table: int | None) -> None:
        """What comes in by an interface is routed by that table, and by none where there is none."""
        if table is not None:
            order = next(self._priorities[namespace])
            self.commands[namespace].append(f"rule add iif {interface} lookup {table} prio {order}")
        order = 10_000 + next(self._priorities[namespace])
        self.commands[namespace].append(f"rule add iif {interface} prio {order} blackhole")

    def route(self, namespace: str, to: IPv4Network | str, interfaces: Sequence[str], table: int | None = None) -> None:
        """A route out by one of the interfaces, chosen by flow; a blackhole without interfaces."""
        self.commands[namespace].append(f"route add {route_text(to, interfaces, table)}")


def route_text(to: IPv4Network | str, interfaces: Sequence[str], table: int | None) -> str:
    """A route as arguments of `ip route add` and `ip route replace`."""
    into = f" table {table}" if table is not None else ""
    hops = [f"via {PEER} dev {interface} onlink" for interface in interfaces]
    if not hops:
        return f"blackhole {to}{into}"
    if len(hops) == 1:
        return f"{to} {hops[0]}{into}"
    return f"{to}{into} " + " ".join(f"nexthop {hop}" for hop in hops)
