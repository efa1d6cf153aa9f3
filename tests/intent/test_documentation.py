"""docs/reference/language.md is current. `python -m tests.intent.test_documentation` rewrites its tables."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.aws.quotas import RAISABLE
from isthmus.intent import Environment, Estate, InvalidEstate, check
from isthmus.intent.checks import RULES
from tests.intent.network import DEV, HUB, VPN, estate

DOCUMENT = Path("docs/reference/language.md")
DECISION = Path("docs/decisions/0006-language.md")


def wrong() -> Estate:
    """What the document shows: a range with host bits, and a segment that is spelled wrong."""
    dev = replace(DEV, cidr="10.1.0.1/20", segment="workload")
    return estate(
        environments=[Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[dev])]
    )


def example() -> str:
    with pytest.raises(InvalidEstate) as caught:
        check(wrong())
    text = re.sub(r"tests/intent/network\.py:\d+", "environments/estate.py:14", str(caught.value))
    text = re.sub(r"tests/intent/\w+\.py:\d+", "environments/dev.py:6", text)
    return "".join(f"    {line}\n" for line in text.splitlines())


def quotas() -> Iterator[str]:
    yield "| quota | at first | at most |"
    yield "|---|---|---|"
    for name, quota in RAISABLE.items():
        yield f"| `{name}` | {quota.default} | {quota.most or 'AWS names none'} |"


def rules() -> Iterator[str]:
    yield "| rule | refused | because |"
    yield "|---|---|---|"
    for rule in RULES:
        why = rule.why.replace("<", "&lt;")
        yield f"| `{rule.id}` | {rule.summary} | {f'[{why}]({rule.source})' if rule.source else why} |"


def written() -> str:
    text = DOCUMENT.read_text()
    parts = {"example": example(), "quotas": "\n".join(quotas()) + "\n", "rules": "\n".join(rules()) + "\n"}
    for name, part in parts.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        text = text[: text.index(start) + len(start)] + part + text[text.index(end) :]
    return text


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == written(), "run python -m tests.intent.test_documentation"


def test_the_decision_names_rules_that_exist() -> None:
    table = DECISION.read_text().split("## Values that")[1].split("## What it will not do")[0]
    named = {
        name for row in re.findall(r"^\|.*\|(.*)\|$", table, re.MULTILINE) for name in re.findall(r"`([a-z-]+)`", row)
    }
    fields = {"cidr"}
    assert named - fields <= {rule.id for rule in RULES}


if __name__ == "__main__":
    DOCUMENT.write_text(written())
