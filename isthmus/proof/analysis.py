"""A network that was read, and the questions to ask of it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from isthmus.intent import Estate
from isthmus.network.answers import AdvertisedPrefixes, Internet, Outcome, Packet
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AdvertisedPrefix, Cidr, Network, Site, Unknown
from isthmus.network.packet_classes import of_one
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.checks.accounts import account_violations
from isthmus.proof.checks.allowed_connections import (
    REPORTED,
    connection_assumptions,
    connection_notes,
    connection_violations,
)
from isthmus.proof.checks.causes import Naming
from isthmus.proof.checks.client_ports import client_port_notes
from isthmus.proof.checks.dns import Resolving
from isthmus.proof.checks.dns_answers import Answering
from isthmus.proof.checks.egress_vpc import egress_violations
from isthmus.proof.checks.failures import FailureChecks, failure_violations
from isthmus.proof.checks.firewall_policy import as_stated, compared
from isthmus.proof.checks.gateway_endpoints import service_flows, service_violations
from isthmus.proof.checks.hub import hub_violations
from isthmus.proof.checks.inventory import Binding, bind
from isthmus.proof.checks.overlapping_sites import overlap_violations
from isthmus.proof.checks.quotas import Usage, exceeded, fullest, usages
from isthmus.proof.checks.reachability import Intended, Judge, odd_paths
from isthmus.proof.checks.regions import region_violations
from isthmus.proof.checks.replies import Replies
from isthmus.proof.checks.route_tables import advertised_prefixes, advertisement_violations, route_violations
from isthmus.proof.checks.unassigned_addresses import unassigned_address_violations
from isthmus.proof.checks.zones import zone_violations
from isthmus.proof.errors import UnusableInput
from isthmus.proof.pairs.inferred_locations import without_intent
from isthmus.proof.pairs.locations import INTERNET, Inventory, Location, LocationKind, Locations, Tier
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.public_addresses import condition
from isthmus.proof.pairs.site_remainder import with_rests
from isthmus.proof.pairs.subnet_names import named_parts, subnet_name
from isthmus.proof.result.assumptions import assumptions, more_specific_prefixes
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, PacketOutcome, UnknownResult, Violation
from isthmus.proof.result.proof import Flows, Proof
from isthmus.proof.trace.flow import FlowTrace, trace
from isthmus.proof.trace.name import NameTrace, trace_name
from isthmus.terraform.graph import Graph

# Each of this many alike pairs gets a violation of its own; of more, the rest is counted.
_MOST_ALIKE = 50
_VPCS = ("aws_vpc", "aws_default_vpc")
_NOTHING_MEANT = (
    "nothing says what is meant: the input holds no intent.json, and --intent names none; so there was nothing to "
    "compare with but the rules that hold for every network"
)


@dataclass(frozen=True)
class Analysis:
    """A network under proof.

    - `estate`: the intent it was made from, if there is one.
    - `advertises`: what sites advertise, by VPN connection, said by a person: over what the intent says.
    - `sites`: where there is no intent, the connections of sites by name, as far as a person said.
    - `roots`: names of the root modules that were read.
    - `apart`: try every pair by itself, rather than one of each two groups of alike spokes.
    - `drift`: files of the output that are not as they were synthesized, a line for each.
    - `graph`: the resources that it was read from; none where nothing was read.
    - `client_ports`: the first and last port that clients open connections from.
    """

    network: Network
    estate: Estate | None = None
    advertises: Mapping[str, tuple[Cidr, ...]] = field(default_factory=dict)
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roots: Collection[str] = ()
    notes: tuple[str, ...] = ()
    apart: bool = False
    drift: tuple[str, ...] = ()
    graph: Graph = field(default_factory=lambda: Graph({}), repr=False, compare=False)
    client_ports: tuple[int, int] = EPHEMERAL

    def prove(self, *, scenarios: bool = True) -> Proof:
        """Everything there is to say: against the intent if there is one, else by the rules that always hold."""
        return self.on_its_own() if self.estate is None else self.against(self.estate, scenarios=scenarios)

    def against(self, estate: Estate, *, scenarios: bool = True) -> Proof:
        """Whether the network lets through what `estate` means, and nothing else.

        Raises `UnusableInput` where there is no network at all.
        """
        self._check()
        return _Prover(self, estate).against(scenarios)

    def on_its_own(self) -> Proof:
        """All pairs, and the rules that hold for every network: no hairpin, no firewall that sees one direction only,
        no route without a target, no overlap. Raises `UnusableInput` where there is no network at all."""
        self._check()
        return _Prover(self, None).on_its_own()

    def trace(
        self,
        source: str,
        destination: str,
        *,
        protocol: str | None = None,
        port: int | None = None,
        packets: Packets | None = None,
    ) -> FlowTrace:
        """Packets hop by hop, there and back; of a spoke, from each of its workload subnets.

        `protocol` (default: `tcp`) and `port` (default: 443) say which packet, or `packets` which of all. Where none
        says anything: all packets, of which those that count are followed: what the intent asks for, else what fares
        best.

        Places are names (spoke, `site/network`, site, `internet`, AWS service), addresses of subnets and interface
        endpoints, or IP addresses. Raises `NoSuchPlace` for what is none of these, `ProofError` for what is several.
        """
        if protocol is not None or port is not None:
            here = Internet()  # which packet it is does not depend on its ends
            packets = of_one(Packet(here, here, protocol or "tcp", 443 if port is None else port))
        return trace(self.pairs, source, destination, packets)

    def trace_name(self, source: str, name: str) -> NameTrace:
        """Who answers a name for a spoke (or a subnet, host or site), and why; with the way to other DNS servers.

        Raises `NoSuchPlace` for what is none of these, `ProofError` for what cannot ask names.
        """
        return trace_name(self.pairs, source, name)

    @property
    def flows(self) -> Flows:
        """All pairs."""
        return self._prover.flows

    @property
    def unknown_results(self) -> tuple[UnknownResult, ...]:
        """Flows of which nobody can say whether they work, by reason."""
        return tuple(self._prover.unknown_results())

    @cached_property
    def pairs(self) -> AllPairs:
        """All pairs, as tried."""
        return self._prover.pairs

    @property
    def places(self) -> Locations:
        """Who can be at an end of a flow, and the sites. Raises `UnusableInput` where there is no network at all."""
        self._check()
        return self._prover.places

    @cached_property
    def _prover(self) -> _Prover:
        """Made once: to learn what thousands of prefixes do takes its time."""
        return _Prover(self, self.estate)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The addresses of VPCs of which nobody knows how many there are."""
        return tuple(r.address for r in self.graph.unexpanded.values() if r.type in _VPCS)

    def _check(self) -> None:
        if not self.network.vpcs and not self.network.transit_gateways and not self.uncounted:
            raise UnusableInput(
                "there is no network in this input: no VPC and no transit gateway. "
                "Give a folder of synthesized roots (cdktf.out), or what `terraform show -json` prints"
            )


_Parts = Mapping[str, tuple[Outcome, Outcome]]
_Told = tuple[Outcome, Outcome, _Parts, _Parts, int, tuple[PacketOutcome, ...], bool]


class _Prover:
    """One proof in the making."""

    def __init__(self, subject: Analysis, estate: Estate | None) -> None:
        self.network = subject.network
        self.subject = subject
        self.estate = estate
        self.inventory = Inventory(subject.network)
        self.binding: Binding | None = None
        if estate is None:
            self.places = without_intent(subject.network, subject.advertises, subject.sites)
        else:
            self.binding = bind(estate, subject.network, subject.roots)
            self.network = as_stated(estate, subject.network, self.binding.egress)
            self.places = with_rests(_overruled(self.binding.places, subject.advertises), estate, subject.network)
        self.engine = Forwarding(self.network, sites=self.places.sites, client_ports=subject.client_ports)
        self.meant = Intended(estate, self.places) if estate is not None else None
        self.pairs = AllPairs(self.engine, self.places, self.inventory, self._said, subject.apart, wanted=self._wanted)
        # What is the same for all pairs of alike places, see `_flow`.
        self._told: dict[tuple[tuple[int, int], bool | None], _Told] = {}

    def _said(self, place: Location) -> Hashable:
        return self.meant.said(place) if self.meant is not None else place.name in self.places.without_hosts

    def _wanted(self, a: str, b: str) -> Packets | None:
        return self.meant.wanted(a, b) if self.meant is not None else None

    # --- flows

    @property
    def flows(self) -> Flows:
        """All pairs, each made when it is asked for."""
        spokes = tuple(place.name for place in self.places.spokes)
        return Flows(self.pairs.names(), self.pairs.asked, self._flow, self.pairs.kind, spokes)

    def _flow(self, a: str, b: str) -> Flow:
        intended = self.meant.intended(a, b) if self.meant is not None else None
        # Public subnets are there to be reached from the internet where the intent has them: the private ones count.
        asked = None if self.meant is not None and self.meant.open_to_internet(a, b) else intended
        # Of what the firewall is meant to let out to some addresses only, those count.
        asked = False if self.meant is not None and self.meant.in_part(a, b) else asked
        # Between limited sides network ACLs let through what routers report, and that opens nothing.
        limited = asked is False and self.meant is not None and self.meant.allowed_ports(a, b) == ()
        key = (self.pairs.group(a, b), asked)
        if key not in self._told:
            pair = self.pairs.between(a, b)
            pair = pair.without(REPORTED) if limited else pair
            parts = pair.by_zone(), pair.by_tier()
            more = pair.telling(asked), pair.packet_outcomes(asked), pair.for_few(asked)
            self._told[key] = (*pair.outcome(asked), *parts, *more)
        forward, back, zones, tiers, telling, packet_outcomes, few = self._told[key]
        return Flow(
            a,
            b,
            forward,
            back,
            intended,
            zones=zones,
            tiers=tiers,
            packet_outcomes=packet_outcomes,
            for_few=few,
            explain=lambda: self.pairs.trip(a, b, telling),
            split=lambda: self._split(a, b),
            leave=lambda: self._exits(a, b),
            condition=self._condition(a, b),
        )

    def _split(self, a: str, b: str) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Where subnets differ, each by itself: none speaks for another, whether all are meant to agree or not."""
        if not self.pairs.between(a, b).by_subnet:
            return {}
        return named_parts(self.network, self.pairs.exact(a, b).by_subnet)

    def _exits(self, a: str, b: str) -> Mapping[str, tuple[str, ...]]:
        """Every way out to the internet, with the subnets that use it; where all do, without them."""
        if b != INTERNET or self.places.by_name[a].kind is not LocationKind.SPOKE:
            return {}
        pair = self.pairs.exact(a, b)
        every = {getattr(trial.source, "address", "") for trial in pair.main}
        return {
            exit_: () if len(subnets) == len(every) else tuple(subnet_name(self.network, subnet) for subnet in subnets)
            for exit_, subnets in pair.exits.items()
        }

    def _condition(self, a: str, b: str) -> str:
        """On the internet, what it depends on that hosts of public subnets have public addresses."""
        if INTERNET not in (a, b):
            return ""
        place = self.places.by_name[a if b == INTERNET else b]
        return "; ".join(condition(self.network, subnet) for subnet in place.tiers.get(Tier.PUBLIC, ()))

    def unknown_results(self) -> Iterator[UnknownResult]:
        """What is not evaluated, and pairs of which the answer is not known, by reason."""
        yield from (UnknownResult(address, why) for address, why in self.network.not_evaluated)
        reasons: dict[str, list[str]] = {}
        for a, b, count in self.pairs.grouped():
            intended = self.meant.intended(a, b) if self.meant is not None else None
            if self.meant is not None and intended is None:
                continue  # nothing is said of it, so nothing is asked
            vague: dict[str, Packets] = {}
            for packets, view in self.pairs.between(a, b).views():
                if Outcome.UNKNOWN not in view.outcome(intended) and not (self.meant is None and view.unknown):
                    continue
                trials = view.main if intended is not False else view.trials
                paths = [p for t in trials for p in (*t.trip.forward.paths, *t.trip.back.paths)]
                why = next((p.unknown for p in paths if p.outcome is Outcome.UNKNOWN), "")
                why = why or next((t.unsure for t in trials if t.unsure), "")
                vague[why] = vague.get(why, NO_PACKETS) | packets
            for why, packets in vague.items():
                of = "" if packets == ALL_PACKETS else f", {packets}"
                like = f"{a} -> {b}{of}" + (f" and {count - 1} like it" if count > 1 else "")
                reasons.setdefault(why, []).append(like)
        for why, flows in reasons.items():
            more = f" and {len(flows) - 3} more" if len(flows) > 3 else ""
            yield UnknownResult(", ".join(flows[:3]) + more, why)

    def _uncounted(self) -> Iterator[UnknownResult]:
        """Ends of flows of which it is not known how many there are."""
        possible = self.network.possible
        for address in (*possible.vpcs, *possible.subnets, *possible.vpns):
            yield UnknownResult(f"what {address} reaches, and what reaches it", "how many there are is not known")

    # --- proofs

    def against(self, scenarios: bool) -> Proof:
        assert self.estate is not None
        assert self.binding is not None
        assert self.meant is not None
        said = advertised_prefixes(self.engine)
        used = self._usages(said)
        failure_results: tuple[FailureResult, ...] = ()
        if scenarios:
            outages = FailureChecks(self.estate, self.binding, self.meant, self.pairs)
            failure_results = tuple(outages.failure_results())
        judge = Judge(self.network, self.meant, self.binding.egress)
        services = list(service_violations(self.estate, self.engine, self.places, self.inventory))
        policy = compared(self.estate, self.network, self.binding.egress)
        resolving = Resolving(self.estate, self.binding.vpcs, self.engine)
        answering = Answering(self.estate, self.binding.vpcs, self.network)
        found = [
            *self.binding.violations,
            *account_violations(self.estate, self.binding.vpcs, self.binding.egress, self.subject.graph),
            *region_violations(self.estate, self.subject.graph),
            *hub_violations(self.estate, self.network),
            *unassigned_address_violations(self.estate, self.engine),
            *self._flow_violations(judge),
            *connection_violations(self.meant, self.pairs, judge.naming),
            *zone_violations(self.estate, self.network, self.places, self.inventory),
            *(found for found in services if isinstance(found, Violation)),
            *resolving.violations,
            *answering.violations,
            *policy.violations,
            *egress_violations(self.estate, self.binding.egress, self.pairs, judge.naming),
            *advertisement_violations(self.estate, self.binding, said),
            *self._always(used),
            *failure_violations(failure_results),
        ]
        names = [*resolving.unknown_results, *answering.unknown_results, *policy.unknown_results]
        untold = [UnknownResult(f"what AWS advertises over {vpn}", t.unknown) for vpn, t in said.items() if t.unknown]
        unknown_results = [*self._no_vpc(), *self.binding.unknown_results, *self.unknown_results(), *names, *untold]
        unknown_results += [
            *self._uncounted(),
            *(missing for missing in services if isinstance(missing, UnknownResult)),
        ]
        return self._proof(found, unknown_results, said, used, failure_results)

    def on_its_own(self) -> Proof:
        naming = Naming(self.network)
        said = advertised_prefixes(self.engine)
        used = self._usages(said)
        replies = Replies(self.engine, naming)
        found: list[Violation] = []
        for a, b, count in self.pairs.grouped():
            if not self.places.without_hosts.isdisjoint((a, b)):
                continue
            alike = 0
            for mine, theirs in self._like(a, b):
                trials = self.pairs.exact(mine, theirs).trials
                found += [*odd_paths(naming, mine, theirs, trials), *replies.violations(mine, theirs, trials)]
                alike += 1
            if count > alike:
                trials = self.pairs.between(a, b).trials
                for violation in (*odd_paths(naming, a, b, trials), *replies.violations(a, b, trials)):
                    found.append(_counted(violation, count - alike, a, b))
        for flow in service_flows(self.engine, self.places, self.inventory):
            found += replies.of_service(flow)
        found += self._always(used)
        return self._proof(found, [*self._no_vpc(), *self.unknown_results(), *self._uncounted()], said, used, ())

    def _no_vpc(self) -> Iterator[UnknownResult]:
        """Where no VPC is known, no flow is: that is no answer, and least of all a good one."""
        meant = self.estate is None or any(True for _ in self.estate.spokes)
        if meant and not self.network.vpcs:
            vague = (f"how many {address} there are is not known" for address in self.subject.uncounted)
            why = next(vague, "this input holds none")
            yield UnknownResult("who reaches whom: no VPC of this input is known", why)

    def _always(self, used: Sequence[Usage]) -> Iterator[Violation]:
        """What holds for every network, whatever is meant."""
        yield from overlap_violations(self.network, self.places)
        yield from route_violations(self.engine)
        for finding in self.network.findings:
            yield Violation(finding.rule, finding.why, finding.resources)
        yield from exceeded(used, stated=self.estate is not None)

    def _flow_violations(self, judge: Judge) -> Iterator[Violation]:
        for a, b, count in self.pairs.grouped():
            found = list(judge.violations(a, b, self.pairs.between(a, b)))
            if not found:
                continue
            for mine, theirs in self._like(a, b):
                yield from judge.violations(mine, theirs, self.pairs.exact(mine, theirs))
            if count > _MOST_ALIKE:
                for violation in found:
                    yield _counted(violation, count - _MOST_ALIKE, a, b)

    def _like(self, a: str, b: str) -> Iterator[tuple[str, str]]:
        for number, pair in enumerate(self.pairs.like(a, b)):
            if number == _MOST_ALIKE:
                return
            yield pair

    def _usages(self, said: Mapping[str, AdvertisedPrefixes]) -> tuple[Usage, ...]:
        advertised = [
            (connection, len(prefixes))
            for site in self.engine.sites.by_name.values()
            for connection in site.connections
            if not isinstance(prefixes := site.advertised_on(connection), Unknown)
        ]
        telling = [(vpn, len(said[vpn].prefixes)) for vpn in self.network.vpns]
        raised = self.estate.quotas if self.estate is not None else {}
        return tuple(usages(self.network, advertised, telling, raised))

    def _proof(
        self,
        found: Sequence[Violation],
        unknown_results: Sequence[UnknownResult],
        said: Mapping[str, AdvertisedPrefixes],
        used: Sequence[Usage],
        failure_results: tuple[FailureResult, ...],
    ) -> Proof:
        kept = fullest(used)
        opened = connection_notes(self.estate) if self.estate is not None else ()
        assumed = connection_assumptions(self.estate) if self.estate is not None else ()
        concerned = ((a, b, n) for a, b, n in self.pairs.grouped() if self._wanted(a, b) != NO_PACKETS)
        clients = client_port_notes(self.pairs, concerned)
        return Proof(
            self.flows,
            service_flows(self.engine, self.places, self.inventory),
            tuple(dict.fromkeys(found)),
            tuple(dict.fromkeys(unknown_results)),
            (*((_NOTHING_MEANT,) * (self.estate is None)), *assumed, *assumptions(self.engine, self.places)),
            tuple(more_specific_prefixes(self.engine, self.places)),
            said,
            failure_results,
            kept,
            (*opened, *clients, *self.network.notes, *(usage.note for usage in kept if usage.note)),
            self.estate is not None,
            self.subject.drift,
            self.places.without_hosts,
        )


def _counted(violation: Violation, more: int, a: str, b: str) -> Violation:
    """A violation that stands for those of more pairs like one."""
    why = f"the same for {more} more pairs like this one: {violation.why}"
    return Violation(violation.rule, why, violation.resources, a, b, violation.packets)


def _overruled(places: Locations, advertises: Mapping[str, tuple[Cidr, ...]]) -> Locations:
    """The places with what a person says of advertisements over what the intent says, connection by connection."""
    sites = []
    for site in places.sites:
        given = {c: tuple(map(AdvertisedPrefix, advertises[c])) for c in site.connections if c in advertises}
        if not given:
            sites.append(site)
            continue
        over = {c: given.get(c, site.advertised_on(c)) for c in site.connections}
        unknown = next((said for said in over.values() if isinstance(said, Unknown)), None)
        every = dict.fromkeys(a for said in over.values() if not isinstance(said, Unknown) for a in said)
        sites.append(replace(site, advertises=unknown or tuple(every), over=over if len(over) > 1 else {}))
    known = {connection for site in sites for connection in site.connections}
    others = [Site(c, (c,), tuple(map(AdvertisedPrefix, said))) for c, said in advertises.items() if c not in known]
    return replace(places, sites=(*sites, *others))
