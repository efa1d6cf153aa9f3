"""The cost estimate of a network: what its resources cost in a month, and what each GB costs on its path.

    from isthmus import proof
    from isthmus.cost import TrafficFlow, estimate, shipped

    estimate(proof.read("cdktf.out"), shipped(), [TrafficFlow("dev", "dc1/users", gb=500, back=500)]).total

Errors: `isthmus.cost.errors`.
"""

from isthmus.cost.errors import CostError, UnusablePrices, UnusableTraffic
from isthmus.cost.estimate import CostEstimate, CostLine, estimate
from isthmus.cost.items import ITEMS, Item, Unit
from isthmus.cost.prices import Prices, read_prices, shipped
from isthmus.cost.traffic import TrafficFlow, read_traffic

__all__ = [
    "ITEMS",
    "CostError",
    "CostEstimate",
    "CostLine",
    "Item",
    "Prices",
    "TrafficFlow",
    "Unit",
    "UnusablePrices",
    "UnusableTraffic",
    "estimate",
    "read_prices",
    "read_traffic",
    "shipped",
]
