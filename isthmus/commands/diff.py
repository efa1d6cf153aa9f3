"""`isthmus diff`: what is refused, what Terraform destroys and replaces, which flows change, and why."""

from __future__ import annotations

import argparse

from isthmus.commands.arguments import advertises, appliances, assumed, client_ports, root_plans
from isthmus.text.output_files import check_outputs, publish

HELP = "list what is destroyed or replaced, and the flows that change, between two inputs or by one plan"


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
    root_plans(parser)
    advertises(parser)
    client_ports(parser)
    appliances(parser)
    parser.add_argument("--all", action="store_true", help="print everything, also beyond 60 lines")
    parser.add_argument("--json", metavar="FILE", help="write the difference as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, return 0 if neither the Terraform nor a flow differs, else 1. For states, only flows count."""
    from isthmus import proof
    from isthmus.changes import refused
    from isthmus.changes.inputs import changes_of_inputs
    from isthmus.proof.difference.left_behind import with_left_behind
    from isthmus.report.difference_json import difference_json
    from isthmus.report.difference_markdown import difference_markdown
    from isthmus.report.difference_terminal import print_difference
    from isthmus.terraform import Unknown
    from isthmus.text.console import console
    from isthmus.text.progress import progress

    plans = dict(arguments.plans)
    read = (arguments.base, arguments.head, *arguments.others, arguments.intent, *plans.values())
    check_outputs((arguments.json, arguments.markdown), read)
    assuming = assumed(arguments)
    others = arguments.others
    with progress() as step:
        step(f"reading {arguments.base}")
        if arguments.head is None:
            before, after = proof.read_change(arguments.base, others=others, **assuming)
        else:
            before = proof.read(arguments.base, *others, **assuming)
            step(f"reading {arguments.head}")
            after = proof.read(arguments.head, *others, **assuming)
        step("comparing the flows and the failure scenarios")
        difference = proof.compare(before, after)
        step("comparing the resources")
        head = None if arguments.head is None else (arguments.head, *others)
        changes = changes_of_inputs((arguments.base, *others), head, (before.graph, after.graph), plans)
        refusals = () if isinstance(changes, Unknown) else refused(before.graph, changes)
        difference = with_left_behind(difference, changes)
    if arguments.json:
        publish(arguments.json, "json", difference_json(difference, changes, refusals))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [difference_markdown(difference, changes, refusals)])
    if "-" not in (arguments.json, arguments.markdown):
        everything = arguments.all or arguments.verbose
        print_difference(difference, changes, console(), refusals, everything=everything, quiet=arguments.quiet)
    differs = not isinstance(changes, Unknown) and bool(changes)
    return 1 if differs or not difference.changes_nothing else 0
