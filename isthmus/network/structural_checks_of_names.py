"""Structural findings about names: what AWS refuses to associate, and what cannot answer.

The ids are those of the rules of the language that refuse the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from isthmus.aws.accepted_values import LEAST_ENDPOINT_ADDRESSES, MOST_TARGETS
from isthmus.aws.domain_names import ROOT, covers
from isthmus.aws.services import ServiceZone
from isthmus.network.dns_firewall import filtered, rules_of
from isthmus.network.dns_model import Held, ResolverRule, RuleKind, Use
from isthmus.network.endpoint_names import service_domains, service_zones
from isthmus.network.model import EndpointKind, Network, StructuralProblem, Unknown, VpcEndpoint
from isthmus.network.name_classes import ANY_NAME
from isthmus.network.name_lookup import Lookup


def _certain(network: Network, kind: Held) -> Iterator[tuple[str, str, Use]]:
    """What certainly holds for a VPC: the thing and the VPC."""
    for use in network.resolution.uses:
        if use.kind is kind and use.unknown is None:
            yield str(use.thing), str(use.vpc), use


def _forward_loops(network: Network) -> Iterator[StructuralProblem]:
    """A rule that asks the inbound endpoint of a VPC that the rule is associated with (RSLVR-00804).

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-resolver-endpoints.html
    """
    if not network.resolution.rules:
        return
    inbound = Lookup(network).inbound
    for address, vpc, use in _certain(network, Held.RULE):
        rule = network.resolution.rules.get(address)
        for target in rule.targets if rule is not None else ():
            if isinstance(target, tuple) and inbound.get(target) == vpc:
                why = (
                    f"it asks {target[0]}, the inbound Resolver endpoint of {vpc}, which it is associated with: a loop"
                )
                yield StructuralProblem("dns-forwarding-loop", (address, use.by), why)


def _endpoints_of(network: Network) -> Iterator[VpcEndpoint]:
    for endpoint in network.endpoints.values():
        if endpoint.kind is EndpointKind.INTERFACE and isinstance(endpoint.vpc, str):
            yield endpoint


def _services_twice(network: Network) -> Iterator[StructuralProblem]:
    """Two endpoints with private names for one service in one VPC: AWS refuses the second.

    https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
    """
    first: dict[tuple[object, object], str] = {}
    for endpoint in _endpoints_of(network):
        if endpoint.private_dns is not True or not isinstance(endpoint.service, str):
            continue
        key = (endpoint.vpc, endpoint.service)
        if key in first:
            why = f"{first[key]} has private names for {endpoint.service} in {endpoint.vpc} too; AWS refuses the second"
            yield StructuralProblem("duplicate-endpoint-service", (endpoint.address, first[key]), why)
        first.setdefault(key, endpoint.address)


def _domains_twice(network: Network) -> Iterator[StructuralProblem]:
    """Two zones, two rules, or an endpoint's private names and a zone, of one domain in one VPC.

    AWS refuses the second association. AWS does not refuse what a profile adds.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
    """
    named: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for kind, things in ((Held.ZONE, network.resolution.zones), (Held.RULE, network.resolution.rules)):
        for address, vpc, use in _certain(network, kind):
            domain = things[address].domain if address in things else None
            if isinstance(domain, str) and not use.profile:
                named["rules" if kind is Held.RULE else "zones", vpc, domain][address] = None
    for endpoint in _endpoints_of(network):
        if endpoint.private_dns is True:
            for domain in service_domains(endpoint):
                named["zones", str(endpoint.vpc), domain][endpoint.address] = None
    for (_, vpc, domain), found in named.items():
        first, *others = found
        for other in others:
            if {first, other} <= set(network.endpoints):
                continue  # duplicate-endpoint-service says so
            why = f"{first} is for {domain} in {vpc} too; AWS refuses the second of one name"
            yield StructuralProblem("duplicate-domain", (other, first), why)


def _endpoint_names_taken(network: Network) -> Iterator[StructuralProblem]:
    """A rule that forwards names of an endpoint in a VPC that it is associated with: of one name the rule wins.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-domain-name-matches.html
    """
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for endpoint in _endpoints_of(network):
        if endpoint.private_dns is True and endpoint.inbound_only is False:
            named[str(endpoint.vpc)] += [(domain, endpoint.address) for domain in service_domains(endpoint)]
    for address, vpc, use in _certain(network, Held.RULE):
        rule = network.resolution.rules.get(address)
        if rule is None or rule.kind is not RuleKind.FORWARD or isinstance(rule.domain, Unknown):
            continue
        for domain, endpoint_address in named[vpc]:
            if covers(domain, rule.domain):
                why = f"it forwards {rule.domain} in {vpc}, a name of {endpoint_address}, which is not asked then"
                yield StructuralProblem("endpoint-name-conflict", (address, endpoint_address, use.by), why)


def _names_without_dns(network: Network) -> Iterator[StructuralProblem]:
    """Private zones and private names of endpoints in a VPC whose DNS attributes are not both on.

    https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
    """
    used: dict[str, list[str]] = defaultdict(list)
    for address, vpc, _ in _certain(network, Held.ZONE):
        used[vpc].append(address)
    for endpoint in _endpoints_of(network):
        if endpoint.private_dns is True:
            used[str(endpoint.vpc)].append(endpoint.address)
    for vpc, things in used.items():
        settings = network.resolution.vpcs.get(vpc)
        attributes = (
            ("enable_dns_support", settings.support if settings is not None else None),
            ("enable_dns_hostnames", settings.hostnames if settings is not None else None),
        )
        off = [name for name, on in attributes if on is False]
        if off:
            more = f" and {len(things) - 1} more" if len(things) > 1 else ""
            why = f"{' and '.join(off)} of {vpc} is off, which the names of {things[0]}{more} need"
            yield StructuralProblem("dns-disabled", (vpc, *dict.fromkeys(things)), why)


def _names_for_sites_alone(network: Network) -> Iterator[StructuralProblem]:
    """Private names for the inbound Resolver endpoint alone, without the gateway endpoint that hosts are to use.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    """
    gateways = [e for e in network.endpoints.values() if e.kind is EndpointKind.GATEWAY]
    unresolved = any(not isinstance(e.vpc, str) or not isinstance(e.service, str) for e in gateways)
    possible = bool(network.possible.endpoints)
    for endpoint in _endpoints_of(network):
        if endpoint.inbound_only is not True or endpoint.private_dns is not True or unresolved or possible:
            continue
        if not any((e.vpc, e.service) == (endpoint.vpc, endpoint.service) for e in gateways):
            why = (
                "its names are for the inbound Resolver endpoint alone, and the VPC has no gateway endpoint for "
                f"{endpoint.service_name}: AWS refuses that"
            )
            yield StructuralProblem("gateway-endpoint-missing", (endpoint.address, str(endpoint.vpc)), why)


def _resolver_sizes(network: Network) -> Iterator[StructuralProblem]:
    """Resolver endpoints of too few addresses, and rules of too many DNS servers."""
    for endpoint in network.resolution.endpoints.values():
        known = all(isinstance(interface.subnet, str) for interface in endpoint.interfaces)
        if known and 0 < len(endpoint.interfaces) < LEAST_ENDPOINT_ADDRESSES:
            why = f"it has {len(endpoint.interfaces)} address; AWS takes {LEAST_ENDPOINT_ADDRESSES} at the least"
            yield StructuralProblem("single-address-resolver-endpoint", (endpoint.address,), why)
    for rule in network.resolution.rules.values():
        if len(rule.targets) > MOST_TARGETS:
            why = f"it asks {len(rule.targets)} DNS servers; AWS takes {MOST_TARGETS} at most"
            yield StructuralProblem("invalid-forward-target", (rule.address,), why)


def _own_names_blocked(network: Network) -> Iterator[StructuralProblem]:
    """A DNS firewall that blocks names which an endpoint, a private zone or a forward rule of its VPC is for.

    Where single names below a domain are allowed, the firewall chooses among them, and is meant to.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html
    """
    facts = network.resolution
    for vpc in dict.fromkeys(vpc for _, vpc, _ in _certain(network, Held.FIREWALL)):
        allowed = {
            entry
            for rule in rules_of(facts, vpc)[0]
            if rule.answers is True and isinstance(rule.domains, tuple)
            for entry in rule.domains
            if "*" not in entry
        }
        found: dict[str, tuple[list[str], str]] = {}
        for address, zone in _own_domains(network, vpc):
            if any(covers(zone.name, entry) and entry != zone.name for entry in allowed):
                continue
            for entry, answers in ((zone.name, zone.apex), (f"*.{zone.name}", zone.wildcard)):
                verdict = filtered(facts, vpc, entry.replace("*", ANY_NAME))
                if answers and verdict.answered is False:
                    names, _ = found.setdefault(address, ([], verdict.rule))
                    names.append(entry)
        for address, (names, rule) in found.items():
            why = f"{rule} blocks {' and '.join(names[:2])}, which {address} is for in {vpc}"
            yield StructuralProblem("dns-firewall-blocks-estate-names", (rule, address, vpc), why)


def _own_domains(network: Network, vpc: str) -> Iterator[tuple[str, ServiceZone]]:
    """The domains that something answers, or leads packets for, in a VPC, each with its address."""
    facts = network.resolution
    for kind, things in ((Held.RULE, facts.rules), (Held.ZONE, facts.zones)):
        for address, where, _ in _certain(network, kind):
            thing = things.get(address)
            if where != vpc or thing is None or not isinstance(thing.domain, str) or thing.domain == ROOT:
                continue
            if not isinstance(thing, ResolverRule) or thing.kind is RuleKind.FORWARD:
                yield address, ServiceZone(thing.domain, wildcard=True)
    for endpoint in network.endpoints.values():
        gateway = endpoint.kind is EndpointKind.GATEWAY
        if endpoint.vpc == vpc and (gateway or endpoint.private_dns is True) and endpoint.inbound_only is not True:
            yield from ((endpoint.address, zone) for zone in service_zones(endpoint))


NAME_RULES = (
    _own_names_blocked,
    _forward_loops,
    _services_twice,
    _domains_twice,
    _endpoint_names_taken,
    _names_without_dns,
    _names_for_sites_alone,
    _resolver_sizes,
)
