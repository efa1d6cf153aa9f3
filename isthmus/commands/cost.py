"""`isthmus cost`: the monthly cost of a network, fixed and for traffic."""

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

HELP = "estimate the monthly cost of a network, fixed and for traffic by the path it takes"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--traffic", metavar="FILE", help="flows of a month (TOML): source, destination and GB")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--prices", metavar="FILE", help="prices of a Region, or your own (TOML)")
    source.add_argument("--region", metavar="REGION", help="Region of the prices (default: that of the network)")
    parser.add_argument("--before", metavar="PATH", help="an earlier version of the network to compare the cost with")
    parser.add_argument("--json", metavar="FILE", help="write the estimate as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Print the estimate and return 0."""
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
    after = _estimate(arguments.paths, arguments, prices, flows)
    before = _estimate([arguments.before], arguments, prices, flows) if arguments.before else None
    if arguments.json:
        publish(arguments.json, "json", json_text(estimate_document(after, before)))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [estimate_markdown(after, before)])
    if "-" not in (arguments.json, arguments.markdown):
        print_estimate(after, console(), before, quiet=arguments.quiet)
    return 0


def _estimate(
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
