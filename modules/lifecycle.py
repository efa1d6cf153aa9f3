"""Terraform lifecycles: the order of changes, and resources that Terraform must not destroy.

By default, Terraform destroys a removed resource before it updates the resources that refer to it. With
`create_before_destroy` it updates those first. The state keeps this setting, and no other lifecycle setting. So the
setting of the last apply also holds for a removed resource. It is set only where the new object has neither the name
nor the address of the old one.
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
https://github.com/hashicorp/terraform/blob/main/docs/destroying.md
"""

from __future__ import annotations

from modules.cdk import TerraformResourceLifecycle

CREATE_BEFORE_DESTROY = TerraformResourceLifecycle(create_before_destroy=True)
"""Terraform updates the resources that refer to this one before it destroys this one."""


def lifecycle(*, protected: bool, create_before_destroy: bool = False) -> TerraformResourceLifecycle | None:
    """The lifecycle of a resource that must not be destroyed or replaced while its environment is protected."""
    if not protected and not create_before_destroy:
        return None
    return TerraformResourceLifecycle(
        prevent_destroy=True if protected else None, create_before_destroy=True if create_before_destroy else None
    )
