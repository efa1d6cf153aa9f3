"""Allowed connections as sets of packets."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.intent.network_acl_rules import Ports
from isthmus.network.filters_on_path import TRANSLATED
from isthmus.network.packets import PROTOCOLS, Packets, Traffic, block, message, messages

# NAT gateways translate only these protocols, so that a spoke can send no others through one.
TO_INTERNET = Packets.of(*map(block, TRANSLATED))


def packets_of(ports: Ports) -> Packets:
    """The packets that open connections to some ports. ICMP: messages of some types, or of one type and code."""
    if ports.code is not None:
        one = message(ports.first, ports.code)
        return Packets.of(Traffic(PROTOCOLS[ports.protocol], (one, one)).span)
    icmp = ports.protocol == "icmp"
    values = messages(ports.first, ports.last) if icmp else (ports.first, ports.last)
    return Packets.of(Traffic(PROTOCOLS[ports.protocol], values).span)


def union(several: Iterable[Ports]) -> Packets:
    """The packets of any of several port ranges."""
    return Packets.of(*(span for each in several for span in packets_of(each).spans))
