"""The command line: `isthmus <command> ...`. Every module of `isthmus.commands` is a command.

Exit codes: 0 yes or nothing found, 1 no or findings, 2 no answer (usage, input that cannot be used, or an error of
Isthmus itself), 130 stopped by Ctrl-C. They are the same when the reader of standard output leaves early (`| head`).
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

from isthmus import commands
from isthmus.text.error_messages import complain, complain_of_a_bug

NO_ANSWER = 2
STOPPED = 130


class CannotAnswer(Exception):
    """What a command says when there is no answer: its text is for the person at the terminal."""


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


def inputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command that asks about one network: paths, the intent, advertisements."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="folder of roots, plan or state (JSON)")
    parser.add_argument("--intent", metavar="FILE", help="intent.json, where it is not beside the output")
    advertises(parser)
    client_ports(parser)


def assumed(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a person says beside the paths, as `isthmus.proof.read` takes it."""
    return {name: getattr(arguments, name) for name in ("intent", "advertises", "sites", "client_ports")}


def client_ports(parser: argparse.ArgumentParser) -> None:
    """Add `--client-ports`: what no Terraform says of the hosts."""
    parser.add_argument(
        "--client-ports",
        metavar="FIRST-LAST",
        type=_client_ports,
        help="ports that clients open connections from, which replies go to (default: 1024-65535)",
    )


def _client_ports(text: str) -> tuple[int, int]:
    try:
        return port_range(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def port_range(text: str) -> tuple[int, int]:
    """Two ports as people write them: `32768-60999`. Raises `ValueError`."""
    first, _, last = text.partition("-")
    numbers = [int(end) for end in (first, last) if end.isascii() and end.isdigit()]
    if len(numbers) != 2 or not numbers[0] <= numbers[1] <= 65_535:
        raise ValueError(f"expected two ports from 0 to 65535, such as 32768-60999, got {text!r}")
    return numbers[0], numbers[1]


def advertises(parser: argparse.ArgumentParser) -> None:
    """Add `--advertises`, once for each connection, and `--site`, once for each site of several connections."""
    parser.add_argument(
        "--advertises",
        metavar="CONNECTION=CIDR,...",
        action="append",
        default=[],
        help="what the site behind a VPN connection or Direct Connect gateway (by name or address) advertises; nothing "
        "after '=': nothing",
    )
    parser.add_argument(
        "--site",
        dest="sites",
        metavar="NAME=CONNECTION,...",
        action="append",
        default=[],
        help="connections that lead to one site, where there is no intent to say so",
    )


@contextmanager
def rewritten(where: str) -> Iterator[TextIO]:
    """A text file to write, or standard output for `-`. A file appears only once it is complete."""
    if where == "-":
        yield sys.stdout
        return
    path = Path(where)
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes what comes
            with path.open("w", encoding="utf-8") as out:
                yield out
            return
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open("w", encoding="utf-8") as out:
                yield out
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotAnswer(
            f"{where}: it cannot be written ({error.strerror}). Check the path and its permissions."
        ) from error


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(
        prog="isthmus", description="Hybrid AWS networks as Terraform, with a proof of what they let through."
    )
    top.add_argument("--version", action=_Version, help="show the release and exit")
    choices = top.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for found in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        name = found.name.replace("_", "-")
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
