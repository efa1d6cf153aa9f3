"""The command line: `isthmus <command> ...`. Each command is a module of `isthmus.commands`.

Exit codes: 0 yes or no findings, 1 no or findings, 2 no answer (usage, unusable input, or an error of Isthmus itself),
130 stopped by Ctrl-C. They are the same if the reader of standard output closes it early (`| head`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from isthmus.commands import COMMANDS
from isthmus.errors import CannotAnswer
from isthmus.text.error_messages import print_error, report_bug

NO_ANSWER = 2
STOPPED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Usage errors: the message first, an example if the command has one, then how to get help. Exits 2."""
        example = f"{self.epilog}\n" if self.epilog else ""
        self.exit(NO_ANSWER, f"{self.prog}: {message}\n{example}Try: {self.prog} --help\n")


class _Version(argparse.Action):
    """`--version`. The look-up of the installed release takes longer than parsing, so it is done on request."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"isthmus {version('isthmus')}, Python {sys.version.split()[0]}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(
        prog="isthmus", description="Hybrid AWS networks as Terraform, with a proof of which flows are reachable."
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
    """Run one command and return its exit code. User errors are a message on standard error, never a traceback."""
    if sys.stdout is None:  # closed by the shell: `>&-`
        print_error("isthmus: standard output is closed, so the answer cannot be written")
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
        print_error(f"isthmus: {_message(error)}")
        return NO_ANSWER
    except Exception as error:  # noqa: BLE001  an error of ours must never look like the answer "no"
        report_bug(error)
        return NO_ANSWER
    return code


def _message(error: Exception) -> str:
    """The text of an error. An error of the operating system starts with the path and has no number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: it cannot be used ({error.strerror}). Check the path and its permissions."
    return str(error)


def _user_errors() -> tuple[type[Exception], ...]:
    """The base classes of all errors that are written for users. Imported only after an error."""
    from isthmus.cost.errors import CostError
    from isthmus.intent.errors import IntentError
    from isthmus.proof.errors import ProofError
    from isthmus.terraform.errors import UnreadableTerraform

    return CannotAnswer, CostError, IntentError, ProofError, UnreadableTerraform, OSError
