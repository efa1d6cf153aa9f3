"""The catalogue: complete, stable in form, and what the documentation shows."""

import re
from pathlib import Path

import pytest

from isthmus.proof import CATALOGUE, rule
from tests.docs.rules import PAGE, written

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_rules_are_explained_and_documented(name: str) -> None:
    listed = CATALOGUE[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert listed.info.endswith(".")
    assert "\n" not in listed.info
    assert listed.explanation
    assert listed.source == "" or listed.source.startswith("https://docs.aws.amazon.com/")


def test_the_documentation_has_the_table_of_rules() -> None:
    assert PAGE.read_text() == written(), "python -m tests.docs.rules"


def test_every_rule_that_the_proof_uses_is_listed() -> None:
    sources = "\n".join(path.read_text() for path in (PROJECT / "isthmus" / "proof").rglob("*.py"))
    used = set(re.findall(r'(?:Violation|_found|_missing)\(\s*"([a-z-]+)"', sources))
    assert used <= set(CATALOGUE)
    assert len(used) > 20


def test_unlisted_rules_have_a_description() -> None:
    assert rule("vpc-overlap").info == "Vpc overlap."
