"""`isthmus draw`: the network as a diagram."""

from __future__ import annotations

import argparse

from isthmus.commands.arguments import assumed, inputs
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

HELP = "draw the network as a Mermaid diagram, which GitHub and GitLab show in Markdown"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument(
        "--diff",
        metavar="BASE",
        action="append",
        default=[],
        help="folder, plan or state to compare with: shows what was added, changed and removed; repeatable",
    )
    parser.add_argument("--markdown", action="store_true", help="write a Markdown block for a pull request")
    parser.add_argument("--into", metavar="FILE", default="-", help="write to this file (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Write the diagram and return 0."""
    from isthmus import proof
    from isthmus.report.diagram import mermaid, picture

    check_outputs([arguments.into], (*arguments.paths, *arguments.diff, arguments.intent))
    assuming = assumed(arguments)
    subject = proof.read(*arguments.paths, **assuming)
    base = proof.read(*arguments.diff, **assuming) if arguments.diff else None
    try:
        text = mermaid.text(picture(subject, base))
    except mermaid.TooLarge as error:
        raise CannotAnswer(f"{error}. Give fewer root modules at a time.") from None
    publish(arguments.into, "text", [mermaid.markdown(text, compared=base is not None) if arguments.markdown else text])
    return 0
