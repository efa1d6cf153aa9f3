from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class SubnetGivesNoPublicAddress(ResourcePolicy):
    """A public address given at launch puts a machine on the internet because of where it stands, with no decision of
    its own. Checkov's CKV_AWS_130 passes an unresolved value.
    """

    id = "CKV_ISTHMUS_32"
    rating = "MEDIUM"
    info = "No subnet gives public addresses at launch"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html"
    resources = ("aws_subnet", "aws_default_subnet")

    def problems(self, block: Block) -> Iterator[str]:
        value = block.literal("map_public_ip_on_launch", block.type == "aws_default_subnet")
        if value is not False:
            yield f"map_public_ip_on_launch is {value}"


check = SubnetGivesNoPublicAddress()
