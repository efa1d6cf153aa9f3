"""The rules of the firewalls on the way."""

from __future__ import annotations

from dataclasses import replace

from tests.network.judge.carried import Header, Luggage
from tests.network.judge.doubt import Stopped
from tests.network.judge.facts import Facts
from tests.network.judge.firewall_policy import Fate, judged

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
        fate = judged(policy, first, clients, back=luggage.reply)
        if fate is Fate.DROPPED:
            raise Stopped(f"the policy of {firewall} drops {header}")
        if fate is Fate.UNCLEAR:
            return replace(luggage, doubts=(*luggage.doubts, f"the policy of {firewall} may drop it"))
        return luggage
