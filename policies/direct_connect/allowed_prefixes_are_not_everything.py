from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import ANYWHERE, Block, ResourcePolicy


class AllowedPrefixesAreNotEverything(ResourcePolicy):
    """AWS advertises the allowed prefixes to the site, whatever the transit gateway has routes for. With a default
    route, the site may send all its internet traffic to AWS, which drops it or pays for it.

    List the CIDRs of the VPCs, or a summary of them.
    """

    id = "CKV_ISTHMUS_64"
    rating = "HIGH"
    info = "A Direct Connect gateway advertises no default route to the site"
    source = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html"
    resources = ("aws_dx_gateway_association", "aws_dx_gateway_association_proposal")

    def problems(self, block: Block) -> Iterator[str]:
        for prefix in block.items("allowed_prefixes"):
            if isinstance(prefix, str) and prefix in ANYWHERE:
                yield f"it allows {prefix}"


check = AllowedPrefixesAreNotEverything()
