"""Reading JSON with line numbers is reading JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scan.terraform_json import FIRST, LAST, _Located, _without_nulls

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unmarked(item) for key, item in value.items() if key not in (FIRST, LAST)}
    return [_unmarked(item) for item in value] if isinstance(value, list) else value


def _spans(value: Any) -> list[tuple[int, int, dict[str, Any]]]:
    if isinstance(value, dict):
        inner = [span for key, item in value.items() if key not in (FIRST, LAST) for span in _spans(item)]
        return [(value[FIRST], value[LAST], value), *inner]
    return [span for item in value for span in _spans(item)] if isinstance(value, list) else []


@given(_JSON, st.sampled_from([None, 0, 2]))
def test_values_are_those_of_json(value: Any, indent: int | None) -> None:
    assert _unmarked(_Located().decode(json.dumps(value, indent=indent))) == value


@given(_JSON)
def test_lines_hold_the_object_and_nothing_else(value: Any) -> None:
    text = json.dumps(value, indent=2)
    lines = text.split("\n")
    for first, last, found in _spans(_Located().decode(text)):
        part = "\n".join(lines[first - 1 : last]).strip().removesuffix(",")
        # The first line also has the key, where there is one.
        start = 0 if part.startswith("{") else part.index('": {') + 3
        assert json.loads(part[start:]) == _unmarked(found)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 1}}'])
def test_a_key_given_twice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="'a' is written twice"):
        _Located().decode(text)


@given(_JSON)
def test_no_null_argument_is_left(value: Any) -> None:
    def arguments(inner: Any) -> list[Any]:
        if isinstance(inner, dict):
            return [*inner.values(), *(found for item in inner.values() for found in arguments(item))]
        return [found for item in inner for found in arguments(item)] if isinstance(inner, list) else []

    assert None not in [one for one in arguments(_without_nulls(value)) if one is None]
