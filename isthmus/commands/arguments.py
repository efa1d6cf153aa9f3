"""Command-line arguments that several commands share."""

from __future__ import annotations

import argparse
from typing import Any


def inputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command that reads one network: paths, the intent, advertised prefixes."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="folder of root modules, plan or state (JSON)")
    parser.add_argument(
        "--intent", metavar="FILE", help="the intent.json to use (default: the one in the output folder)"
    )
    advertises(parser)
    client_ports(parser)


def intent(parser: argparse.ArgumentParser) -> None:
    """Add `--intent`."""
    parser.add_argument("--intent", metavar="FILE", help="intent.json to use (default: the one in the output folder)")


def assumed(arguments: argparse.Namespace) -> dict[str, Any]:
    """The arguments other than the paths, as `isthmus.proof.read` takes them."""
    return {name: getattr(arguments, name) for name in ("intent", "advertises", "sites", "client_ports")}


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
