"""Published services."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.intent import Estate, PublishedService
from isthmus.testing.broken.parts import breaks, extra_spoke, first_zone, grown

ROUTABLE, TARGET = "10.251.0.0/24", "10.250.0.10"


def _service(name: str = "extra", **given: Any) -> PublishedService:
    return PublishedService(name, **{"port": 443, "targets": [TARGET], **given})


def _published(estate: Estate, *services: PublishedService, **given: Any) -> Estate:
    """The estate with a spoke that publishes services, and one that may connect to them."""
    spoke = extra_spoke(
        **{"routable_cidr": ROUTABLE, "zones": first_zone(estate), "published": [*services] or [_service()], **given}
    )
    client = extra_spoke("client", cidr="10.252.0.0/20", zones=first_zone(estate))
    return grown(estate, spokes=[spoke, client])


@breaks
def published_without_routable_cidr(estate: Estate) -> Estate:
    return _published(estate, routable_cidr=None)


@breaks
def invalid_published_port(estate: Estate) -> Estate:
    return _published(estate, _service(target_port=70_000))


@breaks
def published_without_targets(estate: Estate) -> Estate:
    return _published(estate, _service(targets=[]))


@breaks
def published_target_outside_subnets(estate: Estate) -> Estate:
    return _published(estate, _service(targets=["10.250.0.3"]))


@breaks
def too_many_published_services(estate: Estate) -> Estate:
    services = [_service(f"extra{port}", port=port, target_port=443) for port in range(1, 52)]
    return _published(estate, *services)


@breaks
def too_many_published_clients(estate: Estate) -> Estate:
    targets = [f"10.250.0.{host}" for host in range(10, 71)]
    return _published(estate, _service(targets=targets))


@breaks
def published_to_no_location(estate: Estate) -> Estate:
    larger = _published(estate)
    segments = [replace(one, isolated=True) if one.name == "extra" else one for one in larger.segments]
    return replace(larger, segments=segments)
