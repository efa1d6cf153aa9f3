"""Any valid estate passes and survives its document; any broken one is told exactly what is wrong with it."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.intent import Estate
from isthmus.intent.checks import RULES, problems
from isthmus.intent.document import from_document, to_document
from isthmus.intent.model import place_of
from isthmus.testing.broken import BREAKS, broken_estates
from isthmus.testing.strategies import estates


@given(estates())
def test_a_valid_estate_has_no_problems(estate: Estate) -> None:
    assert problems(estate) == ()
    assert estate.check() is estate


@given(estates())
def test_a_document_says_all_of_its_estate(estate: Estate) -> None:
    text = json.dumps(to_document(estate))
    again = from_document(text)
    assert again == estate
    assert json.dumps(to_document(again)) == text
    assert place_of(again.environments[0]) == "intent.json, estate.environments[0]"


@given(estates(), st.randoms(use_true_random=False))
def test_the_order_of_lists_decides_nothing(estate: Estate, random: random.Random) -> None:
    document = to_document(estate)
    for things in ("segments", "sites", "environments", "blocks", "zones"):
        random.shuffle(document["estate"][things])
    assert problems(from_document(json.dumps(document))) == ()


def test_every_rule_has_a_break_and_every_break_a_rule() -> None:
    assert sorted(BREAKS) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", sorted(BREAKS))
def test_a_defect_is_reported_once_as_itself_with_place_remedy_and_reason(rule: str) -> None:
    @settings(max_examples=5)
    @given(broken_estates(rule))
    def told(broken: tuple[Estate, str]) -> None:
        estate, expected = broken
        found = problems(estate)
        assert [problem.rule for problem in found] == [expected], "\n".join(map(str, found))
        assert found[0].place.rpartition(":")[2].isdigit()
        assert found[0].subject
        assert found[0].given
        assert found[0].remedy
        assert found[0].why

    told()


@settings(max_examples=100)
@given(st.data())
def test_two_defects_are_both_reported(data: st.DataObject) -> None:
    """No rule falls silent, or over, because another one is broken."""
    estate, first = data.draw(broken_estates())
    second = data.draw(
        st.sampled_from(["cidr-form", "unknown-reference", "region", "organization-arn", "zone-of-region"])
    )
    try:
        both = {problem.rule for problem in problems(BREAKS[second](estate))}
    except LookupError:
        assert first == "hub-count"  # without a hub there is nothing to add to
        return
    assert second in both
