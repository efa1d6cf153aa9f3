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


def run(arguments: argparse.Namespace) -> int:
    """Do the action. `test` returns 0 if no packet differs from the proof, else 1. The others return 0."""
    from isthmus.lab.labs import Labs

    _check_rights()
    output = Path(arguments.path)
    with Labs().locked(output) as lab:
        match arguments.action:
            case "up":
                return _up(lab)
            case "test":
                return _test(lab, quiet=arguments.quiet)
        return _down(lab)


def _check_rights() -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise CannotAnswer(
            "isthmus lab needs the rights of root\n"
            "  write: sudo isthmus lab ...\n"
            "  why:   only root can make network namespaces that stay (man 7 network_namespaces)"
        )


def _up(lab: Lab) -> int:
    from isthmus.lab.output_text import digest, read_files, wiring_of
    from isthmus.lab.running import missing
    from isthmus.text.progress import progress

    if (state := lab.running()) is not None:
        raise CannotAnswer(
            f"a lab of {lab.output} runs already: process {state.pid}\n"
            f"  write: isthmus lab test {lab.output}, or isthmus lab down {lab.output} first\n"
            "  why:   there is one lab for each output folder"
        )
    if reason := missing():
        raise CannotAnswer(f"no lab can run here: {reason}")
    with progress() as step:
        step("reading the output")
        files = read_files(lab.output)
        wiring = wiring_of(files)
        step(f"making {len(wiring.namespaces)} namespaces")
        try:
            lab.up(digest(files), plain=True)
            with lab.connect(step) as connection:
                connection.build(wiring)
        except BaseException:
            lab.down()
            raise
    print(f"up: {len(wiring.namespaces)} namespaces, {len(wiring.hosts)} hosts, sites with plain links")
    return 0


def _test(lab: Lab, *, quiet: bool) -> int:
    from isthmus import proof
    from isthmus.lab.comparison import compare
    from isthmus.lab.output_text import digest, read_files, wiring_of
    from isthmus.lab.questions import of_all
    from isthmus.network.forwarding import Forwarding
    from isthmus.report.lab_terminal import print_score
    from isthmus.text.console import console
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
        wiring = wiring_of(files)
        subject = proof.read(lab.output)
        engine = Forwarding(subject.network, sites=subject.locations.sites)
        questions = of_all(wiring.hosts, files)
        if not questions:
            raise CannotAnswer(f"{lab.output} has no two locations to send packets between")
        step(f"sending {len(questions)} packets")
        with lab.connect() as connection:
            score = compare(engine, subject.locations.sites, wiring, connection, questions)
    print_score(score, console(), quiet=quiet)
    return 1 if score.differences else 0


def _down(lab: Lab) -> int:
    if lab.down():
        print(f"down: the lab of {lab.output} and everything in it is removed")
    else:
        print(f"down: no lab of {lab.output} runs")
    return 0
