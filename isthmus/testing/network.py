"""Sentences about a network that hold, or fail with the path.

    network.assert_reaches("dev", "shared-services:443")
    network.assert_isolated("dev", "prod")

What does not hold, and what nobody can say, is an `AssertionError` that shows the packet hop by hop, there and back,
with every setting that stops it. A name that nothing has is `isthmus.proof.NoSuchName`, which is no assertion: a test
for a flow that must not be there does not pass because of a typing mistake.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from rich.console import Console

from isthmus import proof
from isthmus.network.answers import Outcome
from isthmus.network.packet_classes import PacketClass
from isthmus.network.packets import ALL_PACKETS, Packets
from isthmus.proof import Analysis, FlowTrace, NoSuchLocation, ProofError, UnusableInput, Verdict
from isthmus.proof.checks.inventory import bind
from isthmus.proof.destination import Destination, parse_destination
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.result.assumptions import assumptions
from isthmus.proof.trace.flow import leaks
from isthmus.report.proof_terminal import print_proof
from isthmus.report.trace_terminal import print_traces
from isthmus.testing.egress_paths import exits_of
from isthmus.testing.failures import Loss, losses, scenario
from isthmus.text.console import Screen

_WIDTH = 100
_MOST_LOSSES = 10

P = ParamSpec("P")


def _sentence(method: Callable[P, None]) -> Callable[P, None]:
    """A failing sentence shows in the test that says it: the way to the answer is nobody's business."""

    @wraps(method)
    def said(*args: P.args, **kwargs: P.kwargs) -> None:
        __tracebackhide__ = True
        try:
            method(*args, **kwargs)
        except (AssertionError, ProofError) as error:
            raise error.with_traceback(None) from None

    return said


class NetworkUnderTest:
    """A network, and what can be asserted of it.

    Places are spokes, `site/network`, sites, `internet`, AWS services (`s3`, `ssm`), addresses of subnets and interface
    endpoints, or IP addresses. A destination may end in a port: `prod:22`, `dc1/servers:udp/53`. Every sentence raises
    `AssertionError` where it does not hold or nobody can say, and `NoSuchName` for a name that nothing has.
    """

    def __init__(self, subject: Analysis) -> None:
        self.subject = subject

    @classmethod
    def read(
        cls,
        *paths: str | Path,
        intent: str | Path | None = None,
        advertises: Iterable[str] = (),
        sites: Iterable[str] = (),
        client_ports: tuple[int, int] | None = None,
    ) -> NetworkUnderTest:
        """The network of folders of roots, plans or states, as `isthmus.proof.read` takes them, and raising as it
        does."""
        made = proof.read(*paths, intent=intent, advertises=advertises, sites=sites, client_ports=client_ports)
        return cls(made)

    @_sentence
    def assert_proved(self) -> None:
        """The network lets through what its intent means, and nothing else. Raises `UnusableInput` without intent."""
        if self.subject.estate is None:
            raise UnusableInput("there is no intent to prove the network against: give an intent.json with it")
        answer = self.subject.prove()
        if answer.verdict is not Verdict.PROVED:
            raise AssertionError(_printed(lambda out: print_proof(answer, out)))

    @_sentence
    def assert_reaches(self, source: str, destination: str) -> None:
        """From every workload subnet of one place to every one of the other, packets arrive and replies come back.

        Without a port: what the intent lets the source open there, else TCP to 443, else whatever filters let through.
        """
        traced = self._traced(source, parse_destination(destination))
        if not traced.works:
            unknown = traced.outcome is Outcome.UNKNOWN
            head = f"nobody can say whether {source} reaches" if unknown else f"{source} does not reach"
            raise AssertionError(self._shown(f"{head} {destination}", traced))

    @_sentence
    def assert_blocked(self, source: str, destination: str) -> None:
        """No packet gets from any subnet of one place to any of the other. Without a port: none of any kind."""
        self._blocked(source, parse_destination(destination))

    @_sentence
    def assert_isolated(self, one: str, other: str) -> None:
        """No packet of any kind gets from either to the other, from no subnet to none."""
        self._blocked(one, Destination(other))
        self._blocked(other, Destination(one))

    @_sentence
    def assert_internet_only_via(self, source: str, *ways: str) -> None:
        """It reaches the internet, and from none of its subnets by any other way than these.

        Ways out are VPCs (the egress VPC; a spoke itself, where it has its own), sites and VPN connections, by name.
        """
        allowed = frozenset(address for way in ways for address in exits_of(self.subject, way))
        named = " or ".join(ways)
        traced = self._traced(source, Destination(INTERNET))
        if traced.outcome is Outcome.BLOCKED:
            raise AssertionError(self._shown(f"{source} does not reach the internet, by {named} or otherwise", traced))
        for each in self._leaks(source, Destination(INTERNET)):
            for path in each.trip.forward.paths:
                shown = FlowTrace(source, INTERNET, (each.trip,))
                if path.outcome is Outcome.UNKNOWN:
                    head = f"nobody can say whether {source} reaches the internet by {named} only"
                    raise AssertionError(self._shown(head, shown))
                if path.outcome is Outcome.REACHABLE and path.exit not in allowed:
                    head = f"{source} reaches the internet by {path.exit}, which is not {named}"
                    raise AssertionError(self._shown(head, shown))
        if not traced.works:
            raise AssertionError(self._shown(f"nobody can say whether {source} reaches the internet", traced))

    @_sentence
    def assert_survives(self, *, loss_of: str) -> None:
        """No flow is lost with a VPN connection, a customer gateway, a site, a tunnel (`dc1-01#1`), a NAT gateway or a
        zone; but for what is in the zone itself.

        Flows are those that the intent asks for, and all that work where there is none.
        """
        failing = scenario(self.subject, loss_of)
        taken = list(losses(self.subject, failing))
        if taken:
            raise AssertionError(self._lost(loss_of, taken))

    # --- how

    def _blocked(self, source: str, to: Destination) -> None:
        found = list(self._leaks(source, to))
        for outcome, says in ((Outcome.REACHABLE, "reaches"), (Outcome.UNKNOWN, "nobody can say whether")):
            some = [each for each in found if any(path.outcome is outcome for path in each.trip.forward.paths)]
            if not some:
                continue
            packets = Packets.of(*(span for each in some for span in each.packets.spans))
            of = "" if to.packets is not None or packets == ALL_PACKETS else f", with {packets}"
            head = f"{source} reaches {to}{of}" if says == "reaches" else f"{says} {source} reaches {to}{of}"
            raise AssertionError(self._shown(head, FlowTrace(source, to.location, (some[0].trip,))))

    def _traced(self, source: str, to: Destination) -> FlowTrace:
        """What the proof has tried between two places, or else a trace."""
        pairs = self.subject.pairs
        try:
            tried = to.packets is None and pairs.in_scope(source, to.location)
            if tried and (samples := pairs.exact(source, to.location).workload_samples):
                return FlowTrace(source, to.location, tuple(sample.trip for sample in samples))
            return self.subject.trace(source, to.location, packets=to.packets)
        except NoSuchLocation as error:
            raise self._explained(error) from None

    def _leaks(self, source: str, to: Destination) -> Iterable[PacketClass]:
        try:
            yield from leaks(self.subject.pairs, source, to.location, to.packets)
        except NoSuchLocation as error:
            raise self._explained(error) from None

    def _explained(self, error: NoSuchLocation) -> Exception:
        """A spoke that the intent has and this input lacks is no typing mistake: nobody can say."""
        estate, missing = self.subject.estate, error.given
        if estate is None or missing not in {spoke.name for _, spoke in estate.spokes}:
            return error
        bound = bind(estate, self.subject.network, self.subject.roots)
        why = [f"{u}" for u in bound.unknown_results if u.what == f"spoke {missing}"]
        why += [f"{v}" for v in bound.violations if v.source == missing]
        return AssertionError("\n".join([f"nobody can say: {missing} is in the intent and not in this input", *why]))

    def _lost(self, what: str, taken: list[Loss]) -> str:
        """The flows that are lost; where none is for certain, those of which nobody can say."""
        certain = [loss for loss in taken if loss.trip.outcome is Outcome.BLOCKED]
        taken = certain or taken
        count = sum(1 + loss.alike for loss in taken)
        flows = f"{count} {'flow' if count == 1 else 'flows'}"
        lines = [f"the loss of {what} takes {flows}" if certain else f"nobody can say whether {flows} survive it"]
        lines += [f"- {loss}" for loss in taken[:_MOST_LOSSES]]
        if len(taken) > _MOST_LOSSES:
            lines.append(f"- and {len(taken) - _MOST_LOSSES} kinds more")
        first = taken[0]
        return self._shown("\n".join(lines), FlowTrace(first.source, first.destination, (first.trip,)))

    def _shown(self, head: str, traced: FlowTrace) -> str:
        """The sentence that does not hold, the packet, and what the answer rests on."""
        pairs = self.subject.pairs
        told = [f"- {assumption}" for assumption in assumptions(pairs.engine, pairs.locations)]
        body = _printed(lambda out: print_traces(traced, out))
        return "\n".join([head, "", body, "", "Assumptions", *told])


def _printed(show: Callable[[Console], None]) -> str:
    printed = io.StringIO()
    show(Screen(file=printed, width=_WIDTH, color_system=None))
    return printed.getvalue().strip()
