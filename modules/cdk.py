"""What modules are made of: `ModuleStack`, which emits one Terraform module, and its elements.

They are plain Python, and give the Terraform that cdktf would give (docs/decisions/0048-synthesis-from-structs.md).
`ISTHMUS_SYNTHESIS=stock` takes cdktf's own classes instead. Type checkers see those in either case. Root modules always
use cdktf: modules/constructs.py.
"""

# ruff: noqa: F401
# mypy: implicit-reexport

from typing import TYPE_CHECKING

from modules.bindings import stock_is_wanted
from modules.required_provider import RequiredProvider
from modules.terraform_addresses import AddressTakenError

if TYPE_CHECKING or stock_is_wanted():
    from modules.constructs import (
        ModuleStack,
        TerraformElement,
        TerraformOutput,
        TerraformResource,
        TerraformResourceLifecycle,
        TerraformVariable,
    )
else:
    from modules.elements import Element as TerraformElement
    from modules.elements import Lifecycle as TerraformResourceLifecycle
    from modules.elements import Output as TerraformOutput
    from modules.elements import Resource as TerraformResource
    from modules.elements import Variable as TerraformVariable
    from modules.module_body import ModuleBody as ModuleStack
