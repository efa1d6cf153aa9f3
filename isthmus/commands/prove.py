"""`isthmus prove`: is every intended flow reachable, and no other flow?"""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.commands.arguments import annotation_option, assumed, check_annotations, inputs
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

HELP = "prove that every intended flow is reachable, and no other flow is"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--no-scenarios", action="store_true", help="skip failure simulation (tunnel, gateway, zone)")
    parser.add_argument("--all", action="store_true", help="print everything, also each flow that a failure interrupts")
    parser.add_argument(
        "--strict-drift",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="fail if a file of the output changed since synthesis",
    )
    parser.add_argument("--json", metavar="FILE", help="write the proof as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write Markdown for a pull request ('-': standard output)")
    parser.add_argument("--sarif", metavar="FILE", help="write SARIF for code scanning ('-': standard output)")
    annotation_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prove, print, and return 0 if nothing is violated or unknown, else 1. Changed files fail --strict-drift.

    Raises `CannotAnswer` if --strict-drift is given and an input is no output of synthesis.
    """
    from isthmus import proof
    from isthmus.report.annotations import annotation_lines
    from isthmus.report.finding_places import FindingPlaces
    from isthmus.report.proof_json import proof_json
    from isthmus.report.proof_markdown import proof_markdown
    from isthmus.report.proof_sarif import proof_results, proof_sarif
    from isthmus.report.proof_summary import print_problems, print_summary
    from isthmus.report.proof_terminal import print_proof
    from isthmus.text.console import console

    outputs = (arguments.json, arguments.markdown, arguments.sarif)
    check_annotations(arguments, outputs)
    check_outputs(outputs, (*arguments.paths, arguments.intent))
    subject = proof.read(*arguments.paths, **assumed(arguments))
    foreign = [path for path in arguments.paths if not proof.compared(path)]
    if arguments.strict_drift and foreign:
        raise CannotAnswer(
            f"--strict-drift: {foreign[0]} is no output folder of synthesis, so it cannot be compared with one. "
            "Give the output folder (cdktf.out), or leave --strict-drift out."
        )
    answer = subject.prove(scenarios=not arguments.no_scenarios)
    places = FindingPlaces(Path(arguments.paths[0]), subject.estate)
    if arguments.json:
        publish(arguments.json, "json", proof_json(answer))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [proof_markdown(answer)])
    if arguments.sarif:
        publish(arguments.sarif, "json", [proof_sarif(answer, places)])
    if "-" not in outputs:
        if arguments.quiet:
            print_problems(answer, console())
        elif arguments.all or arguments.verbose:
            print_proof(answer, console(), every=True)
        else:
            print_summary(answer, console())
    if arguments.annotations:
        publish("-", "commands", annotation_lines(proof_results(answer, places)))
    return 0 if answer.holds and not (arguments.strict_drift and answer.drift) else 1
