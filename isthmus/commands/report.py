"""`isthmus report`: one HTML file to look at a network, or at its difference from another one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from isthmus.commands.arguments import assumed, inputs, stated
from isthmus.text.output_files import check_outputs, publish

if TYPE_CHECKING:
    from isthmus.report.html.report_input import ReportChange, ReportInput

HELP = "write an HTML file with the diagram, every path, failures, cost and hand-over sheets"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--before", metavar="BASE", help="folder, plan or state to compare with")
    parser.add_argument("--scan", metavar="FILE", help="result of `isthmus scan --json FILE`, for findings and waivers")
    parser.add_argument(
        "--html", metavar="FILE", required=True, help="write the report to this file ('-': standard output)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report and return 0."""
    from isthmus import proof
    from isthmus.report.html.page import report_html
    from isthmus.report.html.report_input import ReportInput
    from isthmus.report.html.scan_file import read_scan

    check_outputs([arguments.html], (*arguments.paths, arguments.before, arguments.intent, arguments.scan))
    scan = read_scan(arguments.scan) if arguments.scan else None
    subject = proof.read(*arguments.paths, **assumed(arguments))
    after = ReportInput(subject, tuple(arguments.paths), stated(arguments))
    change = _change(arguments, after) if arguments.before else None
    publish(arguments.html, "text", [report_html(after, change, scan)])
    return 0


def _change(arguments: argparse.Namespace, after: ReportInput) -> ReportChange:
    from isthmus import proof
    from isthmus.changes import refused
    from isthmus.changes.inputs import changes_of_inputs
    from isthmus.report.html.report_input import ReportChange, ReportInput
    from isthmus.terraform import Unknown

    before = proof.read(arguments.before, **assumed(arguments))
    graphs = before.graph, after.subject.graph
    changes = changes_of_inputs((arguments.before,), arguments.paths, graphs, {})
    refusals = () if isinstance(changes, Unknown) else refused(before.graph, changes)
    base = ReportInput(before, (arguments.before,), after.options)
    return ReportChange(base, proof.compare(before, after.subject), changes, refusals)
