from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class ShareStaysInside(ResourcePolicy):
    """Open to external accounts, one wrong digit in a principal offers the network to a stranger.

    Keep `allow_external_principals` false: accounts of the organization need no invitation.
    """

    id = "CKV_ISTHMUS_13"
    rating = "HIGH"
    info = "A resource share is closed to accounts outside the organization"
    source = "https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html"
    resources = ("aws_ram_resource_share",)

    def problems(self, block: Block) -> Iterator[str]:
        value = block.literal("allow_external_principals", False)
        if value is not False:
            yield f"allow_external_principals is {value}"


check = ShareStaysInside()
