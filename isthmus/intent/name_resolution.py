"""Name resolution in the intent: hybrid DNS and central endpoints, and the spokes that use them.

The generator and the proof use these functions. They accept estates that break rules, and ignore undeclared references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.aws.domain_names import canonical
from isthmus.aws.services import S3, SERVICES, Service, ServiceZone
from isthmus.intent.dns import ForwardRule, HybridDns
from isthmus.intent.endpoints import EndpointService
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of
from isthmus.intent.network_acl_rules import ports
from isthmus.intent.reachability import reach_each_other
from isthmus.intent.spoke import Spoke

EVERYTHING = "."
# A forward rule for "." would also forward the names of AWS; a system rule excludes them.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-using-rules.html
KEPT_BY_AWS = "amazonaws.com"


@dataclass(frozen=True, slots=True)
class SharedServices:
    """Hybrid DNS with its environment and its spoke."""

    environment: Environment
    dns: HybridDns
    spoke: Spoke


def shared_services(estate: Estate) -> SharedServices | None:
    """The estate's hybrid DNS; None if there is none, or if its spoke is in another environment."""
    for environment in estate.environments:
        if environment.dns is not None:
            for spoke in environment.spokes:
                if spoke.name == name_of(environment.dns.spoke):
                    return SharedServices(environment, environment.dns, spoke)
    return None


def served(estate: Estate) -> Iterator[tuple[Environment, Spoke]]:
    """The spokes that use hybrid DNS and central endpoints: the spoke with them, and the spokes that reach it."""
    home = shared_services(estate)
    if home is not None:
        for environment in estate.environments:
            for spoke in served_in(estate, home, environment):
                yield environment, spoke


def served_in(estate: Estate, home: SharedServices, environment: Environment) -> Iterator[Spoke]:
    """The spokes of one environment that use hybrid DNS."""
    segments = {segment.name: segment for segment in estate.segments}
    home_segment = segments.get(name_of(home.spoke.segment))
    for spoke in environment.spokes:
        segment = segments.get(name_of(spoke.segment))
        reaches = home_segment is not None and segment is not None and reach_each_other(segment, home_segment)
        if reaches or spoke.name == home.spoke.name:
            yield spoke


def servers(estate: Estate, rule: ForwardRule) -> tuple[str, ...]:
    """The DNS servers of a forward rule, sorted: its targets, or the DNS servers of its site."""
    sites = {site.name: site.dns_servers for site in estate.sites}
    return tuple(sorted(rule.targets or sites.get(str(name_of(rule.site)), ())))


def keeps_aws_names(dns: HybridDns) -> bool:
    """Whether a system rule has to exclude the names of AWS from forwarding."""
    return any(rule.domain == EVERYTHING for rule in dns.forwards)


def central_services(environment: Environment) -> tuple[Service, ...]:
    """The services with a central interface endpoint in an environment, by name, without unknown ones."""
    if (central := environment.endpoints) is None:
        return ()
    known = {name: SERVICES[name] for name in central.services if name in SERVICES}
    others = {other.name: _service(other) for other in central.others}
    return tuple(service for _, service in sorted((others | known).items()))


def _service(other: EndpointService) -> Service:
    """The service that an endpoint service of the intent describes, without ports that are not valid."""
    names = {canonical(name) for name in other.dns_names}
    zones = tuple(
        ServiceZone(domain, apex=domain in names, wildcard=f"*.{domain}" in names)
        for domain in sorted({name.removeprefix("*.") for name in names})
    )
    given = [ports(text) for text in other.ports]
    ranges = tuple(sorted({(each.first, each.last) for each in given if each is not None}))
    return Service(other.name, zones, ranges, other.endpoint_name, other.has_policy)


def for_sites_only(home: SharedServices, service: Service) -> bool:
    """Whether VPCs use gateway endpoints for a service, and only sites use its interface endpoint.

    This is true for S3 if the shared services spoke has both. The inbound endpoint then answers with the addresses of
    the interface endpoint; in VPCs, Resolver answers with public addresses.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html#private-dns-s3
    """
    return service.name == S3 and S3 in home.spoke.gateway_endpoints


def service_zones(home: SharedServices, region: str) -> Mapping[str, tuple[Service, ServiceZone]]:
    """The private hosted zones of central endpoints, by domain."""
    return {
        zone.name: (service, zone)
        for service in central_services(home.environment)
        if not for_sites_only(home, service)
        for zone in service.zones_in(region)
    }


def private_domains(home: SharedServices, region: str) -> tuple[str, ...]:
    """The domains of all private hosted zones: those in the intent, and those of central endpoints."""
    return tuple(sorted({*(zone.domain for zone in home.dns.private_zones), *service_zones(home, region)}))
