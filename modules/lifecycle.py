"""In which order Terraform changes things, and what it refuses to replace.

Terraform destroys what was removed from the configuration before it updates what used it. With `create_before_destroy`
it updates the users first. The setting of the last apply counts, and holds for what is removed as well: the state keeps
it, as the only rule of a lifecycle. So it is set where no new object has a name or address of the old one.
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
https://github.com/hashicorp/terraform/blob/main/docs/destroying.md
"""

from __future__ import annotations

from modules.cdk import TerraformResourceLifecycle

CREATE_BEFORE_DESTROY = TerraformResourceLifecycle(create_before_destroy=True)
"""What uses this is updated before this is destroyed."""


def lifecycle(*, protected: bool, update_users_first: bool = False) -> TerraformResourceLifecycle | None:
    """The lifecycle of what must not be replaced while its environment is protected."""
    if not protected and not update_users_first:
        return None
    return TerraformResourceLifecycle(
        prevent_destroy=True if protected else None, create_before_destroy=True if update_users_first else None
    )
