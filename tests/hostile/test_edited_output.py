"""An output whose `intent.json` or manifest another hand has edited: every command answers or says what is wrong.

Each value of each file is taken out and replaced by others, of its type and of others. A few of these edits are tried
in each run, all of them under `HYPOTHESIS_PROFILE=nightly`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.files.manifest import MANIFEST
from modules.output_folder import write_output
from tests.hostile.test_intent import Path_, at, leaves
from tests.proof.estates import output

GONE = object()
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        2**70,
        1e308,
        "",
        "x" * 50_000,
        "10.0.0.0/8",
        "::/0",
        "\u202e\n\x1b[31m",
        "${x}",
        "all",
        "a/b",
    ),
    *([], {}, [None], [[]], [{"": None}], {"": []}),
)
COMMANDS = (
    "prove {out}",
    "show {out}",
    "diff {good} {out}",
    "diff {out} {good}",
    "trace {out} --from {spoke} --to internet",
    "trace {out} --from {spoke} --name example.com",
    "handover {out} --into {out}/../sheets",
    "cost {out}",
    "draw {out}",
)
LONGEST_ERROR = 10_000  # characters: it is read by people
FEW = 18
EXAMPLES = {"stage_5_resilient_vpn": "dev", "stage_4_central_egress": "dev"}


def edits(document: Any) -> Iterator[tuple[Path_, Any]]:
    """Where, and what stands there then: nothing, or another value."""
    for path in leaves(document):
        value = at(document, path)
        yield path, GONE
        yield from ((path, other) for other in VALUES)
        if isinstance(value, list):
            yield from ((path, other) for other in (value + value, value[::-1], value[:1] * 2_000))
        if isinstance(value, dict):
            yield path, {**value, "unheard-of": 1}
        if isinstance(value, str):
            yield from ((path, other) for other in (value.upper(), value + "x"))
            yield from ((path, at(document, other)) for other in leaves(document) if other[-1] == "name")


def edited(document: Any, path: Path_, value: Any) -> Any:
    copied = json.loads(json.dumps(document))
    if value is GONE:
        del at(copied, path[:-1])[path[-1]]
    else:
        at(copied, path[:-1])[path[-1]] = value
    return copied


@pytest.fixture(scope="module", params=EXAMPLES)
def outputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """An output as it was synthesized, the same to be edited, and a spoke of both."""
    folder = tmp_path_factory.mktemp("outputs")
    good, bad = folder / "good", folder / "bad"
    for out in (good, bad):
        write_output(out, output(request.param))
    return good, bad, EXAMPLES[request.param]


@pytest.mark.parametrize("name", ["intent.json", "manifest.json", MANIFEST])
@pytest.mark.parametrize("every", [pytest.param(False, id="few"), pytest.param(True, marks=pytest.mark.nightly)])
def test_an_edited_file_is_answered_or_refused(
    name: str, every: bool, outputs: tuple[Path, Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    good, out, spoke = outputs
    document = json.loads((good / name).read_text())
    chosen = list(edits(document))
    random.Random(0).shuffle(chosen)
    problems = []
    for number, (path, value) in enumerate(chosen if every else chosen[:FEW]):
        (out / name).write_text(json.dumps(edited(document, path, value)))
        command = COMMANDS[number % len(COMMANDS)].format(good=good, out=out, spoke=spoke)
        code, error = cli.main(command.split()), capsys.readouterr().err
        if problem := _wrong(code, error):
            problems.append(f"{command}, with {path} {'gone' if value is GONE else repr(value)[:60]}: {problem}")
    (out / name).write_text(json.dumps(document))
    assert not problems, "\n".join(problems)


def _wrong(code: int, error: str) -> str:
    if code not in (0, 1, 2):
        return f"the exit code is {code}"
    if "bug" in error or "Traceback" in error:
        return error
    if code == 2 and not error.strip():
        return "nothing is said"
    return f"{len(error):,} characters are said" if len(error) > LONGEST_ERROR else ""


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("estate", "segments", 0, "allowed_egress", 0), {"": None}, "estate.segments[0].allowed_egress"),
        (("estate", "organization", "accounts", 0, "id"), "x" * 50_000, "invalid-account-id"),
    ],
)
def test_what_was_not_refused_once(
    path: Path_, value: Any, message: str, outputs: tuple[Path, Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    good, out, _ = outputs
    document = json.loads((good / "intent.json").read_text())
    (out / "intent.json").write_text(json.dumps(edited(document, path, value)))
    assert cli.main(["prove", str(out)]) == 2
    error = capsys.readouterr().err
    (out / "intent.json").write_text(json.dumps(document))
    assert message in error
    assert not _wrong(2, error)
