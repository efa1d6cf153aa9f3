"""`isthmus prove` fits one screen, and says how much of each part it leaves out."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.synth import estate_of as estate_of_spokes
from isthmus import cli, proof
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.proof.result.proof import Proof
from isthmus.report.proof_summary import by_cause, print_summary
from isthmus.text.console import Screen
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.proof.estates import output, write

LINES, COLUMNS = 40, 80


@cache
def proved() -> Proof:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return proof.read(write(output("stage_3_every_vpc"), Path(folder) / "out")).prove()


def printed(found: Proof) -> str:
    text = io.StringIO()
    print_summary(found, Screen(file=text, width=COLUMNS))
    return text.getvalue()


def on_one_screen(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) <= LINES and all(len(line) <= COLUMNS or "aws_" in line for line in lines)


def test_the_guides_network_fits_one_screen() -> None:
    text = printed(proved())
    assert on_one_screen(text)
    assert text.startswith("PROVED: ")
    assert "\nReachability (row = source" in text
    assert "\nworkloads: dev, prod, test\n" in text
    assert "\nEgress paths: on-premises, over infra_dc1_01: dev, prod, shared-services and 1\n  more\n" in text
    assert "\nFailure scenarios: 7, of which 2 lose no flow; " in text
    assert "site dc1 advertises 0.0.0.0/0, 172.20.0.0/15 over infra_dc1_01, and nothing" in text
    assert "- security groups and host firewalls are not evaluated" in text
    assert text.endswith("\n--all prints every detail\n")


def test_short_addresses_keep_what_is_around_them() -> None:
    where = "prod/module.spoke_prod.aws_subnet.public_az1"
    text = printed(replace(proved(), assumptions=(f"hosts in {where} reach the internet, if ({where} assigns none)",)))
    assert "- hosts in public_az1 reach the internet, if (public_az1 assigns none)\n" in text


def test_forty_spokes_fit_one_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_output(tmp_path / "out", synthesize(estate_of_spokes(40)))
    assert cli.main(["prove", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert on_one_screen(text)
    assert "\nReachability (row = source" in text


def test_everything_prints_what_the_summary_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(output("stage_3_every_vpc"), tmp_path / "out")
    assert cli.main(["prove", str(folder), "--all"]) == 0
    text = capsys.readouterr().out
    for assumption in proved().assumptions:
        assert assumption in " ".join(text.split()).replace("- ", "") or "network/module" in assumption
    assert "tunnel 1 of VPN connection" in text


REASONS = st.sampled_from(["short", "a longer reason of many words " * 8, "another reason " * 4])
VIOLATIONS = st.lists(
    st.builds(
        Violation,
        st.sampled_from(["unintended-flow", "no-egress"]),
        REASONS,
        st.sampled_from([(), ("aws_route.a",), ("aws_route.b", "aws_route.a")]),
        st.sampled_from(["dev", "prod"]),
        st.sampled_from(["dc1", "test"]),
        st.sampled_from(["", "tcp/22"]),
    ),
    max_size=60,
)
UNKNOWN = st.lists(st.builds(UnknownResult, st.sampled_from("abcdefgh"), REASONS), max_size=60)


@given(VIOLATIONS, UNKNOWN, st.integers(0, 30), st.integers(0, 30))
def test_any_proof_fits_and_leaves_nothing_out_silently(
    violations: list[Violation], unknown: list[UnknownResult], drift: int, sites: int
) -> None:
    advertised = [
        f"site s{n} advertises 10.{n}.0.0/16 over aws_vpn_connection.v{n}, and nothing else" for n in range(sites)
    ]
    other = [text for text in proved().assumptions if not text.startswith("site ")]
    found = replace(
        proved(),
        violations=tuple(violations),
        unknown_results=tuple(unknown),
        drift=tuple(f"changed: {n}.json" for n in range(drift)),
        assumptions=(*advertised, *other),
    )
    text = printed(found)
    assert on_one_screen(text)
    for title, number in (
        ("Violations", len(by_cause(violations))),
        ("Unknown", len(unknown)),
        ("Files edited after synthesis", drift),
        ("Assumptions", None),
    ):
        part = text.partition(f"\n{title}\n")[2].partition("\n\n")[0]
        listed = len(re.findall(r"^- (?!and \d+ more: --all)", part, re.MULTILINE))
        more = re.search(r"^- and (\d+) more: --all$", part, re.MULTILINE)
        total = listed + (int(more[1]) if more else 0)
        if number is None:
            number = len(other) + (sites if sites <= 2 else 1)
        assert total == number, title
        assert not number or listed, title
    if sites > 2:
        assert f"- {sites} sites (s0, s1, s2" in text


@given(VIOLATIONS)
def test_each_violation_is_in_the_group_of_its_cause(violations: list[Violation]) -> None:
    groups = by_cause(violations)
    assert sorted(map(str, (one for group in groups for one in group))) == sorted(map(str, violations))
    for group in groups:
        assert len({(one.rule, one.resources[:1] or one.why) for one in group}) == 1
    assert len(groups) == len({(one.rule, one.resources[:1] or one.why) for one in violations})


def test_violations_of_one_cause_are_one_item() -> None:
    flows = [("prod", "dev"), ("test", "dev")]
    violations = tuple(Violation("unintended-flow", f"by {a}", ("aws_leak.a",), a, b) for a, b in flows)
    text = printed(replace(proved(), violations=violations))
    assert "- unintended-flow: prod, test -> dev (2 violations): by prod\n    aws_leak.a\n" in text
