"""The golden cases can fail: an engine that forgets a rule contradicts at least one of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest

from isthmus.network.answers import Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network
from tests.network import (
    test_golden_filters,
    test_golden_internet,
    test_golden_other,
    test_golden_tgw,
    test_golden_vpc,
    test_golden_vpn,
    test_golden_zones,
)
from tests.network.forgetful import COMMON, RARE
from tests.network.networks import Draft

FILES = (
    test_golden_filters,
    test_golden_internet,
    test_golden_other,
    test_golden_tgw,
    test_golden_vpc,
    test_golden_vpn,
    test_golden_zones,
)
CASES = tuple(chain.from_iterable(file.golden.cases for file in FILES))


@pytest.mark.parametrize("forget", [*COMMON, *RARE], ids=lambda forget: str(forget.__name__))
def test_golden_cases_catch(forget: Callable[[Network], Network]) -> None:
    assert any(contradicts(case.values[0](), forget) for case in CASES)


def contradicts(draft: Draft, forget: Callable[[Network], Network]) -> bool:
    """Whether an engine that forgets gives another answer than AWS to some question."""
    network = draft.network()
    forgetful = forget(network)
    if forgetful == network:
        return False
    for question in draft.questions:
        engine = Forwarding(forgetful, sites=tuple(draft.sites), scenario=Scenario(question.down))
        trip = engine.both_ways(question.packet)
        outcome = trip.outcome if question.both_ways else trip.forward.outcome
        if str(outcome) != question.outcome:
            return True
    return False


def test_every_rule_has_a_case() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) >= 60
    assert len(set(ids)) == len(ids)
    assert all(".html#" in page for page in ids)
