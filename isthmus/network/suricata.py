"""Stateful rules of a Network Firewall as Suricata writes them: what they say of addresses, protocols and ports.

What else a rule looks at is not read: it is marked `inside`.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, ip_network, summarize_address_range
from itertools import groupby

from isthmus.network.address_space import ALL, span, subtract
from isthmus.network.packets import messages
from isthmus.network.stateless import Action, Stateless
from isthmus.terraform.graph import Unknown

Span = tuple[int, int]
Spans = tuple[Span, ...]
EVERYWHERE: Spans = (ALL,)
_PORTS: Spans = ((0, 65_535),)
_LAST_V4 = (1 << 32) - 1
_TCP = 6
# Protocols of headers by IANA number, -1 for all; those of applications say what is inside, mostly of TCP.
_PROTOCOLS = {"ip": -1, "tcp": _TCP, "udp": 17, "icmp": 1}
_NOT = {name: number for name, number in _PROTOCOLS.items() if number != -1}
_PLAIN_NAME = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*")
_INSIDE_TCP = {"ftp", "http", "http1", "http2", "imap", "rdp", "smb", "smtp", "ssh", "tls"}
_ACTIONS = {"alert", "drop", "pass", "reject", "rejectboth", "rejectdst", "rejectsrc"}
_LAST_TYPE = 255
_IN_LISTS = re.compile(r"(?<=[,\[])\s+|\s+(?=[,\]])")
_OPTION = re.compile(r'\s*([\w.]+)\s*(?::((?:[^;"\\]|\\.|"(?:[^"\\]|\\.)*")*))?;')
_SAYS_NOTHING = {"alert", "classtype", "gid", "metadata", "msg", "noalert", "priority", "reference", "rev", "sid"}


@dataclass(frozen=True, slots=True)
class SuricataRule:
    """A rule that decides: `passes` or drops; None: it may do either. `address` is its rule group's.

    `ports` are the destination's, or ICMP messages. `inside`: it looks at more than these, so that it may match or not.
    `names`: the domains that it looks for, of a domain list. `replies`: it meets packets of the end that answers;
    `of_answers`: those alone. `managed`: the rule group of AWS's own that it stands for. `looks_at`: the protocols of a
    domain list. `stated`: the intent has this rule, and so means what it finds inside.
    `apart`: protocols that it is not for, where it is for all others. `partly_read`: what it is for cannot be read.
    """

    address: str
    text: str
    passes: bool | None
    protocol: int = -1
    sources: Spans = EVERYWHERE
    destinations: Spans = EVERYWHERE
    ports: Spans = _PORTS
    inside: bool = False
    names: tuple[str, ...] = ()
    replies: bool = False
    of_answers: bool = False
    managed: str = ""
    looks_at: tuple[str, ...] = ()
    stated: bool = False
    apart: tuple[int, ...] = ()
    partly_read: bool = False


@dataclass(frozen=True, slots=True)
class SuricataRules:
    """A policy: its stateful rules in the order of evaluation, and what becomes of what none matches.

    - `default`: `drop`; `drop_established`, which lets a TCP handshake pass, so that names are said; `drop_app_layer`,
      which waits for them, and `drop_app_layer_to_server`, which lets pass what servers send meanwhile; or `pass`.
      Unknown where the policy has actions that are not evaluated.
    - `unseen`: what of it is not evaluated, for people.
    - `stateless`: what is asked before.
    - `strict`: rules are in an order of their own, and not by what they do.
    - `decrypts`: it has a TLS inspection configuration, or may have one: what becomes of TLS is not evaluated.
    - `sets`: the policy's variables, which rule groups have that define none, AWS's own among them. Without `HOME_NET`
      theirs is the CIDR of the firewall's own VPC.
      https://docs.aws.amazon.com/network-firewall/latest/developerguide/troubleshooting-rules.html
    """

    address: str
    rules: tuple[SuricataRule, ...] = ()
    default: str | Unknown = "pass"
    unseen: tuple[str, ...] = ()
    stateless: Stateless = field(default_factory=Stateless)
    strict: bool = True
    decrypts: bool = False
    sets: Mapping[str, Spans] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[str, ...]:
        """The policy and its rule groups, by address."""
        stateless = (rule.address for rule in self.stateless.rules)
        return tuple(dict.fromkeys((self.address, *stateless, *(rule.address for rule in self.rules))))

    @property
    def drops(self) -> bool:
        """Whether anything is dropped, or may be."""
        stateless = (self.stateless.default, self.stateless.fragments, *(rule.action for rule in self.stateless.rules))
        passing = all(action in (Action.FORWARD, Action.PASS) for action in stateless)
        return self.default != "pass" or not passing or any(rule.passes is not True for rule in self.rules)

    def prefixes(self) -> Iterator[IPv4Network]:
        """Everything that rules tell apart, as IPv4 prefixes."""
        seen = [(rule.sources, rule.destinations) for rule in self.stateless.rules]
        seen += [(rule.sources, rule.destinations) for rule in self.rules if not rule.inside]
        spans = {each for sides in seen for side in sides for each in side}
        for low, high in sorted(spans - {ALL}):
            if low <= _LAST_V4:
                yield from summarize_address_range(IPv4Address(low), IPv4Address(min(high, _LAST_V4)))


def written(address: str, text: str, sets: Mapping[str, Spans]) -> Iterator[SuricataRule]:
    """The rules that a text has, one a line, those left out that decide about no flow.

    `sets` are the variables: addresses by name, without the dollar sign.
    """
    known = {**_external(sets), **sets}
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    rules = [rule for line in lines for rule in _parsed(address, line, known)]
    for named, together in groupby(rules, key=lambda rule: bool(rule.names)):
        these = [*together]
        yield from _merged(these) if named else these


def _merged(rules: Iterable[SuricataRule]) -> Iterator[SuricataRule]:
    """Rules that pass names, without others between them: in any order they are one for each pair of ends."""
    found: dict[tuple[Spans, Spans, tuple[str, ...]], SuricataRule] = {}
    for rule in rules:
        ends = (rule.sources, rule.destinations, rule.looks_at)
        first = found.setdefault(ends, rule)
        if rule is not first:
            found[ends] = replace(first, names=tuple(sorted({*first.names, *rule.names})))
    for rule in found.values():
        more = f" and {len(rule.names) - 1} more names" if len(rule.names) > 1 else ""
        yield replace(rule, text=f"{rule.text}{more}")


def listed(
    address: str,
    generated: str,
    sets: Mapping[str, Spans],
    names: tuple[str, ...] = (),
    targets: tuple[str, ...] = ("HTTP_HOST", "TLS_SNI"),
) -> Iterator[SuricataRule]:
    """The rules that AWS generates from a domain list of one type, of TLS and HTTP as the list has `targets`.

    An allow list passes its names and then drops what else is of these protocols; lists of the other types stop, or
    only report, their own names.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
    """
    known = {**_external(sets), **sets}
    what = f"a domain list ({' and '.join(targets)})"
    sources, destinations = known.get("HOME_NET") or EVERYWHERE, known.get("EXTERNAL_NET") or EVERYWHERE
    rule = SuricataRule(address, what, None, _TCP, sources, destinations, inside=True, names=names, looks_at=targets)
    if not known.get("HOME_NET"):
        yield replace(rule, text=f"{what} without a HOME_NET that is known: it is for the firewall's own VPC")
        return
    if not known["EXTERNAL_NET"]:
        yield replace(rule, text=f"{what} whose EXTERNAL_NET is not known: group and policy have another HOME_NET each")
        return
    match generated:
        case "ALLOWLIST":
            yield replace(rule, passes=True)
            yield replace(rule, text=f"what is not on {what}", passes=False, names=())
        case "DENYLIST" | "REJECTLIST":
            yield replace(rule, passes=False)
        case "ALERTLIST":
            return
        case _:
            yield replace(rule, text=f"{what} of the type {generated!r}, which is not evaluated")


def unread(address: str, text: str = "") -> SuricataRule:
    """A rule or a group of rules that cannot be read: it may pass or drop anything."""
    return SuricataRule(address, text, passes=None, inside=True, replies=True)


def managed(address: str, name: str) -> SuricataRule:
    """A rule group of AWS's own: it drops what is malicious, and passes nothing. `address` is the policy's.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-managed-rule-groups.html
    """
    return SuricataRule(address, f"what AWS's {name} takes for malicious", passes=False, inside=True, managed=name)


def _external(sets: Mapping[str, Spans]) -> Mapping[str, Spans]:
    # https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-suricata.html
    home = sets.get("HOME_NET")
    return {"EXTERNAL_NET": tuple(subtract([ALL], home))} if home else {}


def _parsed(address: str, line: str, sets: Mapping[str, Spans]) -> Iterator[SuricataRule]:
    header, _, options = line.partition("(")
    words = _IN_LISTS.sub("", header).split()
    if len(words) != 7 or words[0] not in _ACTIONS or not options.endswith(")"):
        yield unread(address, line)
        return
    action, protocol, source, source_ports, way, destination, ports = words
    if action == "alert":
        return
    end, inside, types, apart = _looked_at(options[:-1])
    passes = action == "pass"
    if passes and source_ports == ports == "any" and way == "->":
        name = _passed_name(protocol, options[:-1])
        sources, destinations = (_spans(text, lambda one: _addresses(one, sets), ALL) for text in (source, destination))
        if name and sources and destinations:
            buffers = (_NAMES_IN[protocol],)
            yield SuricataRule(
                address, line, True, _TCP, sources, destinations, inside=True, names=(name,), looks_at=buffers
            )
            return
    sources, destinations = (_spans(text, lambda one: _addresses(one, sets), ALL) for text in (source, destination))
    wanted = _spans(ports, _port, (0, 65_535))
    if not sources or not destinations or not wanted:
        # An end that can be read is known. In answers the ends change places.
        rule = replace(unread(address, line), passes=passes, partly_read=True)
        if way == "->":
            rule = replace(rule, sources=sources or EVERYWHERE, destinations=destinations or EVERYWHERE)
        yield rule
        return
    number = _PROTOCOLS.get(protocol, _TCP if protocol in _INSIDE_TCP else -1)
    if apart and number != -1:
        apart, inside = (), True
    inside = inside or protocol not in _PROTOCOLS or source_ports != "any"
    wanted = types if protocol == "icmp" else wanted
    rule = SuricataRule(
        address, line, passes, number, sources, destinations, wanted, inside, replies=end is not _End.CLIENT
    )
    rule = replace(rule, of_answers=end is _End.SERVER, apart=apart)
    yield rule
    if way == "<>":
        # Both ends change places with their ports: a port of the destination is then one of the source, which is not
        # evaluated. https://docs.suricata.io/en/latest/rules/intro.html#direction
        of_source = ports != "any" and protocol != "icmp"
        swapped = replace(rule, sources=destinations, destinations=sources, inside=inside or of_source)
        yield replace(swapped, ports=_PORTS) if of_source else swapped


class _End(Enum):
    """The end of a flow whose packets a rule is about: the one that opened it, the other, or either."""

    CLIENT = 1
    SERVER = 2
    EITHER = 3


# The protocols in which a name is said, and what domain lists call them.
_NAMES_IN = {"tls": "TLS_SNI", "http": "HTTP_HOST"}
_NAME_BUFFERS = {"tls": "tls.sni", "http": "http.host"}
_TO_SERVER = ({"to_server"}, {"from_client"}, {"to_server", "established"}, {"from_client", "established"})


def _passed_name(protocol: str, options: str) -> str:
    """The domain that a rule is for which AWS would generate from a domain list; "" for every other rule.

    `example.com` is that name alone, `.example.com` all names below it too.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-examples.html
    """
    if _OPTION.sub("", options).strip():
        return ""
    asked = [(key, value.strip()) for key, value in _OPTION.findall(options) if key not in _SAYS_NOTHING]
    flows = [{word.strip() for word in value.split(",")} for key, value in asked if key == "flow"]
    asked = [(key, value) for key, value in asked if key != "flow" and (key, value) != ("ssl_state", "client_hello")]
    content = dict(asked).get("content", "")
    name = content[1:-1]
    plain = len(asked) == len(dict(asked)) and content == f'"{name}"' and _PLAIN_NAME.fullmatch(name) is not None
    if protocol not in _NAME_BUFFERS or not plain or any(flow not in _TO_SERVER for flow in flows):
        return ""
    below = name.startswith(".")
    before = [_NAME_BUFFERS[protocol], *(["dotprefix"] if below else [])]
    after = {"endswith", *([] if below else ["startswith"]), *(["nocase"] if protocol == "tls" else [])}
    keys = [key for key, _ in asked]
    start = len(before)
    right = keys[:start] == before and keys[start : start + 1] == ["content"] and set(keys[start + 1 :]) == after
    return name if right else ""


def _looked_at(options: str) -> tuple[_End, bool, Spans, tuple[int, ...]]:
    """The end of a flow and the ICMP messages that options ask for, and whether they ask for more than that.

    Last the protocols that they leave out.
    """
    end, inside, types, apart = _End.EITHER, False, _PORTS, set[int]()
    for key, value in _OPTION.findall(options):
        if key == "flow":
            asked = {word.strip() for word in value.split(",")}
            if asked & {"to_client", "from_server"}:
                end = _End.SERVER
            elif asked & {"to_server", "from_client"}:
                end = _End.CLIENT
            inside = inside or not asked <= {"to_server", "from_client", "to_client", "from_server"}
        elif key == "itype" and value.strip().isdigit() and int(value) <= _LAST_TYPE:
            types = (messages(int(value)),)
        elif key == "ip_proto" and value.strip().removeprefix("!").lower() in _NOT and value.strip().startswith("!"):
            apart.add(_NOT[value.strip()[1:].lower()])
        elif key not in _SAYS_NOTHING:
            inside = True
    return end, inside, types, tuple(sorted(apart))


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
