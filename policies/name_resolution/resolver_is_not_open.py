from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import ANYWHERE, UNREADABLE, Block, ResourcePolicy


class ResolverIsNotOpen(ResourcePolicy):
    """An open resolver answers spoofed queries with floods, and discloses the private zones to the internet.

    Name the blocks that may send queries: the estate's own and those of the sites. A source that cannot be read fails.
    """

    id = "CKV_ISTHMUS_48"
    rating = "HIGH"
    info = "No security group opens port 53 to the world"
    source = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries.html"
    resources = ("aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule")

    def problems(self, block: Block) -> Iterator[str]:
        if block.type == "aws_security_group":
            if UNREADABLE in block.items("ingress"):
                yield "ingress cannot be read"
            for values in block.blocks("ingress"):
                yield from _open(Block("rule", "", "ingress", block.file, block.scope, values), "protocol")
        elif block.type == "aws_vpc_security_group_ingress_rule":
            yield from _open(block, "ip_protocol")
        elif block.literal("type") != "egress":
            yield from _open(block, "protocol")


def _open(rule: Block, protocol: str) -> Iterator[str]:
    kind = rule.literal(protocol)
    if kind is not UNREADABLE and str(kind).lower() not in ("-1", "all", "udp", "tcp", "17", "6"):
        return
    first, last = rule.literal("from_port", 0), rule.literal("to_port", 65_535)
    readable = isinstance(first, int) and isinstance(last, int) and kind is not UNREADABLE
    if readable and str(kind).lower() not in ("-1", "all") and not first <= 53 <= last:
        return
    for argument in ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"):
        for source in rule.items(argument):
            if source in ANYWHERE:
                yield f"{argument} is {source}"
            elif source is UNREADABLE and not _own(rule, argument):
                yield f"{argument} cannot be read"


def _own(rule: Block, argument: str) -> bool:
    """Is the source the block of a VPC or subnet, whatever it is?"""
    mentioned = rule.references(argument)
    return bool(mentioned) and all(name.startswith(("aws_vpc.", "aws_subnet.")) for name in mentioned)


check = ResolverIsNotOpen()
