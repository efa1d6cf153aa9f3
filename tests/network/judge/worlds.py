"""What is not known, as worlds: every way that AWS may have it, each walked by itself.

What all worlds agree on is known; anything else is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations

from isthmus.network.answers import Outcome, Packet, Scenario
from isthmus.network.model import Attachment, AttachmentKind, Cidr, Network, Site, Unknown
from tests.network.judge.firewall_policy import Policy
from tests.network.judge.walker import Walker


@dataclass(frozen=True)
class Worlds:
    """A network of which it is not known in which order overlapping VPCs were attached."""

    network: Network
    sites: Sequence[Site] = ()
    scenario: Scenario = field(default_factory=Scenario)
    policies: Mapping[str, Policy] = field(default_factory=dict)

    def outcome(self, packet: Packet) -> Outcome:
        """What becomes of the first packet."""
        return common(walker.outcome(packet) for walker in self.walkers())

    def both_ways(self, packet: Packet) -> Outcome:
        """Whether the flow works."""
        return common(walker.both_ways(packet) for walker in self.walkers())

    def walkers(self) -> Iterator[Walker]:
        """One walker for each order."""
        for order in permutations(overlapping(self.network)):
            yield Walker(self.network, self.sites, self.scenario, self.policies, came_in_order=order)


def overlapping(network: Network) -> tuple[str, ...]:
    """VPC attachments whose VPCs have addresses in common."""
    attachments = [one for one in network.attachments.values() if one.kind is AttachmentKind.VPC]
    found: dict[str, None] = {}
    for one, other in combinations(attachments, 2):
        if one.attached != other.attached and _meet(_ranges(network, one), _ranges(network, other)):
            found |= {one.address: None, other.address: None}
    return tuple(found)


def _ranges(network: Network, attachment: Attachment) -> list[Cidr]:
    vpc = network.vpcs.get(str(attachment.attached))
    return [cidr for cidr in (vpc.cidrs if vpc else ()) if not isinstance(cidr, Unknown)]


def _meet(ranges: Sequence[Cidr], others: Sequence[Cidr]) -> bool:
    return any(
        one.version == other.version and (one[0] in other or other[0] in one) for one in ranges for other in others
    )


def common(outcomes: Iterator[Outcome]) -> Outcome:
    """What every world says, or unknown where two differ."""
    seen: set[Outcome] = set()
    for outcome in outcomes:
        seen.add(outcome)
        if len(seen) > 1:
            return Outcome.UNKNOWN
    (only,) = seen
    return only
