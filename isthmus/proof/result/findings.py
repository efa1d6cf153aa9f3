"""The parts of a proof: flows, violations, unknown results, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from isthmus.network.answers import Hop, Outcome, RoundTrip
from isthmus.network.block import Block
from isthmus.network.packets import ALL_PACKETS, Packets
from isthmus.proof.checks.allowed_packets import TO_INTERNET
from isthmus.proof.pairs.locations import INTERNET
from isthmus.text.printable import printable

__all__ = ["Flow", "LostFlows", "Outcome", "PacketOutcome", "UnknownResult", "Verdict", "Violation"]


LONGEST = 10_000  # characters of one sentence; it may quote the input


class Verdict(StrEnum):
    """The result of a proof.

    - `PROVED`: every intended flow is reachable, and no other flow is.
    - `NO_VIOLATIONS`: there is no intent, and every rule that holds for all networks holds.
    - `VIOLATED`: at least one rule does not hold.
    - `UNKNOWN`: no violation was found, but at least one result is unknown.
    """

    PROVED = "proved"
    NO_VIOLATIONS = "no-violations"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold.

    - `rule`: its id, see `isthmus.proof.rule`.
    - `why`: the reason, in a sentence.
    - `resources`: Terraform addresses of the resources that cause it, the likeliest first.
    - `source`, `destination`: the locations of the flow, or "".
    - `packets`: the packets of the flow, for example `udp and icmp` or `all but tcp/443`; "" for all packets.
    """

    rule: str
    why: str
    resources: tuple[str, ...] = ()
    source: str = ""
    destination: str = ""
    packets: str = ""

    @property
    def flow(self) -> str:
        """The flow, or the location, or "": `dev -> prod, udp and icmp`."""
        flow = f"{self.source} -> {self.destination}" if self.destination else self.source
        return f"{flow}, {self.packets}" if self.packets else flow

    def __post_init__(self) -> None:
        object.__setattr__(self, "why", printable(self.why, LONGEST))

    def __str__(self) -> str:
        return f"{self.rule}: {self.flow}: {self.why}" if self.flow else f"{self.rule}: {self.why}"


@dataclass(frozen=True, slots=True)
class UnknownResult:
    """A result that this input does not determine, and the reason."""

    what: str
    why: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", printable(self.what, LONGEST))
        object.__setattr__(self, "why", printable(self.why, LONGEST))

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


class PacketOutcome(NamedTuple):
    """The outcome of some packets, and of the replies to them.

    `not_for`: the client ports that replies do not reach, for example `client ports 3389`, or "".
    """

    packets: Packets
    forward: Outcome
    reply: Outcome
    not_for: str = ""

    def __str__(self) -> str:
        exception = f", not for {self.not_for}" if self.not_for else ""
        if self.forward is Outcome.REACHABLE and self.reply is Outcome.REACHABLE:
            return f"{self.packets}: reachable both ways{exception}"
        return f"{self.packets}: forward {self.forward}, return {self.reply}{exception}"


@dataclass(frozen=True)
class Flow:
    """The flow from one location to another.

    - `forward`: the outcome of packets: the worst of the intended packets; without these, the best of all packets.
    - `reply`: the outcome of the replies to these packets.
    - `packet_outcomes`: all packets by outcome. It has one element if all packets have the same outcome.
    - `few_client_ports`: replies reach fewer than half of the client ports.
    - `intended`: whether the intent asks for the flow. None: there is no intent, or it does not mention the flow.
    - `zones`: the outcomes by Availability Zone of the source, if they differ.
    - `tiers`: the outcomes by tier of the subnets, if they differ.
    - `condition`: the condition for the result, that a host has a public address; or "".
    - `unfollowed`: no packet of the example arrives, so its reply was not followed.
    """

    source: str
    destination: str
    forward: Outcome
    reply: Outcome
    intended: bool | None = None
    zones: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)
    tiers: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)
    packet_outcomes: tuple[PacketOutcome, ...] = ()
    few_client_ports: bool = False
    explain: Callable[[], RoundTrip | None] = field(default=lambda: None, repr=False, compare=False)
    find_parts: Callable[[], Mapping[str, tuple[Outcome, Outcome]]] = field(default=dict, repr=False, compare=False)
    find_exits: Callable[[], Mapping[str, tuple[str, ...]]] = field(default=dict, repr=False, compare=False)
    condition: str = ""
    unfollowed: bool = False

    @property
    def packets(self) -> Packets:
        """The packets that are reachable, with their replies."""
        return Packets.of(
            *(
                span
                for each in self.packet_outcomes
                if each.forward is each.reply is Outcome.REACHABLE
                for span in each.packets.spans
            )
        )

    @property
    def in_part(self) -> bool:
        """Whether it works for some packets only. To the internet only packets that NAT gateways translate count."""
        return self.works and not (TO_INTERNET if self.destination == INTERNET else ALL_PACKETS) <= self.packets

    @property
    def works(self) -> bool:
        """Whether packets and replies are reachable, for most client ports."""
        return self.forward is self.reply is Outcome.REACHABLE and not self.few_client_ports

    @property
    def one_way(self) -> bool:
        """Whether packets arrive and replies do not come back, or only to few client ports."""
        return self.forward is Outcome.REACHABLE and not self.works

    @cached_property
    def parts(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """The outcome of each subnet by name, if they differ: of packets, and of replies."""
        return self.find_parts()

    @property
    def partly(self) -> bool:
        """Whether it works for some subnets only."""
        working = {parts == (Outcome.REACHABLE, Outcome.REACHABLE) for parts in self.parts.values()}
        return len(working) > 1

    @property
    def unknown(self) -> bool:
        """Whether the outcome is unknown, for all subnets or for some."""
        every = [(self.forward, self.reply), *self.parts.values()]
        return any(Outcome.UNKNOWN in outcomes for outcomes in every)

    @property
    def known_blocked(self) -> bool:
        """Whether it is intended and blocked for certain, even if the outcome of other subnets is unknown."""
        return self.intended is True and Outcome.BLOCKED in (self.forward, self.reply)

    @property
    def detail(self) -> str:
        """The short result of each subnet, if they differ: `app yes, vault no`."""
        return ", ".join(f"{name} {short_result(*outcomes)}" for name, outcomes in self.parts.items())

    @cached_property
    def exits(self) -> Mapping[str, tuple[str, ...]]:
        """Each exit to the internet, with the subnets that use it; no subnets if all of them use it."""
        return self.find_exits()

    @property
    def returned(self) -> str:
        """The outcome of the replies in a word. If no packet arrives, there is no reply to follow."""
        return "not followed" if self.unfollowed and self.forward is not Outcome.REACHABLE else self.reply.value

    @cached_property
    def evidence(self) -> RoundTrip | None:
        """A packet and its reply that show the outcome best. They are followed on first use."""
        return self.explain()

    @property
    def exit(self) -> str:
        """The exit to the internet, or "". An exit without a return path does not count."""
        if self.reply is Outcome.BLOCKED:
            return ""
        paths = self.evidence.forward.paths if self.evidence else ()
        return next((path.exit for path in paths if path.exit and path.outcome is Outcome.REACHABLE), "")

    @property
    def path(self) -> tuple[Hop, ...]:
        """The hops of the forward path up to the first block, each with its Terraform address."""
        paths = self.evidence.forward.paths if self.evidence else ()
        return paths[0].reached if paths else ()

    @property
    def blocked_by(self) -> tuple[Block, ...]:
        """Every setting that blocks the forward path or the return path."""
        return self.evidence.blocks if self.evidence else ()

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}: forward {self.forward}, return {self.returned}"


def short_result(forward: Outcome, reply: Outcome) -> str:
    """The outcome of packets and replies in a word: yes, no, one way or ?."""
    if Outcome.UNKNOWN in (forward, reply):
        return "?"
    if forward is Outcome.BLOCKED:
        return "no"
    return "yes" if reply is Outcome.REACHABLE else "one way"


@dataclass(frozen=True, slots=True)
class LostFlows:
    """A flow that a failure interrupts: its outcome during the failure, and whether the intent has redundancy for it.

    `like`: equivalent sources and equivalent destinations. The object stands for the flows of all pairs of them.
    `certain`: a part of the flow is certainly blocked. Otherwise it may be.
    """

    source: str
    destination: str
    forward: Outcome
    reply: Outcome
    meant_to_survive: bool
    why: str = ""
    like: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    certain: bool = True

    @property
    def flows(self) -> Iterator[tuple[str, str]]:
        """Every flow that it stands for, including itself."""
        sources, destinations = self.like[0] or (self.source,), self.like[1] or (self.destination,)
        return ((a, b) for a in sources for b in destinations if a != b)

    @property
    def count(self) -> int:
        """The number of flows that it stands for."""
        sources, destinations = self.like[0] or (self.source,), self.like[1] or (self.destination,)
        return len(sources) * len(destinations) - len({*sources} & {*destinations})
