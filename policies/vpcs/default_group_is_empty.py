from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class DefaultGroupIsEmpty(EstatePolicy):
    """Whatever names no security group gets the default one, which lets its members reach each other and everything
    else. Adopt it without rules, so that forgetting a group means no traffic.
    """

    id = "CKV_ISTHMUS_33"
    rating = "HIGH"
    info = "Every VPC's default security group is adopted and has no rules"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_vpc")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        groups = scanned.naming(block, "vpc_id", "aws_default_security_group")
        if not groups:
            yield "no aws_default_security_group adopts it"
        for group in groups:
            for rules in ("ingress", "egress"):
                if group.has(rules):
                    yield f"{group.address} has {rules} rules"


check = DefaultGroupIsEmpty()
