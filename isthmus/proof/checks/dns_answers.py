"""Who answers each name, against the intent: from every spoke, and for the sites that ask the inbound endpoints.

The intent is written as facts of its own, and both sides are asked by the same look-up: they have to agree on the whole
space of names. Names behave alike between the domains that either side has something for, so that one name of a domain
and one below it stand for all.
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

_SITES = "the sites"
_INTENT = "intent"


def intended(estate: Estate, network: Network, vpcs: Mapping[str, str]) -> Network:
    """The intent as facts: who is to answer which names in the VPC of each spoke. Addresses start with `intent`."""
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
class _Asker:
    """Whose names: the hosts of a VPC, or (`inbound`) the sites that ask its inbound endpoints."""

    name: str
    vpc: str
    inbound: bool = False


@dataclass
class Answering:
    """What is wrong with who answers names, and what nobody can say of it.

    `vpcs` are the addresses of the VPCs that the intent's spokes are, by spoke.
    """

    estate: Estate
    vpcs: Mapping[str, str]
    network: Network
    violations: list[Violation] = field(default_factory=list)
    unknown_results: list[UnknownResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.real = Lookup(self.network)
        self.meant = Lookup(intended(self.estate, self.network, self.vpcs))
        self._wrong: dict[tuple[str, str, tuple[str, ...]], tuple[list[str], list[_Asker]]] = {}
        self._unclear: dict[str, tuple[list[str], list[_Asker]]] = {}
        for askers in self._alike():
            self._judge(askers)
            self._trusted(askers)
        for (rule, why, resources), (domains, wronged) in self._wrong.items():
            self._found(rule, why, (*resources, wronged[0].vpc), _among(wronged), _listed(domains))
        for why, (domains, unsure) in self._unclear.items():
            self.unknown_results.append(UnknownResult(f"who answers {_listed(domains)} for {_among(unsure)}", why))

    def _alike(self) -> Iterator[tuple[_Asker, ...]]:
        """Askers for whom the same things hold, and are meant to hold: what one of them is answered, all are."""
        found: dict[object, list[_Asker]] = {}
        home = shared_services(self.estate)
        for _, spoke in self.estate.spokes:
            if spoke.name not in self.vpcs or not self._has_resolver(spoke.name):
                continue
            asker = _Asker(spoke.name, self.vpcs[spoke.name])
            found.setdefault(self._kind(asker), []).append(asker)
            if home is not None and home.dns.inbound and spoke.name == home.spoke.name:
                sites = _Asker(_SITES, asker.vpc, inbound=True)
                found.setdefault(self._kind(sites), []).append(sites)
        yield from map(tuple, found.values())

    def _kind(self, asker: _Asker) -> object:
        sides = tuple(likeness(lookup, asker.vpc) for lookup in (self.real, self.meant))
        reverse = any(".arpa" in domain for domain in self._domains(asker))
        return (asker.inbound, sides, asker.vpc if reverse else "")

    # --- DNS switched off, or asked elsewhere ---

    def _has_resolver(self, spoke: str) -> bool:
        """Whether hosts of a spoke ask the Resolver of their VPC, and it answers; if not, no name is looked up."""
        vpc = self.vpcs[spoke]
        settings = self.network.resolution.settings(vpc)
        servers_, options = settings.servers, settings.options
        if isinstance(servers_, Unknown):
            self.unknown_results.append(UnknownResult(f"which DNS servers hosts of {spoke} ask", servers_.reason))
            return False
        if servers_ != (AMAZON_PROVIDED,):
            why = f"DHCP hands out {', '.join(servers_)}, and the intent has the Resolver of the VPC"
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

    def _domains(self, asker: _Asker) -> tuple[str, ...]:
        """Every domain that either side has something for, and the names of services by gateway endpoint."""
        found = {ROOT, *(f"{service}.{self.estate.region}.amazonaws.com" for service in ("s3", "dynamodb"))}
        found.update(domain for lookup in (self.real, self.meant) for domain in boundaries(lookup, asker.vpc))
        return in_order(found)

    def _judge(self, askers: Sequence[_Asker]) -> None:
        """Each domain, and the names below it. What is wrong with both is said once."""
        first = askers[0]
        for domain in self._domains(first):
            judged = [self._compared(first, name) for name in representatives(domain)]
            for rule, why, resources in dict.fromkeys(found for found in judged if found is not None):
                if rule:
                    domains, concerned = self._wrong.setdefault((rule, why, resources), ([], []))
                else:
                    domains, concerned = self._unclear.setdefault(why, ([], []))
                domains += [domain] if domain not in domains else []
                concerned += [asker for asker in askers if asker not in concerned]

    def _trusted(self, askers: Sequence[_Asker]) -> None:
        """Allowed names are meant to be answered wherever CNAME records lead, which no input has: only the rule says.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_FirewallRule.html
        """
        asker = askers[0]
        home = shared_services(self.estate)
        if asker.inbound or home is None or home.dns.firewall is None:
            return
        allowed = set(map(canonical, home.dns.firewall.allowed))
        for rule in rules_of(self.network.resolution, asker.vpc)[0]:
            if rule.answers is not True or not isinstance(rule.domains, tuple) or allowed.isdisjoint(rule.domains):
                continue
            if isinstance(rule.trusts_redirection, Unknown):
                why = rule.trusts_redirection.reason
                self.unknown_results.append(UnknownResult(f"whether {rule.address} trusts where names lead", why))
            elif not rule.trusts_redirection:
                why = f"{rule.address} also looks at the names that CNAME records of allowed ones lead to"
                self._found("dns-firewall-differs", why, (rule.address,), _among(askers))

    def _compared(self, asker: _Asker, name: str) -> tuple[str, str, tuple[str, ...]] | None:
        """The rule that a name breaks, why, and where; an empty rule: nobody can say whether it does."""
        real, meant = (self._ask(lookup, asker, name) for lookup in (self.real, self.meant))
        if meant.by is Answered.UNKNOWN or (real.by is meant.by and real.domain == meant.domain):
            return None
        if real.by is Answered.UNKNOWN:
            return "", real.reason, ()
        difference = _difference(real, meant)
        if difference is None or Answered.BLOCKED not in (real.by, meant.by):
            return difference
        rules = rules_of(self.network.resolution, asker.vpc)[0]
        if not rules:
            return None  # dns-association-missing says that no DNS firewall looks at its queries
        # Which of the rules is in the wrong place, only people know.
        return (*difference[:2], tuple(dict.fromkeys((*difference[2], *(rule.address for rule in rules)))))

    @staticmethod
    def _ask(lookup: Lookup, asker: _Asker, name: str) -> Answer:
        return lookup.resolve(asker.vpc, name, inbound=True) if asker.inbound else lookup.ask(asker.vpc, name)


def _listed(domains: Sequence[str]) -> str:
    """The first domains, and how many more."""
    more = f" and {len(domains) - 3} more" if len(domains) > 3 else ""
    return ", ".join(domains[:3]) + more


def _among(askers: Sequence[_Asker]) -> str:
    """Whose names: the first, and how many more."""
    return askers[0].name + (f" and {len(askers) - 1} more" if len(askers) > 1 else "")


_OURS = (Answered.ZONE, Answered.FORWARD, Answered.ENDPOINT)


def _difference(real: Answer, meant: Answer) -> tuple[str, str, tuple[str, ...]] | None:
    """The rule that is broken where a name is answered otherwise than it is meant to be."""
    about = tuple(text for text in (real.rule, real.address) if text)
    if Answered.BLOCKED in (real.by, meant.by):
        if real.by is Answered.BLOCKED:
            own = meant.by in _OURS
            rule = "name-blocked" if own else "dns-firewall-differs"
            return rule, f"{real.reason}; the intent has it answered by {_said(meant)}", about
        return "dns-firewall-differs", f"it is answered by {_said(real)}; the intent blocks it", about
    forwarded = real.by is Answered.FORWARD or (real.by is Answered.NOT and bool(real.targets))
    why = f"{_said(real)} answers; the intent says {_said(meant)}"
    if meant.by in _OURS and real.by in _OURS and not (meant.by is real.by is Answered.FORWARD):
        return "overridden-name", why, about
    if forwarded:
        return "unintended-forward", why, about
    if real.by in _OURS:
        return f"unintended-{'zone' if real.by is Answered.ZONE else 'endpoint'}", why, about
    return _lost(real, meant)


def _lost(real: Answer, meant: Answer) -> tuple[str, str, tuple[str, ...]] | None:
    """What is associated and does not get to answer. What is not associated at all, other rules say."""
    if meant.by not in _OURS:
        return None
    there = [one for one in real.candidates if one.by is meant.by and one.domain == meant.domain and not one.system]
    taken = [one for one in real.candidates if one.system]
    if not there:
        return None
    why = f"{_said(real)} answers; the intent says {_said(meant)}: {'; '.join(map(str, (*there, *taken)))}"
    return "overridden-name", why, tuple(one.address for one in (*taken, *there))


def _said(answer: Answer) -> str:
    about = f" for {answer.domain}" if answer.domain and answer.domain != ROOT else ""
    address = "" if answer.address.startswith(_INTENT) or not answer.address else f" {answer.address}"
    return f"{'a ' if not address and answer.by in _OURS else ''}{answer.by.value}{address}{about}"
