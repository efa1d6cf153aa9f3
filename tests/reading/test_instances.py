"""`count` and `for_each`: which instances there are, what each sees of itself, and when that is unknown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform.evaluate import evaluate_text
from isthmus.terraform.graph import Ref, Unknown
from isthmus.terraform.instances import any_instance, instances
from tests.reading.test_expressions import SCOPE

VALUES = st.integers() | st.text("ab", max_size=2) | st.booleans()


def seen(body: dict[str, Any], *texts: str) -> dict[Any, tuple[Any, ...]]:
    """By instance, what the expressions mean in it."""
    found = instances(body, SCOPE, "aws_vpc.this")
    assert isinstance(found, dict)
    return {key: tuple(evaluate_text(f"${{{text}}}", scope) for text in texts) for key, scope in found.items()}


def test_a_block_without_either_is_one_instance() -> None:
    assert seen({}, "var.n", "each.key") == {None: (3, "dev")}


@given(st.integers(0, 20), st.booleans())
def test_count_numbers_from_zero(count: int, as_text: bool) -> None:
    body = {"count": str(count) if as_text else count}
    assert seen(body, "count.index", "each.key", "var.n") == {n: (n, "dev", 3) for n in range(count)}


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES))
def test_for_each_of_a_map_knows_key_and_value(over: dict[str, Any]) -> None:
    assert seen({"for_each": over}, "each.key", "each.value") == {key: (key, value) for key, value in over.items()}


@given(st.sets(st.text("abc", min_size=1, max_size=3)))
def test_for_each_of_a_set_has_elements_for_keys(over: set[str]) -> None:
    assert seen({"for_each": [*over]}, "each.key", "each.value", "var.n") == {text: (text, text, 3) for text in over}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"count": -1}, "count of aws_vpc.this: it is -1"),
        ({"count": 1.5}, "count of aws_vpc.this: it is 1.5"),
        ({"count": True}, "count of aws_vpc.this: it is True"),
        ({"count": 10_001}, "count of aws_vpc.this: it is 10001"),
        ({"count": "123456789"}, "count of aws_vpc.this: it is '123456789'"),
        ({"count": "${var.later}"}, "count of aws_vpc.this: later"),
        ({"count": "${aws_vpc.this.id}"}, "count of aws_vpc.this: aws_vpc.this.id is known after apply"),
        ({"for_each": "${aws_vpc.this}"}, "for_each of aws_vpc.this: aws_vpc.this as a whole"),
        ({"for_each": ["a", "${aws_vpc.this.id}"]}, "for_each of aws_vpc.this: known after apply"),
        ({"for_each": [["a"]]}, "for_each of aws_vpc.this: it is (('a',),)"),
        ({"for_each": "x" * 99}, f"for_each of aws_vpc.this: it is '{'x' * 55}"),
        ({"for_each": {f"k{n}": n for n in range(10_001)}}, "for_each of aws_vpc.this: 10001 instances"),
    ],
    ids=str,
)
def test_an_unknown_number_has_the_cause(body: dict[str, Any], reason: str) -> None:
    found = instances(body, SCOPE, "aws_vpc.this")
    assert isinstance(found, Unknown)
    assert found.reason.startswith(reason)


def test_ten_thousand_are_instances_still() -> None:
    assert len(seen({"count": 10_000})) == len(seen({"for_each": {f"k{n}": n for n in range(10_000)}})) == 10_000


@pytest.mark.parametrize("text", ["each.key", "each.value", "count.index"])
def test_of_any_instance_nothing_is_known_but_what_all_see(text: str) -> None:
    scope = any_instance(SCOPE, Unknown("count of aws_vpc.this"))
    assert evaluate_text(f"${{{text}}}", scope) == Unknown("count of aws_vpc.this")
    assert evaluate_text("${aws_vpc.this.id}", scope) == Ref("aws_vpc.this", "id")
