"""`isthmus show`: an overview of an output, and the next steps."""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.commands.arguments import output as output_argument
from isthmus.text.output_files import STDOUT, check_outputs, publish

HELP = "show an output: root modules, route tables, sites, advertised prefixes, intended reachability, next steps"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    output_argument(parser)
    parser.add_argument("--json", metavar="FILE", help="write the overview as JSON ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Print the overview and return 0."""
    from isthmus.output import overview
    from isthmus.output.folder import read_output
    from isthmus.report import show_terminal
    from isthmus.report.proof_terminal import print_drift
    from isthmus.report.show_json import show_json
    from isthmus.text.console import console

    check_outputs([arguments.json], [arguments.path])
    output = read_output(Path(arguments.path))
    found = overview.roots(output.folder, output.graph, output.estate)
    if arguments.json:
        publish(arguments.json, "json", show_json(output, found))
    if arguments.json == STDOUT:
        return 0
    screen = console()
    print_drift(output.drift, screen)
    if arguments.quiet:
        return 0
    show_terminal.print_roots(found, screen)
    show_terminal.print_route_tables(overview.route_tables(output.network), screen)
    show_terminal.print_site_paths(overview.site_paths(output.graph, output.estate), screen)
    show_terminal.print_advertised(overview.advertised(output.network, output.estate, found), screen)
    show_terminal.print_names(overview.names(output.network), screen)
    roots = {root.name for root in found}
    show_terminal.print_intended(overview.intended(output.estate, output.network, roots), screen)
    show_terminal.print_allowed(overview.allowed_connections(output.estate), screen)
    show_terminal.print_shares(found, output.estate, screen)
    show_terminal.print_next_steps(found, screen)
    return 0
