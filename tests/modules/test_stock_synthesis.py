"""Synthesis from structs writes the bytes that cdktf writes when it makes every resource itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from isthmus.intent import Estate
from isthmus.testing.strategies import estates
from modules.output_folder import canonical_json
from modules.synthesis import synthesize
from tests.modules import every_class
from tests.modules.inventory import EXAMPLES
from tests.modules.stock import Stock, stock
from tests.modules.synthesized import estate_of, files_of

# A process with stock synthesis keeps the memory of every resource.
_ESTATES_A_PROCESS = 40
_GENERATED, _GENERATED_NIGHTLY = 3, 300


def generated(count: int) -> list[Estate]:
    """Estates that isthmus.testing makes."""
    found: list[Estate] = []

    @settings(max_examples=count, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(estates())
    def collect(estate: Estate) -> None:
        found.append(estate)

    collect()
    return found


def differences(estate: Estate, expected: dict[str, str]) -> list[str]:
    """The files of an estate that differ from those of stock synthesis."""
    made = synthesize(estate)
    return sorted(name for name in made.keys() | expected.keys() if made.get(name) != expected.get(name))


@pytest.fixture(scope="module")
def reference() -> tuple[list[Estate], Stock]:
    """Some generated estates, and what stock synthesis makes of the examples and of them."""
    some = generated(_GENERATED)
    return some, stock([*map(estate_of, EXAMPLES), *some])


def test_every_class_with_every_argument_is_as_stock(reference: tuple[list[Estate], Stock]) -> None:
    expected = reference[1].classes
    made = every_class.documents()
    assert made.keys() == expected.keys()
    for name, document in made.items():
        assert canonical_json(document) == canonical_json(expected[name])
    assert len(made["every"]["resource"]) > 60


def test_no_argument_of_a_class_is_left_out(reference: tuple[list[Estate], Stock]) -> None:
    described = {
        name: sorted(entry["arguments"])
        for classes in every_class.SUBMODULES.values()
        for name, entry in classes.items()
    }
    assert described == reference[1].signatures


def test_every_example_is_as_stock(reference: tuple[list[Estate], Stock]) -> None:
    for example, expected in zip(EXAMPLES, reference[1].files, strict=False):
        assert dict(files_of(example)) == expected, example


def test_generated_estates_are_as_stock(reference: tuple[list[Estate], Stock]) -> None:
    some, made = reference
    for estate, expected in zip(some, made.files[len(EXAMPLES) :], strict=True):
        assert differences(estate, expected) == [], estate


@pytest.mark.nightly
def test_several_hundred_generated_estates_are_as_stock() -> None:
    all_ = generated(_GENERATED_NIGHTLY)
    for start in range(0, len(all_), _ESTATES_A_PROCESS):
        batch = all_[start : start + _ESTATES_A_PROCESS]
        for estate, expected in zip(batch, stock(batch).files, strict=True):
            assert differences(estate, expected) == [], estate
