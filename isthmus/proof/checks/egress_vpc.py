"""The egress VPC forwards traffic, and holds no destinations: no location of the estate may reach its subnets."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.answers import InSubnet, Outcome
from isthmus.network.model import AttachmentKind, EndpointKind, Network, Unknown
from isthmus.network.packet_classes import packet_classes
from isthmus.proof.checks.causes import Naming
from isthmus.proof.pairs.locations import LocationKind
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.result.findings import UnknownResult, Violation


def egress_violations(estate: Estate, egress: str, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """Locations that reach a subnet of the egress VPC, and an attachment without appliance mode.

    `egress` is the address of the egress VPC, or "".
    """
    yield from _reachable_subnets(egress, pairs, naming)
    if estate.egress is not None and estate.egress.inspection.has_endpoints:
        for attachment in pairs.engine.network.attachments.values():
            is_its = attachment.kind is AttachmentKind.VPC and attachment.attached == egress
            if is_its and attachment.appliance_mode is not True and len(attachment.subnets) > 1:
                why = "the firewall has several zones, and the attachment of its VPC is not in appliance mode"
                yield Violation("appliance-mode-off", why, (attachment.address,))


def endpoint_service_results(estate: Estate, network: Network, egress: str) -> Iterator[Violation | UnknownResult]:
    """Gateway Load Balancer endpoints of the egress VPC whose endpoint service is not the one of the intent."""
    wanted = estate.egress.endpoint_service if estate.egress is not None else None
    if wanted is None:
        return
    for endpoint in network.endpoints.values():
        if endpoint.kind is not EndpointKind.GATEWAY_LOAD_BALANCER or not egress or endpoint.vpc != egress:
            continue
        if isinstance(endpoint.service, Unknown):
            yield UnknownResult(f"the endpoint service of {endpoint.address}", endpoint.service.reason)
        elif endpoint.service != wanted:
            why = f"its endpoint service is {endpoint.service}; the intent states {wanted}"
            yield Violation("endpoint-service-differs", why, (endpoint.address,))


def _reachable_subnets(egress: str, pairs: AllPairs, naming: Naming) -> Iterator[Violation]:
    """Spokes and site networks that reach a subnet of the egress VPC, including those of NAT gateways and firewalls."""
    subnets = [subnet.address for subnet in pairs.inventory.subnets(egress)] if egress else []
    for name in pairs.representatives() if subnets else ():
        if pairs.locations.by_name[name].kind is LocationKind.INTERNET:
            continue
        for end in pairs.sample_addresses(name):
            found = (
                each for subnet in subnets for each in packet_classes(pairs.engine, end.position, InSubnet(subnet))
            )
            reachable = [
                path for each in found for path in each.trip.forward.paths if path.outcome is Outcome.REACHABLE
            ]
            if reachable:
                why = f"it reaches {reachable[0].end} in the egress VPC, which must not be a destination"
                yield Violation("unintended-flow", why, naming.of_leak(reachable[:1]), name, egress)
                break
