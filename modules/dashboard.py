"""The body of the hub's dashboard: traffic and drops of the gateway, of each VPN connection and its tunnels, of spokes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-cloudwatch-vpn.html
VPN = "AWS/VPN"
# https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html
GATEWAY = "AWS/TransitGateway"
PERIOD = 300  # seconds: VPN metrics come every five minutes
_WIDTH, _HEIGHT = 12, 6
_BYTES = ["BytesIn", "BytesOut"]
_DROPS = ["PacketDropCountBlackhole", "PacketDropCountNoRoute"]

MetricLine = tuple[str, list[tuple[str, str]]]
"""What a line of a chart is called, and the dimensions of its metric."""


@dataclass(frozen=True, slots=True)
class ConnectionMetrics:
    """A VPN connection as metrics know it: ids and addresses may be references."""

    name: str
    vpn: str
    attachment: str
    tunnels: tuple[str, str]


def dashboard_body(region: str, gateway: str, connections: Sequence[ConnectionMetrics]) -> str:
    """The dashboard as JSON text. `gateway` is the transit gateway's id."""
    everywhere = [("TransitGateway", gateway)]
    charts: list[tuple[str, str, list[str], list[MetricLine]]] = [
        ("Bytes through the hub", GATEWAY, _BYTES, [("hub", everywhere)]),
        ("Packets dropped by the hub", GATEWAY, _DROPS, [("hub", everywhere)]),
    ]
    if connections:
        attachments = [(c.name, [*everywhere, ("TransitGatewayAttachment", c.attachment)]) for c in connections]
        tunnels = [
            (f"{c.name} tunnel {number}", [("VpnId", c.vpn), ("TunnelIpAddress", address)])
            for c in connections
            for number, address in enumerate(c.tunnels, 1)
        ]
        charts += [
            ("Bytes by VPN connection", GATEWAY, _BYTES, attachments),
            ("Packets dropped by VPN connection", GATEWAY, _DROPS, attachments),
            ("Tunnels up", VPN, ["TunnelState"], tunnels),
            ("Bytes by tunnel", VPN, ["TunnelDataIn", "TunnelDataOut"], tunnels),
        ]
    drawn = [
        (title, _metrics(namespace, names, lines), "Maximum" if names == ["TunnelState"] else "Sum")
        for title, namespace, names, lines in charts
    ]
    # Spokes come and go in roots of their own: a search finds their attachments without naming them.
    drawn += [(f"{metric} by attachment", _search(gateway, metric), "Sum") for metric in (*_BYTES, *_DROPS)]
    widgets = [_widget(place, region, *one) for place, one in enumerate(drawn)]
    return json.dumps({"widgets": widgets}, separators=(",", ":"), sort_keys=True)


def _metrics(namespace: str, names: list[str], lines: list[MetricLine]) -> list[Any]:
    return [
        [namespace, name, *(text for pair in dimensions for text in pair), {"label": f"{label} {name}"}]
        for label, dimensions in lines
        for name in names
    ]


def _search(gateway: str, metric: str) -> list[Any]:
    found = (
        f'SEARCH(\'{{{GATEWAY},TransitGateway,TransitGatewayAttachment}} MetricName="{metric}" '
        f"TransitGateway=\"{gateway}\"', 'Sum', {PERIOD})"
    )
    return [[{"expression": found}]]


def _widget(place: int, region: str, title: str, metrics: list[Any], statistic: str) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": place % 2 * _WIDTH,
        "y": place // 2 * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {
            "title": title,
            "region": region,
            "metrics": metrics,
            "stat": statistic,
            "period": PERIOD,
            "view": "timeSeries",
        },
    }
