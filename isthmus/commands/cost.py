"""`isthmus cost`: what a network costs in a month, while it stands and for what passes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.commands.arguments import assumed, inputs
from isthmus.text.output_files import check_outputs, publish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus.cost.estimate import CostEstimate
    from isthmus.cost.prices import Prices
    from isthmus.cost.traffic import TrafficFlow

HELP = "what the network costs in a month: while it stands, and for traffic by the path it takes"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--traffic", metavar="FILE", help="flows of a month, as TOML: who sends how many GB to whom")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--prices", metavar="FILE", help="prices of a Region, or your own, as TOML")
    whose.add_argument("--region", metavar="REGION", help="the Region whose prices to take (default: the network's)")
    parser.add_argument("--before", metavar="PATH", help="another network, to put this one's bill beside its bill")
    parser.add_argument("--json", metavar="FILE", help="write the bill as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write it for a pull request ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Print the bill and return 0."""
    from isthmus.cost.prices import read_prices, shipped
    from isthmus.cost.traffic import read_traffic
    from isthmus.report.cost_json import estimate_document
    from isthmus.report.cost_markdown import estimate_markdown
    from isthmus.report.cost_terminal import print_estimate
    from isthmus.report.json_text import json_text
    from isthmus.text.console import console

    read = (*arguments.paths, arguments.before, arguments.intent, arguments.traffic, arguments.prices)
    check_outputs((arguments.json, arguments.markdown), read)
    prices = shipped(arguments.region) if arguments.region else None
    if arguments.prices:
        prices = read_prices(Path(arguments.prices))
    flows = read_traffic(Path(arguments.traffic)) if arguments.traffic else ()
    after = _bill(arguments.paths, arguments, prices, flows)
    before = _bill([arguments.before], arguments, prices, flows) if arguments.before else None
    if arguments.json:
        publish(arguments.json, "json", json_text(estimate_document(after, before)))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [estimate_markdown(after, before)])
    if "-" not in (arguments.json, arguments.markdown):
        print_estimate(after, console(), before)
    return 0


def _bill(
    paths: Sequence[str], arguments: argparse.Namespace, prices: Prices | None, flows: Sequence[TrafficFlow]
) -> CostEstimate:
    from isthmus import proof
    from isthmus.cost.errors import UnusableTraffic
    from isthmus.cost.estimate import estimate

    subject = proof.read(*paths, **assumed(arguments))
    try:
        return estimate(subject, prices, flows)
    except UnusableTraffic as error:
        where = ", ".join(paths)
        raise UnusableTraffic(
            "\n".join(f"{arguments.traffic}: {line} (in {where})" for line in str(error).splitlines())
        ) from None
