"""Assertions about a network that show the path if they fail.

    network.assert_reaches("dev", "shared-services:443")
    network.assert_isolated("dev", "prod")

A false or unknown result is an `AssertionError`. It shows the forward path and the return path hop by hop, with every
setting that blocks the packet. An unknown name raises `isthmus.proof.NoSuchName`, so that a test for a blocked flow
does not pass because of a typing error.
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

__all__ = ["NetworkUnderTest"]

_WIDTH = 100
_MOST_LOSSES = 10

P = ParamSpec("P")


def _assertion(method: Callable[P, None]) -> Callable[P, None]:
    """Hide internal frames, so that a failure points at the calling test."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        __tracebackhide__ = True
        try:
            method(*args, **kwargs)
        except (AssertionError, ProofError) as error:
            raise error.with_traceback(None) from None

    return wrapper


class NetworkUnderTest:
    """A network, and assertions about it.

    Locations are spokes, `site/network`, sites, `internet`, AWS services (`s3`, `ssm`), addresses of subnets and
    interface endpoints, or IP addresses. A destination may have a port: `prod:22`, `dc1/servers:udp/53`. Every
    assertion raises `AssertionError` if it is false or unknown, and `NoSuchName` for an unknown name.
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
        appliances: str | None = None,
    ) -> NetworkUnderTest:
        """The network in folders, plans or states. Arguments and errors are those of `isthmus.proof.read`."""
        analysis = proof.read(
            *paths,
            intent=intent,
            advertises=advertises,
            sites=sites,
            client_ports=client_ports,
            appliances=appliances,
        )
        return cls(analysis)

    @_assertion
    def assert_proved(self) -> None:
        """Every intended flow is reachable, and no other flow is. Raises `UnusableInput` without an intent."""
        if self.subject.estate is None:
            raise UnusableInput("there is no intent to prove the network against: also pass an intent.json")
        answer = self.subject.prove()
        if answer.verdict is not Verdict.PROVED:
            raise AssertionError(_printed(lambda out: print_proof(answer, out)))

    @_assertion
    def assert_reaches(self, source: str, destination: str) -> None:
        """The destination is reachable from every workload subnet of the source, with a return path.

        Without a port: the allowed connections of the intent, else TCP port 443, else any traffic that filters allow.
        """
        traced = self._traced(source, parse_destination(destination))
        if not traced.works:
            unknown = traced.outcome is Outcome.UNKNOWN
            head = f"unknown whether {source} reaches" if unknown else f"{source} does not reach"
            raise AssertionError(self._shown(f"{head} {destination}", traced))

    @_assertion
    def assert_blocked(self, source: str, destination: str) -> None:
        """No packet from any subnet of the source reaches the destination. Without a port: no packet of any kind."""
        self._blocked(source, parse_destination(destination))

    @_assertion
    def assert_isolated(self, one: str, other: str) -> None:
        """No packet of any kind from any subnet of one location reaches the other, in both directions."""
        self._blocked(one, Destination(other))
        self._blocked(other, Destination(one))

    @_assertion
    def assert_internet_only_via(self, source: str, *egress: str) -> None:
        """The source reaches the internet, from all its subnets only through these egress points.

        `egress` names VPCs (the egress VPC, or the spoke itself for local egress), sites and VPN connections.
        """
        allowed = frozenset(address for name in egress for address in exits_of(self.subject, name))
        named = " or ".join(egress)
        traced = self._traced(source, Destination(INTERNET))
        if traced.outcome is Outcome.BLOCKED:
            raise AssertionError(
                self._shown(f"{source} does not reach the internet, through {named} or otherwise", traced)
            )
        for each in self._leaks(source, Destination(INTERNET)):
            for path in each.trip.forward.paths:
                shown = FlowTrace(source, INTERNET, (each.trip,))
                if path.outcome is Outcome.UNKNOWN:
                    head = f"unknown whether {source} reaches the internet only through {named}"
                    raise AssertionError(self._shown(head, shown))
                if path.outcome is Outcome.REACHABLE and path.exit not in allowed:
                    head = f"{source} reaches the internet through {path.exit}, which is not {named}"
                    raise AssertionError(self._shown(head, shown))
        if not traced.works:
            raise AssertionError(self._shown(f"unknown whether {source} reaches the internet", traced))

    @_assertion
    def assert_survives(self, *, loss_of: str) -> None:
        """No flow is lost if this component fails; flows with an endpoint in a failed zone do not count.

        Components are VPN connections, customer gateways, sites, tunnels (`dc1-01#1`), NAT gateways and zones. The
        flows are the intended ones, or all reachable flows without an intent.
        """
        failing = scenario(self.subject, loss_of)
        lost = list(losses(self.subject, failing))
        if lost:
            raise AssertionError(self._lost(loss_of, lost))

    # --- internals

    def _blocked(self, source: str, to: Destination) -> None:
        found = list(self._leaks(source, to))
        for outcome, prefix in ((Outcome.REACHABLE, ""), (Outcome.UNKNOWN, "unknown whether ")):
            some = [each for each in found if any(path.outcome is outcome for path in each.trip.forward.paths)]
            if not some:
                continue
            packets = Packets.of(*(span for each in some for span in each.packets.spans))
            of = "" if to.packets is not None or packets == ALL_PACKETS else f", with {packets}"
            head = f"{prefix}{source} reaches {to}{of}"
            raise AssertionError(self._shown(head, FlowTrace(source, to.location, (some[0].trip,))))

    def _traced(self, source: str, to: Destination) -> FlowTrace:
        """The sample flows of the proof between two locations, or else a trace."""
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
        """The error for an unknown location. A spoke of the intent that the input lacks is an unknown result."""
        estate, missing = self.subject.estate, error.given
        if estate is None or missing not in {spoke.name for _, spoke in estate.spokes}:
            return error
        bound = bind(estate, self.subject.network, self.subject.roots)
        why = [f"{u}" for u in bound.unknown_results if u.what == f"spoke {missing}"]
        why += [f"{v}" for v in bound.violations if v.source == missing]
        return AssertionError("\n".join([f"unknown: {missing} is in the intent but not in this input", *why]))

    def _lost(self, component: str, lost: list[Loss]) -> str:
        """The message for lost flows; if none is certainly lost, for those with an unknown result."""
        certain = [loss for loss in lost if loss.trip.outcome is Outcome.BLOCKED]
        lost = certain or lost
        count = sum(1 + loss.equivalent for loss in lost)
        flows = f"{count} {'flow' if count == 1 else 'flows'}"
        lines = [
            f"{flows} lost if {component} fails" if certain else f"unknown whether {flows} survive if {component} fails"
        ]
        lines += [f"- {loss}" for loss in lost[:_MOST_LOSSES]]
        if len(lost) > _MOST_LOSSES:
            lines.append(f"- and {len(lost) - _MOST_LOSSES} more kinds of flow")
        first = lost[0]
        return self._shown("\n".join(lines), FlowTrace(first.source, first.destination, (first.trip,)))

    def _shown(self, head: str, traced: FlowTrace) -> str:
        """The message of a failed assertion: the assertion, the paths of the packet, and the assumptions."""
        pairs = self.subject.pairs
        assumed = [f"- {assumption}" for assumption in assumptions(pairs.engine, pairs.locations)]
        body = _printed(lambda out: print_traces(traced, out))
        return "\n".join([head, "", body, "", "Assumptions", *assumed])


def _printed(show: Callable[[Console], None]) -> str:
    printed = io.StringIO()
    show(Screen(file=printed, width=_WIDTH, color_system=None))
    return printed.getvalue().strip()
