"""AWS services by gateway endpoint: which spokes reach them that way, and which were meant to."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.answers import InSubnet, Packet, Service
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import EndpointKind
from isthmus.proof.findings import Flow, Violation
from isthmus.proof.places import Places


def service_flows(engine: Forwarding, places: Places) -> tuple[Flow, ...]:
    """One flow for each spoke and each service that its VPC has a gateway endpoint for."""
    services: dict[str, set[str]] = {}
    for endpoint in engine.network.endpoints.values():
        if endpoint.kind is EndpointKind.GATEWAY and isinstance(endpoint.vpc, str) and endpoint.service_name:
            services.setdefault(endpoint.vpc, set()).add(endpoint.service_name)
    return tuple(
        _flow(engine, place.name, subnet, service)
        for place in places.spokes
        for service in sorted(services.get(place.vpc, ()))
        for subnet in place.workloads[:1]
    )


def _flow(engine: Forwarding, spoke: str, subnet: str, service: str) -> Flow:
    trip = engine.both_ways(Packet(InSubnet(subnet), Service(service)))
    return Flow(spoke, service, trip.forward.outcome, trip.back.outcome, explain=lambda: trip)


def service_violations(estate: Estate, engine: Forwarding, places: Places) -> Iterator[Violation]:
    """Workload subnets whose table lacks a gateway endpoint that the intent asks for."""
    network = engine.network
    for _, spoke in estate.spokes:
        place = places.by_name.get(spoke.name)
        for service in spoke.gateway_endpoints if place is not None else ():
            assert place is not None
            endpoints = [
                e
                for e in network.endpoints.values()
                if e.kind is EndpointKind.GATEWAY and e.vpc == place.vpc and e.service_name == service
            ]
            if not endpoints:
                why = f"there is no gateway endpoint for {service}"
                yield Violation("service-endpoint-missing", why, (place.vpc,), spoke.name, service)
                continue
            served = {table for endpoint in endpoints for table in endpoint.tables}
            for subnet in place.workloads:
                table = network.subnets[subnet].table
                if isinstance(table, str) and table not in served:
                    why = f"the table of {subnet} has no route to the {service} endpoint"
                    resources = (table, *(endpoint.address for endpoint in endpoints))
                    yield Violation("service-endpoint-missing", why, resources, spoke.name, service)
