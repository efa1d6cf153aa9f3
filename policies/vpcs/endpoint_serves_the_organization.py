from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from isthmus_policy import (
    UNREADABLE,
    Block,
    EstatePolicy,
    ScannedResources,
    allows_everyone,
    as_list,
    condition_keys,
    statements,
)

# Past the account and the kind of thing stands a name: no `*`, `arn:aws:s3:::*` or `arn:aws:sqs:*:*:*`.
_NAMED = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[^:]*:[^:]*:(?:[a-z-]+[/:])?[^*?/:]{6}.*")
_BOUNDS = {
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:resourceaccount",
    "s3:resourceaccount",
}


class EndpointServesTheOrganization(EstatePolicy):
    """Without a policy, an endpoint carries any request of any principal to any account: also an upload to the
    bucket of another company with its keys, which no firewall sees.

    Allow `*` only under a condition on the organization of the principal or of the resource, or name the resources:
    AWS's own buckets hold what requests without a signature fetch. Endpoints for services of partners have no policy.
    """

    id = "CKV_ISTHMUS_37"
    rating = "MEDIUM"
    info = "A VPC endpoint's policy is bound to the organization"
    source = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        for endpoint in scanned.resources("aws_vpc_endpoint"):
            if endpoint.literal("vpc_endpoint_type", "Gateway") != "GatewayLoadBalancer":
                yield endpoint

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        standalone = scanned.naming(block, "vpc_endpoint_id", "aws_vpc_endpoint_policy")
        policies = [one for one in (block, *standalone) if one.has("policy")]
        name = block.literal("service_name")
        partner = isinstance(name, str) and ".vpce." in name
        if not policies and not partner:
            yield "it has no policy: AWS's default allows everything"
        for one in policies:
            document = one.policy("policy")
            if document is None or one.literal("policy") is UNREADABLE:
                yield "its policy cannot be read"
                continue
            for statement in statements(document):
                if allows_everyone(statement) and not condition_keys(statement) & _BOUNDS and not _named(statement):
                    yield f"statement {statement.get('Sid', '')!r} allows every principal, unconditionally"


def _named(statement: dict[str, Any]) -> bool:
    """Are the resources named, if only by what their names start with?"""
    resources = as_list(statement.get("Resource"))
    return bool(resources) and all(isinstance(one, str) and _NAMED.fullmatch(one) for one in resources)


check = EndpointServesTheOrganization()
