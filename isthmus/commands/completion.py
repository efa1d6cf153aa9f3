"""`isthmus completion`: the script that completes commands, options and paths in a shell."""

from __future__ import annotations

import argparse
import sys

CONFIGURABLE = False
HELP = "write the completion script of a shell, which completes commands, options and paths"
SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_PATHS = ("BASE", "FILE", "HEAD", "OUTPUT", "PATH")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = 'Example: eval "$(isthmus completion bash)"'
    parser.add_argument("shell", choices=SHELLS, help=f"the shell: {', '.join(SHELLS)}")


def run(arguments: argparse.Namespace) -> int:
    """Write the script and return 0."""
    import shtab

    from isthmus.commands.parser import parser

    top = parser()
    for command in _parsers(top):
        for action in command._actions:
            if action.metavar == "FOLDER":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.metavar in _PATHS:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    sys.stdout.write(shtab.complete(top, arguments.shell) + "\n")
    return 0


def _parsers(top: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    groups = (action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    return [command for group in groups for command in group.choices.values()]
