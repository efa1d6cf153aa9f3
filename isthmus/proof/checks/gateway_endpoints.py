"""AWS services through gateway endpoints: the spokes that reach them, and those that the intent requires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.intent import Estate
from isthmus.network.answers import InSubnet, Outcome, Service
from isthmus.network.forwarding import Forwarding
from isthmus.network.index import grouped
from isthmus.network.model import EndpointKind, Network, Unknown, VpcEndpoint
from isthmus.network.packet_classes import USUAL, packet_classes
from isthmus.network.packets import ALL_PACKETS
from isthmus.proof.pairs.locations import Inventory, Location, Locations
from isthmus.proof.pairs.pair import Pair, SampleFlow
from isthmus.proof.result.findings import Flow, PacketOutcome, UnknownResult, Violation


def service_flows(engine: Forwarding, locations: Locations, inventory: Inventory) -> tuple[Flow, ...]:
    """One flow for each spoke and each service that its VPC has a gateway endpoint for.

    It is unknown if the VPC may have hosts in subnets that are not known.
    """
    services: dict[str, set[str]] = {}
    for endpoint in engine.network.endpoints.values():
        if endpoint.kind is EndpointKind.GATEWAY and isinstance(endpoint.vpc, str) and endpoint.service_name:
            services.setdefault(endpoint.vpc, set()).add(endpoint.service_name)
    return tuple(
        _flow(engine, location, service, bool(inventory.unknown_hosts(location.vpc)))
        for location in locations.spokes
        for service in sorted(services.get(location.vpc, ()))
        if location.workloads
    )


def _flow(engine: Forwarding, spoke: Location, service: str, unknown: bool) -> Flow:
    """The worst outcome of all workload subnets. Only network ACLs distinguish packets."""
    to = Service(service)
    # The path to a service depends on the subnet's route table, its network ACL and its exclusion from Block Public
    # Access.
    access = engine.network.public_access.get(spoke.vpc)
    excluded = access.subnets if access is not None else {}
    subnets = {
        (engine.network.subnets[s].table, engine.network.subnets[s].nacl, str(excluded.get(s, ""))): s
        for s in reversed(spoke.workloads)
    }
    tried = [(subnet, packet_classes(engine, InSubnet(subnet), to)) for subnet in subnets.values()]
    samples = tuple(
        SampleFlow(
            InSubnet(subnet), to, "", "", True, next(c.trip for c in classes if USUAL in c.packets), classes=classes
        )
        for subnet, classes in tried
    )
    pair = Pair(samples)
    example = pair.example(None)
    unfollowed = example >= 0 and not samples[example].trip.reply.followed
    if unknown:
        packet_outcomes = (PacketOutcome(ALL_PACKETS, Outcome.UNKNOWN, Outcome.UNKNOWN),)
        evidence = samples[example].trip
        return Flow(
            spoke.name,
            service,
            Outcome.UNKNOWN,
            Outcome.UNKNOWN,
            packet_outcomes=packet_outcomes,
            explain=lambda: evidence,
            unfollowed=unfollowed,
        )
    return Flow(
        spoke.name,
        service,
        *pair.outcome(None),
        packet_outcomes=pair.packet_outcomes(None),
        explain=lambda: samples[example].trip,
        unfollowed=unfollowed,
    )


def service_violations(
    estate: Estate, engine: Forwarding, locations: Locations, inventory: Inventory
) -> Iterator[Violation | UnknownResult]:
    """Workload subnets whose route table has no route to a gateway endpoint of the intent, or may have none."""
    network = engine.network
    present = grouped(
        ((endpoint.vpc, endpoint.service_name), endpoint)
        for endpoint in network.endpoints.values()
        if endpoint.kind is EndpointKind.GATEWAY
    )
    maybe = [*_uncertain(network), *network.possible.endpoints.values()]
    for _, spoke in estate.spokes:
        location = locations.by_name.get(spoke.name)
        for service in spoke.gateway_endpoints if location is not None else ():
            assert location is not None
            endpoints = present.get((location.vpc, service), [])
            unknown_reason = _unknown_reason(location, service, endpoints, maybe) or inventory.unknown_workloads(
                location.vpc
            )
            if not endpoints and not unknown_reason:
                why = f"there is no gateway endpoint for {service}"
                yield Violation("service-endpoint-missing", why, (location.vpc,), spoke.name, service)
                continue
            served = {table for endpoint in endpoints for table in endpoint.tables}
            for subnet in location.workloads:
                table = network.subnets[subnet].table
                if not isinstance(table, str) or table in served:
                    continue
                if unknown_reason:
                    yield UnknownResult(f"whether {subnet} reaches {service} by a gateway endpoint", unknown_reason)
                    continue
                why = f"the route table of {subnet} has no route to the {service} endpoint"
                resources = (table, *(endpoint.address for endpoint in endpoints))
                yield Violation("service-endpoint-missing", why, resources, spoke.name, service)


def _uncertain(network: Network) -> Iterator[VpcEndpoint]:
    """Endpoints of which the VPC, the service or the type is unknown."""
    endpoints = network.endpoints.values()
    yield from (e for e in endpoints if isinstance(e.vpc, Unknown) or isinstance(e.service, Unknown))
    yield from (e for e in endpoints if e.kind is EndpointKind.OTHER)


def _unknown_reason(
    location: Location, service: str, endpoints: Sequence[VpcEndpoint], maybe: Sequence[VpcEndpoint]
) -> str:
    """Why it is unknown which route tables have a route to a gateway endpoint, or "".

    `maybe`: endpoints that may be gateway endpoints of the VPC for the service.
    """
    for endpoint in endpoints:
        unknown = next((t for t in endpoint.tables if isinstance(t, Unknown)), None)
        if unknown is not None:
            return f"a table of {endpoint.address}: {unknown.reason}"
    for endpoint in maybe:
        if endpoint.vpc != location.vpc and not isinstance(endpoint.vpc, Unknown):
            continue
        if endpoint.service_name in (service, "") and endpoint.kind in (EndpointKind.GATEWAY, EndpointKind.OTHER):
            return f"whether {endpoint.address} is a gateway endpoint of {location.vpc} for {service}"
    return ""
