"""The page names, for every rule of the language, what finds it in other Terraform, or why nothing does."""

from __future__ import annotations

import re

import pytest

from isthmus.intent.checks import RULES
from isthmus.proof import CATALOGUE
from tests.docs.in_terraform import ELSEWHERE, PAGE, found, page
from tests.docs.readme import PROJECT

BUILDERS = "".join(path.read_text() for path in (PROJECT / "isthmus" / "network").rglob("*.py"))
POLICIES = "".join(path.read_text() for path in (PROJECT / "policies").rglob("*.py"))


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.docs.in_terraform"


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_the_page_names_what_finds_each_rule(rule: str) -> None:
    where = found(rule)
    assert where
    for named in re.findall(r"`([a-z0-9-]+)`", where.replace("`isthmus", "").replace("`--advertises`", "")):
        assert named in CATALOGUE or f'StructuralProblem("{named}"' in BUILDERS, named
    for policy in re.findall(r"CKV_ISTHMUS_\d+", where):
        assert f'id = "{policy}"' in POLICIES


def test_every_listed_rule_exists() -> None:
    assert set(ELSEWHERE) <= {rule.id for rule in RULES}
