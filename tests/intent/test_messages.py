"""The messages of broken estates. `python -m tests.intent.test_messages` rewrites messages.txt from the code.

Every rule has its part there, and every line that the tables of these tests draw.
"""

import re
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis.errors import HypothesisDeprecationWarning

from isthmus.intent import (
    Account,
    Egress,
    Environment,
    Estate,
    Hub,
    Organization,
    OrganizationalUnit,
    Segment,
    Spoke,
)
from isthmus.intent.checks import RULES, problems
from isthmus.intent.checks.rule import Rule
from isthmus.intent.errors import Problem
from isthmus.testing.broken import BREAKS
from isthmus.testing.strategies import ACCOUNTS, UNITS
from tests.intent import edges, test_checks, test_dns, test_resilience_checks
from tests.intent.network import ROOT

MESSAGES = Path(__file__).with_name("messages.txt")
# What `isthmus.testing.broken` changes one thing of: as its strategies make estates, and as small as they come.
WHOLE = Estate(
    "example",
    organization=Organization(
        arn=f"{ROOT}:organization/o-example0001",
        accounts=[Account(name, id=f"{number:012}") for number, name in enumerate(ACCOUNTS, start=1)],
        units=[
            OrganizationalUnit(name, arn=f"{ROOT}:ou/o-example0001/ou-root-{number:08}")
            for number, name in enumerate(UNITS, start=1)
        ],
    ),
    region="us-east-1",
    blocks=["10.0.0.0/8", "100.64.0.0/10"],
    zones=["use1-az1", "use1-az2"],
    segments=[Segment("workloads", isolated=True, allowed_egress={Egress.LOCAL})],
    environments=[
        Environment(
            "network",
            account=ACCOUNTS[0],
            hub=Hub("main"),
            spokes=[Spoke("dev", cidr="10.1.0.0/20", segment="workloads", egress=Egress.LOCAL)],
        )
    ],
    quotas={"elastic-ips": 30, "nat-gateways-per-zone": 10, "vpcs": 20},
)


def broken() -> Mapping[str, Estate]:
    """Broken estates by name: one for each rule, and those behind a line that some rule draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)  # what they assume, `WHOLE` is
        found = {f"rule {rule}": change(WHOLE) for rule, change in sorted(BREAKS.items())}
    rows = [*test_checks.FAIL, *test_dns.FAIL, *test_resilience_checks.LINES]
    found |= {name: given for name, given, rules in rows if rules}
    return {**found, **edges.FAIL}


def sound() -> Mapping[str, Estate]:
    """Those before it."""
    lines = {name: given for name, given, rules in test_resilience_checks.LINES if not rules}
    return {**test_checks.PASS, **test_dns.PASS, **lines, **edges.PASS}


BROKEN = broken()
SOUND = sound()


def message_lines(found: Iterable[Problem]) -> list[str]:
    """Problems, without the lines that built what they are about."""
    lines = ((f"{p.rule}: {p.subject}, {p.place}: {p.given}", f"    write: {p.remedy}") for p in found)
    texts = ("\n".join(line.replace("\n", "\\n") for line in pair) for pair in lines)
    return [re.sub(r"(\w+\.py):\d+", r"\1", text) for text in texts]


@cache
def written() -> Mapping[str, Mapping[str, list[str]]]:
    """What messages.txt says: rule by rule, of which case it says what."""
    found: dict[str, dict[str, list[str]]] = {}
    for part in MESSAGES.read_text().split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        for problem in re.findall(r"^[a-z0-9-]+: .*\n    write: .*$", text, re.MULTILINE):
            found.setdefault(problem.partition(":")[0], {}).setdefault(name, []).append(problem)
    return found


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rule_says_what_was_given_where_and_what_would_be_right_and_nothing_of_others(rule: Rule) -> None:
    message = {name: sorted(message_lines(rule.problems(given))) for name, given in {**BROKEN, **SOUND}.items()}
    expected = {name: sorted(texts) for name, texts in written()[rule.id].items()}
    assert {name: texts for name, texts in message.items() if texts} == expected, (
        "run python -m tests.intent.test_messages"
    )


def test_every_case_has_one_name_and_a_message() -> None:
    assert {name for cases in written().values() for name in cases} == set(BROKEN)
    assert not set(BROKEN) & set(SOUND)


if __name__ == "__main__":
    head = (
        "The messages of broken estates. Rewritten by `python -m tests.intent.test_messages`; read what it changes.\n"
    )
    parts = ("\n".join([f"\n## {name}", *message_lines(problems(given)), ""]) for name, given in BROKEN.items())
    MESSAGES.write_text(head + "".join(parts))
