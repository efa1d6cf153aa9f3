"""Observability: alarms, a dashboard and AWS Network Manager."""

from __future__ import annotations

from isthmus.intent.model import Many, intent


@intent
class Observability:
    """Alarms and a dashboard for the VPN connections, the hub and the firewall of an environment.

    notify                email addresses, each confirmed with the link in the first message from AWS, and ARNs of SNS
                          topics
    tunnel_down_for       minutes that a tunnel, a connection or a site is down before its alarm, in steps of 5
    firewall_drops_above  dropped packets in 5 minutes above which the firewall's alarm goes off
    network_manager       register the hub and its sites in AWS Network Manager; a transit gateway can be in only one
                          global network
    """

    notify: Many[str]
    tunnel_down_for: int = 5
    firewall_drops_above: int = 0
    network_manager: bool = True
