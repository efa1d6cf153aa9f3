from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from isthmus_policy import ANYWHERE, UNREADABLE, Block, EstatePolicy, ScannedResources


class _Rule(NamedTuple):
    number: object
    action: object
    everything: bool
    family: int
    outbound: bool
    name: str


class AclDeniesComeFirst(EstatePolicy):
    """The first rule that matches decides: a deny with a higher number than an allow of everything never acts, and
    reads as if it did. AWS takes numbers up to 32766; `plan` takes any.
    """

    id = "CKV_ISTHMUS_36"
    rating = "HIGH"
    info = "A network ACL denies before it allows everything"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_network_acl", "aws_default_network_acl")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        rules = [*_inline(block), *_standalone(block, scanned)]
        for direction in ("ingress", "egress"):
            # In a plan, the inline rules of a network ACL are unknown if its rules are separate resources.
            if block.has(direction) and UNREADABLE in block.items(direction):
                yield f"{direction} cannot be read"
        for rule in rules:
            if rule.action not in ("allow", "deny"):
                yield f"{rule.name} has action {rule.action}"
            elif not isinstance(rule.number, int) or isinstance(rule.number, bool) or not 1 <= rule.number <= 32_766:
                yield f"{rule.name} has number {rule.number}"
            elif rule.action == "deny":
                for other in rules:
                    same_way = (other.outbound, other.family) == (rule.outbound, rule.family)
                    if other.everything and same_way and isinstance(other.number, int) and other.number < rule.number:
                        yield f"{rule.name} comes after {other.name}, which allows everything"


def _inline(acl: Block) -> Iterator[_Rule]:
    for direction in ("ingress", "egress"):
        for values in acl.blocks(direction):
            number = values.get("rule_no")
            name = f"{direction} rule {number}"
            rule = Block("rule", "", name, acl.file, acl.scope, values)
            cidr, six = rule.literal("cidr_block"), rule.literal("ipv6_cidr_block")
            action, protocol = rule.literal("action"), rule.literal("protocol")
            yield _rule(rule.literal("rule_no"), action, protocol, cidr, six, direction == "egress", name)


def _standalone(acl: Block, scanned: ScannedResources) -> Iterator[_Rule]:
    for rule in scanned.naming(acl, "network_acl_id", "aws_network_acl_rule"):
        cidr, six = rule.literal("cidr_block"), rule.literal("ipv6_cidr_block")
        action, protocol = rule.literal("rule_action"), rule.literal("protocol")
        outbound = rule.literal("egress", False) is True
        yield _rule(rule.literal("rule_number"), action, protocol, cidr, six, outbound, rule.address)


def _rule(
    number: object, action: object, protocol: object, cidr: object, six: object, outbound: bool, name: str
) -> _Rule:
    if isinstance(number, str) and number.isdigit():
        number = int(number)
    any_protocol = protocol is UNREADABLE or str(protocol) in ("-1", "all")
    anywhere = any(source in ANYWHERE or source is UNREADABLE for source in (cidr, six))
    everything = action == "allow" and any_protocol and anywhere
    return _Rule(number, action, everything, 6 if six else 4, outbound, name)


check = AclDeniesComeFirst()
