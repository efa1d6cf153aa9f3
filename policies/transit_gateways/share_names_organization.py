from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_ORGANIZATION = re.compile(r"arn:aws[\w-]*:organizations::\d{12}:(organization/o-\w+|ou/o-\w+/ou-[\w-]+)")


class ShareNamesOrganization(ResourcePolicy):
    """Sharing with single accounts needs a change of the hub for every new account, and survives an account's leaving
    the organization. Share with the organization or its organizational units.
    """

    id = "CKV_ISTHMUS_14"
    rating = "LOW"
    info = "A resource is shared with the organization or an organizational unit"
    source = "https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html"
    resources = ("aws_ram_principal_association",)

    def problems(self, block: Block) -> Iterator[str]:
        principal = block.literal("principal")
        if not (isinstance(principal, str) and _ORGANIZATION.fullmatch(principal)):
            yield f"principal is {principal}"


check = ShareNamesOrganization()
