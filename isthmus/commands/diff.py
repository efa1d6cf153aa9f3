"""`isthmus diff`: the flows that change from one network to another, and the causes."""

from __future__ import annotations

import argparse

from isthmus.commands.arguments import advertises, assumed, client_ports
from isthmus.text.output_files import check_outputs, publish

HELP = "list the flows that are gained, lost, re-routed or unclear between two inputs, or by one plan"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "base",
        metavar="BASE",
        help="folder, plan or state; with a plan and no HEAD, compare the plan's before and after",
    )
    parser.add_argument("head", metavar="HEAD", nargs="?", help="folder, plan or state")
    parser.add_argument(
        "--with",
        dest="others",
        metavar="PATH",
        action="append",
        default=[],
        help="plan or state of another root module of the same network, read with both inputs; repeatable",
    )
    parser.add_argument(
        "--intent", metavar="FILE", help="the intent.json to use (default: the one in the output folder)"
    )
    advertises(parser)
    client_ports(parser)
    parser.add_argument("--json", metavar="FILE", help="write the difference as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and return 0 if no flow, firewall rule or DNS answer changes, else 1."""
    from isthmus import proof
    from isthmus.report.difference_json import difference_json
    from isthmus.report.difference_markdown import difference_markdown
    from isthmus.report.difference_terminal import print_difference
    from isthmus.text.console import console

    read = (arguments.base, arguments.head, *arguments.others, arguments.intent)
    check_outputs((arguments.json, arguments.markdown), read)
    assuming = assumed(arguments)
    others = arguments.others
    if arguments.head is None:
        before, after = proof.read_change(arguments.base, others=others, **assuming)
    else:
        before, after = (proof.read(side, *others, **assuming) for side in (arguments.base, arguments.head))
    difference = proof.compare(before, after)
    if arguments.json:
        publish(arguments.json, "json", difference_json(difference))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [difference_markdown(difference)])
    if "-" not in (arguments.json, arguments.markdown):
        print_difference(difference, console())
    return 0 if difference.changes_nothing else 1
