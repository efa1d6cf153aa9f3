"""The flow between any two locations, with its outcome by zone, tier and subnet."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from isthmus.network.answers import Outcome, RoundTrip
from isthmus.network.model import Network
from isthmus.proof.checks.allowed_connections import REPORTED
from isthmus.proof.checks.intended import Intended
from isthmus.proof.pairs.locations import INTERNET, LocationKind, Tier
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.public_addresses import condition
from isthmus.proof.pairs.subnet_names import named_parts, subnet_name
from isthmus.proof.result.findings import Flow, PacketOutcome
from isthmus.proof.result.proof import Flows

_Parts = Mapping[str, tuple[Outcome, Outcome]]


class _Result(NamedTuple):
    """Everything about a flow that is the same for all pairs of the same two groups."""

    forward: Outcome
    reply: Outcome
    zones: _Parts
    tiers: _Parts
    example: int  # index of the sample flow that shows the outcome, or -1
    shown: RoundTrip | None  # its packets, of the class that decides
    packet_outcomes: tuple[PacketOutcome, ...]
    few_client_ports: bool
    unfollowed: bool

    @property
    def works(self) -> bool:
        """See `Flow.works`."""
        return self.forward is self.reply is Outcome.REACHABLE and not self.few_client_ports


class FlowTable:
    """Creates the flow of each pair. `intent` is None for a network without an intent."""

    def __init__(self, network: Network, pairs: AllPairs, intent: Intended | None) -> None:
        self.network = network
        self.pairs = pairs
        self.intent = intent
        self._results: dict[tuple[tuple[int, int], bool | None], _Result] = {}
        self._equivalent: dict[tuple[int, int], tuple[_Result, bool | None]] = {}
        self._classes: dict[Hashable, int] = {}
        self._class_of: dict[str, int] = {}

    @property
    def flows(self) -> Flows:
        """All pairs. Each flow is created on demand."""
        locations = self.pairs.locations
        spokes = tuple(spoke.name for spoke in locations.spokes)
        names = self.pairs.names()
        segments = {s: tuple(m for m in members if m in locations.by_name) for s, members in locations.segments.items()}
        group = self.pairs.group_of
        return Flows(names, self.pairs.in_scope, self.flow, group, spokes, segments, self.kind, self.works_as_intended)

    def kind(self, name: str) -> Hashable:
        """What distinguishes the flows of equivalent locations: what the intent asks, and the conditions of results."""
        location = self.pairs.locations.by_name[name]
        public = location.tiers.get(Tier.PUBLIC, ())
        conditions = tuple(condition(self.network, subnet).replace(subnet, "") for subnet in public)
        return (self.intent.kind(location) if self.intent is not None else "", conditions)

    def flow(self, a: str, b: str) -> Flow:
        """The flow from one location to another. Raises `KeyError` for a name that no location has."""
        result, intended = self._result_by_class(a, b)
        return Flow(
            a,
            b,
            result.forward,
            result.reply,
            intended,
            zones=result.zones,
            tiers=result.tiers,
            packet_outcomes=result.packet_outcomes,
            few_client_ports=result.few_client_ports,
            explain=lambda: self.pairs.trip(a, b, result.example, result.shown),
            unfollowed=result.unfollowed,
            find_parts=lambda: self._parts(a, b),
            find_exits=lambda: self._exits(a, b),
            condition=self._condition(a, b),
        )

    def works_as_intended(self, a: str, b: str) -> bool:
        """Whether the intent asks for a flow, and it works: `Flow.works` without the flow."""
        result, intended = self._result_by_class(a, b)
        return bool(intended) and result.works

    def _result_by_class(self, a: str, b: str) -> tuple[_Result, bool | None]:
        """The result of a flow, and whether it is intended. It is found once for equivalent locations of equal kinds.

        Equivalent pairs have the same outcomes, and pairs of the same kinds the same intended flows.
        """
        key = (self._class(a), self._class(b))
        if key not in self._equivalent:
            intended = self.intent.intended(a, b) if self.intent is not None else None
            self._equivalent[key] = self._result(a, b, intended), intended
        return self._equivalent[key]

    def _class(self, name: str) -> int:
        """A number for equivalent locations of the same kind."""
        if name not in self._class_of:
            found = (self.pairs.group_of(name), self.kind(name))
            self._class_of[name] = self._classes.setdefault(found, len(self._classes))
        return self._class_of[name]

    def _result(self, a: str, b: str, intended: bool | None) -> _Result:
        limited = False
        if self.intent is not None:
            if self.intent.allows_inbound(a, b):
                # The intent allows inbound internet access to public subnets: the private subnets decide.
                intended = None
            if self.intent.restricts_egress(a, b):
                # The firewall allows only some addresses of the internet: these decide.
                intended = False
            # Network ACLs allow ICMP messages of routers between any two limited locations. They open nothing.
            limited = intended is False and self.intent.allowed_ports(a, b) == ()
        key = (self.pairs.groups_of(a, b), intended)
        if key not in self._results:
            every = self.pairs.between(a, b)
            pair = every.without(REPORTED) if limited else every
            index = pair.example(intended)
            self._results[key] = _Result(
                *pair.outcome(intended),
                pair.by_zone(),
                pair.by_tier(),
                # `without` repeats the sample flows, in order, for each class of packets.
                index % len(every.samples) if index >= 0 else -1,
                pair.samples[index].trip if index >= 0 else None,
                pair.packet_outcomes(intended),
                pair.few_client_ports(intended),
                index >= 0 and not pair.samples[index].trip.reply.followed,
            )
        return self._results[key]

    def _parts(self, a: str, b: str) -> _Parts:
        """The outcome of each subnet, if they differ. No subnet represents another, also if the intent does not
        distinguish them."""
        if not self.pairs.between(a, b).by_subnet:
            return {}
        return named_parts(self.network, self.pairs.exact(a, b).by_subnet)

    def _exits(self, a: str, b: str) -> Mapping[str, tuple[str, ...]]:
        """Each exit to the internet, with the subnets that use it; no subnets if all of them use it."""
        if b != INTERNET or self.pairs.locations.by_name[a].kind is not LocationKind.SPOKE:
            return {}
        pair = self.pairs.exact(a, b)
        every = {getattr(sample.source, "address", "") for sample in pair.workload_samples}
        return {
            exit_: () if len(subnets) == len(every) else tuple(subnet_name(self.network, subnet) for subnet in subnets)
            for exit_, subnets in pair.exits.items()
        }

    def _condition(self, a: str, b: str) -> str:
        """Whether hosts of public subnets need a public address for this flow, and whether they get one."""
        if INTERNET not in (a, b):
            return ""
        location = self.pairs.locations.by_name[a if b == INTERNET else b]
        return "; ".join(condition(self.network, subnet) for subnet in location.tiers.get(Tier.PUBLIC, ()))
