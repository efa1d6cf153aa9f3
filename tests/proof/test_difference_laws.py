"""Laws of every difference: a network does not differ from itself, and the other direction is the mirror image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hypothesis import given, settings

from isthmus import proof
from isthmus.intent import Estate
from isthmus.proof import Difference
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.objects import ObjectChange, ObjectChangeKind
from isthmus.testing.strategies import estates
from tests.proof.test_difference import read
from tests.properties.budget import share

OTHER_WAY = {
    ObjectChangeKind.ADDED: ObjectChangeKind.REMOVED,
    ObjectChangeKind.REMOVED: ObjectChangeKind.ADDED,
    ChangeKind.GAINED: ChangeKind.LOST,
    ChangeKind.LOST: ChangeKind.GAINED,
}


def shown(changes: Iterable[ObjectChange], mirrored: bool) -> Counter[object]:
    """What changes of which object. An object with another name is found by its address: its name does not count."""
    found: Counter[object] = Counter()
    for change in changes:
        kind = OTHER_WAY.get(change.change, change.change) if mirrored else change.change
        settings = frozenset(
            (one.setting, *((one.after, one.before) if mirrored else (one.before, one.after)), one.certain)
            for one in change.settings
            if one.setting != "name"
        )
        name = change.name if change.change in (ObjectChangeKind.ADDED, ObjectChangeKind.REMOVED) else ""
        found[change.kind, name, kind, settings] += 1
    return found


def flows(changes: Iterable[Change], mirrored: bool) -> set[object]:
    kinds = OTHER_WAY if mirrored else {}
    return {(kinds.get(one.kind, one.kind), one.source, one.destination, one.packets) for one in changes}


def objects(difference: Difference) -> tuple[ObjectChange, ...]:
    return (*difference.addresses, *difference.on_premises, *difference.dns_and_endpoints)


@settings(max_examples=share(12))
@given(estates(largest=3), estates(largest=3))
def test_every_difference_has_a_mirror_image(one: Estate, other: Estate) -> None:
    before, after = read(one), read(other)
    assert proof.compare(before, before, scenarios=False).changes_nothing
    there, back = proof.compare(before, after, scenarios=False), proof.compare(after, before, scenarios=False)
    assert shown(objects(there), mirrored=True) == shown(objects(back), mirrored=False)
    assert flows(there.inbound, mirrored=True) == flows(back.inbound, mirrored=False)
    assert flows(there.other_flows, mirrored=True) == flows(back.other_flows, mirrored=False)
    assert {one.source for one in there.inbound} <= {"internet"}
    assert len(there.inbound) + len(there.other_flows) == len(there.changes)
