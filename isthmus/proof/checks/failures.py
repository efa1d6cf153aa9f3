"""Every failure tried: what it takes, against what the intent has redundancy for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from isthmus.intent import Egress, Estate
from isthmus.network.answers import InSubnet, Outcome
from isthmus.network.model import Unknown
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.inventory import Binding
from isthmus.proof.pairs.locations import INTERNET, LocationKind
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import SampleFlow
from isthmus.proof.result.failures import Failure, FailureKind, FailureResult, failures
from isthmus.proof.result.findings import LostFlows, Violation


@dataclass
class FailureChecks:
    """Tries failures of a network whose intended flows are those of `pairs`."""

    estate: Estate
    binding: Binding
    intent: Intended
    pairs: AllPairs

    def failure_results(self) -> Iterator[FailureResult]:
        """What each failure takes. NAT gateways of alike spokes are tried once."""
        for failure in failures(self.pairs.engine.network):
            if failure.kind is not FailureKind.NAT_GATEWAY or self._worth_trying(failure.what):
                yield FailureResult(failure, tuple(self._lost(failure)))

    def _worth_trying(self, nat: str) -> bool:
        vpc = self._vpc_of_nat(nat)
        owner = next((name for name, address in self.binding.vpcs.items() if address == vpc), "")
        return not owner or owner in self.pairs.representatives()

    def _vpc_of_nat(self, nat: str) -> str:
        facts = self.pairs.engine.network.nats[nat]
        subnet = self.pairs.engine.network.subnets.get(facts.subnet) if isinstance(facts.subnet, str) else None
        return str(subnet.vpc) if subnet else ""

    def _lost(self, failure: Failure) -> Iterator[LostFlows]:
        engine = self.pairs.engine.in_scenario(failure.scenario)
        during = self.pairs.during(engine)
        spared = self._spared(failure)
        for a, b, _ in self.pairs.representative_pairs():
            if self.intent.intended(a, b) and self._touched(failure, a, b):
                for lost in self._taken(a, b, during, spared):
                    yield replace(lost, like=self._like(failure, a, b))

    def _like(self, failure: Failure, a: str, b: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Every source and destination that the failure takes alike. A NAT gateway of a spoke is no other's."""
        own = self._vpc_of_nat(failure.what) if failure.kind is FailureKind.NAT_GATEWAY else ""
        if own and own in self.binding.vpcs.values():
            return (a,), (b,)
        return self.pairs.equivalent(a), self.pairs.equivalent(b)

    def _touched(self, failure: Failure, a: str, b: str) -> bool:
        """Whether the failure can matter to a pair at all; zones and central exits matter to all."""
        locations = self.pairs.locations.by_name[a], self.pairs.locations.by_name[b]
        if failure.kind is FailureKind.NAT_GATEWAY:
            vpc = self._vpc_of_nat(failure.what)
            return b == INTERNET and (locations[0].vpc == vpc or vpc not in self.binding.vpcs.values())
        if failure.kind is FailureKind.ZONE:
            return True
        return any(location.kind is not LocationKind.SPOKE for location in locations)

    def _taken(
        self, a: str, b: str, during: AllPairs, spared: Callable[[str, str, SampleFlow], bool]
    ) -> Iterator[LostFlows]:
        """The flow from `a` to `b`, if any part of it that works otherwise does not work during the failure."""
        before, after = self.pairs.between(a, b).samples, during.between(a, b).samples
        taken = [
            (now, spared(a, b, now))
            for was, now in zip(before, after, strict=True)
            if was.is_workload and was.trip.outcome is Outcome.REACHABLE and now.trip.outcome is not Outcome.REACHABLE
        ]
        if not taken:
            return
        intent = [now for now, survives in taken if survives]
        sample = intent[0] if intent else taken[0][0]
        blocks = "; ".join(f"{block.address}: {block.why}" for block in sample.trip.blocks)
        back = Outcome.BLOCKED if sample.trip.asymmetric else sample.trip.reply.outcome
        yield LostFlows(a, b, sample.trip.forward.outcome, back, bool(intent), blocks)

    def _spared(self, failure: Failure) -> Callable[[str, str, SampleFlow], bool]:
        """Whether the part of a flow that a trial stands for is meant to survive."""
        match failure.kind:
            case FailureKind.TUNNEL:
                return lambda a, b, sample: True
            case FailureKind.CONNECTION | FailureKind.CUSTOMER_GATEWAY:
                return lambda a, b, sample: self._another_way(failure, a, b)
            case FailureKind.NAT_GATEWAY:
                zone = self._zone_of_nat(failure.what)
                return lambda a, b, sample: (
                    sample.zone != zone and self._own_nat(a, sample.zone) and not self._central(a)
                )
            case FailureKind.ZONE:
                return lambda a, b, sample: self._zone_spared(failure.what, a, b, sample)

    def _zone_spared(self, zone: str, a: str, b: str, sample: SampleFlow) -> bool:
        if zone in (sample.zone, self._zone_of(sample.destination)):
            return False
        return b != INTERNET or self._own_nat(a, sample.zone)

    def _own_nat(self, spoke: str, zone: str) -> bool:
        """Whether a zone of a spoke has a NAT gateway of its own, as far as its way out is local."""
        found = next((s for _, s in self.estate.spokes if s.name == spoke), None)
        return found is None or found.nat_zones is None or zone in found.nat_zones

    def _central(self, spoke: str) -> bool:
        """Whether a spoke leaves by the egress VPC: over all its zones, so that each NAT gateway takes a share."""
        return self.intent.egress(spoke) is Egress.CENTRAL

    def _zone_of(self, position: object) -> str:
        if not isinstance(position, InSubnet):
            return ""
        zone = self.pairs.engine.network.subnets[position.address].zone
        return "" if isinstance(zone, Unknown) else zone

    def _zone_of_nat(self, nat: str) -> str:
        subnet = self.pairs.engine.network.nats[nat].subnet
        return self._zone_of(InSubnet(subnet)) if isinstance(subnet, str) else ""

    def _another_way(self, failure: Failure, a: str, b: str) -> bool:
        """Whether the sites concerned have another connection, to another gateway if a gateway fails, that is meant
        for the same flows: one in the same segment."""
        network = self.pairs.engine.network
        down = {vpn.address for vpn in network.vpns.values() if failure.what in (vpn.address, vpn.customer_gateway)}
        hit = [c for c in self.estate.vpn_connections if self.binding.vpns.get(c.name) in down]
        concerned = {location.site for name in (a, b) if (location := self.pairs.locations.by_name[name]).site}
        hit = [c for c in hit if not concerned or self.estate.site_of(c).name in concerned]
        return bool(hit) and all(
            any(
                other.segment == connection.segment
                and self.estate.site_of(other).name == self.estate.site_of(connection).name
                and self.binding.vpns.get(other.name) not in down
                for other in self.estate.vpn_connections
            )
            for connection in hit
        )


def failure_violations(failure_results: tuple[FailureResult, ...]) -> Iterator[Violation]:
    """One violation for each flow that is meant to survive a failure and does not."""
    for survival in failure_results:
        for lost in survival.lost:
            if lost.meant_to_survive:
                why = f"lost when {survival.failure.what} is down: {lost.why or 'unknown'}"
                yield Violation("not-resilient", why, (survival.failure.what,), lost.source, lost.destination)
