"""Facts about a VPN connection to AWS, and where a configuration of each platform states them.

A fact has a name, a pattern over the lines of an independent parser, and the values that the device record wants. The
values that AWS publishes are in `aws.py`: they are checked against the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from isthmus.devices import Device, DeviceConnection, DeviceTunnel

Groups = tuple[str, ...]
Wanted = Callable[[Device], Iterable[Groups]]


@dataclass(frozen=True)
class Fact:
    """One thing that a configuration states.

    - `name`: what it is. Names of `aws.py` are facts that AWS publishes.
    - `pattern`: a regular expression over the lines; its groups are the values.
    - `wanted`: the groups of all matches for a device, in any order.
    """

    name: str
    pattern: str
    wanted: Wanted


def differences(facts: Iterable[Fact], device: Device, lines: Sequence[str]) -> Iterator[str]:
    """The facts for which the lines do not state what the device wants."""
    text = "\n".join(lines)
    for fact in facts:
        found, wanted = stated_values(fact, text), sorted(fact.wanted(device))
        if found != wanted:
            yield f"{fact.name}: {found} instead of {wanted}"


def stated_values(fact: Fact, text: str) -> list[Groups]:
    """The groups of all lines that match, sorted."""
    return sorted(match.groups() for match in re.finditer(fact.pattern, text, re.MULTILINE))


def tunnels(*values: Callable[[DeviceTunnel], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each tunnel."""

    def rows(device: Device) -> Iterator[Groups]:
        for tunnel in device.tunnels:
            yield tuple(str(value(tunnel)) for value in values)

    return rows


def sessions(*values: Callable[[DeviceConnection, DeviceTunnel], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each tunnel with BGP."""

    def rows(device: Device) -> Iterator[Groups]:
        for connection in device.connections:
            for tunnel in connection.tunnels if connection.bgp else ():
                yield tuple(str(value(connection, tunnel)) for value in values)

    return rows


def once(*values: Callable[[Device], object]) -> Callable[[Device], Iterator[Groups]]:
    """One row of values for a device."""

    def rows(device: Device) -> Iterator[Groups]:
        yield tuple(str(value(device)) for value in values)

    return rows


def once_with_bgp(*values: Callable[[Device], object]) -> Callable[[Device], Iterator[Groups]]:
    """One row of values for a device with BGP, none for another."""

    def rows(device: Device) -> Iterator[Groups]:
        if device.bgp:
            yield tuple(str(value(device)) for value in values)

    return rows


def outside(tunnel: DeviceTunnel) -> str:
    """The outside address of AWS, which is a placeholder in the golden files."""
    return f"REPLACE_WITH_THE_AWS_ADDRESS_OF_TUNNEL_{tunnel.name.upper().replace('-', '_')}"


def key(tunnel: DeviceTunnel) -> str:
    """The placeholder of the pre-shared key."""
    return f"REPLACE_WITH_THE_PRE_SHARED_KEY_OF_TUNNEL_{tunnel.name.upper().replace('-', '_')}"


# AWS rekeys up to two rekey margins before the end of a lifetime. The device is a minute earlier: it rekeys first.
# https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html (rekey margin time 540 seconds, rekey fuzz 100 percent)
PHASE1 = 28_800 - 2 * 540 - 60  # seconds
PHASE2 = 3_600 - 2 * 540 - 60  # seconds
# The proposals of the golden files, which are the defaults of the language.
DEFAULTS = (("AES256-GCM-16",), ("SHA2-384", "SHA2-512"), (20, 21))
