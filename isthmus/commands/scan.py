"""`isthmus scan`: the checks of Checkov and the policies of Isthmus, over every root module."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.commands.arguments import (
    OR_DEFAULT,
    annotation_option,
    check_annotations,
    default_path,
    policies_folder,
    policies_option,
)
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

if TYPE_CHECKING:
    from isthmus.intent import Estate

HELP = "check the security posture of synthesized Terraform and of plans"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help=f"folder of root modules {OR_DEFAULT}")
    parser.add_argument(
        "--plan",
        metavar="FILE",
        action="append",
        default=[],
        help="plan of `terraform show -json`; repeatable",
    )
    policies_option(parser)
    parser.add_argument("--waivers", metavar="FILE", help="file of waivers (TOML)")
    for name, what in (
        ("json", "JSON"),
        ("markdown", "Markdown for a pull request"),
        ("sarif", "SARIF for code scanning"),
        ("junit", "JUnit XML for a CI server"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write {what} ('-': standard output)")
    annotation_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scan, print, and return 0 if there is no finding and no expired or unused waiver, else 1."""
    from isthmus.report.annotations import annotation_lines
    from isthmus.report.finding_places import FindingPlaces
    from isthmus.report.scan_sarif import scan_results, scan_sarif
    from isthmus.report.scan_terminal import print_scan
    from isthmus.report.scan_writers import FORMS, WRITERS
    from isthmus.scan import ScanError, read_waivers, scan

    if arguments.folder is None and not arguments.plan:
        arguments.folder = default_path(arguments)
    read_from = arguments.folder or ""
    written = {name: getattr(arguments, name) for name in ("json", "markdown", "sarif", "junit")}
    check_annotations(arguments, written.values())
    check_outputs(written.values(), (arguments.folder, *arguments.plan, arguments.waivers))
    policies = policies_folder(arguments)
    if not policies.is_dir():
        raise CannotAnswer(f"no folder of policies at {policies}: state its path with --policies")
    try:
        answer = scan(
            Path(arguments.folder) if arguments.folder else None,
            policies=policies,
            plans=[Path(plan) for plan in arguments.plan],
            waivers=read_waivers(Path(arguments.waivers)) if arguments.waivers else (),
        )
    except ScanError as error:
        raise CannotAnswer(str(error)) from error
    estate = _estate(arguments.folder)
    for name, where in written.items():
        if where:
            writer = partial(scan_sarif, estate=estate) if name == "sarif" else WRITERS[name]
            publish(where, FORMS[name], [writer(answer, read_from)])
    if "-" not in written.values():
        print_scan(answer)
    if arguments.annotations:
        places = FindingPlaces(Path(read_from or "."), estate)
        publish("-", "commands", annotation_lines(scan_results(answer, read_from, places)))
    return 0 if answer.clean else 1


def _estate(folder: str | None) -> Estate | None:
    """The intent in a folder, which only says where the program creates each resource; None if it cannot be read."""
    from isthmus.intent import UnknownSchema
    from isthmus.proof.intent_file import read_intent
    from isthmus.terraform import UnreadableTerraform

    document = Path(folder or "", "intent.json")
    try:
        return read_intent(document) if folder and document.is_file() else None
    except (UnknownSchema, UnreadableTerraform):
        return None
