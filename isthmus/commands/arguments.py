"""Command-line arguments that several commands share."""

from __future__ import annotations

import argparse
from typing import Any


def inputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command that asks about one network: paths, the intent, advertisements."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="folder of roots, plan or state (JSON)")
    parser.add_argument("--intent", metavar="FILE", help="intent.json, where it is not beside the output")
    advertises(parser)
    client_ports(parser)


def assumed(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a person says beside the paths, as `isthmus.proof.read` takes it."""
    return {name: getattr(arguments, name) for name in ("intent", "advertises", "sites", "client_ports")}


def client_ports(parser: argparse.ArgumentParser) -> None:
    """Add `--client-ports`: what no Terraform says of the hosts."""
    parser.add_argument(
        "--client-ports",
        metavar="FIRST-LAST",
        type=_client_ports,
        help="ports that clients open connections from, which replies go to (default: 1024-65535)",
    )


def _client_ports(text: str) -> tuple[int, int]:
    try:
        return port_range(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def port_range(text: str) -> tuple[int, int]:
    """Two ports as people write them: `32768-60999`. Raises `ValueError`."""
    first, _, last = text.partition("-")
    numbers = [int(end) for end in (first, last) if end.isascii() and end.isdigit()]
    if len(numbers) != 2 or not numbers[0] <= numbers[1] <= 65_535:
        raise ValueError(f"expected two ports from 0 to 65535, such as 32768-60999, got {text!r}")
    return numbers[0], numbers[1]


def advertises(parser: argparse.ArgumentParser) -> None:
    """Add `--advertises`, once for each connection, and `--site`, once for each site of several connections."""
    parser.add_argument(
        "--advertises",
        metavar="CONNECTION=CIDR,...",
        action="append",
        default=[],
        help="what the site behind a VPN connection or Direct Connect gateway (by name or address) advertises; nothing "
        "after '=': nothing",
    )
    parser.add_argument(
        "--site",
        dest="sites",
        metavar="NAME=CONNECTION,...",
        action="append",
        default=[],
        help="connections that lead to one site, where there is no intent to say so",
    )
