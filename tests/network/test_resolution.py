"""Name resolution as facts: what holds for a VPC, what may, and which names a DNS firewall answers."""

from __future__ import annotations

import pytest

from isthmus.network.model import Unknown
from isthmus.network.resolution import NameRule, NameRules, Resolution

DARK, DARKER = Unknown("var.dark"), Unknown("var.darker")


def test_what_holds_for_a_vpc_and_what_may() -> None:
    used = (("rule", "a"), ("zone", "a"), ("zone", "b"), (DARK, "a"), ("firewall", DARKER), ("rule", "a"))
    resolution = Resolution(used_by=used)
    assert resolution.of("a") == {"rule", "zone"}
    assert resolution.of("b") == {"zone"}
    assert resolution.of("c") == frozenset()
    assert list(resolution.doubts("a")) == [DARKER, DARK]
    assert list(resolution.doubts("b")) == list(resolution.doubts("c")) == [DARKER]


@pytest.mark.parametrize(
    ("domain", "answered"), [("a.", False), ("b.", True), ("c.", DARK), ("*.a.", DARKER), ("z.", DARKER)]
)
def test_the_first_rule_that_lists_a_name_decides(domain: str, answered: bool | Unknown) -> None:
    rules = (
        NameRule("first", 1, False, ("a.", "x.")),
        NameRule("second", 2, True, ("a.", "b.")),
        NameRule("third", 3, DARK, ("c.",)),
        NameRule("fourth", 4, True, DARKER),
        NameRule("fifth", 5, False, ("z.",)),
    )
    assert NameRules("group", rules).answers(domain) == answered
    assert NameRules("group", rules[:2]).answers("z.") is True
