"""Allowed connections: their locations, ports and reachability."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from isthmus.intent.allowed_connection import AllowedConnection
from isthmus.intent.checks.lenient import network, networks, own_blocks, resolved
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.name_resolution import servers, shared_services
from isthmus.intent.network_acl_rules import allowed_ports, ports
from isthmus.intent.reachability import networks_reached, reach_each_other

_ACL = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html"


def _ends(allowed: AllowedConnection) -> tuple[str, str]:
    return str(allowed.source), str(allowed.to)


def _known(estate: Estate) -> set[str]:
    networks = {f"{site.name}/{name}" for site in estate.sites for name in site.networks}
    return networks | {segment.name for segment in estate.segments}


@rule("allowed connections name segments and site networks")
def allowed_connection_unknown_location(estate: Estate) -> Iterator[Fault]:
    """The source or destination of an allowed connection is neither a segment nor a site network."""
    known = _known(estate)
    for allowed in estate.allowed_connections:
        for end in dict.fromkeys(_ends(allowed)):
            if end not in known:
                close = difflib.get_close_matches(end, sorted(known), n=1)
                remedy = f'"{close[0]}"' if close else f"one of {', '.join(sorted(known))}"
                yield Fault(allowed, f'"{end}" is neither a segment nor a site network', remedy)


@rule("network ACLs know these protocols, and ports 0 to 65535", _ACL)
def allowed_connection_invalid_ports(estate: Estate) -> Iterator[Fault]:
    """An allowed connection has an invalid port, a port twice, or no port."""
    for allowed in estate.allowed_connections:
        if not allowed.ports:
            yield Fault(
                allowed, "ports is empty", 'ports=["tcp/443"]; connections that are not listed are denied anyway'
            )
        for text in dict.fromkeys(allowed.ports):
            if ports(text) is None:
                yield Fault(allowed, f'ports has "{text}"', '"tcp/443", "udp/53", "tcp/8000-8080" or "icmp"')
            elif allowed.ports.count(text) > 1:
                yield Fault(allowed, f'ports has "{text}" twice', "the port once")


@rule("one entry per direction keeps the allowed ports in one place")
def duplicate_allowed_connection(estate: Estate) -> Iterator[Fault]:
    """Two allowed connections have the same source and the same destination."""
    seen: set[tuple[str, str]] = set()
    for allowed in estate.allowed_connections:
        if _ends(allowed) in seen:
            yield Fault(
                allowed,
                f'another entry is from "{allowed.source}" to "{allowed.to}"',
                "one entry with all ports",
            )
        seen.add(_ends(allowed))


@rule("network ACLs are in VPCs: there is none between two sites")
def allowed_connection_between_sites(estate: Estate) -> Iterator[Fault]:
    """An allowed connection has a site network as source and as destination."""
    segments = {segment.name for segment in estate.segments}
    for allowed in estate.allowed_connections:
        if {*_ends(allowed)} <= _known(estate) - segments:
            given = f'"{allowed.source}" and "{allowed.to}" are site networks'
            yield Fault(allowed, given, "a segment as source or destination; sites use their own firewalls")


@rule("an allowed connection has an effect only where the segments reach each other")
def allowed_connection_not_reachable(estate: Estate) -> Iterator[Fault]:
    """The source and destination of an allowed connection do not reach each other."""
    sound = resolved(estate)
    segments = {segment.name: segment for segment in sound.segments}
    for allowed in estate.allowed_connections:
        segment, other = sorted(_ends(allowed), key=lambda end: end not in segments)
        if segment not in segments or other not in _known(estate):
            continue
        if other in segments:
            reached = reach_each_other(segments[segment], segments[other])
        else:
            reached = other in networks_reached(sound, segments[segment])
        if not reached:
            given = f'"{allowed.source}" and "{allowed.to}" do not reach each other'
            remedy = f'reaches=[...] of segment "{segment}" so that it reaches "{other}"'
            if segment == other:
                given = f'the spokes of segment "{segment}" do not reach each other'
                remedy = f'isolated=False for segment "{segment}"'
            yield Fault(allowed, given, f"{remedy}, or no such entry")


@rule("network ACLs see addresses: they identify a segment by its blocks", _ACL)
def allowed_connection_without_blocks(estate: Estate) -> Iterator[Fault]:
    """An allowed connection is between segments, and one of them has no blocks."""
    segments = {segment.name: segment for segment in estate.segments}
    reported: set[str] = set()
    for allowed in estate.allowed_connections:
        ends = _ends(allowed)
        if not all(end in segments for end in ends) or not reach_each_other(*(segments[end] for end in ends)):
            continue  # with a site network, the rules use the addresses of the site network
        for end in dict.fromkeys(ends):
            if not segments[end].blocks and end not in reported:
                reported.add(end)
                given = f'segment "{end}" has no blocks'
                blocks = own_blocks(estate, segments[end])
                yield Fault(allowed, given, f'Segment("{end}", blocks={blocks}, ...)')


@rule(
    "DNS uses UDP, and TCP for long answers, both on port 53",
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-choose-vpc.html",
)
def dns_port_not_allowed(estate: Estate) -> Iterator[Fault]:
    """Hybrid DNS sends queries between two locations that may not connect on port 53."""
    sound = resolved(estate)
    for source, destination, why in _dns_connections(sound):
        port_ranges = allowed_ports(sound, source, destination)
        for protocol in ("tcp", "udp") if port_ranges is not None else ():
            if not any(each.protocol == protocol and each.first <= 53 <= each.last for each in port_ranges or ()):
                entry = next(
                    allowed for allowed in estate.allowed_connections if {source, destination} == {*_ends(allowed)}
                )
                given = f'"{source}" may not connect to {protocol}/53 of "{destination}", and {why}'
                extended = [*map(str, port_ranges or ()), f"{protocol}/53"]
                remedy = f'AllowedConnection(source="{source}", to="{destination}", ports={extended})'
                yield Fault(entry, given, remedy)


def _dns_connections(estate: Estate) -> Iterator[tuple[str, str, str]]:
    """The DNS connections: from the Resolver's segment to DNS servers at sites, and from sites to the Resolver."""
    home = shared_services(estate)
    segments = {segment.name: segment for segment in estate.segments}
    if home is None or str(home.spoke.segment) not in segments:
        return
    segment = segments[str(home.spoke.segment)]
    reached = networks_reached(estate, segment)
    sites = {site.name for site in estate.sites}
    known = [forward for forward in home.dns.forwards if forward.site is None or forward.site in sites]
    targets = networks(f"{address}/32" for forward in known for address in servers(estate, forward))
    for name, text in reached.items():
        cidr = network(text)
        if cidr is not None and any(target.subnet_of(cidr) for target in targets):
            yield segment.name, name, "a forward rule has a DNS server there"
        if home.dns.inbound:
            yield name, segment.name, "the inbound endpoint is there"
