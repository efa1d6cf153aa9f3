"""docs/reference/security-limits.md states the limits that the code has, and is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.files import manifest as synthesized
from isthmus.proof import intent_file
from isthmus.proof.pairs import matrix as pairs
from isthmus.scan.subprocess import limits_of
from isthmus.terraform import (
    documents,
    dynamic,
    encoding_functions,
    expression_parser,
    instances,
    module_files,
    module_instance,
    pattern_functions,
    unread_files,
    value_limits,
)
from isthmus.terraform import toml_files as toml
from isthmus.terraform import work_limit as budget

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/reference/security-limits.md"


def mebibytes(size: int) -> str:
    assert size % 2**20 == 0
    return f"{size // 2**20} MiB"


LIMITS = {
    "a JSON file": f"{mebibytes(documents.LARGEST_FILE)} (an `intent.json`: {mebibytes(intent_file.LARGEST)})",
    "a price, traffic or waiver file": f"{mebibytes(toml.LARGEST)}; numbers of {toml._LONGEST_NUMBER} digits",
    "nesting of objects and lists": f"{documents.DEEPEST} levels",
    "steps of one expression": f"{budget.MOST_STEPS:,}",
    "steps of all expressions read together": f"{budget.MOST_STEPS_OF_ALL:,}",
    "resources and modules after `count` and `for_each`": (
        f"{instances._MOST:,} of one block (unknown beyond), {module_files._MOST_INSTANCES:,} in all"
    ),
    "blocks of one `dynamic`": f"{dynamic._MOST:,}",
    "characters or members of one value": f"{value_limits.LARGEST:,}",
    "a number": f"{value_limits.LONGEST_NUMBER} bits, as in Terraform",
    "a chain such as `a[0][0]...` or `1+1+...`": f"{expression_parser._LONGEST_CHAIN} steps",
    "a regular expression": (
        f"{pattern_functions._LONGEST_PATTERN} characters, "
        f"and {pattern_functions._MOST_TRIALS:,} matches that it may try on its text"
    ),
    "rows of one `csvdecode`": f"{encoding_functions._MOST_ROWS:,}",
    "modules inside each other": f"{module_instance._DEEPEST_MODULE}",
    "locations that behave differently": f"{pairs.MOST_GROUPS:,}",
    "the manifest of an output": (
        f"{mebibytes(synthesized.LARGEST_MANIFEST)} and {synthesized.MOST_ENTRIES:,} files, "
        f"each of {mebibytes(synthesized.LARGEST_WRITTEN)}"
    ),
    "files and folders below `stacks` that are compared with the manifest": f"{synthesized.MOST_ENTRIES:,}",
    "an HCL file next to those that are read": mebibytes(unread_files._LARGEST),
}


def rows() -> dict[str, str]:
    """What the page limits, and to what."""
    found = re.findall(r"^\| (.+?) \| (.+?) \| .+? \|$", PAGE.read_text(), re.MULTILINE)
    return {what: limit for what, limit in found if what != "what"}


@pytest.mark.parametrize("what", LIMITS)
def test_the_page_states_the_limit_of_the_code(what: str) -> None:
    assert rows()[what] == LIMITS[what]


def test_every_figure_of_the_page_is_one_of_the_code() -> None:
    assert not {what for what, limit in rows().items() if re.search(r"\d", limit)} - LIMITS.keys()
    nothing, one = limits_of(0), limits_of(1_000_000)
    more = f"{one.seconds - nothing.seconds:.0f} more for each MB of Terraform"
    sentence = (
        f"at most {nothing.seconds:.0f} seconds and {more}, and {nothing.megabytes:,} MB of memory "
        f"and {one.megabytes - nothing.megabytes:,} more for each MB."
    )
    assert sentence in PAGE.read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/explanation/proof.md"])
def test_the_page_is_found(page: str) -> None:
    path = PROJECT / page
    links = re.findall(r"\]\(([^)]*security-limits\.md)\)", path.read_text())
    assert links
    assert all((path.parent / link).resolve() == PAGE for link in links)
