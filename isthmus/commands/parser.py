"""The parser of the whole command line. It suggests the nearest command or option for a misspelled one."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from isthmus.commands import COMMANDS
from isthmus.commands.arguments import settings
from isthmus.commands.project_settings import Configuration, read_configuration

NO_ANSWER = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Usage errors: the message first, an example if the command has one, then how to get help. Exits 2."""
        example = f"{self.epilog}\n" if self.epilog else ""
        self.exit(NO_ANSWER, f"{self.prog}: {message}\n{example}Try: {self.prog} --help\n")

    def refuse_unknown_options(self, given: Iterable[str]) -> None:
        """Report the first option that does not exist, with the nearest that does. Exits 2."""
        known = self._option_string_actions
        for option in _options(given):
            combined = not option.startswith("--") and option[:2] in known  # -v in -vq
            if option not in known and not combined and not any(each.startswith(option) for each in known):
                names = [each for each in known if each.startswith("--")]
                self.error(f"there is no option {option}{_nearest(option, names)}")


class _Command(_Parser):
    """The parser of one command. `configurable`: it has the arguments of `settings`."""

    configurable = True

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does, with the configuration as defaults. Report an argument too many for this command."""
        self.refuse_unknown_options(args)
        configuration = self._configuration(args)
        configured = self._configure(configuration)
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unexpected argument: {rest[0]}")
        found.configuration = configuration
        self._prefer_given(found, configured)
        return found, []

    def _configuration(self, args: Sequence[str]) -> Configuration:
        """The configuration that the arguments choose. Help needs none, so that it is printed in any case."""
        if not self.configurable or {"-h", "--help"}.intersection(args):
            return Configuration()
        chosen = _Parser(prog=self.prog, add_help=False)
        settings(chosen)
        found, _ = chosen.parse_known_args(args)
        return Configuration() if found.no_config else read_configuration(found.config)

    def _configure(self, configuration: Configuration) -> dict[str, Any]:
        """Make the configured values the defaults of the flags that this command has. Returns them by destination."""
        flags = self._option_string_actions
        values = {flags[f"--{name}"].dest: value for name, value in configuration.flags.items() if f"--{name}" in flags}
        self.set_defaults(**values)
        return values

    def _prefer_given(self, found: argparse.Namespace, configured: dict[str, Any]) -> None:
        """What the command line gives replaces what is configured: a whole list, and the alternative of a flag."""
        for name, value in configured.items():
            given = getattr(found, name)
            if isinstance(value, list) and len(given) > len(value):
                setattr(found, name, given[len(value) :])
        for group in self._mutually_exclusive_groups:
            names = [action.dest for action in group._group_actions]
            if any(getattr(found, name) != self.get_default(name) for name in names):
                for name in names:
                    if getattr(found, name) == configured.get(name):
                        setattr(found, name, None)


class _Isthmus(_Parser):
    """The parser before the command."""

    commands: argparse._SubParsersAction[_Command]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does, and report an option or a command that does not exist."""
        at = next((at for at, word in enumerate(args) if not word.startswith("-")), len(args))
        self.refuse_unknown_options(args[:at])
        for word in args[at : at + 1]:
            if word not in self.commands.choices:
                self.error(f"there is no command {word}{_nearest(word, self.commands.choices) or _for_path(word)}")
        return super().parse_known_args(args, namespace)


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
    top = _Isthmus(
        prog="isthmus", description="Hybrid AWS networks as Terraform, with a proof of which flows are reachable."
    )
    top.add_argument("--version", action=_Version, help="show the release and exit")
    top.commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=_Command)
    for name in COMMANDS:
        module = importlib.import_module(f"isthmus.commands.{name}")
        command = top.commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.configure(command)
        command.configurable = getattr(module, "CONFIGURABLE", True)
        if command.configurable:
            settings(command)
        else:
            command.set_defaults(verbose=False)
        command.set_defaults(run=module.run)
    return top


def _options(given: Iterable[str]) -> Iterator[str]:
    """The words that argparse reads as options, without their values."""
    for word in given:
        if word == "--":
            return
        number = word[1:2].isdigit() or word[1:2] == "."
        if word.startswith("-") and word != "-" and not number and " " not in word:
            yield word.partition("=")[0]


def _nearest(word: str, names: Iterable[str]) -> str:
    """`; did you mean prove?`, or "" if no name is near."""
    import difflib

    near = difflib.get_close_matches(word.lower(), list(names), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _for_path(word: str) -> str:
    """What to write if a path stands where a command has to."""
    return f". Write a command before the path: isthmus prove {word}" if os.path.exists(word) else ""
