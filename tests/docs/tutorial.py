"""Pages that change an estate step by step: every command runs and every change is made, in a copy of the project.

`python -m tests.docs.tutorial` writes the outputs again. A page marks its parts:

- `run`     commands without output
- `new`     a file, which is written
- `change`  a difference, which is applied to a file
- `output`  a command with its output, which is generated
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.readme import PROJECT, output_of

PAGES = tuple(
    PROJECT / "docs" / name
    for name in (
        "getting-started/tutorial.md",
        "how-to/add-a-spoke.md",
        "how-to/limit-connections.md",
        "how-to/review-a-change.md",
    )
)
_PART = re.compile(
    r"<!-- (?P<kind>run|new|change|output)(?:: (?P<what>[^>]+?))? -->\n```\w*\n(?P<text>.*?)```\n<!-- /(?P=kind) -->\n",
    re.DOTALL,
)
_COPIED = ("environments", "main.py", "cdktf.json", "waivers.toml")
_LINKED = ("modules", "policies")
# Done once by the reader, and already done for the copy.
_SET_UP = ("git clone", "cd ", "source ")


def current(page: Path) -> str:
    """A page with every output as it is today."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in _COPIED:
            source = PROJECT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, name)
        for name in _LINKED:
            Path(name).symlink_to(PROJECT / name)
        if "\nmake\n" not in (text := page.read_text()):  # the page begins with an output
            assert not (printed := _synthesized()), printed
        return _PART.sub(_done, text)


def _done(part: re.Match[str]) -> str:
    kind, what, text = part["kind"], part["what"], part["text"]
    if kind == "run":
        for line in text.splitlines():
            _run(line)
        return part[0]
    if kind == "new":
        Path(what).write_text(text)
        return part[0]
    if kind == "change":
        changed(Path(what), text)
        return part[0]
    shown = _synthesized() if what == "python main.py" else output_of(what)
    return f"<!-- output: {what} -->\n```text\n$ {what}\n{shown.strip()}\n```\n<!-- /output -->\n"


def _run(line: str) -> None:
    if line.startswith(_SET_UP) or not line:
        return
    command = shlex.split(line, comments=True)
    if command in (["make"], ["python", "main.py"]):
        printed = _synthesized()
        assert not printed, printed
    elif command[:2] == ["cp", "-R"]:
        shutil.copytree(command[2], command[3])
    else:
        raise AssertionError(f"the tutorial runs {line!r}, and no test knows how")


def _synthesized() -> str:
    """What `python main.py` prints."""
    environment = {name: value for name, value in os.environ.items() if name not in ("ISTHMUS_ESTATE", "CDKTF_OUTDIR")}
    command = [sys.executable, "main.py"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def changed(path: Path, difference: str) -> None:
    """Applies a difference: lines with `-` give way to lines with `+`, lines with a blank are context."""
    lines = difference.splitlines()
    before = "\n".join(line[1:] for line in lines if line[:1] != "+")
    after = "\n".join(line[1:] for line in lines if line[:1] != "-")
    text = path.read_text()
    assert text.count(before) == 1, f"{path} has this {text.count(before)} times:\n{before}"
    path.write_text(text.replace(before, after))


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(current(each))
