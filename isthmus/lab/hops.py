"""The hops of a packet through a lab as text: the routers that it passed, and where it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from isthmus.lab.follow import Seen
from isthmus.lab.running import Question
from isthmus.lab.wiring import DEVICE, HOSTS, Wiring

__all__ = ["may_be_filtered", "stopped_in_device", "stopped_where"]

_STEPS = ("packet", "reply", "third packet of the handshake")


def stopped_where(wiring: Wiring, seen: Iterable[Seen]) -> tuple[str, ...]:
    """One line for each router that a packet of the exchange passes; the last says whether it arrives."""
    by_step = groupby(sorted(seen, key=lambda one: (one.step, one.time)), lambda one: one.step)
    return tuple(line for step, passed in by_step for line in _lines(wiring, _STEPS[step], list(passed)))


def stopped_in_device(wiring: Wiring, seen: Iterable[Seen]) -> bool:
    """Whether a packet reached a customer gateway device and did not leave it: its filter dropped the packet."""
    last = max(seen, key=lambda one: (one.step, one.time), default=None)
    return last is not None and not last.out and wiring.titles[last.namespace].startswith(DEVICE)


def may_be_filtered(wiring: Wiring, question: Question) -> bool:
    """Whether there are devices, and a subnet of transit gateway interfaces or of a private NAT gateway is an end.

    The filter of a device denies whole spokes what network ACLs deny the subnets with workloads. It permits connections
    to a routable CIDR only to the load balancer of published services.
    """
    if not any(title.startswith(DEVICE) for title in wiring.titles.values()):
        return False
    ends = {wiring.hosts[question.source].location, wiring.hosts[question.destination].location}
    return not ends.isdisjoint(wiring.without_workloads)


def _lines(wiring: Wiring, what: str, passed: list[Seen]) -> Iterator[str]:
    # A veth device hands a packet over in one step, so that both ends have the same order only by namespace.
    for name, at in groupby(passed, lambda one: one.namespace):
        events = list(at)
        if name == HOSTS:
            host = next((host for host in wiring.hosts if host.interface == events[0].interface), None)
            verb = "leaves" if events[0].out else "arrives at"
            yield f"{what} {verb} {host.location if host else name}"
        else:
            left = any(event.out for event in events)
            ends = f"{events[-1].source} -> {events[-1].destination}"
            yield f"{what} {'passes' if left else 'stops in'} {wiring.titles[name]} ({ends})"
