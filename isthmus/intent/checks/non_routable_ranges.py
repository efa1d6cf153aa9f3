"""Spokes with a routable CIDR: private NAT gateways translate their addresses, which are in use elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from isthmus.intent.checks.cidrs import PRIVATE, reached_ranges
from isthmus.intent.checks.lenient import networks
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.name_resolution import shared_services
from isthmus.intent.spoke import Spoke
from isthmus.intent.static_prefixes import static_prefixes

_LOCAL = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html"
_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
_PRIVATE_NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-scenarios.html"


def _non_routable(estate: Estate) -> Iterator[tuple[Spoke, IPv4Network]]:
    for _, spoke in estate.spokes:
        for cidr in networks(spoke.non_routable_cidrs):
            yield spoke, cidr


@rule("its hosts reach such addresses by the local route of their own VPC, so their packets never leave it", _LOCAL)
def non_routable_range_reached(estate: Estate) -> Iterator[Fault]:
    """A range of a spoke with `routable_cidr` overlaps a range that the spoke has to reach."""
    for spoke, non_routable in _non_routable(estate):
        for other, what, cidr in reached_ranges(estate, spoke):
            if not cidr.overlaps(non_routable):
                continue
            if isinstance(other, Spoke):
                remedy = "another routable_cidr there" if other.routable_cidr else "a routable_cidr there too"
                remedy += ", or segments that do not reach each other"
                yield Fault(spoke, f"{non_routable} overlaps {what}, which it reaches, {place_of(other)}", remedy)
            else:
                remedy = "site_networks without this network, or another range for it"
                yield Fault(spoke, f"{non_routable} overlaps {what}, which it reaches", remedy)


@rule("public addresses used inside the network hide the same addresses on the internet")
def non_routable_range_not_private(estate: Estate) -> Iterator[Fault]:
    """A range of a spoke with `routable_cidr` is not a private range."""
    for spoke, cidr in _non_routable(estate):
        if not any(cidr.subnet_of(private) for private in PRIVATE):
            remedy = f"a range in {', '.join(map(str, PRIVATE[:3]))} or {PRIVATE[3]}"
            yield Fault(spoke, f"{cidr} is a public range", remedy)


@rule("the route to the block would take the place of the local route of the VPC", _LOCAL)
def block_in_non_routable_range(estate: Estate) -> Iterator[Fault]:
    """A block of the estate lies inside a range of a spoke with `routable_cidr`, or equals it."""
    blocks = networks(estate.blocks)
    for spoke, cidr in _non_routable(estate):
        hit = next((block for block in blocks if block.subnet_of(cidr)), None)
        if hit is not None:
            given = f"{cidr} contains the block {hit} of the estate, {place_of(estate)}"
            yield Fault(spoke, given, f"a block that is larger than {cidr}, or that does not overlap it")


@rule(
    "the pipeline of another account needs the permission to add static routes to the hub's route tables. IAM cannot "
    "limit the destinations of these routes, so a segment has to ask for it",
    _ACTIONS,
)
def static_routes_not_allowed(estate: Estate) -> Iterator[Fault]:
    """A spoke outside the account of the hub needs static routes, and its segment does not allow them."""
    hubs = {name_of(environment.account) for environment in estate.environments if environment.hub is not None}
    segments = {segment.name: segment for segment in estate.segments}
    for environment, spoke in estate.spokes:
        segment = segments.get(name_of(spoke.segment))
        if segment is None or segment.static_routes or not hubs or name_of(environment.account) in hubs:
            continue
        if prefixes := static_prefixes(estate, spoke):
            given = f"{', '.join(prefixes)} needs a static route, and {subject(environment)} is in another account"
            remedy = f"the account of the hub, or static_routes=True for {subject(segment)}, {place_of(segment)}"
            yield Fault(spoke, given, remedy)


@rule("private NAT gateways translate only connections that start behind them", _PRIVATE_NAT)
def shared_services_translated(estate: Estate) -> Iterator[Fault]:
    """The spoke with hybrid DNS and central endpoints has a `routable_cidr`: no other spoke could reach them."""
    home = shared_services(estate)
    if home is not None and home.spoke.routable_cidr is not None:
        given = f"it has a routable_cidr, and the hybrid DNS of {subject(home.environment)}"
        yield Fault(home.spoke, given, "a cidr that is in use nowhere else, and no routable_cidr")
