"""The addresses of spokes with a routable CIDR, as Markdown for hand-over sheets: firewalls at the site need them."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate, PublishedService, Site, Spoke
from isthmus.intent.addressing import Tier, balancer_address, nat_address, subnets
from isthmus.intent.published_clients import clients
from isthmus.intent.reachability import sites_reached
from isthmus.report.markdown import escape, table

__all__ = ["routable_lines"]


def routable_lines(estate: Estate, site: Site) -> Iterator[str]:
    """The section on spokes with a routable CIDR that reach the site; nothing if there are none."""
    spokes = [spoke for _, spoke in estate.spokes if spoke.routable_cidr is not None and _reaches(estate, spoke, site)]
    if not spokes:
        return
    yield "## Spokes with a routable CIDR"
    yield ""
    yield "The site knows these spokes by other addresses than those of their hosts. Their connections come from the"
    yield "addresses of NAT gateways. Connections to them go to a load balancer, on the ports of its services."
    yield ""
    head = ("Spoke", "Connections come from", "Service", "Connections go to", "Networks that may connect")
    rows = [row for spoke in sorted(spokes, key=lambda one: one.name) for row in _rows(estate, spoke, site)]
    yield table(head, [tuple(map(escape, row)) for row in rows])
    yield ""


def _reaches(estate: Estate, spoke: Spoke, site: Site) -> bool:
    return site.name in {one.name for one in sites_reached(estate, estate.segment(spoke.segment))}


def _rows(estate: Estate, spoke: Spoke, site: Site) -> Iterator[tuple[str, ...]]:
    """One row for each service that a network of the site may connect to, or one without a service."""
    placed = sorted(subnets(spoke, estate.zones_of(spoke), [Tier.ROUTABLE]).values())
    sources = ", ".join(str(nat_address(subnet)) for subnet in placed)
    addresses = ", ".join(str(balancer_address(subnet)) for subnet in placed)
    services = [
        (service.name, f"tcp/{service.port} of {addresses}", ", ".join(networks))
        for service in sorted(spoke.published, key=lambda one: one.port)
        if (networks := _networks(estate, spoke, site, service))
    ]
    for service in services or [("none", "none", "none")]:
        yield spoke.name, sources, *service


def _networks(estate: Estate, spoke: Spoke, site: Site, service: PublishedService) -> list[str]:
    allowed = clients(estate, spoke, service)
    return [name for name in sorted(site.networks) if f"{site.name}/{name}" in allowed]
