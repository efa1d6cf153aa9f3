"""Sites with IPsec tunnels and BGP: the namespaces, programs and files of both ends of each tunnel.

The end of a tunnel is a namespace with its outside address. A link between the two ends stands for the internet between
them. The AWS end belongs to a transit gateway, and the other end to a customer gateway device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from isthmus.lab.routers import Routers
from isthmus.lab.vpn_endpoints import TunnelEnds
from isthmus.lab.wiring import DEVICE, PEER

__all__ = ["DeviceFiles", "PlayedDevice", "PlayedTunnel", "VpnTunnels"]


@dataclass(frozen=True)
class DeviceFiles:
    """A customer gateway device.

    - `files`: the text of each file, by name. `interfaces`: the tunnel interface of each connection and number.
    - `prefixes`: for each connection, those that the device accepts and those that it advertises.
    - `static_routes`: for each connection with static routing, the prefixes that the device routes to its tunnels.
    """

    name: str
    site: str
    files: Mapping[str, str]
    interfaces: Mapping[tuple[str, int], str]
    prefixes: Mapping[str, tuple[frozenset[IPv4Network], frozenset[IPv4Network]]]
    static_routes: Mapping[str, frozenset[IPv4Network]]


@dataclass(frozen=True)
class PlayedTunnel:
    """A tunnel in the lab: the namespaces of its ends and of the routers, and its interfaces there."""

    ends: TunnelEnds
    aws: str
    device: str
    gateway: str
    gateway_interface: str
    router: str
    router_interface: str

    @property
    def name(self) -> str:
        """The connection and the number of the tunnel."""
        return f"{self.ends.name}-{self.ends.number}"


@dataclass(frozen=True)
class PlayedDevice:
    """A device in the lab: its namespace, and the interface of the site's router toward it."""

    files: DeviceFiles
    namespace: str
    site_interface: str


class VpnTunnels:
    """The tunnels of all devices, as additions to a wiring and as a document for `isthmus.lab.vpn_daemons`."""

    def __init__(self, routers: Routers, tunnels: Sequence[TunnelEnds], devices: Sequence[DeviceFiles]) -> None:
        self.routers = routers
        self.wiring = routers.wiring
        self.devices: list[PlayedDevice] = []
        self.tunnels: list[PlayedTunnel] = []
        by_identity = {tunnel.identity: tunnel for tunnel in tunnels}
        for files in devices:
            device = self._device(files)
            self.devices.append(device)
            for identity, interface in files.interfaces.items():
                self.tunnels.append(self._tunnel(by_identity[identity], device, interface))
        for (namespace, table, prefix), interfaces in routers.site_routes({}).items():
            self.wiring.route(namespace, prefix, interfaces, table)

    def _device(self, files: DeviceFiles) -> PlayedDevice:
        """A router behind the site's router. The site's router is its default route, except for prefixes from AWS."""
        namespace = self.wiring.namespace("cgw", f"{DEVICE}{files.name}")
        lan, inside = self.wiring.link(self.routers.site_routers[files.site], namespace, "l")
        self.wiring.commands[namespace].append(f"route add default via {PEER} dev {inside} onlink metric 1000")
        # A static route for a block of the estate may cover the range on the premises.
        site = self.routers.sites[files.site]
        for name in site.routable:
            self.wiring.route(namespace, site.networks[name], [inside])
        return PlayedDevice(files, namespace, lan)

    def _tunnel(self, ends: TunnelEnds, device: PlayedDevice, interface: str) -> PlayedTunnel:
        aws = self.wiring.namespace("vpn", f"VPN endpoint of {ends.name}-{ends.number}")
        far = self.wiring.namespace("ike", f"IPsec of {device.files.name} for {ends.name}-{ends.number}")
        near_link, far_link = self.wiring.link(aws, far, "x")
        for namespace, link, own, other in (
            (aws, near_link, ends.aws_outside, ends.device_outside),
            (far, far_link, ends.device_outside, ends.aws_outside),
        ):
            self.wiring.commands[namespace] += _outside(link, own, other)
        gateway = self.routers.gateways[self.routers.region.attachments[ends.connection].gateway]
        at_gateway = f"vpn{len(self.tunnels)}"
        self.routers.enter_vpn(ends.connection, at_gateway)
        return PlayedTunnel(ends, aws, far, gateway, at_gateway, device.namespace, interface)

    @property
    def gateways(self) -> list[str]:
        """The namespaces of the transit gateways that have BGP."""
        return list(dict.fromkeys(tunnel.gateway for tunnel in self.tunnels if not tunnel.ends.static))

    def document(self) -> dict[str, Any]:
        """As JSON, for the process that starts the programs."""
        return {
            "files": dict(self._files()),
            "ends": [end for tunnel in self.tunnels for end in self._ends(tunnel)],
            "devices": [
                {
                    "namespace": device.namespace,
                    "interfaces": _path(device.files, "interfaces.sh"),
                    "filters": _path(device.files, "nftables.conf"),
                }
                for device in self.devices
            ],
            "routers": [
                *({"name": "AWS", "namespace": gateway} for gateway in self.gateways),
                *({"name": device.files.name, "namespace": device.namespace} for device in self.devices),
            ],
        }

    def _ends(self, tunnel: PlayedTunnel) -> Iterator[Mapping[str, Any]]:
        inside = f"{tunnel.ends.aws_inside}/{tunnel.ends.inside.prefixlen}"
        interface = tunnel.gateway_interface
        yield {
            "name": tunnel.name,
            "namespace": tunnel.aws,
            "router": tunnel.gateway,
            "interface": interface,
            "commands": [f"addr add {inside} dev {interface}", f"link set {interface} up"],
            "configuration": _aws_path(tunnel),
        }
        device = next(one for one in self.devices if one.namespace == tunnel.router)
        yield {
            "name": tunnel.name,
            "namespace": tunnel.device,
            "router": tunnel.router,
            "interface": tunnel.router_interface,
            "commands": [],
            "configuration": _path(device.files, "swanctl.conf"),
        }

    def _files(self) -> Iterator[tuple[str, str]]:
        for device in self.devices:
            for name, text in device.files.files.items():
                if name == "updown.sh":
                    yield _path(device.files, name), text
                    yield f"/etc/swanctl/{device.files.name}-updown.sh", _in_router(device, name)
                elif name == "frr.conf":
                    yield f"/etc/frr/{device.namespace}/frr.conf", text
                else:
                    yield _path(device.files, name), text
        for tunnel in self.tunnels:
            yield _aws_path(tunnel), tunnel.ends.swanctl()
        for gateway in self.gateways:
            yield f"/etc/frr/{gateway}/frr.conf", self._bgp(gateway)

    def _bgp(self, gateway: str) -> str:
        """BGP of a transit gateway. Which prefixes go to which tunnel is set later: at first none do.

        The hold time is shorter than the 30 seconds of AWS, so that failures take less time.
        """
        own = [tunnel for tunnel in self.tunnels if tunnel.gateway == gateway and not tunnel.ends.static]
        neighbors = [tunnel.ends.device_inside for tunnel in own]
        lines = [
            "frr defaults traditional",
            *(f"ip prefix-list {prefix_list(tunnel)} seq 5 deny any" for tunnel in own),
            f"router bgp {self.routers.region.asns[self.routers.gateway_at(gateway)]}",
            f" bgp router-id {own[0].ends.aws_inside}",
            " no bgp ebgp-requires-policy",
            " no bgp network import-check",
            " bgp fast-external-failover",
        ]
        for tunnel, neighbor in zip(own, neighbors, strict=True):
            lines += [
                f" neighbor {neighbor} remote-as {tunnel.ends.device_asn}",
                f" neighbor {neighbor} timers 3 9",
                f" neighbor {neighbor} timers connect 1",
                f" neighbor {neighbor} advertisement-interval 0",
            ]
        lines.append(" address-family ipv4 unicast")
        for tunnel, neighbor in zip(own, neighbors, strict=True):
            lines.append(f"  neighbor {neighbor} prefix-list {prefix_list(tunnel)} out")
        return "\n".join([*lines, " exit-address-family", "exit", ""])


def prefix_list(tunnel: PlayedTunnel) -> str:
    """The list of the prefixes that AWS advertises over a tunnel."""
    return f"to-{tunnel.gateway_interface}"


def _in_router(device: PlayedDevice, name: str) -> str:
    """A script that runs a file of a device in the namespace of its router: charon runs it in that of its tunnel."""
    return f"#!/bin/sh\nexec ip netns exec {device.namespace} sh {_path(device.files, name)}\n"


def _outside(link: str, own: IPv4Address, other: IPv4Address) -> list[str]:
    to = IPv4Network(other)
    return [f"addr add {own}/32 dev {link}", f"route add {to} via {PEER} dev {link} onlink src {own}"]


def _path(device: DeviceFiles, name: str) -> str:
    """Where the README of the platform puts a file; elsewhere, a folder of the device."""
    return f"/etc/swanctl/conf.d/{device.name}.conf" if name == "swanctl.conf" else f"/run/devices/{device.name}/{name}"


def _aws_path(tunnel: PlayedTunnel) -> str:
    return f"/run/aws/{tunnel.aws}.conf"
