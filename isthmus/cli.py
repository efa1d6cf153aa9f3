"""The command line: `isthmus <command> ...`. Each command is a module of `isthmus.commands`.

Exit codes: 0 yes or no findings, 1 no or findings, 2 no answer (usage, unusable input, or an error of Isthmus itself),
130 stopped by Ctrl-C. They are the same if the reader of standard output closes it early (`| head`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from isthmus.commands.arguments import complete
from isthmus.commands.parser import NO_ANSWER, parser
from isthmus.errors import CannotAnswer
from isthmus.text.error_messages import print_error, report_bug

__all__ = ["NO_ANSWER", "STOPPED", "main", "parser"]

STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. User errors are a message on standard error, never a traceback.

    Without arguments, print the help and return 2: 0 would look like "yes" in a CI job with an empty variable.
    """
    given = sys.argv[1:] if argv is None else list(argv)
    if sys.stdout is None:  # closed by the shell: `>&-`
        print_error("isthmus: standard output is closed, so the answer cannot be written")
        return NO_ANSWER
    try:
        if not given:
            parser().print_help()
            return NO_ANSWER
        arguments = parser().parse_args(given)
        complete(arguments)
        code = _run(arguments)
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


def _run(arguments: argparse.Namespace) -> int:
    """Run a command. With `--verbose`, report the files that it reads and its time on standard error."""
    if not arguments.verbose:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    from isthmus.files.regular_files import reported_to
    from isthmus.text.verbose import Log

    log = Log()
    if file := arguments.configuration.file:
        log.note(f"configuration {file}")
    with reported_to(log.read):
        code = arguments.run(arguments)
    sys.stdout.flush()
    log.note(f"done, exit code {code}")
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
