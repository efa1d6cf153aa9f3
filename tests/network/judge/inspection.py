"""The rules of the firewalls on the way."""

from __future__ import annotations

from dataclasses import replace

from tests.network.judge.carried import Header, Luggage
from tests.network.judge.facts import Facts
from tests.network.judge.firewall_policy import PacketOutcome, judged
from tests.network.judge.unknown_reason import Stopped

NAT_PORTS = (1024, 65535)  # vpc/latest/userguide/nat-gateway-basics.html


class Inspection(Facts):
    """What firewalls do with a packet. One whose policy is not given passes everything."""

    def _inspect(self, luggage: Luggage, firewall: str) -> Luggage:
        """The packet after a firewall, from any port that its flow may come from, as it is seen there."""
        policy = self.policies.get(firewall)
        if policy is None:
            return luggage
        header = luggage.header
        first = header
        if luggage.reply:
            first = Header(header.destination, header.source, header.protocol, luggage.asked)
        clients = NAT_PORTS if luggage.translations else luggage.clients
        packet_outcome = judged(policy, first, clients, back=luggage.reply)
        if packet_outcome is PacketOutcome.DROPPED:
            raise Stopped(f"the policy of {firewall} drops {header}")
        if packet_outcome is PacketOutcome.UNCLEAR:
            return replace(luggage, not_evaluated=(*luggage.not_evaluated, f"the policy of {firewall} may drop it"))
        return luggage
