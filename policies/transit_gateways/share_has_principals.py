from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class ShareHasPrincipals(EstatePolicy):
    """A share without principals has no effect: the first spoke fails with an unknown gateway."""

    id = "CKV_ISTHMUS_12"
    rating = "LOW"
    info = "A resource share has principals"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_ram_resource_share")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        if not scanned.naming(block, "resource_share_arn", "aws_ram_principal_association"):
            yield "no principal association names it in its module"


check = ShareHasPrincipals()
