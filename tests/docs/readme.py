"""The parts of pages that are made: output of commands, and files of the repository.

`python -m tests.docs.readme` writes them anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
_MADE_ELSEWHERE = ("write-tests.md",)
PAGES = tuple(
    page
    for page in (README, *sorted(PROJECT.glob("docs/**/*.md")))
    if page.name not in _MADE_ELSEWHERE and re.search(r"<!-- (output|file|picture): ", page.read_text())
)
_PART = re.compile(r"<!-- (?P<kind>output|file|picture): (?P<what>[^>]+) -->\n.*?<!-- /(?P=kind) -->\n", re.DOTALL)


def current(page: Path) -> str:
    """A page with every made part as it is today."""
    from modules.output_folder import write_output
    from tests.modules.synthesized import files_of

    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder) / "cdktf.out", files_of("environments.estate"))
        (Path(folder) / "examples").symlink_to(PROJECT / "examples")
        with contextlib.chdir(folder):
            return _PART.sub(_made, page.read_text())


def _made(part: re.Match[str]) -> str:
    kind, what = part["kind"], part["what"].strip()
    if kind == "file":
        block, text = {".py": "python"}.get(Path(what).suffix, Path(what).suffix[1:]), (PROJECT / what).read_text()
    elif kind == "picture":
        block, text = "mermaid", _output(what)
    else:
        block, text = "text", f"$ {what}\n{_output(what)}"
    return f"<!-- {kind}: {what} -->\n```{block}\n{text.strip()}\n```\n<!-- /{kind} -->\n"


def _output(command: str) -> str:
    from isthmus.cli import main

    out = io.StringIO()
    columns = os.environ.pop("COLUMNS", None)
    try:
        with contextlib.redirect_stdout(out):
            main(command.split()[1:])
    finally:
        if columns is not None:
            os.environ["COLUMNS"] = columns
    return out.getvalue()


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(current(page))
