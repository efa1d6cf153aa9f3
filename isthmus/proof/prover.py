"""One proof: runs every check on the pairs of a network, and collects violations and unknown results."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from isthmus.intent import Estate
from isthmus.network.answers import Outcome
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AdvertisedPrefix, AttachmentKind, Cidr, Network, Site, Unknown
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.checks.accounts import account_violations
from isthmus.proof.checks.allowed_connections import connection_assumptions, connection_notes, connection_violations
from isthmus.proof.checks.causes import Naming
from isthmus.proof.checks.client_ports import client_port_notes
from isthmus.proof.checks.direct_connect import longer_prefixes, unencrypted_paths
from isthmus.proof.checks.dns import DnsChecks
from isthmus.proof.checks.dns_answers import NameChecks
from isthmus.proof.checks.egress_vpc import egress_violations, endpoint_service_results
from isthmus.proof.checks.failures import FailureChecks, failure_violations
from isthmus.proof.checks.firewall_policy import as_stated, compared
from isthmus.proof.checks.flows import FlowTable
from isthmus.proof.checks.gateway_endpoints import service_flows, service_violations
from isthmus.proof.checks.hub import hub_unknown_results, hub_violations
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.inventory import Binding, bind
from isthmus.proof.checks.non_routable_range_routes import non_routable_range_violations
from isthmus.proof.checks.overlapping_sites import overlap_violations
from isthmus.proof.checks.published_services import published_service_findings
from isthmus.proof.checks.quotas import Usage, exceeded, fullest, usages
from isthmus.proof.checks.reachability import FlowChecks, path_violations
from isthmus.proof.checks.regions import region_violations
from isthmus.proof.checks.replies import Replies
from isthmus.proof.checks.route_tables import advertised_prefixes, advertisement_violations, route_violations
from isthmus.proof.checks.unassigned_addresses import unassigned_address_violations
from isthmus.proof.checks.zones import zone_violations
from isthmus.proof.pairs.groups import LocationGroups
from isthmus.proof.pairs.inferred_locations import without_intent
from isthmus.proof.pairs.locations import Inventory, Location, Locations
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.site_remainder import with_rests
from isthmus.proof.result.appliances import unknown_appliances
from isthmus.proof.result.assumptions import assumptions, more_specific_prefixes
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, UnknownResult, Violation
from isthmus.proof.result.proof import Flows, Proof
from isthmus.terraform.graph import Graph
from isthmus.text.listing import some

_VPCS = ("aws_vpc", "aws_default_vpc")
# Each of this many equivalent pairs gets its own violation. One more violation counts the rest.
_MOST_EQUIVALENT = 50
_MOST_FLOWS = 3
_NO_INTENT = (
    "there is no intent: the input holds no intent.json, and --intent names none. Only the rules that hold for every "
    "network were checked"
)


@dataclass(frozen=True)
class ProofInput:
    """A network, and what else a proof needs to know. `Analysis` describes the fields."""

    network: Network
    estate: Estate | None = None
    advertises: Mapping[str, tuple[Cidr, ...]] = field(default_factory=dict)
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roots: Collection[str] = ()
    notes: tuple[str, ...] = ()
    separately: bool = False
    drift: tuple[str, ...] = ()
    graph: Graph = field(default_factory=lambda: Graph({}), repr=False, compare=False)
    client_ports: tuple[int, int] = EPHEMERAL
    appliances_forward: bool = True

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The addresses of `aws_vpc` resources whose count is not known."""
        return tuple(r.address for r in self.graph.unexpanded.values() if r.type in _VPCS)


class Prover:
    """Proves one network, with or without an intent.

    The engine, the pairs and the proofs are created once: analyzing the routes of thousands of prefixes takes time.
    """

    def __init__(self, given: ProofInput, estate: Estate | None) -> None:
        self.given = given
        self.network = network = given.network if given.appliances_forward else unknown_appliances(given.network)
        self.estate = estate
        self.inventory = Inventory(given.network)
        self.binding: Binding | None = None
        if estate is None:
            self.locations = without_intent(network, given.advertises, given.sites)
        else:
            self.binding = bind(estate, network, given.roots)
            self.network = as_stated(estate, network, self.binding.egress)
            stated = _with_given_prefixes(self.binding.locations, given.advertises)
            self.locations = with_rests(stated, estate, network)
        self.engine = Forwarding(self.network, sites=self.locations.sites, client_ports=given.client_ports)
        self.intent = Intended(estate, self.locations) if estate is not None else None
        groups = LocationGroups(self.engine, self.locations, self.inventory, self._intent_key, given.separately)
        self.pairs = AllPairs(self.engine, groups, self._decisive_packets)
        self.flow_table = FlowTable(self.network, self.pairs, self.intent)
        self._proofs: dict[bool, Proof] = {}

    def _intent_key(self, location: Location) -> Hashable:
        if self.intent is not None:
            return self.intent.location_key(location)
        return location.name in self.locations.without_hosts

    def _decisive_packets(self, a: str, b: str) -> Packets | None:
        return self.intent.decisive_packets(a, b) if self.intent is not None else None

    @property
    def flows(self) -> Flows:
        """All pairs. Each flow is created on demand."""
        return self.flow_table.flows

    @cached_property
    def services(self) -> tuple[Flow, ...]:
        """The flows from spokes to AWS services through gateway endpoints."""
        return service_flows(self.engine, self.locations, self.inventory)

    @cached_property
    def failure_results(self) -> tuple[FailureResult, ...]:
        """The result of each failure. NAT gateways of equivalent spokes are simulated once. Nothing without intent."""
        return tuple(self._failures.failure_results()) if self._failures is not None else ()

    @cached_property
    def failures(self) -> tuple[FailureResult, ...] | None:
        """The result of every failure; None without an intent."""
        return tuple(self._failures.every_result(self.failure_results)) if self._failures is not None else None

    @cached_property
    def _failures(self) -> FailureChecks | None:
        if self.estate is None or self.binding is None or self.intent is None:
            return None
        return FailureChecks(self.estate, self.binding, self.intent, self.pairs)

    def prove(self, scenarios: bool) -> Proof:
        """The proof: against the intent if there is one. `scenarios`: simulate failures too."""
        if scenarios not in self._proofs:
            self._proofs[scenarios] = self._on_its_own() if self.estate is None else self._against(scenarios)
        return self._proofs[scenarios]

    # --- against the intent

    def _against(self, scenarios: bool) -> Proof:
        assert self.estate is not None
        assert self.binding is not None
        assert self.intent is not None
        advertised = advertised_prefixes(self.engine)
        used = self._usages(advertised)
        failure_results = self.failure_results if scenarios else ()
        checks = FlowChecks(self.network, self.intent, self.binding.egress)
        services = list(service_violations(self.estate, self.engine, self.locations, self.inventory))
        published = list(published_service_findings(self.estate, self.network, self.binding, self.engine))
        policy = compared(self.estate, self.network, self.binding.egress)
        behind = list(endpoint_service_results(self.estate, self.network, self.binding.egress))
        dns = DnsChecks(self.estate, self.binding.vpcs, self.engine)
        names = NameChecks(self.estate, self.binding.vpcs, self.network)
        violations = [
            *self.binding.violations,
            *account_violations(self.estate, self.binding.vpcs, self.binding.egress, self.given.graph),
            *region_violations(self.estate, self.given.graph),
            *hub_violations(self.estate, self.network, self.given.graph),
            *unassigned_address_violations(self.estate, self.engine),
            *non_routable_range_violations(self.estate, self.network),
            *self._flow_violations(checks),
            *connection_violations(self.intent, self.pairs, checks.naming),
            *zone_violations(self.estate, self.network, self.locations, self.inventory),
            *(found for found in services if isinstance(found, Violation)),
            *(found for found in published if isinstance(found, Violation)),
            *dns.violations,
            *names.violations,
            *policy.violations,
            *(found for found in behind if isinstance(found, Violation)),
            *egress_violations(self.estate, self.binding.egress, self.pairs, checks.naming),
            *advertisement_violations(self.estate, self.binding, advertised),
            *longer_prefixes(self.engine, advertised),
            *unencrypted_paths(self.estate, self.network, self.binding.dx_gateways),
            *self._always(used),
            *failure_violations(failure_results),
        ]
        unknown_results = [
            *self._no_vpc(),
            *self.binding.unknown_results,
            *hub_unknown_results(self.estate, self.network),
            *self.unknown_results(),
            *dns.unknown_results,
            *names.unknown_results,
            *policy.unknown_results,
            *(found for found in behind if isinstance(found, UnknownResult)),
            *_unknown_advertisements(advertised),
            *self._uncounted(),
            *(unknown for unknown in services if isinstance(unknown, UnknownResult)),
            *(unknown for unknown in published if isinstance(unknown, UnknownResult)),
        ]
        return self._proof(violations, unknown_results, advertised, used, failure_results)

    def _flow_violations(self, checks: FlowChecks) -> Iterator[Violation]:
        for a, b, count in self.pairs.representative_pairs():
            found = list(checks.violations(a, b, self.pairs.between(a, b)))
            if not found:
                continue
            for source, destination in self._first_equivalent(a, b):
                yield from checks.violations(source, destination, self.pairs.exact(source, destination))
            if count > _MOST_EQUIVALENT:
                for violation in found:
                    yield _counted(violation, count - _MOST_EQUIVALENT, a, b)

    # --- without an intent

    def _on_its_own(self) -> Proof:
        naming = Naming(self.network)
        advertised = advertised_prefixes(self.engine)
        used = self._usages(advertised)
        replies = Replies(self.engine, naming)
        found: list[Violation] = []
        for a, b, count in self.pairs.representative_pairs():
            if not self.locations.without_hosts.isdisjoint((a, b)):
                continue
            listed = 0
            for source, destination in self._first_equivalent(a, b):
                samples = self.pairs.exact(source, destination).samples
                found += path_violations(naming, source, destination, samples)
                found += replies.violations(source, destination, samples)
                listed += 1
            if count > listed:
                samples = self.pairs.between(a, b).samples
                for violation in (*path_violations(naming, a, b, samples), *replies.violations(a, b, samples)):
                    found.append(_counted(violation, count - listed, a, b))
        for flow in self.services:
            found += replies.of_service(flow)
        found += self._always(used)
        unknown_results = [*self._no_vpc(), *self.unknown_results(), *self._uncounted()]
        return self._proof(found, unknown_results, advertised, used, ())

    # --- both

    def _first_equivalent(self, a: str, b: str) -> Iterator[tuple[str, str]]:
        for number, pair in enumerate(self.pairs.equivalent_pairs(a, b)):
            if number == _MOST_EQUIVALENT:
                return
            yield pair

    def _always(self, used: Sequence[Usage]) -> Iterator[Violation]:
        """The rules that hold for every network, with or without an intent."""
        yield from overlap_violations(self.network, self.locations)
        yield from route_violations(self.engine)
        for finding in self.network.findings:
            yield Violation(finding.rule, finding.why, finding.resources)
        yield from exceeded(used, stated=self.estate is not None)

    def _usages(self, advertised: Mapping[str, AdvertisedPrefixes]) -> tuple[Usage, ...]:
        by_sites = [
            (connection, len(prefixes))
            for site in self.engine.sites.by_name.values()
            for connection in site.connections
            if not isinstance(prefixes := site.advertised_on(connection), Unknown)
        ]
        # A virtual private gateway advertises its VPC over Direct Connect, without this quota.
        direct = {a.attached for a in self.network.attachments.values() if a.kind is AttachmentKind.DX_GATEWAY}
        connections = [*self.network.vpns, *(dx for dx in self.network.dx_gateways if dx in direct)]
        by_aws = [(connection, len(advertised[connection].prefixes)) for connection in connections]
        raised = self.estate.quotas if self.estate is not None else {}
        return tuple(usages(self.network, by_sites, by_aws, raised))

    def _proof(
        self,
        violations: Sequence[Violation],
        unknown_results: Sequence[UnknownResult],
        advertised: Mapping[str, AdvertisedPrefixes],
        used: Sequence[Usage],
        failure_results: tuple[FailureResult, ...],
    ) -> Proof:
        quotas = fullest(used)
        connections = (
            tuple(connection_notes(self.estate))
            if self.estate is not None
            else tuple(found.why for found in longer_prefixes(self.engine, advertised))
        )
        assumed = connection_assumptions(self.estate) if self.estate is not None else (_NO_INTENT,)
        concerned = ((a, b, n) for a, b, n in self.pairs.representative_pairs() if self._matters(a, b))
        clients = client_port_notes(self.pairs, concerned)
        return Proof(
            self.flows,
            self.services,
            tuple(dict.fromkeys(violations)),
            tuple(dict.fromkeys(unknown_results)),
            (*assumed, *assumptions(self.engine, self.locations)),
            tuple(more_specific_prefixes(self.engine, self.locations)),
            advertised,
            failure_results,
            quotas,
            (*connections, *clients, *self.network.notes, *(usage.note for usage in quotas if usage.note)),
            self.estate is not None,
            self.given.drift,
            self.locations.without_hosts,
        )

    def _matters(self, a: str, b: str) -> bool:
        """Whether a note about the client ports of a flow is of use: unless the intent asks for none of its packets."""
        return self._decisive_packets(a, b) != NO_PACKETS

    # --- unknown results

    def unknown_results(self) -> Iterator[UnknownResult]:
        """Resources that are not evaluated, and flows with an unknown outcome, grouped by reason."""
        yield from (UnknownResult(address, why) for address, why in self.network.not_evaluated)
        flows_by_reason: dict[str, list[str]] = {}
        for a, b, count in self.pairs.representative_pairs():
            for why, packets in self._unknown_packets(a, b).items():
                of = "" if packets == ALL_PACKETS else f", {packets}"
                more = f" and {count - 1} like it" if count > 1 else ""
                flows_by_reason.setdefault(why, []).append(f"{a} -> {b}{of}{more}")
        for why, flows in flows_by_reason.items():
            yield UnknownResult(some(flows, _MOST_FLOWS), why)

    def _unknown_packets(self, a: str, b: str) -> Mapping[str, Packets]:
        """The packets of a flow whose outcome is unknown, by reason. None for a flow that the intent ignores."""
        intended = self.intent.intended(a, b) if self.intent is not None else None
        if self.intent is not None and intended is None:
            return {}
        found: dict[str, Packets] = {}
        for packets, view in self.pairs.between(a, b).by_packets():
            if Outcome.UNKNOWN not in view.outcome(intended) and not (self.intent is None and view.unknown):
                continue
            samples = view.workload_samples if intended is not False else view.samples
            paths = [path for s in samples for path in (*s.trip.forward.paths, *s.trip.reply.paths)]
            why = next((path.unknown for path in paths if path.outcome is Outcome.UNKNOWN), "")
            why = why or next((s.unknown_reason for s in samples if s.unknown_reason), "")
            found[why] = found.get(why, NO_PACKETS) | packets
        return found

    def _uncounted(self) -> Iterator[UnknownResult]:
        """Ends of flows whose number is not known."""
        possible = self.network.possible
        for address in (*possible.vpcs, *possible.subnets, *possible.vpns):
            yield UnknownResult(f"what {address} reaches, and what reaches it", "how many there are is not known")

    def _no_vpc(self) -> Iterator[UnknownResult]:
        """A network without a known VPC has no flows, so nothing can be proved about it."""
        expected = self.estate is None or any(True for _ in self.estate.spokes)
        if expected and not self.network.vpcs:
            unknown = (f"how many {address} there are is not known" for address in self.given.uncounted)
            why = next(unknown, "this input holds none")
            yield UnknownResult("which flows there are: no VPC of this input is known", why)


def _unknown_advertisements(advertised: Mapping[str, AdvertisedPrefixes]) -> Iterator[UnknownResult]:
    for connection, prefixes in advertised.items():
        if prefixes.unknown:
            yield UnknownResult(f"what AWS advertises over {connection}", prefixes.unknown)


def _counted(violation: Violation, more: int, a: str, b: str) -> Violation:
    """A violation that stands for more pairs with the same result."""
    why = f"the same for {more} more pairs like this one: {violation.why}"
    return Violation(violation.rule, why, violation.resources, a, b, violation.packets)


def _with_given_prefixes(locations: Locations, advertises: Mapping[str, tuple[Cidr, ...]]) -> Locations:
    """The locations, with the prefixes given for a connection in place of those that the intent states."""
    sites = []
    for site in locations.sites:
        given = {c: tuple(map(AdvertisedPrefix, advertises[c])) for c in site.connections if c in advertises}
        if not given:
            sites.append(site)
            continue
        over = {c: given.get(c, site.advertised_on(c)) for c in site.connections}
        unknown = next((prefixes for prefixes in over.values() if isinstance(prefixes, Unknown)), None)
        every = dict.fromkeys(p for prefixes in over.values() if not isinstance(prefixes, Unknown) for p in prefixes)
        sites.append(replace(site, advertises=unknown or tuple(every), over=over if len(over) > 1 else {}))
    known = {connection for site in sites for connection in site.connections}
    others = [Site(c, (c,), tuple(map(AdvertisedPrefix, p))) for c, p in advertises.items() if c not in known]
    return replace(locations, sites=(*sites, *others))
