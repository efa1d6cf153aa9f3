"""Who answers a name for the hosts of a VPC.

Hosts ask the DNS servers that DHCP hands out. The Resolver of the VPC, where that is the one, asks the DNS firewall,
takes the most specific domain among everything that is associated with the VPC, and goes by what that is. Between equal
domains a Resolver rule wins over a private zone, and that over AWS's own rules.

- https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html
- https://repost.aws/knowledge-center/route-53-override-reverse-dns-rules
- https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address

from isthmus.aws.domain_names import ROOT, canonical, covers, labels
from isthmus.network.autodefined_names import autodefined
from isthmus.network.dns_firewall import Filtered, filtered
from isthmus.network.dns_model import AMAZON_PROVIDED, Held, PrivateZone, ResolverRule, RuleKind, Use
from isthmus.network.dns_records import Found, found_in
from isthmus.network.endpoint_names import EndpointNames
from isthmus.network.model import Network, Unknown

# A chain of CNAME records, or of endpoints that ask each other, is followed this far.
_MOST_STEPS = 8
_DNS = 53


class Answered(Enum):
    """By what a name is answered."""

    ZONE = "private hosted zone"
    FORWARD = "forward rule"
    ENDPOINT = "interface endpoint"
    AWS = "the VPC's own names"
    PUBLIC = "public DNS"
    BLOCKED = "blocked by the DNS firewall"
    SERVERS = "other DNS servers"
    NOT = "not answered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that would answer a name: a rule, a zone, an endpoint's private names, or AWS's own rule.

    - `rank`: its place among candidates of one domain. `profile`: the Route 53 Profile through which it holds.
    - `doubt`: why it may not be a candidate. `off`: why it is none although it is associated.
    - `system`: a system rule, which takes the domain back from rules for domains above.
    """

    by: Answered
    domain: str
    address: str
    rank: int
    unknown_reason: Unknown | None = None
    profile: str = ""
    system: bool = False
    off: str = ""

    def __str__(self) -> str:
        what = "system rule" if self.system else self.by.value
        about = f"{what} {self.address}" if self.address else what
        via = f", by {self.profile}" if self.profile else ""
        maybe = f"; it is unknown whether: {self.unknown_reason.reason}" if self.unknown_reason is not None else ""
        off = f"; not used: {self.off}" if self.off else ""
        return f'{about} for "{self.domain}"{via}{maybe}{off}'


_RULE, _ZONE, _OWN, _PUBLIC = 3, 2, 1, 0
Trail = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Query:
    """One question to the Resolver of a VPC, with the questions that led to it, itself last.

    `trusted`: the DNS firewall of the VPC has let pass a name that led here, and trusts where it leads.
    """

    vpc: str
    name: str
    type: str
    inbound: bool
    trail: Trail
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers a name for a VPC, and why.

    - `by`, `address`: what answers, and the Terraform address of it ("" where it has none). `domain`: its domain.
    - `targets`, `endpoint`: of a forward rule, the DNS servers and the outbound endpoint that asks them; of other DNS
      servers, the servers that DHCP hands out.
    - `found`: of a private zone, what its records say.
    - `reason`: why there is no answer, or why it is unknown. `rule`: the DNS Firewall rule that decided.
    - `candidates`: everything that was weighed, the winner first.
    - `then`: what a query comes to that is forwarded to an inbound endpoint of this network.
    """

    name: str
    vpc: str
    by: Answered
    address: str = ""
    domain: str = ""
    targets: tuple[tuple[IPv4Address, int] | Unknown, ...] = ()
    endpoint: str | Unknown = ""
    found: Found | None = None
    reason: str = ""
    rule: str = ""
    candidates: tuple[Candidate, ...] = ()
    then: Answer | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What answers, whatever was weighed: equal for answers that are the same."""
        led = self.found.key if self.found is not None else None
        return (
            self.by,
            self.address,
            self.domain,
            tuple(map(str, self.targets)),
            str(self.endpoint),
            led,
            self.reason,
            self.rule,
            self.then.key if self.then is not None else None,
        )

    def __str__(self) -> str:
        about = f" {self.address}" if self.address else ""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.name} in {self.vpc}: {self.by.value}{about}{why}"


@dataclass
class Lookup:
    """Answers for one network. Candidates are collected once for each VPC."""

    network: Network
    _by_vpc: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = self.network.resolution
        self.names = EndpointNames(self.network)
        self.regions = frozenset(vpc.region for vpc in self.network.vpcs.values())
        # The VPC of each address that an inbound endpoint answers at.
        self.inbound: dict[tuple[IPv4Address, int], str] = {
            (interface.ip, _DNS): vpc
            for endpoint in self.facts.endpoints.values()
            if endpoint.inbound is True
            for interface in endpoint.interfaces
            if interface.ip is not None and (vpc := self._vpc_of(interface.subnet))
        }

    def _vpc_of(self, subnet: str | Unknown) -> str:
        facts = self.network.subnets.get(subnet) if isinstance(subnet, str) else None
        return facts.vpc if facts is not None and isinstance(facts.vpc, str) else ""

    def ask(self, vpc: str, name: str, query_type: str = "A") -> Answer:
        """Who answers a name for the hosts of a VPC."""
        name = canonical(name)
        settings = self.facts.settings(vpc)
        if isinstance(settings.servers, Unknown):
            return Answer(name, vpc, Answered.UNKNOWN, reason=f"the DNS servers of {vpc}: {settings.servers.reason}")
        others = tuple(server for server in settings.servers if server != AMAZON_PROVIDED)
        if others:
            return self._others(vpc, name, others, mixed=len(others) < len(settings.servers))
        return self.resolve(vpc, name, query_type)

    def _others(self, vpc: str, name: str, servers: Sequence[str], *, mixed: bool) -> Answer:
        """DHCP hands out other DNS servers: the Resolver of the VPC is not asked, or only by some."""
        options = self.facts.settings(vpc).options
        if mixed:
            why = f"the DHCP options have {', '.join(servers)} and the Resolver of the VPC: a host may use either"
            return Answer(name, vpc, Answered.UNKNOWN, options, reason=why)
        targets = tuple(
            (found, _DNS) if (found := _address(text)) else Unknown(f"DNS server {text}") for text in servers
        )
        why = f"DHCP hands out {', '.join(servers)}: the Resolver of the VPC is not asked"
        return Answer(name, vpc, Answered.SERVERS, options, targets=targets, reason=why)

    def resolve(
        self,
        vpc: str,
        name: str,
        query_type: str = "A",
        *,
        inbound: bool = False,
        trail: Trail = (),
        trusted: bool = False,
    ) -> Answer:
        """Who answers a name that the Resolver of a VPC is asked; `inbound`: by an inbound endpoint, for a site.

        `trail` are the questions that led here; `trusted`: the VPC's DNS firewall does not look at the name.
        """
        if (vpc, name) in trail:
            return Answer(name, vpc, Answered.NOT, reason="the question comes back to where it was: a loop")
        if len(trail) == _MOST_STEPS:
            why = f"more than {_MOST_STEPS} names and endpoints lead to each other"
            return Answer(name, vpc, Answered.UNKNOWN, reason=why)
        support = self.facts.settings(vpc).support
        if support is False:
            why = "enable_dns_support is off: the Resolver of the VPC does not answer"
            return Answer(name, vpc, Answered.NOT, vpc, reason=why)
        if isinstance(support, Unknown):
            return Answer(name, vpc, Answered.UNKNOWN, vpc, reason=f"enable_dns_support: {support.reason}")
        query = _Query(vpc, name, query_type, inbound, (*trail, (vpc, name)), trusted)
        found = self.candidates(vpc, name, inbound=inbound)
        answer = self._decided(query, found)
        weighed = tuple(sorted(found, key=lambda one: (one.address, one.domain) != (answer.address, answer.domain)))
        return self._filtered(query, replace(answer, candidates=weighed))

    def _filtered(self, query: _Query, answer: Answer) -> Answer:
        """What the DNS firewall makes of it: of the name, and of those that CNAME records lead to."""
        verdict = self._verdict(query, query.name)
        if verdict.answered is False:
            why = f"{verdict.rule} blocks it"
            return replace(answer, by=Answered.BLOCKED, rule=verdict.rule, reason=why, then=None)
        if isinstance(verdict.answered, Unknown):
            why = f"whether the DNS firewall answers it: {verdict.answered.reason}"
            return replace(answer, by=Answered.UNKNOWN, rule=verdict.rule, reason=why, then=None)
        answer = replace(answer, rule=verdict.rule)
        onward = answer.found.onward if answer.found is not None else ""
        if not onward:
            return answer
        trusted = verdict.trusts is True
        then_verdict = verdict if trusted else self._verdict(query, onward, redirected=True)
        if then_verdict.answered is not True and isinstance(verdict.trusts, Unknown):
            why = f"it leads to {onward}, and whether the DNS firewall trusts that: {verdict.trusts.reason}"
            return replace(answer, by=Answered.UNKNOWN, reason=why)
        if then_verdict.answered is False:
            why = f"it leads to {onward}, which {then_verdict.rule} blocks"
            return replace(answer, by=Answered.BLOCKED, rule=then_verdict.rule, reason=why)
        if isinstance(then_verdict.answered, Unknown):
            why = f"it leads to {onward}, and whether the DNS firewall answers that: {then_verdict.answered.reason}"
            return replace(answer, by=Answered.UNKNOWN, rule=then_verdict.rule, reason=why)
        then = self.resolve(query.vpc, onward, query.type, inbound=query.inbound, trail=query.trail, trusted=trusted)
        return replace(answer, then=then)

    def _verdict(self, query: _Query, name: str, *, redirected: bool = False) -> Filtered:
        """What the DNS firewall makes of a name. Where a rule that answers trusts, it looks at the first name alone.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_FirewallRule.html
        """
        if query.trusted:
            return Filtered(trusts=True)
        return filtered(self.facts, query.vpc, name, query.type, redirected=redirected)

    # --- the most specific domain -------------------------------------------------------------------------------------

    def _decided(self, query: _Query, found: Sequence[Candidate]) -> Answer:
        """What the most specific candidate says; unknown where one that may be there says otherwise."""
        best, rivals = _best(found)
        answers = [self._answer(query, one, found) for one in (best, *rivals)]
        if len({answer.key for answer in answers}) > 1:
            why = "; ".join(dict.fromkeys(_why_unknown(candidate, best) for candidate in rivals))
            return Answer(query.name, query.vpc, Answered.UNKNOWN, reason=why)
        return answers[0]

    def candidates(self, vpc: str, name: str, *, inbound: bool = False) -> tuple[Candidate, ...]:
        """Everything that would answer a name, or may, the most specific domain first."""
        settings = self.facts.settings(vpc)
        found = [candidate for candidate in self.associated(vpc) if covers(candidate.domain, name)]
        found += (
            Candidate(Answered.ENDPOINT, one.domain, one.address, _ZONE, one.unknown_reason, one.profile, off=one.off)
            for one in self.names.of(vpc, name, inbound=inbound)
        )
        if vpc in self.network.vpcs:
            found += (
                Candidate(Answered.AWS, domain, "", _OWN, unknown_reason)
                for domain, unknown_reason in autodefined(self.network, vpc, settings, name, self.regions)
            )
        found.append(Candidate(Answered.PUBLIC, ROOT, "", _PUBLIC))
        if settings.hostnames is not True:
            found = [_without_hostnames(candidate, settings.hostnames) for candidate in found]
        return tuple(sorted(dict.fromkeys(found), key=_place, reverse=True))

    def associated(self, vpc: str) -> tuple[Candidate, ...]:
        """The rules and zones of a VPC."""
        if vpc not in self._by_vpc:
            self._by_vpc[vpc] = tuple(self._candidates(vpc))
        return self._by_vpc[vpc]

    def _candidates(self, vpc: str) -> Iterator[Candidate]:
        for use in self.facts.may(vpc):
            if use.kind is Held.RULE:
                yield from self._of_rule(use)
            elif use.kind is Held.ZONE:
                yield from self._of_zone(use)
            elif use.kind is Held.PROFILE:
                yield _anything(Answered.UNKNOWN, use.unknown or Unknown(f"what {use.by} holds"), use)

    def _of_rule(self, use: Use) -> Iterator[Candidate]:
        rule = self.facts.rules.get(use.thing) if isinstance(use.thing, str) else None
        if rule is None or isinstance(rule.domain, Unknown) or isinstance(rule.kind, Unknown):
            yield _anything(Answered.FORWARD, use.unknown or _why(rule, use), use)
            return
        unknown_reason = use.unknown
        if rule.kind in (RuleKind.RECURSIVE, RuleKind.DELEGATE):
            unknown_reason = Unknown(f"{rule.address} is of type {rule.kind}, which is not modeled")
        yield Candidate(
            Answered.FORWARD,
            rule.domain,
            rule.address,
            _RULE,
            unknown_reason,
            use.profile,
            rule.kind is RuleKind.SYSTEM,
        )

    def _of_zone(self, use: Use) -> Iterator[Candidate]:
        zone = self.facts.zones.get(use.thing) if isinstance(use.thing, str) else None
        if zone is None:
            yield _anything(Answered.ZONE, use.unknown or Unknown(f"the zone of {use.by}"), use)
        elif isinstance(zone.domain, Unknown):
            yield _anything(Answered.ZONE, zone.domain, use)
        else:
            yield Candidate(Answered.ZONE, zone.domain, zone.address, _ZONE, use.unknown, use.profile)

    # --- what the winner says -----------------------------------------------------------------------------------------

    def _answer(self, query: _Query, winner: Candidate, found: Sequence[Candidate]) -> Answer:
        if winner.system:
            # It takes the name back from rules that forward; zones, endpoints and AWS's own names answer as ever.
            return self._decided(query, [one for one in found if one.by is not Answered.FORWARD])
        base = Answer(query.name, query.vpc, winner.by, winner.address, winner.domain)
        if winner.by is Answered.ZONE and winner.address in self.facts.zones:
            return self._in_zone(base, self.facts.zones[winner.address], query.type)
        if winner.by is Answered.FORWARD and winner.address in self.facts.rules:
            return self._forwarded(query, base, self.facts.rules[winner.address])
        return base

    def _in_zone(self, base: Answer, zone: PrivateZone, query_type: str) -> Answer:
        found = found_in(zone, base.name, query_type)
        if found.delegated and self._delegates(base.vpc):
            why = f"{found.delegated} delegates it, and a delegation rule is not modeled"
            return replace(base, by=Answered.UNKNOWN, reason=why)
        return replace(base, found=found)

    def _delegates(self, vpc: str) -> bool:
        rules = (self.facts.rules.get(str(use.thing)) for use in self.facts.may(vpc) if use.kind is Held.RULE)
        return any(rule is None or rule.kind not in (RuleKind.FORWARD, RuleKind.SYSTEM) for rule in rules)

    def _forwarded(self, query: _Query, base: Answer, rule: ResolverRule) -> Answer:
        """A query that goes to an inbound endpoint of this network is answered as the Resolver there says."""
        endpoint = rule.endpoint or Unknown(f"{rule.address} has no endpoint")
        answer = replace(base, targets=rule.targets, endpoint=endpoint)
        homes = {self.inbound.get(target) if isinstance(target, tuple) else None for target in rule.targets}
        if base.vpc in homes:
            why = f"{rule.address} forwards to an inbound Resolver endpoint of the VPC that asks: a loop"
            return replace(answer, by=Answered.NOT, reason=why)
        home = next(iter(homes)) if len(homes) == 1 else None
        if home is None:
            return answer
        return replace(answer, then=self.resolve(home, base.name, query.type, inbound=True, trail=query.trail))


def _without_hostnames(candidate: Candidate, hostnames: bool | Unknown) -> Candidate:
    """Private zones and private names of endpoints need both DNS attributes of the VPC."""
    if candidate.rank != _ZONE:
        return candidate
    if isinstance(hostnames, Unknown):
        return replace(
            candidate, unknown_reason=candidate.unknown_reason or Unknown(f"enable_dns_hostnames: {hostnames.reason}")
        )
    return replace(candidate, off=candidate.off or "enable_dns_hostnames of the VPC is off")


def _anything(by: Answered, why: Unknown, use: Use) -> Candidate:
    """Something whose domain is unknown: it may be the most specific of all."""
    return Candidate(by, ROOT, use.thing if isinstance(use.thing, str) else use.by, _RULE + 1, why, use.profile)


def _why(rule: ResolverRule | None, use: Use) -> Unknown:
    if rule is None:
        return Unknown(f"the rule of {use.by}")
    return next(part for part in (rule.domain, rule.kind) if isinstance(part, Unknown))


def _place(candidate: Candidate) -> tuple[int, int, int, str]:
    anything = candidate.rank > _RULE
    return (1 if anything else 0, labels(candidate.domain), candidate.rank, candidate.address)


def _best(found: Sequence[Candidate]) -> tuple[Candidate, tuple[Candidate, ...]]:
    """The first certain candidate, and the uncertain ones of equal or higher priority with another answer."""
    found = [candidate for candidate in found if not candidate.off]
    best = next(candidate for candidate in found if candidate.unknown_reason is None)
    before = found[: found.index(best)]
    equal = [
        other
        for other in found[found.index(best) + 1 :]
        if (other.domain, other.rank) == (best.domain, best.rank) and best.rank in (_RULE, _ZONE)
    ]
    return best, (*before, *equal)


def _why_unknown(candidate: Candidate, best: Candidate) -> str:
    if candidate.unknown_reason is not None:
        return f"{candidate.address or candidate.domain} may answer: {candidate.unknown_reason.reason}"
    return f"{candidate.address} and {best.address} are both for {best.domain}: AWS takes one of them"


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None
