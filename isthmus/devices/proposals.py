"""The algorithms that AWS and a platform both support, in the words of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.devices.device import Device, Proposals
from isthmus.errors import CannotAnswer
from isthmus.platforms import PhaseAlgorithms, Platform, lacking


@dataclass(frozen=True, slots=True)
class Algorithms:
    """The algorithms of one phase in the words of the platform, in the order of AWS.

    `gcm` are the encryption algorithms with their own integrity check, `cbc` the others.
    """

    gcm: tuple[str, ...]
    cbc: tuple[str, ...]
    integrity: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def encryption(self) -> tuple[str, ...]:
        """All encryption algorithms."""
        return (*self.gcm, *self.cbc)


def unsupported(device: Device, platform: Platform) -> Iterator[str]:
    """What the platform cannot do for the device, a sentence each with what would be right."""
    for connection in device.connections:
        if not connection.bgp and not platform.static:
            yield f"{connection.name} uses static routing, but {platform.title} is configured for BGP only"
        for tunnel in connection.tunnels:
            for phase, given in ((1, tunnel.phase1), (2, tunnel.phase2)):
                for lack in lacking(platform, phase, given.encryption, given.integrity, given.groups):
                    yield (
                        f"tunnel {tunnel.number} of {connection.name}: {platform.title} supports none of "
                        f"{lack.argument} {', '.join(lack.given)}. Add one of these: {', '.join(lack.supported)}"
                    )
    if device.over_direct_connect and not platform.over_direct_connect:
        yield f"the tunnels of {device.name} run over Direct Connect. {platform.title} has no templates for it"
    if device.certificate and not platform.certificates:
        yield f"{device.name} authenticates with a certificate, but {platform.title} uses pre-shared keys only"


def algorithms(given: Proposals, can: PhaseAlgorithms) -> Algorithms:
    """The common algorithms of one phase. Raises `CannotAnswer` if there are none; see `unsupported`."""
    supported = [name for name in given.encryption if name in can.encryption]
    found = Algorithms(
        gcm=tuple(can.encryption[name] for name in supported if "GCM" in name),
        cbc=tuple(can.encryption[name] for name in supported if "GCM" not in name),
        integrity=tuple(can.integrity[name] for name in given.integrity if name in can.integrity),
        groups=tuple(can.groups[str(group)] for group in given.groups if str(group) in can.groups),
    )
    if not found.encryption or not found.groups:
        raise CannotAnswer("the tunnel and the platform have no common algorithms")
    return found
