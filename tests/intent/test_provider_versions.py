"""Version constraints of the AWS provider: what they allow, and which the rule refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.intent import Estate
from isthmus.intent.checks import problems
from isthmus.intent.provider_versions import Version, VersionRange, common, version_range
from tests.modules.synthesized import estate_of

BOUNDS = st.tuples(st.integers(0, 8), st.integers(0, 80), st.integers(0, 3))
OPERATORS = {
    ">=": lambda version, bound: version >= bound,
    ">": lambda version, bound: version > bound,
    "<=": lambda version, bound: version <= bound,
    "<": lambda version, bound: version < bound,
    "=": lambda version, bound: version == bound,
    "!=": lambda version, bound: version != bound,
    "~>": lambda version, bound: bound <= version < (bound[0], bound[1] + 1, 0),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), BOUNDS), min_size=1, max_size=4), BOUNDS)
def test_a_version_is_allowed_if_each_part_allows_it(parts: list[tuple[str, Version]], version: Version) -> None:
    """As https://developer.hashicorp.com/terraform/language/expressions/version-constraints defines the operators."""
    texts = [f"{operator} {'.'.join(map(str, bound))}" for operator, bound in parts]
    expected = all(OPERATORS[operator](version, bound) for operator, bound in parts)
    assert (version in version_range(", ".join(texts))) is expected
    assert (version in common(texts)) is expected
    if expected:
        assert not common(texts).is_empty


@pytest.mark.parametrize(
    ("constraint", "first", "end"),
    [
        ("~> 6.69", (6, 69, 0), (7, 0, 0)),
        ("~> 6.69.1", (6, 69, 1), (6, 70, 0)),
        ("6.69.0", (6, 69, 0), (6, 69, 1)),
        (">= 6.5, < 7", (6, 5, 0), (7, 0, 0)),
        (">=6.5,<7", (6, 5, 0), (7, 0, 0)),
    ],
)
def test_examples(constraint: str, first: Version, end: Version) -> None:
    assert version_range(constraint) == VersionRange(first, end)


@pytest.mark.parametrize("constraint", ["= 6.5.0, != 6.5.0", "> 6.5, < 6.5.1", "~> 5.100, >= 6.5, < 7"])
def test_nothing_is_left(constraint: str) -> None:
    assert version_range(constraint).is_empty


@pytest.mark.parametrize(
    "text", ["", "latest", "~> 6", "6.x", "^6.0", ">= 6,", "~> 6.0-beta1", "v6.0", "6.0.0.0", "٦.0"]
)
def test_other_text_is_no_constraint(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        version_range(text)


def found(estate: Estate) -> list[str]:
    return [str(problem) for problem in problems(estate) if "aws_provider" in str(problem)]


@pytest.mark.parametrize("example", ["environments.estate", "examples.stage_7_direct_connect"])
def test_a_constraint_of_an_estate(example: str) -> None:
    estate = estate_of(example)
    assert found(replace(estate, aws_provider="~> 6.69")) == []
    assert found(replace(estate, aws_provider="6.69.0")) == []
    for given_ in ("~> 4.67", ">= 7, < 8", "latest"):
        assert found(replace(estate, aws_provider=given_))
    (open_end,) = found(replace(estate, aws_provider=">= 6.69"))
    assert "has no upper bound" in open_end


def test_direct_connect_needs_provider_6() -> None:
    estate = replace(estate_of("examples.stage_7_direct_connect"), aws_provider="~> 5.100")
    (message,) = found(estate)
    assert "needs >= 6.5, < 7, for Direct Connect" in message
    assert found(replace(estate_of("environments.estate"), aws_provider="~> 5.100")) == []
