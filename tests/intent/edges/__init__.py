"""Where the rules draw their lines, area by area: the last that passes, and the first that does not.

What the first that does not is told stands in messages.txt.
"""

from collections.abc import Mapping

from isthmus.intent import Estate
from tests.intent.edges import addresses, central, dns, names, quotas, routing

_AREAS = (addresses, central, dns, names, quotas, routing)
PASS: Mapping[str, Estate] = {name: given for area in _AREAS for name, given in area.PASS.items()}
FAIL: Mapping[str, Estate] = {name: given for area in _AREAS for name, given in area.FAIL.items()}
