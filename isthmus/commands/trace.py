"""`isthmus trace`: one packet, hop by hop, there and back."""

from __future__ import annotations

import argparse

from isthmus.cli import inputs

HELP = "follow one packet, or list every setting that stops it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    inputs(parser)
    where = "spoke, site/network, site, 'internet', AWS service, subnet address, or IP address"
    parser.add_argument("--from", dest="source", required=True, metavar="PLACE", help=where)
    parser.add_argument("--to", dest="destination", required=True, metavar="PLACE", help=where)
    parser.add_argument("--protocol", default="tcp", choices=("tcp", "udp", "icmp", "icmpv6"), help="default: tcp")
    parser.add_argument("--port", type=_port, default=443, help="destination port (default: 443)")


def run(arguments: argparse.Namespace) -> int:
    """Trace, print, and return 0 if the packet arrives and the reply comes back, else 1."""
    from isthmus import proof
    from isthmus.report import proof_terminal

    subject = proof.read(*arguments.paths, intent=arguments.intent, announces=arguments.announces)
    traced = subject.trace(arguments.source, arguments.destination, protocol=arguments.protocol, port=arguments.port)
    proof_terminal.print_traces(traced, proof_terminal.console())
    return 0 if traced.works else 1


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)
