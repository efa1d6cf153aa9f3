"""What is said of opening connections, and the firewall rules that it comes to between inspected segments.

A firewall keeps state: a rule is about who opens, and replies follow. What comes first decides, so of one direction
what may be opened comes before the rule that stops the rest; a default alone would let single datagrams through.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter
from zlib import crc32

from isthmus.intent.estate import Estate
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.reachability import inspected_between

# A variable in a rule, its name as the group.
VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
# The names of the rule groups that hold them, and the rules that come last.
BETWEEN_SEGMENTS = "between-segments"
CLOSING = "closing"
# Reserved when the rule group is made, and fixed: another number would replace it.
CAPACITY = 2_000
CLOSING_CAPACITY = 10
# Numbers of the rules, in logs and alerts; the estate's own rules keep out of them.
SIDS = range(1_000_000_000, 2_000_000_000)


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """A rule between two segments, by name: what `source` opens to `to` passes, or does not; None: anything."""

    source: str
    to: str
    what: Ports | None
    passes: bool

    def __str__(self) -> str:
        what = self.what or ("anything" if self.passes else "nothing else")
        return f"{self.source} opens {what} to {self.to}"


def segment_variable(segment: str) -> str:
    """What rules call the blocks of a segment: `network-services` is `$NETWORK_SERVICES`."""
    return segment.replace("-", "_").upper()


def firewall_rules(estate: Estate) -> Iterator[FirewallRule]:
    """The rules between inspected segments, in the order in which they are evaluated.

    Where nothing is said of the two, either opens what it likes, as segments do that reach each other straight.
    """
    for a, b in combinations(sorted(estate.segments, key=attrgetter("name")), 2):
        if not inspected_between(a, b):
            continue
        for source, to in ((a.name, b.name), (b.name, a.name)):
            opened = allowed_ports(estate, source, to)
            if opened is None:
                yield FirewallRule(source, to, None, passes=True)
                continue
            yield from (FirewallRule(source, to, each, passes=True) for each in opened)
            yield FirewallRule(source, to, None, passes=False)


class Numbers:
    """The numbers of generated rules, which follow from what they say: a new rule leaves the others theirs."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def of(self, text: str) -> int:
        """The number of a rule that says this. Each call is another rule."""
        sid = SIDS.start + crc32(text.encode()) % len(SIDS)
        while sid in self._taken:
            sid = SIDS.start + (sid + 1 - SIDS.start) % len(SIDS)
        self._taken.add(sid)
        return sid


def numbered(estate: Estate, numbers: Numbers | None = None) -> Iterator[tuple[int, FirewallRule]]:
    """The rules between inspected segments with their numbers."""
    numbers = numbers or Numbers()
    for rule in firewall_rules(estate):
        yield numbers.of(str(rule)), rule
