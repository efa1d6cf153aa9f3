"""Who may open connections to whom."""

from __future__ import annotations

from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import Segment


@intent
class AllowedConnection:
    """One side may open connections to the other.

    Reaching is mutual, opening is not. Two sides without an `AllowedConnection` between them may open everything to each other.
    The first `AllowedConnection` between them changes that, in both directions: they may then open what is listed, nothing else.

    source, to  segments, or site networks as `site/network`; at least one is a segment
    ports       `tcp/443`, `udp/53`, `tcp/8000-8080`, or `icmp`, which is ping
    """

    source: Annotated[Segment | str, by_name]
    to: Annotated[Segment | str, by_name]
    ports: Many[str]
