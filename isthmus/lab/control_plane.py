"""Plays the control plane of AWS and of sites: routes follow from what BGP learned over the tunnels.

AWS has no router to look into, so this module does what the documentation says: it takes the prefixes that the sites
advertise, makes the transit gateway route tables of them, and advertises the prefixes of the associated table.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import Any

from isthmus.lab.kernel_routes import changes
from isthmus.lab.routers import KernelRoutes
from isthmus.lab.running import Connection, NotHere, Step
from isthmus.lab.transit_routes import Routes, advertised, transit_routes
from isthmus.lab.vpn_tunnels import PlayedTunnel, VpnTunnels, prefix_list

__all__ = ["ControlPlane", "Learned"]

_LONGEST = 90  # seconds
_PAUSE = 0.3  # seconds
_QUIET = 1.5
"""Seconds without a change after which BGP has converged."""

_SHOW = ("show bgp ipv4 unicast json", "show bgp ipv4 unicast summary json")


@dataclass(frozen=True)
class Learned:
    """What BGP knows at one time.

    - `at_aws`: the prefixes that AWS has from each tunnel that is up, by interface of the gateway. With BGP, a tunnel
      is up if its session is established; with static routing, if both ends have a child SA.
    - `from_aws`: the prefixes that AWS advertises over each tunnel, by interface of the gateway.
    - `at_devices`: the prefixes that each device has from AWS over each of its neighbors, by namespace.
    """

    at_aws: Mapping[str, frozenset[IPv4Network]] = field(default_factory=dict)
    at_devices: Mapping[str, Mapping[str, frozenset[IPv4Network]]] = field(default_factory=dict)
    from_aws: Mapping[str, frozenset[IPv4Network]] = field(default_factory=dict)


class ControlPlane:
    """Keeps the routes of a running lab as BGP says. Its methods raise `NotHere`."""

    def __init__(self, vpn: VpnTunnels, lab: Connection) -> None:
        self._vpn, self._routers, self._lab = vpn, vpn.routers, lab
        self._installed: KernelRoutes = {}
        self._advertised: dict[str, tuple[IPv4Network, ...]] = {}
        self._networks: dict[str, set[IPv4Network]] = {}
        self.zones_down: Collection[str] = ()

    def settle(self, step: Step, down: Collection[PlayedTunnel] = ()) -> Learned:
        """Wait until exactly the tunnels that are not down are up, and BGP has converged. Apply every change."""
        expected = {tunnel.gateway_interface for tunnel in self._vpn.tunnels if tunnel not in down}
        end = time.monotonic() + _LONGEST
        last, since = Learned(), time.monotonic()
        while True:
            learned = self._learned()
            if learned != last:
                last, since = learned, time.monotonic()
            changed = self._apply(learned)
            now = time.monotonic()
            if changed:
                since = now
            if set(learned.at_aws) == expected and now - since > _QUIET:
                return replace(learned, from_aws={name: frozenset(p) for name, p in self._advertised.items()})
            if now > end:
                raise NotHere(self._problem(set(learned.at_aws), expected))
            step(f"waiting for BGP: {len(learned.at_aws)} tunnels are up, {len(expected)} expected")
            time.sleep(_PAUSE)

    def _learned(self) -> Learned:
        at_aws: dict[str, frozenset[IPv4Network]] = {}
        for gateway in self._vpn.gateways:
            by_neighbor = self._table(gateway)
            for tunnel in self._vpn.tunnels:
                neighbor = str(tunnel.ends.device_inside)
                if tunnel.gateway == gateway and neighbor in by_neighbor:
                    at_aws[tunnel.gateway_interface] = by_neighbor[neighbor]
        for tunnel in self._vpn.tunnels:
            if tunnel.ends.static and all(self._lab.installed([tunnel.aws, tunnel.device])):
                at_aws[tunnel.gateway_interface] = frozenset()
        with_bgp = {tunnel.router for tunnel in self._vpn.tunnels if not tunnel.ends.static}
        names = [device.namespace for device in self._vpn.devices]
        return Learned(at_aws, {name: self._table(name) if name in with_bgp else {} for name in names})

    def _table(self, namespace: str) -> dict[str, frozenset[IPv4Network]]:
        """The prefixes from each neighbor with an established session."""
        routes, summary = _documents(self._lab.vtysh(namespace, _SHOW))
        found: dict[str, set[IPv4Network]] = {
            peer: set() for peer, facts in summary.get("peers", {}).items() if facts.get("state") == "Established"
        }
        for prefix, paths in routes.get("routes", {}).items():
            for path in paths:
                if path.get("peerId") in found and path.get("valid"):
                    found[path["peerId"]].add(IPv4Network(prefix))
        return {peer: frozenset(prefixes) for peer, prefixes in found.items()}

    def _apply(self, learned: Learned) -> bool:
        region, pick = self._routers.region, self._routers.pick
        by_connection: dict[str, dict[IPv4Network, list[str]]] = {}
        up: dict[str, list[str]] = {}
        for tunnel in self._vpn.tunnels:
            if tunnel.gateway_interface in learned.at_aws:
                up.setdefault(tunnel.ends.connection, []).append(tunnel.gateway_interface)
                for prefix in learned.at_aws[tunnel.gateway_interface]:
                    by_prefix = by_connection.setdefault(tunnel.ends.connection, {})
                    by_prefix.setdefault(prefix, []).append(tunnel.gateway_interface)
        tables = {table: transit_routes(region, by_connection, table, pick) for table in region.gateway_tables}

        def hops_to(connection: str, prefix: IPv4Network) -> Sequence[str]:
            return by_connection.get(connection, {}).get(prefix) or up.get(connection, [])

        wanted = self._routers.transit(tables, hops_to, self.zones_down) | self._routers.site_routes(
            self._received(learned)
        )
        commands = changes(self._installed, wanted)
        if commands:
            self._lab.ip(commands)
            self._installed = wanted
        return self._advertise(tables, by_connection) or bool(commands)

    def _received(self, learned: Learned) -> dict[str, dict[IPv4Network, list[str]]]:
        """The interfaces of each site's router hops_to the devices that have a prefix from AWS."""
        found: dict[str, dict[IPv4Network, list[str]]] = {}
        for device in self._vpn.devices:
            by_prefix = found.setdefault(device.files.site, {})
            prefixes = frozenset().union(*learned.at_devices[device.namespace].values())
            for tunnel in self._vpn.tunnels:
                if tunnel.router == device.namespace and tunnel.gateway_interface in learned.at_aws:
                    prefixes |= device.files.static_routes[tunnel.ends.connection]
            for prefix in prefixes:
                by_prefix.setdefault(prefix, []).append(device.site_interface)
        return found

    def _advertise(
        self, tables: Mapping[str, Routes], learned: Mapping[str, Mapping[IPv4Network, Sequence[str]]]
    ) -> bool:
        """Advertise over each tunnel the prefixes of the table that its connection is associated with."""
        changed = False
        for gateway in self._vpn.gateways:
            commands: list[str] = []
            networks: set[IPv4Network] = set()
            for tunnel in self._vpn.tunnels:
                if tunnel.gateway == gateway and not tunnel.ends.static:
                    routes = tables.get(self._routers.region.associations.get(tunnel.ends.connection, ""), {})
                    prefixes = advertised(self._routers.region, self._routers.sites, routes, tunnel.ends.connection)
                    # BGP itself passes on what it learned; AWS is the origin of the other prefixes.
                    networks |= {p for p in prefixes if any(p not in learned.get(target, {}) for target in routes[p])}
                    commands += self._list_commands(tunnel, tuple(sorted(prefixes)))
            commands += self._network_commands(gateway, networks)
            if commands:
                self._lab.vtysh(gateway, ["configure terminal", *commands])
                changed = True
        return changed

    def _list_commands(self, tunnel: PlayedTunnel, prefixes: tuple[IPv4Network, ...]) -> Iterator[str]:
        if self._advertised.get(tunnel.gateway_interface, ()) == prefixes:
            return
        self._advertised[tunnel.gateway_interface] = prefixes
        name = prefix_list(tunnel)
        yield f"no ip prefix-list {name}"
        for number, prefix in enumerate(prefixes, 1):
            yield f"ip prefix-list {name} seq {5 * number} permit {prefix}"
        if not prefixes:
            yield f"ip prefix-list {name} seq 5 deny any"

    def _network_commands(self, gateway: str, networks: set[IPv4Network]) -> list[str]:
        before = self._networks.get(gateway, set())
        self._networks[gateway] = networks
        lines = [f"network {prefix}" for prefix in sorted(networks - before)]
        lines += [f"no network {prefix}" for prefix in sorted(before - networks)]
        asn = self._routers.region.asns[self._routers.gateway_at(gateway)]
        return [f"router bgp {asn}", "address-family ipv4 unicast", *lines, "exit-address-family"] if lines else []

    def _problem(self, sessions: set[str], expected: set[str]) -> str:
        lines = ["BGP did not converge"]
        for tunnel in self._vpn.tunnels:
            if (tunnel.gateway_interface in sessions) != (tunnel.gateway_interface in expected):
                installed = self._lab.installed([tunnel.aws, tunnel.device])
                ipsec = "up" if all(installed) else "not up"
                session = "up" if tunnel.gateway_interface in sessions else "not up"
                bgp = "static routing" if tunnel.ends.static else f"the BGP session is {session}"
                lines.append(f"  {tunnel.name}: IPsec is {ipsec}, {bgp}")
                if not all(installed):
                    lines += [f"    {line}" for line in self._lab.log(tunnel.device).splitlines()]
        return "\n".join(lines)


def _documents(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two JSON documents that FRRouting prints one after the other."""
    decoder = json.JSONDecoder()
    routes, end = decoder.raw_decode(text.lstrip())
    summary, _ = decoder.raw_decode(text.lstrip()[end:].lstrip())
    return routes, summary
