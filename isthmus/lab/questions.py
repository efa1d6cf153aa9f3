"""Which packets a lab sends: between every two hosts, in both directions, of each protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from isthmus.lab.packet_bytes import ICMP, TCP, UDP
from isthmus.lab.routers import INTERNET
from isthmus.lab.running import Question
from isthmus.lab.wiring import LabHost

__all__ = ["FILTERED", "USUAL", "is_site", "of_all", "pairs", "questions"]

USUAL = ((ICMP, 0), (TCP, 443), (UDP, 53))
"""Protocols and ports to send."""

FILTERED = (*USUAL, (TCP, 22), (TCP, 8080), (UDP, 5000))
"""What is sent if filters treat packets differently."""

_CLIENTS = (1024, 1030, 32767, 32768, 40000, 49152, 60999, 65000, 65535)


def is_site(host: LabHost) -> bool:
    """Whether a host is at a site: its location is `site/network`."""
    return host.location != INTERNET and "aws_subnet" not in host.location


def pairs(hosts: Sequence[LabHost]) -> Iterator[tuple[int, int]]:
    """Every two hosts, in both directions. A site decides about flows in the site, and between it and the internet."""

    def place(host: LabHost) -> str:
        return host.location.partition("/")[0] if is_site(host) or host.location == INTERNET else ""

    for a, one in enumerate(hosts):
        for b, other in enumerate(hosts):
            ends = {place(one), place(other)}
            alone = len(ends) == 1 and ends != {""}
            if a != b and not alone and not (INTERNET in ends and "" not in ends):
                yield a, b


def questions(a: int, b: int, probes: Iterable[tuple[int, int]]) -> Iterator[Question]:
    """One packet of each kind, from client ports that differ from pair to pair."""
    for number, (protocol, port) in enumerate(probes):
        yield Question(a, b, protocol, _CLIENTS[(7 * a + 5 * b + number) % len(_CLIENTS)], port)


def of_all(
    hosts: Sequence[LabHost], files: Mapping[str, str], chosen: Sequence[tuple[int, int]] | None = None
) -> list[Question]:
    """The questions between all pairs of hosts, or the chosen ones. Network ACLs need more of them."""
    probes = FILTERED if any('"aws_network_acl"' in text for text in files.values()) else USUAL
    return [question for pair in (pairs(hosts) if chosen is None else chosen) for question in questions(*pair, probes)]
