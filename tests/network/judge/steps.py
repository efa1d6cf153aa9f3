"""The steps that lead from one kind of thing to another, each written in the file of the kind it leads to."""

from __future__ import annotations

from abc import ABC, abstractmethod

from isthmus.network.model import Attachment
from tests.network.judge.carried import Ending, Luggage
from tests.network.judge.facts import Facts
from tests.network.judge.found import Found


class Steps(Facts, ABC):
    """What each kind of thing hands on to."""

    @abstractmethod
    def _leave_subnet(self, luggage: Luggage, address: str, client: int) -> list[Ending]:
        """On by a subnet's table."""

    @abstractmethod
    def _take(self, luggage: Luggage, found: Found, vpc: str, origin: str | None, client: int) -> list[Ending]:
        """Along a route of a VPC table."""

    @abstractmethod
    def _deliver(self, luggage: Luggage, vpc: str, client: int) -> list[Ending]:
        """Into the subnet of a VPC that has the destination."""

    @abstractmethod
    def _into_vpc_by_gateway(self, luggage: Luggage, vpc: str, gateway: str, client: int) -> list[Ending]:
        """Into a VPC by a gateway of its edge."""

    @abstractmethod
    def _route_at_transit_gateway(
        self, luggage: Luggage, arrival: Attachment, zone: str | None, client: int
    ) -> list[Ending]:
        """On by the table of the attachment it came by."""

    @abstractmethod
    def _at_site(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """To the site at the end of a connection."""
