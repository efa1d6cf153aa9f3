"""`isthmus draw`: the network as a picture."""

from __future__ import annotations

import argparse

from isthmus.cli import CannotAnswer, inputs, rewritten

HELP = "the network as a Mermaid diagram, which GitHub and GitLab show inside Markdown"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--markdown", action="store_true", help="as a block to put into a pull request or a document")
    parser.add_argument("--into", metavar="FILE", default="-", help="write it there, not to standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write the picture and return 0."""
    from isthmus import proof
    from isthmus.report.diagram import mermaid, picture

    subject = proof.read(*arguments.paths, intent=arguments.intent, announces=arguments.announces)
    try:
        text = mermaid.text(picture(subject))
    except mermaid.TooLarge as error:
        raise CannotAnswer(f"{error}. Give fewer roots at a time.") from None
    with rewritten(arguments.into) as out:
        out.write(mermaid.markdown(text) if arguments.markdown else text)
    return 0
