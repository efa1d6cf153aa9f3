"""Resources that stay in AWS without Terraform: what they do to flows is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from isthmus.changes import ResourceAction, ResourceChange
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import UnknownResult
from isthmus.terraform.graph import Unknown
from isthmus.text.listing import some

_MOST = 3


def with_left_behind(difference: Difference, changes: Sequence[ResourceChange] | Unknown) -> Difference:
    """The difference, with the flows through what the change leaves behind as unknown.

    The later configuration does not have these resources, so the comparison is without them. But they still exist: an
    attached VPC that is left behind keeps its routes, and may have the CIDR of the VPC that replaces it.
    """
    if isinstance(changes, Unknown):
        return difference
    left = [change.address for change in changes if change.action is ResourceAction.LEAVE]
    if not left:
        return difference
    why = f"they stay in AWS, and the comparison is without them: {some(left, _MOST)}"
    unknown = UnknownResult("flows through resources that are left behind", why)
    return replace(difference, unknown_results=(*difference.unknown_results, unknown))
