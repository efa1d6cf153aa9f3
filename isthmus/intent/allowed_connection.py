"""Allowed connections: who may open which ports where."""

from __future__ import annotations

from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import Segment


@intent
class AllowedConnection:
    """The source may open connections to the destination, on the listed ports.

    Reachability has no direction; an allowed connection has one. If no entry names a pair, all ports are allowed
    between the two. Once an entry names a pair, every connection that is not listed is denied, in both directions.

    source, to  segments, or site networks as `site/network`; at least one is a segment
    ports       `tcp/443`, `udp/53`, `tcp/8000-8080`, or `icmp`, which is ping
    """

    source: Annotated[Segment | str, by_name]
    to: Annotated[Segment | str, by_name]
    ports: Many[str]
