"""The answers to DNS names against the intent, for every spoke, and for sites that query the inbound endpoints.

The intent is expressed as a network of its own. The same look-up answers names in both, and the answers have to agree
for all names. Between the domains that either network has, all names have the same answer, so that one name of a domain
and one below it represent all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from isthmus.aws.domain_names import ROOT, canonical
from isthmus.aws.services import SERVICES
from isthmus.intent import Estate
from isthmus.intent.name_resolution import (
    KEPT_BY_AWS,
    central_services,
    for_sites_only,
    keeps_aws_names,
    served,
    servers,
    service_zones,
    shared_services,
)
from isthmus.network.dns_firewall import rules_of
from isthmus.network.dns_model import (
    AMAZON_PROVIDED,
    Held,
    NameRule,
    NameRules,
    PrivateZone,
    Resolution,
    ResolverRule,
    RuleKind,
    Use,
    VpcDns,
)
from isthmus.network.model import EndpointKind, Network, Unknown, VpcEndpoint
from isthmus.network.name_classes import boundaries, in_order, likeness, representatives
from isthmus.network.name_lookup import Answer, Answered, Lookup
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.text.listing import some

_SITES = "the sites"
_INTENT = "intent"
_MOST_DOMAINS = 3  # in a sentence


def intended_dns(estate: Estate, network: Network, vpcs: Mapping[str, str]) -> Network:
    """The intent as a network: what answers which names in the VPC of each spoke. Addresses start with `intent`."""
    rules: dict[str, ResolverRule] = {}
    zones: dict[str, PrivateZone] = {}
    uses: list[Use] = []
    endpoints: dict[str, VpcEndpoint] = {}
    firewalls: dict[str, NameRules] = {}
    home = shared_services(estate)
    users = [vpcs[spoke.name] for _, spoke in served(estate) if spoke.name in vpcs]
    if home is not None:
        for forward in home.dns.forwards:
            targets = tuple((IPv4Address(text), 53) for text in servers(estate, forward))
            address = f"{_INTENT} rule {forward.domain}"
            rules[address] = ResolverRule(address, canonical(forward.domain), None, targets)
        if keeps_aws_names(home.dns):
            address = f"{_INTENT} rule {KEPT_BY_AWS}"
            rules[address] = ResolverRule(address, KEPT_BY_AWS, kind=RuleKind.SYSTEM)
        for domain in (*(zone.domain for zone in home.dns.private_zones), *service_zones(home, estate.region)):
            address = f"{_INTENT} zone {domain}"
            zones[address] = PrivateZone(address, canonical(domain))
        if home.dns.firewall is not None:
            address = f"{_INTENT} firewall"
            lists = ((100, True, home.dns.firewall.allowed), (200, False, home.dns.firewall.blocked))
            made = tuple(
                NameRule(address, n, answers, tuple(map(canonical, names)), trusts_redirection=answers)
                for n, answers, names in lists
            )
            firewalls[address] = NameRules(address, made)
        for service in central_services(home.environment):
            if for_sites_only(home, service) and home.spoke.name in vpcs:
                wanted = service.endpoint_name(estate.region)
                endpoints[service.name] = _endpoint(service.name, vpcs[home.spoke.name], wanted, inbound_only=True)
        for kind, things in ((Held.RULE, rules), (Held.ZONE, zones), (Held.FIREWALL, firewalls)):
            uses += [Use(kind, thing, vpc, _INTENT, priority=1) for thing in things for vpc in users]
    for _, spoke in estate.spokes:
        for name in spoke.interface_endpoints if spoke.name in vpcs else ():
            wanted = SERVICES[name].endpoint_name(estate.region)
            endpoints[f"{spoke.name} {name}"] = _endpoint(f"{spoke.name} {name}", vpcs[spoke.name], wanted)
    settings = dict.fromkeys(vpcs.values(), VpcDns(True, True))
    facts = Resolution({}, rules, zones, firewalls, frozenset(), tuple(uses), settings)
    return Network(vpcs=network.vpcs, endpoints=endpoints, resolution=facts)


def _endpoint(name: str, vpc: str, service: str, *, inbound_only: bool = False) -> VpcEndpoint:
    kind = EndpointKind.INTERFACE
    return VpcEndpoint(f"{_INTENT} endpoint {name}", kind, vpc, service, private_dns=True, inbound_only=inbound_only)


@dataclass(frozen=True, slots=True)
class _Client:
    """What sends queries: the hosts of a VPC, or (`inbound`) the sites that query its inbound endpoints."""

    name: str
    vpc: str
    inbound: bool = False


@dataclass
class NameChecks:
    """Checks the answers to all DNS names. `vpcs`: the VPC of each spoke."""

    estate: Estate
    vpcs: Mapping[str, str]
    network: Network
    violations: list[Violation] = field(default_factory=list)
    unknown_results: list[UnknownResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.actual = Lookup(self.network)
        self.intended = Lookup(intended_dns(self.estate, self.network, self.vpcs))
        self._violating: dict[tuple[str, str, tuple[str, ...]], tuple[list[str], list[_Client]]] = {}
        self._unknown: dict[str, tuple[list[str], list[_Client]]] = {}
        for clients in self._equivalent_clients():
            self._compare_domains(clients)
            self._check_redirection(clients)
        for (rule, why, resources), (domains, affected) in self._violating.items():
            self._found(rule, why, (*resources, affected[0].vpc), _among(affected), some(domains, _MOST_DOMAINS))
        for why, (domains, affected) in self._unknown.items():
            what = f"what answers {some(domains, _MOST_DOMAINS)} for {_among(affected)}"
            self.unknown_results.append(UnknownResult(what, why))

    def _equivalent_clients(self) -> Iterator[tuple[_Client, ...]]:
        """Groups of clients that get the same answers, in the network and in the intent."""
        found: dict[object, list[_Client]] = {}
        home = shared_services(self.estate)
        for _, spoke in self.estate.spokes:
            if spoke.name not in self.vpcs or not self._has_resolver(spoke.name):
                continue
            client = _Client(spoke.name, self.vpcs[spoke.name])
            found.setdefault(self._kind(client), []).append(client)
            if home is not None and home.dns.inbound and spoke.name == home.spoke.name:
                sites = _Client(_SITES, client.vpc, inbound=True)
                found.setdefault(self._kind(sites), []).append(sites)
        yield from map(tuple, found.values())

    def _kind(self, client: _Client) -> object:
        sides = tuple(likeness(lookup, client.vpc) for lookup in (self.actual, self.intended))
        reverse = any(".arpa" in domain for domain in self._domains(client))
        return (client.inbound, sides, client.vpc if reverse else "")

    # --- DNS settings of the VPC ---

    def _has_resolver(self, spoke: str) -> bool:
        """Whether hosts of a spoke query the Resolver of their VPC, and it answers. If not, no name is looked up."""
        vpc = self.vpcs[spoke]
        settings = self.network.resolution.settings(vpc)
        servers_, options = settings.servers, settings.options
        if isinstance(servers_, Unknown):
            self.unknown_results.append(UnknownResult(f"the DNS servers of the hosts of {spoke}", servers_.reason))
            return False
        if servers_ != (AMAZON_PROVIDED,):
            why = f"the DHCP options give hosts {', '.join(servers_)}; the intent states the Resolver of the VPC"
            self._found("custom-dns-server", why, (options, vpc), spoke)
            return False
        for name, on in (
            ("enable_dns_support", settings.support),
            ("enable_dns_hostnames", settings.hostnames),
            ("the autodefined rules for reverse lookups", settings.reverse),
        ):
            if isinstance(on, Unknown):
                self.unknown_results.append(UnknownResult(f"whether names are answered in {spoke}: {name}", on.reason))
                return False
            if not on:
                self._found("dns-disabled", f"{name} of its VPC is off", (vpc,), spoke)
                return False
        return True

    def _found(self, rule: str, why: str, resources: Sequence[str], source: str, destination: str = "") -> None:
        named = tuple(dict.fromkeys(resource for resource in resources if resource))
        self.violations.append(Violation(rule, why, named, source, destination))

    # --- names ---

    def _domains(self, client: _Client) -> tuple[str, ...]:
        """Every domain of the network or the intent, and the names of services with gateway endpoints."""
        found = {ROOT, *(f"{service}.{self.estate.region}.amazonaws.com" for service in ("s3", "dynamodb"))}
        found.update(domain for lookup in (self.actual, self.intended) for domain in boundaries(lookup, client.vpc))
        return in_order(found)

    def _compare_domains(self, clients: Sequence[_Client]) -> None:
        """Compare each domain, and the names below it. A violation of both is reported once."""
        first = clients[0]
        for domain in self._domains(first):
            compared = [self._compared(first, name) for name in representatives(domain)]
            for rule, why, resources in dict.fromkeys(found for found in compared if found is not None):
                if rule:
                    domains, affected = self._violating.setdefault((rule, why, resources), ([], []))
                else:
                    domains, affected = self._unknown.setdefault(why, ([], []))
                domains += [domain] if domain not in domains else []
                affected += [client for client in clients if client not in affected]

    def _check_redirection(self, clients: Sequence[_Client]) -> None:
        """An allow rule of the DNS firewall has to trust the redirection of CNAME records.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_FirewallRule.html
        """
        client = clients[0]
        home = shared_services(self.estate)
        if client.inbound or home is None or home.dns.firewall is None:
            return
        allowed = set(map(canonical, home.dns.firewall.allowed))
        for rule in rules_of(self.network.resolution, client.vpc)[0]:
            if rule.answers is not True or not isinstance(rule.domains, tuple) or allowed.isdisjoint(rule.domains):
                continue
            if isinstance(rule.trusts_redirection, Unknown):
                why = rule.trusts_redirection.reason
                self.unknown_results.append(
                    UnknownResult(f"whether {rule.address} trusts the redirection of CNAME records", why)
                )
            elif not rule.trusts_redirection:
                why = f"{rule.address} also filters the names that CNAME records of allowed names point to"
                self._found("dns-firewall-differs", why, (rule.address,), _among(clients))

    def _compared(self, client: _Client, name: str) -> tuple[str, str, tuple[str, ...]] | None:
        """The violation of a name: its rule, reason and resources. With an empty rule the result is unknown."""
        actual, intended = (self._ask(lookup, client, name) for lookup in (self.actual, self.intended))
        if intended.by is Answered.UNKNOWN or (actual.by is intended.by and actual.domain == intended.domain):
            return None
        if actual.by is Answered.UNKNOWN:
            return "", actual.reason, ()
        difference = _difference(actual, intended)
        if difference is None or Answered.BLOCKED not in (actual.by, intended.by):
            return difference
        rules = rules_of(self.network.resolution, client.vpc)[0]
        if not rules:
            return None  # dns-association-missing reports that no DNS firewall filters its queries
        # Any of the rules may have the wrong priority.
        return (*difference[:2], tuple(dict.fromkeys((*difference[2], *(rule.address for rule in rules)))))

    @staticmethod
    def _ask(lookup: Lookup, client: _Client, name: str) -> Answer:
        return lookup.resolve(client.vpc, name, inbound=True) if client.inbound else lookup.ask(client.vpc, name)


def _among(clients: Sequence[_Client]) -> str:
    """The first client, and the number of the others."""
    return some([client.name for client in clients], 1)


_OF_INTENT = (Answered.ZONE, Answered.FORWARD, Answered.ENDPOINT)


def _difference(actual: Answer, intended: Answer) -> tuple[str, str, tuple[str, ...]] | None:
    """The violation of a name with another answer than the intended one."""
    about = tuple(text for text in (actual.rule, actual.address) if text)
    if Answered.BLOCKED in (actual.by, intended.by):
        if actual.by is Answered.BLOCKED:
            own = intended.by in _OF_INTENT
            rule = "name-blocked" if own else "dns-firewall-differs"
            return rule, f"{actual.reason}; the intent answers it with {_described(intended)}", about
        return "dns-firewall-differs", f"it is answered with {_described(actual)}; the intent blocks it", about
    forwarded = actual.by is Answered.FORWARD or (actual.by is Answered.NOT and bool(actual.targets))
    why = f"{_described(actual)} answers; the intent states {_described(intended)}"
    if intended.by in _OF_INTENT and actual.by in _OF_INTENT and not (intended.by is actual.by is Answered.FORWARD):
        return "overridden-name", why, about
    if forwarded:
        return "unintended-forward", why, about
    if actual.by in _OF_INTENT:
        return f"unintended-{'zone' if actual.by is Answered.ZONE else 'endpoint'}", why, about
    return _overridden(actual, intended)


def _overridden(actual: Answer, intended: Answer) -> tuple[str, str, tuple[str, ...]] | None:
    """A resource of the intent that is associated and does not answer. Other rules report missing associations."""
    if intended.by not in _OF_INTENT:
        return None
    existing = [
        one for one in actual.candidates if one.by is intended.by and one.domain == intended.domain and not one.system
    ]
    system = [one for one in actual.candidates if one.system]
    if not existing:
        return None
    candidates = "; ".join(map(str, (*existing, *system)))
    why = f"{_described(actual)} answers; the intent states {_described(intended)}: {candidates}"
    return "overridden-name", why, tuple(one.address for one in (*system, *existing))


def _described(answer: Answer) -> str:
    about = f" for {answer.domain}" if answer.domain and answer.domain != ROOT else ""
    address = "" if answer.address.startswith(_INTENT) or not answer.address else f" {answer.address}"
    return f"{'a ' if not address and answer.by in _OF_INTENT else ''}{answer.by.value}{address}{about}"
