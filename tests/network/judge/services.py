"""A service by all of its public addresses: nothing in Terraform says which those are.

vpc/latest/userguide/aws-ip-ranges.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from isthmus.network.answers import Outcome, Packet, Service
from isthmus.network.model import Unknown
from tests.network.judge.walker import Walker

WRITTEN = re.compile(r"\d+\.\d+\.\d+\.\d+(?:/\d+)?")
# https://www.iana.org/assignments/iana-ipv4-special-registry: where these end, public addresses may begin.
SPECIAL = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
)


def agreed(walker: Walker, packet: Packet) -> tuple[set[Outcome], Outcome]:
    """What may be said of the first packet, and what has to be said of the flow.

    A flow to a service is unknown if the outcome differs between its public addresses.
    """
    if not isinstance(packet.destination, Service) or packet.destination.ip is not None:
        return {walker.outcome(packet)}, walker.both_ways(packet)
    each = [replace(packet, destination=replace(packet.destination, ip=ip)) for ip in public_addresses(walker)]
    packet_outcomes = {(walker.outcome(one), walker.both_ways(one)) for one in each}
    if len(packet_outcomes) == 1:
        ((there, both),) = packet_outcomes
        return {there}, both
    forward = {there for there, _ in packet_outcomes}
    return {Outcome.UNKNOWN, *(forward if len(forward) == 1 else ())}, Outcome.UNKNOWN


def public_addresses(walker: Walker) -> Iterator[IPv4Address]:
    """A public address outside of VPCs for each set of prefixes that the input distinguishes."""
    prefixes = {*map(IPv4Network, SPECIAL), *_written(walker)}
    edges = {int(prefix[0]) for prefix in prefixes} | {int(prefix[-1]) + 1 for prefix in prefixes}
    seen = set()
    for edge in sorted(edges):
        address = IPv4Address(edge % 2**32)
        around = frozenset(prefix for prefix in prefixes if address in prefix)
        own = any(_holds(cidr, address) for vpc in walker.network.vpcs.values() for cidr in vpc.cidrs)
        if address.is_global and not address.is_multicast and not own and around not in seen:
            seen.add(around)
            yield address


def _written(walker: Walker) -> Iterator[IPv4Network]:
    """Every IPv4 prefix anywhere in the input, whatever it is there for."""
    for text in set(WRITTEN.findall(repr((walker.network, walker.sites, walker.policies)))):
        try:
            yield IPv4Network(text, strict=False)
        except ValueError:
            continue  # numbers with dots that are no address


def _holds(cidr: object, address: IPv4Address) -> bool:
    return not isinstance(cidr, Unknown) and isinstance(cidr, IPv4Network) and address in cidr
