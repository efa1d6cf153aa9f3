"""Published services: a load balancer in routable subnets, with targets in the private subnets of the spoke."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import NoSlot, Tier, slot_of, subnet_name, zone_number
from isthmus.intent.checks.lenient import network, resolved
from isthmus.intent.checks.quotas import ask, quota_of
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.published_clients import clients
from isthmus.intent.published_service import PublishedService
from isthmus.intent.spoke import Spoke

_LISTENERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html"
_TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html"
_LIMITS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html"
_RESERVED = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
_GROUP_RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups"
_LAST_PORT = 65_535
_MOST_LISTENERS = 50
_FIRST_HOST = 4  # AWS reserves the first four addresses of a subnet, and the last


def _published(estate: Estate) -> Iterator[tuple[Spoke, PublishedService]]:
    for _, spoke in estate.spokes:
        for service in spoke.published:
            yield spoke, service


@rule("the load balancer is in the routable subnets; other locations connect directly to all other spokes")
def published_without_routable_cidr(estate: Estate) -> Iterator[Fault]:
    """A spoke without a `routable_cidr` has published services."""
    for _, spoke in estate.spokes:
        if spoke.published and spoke.routable_cidr is None:
            given = f"it publishes {', '.join(service.name for service in spoke.published)}, and has no routable_cidr"
            yield Fault(spoke, given, "no published services, or a routable_cidr if its cidr is in use elsewhere")


@rule("a load balancer has one listener for a port, and ports are 1 to 65535", _LISTENERS)
def invalid_published_port(estate: Estate) -> Iterator[Fault]:
    """A published service has an invalid port, or the port of another service of its spoke."""
    for _, spoke in estate.spokes:
        first: dict[int, str] = {}
        for service in spoke.published:
            for name, port in (("port", service.port), ("target_port", service.target_port)):
                if port is not None and not 1 <= port <= _LAST_PORT:
                    yield Fault(service, f"{name} is {port}", f"a {name} from 1 to {_LAST_PORT}")
            if service.port in first:
                given = f'port {service.port} is also that of "{first[service.port]}"'
                yield Fault(service, given, "another port; a target_port may repeat")
            first.setdefault(service.port, service.name)


@rule("the load balancer sends connections to addresses, and knows no others", _TARGETS)
def published_without_targets(estate: Estate) -> Iterator[Fault]:
    """A published service has no targets, or a target twice."""
    for _, service in _published(estate):
        if not service.targets:
            yield Fault(service, "targets is empty", "the addresses of its hosts")
        for target in dict.fromkeys(service.targets):
            if service.targets.count(target) > 1:
                yield Fault(service, f"targets has {target} twice", "the address once")


@rule("the targets are hosts of the spoke, and AWS keeps the first four addresses of a subnet and the last", _RESERVED)
def published_target_outside_subnets(estate: Estate) -> Iterator[Fault]:
    """A target of a published service is not an address of a host in a private subnet of its spoke."""
    for _, spoke in estate.spokes:
        subnets = _private_subnets(estate, spoke) if spoke.published else []
        if subnets is None:
            continue  # other rules report the zones and the ranges
        for service in spoke.published:
            for target in dict.fromkeys(service.targets):
                address = network(f"{target}/32")
                if address is None or not any(_is_host(address.network_address, subnet) for subnet in subnets):
                    given = f'target "{target}" is no host of a private subnet of the spoke'
                    named = ", ".join(map(str, subnets))
                    yield Fault(service, given, f"an IPv4 address in {named}, without the first four and the last")


def _is_host(address: IPv4Address, subnet: IPv4Network) -> bool:
    return address in subnet and subnet[_FIRST_HOST] <= address < subnet.broadcast_address


def _private_subnets(estate: Estate, spoke: Spoke) -> list[IPv4Network] | None:
    """The private subnets of a spoke; None if they are not known, or there are none."""
    region = REGIONS.get(estate.region)
    found: list[IPv4Network] = []
    for zone in dict.fromkeys(estate.zones_of(spoke)):
        if region is None or zone not in region.zone_ids:
            return None
        pinned = spoke.subnets.get(subnet_name(Tier.PRIVATE, zone))
        try:
            cidr = network(pinned) if pinned is not None else slot_of(spoke, Tier.PRIVATE, zone_number(zone))
        except (NoSlot, ValueError):
            return None
        if cidr is None:
            return None
        found.append(cidr)
    return found or None


@rule("AWS limits the listeners of a load balancer", _LIMITS)
def too_many_published_services(estate: Estate) -> Iterator[Fault]:
    """A spoke has more published services than a load balancer may have listeners."""
    for _, spoke in estate.spokes:
        if len(spoke.published) > _MOST_LISTENERS:
            yield Fault(spoke, f"it publishes {len(spoke.published)} services", f"at most {_MOST_LISTENERS}")


@rule(
    "the security group of the load balancer has a rule for each client range and port, and for each target",
    _GROUP_RULES,
)
def too_many_published_clients(estate: Estate) -> Iterator[Fault]:
    """The clients or the targets of published services need more security group rules than the quota allows."""
    limit, sound = quota_of(estate, "security-group-rules"), resolved(estate)
    segments = {segment.name for segment in sound.segments}
    for _, spoke in sound.spokes:
        if spoke.routable_cidr is None or str(spoke.segment) not in segments:
            continue
        inbound = sum(len(cidrs) for one in spoke.published for cidrs in clients(sound, spoke, one).values())
        outbound = len({(target, one.port_of_targets) for one in spoke.published for target in one.targets})
        for what, count in (("clients", inbound), ("targets", outbound)):
            if count > limit:
                remedy = ask("security-group-rules", limit, count) + f"; or fewer services or {what}"
                yield Fault(spoke, f"the {what} of its published services need {count} rules", remedy)


@rule("a service that nothing may connect to needs no load balancer")
def published_to_no_location(estate: Estate) -> Iterator[Fault]:
    """No location may connect to a published service."""
    sound = resolved(estate)
    segments = {segment.name for segment in sound.segments}
    for _, spoke in sound.spokes:
        if spoke.routable_cidr is None or str(spoke.segment) not in segments:
            continue
        for service in spoke.published:
            if not clients(sound, spoke, service):
                given = f'no location may connect to tcp/{service.port} of segment "{spoke.segment}"'
                remedy = "reaches=[...] of its segment, or an AllowedConnection with this port, or no such service"
                yield Fault(service, given, remedy)
