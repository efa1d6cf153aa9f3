"""`isthmus init`: a repository of your own."""

from __future__ import annotations

import argparse
from importlib.metadata import version
from pathlib import Path

from isthmus.errors import CannotAnswer

CONFIGURABLE = False
HELP = "write a repository of your own: environments, modules, policies, tests and a workflow"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: isthmus init my-network"
    parser.add_argument("folder", metavar="FOLDER", help="the folder to write; its name is the name of the network")
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--accounts",
        choices=("one", "several"),
        default="one",
        help="start from one account without an organization, or from several of one (default: one)",
    )
    start.add_argument(
        "--stage",
        type=int,
        choices=range(1, 6),
        help="start from an example, 1 to 5: docs/explanation/guide.md describes the stages",
    )
    parser.add_argument(
        "--wheel",
        metavar="FILE",
        help="the wheel of this version, which the repository installs (default: the one that this Isthmus came from)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the repository, print the next steps, and return 0."""
    from isthmus.template.content import Choice, content
    from isthmus.template.creation import create
    from isthmus.template.template_record import record_files
    from isthmus.template.wheel import installed_wheel, named_wheel
    from isthmus.text.printable import printable

    folder = Path(arguments.folder)
    choice = Choice(_name(folder), str(arguments.stage or arguments.accounts))
    wheel = named_wheel(Path(arguments.wheel)) if arguments.wheel else installed_wheel()
    files = content(choice, version("isthmus"), wheel)
    create(folder, {**files.own, **files.template, **record_files(files, choice, version("isthmus"))})
    place = printable(arguments.folder)
    print(f"Wrote {place}. environments/ describes the network; README.md names the commands. Next:\n")
    print(f"    cd {place}")
    print("    make          # synthesize, show, prove and scan")
    print("    make test     # what tests/ says about the network")
    return 0


def _name(folder: Path) -> str:
    """The name of the network: the name of the folder. Raises `CannotAnswer` if an estate cannot have it."""
    from isthmus.intent.checks.names import NAME

    name = folder.resolve().name
    if not NAME.fullmatch(name):
        raise CannotAnswer(
            f"the folder is called {name!r}, and the network gets the same name\n"
            '  write: a letter, then letters, digits, "-" and "_": isthmus init my-network\n'
            "  why:   the name is a part of Terraform identifiers"
        )
    return name
