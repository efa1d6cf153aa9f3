"""Command-line arguments that several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer

_OUTPUT = "cdktf.out"
# What --appliances takes: appliances forward every packet, or it is unknown what they do.
APPLIANCES = ("forward", "unknown")
OR_DEFAULT = "(default: CDKTF_OUTDIR or cdktf.out)"


def inputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command that reads one network: paths, the intent, advertised prefixes."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help=f"folder of root modules, plan or state (JSON) {OR_DEFAULT}"
    )
    intent(parser)
    advertises(parser)
    client_ports(parser)
    appliances(parser)


def output(parser: argparse.ArgumentParser) -> None:
    """Add the argument of every command that reads the output folder of synthesis."""
    parser.add_argument("path", metavar="OUTPUT", nargs="?", help=f"output folder of synthesis {OR_DEFAULT}")


def complete(arguments: argparse.Namespace) -> None:
    """Put the default path where `inputs` or `output` found none. Raises `CannotAnswer` if it does not exist."""
    if getattr(arguments, "paths", None) == []:
        arguments.paths = default_paths(arguments)
    if getattr(arguments, "path", "") is None:
        arguments.path = default_path(arguments)


def default_path(arguments: argparse.Namespace) -> str:
    """The one input to read if no path is given. Raises `CannotAnswer`."""
    paths = default_paths(arguments)
    if len(paths) > 1:
        raise CannotAnswer(
            f"no path is given, and path of {arguments.configuration.file} names {len(paths)}\n"
            "  write: one path after the command\n  why:   this command reads one"
        )
    return paths[0]


def default_paths(arguments: argparse.Namespace) -> list[str]:
    """The inputs to read if no path is given: `CDKTF_OUTDIR`, the configured ones, or `cdktf.out`. All have to exist.

    Raises `CannotAnswer`.
    """
    configuration = arguments.configuration
    if named := os.environ.get("CDKTF_OUTDIR"):
        paths, where = [named], "CDKTF_OUTDIR names"
    elif configuration.paths:
        paths, where = list(configuration.paths), f"path of {configuration.file} names"
    else:
        paths, where = [_OUTPUT], ""
    for path in paths:
        if not Path(path).exists():
            which = f"{where} {path}, which does not exist" if where else f"there is no {path} in {Path.cwd()}"
            raise CannotAnswer(
                f"no path is given, and {which}\n"
                "  write: a path after the command, or synthesize first: python main.py\n"
                f"  why:   without a path, a command reads CDKTF_OUTDIR, the configured path or {_OUTPUT}"
            )
    return paths


def intent(parser: argparse.ArgumentParser) -> None:
    """Add `--intent`."""
    parser.add_argument(
        "--intent", metavar="FILE", help="the intent.json to use (default: the one in the output folder)"
    )


def assumed(arguments: argparse.Namespace) -> dict[str, Any]:
    """The arguments other than the paths, as `isthmus.proof.read` takes them."""
    return {name: getattr(arguments, name) for name in ("intent", "advertises", "sites", "client_ports", "appliances")}


def policies_option(parser: argparse.ArgumentParser) -> None:
    """Add `--policies`."""
    parser.add_argument(
        "--policies",
        metavar="FOLDER",
        help="Checkov policies (default: the folder policies if there is one, else the policies of Isthmus)",
    )


def policies_folder(arguments: argparse.Namespace) -> Path:
    """The folder of `--policies`; else `policies` in the current folder, else the policies in the wheel."""
    from isthmus.files.shipped import shipped

    if arguments.policies is not None:
        return Path(arguments.policies)
    own = Path("policies")
    return own if own.is_dir() else shipped("policies")


def annotation_option(parser: argparse.ArgumentParser) -> None:
    """Add `--annotations`."""
    parser.add_argument(
        "--annotations",
        action="store_true",
        help="also print each finding as an annotation of GitHub Actions, at the line that creates its resource",
    )


def check_annotations(arguments: argparse.Namespace, outputs: Iterable[str | None]) -> None:
    """Refuse annotations between the lines of a document on standard output. Raises `CannotAnswer`."""
    if arguments.annotations and "-" in outputs:
        raise CannotAnswer(
            "--annotations prints to standard output, and so does a document that is written to '-'\n"
            "  write: a file instead of '-'\n"
            "  why:   a document with other lines in it cannot be read"
        )


def root_plans(parser: argparse.ArgumentParser) -> None:
    """Add `--plan`, one for each root module, as pairs of a name and a path in `plans`."""
    parser.add_argument(
        "--plan",
        dest="plans",
        metavar="ROOT=FILE",
        action="append",
        default=[],
        type=_root_plan,
        help="the plan of a root module (`terraform show -json`): it states exactly what is destroyed and replaced",
    )


def _root_plan(text: str) -> tuple[str, str]:
    root, equals, path = text.partition("=")
    if not (root and equals and path):
        raise argparse.ArgumentTypeError(f"expected ROOT=FILE, such as network=plan.json, got {text!r}")
    return root, path


def stated(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The options that change what a network is, as they were given: `isthmus trace` needs them too."""
    return tuple(_stated(arguments))


def _stated(arguments: argparse.Namespace) -> Iterator[str]:
    for option, value in (
        ("--intent", arguments.intent),
        ("--client-ports", arguments.client_ports),
        ("--appliances", arguments.appliances),
    ):
        if value is not None:
            yield from (option, "-".join(map(str, value)) if isinstance(value, tuple) else value)
    for option, values in (("--advertises", arguments.advertises), ("--site", arguments.sites)):
        for value in values:
            yield from (option, value)


def client_ports(parser: argparse.ArgumentParser) -> None:
    """Add `--client-ports`, which Terraform does not contain."""
    parser.add_argument(
        "--client-ports",
        metavar="FIRST-LAST",
        type=_client_ports,
        help="source ports of clients (default: 1024-65535)",
    )


def _client_ports(text: str) -> tuple[int, int]:
    try:
        return port_range(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def appliances(parser: argparse.ArgumentParser) -> None:
    """Add `--appliances`: what the appliances behind Gateway Load Balancers do, which Terraform does not contain."""
    parser.add_argument(
        "--appliances",
        choices=APPLIANCES,
        help="appliances behind Gateway Load Balancers forward every packet, or it is unknown what they do "
        "(default: forward)",
    )


def settings(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command: how much to print, and the configuration."""
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help="print only the verdict and the problems")
    amount.add_argument(
        "-v", "--verbose", action="store_true", help="print everything, and what is read to standard error"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--config", metavar="FILE", help="read [tool.isthmus] of this file (default: the nearest pyproject.toml)"
    )
    source.add_argument("--no-config", action="store_true", help="read no [tool.isthmus]")


def port_range(text: str) -> tuple[int, int]:
    """A range of two ports, such as `32768-60999`. Raises `ValueError`."""
    first, _, last = text.partition("-")
    numbers = [int(end) for end in (first, last) if end.isascii() and end.isdigit()]
    if len(numbers) != 2 or not numbers[0] <= numbers[1] <= 65_535:
        raise ValueError(f"expected two ports from 0 to 65535, such as 32768-60999, got {text!r}")
    return numbers[0], numbers[1]


def advertises(parser: argparse.ArgumentParser) -> None:
    """Add `--advertises`, one for each connection, and `--site`, one for each site with several connections."""
    parser.add_argument(
        "--advertises",
        metavar="CONNECTION=CIDR,...",
        action="append",
        default=[],
        help="prefixes that the site advertises over a VPN connection or Direct Connect gateway (name or address), "
        "e.g. vpn1=10.0.0.0/8; leave empty after '=' for none",
    )
    parser.add_argument(
        "--site",
        dest="sites",
        metavar="NAME=CONNECTION,...",
        action="append",
        default=[],
        help="connections of one site, if there is no intent",
    )
