"""One stateful rule of a Network Firewall and one packet.

https://docs.suricata.io/en/latest/rules/intro.html,
https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_Header.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import ip_network
from typing import Any

from tests.network.judge.carried import Header, Ip

PASSES = ("pass",)
DROPS = ("drop", "reject")
OVER_TCP = ("ftp", "http", "http2", "imap", "smb", "smtp", "ssh", "tls")
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1}
Sets = Mapping[str, tuple[str, ...]]


class Match(Enum):
    """Whether a rule matches a packet; maybe, where that depends on more than headers."""

    NO = 1
    MAYBE = 2
    YES = 3


@dataclass(frozen=True)
class Line:
    """A rule. `action` "": it is not known what it does. `inside`: it looks at more than headers.

    `to_server`: it meets packets of the end that opened the flow alone; such a packet is always the first here.
    """

    action: str
    protocol: str = "ip"
    source: str = "any"
    destination: str = "any"
    port: str = "any"
    source_port: str = "any"
    both: bool = False
    message: int | None = None
    inside: bool = False
    of_answers: bool | None = None  # of answers alone, of first packets alone, or of either
    only_after_handshake: bool = False
    sets: Sets | None = None

    def matches(self, header: Header, source_port: int, *, answer: bool = False) -> Match:
        if self.of_answers is not None and self.of_answers is not answer:
            return Match.NO
        either = self.protocol == "icmp" and header.protocol == 58  # Suricata's `icmp` may be that of IPv6 too
        if self.protocol != "ip" and header.protocol != NUMBERS[self.protocol] and not either:
            return Match.NO
        if self.message is not None and header.port // 256 != self.message:
            return Match.NO
        swapped = Header(header.destination, header.source, header.protocol, source_port)
        ways = [(header, source_port), *([(swapped, header.port)] if self.both else [])]
        if not any(self._along(one, port) for one, port in ways):
            return Match.NO
        return Match.MAYBE if self.inside or either else Match.YES

    def _along(self, header: Header, source_port: int) -> bool:
        ends = self._has(self.source, header.source) and self._has(self.destination, header.destination)
        if header.protocol not in (6, 17):
            return ends
        return ends and _holds(self.port, header.port) and _holds(self.source_port, source_port)

    def _has(self, text: str, ip: Ip) -> bool:
        """Whether addresses written so hold one: `any`, a prefix, a variable, a list, `!` for all others."""
        if text == "any":
            return True
        if text.startswith("!"):
            return not self._has(text[1:], ip)
        if text.startswith("["):
            parts = [part.strip() for part in text[1:-1].split(",")]
            wanted = [part for part in parts if not part.startswith("!")]
            unwanted = [part for part in parts if part.startswith("!")]
            return (not wanted or any(self._has(part, ip) for part in wanted)) and all(
                self._has(part, ip) for part in unwanted
            )
        sets = self.sets or {}
        if text == "$EXTERNAL_NET" and "EXTERNAL_NET" not in sets:
            return not self._has("$HOME_NET", ip)
        if text.startswith("$"):
            return any(self._has(prefix, ip) for prefix in sets[text[1:]])
        network = ip_network(text)
        return ip.version == network.version and ip in network


def lines(text: str, sets: Sets) -> Iterator[Line]:
    """The rules of a text: action, protocol, source and its port, direction, destination and its port, options."""
    for row in text.splitlines():
        if row.strip() and not row.strip().startswith("#"):
            header, _, options = row.partition("(")
            words = header.replace(", ", ",").split()
            action, protocol, source, source_port, way, destination, port = words
            line = Line(action, protocol, source, destination, port, source_port, way == "<>", sets=sets)
            if protocol not in ("ip", *NUMBERS):  # an application's: mostly one of TCP, which is seen inside
                line = replace(line, protocol="tcp" if protocol in OVER_TCP else "ip", inside=True)
            yield _with_options(line, [option.strip() for option in options.rstrip(" )").split(";") if option.strip()])


def tuple_rule(block: Mapping[str, Any], sets: Sets) -> Line:
    """A standard stateful rule: a header, a direction and options."""
    header = block["header"]
    if not isinstance(header, Mapping):
        (header,) = header
    ends = ("source", "destination", "destination_port", "source_port")
    source, destination, port, source_port = ("any" if header[end] == "ANY" else header[end] for end in ends)
    line = Line(
        block["action"].lower(),
        header["protocol"].lower(),
        source,
        destination,
        port,
        source_port,
        header["direction"] == "ANY",
        sets=sets,
    )
    options = []
    for option in block["rule_option"]:
        settings = ",".join(option.get("settings", ()))
        options.append(f"{option['keyword']}:{settings}" if settings else option["keyword"])
    return _with_options(line, options)


def _with_options(line: Line, options: list[str]) -> Line:
    for option in options:
        keyword, _, value = option.partition(":")
        words = {word.strip() for word in value.split(",")}
        if keyword == "flow":
            if "to_server" in words or "from_client" in words:
                line = replace(line, of_answers=False)
            if "to_client" in words or "from_server" in words:
                line = replace(line, of_answers=True)
            line = replace(line, inside=line.inside or "established" in words)
        elif keyword == "itype":
            line = replace(line, message=int(value))
        elif keyword not in ("sid", "msg", "rev"):
            line = replace(line, inside=True)
    return line


def generated(block: Mapping[str, Any], sets: Sets) -> Iterator[Line]:
    """The rules of a domain list: names are said after the handshake, in TCP from the home net to all else.

    An allow list passes its names and drops what else is said; lists of the other types stop theirs.
    """
    if "HOME_NET" not in sets:  # then it is of the firewall's own VPC
        yield Line("", "tcp", inside=True, only_after_handshake=True)
        return
    # AWS's rules have `flow:to_server`: what the home net answers is not asked.
    line = Line("drop", "tcp", "$HOME_NET", "$EXTERNAL_NET", inside=True, of_answers=False, sets=sets)
    if block["generated_rules_type"] == "ALLOWLIST":
        yield replace(line, action="pass", only_after_handshake=True)
    yield line


def _holds(text: str, port: int) -> bool:
    """Whether ports written so hold one: `any`, one, a range with a colon, a list, `!` for all others."""
    if text == "any":
        return True
    if text.startswith("!"):
        return not _holds(text[1:], port)
    if text.startswith("["):
        parts = [part.strip() for part in text[1:-1].split(",")]
        return any(_holds(part, port) for part in parts if not part.startswith("!")) and all(
            _holds(part, port) for part in parts if part.startswith("!")
        )
    low, colon, high = text.partition(":")
    return int(low or 0) <= port <= int(high or 65_535) if colon else port == int(low)
