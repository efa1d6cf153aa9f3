"""Problems with one text are printed once, with the objects that have them."""

from __future__ import annotations

from isthmus.intent.errors import InvalidEstate, Problem


def problem(number: int, given: str = 'account "infra" is not declared') -> Problem:
    place = f"environments/e{number}.py:3"
    return Problem("unknown-reference", f'environment "e{number}"', place, given, "add it", "the output would lack it")


def test_equal_problems_of_many_objects_are_one_message() -> None:
    error = InvalidEstate([problem(0, "another"), *(problem(number) for number in range(36))])
    text = str(error)
    assert text.startswith("The estate has 37 problems:\n")
    assert text.count('account "infra" is not declared') == 1
    also = [line for line in text.splitlines() if line.startswith("    also:  ")]
    assert also == [
        '    also:  environment "e1", environments/e1.py:3; environment "e2", environments/e2.py:3; '
        'environment "e3", environments/e3.py:3; and 32 more'
    ]
    assert len(error.problems) == 37


def test_different_problems_stay_apart() -> None:
    text = str(InvalidEstate([problem(0), problem(1, "another")]))
    assert text.count("write: add it") == 2
    assert "also:" not in text
