"""`isthmus draw`: the network as a diagram, as text of Mermaid or as a picture."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from isthmus.commands.arguments import assumed, inputs
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import STDOUT, check_outputs, publish, publish_bytes

if TYPE_CHECKING:
    from isthmus.report.diagram.drawing import Drawing

HELP = "draw the network as a Mermaid diagram, which GitHub and GitLab show in Markdown, or as SVG or PNG"


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
    parser.add_argument(
        "--layout",
        choices=("dagre", "elk"),
        default="dagre",
        help="layout of Mermaid: elk has fewer crossings; viewers without elk use dagre (default: dagre)",
    )
    parser.add_argument("--into", metavar="FILE", help="write to this file (default: standard output)")
    parser.add_argument("--svg", metavar="FILE", help="write SVG, instead of Mermaid without --into")
    parser.add_argument("--png", metavar="FILE", help="write PNG, instead of Mermaid without --into")


def run(arguments: argparse.Namespace) -> int:
    """Write the diagram and return 0."""
    from isthmus import proof
    from isthmus.report.diagram import picture

    pictures = (arguments.svg, arguments.png)
    into = arguments.into or (None if any(pictures) else STDOUT)
    if [into, *pictures].count(STDOUT) > 1:
        raise CannotAnswer("'-' is given for two outputs. Name a file for one of them.")
    check_outputs([into, *pictures], (*arguments.paths, *arguments.diff, arguments.intent))
    assuming = assumed(arguments)
    subject = proof.read(*arguments.paths, **assuming)
    base = proof.read(*arguments.diff, **assuming) if arguments.diff else None
    drawing = picture(subject, base)
    if into:
        publish(into, "text", [_mermaid(drawing, arguments, compared=base is not None)])
    if any(pictures):
        _write_pictures(drawing, arguments, compared=base is not None)
    return 0


def _mermaid(drawing: Drawing, arguments: argparse.Namespace, *, compared: bool) -> str:
    from isthmus.report.diagram import mermaid

    try:
        text = mermaid.text(drawing, arguments.layout)
    except mermaid.TooLarge as error:
        raise CannotAnswer(f"{error}. Give fewer root modules at a time.") from None
    return mermaid.markdown(text, compared=compared) if arguments.markdown else text


def _write_pictures(drawing: Drawing, arguments: argparse.Namespace, *, compared: bool) -> None:
    from isthmus.report.diagram.png import png
    from isthmus.report.diagram.svg import svg

    document = svg(drawing, "Changes of the network" if compared else "The network")
    pixels = png(document) if arguments.png else b""
    if arguments.svg:
        publish(arguments.svg, "text", [document])
    if arguments.png:
        publish_bytes(arguments.png, pixels)
