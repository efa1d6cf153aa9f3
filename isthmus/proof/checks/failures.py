"""Simulates every failure: the flows that it interrupts, and those that the intent has redundancy for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from isthmus.intent import Egress, Estate, TransitVirtualInterface, VpnConnection
from isthmus.intent.connection import Connection
from isthmus.intent.model import name_of
from isthmus.network.answers import InSubnet, Outcome, RoundTrip
from isthmus.network.learned_routes import dx_down, effect_of, vpn_down
from isthmus.network.model import Unknown
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.inventory import Binding
from isthmus.proof.pairs.locations import INTERNET, LocationKind
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import SampleFlow, reply_outcome
from isthmus.proof.result.failures import Failure, FailureKind, FailureResult, failures
from isthmus.proof.result.findings import LostFlows, Violation


@dataclass
class FailureChecks:
    """Simulates the failures of a network."""

    estate: Estate
    binding: Binding
    intent: Intended
    pairs: AllPairs

    def failure_results(self) -> Iterator[FailureResult]:
        """The result of each failure. NAT gateways of equivalent spokes are simulated once.

        Failures of connections and of their parts are simulated once for each effect: of most tunnels it is none.
        """
        lost: dict[frozenset[str], set[tuple[str, str]]] = {frozenset(): set()}
        for failure in self._failures():
            if failure.kind is FailureKind.NAT_GATEWAY and not self._is_representative(failure.what):
                continue
            effect = effect_of(self.pairs.engine.network, failure.scenario)
            shared = failure.kind not in (FailureKind.NAT_GATEWAY, FailureKind.ZONE)
            known = lost.get(effect) if shared else None
            result = FailureResult(failure, tuple(self._lost(failure, known)))
            if shared:
                lost[effect] = {(flows.source, flows.destination) for flows in result.lost}
            yield result

    def _failures(self) -> Iterator[Failure]:
        """The failures of the network, with what the intent states about virtual interfaces."""
        network = self.pairs.engine.network
        stated = {interface.name: interface for dx in self.estate.direct_connect for interface in dx.virtual_interfaces}
        bound = {
            interface.address: stated[interface.name]
            for address in self.binding.dx_gateways.values()
            for interface in network.dx_gateways[address].known_interfaces
            if interface.name in stated
        }
        gateways = {
            str(name_of(connection.customer_gateway)): network.vpns[self.binding.vpns[connection.name]].customer_gateway
            for connection in self.estate.vpn_connections
            if connection.name in self.binding.vpns
        }
        locations = {address: interface.location for address, interface in bound.items()}
        devices = {
            address: gateway
            for address, interface in bound.items()
            if isinstance(gateway := gateways.get(str(name_of(interface.customer_gateway))), str)
        }
        return (self._with_tunnels(failure, bound) for failure in failures(network, locations, devices))

    def _with_tunnels(self, failure: Failure, interfaces: Mapping[str, TransitVirtualInterface]) -> Failure:
        """The failure, with the VPN connections whose tunnels it takes down.

        AWS reaches the address of a device only over the virtual interfaces that end at it. `interfaces`: those of the
        intent, by their address.
        """
        down = failure.scenario.down
        lost = [
            address
            for connection in self.estate.vpn_connections
            if connection.over is not None and (address := self.binding.vpns.get(connection.name))
            if (ends := self._ends(connection, interfaces)) and down.issuperset(ends)
        ]
        return replace(failure, parts=(*sorted(down), *lost)) if lost else failure

    def _ends(self, connection: VpnConnection, interfaces: Mapping[str, TransitVirtualInterface]) -> list[str]:
        """The virtual interfaces that carry the tunnels of a connection, by their address."""
        carrier = next(dx for dx in self.estate.direct_connect if dx.name == connection.over)
        names = {one.name for one in carrier.virtual_interfaces if one.customer_gateway == connection.customer_gateway}
        return [address for address, stated in interfaces.items() if stated.name in names]

    def every_result(self, results: Iterable[FailureResult]) -> Iterator[FailureResult]:
        """The result of every failure, from `failure_results`: also of each NAT gateway of equivalent spokes."""
        found = {result.failure: result for result in results}
        by_zone: dict[tuple[str, str], list[FailureResult]] = {}
        for failure, result in found.items():
            if owner := self._owner(failure):
                by_zone.setdefault((owner, self._zone_of_nat(failure.what)), []).append(result)
        for failure in self._failures():
            owner = self._owner(failure)
            if failure in found:
                yield found[failure]
            elif owner and (like := by_zone.get((self._representative(owner), self._zone_of_nat(failure.what)))):
                # Equivalent spokes have the same NAT gateways in each zone.
                lost = (replace(flows, source=owner, like=((owner,), flows.like[1])) for flows in like[0].lost)
                yield FailureResult(failure, tuple(lost))

    def _is_representative(self, nat: str) -> bool:
        owner = self._owner(Failure(FailureKind.NAT_GATEWAY, nat))
        return not owner or owner in self.pairs.representatives()

    def _representative(self, spoke: str) -> str:
        return self.pairs.equivalent(spoke)[0]

    def _owner(self, failure: Failure) -> str:
        """The spoke of a NAT gateway; "" for another failure and for a NAT gateway of no spoke."""
        vpc = self._vpc_of_nat(failure.what) if failure.kind is FailureKind.NAT_GATEWAY else ""
        return next((name for name, address in self.binding.vpcs.items() if vpc and address == vpc), "")

    def _vpc_of_nat(self, nat: str) -> str:
        facts = self.pairs.engine.network.nats[nat]
        subnet = self.pairs.engine.network.subnets.get(facts.subnet) if isinstance(facts.subnet, str) else None
        return str(subnet.vpc) if subnet else ""

    def _lost(self, failure: Failure, known: Collection[tuple[str, str]] | None) -> Iterator[LostFlows]:
        """The lost flows. `known`: the pairs that a failure of the same effect and of a like kind takes, if any did."""
        if known is not None and not known:
            return
        engine = self.pairs.engine.in_scenario(failure.scenario)
        during = self.pairs.during(engine)
        redundant = self._redundant(failure)
        for a, b, _ in self.pairs.representative_pairs():
            if known is not None and (a, b) not in known:
                continue
            if self.intent.intended(a, b) and self._affects(failure, a, b):
                for lost in self._lost_flows(a, b, during, redundant):
                    yield replace(lost, like=self._like(failure, a, b))

    def _like(self, failure: Failure, a: str, b: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The equivalent sources and destinations. The NAT gateway of a spoke affects only this spoke."""
        own = self._vpc_of_nat(failure.what) if failure.kind is FailureKind.NAT_GATEWAY else ""
        if own and own in self.binding.vpcs.values():
            return (a,), self.pairs.equivalent(b)
        return self.pairs.equivalent(a), self.pairs.equivalent(b)

    def _affects(self, failure: Failure, a: str, b: str) -> bool:
        """Whether the failure can affect a pair. Zones and central NAT gateways can affect pairs of all locations.

        A public NAT gateway carries packets to the internet only, a private one also those to spokes and sites.
        """
        locations = self.pairs.locations.by_name[a], self.pairs.locations.by_name[b]
        if failure.kind is FailureKind.NAT_GATEWAY:
            vpc = self._vpc_of_nat(failure.what)
            carries = b == INTERNET or not self._is_public(failure.what)
            return carries and (locations[0].vpc == vpc or vpc not in self.binding.vpcs.values())
        if failure.kind is FailureKind.ZONE:
            return True
        return any(location.kind is not LocationKind.SPOKE for location in locations)

    def _lost_flows(
        self, a: str, b: str, during: AllPairs, redundant: Callable[[str, str, SampleFlow], bool]
    ) -> Iterator[LostFlows]:
        """The flow from `a` to `b`, if a part of it works otherwise and does not work during the failure."""
        before, after = self.pairs.between(a, b).samples, during.between(a, b).samples
        lost = [
            (now, redundant(a, b, now))
            for was, now in zip(before, after, strict=True)
            if was.is_workload and was.trip.outcome is Outcome.REACHABLE and now.trip.outcome is not Outcome.REACHABLE
        ]
        if not lost:
            return
        with_redundancy = [now for now, is_redundant in lost if is_redundant]
        sample = with_redundancy[0] if with_redundancy else lost[0][0]
        blocks = "; ".join(f"{block.address}: {block.why}" for block in sample.trip.blocks)
        back = trip_outcomes(sample.trip)[1]
        certain = any(Outcome.BLOCKED in trip_outcomes(now.trip) for now, _ in lost)
        yield LostFlows(a, b, sample.trip.forward.outcome, back, bool(with_redundancy), blocks, certain=certain)

    def _redundant(self, failure: Failure) -> Callable[[str, str, SampleFlow], bool]:
        """Whether the intent has redundancy for a sample flow of a pair."""
        match failure.kind:
            case FailureKind.TUNNEL:
                return lambda a, b, sample: True
            case FailureKind.CONNECTION | FailureKind.CUSTOMER_GATEWAY | FailureKind.DX_GATEWAY:
                return lambda a, b, sample: self._has_other_connection(failure, a, b)
            case FailureKind.VIRTUAL_INTERFACE | FailureKind.LOCATION:
                return lambda a, b, sample: not self._down(failure) or self._has_other_connection(failure, a, b)
            case FailureKind.NAT_GATEWAY:
                zone, public = self._zone_of_nat(failure.what), self._is_public(failure.what)
                return lambda a, b, sample: (
                    sample.zone != zone
                    and (
                        self._own_nat(a, sample.zone) and not self._central(a) if public else self.intent.translated(a)
                    )
                )
            case FailureKind.ZONE:
                return lambda a, b, sample: self._redundant_in_zone(failure.what, a, b, sample)

    def _redundant_in_zone(self, zone: str, a: str, b: str, sample: SampleFlow) -> bool:
        if zone in (sample.zone, self._zone_of(sample.destination)):
            return False
        if any(zones == {zone} for zones in self.intent.target_zones(b)):
            return False
        return b != INTERNET or self._own_nat(a, sample.zone)

    def _own_nat(self, spoke: str, zone: str) -> bool:
        """Whether a zone of a spoke has its own NAT gateway, if the spoke has a local egress path."""
        found = next((s for _, s in self.estate.spokes if s.name == spoke), None)
        return found is None or found.nat_zones is None or zone in found.nat_zones

    def _central(self, spoke: str) -> bool:
        """Whether a spoke uses the egress VPC. Its flows use all zones, so that each NAT gateway carries a share."""
        return self.intent.egress(spoke) is Egress.CENTRAL

    def _zone_of(self, position: object) -> str:
        if not isinstance(position, InSubnet):
            return ""
        zone = self.pairs.engine.network.subnets[position.address].zone
        return "" if isinstance(zone, Unknown) else zone

    def _is_public(self, nat: str) -> bool:
        return self.pairs.engine.network.nats[nat].public is True

    def _zone_of_nat(self, nat: str) -> str:
        subnet = self.pairs.engine.network.nats[nat].subnet
        return self._zone_of(InSubnet(subnet)) if isinstance(subnet, str) else ""

    def _has_other_connection(self, failure: Failure, a: str, b: str) -> bool:
        """Whether each site has another connection in the same segment. If a customer gateway fails, one to another."""
        down = self._down(failure)
        hit = [c for c in self.estate.routed_connections if self._address(c) in down]
        concerned = {location.site for name in (a, b) if (location := self.pairs.locations.by_name[name]).site}
        hit = [c for c in hit if not concerned or self.estate.site_of(c).name in concerned]
        return bool(hit) and all(
            any(
                other.segment == connection.segment
                and self.estate.site_of(other).name == self.estate.site_of(connection).name
                and self._address(other) not in down
                for other in self.estate.routed_connections
            )
            for connection in hit
        )

    def _down(self, failure: Failure) -> set[str]:
        """The addresses of the VPN connections and Direct Connect gateways that are down in a failure."""
        network = self.pairs.engine.network
        scenario = failure.scenario
        down = {vpn.address for vpn in network.vpns.values() if vpn_down(network, vpn, scenario)}
        return down | {dx.address for dx in network.dx_gateways.values() if dx_down(dx, scenario)}

    def _address(self, connection: Connection) -> str | None:
        """The address of a connection of the intent, if it is in the network."""
        bound = self.binding.vpns if isinstance(connection, VpnConnection) else self.binding.dx_gateways
        return bound.get(connection.name)


def trip_outcomes(trip: RoundTrip) -> tuple[Outcome, Outcome]:
    """The outcome of the packet and of its reply. A firewall that sees only one direction blocks the reply."""
    return trip.forward.outcome, reply_outcome(trip)


def failure_violations(failure_results: tuple[FailureResult, ...]) -> Iterator[Violation]:
    """One violation for each lost flow that the intent has redundancy for."""
    for result in failure_results:
        for lost in result.lost:
            if lost.meant_to_survive:
                why = f"lost when {result.failure.component} is down: {lost.why or 'unknown'}"
                yield Violation("redundancy-missing", why, (result.failure.what,), lost.source, lost.destination)
