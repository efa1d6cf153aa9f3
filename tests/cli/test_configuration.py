"""`[tool.isthmus]` in pyproject.toml: which file counts, what it may say, and what wins over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus import cli
from isthmus.commands.parser import parser
from isthmus.commands.project_settings import KEYS
from tests.proof.estates import output, write

YES, NO, NO_ANSWER = 0, 1, 2


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A correct output."""
    return write(output("stage_1_dev_only"), tmp_path_factory.mktemp("estate") / "out")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an empty folder in it, which is the current one."""
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "repository/inside").mkdir()
    monkeypatch.chdir(tmp_path / "repository/inside")
    return tmp_path / "repository"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def configure(folder: Path, text: str, file: str = "pyproject.toml") -> None:
    (folder / file).write_text(f"[tool.isthmus]\n{text}\n")


def test_the_nearest_table_upwards_counts_and_paths_are_relative_to_it(
    project: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(project, f'path = "../{good.name}"')
    (project.parent / good.name).symlink_to(good)
    (project / "inside/pyproject.toml").write_text('[project]\nname = "another tool"\n')
    code, out, err = run(capsys, "prove", "-v")
    assert (code, out[:6]) == (YES, "PROVED")
    assert "configuration ../pyproject.toml" in err


def test_nothing_above_the_repository_is_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project.parent, 'path = "elsewhere"')
    assert "there is no cdktf.out in" in run(capsys, "prove")[2]
    (project / ".git").rmdir()
    assert "path of ../../pyproject.toml names ../../elsewhere, which does not exist" in run(capsys, "prove")[2]


def test_the_command_line_and_the_environment_win(
    project: Path, good: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, 'path = "missing"\nintent = "missing.json"')
    assert "missing, which does not exist" in run(capsys, "prove")[2]
    assert run(capsys, "prove", good, "--intent", good / "intent.json")[0] == YES
    assert "missing.json" in run(capsys, "prove", good)[2]
    monkeypatch.setenv("CDKTF_OUTDIR", str(good))
    assert run(capsys, "show")[0] == YES
    assert run(capsys, "prove", "--no-config")[0] == YES


def test_another_file_can_be_named(project: Path, good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project, 'path = "missing"')
    configure(project.parent, f'path = "{good}"', "team.toml")
    assert run(capsys, "prove", "--config", project.parent / "team.toml")[0] == YES
    assert run(capsys, "prove", f"--config={project.parent / 'team.toml'}")[0] == YES
    (project / "none.toml").write_text("")
    code, _, err = run(capsys, "prove", "--config", project / "none.toml")
    assert (code, "it has no table [tool.isthmus]" in err) == (NO_ANSWER, True)
    assert "nowhere.toml" in run(capsys, "prove", "--config", "nowhere.toml")[2]


def parsed(*arguments: str) -> dict[str, object]:
    return vars(parser().parse_args(arguments))


def test_lists_of_the_command_line_replace_configured_ones(project: Path) -> None:
    configure(project, 'advertises = { vpn1 = ["10.0.0.0/8", "172.16.0.0/12"], vpn2 = [] }\nsite = { dc1 = ["vpn1"] }')
    assert parsed("prove")["advertises"] == ["vpn1=10.0.0.0/8,172.16.0.0/12", "vpn2="]
    assert parsed("prove")["sites"] == ["dc1=vpn1"]
    assert parsed("prove", "--advertises", "vpn3=10.0.0.0/8")["advertises"] == ["vpn3=10.0.0.0/8"]
    assert parsed("diff", "a", "b")["advertises"] == ["vpn1=10.0.0.0/8,172.16.0.0/12", "vpn2="]
    assert "advertises" not in parsed("show")


def test_a_flag_replaces_the_configured_alternative(project: Path) -> None:
    configure(project, 'prices = "prices.toml"\nclient-ports = "32768-60999"\nstrict-drift = true')
    assert parsed("cost")["prices"] == "../prices.toml"
    given = parsed("cost", "--region", "eu-west-1")
    assert (given["prices"], given["region"], given["client_ports"]) == (None, "eu-west-1", (32768, 60999))
    assert parsed("prove")["strict_drift"] is True
    assert parsed("prove", "--no-strict-drift")["strict_drift"] is False
    assert parsed("prove", "--client-ports", "1-2")["client_ports"] == (1, 2)


def test_a_command_that_reads_one_input_refuses_several(
    project: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(project, f'path = ["{good}", "{good}"]')
    code, _, err = run(capsys, "show")
    assert code == NO_ANSWER
    assert "no path is given, and path of ../pyproject.toml names 2" in err


WRONG = [
    ('waviers = "w.toml"', "[tool.isthmus] has no key waviers; did you mean waivers?"),
    ('client_ports = "1-2"', "has no key client_ports; did you mean client-ports?"),
    ('json = "x.json"', "has no key json"),
    ("path = 3", 'path of [tool.isthmus] is 3\n  write: a path, or a list of paths, such as path = "cdktf.out"'),
    ("path = []", "path of [tool.isthmus] is []"),
    ('path = ["a", 1]', "path of [tool.isthmus] is ['a', 1]"),
    ("intent = true", "intent of [tool.isthmus] is true"),
    ('strict-drift = "yes"', "strict-drift of [tool.isthmus] is 'yes'\n  write: true or false"),
    ('advertises = ["vpn1=10.0.0.0/8"]', "advertises of [tool.isthmus] is"),
    ('advertises = { vpn1 = "10.0.0.0/8" }', "why:   vpn1 has '10.0.0.0/8'"),
    ('client-ports = "9-1"', "why:   expected two ports from 0 to 65535, such as 32768-60999, got '9-1'"),
    ("traffic = 1979-05-27", "traffic of [tool.isthmus] is"),
    ('region = ""', "region of [tool.isthmus] is ''"),
    ('region = "a"\nprices = "b"', "has prices and region"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_an_unknown_key_or_a_wrong_type_is_an_error(
    text: str, message: str, project: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(project, text)
    code, out, err = run(capsys, "prove", good)
    assert (code, out) == (NO_ANSWER, "")
    assert err.startswith("isthmus: ../pyproject.toml: ")
    assert message in err
    assert "  write: " in err
    assert run(capsys, "prove", good, "--no-config")[0] == YES


@pytest.mark.parametrize(
    "text", ["[tool", "[tool.isthmus]\npath = 'a'\npath = 'b'", "\x00", "a = " + "[" * 3000], ids=range(4)
)
def test_a_file_that_is_no_toml_is_named(
    text: str, project: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(text)
    code, out, err = run(capsys, "prove", good)
    assert (code, out) == (NO_ANSWER, "")
    assert "../pyproject.toml: it is not valid TOML" in err
    assert run(capsys, "prove", "--help")[0] == YES
    assert run(capsys, "completion", "bash")[0] == YES


@pytest.mark.parametrize("table", ["isthmus = 3", "isthmus = ['a']"])
def test_a_table_that_is_none_is_refused(
    table: str, project: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(f"[tool]\n{table}\n")
    code, _, err = run(capsys, "prove", good)
    assert (code, "[tool.isthmus] is" in err) == (NO_ANSWER, True)


def test_each_key_but_path_is_a_flag_of_a_command(project: Path) -> None:
    (choices,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    flags = {flag for command in choices.values() for flag in command._option_string_actions}
    assert {f"--{key}" for key in KEYS} - flags == {"--path"}


# --- how much is printed


def test_quiet_prints_the_verdict_and_problems_only(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "prove", good, "-q")[1] == (
        "PROVED: every intended flow is reachable, and no other flow is\n\n"
        "Files edited after synthesis\n- missing: isthmus-manifest.json, so no file was compared\n"
    )
    reachable = run(capsys, "trace", good, "--from", "dev", "--to", "internet:443", "-q")[1]
    assert reachable == "dev -> internet: reachable both ways\n"
    blocked = run(capsys, "trace", good, "--from", "internet", "--to", "dev", "-q")[1]
    assert blocked.startswith("internet -> dev: blocked\n  blocked by ")
    assert "path" not in blocked
    assert len(run(capsys, "cost", good, "-q")[1]) < len(run(capsys, "cost", good)[1])
    assert "total" in run(capsys, "cost", good, "-q")[1]
    assert "Route table" not in run(capsys, "show", good, "--quiet")[1]
    assert run(capsys, "diff", good, good, "-q")[1].startswith("NO FLOW CHANGES")


def test_verbose_prints_everything_and_what_is_read_to_standard_error(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "prove", good, "-v")
    assert code == YES
    assert out == run(capsys, "prove", good, "--all")[1]
    for file in ("stacks/dev/cdk.tf.json", "stacks/dev/modules/spoke_dev/main.tf.json", "intent.json"):
        assert f"  read {good / file}\n" in err
    assert err.splitlines()[-1].endswith("s  done, exit code 0")
    assert run(capsys, "prove", good)[2] == ""
    assert run(capsys, "prove", good, "-q", "-v")[0] == NO_ANSWER
