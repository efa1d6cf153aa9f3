"""The policy of a Network Firewall: what it does with one packet, from the arguments of its resources.

Under https://docs.aws.amazon.com/network-firewall/latest/:

- developerguide/firewall-policy-processing.html, stateless-default-actions.html: stateless rules, then stateful ones
- developerguide/suricata-rule-evaluation-order.html: the two orders of stateful rules, and default actions
- developerguide/stateful-rule-groups-domain-names.html, troubleshooting-rules.html: domain lists, HOME_NET
- APIReference/API_MatchAttributes.html, API_Header.html: what rules look at
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_network
from typing import Any

from isthmus.terraform.graph import Graph
from tests.network.judge.carried import Header, Ip
from tests.network.judge.firewall_rules import DROPS, PASSES, Line, Match, generated, lines, tuple_rule

Arguments = Mapping[str, Any]
FORWARD = "aws:forward_to_sfe"
DROP = "aws:drop"
PASS = "aws:pass"
STANDARD = (PASS, DROP, FORWARD)


class PacketOutcome(Enum):
    """What becomes of a packet."""

    PASSED = 1
    DROPPED = 2
    UNCLEAR = 3


@dataclass(frozen=True)
class Packet:
    """One packet as a firewall sees it. For ICMP, `port` is type and code."""

    header: Header
    source_port: int

    @property
    def answer(self) -> Packet:
        """The first packet back."""
        header = self.header
        if header.protocol in (6, 17):
            back = Header(header.destination, header.source, header.protocol, self.source_port)
            return Packet(back, header.port)
        return Packet(Header(header.destination, header.source, header.protocol, header.port), self.source_port)


@dataclass(frozen=True)
class Policy:
    """The `firewall_policy` block, and the arguments of rule groups by what the policy refers to them by."""

    body: Arguments
    groups: Mapping[object, Arguments]

    def there(self, packet: Packet) -> PacketOutcome:
        """What becomes of the packet that opens a flow, and of the flow as far as it decides that."""
        return _one({outcome for action in self._stateless(packet) for outcome in self._of(action, packet)})

    def back(self, packet: Packet) -> PacketOutcome:
        """What becomes of the answer to a packet that was let through."""
        there, back = self._stateless(packet), self._stateless(packet.answer)
        if back == {DROP}:
            return PacketOutcome.DROPPED
        if len(there) > 1 or len(back) > 1:
            return PacketOutcome.UNCLEAR
        if there != back:
            return PacketOutcome.UNCLEAR  # the stateful engine sees one direction alone
        return PacketOutcome.PASSED

    def ports(self) -> set[int]:
        """Every port that a rule names."""
        ranges = [
            each
            for rule in self._stateless_rules()
            for match in _blocks(rule["rule_definition"]["match_attributes"])
            for side in ("source_port", "destination_port")
            for each in _blocks(match.get(side))
        ]
        found = {port for each in ranges for port in (each["from_port"], each.get("to_port", each["from_port"]))}
        return found | {
            int(port) for line in self._in_order() for port in re.findall(r"\d+", line.port + line.source_port)
        }

    # Stateless rules

    def _stateless(self, packet: Packet) -> set[str]:
        """The standard actions that a packet may meet: of the first rule by priority that matches, or the default."""
        found: set[str] = set()
        for rule in self._stateless_rules():
            match = _matches(rule.get("rule_definition", {}).get("match_attributes", {}), packet)
            if match is not Match.NO:
                found.add(_standard(rule["rule_definition"]["actions"]))
            if match is Match.YES:
                return found
        return {*found, _standard(self.body["stateless_default_actions"])}

    def _stateless_rules(self) -> Iterator[Arguments]:
        for reference in _by_priority(_blocks(self.body.get("stateless_rule_group_reference"))):
            source = self.groups[_key(reference["resource_arn"])]["rule_group"]["rules_source"]
            (given,) = _blocks(source["stateless_rules_and_custom_actions"])
            yield from _by_priority(_blocks(given["stateless_rule"]))

    def _of(self, action: str, packet: Packet) -> set[PacketOutcome]:
        if action != FORWARD:
            return self._with_fragments(
                {PacketOutcome.PASSED if action == PASS else PacketOutcome.DROPPED}, action, packet
            )
        packet_outcomes: set[PacketOutcome] = set()
        for does in self._decided(packet):
            packet_outcomes |= self._undecided(packet) if does is None else {_packet_outcome(does)}
        return self._with_fragments(packet_outcomes, action, packet)

    def _with_fragments(self, packet_outcomes: set[PacketOutcome], action: str, packet: Packet) -> set[PacketOutcome]:
        """Fragments of UDP datagrams have a default action of their own: what is stopped whole may pass in parts."""
        fragments = _standard(self.body["stateless_fragment_default_actions"])
        if (
            packet.header.protocol == 17
            and packet_outcomes == {PacketOutcome.DROPPED}
            and fragments not in (action, DROP)
        ):
            return {PacketOutcome.UNCLEAR}
        return packet_outcomes

    # Stateful rules

    def _decided(self, packet: Packet, *, answer: bool = False) -> set[bool | None]:
        """What the rules that may match a packet do: pass (True) or drop (False); None where none may match."""
        found: set[bool | None] = set()
        for line in self._in_order():
            if line.only_after_handshake and self._drops_handshakes():
                continue
            match = line.matches(packet.header, packet.source_port, answer=answer)
            if match is not Match.NO:
                found |= {True, False} if line.action == "" else {line.action in PASSES}
            if match is Match.YES:
                return found
        return {*found, None}

    def _in_order(self) -> Iterator[Line]:
        """Rules that decide, in the order of evaluation.

        Strict: by the priority of groups, then as written. Else what passes comes before what drops.
        """
        references = list(_blocks(self.body.get("stateful_rule_group_reference")))
        if self._strict():
            for reference in _by_priority(references):
                yield from self._lines(reference)
            return
        every = [line for reference in references for line in self._lines(reference)]
        yield from (line for line in every if line.action not in DROPS)
        yield from (line for line in every if line.action in DROPS)

    def _lines(self, reference: Arguments) -> Iterator[Line]:
        arn = reference["resource_arn"]
        if isinstance(arn, str) and ":aws-managed:" in arn:
            yield Line("drop", inside=True)  # what AWS takes for malicious
            return
        body = self.groups[_key(arn)]["rule_group"]
        sets = self._sets(body)
        source = body["rules_source"]
        alone = any(override.get("action") == "DROP_TO_ALERT" for override in _blocks(reference.get("override")))
        for line in (
            *lines(source.get("rules_string") or "", sets),
            *(each for block in _blocks(source.get("rules_source_list")) for each in generated(block, sets)),
            *(tuple_rule(block, sets) for block in _blocks(source.get("stateful_rule"))),
        ):
            if line.action != "alert" and not (alone and line.action in DROPS):
                yield line

    def _sets(self, body: Arguments) -> Mapping[str, tuple[str, ...]]:
        """Variables: a policy's are those of groups that do not define HOME_NET themselves."""
        found = {}
        for owner, name in (
            (self.body.get("policy_variables"), "rule_variables"),
            (body.get("rule_variables"), "ip_sets"),
        ):
            for block in _blocks(owner):
                for variable in _blocks(block.get(name)):
                    (addresses,) = _blocks(variable["ip_set"])
                    found[variable["key"]] = tuple(addresses["definition"])
        return found

    def _strict(self) -> bool:
        return any(
            block.get("rule_order") == "STRICT_ORDER" for block in _blocks(self.body.get("stateful_engine_options"))
        )

    def _drops_handshakes(self) -> bool:
        return "aws:drop_strict" in self.body.get("stateful_default_actions", ())

    def _undecided(self, packet: Packet) -> set[PacketOutcome]:
        """What becomes of a flow whose first packet no rule matches.

        Without a default action that drops, the answers may still be dropped. `drop_established` lets TCP handshakes
        pass: then a rule that passes the answer passes the flow.
        """
        given = self.body.get("stateful_default_actions", ())
        drops = any(action.startswith("aws:drop") for action in given)
        if drops and (self._drops_handshakes() or packet.header.protocol != 6):
            return {PacketOutcome.DROPPED}
        end = PacketOutcome.DROPPED if drops else PacketOutcome.PASSED
        return {end if does is None else _packet_outcome(does) for does in self._decided(packet.answer, answer=True)}


def _packet_outcome(passes: bool) -> PacketOutcome:
    return PacketOutcome.PASSED if passes else PacketOutcome.DROPPED


def _one(packet_outcomes: set[PacketOutcome]) -> PacketOutcome:
    return next(iter(packet_outcomes)) if len(packet_outcomes) == 1 else PacketOutcome.UNCLEAR


def _matches(attributes: Any, packet: Packet) -> Match:
    """A stateless rule and a packet. Ports are looked at for TCP and UDP alone; flags differ from packet to packet."""
    match = next(_blocks(attributes), {})
    protocols = match.get("protocols") or ()
    header = packet.header
    if protocols and header.protocol not in protocols:
        return Match.NO
    if not _within(match.get("source"), header.source) or not _within(match.get("destination"), header.destination):
        return Match.NO
    if header.protocol in (6, 17):
        ends = ((match.get("source_port"), packet.source_port), (match.get("destination_port"), header.port))
        if not all(_in_range(ranges, port) for ranges, port in ends):
            return Match.NO
    return Match.MAYBE if match.get("tcp_flag") else Match.YES


def _within(blocks: Any, ip: Ip) -> bool:
    every = [block["address_definition"] for block in _blocks(blocks)]
    return not every or any(ip in ip_network(text) for text in every if ip_network(text).version == ip.version)


def _in_range(blocks: Any, port: int) -> bool:
    every = list(_blocks(blocks))
    return not every or any(each["from_port"] <= port <= each.get("to_port", each["from_port"]) for each in every)


def _standard(actions: Any) -> str:
    (standard,) = [action for action in STANDARD if action in actions]
    return standard


def _by_priority(blocks: Any) -> list[Arguments]:
    return sorted(blocks, key=lambda block: block["priority"])


def _blocks(value: Any) -> Iterator[Arguments]:
    """Blocks, of which one may stand by itself."""
    if isinstance(value, Mapping):
        yield value
    else:
        yield from value or ()


def _key(arn: Any) -> object:
    """What a policy refers to a group by: the address in a reference, or an ARN."""
    return getattr(arn, "address", arn)


def policies_of(graph: Graph) -> dict[str, Policy]:
    """The policies of the firewalls of an input, by the address of the firewall."""
    groups: dict[object, Arguments] = {
        group.address: group.values for group in graph.of_type("aws_networkfirewall_rule_group")
    }
    found = {}
    for firewall in graph.of_type("aws_networkfirewall_firewall"):
        policy = graph.resources[str(_key(firewall.get("firewall_policy_arn")))]
        (body,) = _blocks(policy.get("firewall_policy"))
        found[firewall.address] = Policy(body, groups)
    return found


def judged(policy: Policy, header: Header, clients: tuple[int, int], *, back: bool = False) -> PacketOutcome:
    """What becomes of a flow from any of the client ports: of its first packet, or (`back`) of the answer to it."""
    low, high = clients
    edges = {edge + step for edge in policy.ports() for step in (-1, 0, 1)}
    chosen = sorted({low, high, *(edge for edge in edges if low <= edge <= high)})
    packets = [Packet(header, client) for client in (chosen if header.protocol in (6, 17) else chosen[:1])]
    return _one({policy.back(packet) if back else policy.there(packet) for packet in packets})
