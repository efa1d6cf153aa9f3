"""`isthmus report`: one HTML file to look at a network, or at its difference from another one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.commands.arguments import assumed, inputs, root_plans, stated
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

if TYPE_CHECKING:
    from isthmus.cost.prices import Prices
    from isthmus.report.html.report_input import ReportChange, ReportInput
    from isthmus.text.progress import Step

HELP = "write an HTML file with the diagram, every path, failures, cost and hand-over sheets"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--before", metavar="BASE", help="folder, plan or state to compare with")
    root_plans(parser)
    parser.add_argument("--scan", metavar="FILE", help="result of `isthmus scan --json FILE`, for findings and waivers")
    parser.add_argument("--traffic", metavar="FILE", help="flows of a month (TOML): source, destination and GB")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--prices", metavar="FILE", help="prices of a Region, or your own (TOML)")
    source.add_argument("--region", metavar="REGION", help="Region of the prices (default: that of the network)")
    parser.add_argument(
        "--html", metavar="FILE", required=True, help="write the report to this file ('-': standard output)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report and return 0."""
    from isthmus import proof
    from isthmus.cost.errors import UnusableTraffic
    from isthmus.cost.traffic import read_traffic
    from isthmus.report.html.page import report_html
    from isthmus.report.html.report_input import ReportInput
    from isthmus.report.html.scan_file import read_scan
    from isthmus.text.progress import progress

    _check(arguments)
    prices, traffic = _prices(arguments), read_traffic(Path(arguments.traffic)) if arguments.traffic else ()
    scan = read_scan(arguments.scan) if arguments.scan else None
    try:
        with progress() as step:
            step(f"reading {', '.join(arguments.paths)}")
            subject = proof.read(*arguments.paths, **assumed(arguments))
            after = ReportInput(subject, tuple(arguments.paths), stated(arguments))
            change = _change(arguments, after, step) if arguments.before else None
            step("proving every flow, and following its packets")
            text = report_html(after, change, scan, traffic, prices)
    except UnusableTraffic as error:
        raise UnusableTraffic("\n".join(f"{arguments.traffic}: {line}" for line in str(error).splitlines())) from None
    publish(arguments.html, "text", [text])
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raises `CannotAnswer` if an input would be overwritten, or an option has no effect."""
    files = (
        arguments.intent,
        arguments.scan,
        arguments.traffic,
        arguments.prices,
        *(file for _, file in arguments.plans),
    )
    check_outputs([arguments.html], (*arguments.paths, arguments.before, *files))
    if arguments.plans and not arguments.before:
        root, file = arguments.plans[0]
        raise CannotAnswer(
            f"--plan {root}={file} states what changes: name the network before the change with --before"
        )


def _prices(arguments: argparse.Namespace) -> Prices | None:
    from isthmus.cost.prices import read_prices, shipped

    if arguments.prices:
        return read_prices(Path(arguments.prices))
    return shipped(arguments.region) if arguments.region else None


def _change(arguments: argparse.Namespace, after: ReportInput, step: Step) -> ReportChange:
    from isthmus import proof
    from isthmus.changes import refused
    from isthmus.changes.inputs import changes_of_inputs
    from isthmus.proof.difference.left_behind import with_left_behind
    from isthmus.report.html.report_input import ReportChange, ReportInput
    from isthmus.terraform import Unknown

    step(f"comparing with {arguments.before}")
    before = proof.read(arguments.before, **assumed(arguments))
    plans = {root: Path(file) for root, file in arguments.plans}
    changes = changes_of_inputs((arguments.before,), after.paths, (before.graph, after.subject.graph), plans)
    refusals = () if isinstance(changes, Unknown) else refused(before.graph, changes)
    base = ReportInput(before, (arguments.before,), after.options)
    difference = with_left_behind(proof.compare(before, after.subject), changes)
    return ReportChange(base, difference, changes, refusals)
