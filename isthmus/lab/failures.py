"""Plays failure scenarios in a running lab: components go down and come back, one at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from isthmus.lab import nft
from isthmus.lab.control_plane import ControlPlane
from isthmus.lab.kernel_routes import changes
from isthmus.lab.plain_links import PlainLinks
from isthmus.lab.routers import Routers
from isthmus.lab.running import Connection, Step
from isthmus.lab.vpn_tunnels import PlayedTunnel, VpnTunnels
from isthmus.proof.result.failures import Failure, FailureKind

__all__ = ["PlainFailures", "VpnFailures"]

_TABLE = "failure"
_RESTORED = f"table inet {_TABLE}\ndelete table inet {_TABLE}\n"


class PlainFailures:
    """Failures in a lab with plain links. A tunnel is half of a link: its failure changes nothing."""

    def __init__(self, links: PlainLinks, lab: Connection) -> None:
        self._links, self._lab = links, lab

    @contextmanager
    def down(self, failure: Failure) -> Iterator[None]:
        """A context in which the component is down. Raises `NotHere`."""
        normal = self._links.routes()
        connections, zones = _connections(self._links.routers, failure), _zones(failure)
        during = self._links.routes(connections, zones)
        with _silent(self._links.routers, failure, self._lab):
            self._lab.ip(changes(normal, during))
            try:
                yield
            finally:
                self._lab.ip(changes(during, normal))


class VpnFailures:
    """Failures in a lab with IPsec and BGP: the packets between the ends of a tunnel are dropped, and BGP notices."""

    def __init__(self, vpn: VpnTunnels, plane: ControlPlane, lab: Connection, step: Step) -> None:
        self._vpn, self._plane, self._lab, self._step = vpn, plane, lab, step

    @contextmanager
    def down(self, failure: Failure) -> Iterator[None]:
        """A context in which the component is down. Raises `NotHere`."""
        tunnels = self._tunnels(failure)
        with _silent(self._vpn.routers, failure, self._lab):
            self._lab.filter({tunnel.aws: _cut() for tunnel in tunnels})
            self._plane.zones_down = _zones(failure)
            try:
                self._plane.settle(self._step, tunnels)
                yield
            finally:
                self._lab.filter({tunnel.aws: _RESTORED for tunnel in tunnels})
                self._plane.zones_down = ()
                self._plane.settle(self._step)

    def _tunnels(self, failure: Failure) -> Sequence[PlayedTunnel]:
        if failure.kind is FailureKind.TUNNEL:
            connection, _, number = failure.what.rpartition("#")
            return [one for one in self._vpn.tunnels if one.ends.identity == (connection, int(number))]
        connections = _connections(self._vpn.routers, failure)
        return [one for one in self._vpn.tunnels if one.ends.connection in connections]


def _connections(routers: Routers, failure: Failure) -> Collection[str]:
    """The VPN connections that are down."""
    if failure.kind is FailureKind.CONNECTION:
        return [failure.what]
    if failure.kind is FailureKind.CUSTOMER_GATEWAY:
        customers = routers.region.customer_gateway_of
        return [connection for connection, customer in customers.items() if customer == failure.what]
    return []


def _zones(failure: Failure) -> Collection[str]:
    return [failure.what] if failure.kind is FailureKind.ZONE else []


@contextmanager
def _silent(routers: Routers, failure: Failure, lab: Connection) -> Iterator[None]:
    """Drop the packets of everything in VPCs that is down."""
    interfaces = _interfaces(routers, failure)
    lab.failing(str(failure))
    lab.filter({vpc: _dropped(names) for vpc, names in interfaces.items()})
    try:
        yield
    finally:
        lab.filter(dict.fromkeys(interfaces, _RESTORED))
    lab.failing("")


def _interfaces(routers: Routers, failure: Failure) -> dict[str, list[str]]:
    """The interfaces of VPC routers toward what is down, by namespace."""
    region = routers.region
    found: dict[str, list[str]] = defaultdict(list)
    subnets = {subnet.address for subnet in region.subnets.values() if subnet.zone in _zones(failure)}
    for address in subnets:
        names = found[routers.routers[region.subnets[address].vpc]]
        names.append(routers.hosts[address])
        if address in region.firewall_endpoints:
            names.append(routers.boxes[address])
    for nat, (subnet, _) in region.nats.items():
        if subnet in subnets or (failure.kind is FailureKind.NAT_GATEWAY and nat == failure.what):
            found[routers.routers[region.subnets[subnet].vpc]].append(routers.boxes[nat])
    for (attachment, zone), (end, _) in routers.doors.items():
        if zone in _zones(failure):
            found[routers.routers[region.attachments[attachment].vpc]].append(end)
    return dict(found)


def _dropped(interfaces: Sequence[str]) -> str:
    names = "{ " + ", ".join(f'"{name}"' for name in interfaces) + " }"
    rules = [f"iifname {names} drop", f"oifname {names} drop"]
    return f"{_RESTORED}table inet {_TABLE} {{\n{nft.chain('down', nft.FORWARD, rules)}\n}}\n"


def _cut() -> str:
    hooks = ("input", "output")
    chains = [nft.chain(hook, f"type filter hook {hook} priority 0; policy drop;", []) for hook in hooks]
    return f"{_RESTORED}table inet {_TABLE} {{\n" + "\n".join(chains) + "\n}\n"
