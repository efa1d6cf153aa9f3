"""The way of a forwarded query: from each interface of an outbound endpoint to each DNS server, and back.

Queries go by UDP, and by TCP where an answer is long.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-outbound-queries.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from isthmus.network.answers import InSubnet, Outcome, Packet, Position, RoundTrip
from isthmus.network.dns_model import ResolverEndpoint
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Unknown
from isthmus.network.positions import NoSuchPosition

PROTOCOLS = ("udp", "tcp")
DNS = 53

Target = tuple[IPv4Address, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query on its way, and the answer; `nowhere` says why the DNS server is no place, where it is none."""

    target: Target
    trip: RoundTrip | None = None
    nowhere: str = ""

    @property
    def outcome(self) -> Outcome:
        """Whether the query and its answer arrive."""
        return Outcome.BLOCKED if self.trip is None else self.trip.outcome


def asked(engine: Forwarding, sources: Sequence[Position], targets: Iterable[Target | Unknown]) -> Iterator[Asked]:
    """The queries from each of some places to each DNS server that is known."""
    for target in targets:
        if isinstance(target, Unknown):
            continue
        address, port = target
        try:
            to = engine.locate(address)
        except NoSuchPosition as nowhere:
            yield Asked(target, nowhere=str(nowhere))
            continue
        for source in sources:
            for protocol in PROTOCOLS:
                yield Asked(target, engine.both_ways(Packet(source, to, protocol, port)))


def interfaces(endpoint: ResolverEndpoint) -> Iterator[InSubnet]:
    """The interfaces of a Resolver endpoint as places, with its security groups."""
    groups = tuple(group for group in endpoint.security_groups if isinstance(group, str))
    for interface in endpoint.interfaces:
        if isinstance(interface.subnet, str):
            place = InSubnet(interface.subnet, interface.ip)
            yield replace(place, groups=groups) if len(groups) == len(endpoint.security_groups) else place
