"""Allowed connections: the ports that a source may connect to at a destination."""

from __future__ import annotations

from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import Segment


@intent
class AllowedConnection:
    """The source may connect to the listed ports of the destination.

    Reachability has no direction; an allowed connection has one. If no entry names a pair, all ports are allowed
    between the two. Once an entry names a pair, every connection that is not listed is denied, in both directions.

    source  a segment, or a site network as `site/network`
    to      the same; at least one of the two is a segment
    ports   `tcp/443`, `udp/53`, `tcp/8000-8080`, or `icmp` for ping
    """

    source: Annotated[Segment | str, by_name]
    to: Annotated[Segment | str, by_name]
    ports: Many[str]
