"""docs/how-to/rename.md, applied: a spoke that moves to another environment of the same account, state by state."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from isthmus.intent import Environment, Estate
from modules.output_folder import write_output
from tests.terraform.engine import Core
from tests.terraform.engine.workspace import Estate as Folder

from .conftest import Begin
from .estates import NETWORK, WEB, plain

PAGE = Path(__file__).parents[3] / "docs/how-to/rename.md"


def placed(where: str) -> Estate:
    """The spoke in one of two environments of one account, both protected."""
    environments = [
        Environment(name, account="network", spokes=[WEB] if name == where else []) for name in ("old", "new")
    ]
    return plain(environments=[NETWORK, *environments])


def test_the_states_move_and_only_the_flow_log_is_replaced(begin: Begin, core: Core, tmp_path: Path) -> None:
    life = begin(placed("old"))
    states: dict[str, Any] = {name: life.live.states / f"{name}.tfstate" for name in ("old", "new")}
    work = tmp_path / "pulled"
    work.mkdir()
    for name, path in states.items():
        shutil.copy(path, work / f"{name}.tfstate")
    (command,) = re.findall(r"^ +terraform (state mv .*)$", PAGE.read_text(), re.MULTILINE)
    subprocess.run([*core.command, *shlex.split(command)], cwd=work, check=True, capture_output=True)
    for name in ("new", "old"):
        shutil.copy(work / f"{name}.tfstate", states[name])
    folder = tmp_path / "head"
    write_output(folder, life.output(placed("new")))
    life.cloud.done.clear()
    life.live.apply(Folder(folder), {"old", "new"})
    ended = {what.split()[1] for what in life.cloud.done if what.split()[0] != "update"}
    assert ended == {"aws_flow_log"}
    life.cloud.done.clear()
    life.live.apply(Folder(folder), {"old", "new"})
    assert life.cloud.done == []


def test_without_the_move_the_spoke_would_be_destroyed(begin: Begin, tmp_path: Path) -> None:
    """What the test above would miss otherwise."""
    life = begin(placed("old"))
    folder = tmp_path / "head"
    write_output(folder, life.output(placed("new")))
    life.cloud.done.clear()
    life.live.apply(Folder(folder), {"old"})
    assert "destroy aws_vpc" in " ".join(life.cloud.done)
