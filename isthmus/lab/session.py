"""A lab of an output, with plain links or with IPsec and BGP: how it starts, and how it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from isthmus.lab.bgp_comparison import bgp_differences
from isthmus.lab.control_plane import ControlPlane
from isthmus.lab.device_configuration import configured
from isthmus.lab.failures import PlainFailures, VpnFailures
from isthmus.lab.output_text import read_network
from isthmus.lab.plain_links import PlainLinks
from isthmus.lab.routers import Routers
from isthmus.lab.running import Connection, Step
from isthmus.lab.vpn_endpoints import tunnels_of
from isthmus.lab.vpn_tunnels import VpnTunnels
from isthmus.lab.wiring import Wiring
from isthmus.proof.result.failures import Failure

__all__ = ["PlainSession", "Session", "VpnSession", "session_of"]


class Session(Protocol):
    """A lab of one output. The methods raise `NotHere`."""

    wiring: Wiring
    summary: str

    def start(self, lab: Connection, step: Step) -> None:
        """Bring everything up in a process that holds nothing yet."""

    def attach(self, lab: Connection, step: Step) -> Iterator[str]:
        """Use a lab that runs. Yields each difference between BGP and the device configuration."""

    def down(self, failure: Failure) -> AbstractContextManager[None]:
        """A context in which a component is down, after `attach`."""


class PlainSession:
    """A lab with a plain link for each VPN connection."""

    def __init__(self, links: PlainLinks) -> None:
        self._links = links
        self._failures: PlainFailures
        self.wiring = links.wiring
        self.summary = "sites with plain links"

    def start(self, lab: Connection, step: Step) -> None:
        """Bring everything up."""
        step(f"making {len(self.wiring.namespaces)} namespaces")
        lab.build(self.wiring)

    def attach(self, lab: Connection, step: Step) -> Iterator[str]:
        """Plain links have no BGP that could differ."""
        self._failures = PlainFailures(self._links, lab)
        return iter(())

    def down(self, failure: Failure) -> AbstractContextManager[None]:
        """A context in which a component is down."""
        return self._failures.down(failure)


class VpnSession:
    """A lab with IPsec, BGP and the generated device configurations."""

    def __init__(self, vpn: VpnTunnels) -> None:
        self._vpn = vpn
        self._failures: VpnFailures
        self.wiring = vpn.wiring
        devices = f"{len(vpn.devices)} {'device' if len(vpn.devices) == 1 else 'devices'}"
        self.summary = f"{len(vpn.tunnels)} tunnels with IPsec and BGP of {devices}"

    def start(self, lab: Connection, step: Step) -> None:
        """Bring everything up, and wait until BGP has converged."""
        step(f"making {len(self.wiring.namespaces)} namespaces")
        lab.build(self.wiring)
        lab.start_vpn(self._vpn.document())
        ControlPlane(self._vpn, lab).settle(step)

    def attach(self, lab: Connection, step: Step) -> Iterator[str]:
        """Wait until BGP has converged, and compare it with the device configuration."""
        plane = ControlPlane(self._vpn, lab)
        self._failures = VpnFailures(self._vpn, plane, lab, step)
        return bgp_differences(self._vpn, plane.settle(step))

    def down(self, failure: Failure) -> AbstractContextManager[None]:
        """A context in which a component is down."""
        return self._failures.down(failure)


def session_of(output: Path, files: Mapping[str, str], *, plain: bool, pick: int = 0) -> Session:
    """The lab of an output. Raises `CannotPlay`, `Unreadable`, and `CannotAnswer` of the device configuration."""
    region, sites = read_network(files)
    routers = Routers(region, sites, pick)
    if plain:
        return PlainSession(PlainLinks(routers))
    tunnels = tunnels_of(region)
    return VpnSession(VpnTunnels(routers, tunnels, configured(output, tunnels)))
