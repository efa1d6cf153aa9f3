from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class LastingResourcesAreKept(ResourcePolicy):
    """Replacing one of these disconnects every spoke, or releases an address that a router or allow list of another
    company uses. One changed argument is enough to plan it.

    Set `lifecycle.prevent_destroy`. `terraform plan` then refuses to replace it, and `terraform destroy` to destroy it.
    Terraform drops the setting with the block: when the block is removed or renamed, `terraform plan` destroys the
    resource. `isthmus diff` and `isthmus scan --plan` report that. For a new name, write a `moved` block.
    """

    id = "CKV_ISTHMUS_15"
    rating = "MEDIUM"
    info = "Gateways, VPN connections and public addresses carry prevent_destroy"
    source = "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle"
    plan = False  # a plan does not show lifecycle
    resources = (
        "aws_customer_gateway",
        "aws_dx_gateway",
        "aws_ec2_transit_gateway",
        "aws_eip",
        "aws_vpn_connection",
        "aws_vpn_gateway",
    )

    def problems(self, block: Block) -> Iterator[str]:
        if not any(settings.get("prevent_destroy") is True for settings in block.blocks("lifecycle")):
            yield "lifecycle.prevent_destroy is not true"


check = LastingResourcesAreKept()
