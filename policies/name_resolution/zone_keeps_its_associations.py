from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_list


class ZoneKeepsItsAssociations(EstatePolicy):
    """A private zone with an inline `vpc` owns all its associations: each apply removes those that an
    `aws_route53_zone_association` adds, the next one brings them back, and names stop resolving in between.

    Write `lifecycle { ignore_changes = [vpc] }` on the zone, which Route 53 does not take without a first VPC.
    """

    id = "CKV_ISTHMUS_61"
    rating = "HIGH"
    info = "A private zone with associations of their own ignores changes of its inline VPC"
    source = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone_association"
    plan = False  # a plan does not show lifecycle

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_route53_zone")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        if not block.has("vpc") or "vpc" in _ignored(block) or "all" in _ignored(block):
            return
        for association in scanned.naming(block, "zone_id", "aws_route53_zone_association"):
            yield f"it has vpc inline, and {association.address} besides, and lifecycle.ignore_changes lacks vpc"


def _ignored(block: Block) -> set[str]:
    """The arguments whose changes are ignored, however they are written: `vpc`, `"vpc"`, `["vpc"]` or `vpc[0]`."""
    found: set[str] = set()
    for settings in block.blocks("lifecycle"):
        found |= {name.strip("${} ").partition("[")[0] for name in _texts(settings.get("ignore_changes"))}
    return found


def _texts(value: Any) -> Iterator[str]:
    for item in as_list(value):
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            yield from _texts(item)


check = ZoneKeepsItsAssociations()
