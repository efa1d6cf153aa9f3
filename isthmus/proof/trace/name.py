"""Traces of DNS names: what answers a name for a location, and the paths of queries to other DNS servers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.aws.domain_names import ROOT, canonical
from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Outcome, Position
from isthmus.network.forwarded_queries import DNS, Asked, Target, asked, interfaces
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network, Unknown
from isthmus.network.name_lookup import Answer, Answered, Lookup
from isthmus.proof.errors import ProofError
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.trace.flow import positions_of

# Underscores are allowed, as in `_ldap._tcp`: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
# Resource types that affect DNS answers. If one is not evaluated, the answer is unknown.
_NAMING = re.compile(r"route53|vpc_endpoint|dhcp|service_discovery|cloudformation|vpclattice")


@dataclass(frozen=True)
class NameTrace:
    """The answer to a DNS name.

    - `answers`: what answers the query of the location, then each answer that the one before forwards to.
    - `queries`: the paths of the queries between hosts, Resolver endpoints and DNS servers.
    - `unread`: resources that affect DNS answers and are not evaluated.
    """

    name: str
    source: str
    answers: tuple[Answer, ...]
    queries: tuple[Asked, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """REACHABLE if the name is answered, BLOCKED if it is not, UNKNOWN if the input does not determine it."""
        found = [_outcome(answer) for answer in self.answers] + [query.outcome for query in self.queries]
        if Outcome.BLOCKED in found:
            return Outcome.BLOCKED
        return Outcome.UNKNOWN if Outcome.UNKNOWN in found or self.unread else Outcome.REACHABLE

    @property
    def works(self) -> bool:
        """Whether the name is answered."""
        return self.outcome is Outcome.REACHABLE

    @property
    def examples(self) -> tuple[Asked, ...]:
        """One query for each outcome and DNS server, the worst first."""
        order = [Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.REACHABLE]
        kept: dict[tuple[object, object], Asked] = {}
        for query in sorted(self.queries, key=lambda query: order.index(query.outcome)):
            kept.setdefault((query.outcome, query.target), query)
        return tuple(kept.values())


def _outcome(answer: Answer) -> Outcome:
    if answer.by in (Answered.BLOCKED, Answered.NOT):
        return Outcome.BLOCKED
    if answer.by is Answered.UNKNOWN or any(isinstance(target, Unknown) for target in answer.targets):
        return Outcome.UNKNOWN
    if answer.by is Answered.FORWARD and (isinstance(answer.endpoint, Unknown) or not answer.targets):
        return Outcome.UNKNOWN
    found = answer.found
    # A name without a record in this input may have one in other Terraform.
    return Outcome.UNKNOWN if found is not None and (found.missing or found.unknown) else Outcome.REACHABLE


def trace_name(pairs: AllPairs, source: str, name: str) -> NameTrace:
    """What answers `name` for a spoke, a host or a site. Raises `NoSuchLocation` and `ProofError`."""
    _check(name)
    engine, network = pairs.engine, pairs.engine.network
    lookup, starts = Lookup(network), positions_of(pairs, source)
    queries: list[Asked] = []
    if all(isinstance(start, AtSite) for start in starts):
        home, first = _inbound(network, lookup, starts, engine)
        queries += first
        answer = lookup.resolve(home, canonical(name), inbound=True)
    else:
        answer = lookup.ask(_vpc_of(network, source, starts), name)
    answers = tuple(_chain(answer))
    for one in answers:
        queries += _asked(engine, one, starts)
    unread = [f"{address} ({why})" for address, why in network.not_evaluated if _NAMING.search(address)]
    return NameTrace(canonical(name), source, answers, tuple(queries), tuple(unread))


def _check(name: str) -> None:
    labels = name.removesuffix(".").split(".")
    if name != ROOT and (len(name) > 255 or not all(_LABEL.fullmatch(label) for label in labels)):
        raise ProofError(f"{name!r} is not a domain name. Write a name such as db.corp.example.com")


def _vpc_of(network: Network, source: str, starts: Sequence[Position]) -> str:
    """The VPC of the hosts that send the query."""
    vpcs = set()
    for start in starts:
        subnet = network.subnets.get(start.address) if isinstance(start, InSubnet) else None
        if subnet is not None:
            vpcs.add(subnet.vpc)
    if len(vpcs) == 1 and isinstance(vpc := vpcs.pop(), str):
        return vpc
    raise ProofError(f"{source} cannot send DNS queries: name a spoke, a host of a VPC or a site")


def _inbound(
    network: Network, lookup: Lookup, starts: Sequence[Position], engine: Forwarding
) -> tuple[str, list[Asked]]:
    """The VPC with the inbound Resolver endpoint that a site queries, and the paths of its queries."""
    homes = set(lookup.inbound.values())
    if len(homes) != 1:
        many = "several VPCs have" if homes else "no VPC has"
        raise ProofError(
            f"a site queries an inbound Resolver endpoint, and {many} one with known addresses: name a spoke"
        )
    (home,) = homes
    return home, list(asked(engine, starts, list(lookup.inbound)))


def _chain(answer: Answer | None) -> Iterator[Answer]:
    while answer is not None:
        yield answer
        answer = answer.then


def _asked(engine: Forwarding, answer: Answer, starts: Sequence[Position]) -> Iterator[Asked]:
    """The paths of the queries to the DNS servers of an answer."""
    network = engine.network
    if answer.by is Answered.SERVERS:
        yield from asked(engine, [start for start in starts if not isinstance(start, AtEndpoint)], answer.targets)
    elif answer.by is Answered.FORWARD and isinstance(answer.endpoint, str):
        endpoint = network.resolution.endpoints.get(answer.endpoint)
        if endpoint is None or endpoint.inbound is not False:
            yield from (Asked(t, nowhere=_no_endpoint(answer)) for t in answer.targets if not isinstance(t, Unknown))
        else:
            yield from asked(engine, tuple(interfaces(endpoint)), answer.targets)


def _no_endpoint(answer: Answer) -> str:
    return f"{answer.endpoint or 'nothing'} is not an outbound Resolver endpoint of this input"


def steps(answer: Answer) -> Iterator[str]:
    """The reasons of an answer: the candidates, the winner, and the DNS firewall rule."""
    for candidate in answer.candidates:
        yield f"candidate: {candidate}"
    if answer.rule and answer.by is not Answered.BLOCKED:
        yield f"DNS firewall: {answer.rule} allows the query"
    if answer.by is Answered.ZONE and answer.found is not None:
        yield from _records(answer)
    if answer.by in (Answered.FORWARD, Answered.SERVERS):
        servers = ", ".join(map(_server, answer.targets)) or "nothing"
        by = f" through {answer.endpoint}" if answer.endpoint else ""
        yield f"queries: {servers}{by}"


def _records(answer: Answer) -> Iterator[str]:
    found = answer.found
    assert found is not None
    for record in found.records:
        leads = record.leads.reason if isinstance(record.leads, Unknown) else ", ".join(record.leads) or "nothing"
        yield f"record: {record.address}: {record.type} {record.endpoint or leads}"
    if found.unknown:
        yield f"record: unknown: {found.unknown}"
    elif found.missing:
        yield f"record: {found.missing}: the name does not exist, unless other Terraform writes one"


def _server(target: Target | Unknown) -> str:
    if isinstance(target, Unknown):
        return str(target)
    address, port = target
    return str(address) if port == DNS else f"{address} port {port}"


def headline(traced: NameTrace) -> str:
    """What answers, in one line."""
    first = traced.answers[0]
    about = f" {first.address}" if first.address else ""
    why = f": {first.reason}" if first.reason else ""
    return f"{first.by.value}{about}{why}"
