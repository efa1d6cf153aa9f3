"""What a walk carries and how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from isthmus.network.answers import Outcome

Ip = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Header:
    """The current addresses and ports of a packet. For ICMP, type and code stand for the port."""

    source: Ip
    destination: Ip
    protocol: int
    port: int


@dataclass(frozen=True)
class Translation:
    """A NAT gateway met on the way, the source address that it replaced, and the destination as the sender calls it."""

    nat: str
    hidden: Ip
    called: Ip


@dataclass(frozen=True)
class Luggage:
    """A packet with what has happened to it so far."""

    header: Header
    public: bool = False  # the sender has a public address of its own in the VPC it is in
    translations: tuple[Translation, ...] = ()
    boxes: tuple[str, ...] = ()  # firewall endpoints, and firewalls of transit gateways
    pins: tuple[tuple[str, str], ...] = ()  # appliance mode: attachment, zone
    crossed: tuple[str, ...] = ()  # transit gateway attachments
    peerings: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # sites that sent it back
    service: str = ""  # it goes to an AWS service, by one of its public addresses
    reply: bool = False
    asked: int = 0  # the port, or ICMP message, that the first packet of the flow goes to
    clients: tuple[int, int] = (0, 65_535)  # the ports that it may come from
    not_evaluated: tuple[str, ...] = ()  # filters of which it is not known whether they let it pass
    steps: tuple[str, ...] = ()

    def at(self, step: str) -> Luggage:
        return replace(self, steps=(*self.steps, step))


@dataclass(frozen=True)
class Ending:
    """How one alternative ended: `place` is a subnet's address, a site's name or `internet`, empty if nowhere."""

    outcome: Outcome
    why: str
    luggage: Luggage
    place: str = ""
    exit: str = ""

    @property
    def settled(self) -> Outcome:
        """The outcome, with the filters in mind that may have stopped it on the way."""
        return Outcome.UNKNOWN if self.outcome is Outcome.REACHABLE and self.luggage.not_evaluated else self.outcome

    def __str__(self) -> str:
        return "\n    ".join(
            (f"{self.outcome} at {self.place or 'nowhere'} {self.exit}: {self.why}", *self.luggage.steps)
        )


def dropped(luggage: Luggage, why: str) -> list[Ending]:
    return [Ending(Outcome.BLOCKED, why, luggage)]


def unknown(luggage: Luggage, why: object) -> list[Ending]:
    return [Ending(Outcome.UNKNOWN, str(why), luggage)]


def arrived(luggage: Luggage, place: str, exit: str = "") -> list[Ending]:
    return [Ending(Outcome.REACHABLE, "arrived", luggage, place, exit)]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Blocked if one alternative is, then unknown if one is."""
    seen = set(outcomes)
    if not seen or Outcome.BLOCKED in seen:
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if Outcome.UNKNOWN in seen else Outcome.REACHABLE


def at_best(outcomes: Iterable[Outcome]) -> Outcome:
    """Reachable if one choice is, then unknown if one is."""
    seen = set(outcomes)
    if Outcome.REACHABLE in seen:
        return Outcome.REACHABLE
    return Outcome.UNKNOWN if Outcome.UNKNOWN in seen else Outcome.BLOCKED


def not_reachable(ending: Ending) -> Outcome:
    return Outcome.BLOCKED if ending.outcome is Outcome.REACHABLE else ending.outcome
