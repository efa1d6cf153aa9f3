"""`isthmus diff`: which flows change from one network to another, and because of what."""

from __future__ import annotations

import argparse

from isthmus.commands.arguments import advertises, assumed, client_ports
from isthmus.text.output_files import check_outputs, publish

HELP = "flows gained, lost, re-routed or unclear between two inputs, or by one plan"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("base", metavar="BASE", help="folder, plan or state; a plan alone: what it changes")
    parser.add_argument("head", metavar="HEAD", nargs="?", help="folder, plan or state")
    parser.add_argument(
        "--with",
        dest="beside",
        metavar="PATH",
        action="append",
        default=[],
        help="plan or state of another root of the same network, read beside each input; as often as needed",
    )
    parser.add_argument("--intent", metavar="FILE", help="intent.json, where it is not beside the output")
    advertises(parser)
    client_ports(parser)
    parser.add_argument("--json", metavar="FILE", help="write the difference as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write it for a pull request ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and return 0 if no flow changes, nor what firewalls do, else 1."""
    from isthmus import proof
    from isthmus.report.difference_json import difference_json
    from isthmus.report.difference_markdown import difference_markdown
    from isthmus.report.difference_terminal import print_difference
    from isthmus.text.console import console

    read = (arguments.base, arguments.head, *arguments.beside, arguments.intent)
    check_outputs((arguments.json, arguments.markdown), read)
    assuming = assumed(arguments)
    beside = arguments.beside
    if arguments.head is None:
        before, after = proof.read_change(arguments.base, beside=beside, **assuming)
    else:
        before, after = (proof.read(side, *beside, **assuming) for side in (arguments.base, arguments.head))
    difference = proof.compare(before, after)
    if arguments.json:
        publish(arguments.json, "json", difference_json(difference))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [difference_markdown(difference)])
    if "-" not in (arguments.json, arguments.markdown):
        print_difference(difference, console())
    return 0 if difference.changes_nothing else 1
