"""The command line: `isthmus <command> ...`. Each command is a module of `isthmus.commands`.

Exit codes: 0 yes or nothing found, 1 no or findings, 2 no answer (usage, input that cannot be used, or an error of
Isthmus itself), 130 stopped by Ctrl-C. They are the same when the reader of standard output leaves early (`| head`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from isthmus.commands import COMMANDS
from isthmus.errors import CannotAnswer
from isthmus.text.error_messages import complain, complain_of_a_bug

NO_ANSWER = 2
STOPPED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Usage errors: the message first, then how to get help. Exits 2."""
        self.exit(NO_ANSWER, f"{self.prog}: {message}\nTry: {self.prog} --help\n")


class _Version(argparse.Action):
    """`--version`. What is installed is looked up only when somebody asks: that takes longer than parsing."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"isthmus {version('isthmus')}, Python {sys.version.split()[0]}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(
        prog="isthmus", description="Hybrid AWS networks as Terraform, with a proof of what they let through."
    )
    top.add_argument("--version", action=_Version, help="show the release and exit")
    choices = top.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for name in COMMANDS:
        module = importlib.import_module(f"isthmus.commands.{name}")
        command = choices.add_parser(name, help=module.HELP, description=module.HELP)
        module.configure(command)
        command.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. User errors are one message on standard error, never a traceback."""
    if sys.stdout is None:  # closed by the shell: `>&-`
        complain("isthmus: standard output is closed, so there is nowhere to write the answer")
        return NO_ANSWER
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse, after printing usage or help
        return stop.code if isinstance(stop.code, int) else NO_ANSWER
    except KeyboardInterrupt:
        return STOPPED
    except _user_errors() as error:
        complain(f"isthmus: {_said(error)}")
        return NO_ANSWER
    except Exception as error:  # noqa: BLE001  an error of ours must never look like the answer "no"
        complain_of_a_bug(error)
        return NO_ANSWER
    return code


def _said(error: Exception) -> str:
    """The text of an error; of the system's, with the path first and without its number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: it cannot be used ({error.strerror}). Check the path and its permissions."
    return str(error)


def _user_errors() -> tuple[type[Exception], ...]:
    """The roots of all errors that are written for people. Looked up only when something was raised."""
    from isthmus.cost.errors import CostError
    from isthmus.intent.errors import IntentError
    from isthmus.proof.errors import ProofError
    from isthmus.terraform.errors import UnreadableTerraform

    return CannotAnswer, CostError, IntentError, ProofError, UnreadableTerraform, OSError
