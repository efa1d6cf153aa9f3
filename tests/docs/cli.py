"""docs/reference/cli.md: every command with its arguments, from the parser.

`python -m tests.docs.cli` writes it again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from unittest.mock import patch

from isthmus.cli import parser
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/cli.md"
HEAD = """# Command line

This page is generated from the commands' own help. In the project, `make` installs the command as `.venv/bin/isthmus`.

Without a path, a command that reads one network reads `CDKTF_OUTDIR`, the `path` of the
[configuration](configuration.md), or `cdktf.out`.

Run `eval "$(isthmus completion bash)"` to complete commands, options and paths with the tab key. There are also scripts
for zsh, fish, tcsh and PowerShell.

## Exit codes

| code | meaning |
|---|---|
| 0 | yes, nothing found, or done |
| 1 | no: a violation, a finding, a difference or an unknown result |
| 2 | no answer: wrong usage, input that cannot be read, a folder that cannot be written, or a bug of Isthmus |
| 130 | stopped by Ctrl-C |

`python main.py` uses the same codes. The message of a bug says that it is a bug.

## Environment variables

| variable | meaning |
|---|---|
| `ISTHMUS_ESTATE` | the module with the estate that `main.py` synthesizes; default `environments.estate` |
| `CDKTF_OUTDIR` | the output folder: `main.py` writes it, and commands without a path read it; default `cdktf.out` |
| `ISTHMUS_SYNTHESIS` | `stock` lets cdktf create every resource: the same output, slowly; default `structs` |
| `ISTHMUS_CACHE_DIR` | the folder for cached outputs of tests; default `~/.cache/isthmus` |
| `ISTHMUS_TRACEBACK` | `1` prints the traceback of a bug |
| `COLUMNS` | the width of the output; default: of the terminal, or 80 |
"""


SHARED = ("quiet", "verbose", "config", "no_config")


def page() -> str:
    rows = "".join(f"{row}\n" for row in _rows(commands()["prove"], shared=True))
    head = f"{HEAD}\n## Arguments of every command\n\n| argument | meaning |\n|---|---|\n{rows}"
    return head + "".join(_section(name, command) for name, command in commands().items())


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, in the order of `isthmus --help`."""
    (choices,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(choices.choices)


def _section(name: str, command: argparse.ArgumentParser) -> str:
    with patch.dict(os.environ, {"COLUMNS": "100"}):
        usage = command.format_usage().removeprefix("usage: ")
    rows = "".join(f"{row}\n" for row in _rows(command))
    return (
        f"\n## isthmus {name}\n\n{_sentence(command.description or '')}\n\n"
        f"```text\n{usage}```\n\n| argument | meaning |\n|---|---|\n{rows}"
    )


def _rows(command: argparse.ArgumentParser, *, shared: bool = False) -> Iterator[str]:
    """A row for each argument of a command. `shared`: for those that every command has, instead of the others."""
    for action in command._actions:
        if isinstance(action, argparse._HelpAction) or (action.dest in SHARED) is not shared:
            continue
        value = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
        assert isinstance(value, str)
        written = f"{', '.join(action.option_strings)} {value}".strip()
        yield f"| `{written.replace('|', '/')}` | {_sentence((action.help or '').replace('|', '/'))} |"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ")")) else ".")


if __name__ == "__main__":
    DOCUMENT.write_text(page())
