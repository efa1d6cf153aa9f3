from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, Estate, EstatePolicy


class ShareHasPrincipals(EstatePolicy):
    """A share with nobody to share with looks done and does nothing: the first spoke fails with an unknown gateway."""

    id = "CKV_ISTHMUS_12"
    rating = "LOW"
    info = "A resource share has principals"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html"

    def subjects(self, estate: Estate) -> Iterable[Block]:
        return estate.resources("aws_ram_resource_share")

    def problems(self, block: Block, estate: Estate) -> Iterator[str]:
        if not estate.naming(block, "resource_share_arn", "aws_ram_principal_association"):
            yield "no principal association names it in its module"


check = ShareHasPrincipals()
