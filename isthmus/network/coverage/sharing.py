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


class Shares:
    """The shares of a graph. They are read once for all resources that use something of another account."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._of: dict[str, set[str]] = {}  # by what is shared
        for held in graph.of_type("aws_ram_resource_association"):
            what, share = held.get("resource_arn"), held.get("resource_share_arn")
            if isinstance(what, Ref) and isinstance(share, Ref):
                self._of.setdefault(what.address, set()).add(share.address)
        self._principals: dict[str, set[str]] = {}  # by share
        for reached in graph.of_type("aws_ram_principal_association"):
            share, principal = reached.get("resource_share_arn"), reached.get("principal")
            if isinstance(share, Ref) and isinstance(principal, str):
                self._principals.setdefault(share.address, set()).add(principal)
        self._known: dict[tuple[str, str], bool] = {}

    def unshared(self, resource: Resource) -> Iterator[str]:
        """Why a resource may not use what it names of another account, as a sentence."""
        argument = _USES.get(resource.type)
        used = resource.get(argument) if argument is not None else None
        other = self._graph.resources.get(used.address) if isinstance(used, Ref) else None
        if other is None or resource.written is None or resource.account is None:
            return
        if other.account in (None, resource.account) or self._is_shared(other.address, resource.account):
            return
        yield (
            f"its {argument} is {other.address} of account {other.account}, "
            f"and nothing in this input is known to share that with account {resource.account}"
        )

    def _is_shared(self, address: str, account: str) -> bool:
        """Whether a share of the input holds a resource and reaches an account; organizations are taken to hold it."""
        key = (address, account)
        if key not in self._known:
            shares = self._of.get(address, ())
            principals = (principal for share in shares for principal in self._principals.get(share, ()))
            self._known[key] = any(_holds(principal, account) for principal in principals)
        return self._known[key]


def _holds(principal: str, account: str) -> bool:
    """Whether a principal is an account or of it, or an organization or a unit of one, which may hold it."""
    if _ACCOUNT.fullmatch(principal):
        return principal == account
    identity = _IDENTITY.match(principal)
    return principal.startswith("arn:") if identity is None else identity[1] == account
