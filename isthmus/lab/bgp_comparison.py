"""Compares what BGP learned in a lab with the prefixes that the device configuration and the hand-over state."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from isthmus.lab.control_plane import Learned
from isthmus.lab.vpn_tunnels import VpnTunnels

__all__ = ["bgp_differences"]


def bgp_differences(vpn: VpnTunnels, learned: Learned) -> Iterator[str]:
    """A line for each tunnel and direction whose prefixes differ from the configuration of its device.

    The list of accepted prefixes of a device hides what it does not list, so what AWS advertises is compared too.
    """
    for device in vpn.devices:
        for tunnel in vpn.tunnels:
            if tunnel.router == device.namespace and not tunnel.ends.static:
                accepts, advertises = device.files.prefixes[tunnel.ends.connection]
                here = learned.at_devices[device.namespace].get(str(tunnel.ends.aws_inside), frozenset())
                there = learned.at_aws.get(tunnel.gateway_interface, frozenset())
                sent = learned.from_aws.get(tunnel.gateway_interface, frozenset())
                yield from _differing(f"{tunnel.name}: {device.files.name} has from AWS", here, accepts)
                yield from _differing(f"{tunnel.name}: AWS advertises", sent, accepts)
                yield from _differing(f"{tunnel.name}: AWS has from {device.files.name}", there, advertises)


def _differing(what: str, found: frozenset[IPv4Network], expected: frozenset[IPv4Network]) -> Iterator[str]:
    if found != expected:
        yield f"{what} {_listed(found)}; the device configuration has {_listed(expected)}"


def _listed(prefixes: frozenset[IPv4Network]) -> str:
    return ", ".join(map(str, sorted(prefixes))) or "nothing"
