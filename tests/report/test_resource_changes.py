"""Changes of one kind are one sentence, and none is lost."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from isthmus.changes import Cause, ResourceAction, ResourceChange
from isthmus.report.resource_changes import change_lines


def replaced(address: str, old: str = "10.0.0.0/24", new: str = "10.0.0.0/16") -> ResourceChange:
    cause = Cause("destination_cidr_block", old, new, replaces=True)
    return ResourceChange(address, "aws_route", ResourceAction.REPLACE, (cause,))


def test_routes_that_are_replaced_for_one_reason_are_one_sentence() -> None:
    changes = [replaced(f"{root}/aws_route.r{number}") for root in ("dev", "prod") for number in range(3)]
    assert list(change_lines(changes)) == [
        "6 routes in dev (3), prod (3) are replaced: for each, traffic that used it stops for a moment "
        "(destination_cidr_block: 10.0.0.0/24 -> 10.0.0.0/16)"
    ]


def test_one_and_two_changes_are_named() -> None:
    one, two = replaced("dev/aws_route.a"), replaced("dev/aws_route.b")
    assert "route dev/aws_route.a is replaced" in next(change_lines([one]))
    assert "routes dev/aws_route.a and dev/aws_route.b are replaced" in next(change_lines([one, two]))


def test_another_reason_is_another_sentence() -> None:
    changes = [replaced("dev/aws_route.a"), replaced("dev/aws_route.b", new="10.1.0.0/16")]
    assert len(list(change_lines(changes))) == 2


@given(st.lists(st.sampled_from(("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16")), min_size=1, max_size=12))
def test_the_sentences_count_every_change(targets: list[str]) -> None:
    lines = list(change_lines([replaced(f"dev/aws_route.r{n}", new=target) for n, target in enumerate(targets)]))
    counted = 0
    for line in lines:
        many = re.match(r"(\d+) routes", line)
        counted += int(many[1]) if many else 1 + line.count(" and dev/")
    assert counted == len(targets)
