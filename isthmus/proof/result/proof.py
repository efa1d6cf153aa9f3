"""The result of a proof: the verdict, the violations, the unknown results and the assumptions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.checks.quotas import Usage
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import Flow, UnknownResult, Verdict, Violation


@dataclass(frozen=True)
class Flows:
    """The flows of all ordered pairs of locations, in a stable order.

    Each flow is created on demand: a thousand spokes have a million pairs.

        >>> flows = proof.read("cdktf.out").prove().flows
        >>> flows["dev", "dc1/users"].works
        True

    - `names`: the names of all locations.
    - `spokes`: the names of the spokes.
    - `in_scope(a, b)`: whether a flow is part of the proof. Flows inside a site, and from the internet to a site, are
      not.
    - `between(a, b)`: the flow, as `flows[a, b]`.
    - `group(a)`: a value that is equal for equivalent locations, whose flows have the same outcomes.
    - `segments`: the names of the locations in each segment of the intent.
    - `kind(a)`: a value that is equal for locations with the same intended flows and the same conditions.
    - `decide(a, b)`: `works_as_intended`, without making the flow.
    """

    names: tuple[str, ...]
    in_scope: Callable[[str, str], bool] = field(repr=False)
    between: Callable[[str, str], Flow] = field(repr=False)
    group: Callable[[str], Hashable] = field(default=str, repr=False)
    spokes: tuple[str, ...] = ()
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: Callable[[str], Hashable] = field(default=str, repr=False)
    decide: Callable[[str, str], bool] | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Flow]:
        return (self.between(a, b) for a in self.names for b in self.names if self.in_scope(a, b))

    def __getitem__(self, pair: tuple[str, str]) -> Flow:
        """The flow between two locations. Raises `KeyError` for a name that no location has."""
        return self.between(*pair)

    def works_as_intended(self, a: str, b: str) -> bool:
        """Whether the intent asks for a flow, and it works. Raises `KeyError` for a name that no location has."""
        if self.decide is not None:
            return self.decide(a, b)
        flow = self.between(a, b)
        return flow.works and bool(flow.intended)


@dataclass(frozen=True)
class Proof:
    """The result of `Analysis.prove`, `Analysis.against` and `Analysis.on_its_own`.

    - `flows`: the flows of all pairs of locations.
    - `services`: the flows of spokes to AWS services through gateway endpoints.
    - `violations`: the rules that do not hold.
    - `unknown_results`: the results that the input does not determine.
    - `assumptions`: facts that the proof cannot read, one sentence each.
    - `more_specific_prefixes`: the effects of a more specific prefix that a site could advertise.
    - `advertised_prefixes`: the prefixes that AWS advertises, by address of the VPN connection or Direct Connect
      gateway.
    - `scenarios`: the results of failure scenarios; empty without an intent, and with `scenarios=False`.
    - `drift`: files of the output that differ from what was synthesized. The proof uses them as they are.
    - `quotas`: the most used AWS quotas, with their limits.
    - `notes`: facts that are no violation.
    - `against_intent`: whether there was an intent.
    - `without_hosts`: the names of locations that are assumed to hold no hosts. Rules ignore their flows.
    """

    flows: Flows
    services: tuple[Flow, ...] = ()
    violations: tuple[Violation, ...] = ()
    unknown_results: tuple[UnknownResult, ...] = ()
    assumptions: tuple[str, ...] = ()
    more_specific_prefixes: tuple[str, ...] = ()
    advertised_prefixes: Mapping[str, AdvertisedPrefixes] = field(default_factory=dict)
    scenarios: tuple[FailureResult, ...] = ()
    quotas: tuple[Usage, ...] = ()
    notes: tuple[str, ...] = ()
    against_intent: bool = True
    drift: tuple[str, ...] = ()
    without_hosts: frozenset[str] = frozenset()

    @property
    def verdict(self) -> Verdict:
        """VIOLATED with violations, else UNKNOWN with unknown results. Only a proof against an intent is PROVED."""
        if self.violations:
            return Verdict.VIOLATED
        if self.unknown_results:
            return Verdict.UNKNOWN
        return Verdict.PROVED if self.against_intent else Verdict.NO_VIOLATIONS

    @property
    def holds(self) -> bool:
        """Whether there are no violations and no unknown results: exit code 0."""
        return self.verdict in (Verdict.PROVED, Verdict.NO_VIOLATIONS)

    def marks(self, flow: Flow) -> bool:
        """Whether reports highlight a flow: it differs from the intent, or it is one-way and the network is not proved.

        In a proved network a one-way flow is harmless: network ACLs take its packets for replies. `notes` lists it.
        """
        if flow.intended is None and self.against_intent:
            return False
        if not self.without_hosts.isdisjoint((flow.source, flow.destination)):
            return False
        if flow.intended is not None and flow.intended is not flow.works:
            return True
        return flow.one_way and self.verdict is not Verdict.PROVED

    def __str__(self) -> str:
        lines = [f"{self.verdict}"]
        lines += [f"  {violation}" for violation in self.violations]
        lines += [f"  unknown: {missing}" for missing in self.unknown_results]
        lines += [f"  assuming {assumption}" for assumption in self.assumptions]
        return "\n".join(lines)
