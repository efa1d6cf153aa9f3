"""What the intent says of connections, as sets of packets."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.intent.network_acl_rules import Ports
from isthmus.network.filters_on_path import TRANSLATED
from isthmus.network.packets import PROTOCOLS, Packets, Traffic, block, message, messages

# What a NAT gateway translates is what a spoke can be meant to send to the internet by one.
TO_INTERNET = Packets.of(*map(block, TRANSLATED))


def packets_of(said: Ports) -> Packets:
    """The packets that open connections to some ports; of ICMP, messages of some types, or of one type and code."""
    if said.code is not None:
        one = message(said.first, said.code)
        return Packets.of(Traffic(PROTOCOLS[said.protocol], (one, one)).span)
    icmp = said.protocol == "icmp"
    values = messages(said.first, said.last) if icmp else (said.first, said.last)
    return Packets.of(Traffic(PROTOCOLS[said.protocol], values).span)


def union(said: Iterable[Ports]) -> Packets:
    """The packets of any of them."""
    return Packets.of(*(span for each in said for span in packets_of(each).spans))
