"""`isthmus trace`: the hops of packets, forward and return; or the DNS answer for a name."""

from __future__ import annotations

import argparse

from isthmus.commands.arguments import assumed, inputs
from isthmus.errors import CannotAnswer
from isthmus.text.output_files import STDOUT, check_outputs, publish

HELP = "follow packets hop by hop and list every setting that blocks them; or look up a DNS name"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: isthmus trace cdktf.out --from dev --to dc1/users:443"
    inputs(parser)
    where = (
        "spoke, site/network, site, 'internet', AWS service, address of a subnet or interface endpoint, or IP address"
    )
    parser.add_argument("--from", dest="source", required=True, metavar="LOCATION", help=where)
    ports = "; you can add packets: prod:22, dc1/servers:udp/53, prod:icmp/8 (default: all packets)"
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", dest="destination", metavar="LOCATION[:PORT]", help=where + ports)
    names = "look up this DNS name for the hosts of a spoke, or for a site: db.corp.example.com"
    what.add_argument("--name", metavar="NAME", help=names)
    parser.add_argument(
        "--protocol", type=_protocol, metavar="PROTOCOL", help="tcp, udp, icmp, icmpv6, or an IANA number (port: 443)"
    )
    parser.add_argument("--port", type=_port, help="destination port (of TCP, without --protocol)")
    parser.add_argument("--json", metavar="FILE", help="write the trace as JSON ('-': standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Trace, print, and return 0 if the flow is reachable both ways, or the name is answered, else 1."""
    from isthmus import proof
    from isthmus.proof.destination import parse_destination
    from isthmus.report.trace_json import name_trace_json, trace_json
    from isthmus.report.trace_name_terminal import print_name
    from isthmus.report.trace_terminal import print_traces
    from isthmus.text.console import console

    check_outputs([arguments.json], (*arguments.paths, arguments.intent))
    if arguments.name is not None:
        if arguments.port is not None or arguments.protocol is not None:
            raise CannotAnswer("--name queries DNS servers over UDP and TCP 53: leave out --port and --protocol")
        subject = proof.read(*arguments.paths, **assumed(arguments))
        answered = subject.trace_name(arguments.source, arguments.name)
        if arguments.json:
            publish(arguments.json, "json", name_trace_json(answered))
        if arguments.json != STDOUT:
            print_name(answered, console())
        return 0 if answered.works else 1
    location, packets = parse_destination(arguments.destination)
    if packets is not None and (arguments.port is not None or arguments.protocol is not None):
        raise CannotAnswer(f"--to {arguments.destination} says the port: leave out --port and --protocol")
    subject = proof.read(*arguments.paths, **assumed(arguments))
    traced = subject.trace(
        arguments.source, location, protocol=arguments.protocol, port=arguments.port, packets=packets
    )
    if arguments.json:
        publish(arguments.json, "json", trace_json(traced))
    if arguments.json != STDOUT:
        print_traces(traced, console(), quiet=arguments.quiet, every=arguments.verbose)
    return 0 if traced.works else 1


def _protocol(text: str) -> str:
    """A protocol by its name if it has one, else by its number."""
    from isthmus.network.packets import PROTOCOLS

    if text in PROTOCOLS:
        return text
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 255:
        raise argparse.ArgumentTypeError(f"expected {', '.join(PROTOCOLS)} or a number from 0 to 255, got {text!r}")
    return next((name for name, number in PROTOCOLS.items() if number == int(text)), str(int(text)))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)
