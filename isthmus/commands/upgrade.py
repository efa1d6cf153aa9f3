"""`isthmus upgrade`: the template files of a repository, from this version of Isthmus."""

from __future__ import annotations

import argparse
from importlib.metadata import version
from pathlib import Path

CONFIGURABLE = False
HELP = "bring the template files of a repository to this version: replace, merge or list each"
_TITLES = {
    "replaced": "Replaced",
    "added": "Added",
    "removed": "Removed",
    "merged": "Merged with your edits",
    "listed": "Left as they are: merge the new file by hand, then remove it",
    "kept": "Left as they are",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: pip install isthmus-0.2.0-py3-none-any.whl, then isthmus upgrade in your repository"
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="a repository of isthmus init (default: here)"
    )
    parser.add_argument(
        "--wheel",
        metavar="FILE",
        help="the wheel of this version, which the repository installs (default: the one that this Isthmus came from)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Upgrade, print what became of each file, and return 0, or 1 if files are left to the user."""
    from isthmus.template.content import content
    from isthmus.template.template_record import read_base, read_record, record_files
    from isthmus.template.upgrading import NEW, upgrade_steps, write_upgrade
    from isthmus.template.wheel import installed_wheel, named_wheel
    from isthmus.text.printable import printable

    repository, this = Path(arguments.folder), version("isthmus")
    record = read_record(repository)
    wheel = named_wheel(Path(arguments.wheel)) if arguments.wheel else installed_wheel()
    files = content(record.choice, this, wheel)
    steps = upgrade_steps(repository, record, read_base(repository, record), files.template)
    write_upgrade(repository, steps, record_files(files, record.choice, this))
    print(f"Isthmus {printable(record.version)} -> {this}" + ("" if steps else ": no template file changed"))
    for action, title in _TITLES.items():
        chosen = [step for step in steps if step.action == action]
        if chosen:
            print(f"\n{title}")
        for step in chosen:
            new = f" ({step.path}{NEW})" if action == "listed" else ""
            print(f"  {printable(step.path)}{printable(new)}" + (f": {step.why}" if step.why else ""))
    if steps:
        print("\nNext: git diff, make, make test, and make diff BASE=<the output of before>")
    return 1 if any(step.action in ("listed", "kept") for step in steps) else 0
