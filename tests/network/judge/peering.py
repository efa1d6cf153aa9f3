"""VPC peering, which is never transitive.

vpc/latest/peering/vpc-peering-basics.html
"""

from __future__ import annotations

from dataclasses import replace

from isthmus.network.model import VpcPeering
from tests.network.judge.carried import Ending, Luggage, dropped
from tests.network.judge.steps import Steps
from tests.network.judge.unknown_reason import known


class Peerings(Steps):
    """Over a peering connection."""

    def _through_peering(self, luggage: Luggage, vpc: str, peering: VpcPeering, client: int) -> list[Ending]:
        """From one of the two VPCs to a host of the other, and never on from there or from elsewhere."""
        ends = [known(peering.requester), known(peering.peer)]
        if vpc not in ends:
            return dropped(luggage, f"{vpc} is no end of {peering.address}")
        other = ends[1 - ends.index(vpc)]
        if not self._of_vpc(luggage.header.source, vpc):
            return dropped(luggage, f"{peering.address} does not carry what comes from beyond {vpc}")
        if not self._of_vpc(luggage.header.destination, other):
            return dropped(luggage, f"{peering.address} does not lead beyond {other}")
        onward = replace(luggage, peerings=(*luggage.peerings, peering.address)).at(f"over {peering.address}")
        return self._deliver(onward, other, client)
