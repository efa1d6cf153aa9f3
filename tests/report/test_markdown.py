"""No text of an input is markup, a mention or a reference in any Markdown that a command writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from isthmus.cost.estimate import CostEstimate
from isthmus.cost.prices import shipped
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.names import NameChange
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.proof.result.proof import Flows, Proof
from isthmus.report.cost_markdown import estimate_markdown
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.markdown import codes, escape
from isthmus.report.proof_markdown import proof_markdown
from isthmus.report.scan_markdown import scan_markdown
from isthmus.scan.findings import Finding, Scan
from isthmus.scan.waivers import Waiver

NAME = "@team #12 |a| <b> www.evil.example https://evil.example"


def proved() -> str:
    flows = Flows((), lambda a, b: False, cast("Callable[[str, str], Any]", None))
    return proof_markdown(
        Proof(
            flows,
            violations=(Violation("hairpin", NAME, (NAME,), NAME, NAME),),
            unknown_results=(UnknownResult(NAME, NAME),),
            assumptions=(NAME,),
            more_specific_prefixes=(NAME,),
            notes=(NAME,),
            drift=(NAME,),
        )
    )


def compared() -> str:
    return difference_markdown(
        Difference(
            (Change(ChangeKind.UNCLEAR, NAME, f"other {NAME}", None, None, (NAME,), NAME, NAME),),
            unknown_results=(UnknownResult(NAME, NAME),),
            assumptions=(NAME,),
            notes=(NAME,),
            added_locations=(NAME,),
            removed_locations=(NAME,),
            firewall_changes=(NAME,),
            names=(NameChange(NAME, (NAME,), NAME, NAME),),
        ),
        (),
    )


def scanned() -> str:
    finding = Finding(NAME, "HIGH", NAME, (NAME,), NAME, NAME, NAME, (1, 2), None)
    waiver = Waiver(1, NAME, NAME, NAME, date(2027, 1, 1), root=NAME)
    return scan_markdown(Scan((finding,), ((finding, waiver),), (waiver,), (waiver,), (NAME,), 1, 1), NAME)


def costed() -> str:
    prices = replace(shipped("us-east-1"), currency=NAME, region=NAME, as_of=NAME)
    made = CostEstimate(prices, (), (), notes=(NAME,), assumptions=(NAME,), regions=(NAME,))
    return estimate_markdown(made) + estimate_markdown(made, made)


@pytest.mark.parametrize("written", [proved, compared, scanned, costed])
def test_names_are_harmless_everywhere(written: Callable[[], str]) -> None:
    # In code nothing is a mention, a reference or a link.
    text = re.sub(r"`[^`\n]*`", "", written())
    assert "team" in text
    for harmful in (r"@\w", r"(?<!\\)#\d", r"#\d", "<b>", r"https?://evil", r"www\.evil"):
        assert not re.search(harmful, text), harmful


def test_long_lists_are_cut_in_one_way() -> None:
    assert codes(["a", "b|c", "d", "e", "f"]) == "`a`, `b/c`, `d`, `e` and 1 more"
    assert "@" + "team" not in escape("@team")
