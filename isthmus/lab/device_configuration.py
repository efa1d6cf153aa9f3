"""The configuration that `isthmus handover --device strongswan-frr` generates, with the placeholders filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from isthmus.devices import DeviceTunnel
from isthmus.devices.device_files import KEY, OUTSIDE, configuration, word
from isthmus.devices.from_output import devices
from isthmus.errors import CannotAnswer
from isthmus.lab.vpn_endpoints import TunnelEnds
from isthmus.lab.vpn_tunnels import DeviceFiles
from isthmus.output.folder import read_output
from isthmus.platforms import platform

__all__ = ["PLATFORM", "configured"]

PLATFORM = "strongswan-frr"
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9]+")


def configured(output: Path, tunnels: Sequence[TunnelEnds]) -> list[DeviceFiles]:
    """The devices of an output. Only outside addresses of AWS and keys are filled in. Raises `CannotAnswer`."""
    ends = {(tunnel.name, tunnel.number): tunnel for tunnel in tunnels}
    found = []
    for device in devices(read_output(output)):
        texts = {file.name: file.text for file in configuration(device, platform(PLATFORM))}
        interfaces, prefixes, static_routes = {}, {}, {}
        for connection in device.connections:
            for tunnel in connection.tunnels:
                end = ends[connection.name, tunnel.number]
                texts = {name: _filled(text, tunnel, end) for name, text in texts.items()}
                interfaces[end.identity] = f"ipsec{tunnel.interface}"
                prefixes[end.connection] = frozenset(connection.accepts), frozenset(connection.advertises)
                static_routes[end.connection] = frozenset(connection.static_routes)
        if left := [name for name, text in texts.items() if "REPLACE_WITH" in text]:
            raise CannotAnswer(f"{device.name}: the lab does not know what to fill in in {', '.join(left)}")
        found.append(
            DeviceFiles(
                word(device.name),
                device.site,
                texts,
                interfaces,
                prefixes,
                static_routes,
            )
        )
    return found


def _filled(text: str, tunnel: DeviceTunnel, end: TunnelEnds) -> str:
    """A text with the key and the outside address of one tunnel."""
    name = _NOT_IDENTIFIER.sub("_", tunnel.name).upper()
    for placeholder, value in ((KEY.format(name), end.key), (OUTSIDE.format(name), str(end.aws_outside))):
        # The placeholder of another tunnel may start with this one.
        text = re.sub(rf"{placeholder}(?![A-Z0-9_])", value, text)
    return text
