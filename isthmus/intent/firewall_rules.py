"""The firewall rules for allowed connections between inspected segments, and between these and site networks.

The firewall is stateful: a rule is for the direction of the connection, and replies pass. The first matching rule
decides, so pass rules come before the drop rule of the same direction. The default action alone would pass single
datagrams.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter
from zlib import crc32

from isthmus.intent.egress import Inspection
from isthmus.intent.estate import Estate
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.reachability import all_inspected_networks, inspected_between, inspected_networks

# A variable in a rule, its name as the group.
VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
# The names of the rule groups with these rules, and with the rules that come last.
BETWEEN_SEGMENTS = "between-segments"
CLOSING = "closing"
# Reserved on creation: another capacity would replace the rule group.
CAPACITY = 2_000
CLOSING_CAPACITY = 10
# The sids of generated rules; rules in the estate cannot use them.
SIDS = range(1_000_000_000, 2_000_000_000)


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """A rule for connections from one end to another: `what` passes or is dropped; None means all ports.

    An end is a segment, or a site network as `site/network`.
    """

    source: str
    to: str
    what: Ports | None
    passes: bool

    def __str__(self) -> str:
        what = self.what or ("anything" if self.passes else "nothing else")
        return f"{self.source} opens {what} to {self.to}"


def segment_variable(segment: str) -> str:
    """The rule variable for the blocks of a segment: `NETWORK_SERVICES` for `network-services`."""
    return segment.replace("-", "_").upper()


def inspected_pairs(estate: Estate) -> Iterator[tuple[str, str]]:
    """The pairs of names that reach each other only through the firewall, each once and in the order of their rules."""
    segments = sorted(estate.segments, key=attrgetter("name"))
    yield from ((a.name, b.name) for a, b in combinations(segments, 2) if inspected_between(a, b))
    for segment in segments:
        yield from ((segment.name, network) for network in inspected_networks(estate, segment))


def home_ranges(estate: Estate) -> list[str]:
    """The CIDRs of HOME_NET: the estate's blocks, and the site networks that are behind the firewall."""
    return sorted({*estate.blocks, *all_inspected_networks(estate).values()})


def firewall_rules(estate: Estate) -> Iterator[FirewallRule]:
    """The rules of inspected pairs, in evaluation order: pairs of segments, then segments with site networks.

    If no allowed connection names a pair, all connections between the two pass. Appliances have rules of their own,
    which are not generated.
    """
    if estate.egress is not None and estate.egress.inspection is Inspection.APPLIANCES:
        return
    for a, b in inspected_pairs(estate):
        for source, to in ((a, b), (b, a)):
            allowed = allowed_ports(estate, source, to)
            if allowed is None:
                yield FirewallRule(source, to, None, passes=True)
                continue
            yield from (FirewallRule(source, to, each, passes=True) for each in allowed)
            yield FirewallRule(source, to, None, passes=False)


class Numbers:
    """The sids of generated rules. A sid is derived from the rule's text, so a new rule does not change other sids."""

    def __init__(self) -> None:
        self._used: set[int] = set()

    def of(self, text: str) -> int:
        """The sid of a rule with this text. Each call returns another sid."""
        sid = SIDS.start + crc32(text.encode()) % len(SIDS)
        while sid in self._used:
            sid = SIDS.start + (sid + 1 - SIDS.start) % len(SIDS)
        self._used.add(sid)
        return sid


def numbered(estate: Estate, numbers: Numbers | None = None) -> Iterator[tuple[int, FirewallRule]]:
    """The rules of inspected pairs with their sids."""
    numbers = numbers or Numbers()
    for rule in firewall_rules(estate):
        yield numbers.of(str(rule)), rule
