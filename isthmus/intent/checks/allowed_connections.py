"""Who may open connections: sides that exist and reach each other, ports that mean something."""

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


def _sides(allowed_connections: AllowedConnection) -> tuple[str, str]:
    return str(allowed_connections.source), str(allowed_connections.to)


def _known(estate: Estate) -> set[str]:
    networks = {f"{site.name}/{name}" for site in estate.sites for name in site.networks}
    return networks | {segment.name for segment in estate.segments}


@rule("connections are opened between segments and site networks, by name")
def allowed_connection_unknown_location(estate: Estate) -> Iterator[Fault]:
    """A side that opens, or is opened to, is neither a segment nor a site network."""
    known = _known(estate)
    for allowed_connections in estate.allowed_connections:
        for side in dict.fromkeys(_sides(allowed_connections)):
            if side not in known:
                close = difflib.get_close_matches(side, sorted(known), n=1)
                remedy = f'"{close[0]}"' if close else f"one of {', '.join(sorted(known))}"
                yield Fault(allowed_connections, f'"{side}" is neither a segment nor a site network', remedy)


@rule("network ACLs know these protocols and ports 0 to 65535", _ACL)
def allowed_connection_invalid_ports(estate: Estate) -> Iterator[Fault]:
    """A port means nothing, stands there twice, or none is given."""
    for allowed_connections in estate.allowed_connections:
        if not allowed_connections.ports:
            yield Fault(
                allowed_connections, "ports is empty", 'ports=["tcp/443"]; what is not said may not be opened anyway'
            )
        for text in dict.fromkeys(allowed_connections.ports):
            if ports(text) is None:
                yield Fault(
                    allowed_connections, f'ports holds "{text}"', '"tcp/443", "udp/53", "tcp/8000-8080" or "icmp"'
                )
            elif allowed_connections.ports.count(text) > 1:
                yield Fault(allowed_connections, f'ports holds "{text}" twice', "each once")


@rule("it is said of both sides at once, and the last word would be hard to find")
def duplicate_allowed_connection(estate: Estate) -> Iterator[Fault]:
    """The same side opens to the same other side twice."""
    seen: set[tuple[str, str]] = set()
    for allowed_connections in estate.allowed_connections:
        if _sides(allowed_connections) in seen:
            yield Fault(
                allowed_connections,
                f'"{allowed_connections.source}" opens to "{allowed_connections.to}" already',
                "one entry with all the ports",
            )
        seen.add(_sides(allowed_connections))


@rule("filters stand in VPCs: between two sites there is none")
def allowed_connection_between_sites(estate: Estate) -> Iterator[Fault]:
    """Both sides are site networks."""
    segments = {segment.name for segment in estate.segments}
    for allowed_connections in estate.allowed_connections:
        if {*_sides(allowed_connections)} <= _known(estate) - segments:
            given = f'"{allowed_connections.source}" and "{allowed_connections.to}" are site networks'
            yield Fault(allowed_connections, given, "a segment on one side; between sites, their own firewalls")


@rule("who does not reach the other side opens nothing there")
def allowed_connection_not_reachable(estate: Estate) -> Iterator[Fault]:
    """The two sides do not reach each other."""
    sound = resolved(estate)
    segments = {segment.name: segment for segment in sound.segments}
    for allowed_connections in estate.allowed_connections:
        here, there = sorted(_sides(allowed_connections), key=lambda side: side not in segments)
        if here not in segments or there not in _known(estate):
            continue
        if there in segments:
            reached = reach_each_other(segments[here], segments[there])
        else:
            reached = there in networks_reached(sound, segments[here])
        if not reached:
            given = f'"{allowed_connections.source}" and "{allowed_connections.to}" do not reach each other'
            remedy = f'"{there}" within reach of segment "{here}"'
            if here == there:
                given = f'the spokes of segment "{here}" do not reach each other'
                remedy = f'isolated=False for segment "{here}"'
            yield Fault(allowed_connections, given, f"{remedy}, or no such entry")


@rule("network ACLs see addresses: they know a segment by its blocks, whatever spokes it has", _ACL)
def allowed_connection_without_blocks(estate: Estate) -> Iterator[Fault]:
    """Connections are opened between segments, and one of them has no blocks."""
    segments = {segment.name: segment for segment in estate.segments}
    told: set[str] = set()
    for allowed_connections in estate.allowed_connections:
        sides = _sides(allowed_connections)
        if not all(side in segments for side in sides) or not reach_each_other(*(segments[side] for side in sides)):
            continue  # of a segment and a site network, the spokes know the site's
        for side in dict.fromkeys(sides):
            if not segments[side].blocks and side not in told:
                told.add(side)
                given = f'segment "{side}" has no blocks'
                blocks = own_blocks(estate, segments[side])
                yield Fault(allowed_connections, given, f'Segment("{side}", blocks={blocks}, ...)')


@rule(
    "names are asked over UDP, and over TCP where the answer is long",
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-choose-vpc.html",
)
def dns_port_not_allowed(estate: Estate) -> Iterator[Fault]:
    """Hybrid DNS asks, or is asked, across two sides that may not open port 53 to each other."""
    sound = resolved(estate)
    for asking, asked, why in _questions(sound):
        opened = allowed_ports(sound, asking, asked)
        for protocol in ("tcp", "udp") if opened is not None else ():
            if not any(each.protocol == protocol and each.first <= 53 <= each.last for each in opened or ()):
                said = next(
                    allowed_connections
                    for allowed_connections in estate.allowed_connections
                    if {asking, asked} == {*_sides(allowed_connections)}
                )
                given = f'"{asking}" may not open {protocol}/53 to "{asked}", and {why}'
                more = [*map(str, opened or ()), f"{protocol}/53"]
                yield Fault(said, given, f'AllowedConnection(source="{asking}", to="{asked}", ports={more})')


def _questions(estate: Estate) -> Iterator[tuple[str, str, str]]:
    """Who asks whom for names, as sides: the Resolver's spoke the servers it forwards to, and sites the Resolver."""
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
            yield segment.name, name, "a domain is forwarded there"
        if home.dns.inbound:
            yield name, segment.name, "sites ask the Resolver there"
