from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_STANDALONE = {
    "aws_route_table": (("route",), "route_table_id", ("aws_route",)),
    "aws_default_route_table": (("route",), "route_table_id", ("aws_route",)),
    "aws_security_group": (
        ("ingress", "egress"),
        "security_group_id",
        ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"),
    ),
    "aws_network_acl": (("ingress", "egress"), "network_acl_id", ("aws_network_acl_rule",)),
    "aws_default_network_acl": (("ingress", "egress"), "network_acl_id", ("aws_network_acl_rule",)),
}


class RulesStandInOnePlace(EstatePolicy):
    """A table, group or list with inline rules owns all its rules: each apply deletes the standalone ones, the next
    one brings them back, and traffic stops in between.
    """

    id = "CKV_ISTHMUS_31"
    rating = "HIGH"
    info = "Routes and rules are written inline or standalone, never both"
    source = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources(*_STANDALONE)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        inline, argument, types = _STANDALONE[block.type]
        if block.planned and not any(block.blocks(name) for name in inline):
            return  # a plan shows inline rules that are unknown as absent, and a table without rules the same way
        for name in inline:
            if block.has(name):
                for rule in scanned.naming(block, argument, *types):
                    yield f"it has {name} inline, and {rule.address} besides"


check = RulesStandInOnePlace()
