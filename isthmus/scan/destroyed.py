"""The finding for a plan that destroys or replaces what must last.

Checkov reads the planned values, which hold what exists after the apply. A destroyed resource is not among them, so no
check of Checkov can find it. `resource_changes` holds it.
https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.changes import ResourceAction, ResourceChange, planned_changes
from isthmus.scan.findings import Finding

DESTROYED = "ISTHMUS_DESTROYED"
LASTING = frozenset(
    {
        "aws_customer_gateway",
        "aws_dx_gateway",
        "aws_ec2_transit_gateway",
        "aws_eip",
        "aws_kms_key",
        "aws_s3_bucket",
        "aws_vpn_connection",
        "aws_vpn_gateway",
    }
)
"""Resource types whose address, keys or content are lost for good. The generated Terraform protects those it has."""

_INFO = "A plan destroys and replaces no gateway, VPN connection, public address, key or bucket"
_SOURCE = "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle"
_DONE = {
    ResourceAction.DESTROY: "the plan destroys it",
    ResourceAction.REPLACE: "the plan replaces it",
    ResourceAction.MAY_REPLACE: "it is unknown whether the plan replaces it",
}


def destroyed(plan: Mapping[str, Any], name: str) -> Iterator[Finding]:
    """A finding for each lasting resource that a plan destroys or replaces. `name` is the file of the plan."""
    for change in planned_changes(plan):
        if change.type in LASTING and change.action in _DONE:
            yield Finding(DESTROYED, "HIGH", _INFO, _details(change), name, change.address, name, (1, 1), _SOURCE)


def _details(change: ResourceChange) -> tuple[str, ...]:
    causes = [f"because of {cause}" for cause in change.causes if cause.replaces]
    return (_DONE[change.action], *([change.reason] if change.reason else causes))
