"""Any valid estate passes and survives its document; for a broken one, exactly its problem is reported."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.intent import Estate, UnknownSchema, check
from isthmus.intent.checks import RULES, problems
from isthmus.intent.intent_file import from_document, to_document
from isthmus.intent.model import place_of
from isthmus.testing.broken import BREAKS, broken_estates
from isthmus.testing.strategies import estates


@given(estates())
def test_a_valid_estate_has_no_problems(estate: Estate) -> None:
    assert problems(estate) == ()
    assert check(estate) is estate


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
    def messages(broken: tuple[Estate, str]) -> None:
        estate, expected = broken
        found = problems(estate)
        assert [problem.rule for problem in found] == [expected], "\n".join(map(str, found))
        assert found[0].place.rpartition(":")[2].isdigit()
        assert found[0].subject
        assert found[0].given
        assert found[0].remedy
        assert found[0].why

    messages()


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all texts and numbers in a document, and of all lists."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        yield path
        for index, value in enumerate(node):
            yield from leaves(value, (*path, index))
    elif isinstance(node, str | int) and not isinstance(node, bool):
        yield path


TEXTS = st.sampled_from(
    [
        *("", "/", "a", "internet", "network", "extra/lan", "us-east-1a", "use1-az99", "use1-az1"),
        *("0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/33", "10.0.0.0/255.0.0.0", "::/0", "255.255.255.255/32", "224.0.0.1"),
        *("private_az1", "é", "a" * 300, "\n", "169.254.0.0/16"),
    ]
) | st.text(max_size=5)
NUMBERS = st.sampled_from([0, -1, 1, 2**31, 2**32, 2**70]) | st.integers()


@settings(max_examples=300)
@given(st.data())
def test_no_rule_breaks_on_an_estate_however_wrong(data: st.DataObject) -> None:
    document = to_document(data.draw(estates(largest=3)))
    paths = list(leaves(document["estate"]))
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=6)):
        holder = document["estate"]
        try:
            for step in path[:-1]:
                holder = holder[step]
            given = holder[path[-1]]
        except (LookupError, TypeError):
            continue  # a list further up is gone already
        if isinstance(given, list):
            holder[path[-1]] = data.draw(st.sampled_from([[], given * 2, given[:1]]))
        else:
            holder[path[-1]] = data.draw(TEXTS if isinstance(given, str) else NUMBERS)
    try:
        estate = from_document(json.dumps(document))
    except UnknownSchema:
        return  # not a value of its type, e.g. of Egress
    for problem in problems(estate):
        assert problem.place.startswith("intent.json, estate")
        assert problem.given
        assert problem.remedy


@settings(max_examples=100)
@given(st.data())
def test_two_defects_are_both_reported(data: st.DataObject) -> None:
    """No rule falls silent, or over, because another one is broken."""
    estate, first = data.draw(broken_estates())
    second = data.draw(
        st.sampled_from(
            ["invalid-cidr", "unknown-reference", "unknown-region", "invalid-organization-arn", "zone-not-in-region"]
        )
    )
    try:
        both = {problem.rule for problem in problems(BREAKS[second](estate))}
    except LookupError:
        assert first == "not-exactly-one-hub"  # without a hub there is nothing to add to
        return
    zones_are_unknown = first == "unknown-region" and second == "zone-not-in-region"
    assert second in both or zones_are_unknown
