"""`isthmus steps`: the applies of a change in order, and the flows that the networks between them lose."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from isthmus.commands.arguments import advertises, appliances, client_ports
from isthmus.text.output_files import check_outputs, publish

HELP = "print the applies of a change in order, and prove the network between them"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("base", metavar="BASE", help="output folder of synthesis that is applied")
    parser.add_argument("head", metavar="HEAD", help="output folder of synthesis to apply")
    parser.add_argument(
        "--networks",
        metavar="NUMBER",
        type=_number,
        help="evaluate at most this many networks to find the best order (default: 200)",
    )
    advertises(parser)
    client_ports(parser)
    appliances(parser)
    parser.add_argument("--json", metavar="FILE", help="write the steps as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 1,000,000, got {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Search, print, and return 0 if an order keeps every flow, else 1."""
    from isthmus import proof
    from isthmus.report.steps_json import steps_json
    from isthmus.report.steps_markdown import steps_markdown
    from isthmus.report.steps_terminal import print_steps
    from isthmus.steps.planner import MOST_NETWORKS, procedure
    from isthmus.text.console import console
    from isthmus.text.progress import progress

    paths = (Path(arguments.base), Path(arguments.head))
    check_outputs((arguments.json, arguments.markdown), paths)
    base, head = (proof.read(path, **_assumed(arguments)) for path in paths)
    with progress() as step:
        most = arguments.networks or MOST_NETWORKS
        found = procedure(paths, base, head, most=most, progress=lambda number: step(f"proving network {number}"))
    if arguments.json:
        publish(arguments.json, "json", steps_json(found))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [steps_markdown(found)])
    if "-" not in (arguments.json, arguments.markdown):
        print_steps(found, console())
    return 0 if found.holds else 1


def _assumed(arguments: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in ("advertises", "sites", "client_ports", "appliances")}
