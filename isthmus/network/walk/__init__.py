"""The walk: how AWS forwards packets from place to place, for a whole range of destinations at once.

At each place a route table divides the range, and each piece follows its routes. Several routes in use are
alternatives: their pieces are merged. A trace is the walk over a range of one address.

The walk ends where a packet is stopped. With `past_blocks` it continues at the most likely next step. It then lists
every setting that blocks the packet (after Bayless et al., CAV 2021, "blocked paths").
"""

from isthmus.network.walk.pieces import PacketSource, Pieces, Seen, TgwPlace
from isthmus.network.walk.site import SiteSteps
from isthmus.network.walk.transit_gateway import TransitGatewaySteps
from isthmus.network.walk.vpc import VpcSteps

__all__ = ["PacketSource", "Pieces", "Seen", "TgwPlace", "Walk"]


class Walk(VpcSteps, TransitGatewaySteps, SiteSteps):
    """Walks in one network; `past_blocks` continues where a packet is stopped."""
