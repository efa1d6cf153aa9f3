"""Every rule of the language is found in Terraform that was read, or the page says why not."""

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
def test_each_rule_stands_there(rule: str) -> None:
    said = found(rule)
    assert said
    for named in re.findall(r"`([a-z0-9-]+)`", said.replace("`isthmus", "").replace("`--advertises`", "")):
        assert named in CATALOGUE or f'Finding("{named}"' in BUILDERS, named
    for policy in re.findall(r"CKV_ISTHMUS_\d+", said):
        assert f'id = "{policy}"' in POLICIES


def test_no_rule_is_listed_that_is_none() -> None:
    assert set(ELSEWHERE) <= {rule.id for rule in RULES}
