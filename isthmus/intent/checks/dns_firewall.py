"""The DNS firewall: its domain lists, and the names of the estate that it must not block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.aws.domain_names import canonical, covers
from isthmus.aws.services import SERVICES, ServiceZone, gateway_zones
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.dns import DnsFirewall
from isthmus.intent.estate import Estate
from isthmus.intent.name_resolution import EVERYTHING, SharedServices, served, service_zones, shared_services

_GUIDE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"


@rule(
    "a DNS firewall without blocked domains has no effect, and a domain that is both allowed and blocked is ambiguous",
    _GUIDE + "resolver-dns-firewall-rule-groups.html",
)
def invalid_dns_firewall_domains(estate: Estate) -> Iterator[Fault]:
    """The DNS firewall blocks no domain, or both allows and blocks one."""
    for environment in estate.environments:
        firewall = environment.dns.firewall if environment.dns is not None else None
        if firewall is None:
            continue
        both = sorted(set(firewall.allowed) & set(firewall.blocked))
        if both:
            yield Fault(firewall, f'"{both[0]}" is both in allowed and in blocked', "one of the two")
        elif not firewall.blocked:
            yield Fault(firewall, "blocked is empty", 'domains, as in blocked=["malware.example"], or no firewall')


@rule(
    "DNS Firewall filters each query of a VPC before it is answered, including queries for private names",
    _GUIDE + "resolver-dns-firewall-overview.html",
)
def dns_firewall_blocks_estate_names(estate: Estate) -> Iterator[Fault]:
    """The DNS firewall blocks a name of the estate: of an endpoint, a private zone or a forwarded domain."""
    home = shared_services(estate)
    firewall = home.dns.firewall if home is not None else None
    if home is None or firewall is None:
        return
    seen: set[str] = set()
    blocked: list[tuple[list[str], str]] = []
    for zone, source in _estate_names(estate, home):
        names = [] if zone.name in seen or _chosen(firewall, zone.name) else list(_blocked(firewall, zone))
        seen.add(zone.name)
        if names:
            blocked.append((names, source))
    if blocked:  # one message with one list to paste
        given = "; ".join(f"{' and '.join(names)}, {source}" for names, source in blocked)
        entries = ", ".join(f'"{name}"' for names, _ in blocked for name in names)
        yield Fault(firewall, f"it blocks {given}", f"{entries} in allowed")


def _estate_names(estate: Estate, home: SharedServices) -> Iterator[tuple[ServiceZone, str]]:
    """The domains that the estate resolves, each with what resolves it."""
    for forward in home.dns.forwards:
        if forward.domain != EVERYTHING:
            yield ServiceZone(canonical(forward.domain), wildcard=True), "a forwarded domain"
    for private in home.dns.private_zones:
        yield ServiceZone(canonical(private.domain), wildcard=True), "a private zone"
    for service, zone in service_zones(home, estate.region).values():
        yield zone, f"names of the central endpoint for {service.name}"
    for _, spoke in served(estate):
        for name in spoke.interface_endpoints:
            for zone in SERVICES[name].zones_in(estate.region) if name in SERVICES else ():
                yield zone, f"names of the endpoint for {name} in {subject(spoke)}"
        for name in spoke.gateway_endpoints:
            for zone in gateway_zones(name, estate.region):
                yield zone, f"names behind the gateway endpoint for {name} in {subject(spoke)}"


def _chosen(firewall: DnsFirewall, domain: str) -> bool:
    """Whether the DNS firewall allows single names below a domain, so that blocking the others is intended."""
    return any(
        covers(domain, entry) and entry != domain for entry in map(canonical, firewall.allowed) if "*" not in entry
    )


def _blocked(firewall: DnsFirewall, zone: ServiceZone) -> Iterator[str]:
    """The blocked part of a domain, as entries of a domain list: `example.com`, `*.example.com` for subdomains."""
    for entry, answers in ((zone.name, zone.apex), (f"*.{zone.name}", zone.wildcard)):
        name = entry.replace("*", "any-name")
        if answers and _lists(firewall.blocked, name) and not _lists(firewall.allowed, name):
            yield entry


def _lists(entries: Iterable[str], name: str) -> bool:
    """Whether a domain list matches a name.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-user-managed-domain-lists.html
    """
    known = tuple(map(canonical, entries))
    below = [entry.removeprefix("*.") for entry in known if entry.startswith("*.")]
    return "*" in known or name in known or any(covers(domain, name) and domain != name for domain in below)
