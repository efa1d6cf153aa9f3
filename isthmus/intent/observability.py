"""Observability: who hears of it when a tunnel falls, and what the console shows."""

from __future__ import annotations

from isthmus.intent.model import Many, intent


@intent
class Observability:
    """Alarms and a dashboard for what an environment holds: its VPN connections, its hub, its firewall.

    notify                email addresses, each confirmed by a click in AWS's first message, and ARNs of SNS topics
    tunnel_down_for       minutes that a tunnel, a connection or a whole site is down before its alarm, in steps of 5
    firewall_drops_above  drops in 5 minutes above which the firewall's alarm goes off
    network_manager       draw the hub and its sites in AWS Network Manager; a transit gateway is in one global network
                          only
    """

    notify: Many[str]
    tunnel_down_for: int = 5
    firewall_drops_above: int = 0
    network_manager: bool = True
