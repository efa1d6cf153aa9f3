"""Out of a VPC by a virtual private gateway.

vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from isthmus.network.model import Gateway
from tests.network.judge.carried import Ending, Luggage, dropped
from tests.network.judge.steps import Steps
from tests.network.judge.vpc_tables import VpcTables


class VpnGateways(Steps, VpcTables):
    """Over the connections of a virtual private gateway."""

    def _out_by_vpn_gateway(self, luggage: Luggage, vpc: str, gateway: Gateway, client: int) -> list[Ending]:
        if gateway.vpc != vpc:
            return dropped(luggage, f"{gateway.address} is not attached to {vpc}")
        winners = self._learned_by_vpn_gateway(gateway.address, luggage.header.destination)
        endings = [end for found in winners for end in self._at_site(luggage, str(found.target), client)]
        return endings or dropped(luggage, f"{gateway.address} knows no way to {luggage.header.destination}")
