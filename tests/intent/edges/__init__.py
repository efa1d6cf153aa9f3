"""The limits of the rules, area by area: the last estate that passes, and the first that does not.

messages.txt has the messages of the estates that do not pass.
"""

from collections.abc import Mapping

from isthmus.intent import Estate
from tests.intent.edges import addresses, central, dns, names, quotas, routing

_AREAS = (addresses, central, dns, names, quotas, routing)
PASS: Mapping[str, Estate] = {name: given for area in _AREAS for name, given in area.PASS.items()}
FAIL: Mapping[str, Estate] = {name: given for area in _AREAS for name, given in area.FAIL.items()}
