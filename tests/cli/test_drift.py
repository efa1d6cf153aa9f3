"""What is not as it was synthesized is listed, and fails where that is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.files.manifest import JOURNAL, MANIFEST, SCHEMA, STAGING, Drift, digest, drift_of
from tests.proof.estates import output, write

NAME = "stage_1_dev_only"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output with its manifest."""
    folder = write(output(NAME), tmp_path / "out")
    files = {path: digest((folder / path).read_bytes()) for path in output(NAME)}
    (folder / MANIFEST).write_text(json.dumps({"schema": SCHEMA, "files": files}))
    return folder


def spoil(out: Path) -> None:
    """A label that changes no flow, a file of another tool, and one that is gone."""
    hub = out / "stacks" / "network" / "modules" / "hub" / "main.tf.json"
    hub.write_text(hub.read_text() + "\n")
    (out / "stacks" / "network" / "notes.tf").write_text("# nothing")
    (out / "manifest.json").unlink()


def test_an_output_as_synthesized_says_nothing(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", str(out), "--no-scenarios", "--strict-drift"]) == 0
    assert "Files edited after synthesis" not in capsys.readouterr().out


def test_files_that_differ_are_listed_everywhere(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(out)
    assert main(["prove", str(out), "--no-scenarios"]) == 0
    listed = [
        "changed: stacks/network/modules/hub/main.tf.json",
        "missing: manifest.json",
        "added: stacks/network/notes.tf",
    ]
    printed = capsys.readouterr().out
    assert "Files edited after synthesis\n" + "".join(f"- {line}\n" for line in listed) in printed
    assert printed.index("Files edited after synthesis") < printed.index("Reachability"), "it may explain what follows"
    assert main(["prove", str(out), "--no-scenarios", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["drift"] == listed
    assert main(["prove", str(out), "--no-scenarios", "--markdown", "-"]) == 0
    assert "notes.tf" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["", "stacks", "stacks/network"])
def test_a_strict_proof_fails_for_them(out: Path, part: str) -> None:
    before = main(["prove", str(out / part), "--no-scenarios", "--strict-drift", "--intent", str(out / "intent.json")])
    spoil(out)
    given = ["prove", str(out / part), "--no-scenarios", "--intent", str(out / "intent.json")]
    assert main(given) == before
    assert main([*given, "--strict-drift"]) == 1


def test_show_lists_them(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "stacks" / "network" / "notes.tf").write_text("# nothing")
    assert main(["show", str(out)]) == 0
    assert "added: stacks/network/notes.tf" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["prove"],
        ["show"],
        ["scan"],
        ["cost"],
        ["draw"],
        ["handover"],
        ["trace", "--from", "dev", "--to", "internet"],
        ["diff"],
    ],
    ids=lambda command: command[0],
)
def test_what_is_half_written_is_not_read(out: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (out / STAGING).mkdir()
    (out / STAGING / JOURNAL).write_text("{}")
    given = [command[0], str(out), *command[1:], *([str(out)] if command == ["diff"] else [])]
    assert main(given) == 2
    error = capsys.readouterr().err
    assert "half written" in error
    assert "ynthesize again" in error


def test_no_link_is_followed(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file behind a link is not what was written, even where it says the same; and a link may lead to more."""
    hub = out / "stacks" / "network" / "modules" / "hub" / "main.tf.json"
    hub.rename(tmp_path / "elsewhere.json")
    hub.symlink_to(tmp_path / "elsewhere.json")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "extra.tf.json").write_text("{}")
    (out / "stacks" / "more").symlink_to(tmp_path / "more")
    drift = drift_of(out)
    assert drift is not None
    assert drift.changed == ("stacks/network/modules/hub/main.tf.json",)
    assert set(drift.added) == {"stacks/more"}


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "stacks/../../secret", "stacks//dev/x", "./intent.json", ""]
)
def test_a_manifest_names_what_is_in_the_folder(name: str, out: Path) -> None:
    """What lies elsewhere is not read: one could ask for the digest of any file of the machine."""
    (out.parent / "secret").write_text("s")
    document = json.loads((out / MANIFEST).read_text())
    document["files"][name] = digest(b"s")
    (out / MANIFEST).write_text(json.dumps(document))
    assert drift_of(out) == Drift(changed=(MANIFEST,))


@pytest.mark.parametrize("damage", ["{", "[]", '{"schema": 1, "files": {"a": 3}}', "[" * 100_000, "fifo", "large"])
def test_a_damaged_manifest_differs(
    damage: str, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if damage == "large":
        monkeypatch.setattr("isthmus.files.manifest.LARGEST_MANIFEST", 100)
    else:
        (out / MANIFEST).unlink()
        (out / MANIFEST).write_text(damage) if damage != "fifo" else os.mkfifo(out / MANIFEST)
    assert drift_of(out) == Drift(changed=(MANIFEST,))
    given = ["prove", str(out), "--no-scenarios"]
    assert (main(given), main([*given, "--strict-drift"])) == (0, 1)
    assert "changed: isthmus-manifest.json, so no file was compared" in capsys.readouterr().out


def test_a_missing_manifest_is_no_comparison(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who removes the manifest with a file does not pass a strict proof."""
    (out / MANIFEST).unlink()
    given = ["prove", str(out / "stacks"), "--no-scenarios", "--intent", str(out / "intent.json")]
    assert (main(given), main([*given, "--strict-drift"])) == (0, 1)
    assert capsys.readouterr().out.count("missing: isthmus-manifest.json, so no file was compared") == 2
    assert main(["show", str(out)]) == 0
    assert "missing: isthmus-manifest.json" in capsys.readouterr().out


def test_a_strict_proof_refuses_what_it_cannot_compare(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other people's Terraform, and a plan, are no output of a synthesis: 0 would say that they are as synthesized."""
    (out / MANIFEST).unlink()
    (out / "intent.json").unlink()
    assert main(["prove", str(out), "--no-scenarios", "--strict-drift"]) == 2
    assert f"--strict-drift: {out} is no output folder of synthesis" in capsys.readouterr().err


def test_what_is_compared_has_an_end(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(out / "stacks" / "network" / "pipe.tf.json")
    (out / "manifest.json").unlink()
    os.mkfifo(out / "manifest.json")
    drift = drift_of(out)
    assert drift == Drift(changed=("manifest.json",), added=("stacks/network/pipe.tf.json",))
    monkeypatch.setattr("isthmus.files.manifest.MOST_ENTRIES", len(output(NAME)))
    drift = drift_of(out)
    assert drift is not None
    assert f"stacks (more than {len(output(NAME))} files: the rest is not compared)" in drift.added
    monkeypatch.setattr("isthmus.files.manifest.LARGEST_WRITTEN", 10)
    assert {"intent.json", "manifest.json"} <= set(getattr(drift_of(out), "changed", ()))
