from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_ORGANIZATION = re.compile(r"arn:aws[\w-]*:organizations::\d{12}:organization/o-\w+")
_PRINCIPAL = re.compile(r"\d{12}|arn:aws[\w-]*:(organizations::\d{12}:ou/o-\w+/ou-[\w-]+|iam::\d{12}:\S+)")


class ShareNamesWhoAttaches(ResourcePolicy):
    """A share with the whole organization offers the resource to every account, also to those that are made tomorrow.

    Share with the accounts that use it, or with their organizational units.
    """

    id = "CKV_ISTHMUS_14"
    rating = "MEDIUM"
    info = "A resource is not shared with the whole organization"
    source = "https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html"
    resources = ("aws_ram_principal_association",)

    def problems(self, block: Block) -> Iterator[str]:
        principal = block.literal("principal")
        if isinstance(principal, str) and _ORGANIZATION.fullmatch(principal):
            yield "principal is the whole organization"
        elif not (isinstance(principal, str) and _PRINCIPAL.fullmatch(principal)):
            yield f"principal is {principal}"


check = ShareNamesWhoAttaches()
