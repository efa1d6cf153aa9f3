"""What a proof says: flows, violations, and the verdict over them."""

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


LONGEST = 10_000  # characters of one sentence: it may quote what is in the input


class Verdict(StrEnum):
    """Proved: the network is as the intent says. No violations: there is no intent, and every rule that holds for all
    networks holds. Violated: something does not hold. Unknown: nothing is known to be wrong, and not everything could
    be answered."""

    PROVED = "proved"
    NO_VIOLATIONS = "no-violations"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold. `rule` is an id of `isthmus.proof.result.rules`; `resources` are addresses to look at.

    `source` and `destination` are names of places where it concerns a flow, else "". `packets` says for which packets
    of the flow, "" for all of them: `udp and icmp`, `all but tcp/443`.
    """

    rule: str
    why: str
    resources: tuple[str, ...] = ()
    source: str = ""
    destination: str = ""
    packets: str = ""

    @property
    def flow(self) -> str:
        """The flow that it concerns, or the place, or "": `dev -> prod, udp and icmp`."""
        flow = f"{self.source} -> {self.destination}" if self.destination else self.source
        return f"{flow}, {self.packets}" if self.packets else flow

    def __post_init__(self) -> None:
        object.__setattr__(self, "why", printable(self.why, LONGEST))

    def __str__(self) -> str:
        return f"{self.rule}: {self.flow}: {self.why}" if self.flow else f"{self.rule}: {self.why}"


@dataclass(frozen=True, slots=True)
class UnknownResult:
    """Something nobody can say from this input, and why."""

    what: str
    why: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", printable(self.what, LONGEST))
        object.__setattr__(self, "why", printable(self.why, LONGEST))

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


class PacketOutcome(NamedTuple):
    """What becomes of some packets, and of the replies to them. `not_for`: `client ports 3389` that get none, or ""."""

    packets: Packets
    forward: Outcome
    back: Outcome
    not_for: str = ""

    def __str__(self) -> str:
        exception = f", not for {self.not_for}" if self.not_for else ""
        if self.forward is Outcome.REACHABLE and self.back is Outcome.REACHABLE:
            return f"{self.packets}: reachable both ways{exception}"
        return f"{self.packets}: {self.forward}, back {self.back}{exception}"


@dataclass(frozen=True)
class Flow:
    """What happens between two places, seen from the source.

    - `forward`: packets there; `back`: the replies to them. Of the packets that the intent asks for, the worst; where
      it asks for none, or there is none, of those that fare best.
    - `fates`: of all packets, by what becomes of them; one where all fare alike.
    - `few_client_ports`: replies get back to fewer than half of the client ports.
    - `intended`: whether the intent asks for it; None without an intent.
    - `zones`: where zones differ, the outcome there and back by zone of the source.
    - `tiers`: likewise by tier of the source's subnets, where a spoke has several.
    - `condition`: what it holds on: a public address of the host.
    """

    source: str
    destination: str
    forward: Outcome
    back: Outcome
    intended: bool | None = None
    zones: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)
    tiers: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)
    packet_outcomes: tuple[PacketOutcome, ...] = ()
    few_client_ports: bool = False
    explain: Callable[[], RoundTrip | None] = field(default=lambda: None, repr=False, compare=False)
    find_parts: Callable[[], Mapping[str, tuple[Outcome, Outcome]]] = field(default=dict, repr=False, compare=False)
    find_exits: Callable[[], Mapping[str, tuple[str, ...]]] = field(default=dict, repr=False, compare=False)
    condition: str = ""

    @property
    def packets(self) -> Packets:
        """The packets for which it works both ways."""
        return Packets.of(
            *(
                span
                for fate in self.packet_outcomes
                if fate.forward is fate.back is Outcome.REACHABLE
                for span in fate.packets.spans
            )
        )

    @property
    def in_part(self) -> bool:
        """Whether it works for some packets only. To the internet, those that NAT gateways translate are all."""
        return self.works and not (TO_INTERNET if self.destination == INTERNET else ALL_PACKETS) <= self.packets

    @property
    def works(self) -> bool:
        """Whether it is reachable both ways, for most client ports."""
        return self.forward is self.back is Outcome.REACHABLE and not self.few_client_ports

    @property
    def one_way(self) -> bool:
        """Whether packets get there and replies do not come back, or for few client ports only."""
        return self.forward is Outcome.REACHABLE and not self.works

    @cached_property
    def parts(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Where subnets differ, the outcome there and back of each of them, by name."""
        return self.find_parts()

    @property
    def partly(self) -> bool:
        """Whether it works for some subnets, and not for others."""
        working = {parts == (Outcome.REACHABLE, Outcome.REACHABLE) for parts in self.parts.values()}
        return len(working) > 1

    @property
    def unknown(self) -> bool:
        """Whether nobody can say, of all subnets or of some."""
        every = [(self.forward, self.back), *self.parts.values()]
        return any(Outcome.UNKNOWN in outcomes for outcomes in every)

    @property
    def known_blocked(self) -> bool:
        """Whether it is meant and known to be stopped somewhere, whatever is unknown of other subnets."""
        return self.intended is True and Outcome.BLOCKED in (self.forward, self.back)

    @property
    def detail(self) -> str:
        """Which subnets differ: `app yes, vault no`."""
        return ", ".join(f"{name} {short_result(*outcomes)}" for name, outcomes in self.parts.items())

    @cached_property
    def exits(self) -> Mapping[str, tuple[str, ...]]:
        """Every resource by which it leaves for the internet, with the subnets that use it; where all do, none."""
        return self.find_exits()

    @property
    def returned(self) -> str:
        """What becomes of the replies, in a word: where no packet arrives, there is none to follow."""
        unseen = (
            self.forward is not Outcome.REACHABLE and self.evidence is not None and not self.evidence.reply.followed
        )
        return self.evidence.reply.said if unseen and self.evidence is not None else self.back.value

    @cached_property
    def evidence(self) -> RoundTrip | None:
        """The packet and the reply that show it best. Followed when first asked for."""
        return self.explain()

    @property
    def exit(self) -> str:
        """The resource by which it leaves for the internet, or "". A way that nothing comes back by is none."""
        if self.back is Outcome.BLOCKED:
            return ""
        paths = self.evidence.forward.paths if self.evidence else ()
        return next((path.exit for path in paths if path.exit and path.outcome is Outcome.REACHABLE), "")

    @property
    def path(self) -> tuple[Hop, ...]:
        """The hops of the forward path, each with its Terraform address."""
        paths = self.evidence.forward.paths if self.evidence else ()
        return paths[0].hops if paths else ()

    @property
    def blocked_by(self) -> tuple[Block, ...]:
        """Every setting that blocks the forward path or the return path."""
        return self.evidence.blocks if self.evidence else ()

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}: {self.forward}, back {self.returned}"


def short_result(forward: Outcome, back: Outcome) -> str:
    """An outcome there and back in a word."""
    if Outcome.UNKNOWN in (forward, back):
        return "?"
    if forward is Outcome.BLOCKED:
        return "no"
    return "yes" if back is Outcome.REACHABLE else "one way"


@dataclass(frozen=True, slots=True)
class LostFlows:
    """A flow that a failure takes: what happens there and back while it lasts, and whether it was meant to survive.

    `like` are the sources and destinations that fare alike, in each pair of two: it stands for all of these flows.
    """

    source: str
    destination: str
    forward: Outcome
    back: Outcome
    meant_to_survive: bool
    why: str = ""
    like: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def flows(self) -> Iterator[tuple[str, str]]:
        """Every flow that it stands for, itself included."""
        sources, destinations = self.like[0] or (self.source,), self.like[1] or (self.destination,)
        return ((a, b) for a in sources for b in destinations if a != b)

    @property
    def count(self) -> int:
        """How many flows that are."""
        sources, destinations = self.like[0] or (self.source,), self.like[1] or (self.destination,)
        return len(sources) * len(destinations) - len({*sources} & {*destinations})
