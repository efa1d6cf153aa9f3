from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class KeyRotates(ResourcePolicy):
    """A key that never changes protects ever more data. Rotation is off unless it is asked for, and impossible for
    asymmetric keys. Checkov's CKV_AWS_7 passes an unresolved value.
    """

    id = "CKV_ISTHMUS_41"
    rating = "MEDIUM"
    info = "A symmetric key rotates"
    source = "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"
    resources = ("aws_kms_key",)

    def problems(self, block: Block) -> Iterator[str]:
        if block.literal("customer_master_key_spec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT":
            value = block.literal("enable_key_rotation", False)
            if value is not True:
                yield f"enable_key_rotation is {value}"


check = KeyRotates()
