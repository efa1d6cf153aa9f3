"""`isthmus prove`: does the network let through what is meant, and nothing else?"""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.commands.arguments import assumed, inputs
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import check_outputs, publish

HELP = "prove who reaches whom, against the intent beside the output"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    parser.add_argument("--no-scenarios", action="store_true", help="do not look at what failures take")
    parser.add_argument("--all", action="store_true", help="list every flow that a failure takes")
    parser.add_argument(
        "--strict-drift", action="store_true", help="fail where a file of the output is not as it was synthesized"
    )
    parser.add_argument("--json", metavar="FILE", help="write the proof as JSON ('-': standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write it for a pull request ('-': standard output)")
    parser.add_argument("--sarif", metavar="FILE", help="write the findings for code scanning ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Prove, print, and return 0 if everything holds, else 1. With --strict-drift, changed files fail as well.

    Raises `CannotAnswer` where --strict-drift is asked of what cannot be compared with what was synthesized.
    """
    from isthmus import proof
    from isthmus.report.proof_json import proof_json
    from isthmus.report.proof_markdown import proof_markdown
    from isthmus.report.proof_sarif import proof_sarif
    from isthmus.report.proof_terminal import print_proof
    from isthmus.text.console import console

    check_outputs((arguments.json, arguments.markdown, arguments.sarif), (*arguments.paths, arguments.intent))
    subject = proof.read(*arguments.paths, **assumed(arguments))
    apart = [path for path in arguments.paths if not proof.compared(path)]
    if arguments.strict_drift and apart:
        raise CannotAnswer(
            f"--strict-drift: {apart[0]} is no output of a synthesis, so it cannot be compared with one. "
            "Give the output folder (cdktf.out), or leave --strict-drift out."
        )
    answer = subject.prove(scenarios=not arguments.no_scenarios)
    if arguments.json:
        publish(arguments.json, "json", proof_json(answer))
    if arguments.markdown:
        publish(arguments.markdown, "markdown", [proof_markdown(answer)])
    if arguments.sarif:
        publish(arguments.sarif, "json", [proof_sarif(answer, Path(arguments.paths[0]))])
    if "-" not in (arguments.json, arguments.markdown, arguments.sarif):
        print_proof(answer, console(), every=arguments.all)
    return 0 if answer.holds and not (arguments.strict_drift and answer.drift) else 1
