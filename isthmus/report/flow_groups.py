"""Groups of locations whose flows have the same results, so that a document states each result once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.proof.result.findings import Flow
from isthmus.proof.result.proof import Flows, Proof

__all__ = ["FlowGroups", "GroupFlow", "groups_of"]


@dataclass(frozen=True, slots=True)
class GroupFlow:
    """The flows from each location of one group to each location of another, or of the same group.

    `example` is one of them. The others have the same results. Their paths and conditions differ only in the addresses
    of the locations' own resources.
    """

    source: str
    destination: str
    count: int
    example: Flow


@dataclass(frozen=True)
class FlowGroups:
    """The groups of a proof's locations: `members` by the name of the group, which is that of its first member."""

    flows: Flows
    members: Mapping[str, tuple[str, ...]]

    def pairs(self) -> Iterator[GroupFlow]:
        """One entry for each ordered pair of groups with flows between them."""
        for source, sources in self.members.items():
            for destination, destinations in self.members.items():
                same = source == destination
                if same and len(sources) == 1:
                    continue
                a, b = (sources[0], sources[1]) if same else (source, destination)
                if self.flows.in_scope(a, b):
                    count = len(sources) * (len(destinations) - same)
                    yield GroupFlow(source, destination, count, self.flows[a, b])

    def services(self, flows: Iterable[Flow]) -> Iterator[GroupFlow]:
        """One entry for each group and AWS service, from the flows of all locations to AWS services."""
        for flow in flows:
            if flow.source in self.members:
                yield GroupFlow(flow.source, flow.destination, len(self.members[flow.source]), flow)

    def covering(self, names: Iterable[str]) -> tuple[str, ...] | None:
        """The groups that have exactly these locations as members; None if there are no such groups."""
        wanted = set(names)
        found = tuple(name for name in self.members if name in wanted)
        return found if {member for name in found for member in self.members[name]} == wanted else None


def groups_of(proof: Proof) -> FlowGroups:
    """The groups of a proof's locations.

    Locations of a group are equivalent, the intent asks the same of them, and their flows have the same conditions. So
    are their flows to AWS services.
    """
    services: dict[str, list[Hashable]] = {}
    for flow in proof.services:
        result = (flow.destination, flow.forward, flow.returned, flow.packet_outcomes)
        services.setdefault(flow.source, []).append(result)
    members: dict[Hashable, list[str]] = {}
    for name in proof.flows.names:
        key = (proof.flows.group(name), proof.flows.kind(name), tuple(services.get(name, ())))
        members.setdefault(key, []).append(name)
    return FlowGroups(proof.flows, {names[0]: tuple(names) for names in members.values()})
