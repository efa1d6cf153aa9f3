"""Resources of another account are used only where they are shared with one's own.

https://docs.aws.amazon.com/ram/latest/userguide/shareable.html. What a state holds was taken by AWS: it needs no share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus.terraform.graph import Graph, Ref, Resource

# What uses a thing of another account, by which argument.
_USES = {
    "aws_ec2_transit_gateway_vpc_attachment": "transit_gateway_id",
    "aws_route53_resolver_firewall_rule_group_association": "firewall_rule_group_id",
    "aws_route53_resolver_query_log_config_association": "resolver_query_log_config_id",
    "aws_route53_resolver_rule_association": "resolver_rule_id",
    "aws_route53profiles_association": "profile_id",
}
_ACCOUNT = re.compile(r"\d{12}")
_IDENTITY = re.compile(r"arn:[^:]*:iam::(\d{12}):")


def unshared(graph: Graph, resource: Resource) -> Iterator[str]:
    """Why a resource may not use what it names of another account, as a sentence."""
    argument = _USES.get(resource.type)
    used = resource.get(argument) if argument is not None else None
    other = graph.resources.get(used.address) if isinstance(used, Ref) else None
    if other is None or resource.written is None or resource.account is None:
        return
    if other.account in (None, resource.account) or _is_shared(graph, other.address, resource.account):
        return
    yield (
        f"its {argument} is {other.address} of account {other.account}, "
        f"and nothing in this input shares that with account {resource.account}"
    )


def _is_shared(graph: Graph, address: str, account: str) -> bool:
    """Whether a share of the input holds a resource and may reach an account; organizations may hold any."""
    shares = set()
    for held in graph.of_type("aws_ram_resource_association"):
        what, share = held.get("resource_arn"), held.get("resource_share_arn")
        if isinstance(what, Ref) and what.address == address:
            shares.add(share.address if isinstance(share, Ref) else None)
    return any(
        (not isinstance(share, Ref) or share.address in shares or None in shares)
        and _may_be(str(principal.get("principal")), account)
        for principal in graph.of_type("aws_ram_principal_association")
        if shares
        for share in (principal.get("resource_share_arn"),)
    )


def _may_be(principal: str, account: str) -> bool:
    """Whether a principal is an account, or something that may hold it: an organization, a unit of it, anything."""
    if _ACCOUNT.fullmatch(principal):
        return principal == account
    identity = _IDENTITY.match(principal)
    return identity is None or identity[1] == account
