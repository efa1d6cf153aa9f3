"""Name resolution as facts: what holds for a VPC, and what may."""

from __future__ import annotations

from isthmus.network.dns_model import Held, Resolution, Use
from isthmus.network.model import Unknown

DARK, DARKER = Unknown("var.dark"), Unknown("var.darker")


def test_what_holds_for_a_vpc_and_what_may() -> None:
    uses = (
        Use(Held.RULE, "rule", "a", "1"),
        Use(Held.ZONE, "zone", "a", "2"),
        Use(Held.ZONE, "zone", "b", "3"),
        Use(Held.RULE, DARK, "a", "4"),
        Use(Held.FIREWALL, "firewall", DARKER, "5"),
        Use(Held.RULE, "maybe", "b", "6", unknown_reason=DARK),
    )
    resolution = Resolution(uses=uses)
    assert resolution.of("a") == {"rule", "zone"}
    assert resolution.of("b") == {"zone"}
    assert resolution.of("c") == frozenset()
    assert list(resolution.not_evaluated("a")) == [DARK, DARKER]
    assert list(resolution.not_evaluated("b")) == [DARK, DARKER]
    assert list(resolution.not_evaluated("c")) == [DARKER]
    assert [use.thing for use in resolution.may("c")] == ["firewall"]
