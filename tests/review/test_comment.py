"""The comment of a review: its first line, its sections, their order, and its length."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.changes import Cause, Refusal, ResourceAction, ResourceChange
from isthmus.cost.estimate import CostEstimate, CostLine
from isthmus.cost.items import ITEMS
from isthmus.cost.prices import shipped
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.failure_changes import FailureChange, FailureChangeKind, FlowsInFailure
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.names import NameChange
from isthmus.proof.result.failures import Failure, FailureKind, FailureResult
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.report import headings
from isthmus.report.difference_sections import difference_sections
from isthmus.report.review_head import review_facts, review_verdict
from isthmus.report.review_markdown import LONGEST, MARKER, fitted, review_markdown
from isthmus.report.review_sections import review_sections
from isthmus.report.review_terminal import print_review
from isthmus.review import Inputs, Review, gather
from isthmus.scan import Finding, Scan, Waiver
from isthmus.terraform import Unknown
from isthmus.text.console import Screen
from isthmus.text.printable import shown
from tests.review.sides import STAGE, folders

TODAY = date(2026, 11, 30)
NAME = "@team #12 `|a|` <b>x</b> [l](http://evil.example) www.evil.example ::error::x \u202e"
CLEAN = Scan((), (), (), (), ("dev",), 1, 9, TODAY)


def finding(name: str = "aws_vpc.this", check: str = "CKV_1") -> Finding:
    return Finding(check, "HIGH", f"about {name}", (name,), "dev", name, "main.tf.json", (1, 2))


def waiver(expires: date = date(2027, 1, 1), name: str = "CKV_1") -> Waiver:
    return Waiver(1, name, name, f"a reason for {name}", expires)


def flow(kind: ChangeKind, source: str = "dev", destination: str = "prod") -> Change:
    return Change(kind, source, destination, None, None)


def change(action: ResourceAction, name: str = "this", type_: str = "aws_vpc") -> ResourceChange:
    return ResourceChange(f"dev/module.spoke_dev.{type_}.{name}", type_, action, reason="")


def cost(amount: int) -> CostEstimate:
    item = ITEMS["nat-gateway"]
    line = CostLine(item, Fraction(730), Fraction(amount), {"dev": Fraction(1)})
    return CostEstimate(shipped("us-east-1"), (line,), (), ())


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A review of nothing: the stage against itself, scanned and clean."""
    folder = str(folders(tmp_path_factory.mktemp("quiet"))[STAGE])
    made = gather(Inputs(folder, folder))
    return replace(made, scan=CLEAN, scan_before=CLEAN, proof=replace(made.proof, drift=()))


def with_difference(review: Review, **members: Any) -> Review:
    return replace(review, difference=replace(review.difference, **members))


def with_proof(review: Review, **members: Any) -> Review:
    return replace(review, proof=replace(review.proof, **members))


def first_line(review: Review) -> str:
    marker, line, _ = review_markdown(review).split("\n", 2)
    assert marker == MARKER == "<!-- isthmus review -->"
    return line


# --- the first line


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda r: r, "**Proved.** 0 destroyed, 0 replaced, no flow changes, same cost."),
        (
            lambda r: replace(
                with_difference(r, changes=tuple(flow(ChangeKind.GAINED, destination=f"s{n}") for n in range(12))),
                changes=(change(ResourceAction.REPLACE),),
                cost=cost(246),
                cost_before=cost(100),
            ),
            "**Proved.** 0 destroyed, 1 replaced, 12 flows gained, +146.00 USD a month.",
        ),
        (
            lambda r: with_difference(r, changes=(flow(ChangeKind.LOST), flow(ChangeKind.UNCLEAR, "a"))),
            "**Proved.** 0 destroyed, 0 replaced, 1 flow lost, 1 flow perhaps changed, same cost.",
        ),
        (
            lambda r: replace(r, changes=(change(ResourceAction.MAY_REPLACE), change(ResourceAction.LEAVE, "gone"))),
            "**Proved.** 0 destroyed, 0 replaced, 1 updated or replaced (unknown which), 1 left behind in AWS, no flow "
            "changes, same cost.",
        ),
        (
            lambda r: replace(r, changes=Unknown("a state"), cost=Unknown("no sheet")),
            "**Proved, but what Terraform destroys is unknown.** destroyed and replaced unknown, no flow changes, cost "
            "unknown.",
        ),
        (
            lambda r: with_difference(r, unknown_results=(UnknownResult("a", "b"),), firewall_changes=("x",)),
            "**Proved.** 0 destroyed, 0 replaced, no flow changes among those that can be decided, firewall rules "
            "changed, same cost.",
        ),
        (
            lambda r: with_proof(r, violations=(Violation("hairpin", "why"), Violation("hairpin", "other"))),
            "**Violated: 2 violations.** 0 destroyed, 0 replaced, no flow changes, same cost.",
        ),
        (
            lambda r: with_proof(r, unknown_results=(UnknownResult("a", "b"),)),
            "**Unknown: 1 result cannot be decided.** 0 destroyed, 0 replaced, no flow changes, same cost.",
        ),
        (
            lambda r: with_proof(r, against_intent=False),
            "**No violations (no intent given).** 0 destroyed, 0 replaced, no flow changes, same cost.",
        ),
        (
            lambda r: replace(
                r,
                refusals=(Refusal("dev/aws_eip.a", "aws_eip", ResourceAction.DESTROY),),
                changes=(change(ResourceAction.DESTROY, type_="aws_eip"),),
                scan=replace(CLEAN, findings=(finding(),)),
            ),
            "**Proved, but 1 protected resource must not be destroyed, replaced or left behind; 1 finding without a "
            "waiver.** 1 destroyed, 0 replaced, no flow changes, same cost.",
        ),
        (
            lambda r: replace(r, first=True, cost=cost(246), cost_before=None),
            "**Proved.** 0 destroyed, 0 replaced, no flow changes, 246.00 USD a month.",
        ),
        (
            lambda r: replace(r, cost=replace(cost(246), notes=("x, so the sum does not include it",))),
            "**Proved.** 0 destroyed, 0 replaced, no flow changes, change of the cost unknown.",
        ),
    ],
)
def test_the_first_line_states_the_result(quiet: Review, edit: Callable[[Review], Review], line: str) -> None:
    assert first_line(edit(quiet)) == line


def test_the_terminal_starts_with_the_same_words(quiet: Review, capsys: pytest.CaptureFixture[str]) -> None:
    print_review(quiet, Screen(width=200))
    out = capsys.readouterr().out
    assert out.startswith(f"{review_verdict(quiet).upper()}.\n{', '.join(review_facts(quiet))}.\n")


# --- sections

NEW_ZONE = FailureChange(
    Failure(FailureKind.ZONE, "use1-az9"), FailureChangeKind.NEW, before=None, after=FlowsInFailure()
)
EDITS: dict[str, Callable[[Review], Review]] = {
    headings.REFUSED: lambda r: replace(r, refusals=(Refusal("dev/aws_eip.a", "aws_eip", ResourceAction.DESTROY),)),
    headings.VIOLATIONS: lambda r: with_proof(r, violations=(Violation("hairpin", "why"),)),
    headings.RESOURCE_CHANGES: lambda r: replace(r, changes=(change(ResourceAction.REPLACE),)),
    headings.INBOUND_CHANGES: lambda r: with_difference(r, changes=(flow(ChangeKind.GAINED, "internet"),)),
    headings.FLOW_CHANGES: lambda r: with_difference(r, changes=(flow(ChangeKind.GAINED),)),
    headings.NAME_CHANGES: lambda r: with_difference(r, names=(NameChange("a.example", ("dev",), "x", "y"),)),
    headings.FIREWALL_CHANGES: lambda r: with_difference(r, firewall_changes=("a rule (new)",)),
    headings.UNKNOWN: lambda r: with_proof(r, unknown_results=(UnknownResult("a", "b"),)),
    headings.FAILURE_CHANGES: lambda r: with_difference(r, failures=(NEW_ZONE,)),
    "Findings without a waiver": lambda r: replace(r, scan=replace(CLEAN, findings=(finding(),))),
    "Plan by root module": lambda r: replace(r, changes=(change(ResourceAction.CREATE),)),
    "Monthly cost": lambda r: replace(r, cost=cost(246), cost_before=cost(100)),
    "Waived findings": lambda r: replace(r, scan=replace(CLEAN, waived=((finding(), waiver()),))),
    headings.DRIFT: lambda r: with_proof(r, drift=("changed: a",)),
    headings.NOTES: lambda r: with_proof(r, notes=("a note",)),
}


def titles(review: Review) -> list[str]:
    """The titles in the Markdown, without their numbers."""
    found = re.findall(r"<summary>(.*?)</summary>", review_markdown(review))
    return [re.sub(r" \(\d+\)$", "", title) for title in found]


@pytest.mark.parametrize("title", EDITS)
def test_a_section_is_there_if_it_has_something_to_show(quiet: Review, title: str) -> None:
    assert not any(each.startswith(title) for each in titles(quiet))
    assert any(each.startswith(title) for each in titles(EDITS[title](quiet)))


def test_a_quiet_review_has_only_what_it_assumes(quiet: Review) -> None:
    assert titles(quiet) == [headings.ASSUMPTIONS]


def everything(review: Review) -> Review:
    """A review with every section."""
    for edit in EDITS.values():
        edited = edit(review)
        merged = {name: getattr(edited, name) for name in ("refusals", "scan", "cost", "cost_before")}
        review = replace(
            edited,
            **{name: value or getattr(review, name) for name, value in merged.items() if name != "scan"},
            changes=(*review.changes, *edited.changes) if edited.changes != review.changes else review.changes,  # type: ignore[misc]
            scan=replace(
                CLEAN,
                findings=edited.scan.findings or review.scan.findings,  # type: ignore[union-attr]
                waived=edited.scan.waived or review.scan.waived,  # type: ignore[union-attr]
            ),
        )
    inbound, other = flow(ChangeKind.GAINED, "internet"), flow(ChangeKind.GAINED)
    return with_difference(review, changes=(inbound, other))


def test_the_most_important_section_comes_first(quiet: Review) -> None:
    found = [next((key for key in EDITS if title.startswith(key)), title) for title in titles(everything(quiet))]
    assert found == [
        headings.REFUSED,
        headings.VIOLATIONS,
        headings.RESOURCE_CHANGES,
        headings.INBOUND_CHANGES,
        headings.FLOW_CHANGES,
        headings.NAME_CHANGES,
        headings.FAILURE_CHANGES,
        headings.FIREWALL_CHANGES,
        headings.UNKNOWN,
        "Findings without a waiver",
        "Plan by root module",
        "Monthly cost",
        "Waived findings",
        headings.DRIFT,
        headings.ASSUMPTIONS,
        headings.NOTES,
        "Diagram of the change",
    ]


def test_every_section_of_the_difference_is_in_the_review(quiet: Review) -> None:
    """A new kind of change needs no edit here."""
    full = everything(quiet)
    own = {section.heading for section in difference_sections(full.difference, full.changes, full.refusals)}
    assert own - {section.title for section in review_sections(full)} <= {headings.ASSUMPTIONS, headings.NOTES}


def test_new_violations_and_findings_are_marked(quiet: Review) -> None:
    old, new = Violation("hairpin", "old"), Violation("hairpin", "new one")
    review = with_proof(quiet, violations=(old, new))
    assert quiet.proof_before is not None
    review = replace(
        review,
        proof_before=replace(quiet.proof_before, violations=(old,)),
        scan=replace(CLEAN, findings=(finding("a"), finding("b"), finding("c"))),
        scan_before=replace(CLEAN, findings=(finding("a"),), waived=((finding("c"), waiver()),)),
    )
    text = review_markdown(review)
    assert "- in BASE too: hairpin: old" in text
    assert "- new: hairpin: new one" in text
    assert "| high, in BASE too | CKV\\_1 | dev: a |" in text
    assert "| high, new | CKV\\_1 | dev: b |" in text
    assert "| high, in BASE too | CKV\\_1 | dev: c |" in text
    unscanned = replace(review, scan_before=Unknown("BASE has no Terraform"))
    assert "| high | CKV\\_1 | dev: a |" in review_markdown(unscanned)
    assert "which findings are new: BASE has no Terraform" in review_markdown(unscanned)


def test_the_next_expiry_of_a_waiver_is_shown(quiet: Review) -> None:
    late, soon = waiver(date(2027, 6, 1), "CKV_2"), waiver(date(2026, 12, 10), "CKV_3")
    review = replace(quiet, scan=replace(CLEAN, waived=((finding("a"), late), (finding("b"), soon))))
    assert "the next waiver expires on 2026-12-10, in 10 days: CKV\\_3" in review_markdown(review)


def test_the_plan_says_where_it_is_from(quiet: Review) -> None:
    changes = (change(ResourceAction.CREATE), change(ResourceAction.DESTROY, "old"))
    text = review_markdown(replace(quiet, changes=changes, planned=frozenset({"dev"})))
    assert "| dev | 1 created, 1 destroyed | plan |" in text
    assert "| dev | 1 created, 1 destroyed | configuration |" in review_markdown(replace(quiet, changes=changes))


def test_no_table_is_wider_than_four_columns(quiet: Review) -> None:
    rules = re.findall(r"^\|(?:-+:?\|)+$", review_markdown(everything(quiet)), re.MULTILINE)
    assert len(rules) >= 4
    assert max(rule.count("|") - 1 for rule in rules) <= 4


# --- length and hostile names


def hostile(review: Review, name: str, count: int) -> Review:
    """A review in which every text is `name`, and every list has `count` elements."""
    names = [f"{name} {number}" for number in range(count)]
    return replace(
        review,
        changes=tuple(
            ResourceChange(
                f"{one}/aws_vpc.{one}", "aws_vpc", ResourceAction.REPLACE, (Cause(one, one, one, True),), reason=one
            )
            for one in names
        ),
        refusals=tuple(
            Refusal(one, one, ResourceAction.DESTROY, one if at % 2 else "") for at, one in enumerate(names)
        ),
        difference=Difference(
            tuple(
                Change(ChangeKind.GAINED, "internet" if at % 2 else one, f"to {one}", None, None, (one,), one, one)
                for at, one in enumerate(names)
            ),
            unknown_results=tuple(UnknownResult(one, one) for one in names),
            added_locations=tuple(names),
            firewall_changes=tuple(names),
            names=tuple(NameChange(one, (one,), one, one) for one in names),
        ),
        proof=replace(
            review.proof,
            violations=tuple(Violation("hairpin", one, (one,), one, one) for one in names),
            assumptions=tuple(names),
            notes=tuple(names),
            drift=tuple(names),
            scenarios=tuple(FailureResult(Failure(FailureKind.ZONE, one), ()) for one in names),
        ),
        scan=replace(
            CLEAN,
            findings=tuple(finding(one) for one in names),
            waived=tuple((finding(one), waiver(name=one)) for one in names),
            expired=tuple(waiver(name=one) for one in names),
        ),
    )


@pytest.mark.parametrize("name", ["short", NAME, "ü" * 300, "\U0001f9e8&<" * 200, "x" * 9_000])
@pytest.mark.parametrize("count", [1, 40, 400])
def test_a_comment_is_never_too_long(quiet: Review, name: str, count: int) -> None:
    review = hostile(quiet, name, count)
    text = shown(review_markdown(review), breaks=True)
    assert len(text) <= 65_536
    assert len(text.encode()) <= 65_536
    assert text.startswith(f"{MARKER}\n**Violated: {count} violation")
    assert text.count("<details") == text.count("</details>")
    kept = [title for title in titles(review) if title != "Diagram of the change"]
    every = [section.title for section in review_sections(review)]
    assert kept == every[: len(kept)]
    assert len(kept) >= 4
    assert ("It lacks: " in text) is (len(kept) < len(every))
    for title in every[len(kept) :]:
        assert title in text.rpartition("It lacks: ")[2]


def test_names_are_no_markup(quiet: Review) -> None:
    text = shown(review_markdown(hostile(quiet, NAME, 2)), breaks=True)
    text = re.sub(r"```mermaid.*?```", "", text, flags=re.DOTALL)
    assert "team" in text
    for harmful in (
        r"@\w",
        r"#\d",
        "<b>",
        r"https?://evil",
        r"www\.evil",
        r"(?<!\\)`",
        r"(?<!\\)\]\(",
        "\u202e",
        "^::",
    ):
        assert not re.search(harmful, text, re.MULTILINE), harmful
    cells = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("|")]
    assert cells
    assert {len(row) for row in cells} <= {5, 6}  # three or four columns, and the two ends


def test_names_are_harmless_on_the_terminal(quiet: Review, capsys: pytest.CaptureFixture[str]) -> None:
    print_review(hostile(quiet, f"{NAME}\n::error::x", 30), Screen(width=80))
    out = capsys.readouterr().out
    assert "\u202e" not in out
    assert not re.search("^ *::[a-z]+::", out, re.MULTILINE)
    assert len(out.splitlines()) < 250


PARTS = st.lists(st.tuples(st.text("ab", min_size=1, max_size=5), st.text("xü\n<", max_size=60)), max_size=8)


@given(PARTS, st.integers(250, 600))
def test_the_end_is_left_out_until_the_rest_fits(parts: list[tuple[str, str]], longest: int) -> None:
    text = fitted("head", parts, longest)
    assert len(text.encode()) <= longest
    assert text.startswith("head")
    given_ = [(title, body) for title, body in parts if body]
    kept = next(
        (
            count
            for count in range(len(given_), -1, -1)
            if text.startswith("\n\n".join(["head", *(b for _, b in given_[:count])]))
        ),
        0,
    )
    whole = "\n\n".join(["head", *(body for _, body in given_)]) + "\n"
    assert (text == whole) is (len(whole.encode()) <= longest)
    if text != whole:
        assert "; ".join(title for title, _ in given_[kept:]) in text


def test_the_limit_is_that_of_github() -> None:
    assert LONGEST < 65_536


def test_a_review_of_a_plan_or_state_says_what_it_does_not_know(tmp_path: Path) -> None:
    made = folders(tmp_path)
    review = gather(Inputs(str(made[STAGE]), str(made["uncounted"])))
    assert review.unknown_results
    assert titles(review)[:1] == [headings.UNKNOWN] or headings.UNKNOWN in titles(review)


def test_one_reason_for_both_costs_is_given_once(quiet: Review) -> None:
    same = replace(quiet, cost=Unknown("no sheet"), cost_before=Unknown("no sheet"))
    assert [one.what for one in same.unknown_results if "cost" in one.what] == ["cost, before and after"]
    other = replace(same, cost_before=Unknown("no traffic"))
    assert [one.what for one in other.unknown_results if "cost" in one.what] == ["cost", "cost before"]
