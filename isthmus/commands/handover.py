"""`isthmus handover`: a hand-over sheet for each VPN connection, for the on-premises network team."""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.commands.arguments import output as output_argument
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import STDOUT, check_outputs, publish

HELP = "write a hand-over sheet for each VPN connection, for the on-premises network team"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    output_argument(parser)
    parser.add_argument("--connection", metavar="NAME", help="only this VPN connection")
    parser.add_argument("--into", metavar="FOLDER", help="folder for <connection>.md files (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Write the sheets and return 0."""
    from isthmus.output.folder import read_output
    from isthmus.output.overview import advertised, roots
    from isthmus.report.handover import sheets

    output = read_output(Path(arguments.path))
    present = roots(output.folder, output.graph, output.estate)
    found = sheets(output, advertised(output.network, output.estate, present))
    names = [sheet.connection for sheet in found]
    if not found:
        raise CannotAnswer(f"{arguments.path} holds no VPN connection")
    if arguments.connection is not None and arguments.connection not in names:
        raise CannotAnswer(f"no VPN connection {arguments.connection!r} in {arguments.path}: it has {', '.join(names)}")
    wanted = [sheet for sheet in found if arguments.connection in (None, sheet.connection)]
    if arguments.into is None:
        publish(STDOUT, "markdown", ["\n".join(sheet.markdown for sheet in wanted)])
        return 0
    folder = Path(arguments.into)
    folder.mkdir(parents=True, exist_ok=True)
    files = {sheet.connection: str(folder / f"{sheet.connection}.md") for sheet in wanted}
    check_outputs(files.values(), [arguments.path])
    for sheet in wanted:
        publish(files[sheet.connection], "markdown", [sheet.markdown])
        print(files[sheet.connection])
    return 0
