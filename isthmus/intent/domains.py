"""The rule groups that domain lists come to: one for each set of segments that the same lists are for.

An allow list drops what it does not name, so of two that a spoke has the first alone would decide. Those that are for
the same segments are therefore one group, and every group before the last is for segments of its own.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from isthmus.intent.estate import Estate
from isthmus.intent.firewall import DomainList, FirewallPolicy
from isthmus.intent.model import name_of


@dataclass(frozen=True, slots=True)
class DomainGroup:
    """A rule group: the domains that packets from `blocks` may ask for. `capacity` is that of all its lists."""

    name: str
    blocks: tuple[str, ...]
    domains: tuple[str, ...]
    capacity: int


def domain_groups(estate: Estate, policy: FirewallPolicy) -> tuple[DomainGroup, ...]:
    """The rule groups, in the order of evaluation: those of some segments by name, then that of every spoke."""
    everywhere = [listed for listed in policy.domain_lists if not listed.segments]
    limited: dict[tuple[str, ...], list[str]] = {}
    for segment in sorted(estate.segments, key=attrgetter("name")):
        own = [x.name for x in policy.domain_lists if segment.name in map(name_of, x.segments)]
        if own:
            limited.setdefault(tuple(sorted(own)), []).append(segment.name)
    groups = list(_limited(estate, policy, everywhere, limited))
    if everywhere:
        taken = {group.name for group in groups}
        groups.append(_group(_free(min(x.name for x in everywhere), taken), sorted(estate.blocks), everywhere))
    return tuple(groups)


def _limited(
    estate: Estate, policy: FirewallPolicy, everywhere: list[DomainList], limited: dict[tuple[str, ...], list[str]]
) -> Iterator[DomainGroup]:
    taken = {listed.name for listed in everywhere}
    for names, segments in sorted(limited.items(), key=lambda item: (len(item[0]), item[0])):
        lists = [listed for listed in policy.domain_lists if listed.name in names]
        name = _free(names[0], taken)
        taken.add(name)
        blocks = sorted({block for segment in segments for block in estate.segment(segment).blocks})
        yield _group(name, blocks, [*lists, *everywhere])


def _free(name: str, taken: set[str]) -> str:
    """A name that no other group has: that of a list, with a number where several groups have lists of that name."""
    return next(given for given in (name, *(f"{name}-{number}" for number in range(2, 1_000))) if given not in taken)


def _group(name: str, blocks: list[str], lists: list[DomainList]) -> DomainGroup:
    domains = sorted({domain for listed in lists for domain in listed.domains})
    return DomainGroup(name, tuple(blocks), tuple(domains), sum(listed.capacity for listed in lists))
