"""Who resolves names where: the meaning of hybrid DNS and central endpoints, in the intent's own words.

The generator and the proof both start here. Nothing here fails on an estate that breaks rules: what refers to nothing
is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.aws.services import S3, SERVICES, Service, ServiceZone
from isthmus.intent.dns import ForwardRule, HybridDns
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of
from isthmus.intent.reachability import reach_each_other
from isthmus.intent.spoke import Spoke

EVERYTHING = "."
# With "." forwarded, AWS's own names would go to the site too; a system rule keeps them.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-using-rules.html
KEPT_BY_AWS = "amazonaws.com"


@dataclass(frozen=True, slots=True)
class SharedServices:
    """Hybrid DNS with what it refers to: its environment, and the spoke it lies in."""

    environment: Environment
    dns: HybridDns
    spoke: Spoke


def shared_services(estate: Estate) -> SharedServices | None:
    """The estate's hybrid DNS; None where there is none, or its spoke is not in its environment."""
    for environment in estate.environments:
        if environment.dns is not None:
            for spoke in environment.spokes:
                if spoke.name == name_of(environment.dns.spoke):
                    return SharedServices(environment, environment.dns, spoke)
    return None


def served(estate: Estate) -> Iterator[tuple[Environment, Spoke]]:
    """The spokes that use hybrid DNS and central endpoints: the one that holds them, and those that reach it."""
    home = shared_services(estate)
    if home is not None:
        for environment in estate.environments:
            for spoke in served_in(estate, home, environment):
                yield environment, spoke


def served_in(estate: Estate, home: SharedServices, environment: Environment) -> Iterator[Spoke]:
    """Those of one environment."""
    segments = {segment.name: segment for segment in estate.segments}
    here = segments.get(name_of(home.spoke.segment))
    for spoke in environment.spokes:
        segment = segments.get(name_of(spoke.segment))
        met = here is not None and segment is not None and reach_each_other(segment, here)
        if met or spoke.name == home.spoke.name:
            yield spoke


def servers(estate: Estate, rule: ForwardRule) -> tuple[str, ...]:
    """The addresses that a domain's queries go to, sorted: those of the rule, or of its site."""
    sites = {site.name: site.dns_servers for site in estate.sites}
    return tuple(sorted(rule.targets or sites.get(str(name_of(rule.site)), ())))


def keeps_aws_names(dns: HybridDns) -> bool:
    """Whether a system rule is needed to keep AWS's own names out of what is forwarded."""
    return any(rule.domain == EVERYTHING for rule in dns.forwards)


def central_services(environment: Environment) -> tuple[Service, ...]:
    """The services an environment offers by central interface endpoint, in name order; unknown ones are left out."""
    names = environment.endpoints.services if environment.endpoints is not None else ()
    return tuple(SERVICES[name] for name in sorted(set(names)) if name in SERVICES)


def for_sites_only(home: SharedServices, service: Service) -> bool:
    """Whether VPCs keep to their gateway endpoints for a service, and its interface endpoint is for the sites alone.

    So it is with S3 where the shared services spoke has both. The inbound endpoint then answers with the interface
    endpoint's addresses, everybody else with public ones.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html#private-dns-s3
    """
    return service.name == S3 and S3 in home.spoke.gateway_endpoints


def service_zones(home: SharedServices, region: str) -> Mapping[str, tuple[Service, ServiceZone]]:
    """The private zones in front of central endpoints, by domain."""
    return {
        zone.name: (service, zone)
        for service in central_services(home.environment)
        if not for_sites_only(home, service)
        for zone in service.zones_in(region)
    }


def private_domains(home: SharedServices, region: str) -> tuple[str, ...]:
    """The domains of every private zone: those of the language, and those in front of endpoints."""
    return tuple(sorted({*(zone.domain for zone in home.dns.private_zones), *service_zones(home, region)}))
