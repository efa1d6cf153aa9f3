"""Facts about a VPN connection to AWS, and where a configuration of each platform states them.

A fact has a name, a pattern over the lines of an independent parser, and the values that the device record wants. The
values that AWS publishes are in `aws.py`: they are checked against the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from isthmus.devices import Device, DeviceTunnel, DeviceVirtualInterface

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


@dataclass(frozen=True)
class Session:
    """A BGP session: with AWS through a tunnel, or with the router of Direct Connect on a virtual interface.

    - `name`: of the connection or virtual interface, whose prefixes it carries. `number`: of the interface.
    """

    name: str
    number: int
    peer: IPv4Address
    own: IPv4Address
    asn: int
    accepts: tuple[IPv4Network, ...]
    advertises: tuple[IPv4Network, ...]


def tunnel_sessions_of(device: Device) -> Iterator[Session]:
    """The sessions through tunnels."""
    for c in device.connections:
        for t in c.tunnels if c.bgp else ():
            yield Session(c.name, t.interface, t.aws_inside, t.inside_address, 64_512, c.accepts, c.advertises)


def direct_sessions_of(device: Device) -> Iterator[Session]:
    """The sessions on virtual interfaces."""
    for v in device.virtual_interfaces:
        yield Session(v.name, v.number, v.aws_address.ip, v.address.ip, v.aws_asn, v.accepts, v.advertises)


def sessions(*values: Callable[[Session], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each BGP session."""

    def rows(device: Device) -> Iterator[Groups]:
        for session in (*tunnel_sessions_of(device), *direct_sessions_of(device)):
            yield tuple(str(value(session)) for value in values)

    return rows


def tunnel_sessions(*values: Callable[[Session], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each BGP session through a tunnel."""

    def rows(device: Device) -> Iterator[Groups]:
        for session in tunnel_sessions_of(device):
            yield tuple(str(value(session)) for value in values)

    return rows


def direct(*values: Callable[[DeviceVirtualInterface], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each virtual interface."""

    def rows(device: Device) -> Iterator[Groups]:
        for interface in device.virtual_interfaces:
            yield tuple(str(value(interface)) for value in values)

    return rows


def direct_with_bfd(*values: Callable[[DeviceVirtualInterface], object]) -> Callable[[Device], Iterator[Groups]]:
    """A row of values for each virtual interface with BFD."""

    def rows(device: Device) -> Iterator[Groups]:
        for interface in device.virtual_interfaces:
            if interface.bfd:
                yield tuple(str(value(interface)) for value in values)

    return rows


def advertised(device: Device) -> list[IPv4Network]:
    """The prefixes that the device advertises over any session, each once."""
    connections = (connection.advertises for connection in device.connections)
    interfaces = (interface.advertises for interface in device.virtual_interfaces)
    return sorted({prefix for prefixes in (*connections, *interfaces) for prefix in prefixes})


def port(interface: DeviceVirtualInterface) -> str:
    """The placeholder of the port."""
    return f"REPLACE_WITH_THE_PORT_OF_{interface.name.upper().replace('-', '_')}"


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
