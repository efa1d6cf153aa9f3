"""The files of other projects are those that are stated, and the wheel contains them with their licence."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

from isthmus.report.html.page import SCRIPTS
from isthmus.report.vendor import elk
from tests.report import vendor

PROJECT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def test_the_script_is_the_stated_release() -> None:
    assert vendor.checksum() == elk.SHA256
    assert elk.script().startswith(b"'use strict';")


def test_the_licence_is_in_the_wheel_and_in_its_metadata() -> None:
    assert SETTINGS["project"]["license"] == f"Apache-2.0 AND {elk.LICENCE}"
    assert "isthmus/report/vendor/elk/LICENSE" in SETTINGS["project"]["license-files"]
    assert "Eclipse Public License - v 2.0" in (vendor.FOLDER / "LICENSE").read_text()


def test_the_wheel_contains_every_file_that_a_report_is_made_of() -> None:
    """The wheel is the package with everything in it that Git has: nothing is left out."""
    wheel = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["isthmus"]
    assert set(wheel) == {"packages", "hooks"}  # no exclude
    listed = subprocess.run(
        ["git", "ls-files", "isthmus/report"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    needed = [f"html/assets/{name}" for name in ("page.html", "report.css", *SCRIPTS)]
    needed += [f"vendor/elk/{name}" for name in vendor.FILES.values()]
    assert {f"isthmus/report/{name}" for name in needed} <= set(listed)
