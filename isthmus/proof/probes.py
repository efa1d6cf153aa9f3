"""The packets that a proof sends: TCP to 443, and where filters tell ports apart, one for each part they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.intent.opening import Ports
from isthmus.network.answers import Location, Packet
from isthmus.network.model import Network, NetworkAclRule, Unknown
from isthmus.network.suricata import Rule

_WITH_PORTS = {6: "tcp", 17: "udp"}
_WITHOUT = {1: "icmp", 58: "icmpv6"}
_EVERY_PORT = (0, 65_535)


@dataclass(frozen=True, slots=True, order=True)
class Probe:
    """A protocol and a destination port."""

    protocol: str
    port: int

    def packet(self, source: Location, destination: Location) -> Packet:
        """The probe from one location to another."""
        return Packet(source, destination, self.protocol, self.port)

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port}" if self.protocol in _WITH_PORTS.values() else self.protocol


USUAL = Probe("tcp", 443)


def probe_of(said: Ports) -> Probe:
    """The probe of the first of some ports."""
    return Probe(said.protocol, 0 if said.protocol == "icmp" else said.first)


def probes(network: Network) -> tuple[Probe, ...]:
    """The usual probe first, then one for every protocol and port that a network ACL or firewall rule starts or ends
    at."""
    found = {
        probe for acl in network.nacls.values() for rule in (*acl.inbound, *acl.outbound) for probe in _parts(rule)
    }
    for firewall in network.firewalls.values():
        rules = () if isinstance(firewall.rules, Unknown) else firewall.rules.rules
        found.update(probe for rule in rules if not rule.inside for probe in _passed(rule))
    return (USUAL, *sorted(found - {USUAL}))


def _passed(rule: Rule) -> Iterator[Probe]:
    if rule.protocol in _WITHOUT:
        yield Probe(_WITHOUT[rule.protocol], 0)
    for protocol in (name for number, name in _WITH_PORTS.items() if rule.protocol in (number, -1)):
        for low, high in rule.ports:
            yield from _around(protocol, low, high) if (low, high) != _EVERY_PORT else (Probe(protocol, USUAL.port),)


def _parts(rule: NetworkAclRule) -> Iterator[Probe]:
    if rule.protocol in _WITHOUT:
        yield Probe(_WITHOUT[rule.protocol], 0)
    protocol = _WITH_PORTS.get(rule.protocol)
    if protocol and rule.ports is None:
        yield Probe(protocol, USUAL.port)
    elif protocol and rule.ports is not None:
        yield from _around(protocol, *rule.ports)


def _around(protocol: str, low: int, high: int) -> Iterator[Probe]:
    return (Probe(protocol, port) for port in (low - 1, low, high, high + 1) if 0 <= port <= _EVERY_PORT[1])
