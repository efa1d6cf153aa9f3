"""`isthmus review` as people run it: arguments, exit codes and messages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from isthmus import cli
from tests.review.sides import STAGE, folders


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return folders(tmp_path_factory.mktemp("sides"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["review", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_change_alone_is_no_objection(sides: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, sides[STAGE], sides["stage_4_central_egress"], "--no-scan")
    assert (code, err) == (0, "")
    assert out.startswith("PROVED.\n")


def test_a_missing_or_empty_base_is_no_first_pull_request(
    sides: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for base in (tmp_path / "missing", tmp_path / "empty"):
        code, out, err = run(capsys, base, sides[STAGE], "--no-scan")
        assert (code, out) == (2, "")
        assert f"isthmus: BASE is {base}, which does not exist or is empty\n" in err
        assert "isthmus review --first HEAD" in err


def test_a_review_needs_a_base(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys)
    assert code == 2
    assert err.startswith("isthmus: no BASE is given\n  write: ")


def test_first_takes_one_path(sides: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--first", sides["leaking"], sides[STAGE])
    assert code == 2
    assert f"write: isthmus review --first {sides[STAGE]}\n" in err


def test_an_output_is_never_an_input(sides: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--markdown", "--json"):
        code, _, err = run(capsys, sides[STAGE], sides[STAGE], option, sides[STAGE] / "intent.json")
        assert code == 2
        assert "is an input" in err


def test_waivers_that_cannot_be_read_are_a_message(
    sides: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "waivers.toml").write_text("[[waiver]]\n")
    code, _, err = run(capsys, sides[STAGE], sides[STAGE], "--waivers", tmp_path / "waivers.toml")
    assert code == 2
    assert "check is missing" in err


def test_without_policies_nothing_is_scanned_and_the_review_says_so(
    sides: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, sides[STAGE], sides[STAGE], "--policies", tmp_path / "none")
    assert code == 0
    assert "- findings: not scanned: no folder of policies at" in out


def test_without_checkov_nothing_is_scanned_and_the_review_says_so(
    sides: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from isthmus.scan.errors import CheckovMissing

    def missing(*_: object, **__: object) -> None:
        raise CheckovMissing

    monkeypatch.setattr("isthmus.review.scanning.scan", missing)
    code, out, _ = run(capsys, sides[STAGE], sides[STAGE])
    assert code == 0
    assert "- findings: not scanned: scanning needs Checkov" in " ".join(out.split())


def test_annotations_follow_the_report(sides: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, sides[STAGE], sides["leaking"], "--no-scan", "--annotations")
    assert code == 1
    last = [line for line in out.splitlines() if line.startswith("::")]
    assert last
    assert out.splitlines()[-len(last) :] == last
    assert all("title=unintended-one-way-flow::" in line for line in last)


def test_a_document_on_standard_output_is_alone(sides: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, sides[STAGE], sides[STAGE], "--no-scan", "--markdown", "-")
    assert out.startswith("<!-- isthmus review -->\n**Proved.** 0 destroyed, 0 replaced, no flow changes, same cost.\n")


def test_a_change_between_plans_does_not_say_what_is_destroyed(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Path(__file__).parents[1] / "reading/fixtures/json/plan.json"
    code, out, _ = run(capsys, plan, plan)
    assert code == 1
    assert out.startswith("NO VIOLATIONS (NO INTENT GIVEN), BUT WHAT TERRAFORM DESTROYS IS UNKNOWN.\n")
    assert "destroyed and replaced unknown" in out
    assert "is no folder of root modules" in " ".join(out.split())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_a_terminal_alone(
    sides: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (sides[STAGE], sides[STAGE], "--no-scan")
    _, plain, err = run(capsys, *given)
    assert err == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    _, out, _ = run(capsys, *given)
    assert out == plain
    written = terminal.getvalue()
    assert "isthmus: comparing the flows ..." in written
    assert written.endswith("\r\x1b[2K")
