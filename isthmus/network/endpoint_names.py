"""The private DNS names of interface endpoints: hidden zones of a VPC.

They need both DNS attributes of the VPC, and `private_dns_enabled` of the endpoint.
https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.aws.domain_names import covers, labels
from isthmus.aws.services import SERVICES, ServiceZone, gateway_zones
from isthmus.network.dns_model import Held
from isthmus.network.model import EndpointKind, Network, Unknown, VpcEndpoint

# Domains in which AWS's own services have names.
_OF_AWS = ("amazonaws.com", "amazonaws.com.cn", "aws", "aws.amazon.com")
_NAMING = (EndpointKind.INTERFACE, EndpointKind.OTHER)


@dataclass(frozen=True, slots=True)
class Named:
    """An endpoint that answers to a domain, or why it may not (`doubt`), or why it does not (`off`)."""

    domain: str
    address: str
    unknown_reason: Unknown | None = None
    profile: str = ""
    off: str = ""


class EndpointNames:
    """Which endpoints of a network answer to which names, by VPC."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._by_vpc: dict[str, list[VpcEndpoint]] = {}
        self._stray: list[VpcEndpoint] = []
        for endpoint in network.endpoints.values():
            if endpoint.kind not in _NAMING or endpoint.private_dns is False:
                continue
            if isinstance(endpoint.vpc, Unknown):
                self._stray.append(endpoint)
            else:
                self._by_vpc.setdefault(endpoint.vpc, []).append(endpoint)

    def of(self, vpc: str, name: str, *, inbound: bool = False) -> Iterator[Named]:
        """The endpoints that answer to a name in a VPC, or may; `inbound`: for queries by an inbound endpoint."""
        for endpoint in (*self._by_vpc.get(vpc, ()), *self._stray):
            yield from _named(endpoint, name, inbound, endpoint.vpc if isinstance(endpoint.vpc, Unknown) else None)
        for use in self.network.resolution.may(vpc):
            if use.kind is Held.ENDPOINT:
                held = self.network.endpoints.get(str(use.thing))
                if held is None:
                    yield Named(name, use.by, use.unknown or Unknown(f"the endpoint of {use.by}"), use.profile)
                else:
                    yield from _named(held, name, inbound, use.unknown, use.profile)
        for maybe in self.network.resolution.maybe_endpoints:
            if (isinstance(maybe.vpc, Unknown) or maybe.vpc == vpc) and _of_aws(name):
                yield Named(name, maybe.address, maybe.why)

    def domains(self, vpc: str) -> tuple[str, ...]:
        """The domains that the endpoints of a VPC are known to answer to."""
        return tuple(domain for endpoint in self._held(vpc) for domain in service_domains(endpoint))

    def kind(self, vpc: str) -> tuple[object, ...]:
        """Equal for VPCs in which the same names lead to endpoints."""
        held = tuple((e.kind, e.service, e.private_dns, e.inbound_only) for e in self._held(vpc))
        maybe = tuple(m for m in self.network.resolution.maybe_endpoints if isinstance(m.vpc, Unknown) or m.vpc == vpc)
        return held, maybe

    def _held(self, vpc: str) -> Iterator[VpcEndpoint]:
        yield from self._by_vpc.get(vpc, ())
        yield from self._stray
        for use in self.network.resolution.may(vpc):
            if use.kind is Held.ENDPOINT and str(use.thing) in self.network.endpoints:
                yield self.network.endpoints[str(use.thing)]


def _named(
    endpoint: VpcEndpoint, name: str, inbound: bool, unknown_reason: Unknown | None, profile: str = ""
) -> Iterator[Named]:
    if isinstance(endpoint.private_dns, Unknown):
        unknown_reason = unknown_reason or endpoint.private_dns
    elif not endpoint.private_dns:
        unknown_reason = unknown_reason or Unknown(f"{profile} holds {endpoint.address}, whose private names are off")
    off = ""
    if not inbound and isinstance(endpoint.inbound_only, Unknown):
        unknown_reason = unknown_reason or endpoint.inbound_only
    elif not inbound and endpoint.inbound_only:
        off = "its private names are for queries by an inbound Resolver endpoint alone"
    for domain, name_reason in private_names(endpoint, name):
        yield Named(domain, endpoint.address, unknown_reason or name_reason, profile, off)


def private_names(endpoint: VpcEndpoint, name: str) -> Iterator[tuple[str, Unknown | None]]:
    """The private domains of an endpoint that a name is in, each with why the endpoint may not answer it."""
    if isinstance(endpoint.service, Unknown) or endpoint.kind is not EndpointKind.INTERFACE:
        yield name, Unknown(f"which names {endpoint.address} has")
        return
    region, service = _parts(endpoint.service)
    if service in SERVICES and region:
        for zone in SERVICES[service].zones_in(region):
            if covers(zone.name, name):
                here = zone.apex if name == zone.name else zone.wildcard
                yield zone.name, None if here else Unknown(f"whether {endpoint.address} answers to {name}")
        if covers("aws", name) and f".{service.rpartition('.')[2]}." in f".{name}":
            yield name, Unknown(f"whether {endpoint.address} answers to {name}")
    elif not endpoint.service.startswith(("com.amazonaws.vpce.", "cn.com.amazonaws.vpce.")):
        if _of_aws(name):
            yield name, Unknown(f"which names {endpoint.address}, for {endpoint.service}, has")
    else:
        yield name, Unknown(f"which names {endpoint.address}, for {endpoint.service}, has")


def service_domains(endpoint: VpcEndpoint) -> tuple[str, ...]:
    """The private domains of an endpoint for a service whose names are known."""
    return tuple(zone.name for zone in service_zones(endpoint))


def service_zones(endpoint: VpcEndpoint) -> tuple[ServiceZone, ...]:
    """The domains of the service that an interface or gateway endpoint is for, as far as they are known."""
    region, service = ("", "") if isinstance(endpoint.service, Unknown) else _parts(endpoint.service)
    if not region:
        return ()
    if endpoint.kind is EndpointKind.GATEWAY:
        return gateway_zones(service, region)
    return SERVICES[service].zones_in(region) if service in SERVICES else ()


def _of_aws(name: str) -> bool:
    return any(covers(domain, name) and labels(name) > labels(domain) for domain in _OF_AWS)


def _parts(service: str) -> tuple[str, str]:
    """Region and service of a service name: `com.amazonaws.eu-west-1.ecr.dkr` is `eu-west-1` and `ecr.dkr`."""
    rest = service.removeprefix("cn.").removeprefix("com.amazonaws.")
    region, _, name = rest.partition(".")
    return (region, name) if rest != service.removeprefix("cn.") else ("", "")
