"""Limits of what is printed: a comment's length, markup in names, a terminal's width."""

from isthmus.aws.quotas import ROUTES
from isthmus.proof.checks.quotas import Usage, exceeded, fullest
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.proof.result.proof import Flows, Proof
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.proof_markdown import proof_markdown


def proof_of(*violations: Violation, unknown_results: tuple[UnknownResult, ...] = ()) -> Proof:
    def never(a: str, b: str) -> bool:
        return False

    return Proof(Flows((), never, lambda a, b: None), violations=violations, unknown_results=unknown_results)  # type: ignore[arg-type, return-value]


def test_a_comment_is_never_too_long() -> None:
    many = [Violation("hairpin", "x" * 200, (f"aws_route.r{n}",), "a", f"b{n}") for n in range(2_000)]
    text = proof_markdown(proof_of(*many))
    assert len(text.encode()) < 65_535
    assert text.startswith("**VIOLATED**: 2,000 violations.")
    assert "Cut here" in text
    assert text.count("<details") == text.count("</details>")


def test_a_long_difference_is_cut_too() -> None:
    changes = tuple(
        Change(ChangeKind.GAINED, "a", f"b{n}", None, None, ("aws_route." + "r" * 90,)) for n in range(2_000)
    )
    text = difference_markdown(Difference(changes), ())
    assert len(text.encode()) < 65_535
    assert text.startswith("**Flows change**: 2,000 flows gained.")


def test_names_are_escaped() -> None:
    hostile = Violation("hairpin", "<img src=x> @team |`*_[x](y)\n# heading", ("a`b|c",), "<b>", "*")
    text = proof_markdown(proof_of(hostile))
    assert "<img" not in text
    assert "@team" not in text
    assert "\n# heading" not in text


def test_unknown_is_neither_proved_nor_violated() -> None:
    text = proof_markdown(proof_of(unknown_results=(UnknownResult("a -> b", "not given"),)))
    assert text.startswith("**UNKNOWN**")


def test_quotas_warn_before_they_bind() -> None:
    used = [Usage(ROUTES, f"table{n}", n, 500) for n in (10, 400, 401, 501)]
    assert [bool(usage.note) for usage in used] == [False, False, True, True]
    assert [violation.resources for violation in exceeded(used)] == [("table501",)]
    assert [usage.used for usage in fullest(used)] == [501, 401]
