"""`isthmus adopt`: import blocks by which an output takes over an existing network, and what that changes."""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.errors import CannotAnswer

CONFIGURABLE = False
HELP = "write the import blocks by which an output takes over an existing network, and list what it changes"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: isthmus adopt old.tfstate --output cdktf.out --into imports"
    parser.add_argument(
        "states", metavar="STATE", nargs="+", help="state or plan (JSON) of the existing network, before its change"
    )
    parser.add_argument(
        "--output", metavar="OUT", required=True, help="output folder of synthesis that takes over the network"
    )
    parser.add_argument(
        "-o", "--into", metavar="FOLDER", help="folder for <root>.imports.tf.json files (default: none is written)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the adoption, and return 0 if nothing is left and nothing is refused, else 1."""
    from isthmus.adoption.adoption import adoption, import_blocks
    from isthmus.output.folder import read_output
    from isthmus.report.adoption_terminal import print_adoption
    from isthmus.report.json_text import json_text
    from isthmus.terraform import read
    from isthmus.terraform.reading import sources
    from isthmus.text.output_files import check_outputs, publish
    from isthmus.text.printable import printable

    for source in sources(*arguments.states):
        if source.form == "folder":
            raise CannotAnswer(
                f"{source.path} is a folder, which holds no ids\n"
                "  write: a state: terraform show -json > state.json\n"
                "  why:   an import block names the id of an existing resource"
            )
    existing = read(*arguments.states, when="before")
    if all(resource.existing for resource in existing.resources.values()):
        raise CannotAnswer(
            f"{', '.join(arguments.states)} has no resources, so nothing can be taken over\n"
            "  write: the state of the existing network: terraform show -json > state.json\n"
            "  why:   a state of another workspace or backend, or the plan of a new network, is empty"
        )
    found = adoption(existing, read_output(Path(arguments.output)).graph)
    texts = {}
    if arguments.into is not None:
        for root, blocks in import_blocks(found).items():
            texts[str(Path(arguments.into) / f"{root or 'root'}.imports.tf.json")] = blocks
    check_outputs(texts, (*arguments.states, arguments.output))
    if texts:
        Path(arguments.into).mkdir(parents=True, exist_ok=True)
    for name, blocks in texts.items():
        publish(name, "json", json_text(blocks))
    print_adoption(found)
    for name in texts:
        print(f"Wrote {printable(name)}")
    return 1 if found.left or found.blocked else 0
