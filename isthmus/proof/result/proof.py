"""What a proof comes to: the verdict, with everything that it rests on and everything that was found."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from isthmus.network.answers import AdvertisedPrefixes
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

    - `names`: the names of all locations. `spokes`: those of the spokes.
    - `in_scope(a, b)`: whether a flow is part of the proof. Flows inside a site, and from the internet to a site, are
      not.
    - `between(a, b)`: the flow, as `flows[a, b]`.
    - `group(a)`: a value that is equal for equivalent locations, whose flows have the same outcomes.
    """

    names: tuple[str, ...]
    in_scope: Callable[[str, str], bool] = field(repr=False)
    between: Callable[[str, str], Flow] = field(repr=False)
    group: Callable[[str], Hashable] = field(default=str, repr=False)
    spokes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Flow]:
        return (self.between(a, b) for a in self.names for b in self.names if self.in_scope(a, b))

    def __getitem__(self, pair: tuple[str, str]) -> Flow:
        """The flow from one place to another, by names. Raises `KeyError` where one of them is not a place."""
        return self.between(*pair)


@dataclass(frozen=True)
class Proof:
    """The answer of `Subject.against` and `Subject.on_its_own`.

    - `flows`: all pairs. `services`: AWS services by gateway endpoint, by spoke.
    - `violations`, `unanswered`: what does not hold, and what could not be answered.
    - `assumptions`: what every answer rests on. `more_specific_prefixes`: what a more specific advertisement would do.
    - `advertised_prefixes`: what AWS advertises, by VPN connection and Direct Connect gateway.
    - `scenarios`: what each failure takes.
    - `drift`: files that are not as they were synthesized. What they hold is proved as it is.
    - `quotas`: the fullest. `notes`: what is worth knowing and breaks nothing.
    - `without_hosts`: the places that are taken to hold no hosts, by name.
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
        """Violated if anything is, then unknown if anything is. Nothing is proved without an intent."""
        if self.violations:
            return Verdict.VIOLATED
        if self.unknown_results:
            return Verdict.UNKNOWN
        return Verdict.PROVED if self.against_intent else Verdict.NO_VIOLATIONS

    @property
    def holds(self) -> bool:
        """Whether all is answered and nothing is wrong: exit code 0."""
        return self.verdict in (Verdict.PROVED, Verdict.NO_VIOLATIONS)

    def marks(self, flow: Flow) -> bool:
        """Whether reports mark a flow: it is not as meant, or goes one way only where that is not known to be harmless.

        Once all is proved it is: packets that network ACLs take for replies, of which `notes` tell.
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
