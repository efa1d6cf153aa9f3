"""Stateful rules of a Network Firewall as Suricata writes them: what they say of addresses, protocols and ports.

What else a rule looks at is not read: it is marked `inside`.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, ip_network, summarize_address_range

from isthmus.network.space import ALL, span, subtract

Span = tuple[int, int]
Spans = tuple[Span, ...]
EVERYWHERE: Spans = (ALL,)
_PORTS: Spans = ((0, 65_535),)
_LAST_V4 = (1 << 32) - 1
_TCP = 6
# Protocols of headers by IANA number, -1 for all; those of applications say what is inside, mostly of TCP.
_PROTOCOLS = {"ip": -1, "tcp": _TCP, "udp": 17, "icmp": 1}
_INSIDE_TCP = {"ftp", "http", "http1", "http2", "imap", "rdp", "smb", "smtp", "ssh", "tls"}
_ACTIONS = {"alert", "drop", "pass", "reject", "rejectboth", "rejectdst", "rejectsrc"}
_PING = "8"
_IN_LISTS = re.compile(r"(?<=[,\[])\s+|\s+(?=[,\]])")
_OPTION = re.compile(r'\s*([\w.]+)\s*(?::((?:[^;"\\]|\\.|"(?:[^"\\]|\\.)*")*))?;')
_SAYS_NOTHING = {"classtype", "gid", "metadata", "msg", "noalert", "priority", "reference", "rev", "sid"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that decides: `passes` or drops. `address` is its rule group's.

    `ports` are the destination's. `inside`: it looks at more than these, so that nobody knows whether it matches.
    `names`: the domains that it looks for, of a domain list.
    """

    address: str
    text: str
    passes: bool
    protocol: int = -1
    sources: Spans = EVERYWHERE
    destinations: Spans = EVERYWHERE
    ports: Spans = _PORTS
    inside: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy: its rules in order, and what becomes of what none matches.

    - `default`: `drop`; `drop_established`, which lets pass what is no connection yet; or `pass`.
    - `unseen`: what of it is not evaluated, for people.
    """

    address: str
    rules: tuple[Rule, ...] = ()
    default: str = "pass"
    unseen: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The policy and its rule groups, by address."""
        return tuple(dict.fromkeys((self.address, *(rule.address for rule in self.rules))))

    def prefixes(self) -> Iterator[IPv4Network]:
        """Everything that rules tell apart, as IPv4 prefixes."""
        spans = {each for rule in self.rules if not rule.inside for each in (*rule.sources, *rule.destinations)}
        for low, high in sorted(spans - {ALL}):
            if low <= _LAST_V4:
                yield from summarize_address_range(IPv4Address(low), IPv4Address(min(high, _LAST_V4)))


def written(address: str, text: str, sets: Mapping[str, Spans]) -> Iterator[Rule]:
    """The rules that a text has, one a line, those left out that decide nothing about packets that open flows.

    `sets` are the variables: addresses by name, without the dollar sign.
    """
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            yield from _parsed(address, line, {**_external(sets), **sets})


def listed(address: str, passes: bool, sets: Mapping[str, Spans], names: tuple[str, ...] = ()) -> Rule:
    """A domain list, which looks at names inside of TCP."""
    known = {**_external(sets), **sets}
    what = "a domain list"
    sources, destinations = known.get("HOME_NET", EVERYWHERE), known.get("EXTERNAL_NET", EVERYWHERE)
    return Rule(address, what, passes, _TCP, sources, destinations, inside=True, names=names)


def unread(address: str, text: str = "") -> Rule:
    """A rule or a group of rules that nobody here can read: it may pass anything."""
    return Rule(address, text, passes=True, inside=True)


def _external(sets: Mapping[str, Spans]) -> Mapping[str, Spans]:
    # https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-suricata.html
    return {"EXTERNAL_NET": tuple(subtract([ALL], sets["HOME_NET"]))} if "HOME_NET" in sets else {}


def _parsed(address: str, line: str, sets: Mapping[str, Spans]) -> Iterator[Rule]:
    header, _, options = line.partition("(")
    words = _IN_LISTS.sub("", header).split()
    if len(words) != 7 or words[0] not in _ACTIONS or not options.endswith(")"):
        yield unread(address, line)
        return
    action, protocol, source, source_ports, way, destination, ports = words
    if action == "alert":
        return
    inside = _looks_inside(options[:-1])
    if inside is None:
        return
    sources, destinations = (_spans(text, lambda one: _addresses(one, sets), ALL) for text in (source, destination))
    wanted = _spans(ports, _port, (0, 65_535))
    if not sources or not destinations or not wanted:
        yield replace(unread(address, line), passes=action == "pass")
        return
    number = _PROTOCOLS.get(protocol, _TCP if protocol in _INSIDE_TCP else -1)
    inside = inside or protocol not in _PROTOCOLS or source_ports != "any"
    rule = Rule(address, line, action == "pass", number, sources, destinations, wanted, inside)
    yield rule
    if way == "<>":
        yield replace(rule, sources=destinations, destinations=sources)


def _looks_inside(options: str) -> bool | None:
    """Whether options ask for more than the header does; None where no packet that opens a flow has it."""
    inside = False
    for key, value in _OPTION.findall(options):
        if key == "flow":
            asked = {word.strip() for word in value.split(",")}
            if asked & {"to_client", "from_server"}:
                return None
            inside = inside or not asked <= {"to_server", "from_client"}
        elif key == "itype":
            if value.strip() != _PING:
                return None
        elif key not in _SAYS_NOTHING:
            inside = True
    return inside


def _spans(text: str, one: Callable[[str], Spans], whole: Span) -> Spans:
    """Addresses or ports: `any`, one, `!` what is not, or a list of these. Empty where it cannot be read."""
    if text == "any":
        return (whole,)
    if text.startswith("!"):
        inner = _spans(text[1:], one, whole)
        return tuple(subtract([whole], inner)) if inner else ()
    if not text.startswith("["):
        return one(text)
    if not text.endswith("]"):
        return ()
    parts = _split(text[1:-1])
    kept = [_spans(part, one, whole) for part in parts if not part.startswith("!")]
    holes = [_spans(part[1:], one, whole) for part in parts if part.startswith("!")]
    if not all((*kept, *holes)):
        return ()
    return tuple(subtract([s for k in kept for s in k] or [whole], [s for h in holes for s in h]))


def _split(text: str) -> Sequence[str]:
    """The parts between commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _addresses(text: str, sets: Mapping[str, Spans]) -> Spans:
    if text.startswith("$"):
        return sets.get(text[1:], ())
    try:
        return (span(ip_network(text, strict=False)),)
    except ValueError:
        return ()


def _port(text: str) -> Spans:
    found = re.fullmatch(r"(\d{0,5})(?:(:)(\d{0,5}))?", text)
    if found is None or not (found[1] or found[3]):
        return ()
    low = int(found[1] or 0)
    high = int(found[3] or 65_535) if found[2] else low
    return ((low, high),) if low <= high <= 65_535 else ()
