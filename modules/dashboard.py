"""The body of the hub's CloudWatch dashboard: bytes and drops of the transit gateway and its attachments, and tunnels.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-cloudwatch-vpn.html
VPN = "AWS/VPN"
# https://docs.aws.amazon.com/directconnect/latest/UserGuide/monitoring-cloudwatch.html
DIRECT_CONNECT = "AWS/DX"
# https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html
GATEWAY = "AWS/TransitGateway"
PERIOD = 300  # seconds; AWS publishes VPN metrics every five minutes
_WIDTH, _HEIGHT = 12, 6
_BYTES = ["BytesIn", "BytesOut"]
_DROPS = ["PacketDropCountBlackhole", "PacketDropCountNoRoute"]

MetricLine = tuple[str, list[tuple[str, str]]]
"""The label of a line in a chart, and the dimensions of its metric."""


@dataclass(frozen=True, slots=True)
class ConnectionMetrics:
    """The names and dimensions of a VPN connection in metrics. Ids and addresses may be Terraform references."""

    name: str
    vpn: str
    attachment: str
    tunnels: tuple[str, str]


def dashboard_body(region: str, gateway: str, connections: Sequence[ConnectionMetrics]) -> str:
    """The dashboard as JSON text. `gateway` is the transit gateway's id."""
    whole_gateway = [("TransitGateway", gateway)]
    charts: list[tuple[str, str, list[str], list[MetricLine]]] = [
        ("Bytes through the transit gateway", GATEWAY, _BYTES, [("transit gateway", whole_gateway)]),
        ("Packets dropped by the transit gateway", GATEWAY, _DROPS, [("transit gateway", whole_gateway)]),
    ]
    if connections:
        attachments = [(c.name, [*whole_gateway, ("TransitGatewayAttachment", c.attachment)]) for c in connections]
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
    charts_with_statistic = [
        (title, _metrics(namespace, names, lines), "Maximum" if names == ["TunnelState"] else "Sum")
        for title, namespace, names, lines in charts
    ]
    # Spokes are in other roots. A search expression finds their attachments without listing them here.
    charts_with_statistic += [
        (f"{metric} by attachment", _search(gateway, metric), "Sum") for metric in (*_BYTES, *_DROPS)
    ]
    widgets = [_widget(place, region, *one) for place, one in enumerate(charts_with_statistic)]
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
