"""The names of subnets that have different outcomes."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.network.answers import Outcome
from isthmus.network.model import Network

Outcomes = tuple[Outcome, Outcome]


def subnet_name(network: Network, address: str) -> str:
    """The `Name` of a subnet if it is unique in its VPC, else its address."""
    subnet = network.subnets[address]
    same = [s for s in network.subnets.values() if s.vpc == subnet.vpc and s.name == subnet.name]
    return subnet.name if subnet.name and len(same) == 1 else address


def named_parts(network: Network, outcomes: Mapping[tuple[str, str], Outcomes]) -> Mapping[str, Outcomes]:
    """Outcomes by subnet: of the source if these decide, else of the destination, else of both."""
    for end in (0, 1):
        found: dict[str, set[Outcomes]] = {}
        for key, outcome in outcomes.items():
            found.setdefault(key[end], set()).add(outcome)
        if "" not in found and all(len(each) == 1 for each in found.values()):
            return {subnet_name(network, subnet): next(iter(each)) for subnet, each in found.items()}
    return {
        " -> ".join(subnet_name(network, subnet) for subnet in key if subnet): outcome
        for key, outcome in outcomes.items()
    }
