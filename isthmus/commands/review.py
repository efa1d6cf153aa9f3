"""`isthmus review`: one comment on a change: difference, proof, scan and cost together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.commands.arguments import (
    OR_DEFAULT,
    advertises,
    annotation_option,
    appliances,
    assumed,
    check_annotations,
    client_ports,
    default_path,
    intent,
    policies_folder,
    policies_option,
    root_plans,
    stated,
)
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

if TYPE_CHECKING:
    from isthmus.cost.prices import Prices
    from isthmus.scan.waivers import Waiver

HELP = "review a change in one comment: destroys, flows, proof, findings and cost"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("base", metavar="BASE", nargs="?", help="folder, plan or state before the change")
    parser.add_argument("head", metavar="HEAD", nargs="?", help=f"folder, plan or state after the change {OR_DEFAULT}")
    parser.add_argument(
        "--first", action="store_true", help="there is no BASE: give HEAD alone, and everything is created"
    )
    root_plans(parser)
    intent(parser)
    advertises(parser)
    client_ports(parser)
    appliances(parser)
    parser.add_argument("--waivers", metavar="FILE", help="file of waivers (TOML)")
    policies_option(parser)
    parser.add_argument("--no-scan", action="store_true", help="do not scan; the review says so")
    parser.add_argument("--traffic", metavar="FILE", help="flows of a month (TOML): source, destination and GB")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--prices", metavar="FILE", help="prices of a Region, or your own (TOML)")
    source.add_argument("--region", metavar="REGION", help="Region of the prices (default: that of the network)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")
    parser.add_argument("--html", metavar="FILE", help="write the HTML report of the change, as `isthmus report` does")
    annotation_option(parser)
    parser.add_argument("--json", metavar="FILE", help="write the review as JSON ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Review, print, return 0 if there is no objection, else 1. A change alone is no objection."""
    from isthmus.cost.traffic import read_traffic
    from isthmus.report.annotations import annotation_lines
    from isthmus.report.review_annotations import review_results
    from isthmus.report.review_html import review_html
    from isthmus.report.review_json import review_json
    from isthmus.report.review_markdown import review_markdown
    from isthmus.report.review_terminal import print_review
    from isthmus.review import Inputs, gather
    from isthmus.text.console import console
    from isthmus.text.progress import progress

    base, head = _sides(arguments)
    plans = {root: Path(path) for root, path in arguments.plans}
    read = (base, head, arguments.intent, arguments.waivers, arguments.prices, arguments.traffic, *plans.values())
    outputs = (arguments.markdown, arguments.json, arguments.html)
    check_annotations(arguments, outputs)
    check_outputs(outputs, read)
    prices = _prices(arguments)
    traffic = tuple(read_traffic(Path(arguments.traffic))) if arguments.traffic else ()
    inputs = Inputs(
        base,
        head,
        assumed(arguments),
        plans,
        prices,
        traffic,
        None if arguments.no_scan else policies_folder(arguments),
        _waivers(arguments.waivers),
    )
    with progress() as step:
        review = gather(inputs, step)
    if arguments.json:
        publish(arguments.json, "json", review_json(review, head))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [review_markdown(review)])
    if arguments.html:
        publish(arguments.html, "text", [review_html(review, base, head, stated(arguments), prices, traffic)])
    if "-" not in outputs:
        print_review(review, console())
    if arguments.annotations:
        publish("-", "commands", annotation_lines(review_results(review, head)))
    return 1 if review.objects else 0


def _sides(arguments: argparse.Namespace) -> tuple[str | None, str]:
    """The paths of BASE and HEAD; no BASE with `--first`. Raises `CannotAnswer`."""
    base, head = arguments.base, arguments.head
    if arguments.first:
        if head is not None:
            raise CannotAnswer(
                f"--first is given with two paths, {base} and {head}\n"
                f"  write: isthmus review --first {head}\n"
                "  why:   --first says that there is nothing to compare with"
            )
        return None, base or default_path(arguments)
    if base is None or not Path(base).exists() or _is_empty(Path(base)):
        given = "no BASE is given" if base is None else f"BASE is {base}, which does not exist or is empty"
        raise CannotAnswer(
            f"{given}\n"
            "  write: the output of the branch that you merge into; for the first pull request: isthmus review --first "
            "HEAD\n"
            "  why:   a failed synthesis leaves an empty folder too, and everything would look new"
        )
    return base, head or default_path(arguments)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None


def _prices(arguments: argparse.Namespace) -> Prices | None:
    from isthmus.cost.prices import read_prices, shipped

    if arguments.prices:
        return read_prices(Path(arguments.prices))
    return shipped(arguments.region) if arguments.region else None


def _waivers(path: str | None) -> tuple[Waiver, ...]:
    from isthmus.scan import ScanError, read_waivers

    try:
        return tuple(read_waivers(Path(path))) if path else ()
    except ScanError as error:
        raise CannotAnswer(str(error)) from error
