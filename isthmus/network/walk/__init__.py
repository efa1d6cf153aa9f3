"""The walk: what AWS does with packets, place by place, for a whole range of destinations at once.

At each place a table cuts the range, and each piece goes on along its routes. Several routes in use are alternatives:
the pieces of each are laid over each other. A trace is the walk over a range of one address.

Where a packet is stopped the walk ends; or, when told to go on `past_blocks`, it continues along the best candidate, so
that every setting in the way is listed (after Bayless et al., CAV 2021, "blocked paths").
"""

from isthmus.network.walk.site import SiteSteps
from isthmus.network.walk.steps import PacketSource, Pieces, Seen, TgwPlace
from isthmus.network.walk.transit_gateway import TransitGatewaySteps
from isthmus.network.walk.vpc import VpcSteps

__all__ = ["PacketSource", "Pieces", "Seen", "TgwPlace", "Walk"]


class Walk(VpcSteps, TransitGatewaySteps, SiteSteps):
    """Walks over `facts`; `past_blocks` goes on where a packet is stopped."""
