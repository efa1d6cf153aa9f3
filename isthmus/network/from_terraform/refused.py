"""Values that AWS refuses and no fact of the network holds: of tunnels, customer gateways and endpoints.

The ids are those of the language's rules for the same. A value that is not known is no mistake: a note names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from isthmus.aws.accepted_tunnel_options import (
    CHOICES,
    PROPOSALS,
    RANGES,
    excludes_acceleration,
    fits_inside,
    lifetimes_fault,
    reserved_inside,
    unknown_proposals,
    within,
)
from isthmus.aws.accepted_values import GATEWAY_SERVICES, policy_fault, public_address
from isthmus.aws.regions import REGIONS
from isthmus.aws.services import SERVICES
from isthmus.network.from_terraform.values import Resolver, integer, single
from isthmus.network.model import StructuralProblem, Unknown
from isthmus.terraform.graph import Resource, Value

# How Terraform calls the options of a tunnel that `RANGES` has.
_SECONDS = ("phase1_lifetime", "phase2_lifetime", "dpd_timeout")
_CERTIFICATE = re.compile(r"arn:([a-z-]+):acm:([a-z0-9-]+):(\d{12}):certificate/[A-Za-z0-9-]+")


class _Options:
    """The arguments of one resource; what of them is written and not known goes into the notes."""

    def __init__(self, resolver: Resolver, resource: Resource) -> None:
        self.resolver, self.resource = resolver, resource

    def get(self, argument: str) -> Value:
        """What is written, or None where nothing is, or nothing that is known."""
        value = self.resource.get(argument)
        if not isinstance(value, Unknown):
            return value
        written = self.resource.written
        if written is None or argument in written:
            self.resolver.unchecked.append(f"{argument} of {self.resource.address}")
        return None

    def number(self, argument: str) -> int | None:
        """A whole number; None where it is not known or is none."""
        found = integer(self.get(argument))
        return found if isinstance(found, int) else None

    def text(self, argument: str) -> str | None:
        """A text; None where it is not known or refers to something."""
        found = self.get(argument)
        return found if isinstance(found, str) else None


def refused_values(resolver: Resolver) -> Iterator[StructuralProblem]:
    """Every value of a connection, customer gateway or endpoint that AWS refuses."""
    for resource in resolver.graph.of_type("aws_vpn_connection"):
        yield from _connection(resolver, resource)
        for number in (1, 2):
            yield from _tunnel(resolver, resource, number)
    for resource in resolver.graph.of_type("aws_customer_gateway"):
        yield from _certificate(resolver, resource)
    for resource in resolver.graph.of_type("aws_vpc_endpoint", "aws_vpc_endpoint_policy"):
        yield from _policy(resolver, resource)
    for resource in resolver.graph.of_type("aws_vpc_endpoint"):
        yield from _gateway_service(resource)
    for resource in resolver.graph.of_type("aws_subnet"):
        yield from _zone(resource)


def _connection(resolver: Resolver, resource: Resource) -> Iterator[StructuralProblem]:
    options = _Options(resolver, resource)
    region = REGIONS.get(resource.region or "")
    if resource.get("enable_acceleration") is True:
        if excludes_acceleration(str(options.text("tunnel_bandwidth"))):
            why = "it has large tunnels and acceleration; AWS makes no accelerated connection of large tunnels"
            yield StructuralProblem("accelerated-large-tunnels", (resource.address,), why)
        if region is not None and region.partition != "aws":
            why = f"it is accelerated, and {region.name} has no AWS Global Accelerator"
            yield StructuralProblem("acceleration-not-available", (resource.address,), why)
    named = resolver.required(resource, "customer_gateway_id", single("aws_customer_gateway"))
    device = resolver.graph.resources.get(named) if isinstance(named, str) else None
    if device is None:
        return
    address = _Options(resolver, device).text("ip_address")
    # A private address is right over Direct Connect: .../vpn/latest/s2svpn/private-ip-dx.html
    public = resource.get("outside_ip_address_type", "PublicIpv4") == "PublicIpv4"
    if address is not None and public and not public_address(address):
        why = f"ip_address is {address!r}, no public IPv4 address, and {resource.address} meets it on the internet"
        yield StructuralProblem("invalid-customer-gateway-address", (device.address, resource.address), why)
    if device.get("ip_address") is None:
        for number in (1, 2):
            if resource.get(f"tunnel{number}_startup_action") == "start":
                why = f"tunnel{number}_startup_action is start, and {device.address} has no ip_address to start to"
                yield StructuralProblem("tunnel-start-without-address", (resource.address, device.address), why)


def _tunnel(resolver: Resolver, resource: Resource, number: int) -> Iterator[StructuralProblem]:
    options = _Options(resolver, resource)
    prefix = f"tunnel{number}_"

    def finding(rule: str, why: str) -> StructuralProblem:
        return StructuralProblem(rule, (resource.address,), f"tunnel {number}: {why}")

    numbers = {name: options.number(f"{prefix}{_argument(name)}") for name in RANGES}
    for name, value in numbers.items():
        # Terraform has 0 for what is not set.
        if value and not within(name, value):
            low, high = RANGES[name]
            taken = f"{low} or more" if high is None else f"{low} to {high}"
            yield finding("invalid-tunnel-option", f"{_argument(name)} is {value}; AWS takes {taken}")
    for name, choices in CHOICES.items():
        chosen = options.text(f"{prefix}{name}")
        if chosen and chosen not in choices:
            yield finding("invalid-tunnel-option", f"{name} is {chosen!r}; AWS takes {' or '.join(choices)}")
    for name in PROPOSALS:
        given = options.get(f"{prefix}{name}")
        proposed = [each for each in given if not isinstance(each, Unknown)] if isinstance(given, tuple) else []
        if wrong := unknown_proposals(name, [_plain(name, each) for each in proposed]):
            yield finding(
                "invalid-tunnel-algorithm", f"{name} holds {', '.join(map(str, wrong))}, which AWS does not know"
            )
    yield from (finding("conflicting-tunnel-lifetimes", fault) for fault in _lifetimes(options, prefix, numbers))
    inside = options.text(f"{prefix}inside_cidr")
    try:
        cidr = IPv4Network(inside) if inside is not None else None
    except ValueError:
        cidr = None
        yield finding("invalid-inside-cidr", f"{inside!r} is no range; AWS takes a /30 of 169.254.0.0/16")
    if cidr is not None and not fits_inside(cidr):
        yield finding("invalid-inside-cidr", f"{cidr} is no /30 of 169.254.0.0/16")
    if cidr is not None and reserved_inside(cidr):
        yield finding("reserved-inside-cidr", f"AWS keeps {cidr} for itself")


def _argument(name: str) -> str:
    return f"{name}_seconds" if name in _SECONDS else name


def _plain(name: str, value: Value) -> Value:
    """A proposal as AWS names it: numbers of groups may be written as text."""
    return int(value) if name.endswith("numbers") and str(value).isdigit() else value


def _lifetimes(options: _Options, prefix: str, numbers: dict[str, int | None]) -> Iterator[str]:
    """What is wrong with the lifetimes that are in range. The interaction with defaults is not evaluated."""
    phase1, phase2 = numbers["phase1_lifetime"] or None, numbers["phase2_lifetime"] or None
    margin = options.number(f"{prefix}rekey_margin_time_seconds") or None
    if (phase1 is not None and not within("phase1_lifetime", phase1)) or (
        phase2 is not None and not within("phase2_lifetime", phase2)
    ):
        return
    # A margin has to fit the longest phase 2, whatever its lifetime is.
    longest = RANGES["phase2_lifetime"][1] or 0
    first = phase1 if phase2 is not None else None
    if fault := lifetimes_fault(first, phase2 or longest, margin):
        yield fault


def _certificate(resolver: Resolver, resource: Resource) -> Iterator[StructuralProblem]:
    """https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-tunnel-authentication-options.html."""
    arn = _Options(resolver, resource).text("certificate_arn")
    found = _CERTIFICATE.fullmatch(arn) if arn is not None else None
    if arn is None:
        return
    if found is None:
        yield StructuralProblem(
            "invalid-certificate-arn", (resource.address,), f"certificate_arn {arn!r} is no certificate's"
        )
    elif resource.region is not None and found[2] != resource.region:
        why = f"its certificate is in {found[2]}, the customer gateway in {resource.region}"
        yield StructuralProblem("invalid-certificate-arn", (resource.address,), why)


def _policy(resolver: Resolver, resource: Resource) -> Iterator[StructuralProblem]:
    """A document that Terraform builds from blocks can only be too long, which is not evaluated."""
    text = resource.get("policy")
    if isinstance(text, Unknown) and "aws_iam_policy_document" in text.reason:
        return
    given = _Options(resolver, resource).text("policy")
    if given and (fault := policy_fault(given)):
        yield StructuralProblem("invalid-endpoint-policy", (resource.address,), f"its policy: {fault}")


def _gateway_service(resource: Resource) -> Iterator[StructuralProblem]:
    """A gateway endpoint, which is what none is named for, of a service that has interface endpoints alone."""
    service = resource.get("service_name")
    if resource.get("vpc_endpoint_type", "Gateway") != "Gateway" or not isinstance(service, str):
        return
    name = service.split(".", 3)[-1]
    if service.startswith("com.amazonaws.") and name in SERVICES and name not in GATEWAY_SERVICES:
        why = f"it is a Gateway endpoint, and {name} has Interface endpoints only"
        yield StructuralProblem("invalid-gateway-endpoint", (resource.address,), why)


def _zone(resource: Resource) -> Iterator[StructuralProblem]:
    """A subnet in a zone of another Region. Local and Wavelength Zones have names and ids of their Region's too.

    https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
    """
    region = REGIONS.get(resource.region or "")
    if region is None:
        return
    for argument, start in (("availability_zone", region.name), ("availability_zone_id", f"{region.zone_prefix}-")):
        zone = resource.get(argument)
        if isinstance(zone, str) and not zone.startswith(start):
            why = f"{argument} {zone!r} is none of {region.name}"
            yield StructuralProblem("zone-not-in-region", (resource.address,), why)
