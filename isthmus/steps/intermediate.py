"""The network between two applies: some root modules as in HEAD, the others as in BASE."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum
from typing import TypeVar

from isthmus.intent import (
    CustomerGateway,
    DirectConnectGateway,
    Environment,
    Estate,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from isthmus.network.from_terraform import network_of
from isthmus.proof import Analysis, UnusableInput
from isthmus.terraform import Graph, Resource

Named = TypeVar("Named", bound=CustomerGateway | DirectConnectGateway | Segment | Spoke | VpnConnection)


class RootPhase(IntEnum):
    """How far a root module is: as in BASE, with some of what HEAD adds, without what HEAD removes, as in HEAD."""

    BASE = 0
    ADDED = 1
    CHANGED = 2
    HEAD = 3


class Networks:
    """The networks between BASE and HEAD.

    Terraform keeps what a root module created until its next apply, with the values that outputs of other root modules
    had then. So the resources of a root module come from one side as they are: nothing is evaluated again.
    """

    def __init__(self, base: Analysis, head: Analysis) -> None:
        if (base.estate is None) is not (head.estate is None):
            one, other = ("BASE", "HEAD") if base.estate is None else ("HEAD", "BASE")
            raise UnusableInput(
                f"{one} holds no intent.json and {other} does, so their locations cannot be compared: give two output "
                "folders of synthesis, or leave the intent out of both"
            )
        self.base = base
        self.head = head

    def at(
        self, phases: Mapping[str, RootPhase], sites: Collection[str], added: Collection[str] = frozenset()
    ) -> Analysis:
        """The network if each root module is in its phase, and these sites advertise what HEAD states.

        A root module without a phase is the same in both. `added`: what is as in HEAD already in the phase `ADDED`.
        """
        graph = self._graph(phases, added)
        network = network_of(graph)
        connections = {*network.vpns, *network.dx_gateways}
        given = {**self.base.advertises, **self.head.advertises}
        named = {**self.base.sites, **self.head.sites}
        ours = {name: tuple(c for c in listed if c in connections) for name, listed in named.items()}
        roots = {root for root in {*self.base.roots, *self.head.roots} if self._is_there(root, phases)}
        return Analysis(
            network,
            self._estate(phases, sites),
            {connection: prefixes for connection, prefixes in given.items() if connection in connections},
            {name: listed for name, listed in ours.items() if listed},
            frozenset(roots),
            graph.notes,
            graph=graph,
            client_ports=self.head.client_ports,
            appliances_forward=self.head.appliances_forward,
        )

    def _is_there(self, root: str, phases: Mapping[str, RootPhase]) -> bool:
        side = self.head if phases.get(root, RootPhase.HEAD) is RootPhase.HEAD else self.base
        return root in side.roots or (root in self.base.roots and root in self.head.roots)

    # --- Terraform

    def _graph(self, phases: Mapping[str, RootPhase], added: Collection[str]) -> Graph:
        base, head = self.base.graph, self.head.graph
        return Graph(
            dict(_together(base.resources, head.resources, phases, added)),
            tuple(dict.fromkeys((*base.notes, *head.notes))),
            unexpanded=dict(_together(base.unexpanded, head.unexpanded, phases, added)),
        )

    # --- the intent

    def _estate(self, phases: Mapping[str, RootPhase], sites: Collection[str]) -> Estate | None:
        """The intent of both, as far as it says where locations are: each environment as its root module is."""
        base, head = self.base.estate, self.head.estate
        if base is None or head is None:
            return None
        environments = tuple(self._environments(base, head, phases))
        filtered_by_head = any(one in head.environments for one in environments if one.egress or one.hub)
        return replace(
            head,
            blocks=tuple(dict.fromkeys((*head.blocks, *base.blocks))),
            segments=_union(head.segments, base.segments),
            sites=tuple(_sites(base, head, sites)),
            environments=environments,
            allowed_connections=(head if filtered_by_head else base).allowed_connections,
        )

    def _environments(self, base: Estate, head: Estate, phases: Mapping[str, RootPhase]) -> Iterator[Environment]:
        before = {one.name: one for one in base.environments}
        after = {one.name: one for one in head.environments}
        for name in (*after, *(name for name in before if name not in after)):
            phase = phases.get(name, RootPhase.HEAD)
            old, new = before.get(name), after.get(name)
            if old is not None and new is not None and phase in (RootPhase.ADDED, RootPhase.CHANGED):
                yield _both(old, new) if phase is RootPhase.ADDED else _both(new, old)
            elif (found := new if phase is RootPhase.HEAD else old) is not None:
                yield found


def _both(first: Environment, second: Environment) -> Environment:
    """An environment with the contents of both; `first` wins."""
    return replace(
        first,
        hub=first.hub or second.hub,
        egress=first.egress or second.egress,
        dns=first.dns or second.dns,
        endpoints=first.endpoints or second.endpoints,
        spokes=_union(first.spokes, second.spokes),
        vpn_connections=_union(first.vpn_connections, second.vpn_connections),
        direct_connect=_union(first.direct_connect, second.direct_connect),
    )


def _together(
    base: Mapping[str, Resource],
    head: Mapping[str, Resource],
    phases: Mapping[str, RootPhase],
    added: Collection[str],
) -> Iterator[tuple[str, Resource]]:
    for address, resource in base.items():
        phase = phases.get(resource.root, RootPhase.HEAD)
        kept = phase is RootPhase.BASE or (phase is RootPhase.ADDED and address not in added)
        if kept or (phase is RootPhase.CHANGED and address not in head):
            yield address, resource
    for address, resource in head.items():
        phase = phases.get(resource.root, RootPhase.HEAD)
        if phase >= RootPhase.CHANGED or (phase is RootPhase.ADDED and address in added):
            yield address, resource


def _sites(base: Estate, head: Estate, changed: Collection[str]) -> Iterator[Site]:
    """Every site: its prefixes and networks as BASE states them, unless they have changed; the gateways of both."""
    before = {site.name: site for site in base.sites}
    for site in head.sites:
        old = before.get(site.name)
        if old is None:
            yield site
        else:
            stated = site if site.name in changed else old
            gateways = _union(site.customer_gateways, old.customer_gateways)
            yield replace(stated, customer_gateways=gateways)
    yield from (site for name, site in before.items() if name not in {one.name for one in head.sites})


def _union(first: Iterable[Named], second: Iterable[Named]) -> tuple[Named, ...]:
    """Those of both, by name; `first` wins."""
    known = list(first)
    names = {one.name for one in known}
    return (*known, *(one for one in second if one.name not in names))
