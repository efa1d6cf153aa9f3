"""The matrix is as wide as the terminal; a wider one is by segment, then in pieces."""

from __future__ import annotations

import io

from rich.text import Text

from isthmus.report.matrix_terminal import print_matrix
from isthmus.text.console import Screen

APPS, DATA = [f"apps-{n:02}" for n in range(7)], [f"data-{n:02}" for n in range(7)]
NAMES = [*APPS, *DATA, "dc1/servers", "internet"]
SEGMENTS = {"applications": APPS, "databases": DATA}


def cell(a: str, b: str) -> str:
    return "-" if a == b else "yes" if a[:4] == b[:4] or "dc1/servers" in (a, b) else "no"


def printed(width: int, segments: dict[str, list[str]] = SEGMENTS) -> list[str]:
    text = io.StringIO()
    print_matrix(NAMES, cell, Text, Screen(file=text, width=width), segments=segments)
    return text.getvalue().splitlines()


def test_sixteen_locations_on_a_wide_terminal_are_one_matrix() -> None:
    lines = printed(220)
    assert lines[0].split() == NAMES
    assert [line.split()[0] for line in lines[1:]] == NAMES
    assert [line.split()[1:] for line in lines[1:]] == [[cell(a, b) for b in NAMES] for a in NAMES]


def test_a_wider_matrix_is_by_segment() -> None:
    lines = printed(80)
    assert lines[0].split() == ["applications", "databases", "dc1/servers", "internet"]
    assert lines[1].split() == ["applications", "yes", "no", "yes", "no"]
    assert "databases: data-00, data-01, data-02, data-03, data-04, data-05 and 1 more" in lines
    assert all(len(line) <= 80 for line in lines)


def test_a_class_that_is_no_segment_has_the_name_of_a_member() -> None:
    lines = printed(80, {"applications": APPS[1:], "databases": [*DATA, "internet"], "apps-00": APPS})
    assert lines[0].split() == ["apps-00", "+6", "data-00", "+6", "dc1/servers", "internet"]


def test_what_is_still_too_wide_is_in_pieces() -> None:
    lines = printed(40)
    heads = [line for line in lines if not line.strip() or line.startswith("   ")]
    assert [word for head in heads for word in head.split()] == ["applications", "databases", "dc1/servers", "internet"]
    assert len(heads) > 1
    assert all(len(line) <= 40 for line in lines if ":" not in line)
