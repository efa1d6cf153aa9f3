"""What broken estates are told, word by word. `python -m tests.intent.test_told` rewrites told.txt from the code.

Every rule has its part there, and every line that the tables of these tests draw.
"""

import re
import warnings
from collections.abc import Mapping
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
from isthmus.intent.checks import problems
from isthmus.testing.broken import BREAKS
from isthmus.testing.strategies import ACCOUNTS, UNITS
from tests.intent import edges, test_checks, test_dns
from tests.intent.network import ROOT

TOLD = Path(__file__).with_name("told.txt")
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
    segments=[Segment("workloads", isolated=True, ways_out={Egress.LOCAL})],
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


def cases() -> Mapping[str, Estate]:
    """Broken estates by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)  # what they assume, `WHOLE` is
        found = {f"rule {rule}": change(WHOLE) for rule, change in sorted(BREAKS.items())}
    for module in (test_checks, test_dns):
        found |= {name: given for name, given, _ in module.FAIL}
    return found | dict(edges.FAIL)


CASES = cases()


def told(given: Estate) -> str:
    """The problems of an estate, without the lines that built it."""
    lines = []
    for problem in problems(given):
        lines.append(f"{problem.rule}: {problem.subject}, {problem.place}: {problem.given}")
        lines.append(f"    write: {problem.remedy}")
    return re.sub(r"(\w+\.py):\d+", r"\1", "\n".join(lines))


def written() -> Mapping[str, str]:
    parts = TOLD.read_text().split("\n## ")[1:]
    return {name: text.strip("\n") for name, _, text in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("name", CASES)
def test_is_told_what_was_given_where_and_what_would_be_right(name: str) -> None:
    assert told(CASES[name]) == written().get(name), "run python -m tests.intent.test_told, and read what it changes"


@pytest.mark.parametrize("name", edges.PASS)
def test_passes(name: str) -> None:
    assert told(edges.PASS[name]) == ""


def test_nothing_else_is_written() -> None:
    assert set(written()) == set(CASES)


if __name__ == "__main__":
    head = "What broken estates are told. Rewritten by `python -m tests.intent.test_told`; read what it changes.\n"
    TOLD.write_text(head + "".join(f"\n## {name}\n{told(given)}\n" for name, given in CASES.items()))
