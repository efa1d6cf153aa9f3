"""The generated parts of pages: output of commands, and files of the repository.

`python -m tests.docs.readme` writes them again.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
PAGES = tuple(
    page
    for page in (README, *sorted(PROJECT.glob("docs/**/*.md")))
    if (text := page.read_text())
    and "<!-- change: " not in text  # tests.docs.tutorial
    and page.name != "write-tests.md"  # tests.docs.testing
    and re.search(r"<!-- (output|file|picture): ", text)
)
_LANGUAGES = {".py": "python", ".yml": "yaml", ".yaml": "yaml", "": "groovy"}  # a Jenkinsfile has no suffix
_PART = re.compile(r"<!-- (?P<kind>output|file|picture): (?P<what>[^>]+) -->\n.*?<!-- /(?P=kind) -->\n", re.DOTALL)


def current(page: Path) -> str:
    """A page with every generated part as it is today."""
    from modules.output_folder import write_output
    from tests.modules.synthesized import files_of

    text = page.read_text()
    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder) / "cdktf.out", files_of("environments.estate"))
        for example in sorted((PROJECT / "examples").glob("*_*.py")):
            stage = re.match(r"stage_\d+", example.stem)
            named = (stage[0] if stage else example.stem).replace("_", "-")
            if re.search(f"<!-- output: [^>]*{named}", text):
                write_output(Path(folder) / named, files_of(f"examples.{example.stem}"))
        (Path(folder) / "examples").symlink_to(PROJECT / "examples")
        with contextlib.chdir(folder):
            return _PART.sub(_made, text)


def _made(part: re.Match[str]) -> str:
    kind, what = part["kind"], part["what"].strip()
    if kind == "file":
        file, *pipe = what.split(" | ")
        suffix, text = Path(file).suffix, (PROJECT / file).read_text()
        block = _LANGUAGES.get(suffix, suffix[1:])
        text = filtered(text, pipe)
    elif kind == "picture":
        block, text = "mermaid", output_of(what)
    else:
        block, text = "text", f"$ {what}\n{output_of(what)}"
    return f"<!-- {kind}: {what} -->\n```{block}\n{text.strip()}\n```\n<!-- /{kind} -->\n"


def output_of(command: str) -> str:
    """What a command of `isthmus` prints on standard output, through `head`, `tail` or `grep` if they follow."""
    from isthmus.cli import main

    command, *pipe = command.split(" | ")
    out = io.StringIO()
    columns = os.environ.pop("COLUMNS", None)
    try:
        with contextlib.redirect_stdout(out):
            main(command.split()[1:])
    finally:
        if columns is not None:
            os.environ["COLUMNS"] = columns
    return filtered(out.getvalue(), pipe)


def filtered(text: str, pipe: Sequence[str]) -> str:
    """The lines that `head -N`, `tail -n +N` or `grep -A N WORD` leave."""
    lines = text.splitlines(keepends=True)
    for command in pipe:
        match shlex.split(command):
            case ["head", most]:
                lines = lines[: -int(most)]
            case ["tail", "-n", first]:
                lines = lines[int(first) - 1 :]
            case ["grep", "-A", most, word]:
                start = next(number for number, line in enumerate(lines) if word in line)
                lines = lines[start : start + int(most) + 1]
            case _:
                raise AssertionError(f"no such filter: {command}")
    return "".join(lines)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(current(page))
