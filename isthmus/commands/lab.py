"""`isthmus lab`: the network of an output in Linux network namespaces, and packets through it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.commands.arguments import output as output_argument
from isthmus.errors import CannotAnswer

if TYPE_CHECKING:
    from isthmus.lab.labs import Lab

HELP = "build the network in Linux network namespaces, and compare packets with the proof"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: isthmus lab up cdktf.out && isthmus lab test cdktf.out; isthmus lab down cdktf.out"
    parser.add_argument(
        "action",
        choices=("up", "test", "down"),
        help="up: build the lab; test: send packets and compare them with the proof; down: remove the lab",
    )
    output_argument(parser)
    parser.add_argument(
        "--plain", action="store_true", help="with up: plain links to the sites, instead of IPsec, BGP and device files"
    )
    parser.add_argument(
        "--failures", action="store_true", help="with test: also play every failure scenario of the proof"
    )
    parser.add_argument("--json", metavar="FILE", help="with test: write the result as JSON ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Do the action. `test` returns 0 if no packet differs from the proof, else 1. The others return 0."""
    from isthmus.lab.labs import Labs
    from isthmus.text.output_files import check_outputs

    action = arguments.action
    for flag, owner in (("plain", "up"), ("failures", "test"), ("json", "test")):
        if getattr(arguments, flag) and action != owner:
            raise CannotAnswer(f"--{flag} is for isthmus lab {owner}: leave it out")
    check_outputs([arguments.json], [arguments.path])
    _check_rights()
    with Labs().locked(Path(arguments.path)) as lab:
        match action:
            case "up":
                return _up(lab, plain=arguments.plain)
            case "test":
                return _test(lab, with_failures=arguments.failures, json=arguments.json, quiet=arguments.quiet)
        return _down(lab)


def _check_rights() -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise CannotAnswer(
            "isthmus lab needs the rights of root\n"
            "  write: sudo isthmus lab ...\n"
            "  why:   it makes network namespaces and runs IPsec and BGP in them (man 7 network_namespaces)"
        )


def _up(lab: Lab, *, plain: bool) -> int:
    from isthmus.lab.output_text import digest, read_files
    from isthmus.lab.requirements import missing_for_vpn
    from isthmus.lab.running import missing
    from isthmus.lab.session import session_of
    from isthmus.text.progress import progress

    if (state := lab.running()) is not None:
        raise CannotAnswer(
            f"a lab of {lab.output} runs already: process {state.pid}\n"
            f"  write: isthmus lab test {lab.output}, or isthmus lab down {lab.output} first\n"
            "  why:   there is one lab for each output folder"
        )
    if reason := missing() if plain else missing_for_vpn():
        raise CannotAnswer(f"no lab can run here: {reason}")
    with progress() as step:
        step("reading the output")
        files = read_files(lab.output)
        session = session_of(lab.output, files, plain=plain)
        try:
            lab.up(digest(files), plain=plain)
            with lab.connect(step) as connection:
                session.start(connection, step)
        except BaseException:
            lab.down()
            raise
    wiring = session.wiring
    print(f"up: {len(wiring.namespaces)} namespaces, {len(wiring.hosts)} hosts, {session.summary}")
    return 0


def _test(lab: Lab, *, with_failures: bool, json: str | None, quiet: bool) -> int:
    from isthmus.lab.output_text import digest, read_files
    from isthmus.lab.session import session_of
    from isthmus.lab.testing import results_of
    from isthmus.report.lab_json import lab_json
    from isthmus.report.lab_terminal import print_results
    from isthmus.text.console import console
    from isthmus.text.output_files import STDOUT, publish
    from isthmus.text.progress import progress

    state = lab.running()
    if state is None:
        raise CannotAnswer(f"no lab of {lab.output} runs\n  write: isthmus lab up {lab.output}")
    files = read_files(lab.output)
    if digest(files) != state.digest:
        raise CannotAnswer(
            f"{lab.output} has changed since its lab was built\n"
            f"  write: isthmus lab down {lab.output} && isthmus lab up {lab.output}\n"
            "  why:   the packets would be those of the network before the change"
        )
    with progress() as step:
        step("reading the output")
        session = session_of(lab.output, files, plain=state.plain)
        with lab.connect(step) as connection:
            if failing := connection.failing():
                raise CannotAnswer(
                    f"the lab still plays a failure: {failing}. A test of it did not end\n"
                    f"  write: isthmus lab down {lab.output} && isthmus lab up {lab.output}"
                )
            results = results_of(lab.output, files, session, connection, step, with_failures=with_failures)
    if json != STDOUT:
        print_results(results, console(), quiet=quiet)
    if json is not None:
        publish(json, "json", lab_json(results, plain=state.plain))
    return 1 if results.differ else 0


def _down(lab: Lab) -> int:
    from isthmus.text.printable import printable

    if lab.down():
        print(f"down: the lab of {printable(str(lab.output))} and everything in it is removed")
    else:
        print(f"down: no lab of {printable(str(lab.output))} runs")
    return 0
