"""One flow that changes from one network to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from isthmus.proof.result.findings import Flow


class ChangeKind(StrEnum):
    """How a flow changes. A flow that is unknown in one network is unclear: it is neither gained nor lost."""

    GAINED = "gained"
    LOST = "lost"
    REROUTED = "re-routed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Change:
    """One flow that changes.

    - `before`, `after`: the flow; None if one of its locations does not exist.
    - `causes`: addresses of changed resources on its paths, the likeliest first.
    - `packets`: the packets that change, for example `udp, icmp and all of tcp but tcp/443`; "" for all packets.
    - `why`: the reason why an unclear flow is unknown.
    """

    kind: ChangeKind
    source: str
    destination: str
    before: Flow | None
    after: Flow | None
    causes: tuple[str, ...] = ()
    packets: str = ""
    why: str = ""

    @property
    def before_text(self) -> str:
        """The flow before, in one line."""
        return _described(self.before)

    @property
    def after_text(self) -> str:
        """The flow after, in one line, with the packets if only some change."""
        if self.kind is ChangeKind.REROUTED and self.before_text == _described(self.after):
            return "the same, by another path"
        return _described(self.after) + (f"; {self.kind} for {self.packets}" if self.packets else "")

    def __str__(self) -> str:
        for_ = f" for {self.packets}" if self.packets else ""
        causes = f", because of {', '.join(self.causes)}" if self.causes else ""
        return f"{self.kind}: {self.source} -> {self.destination}{for_}{causes}"


def _described(flow: Flow | None) -> str:
    if flow is None:
        return "does not exist"
    text = f"forward path {flow.forward}, return path {flow.returned}"
    tiers = flow.tiers.items()
    parts = "; ".join(f"{tier} subnets: forward {forward}, return {reply}" for tier, (forward, reply) in tiers)
    return text + (f" ({parts})" if parts else "") + (f", egress by {flow.exit}" if flow.exit else "")
