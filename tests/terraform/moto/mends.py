"""All mends. Importing this imports the parts of moto that they are of."""

from . import connections, gateways, names, shares
from .mending import MENDS

__all__ = ["MENDS", "connections", "gateways", "names", "shares"]
