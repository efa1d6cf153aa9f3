"""Hybrid DNS: its spoke, domains, DNS servers and Resolver endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from isthmus.aws.accepted_values import MOST_TARGETS
from isthmus.aws.domain_names import canonical, covers
from isthmus.aws.regions import REGIONS
from isthmus.aws.services import S3, SERVICES
from isthmus.intent.addressing import NoSlot, Tier, resolver_addresses, subnets, tiers_in
from isthmus.intent.checks.lenient import all_linked, network, networks, segment_of
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.dns import ForwardRule, PrivateZone
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.name_resolution import (
    EVERYTHING,
    KEPT_BY_AWS,
    SharedServices,
    central_services,
    keeps_aws_names,
    served,
    servers,
    service_zones,
    shared_services,
)
from isthmus.intent.reachability import networks_reached, sites_reached
from isthmus.intent.segment import Segment

_GUIDE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class _Home:
    """Hybrid DNS with its spoke's segment."""

    services: SharedServices
    segment: Segment


def _home(estate: Estate) -> Iterator[_Home]:
    """The hybrid DNS, if its spoke and the spoke's segment are declared."""
    services = shared_services(estate)
    if services is not None and (segment := segment_of(estate, services.spoke.segment)) is not None:
        yield _Home(services, segment)


@rule("a VPC is associated with one Route 53 Profile", _GUIDE + "profiles.html")
def multiple_hybrid_dns(estate: Estate) -> Iterator[Fault]:
    """More than one environment has hybrid DNS."""
    holders = [environment for environment in estate.environments if environment.dns is not None]
    for environment in holders[1:]:
        given = f"{subject(holders[0])}, {place_of(holders[0])}, has hybrid DNS too"
        yield Fault(environment, given, "dns in one environment only, with the rules and zones of both")


@rule("Resolver endpoints are network interfaces in subnets of that spoke", _GUIDE + "resolver.html")
def dns_spoke_in_other_environment(estate: Estate) -> Iterator[Fault]:
    """The spoke with the Resolver endpoints is not in the environment of the hybrid DNS."""
    for environment in estate.environments:
        names = [spoke.name for spoke in environment.spokes]
        if environment.dns is not None and (wanted := name_of(environment.dns.spoke)) not in names:
            given = f'spoke "{wanted}" is not in {subject(environment)}'
            remedy = f'spoke="{names[0]}"' if names else "a spoke in this environment"
            yield Fault(environment.dns, given, remedy)


@rule(
    "AWS requires two IP addresses for a Resolver endpoint, and they should be in different zones",
    _GUIDE + "resolver-choose-vpc.html",
)
def single_address_resolver_endpoint(estate: Estate) -> Iterator[Fault]:
    """The spoke with the Resolver endpoints has only one zone."""
    for home in _home(estate):
        zones = sorted(set(estate.zones_of(home.services.spoke)))
        if len(zones) == 1 and (home.services.dns.inbound or home.services.dns.forwards):
            region = REGIONS.get(estate.region)
            two = list(region.zone_ids[:2]) if region else ["use1-az1", "use1-az2"]
            yield Fault(
                home.services.spoke, f"it has Resolver endpoints, and {zones[0]} is its only zone", f"zones={two}"
            )


@rule(
    "Route 53 accepts only such names",
    _GUIDE + "DomainNameFormat.html",
)
def invalid_domain(estate: Estate) -> Iterator[Fault]:
    """A domain is not valid: lower case letters, digits, `-` and `_`, no trailing dot. Only a forward rule may be
    for `.`.
    """
    for environment in estate.environments:
        if environment.dns is None:
            continue
        for forward in environment.dns.forwards:
            if forward.domain != EVERYTHING and not is_domain(forward.domain):
                yield _badly_formed(forward, forward.domain)
        for zone in environment.dns.private_zones:
            if not is_domain(zone.domain):
                yield _badly_formed(zone, zone.domain)
        firewall = environment.dns.firewall
        for domain in (*firewall.allowed, *firewall.blocked) if firewall is not None else ():
            if domain != "*" and not is_domain(domain.removeprefix("*.")):
                yield _badly_formed(firewall, domain)


def is_domain(text: str) -> bool:
    """Whether Route 53 accepts a domain."""
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def _badly_formed(about: object, domain: str) -> Fault:
    right = re.sub(r"[^a-z0-9_.-]+", "-", domain.lower()).strip(".-")
    return Fault(about, f'the domain is "{domain}"', f'"{right if is_domain(right) else "corp.example.com"}"')


@rule(
    "a forward rule hides a private zone of the same name, a VPC cannot be associated with two rules or "
    "two zones of one name, and the domain becomes a Terraform name",
    _GUIDE + "hosted-zone-private-considerations.html",
)
def duplicate_domain(estate: Estate) -> Iterator[Fault]:
    """Two forward rules, private zones or central endpoints have the same domain; `-` and `_` count as the same."""
    for environment in estate.environments:
        if environment.dns is None:
            continue
        first: dict[str, str] = {}
        services = shared_services(estate)
        if services is not None and services.environment is environment:
            for domain, (service, _) in service_zones(services, estate.region).items():
                first[_key(domain)] = f"the endpoint for {service.name}"
        if keeps_aws_names(environment.dns):
            first.setdefault(_key(KEPT_BY_AWS), "the system rule that keeps AWS names next to a forward rule for .")
        things: list[ForwardRule | PrivateZone] = [*environment.dns.forwards, *environment.dns.private_zones]
        for thing in things:
            if (key := _key(thing.domain)) in first:
                given = f'"{thing.domain}" is also defined by {first[key]}'
                yield Fault(thing, given, "one of the two, or a subdomain")
            else:
                first[key] = f"{subject(thing)}, {place_of(thing)}"


@rule(
    "the rule would hide the endpoint's private names, and AWS rejects a private zone with the same name",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html",
)
def endpoint_name_conflict(estate: Estate) -> Iterator[Fault]:
    """A forward rule or private zone has the domain of an interface endpoint of a spoke that uses it."""
    for home in _home(estate):
        things: list[ForwardRule | PrivateZone] = [*home.services.dns.forwards, *home.services.dns.private_zones]
        for _, spoke in served(estate):
            known = (service for service in spoke.interface_endpoints if service in SERVICES)
            names = {zone.name: service for service in known for zone in SERVICES[service].zones_in(estate.region)}
            for thing in things:
                hidden = next((name for name in names if covers(name, canonical(thing.domain))), None)
                if hidden is not None:
                    endpoint = f"the endpoint for {names[hidden]} in {subject(spoke)}"
                    given = f'"{thing.domain}" is a private DNS name of {endpoint}'
                    remedy = f"interface_endpoints of that spoke without it, {place_of(spoke)}, or another domain"
                    yield Fault(thing, given, remedy)


def _key(domain: str) -> str:
    return domain.replace("-", "_").replace(".", "_") if domain != EVERYTHING else "everything"


@rule(
    "a forward rule has one to six different IPv4 addresses of DNS servers",
    _GUIDE + "resolver-rules-managing.html",
)
def invalid_forward_target(estate: Estate) -> Iterator[Fault]:
    """A forward rule has no DNS server, has both a site and addresses, has an invalid address, or has too many."""
    sites = {site.name: site for site in estate.sites}
    for forward in _forwards(estate):
        site = sites.get(str(name_of(forward.site)))
        if (forward.site is None) is (not forward.targets):
            given = "it has a site and targets" if forward.targets else "it has neither a site nor targets"
            yield Fault(forward, given, 'site="..." or targets=["..."]')
        elif forward.site is not None and site is None:
            continue  # unknown-reference reports it
        elif site is not None and not site.dns_servers:
            given = f"{subject(site)}, {place_of(site)}, has no DNS servers"
            yield Fault(forward, given, 'dns_servers=["..."] of the site, or targets of the rule')
        else:
            asked = servers(estate, forward)
            wrong = [text for text in forward.targets if _address(text) is None]
            if wrong:
                yield Fault(forward, f'target "{wrong[0]}" is not an IPv4 address', "an address such as 172.21.0.53")
            elif len(set(asked)) < len(asked) or len(asked) > MOST_TARGETS:
                given = f"it has {len(asked)} DNS servers: {', '.join(asked)}"
                yield Fault(forward, given, f"at most {MOST_TARGETS} different addresses")


def _forwards(estate: Estate) -> Iterator[ForwardRule]:
    for environment in estate.environments:
        if environment.dns is not None:
            yield from environment.dns.forwards


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


@rule(
    "the outbound endpoint sends queries from that spoke, over the routes of the spoke's segment",
    _GUIDE + "resolver-forwarding-outbound-queries.html",
)
def dns_server_not_reachable(estate: Estate) -> Iterator[Fault]:
    """The spoke with the Resolver endpoints does not reach the DNS server of a forward rule."""
    for home in _home(estate) if all_linked(estate) else ():
        spokes = [cidr for _, spoke in served(estate) for cidr in spoke.routed_cidrs]
        reachable = networks([*networks_reached(estate, home.segment).values(), *spokes])
        own = _endpoint_addresses(estate, home.services)
        for forward in home.services.dns.forwards:
            site = next((site for site in estate.sites if site.name == name_of(forward.site)), None)
            targets = [*forward.targets] if site is None else _inside(site.dns_servers, site.networks.values())
            for text in targets:
                address = _address(text)
                if address is not None and address not in own and not any(address in cidr for cidr in reachable):
                    given = f"{subject(home.services.spoke)}, which has the outbound endpoint, does not reach {text}"
                    inside = ", ".join(map(str, reachable))
                    remedy = f"a server in {inside}, or more reaches=[...] of {subject(home.segment)}"
                    yield Fault(forward, given, remedy)


@rule(
    "a DNS server has a network interface in a subnet, at an address that AWS does not reserve",
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
)
def dns_server_outside_subnets(estate: Estate) -> Iterator[Fault]:
    """The DNS server of a forward rule is in a spoke's range, at an address that no host can have."""
    services = shared_services(estate)
    if services is None:
        return
    targets = [(f, a) for f in services.dns.forwards if f.site is None for t in f.targets if (a := _address(t))]
    for _, spoke in served(estate) if targets else ():
        try:
            placed = subnets(spoke, estate.zones_of(spoke), tiers_in(estate, spoke))
        except (NoSlot, ValueError):
            continue  # subnet-space-exhausted or invalid-cidr reports it
        for forward, address in targets:
            if not any(address in cidr for cidr in networks(spoke.routed_cidrs)):
                continue
            name = next((name for name, subnet in placed.items() if address in subnet), None)
            if name is None:
                given = f"target {address} is in no subnet of {subject(spoke)}"
            elif _reserved(address, placed[name]):
                given = f"target {address} is reserved by AWS in subnet {name} ({placed[name]}) of {subject(spoke)}"
            else:
                continue
            private = ", ".join(str(subnet) for name, subnet in placed.items() if name.startswith(Tier.PRIVATE))
            yield Fault(forward, given, f"a server in {private}, without the first four addresses and the last one")


def _reserved(address: IPv4Address, subnet: IPv4Network) -> bool:
    return int(address) - int(subnet.network_address) < 4 or address == subnet.broadcast_address


def _inside(servers: Iterable[str], cidrs: Iterable[str]) -> list[str]:
    """The servers in their site's networks: `dns-server-outside-site` reports the others."""
    inside = networks(cidrs)
    return [text for text in servers if (a := _address(text)) is not None and any(a in cidr for cidr in inside)]


@rule(
    "the query returns to the Resolver that sent it, until Resolver stops (RSLVR-00804)",
    _GUIDE + "troubleshooting.html",
)
def dns_forwarding_loop(estate: Estate) -> Iterator[Fault]:
    """A forward rule targets the estate's own Resolver endpoints."""
    for home in _home(estate):
        own = _endpoint_addresses(estate, home.services)
        for forward in home.services.dns.forwards:
            for text in forward.targets:
                if _address(text) in own:
                    given = f"target {text} is a Resolver endpoint of {subject(home.services.spoke)}"
                    yield Fault(forward, given, "a DNS server that is authoritative for the domain")


def _endpoint_addresses(estate: Estate, services: SharedServices) -> set[IPv4Address]:
    """The addresses of the Resolver endpoints whose subnets are known."""
    spoke = services.spoke
    region = REGIONS.get(estate.region)
    cidr = network(spoke.cidr)
    if region is None or cidr is None or cidr.prefixlen < 16:
        return set()
    found: set[IPv4Address] = set()
    for zone in set(estate.zones_of(spoke)) & set(region.zone_ids):
        try:
            placed = subnets(replace(spoke, cidr=str(cidr)), [zone], [Tier.RESOLVER])
        except (NoSlot, ValueError):
            continue  # subnet-space-exhausted or invalid-cidr reports it
        found.update(address for subnet in placed.values() for address in _usable(subnet))
    return found


def _usable(subnet: IPv4Network) -> tuple[IPv4Address, ...]:
    return resolver_addresses(subnet) if subnet.prefixlen <= 28 else ()


@rule("a root module reads outputs of earlier ones, and the hub's root module is the first")
def dns_in_later_environment(estate: Estate) -> Iterator[Fault]:
    """A spoke in the hub's environment uses hybrid DNS of another environment."""
    services = shared_services(estate)
    if services is None or services.environment.hub is not None:
        return
    for environment, spoke in served(estate):
        if environment.hub is not None:
            given = f"it uses the hybrid DNS of {subject(services.environment)}, which is applied after the hub"
            yield Fault(spoke, given, "a separate environment for the spoke, in the same account if you like")


@rule(
    "the inbound endpoint answers queries from sites only: spokes use the Resolver of their own VPC",
    _GUIDE + "resolver-forwarding-inbound-queries.html",
)
def inbound_endpoint_unused(estate: Estate) -> Iterator[Fault]:
    """`inbound` is set, and the spoke with the Resolver endpoints reaches no site network."""
    for home in _home(estate):
        if home.services.dns.inbound and all_linked(estate) and not networks_reached(estate, home.segment):
            unreached = "no site network" if sites_reached(estate, home.segment) else "no site"
            given = f"inbound is True, and {subject(home.services.spoke)} reaches {unreached}"
            # With an S3 gateway endpoint, an S3 interface endpoint serves only the sites: `s3-endpoint-conflict`.
            s3 = S3 in home.services.spoke.gateway_endpoints and any(
                service.name == S3 for service in central_services(home.services.environment)
            )
            change = "no inbound and no central s3" if s3 else "inbound=False"
            yield Fault(home.services.dns, given, f"{change}, or more reaches=[...] of {subject(home.segment)}")


@rule(
    "Route 53 Profiles and the DNS names of AWS services are different in China",
    "https://docs.amazonaws.cn/en_us/aws/latest/userguide/route53.html",
)
def dns_not_available(estate: Estate) -> Iterator[Fault]:
    """Hybrid DNS or interface endpoints are used in a Region of China."""
    region = REGIONS.get(estate.region)
    if region is None or region.partition != "aws-cn":
        return
    for environment in estate.environments:
        if environment.dns is not None:
            yield Fault(environment.dns, f"the Region is {region.name}", "no dns, or a Region outside China")
        for spoke in environment.spokes:
            if spoke.interface_endpoints:
                remedy = "no interface_endpoints, or a Region outside China"
                yield Fault(spoke, f"it has interface endpoints, and the Region is {region.name}", remedy)
